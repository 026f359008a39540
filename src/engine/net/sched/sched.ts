/**
 * What all queueing disciplines have in common: a packet goes in, the next one is chosen, the driver takes it. q.tx.qdisc holds every
 * packet that waits, whatever the order they leave in; those in front (`validated`) have been chosen before and come first.
 * Source: net/sched/sch_generic.c dequeue_skb, qdisc_create, net/sched/sch_api.c qdisc_graft, v6.12.
 */
import { Reason } from '../../../catalog/reasons.ts';
import { cancel } from '../../clock/agenda.ts';
import { NO_CPU } from '../../records.ts';
import type { RxQueue, World } from '../../world.ts';
import { packetBytes } from './bytes.ts';
import { createFq, fqDequeue, fqEligible, fqEnqueue } from './fq.ts';
import { createFqCodel, fqCodelDequeue, fqCodelEnqueue } from './fq-codel.ts';
import { loseInQdisc } from './lose.ts';
import { createPrio, prioDequeue, prioEnqueue, tunePrio } from './prio.ts';
import type { Qdisc, QdiscSpec, SchedState } from './spec.ts';

function createSched(spec: QdiscSpec, txqlen: number): SchedState | null {
  if (spec.kind === 'fq') return createFq(spec);
  if (spec.kind === 'fq_codel') return createFqCodel(spec);
  return spec.kind === 'prio' ? createPrio(spec, txqlen) : null;
}

export function createQdisc(spec: QdiscSpec, handle: number, txqlen: number): Qdisc {
  return {
    spec,
    handle,
    sched: createSched(spec, txqlen),
    next: 0,
    bytes: 0,
    packets: 0,
    dropped: 0,
    watchCpu: 0,
    watchSeq: 0,
    sending: 0,
  };
}

/** TCQ_F_CAN_BYPASS: where it is empty and idle, a packet goes straight to the driver. */
export function canBypass(qd: Qdisc): boolean {
  return qd.sched === null || (qd.sched.kind === 'fq_codel' && qd.sched.spec.limit >= 1);
}

/** Packets that one flow of traffic may fill it with. */
export function qdiscLimit(qd: Qdisc, txqlen: number): number {
  const { spec, sched } = qd;
  if (sched?.kind === 'prio') return sched.bands.reduce((n, { limit }) => n + limit, 0);
  return spec.kind === 'pfifo_fast' || spec.kind === 'prio' ? txqlen : spec.limit;
}

/**
 * Puts a packet into a queueing discipline that chooses among flows.
 * @returns 0: it waits there; above 0 the record of its loss; below, another of its flow is lost (fq_codel: NET_XMIT_CN)
 */
export function schedEnqueue(w: World, q: RxQueue, sched: SchedState, slot: number, cpu: number): number {
  const { tx } = q;
  if (sched.kind === 'fq_codel') {
    tx.qdisc.push(slot);
    return -fqCodelEnqueue(w, q, sched, slot, cpu);
  }
  const lost = sched.kind === 'fq' ? fqEnqueue(w, q, sched, slot, cpu) : prioEnqueue(w, q, sched, slot, cpu);
  if (lost === 0) tx.qdisc.push(slot);
  return lost;
}

/** Whether a packet could go to the driver now; it is chosen by that, and the next to go whatever comes after. */
export function ready(w: World, q: RxQueue, cpu: number): boolean {
  const { tx } = q;
  const { qd } = tx;
  if (qd.sched === null || tx.validated > 0) return tx.qdisc.length > 0;
  if (qd.next !== 0) return true;
  const { sched } = qd;
  if (sched.kind === 'fq') qd.next = fqDequeue(w, q, sched, cpu);
  else if (sched.kind === 'fq_codel') qd.next = fqCodelDequeue(w, q, sched, cpu);
  else qd.next = prioDequeue(w, sched);
  return qd.next !== 0;
}

/** The packet that leaves next, without a look; 0: not chosen yet, or made ready before. */
export function chosen(q: RxQueue): number {
  const { tx } = q;
  if (tx.validated > 0) return 0;
  return tx.qd.sched === null ? tx.qdisc[0] : tx.qd.next;
}

/** Takes the packet that leaves next out of the queue. @returns 0: none may leave */
export function takeNext(w: World, q: RxQueue, cpu: number): number {
  const { tx } = q;
  const { qd } = tx;
  if (qd.sched === null || tx.validated > 0) return tx.qdisc.shift() ?? 0;
  if (!ready(w, q, cpu)) return 0;
  const slot = qd.next;
  qd.next = 0;
  tx.qdisc.splice(tx.qdisc.indexOf(slot), 1);
  counted(w, q, slot);
  return slot;
}

/** qdisc_bstats_update */
export function counted(w: World, q: RxQueue, slot: number): void {
  q.tx.qd.packets += w.pool.segs[slot];
  q.tx.qd.bytes += packetBytes(w, slot);
}

/** The packets that could leave now, at most `most`: what a clean-up or a timer is going to send. */
export function eligible(w: World, q: RxQueue, most: number): number[] {
  const { tx } = q;
  const { sched, next } = tx.qd;
  if (sched === null || sched.kind !== 'fq') return tx.qdisc.slice(0, most);
  const out = tx.qdisc.slice(0, Math.min(tx.validated, most));
  if (next !== 0 && out.length < most) out.push(next);
  fqEligible(w, sched, most, out);
  return out;
}

/** A queueing discipline takes another's place: what waits there is lost. */
export function replaceQdisc(w: World, q: RxQueue, spec: QdiscSpec, handle: number): void {
  const { tx } = q;
  for (const slot of tx.qdisc.slice()) loseInQdisc(w, q, slot, Reason.qdiscReplaced, NO_CPU, true, 0, false);
  tx.validated = 0;
  cancel(w.agenda, q.qdiscActor);
  tx.qd = createQdisc(spec, handle, w.nics[q.nic].txQueueLen);
  tx.lock = spec.kind === 'pfifo_fast' && w.fixed.rules.qdiscLockless ? -1 : tx.rootLock;
}

/** Options turned while it stands (tc qdisc change): what is too much by now is lost. */
export function changeQdisc(w: World, q: RxQueue, spec: QdiscSpec): void {
  const { tx } = q;
  const { qd } = tx;
  qd.spec = spec;
  const { sched } = qd;
  if (sched?.kind === 'prio' && spec.kind === 'prio') {
    tunePrio(w, q, sched, spec, w.nics[q.nic].txQueueLen);
    return;
  }
  if (sched !== null) sched.spec = spec as never;
  if (spec.kind !== 'fq' && spec.kind !== 'fq_codel') return;
  while (tx.qdisc.length > spec.limit) {
    const slot = takeForced(w, q);
    if (slot === 0) return;
    loseInQdisc(w, q, slot, Reason.qdiscReplaced, NO_CPU, true, 0, false);
  }
}

/** What dequeue would give; 0: nothing may leave now, and a limit may be passed for a while. */
function takeForced(w: World, q: RxQueue): number {
  if (q.tx.validated > 0 || !ready(w, q, NO_CPU)) return 0;
  const slot = q.tx.qd.next;
  q.tx.qd.next = 0;
  return slot;
}
