/** The balance that holds after every event: arrived = delivered + dropped + merged + in flight. */
import { Ctx } from '../catalog/contexts.ts';
import { backlogLength } from './net/backlog.ts';
import { nfWaiting } from './net/nf-queue.ts';
import { txInFlight } from './nic/tx-ring.ts';
import { onWay } from './link/state.ts';
import type { World } from './world.ts';
import { toeInFlight } from './nic/toe/state.ts';
import { inCells } from './tunnel/state.ts';

/** Frames and skbs between the MAC and their end, counted where they are (a train counts one). */
export function inFlight(w: World): number {
  let n = 0;
  for (const q of w.queues) {
    // descriptors from next_to_clean to head hold a frame each
    n += (q.head - q.nextToClean + q.size) % q.size;
    for (const bucket of q.napi.gro.buckets) n += bucket.length;
    n += q.napi.rxList.length;
  }
  for (const cpu of w.cpus) {
    const s = cpu.softirq;
    n += s.deliver.length - s.deliverAt + (s.slot === 0 ? 0 : 1);
    n += backlogLength(cpu);
  }
  for (const host of w.hosts) for (const q of host.frags) n += q.slots.length;
  for (const sock of w.sockets) n += sock.backlog.length + sock.ofo.length;
  for (const { toe } of w.nics) if (toe !== null) n += toeInFlight(toe);
  return n + nfWaiting(w) + inCells(w);
}

/** @returns produced - (sent + dropped + in flight) of the transmit side: 0 in a right model. */
export function txImbalance(w: World): number {
  const t = w.totals;
  return t.txProduced - t.txSent - t.txDropped - txInFlight(w);
}

/** @returns arrived - (delivered + dropped + merged + in flight): 0 in a right model. */
export function imbalance(w: World): number {
  const t = w.totals;
  return t.arrived - t.delivered - t.dropped - t.merged - inFlight(w);
}

/** @returns put on links - (arrived at the far cards + lost + still on them): 0 in a right model. */
export function linkImbalance(w: World): number {
  let n = 0;
  for (const way of w.ways)
    n += way.counters.put - way.counters.arrived - way.counters.lost - onWay(w.links, way);
  return n;
}

/** @returns idle CPUs on which a softirq is pending: 0 in a right model, nothing would run it. */
export function forgottenSoftirqs(w: World): number {
  return w.cpus.filter((cpu) => cpu.ctx === Ctx.idle && cpu.netRxPending).length;
}
