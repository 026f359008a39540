import { describe, expect, it } from 'vitest';
import { LAYERS } from '../../engine/metrics/layers.ts';
import { hasMessage } from '../../i18n/index.ts';
import { LAYER_PARTS, layerCells, showsRow } from './layers.ts';

describe('layers as bars', () => {
  it('are those that the engine counts, each with a name', () => {
    expect(LAYER_PARTS.flatMap(({ part, names }) => names.map((name) => [part, name]))).toEqual(
      LAYERS.map(({ part, name }) => [part, name]),
    );
    const keys = LAYERS.map(({ name }) => `layers.${name}`);
    expect(keys.filter((key) => !hasMessage(key))).toEqual([]);
  });

  it('have one scale for how often and one for bytes, over both runs', () => {
    const now = [{ host: 'h1', counts: { ipOut: 9, wireOut: 48, copiedBytes: 0 } }];
    const before = [{ host: 'h1', counts: { ipOut: 96, wireOut: 48, copiedBytes: 1000 } }];
    expect(layerCells(now, before)).toEqual([
      {
        ipOut: { count: 9, share: 9 / 96, other: 96 },
        wireOut: { count: 48, share: 0.5, other: 48 },
        copiedBytes: { count: 0, share: 0, other: 1000 },
      },
    ]);
    expect(layerCells(now, null)[0].wireOut).toEqual({ count: 48, share: 1, other: null });
    expect(layerCells([], before)).toEqual([]);
  });

  it('of TLS show where there is any, and time has a scale of its own', () => {
    const plain = [{ host: 'h1', counts: { tlsOut: 0, tlsIn: 0, cryptNs: 0 } }];
    const tls = [{ host: 'h1', counts: { tlsOut: 0, tlsIn: 4, cryptNs: 500, ipOut: 3, copiedBytes: 9 } }];
    expect(['tlsOut', 'cryptNs', 'ipOut'].map((name) => showsRow(name, plain))).toEqual([false, false, true]);
    expect(['tlsOut', 'cryptNs', 'ipOut'].map((name) => showsRow(name, tls))).toEqual([true, true, true]);
    expect(layerCells(tls, null)[0].cryptNs.share).toBe(1);
    expect(layerCells(tls, null)[0].copiedBytes.share).toBe(1);
  });
});
