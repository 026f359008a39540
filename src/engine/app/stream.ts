/**
 * An application with TCP connections of its own: it opens them, writes, perhaps waits for an answer, writes again, closes. Which of
 * them may go on is kept in a list (epoll); one that has no room in its send buffer comes back when ACKs have made some.
 * Source: net/ipv4/tcp.c tcp_sendmsg_locked, tcp_poll, net/core/stream.c sk_stream_write_space, v6.12.
 * Left out: epoll's own cost; the bytes of one round of copying (64 KiB at most) are all copied before the first of them leaves.
 */
import { Ctx } from '../../catalog/contexts.ts';
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { contextArg, setContext, spend, startWork } from '../cpu/context.ts';
import { runPendingSoftirq, softirqDue } from '../cpu/softirq.ts';
import { emit } from '../emit.ts';
import { sendAcks, startAcks } from '../net/tcp-ack.ts';
import {
  connectionClose,
  connectionConnect,
  connectionRoom,
  connectionWaits,
  connectionWrite,
} from '../net/tcp-connection.ts';
import type { StreamSpec } from '../spec.ts';
import { timeOf } from '../traffic/rate.ts';
import type { Cpu, Task, TcpConnection, World } from '../world.ts';
import { createJob, follow, mayClose, mayWrite, push, type StreamJob } from './stream-wake.ts';
import { encrypted, encryptsFirst, finishRecord, startEncrypting, startRecord } from './tls-write.ts';

/** Where a task is in its connect, write or close (Task.phase). */
export const STREAM_OPEN = 50;
export const STREAM_COPY = 51;
export const STREAM_SENT = 52;
/** What was raised while bottom halves were off has run. */
export const STREAM_BH = 53;
export const STREAM_CLOSE = 54;
/** The application encrypts what it will write. */
export const STREAM_CRYPT = 55;

/** Most bytes that are copied before what they make up is sent. */
const CHUNK = 65_536;
const EAGAIN = -11;

/** Connection of a flow that the task sends on. */
function connectionOf(w: World, flow: number): TcpConnection {
  const { flows } = w.fixed;
  return w.connections[flows[flows[flow].reply].connection];
}

/** When it can do something with a connection: now, later, or (Infinity) once something happens. */
export function nextStream(w: World, task: Task): number {
  if (task.stream.ready.length > 0) return w.now;
  const spec = task.app?.stream;
  if (spec === undefined) return Number.POSITIVE_INFINITY;
  const flows = w.fixed.sendFlows[task.id];
  if (task.stream.opened < flows.length) return Math.max(w.now, spec.startNs);
  if (spec.ratePps === null) return Number.POSITIVE_INFINITY;
  let next = Number.POSITIVE_INFINITY;
  for (const flow of flows) {
    const { job } = connectionOf(w, flow);
    if (job === null) continue;
    // its last write came too late for the end
    if (mayClose(w, spec, job)) return w.now;
    if (mayWrite(w, spec, job)) next = Math.min(next, timeOf(job.writes, spec.ratePps, spec.startNs));
  }
  return next;
}

/** The next thing to do: open a connection, go on with a write, begin one, close. */
export function streamNext(w: World, cpu: Cpu, task: Task): void {
  const spec = task.app?.stream;
  const flows = w.fixed.sendFlows[task.id];
  const { stream } = task;
  const { sendmsg } = w.fixed.hosts[cpu.host].profile;
  stream.calling = true;
  stream.bytes = 0;
  if (spec !== undefined && stream.ready.length === 0 && stream.opened < flows.length) {
    const conn = connectionOf(w, flows[stream.opened]);
    stream.opened += 1;
    enter(w, cpu, task, conn, 0);
    task.phase = STREAM_OPEN;
    startWork(w, cpu, spend(cpu, Part.calls, sendmsg));
    return;
  }
  const conn = takeReady(w, task) ?? earliest(w, task, spec as StreamSpec);
  const job = conn.job as StreamJob;
  if (job.left === 0 && job.pending === 0 && spec !== undefined) {
    if (!mayWrite(w, spec, job)) {
      enter(w, cpu, task, conn, 0);
      task.phase = STREAM_CLOSE;
      startWork(w, cpu, spend(cpu, Part.calls, sendmsg));
      return;
    }
    job.left = spec.writeBytes;
    job.writes += 1;
    job.sinceNs = w.now;
  }
  beginWrite(w, cpu, task, conn);
}

/** The answer to what was read: one write of so many bytes on the connection it came in on. */
export function streamAnswer(w: World, cpu: Cpu, task: Task, flow: number, bytes: number): void {
  const conn = connectionOf(w, flow);
  conn.job ??= { ...createJob(task.id), open: true };
  conn.job.left += bytes;
  task.stream.calling = true;
  task.stream.bytes = 0;
  beginWrite(w, cpu, task, conn);
}

function takeReady(w: World, task: Task): TcpConnection | null {
  const index = task.stream.ready.shift();
  if (index === undefined) return null;
  const conn = w.connections[index];
  (conn.job as StreamJob).ready = false;
  return conn;
}

/** With a rate: a connection to be closed, else the one whose write is due first. */
function earliest(w: World, task: Task, spec: StreamSpec): TcpConnection {
  let best: TcpConnection | null = null;
  for (const flow of w.fixed.sendFlows[task.id]) {
    const conn = connectionOf(w, flow);
    if (conn.job === null) continue;
    if (mayClose(w, spec, conn.job)) return conn;
    if (!mayWrite(w, spec, conn.job)) continue;
    if (best === null || conn.job.writes < (best.job as StreamJob).writes) best = conn;
  }
  return best as TcpConnection;
}

function enter(w: World, cpu: Cpu, task: Task, conn: TcpConnection, bytes: number): void {
  const sock = w.sockets[conn.sock - 1];
  task.callSocket = sock.id;
  task.stream.connection = conn.index;
  sock.owned = true;
  cpu.taskCtx = Ctx.syscall;
  setContext(w, cpu, Ctx.syscall);
  emit(w, Kind.sendEnter, sock.place, Reason.none, cpu.index, 0, 0, task.wakeSeq, bytes, contextArg(cpu));
}

function beginWrite(w: World, cpu: Cpu, task: Task, conn: TcpConnection): void {
  if (encryptsFirst(conn)) {
    task.callSocket = conn.sock;
    task.stream.connection = conn.index;
    task.phase = STREAM_CRYPT;
    startEncrypting(w, cpu, task, conn);
    return;
  }
  enterWrite(w, cpu, task, conn);
}

function enterWrite(w: World, cpu: Cpu, task: Task, conn: TcpConnection): void {
  const job = conn.job as StreamJob;
  enter(w, cpu, task, conn, job.pending > 0 ? job.pending : job.left);
  copyMore(w, cpu, task, conn, w.fixed.hosts[cpu.host].profile.sendmsg);
}

/** Copies as much as the send buffer has room for, a chunk at most. @param cycles what it costs besides */
function copyMore(w: World, cpu: Cpu, task: Task, conn: TcpConnection, cycles: number): void {
  if (conn.tls !== null) {
    task.phase = STREAM_COPY;
    startRecord(w, cpu, task, conn, cycles);
    return;
  }
  const { profile } = w.fixed.hosts[cpu.host];
  const bytes = Math.min((conn.job as StreamJob).left, connectionRoom(conn), CHUNK);
  task.callBytes = bytes;
  task.phase = STREAM_COPY;
  startWork(w, cpu, spend(cpu, Part.calls, cycles) + spend(cpu, Part.copy, profile.copyPerByte * bytes));
}

/** The item of the call at work is over. @returns true where the socket is to be let go of and the call ends */
export function streamStep(w: World, cpu: Cpu, task: Task): boolean {
  const conn = w.connections[task.stream.connection];
  const sock = w.sockets[conn.sock - 1];
  if (task.phase === STREAM_SENT) {
    sendAcks(w, cpu);
    cpu.bhOff = false;
    if (!softirqDue(w, cpu)) return !goesOn(w, cpu, task, conn);
    // local_bh_enable: nothing else would run it before the next interrupt, and the card's may be masked
    task.phase = STREAM_BH;
    runPendingSoftirq(w, cpu);
    return false;
  }
  if (task.phase === STREAM_BH) return !goesOn(w, cpu, task, conn);
  if (task.phase === STREAM_CRYPT) {
    encrypted(w, cpu, task, conn, sock);
    enterWrite(w, cpu, task, conn);
    return false;
  }
  if (task.phase === STREAM_OPEN) {
    conn.job = createJob(task.id);
    connectionConnect(w, cpu, conn, sock, task.app?.stream as StreamSpec);
  } else if (task.phase === STREAM_CLOSE) {
    (conn.job as StreamJob).closed = true;
    connectionClose(w, cpu, conn, sock);
  } else if (conn.tls !== null) {
    task.callBytes = finishRecord(w, cpu, task, conn, sock) ? 1 : 0;
  } else {
    const job = conn.job as StreamJob;
    const more = job.left > task.callBytes;
    const taken = task.callBytes === 0 ? 0 : connectionWrite(w, cpu, conn, sock, task.callBytes, more);
    job.left -= taken;
    task.stream.bytes += taken;
    if (taken < task.callBytes) task.callBytes = 0;
  }
  if (cpu.acks.length === 0) return !goesOn(w, cpu, task, conn);
  cpu.bhOff = true;
  task.phase = STREAM_SENT;
  startAcks(w, cpu);
  return false;
}

/** More of the same write fits. @returns false where the call is over */
function goesOn(w: World, cpu: Cpu, task: Task, conn: TcpConnection): boolean {
  const { job } = conn;
  if (job === null || job.closed || job.left === 0 || task.callBytes === 0 || connectionRoom(conn) === 0)
    return false;
  copyMore(w, cpu, task, conn, 0);
  return true;
}

/** The call returns: what comes next on this connection. */
export function streamReturns(w: World, cpu: Cpu, task: Task): void {
  const conn = w.connections[task.stream.connection];
  const sock = w.sockets[conn.sock - 1];
  const { stream } = task;
  stream.calling = false;
  const job = conn.job as StreamJob;
  const spec = task.app?.stream;
  if (job.left + job.pending > 0 && !job.closed) {
    // what it waited for may have come while the task held the socket
    if (connectionRoom(conn) > 0) push(task, conn);
    else connectionWaits(conn);
  }
  if (spec !== undefined && job.open && job.left + job.pending === 0 && !job.closed) {
    if (stream.bytes > 0) job.owed = spec.answerBytes;
    if (job.owed === 0) follow(w, spec, task, conn);
  }
  cpu.taskCtx = Ctx.task;
  setContext(w, cpu, Ctx.task);
  const short = job.left > 0 && stream.bytes === 0;
  task.send.sends += 1;
  emit(
    w,
    Kind.sendExit,
    sock.place,
    short ? Reason.sndbufAgain : Reason.sendDone,
    cpu.index,
    0,
    0,
    task.wakeSeq,
    short ? EAGAIN : stream.bytes,
    contextArg(cpu),
  );
}
