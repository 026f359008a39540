/**
 * Sending: a transmit ring with its byte limit, the wire, and the cleaning of what has left.
 * Each transmit queue shares its vector and NAPI with the receive queue of its number (combined channels).
 * Source: igb_xmit_frame_ring, igb_clean_tx_irq, v6.12.
 * Left out: time of the DMA read (part of the driver's cost), one descriptor a fragment.
 */
import { Point } from '../../catalog/capture-points.ts';
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { cancel, schedule } from '../clock/agenda.ts';
import { dropKey } from '../drop.ts';
import { emit } from '../emit.ts';
import { beginCut, nextFrameLen } from '../link/cut.ts';
import { linkTakes, putOnLink } from '../link/way.ts';
import { addLatency } from '../metrics/latency.ts';
import { eligible, ready, takeNext } from '../net/sched/sched.ts';
import { freeSent, toeFreed } from '../net/sock-write.ts';
import { isUfo, ufoBytes } from '../net/ufo.ts';
import { needsWork, pieces, validateXmit, xmitCycles } from '../net/validate-xmit.ts';
import { FRAME_DECRYPTED } from '../packet/frame-bits.ts';
import { NO_CPU } from '../records.ts';
import { tlsDriverSends } from '../tls/tx-card.ts';
import { clientAnswer } from '../traffic/client.ts';
import { replanWire } from '../traffic/source.ts';
import { WIRE_OVERHEAD } from '../traffic/wire.ts';
import { innerFlow } from '../tunnel/state.ts';
import { type Cpu, LATENCY_FLOWS, type Nic, type RxQueue, type World } from '../world.ts';
import { dqlCompleted, dqlQueued } from './dql.ts';
import { carryOut, decideInterrupt } from './moderation.ts';
import { toeOf, toeTxInFlight } from './toe/state.ts';

const NS = 1_000_000_000;
/** Packets that one wake-up of a queue takes out of its queueing discipline (net.core.dev_weight). */
const REFILL_MOST = 64;

/** Descriptors in use: waiting for the wire, or sent and not cleaned yet. */
export function txUsed(q: RxQueue): number {
  return q.tx.ring.length - q.tx.ringAt + q.tx.sent.length;
}

/** Room for one more packet: a free descriptor, and bytes left in the limit. */
export function hasRoom(q: RxQueue): boolean {
  return !q.tx.dql.stopped && txUsed(q) < q.tx.size - 1;
}

/** Why a packet has to wait in the queueing discipline. */
export function whyStopped(q: RxQueue): number {
  if (q.tx.dql.stopped) return Reason.txBql;
  return txUsed(q) >= q.tx.size - 1 ? Reason.txQdisc : Reason.txBehind;
}

function bytesOf(w: World, slot: number): number {
  const { pool } = w;
  if (isUfo(pool, slot)) return ufoBytes(pool, slot);
  return pool.segs[slot] * (pool.frameLen[slot] - pool.payloadLen[slot]) + pool.totalPayload[slot];
}

/** The driver's start_xmit: a descriptor, and the doorbell. */
export function intoRing(w: World, nic: Nic, q: RxQueue, cpu: number, slot: number, reason: number): void {
  const pool = w.pool;
  if (w.tap !== null) w.tap(w, Point.driverOut, nic.index, slot);
  if ((pool.bits[slot] & FRAME_DECRYPTED) !== 0) {
    const why = tlsDriverSends(w, nic, cpu, slot, q.txPlace);
    if (why !== Reason.none) {
      dropInDriver(w, q, cpu, slot, why);
      return;
    }
  }
  q.tx.ring.push(slot);
  q.tx.posted += 1;
  q.tx.by = cpu === NO_CPU ? -1 : cpu;
  if (q.tx.bql) dqlQueued(q.tx.dql, bytesOf(w, slot));
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

/** The driver frees what its card cannot encrypt; the stack takes it as sent. */
function dropInDriver(w: World, q: RxQueue, cpu: number, slot: number, why: number): void {
  const { pool } = w;
  const segs = pool.segs[slot];
  w.totals.txDropped += segs;
  const key = dropKey(q.txPlace, why);
  w.totals.txDrops[key] = (w.totals.txDrops[key] ?? 0) + 1;
  const [id, cause] = [pool.id[slot], pool.lastSeq[slot]];
  const seq = emit(w, Kind.txDrop, q.txPlace, why, cpu, id, 0, cause, segs, 0);
  freeSent(w, slot, cpu, seq);
}

/**
 * The driver's call for the oldest packet of the queueing discipline (`waited`) or for one at hand, made ready for the card first. A
 * packet cut in software is several calls; where the ring is full before the last, what is left goes back to the queue's head.
 */
export function handToDriver(
  w: World,
  nic: Nic,
  q: RxQueue,
  cpu: number,
  slot: number,
  waited: boolean,
): void {
  const { tx } = q;
  const reason = waited ? Reason.txFromQdisc : Reason.txRing;
  if (waited && tx.validated > 0) {
    tx.validated -= 1;
    intoRing(w, nic, q, cpu, slot, reason);
    return;
  }
  if (!needsWork(w, nic, slot)) {
    intoRing(w, nic, q, cpu, slot, reason);
    return;
  }
  validateXmit(w, nic, q, cpu, slot);
  if (pieces.length === 1) {
    intoRing(w, nic, q, cpu, slot, reason);
    return;
  }
  const stops = w.fixed.rules.bqlStopsPieces;
  for (let i = 0; i < pieces.length; i += 1) {
    if (txUsed(q) >= tx.size - 1 || (stops && tx.dql.stopped)) {
      requeue(w, q, cpu, i);
      return;
    }
    intoRing(w, nic, q, cpu, pieces[i], Reason.txPiece);
  }
}

/** dev_requeue_skb: pieces from `from` on go to the head of the queueing discipline, and need no second look. */
function requeue(w: World, q: RxQueue, cpu: number, from: number): void {
  const { pool } = w;
  const rest = pieces.slice(from);
  q.tx.qdisc.unshift(...rest);
  q.tx.validated = rest.length;
  q.tx.requeues += rest.length;
  for (const slot of rest) {
    const [id, cause] = [pool.id[slot], pool.lastSeq[slot]];
    const waiting = q.tx.qdisc.length;
    pool.lastSeq[slot] = emit(w, Kind.txQueue, q.txPlace, Reason.txRequeued, cpu, id, 0, cause, waiting, 1);
  }
}

/** The packet at the head of a queue, 0: none. The firmware of a card with a TOE is one queue more, after the last. */
function headOf(w: World, nic: Nic, number: number): number {
  if (number === nic.queues) return toeOf(nic).wire[0] ?? 0;
  const { tx } = w.queues[nic.firstQueue + number];
  return tx.ringAt < tx.ring.length ? tx.ring[tx.ringAt] : 0;
}

/** The firmware has a frame for the wire. */
export function wakeWire(w: World, nic: Nic): void {
  if (nic.txSending < 0) startFrame(w, nic, nic.queues);
}

/** Puts the next frame of a queue (or of the next one in turn that has one) on the wire. */
function startFrame(w: World, nic: Nic, from: number): void {
  const all = nic.toe === null ? nic.queues : nic.queues + 1;
  for (let i = 0; i < all; i += 1) {
    const number = (from + i) % all;
    const slot = headOf(w, nic, number);
    if (slot === 0) continue;
    nic.txSending = number;
    if (nic.way >= 0) {
      beginCut(w, nic, slot);
      sendFrame(w, nic, slot);
      return;
    }
    sendBytes(w, nic, w.pool.segs[slot] * WIRE_OVERHEAD + bytesOf(w, slot));
    return;
  }
  nic.txSending = -1;
  nic.txRem = 0;
  cancel(w.agenda, nic.txActor);
}

function sendBytes(w: World, nic: Nic, bytes: number): void {
  const total = bytes * 8 * NS + nic.txRem;
  const ns = Math.floor(total / nic.linkBps);
  nic.txRem = total - ns * nic.linkBps;
  schedule(w.agenda, nic.txActor, w.now + ns);
}

/** A frame of the packet has left onto the card's link. @returns true where more of it are to come */
function wireFrame(w: World, nic: Nic, slot: number): boolean {
  putOnLink(w, nic, slot);
  if (nic.txFrame >= w.pool.segs[slot]) return false;
  sendFrame(w, nic, slot);
  return true;
}

/** The packet's next frame goes onto the link, as soon as that takes it. */
function sendFrame(w: World, nic: Nic, slot: number): void {
  nic.txWaits = !linkTakes(w, nic);
  if (nic.txWaits) cancel(w.agenda, nic.txActor);
  else sendBytes(w, nic, nextFrameLen(w, nic, slot) + WIRE_OVERHEAD);
}

/** The link may take frames again. */
export function resumeSending(w: World, nic: Nic): void {
  if (!nic.txWaits) return;
  sendFrame(w, nic, headOf(w, nic, nic.txSending));
}

/** The frame on the wire has left: its descriptor is written back, the vector decides about an interrupt. */
export function frameSent(w: World, nic: Nic): void {
  if (nic.txSending === nic.queues) {
    toeFrameSent(w, nic);
    return;
  }
  const q = w.queues[nic.firstQueue + nic.txSending];
  const { tx } = q;
  const pool = w.pool;
  const slot = tx.ring[tx.ringAt];
  if (nic.way >= 0 && wireFrame(w, nic, slot)) return;
  tx.ringAt += 1;
  if (tx.ringAt >= 512) {
    tx.ring = tx.ring.slice(tx.ringAt);
    tx.ringAt = 0;
  }
  const segs = pool.segs[slot];
  tx.packets += segs;
  nic.counters.tx_packets += segs;
  nic.counters.tx_bytes += bytesOf(w, slot);
  w.totals.txSent += segs;
  if (w.tap !== null) w.tap(w, Point.wireOut, nic.index, slot);
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
  if (pool.sk[slot] !== 0 && w.sockets[pool.sk[slot] - 1].spec.proto === 'udp') {
    const latencyNs = w.now - pool.arrivedNs[slot];
    addLatency(w.sockets[pool.sk[slot] - 1].txLatency, latencyNs);
    const flow = innerFlow(w, slot).id;
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
    if (tx.runner < 0) refillFromQdisc(w, nic, q, NO_CPU, REFILL_MOST);
    return;
  }
  tx.sent.push(slot);
  q.unsignalled += 1;
  if (q.unsignalled === 1) q.firstWaitingSeq = seq;
  const reason = decideInterrupt(w, nic, q);
  if (reason !== Reason.irqMasked) carryOut(w, q, reason, seq);
}

/** The same of a frame that the firmware has made: no descriptor, no interrupt, nothing for the driver to clean. */
function toeFrameSent(w: World, nic: Nic): void {
  const toe = toeOf(nic);
  const { pool } = w;
  const slot = toe.wire[0];
  if (nic.way >= 0 && wireFrame(w, nic, slot)) return;
  toe.wire.shift();
  const segs = pool.segs[slot];
  nic.counters.tx_packets += segs;
  nic.counters.tx_bytes += bytesOf(w, slot);
  w.totals.txSent += segs;
  if (w.tap !== null) w.tap(w, Point.wireOut, nic.index, slot);
  const [id, cause] = [pool.id[slot], pool.lastSeq[slot]];
  emit(w, Kind.txSent, toe.place, Reason.toeMade, NO_CPU, id, 0, cause, segs, nic.index);
  toeFreed(w, nic, slot);
  startFrame(w, nic, nic.txSending + 1);
}

/** How many of the oldest `count` sent packets another CPU had queued. */
export function remoteSent(w: World, q: RxQueue, cpu: Cpu, count: number): number {
  let n = 0;
  for (let i = 0; i < count; i += 1) if (w.pool.txCpu[q.tx.sent[i]] !== cpu.index) n += 1;
  return n;
}

/** Frees what has been sent (part of the NAPI's poll, free of its budget); the limit learns from it. */
export function cleanTx(w: World, q: RxQueue, cpu: Cpu, count: number, cause: number): void {
  const { tx } = q;
  tx.remote += remoteSent(w, q, cpu, count);
  let bytes = 0;
  for (let i = 0; i < count; i += 1) {
    bytes += bytesOf(w, tx.sent[i]);
    q.itr.sentPackets += w.pool.segs[tx.sent[i]];
  }
  q.itr.sentBytes += bytes;
  const done = tx.sent.splice(0, count);
  tx.completions += 1;
  tx.freed += count;
  const { dql } = tx;
  const before = dql.limit;
  if (tx.bql) dqlCompleted(w, dql, bytes);
  const reason = dql.limit > before ? Reason.bqlGrows : dql.limit < before ? Reason.bqlShrinks : Reason.none;
  const seq = emit(w, Kind.txClean, q.txPlace, reason, cpu.index, 0, 0, cause, done.length, dql.limit);
  for (const slot of done) freeSent(w, slot, cpu.index, seq);
}

/** Packets that wait and could go on now; 0 while a CPU runs the queueing discipline. */
export function refillable(w: World, q: RxQueue, cpu: number): number {
  const { tx } = q;
  if (tx.qdisc.length === 0 || tx.runner >= 0 || !hasRoom(q)) return 0;
  const most = Math.min(REFILL_MOST, tx.size - 1 - txUsed(q));
  if (tx.qd.sched === null) return Math.min(tx.qdisc.length, most);
  return ready(w, q, cpu) ? eligible(w, q, most).length : 0;
}

/** Up to `most` waiting packets go on into the ring. */
export function refillFromQdisc(w: World, nic: Nic, q: RxQueue, cpu: number, most: number): void {
  const { tx } = q;
  for (let n = 0; n < most && tx.qdisc.length > 0 && hasRoom(q); n += 1) {
    const slot = takeNext(w, q, cpu);
    if (slot === 0) return;
    if (w.pool.txCpu[slot] !== cpu) tx.forOthers += 1;
    handToDriver(w, nic, q, cpu, slot, true);
  }
  // a look at the next one sets the timer where none may leave
  if (tx.qd.sched !== null && hasRoom(q)) ready(w, q, cpu);
}

/** Cycles that making the `count` oldest packets that wait ready for the card costs. */
export function waitingCycles(w: World, cpu: Cpu, q: RxQueue, count: number): number {
  const { validated } = q.tx;
  const slots = q.tx.qd.sched === null ? q.tx.qdisc : eligible(w, q, count);
  const nic = w.nics[q.nic];
  let cycles = 0;
  for (let i = validated; i < count; i += 1)
    if (needsWork(w, nic, slots[i])) cycles += xmitCycles(w, cpu, nic, slots[i]);
  return cycles;
}

/** Skbs between the stack (or the sendmsg or connection that made them) and the wire's end, counted in frames. */
export function txInFlight(w: World): number {
  let n = 0;
  for (const task of w.tasks) if (task.send.slot !== 0) n += w.pool.segs[task.send.slot];
  for (const cpu of w.cpus) {
    for (const slot of cpu.acks) n += w.pool.segs[slot];
    if (cpu.xmit.slot !== 0) n += w.pool.segs[cpu.xmit.slot];
    n += cpu.xmit.more.length;
    const { copies } = cpu.softirq;
    for (let i = 0; i < copies.length; i += 2) n += w.pool.segs[copies[i]];
  }
  for (const q of w.queues) {
    for (let i = q.tx.ringAt; i < q.tx.ring.length; i += 1) n += w.pool.segs[q.tx.ring[i]];
    for (const slot of q.tx.qdisc) n += w.pool.segs[slot];
  }
  for (const { toe } of w.nics) if (toe !== null) n += toeTxInFlight(w, toe);
  return n;
}
