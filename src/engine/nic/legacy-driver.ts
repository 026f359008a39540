/**
 * A driver before NAPI (until 2.4.19): every interrupt takes the frames off the ring itself and hands each to netif_rx, with
 * interrupts off all the while. What does not fit the backlog is thrown away after the whole price of the interrupt was paid.
 * Source: net/core/dev.c netif_rx of 2.4.18 (throttle, congestion levels); tulip, eepro100.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { spend, startWork } from '../cpu/context.ts';
import { dropPacket } from '../drop.ts';
import { emit } from '../emit.ts';
import { BACKLOG_NAPI } from '../net/backlog.ts';
import { netifRx22 } from '../net/net-bh.ts';
import type { Cpu, RxQueue, World } from '../world.ts';
import { unmask } from './moderation.ts';
import { frameReady, refill, takeDescriptor } from './rx-ring.ts';

/** One frame's work in the handler is over. @returns true while the handler goes on with another frame */
export function legacyReceive(w: World, cpu: Cpu, q: RxQueue): boolean {
  if (frameReady(q)) {
    const slot = takeDescriptor(w, q, cpu, cpu.irqSeq, 1);
    refill(w, q, cpu, Reason.refillBatch, cpu.irqSeq);
    if (w.fixed.rules.bottomHalves) netifRx22(w, cpu, slot);
    else netifRx24(w, cpu, slot);
    if (frameReady(q)) {
      startWork(w, cpu, spend(cpu, Part.netdev, w.fixed.hosts[cpu.host].profile.legacyIrq));
      return true;
    }
  }
  const seq = emit(w, Kind.irqDone, q.vectorPlace, Reason.ringEmptied, cpu.index, 0, 0, cpu.irqSeq, 0, 0);
  unmask(w, q, seq);
  return false;
}

/** get_sample_stats: the level that netif_rx returns to its driver; hardly any driver looked. */
function congestion(w: World, cpu: Cpu, average: number): number {
  const { sysctl } = w.hosts[cpu.host];
  if (average > sysctl['net.core.mod_cong'][0]) return Reason.congestionHigh;
  if (average > sysctl['net.core.lo_cong'][0]) return Reason.congestionModerate;
  if (average > sysctl['net.core.no_cong'][0]) return Reason.congestionLow;
  return Reason.backlogOwnCpu;
}

/** netif_rx of 2.4: once the backlog was full it takes nothing until it is empty again. */
function netifRx24(w: World, cpu: Cpu, slot: number): void {
  const { backlog } = cpu;
  const pool = w.pool;
  const length = backlog.input.length + backlog.process.length - backlog.processAt;
  const max = w.hosts[cpu.host].sysctl['net.core.netdev_max_backlog'][0];
  if (length === 0) backlog.throttle = false;
  const full = length > max;
  if (full || backlog.throttle) {
    if (full && !backlog.throttle) {
      backlog.throttle = true;
      cpu.softnet.throttled += 1;
    }
    // counted on the CPU only: the card's statistics know nothing of it
    cpu.softnet.dropped += 1;
    dropPacket(w, slot, cpu.backlogPlace, full ? Reason.backlogFull : Reason.backlogThrottled, cpu.index);
    return;
  }
  backlog.input.push(slot);
  backlog.tail += 1;
  backlog.average = (backlog.average >> 1) + ((length + 1) >> 1);
  pool.lastSeq[slot] = emit(
    w,
    Kind.backlogQueue,
    cpu.backlogPlace,
    congestion(w, cpu, backlog.average),
    cpu.index,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    length + 1,
    cpu.index,
  );
  if (backlog.scheduled) return;
  backlog.scheduled = true;
  backlog.scheduleSeq = pool.lastSeq[slot];
  cpu.pollList.push(BACKLOG_NAPI);
  emit(
    w,
    Kind.napiSchedule,
    cpu.backlogPlace,
    Reason.napiScheduled,
    cpu.index,
    0,
    0,
    pool.lastSeq[slot],
    1,
    0,
  );
  if (!cpu.softirq.inNetRx) {
    cpu.netRxPending = true;
    cpu.netRxSeq = pool.lastSeq[slot];
  }
}
