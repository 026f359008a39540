/**
 * Which rx queue a frame goes to: an ntuple rule, else RSS (Toeplitz over the hash fields, low bits into the indirection
 * table), else queue 0. Hashes are worked out once a flow and again when key, fields or rules change.
 * Source: Documentation/networking/scaling.rst, v6.12; igb, ixgbe, mlx5 steering.
 */
import { Reason } from '../../catalog/reasons.ts';
import type { NtupleRule } from '../change.ts';
import { FRAME_FRAGMENT, FRAME_NOT_IP } from '../packet/frame-bits.ts';
import { hashFieldsFor, rssHash, RXH_L4_B_0_1, RXH_L4_B_2_3 } from '../packet/toeplitz.ts';
import type { FlowKey } from '../packet/traffic-table.ts';
import type { Nic, World } from '../world.ts';

/** Result of the last selectQueue: no allocation a frame. `queue` -1: dropped by a rule. */
export const selection = { queue: 0, hash: 0, reason: 0 };

function ruleMatches(rule: NtupleRule, key: FlowKey): boolean {
  const version = rule.flowType.endsWith('6') ? 6 : 4;
  const proto = rule.flowType.startsWith('tcp') ? 6 : 17;
  return (
    key.ipVersion === version &&
    key.proto === proto &&
    (rule.src === null || rule.src === key.src) &&
    (rule.dst === null || rule.dst === key.dst) &&
    (rule.sport === null || rule.sport === key.sport) &&
    (rule.dport === null || rule.dport === key.dport)
  );
}

/** Works out hash and rule of every flow of this NIC's host anew. */
export function recomputeSteering(w: World, nic: Nic): void {
  for (const flow of w.fixed.flows) {
    if (flow === undefined || flow.id === 0) continue;
    const { key, id } = flow;
    const fields = hashFieldsFor(nic.hashFields, key, false);
    nic.flowHash[id] = fields === 0 ? 0 : rssHash(nic.rssKey, key, fields, nic.symmetricXor);
    nic.flowHashKind[id] = fields === 0 ? 0 : (fields & (RXH_L4_B_0_1 | RXH_L4_B_2_3)) !== 0 ? 4 : 2;
    const fields2 = hashFieldsFor(nic.hashFields, key, true);
    nic.flowHash2[id] = fields2 === 0 ? 0 : rssHash(nic.rssKey, key, fields2, nic.symmetricXor);
    nic.flowNtuple[id] = -2;
    if (nic.features['ntuple-filters']) {
      // the lowest location wins
      const rule = nic.ntuple.find((r) => ruleMatches(r, key));
      if (rule !== undefined) nic.flowNtuple[id] = rule.action;
    }
  }
}

/** Chooses the queue (number in its NIC) for a frame of `flow`; the answer stands in `selection`. */
export function selectQueue(nic: Nic, flow: number, bits: number): void {
  const fragment = (bits & FRAME_FRAGMENT) !== 0;
  const hashing = nic.features['receive-hashing'];
  const hash = fragment ? nic.flowHash2[flow] : nic.flowHash[flow];
  selection.hash = hashing ? hash : 0;
  const rule = fragment ? -2 : nic.flowNtuple[flow];
  if (rule !== -2) {
    selection.queue = rule < nic.activeQueues ? rule : 0;
    selection.reason = rule === -1 ? Reason.ntupleDrop : Reason.ntupleMatch;
    return;
  }
  if (!fragment && nic.flowArfs[flow] >= 0) {
    selection.queue = nic.flowArfs[flow];
    selection.reason = Reason.arfsMatch;
    return;
  }
  if (nic.activeQueues === 1) {
    selection.queue = 0;
    selection.reason = Reason.singleQueue;
    return;
  }
  const kind = nic.flowHashKind[flow];
  if ((bits & FRAME_NOT_IP) !== 0 || kind === 0) {
    selection.queue = 0;
    selection.reason = Reason.rssNoHash;
    return;
  }
  if (!hashing) {
    selection.queue = 0;
    selection.reason = Reason.rssOff;
    return;
  }
  selection.queue = nic.indirection[hash & (nic.indirection.length - 1)];
  selection.reason = kind === 4 && !fragment ? Reason.rssFourTuple : Reason.rssTwoTuple;
}
