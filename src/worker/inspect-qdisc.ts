/** A queueing discipline at a moment: its flows or bands, what it holds back, what it has dropped and why. */
import { fqInactive, fqNextDelayed } from '../engine/net/sched/fq.ts';
import { codelNs, codelTime } from '../engine/net/sched/codel.ts';
import type { FqCodelState, FqState } from '../engine/net/sched/spec.ts';
import type { RxQueue, World } from '../engine/world.ts';
import type { Inspection } from '../protocol/messages.ts';

type Row = Inspection['state'][number];

const row = (key: string, value: string | number): Row => ({ key, value: String(value) });
const us = (ns: number): string =>
  ns < 1_000_000 ? `${(ns / 1000).toFixed(1)} µs` : `${(ns / 1_000_000).toFixed(2)} ms`;

export function qdiscRows(w: World, q: RxQueue): Row[] {
  const { spec, sched, handle } = q.tx.qd;
  const named = row('qdiscKind', handle === 0 ? spec.kind : `${spec.kind} ${handle.toString(16)}:`);
  if (sched === null) return [named];
  if (sched.kind === 'fq') return [named, ...fqRows(w, sched)];
  if (sched.kind === 'fq_codel') return [named, ...codelRows(w, sched)];
  const bands = sched.bands.map(({ slots, dropped }, i) => {
    const lost = dropped > 0 ? ` (−${dropped})` : '';
    return `${i}: ${slots.length}${lost}`;
  });
  return [named, row('prioBands', bands.join(', '))];
}

function fqRows(w: World, f: FqState): Row[] {
  const next = fqNextDelayed(f) - w.now;
  const some = (key: string, n: number): Row[] => (n > 0 ? [row(key, n)] : []);
  return [
    row('fqFlows', f.flows.length),
    row('fqIdle', fqInactive(f)),
    row('fqHeld', f.delayed.length),
    ...(Number.isFinite(next) ? [row('fqNext', us(Math.max(0, next)))] : []),
    ...some('fqInternal', f.internal.slots.length),
    row('fqThrottled', f.throttled),
    ...some('fqFastPath', f.fastpath),
    ...some('fqFlowDrops', f.flowsPlimit),
    ...some(
      'fqLimitDrops',
      f.bandDrops.reduce((n, x) => n + x, 0),
    ),
    ...some('fqHorizonDrops', f.horizonDrops),
    ...some('fqHorizonCaps', f.horizonCaps),
  ];
}

function codelRows(w: World, f: FqCodelState): Row[] {
  const now = codelTime(w.now);
  const busy = f.flows.filter(({ slots }) => slots.length > 0);
  const fat = busy.reduce((most, flow) => (flow.backlog > most.backlog ? flow : most), busy[0]);
  return [
    row('codelNew', f.newFlows.length),
    row('codelOld', f.oldFlows.length),
    ...(fat === undefined
      ? []
      : [
          row('codelFattest', fat.slots.length),
          row('codelWait', us(codelNs(now - fat.times[0]))),
          row('codelCount', fat.vars.dropping ? fat.vars.count : 0),
          ...(fat.vars.dropping
            ? [row('codelNext', us(codelNs(Math.max(0, fat.vars.dropNext - now))))]
            : fat.vars.firstAbove > 0
              ? [row('codelMay', us(codelNs(Math.max(0, fat.vars.firstAbove - now))))]
              : []),
        ]),
    row('codelDrops', f.codelDrops),
    ...(f.dropOverlimit > 0 ? [row('codelOverlimit', f.dropOverlimit)] : []),
  ];
}
