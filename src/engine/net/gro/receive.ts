/**
 * Generic receive offload: takes a frame and merges it into a held packet, holds it, or passes it up.
 * Shapes: pool slots and columns; a bucket is a list of held slots, youngest first, at most MAX_GRO_SKBS; a train is its first
 * frame's slot, the others on fragNext. Appends records; no allocation a packet.
 * Source: net/core/gro.c dev_gro_receive, gro_list_prepare, skb_gro_receive, Linux v6.12; later versions by catalog/rules.
 * Left out: tunnels but for IPIP, TLS, zerocopy, page_pool conditions, generic XDP; the skb's truesize (its bytes, not its payload).
 */
import { Kind } from '../../../catalog/kinds.ts';
import { Reason } from '../../../catalog/reasons.ts';
import { jiffies } from '../../clock/jiffies.ts';
import { emit } from '../../emit.ts';
import { IPPROTO_TCP } from '../../packet/frame.ts';
import type { PacketPool } from '../../packet/pool.ts';
import type { Cpu, RxQueue, World } from '../../world.ts';
import { napiGroComplete } from './flush.ts';
import { networkPass } from './ip.ts';
import { GRO_FLIST, GRO_HASH_BUCKETS, GRO_HELD, GRO_MERGED, GRO_NORMAL, MAX_GRO_SKBS } from './limits.ts';
import { lroReceive, lroTakes } from './lro.ts';
import { findHeld, match } from './match.ts';
import { groNormalOne } from './normal.ts';
import { tcpGroReceive } from './tcp.ts';
import { udpGroReceive } from './udp.ts';
import { passUp, verdict } from './verdict.ts';

/** Decides on frame `slot` of `queue`; what leaves is on the NAPI's rx_list or in cpu.softirq.deliver afterwards. */
export function devGroReceive(w: World, queue: RxQueue, cpu: Cpu, slot: number): void {
  const pool = w.pool;
  pool.totalPayload[slot] = pool.payloadLen[slot];
  const bucket = pool.hash[slot] & (GRO_HASH_BUCKETS - 1);
  const list = queue.napi.gro.buckets[bucket];
  const at = judge(w, queue, list, slot);
  const held = at >= 0 ? list[at] : match.near;
  const full = !verdict.merged && !verdict.flush && at < 0 && list.length >= MAX_GRO_SKBS;
  const oldest = full ? list[list.length - 1] : 0;
  const reason = full ? Reason.groBucketFull : verdict.reason;
  const result = verdict.merged ? GRO_MERGED : verdict.flush ? GRO_NORMAL : GRO_HELD;
  const other = full ? oldest : held;
  const otherId = other === 0 ? 0 : pool.id[other];
  const { flush, merged, flist, completeReason } = verdict;
  const before = pool.lastSeq[slot];
  // what leaves because of s goes first, so that the order within a flow is kept
  if (!merged) {
    if (at >= 0 && completeReason !== Reason.none) {
      remove(list, at);
      napiGroComplete(w, queue, cpu, held, completeReason, before);
    }
    if (full) {
      list.length -= 1;
      napiGroComplete(w, queue, cpu, oldest, Reason.groBucketFull, before);
    }
  }
  const id = pool.id[slot];
  const seq = emit(w, Kind.gro, queue.napiPlace, reason, cpu.index, id, otherId, before, result, bucket);
  pool.lastSeq[slot] = seq;
  if (merged) {
    skbGroReceive(pool, held, slot);
    w.totals.merged += 1;
    if (completeReason !== Reason.none) {
      remove(list, at);
      napiGroComplete(w, queue, cpu, held, completeReason, seq);
    }
    return;
  }
  if (flush) {
    groNormalOne(w, queue, cpu, slot, seq, 1);
    return;
  }
  pool.groAge[slot] = jiffies(w);
  pool.groFixedId[slot] = flist ? GRO_FLIST : 0;
  if (pool.gsoSize[slot] === 0) pool.gsoSize[slot] = pool.payloadLen[slot];
  list.unshift(slot);
}

/** Writes the verdict. @returns index in the bucket of the held packet of the same flow; -1: none. */
function judge(w: World, queue: RxQueue, list: readonly number[], slot: number): number {
  const nic = w.nics[queue.nic];
  const outer = w.fixed.flows[w.pool.flow[slot]];
  match.at = -1;
  match.near = 0;
  const lro = outer.key.proto === IPPROTO_TCP && lroTakes(w, nic, slot, outer);
  const pass = nic.features['generic-receive-offload'] || lro ? networkPass(w, slot, outer) : Reason.groOff;
  if (pass !== Reason.none) {
    passUp(pass);
    return -1;
  }
  findHeld(w, list, slot, outer);
  const flow = outer.inner === 0 ? outer : w.fixed.flows[outer.inner];
  const p = match.at < 0 ? 0 : list[match.at];
  if (lro) lroReceive(w, p, slot);
  else if (flow.key.proto === IPPROTO_TCP) tcpGroReceive(w, nic, p, slot, flow);
  else udpGroReceive(w, nic, p, slot, flow);
  return match.at;
}

/** s becomes the last part of p. */
function skbGroReceive(pool: PacketPool, p: number, s: number): void {
  pool.fragNext[pool.fragLast[p]] = s;
  pool.fragLast[p] = pool.fragLast[s];
  pool.segs[p] += pool.segs[s];
  pool.truesize[p] += pool.truesize[s];
  pool.totalPayload[p] += pool.payloadLen[s];
}

/** Takes entry `at` off a bucket, in place. */
function remove(list: number[], at: number): void {
  list.copyWithin(at, at + 1);
  list.length -= 1;
}
