/**
 * A program that screens packets (a firewall in user space): recvmsg brings a copy of a packet from netfilter's queue, the program
 * computes, and sendmsg carries its verdict back. An accepted packet goes on from where it was stopped, inside that sendmsg and with
 * bottom halves off: what is sent on costs the program's time, not the softirq's.
 * Source: nfqnl_recv_verdict, nf_reinject, net/netfilter, v6.12; ipq_issue_verdict, net/ipv4/netfilter/ip_queue.c, 2.4.21.
 */
import { Ctx } from '../../catalog/contexts.ts';
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { contextArg, setContext, spend, startWork } from '../cpu/context.ts';
import { runPendingSoftirq, softirqDue } from '../cpu/softirq.ts';
import { dropPacket } from '../drop.ts';
import { emit } from '../emit.ts';
import { addLatency } from '../metrics/latency.ts';
import { forwardedOn, sendForwarded } from '../net/forward.ts';
import { copiedBytes, messageTruesize } from '../net/nf-message.ts';
import { nfQueueOf } from '../net/nf-queue.ts';
import { dequeue, queueLength } from '../net/socket.ts';
import { xmitStep } from '../net/xmit.ts';
import { type Cpu, LATENCY_FLOWS, type Socket, type Task, type World } from '../world.ts';

/** Where a task is in the sendmsg of its verdict (Task.phase). */
export const VERDICT = 40;
/** Before NAPI: the part of a packet's costs that is left from here to the wire. */
export const VERDICT_OUT = 41;
export const VERDICT_XMIT = 42;
export const VERDICT_DONE = 43;

/** The message has been copied: the packet stays queued, its verdict is owed. @returns bytes copied */
export function readMessage(w: World, cpu: Cpu, task: Task, sock: Socket): number {
  const { pool } = w;
  const queue = nfQueueOf(w, cpu);
  const slot = dequeue(sock, messageTruesize(w, sock.queue[sock.head]));
  const bytes = copiedBytes(w, slot);
  const latencyNs = w.now - pool.arrivedNs[slot];
  const flow = pool.flow[slot];
  addLatency(task.latency, latencyNs);
  if (flow <= LATENCY_FLOWS) addLatency(w.flowState.latency[flow - 1], latencyNs);
  const over = queue.congested && queueLength(sock) === 0;
  if (over) queue.congested = false;
  task.screening = slot;
  task.send.bytes = bytes;
  pool.lastSeq[slot] = emit(
    w,
    Kind.nfRead,
    sock.place,
    over ? Reason.nfCongestionOver : Reason.nfMessageRead,
    cpu.index,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    bytes,
    sock.rmem,
  );
  return bytes;
}

/** Enters sendmsg with the verdict. */
export function beginVerdict(w: World, cpu: Cpu, task: Task): void {
  const { pool } = w;
  cpu.taskCtx = Ctx.syscall;
  setContext(w, cpu, Ctx.syscall);
  const { place } = socketOf(w, cpu);
  emit(
    w,
    Kind.sendEnter,
    place,
    Reason.none,
    cpu.index,
    0,
    0,
    pool.lastSeq[task.screening],
    VERDICT_BYTES,
    contextArg(cpu),
  );
  task.phase = VERDICT;
  startWork(w, cpu, spend(cpu, Part.firewall, w.fixed.hosts[cpu.host].profile.nfVerdict));
}

/** nlmsghdr, nfgenmsg and the verdict's attribute. */
const VERDICT_BYTES = 32;

function socketOf(w: World, cpu: Cpu): Socket {
  return w.sockets[nfQueueOf(w, cpu).socket - 1];
}

/** The item of work is over. @returns true where sendmsg has returned and the task goes on by itself */
export function verdictStep(w: World, cpu: Cpu, task: Task): boolean {
  switch (task.phase) {
    case VERDICT:
      return decide(w, cpu, task);
    case VERDICT_OUT:
      return sendOn(w, cpu, task);
    case VERDICT_XMIT:
      return xmitStep(w, cpu) && leave(w, cpu, task);
    default:
      return true;
  }
}

/** The entry is looked up and taken off the queue; nf_reinject. */
function decide(w: World, cpu: Cpu, task: Task): boolean {
  const { pool } = w;
  const queue = nfQueueOf(w, cpu);
  const slot = task.screening;
  queue.total -= 1;
  const accept = !(task.app?.rejectPorts ?? []).includes(w.fixed.flows[pool.flow[slot]].key.dport);
  if (accept) queue.accepted += 1;
  else queue.rejected += 1;
  pool.lastSeq[slot] = emit(
    w,
    Kind.nfVerdict,
    socketOf(w, cpu).place,
    accept ? Reason.nfAccepted : Reason.nfRejected,
    cpu.index,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    accept ? 1 : 0,
    queue.total,
  );
  if (!accept) {
    queue.outs.shift();
    task.screening = 0;
    dropPacket(w, slot, socketOf(w, cpu).place, Reason.nfRejected, cpu.index);
    return leave(w, cpu, task);
  }
  cpu.bhOff = true;
  if (w.fixed.rules.napi) return sendOn(w, cpu, task);
  task.phase = VERDICT_OUT;
  startWork(w, cpu, spend(cpu, Part.oldStack, w.fixed.hosts[cpu.host].profile.legacyOut));
  return false;
}

/** ip_forward_finish: out of the NIC that the route named when the packet came. @returns true where a tunnel has lost it at once, and the call is over */
function sendOn(w: World, cpu: Cpu, task: Task): boolean {
  const slot = task.screening;
  const out = nfQueueOf(w, cpu).outs.shift() as number;
  task.screening = 0;
  task.phase = VERDICT_XMIT;
  forwardedOn(w, cpu, slot);
  return !sendForwarded(w, cpu, slot, out) && leave(w, cpu, task);
}

function leave(w: World, cpu: Cpu, task: Task): boolean {
  cpu.bhOff = false;
  task.send.sends += 1;
  cpu.taskCtx = Ctx.task;
  setContext(w, cpu, Ctx.task);
  emit(
    w,
    Kind.sendExit,
    socketOf(w, cpu).place,
    Reason.sendDone,
    cpu.index,
    0,
    0,
    task.wakeSeq,
    VERDICT_BYTES,
    contextArg(cpu),
  );
  task.phase = VERDICT_DONE;
  // local_bh_enable: what was raised meanwhile runs first
  if (!softirqDue(w, cpu)) return true;
  runPendingSoftirq(w, cpu);
  return false;
}
