/**
 * validate_xmit_skb: the last software before the driver. What the card cannot do with a packet is done here: an skb of several
 * segments is cut, a checksum is finished, data in several places are copied into one.
 * Source: net/core/dev.c validate_xmit_skb, netif_skb_features, gso_features_check, harmonize_features, skb_csum_hwoffload_help,
 * include/linux/netdevice.h netif_needs_gso, skb_needs_linearize, v6.12. Left out: failures for want of memory (tx_dropped), VLAN
 * tags (part of the frame), xfrm.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { spend } from '../cpu/context.ts';
import { emit } from '../emit.ts';
import { canChecksum } from '../nic/features.ts';
import { IPPROTO_TCP, IPPROTO_UDP, TCP_CWR } from '../packet/frame.ts';
import { FRAME_L4_CSUM_PARTIAL, FRAME_DECRYPTED, FRAME_TUNNELLED } from '../packet/frame-bits.ts';
import { sumsInner } from '../tunnel/features.ts';
import { innerFlow, isTunnelled } from '../tunnel/state.ts';
import type { Cpu, Nic, RxQueue, World } from '../world.ts';
import { cutSkb, headerBytes } from './gso/cut.ts';
import { cutUfo, isUfo } from './ufo.ts';
import { GRO_FIXED_ID, GRO_FLIST } from './gro/limits.ts';
import { tlsFallback, tlsNeedsWork, tlsXmitCycles } from '../tls/tx-card.ts';

/** The frames that the last call of validateXmit has made: the driver gets them one after the other. */
export const pieces: number[] = [];

/** Whether there is anything to do or to decide; most packets need nothing. */
export function needsWork(w: World, nic: Nic, slot: number): boolean {
  const { pool } = w;
  if (pool.segs[slot] > 1) return true;
  if ((pool.bits[slot] & FRAME_DECRYPTED) !== 0 && tlsNeedsWork(w, nic, slot)) return true;
  if ((pool.bits[slot] & FRAME_L4_CSUM_PARTIAL) !== 0 && !sums(w, nic, slot)) return true;
  return !nic.features['tx-scatter-gather'] && scattered(w, slot);
}

function isV6(w: World, slot: number): boolean {
  return w.fixed.flows[w.pool.flow[slot]].key.ipVersion === 6;
}

/** The card finishes the checksum: of the inner packet, where there is an outer header. */
function sums(w: World, nic: Nic, slot: number): boolean {
  return isTunnelled(w, slot) ? sumsInner(w, nic) : canChecksum(nic, isV6(w, slot));
}

/**
 * TCP keeps what an application writes in page fragments, apart from the headers; one datagram is written in one piece. Before 4.17 it
 * writes behind the headers where the route's device has no scatter-gather: what a tunnel with it sends may meet a card without.
 */
function scattered(w: World, slot: number): boolean {
  const { pool } = w;
  if (!w.fixed.rules.tcpAlwaysGso && !isTunnelled(w, slot)) return false;
  const flow = innerFlow(w, slot);
  return pool.sk[slot] !== 0 && pool.payloadLen[slot] > 0 && flow.key.proto === IPPROTO_TCP;
}

/** Why software has to cut an skb of several segments; Reason.none: the card does. */
function whyCut(w: World, nic: Nic, slot: number): number {
  const { pool } = w;
  const f = nic.features;
  const { proto } = innerFlow(w, slot).key;
  const v6 = isV6(w, slot);
  if (isUfo(pool, slot))
    return f['udp-fragmentation-offload'] && canChecksum(nic, v6) ? Reason.none : Reason.txUfoOff;
  if ((pool.groFixedId[slot] & GRO_FLIST) !== 0) return Reason.txCutList;
  if (pool.segs[slot] > nic.gsoMaxSegs) return Reason.txGsoMaxSegs;
  if (headerBytes(w, slot) + pool.totalPayload[slot] >= (v6 ? nic.gsoMaxSize : nic.gsoIpv4MaxSize))
    return Reason.txGsoMaxSize;
  if ((pool.bits[slot] & FRAME_TUNNELLED) !== 0) return Reason.txGsoTunnel;
  if (!canChecksum(nic, v6)) return Reason.txGsoNoChecksum;
  if (proto === IPPROTO_UDP) return f['tx-udp-segmentation'] ? Reason.none : Reason.txUsoOff;
  if (!(v6 ? f['tx-tcp6-segmentation'] : f['tx-tcp-segmentation'])) return Reason.txTsoOff;
  // a tunnel leaves all of it to the card below (NETIF_F_GSO_SOFTWARE)
  if (nic.tunnel !== null) return Reason.none;
  // tx-tcp-mangleid-segmentation, tx-tcp-ecn-segmentation: off in these cards
  if ((pool.groFixedId[slot] & GRO_FIXED_ID) !== 0) return Reason.txGsoFixedId;
  return (pool.flags[slot] & TCP_CWR) !== 0 ? Reason.txGsoEcn : Reason.none;
}

/** Whether software cuts an skb of several segments before this device. */
export function cutsBefore(w: World, nic: Nic, slot: number): boolean {
  return whyCut(w, nic, slot) !== Reason.none;
}

/** Cycles beyond what one call of the driver costs; they are put down. */
export function xmitCycles(w: World, cpu: Cpu, nic: Nic, slot: number): number {
  const { pool } = w;
  const { profile } = w.fixed.hosts[nic.host];
  const sum = (pool.bits[slot] & FRAME_L4_CSUM_PARTIAL) !== 0 && !sums(w, nic, slot);
  const sg = nic.features['tx-scatter-gather'];
  const bytes = pool.totalPayload[slot];
  let cycles = sum ? spend(cpu, Part.checksum, bytes * profile.csumPerByte) : 0;
  if ((pool.bits[slot] & FRAME_DECRYPTED) !== 0)
    cycles += spend(cpu, Part.crypto, tlsXmitCycles(w, nic, slot));
  const copying = bytes * profile.copyPerByte;
  if (pool.segs[slot] === 1)
    return sg || !scattered(w, slot) ? cycles : cycles + spend(cpu, Part.copy, copying);
  const why = whyCut(w, nic, slot);
  if (why === Reason.none) return cycles;
  // of fragments no card finishes the checksum
  if (why === Reason.txUfoOff && !sum) cycles += spend(cpu, Part.checksum, bytes * profile.csumPerByte);
  const each = why === Reason.txCutList ? profile.gsoList : profile.gsoSegment;
  cycles +=
    spend(cpu, Part.skb, pool.segs[slot] * each) +
    spend(cpu, Part.netdev, (pool.segs[slot] - 1) * profile.txDrv);
  return sg || why === Reason.txCutList ? cycles : cycles + spend(cpu, Part.copy, copying);
}

/** Does it, and says why; `pieces` holds what the driver gets. */
export function validateXmit(w: World, nic: Nic, q: RxQueue, cpu: number, slot: number): void {
  const { pool } = w;
  const card = sums(w, nic, slot);
  const { software } = w.hosts[nic.host];
  const bytes = pool.totalPayload[slot];
  const sg = nic.features['tx-scatter-gather'];
  pieces.length = 0;
  if ((pool.bits[slot] & FRAME_DECRYPTED) !== 0 && tlsFallback(w, nic, slot))
    decided(w, q, cpu, slot, Reason.tlsFallback);
  if (pool.segs[slot] === 1) {
    if (!sg && scattered(w, slot)) {
      decided(w, q, cpu, slot, Reason.txLinearize);
      software.copiedBytes += bytes;
    }
    if ((pool.bits[slot] & FRAME_L4_CSUM_PARTIAL) !== 0 && !card) {
      software.txSummedBytes += bytes;
      pool.bits[slot] &= ~FRAME_L4_CSUM_PARTIAL;
      decided(w, q, cpu, slot, isTunnelled(w, slot) ? Reason.txChecksumTunnel : Reason.txChecksumHelp);
    }
    pieces.push(slot);
    return;
  }
  const why = whyCut(w, nic, slot);
  const taken = nic.tunnel === null ? whoseCut(w, slot) : Reason.tunnelTakes;
  const cause = decided(w, q, cpu, slot, why !== Reason.none ? why : taken);
  if (why === Reason.none) {
    pieces.push(slot);
    return;
  }
  software.cuts += 1;
  if (!sg && why !== Reason.txCutList) software.copiedBytes += bytes;
  if (isUfo(pool, slot)) {
    software.txSummedBytes += bytes;
    cutUfo(w, slot, q.txPlace, cpu, cause, pieces);
    return;
  }
  if ((pool.bits[slot] & FRAME_L4_CSUM_PARTIAL) !== 0 && !card) software.txSummedBytes += bytes;
  cutSkb(w, slot, card, q.txPlace, cpu, cause, pieces);
}

/** The card cuts. */
function whoseCut(w: World, slot: number): number {
  if (isUfo(w.pool, slot)) return Reason.txUfo;
  return innerFlow(w, slot).key.proto === IPPROTO_UDP ? Reason.txUso : Reason.txTso;
}

function decided(w: World, q: RxQueue, cpu: number, slot: number, reason: number): number {
  const { pool } = w;
  const [id, cause] = [pool.id[slot], pool.lastSeq[slot]];
  const { segs, totalPayload } = pool;
  const seq = emit(
    w,
    Kind.xmitValidate,
    q.txPlace,
    reason,
    cpu,
    id,
    0,
    cause,
    segs[slot],
    totalPayload[slot],
  );
  pool.lastSeq[slot] = seq;
  return seq;
}
