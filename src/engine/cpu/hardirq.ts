/**
 * A handler's end: its NAPI is scheduled, and on the way out pending softirqs run, in the interrupted task's time.
 * Source: kernel/softirq.c irq_exit, v6.12; igb_msix_ring.
 */
import { Ctx } from '../../catalog/contexts.ts';
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { cancel } from '../clock/agenda.ts';
import { emit } from '../emit.ts';
import { legacyReceive } from '../nic/legacy-driver.ts';
import { rpsIpiHandled } from '../net/backlog.ts';
import { beginBottomHalf, tryBottomHalf } from '../net/net-bh.ts';
import { napiSchedule } from '../net/napi.ts';
import { watchdogStep } from '../net/sched/watchdog.ts';
import { tcpTimerStep } from '../net/tcp-connection.ts';
import { type Cpu, LEVEL_SOFTIRQ, type World } from '../world.ts';
import { contextArg, contextBelow, resumeLevel, setContext, softirqBelow } from './context.ts';
import { enterHardirq, interruptCpu } from './interrupt.ts';
import {
  IRQ_IPI,
  IRQ_NAPI_TIMER,
  IRQ_QDISC,
  IRQ_RX,
  IRQ_TCP,
  IRQ_TICK,
  IRQ_TOE,
  irqSource,
  sourceIndex,
  sourceKind,
} from './irq-source.ts';
import { checkResched } from './scheduler.ts';
import { beginSoftirq } from './softirq.ts';
import { toeInterrupt } from '../nic/toe/host.ts';

/** The handler is done: schedule its NAPI, then the next interrupt, or leave. */
export function hardirqDone(w: World, cpu: Cpu): void {
  const index = sourceIndex(cpu.irqSource);
  const kind = sourceKind(cpu.irqSource);
  if (kind === IRQ_RX && !w.fixed.rules.napi) {
    if (legacyReceive(w, cpu, w.queues[index])) return;
  } else if (kind === IRQ_RX) {
    napiSchedule(w, cpu, w.queues[index], cpu.irqSeq);
  } else if (kind === IRQ_IPI) {
    rpsIpiHandled(w, cpu, cpu.irqSeq);
  } else if (kind === IRQ_TCP) {
    if (tcpTimerStep(w, cpu, w.connections[index])) return;
  } else if (kind === IRQ_QDISC) {
    if (watchdogStep(w, cpu, w.queues[index])) return;
  } else if (kind === IRQ_TOE) {
    if (toeInterrupt(w, cpu, w.nics[index])) return;
  } else if (kind !== IRQ_TICK) {
    const q = w.queues[index];
    const seq = emit(
      w,
      Kind.timerFire,
      q.napiPlace,
      Reason.napiTimer,
      cpu.index,
      0,
      0,
      cpu.irqSeq,
      cpu.index,
      0,
    );
    if (!q.napi.scheduled) {
      q.napi.byTimer = true;
      napiSchedule(w, cpu, q, seq);
    }
  }
  const pending = cpu.pendingIrqs.shift();
  if (pending === undefined) irqExit(w, cpu);
  else enterHardirq(w, cpu, pending, cpu.pendingSeqs.shift() as number);
}

function irqExit(w: World, cpu: Cpu): void {
  if (w.hosts[cpu.host].bottomHalf !== null && !cpu.bhOff) {
    bhIrqExit(w, cpu);
    return;
  }
  const run = cpu.netRxPending && !cpu.inSoftirq && !cpu.bhOff;
  const leave =
    run && w.fixed.rules.softirqsLeftToKsoftirqd && w.tasks[cpu.ksoftirqd - 1].state !== 'sleeping';
  if (run && !leave) {
    cpu.level = LEVEL_SOFTIRQ;
    setContext(w, cpu, Ctx.softirq);
    emit(
      w,
      Kind.hardirqExit,
      cpu.place,
      Reason.softirqAtIrqExit,
      cpu.index,
      0,
      0,
      cpu.irqSeq,
      1,
      contextArg(cpu),
    );
    beginSoftirq(w, cpu, Reason.softirqAtIrqExit, cpu.netRxSeq);
    return;
  }
  const toTask = !softirqBelow(cpu);
  const reason = leave ? Reason.softirqLeftToKsoftirqd : Reason.none;
  setContext(w, cpu, contextBelow(cpu));
  emit(
    w,
    Kind.hardirqExit,
    cpu.place,
    reason,
    cpu.index,
    0,
    0,
    cpu.irqSeq,
    cpu.netRxPending ? 1 : 0,
    contextArg(cpu),
  );
  resumeLevel(w, cpu);
  if (toTask) checkResched(w, cpu);
}

/** do_IRQ of 2.2: where the bottom half is marked and nobody runs it, this CPU does, in the interrupted task's time. */
function bhIrqExit(w: World, cpu: Cpu): void {
  const reason = tryBottomHalf(w, cpu, cpu.irqSeq);
  const run = reason === Reason.bhRuns;
  const toTask = !run && !softirqBelow(cpu);
  setContext(w, cpu, run ? Ctx.softirq : contextBelow(cpu));
  const marked = reason === Reason.none ? 0 : 1;
  emit(w, Kind.hardirqExit, cpu.place, reason, cpu.index, 0, 0, cpu.irqSeq, marked, contextArg(cpu));
  if (run) {
    cpu.level = LEVEL_SOFTIRQ;
    beginBottomHalf(w, cpu, Reason.bhAtIrqExit);
    return;
  }
  resumeLevel(w, cpu);
  if (toTask) checkResched(w, cpu);
}

/** napi_watchdog's hrtimer (gro_flush_timeout) has expired on the CPU that armed it. */
export function watchdogExpired(w: World, queue: number): void {
  const q = w.queues[queue];
  q.napi.timerOn = false;
  cancel(w.agenda, q.watchdogActor);
  interruptCpu(w, w.cpus[q.napi.timerCpu], irqSource(IRQ_NAPI_TIMER, queue), q.napi.scheduleSeq);
}
