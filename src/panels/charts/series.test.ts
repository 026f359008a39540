import { describe, expect, it } from 'vitest';
import type { Timeline } from '../../protocol/messages.ts';
import { seriesOf } from './series.ts';

const data: Timeline = {
  fromNs: 0,
  toNs: 2000,
  bins: 2,
  contextNs: new Float32Array(),
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
    expect([...seriesOf(data).arrived]).toEqual([4e6, 2e6]);
    expect(seriesOf(data).maxRate).toBe(4e6);
  });

  it('takes the fullest ring of each bin and skips unknown ones', () => {
    expect([...seriesOf(data).ringPeak]).toEqual([9, 2]);
  });

  it('leaves bins without a delivery empty in the latency', () => {
    expect(seriesOf(data).latencyP99[0]).toBeNaN();
    expect(seriesOf(data).maxLatency).toBe(1500);
  });
});
