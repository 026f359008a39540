/**
 * handle_softirqs with net_rx_action inside, as phases of one CPU: each phase is an item of work, its effect at its end.
 * The same phases serve irq exit, ksoftirqd and (from the poll on) a NAPI thread.
 * Source: kernel/softirq.c handle_softirqs, net/core/dev.c net_rx_action, v6.12. Left out: other softirqs than NET_RX.
 */
import { Ctx } from '../../catalog/contexts.ts';
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { jiffies, jiffiesOf } from '../clock/jiffies.ts';
import { emit } from '../emit.ts';
import { sendRpsIpis } from '../net/backlog.ts';
import { napiPolled, netRxAction } from '../net/net-rx-action.ts';
import { pollStep } from '../net/poll.ts';
import { type Cpu, LEVEL_SOFTIRQ, LEVEL_TASK, type World } from '../world.ts';
import {
  contextArg,
  countSoftirq,
  resumeLevel,
  setContext,
  spend,
  startWork,
  startWorkNs,
} from './context.ts';
import { netBh, endBottomHalf } from '../net/net-bh.ts';
import { BH_ENTER, BH_TAIL, PHASE_ENTER, PHASE_NONE, PHASE_TAIL } from './phases.ts';
import { checkResched, wakeTask } from './scheduler.ts';

export const MAX_SOFTIRQ_RESTART = 10;
const MAX_SOFTIRQ_NS = 2_000_000;

/** Starts handling softirqs on this CPU, at the level it is at. */
export function beginSoftirq(w: World, cpu: Cpu, reason: number, cause: number): void {
  const s = cpu.softirq;
  countSoftirq(w, cpu, 1);
  cpu.inSoftirq = true;
  s.thread = false;
  s.pass = 0;
  s.endJiffy = jiffies(w) + jiffiesOf(w, MAX_SOFTIRQ_NS);
  nextPass(w, cpu, reason, cause);
  startWork(w, cpu, spend(cpu, Part.irq, w.fixed.hosts[cpu.host].profile.softirqEnter));
}

function nextPass(w: World, cpu: Cpu, reason: number, cause: number): void {
  const s = cpu.softirq;
  s.pass += 1;
  s.phase = PHASE_ENTER;
  cpu.netRxPending = false;
  cpu.netRxSeq = 0;
  cpu.netRxSoftirqs += 1;
  s.enterSeq = emit(w, Kind.softirqEnter, cpu.place, reason, cpu.index, 0, 0, cause, s.pass, contextArg(cpu));
}

/** The item at work in the softirq is over. */
export function softirqStep(w: World, cpu: Cpu): void {
  const s = cpu.softirq;
  if (s.phase === PHASE_ENTER) netRxAction(w, cpu);
  else if (s.phase === PHASE_TAIL) tail(w, cpu);
  else if (s.phase === BH_ENTER) netBh(w, cpu);
  else if (s.phase === BH_TAIL) endBottomHalf(w, cpu);
  else if (pollStep(w, cpu)) pollOver(w, cpu);
}

function pollOver(w: World, cpu: Cpu): void {
  if (!cpu.softirq.thread) {
    napiPolled(w, cpu);
    return;
  }
  // local_bh_enable: the thread goes on by itself, softirqs raised meanwhile run first
  sendRpsIpis(w, cpu, cpu.softirq.pollSeq);
  cpu.softirq.phase = PHASE_NONE;
  cpu.softirq.thread = false;
  cpu.inSoftirq = false;
  startWorkNs(w, cpu, 0);
}

/** Still pending? Another pass, or ksoftirqd's turn. */
function tail(w: World, cpu: Cpu): void {
  const s = cpu.softirq;
  if (!cpu.netRxPending) {
    end(w, cpu, Reason.softirqDone);
    return;
  }
  const reason =
    jiffies(w) >= s.endJiffy
      ? Reason.softirqTimeUsed
      : cpu.needResched
        ? Reason.softirqNeedResched
        : s.pass >= MAX_SOFTIRQ_RESTART
          ? Reason.softirqRestartsUsed
          : 0;
  if (reason === 0) {
    nextPass(w, cpu, Reason.softirqAgain, s.netRxSeq);
    netRxAction(w, cpu);
    return;
  }
  const ksoftirqd = w.tasks[cpu.ksoftirqd - 1];
  if (ksoftirqd.state === 'sleeping') {
    const seq = emit(
      w,
      Kind.ksoftirqdWake,
      cpu.place,
      reason,
      cpu.index,
      0,
      0,
      s.netRxSeq,
      s.pass,
      ksoftirqd.id,
    );
    wakeTask(w, ksoftirqd, seq);
  }
  end(w, cpu, reason);
}

function end(w: World, cpu: Cpu, reason: number): void {
  const s = cpu.softirq;
  countSoftirq(w, cpu, -1);
  s.phase = PHASE_NONE;
  cpu.inSoftirq = false;
  if (cpu.level === LEVEL_SOFTIRQ) {
    setContext(w, cpu, cpu.taskCtx);
    emit(w, Kind.softirqExit, cpu.place, reason, cpu.index, 0, 0, s.enterSeq, s.pass, contextArg(cpu));
    resumeLevel(w, cpu);
    checkResched(w, cpu);
    return;
  }
  emit(w, Kind.softirqExit, cpu.place, reason, cpu.index, 0, 0, s.enterSeq, s.pass, contextArg(cpu));
  // ksoftirqd: its loop goes on
  startWorkNs(w, cpu, 0);
}

/**
 * local_bh_enable: are softirqs that were raised meanwhile to run here and now? From 4.9 to 6.4 ksoftirqd, once it is runnable, has them
 * for itself here too (do_softirq, ksoftirqd_running).
 */
export function softirqDue(w: World, cpu: Cpu): boolean {
  if (!cpu.netRxPending) return false;
  return !w.fixed.rules.softirqsLeftToKsoftirqd || w.tasks[cpu.ksoftirqd - 1].state === 'sleeping';
}

/** Softirqs left pending by a stretch with bottom halves off (a NAPI thread's poll): run them now, over the task. */
export function runPendingSoftirq(w: World, cpu: Cpu): void {
  cpu.leftNs[LEVEL_TASK] = 0;
  cpu.level = LEVEL_SOFTIRQ;
  setContext(w, cpu, Ctx.softirq);
  beginSoftirq(w, cpu, Reason.softirqAtIrqExit, cpu.netRxSeq);
}
