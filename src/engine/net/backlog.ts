/**
 * A CPU's backlog: where RPS hands packets to another CPU, and what netif_rx fills. The receiving side is a NAPI of its own,
 * scheduled on its CPU by an interrupt from the CPU that queued the first packet (an IPI).
 * Source: net/core/dev.c enqueue_to_backlog, process_backlog, net_rps_action_and_irq_enable, skb_flow_limit, v6.12.
 * Left out: backlog threads (boot option thread_backlog_napi), busy polling, device going down.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { interruptCpu } from '../cpu/interrupt.ts';
import { IRQ_IPI, irqSource } from '../cpu/irq-source.ts';
import { remoteExtra } from '../cpu/node.ts';
import { dropPacket } from '../drop.ts';
import { emit } from '../emit.ts';
import type { Cpu, FlowLimit, World } from '../world.ts';

/** On a poll_list, in place of a queue's index. */
export const BACKLOG_NAPI = -1;

/** FLOW_LIMIT_HISTORY: packets remembered; one flow may be half of them. */
export const FLOW_LIMIT_HISTORY = 128;

export function createFlowLimit(buckets: number): FlowLimit {
  return { buckets: new Uint16Array(buckets), history: new Uint16Array(FLOW_LIMIT_HISTORY), at: 0 };
}

/** process_backlog's quota: dev_weight * dev_weight_rx_bias. Before NAPI net_rx_action takes netdev_max_backlog at once. */
export function backlogWeight(w: World, cpu: Cpu): number {
  const { sysctl } = w.hosts[cpu.host];
  if (!w.fixed.rules.napi) return sysctl['net.core.netdev_max_backlog'][0];
  return sysctl['net.core.dev_weight'][0] * sysctl['net.core.dev_weight_rx_bias'][0];
}

/** skb_flow_limit: is this packet's flow too large a part of what came last? Counts it in any case. */
function flowLimited(w: World, cpu: Cpu, slot: number, length: number, max: number): boolean {
  if (length < max >> 1) return false;
  const limit = cpu.backlog.flowLimit;
  if (limit === null) return false;
  const bucket = (w.pool.hash[slot] >>> 0) & (limit.buckets.length - 1);
  const old = limit.history[limit.at];
  limit.history[limit.at] = bucket;
  limit.at = (limit.at + 1) & (FLOW_LIMIT_HISTORY - 1);
  if (limit.buckets[old] > 0) limit.buckets[old] -= 1;
  limit.buckets[bucket] += 1;
  if (limit.buckets[bucket] <= FLOW_LIMIT_HISTORY >> 1) return false;
  cpu.softnet.flow_limit_count += 1;
  return true;
}

function whose(cpu: Cpu, target: Cpu): number {
  if (target === cpu) return Reason.backlogOwnCpu;
  return target.node === cpu.node ? Reason.backlogOtherCpu : Reason.backlogOtherNode;
}

/**
 * Queues an skb for `target`, or drops it. The flow limit's table is that of the CPU that queues.
 * @returns the target's new tail, or -1 where it was dropped.
 */
export function enqueueToBacklog(w: World, cpu: Cpu, target: Cpu, slot: number): number {
  const backlog = target.backlog;
  const pool = w.pool;
  const length = backlog.input.length;
  const max = w.hosts[cpu.host].sysctl['net.core.netdev_max_backlog'][0];
  // the queue may be one longer than the limit: the test is "more than"
  const full = length > max;
  if (full || flowLimited(w, cpu, slot, length, max)) {
    target.softnet.dropped += 1;
    w.nics[w.queues[pool.queue[slot]].nic].counters.rx_dropped += 1;
    dropPacket(w, slot, target.backlogPlace, full ? Reason.backlogFull : Reason.flowLimit, cpu.index);
    return -1;
  }
  backlog.input.push(slot);
  backlog.tail += 1;
  const seq = emit(
    w,
    Kind.backlogQueue,
    target.backlogPlace,
    whose(cpu, target),
    cpu.index,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    length + 1,
    target.index,
  );
  pool.lastSeq[slot] = seq;
  if (length === 0 && !backlog.scheduled) {
    backlog.scheduled = true;
    backlog.scheduleSeq = seq;
    if (target === cpu) scheduleBacklog(w, target, seq);
    else {
      cpu.backlog.ipis.push(target.index);
      // outside net_rx_action somebody has to come by and send it
      if (!cpu.softirq.inNetRx && !cpu.softirq.thread) {
        cpu.netRxPending = true;
        cpu.netRxSeq = seq;
      }
    }
  }
  return backlog.tail;
}

/** ____napi_schedule of the backlog NAPI on its own CPU. */
export function scheduleBacklog(w: World, cpu: Cpu, cause: number): void {
  cpu.pollList.push(BACKLOG_NAPI);
  const length = cpu.pollList.length;
  const seq = emit(
    w,
    Kind.napiSchedule,
    cpu.backlogPlace,
    Reason.napiScheduled,
    cpu.index,
    0,
    0,
    cause,
    length,
    0,
  );
  cpu.backlog.scheduleSeq = seq;
  if (!cpu.softirq.inNetRx) {
    cpu.netRxPending = true;
    cpu.netRxSeq = seq;
  }
}

/** Cycles that sending the interrupts due from here takes. */
export function ipiCost(w: World, cpu: Cpu): number {
  const { ipiSend } = w.fixed.hosts[cpu.host].profile;
  let cycles = 0;
  for (const index of cpu.backlog.ipis)
    cycles += w.cpus[index].node === cpu.node ? ipiSend : ipiSend + remoteExtra(w, cpu, ipiSend);
  return cycles;
}

/** net_rps_action: interrupts every CPU whose backlog got its first packet from here. */
export function sendRpsIpis(w: World, cpu: Cpu, cause: number): void {
  const { ipis } = cpu.backlog;
  if (ipis.length === 0) return;
  cpu.backlog.ipis = [];
  for (const index of ipis) {
    const target = w.cpus[index];
    const seq = emit(
      w,
      Kind.ipiSent,
      target.backlogPlace,
      Reason.rpsIpi,
      cpu.index,
      0,
      0,
      cause,
      index,
      target.backlog.input.length,
    );
    interruptCpu(w, target, irqSource(IRQ_IPI, index), seq);
  }
}

/** rps_trigger_softirq, on the interrupted CPU. */
export function rpsIpiHandled(w: World, cpu: Cpu, cause: number): void {
  cpu.softnet.received_rps += 1;
  cpu.calIpis += 1;
  scheduleBacklog(w, cpu, cause);
}

/** The next skb of process_queue; where that is empty the whole input queue moves over. @returns its slot, 0: none. */
export function takeFromBacklog(w: World, cpu: Cpu): number {
  const backlog = cpu.backlog;
  if (backlog.processAt >= backlog.process.length) {
    if (backlog.input.length === 0) {
      backlog.process = [];
      backlog.processAt = 0;
      return 0;
    }
    backlog.process = backlog.input;
    backlog.processAt = 0;
    backlog.input = [];
  }
  const slot = backlog.process[backlog.processAt];
  backlog.processAt += 1;
  const pool = w.pool;
  pool.lastSeq[slot] = emit(
    w,
    Kind.backlogTake,
    cpu.backlogPlace,
    Reason.none,
    cpu.index,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    cpu.softirq.work + 1,
    backlog.process.length - backlog.processAt,
  );
  return slot;
}

/** Skbs that wait: input_pkt_queue and what is left of process_queue. */
export function backlogLength(cpu: Cpu): number {
  const b = cpu.backlog;
  return b.input.length + b.process.length - b.processAt;
}
