/**
 * Tasks on a CPU: a run queue in order of waking, time slices, sleep and wake-up. A woken task runs at once on an idle CPU,
 * else after the running one's slice (a simplification: round robin in place of EEVDF, no preemption at wake-up, no
 * migration; each task stays on its CPU).
 * What a task does once it runs is cpu/run.ts's business: a switch ends as the CPU's next event.
 */
import { Ctx } from '../../catalog/contexts.ts';
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { cancel } from '../clock/agenda.ts';
import { emit } from '../emit.ts';
import { type Cpu, LEVEL_TASK, type Task, type World } from '../world.ts';
import { contextArg, cyclesToNs, setContext, startWorkNs } from './context.ts';

/** Slice while others wait (base_slice of the fair scheduler), ns. */
export const SLICE_NS = 3_000_000;

/** A sleeping task becomes runnable on its CPU; any other is left as it is. */
export function wakeTask(w: World, task: Task, cause: number): void {
  if (task.state !== 'sleeping') return;
  task.state = 'runnable';
  task.wakeSeq = cause;
  const cpu = w.cpus[task.cpu];
  cpu.runQueue.push(task.id);
  if (cpu.current !== 0) return;
  if (cpu.level === LEVEL_TASK) switchTo(w, cpu, Reason.woken);
  else cpu.needResched = true;
}

/** Back at task level: an idle CPU with something runnable switches to it. */
export function checkResched(w: World, cpu: Cpu): void {
  cpu.needResched = false;
  if (cpu.current === 0 && cpu.runQueue.length > 0) switchTo(w, cpu, Reason.woken);
}

function contextOf(task: Task): number {
  return task.kind === 'app' ? Ctx.task : task.kind === 'ksoftirqd' ? Ctx.ksoftirqd : Ctx.napiThread;
}

function switchTo(w: World, cpu: Cpu, reason: number): void {
  const previous = cpu.current;
  const next = cpu.runQueue.shift() as number;
  const task = w.tasks[next - 1];
  const profile = w.fixed.hosts[cpu.host].profile;
  task.state = 'running';
  cpu.current = next;
  cpu.needResched = false;
  cpu.switching = true;
  cpu.taskCtx = contextOf(task);
  cpu.sliceEnd = w.now + SLICE_NS;
  setContext(w, cpu, cpu.taskCtx);
  emit(w, Kind.schedSwitch, cpu.place, reason, cpu.index, 0, 0, task.wakeSeq, previous, contextArg(cpu));
  startWorkNs(w, cpu, cyclesToNs(cpu, profile.contextSwitch) + (previous === 0 ? profile.idleWakeNs : 0));
}

/** The running task gives the CPU up until it is woken. */
export function sleepCurrent(w: World, cpu: Cpu, cause: number): void {
  const task = w.tasks[cpu.current - 1];
  task.state = 'sleeping';
  task.wakeSeq = cause;
  if (cpu.runQueue.length > 0) {
    switchTo(w, cpu, Reason.slept);
    return;
  }
  const previous = cpu.current;
  cpu.current = 0;
  cpu.taskCtx = Ctx.idle;
  setContext(w, cpu, Ctx.idle);
  emit(w, Kind.schedSwitch, cpu.place, Reason.slept, cpu.index, 0, 0, cause, previous, contextArg(cpu));
  cancel(w.agenda, cpu.actor);
}

/** Lets another task run where the slice is used up. @returns true where it did. */
export function yieldIfDue(w: World, cpu: Cpu): boolean {
  if (cpu.runQueue.length === 0 || w.now < cpu.sliceEnd) return false;
  const task = w.tasks[cpu.current - 1];
  task.state = 'runnable';
  cpu.runQueue.push(task.id);
  switchTo(w, cpu, Reason.sliceUsed);
  return true;
}

/** Moves a task to another CPU (sched_setaffinity); a running one goes at its next chance. */
export function moveTask(w: World, task: Task, to: number): void {
  const from = w.cpus[task.cpu];
  task.cpu = to;
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
