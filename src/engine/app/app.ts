/**
 * An application: waits for data, reads with recvmsg, computes, perhaps answers or pauses, and again. It reads its sockets in turn
 * (epoll). It may also send by itself, at a rate or as fast as it can; reading and sending then take turns.
 * A TCP recvmsg takes whole skbs up to readBytes; meanwhile it owns the socket, and segments that arrive go to the socket's
 * backlog, which it processes before it returns. A UDP recvmsg takes one datagram.
 * Source: net/ipv4/udp.c udp_recvmsg, net/ipv4/tcp.c tcp_recvmsg, net/core/sock.c __release_sock, v6.12.
 * Left out: partial reads of an skb, epoll's own cost, window updates.
 */
import { Point } from '../../catalog/capture-points.ts';
import { Ctx } from '../../catalog/contexts.ts';
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { cancel, schedule } from '../clock/agenda.ts';
import { contextArg, setContext, spend, startWork, startWorkNs } from '../cpu/context.ts';
import { acquireLock, releaseLock, waitUntilFree } from '../cpu/lock.ts';
import { packetAway, remoteExtra } from '../cpu/node.ts';
import { leaveIfMoved, sleepCurrent, wakeTask, yieldIfDue } from '../cpu/scheduler.ts';
import { emit } from '../emit.ts';
import { addLatency } from '../metrics/latency.ts';
import { IPPROTO_UDP } from '../packet/frame.ts';
import { freeSlots } from '../packet/pool.ts';
import { bottomHalfInTask } from '../net/net-bh.ts';
import { recordSockFlow } from '../net/rps.ts';
import { timeOf } from '../traffic/rate.ts';
import type { SendSpec } from '../spec.ts';
import { dequeue, queuedSkb, queueLength, hasData, readsRecords } from '../net/socket.ts';
import { BUSY_LOOP, BUSY_STOP, busyPollBegins, busyPollStep } from '../net/busy-poll.ts';
import {
  nextStream,
  STREAM_CRYPT,
  STREAM_OPEN,
  streamAnswer,
  streamNext,
  streamReturns,
  streamStep,
} from './stream.ts';
import { streamRead } from './stream-wake.ts';
import { beginVerdict, readMessage, VERDICT, VERDICT_DONE, verdictStep } from './verdict.ts';
import { copiedBytes } from '../net/nf-message.ts';
import { nfQueueOf } from '../net/nf-queue.ts';
import { beginSend, SEND_ALLOC, SEND_DONE, sendStep } from './send.ts';
import { sendAcks, startAcks } from '../net/tcp-ack.ts';
import { connectionRead, connectionsCleanup, connectionsReleased } from '../net/tcp-connection.ts';
import { tcpBacklogRcv } from '../net/tcp.ts';
import { runPendingSoftirq, softirqDue } from '../cpu/softirq.ts';
import { type Cpu, LATENCY_FLOWS, type Socket, type Task, type World } from '../world.ts';
import { seqAdd } from '../tcp/seq.ts';
import { finishTlsRecord, startTlsRecv, tlsUserDecrypt, tlsUserRead } from './tls-read.ts';

const DECIDE = 0;
const RECV = 1;
const RELEASE = 2;
const COMPUTE = 3;
const PAUSED = 4;
const LOCKED = 5;
const SYNCED = 6;
/** Back in user space, once the bottom half that came between is over. */
const RETURNED = 7;
/** Another system call: its lock is held, its work done. */
const OTHER_CALL = 8;
const COMPUTE_START = 9;
/** A recvmsg that tells of lost messages. */
const OVERRUN = 32;
const ACKS = 30;
const ACKS_SENT = 31;

/** A recvmsg of kTLS is at a record. */
const RECORD = 33;

const ENOBUFS = -105;

/** Longest stretch of computing between two looks at the run queue, ns. */
const COMPUTE_CHUNK_NS = 100_000;

/** The task's item is over, or it has just got the CPU. */
export function appStep(w: World, cpu: Cpu, task: Task): void {
  switch (task.phase) {
    case LOCKED:
      locked(w, cpu, task);
      break;
    case SYNCED:
      startRecv(w, cpu, task);
      break;
    case RETURNED:
      afterRead(w, cpu, task);
      break;
    case COMPUTE_START:
      startComputing(w, cpu, task);
      break;
    case OTHER_CALL:
      endOtherCall(w, cpu, task);
      break;
    case RECV:
      copySkb(w, cpu, task);
      break;
    case ACKS:
      leaveAcks(w, cpu, task);
      break;
    case ACKS_SENT:
      endRecv(w, cpu, task);
      break;
    case RECORD:
      if (finishTlsRecord(w, cpu, task, w.sockets[task.callSocket - 1])) break;
      endRecords(w, cpu, task);
      break;
    case OVERRUN:
      endOverrun(w, cpu, task);
      break;
    case RELEASE:
      releaseOne(w, cpu, task);
      break;
    case COMPUTE:
      compute(w, cpu, task);
      break;
    case BUSY_LOOP:
    case BUSY_STOP:
      if (busyPollStep(w, cpu, task)) decide(w, cpu, task);
      break;
    default:
      if (task.phase >= VERDICT && task.phase <= VERDICT_DONE) {
        if (verdictStep(w, cpu, task)) afterWork(w, cpu, task);
      } else if (task.phase >= STREAM_OPEN && task.phase <= STREAM_CRYPT) {
        if (streamStep(w, cpu, task)) release(w, cpu, task);
      } else if (task.phase < SEND_ALLOC || task.phase > SEND_DONE) decide(w, cpu, task);
      else if (sendStep(w, cpu, task)) afterWork(w, cpu, task);
      break;
  }
}

function decide(w: World, cpu: Cpu, task: Task): void {
  task.phase = DECIDE;
  if (leaveIfMoved(w, cpu) || yieldIfDue(w, cpu)) return;
  const app = task.app;
  if (app?.spin) {
    task.workNs = COMPUTE_CHUNK_NS;
    compute(w, cpu, task);
    return;
  }
  const dueNs = nextOwn(w, task);
  const sock = nextReadable(w, task);
  if (dueNs <= w.now && (sock === null || task.send.turn)) {
    sendNext(w, cpu, task);
    return;
  }
  task.send.turn = true;
  if (sock === null) {
    if (bottomHalfInTask(w, cpu, Reason.bhInSchedule, task.wakeSeq)) return;
    if (dueNs === Number.POSITIVE_INFINITY && busyPollBegins(w, cpu, task, task.wakeSeq)) return;
    task.busy.over = false;
    for (const id of task.sockets) w.sockets[id - 1].waiter = task.id;
    const socket = task.sockets[0] ?? 0;
    const place = socket === 0 ? task.place : w.sockets[socket - 1].place;
    const paced = dueNs !== Number.POSITIVE_INFINITY;
    if (paced) schedule(w.agenda, task.timerActor, dueNs);
    const reason = paced ? Reason.sendPaced : socket === 0 ? Reason.sendOver : Reason.socketEmpty;
    const seq = emit(w, Kind.appSleep, place, reason, cpu.index, 0, 0, task.wakeSeq, socket, task.id);
    sleepCurrent(w, cpu, seq);
    return;
  }
  const seq = enterKernel(w, cpu, task, sock.place, sock.id);
  task.callSocket = sock.id;
  const { kernelLock } = w.fixed.hosts[cpu.host];
  if (kernelLock < 0) {
    startRecv(w, cpu, task);
    return;
  }
  task.phase = LOCKED;
  acquireLock(w, cpu, w.locks[kernelLock], 0, seq);
}

/** @param socket what the call is about, 0: no socket  @returns its record */
function enterKernel(w: World, cpu: Cpu, task: Task, place: number, socket: number): number {
  cpu.taskCtx = Ctx.syscall;
  setContext(w, cpu, Ctx.syscall);
  return emit(
    w,
    Kind.syscallEnter,
    place,
    Reason.none,
    cpu.index,
    0,
    0,
    task.wakeSeq,
    socket,
    contextArg(cpu),
  );
}

/** The kernel lock is held. A TCP socket may not be touched beside a bottom half: lock_sock of 2.2 waits for it, lock in hand. */
function locked(w: World, cpu: Cpu, task: Task): void {
  const bh = w.hosts[cpu.host].bottomHalf;
  const sock = w.sockets[task.callSocket - 1];
  if (bh === null || sock.spec.proto !== 'tcp') {
    startRecv(w, cpu, task);
    return;
  }
  sock.owned = true;
  task.phase = SYNCED;
  waitUntilFree(w, cpu, w.locks[bh.lock], 0);
}

/** recvmsg, with whatever lock this kernel's system calls take. */
function startRecv(w: World, cpu: Cpu, task: Task): void {
  const sock = w.sockets[task.callSocket - 1];
  if (sock.spec.proto === 'netlink') {
    startNetlinkRecv(w, cpu, task, sock);
    return;
  }
  if (readsRecords(sock)) {
    task.phase = RECORD;
    startTlsRecv(w, cpu, task, sock);
    return;
  }
  const first = queuedSkb(sock);
  if (sock.spec.proto === 'tcp' || sock.spec.connected) recordSockFlow(w, cpu, w.pool.hash[first]);
  task.callBytes = 0;
  task.phase = RECV;
  sock.owned = sock.spec.proto === 'tcp';
  const profile = w.fixed.hosts[cpu.host].profile;
  startWork(w, cpu, spend(cpu, Part.calls, profile.recvmsg) + copyCost(w, cpu, first));
}

/** recvmsg on a netlink socket: a message, or the error that messages were lost. */
function startNetlinkRecv(w: World, cpu: Cpu, task: Task, sock: Socket): void {
  const { profile } = w.fixed.hosts[cpu.host];
  const { overrun } = nfQueueOf(w, cpu);
  task.callBytes = 0;
  task.phase = overrun ? OVERRUN : RECV;
  const bytes = overrun ? 0 : copiedBytes(w, queuedSkb(sock));
  startWork(
    w,
    cpu,
    spend(cpu, Part.calls, profile.recvmsg) + spend(cpu, Part.copy, profile.copyPerByte * bytes),
  );
}

/** It fails with ENOBUFS, once; the program goes on reading. */
function endOverrun(w: World, cpu: Cpu, task: Task): void {
  nfQueueOf(w, cpu).overrun = false;
  task.phase = DECIDE;
  if (!leaveKernel(w, cpu, task, task.place, Reason.nfOverrun, ENOBUFS)) decide(w, cpu, task);
}

/** copy_to_user: from where the card put it. */
function copyCost(w: World, cpu: Cpu, slot: number): number {
  const { nodes, profile } = w.fixed.hosts[cpu.host];
  const cycles = profile.copyPerByte * w.pool.totalPayload[slot];
  const away = nodes > 1 && packetAway(w, cpu, slot) ? remoteExtra(w, cpu, cycles) : 0;
  return spend(cpu, Part.copy, cycles + away);
}

function nextReadable(w: World, task: Task): Socket | null {
  const n = task.sockets.length;
  for (let i = 0; i < n; i += 1) {
    const at = (task.nextSocket + i) % n;
    const sock = w.sockets[task.sockets[at] - 1];
    if (hasData(sock)) {
      task.nextSocket = (at + 1) % n;
      return sock;
    }
  }
  return null;
}

/** One skb has been copied: off the queue, memory given back. */
function copySkb(w: World, cpu: Cpu, task: Task): void {
  const sock = w.sockets[task.callSocket - 1];
  if (sock.spec.proto === 'netlink') {
    task.callBytes = readMessage(w, cpu, task, sock);
    endRecv(w, cpu, task);
    return;
  }
  const pool = w.pool;
  const slot = dequeue(sock, pool.truesize[queuedSkb(sock)]);
  const bytes = pool.totalPayload[slot];
  const flow = pool.flow[slot];
  if (task.app?.replyBytes !== undefined) {
    const { reply: to, live, key } = w.fixed.flows[flow];
    // traffic that does not listen gets no answer by TCP
    task.send.replyFlow = live || key.proto === IPPROTO_UDP ? to : 0;
    task.send.replyTag = pool.tag[slot];
  }
  const latencyNs = w.now - pool.arrivedNs[slot];
  addLatency(task.latency, latencyNs);
  if (flow <= LATENCY_FLOWS) addLatency(w.flowState.latency[flow - 1], latencyNs);
  task.callBytes += bytes;
  task.lastReadNs = w.now;
  const { connection } = w.fixed.flows[flow];
  let why: number = Reason.dataRead;
  if (connection >= 0) {
    const conn = w.connections[connection];
    const end = seqAdd(pool.seq[slot], bytes);
    connectionRead(w, cpu, conn, sock, slot);
    if (conn.tls === null) streamRead(w, task, conn, bytes);
    else {
      why = Reason.tlsCiphertextRead;
      const plain = tlsUserRead(w, task, conn, end);
      // what holds no whole record gets no answer
      if (task.cryptBytes === 0) task.send.replyFlow = 0;
      streamRead(w, task, conn, plain);
    }
  }
  if (why === Reason.dataRead) task.bytes += bytes;
  if (w.tap !== null) w.tap(w, Point.appIn, w.queues[pool.queue[slot]].nic, slot);
  emit(w, Kind.recv, sock.place, why, cpu.index, pool.id[slot], 0, pool.lastSeq[slot], bytes, sock.rmem);
  freeSlots(pool, slot);
  const readBytes = task.app === null ? 0 : task.app.readBytes;
  if (sock.spec.proto === 'tcp' && queueLength(sock) > 0) {
    const next = queuedSkb(sock);
    // the socket stands for all connections to its port: a call reads from one of them
    const same = connection < 0 || pool.flow[next] === flow;
    if (same && task.callBytes + pool.totalPayload[next] <= readBytes) {
      const queue = spend(cpu, Part.tcpip, w.fixed.hosts[cpu.host].profile.recvSkb);
      startWork(w, cpu, queue + copyCost(w, cpu, next));
      return;
    }
  }
  if (sock.touched.length > 0) connectionsCleanup(w, cpu, sock);
  release(w, cpu, task);
}

/** recvmsg has its records. */
function endRecords(w: World, cpu: Cpu, task: Task): void {
  connectionsCleanup(w, cpu, w.sockets[task.callSocket - 1]);
  release(w, cpu, task);
}

/** release_sock: the backlog first, one item a segment. */
function release(w: World, cpu: Cpu, task: Task): void {
  const sock = w.sockets[task.callSocket - 1];
  if (sock.backlog.length > 0) {
    task.phase = RELEASE;
    startWork(w, cpu, spend(cpu, Part.tcpip, w.fixed.hosts[cpu.host].profile.tcpRcv));
    return;
  }
  sock.owned = false;
  if (sock.touched.length > 0) connectionsReleased(w, cpu, sock);
  if (cpu.acks.length > 0) {
    task.phase = ACKS;
    cpu.bhOff = true;
    startAcks(w, cpu);
    return;
  }
  endRecv(w, cpu, task);
}

/** The reader's ACKs have been made: they leave, and what was raised meanwhile runs. */
function leaveAcks(w: World, cpu: Cpu, task: Task): void {
  sendAcks(w, cpu);
  cpu.bhOff = false;
  task.phase = ACKS_SENT;
  if (softirqDue(w, cpu)) runPendingSoftirq(w, cpu);
  else endRecv(w, cpu, task);
}

function endRecv(w: World, cpu: Cpu, task: Task): void {
  if (task.stream.calling) {
    streamReturns(w, cpu, task);
    afterWork(w, cpu, task);
    return;
  }
  task.reads += 1;
  task.phase = RETURNED;
  const { place } = w.sockets[task.callSocket - 1];
  if (!leaveKernel(w, cpu, task, place, Reason.dataRead, task.callBytes)) afterRead(w, cpu, task);
}

/** Back to user mode, the kernel lock given back. @returns true where a bottom half of 2.2 comes first: the task's phase goes on after it */
function leaveKernel(w: World, cpu: Cpu, task: Task, place: number, reason: number, result: number): boolean {
  const { kernelLock } = w.fixed.hosts[cpu.host];
  if (kernelLock >= 0) releaseLock(w, cpu, w.locks[kernelLock]);
  cpu.taskCtx = Ctx.task;
  setContext(w, cpu, Ctx.task);
  const seq = emit(
    w,
    Kind.syscallExit,
    place,
    reason,
    cpu.index,
    0,
    0,
    task.wakeSeq,
    result,
    contextArg(cpu),
  );
  return bottomHalfInTask(w, cpu, Reason.bhAtSyscallExit, seq);
}

/** Other system calls that the application makes for what it has read (a file, say). */
function afterRead(w: World, cpu: Cpu, task: Task): void {
  const ns = task.app?.syscallNs ?? 0;
  if (ns === 0) {
    startComputing(w, cpu, task);
    return;
  }
  const seq = enterKernel(w, cpu, task, task.place, 0);
  task.phase = OTHER_CALL;
  const { kernelLock } = w.fixed.hosts[cpu.host];
  if (kernelLock < 0) startWorkNs(w, cpu, ns);
  else acquireLock(w, cpu, w.locks[kernelLock], spend(cpu, Part.calls, (ns * cpu.mhz) / 1000), seq);
}

function endOtherCall(w: World, cpu: Cpu, task: Task): void {
  task.phase = COMPUTE_START;
  if (!leaveKernel(w, cpu, task, task.place, Reason.callDone, 0)) startComputing(w, cpu, task);
}

function startComputing(w: World, cpu: Cpu, task: Task): void {
  task.phase = DECIDE;
  const app = task.app;
  task.workNs = app === null ? 0 : app.workNs + Math.round(app.workNsPerByte * task.callBytes);
  if (task.cryptBytes > 0) task.workNs += Math.round((tlsUserDecrypt(w, cpu, task) * 1000) / cpu.mhz);
  compute(w, cpu, task);
}

function releaseOne(w: World, cpu: Cpu, task: Task): void {
  const sock = w.sockets[task.callSocket - 1];
  const slot = sock.backlog.shift();
  if (slot !== undefined) tcpBacklogRcv(w, cpu, sock, slot);
  release(w, cpu, task);
}

/** Computes for what is left, a chunk at a time; then pauses or goes on reading. */
function compute(w: World, cpu: Cpu, task: Task): void {
  if (task.workNs > 0) {
    if (task.phase === COMPUTE && (leaveIfMoved(w, cpu) || yieldIfDue(w, cpu))) return;
    task.phase = COMPUTE;
    const chunk = Math.min(task.workNs, COMPUTE_CHUNK_NS);
    task.workNs -= chunk;
    startWorkNs(w, cpu, chunk);
    return;
  }
  if (task.screening !== 0) {
    beginVerdict(w, cpu, task);
    return;
  }
  if (task.send.replyFlow !== 0) {
    reply(w, cpu, task);
    return;
  }
  afterWork(w, cpu, task);
}

/** A read with all that follows it, or a sendmsg of its own, is over. */
function afterWork(w: World, cpu: Cpu, task: Task): void {
  const pause = task.app === null || !task.send.turn ? 0 : task.app.pauseNs;
  if (pause > 0) {
    task.phase = PAUSED;
    schedule(w.agenda, task.timerActor, w.now + pause);
    const seq = emit(w, Kind.appSleep, task.place, Reason.pausing, cpu.index, 0, 0, task.wakeSeq, 0, task.id);
    sleepCurrent(w, cpu, seq);
    return;
  }
  decide(w, cpu, task);
}

/** When it has something of its own to send; Infinity: it has not. */
function nextOwn(w: World, task: Task): number {
  if (task.app?.send !== undefined) return nextSend(w, task);
  if (task.app?.stream !== undefined || task.stream.ready.length > 0) return nextStream(w, task);
  return Number.POSITIVE_INFINITY;
}

/** When its next datagram of its own is due; Infinity: none is. */
function nextSend(w: World, task: Task): number {
  const spec = task.app?.send;
  if (spec === undefined || task.send.round >= spec.count) return Number.POSITIVE_INFINITY;
  const dueNs =
    spec.ratePps === null
      ? Math.max(w.now, spec.startNs)
      : timeOf(task.send.round, spec.ratePps, spec.startNs);
  return dueNs >= spec.stopNs ? Number.POSITIVE_INFINITY : dueNs;
}

function sendNext(w: World, cpu: Cpu, task: Task): void {
  if (task.app?.send === undefined) {
    task.send.turn = false;
    streamNext(w, cpu, task);
    return;
  }
  const spec = task.app?.send as SendSpec;
  const { send } = task;
  const flows = w.fixed.sendFlows[task.id];
  send.socket = send.own;
  send.flow = flows[send.round % flows.length];
  send.bytes = spec.template.payloadLen;
  send.tag = 0;
  send.round += 1;
  send.turn = false;
  beginSend(w, cpu, task);
}

/** The answer to what was read, on the socket that it came in on. */
function reply(w: World, cpu: Cpu, task: Task): void {
  const { send } = task;
  if (w.sockets[task.callSocket - 1].spec.proto === 'tcp') {
    const flow = send.replyFlow;
    send.replyFlow = 0;
    streamAnswer(w, cpu, task, flow, task.app?.replyBytes ?? 0);
    return;
  }
  send.socket = task.callSocket;
  send.flow = send.replyFlow;
  send.bytes = task.app?.replyBytes ?? 0;
  send.tag = send.replyTag;
  send.replyFlow = 0;
  beginSend(w, cpu, task);
}

/** A pause is over, its next datagram is due, or the application starts. */
export function taskTimer(w: World, task: Task): void {
  cancel(w.agenda, task.timerActor);
  for (const id of task.sockets) {
    const sock = w.sockets[id - 1];
    if (sock.waiter === task.id) sock.waiter = 0;
  }
  task.phase = DECIDE;
  const cpu = w.cpus[task.cpu];
  const seq = emit(
    w,
    Kind.wakeUp,
    task.place,
    Reason.pausing,
    cpu.index,
    0,
    0,
    task.wakeSeq,
    cpu.index,
    task.id,
  );
  wakeTask(w, task, seq);
}
