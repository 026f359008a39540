/**
 * Tasks on a CPU: woken, switched to, preempted, asleep. Who should run is fair.ts's business; here it happens, and when it may: a
 * task that computes is preempted as soon as the CPU is back with it, one inside the kernel (a system call, ksoftirqd, a NAPI
 * thread) at its next look, as with PREEMPT_VOLUNTARY. Each task stays on its CPU until it is moved.
 * What a task does once it runs is cpu/run.ts's business: a switch ends as the CPU's next event.
 * Left out: the cost of the tick, which is on the agenda only while somebody waits.
 */
import { Ctx } from '../../catalog/contexts.ts';
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { cancel, schedule } from '../clock/agenda.ts';
import { jiffies } from '../clock/jiffies.ts';
import { emit } from '../emit.ts';
import { type Cpu, LEVEL_TASK, type Task, type World } from '../world.ts';
import { contextArg, cyclesToNs, setContext, spend, startWorkNs } from './context.ts';
import {
  carryOver,
  dequeueCurrent,
  pickNext,
  placeWoken,
  running,
  setNext,
  tickDecision,
  updateCurr,
  wakeDecision,
} from './fair.ts';

/** A sleeping task becomes runnable on its CPU; any other is left as it is. */
export function wakeTask(w: World, task: Task, cause: number): void {
  if (task.state !== 'sleeping') return;
  const cpu = w.cpus[task.cpu];
  const used = updateCurr(w, cpu);
  placeWoken(w, cpu, task);
  task.state = 'runnable';
  task.wakeSeq = cause;
  cpu.runQueue.push(task.id);
  if (cpu.current === 0) {
    if (cpu.level === LEVEL_TASK) switchTo(w, cpu, pickNext(w, cpu), Reason.woken);
    else cpu.needResched = true;
    return;
  }
  startTick(w, cpu);
  if (used) setNeedResched(w, cpu, Reason.sliceUsed, task, cause);
  else if (!cpu.needResched) checkPreempt(w, cpu, task, cause);
  checkResched(w, cpu);
}

/** A task was woken while another one runs: does it take the CPU? Either way it is said why. */
function checkPreempt(w: World, cpu: Cpu, woken: Task, cause: number): void {
  const reason = wakeDecision(w, cpu, woken);
  if (reason === Reason.preemptVruntime || reason === Reason.preemptDeadline)
    setNeedResched(w, cpu, reason, woken, cause);
  else decision(w, cpu, reason, woken, cause);
}

function setNeedResched(w: World, cpu: Cpu, reason: number, other: Task, cause: number): void {
  cpu.needResched = true;
  cpu.reschedReason = reason;
  decision(w, cpu, reason, other, cause);
}

/** `other` wants the CPU: by how much virtual run time the running task is ahead of it. */
function decision(w: World, cpu: Cpu, reason: number, other: Task, cause: number): void {
  const ahead = w.tasks[cpu.current - 1].vruntime - other.vruntime;
  emit(w, Kind.schedDecision, cpu.place, reason, cpu.index, 0, 0, cause, other.id, ahead);
}

/** The timer tick, while others wait: charges the running task, and may ask for another one. */
export function schedulerTick(w: World, cpu: Cpu): void {
  cancel(w.agenda, cpu.tickActor);
  if (cpu.current === 0 || running(cpu) === 1) return;
  startTick(w, cpu);
  const used = updateCurr(w, cpu);
  if (cpu.runQueue.length === 0) {
    // only sleepers are left that have not gone yet: those that may, go
    if (used) pickNext(w, cpu);
    return;
  }
  const reason = cpu.needResched ? 0 : tickDecision(w, cpu, used);
  if (reason !== 0) {
    const first = w.tasks[cpu.runQueue[0] - 1];
    setNeedResched(w, cpu, reason, first, first.wakeSeq);
  }
  checkResched(w, cpu);
}

function startTick(w: World, cpu: Cpu): void {
  if (w.agenda.time[cpu.tickActor] === Number.POSITIVE_INFINITY)
    schedule(w.agenda, cpu.tickActor, (jiffies(w) + 1) * w.fixed.jiffyNs);
}

/** Perhaps back at task level: an idle CPU with something runnable switches to it, a computing task may be preempted. */
export function checkResched(w: World, cpu: Cpu): void {
  if (cpu.level !== LEVEL_TASK) return;
  if (cpu.current === 0) {
    cpu.needResched = false;
    if (cpu.runQueue.length > 0) switchTo(w, cpu, pickNext(w, cpu), Reason.woken);
    return;
  }
  if (!cpu.needResched || cpu.ctx !== Ctx.task || cpu.switching) return;
  const task = w.tasks[cpu.current - 1];
  const leftNs = w.agenda.time[cpu.actor] - w.now;
  // what it had not computed yet it computes when it has the CPU again
  if (yieldIfDue(w, cpu)) task.workNs += leftNs;
}

function contextOf(task: Task): number {
  return task.kind === 'app' ? Ctx.task : task.kind === 'ksoftirqd' ? Ctx.ksoftirqd : Ctx.napiThread;
}

function switchTo(w: World, cpu: Cpu, next: number, reason: number): void {
  const previous = cpu.current;
  cpu.runQueue.splice(cpu.runQueue.indexOf(next), 1);
  const task = w.tasks[next - 1];
  const profile = w.fixed.hosts[cpu.host].profile;
  const wakeNs = previous === 0 ? profile.idleWakeNs : 0;
  task.state = 'running';
  cpu.current = next;
  cpu.needResched = false;
  cpu.switching = true;
  cpu.taskCtx = contextOf(task);
  setContext(w, cpu, cpu.taskCtx);
  setNext(w, cpu, task, wakeNs);
  if (running(cpu) > 1) startTick(w, cpu);
  emit(w, Kind.schedSwitch, cpu.place, reason, cpu.index, 0, 0, task.wakeSeq, previous, contextArg(cpu));
  const cycles = spend(cpu, Part.sched, profile.contextSwitch);
  startWorkNs(w, cpu, cyclesToNs(cpu, cycles) + wakeNs);
}

/** The running task gives the CPU up until it is woken. */
export function sleepCurrent(w: World, cpu: Cpu, cause: number): void {
  const task = w.tasks[cpu.current - 1];
  const stays = task.cpu === cpu.index;
  updateCurr(w, cpu);
  dequeueCurrent(w, cpu, task, stays);
  if (!stays) carryOver(w, cpu, w.cpus[task.cpu], task);
  leaveCpu(w, cpu, task, cause);
}

/** The running task, taken off the queue, stops; the next one runs. */
function leaveCpu(w: World, cpu: Cpu, task: Task, cause: number): void {
  const previous = cpu.current;
  task.state = 'sleeping';
  task.wakeSeq = cause;
  // no longer counted (where it is not among those that leave late), but still the one switched from
  cpu.current = 0;
  const next = pickNext(w, cpu);
  if (next !== 0) {
    cpu.current = previous;
    switchTo(w, cpu, next, Reason.slept);
    return;
  }
  cpu.taskCtx = Ctx.idle;
  setContext(w, cpu, Ctx.idle);
  emit(w, Kind.schedSwitch, cpu.place, Reason.slept, cpu.index, 0, 0, cause, previous, contextArg(cpu));
  cancel(w.agenda, cpu.actor);
}

/** Lets another task run where one has been asked for and should. @returns true where it did. */
export function yieldIfDue(w: World, cpu: Cpu): boolean {
  if (!cpu.needResched) return false;
  cpu.needResched = false;
  updateCurr(w, cpu);
  const next = pickNext(w, cpu);
  if (next === cpu.current) return false;
  const task = w.tasks[cpu.current - 1];
  const woken = cpu.reschedReason === Reason.preemptVruntime || cpu.reschedReason === Reason.preemptDeadline;
  task.state = 'runnable';
  cpu.runQueue.push(task.id);
  switchTo(w, cpu, next, woken ? Reason.preempted : Reason.sliceUsed);
  return true;
}

/** Moves a task to another CPU (sched_setaffinity); a running one goes at its next chance. */
export function moveTask(w: World, task: Task, to: number): void {
  const from = w.cpus[task.cpu];
  task.cpu = to;
  if (to === from.index || task.state === 'running') return;
  updateCurr(w, from);
  carryOver(w, from, w.cpus[to], task);
  const at = from.runQueue.indexOf(task.id);
  if (at < 0) return;
  from.runQueue.splice(at, 1);
  task.state = 'sleeping';
  wakeTask(w, task, task.wakeSeq);
}

/** The running task belongs to another CPU by now: it goes there. @returns true where it left. */
export function leaveIfMoved(w: World, cpu: Cpu): boolean {
  const task = w.tasks[cpu.current - 1];
  if (task.cpu === cpu.index) return false;
  const cause = task.wakeSeq;
  sleepCurrent(w, cpu, cause);
  const seq = emit(w, Kind.wakeUp, task.place, Reason.woken, cpu.index, 0, 0, cause, task.cpu, task.id);
  wakeTask(w, task, seq);
  return true;
}
