/**
 * What an application is up to with each of its TCP connections, and what lets it go on: the connection is open, its send buffer has
 * room, its answer has been read. Source: net/core/stream.c sk_stream_write_space, net/ipv4/tcp.c tcp_poll, v6.12.
 */
import { Kind } from '../../catalog/kinds.ts';
import { cancel } from '../clock/agenda.ts';
import { wakeTask } from '../cpu/scheduler.ts';
import { emit } from '../emit.ts';
import { addLatency } from '../metrics/latency.ts';
import type { StreamSpec } from '../spec.ts';
import { timeOf } from '../traffic/rate.ts';
import type { Cpu, LatencyHistogram, Task, TcpConnection, World } from '../world.ts';

/** What a connection's application is up to. */
export interface StreamJob {
  /** Task id. */
  task: number;
  /** In the task's list. */
  ready: boolean;
  /** Writes begun; bytes of the last one not copied yet; bytes of its answer not read yet. */
  writes: number;
  left: number;
  /** TLS: bytes of a record begun that TCP has not taken yet. */
  pending: number;
  owed: number;
  /** When the last write began. */
  sinceNs: number;
  answers: number;
  open: boolean;
  closed: boolean;
}

/** A task's connections: how many have been opened, which may go on (world indexes), which one the call is about. */
export interface StreamState {
  opened: number;
  ready: number[];
  connection: number;
  /** The call under way is one of these, not a recvmsg. */
  calling: boolean;
  bytes: number;
  /** From a write's beginning until its answer has been read; empty where none is waited for. */
  answers: LatencyHistogram;
}

/** @param answers where to count how long they took */
export function createStreamState(answers: LatencyHistogram): StreamState {
  return { opened: 0, ready: [], connection: -1, calling: false, bytes: 0, answers };
}

export function createJob(task: number): StreamJob {
  return {
    task,
    ready: false,
    writes: 0,
    left: 0,
    pending: 0,
    owed: 0,
    sinceNs: 0,
    answers: 0,
    open: false,
    closed: false,
  };
}

/** Open, and no write or answer is under way on it. */
function isIdle(job: StreamJob): boolean {
  return job.open && !job.closed && job.left === 0 && job.pending === 0 && job.owed === 0;
}

/** There are writes to come: with a rate the next one is due before the end. */
function hasMore(w: World, spec: StreamSpec, job: StreamJob): boolean {
  const due = spec.ratePps === null ? 0 : timeOf(job.writes, spec.ratePps, spec.startNs);
  return job.writes < spec.count && Math.max(w.now, due) < spec.stopNs;
}

/** Nothing is under way on it, and there is more to write. */
export function mayWrite(w: World, spec: StreamSpec, job: StreamJob): boolean {
  return isIdle(job) && hasMore(w, spec, job);
}

/** Nothing is under way on it, and all that is left to do is to close it. */
export function mayClose(w: World, spec: StreamSpec, job: StreamJob): boolean {
  return spec.close && isIdle(job) && !hasMore(w, spec, job);
}

/** A write with its answer is over: the next one is due at once, or at its time; after the last one comes close. */
export function follow(w: World, spec: StreamSpec, task: Task, conn: TcpConnection): void {
  const more = hasMore(w, spec, conn.job as StreamJob);
  if ((more && spec.ratePps === null) || (!more && spec.close)) push(task, conn);
}

export function push(task: Task, conn: TcpConnection): void {
  const job = conn.job as StreamJob;
  if (job.ready) return;
  job.ready = true;
  task.stream.ready.push(conn.index);
}

/** Bytes of an answer have been read. */
export function streamRead(w: World, task: Task, conn: TcpConnection, bytes: number): void {
  const { job } = conn;
  const spec = task.app?.stream;
  if (job === null || spec === undefined || job.owed === 0) return;
  job.owed -= Math.min(bytes, job.owed);
  if (job.owed > 0) return;
  job.answers += 1;
  addLatency(task.stream.answers, w.now - job.sinceNs);
  follow(w, spec, task, conn);
}

/** The connection is established, or its send buffer has room again: its application may go on with it. */
export function streamWritable(w: World, cpu: Cpu, conn: TcpConnection, reason: number, cause: number): void {
  const { job } = conn;
  if (job === null || job.closed) return;
  const task = w.tasks[job.task - 1];
  const spec = task.app?.stream;
  const opens = !job.open;
  job.open = true;
  if (job.left + job.pending > 0) push(task, conn);
  else if (!opens || spec === undefined) return;
  else follow(w, spec, task, conn);
  if (task.state !== 'sleeping' || task.phase !== 0) return;
  for (const id of task.sockets) w.sockets[id - 1].waiter = 0;
  cancel(w.agenda, task.timerActor);
  const { place } = w.sockets[conn.sock - 1];
  const seq = emit(w, Kind.wakeUp, place, reason, cpu.index, 0, 0, cause, task.cpu, task.id);
  wakeTask(w, task, seq);
}
