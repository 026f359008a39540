/** Which stretch of time is captured: presets, and what a person typed. Pure. */
export const STRETCHES = ['known', 'window', 'now', 'typed'] as const;
export type Stretch = (typeof STRETCHES)[number];

export interface Times {
  durationNs: number;
  knownNs: number;
  nowNs: number;
  window: { fromNs: number; toNs: number } | null;
}

/** Around now: this much to each side. */
const AROUND_NS = 100_000;

export function stretchOf(kind: Exclude<Stretch, 'typed'>, times: Times): { fromNs: number; toNs: number } {
  const { durationNs, knownNs, nowNs, window } = times;
  switch (kind) {
    case 'known':
      return { fromNs: 0, toNs: Math.floor(knownNs) };
    case 'window':
      return window === null
        ? { fromNs: 0, toNs: durationNs }
        : { fromNs: Math.floor(window.fromNs), toNs: Math.ceil(window.toNs) };
    case 'now':
      return {
        fromNs: Math.max(0, Math.floor(nowNs) - AROUND_NS),
        toNs: Math.min(durationNs, Math.ceil(nowNs) + AROUND_NS),
      };
  }
}

/** `1500`, `20 us`, `1.5ms`, with digits grouped or not, in whole ns; null: no time. */
export function parseNs(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ns|us|µs|ms|s|)$/.exec(text.trim().replace(/[\s\u202f\u00a0,_]/g, ''));
  if (match === null) return null;
  const unit = { '': 1, ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9 }[match[2]] ?? 1;
  return Math.round(Number(match[1]) * unit);
}
