import { describe, expect, it } from 'vitest';
import type { Transfer } from '../../protocol/messages.ts';
import { ackCounts, byteRange, cwndAt, nearest, pointsOf } from './plot.ts';

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

  it('counts ACKs a bin, times what each stands for', () => {
    expect(ackCounts({ ...base, every: 4 }, 5)).toEqual([0, 4, 0, 0, 0]);
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
