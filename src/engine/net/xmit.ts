/**
 * __dev_queue_xmit from the chosen queue on: the queueing discipline, and the driver. Only one CPU at a time takes packets out of
 * a queueing discipline (qdisc_run_begin); others leave theirs in it and go, and the one that runs it sends them too, up to 64.
 * With a root lock (every qdisc before 4.16; fq_codel) CPUs also wait for each other while they put a packet in.
 * Steps of work of one CPU (Cpu.xmit), with bottom halves off: no two of them nest.
 * Source: net/core/dev.c __dev_xmit_skb, net/sched/sch_generic.c __qdisc_run, sch_direct_xmit, v6.12.
 * Left out: busylock, NET_TX softirq (what a run leaves behind goes on at the next clean-up), several packets a dequeue (but for the
 * pieces of one, each of which costs a driver's call).
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { spend, startWork } from '../cpu/context.ts';
import { acquireLock, releaseLock } from '../cpu/lock.ts';
import { nicAway, remoteExtra } from '../cpu/node.ts';
import { dropKey } from '../drop.ts';
import { emit } from '../emit.ts';
import { handToDriver, hasRoom, refillFromQdisc, whyStopped } from '../nic/tx-ring.ts';
import { countSent, skbBytes, wrap } from '../tunnel/xmit.ts';
import type { Cpu, Nic, RxQueue, World } from '../world.ts';
import { pickTxQueue } from './pick-tx.ts';
import { bandOf } from './prio-band.ts';
import { canBypass, chosen, counted, ready, schedEnqueue, takeNext } from './sched/sched.ts';
import { freeSent } from './sock-write.ts';
import { needsWork, xmitCycles } from './validate-xmit.ts';

const IDLE = 0;
const ENQUEUE = 1;
const DEQUEUE = 2;
const DRIVE = 3;

/** net.core.dev_weight packets a run of the queueing discipline. */
const QDISC_QUOTA = 64;

/** Begins to send what counts as produced. `free`: its cost is part of what was charged before (forwarding before NAPI). */
export function beginXmit(w: World, cpu: Cpu, q: RxQueue, slot: number, free: boolean): void {
  const x = cpu.xmit;
  const { profile } = w.fixed.hosts[cpu.host];
  x.queue = q.index;
  x.slot = slot;
  x.stage = ENQUEUE;
  x.left = QDISC_QUOTA;
  x.free = free;
  x.lost = false;
  w.pool.txCpu[slot] = cpu.index;
  w.hosts[cpu.host].software.qdisc += 1;
  if (q.tx.lock >= 0 && !free) {
    const queueing = spend(cpu, Part.netdev, Math.max(0, profile.qdisc - profile.lock));
    acquireLock(w, cpu, w.locks[q.tx.lock], queueing, w.pool.lastSeq[slot]);
    return;
  }
  // what another CPU has written last is in its cache
  const away = q.tx.lastCpu >= 0 && q.tx.lastCpu !== cpu.index;
  const cycles = free ? 0 : profile.qdisc + (away ? profile.lockTransfer : 0);
  startWork(w, cpu, spend(cpu, Part.netdev, cycles));
}

/** The item of work is over. @returns true where this CPU is done with sending (xmitLost: whether its packet was lost) */
export function xmitStep(w: World, cpu: Cpu): boolean {
  const x = cpu.xmit;
  const q = w.queues[x.queue];
  const { tx } = q;
  if (x.stage === ENQUEUE) {
    tx.lastCpu = cpu.index;
    if (passesBy(q)) {
      tx.runner = cpu.index;
      if (tx.qd.sched !== null) counted(w, q, x.slot);
      return drive(w, cpu, q);
    }
    x.lost = enqueue(w, cpu, q, x.slot) > 0;
    x.slot = 0;
    if (tx.runner >= 0 || !hasRoom(q)) return over(w, cpu, q, false);
    tx.runner = cpu.index;
    return next(w, cpu, q);
  }
  if (x.stage === DEQUEUE) return drive(w, cpu, q);
  const waited = x.slot === 0;
  const slot = waited ? takeNext(w, q, cpu.index) : x.slot;
  x.slot = 0;
  tx.lastCpu = cpu.index;
  // the queueing discipline has been replaced meanwhile
  if (slot === 0) return next(w, cpu, q);
  if (waited && w.pool.txCpu[slot] !== cpu.index) tx.forOthers += 1;
  handToDriver(w, w.nics[q.nic], q, cpu.index, slot, waited);
  return next(w, cpu, q);
}

/**
 * Sends at once what costs that were charged before: an ACK, from whatever level made it. It neither waits for the root lock nor
 * runs the queueing discipline beyond one packet, so it needs no steps and may come between the steps of another packet.
 * @returns record of its loss in the queueing discipline, or of another's of its flow (fq_codel); 0: it is on its way
 */
export function xmitAtOnce(w: World, cpu: Cpu, q: RxQueue, slot: number): number {
  return Math.abs(xmitOrLose(w, cpu, q, slot));
}

/** The same. @returns below 0 where it is another packet of its flow that is lost */
export function xmitOrLose(w: World, cpu: Cpu, q: RxQueue, slot: number): number {
  const { tx } = q;
  w.pool.txCpu[slot] = cpu.index;
  w.hosts[cpu.host].software.qdisc += 1;
  if (passesBy(q)) {
    if (tx.qd.sched !== null) counted(w, q, slot);
    handToDriver(w, w.nics[q.nic], q, cpu.index, slot, false);
    return 0;
  }
  const lost = enqueue(w, cpu, q, slot);
  // one driver's call was paid for: the oldest packet gets it
  if (lost <= 0 && tx.runner < 0) refillFromQdisc(w, w.nics[q.nic], q, cpu.index, 1);
  return lost;
}

/** Nothing waits, nobody else is at it, the ring has room: the packet is never in the queueing discipline. */
function passesBy(q: RxQueue): boolean {
  const { tx } = q;
  return tx.runner < 0 && tx.qdisc.length === 0 && hasRoom(q) && canBypass(tx.qd);
}

/** What became of the packet that this CPU wanted to send. */
export function xmitLost(cpu: Cpu): boolean {
  return cpu.xmit.lost;
}

/** The driver's part, without the root lock: for its own packet, or for the oldest one waiting. */
function drive(w: World, cpu: Cpu, q: RxQueue): boolean {
  const x = cpu.xmit;
  const { profile } = w.fixed.hosts[cpu.host];
  unlock(w, cpu, q);
  x.stage = DRIVE;
  // drivers of old clean up what they have sent when they are called next
  const pages = x.free || w.fixed.rules.napi ? 0 : profile.page;
  const cleaning = x.free || w.fixed.rules.napi ? 0 : profile.txDone;
  const nic = w.nics[q.nic];
  const away = !x.free && nicAway(cpu, nic) ? remoteExtra(w, cpu, profile.txDrv) : 0;
  const slot = x.slot !== 0 ? x.slot : chosen(q);
  const more = !x.free && slot !== 0 && needsWork(w, nic, slot) ? xmitCycles(w, cpu, nic, slot) : 0;
  const driver = x.free ? 0 : profile.txDrv + cleaning + away;
  startWork(w, cpu, spend(cpu, Part.netdev, driver) + spend(cpu, Part.memory, pages) + more);
  return false;
}

/** __qdisc_run: another packet, while there are any, room, and quota. */
function next(w: World, cpu: Cpu, q: RxQueue): boolean {
  const x = cpu.xmit;
  if (!hasRoom(q) || x.left === 0 || !ready(w, q, cpu.index)) return over(w, cpu, q, true);
  x.left -= 1;
  const lock = q.tx.lock < 0 ? null : w.locks[q.tx.lock];
  if (lock === null || x.free || lock.holder === cpu.index) return drive(w, cpu, q);
  x.stage = DEQUEUE;
  acquireLock(w, cpu, lock, 0, w.pool.lastSeq[q.tx.qdisc[0]]);
  return false;
}

function over(w: World, cpu: Cpu, q: RxQueue, ran: boolean): boolean {
  if (ran) q.tx.runner = -1;
  unlock(w, cpu, q);
  const x = cpu.xmit;
  x.stage = IDLE;
  if (x.tunnel >= 0) return nextForTunnel(w, cpu);
  if (x.more.length === 0) return true;
  // fragments leave one after the other; without one of them the rest is of no use
  if (x.lost) {
    w.hosts[cpu.host].snmp.IpFragCreates -= x.more.length;
    while (x.more.length > 0) loseFragment(w, cpu, q, x.more.shift() as number);
    return true;
  }
  beginXmit(w, cpu, q, x.more.shift() as number, x.free);
  return false;
}

/**
 * Wraps packets one after the other and begins to send the first that its tunnel does not lose; the others follow in xmitStep.
 * @returns whether one is on its way
 */
export function beginTunnel(w: World, cpu: Cpu, tun: Nic, slots: readonly number[], free: boolean): boolean {
  const x = cpu.xmit;
  x.more.push(...slots);
  x.free = free;
  x.lost = false;
  return beginWrapped(w, cpu, tun);
}

function beginWrapped(w: World, cpu: Cpu, tun: Nic): boolean {
  const x = cpu.xmit;
  while (x.more.length > 0) {
    const slot = x.more.shift() as number;
    const bytes = skbBytes(w, slot);
    const card = wrap(w, tun, cpu.index, slot);
    if (card === null) continue;
    x.tunnel = tun.index;
    x.tunnelBytes = bytes;
    beginXmit(w, cpu, pickTxQueue(w, card, cpu, slot), slot, x.free);
    return true;
  }
  x.tunnel = -1;
  return false;
}

/** What a tunnel has wrapped is away, or lost below: that is the device's own affair. Then the next. */
function nextForTunnel(w: World, cpu: Cpu): boolean {
  const x = cpu.xmit;
  const tun = w.nics[x.tunnel];
  countSent(tun, x.tunnelBytes, x.lost);
  x.lost = false;
  return !beginWrapped(w, cpu, tun);
}

/** ip_do_fragment frees what is left. */
function loseFragment(w: World, cpu: Cpu, q: RxQueue, slot: number): void {
  w.totals.txDropped += 1;
  const why = Reason.fragGivenUp;
  const key = dropKey(q.txPlace, why);
  w.totals.txDrops[key] = (w.totals.txDrops[key] ?? 0) + 1;
  const { id, lastSeq } = w.pool;
  const seq = emit(w, Kind.txDrop, q.txPlace, why, cpu.index, id[slot], 0, lastSeq[slot], 1, 0);
  freeSent(w, slot, cpu.index, seq);
}

function unlock(w: World, cpu: Cpu, q: RxQueue): void {
  if (q.tx.lock >= 0 && w.locks[q.tx.lock].holder === cpu.index) releaseLock(w, cpu, w.locks[q.tx.lock]);
}

/** Into the queueing discipline. @returns 0: it is in; above 0 the record of its loss; below, another of its flow is lost (NET_XMIT_CN) */
function enqueue(w: World, cpu: Cpu, q: RxQueue, slot: number): number {
  const { pool } = w;
  const { tx } = q;
  if (tx.qd.sched !== null) {
    const id = pool.id[slot];
    const lost = schedEnqueue(w, q, tx.qd.sched, slot, cpu.index);
    // fq_codel may have dropped the very packet
    if (lost > 0 || pool.id[slot] !== id || !tx.qdisc.includes(slot)) return Math.abs(lost);
    const reason = tx.runner >= 0 ? Reason.txOtherRuns : hasRoom(q) ? Reason.txNoBypass : whyStopped(q);
    told(w, cpu, q, slot, reason, 0);
    return lost;
  }
  const nic = w.nics[q.nic];
  const segs = pool.segs[slot];
  const band = bandOf(w, q, slot);
  if (isFull(w, q, band)) {
    tx.dropped += 1;
    w.totals.txDropped += segs;
    const key = dropKey(q.txPlace, Reason.qdiscFull);
    w.totals.txDrops[key] = (w.totals.txDrops[key] ?? 0) + 1;
    nic.counters.tx_dropped += 1;
    const cause = pool.lastSeq[slot];
    const seq = emit(
      w,
      Kind.txDrop,
      q.txPlace,
      Reason.qdiscFull,
      cpu.index,
      pool.id[slot],
      0,
      cause,
      segs,
      0,
    );
    freeSent(w, slot, cpu.index, seq);
    return seq;
  }
  // behind its own band, before the lower ones; gso_skb is no part of any band, and goes before them all (dequeue_skb)
  let at = tx.qdisc.length;
  while (at > tx.validated && bandOf(w, q, tx.qdisc[at - 1]) > band) at -= 1;
  const overtaken = at === tx.qdisc.length ? 0 : pool.id[tx.qdisc[at]];
  tx.qdisc.splice(at, 0, slot);
  const reason = overtaken !== 0 ? Reason.txOvertakes : tx.runner >= 0 ? Reason.txOtherRuns : whyStopped(q);
  told(w, cpu, q, slot, reason, overtaken);
  return 0;
}

function told(w: World, cpu: Cpu, q: RxQueue, slot: number, reason: number, overtaken: number): void {
  const { pool } = w;
  pool.lastSeq[slot] = emit(
    w,
    Kind.txQueue,
    q.txPlace,
    reason,
    cpu.index,
    pool.id[slot],
    overtaken,
    pool.lastSeq[slot],
    q.tx.qdisc.length,
    pool.segs[slot],
  );
}

/** pfifo_fast without a root lock has a ring a band; before, and other queueing disciplines, one limit for all. */
function isFull(w: World, q: RxQueue, band: number): boolean {
  const { qdisc, qd } = q.tx;
  const limit = qd.spec.kind === 'pfifo' ? qd.spec.limit : w.nics[q.nic].txQueueLen;
  if (qdisc.length < limit) return false;
  if (qd.spec.kind !== 'pfifo_fast' || !w.fixed.rules.qdiscLockless) return true;
  let own = 0;
  for (const slot of qdisc) if (bandOf(w, q, slot) === band) own += 1;
  return own >= limit;
}
