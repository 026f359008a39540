/**
 * A timeline's bins as series to draw: rates, the fullest ring, latency. Pure.
 * Several bins become one where so few packets fall into a bin that a rate would only flicker between nothing and one.
 */
import type { Timeline } from '../../protocol/messages.ts';

export interface Series {
  fromNs: number;
  binNs: number;
  bins: number;
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

const PACKETS_A_BIN = 4;
const FEWEST_BINS = 40;

/** How many bins to take together. */
function groupSize(data: Timeline): number {
  let packets = 0;
  let busy = 0;
  for (let bin = 0; bin < data.bins; bin += 1) {
    packets += data.arrived[bin];
    if (data.arrived[bin] > 0) busy += 1;
  }
  // Spread over the bins between the first and the last, as far as one can tell from how many are busy.
  const each = packets / Math.max(1, busy);
  const gaps = data.bins / Math.max(1, busy);
  const wanted =
    each >= PACKETS_A_BIN || gaps < 1.2 ? 1 : Math.ceil((PACKETS_A_BIN / each) * Math.min(gaps, 8));
  return Math.max(1, Math.min(wanted, Math.floor(data.bins / FEWEST_BINS)));
}

export function seriesOf(data: Timeline, group = groupSize(data)): Series {
  const bins = Math.max(1, Math.ceil(data.bins / group));
  const binNs = ((data.toNs - data.fromNs) / data.bins) * group;
  const fold = (read: (bin: number) => number, join: (a: number, b: number) => number): Float64Array => {
    const out = new Float64Array(bins).fill(Number.NaN);
    for (let bin = 0; bin < data.bins; bin += 1) {
      const value = read(bin);
      if (Number.isNaN(value)) continue;
      const at = Math.floor(bin / group);
      out[at] = Number.isNaN(out[at]) ? value : join(out[at], value);
    }
    return out;
  };
  const perSecond = 1e9 / binNs;
  const sum = (a: number, b: number) => a + b;
  const rate = (source: Float32Array) => fold((bin) => source[bin] * perSecond, sum);
  const queues = data.bins > 0 ? Math.floor(data.ringPeak.length / data.bins) : 0;
  const fullest = (bin: number) => {
    let most = Number.NaN;
    for (let queue = 0; queue < queues; queue += 1) {
      const value = data.ringPeak[queue * data.bins + bin];
      if (value >= 0 && !(most >= value)) most = value;
    }
    return most;
  };
  const series = {
    fromNs: data.fromNs,
    binNs,
    bins,
    arrived: rate(data.arrived),
    dropped: rate(data.dropped),
    delivered: rate(data.delivered),
    ringPeak: fold(fullest, Math.max),
    latencyP99: fold((bin) => data.latencyP99[bin], Math.max),
  };
  return {
    ...series,
    maxRate: Math.max(largest(series.arrived), largest(series.dropped), largest(series.delivered)),
    maxRing: largest(series.ringPeak),
    maxLatency: largest(series.latencyP99),
  };
}

function largest(values: Float64Array): number {
  let max = 0;
  for (const value of values) if (value > max) max = value;
  return max;
}
