/**
 * net_rx_action: takes over the CPU's poll_list and polls each NAPI on it once, within the budget and the time limit.
 * A NAPI that used its weight goes to `repoll`, which this call doesn't look at again: one busy queue gets 64 packets a
 * pass, and the budget bites only with five or more busy NAPIs on one CPU.
 * On the way out it interrupts the CPUs that RPS has queued packets for.
 * Source: net/core/dev.c net_rx_action, v6.12.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { jiffies, jiffiesOf } from '../clock/jiffies.ts';
import { spend, startWork } from '../cpu/context.ts';
import { PHASE_TAIL } from '../cpu/phases.ts';
import { emit } from '../emit.ts';
import type { Cpu, World } from '../world.ts';
import { ipiCost, sendRpsIpis } from './backlog.ts';
import { startPoll } from './poll.ts';

/** Begins a call: budget and time limit count from here. */
export function netRxAction(w: World, cpu: Cpu): void {
  const s = cpu.softirq;
  const sysctl = w.hosts[cpu.host].sysctl;
  s.inNetRx = true;
  takeOver(cpu);
  s.budget = sysctl['net.core.netdev_budget'][0];
  const limitNs = w.fixed.rules.budgetUsecs
    ? sysctl['net.core.netdev_budget_usecs'][0] * 1000
    : 2 * w.fixed.jiffyNs;
  s.endTimeJiffy = jiffies(w) + jiffiesOf(w, limitNs);
  s.netRxSeq = emit(
    w,
    Kind.netRxAction,
    cpu.place,
    Reason.none,
    cpu.index,
    0,
    0,
    s.enterSeq,
    s.budget,
    s.list.length,
  );
  nextNapi(w, cpu);
}

/** list_splice_init: the call's list, which is empty, becomes the CPU's. */
function takeOver(cpu: Cpu): void {
  const { list } = cpu.softirq;
  cpu.softirq.list = cpu.pollList;
  cpu.pollList = list;
}

/** Polls the next NAPI of the list, or ends the call. */
function nextNapi(w: World, cpu: Cpu): void {
  const s = cpu.softirq;
  if (s.list.length === 0) {
    if (s.repoll.length > 0) {
      endCall(w, cpu, Reason.onlyRepollLeft);
      return;
    }
    if (cpu.pollList.length === 0) {
      endCall(w, cpu, Reason.pollListEmpty);
      return;
    }
    // scheduled meanwhile: start over with what is left of the budget
    takeOver(cpu);
  }
  startPoll(w, cpu, s.list.shift() as number);
}

/** A NAPI has been polled: its work counts against the budget. */
export function napiPolled(w: World, cpu: Cpu): void {
  const s = cpu.softirq;
  s.budget -= s.work;
  const timeUp = jiffies(w) >= s.endTimeJiffy;
  if (s.budget <= 0 || timeUp) {
    cpu.softnet.time_squeeze += 1;
    endCall(w, cpu, s.budget <= 0 ? Reason.budgetUsed : Reason.timeLimitUsed);
    return;
  }
  nextNapi(w, cpu);
}

function endCall(w: World, cpu: Cpu, reason: number): void {
  const s = cpu.softirq;
  // mostly nothing is left over
  if (s.list.length > 0 || s.repoll.length > 0) {
    cpu.pollList = s.list.concat(cpu.pollList, s.repoll);
    s.list = [];
    s.repoll = [];
  }
  s.netRxSeq = emit(
    w,
    Kind.netRxDone,
    cpu.place,
    reason,
    cpu.index,
    0,
    0,
    s.netRxSeq,
    s.budget,
    cpu.pollList.length,
  );
  s.inNetRx = cpu.pollList.length > 0;
  if (s.inNetRx) {
    cpu.netRxPending = true;
    cpu.netRxSeq = s.netRxSeq;
  }
  s.phase = PHASE_TAIL;
  const ipis = ipiCost(w, cpu);
  sendRpsIpis(w, cpu, s.netRxSeq);
  const { profile } = w.fixed.hosts[cpu.host];
  startWork(w, cpu, spend(cpu, Part.irq, profile.softirqExit + ipis));
}
