/** What the inspector says of a link: what it is like, what was lost on it and why, what its air went on. */
import { describe, expect, it } from 'vitest';
import type { LinkSpec, WlanSpec } from '../engine/spec.ts';
import { linkedSpec, linkSpec, linkWay } from '../testing/specs.ts';
import { runTraced } from '../testing/trace.ts';
import { linkRows } from './inspect-link.ts';

const MS = 1_000_000;

function rowsAt(link: LinkSpec, untilNs: number, count: number, replyBytes?: number) {
  const { world } = runTraced(
    linkedSpec({ link, send: { count }, ...(replyBytes === undefined ? {} : { replyBytes }) }),
    untilNs,
  );
  const rows = linkRows(world, world.ways[0]);
  return {
    all: (key: string) => rows.filter((row) => row.key === key).map((row) => row.value),
    one: (key: string) => rows.find((row) => row.key === key)?.value,
  };
}

describe('a link in the inspector', () => {
  it('names ends, delay and faults; shares as they were given', () => {
    const faults = { loss: 0.07, bitError: 0.0003, reorder: 0.29, reorderNs: 250_000 };
    const burst = { toBad: 0.001, toGood: 0.07, lossGood: 0, lossBad: 1 };
    const way = linkWay({ delayNs: 20 * MS, jitterNs: 500, faults: { ...faults, burst } });
    const { one } = rowsAt(linkSpec(way), 0, 1);
    expect(one('linkEnds')).toBe('h1 eth0 > h2 eth0');
    expect(one('linkDelay')).toBe('20 ms ± 500 ns');
    expect(one('linkFaults')).toBe(
      'loss 7 %, bursts 0.1 % / 7 %, held back by 250 µs 29 %, bit errors 0.03 %',
    );
  });

  it('tells its losses by reason, and how much of the time its narrow place was in use', () => {
    const script = [{ nth: 1, of: 'data' as const, act: 'lose' as const }];
    // 672 µs a frame: of ten that come within 0.1 ms one passes and two wait
    const way = linkWay({ rateBps: 1_000_000, queueFrames: 2, faults: { script } });
    const { one, all } = rowsAt(linkSpec(way), 4 * MS, 10);
    expect(all('linkLostFor').sort()).toEqual(['1 link-loss-scripted', '7 link-queue-full']);
    expect([one('linkPut'), one('linkArrived'), one('linkLost')]).toEqual(['10', '2', '8']);
    expect([one('linkRate'), one('linkQueue'), one('linkQueueMost')]).toEqual(['1 Mbit/s', '0 / 2', '2']);
    // 3 * 672 µs of 4 ms
    expect(one('linkBusy')).toBe('50.4 %');
  });

  it('divides the time of a radio channel', () => {
    const wlan: WlanSpec = {
      ...{ rateBps: 130_000_000, ampduFrames: 1, ampduBytes: 65_535, ampduNs: 4 * MS, retries: 7 },
      ...{ errorShare: 0, cwMin: 15, cwMax: 1023 },
    };
    const { one } = rowsAt({ ...linkSpec(), wlan }, MS, 1);
    expect(one('airState')).toBe('free');
    expect(one('airTxops')).toBe('1');
    // 60 + 24 bytes at 130 Mbit/s are 5.2 µs; preamble, SIFS, ACK: 80 µs
    expect([one('airData'), one('airAck'), one('airOverhead')]).toEqual(['0.5 %', '0 %', '8 %']);
    expect(one('linkRate')).toBeUndefined();
  });
});
