/**
 * From the card to the socket: payload written to memory is a completion, pieces of one connection that follow each other are one as
 * long as no handler is at work. One interrupt tells of all that wait, no sooner than rx-usecs after the last one. The handler costs the
 * CPU a descriptor a completion; the socket's reader pays for its wake-up and its copy, nothing else.
 */
import { Kind } from '../../../catalog/kinds.ts';
import { Reason } from '../../../catalog/reasons.ts';
import { Part } from '../../../catalog/work-parts.ts';
import { streamWritable } from '../../app/stream-wake.ts';
import { cancel, schedule } from '../../clock/agenda.ts';
import { spend, startWork } from '../../cpu/context.ts';
import { interruptCpu } from '../../cpu/interrupt.ts';
import { IRQ_TOE, irqSource } from '../../cpu/irq-source.ts';
import { emit } from '../../emit.ts';
import { dataReady, enqueue } from '../../net/socket.ts';
import { NO_CPU } from '../../records.ts';
import { seqAdd } from '../../tcp/seq.ts';
import type { Cpu, Nic, TcpConnection, World } from '../../world.ts';
import { toeForgets } from './queue.ts';
import { toeOf } from './state.ts';

/** Most payload that one completion tells of, bytes. */
const COMPLETION_MOST = 65_535;

/** The oldest DMA is over. */
export function toeDmaDone(w: World, nic: Nic): void {
  const toe = toeOf(nic);
  const { pool } = w;
  const slot = toe.dma.shift() as number;
  if (toe.dma.length === 0) cancel(w.agenda, toe.dmaActor);
  else schedule(w.agenda, toe.dmaActor, pool.readyNs[toe.dma[0]]);
  toeForgets(w, nic, slot);
  const bytes = pool.totalPayload[slot];
  const [id, cause] = [pool.id[slot], pool.lastSeq[slot]];
  const head = joins(w, nic, slot);
  if (head !== 0) {
    const seq = emit(
      w,
      Kind.toeDma,
      toe.place,
      Reason.toeJoined,
      NO_CPU,
      id,
      pool.id[head],
      cause,
      bytes,
      toe.done.length,
    );
    pool.lastSeq[head] = seq;
    join(w, head, slot);
    return;
  }
  toe.done.push(slot);
  toe.counters.toe_completions += 1;
  const seq = emit(
    w,
    Kind.toeDma,
    toe.place,
    Reason.toeCompletion,
    NO_CPU,
    id,
    0,
    cause,
    bytes,
    toe.done.length,
  );
  pool.lastSeq[slot] = seq;
  interruptFor(w, nic, seq);
}

/** @returns the completion (slot) that the payload goes on from; 0: there is none that may grow */
function joins(w: World, nic: Nic, slot: number): number {
  const { done, batch } = toeOf(nic);
  if (batch >= 0 || done.length === 0) return 0;
  const { pool } = w;
  const head = done[done.length - 1];
  const whole = pool.payloadLen[slot] === pool.totalPayload[slot];
  const equal = pool.payloadLen[pool.fragLast[head]] === pool.payloadLen[head];
  const next = seqAdd(pool.seq[head], pool.totalPayload[head]) === pool.seq[slot];
  if (pool.flow[head] !== pool.flow[slot] || !whole || !equal || !next) return 0;
  if (
    pool.payloadLen[slot] > pool.payloadLen[head] ||
    pool.segs[head] * pool.payloadLen[head] !== pool.totalPayload[head]
  )
    return 0;
  return pool.totalPayload[head] + pool.totalPayload[slot] <= COMPLETION_MOST ? head : 0;
}

function join(w: World, head: number, slot: number): void {
  const { pool } = w;
  if (pool.segs[head] === 1) pool.gsoSize[head] = pool.payloadLen[head];
  pool.segs[head] += pool.segs[slot];
  pool.totalPayload[head] += pool.totalPayload[slot];
  pool.truesize[head] += pool.truesize[slot];
  pool.flags[head] |= pool.flags[slot];
  pool.fragNext[pool.fragLast[head]] = slot;
  pool.fragLast[head] = pool.fragLast[slot];
  w.totals.merged += 1;
}

/** The application of a connection may go on (it is open, its send buffer has room): told like payload. */
export function toeCalls(w: World, nic: Nic, conn: TcpConnection, reason: number, cause: number): void {
  const { calls } = toeOf(nic);
  if (conn.job === null || calls.some(({ connection }) => connection === conn.index)) return;
  calls.push({ connection: conn.index, reason, cause });
  interruptFor(w, nic, cause);
}

/** Something waits for the driver: interrupt now, later, or with what waits already. */
function interruptFor(w: World, nic: Nic, cause: number): void {
  const toe = toeOf(nic);
  if (toe.masked || toe.timerOn) return;
  const due = toe.lastIrqNs + nic.rxUsecs * 1000;
  if (w.now >= due) {
    raise(w, nic, Reason.toeIrqNow, cause);
    return;
  }
  toe.timerOn = true;
  schedule(w.agenda, toe.irqActor, due);
}

/** The gap between two interrupts is over. */
export function toeIrqDue(w: World, nic: Nic): void {
  const toe = toeOf(nic);
  toe.timerOn = false;
  cancel(w.agenda, toe.irqActor);
  const first = toe.done.length > 0 ? w.pool.lastSeq[toe.done[0]] : toe.calls[0].cause;
  raise(w, nic, Reason.toeIrqGap, first);
}

function raise(w: World, nic: Nic, reason: number, cause: number): void {
  const toe = toeOf(nic);
  toe.masked = true;
  toe.lastIrqNs = w.now;
  toe.counters.toe_interrupts += 1;
  const waiting = toe.done.length + toe.calls.length;
  const seq = emit(w, Kind.irqRaised, toe.place, reason, NO_CPU, 0, 0, cause, toe.cpu, waiting);
  interruptCpu(w, w.cpus[toe.cpu], irqSource(IRQ_TOE, nic.index), seq);
}

/** The handler's item is over. @returns true where it has begun another one */
export function toeInterrupt(w: World, cpu: Cpu, nic: Nic): boolean {
  const toe = toeOf(nic);
  if (toe.batch < 0) toe.batch = toe.done.length + (toe.calls.length > 0 ? 1 : 0);
  else {
    toe.batch -= 1;
    if (toe.done.length > 0) toSocket(w, cpu, nic);
    else goOn(w, cpu, nic);
  }
  if (toe.batch > 0) {
    startWork(w, cpu, spend(cpu, Part.netdev, w.fixed.hosts[cpu.host].profile.rxDesc));
    return true;
  }
  toe.batch = -1;
  toe.masked = false;
  if (toe.done.length + toe.calls.length > 0) interruptFor(w, nic, cpu.irqSeq);
  return false;
}

function toSocket(w: World, cpu: Cpu, nic: Nic): void {
  const toe = toeOf(nic);
  const { pool } = w;
  const slot = toe.done.shift() as number;
  const sock = w.sockets[w.fixed.flows[pool.flow[slot]].socket - 1];
  const [id, segs, bytes] = [pool.id[slot], pool.segs[slot], pool.totalPayload[slot]];
  pool.lastSeq[slot] = emit(
    w,
    Kind.toeDeliver,
    toe.place,
    Reason.toeSocket,
    cpu.index,
    id,
    sock.id,
    cpu.irqSeq,
    segs,
    bytes,
  );
  enqueue(w, cpu, sock, slot, Reason.toeSocket, true);
  dataReady(w, cpu, sock, pool.lastSeq[slot]);
}

function goOn(w: World, cpu: Cpu, nic: Nic): void {
  const toe = toeOf(nic);
  const { calls } = toe;
  toe.calls = [];
  for (const { connection, reason, cause } of calls)
    streamWritable(w, cpu, w.connections[connection], reason, cause);
}
