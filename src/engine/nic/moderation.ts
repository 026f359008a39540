/**
 * Interrupt moderation: one decision a written-back frame, interrupt now or later.
 * Three disciplines: `itr` (Intel: a least gap between interrupts, an idle link fires at once), `eqe` (the first frame starts
 * the timer), `cqe` (each frame restarts it). A masked vector decides nothing: NAPI is polling.
 * Source: igb, ixgbe, mlx5 drivers and include/linux/dim.h, v6.12. Left out: write-back delays, the transmit side's own settings.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { cancel, schedule } from '../clock/agenda.ts';
import { interruptCpu } from '../cpu/interrupt.ts';
import { IRQ_RX, irqSource } from '../cpu/irq-source.ts';
import { emit } from '../emit.ts';
import { NO_CPU } from '../records.ts';
import type { Nic, RxQueue, World } from '../world.ts';

/** What the arrival of one more frame means for the vector: a reason code; FIRE_* reasons raise the interrupt. */
export function decideInterrupt(w: World, nic: Nic, q: RxQueue): number {
  if (q.masked) return Reason.irqMasked;
  const usecs = q.rxUsecs;
  const frames = q.rxFrames;
  const discipline = nic.driver.discipline === 'itr' ? 'itr' : nic.cqeMode ? 'cqe' : 'eqe';
  if (frames > 1 && q.unsignalled >= frames && usecs > 0) return Reason.irqFramesReached;
  if (usecs === 0 || (frames === 1 && discipline !== 'itr')) return Reason.irqNow;
  if (discipline === 'itr') {
    if (q.timerOn) return Reason.irqTimerRunning;
    return w.now - q.lastIrqNs >= usecs * 1000 ? Reason.irqGapPassed : Reason.irqGapWait;
  }
  if (!q.timerOn) return Reason.irqTimerStarted;
  return discipline === 'cqe' ? Reason.irqTimerRestarted : Reason.irqTimerRunning;
}

/** Carries the decision out. `cause` is the record of the frame that brought it. */
export function carryOut(w: World, q: RxQueue, reason: number, cause: number): void {
  switch (reason) {
    case Reason.irqNow:
    case Reason.irqFramesReached:
    case Reason.irqGapPassed:
      raiseInterrupt(w, q, reason, cause);
      break;
    case Reason.irqGapWait:
      startTimer(w, q, q.lastIrqNs + q.rxUsecs * 1000, reason, cause);
      break;
    case Reason.irqTimerStarted:
    case Reason.irqTimerRestarted:
      startTimer(w, q, w.now + q.rxUsecs * 1000, reason, cause);
      break;
    default:
      break;
  }
}

function startTimer(w: World, q: RxQueue, at: number, reason: number, cause: number): void {
  q.timerOn = true;
  schedule(w.agenda, q.moderationActor, at);
  emit(w, Kind.moderationStart, q.vectorPlace, reason, NO_CPU, 0, 0, cause, at - w.now, q.waiting);
}

/** Sends the vector's message: masked until the poll is over (auto-mask). */
export function raiseInterrupt(w: World, q: RxQueue, reason: number, cause: number): void {
  if (q.timerOn) {
    q.timerOn = false;
    cancel(w.agenda, q.moderationActor);
  }
  const target = w.cpus[q.affinity[0]];
  q.masked = true;
  q.unsignalled = 0;
  q.lastIrqNs = w.now;
  q.irqs += 1;
  q.irqCounts[target.number] += 1;
  const seq = emit(w, Kind.irqRaised, q.vectorPlace, reason, NO_CPU, 0, 0, cause, target.index, q.waiting);
  interruptCpu(w, target, irqSource(IRQ_RX, q.index), seq);
}

/** The moderation timer ran out. */
export function moderationExpired(w: World, q: RxQueue): void {
  q.timerOn = false;
  cancel(w.agenda, q.moderationActor);
  if (q.masked || q.unsignalled === 0) return;
  const itr = w.nics[q.nic].driver.discipline === 'itr';
  raiseInterrupt(w, q, itr ? Reason.irqGapPassed : Reason.irqUsecsPassed, q.firstWaitingSeq);
}

/** The driver unmasks the vector after its poll: frames that came meanwhile count from now. */
export function unmask(w: World, q: RxQueue, cause: number): void {
  q.masked = false;
  const waiting = q.waiting + q.tx.sent.length;
  if (waiting === 0) return;
  q.unsignalled = waiting;
  q.firstWaitingSeq = cause;
  const nic = w.nics[q.nic];
  carryOut(w, q, decideInterrupt(w, nic, q), cause);
}
