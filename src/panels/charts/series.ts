/** A timeline's bins as series to draw: rates, the fullest ring, latency. Pure. */
import type { Timeline } from '../../protocol/messages.ts';

export interface Series {
  /** Packets a second, by bin. */
  arrived: Float64Array;
  dropped: Float64Array;
  delivered: Float64Array;
  /** Descriptors in use in the fullest ring; NaN unknown. */
  ringPeak: Float64Array;
  /** ns; NaN where nothing was delivered. */
  latencyP99: Float64Array;
  maxRate: number;
  maxRing: number;
  maxLatency: number;
}

export function seriesOf(data: Timeline): Series {
  const { bins } = data;
  const binNs = (data.toNs - data.fromNs) / bins;
  const perSecond = 1e9 / binNs;
  const rate = (source: Float32Array) => Float64Array.from(source.subarray(0, bins), (v) => v * perSecond);
  const queues = bins > 0 ? Math.floor(data.ringPeak.length / bins) : 0;
  const ringPeak = new Float64Array(bins).fill(Number.NaN);
  for (let queue = 0; queue < queues; queue += 1) {
    for (let bin = 0; bin < bins; bin += 1) {
      const value = data.ringPeak[queue * bins + bin];
      if (value >= 0 && !(ringPeak[bin] >= value)) ringPeak[bin] = value;
    }
  }
  const series = {
    arrived: rate(data.arrived),
    dropped: rate(data.dropped),
    delivered: rate(data.delivered),
    ringPeak,
    latencyP99: Float64Array.from(data.latencyP99.subarray(0, bins)),
  };
  return {
    ...series,
    maxRate: Math.max(largest(series.arrived), largest(series.dropped), largest(series.delivered)),
    maxRing: largest(ringPeak),
    maxLatency: largest(series.latencyP99),
  };
}

function largest(values: Float64Array): number {
  let max = 0;
  for (const value of values) if (value > max) max = value;
  return max;
}
