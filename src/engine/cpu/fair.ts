/**
 * Who should run on a CPU: the fair scheduler's rules as far as packet handling needs them. Three schedulers, by kernel version:
 * EEVDF (6.6 and later) gives each task a virtual run time and a deadline, and runs the eligible task (one that has had no more
 * than its share) whose deadline is earliest; CFS (2.6.23 to 6.5) runs the task with the least virtual run time, with granularities;
 * before, tasks take turns. All tasks weigh the same (nice 0, ksoftirqd too). Virtual times are whole ns.
 * Source: kernel/sched/fair.c, v5.1, v6.6, v6.12. Left out: weights, groups, placement on other CPUs, buddies, short slices.
 */
import { Ctx } from '../../catalog/contexts.ts';
import { Reason } from '../../catalog/reasons.ts';
import { type Cpu, type SchedTunables, SCHED_CFS, SCHED_EEVDF, type Task, type World } from '../world.ts';

/** CFS, each times 1 + ilog2(CPUs): targeted latency, least run time, how far behind a woken task must be to preempt. */
const LATENCY_NS = 6_000_000;
const MIN_GRANULARITY_NS = 750_000;
const WAKEUP_GRANULARITY_NS = 1_000_000;
/** More than these, and the period grows (latency / least run time). */
const NR_LATENCY = 8;
/** Turns before 2.6.23: the counter a task of nice 0 is given, six ticks at HZ 100. */
const TURN_NS = 60_000_000;

/** A host's tunables: the kernel multiplies them by 1 + ilog2 of its CPUs, eight at most. */
export function schedTunables(scheduler: number, baseSliceNs: number, cpus: number): SchedTunables {
  let factor = 1;
  for (let n = Math.min(cpus, 8); n > 1; n = Math.floor(n / 2)) factor += 1;
  return {
    scheduler,
    sliceNs: scheduler === SCHED_EEVDF ? baseSliceNs * factor : TURN_NS,
    latencyNs: LATENCY_NS * factor,
    minGranularityNs: MIN_GRANULARITY_NS * factor,
    wakeupGranularityNs: WAKEUP_GRANULARITY_NS * factor,
  };
}

export function tunablesOf(w: World, cpu: Cpu): SchedTunables {
  return w.fixed.hosts[cpu.host].sched;
}

/** rq_clock_task: with CONFIG_IRQ_TIME_ACCOUNTING interrupts and softirqs are nobody's; without, the interrupted task pays. */
export function clockTask(w: World, cpu: Cpu): number {
  if (w.fixed.spec.config.irqTimeAccounting !== true) return w.now;
  const open = cpu.ctx === Ctx.hardirq || cpu.ctx === Ctx.softirq ? w.now - cpu.ctxSince : 0;
  return w.now - cpu.ctxNs[Ctx.hardirq] - cpu.ctxNs[Ctx.softirq] - open;
}

function taskOf(w: World, id: number): Task {
  return w.tasks[id - 1];
}

/** Tasks that count: the running one, those that wait, and those asleep that have had too much to leave yet. */
export function running(cpu: Cpu): number {
  return (cpu.current === 0 ? 0 : 1) + cpu.runQueue.length + cpu.delayed.length;
}

function sumVruntime(w: World, cpu: Cpu): number {
  let sum = cpu.current === 0 ? 0 : taskOf(w, cpu.current).vruntime;
  for (const id of cpu.runQueue) sum += taskOf(w, id).vruntime;
  for (const id of cpu.delayed) sum += taskOf(w, id).vruntime;
  return sum;
}

/** avg_vruntime: the point of zero lag. */
function avgVruntime(w: World, cpu: Cpu): number {
  const n = running(cpu);
  return n === 0 ? cpu.minVruntime : Math.floor(sumVruntime(w, cpu) / n);
}

/** A task is eligible once it has had no more than its share: vruntime at or before the average. */
function eligible(w: World, cpu: Cpu, task: Task): boolean {
  return task.vruntime * running(cpu) <= sumVruntime(w, cpu);
}

function updateMinVruntime(w: World, cpu: Cpu): void {
  let least = Number.POSITIVE_INFINITY;
  if (cpu.current !== 0) least = taskOf(w, cpu.current).vruntime;
  for (const id of cpu.runQueue) least = Math.min(least, taskOf(w, id).vruntime);
  for (const id of cpu.delayed) least = Math.min(least, taskOf(w, id).vruntime);
  if (least !== Number.POSITIVE_INFINITY && least > cpu.minVruntime) cpu.minVruntime = least;
}

/** update_curr: charges the running task. @returns true where (EEVDF) that used up its request and others wait. */
export function updateCurr(w: World, cpu: Cpu): boolean {
  if (cpu.current === 0) return false;
  const now = clockTask(w, cpu);
  const ran = now - cpu.execStart;
  if (ran <= 0) return false;
  const task = taskOf(w, cpu.current);
  cpu.execStart = now;
  task.ranNs += ran;
  task.vruntime += ran;
  updateMinVruntime(w, cpu);
  const { scheduler, sliceNs } = tunablesOf(w, cpu);
  if (scheduler !== SCHED_EEVDF || task.vruntime < task.deadline) return false;
  task.deadline = task.vruntime + sliceNs;
  return running(cpu) > 1;
}

/** place_entity: where a woken task joins, before it is put on the run queue. The running one has been charged. */
export function placeWoken(w: World, cpu: Cpu, task: Task): void {
  const { scheduler, latencyNs, sliceNs } = tunablesOf(w, cpu);
  if (scheduler === SCHED_CFS) {
    // sleeping is worth half a latency at most
    task.vruntime = Math.max(task.vruntime, cpu.minVruntime - latencyNs / 2);
    return;
  }
  if (scheduler !== SCHED_EEVDF) return;
  if (task.delayed) {
    // it never left: what it has had too much still counts, unless that is over
    const behind = avgVruntime(w, cpu) - task.vruntime;
    leaveDelayed(cpu, task);
    if (behind <= 0) return;
    task.vlag = 0;
  }
  const n = running(cpu);
  const average = avgVruntime(w, cpu);
  // joining moves the average: the lag is made larger so that it is the same afterwards
  task.vruntime = average - (n === 0 ? 0 : Math.trunc((task.vlag * (n + 1)) / n));
  task.deadline = task.vruntime + sliceNs;
}

function leaveDelayed(cpu: Cpu, task: Task): void {
  task.delayed = false;
  cpu.delayed.splice(cpu.delayed.indexOf(task.id), 1);
}

/**
 * dequeue_entity of the running task, which has been charged and is still `current`. From 6.12 a task that falls asleep having had
 * more than its share stays until the others have caught up.
 */
export function dequeueCurrent(w: World, cpu: Cpu, task: Task, sleeps: boolean): void {
  if (tunablesOf(w, cpu).scheduler !== SCHED_EEVDF) return;
  if (sleeps && w.fixed.rules.delayedDequeue && !eligible(w, cpu, task)) {
    task.delayed = true;
    cpu.delayed.push(task.id);
    return;
  }
  setLag(w, cpu, task);
}

/** update_entity_lag: what it is owed (or has had too much), bounded by two slices, one tick at least. */
function setLag(w: World, cpu: Cpu, task: Task): void {
  const limit = Math.max(2 * tunablesOf(w, cpu).sliceNs, w.fixed.jiffyNs);
  const lag = avgVruntime(w, cpu) - task.vruntime;
  task.vlag = Math.min(limit, Math.max(-limit, lag));
}

/** A task leaves this CPU's queue for another CPU's: what it is owed goes with it. */
export function carryOver(w: World, from: Cpu, to: Cpu, task: Task): void {
  const { scheduler } = tunablesOf(w, from);
  if (scheduler === SCHED_CFS) task.vruntime += to.minVruntime - from.minVruntime;
  else if (scheduler === SCHED_EEVDF) {
    if (task.delayed || task.state === 'runnable') setLag(w, from, task);
    if (task.delayed) leaveDelayed(from, task);
  }
}

/** check_preempt_wakeup: the woken task is on the run queue. @returns a reason; `preempt...` take the CPU. */
export function wakeDecision(w: World, cpu: Cpu, woken: Task): number {
  const { scheduler, wakeupGranularityNs } = tunablesOf(w, cpu);
  const current = taskOf(w, cpu.current);
  if (scheduler === SCHED_CFS) {
    return current.vruntime - woken.vruntime > wakeupGranularityNs
      ? Reason.preemptVruntime
      : Reason.wakeWithinGranularity;
  }
  if (scheduler !== SCHED_EEVDF) return Reason.wakeTakesTurns;
  if (pickEevdf(w, cpu) === woken) return Reason.preemptDeadline;
  if (!eligible(w, cpu, woken)) return Reason.wakeNotEligible;
  const sliceKept = current.protect === current.deadline && eligible(w, cpu, current);
  return sliceKept ? Reason.wakeSliceKept : Reason.wakeDeadlineLater;
}

/** The tick while others wait. `used`: what updateCurr said. @returns a reason to let another task run, or 0. */
export function tickDecision(w: World, cpu: Cpu, used: boolean): number {
  const { scheduler, sliceNs, latencyNs, minGranularityNs } = tunablesOf(w, cpu);
  if (scheduler === SCHED_EEVDF) return used ? Reason.sliceUsed : 0;
  const current = taskOf(w, cpu.current);
  const ran = current.ranNs - cpu.pickedRanNs;
  // the counter goes down by one a tick
  if (scheduler !== SCHED_CFS) return ran > sliceNs - w.fixed.jiffyNs ? Reason.sliceUsed : 0;
  const n = running(cpu);
  const ideal = (n > NR_LATENCY ? n * minGranularityNs : latencyNs) / n;
  if (ran > ideal) return Reason.sliceUsed;
  if (ran < minGranularityNs) return 0;
  const first = taskOf(w, leftmost(w, cpu));
  return current.vruntime - first.vruntime > ideal ? Reason.tickFarAhead : 0;
}

/** Id of the waiting task with the least vruntime, the first queued of equals; the queue isn't empty. */
function leftmost(w: World, cpu: Cpu): number {
  let best = cpu.runQueue[0];
  for (const id of cpu.runQueue) {
    if (taskOf(w, id).vruntime < taskOf(w, best).vruntime) best = id;
  }
  return best;
}

/** pick_eevdf: among the running task, those that wait and those about to leave; null where there is none. */
function pickEevdf(w: World, cpu: Cpu): Task | null {
  let current = cpu.current === 0 ? null : taskOf(w, cpu.current);
  if (current !== null && !eligible(w, cpu, current)) current = null;
  // once chosen, a task keeps the CPU until it has had its share or its request is used up
  if (current !== null && current.protect === current.deadline) return current;
  let best: Task | null = null;
  for (const list of [cpu.runQueue, cpu.delayed]) {
    for (const id of list) {
      const task = taskOf(w, id);
      if (eligible(w, cpu, task) && (best === null || task.deadline < best.deadline)) best = task;
    }
  }
  return best === null || (current !== null && current.deadline < best.deadline) ? current : best;
}

/** Who runs next: the running task (where there is one) or one that waits. @returns a task id, 0: nobody. */
export function pickNext(w: World, cpu: Cpu): number {
  const { scheduler } = tunablesOf(w, cpu);
  if (scheduler === SCHED_EEVDF) {
    let task = pickEevdf(w, cpu);
    while (task?.delayed) {
      // it has caught up while asleep, and leaves with nothing owed
      leaveDelayed(cpu, task);
      task.vlag = 0;
      task = pickEevdf(w, cpu);
    }
    return task === null ? 0 : task.id;
  }
  if (cpu.runQueue.length === 0) return cpu.current;
  if (scheduler !== SCHED_CFS) return cpu.runQueue[0];
  const first = leftmost(w, cpu);
  if (cpu.current === 0) return first;
  return taskOf(w, cpu.current).vruntime < taskOf(w, first).vruntime ? cpu.current : first;
}

/** set_next_entity: it has the CPU from here on, `afterNs` from now. */
export function setNext(w: World, cpu: Cpu, task: Task, afterNs: number): void {
  cpu.execStart = clockTask(w, cpu) + afterNs;
  cpu.pickedRanNs = task.ranNs;
  task.protect = task.deadline;
}
