/**
 * fq: a queue for each socket, served in turn, and each packet not before its time. TCP says when (its pacing rate); a flow whose
 * next packet may not leave yet is throttled, and a timer brings it back. What can go at once takes a short way past the flows.
 * Source: net/sched/sch_fq.c, v6.12; before 4.20 fq itself spreads a socket's packets by sk_pacing_rate (v4.19).
 * Left out: garbage collection of idle flows, hash trees (a flow is found by its socket), ce_threshold, weights and priomap options.
 */
import { Kind } from '../../../catalog/kinds.ts';
import { Reason } from '../../../catalog/reasons.ts';
import { cancel, schedule } from '../../clock/agenda.ts';
import { jiffies, jiffiesOf } from '../../clock/jiffies.ts';
import { emit } from '../../emit.ts';
import { SK_PACING_FQ } from '../../tcp/sender.ts';
import { innerFlow } from '../../tunnel/state.ts';
import type { RxQueue, TcpConnection, World } from '../../world.ts';
import { priorityOf } from '../prio-band.ts';
import { packetBytes } from './bytes.ts';
import { loseInQdisc } from './lose.ts';
import {
  FQ_DETACHED,
  FQ_NEW,
  FQ_OLD,
  FQ_THROTTLED,
  type FqFlow,
  type FqSpec,
  type FqState,
  PRIO2BAND,
} from './spec.ts';

export const FQ_BANDS = 3;
/** Bytes a band may send in its turn: 9, 3 and 1 times 64 KiB. */
const BAND_QUANTUM = [9 << 16, 3 << 16, 1 << 16];
/** Packets that may wait in the fast path's queue. */
const FASTPATH_MOST = 8;
const SECOND = 1_000_000_000;
const INT_MAX = 2_147_483_647;

/** Keys of flows: hashes of packets without a socket first, then UDP sockets, then TCP connections. */
const SOCKET_KEY = 2 ** 33;
const CONNECTION_KEY = 2 ** 34;

const NOTHING_HELD = { heldSlot: 0, heldId: 0, heldNs: 0 };

function createFlow(key: number, credit: number, age: number): FqFlow {
  return { key, slots: [], times: [], credit, timeNext: 0, band: 0, list: FQ_DETACHED, age, ...NOTHING_HELD };
}

export function createFq(spec: FqSpec): FqState {
  return {
    kind: 'fq',
    spec,
    flows: [],
    byKey: {},
    internal: createFlow(-1, 0, 0),
    newFlows: [[], [], []],
    oldFlows: [[], [], []],
    bandCredit: [0, 0, 0],
    bandPackets: [0, 0, 0],
    band: 0,
    delayed: [],
    fastpath: 0,
    throttled: 0,
    flowsPlimit: 0,
    horizonDrops: 0,
    horizonCaps: 0,
    tooLong: 0,
    bandDrops: [0, 0, 0],
    latencyNs: 0,
  };
}

/** Flows without a packet. */
export function fqInactive(f: FqState): number {
  return f.flows.reduce((n, flow) => n + (flow.slots.length === 0 ? 1 : 0), 0);
}

/** When the next throttled flow goes on; Infinity: none waits. */
export function fqNextDelayed(f: FqState): number {
  return f.delayed.length === 0 ? Number.POSITIVE_INFINITY : f.flows[f.delayed[0]].timeNext;
}

/** The connection that a packet of this host is of, open both ways; else null. */
function connectionOf(w: World, slot: number): TcpConnection | null {
  const { flows } = w.fixed;
  const { dev, reply } = innerFlow(w, slot);
  if (dev < 0 || reply === 0 || !flows[reply].live) return null;
  const conn = w.connections[flows[reply].connection];
  // a SYN-ACK, an answer in TIME-WAIT, a RST: of no socket's flow
  const state = conn.tcp?.state;
  return state === undefined || state === 'closed' || state === 'syn-recv' || state === 'time-wait'
    ? null
    : conn;
}

function keyOf(w: World, f: FqState, slot: number, conn: TcpConnection | null): number {
  if (conn !== null) return CONNECTION_KEY + conn.index;
  const { pool } = w;
  const sk = pool.sk[slot];
  if (sk !== 0 && w.sockets[sk - 1].spec.connected === true) return SOCKET_KEY + sk;
  return (pool.hash[slot] & f.spec.orphanMask) >>> 0;
}

/** flow_queue_add: by time, equal ones in order of coming. */
function queueAdd(flow: FqFlow, slot: number, time: number): void {
  let at = flow.slots.length;
  while (at > 0 && flow.times[at - 1] > time) at -= 1;
  flow.slots.splice(at, 0, slot);
  flow.times.splice(at, 0, time);
}

/** A TCP connection learns that fq paces it: from now on it hands out times and keeps no timer. */
function takeOver(f: FqState, conn: TcpConnection | null): void {
  if (conn?.tcp != null && f.spec.pacing) conn.tcp.tx.pacing = SK_PACING_FQ;
}

/** fq_fastpath_check: past the flows, where none of them could go now. */
function fastpath(w: World, q: RxQueue, f: FqState, time: number): boolean {
  if (!w.fixed.rules.fqBands || time > w.now || f.spec.maxRate !== Number.POSITIVE_INFINITY) return false;
  if (q.tx.qdisc.length === 0) return true;
  // flows that have packets and are not throttled, or one on a list still without
  if (f.flows.length !== fqInactive(f) + f.delayed.length) return false;
  return f.internal.slots.length < FASTPATH_MOST && fqNextDelayed(f) > w.now;
}

/**
 * fq_enqueue. The packet is not in q.tx.qdisc yet.
 * @returns 0: it joins a flow; else the record of its loss
 */
export function fqEnqueue(w: World, q: RxQueue, f: FqState, slot: number, cpu: number): number {
  const { pool } = w;
  const { rules } = w.fixed;
  const { spec } = f;
  const band = rules.fqBands ? PRIO2BAND[priorityOf(w, slot)] : 0;
  const inBand = rules.fqBands ? f.bandPackets[band] : q.tx.qdisc.length;
  if (inBand >= spec.limit) {
    f.bandDrops[band] += 1;
    return loseInQdisc(w, q, slot, Reason.fqLimit, cpu, false, inBand);
  }
  const conn = connectionOf(w, slot);
  let time = w.now;
  if (conn !== null && rules.tcpEdt && pool.readyNs[slot] > 0) {
    time = pool.readyNs[slot];
    if (rules.fqHorizon && time > w.now + spec.horizonNs) {
      const beyond = Math.min(INT_MAX, Math.floor((time - w.now) / 1000));
      if (spec.horizonDrop) {
        f.horizonDrops += 1;
        return loseInQdisc(w, q, slot, Reason.fqHorizonDrop, cpu, false, beyond);
      }
      f.horizonCaps += 1;
      time = w.now + spec.horizonNs;
      pool.readyNs[slot] = time;
      told(w, q, slot, Reason.fqHorizonCap, cpu, 0, beyond);
    }
  }
  if (fastpath(w, q, f, time)) {
    f.fastpath += 1;
    takeOver(f, conn);
    queueAdd(f.internal, slot, time);
    told(w, q, slot, Reason.fqFastPath, cpu, -1, f.internal.slots.length);
    return 0;
  }
  const key = keyOf(w, f, slot, conn);
  let index = f.byKey[key];
  if (index === undefined) {
    index = f.flows.length;
    f.byKey[key] = index;
    f.flows.push(createFlow(key, spec.initialQuantum, jiffies(w)));
    takeOver(f, conn);
  }
  const flow = f.flows[index];
  if (flow.slots.length >= spec.flowLimit) {
    f.flowsPlimit += 1;
    return loseInQdisc(w, q, slot, Reason.fqFlowLimit, cpu, false, flow.slots.length);
  }
  let reason: number = flow.list === FQ_THROTTLED ? Reason.fqFlowThrottled : Reason.fqFlowWaits;
  if (flow.list === FQ_DETACHED) {
    reason = Reason.fqFlowNew;
    flow.list = FQ_NEW;
    f.newFlows[band].push(index);
    if (jiffies(w) > flow.age + jiffiesOf(w, spec.refillDelayNs))
      flow.credit = Math.max(flow.credit, spec.quantum);
  }
  flow.band = band;
  f.bandPackets[band] += 1;
  queueAdd(flow, slot, time);
  told(w, q, slot, reason, cpu, index, flow.slots.length);
  return 0;
}

function told(w: World, q: RxQueue, slot: number, reason: number, cpu: number, a: number, b: number): void {
  const { pool } = w;
  pool.lastSeq[slot] = emit(
    w,
    Kind.qdiscClassify,
    q.txPlace,
    reason,
    cpu,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    a,
    b,
  );
}

/** fq_flow_set_throttled */
function throttle(
  w: World,
  q: RxQueue,
  f: FqState,
  index: number,
  until: number,
  cpu: number,
  why: number,
): void {
  const flow = f.flows[index];
  flow.timeNext = until;
  flow.list = FQ_THROTTLED;
  f.throttled += 1;
  let at = f.delayed.length;
  while (at > 0 && f.flows[f.delayed[at - 1]].timeNext > until) at -= 1;
  f.delayed.splice(at, 0, index);
  const slot = flow.slots[0];
  const wait = Math.min(INT_MAX, Math.ceil(until - w.now));
  q.tx.qd.watchSeq = emit(
    w,
    Kind.qdiscThrottle,
    q.txPlace,
    why,
    cpu,
    w.pool.id[slot],
    0,
    w.pool.lastSeq[slot],
    wait,
    flow.slots.length,
  );
  w.pool.lastSeq[slot] = q.tx.qd.watchSeq;
  flow.heldSlot = slot;
  flow.heldId = w.pool.id[slot];
  flow.heldNs = w.now + wait;
}

/** fq_check_throttled: flows whose time has come join the old ones. */
function checkThrottled(w: World, f: FqState): void {
  const next = fqNextDelayed(f);
  if (next > w.now) return;
  const sample = w.now - next;
  if (sample > 0) f.latencyNs += Math.floor(sample / 8) - Math.floor(f.latencyNs / 8);
  while (fqNextDelayed(f) <= w.now) {
    const index = f.delayed.shift() as number;
    const flow = f.flows[index];
    flow.list = FQ_OLD;
    f.oldFlows[flow.band].push(index);
  }
}

/** The list that this band's turn is at; null: the band has nothing, or no credit. */
function headOf(w: World, f: FqState, band: number): number[] | null {
  if (w.fixed.rules.fqBands && f.bandCredit[band] <= 0) return null;
  if (f.newFlows[band].length > 0) return f.newFlows[band];
  return f.oldFlows[band].length > 0 ? f.oldFlows[band] : null;
}

/** The turn goes to the next band that has credit, through all of them once. @returns its number of tries; 0: no band has a flow */
function nextBand(f: FqState, tries: number): number {
  for (let n = tries + 1; n <= FQ_BANDS; n += 1) {
    f.band = (f.band + 1) % FQ_BANDS;
    const quantum = BAND_QUANTUM[f.band];
    f.bandCredit[f.band] = Math.min(f.bandCredit[f.band] + quantum, quantum);
    if (f.bandCredit[f.band] > 0) return n;
    n = 0;
  }
  return 0;
}

/** fq_dequeue. @returns the packet that may leave now (it stays in q.tx.qdisc); 0: none, and the watchdog is set for the next */
export function fqDequeue(w: World, q: RxQueue, f: FqState, cpu: number): number {
  const fast = f.internal.slots.shift();
  if (fast !== undefined) {
    f.internal.times.shift();
    return fast;
  }
  if (q.tx.qdisc.length === 0) return 0;
  checkThrottled(w, f);
  let tries = 0;
  for (;;) {
    const list = headOf(w, f, f.band);
    if (list === null) {
      tries = w.fixed.rules.fqBands ? nextBand(f, tries) : 0;
      if (tries > 0) continue;
      armWatchdog(w, q, f, cpu);
      return 0;
    }
    tries = 0;
    const index = list[0];
    const flow = f.flows[index];
    const fresh = list === f.newFlows[f.band];
    if (flow.credit <= 0) {
      flow.credit += f.spec.quantum;
      list.shift();
      flow.list = FQ_OLD;
      f.oldFlows[flow.band].push(index);
      turn(w, q, flow.slots[0] ?? 0, Reason.fqCreditUsed, cpu, flow.credit, index);
      continue;
    }
    if (flow.slots.length === 0) {
      list.shift();
      // a pass through the old flows, so that these don't starve
      flow.list = fresh ? FQ_OLD : FQ_DETACHED;
      if (fresh) f.oldFlows[flow.band].push(index);
      else flow.age = jiffies(w);
      continue;
    }
    const time = Math.max(flow.times[0], flow.timeNext);
    if (time > w.now) {
      list.shift();
      const why = flow.times[0] >= flow.timeNext && w.fixed.rules.tcpEdt ? Reason.fqNotYet : Reason.fqRate;
      throttle(w, q, f, index, time, cpu, why);
      continue;
    }
    const slot = flow.slots.shift() as number;
    flow.times.shift();
    f.bandPackets[flow.band] -= 1;
    const bytes = packetBytes(w, slot);
    flow.credit -= bytes;
    f.bandCredit[f.band] -= bytes;
    if (f.spec.pacing) spread(w, f, flow, slot, bytes);
    return slot;
  }
}

/** When the flow's next packet may leave, where fq itself enforces a rate. */
function spread(w: World, f: FqState, flow: FqFlow, slot: number, bytes: number): void {
  const { rules } = w.fixed;
  const conn = connectionOf(w, slot);
  const edt = conn !== null && rules.tcpEdt;
  let rate = f.spec.maxRate;
  let len = bytes;
  if (!edt) {
    if (conn?.tcp != null) {
      // pure ACKs are not held
      if (w.pool.sk[slot] === 0) return;
      rate = Math.min(rate, conn.tcp.tx.pacingRate);
    }
    if (rate <= f.spec.lowRateThreshold) flow.credit = 0;
    else {
      len = Math.max(len, f.spec.quantum);
      if (flow.credit > 0) return;
    }
  }
  if (rate === Number.POSITIVE_INFINITY) return;
  let ns = rate === 0 ? len * SECOND : Math.floor((len * SECOND) / rate);
  if (ns > SECOND) {
    ns = SECOND;
    f.tooLong += 1;
  }
  // a timer that came late is made up for, by half at most
  if (flow.timeNext > 0) ns -= Math.min(Math.floor(ns / 2), w.now - flow.timeNext);
  flow.timeNext = w.now + ns;
}

function turn(
  w: World,
  q: RxQueue,
  slot: number,
  reason: number,
  cpu: number,
  credit: number,
  flow: number,
): void {
  const [id, cause] = slot === 0 ? [0, 0] : [w.pool.id[slot], w.pool.lastSeq[slot]];
  emit(w, Kind.qdiscTurn, q.txPlace, reason, cpu, id, 0, cause, credit, flow);
}

/** qdisc_watchdog_schedule_range_ns: at its time, or up to the slack later. */
function armWatchdog(w: World, q: RxQueue, f: FqState, cpu: number): void {
  const next = fqNextDelayed(f);
  const { qdiscActor } = q;
  if (next === Number.POSITIVE_INFINITY) cancel(w.agenda, qdiscActor);
  else {
    const due = Math.max(w.now, Math.ceil(next + f.spec.timerSlackNs));
    if (w.agenda.time[qdiscActor] !== due) schedule(w.agenda, qdiscActor, due);
    if (cpu < w.cpus.length) q.tx.qd.watchCpu = cpu;
  }
}

/** Packets that could leave now, at most `most`. */
export function fqEligible(w: World, f: FqState, most: number, out: number[]): void {
  for (const slot of f.internal.slots) if (out.length < most) out.push(slot);
  const rated = f.spec.pacing && (f.spec.maxRate !== Number.POSITIVE_INFINITY || !w.fixed.rules.tcpEdt);
  for (const flow of f.flows) {
    if (flow.slots.length === 0 || flow.timeNext > w.now) continue;
    for (let i = 0; i < flow.slots.length && flow.times[i] <= w.now && out.length < most; i += 1) {
      out.push(flow.slots[i]);
      if (rated) break;
    }
  }
}
