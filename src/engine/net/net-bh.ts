/**
 * The receive path of Linux 2.2: interrupt handlers of all CPUs fill one backlog; the bottom half takes packets up through the
 * protocol, on one CPU at a time in the whole machine. A CPU that finds another one in a bottom half does not wait: it leaves the
 * mark and goes back to what it did. What does wait is a system call that must not run beside it (synchronize_bh).
 * A full backlog throws everything away until it is empty.
 * Source: net/core/dev.c netif_rx, net_bh; kernel/softirq.c do_bottom_half; include/asm-i386/softirq.h, 2.2.16.
 * Left out: other bottom halves, skb_queue_lock (its time is part of the costs), cli() across CPUs, CONFIG_CPU_IS_SLOW.
 */
import { Ctx } from '../../catalog/contexts.ts';
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { cancel, schedule } from '../clock/agenda.ts';
import { jiffies } from '../clock/jiffies.ts';
import { contextArg, countSoftirq, resumeLevel, setContext, spend, startWork } from '../cpu/context.ts';
import { interruptCpu } from '../cpu/interrupt.ts';
import { IRQ_TICK, irqSource } from '../cpu/irq-source.ts';
import { releaseLock, tryLock } from '../cpu/lock.ts';
import { BACK_BH, BH_ENTER, BH_TAIL, DELIVER_NETIF, PHASE_NONE } from '../cpu/phases.ts';
import { checkResched } from '../cpu/scheduler.ts';
import { dropPacket } from '../drop.ts';
import { emit } from '../emit.ts';
import { type BottomHalf, type Cpu, LEVEL_SOFTIRQ, LEVEL_TASK, type World } from '../world.ts';

/** In place of a queue that is polled. */
export const BOTTOM_HALF = -2;

export function createBottomHalf(lock: number, tickActor: number): BottomHalf {
  return {
    lock,
    tickActor,
    marked: false,
    markedSeq: 0,
    dropping: false,
    rxDropped: 0,
    runs: 0,
    skips: 0,
    startJiffy: 0,
  };
}

function bhOf(w: World, cpu: Cpu): BottomHalf {
  return w.hosts[cpu.host].bottomHalf as BottomHalf;
}

/** `backlog`: the list that all CPUs of this one's host fill. */
function sharedBacklog(w: World, cpu: Cpu): Cpu['backlog'] {
  return w.cpus[w.fixed.hosts[cpu.host].firstCpu].backlog;
}

/** netif_rx, in the interrupt handler: queues the packet and marks the bottom half, or throws it away. */
export function netifRx22(w: World, cpu: Cpu, slot: number): void {
  const bh = bhOf(w, cpu);
  const backlog = sharedBacklog(w, cpu);
  const pool = w.pool;
  const length = backlog.input.length;
  const full = length > w.hosts[cpu.host].sysctl['net.core.netdev_max_backlog'][0];
  if (full) bh.dropping = true;
  else if (length === 0) bh.dropping = false;
  if (bh.dropping) {
    // the kernel counts it for the machine, not for the card
    bh.rxDropped += 1;
    dropPacket(w, slot, cpu.backlogPlace, full ? Reason.backlogFull : Reason.backlogDropping, cpu.index);
    return;
  }
  backlog.input.push(slot);
  backlog.tail += 1;
  const first = w.fixed.hosts[cpu.host].firstCpu;
  pool.lastSeq[slot] = emit(
    w,
    Kind.backlogQueue,
    cpu.backlogPlace,
    Reason.backlogShared,
    cpu.index,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    length + 1,
    first,
  );
  mark(w, cpu, Reason.bhMarked, pool.lastSeq[slot]);
}

/** mark_bh(NET_BH). */
function mark(w: World, cpu: Cpu, reason: number, cause: number): void {
  const bh = bhOf(w, cpu);
  if (bh.marked) return;
  bh.marked = true;
  const waiting = sharedBacklog(w, cpu).input.length;
  bh.markedSeq = emit(
    w,
    Kind.bhMark,
    cpu.backlogPlace,
    reason,
    cpu.index,
    0,
    0,
    cause,
    waiting,
    w.locks[bh.lock].holder,
  );
}

/**
 * softirq_trylock: may this CPU run the bottom half now? It is then the one that does, until endBottomHalf.
 * @returns bhRuns, or why not: bhElsewhere; 0: there is nothing to run, or it is running on this very CPU
 */
export function tryBottomHalf(w: World, cpu: Cpu, cause: number): number {
  const bh = bhOf(w, cpu);
  if (!bh.marked || cpu.inSoftirq) return Reason.none;
  if (tryLock(w, cpu, w.locks[bh.lock], cause)) return Reason.bhRuns;
  bh.skips += 1;
  return Reason.bhElsewhere;
}

/** do_bottom_half, once its lock is taken, at the softirq level. */
export function beginBottomHalf(w: World, cpu: Cpu, reason: number): void {
  const bh = bhOf(w, cpu);
  const s = cpu.softirq;
  const cause = bh.markedSeq;
  bh.marked = false;
  bh.runs += 1;
  bh.startJiffy = jiffies(w);
  cancel(w.agenda, bh.tickActor);
  countSoftirq(w, cpu, 1);
  cpu.inSoftirq = true;
  cpu.netRxSoftirqs += 1;
  s.thread = false;
  s.pass = 1;
  s.work = 0;
  s.queue = BOTTOM_HALF;
  s.phase = BH_ENTER;
  s.enterSeq = emit(w, Kind.softirqEnter, cpu.place, reason, cpu.index, 0, 0, cause, 1, contextArg(cpu));
  startWork(w, cpu, spend(cpu, Part.irq, w.fixed.hosts[cpu.host].profile.softirqEnter));
}

/** On the way back to a task (from a system call, or in schedule()): the mark is looked at there too. @returns true where it runs */
export function bottomHalfInTask(w: World, cpu: Cpu, reason: number, cause: number): boolean {
  if (w.hosts[cpu.host].bottomHalf === null || tryBottomHalf(w, cpu, cause) !== Reason.bhRuns) return false;
  cpu.leftNs[LEVEL_TASK] = 0;
  cpu.level = LEVEL_SOFTIRQ;
  setContext(w, cpu, Ctx.softirq);
  beginBottomHalf(w, cpu, reason);
  return true;
}

/** net_bh begins its loop. */
export function netBh(w: World, cpu: Cpu): void {
  const s = cpu.softirq;
  const waiting = sharedBacklog(w, cpu).input.length;
  s.budget = 0;
  s.netRxSeq = emit(w, Kind.netRxAction, cpu.place, Reason.bhLoop, cpu.index, 0, 0, s.enterSeq, 0, waiting);
  nextOfBottomHalf(w, cpu);
}

/** The next packet, whatever CPU queued it; the end where there is none, or after more than a jiffy. */
export function nextOfBottomHalf(w: World, cpu: Cpu): void {
  const bh = bhOf(w, cpu);
  const s = cpu.softirq;
  const backlog = sharedBacklog(w, cpu);
  if (backlog.input.length === 0) {
    bh.dropping = false;
    leave(w, cpu, Reason.bhEmptied);
    return;
  }
  if (jiffies(w) - bh.startJiffy > 1) {
    leave(w, cpu, Reason.bhTimeUp);
    mark(w, cpu, Reason.bhTimeUp, s.netRxSeq);
    return;
  }
  const slot = backlog.input.shift() as number;
  const pool = w.pool;
  backlog.head += 1;
  pool.lastSeq[slot] = emit(
    w,
    Kind.backlogTake,
    cpu.backlogPlace,
    Reason.bhTakes,
    cpu.index,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    0,
    backlog.input.length,
  );
  s.work += 1;
  s.slot = slot;
  s.backTo = BACK_BH;
  s.phase = DELIVER_NETIF;
  startWork(w, cpu, spend(cpu, Part.oldStack, w.fixed.hosts[cpu.host].coreCost));
}

function leave(w: World, cpu: Cpu, reason: number): void {
  const s = cpu.softirq;
  const left = sharedBacklog(w, cpu).input.length;
  s.netRxSeq = emit(w, Kind.netRxDone, cpu.place, reason, cpu.index, 0, 0, s.netRxSeq, 0, left);
  s.phase = BH_TAIL;
  startWork(w, cpu, spend(cpu, Part.irq, w.fixed.hosts[cpu.host].profile.softirqExit));
}

/** softirq_endlock: from here on any CPU may run it. A mark that is left waits for the next interrupt, the tick at the latest. */
export function endBottomHalf(w: World, cpu: Cpu): void {
  const bh = bhOf(w, cpu);
  const s = cpu.softirq;
  countSoftirq(w, cpu, -1);
  s.phase = PHASE_NONE;
  s.queue = 0;
  cpu.inSoftirq = false;
  releaseLock(w, cpu, w.locks[bh.lock]);
  setContext(w, cpu, cpu.taskCtx);
  const reason = bh.marked ? Reason.bhLeftMarked : Reason.bhDone;
  emit(w, Kind.softirqExit, cpu.place, reason, cpu.index, 0, 0, s.enterSeq, 1, contextArg(cpu));
  if (bh.marked) schedule(w.agenda, bh.tickActor, (jiffies(w) + 1) * w.fixed.jiffyNs);
  resumeLevel(w, cpu);
  checkResched(w, cpu);
}

/** The timer's interrupt: it too looks at the mark on its way out. Modelled only where one was left. */
export function bottomHalfTick(w: World, host: number): void {
  const bh = w.hosts[host].bottomHalf as BottomHalf;
  cancel(w.agenda, bh.tickActor);
  const cpu = w.cpus[w.fixed.hosts[host].firstCpu];
  interruptCpu(w, cpu, irqSource(IRQ_TICK, cpu.index), bh.markedSeq);
}
