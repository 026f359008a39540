import { describe, expect, it } from 'vitest';
import type { Timeline } from '../../protocol/messages.ts';
import { seriesOf } from './series.ts';

const data: Timeline = {
  fromNs: 0,
  toNs: 2000,
  bins: 2,
  contextNs: new Float32Array(),
  waitNs: null,
  arrived: Float32Array.of(4, 2),
  dropped: Float32Array.of(0, 1),
  delivered: Float32Array.of(3, 2),
  irqs: Float32Array.of(1, 1),
  ringPeak: Float32Array.of(5, -1, 9, 2),
  latencyP99: Float32Array.of(Number.NaN, 1500),
  spans: null,
  markers: [],
  knownNs: 2000,
};

describe('chart series', () => {
  it('turns counts of a bin into packets a second', () => {
    expect([...seriesOf(data, 1).arrived]).toEqual([4e6, 2e6]);
    expect(seriesOf(data, 1).maxRate).toBe(4e6);
  });

  it('takes the fullest ring of each bin and skips unknown ones', () => {
    expect([...seriesOf(data, 1).ringPeak]).toEqual([9, 2]);
  });

  it('leaves bins without a delivery empty in the latency', () => {
    expect(seriesOf(data, 1).latencyP99[0]).toBeNaN();
    expect(seriesOf(data, 1).maxLatency).toBe(1500);
  });

  it('takes bins together where each holds next to nothing', () => {
    const sparse = {
      ...data,
      bins: 400,
      toNs: 400_000,
      arrived: Float32Array.from({ length: 400 }, (_, i) => (i % 5 === 0 ? 1 : 0)),
      dropped: new Float32Array(400),
      delivered: new Float32Array(400),
      ringPeak: new Float32Array(400),
      latencyP99: new Float32Array(400).fill(Number.NaN),
    };
    const series = seriesOf(sparse);
    expect(series.bins).toBeLessThan(100);
    // One packet each 5 µs: 200 000 a second, in every bin.
    expect(Math.max(...series.arrived)).toBeLessThan(320_000);
    expect(Math.min(...series.arrived)).toBeGreaterThan(0);
  });
});
