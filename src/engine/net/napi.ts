/**
 * A NAPI instance's life: scheduled by an interrupt, polled, completed. SCHED is owned by one poller at a time; an interrupt
 * that finds it set leaves MISSED. After completion the vector is unmasked, unless a timer keeps the NAPI going
 * (gro_flush_timeout, napi_defer_hard_irqs).
 * Source: net/core/dev.c napi_schedule_prep, napi_complete_done, napi_watchdog, v6.12. Left out: busy polling, netpoll.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { schedule } from '../clock/agenda.ts';
import { wakeTask } from '../cpu/scheduler.ts';
import { emit } from '../emit.ts';
import { adaptModeration } from '../nic/adaptive.ts';
import { unmask } from '../nic/moderation.ts';
import type { Cpu, RxQueue, World } from '../world.ts';
import { groHolds, napiGroFlush } from './gro/flush.ts';
import { groNormalList } from './gro/normal.ts';

export const NAPI_POLL_WEIGHT = 64;

/** napi_schedule on this CPU, from hardirq. */
export function napiSchedule(w: World, cpu: Cpu, q: RxQueue, cause: number): void {
  const napi = q.napi;
  if (napi.scheduled) {
    napi.missedBit = true;
    emit(
      w,
      Kind.napiSchedule,
      q.napiPlace,
      Reason.napiMissed,
      cpu.index,
      0,
      0,
      cause,
      cpu.pollList.length,
      0,
    );
    return;
  }
  napi.scheduled = true;
  queueNapi(w, cpu, q, cause);
}

/** ____napi_schedule: onto this CPU's poll_list, or its thread is woken. SCHED is already ours. */
export function queueNapi(w: World, cpu: Cpu, q: RxQueue, cause: number): void {
  const napi = q.napi;
  if (napi.threaded) {
    const thread = w.tasks[napi.thread - 1];
    napi.scheduleSeq = emit(
      w,
      Kind.threadWake,
      q.napiPlace,
      Reason.napiThreadWoken,
      cpu.index,
      0,
      0,
      cause,
      thread.cpu,
      thread.id,
    );
    wakeTask(w, thread, napi.scheduleSeq);
    return;
  }
  cpu.pollList.push(q.index);
  const seq = emit(
    w,
    Kind.napiSchedule,
    q.napiPlace,
    Reason.napiScheduled,
    cpu.index,
    0,
    0,
    cause,
    cpu.pollList.length,
    0,
  );
  napi.scheduleSeq = seq;
  // inside net_rx_action the list is looked at again before it ends
  if (!cpu.softirq.inNetRx) {
    cpu.netRxPending = true;
    cpu.netRxSeq = seq;
  }
}

/** First half of napi_complete_done: decide about timer and mask, flush GRO, pass the batch up (into cpu.softirq.deliver). */
export function napiCompleteFlush(w: World, q: RxQueue, cpu: Cpu, work: number, cause: number): void {
  const napi = q.napi;
  const nic = w.nics[q.nic];
  const s = cpu.softirq;
  let timeoutNs = 0;
  let keepMasked = false;
  if (work > 0) {
    if (groHolds(napi)) timeoutNs = nic.groFlushTimeout;
    napi.deferCount = nic.napiDeferHardIrqs;
  }
  if (napi.deferCount > 0) {
    napi.deferCount -= 1;
    timeoutNs = nic.groFlushTimeout;
    if (timeoutNs > 0) keepMasked = true;
  }
  if (groHolds(napi)) {
    const reason = timeoutNs > 0 ? Reason.groOldJiffy : napi.byTimer ? Reason.groTimer : Reason.groEndOfPoll;
    napiGroFlush(w, q, cpu, timeoutNs > 0, reason, cause);
  }
  groNormalList(w, q, cpu, Reason.batchPollEnd, cause);
  s.timeoutNs = timeoutNs;
  s.keepMasked = keepMasked;
}

/** Second half, once what was passed up has been delivered: give SCHED back, arm the timer, unmask. */
export function napiCompleteFinish(w: World, q: RxQueue, cpu: Cpu, work: number, cause: number): void {
  const napi = q.napi;
  const { timeoutNs, keepMasked } = cpu.softirq;
  napi.byTimer = false;
  if (napi.missedBit) {
    napi.missedBit = false;
    const seq = emit(
      w,
      Kind.napiComplete,
      q.napiPlace,
      Reason.napiMissedAgain,
      cpu.index,
      0,
      0,
      cause,
      work,
      0,
    );
    queueNapi(w, cpu, q, seq);
    return;
  }
  napi.scheduled = false;
  const cell = w.nics[q.nic].tunnel !== null;
  const reason = keepMasked ? Reason.napiDeferred : cell ? Reason.cellEmptied : Reason.napiIrqOn;
  const seq = emit(w, Kind.napiComplete, q.napiPlace, reason, cpu.index, 0, 0, cause, work, timeoutNs);
  if (timeoutNs > 0) {
    napi.timerOn = true;
    napi.timerCpu = cpu.index;
    napi.scheduleSeq = seq;
    schedule(w.agenda, q.watchdogActor, w.now + timeoutNs);
  }
  if (w.nics[q.nic].adaptiveRx) adaptModeration(w, q, cpu, seq);
  if (!keepMasked && !cell) unmask(w, q, seq);
}

/** After a poll that used its whole weight: the NAPI stays scheduled, GRO lets go of all (HZ < 1000) or of older jiffies. */
export function napiWeightUsed(w: World, q: RxQueue, cpu: Cpu, cause: number): void {
  if (groHolds(q.napi)) {
    const old = w.fixed.spec.hz >= 1000;
    napiGroFlush(w, q, cpu, old, old ? Reason.groOldJiffy : Reason.groWeightUsed, cause);
  }
  groNormalList(w, q, cpu, Reason.batchPollEnd, cause);
}
