/**
 * What the driver tells the stack of a received frame's checksum (skb->ip_summed), and what the CPU has left to do.
 * NONE: software has to sum every byte. UNNECESSARY: the card has found it right. COMPLETE: the card gives the sum of all from the
 * IP header on; the stack adds the pseudo header, which works for any protocol.
 * Source: igb_rx_checksum, ixgbe_rx_checksum, mlx5e_handle_csum, net/core/skbuff.c __skb_checksum_complete, v6.12. Left out:
 * csum_level (a card that looks behind an outer header), sums that the card gets wrong ("hw csum failure": frames with padding before 5.0).
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { emit } from '../emit.ts';
import { ETH_ZLEN, IPPROTO_TCP, IPPROTO_UDP } from '../packet/frame.ts';
import {
  FRAME_FRAGMENT,
  FRAME_L4_CSUM_BAD,
  FRAME_L4_CSUM_NONE,
  FRAME_L4_CSUM_VERIFIED,
  FRAME_MALFORMED,
  FRAME_NOT_IP,
  FRAME_TUNNELLED,
} from '../packet/frame-bits.ts';
import type { Nic, World } from '../world.ts';

export const CHECKSUM_NONE = 0;
export const CHECKSUM_UNNECESSARY = 1;
export const CHECKSUM_COMPLETE = 2;

const NO_L4 = FRAME_FRAGMENT | FRAME_MALFORMED | FRAME_NOT_IP;

/** A whole TCP or UDP packet with a checksum. */
function hasChecksum(w: World, slot: number): boolean {
  if ((w.pool.bits[slot] & (NO_L4 | FRAME_L4_CSUM_NONE)) !== 0) return false;
  const flow = w.fixed.flows[w.pool.flow[slot]];
  // what looks behind an outer header is GRO, since 3.18
  if (flow.inner !== 0 && !w.fixed.rules.groIpip) return false;
  const { proto } = flow.inner === 0 ? flow.key : w.fixed.flows[flow.inner].key;
  return proto === IPPROTO_TCP || proto === IPPROTO_UDP;
}

/** What the card says of the frame. */
export function cardVerdict(w: World, nic: Nic, slot: number): number {
  const { pool } = w;
  const bits = pool.bits[slot];
  if ((bits & (FRAME_L4_CSUM_VERIFIED | FRAME_TUNNELLED)) === FRAME_L4_CSUM_VERIFIED)
    return CHECKSUM_UNNECESSARY;
  if (!nic.features['rx-checksumming']) return CHECKSUM_NONE;
  const whole = hasChecksum(w, slot);
  // the sum of a short frame would include its padding
  if (nic.driver.rxChecksum === 'complete' && (bits & FRAME_NOT_IP) === 0 && pool.frameLen[slot] > ETH_ZLEN)
    return CHECKSUM_COMPLETE;
  // it does not look behind an outer header
  if ((bits & FRAME_TUNNELLED) !== 0) return CHECKSUM_NONE;
  return whole && (bits & FRAME_L4_CSUM_BAD) === 0 ? CHECKSUM_UNNECESSARY : CHECKSUM_NONE;
}

/** The driver writes it into the skb, and counts what the card has found wrong. */
export function rxChecksum(w: World, nic: Nic, slot: number): void {
  const verdict = cardVerdict(w, nic, slot);
  w.pool.ipSummed[slot] = verdict;
  const inner = (w.pool.bits[slot] & FRAME_TUNNELLED) !== 0;
  if (verdict === CHECKSUM_NONE && !inner && nic.features['rx-checksumming'] && hasChecksum(w, slot))
    nic.counters.csum_errors += 1;
}

/**
 * Why software has to sum the bytes of a frame with this verdict; Reason.none: it has not. Before NAPI the bytes were summed while
 * they were copied to the reader, which is part of what the copy costs.
 */
function whySum(w: World, nic: Nic, slot: number, verdict: number): number {
  if (verdict === CHECKSUM_UNNECESSARY || !w.fixed.rules.napi || !hasChecksum(w, slot)) return Reason.none;
  const bad = (w.pool.bits[slot] & FRAME_L4_CSUM_BAD) !== 0;
  // what does not come out right is summed again, to see who is wrong
  if (verdict === CHECKSUM_COMPLETE) return bad ? Reason.rxCsumAgain : Reason.none;
  if (nic.tunnel !== null || (w.pool.bits[slot] & FRAME_TUNNELLED) !== 0) return Reason.rxCsumTunnel;
  if (nic.features['rx-checksumming']) return bad ? Reason.rxCsumBad : Reason.rxCsumParts;
  return nic.wanted['rx-checksumming'] === undefined ? Reason.rxCsumNoCard : Reason.rxCsumOff;
}

/** Cycles that GRO needs to check a frame still in the ring: it looks at what nobody vouches for. */
export function groSumCycles(w: World, nic: Nic, slot: number): number {
  const verdict = cardVerdict(w, nic, slot);
  if (verdict !== CHECKSUM_NONE || whySum(w, nic, slot, verdict) === Reason.none) return 0;
  return w.pool.payloadLen[slot] * w.fixed.hosts[nic.host].profile.csumPerByte;
}

/** The same of a packet out of a tunnel: the card that it came by has told what it knows. */
export function cellSumCycles(w: World, nic: Nic, slot: number): number {
  if (w.pool.segs[slot] > 1 || whySum(w, nic, slot, w.pool.ipSummed[slot]) === Reason.none) return 0;
  if (w.pool.ipSummed[slot] === CHECKSUM_COMPLETE) return 0;
  return w.pool.payloadLen[slot] * w.fixed.hosts[nic.host].profile.csumPerByte;
}

/** Cycles that layer 4 needs: for what neither the card nor GRO has checked, and for what GRO has found wrong. */
export function l4SumCycles(w: World, nic: Nic, slot: number): number {
  const { pool } = w;
  const verdict = pool.ipSummed[slot];
  const why = whySum(w, nic, slot, verdict);
  if (why === Reason.none || (verdict === CHECKSUM_NONE && checkedByGro(w, nic, slot))) return 0;
  return pool.totalPayload[slot] * w.fixed.hosts[nic.host].profile.csumPerByte;
}

function checkedByGro(w: World, nic: Nic, slot: number): boolean {
  // GRO lets fragments pass
  if (reassembled(w, slot)) return false;
  return nic.features['generic-receive-offload'] && (w.pool.bits[slot] & FRAME_L4_CSUM_BAD) === 0;
}

function reassembled(w: World, slot: number): boolean {
  return w.pool.segs[slot] === 1 && w.pool.fragNext[slot] !== 0;
}

/** The record of a sum in software, where there was one: in GRO, or in layer 4. */
export function noteSum(w: World, nic: Nic, slot: number, place: number, cpu: number, inGro: boolean): void {
  const { pool } = w;
  const verdict = pool.ipSummed[slot];
  if (verdict === CHECKSUM_UNNECESSARY) return;
  const gro = nic.features['generic-receive-offload'] && verdict === CHECKSUM_NONE && !reassembled(w, slot);
  const why = gro === inGro ? whySum(w, nic, slot, verdict) : Reason.none;
  if (why === Reason.none) return;
  w.hosts[nic.host].software.rxSummedBytes += pool.totalPayload[slot];
  const [id, cause] = [pool.id[slot], pool.lastSeq[slot]];
  pool.lastSeq[slot] = emit(w, Kind.rxChecksum, place, why, cpu, id, 0, cause, pool.totalPayload[slot], 0);
}
