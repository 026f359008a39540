/** Traffic in its plainest forms, to be changed where a world wants something else. */
import type { FrameFields } from '../packet/frame.ts';
import type { TrafficTable } from '../packet/traffic-table.ts';
import type { RateTraffic, TableTraffic } from '../spec.ts';

/** The table's frames at their own times, once, into the first host's first card. */
export function playOnce(table: TrafficTable): TableTraffic {
  return { kind: 'table', host: 0, nic: 0, table, startNs: 0, timeScale: 1, ratePps: null, repeat: 1 };
}

/** One flow of equal frames, evenly spaced and without end, into the first host's first card. */
export function steady(template: FrameFields, ratePps: number): RateTraffic {
  return {
    kind: 'rate',
    host: 0,
    nic: 0,
    template,
    flows: 1,
    ratePps,
    trainFrames: 1,
    pshLast: false,
    pattern: 'constant',
    startNs: 0,
    stopNs: Number.POSITIVE_INFINITY,
    count: Number.POSITIVE_INFINITY,
  };
}
