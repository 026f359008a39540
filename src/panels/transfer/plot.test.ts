import { describe, expect, it } from 'vitest';
import type { Transfer } from '../../protocol/messages.ts';
import { ackRate, binAt, byteRange, cwndAt, nearest, pointsOf, rowsOf, tallest } from './plot.ts';

const base: Transfer = {
  flow: 1,
  fromNs: 0,
  toNs: 1000,
  knownNs: 1000,
  every: 1,
  firstByte: 5000,
  segments: [
    { timeNs: 100, seq: 3, packet: 7, byte: 5001, bytes: 1448, again: false, reason: 0 },
    { timeNs: 300, seq: 9, packet: 8, byte: 5001, bytes: 1448, again: true, reason: 0 },
  ],
  acks: [{ timeNs: 200, seq: 5, packet: 9, byte: 5001, window: 65_535 }],
  sacks: [{ timeNs: 200, seq: 6, packet: 9, from: 6449, to: 7897 }],
  cwnd: [
    { timeNs: 0, cwnd: 10, ssthresh: 2_147_483_647, reason: 0 },
    { timeNs: 250, cwnd: 7, ssthresh: 7, reason: 0 },
  ],
  rates: {
    binNs: 200,
    firstNs: 0,
    acks: [0, 1, 0, 3, 0],
    way: 0,
    out: [1514, 0, 60, 0, 0],
    back: [66, 0, 0, 78, 0],
  },
};

describe('a transfer as a plot', () => {
  it('counts bytes from the SYN, in order of records', () => {
    expect(pointsOf(base).map((p) => [p.kind, p.from, p.to])).toEqual([
      ['data', 1, 1449],
      ['ack', 1, 1],
      ['sack', 1449, 2897],
      ['again', 1, 1449],
    ]);
  });

  it('reaches over all that was sent and told of, with a margin', () => {
    const { from, to } = byteRange(base);
    expect([from, Math.round(to)]).toEqual([0, Math.round(2897 + 2896 * 0.06)]);
    expect(byteRange({ ...base, segments: [], acks: [], sacks: [] })).toEqual({ from: 0, to: 1 });
  });

  it('tells what a bar stands for: ACKs a second, bytes of both directions', () => {
    // 3 in 200 ns
    expect(ackRate(base.rates, 3)).toBe(15_000_000);
    expect(tallest(base.rates)).toEqual({ acks: 15_000_000, link: 1514 + 66 });
    expect([-1, 0, 199, 200, 999, 1000].map((t) => binAt(base.rates, t))).toEqual([-1, 0, 0, 1, 4, -1]);
  });

  it('has a row for each plot, one over the other, within the height', () => {
    for (const link of [true, false])
      for (const height of [160, 245, 420]) {
        const rows = rowsOf(height, link);
        expect(rows).toHaveLength(link ? 4 : 3);
        rows.forEach((row, i) => {
          if (i > 0) expect(row.top).toBeGreaterThan(rows[i - 1].top + rows[i - 1].height);
          expect(row.top + row.height).toBeLessThanOrEqual(height + 1e-9);
        });
      }
  });

  it('knows the congestion window in force', () => {
    expect([cwndAt(base, 249)?.cwnd, cwndAt(base, 250)?.cwnd]).toEqual([10, 7]);
    expect(cwndAt({ ...base, cwnd: [] }, 10)).toBeNull();
  });

  it('finds the nearest point; the length of a segment is all of it', () => {
    const points = pointsOf(base);
    const x = (ns: number) => ns / 10;
    const y = (bytes: number) => 300 - bytes / 10;
    expect(nearest(points, x, y, { x: 11, y: 200 }, 6)?.kind).toBe('data');
    expect(nearest(points, x, y, { x: 29, y: 290 }, 6)?.kind).toBe('again');
    expect(nearest(points, x, y, { x: 60, y: 200 }, 6)).toBeNull();
  });
});
