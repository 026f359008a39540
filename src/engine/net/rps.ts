/**
 * RPS and RFS: which CPU takes an skb through the protocol. RPS spreads by hash over a mask of CPUs; RFS sends a flow to the CPU
 * its application last read on, but only once everything queued for it before has been processed (no reordering).
 * Source: net/core/dev.c get_rps_cpu, set_rps_cpu, include/net/rps.h, v6.12.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { emit } from '../emit.ts';
import { arfsSteer } from '../nic/arfs.ts';
import { innerFlow, isTunnelled } from '../tunnel/state.ts';
import type { Cpu, RpsFlow, RxQueue, World } from '../world.ts';

/** Result of the last getRpsCpu: no allocation an skb. `cpu` world index, -1: stay here. `flow`: whose tail to remember. */
export const rpsChoice: { cpu: number; flow: RpsFlow | null } = { cpu: -1, flow: null };

/** True where netif_receive_skb has anything to ask for packets of this queue. */
export function rpsOn(w: World, q: RxQueue): boolean {
  return q.rpsCpus.length > 0 || (q.rpsFlows !== null && w.hosts[w.nics[q.nic].host].sockFlows !== null);
}

/** Bits of a sock_flow_table entry that hold the CPU: roundup_pow2(nr_cpu_ids) - 1. */
export function rpsCpuMask(cpus: number): number {
  let size = 1;
  while (size < cpus) size *= 2;
  return size - 1;
}

/** reciprocal_scale: the hash's high bits, not its remainder. */
export function reciprocalScale(hash: number, length: number): number {
  return Math.floor(((hash >>> 0) * length) / 4294967296);
}

/** get_rps_cpu. Writes the decision's record; the answer stands in rpsChoice. */
export function getRpsCpu(w: World, cpu: Cpu, q: RxQueue, slot: number): void {
  const pool = w.pool;
  // the card's hash is of the outer addresses alone (l4_hash unset), and the dissector looks behind them
  if (isTunnelled(w, slot)) pool.hash[slot] = innerFlow(w, slot).softHash;
  const hash = pool.hash[slot] >>> 0;
  let target = -1;
  let reason: number = Reason.rpsNoMap;
  rpsChoice.flow = null;
  if (hash === 0) reason = Reason.rpsNoHash;
  else {
    const followed = rfsCpu(w, cpu, q, slot, hash);
    if (followed.cpu >= 0) {
      target = followed.cpu;
      reason = followed.reason;
    } else if (q.rpsCpus.length > 0) {
      target = q.rpsCpus[reciprocalScale(hash, q.rpsCpus.length)];
      reason = Reason.rpsHash;
    }
  }
  rpsChoice.cpu = target;
  pool.lastSeq[slot] = emit(
    w,
    Kind.rpsSelect,
    cpu.protocolPlace,
    reason,
    cpu.index,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    target,
    hash | 0,
  );
}

const NOT_FOLLOWED = { cpu: -1, reason: 0 };

function rfsCpu(w: World, cpu: Cpu, q: RxQueue, slot: number, hash: number): { cpu: number; reason: number } {
  const host = w.hosts[cpu.host];
  const fixed = w.fixed.hosts[cpu.host];
  if (q.rpsFlows === null || host.sockFlows === null) return NOT_FOLLOWED;
  const mask = rpsCpuMask(fixed.cpus);
  const ident = host.sockFlows.idents[hash & (host.sockFlows.entries - 1)] ?? 0;
  // another flow has this entry: RPS decides
  if (((ident ^ hash) & ~mask) !== 0) return NOT_FOLLOWED;
  const next = ident & mask;
  if (next >= fixed.cpus) return NOT_FOLLOWED;
  const at = hash & (q.rpsFlows.entries - 1);
  q.rpsFlows.flows[at] ??= { cpu: -1, lastTail: 0, filter: -1 };
  let flow = q.rpsFlows.flows[at];
  const wanted = fixed.firstCpu + next;
  let reason: number = Reason.rfsThere;
  if (flow.cpu !== wanted) {
    const drained = flow.cpu < 0 || w.cpus[flow.cpu].backlog.head - flow.lastTail >= 0;
    if (drained) {
      reason = flow.cpu < 0 ? Reason.rfsFollows : Reason.rfsMoves;
      flow = arfsSteer(w, q, slot, wanted, hash) ?? flow;
      flow.cpu = wanted;
      flow.lastTail = w.cpus[wanted].backlog.head;
    } else reason = Reason.rfsWaits;
  }
  rpsChoice.flow = flow;
  return { cpu: flow.cpu, reason };
}

/** sock_rps_record_flow: the application of this flow runs here. */
export function recordSockFlow(w: World, cpu: Cpu, hash: number): void {
  const host = w.hosts[cpu.host];
  if (host.sockFlows === null || hash === 0) return;
  const mask = rpsCpuMask(w.fixed.hosts[cpu.host].cpus);
  host.sockFlows.idents[(hash >>> 0) & (host.sockFlows.entries - 1)] = ((hash & ~mask) | cpu.number) >>> 0;
}
