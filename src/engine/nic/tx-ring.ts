/**
 * Sending: the queueing discipline in front of a transmit ring, the ring, the wire, and the cleaning of what has left.
 * Each transmit queue shares its vector and NAPI with the receive queue of its number (combined channels).
 * Source: net/core/dev.c __dev_queue_xmit, net/sched/sch_generic.c pfifo_fast, igb_clean_tx_irq, v6.12.
 * Left out: byte queue limits, several bands, time of the DMA read (part of the driver's cost).
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { cancel, schedule } from '../clock/agenda.ts';
import { dropKey } from '../drop.ts';
import { emit } from '../emit.ts';
import { freeSent } from '../net/sock-write.ts';
import { addLatency } from '../metrics/latency.ts';
import { NO_CPU } from '../records.ts';
import { clientAnswer } from '../traffic/client.ts';
import { replanWire } from '../traffic/source.ts';
import { WIRE_OVERHEAD } from '../traffic/wire.ts';
import { type Cpu, LATENCY_FLOWS, type Nic, type RxQueue, type World } from '../world.ts';
import { carryOut, decideInterrupt } from './moderation.ts';

const NS = 1_000_000_000;

/** Descriptors in use: waiting for the wire, or sent and not cleaned yet. */
export function txUsed(q: RxQueue): number {
  return q.tx.ring.length - q.tx.ringAt + q.tx.sent.length;
}

/** Queue of a NIC that this CPU sends a packet on: XPS, else the number of the queue that it came in on. */
export function pickTxQueue(w: World, nic: Nic, cpu: Cpu, slot: number): RxQueue {
  for (let i = 0; i < nic.activeQueues; i += 1) {
    const q = w.queues[nic.firstQueue + i];
    if (q.tx.xpsCpus.includes(cpu.index)) return q;
  }
  const from = w.queues[w.pool.queue[slot]].number;
  return w.queues[nic.firstQueue + (from % nic.activeQueues)];
}

/** dev_queue_xmit of what counts as produced: into the ring, else into the qdisc, else lost. @returns false where it was lost */
export function xmit(w: World, nic: Nic, q: RxQueue, cpu: Cpu, slot: number): boolean {
  const pool = w.pool;
  const { tx } = q;
  if (tx.qdisc.length === 0 && txUsed(q) < tx.size - 1) {
    intoRing(w, nic, q, cpu.index, slot, Reason.txRing);
    return true;
  }
  if (tx.qdisc.length >= nic.txQueueLen) {
    tx.dropped += 1;
    w.totals.txDropped += pool.segs[slot];
    const key = dropKey(q.txPlace, Reason.qdiscFull);
    w.totals.txDrops[key] = (w.totals.txDrops[key] ?? 0) + 1;
    nic.counters.tx_dropped += 1;
    const lost = pool.segs[slot];
    const seq = emit(
      w,
      Kind.txDrop,
      q.txPlace,
      Reason.qdiscFull,
      cpu.index,
      pool.id[slot],
      0,
      pool.lastSeq[slot],
      lost,
      0,
    );
    freeSent(w, slot, cpu.index, seq);
    return false;
  }
  tx.qdisc.push(slot);
  const length = tx.qdisc.length;
  pool.lastSeq[slot] = emit(
    w,
    Kind.txQueue,
    q.txPlace,
    Reason.txQdisc,
    cpu.index,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    length,
    pool.segs[slot],
  );
  return true;
}

function intoRing(w: World, nic: Nic, q: RxQueue, cpu: number, slot: number, reason: number): void {
  const pool = w.pool;
  q.tx.ring.push(slot);
  pool.lastSeq[slot] = emit(
    w,
    Kind.txQueue,
    q.txPlace,
    reason,
    cpu,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    txUsed(q),
    pool.segs[slot],
  );
  if (nic.txSending < 0) startFrame(w, nic, q.number);
}

/** Puts the next frame of a queue (or of the next one in turn that has one) on the wire. */
function startFrame(w: World, nic: Nic, from: number): void {
  for (let i = 0; i < nic.queues; i += 1) {
    const number = (from + i) % nic.queues;
    const { tx } = w.queues[nic.firstQueue + number];
    if (tx.ringAt >= tx.ring.length) continue;
    const slot = tx.ring[tx.ringAt];
    const pool = w.pool;
    const segs = pool.segs[slot];
    const headers = pool.frameLen[slot] - pool.payloadLen[slot];
    const bytes = segs * (headers + WIRE_OVERHEAD) + pool.totalPayload[slot];
    const total = bytes * 8 * NS + nic.txRem;
    const ns = Math.floor(total / nic.linkBps);
    nic.txRem = total - ns * nic.linkBps;
    nic.txSending = number;
    schedule(w.agenda, nic.txActor, w.now + ns);
    return;
  }
  nic.txSending = -1;
  nic.txRem = 0;
  cancel(w.agenda, nic.txActor);
}

/** The frame on the wire has left: its descriptor is written back, the vector decides about an interrupt. */
export function frameSent(w: World, nic: Nic): void {
  const q = w.queues[nic.firstQueue + nic.txSending];
  const { tx } = q;
  const pool = w.pool;
  const slot = tx.ring[tx.ringAt];
  tx.ringAt += 1;
  if (tx.ringAt >= 512) {
    tx.ring = tx.ring.slice(tx.ringAt);
    tx.ringAt = 0;
  }
  const segs = pool.segs[slot];
  tx.packets += segs;
  nic.counters.tx_packets += segs;
  nic.counters.tx_bytes += segs * (pool.frameLen[slot] - pool.payloadLen[slot]) + pool.totalPayload[slot];
  w.totals.txSent += segs;
  const seq = emit(
    w,
    Kind.txSent,
    q.txPlace,
    w.fixed.rules.napi ? Reason.none : Reason.sentFreed,
    NO_CPU,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    segs,
    nic.index,
  );
  if (pool.sk[slot] !== 0) {
    const latencyNs = w.now - pool.arrivedNs[slot];
    addLatency(w.sockets[pool.sk[slot] - 1].txLatency, latencyNs);
    const flow = pool.flow[slot];
    if (flow <= LATENCY_FLOWS) addLatency(w.flowState.latency[flow - 1], latencyNs);
    const { client } = w.fixed.flows[flow];
    if (client >= 0 && pool.tag[slot] !== 0) {
      const waits = clientAnswer(w, nic, w.sources[client], slot);
      if (waits !== null) replanWire(w, waits);
    }
  }
  startFrame(w, nic, nic.txSending + 1);
  if (!w.fixed.rules.napi) {
    // drivers of old clean up when they are called next: part of the cost of sending
    freeSent(w, slot, NO_CPU, seq);
    refillFromQdisc(w, nic, q, NO_CPU);
    return;
  }
  tx.sent.push(slot);
  q.unsignalled += 1;
  if (q.unsignalled === 1) q.firstWaitingSeq = seq;
  const reason = decideInterrupt(w, nic, q);
  if (reason !== Reason.irqMasked) carryOut(w, q, reason, seq);
}

/** Frees what has been sent (part of the NAPI's poll, free of its budget) and lets the qdisc go on. */
export function cleanTx(w: World, q: RxQueue, cpu: Cpu, count: number, cause: number): void {
  const { tx } = q;
  const nic = w.nics[q.nic];
  const done = tx.sent.splice(0, count);
  tx.completions += 1;
  const seq = emit(w, Kind.txClean, q.txPlace, Reason.none, cpu.index, 0, 0, cause, done.length, txUsed(q));
  for (const slot of done) freeSent(w, slot, cpu.index, seq);
  refillFromQdisc(w, nic, q, cpu.index);
}

function refillFromQdisc(w: World, nic: Nic, q: RxQueue, cpu: number): void {
  const { tx } = q;
  while (tx.qdisc.length > 0 && txUsed(q) < tx.size - 1) {
    intoRing(w, nic, q, cpu, tx.qdisc.shift() as number, Reason.txFromQdisc);
  }
}

/** Skbs between the stack (or the sendmsg or connection that made them) and the wire's end, counted in frames. */
export function txInFlight(w: World): number {
  let n = 0;
  for (const task of w.tasks) if (task.send.slot !== 0) n += 1;
  for (const cpu of w.cpus) n += cpu.acks.length;
  for (const q of w.queues) {
    for (let i = q.tx.ringAt; i < q.tx.ring.length; i += 1) n += w.pool.segs[q.tx.ring[i]];
    for (const slot of q.tx.qdisc) n += w.pool.segs[slot];
  }
  return n;
}
