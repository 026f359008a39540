/**
 * Busy polling: a reader whose socket is empty does not sleep at once but polls the NAPI that its packets came from, in its own system
 * call, with a small budget, until there is data, its time is over or another task needs the CPU. While it owns the NAPI
 * (SCHED and IN_BUSY_POLL) nobody else polls it, and napi_complete_done leaves the vector as it is; an interrupt that comes finds
 * SCHED set. At the end it gives the NAPI back with one more poll, after which the vector is armed again.
 * Source: net/core/dev.c napi_busy_loop, busy_poll_stop, include/net/busy_poll.h, net/core/sock.c sk_busy_loop_end, v6.12.
 * Left out: SO_PREFER_BUSY_POLL, irq suspension, epoll's own parameters; polls that find nothing cost time and are not recorded.
 */
import { Ctx } from '../../catalog/contexts.ts';
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { contextArg, setContext, spend, startWork } from '../cpu/context.ts';
import { runPendingSoftirq } from '../cpu/softirq.ts';
import { emit } from '../emit.ts';
import { frameReady } from '../nic/rx-ring.ts';
import type { Cpu, Task, World } from '../world.ts';
import { queueNapi } from './napi.ts';
import { startPoll } from './poll.ts';
import { hasData } from './socket.ts';

/** Where a task is in it (Task.phase). */
export const BUSY_LOOP = 20;
export const BUSY_STOP = 21;

/** busy_loop_current_time: microseconds of 1024 ns. */
function clock(w: World): number {
  return Math.floor(w.now / 1024);
}

/** A reader of one socket goes by the socket's own time; one that waits on several (epoll) by net.core.busy_poll. */
function pollUs(w: World, task: Task): number {
  return task.sockets.length === 1
    ? w.sockets[task.sockets[0] - 1].busyPollUs
    : w.hosts[task.host].sysctl['net.core.busy_poll'][0];
}

/** The NAPI that the task's packets last came from (napi_id); -1: none has come yet. */
function queueOf(w: World, task: Task): number {
  for (const id of task.sockets) {
    const { napiQueue } = w.sockets[id - 1];
    // a gro_cell is not polled from here (NAPI_STATE_NO_BUSY_POLL)
    if (napiQueue >= 0 && w.nics[w.queues[napiQueue].nic].tunnel === null) return napiQueue;
  }
  return -1;
}

/** sk_busy_loop, where the socket is empty. @returns false where the task may not or need not poll, and sleeps */
export function busyPollBegins(w: World, cpu: Cpu, task: Task, cause: number): boolean {
  const { busy } = task;
  if (busy.over || !w.fixed.rules.busyPoll || pollUs(w, task) === 0) return false;
  const queue = queueOf(w, task);
  if (queue < 0) return false;
  busy.queue = queue;
  busy.packets = 0;
  if (!busy.goesOn) busy.start = clock(w);
  busy.goesOn = false;
  cpu.taskCtx = Ctx.syscall;
  setContext(w, cpu, Ctx.syscall);
  const sock = w.sockets[task.sockets[0] - 1];
  busy.seq = emit(
    w,
    Kind.busyPollStart,
    sock.place,
    Reason.busyPollStarts,
    cpu.index,
    0,
    0,
    cause,
    pollUs(w, task),
    contextArg(cpu),
  );
  task.phase = BUSY_LOOP;
  startWork(w, cpu, spend(cpu, Part.netdev, w.fixed.hosts[cpu.host].profile.pollEnter));
  return true;
}

/** The item at work is over. @returns true where the loop is over and the task goes on by itself */
export function busyPollStep(w: World, cpu: Cpu, task: Task): boolean {
  if (cpu.netRxPending) {
    // local_bh_enable
    runPendingSoftirq(w, cpu);
    return false;
  }
  return task.phase === BUSY_STOP ? stopped(w, cpu, task) : loop(w, cpu, task);
}

function loop(w: World, cpu: Cpu, task: Task): boolean {
  const { busy } = task;
  const q = w.queues[busy.queue];
  const { napi } = q;
  const why = endOf(w, cpu, task);
  if (why !== 0) return stop(w, cpu, task, why);
  if (!napi.scheduled) {
    napi.scheduled = true;
    napi.busyTask = task.id;
    napi.busyCpu = cpu.index;
    busy.seq = emit(
      w,
      Kind.busyPollTake,
      q.napiPlace,
      Reason.busyPollTakes,
      cpu.index,
      0,
      0,
      busy.seq,
      task.id,
      0,
    );
    napi.scheduleSeq = busy.seq;
  }
  if (napi.busyTask === task.id && (frameReady(q) || q.tx.sent.length > 0)) poll(w, cpu, task);
  else startWork(w, cpu, spend(cpu, Part.netdev, w.fixed.hosts[cpu.host].profile.pollEnter));
  return false;
}

/** sk_busy_loop_end and need_resched. @returns why it ends, 0: it goes on */
function endOf(w: World, cpu: Cpu, task: Task): number {
  if (task.sockets.some((id) => hasData(w.sockets[id - 1]))) return Reason.busyPollData;
  if (clock(w) > task.busy.start + pollUs(w, task)) return Reason.busyPollTimeout;
  return cpu.needResched || task.cpu !== cpu.index ? Reason.busyPollNeedResched : 0;
}

/** Bottom halves off, as in any poll. */
function poll(w: World, cpu: Cpu, task: Task): void {
  cpu.inSoftirq = true;
  cpu.softirq.thread = true;
  startPoll(w, cpu, task.busy.queue, w.sockets[task.sockets[0] - 1].busyPollBudget);
}

/** busy_poll_stop: MISSED is forgotten, and the last poll may complete. */
function stop(w: World, cpu: Cpu, task: Task, why: number): boolean {
  const { napi } = w.queues[task.busy.queue];
  task.busy.why = why;
  task.phase = BUSY_STOP;
  if (napi.busyTask !== task.id) return stopped(w, cpu, task);
  napi.missedBit = false;
  napi.busyTask = 0;
  poll(w, cpu, task);
  return false;
}

function stopped(w: World, cpu: Cpu, task: Task): boolean {
  const { busy } = task;
  const q = w.queues[busy.queue];
  if (q.napi.busyCpu === cpu.index && q.napi.busyTask === 0) {
    q.napi.busyCpu = -1;
    // its budget was used up: a softirq goes on
    if (q.napi.scheduled && cpu.softirq.work >= w.sockets[task.sockets[0] - 1].busyPollBudget) {
      queueNapi(w, cpu, q, busy.seq);
      return busyPollStep(w, cpu, task);
    }
  }
  const data = busy.why === Reason.busyPollData;
  busy.goesOn = busy.why === Reason.busyPollNeedResched;
  busy.over = !data && !busy.goesOn;
  cpu.taskCtx = Ctx.task;
  setContext(w, cpu, Ctx.task);
  const sock = w.sockets[task.sockets[0] - 1];
  task.wakeSeq = emit(
    w,
    Kind.busyPollEnd,
    sock.place,
    busy.why,
    cpu.index,
    0,
    0,
    busy.seq,
    busy.packets,
    contextArg(cpu),
  );
  return true;
}
