import { describe, expect, it } from 'vitest';
import { parseNs, stretchOf } from './stretch.ts';

const TIMES = { durationNs: 1_000_000, knownNs: 400_000.5, nowNs: 50_000, window: null };

describe('the stretch of a capture', () => {
  it('is what is known, the window shown, or what is around now, within the run', () => {
    expect(stretchOf('known', TIMES)).toEqual({ fromNs: 0, toNs: 400_000 });
    expect(stretchOf('window', TIMES)).toEqual({ fromNs: 0, toNs: 1_000_000 });
    const window = { fromNs: 10.5, toNs: 20.5 };
    expect(stretchOf('window', { ...TIMES, window })).toEqual({ fromNs: 10, toNs: 21 });
    expect(stretchOf('now', TIMES)).toEqual({ fromNs: 0, toNs: 150_000 });
    expect(stretchOf('now', { ...TIMES, nowNs: 990_000 })).toEqual({ fromNs: 890_000, toNs: 1_000_000 });
  });

  it('reads times as people type them', () => {
    expect(['1500', '20us', '1.5 ms', '1 000 000', '2 µs', '1s', '', 'x', '-1'].map(parseNs)).toEqual([
      1500,
      20_000,
      1_500_000,
      1_000_000,
      2000,
      1_000_000_000,
      null,
      null,
      null,
    ]);
  });
});
