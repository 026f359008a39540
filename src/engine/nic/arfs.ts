/**
 * Accelerated RFS: the card gets a filter for a flow, so that its frames arrive on a queue whose interrupt is the application's
 * CPU. The rule is put in by a work item some time later; until then RFS forwards. Rules take the room of ntuple rules.
 * The counters are those of each ring since 6.6: add and err when the work item runs, in and out when a rule is asked to move.
 * Source: net/core/dev.c set_rps_cpu, mlx5 en_arfs.c (mlx5e_rx_flow_steer, arfs_handle_work, expiry scan of 60 a work item), v6.12.
 * Left out: the work item's own CPU time; a rule that finds no room is refused when asked for, not by the work item.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { cancel, schedule } from '../clock/agenda.ts';
import { emit } from '../emit.ts';
import { NO_CPU } from '../records.ts';
import type { ArfsRule, Nic, RpsFlow, RxQueue, World } from '../world.ts';

/** From the decision to the rule in the card, ns (assumed: tens of us to ms on real cards). */
export const ARFS_INSTALL_NS = 50_000;
/** Rules looked at in one scan for old ones. */
const EXPIRY_QUOTA = 60;

/** Queue (world index) whose vector is nearest to a CPU: on it, else by the CPU's number. */
function nearestQueue(w: World, nic: Nic, cpu: number): number {
  for (let i = 0; i < nic.activeQueues; i += 1) {
    if (w.queues[nic.firstQueue + i].affinity[0] === cpu) return nic.firstQueue + i;
  }
  return nic.firstQueue + (w.cpus[cpu].number % nic.activeQueues);
}

/** What becomes of the wish to have a flow's packets on queue `number`: the packet in `slot` led to it. */
function emitRule(w: World, nic: Nic, slot: number, reason: number, number: number): number {
  const { id, lastSeq, flow } = w.pool;
  return emit(
    w,
    Kind.arfsRule,
    nic.steeringPlace,
    reason,
    NO_CPU,
    id[slot],
    0,
    lastSeq[slot],
    number,
    flow[slot],
  );
}

/** ndo_rx_flow_steer where it applies. @returns the flow entry that now holds the filter; null: plain RFS goes on. */
export function arfsSteer(w: World, q: RxQueue, slot: number, cpu: number, hash: number): RpsFlow | null {
  const nic = w.nics[q.nic];
  if (!nic.driver.arfs || !nic.features['ntuple-filters']) return null;
  const target = w.queues[nearestQueue(w, nic, cpu)];
  if (target === q || target.rpsFlows === null) return null;
  const flow = w.pool.flow[slot];
  let rule = nic.arfs.rules.find((r) => r.flow === flow);
  const at = hash & (target.rpsFlows.entries - 1);
  if (rule === undefined) {
    if (nic.arfs.rules.length + nic.ntuple.length >= nic.driver.ntupleSlots) {
      target.arfs.err += 1;
      // what is old is looked for, so that there is room next time
      if (w.agenda.time[nic.arfsActor] === Number.POSITIVE_INFINITY)
        schedule(w.agenda, nic.arfsActor, w.now + ARFS_INSTALL_NS);
      emitRule(w, nic, slot, Reason.arfsFull, target.number);
      return null;
    }
    rule = { id: nic.arfs.nextId, flow, queue: target.index, at, readyNs: 0, seq: 0, inCard: false };
    nic.arfs.nextId += 1;
    nic.arfs.rules.push(rule);
    ask(w, nic, rule, slot, target);
  } else if (rule.queue !== target.index && rule.readyNs === 0) {
    target.arfs.request_in += 1;
    w.queues[rule.queue].arfs.request_out += 1;
    rule.queue = target.index;
    rule.at = at;
    ask(w, nic, rule, slot, target);
  }
  // else: it leads there already, or the work item has yet to deal with what was asked before
  target.rpsFlows.flows[at] ??= { cpu: -1, lastTail: 0, filter: -1 };
  const entry = target.rpsFlows.flows[at];
  entry.filter = rule.id;
  const old = q.rpsFlows?.flows[hash & (q.rpsFlows.entries - 1)];
  if (old !== undefined && old !== entry && old.filter === rule.id) old.filter = -1;
  return entry;
}

/** Leaves a rule, new or to be moved, to the work item. */
function ask(w: World, nic: Nic, rule: ArfsRule, slot: number, target: RxQueue): void {
  rule.readyNs = w.now + ARFS_INSTALL_NS;
  rule.seq = emitRule(w, nic, slot, Reason.arfsAsked, target.number);
  if (w.agenda.time[nic.arfsActor] === Number.POSITIVE_INFINITY)
    schedule(w.agenda, nic.arfsActor, rule.readyNs);
}

/** The work item: rules that are ready go into the card, then some old ones are looked at. */
export function arfsWork(w: World, nic: Nic): void {
  cancel(w.agenda, nic.arfsActor);
  let next = Number.POSITIVE_INFINITY;
  for (const rule of nic.arfs.rules) {
    if (rule.readyNs === 0) continue;
    if (rule.readyNs > w.now) {
      next = Math.min(next, rule.readyNs);
      continue;
    }
    rule.readyNs = 0;
    nic.flowArfs[rule.flow] = w.queues[rule.queue].number;
    if (!rule.inCard) w.queues[rule.queue].arfs.add += 1;
    rule.inCard = true;
    record(w, nic, rule, Reason.arfsInstalled);
  }
  expireRules(w, nic);
  if (next !== Number.POSITIVE_INFINITY) schedule(w.agenda, nic.arfsActor, next);
}

/** rps_may_expire_flow: the flow's entry has another filter, or its packets are long gone. */
function mayExpire(w: World, q: RxQueue, at: number, filter: number): boolean {
  if (q.rpsFlows === null) return true;
  const flow = q.rpsFlows.flows[at];
  if (flow === undefined || flow.filter !== filter || flow.cpu < 0) return true;
  return w.cpus[flow.cpu].backlog.head - flow.lastTail >= 10 * (q.rpsFlows.entries - 1);
}

function record(w: World, nic: Nic, rule: ArfsRule, reason: number): void {
  rule.seq = emit(
    w,
    Kind.arfsRule,
    nic.steeringPlace,
    reason,
    NO_CPU,
    0,
    0,
    rule.seq,
    w.queues[rule.queue].number,
    rule.flow,
  );
}

function expireRules(w: World, nic: Nic): void {
  let looked = 0;
  nic.arfs.rules = nic.arfs.rules.filter((rule) => {
    if (looked >= EXPIRY_QUOTA || rule.readyNs !== 0) return true;
    looked += 1;
    if (!mayExpire(w, w.queues[rule.queue], rule.at, rule.id)) return true;
    nic.flowArfs[rule.flow] = -1;
    w.queues[rule.queue].arfs.expired += 1;
    record(w, nic, rule, Reason.arfsExpired);
    return false;
  });
}

/** All rules go: filters switched off, queues set up anew. */
export function clearArfs(w: World, nic: Nic): void {
  nic.arfs.rules = [];
  nic.flowArfs.fill(-1);
  cancel(w.agenda, nic.arfsActor);
}
