/**
 * Latency distributions in few numbers: log-linear buckets, 16 to each doubling, so a value is known within 1/32 of itself.
 * Integer operations only. Shape: Uint32Array(LATENCY_BUCKETS), ns up to 2^40.
 */
import type { LatencyHistogram } from '../world.ts';

const SUB = 16;
const LATENCY_BUCKETS = SUB * 38;

export function createLatency(): LatencyHistogram {
  return { count: 0, buckets: new Uint32Array(LATENCY_BUCKETS) };
}

/** Of what is never measured. */
export function noLatency(): LatencyHistogram {
  return { count: 0, buckets: new Uint32Array(0) };
}

function bucketOf(ns: number): number {
  if (ns < 2 * SUB) return ns;
  let value = ns;
  let shift = 0;
  // 4.3 s and more: down to where 32 bits suffice
  while (value > 0xffffffff) {
    value = Math.floor(value / 2);
    shift += 1;
  }
  const more = 27 - Math.clz32(value);
  shift += more;
  const index = shift * SUB + (value >>> more);
  return index < LATENCY_BUCKETS ? index : LATENCY_BUCKETS - 1;
}

/** Adds one value. @param ns 0 or more */
export function addLatency(h: LatencyHistogram, ns: number): void {
  h.count += 1;
  h.buckets[bucketOf(ns)] += 1;
}

/** Middle of a bucket, ns. */
function middleOf(index: number): number {
  if (index < 2 * SUB) return index;
  const shift = Math.floor(index / SUB) - 1;
  const low = (index - shift * SUB) * 2 ** shift;
  return low + Math.floor((2 ** shift - 1) / 2);
}

/** The value below which a share `p` (0 to 1) of all values lies; 0 for an empty distribution. */
export function percentile(h: LatencyHistogram, p: number): number {
  if (h.count === 0) return 0;
  const rank = Math.max(1, Math.ceil(p * h.count));
  let seen = 0;
  for (let i = 0; i < h.buckets.length; i += 1) {
    seen += h.buckets[i];
    if (seen >= rank) return middleOf(i);
  }
  return middleOf(h.buckets.length - 1);
}

/** Adds all values of `from` to `into`. */
export function mergeLatency(into: LatencyHistogram, from: LatencyHistogram): void {
  into.count += from.count;
  for (let i = 0; i < into.buckets.length; i += 1) into.buckets[i] += from.buckets[i];
}
