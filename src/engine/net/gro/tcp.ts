/**
 * TCP's part of GRO: may s be appended to the held packet p?
 * The reason is the first check that fails, in the kernel's order, but for the IP ID: a lost or reordered segment fails it
 * too, and then its sequence number says more. The marks of softMark are asked last, as skb_gro_receive does.
 * Source: net/ipv4/tcp_offload.c tcp4_gro_receive, tcp_gro_receive, tcp4_check_fraglist_gro; net/core/gro.c skb_gro_receive,
 * Linux v6.12. Left out: page_pool recycling, zerocopy.
 */
import { Reason } from '../../../catalog/reasons.ts';
import { FRAME_OWN_OPTIONS, FRAME_TIMESTAMPS, FRAME_DECRYPTED } from '../../packet/frame-bits.ts';
import { TCP_CWR, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN, TCP_URG } from '../../packet/frame.ts';
import type { FlowInfo, Nic, World } from '../../world.ts';
import { optionsOf } from '../tcp-options.ts';
import { checksumWrong, ipBytes, networkFlush, softMark } from './ip.ts';
import { GRO_FLIST, GRO_LEGACY_MAX_SIZE, UDP_GRO_CNT_MAX } from './limits.ts';
import { match } from './match.ts';
import { decide, passUp, verdict } from './verdict.ts';

const ENDS_TRAIN = TCP_URG | TCP_PSH | TCP_RST | TCP_SYN | TCP_FIN;
const OWN = FRAME_TIMESTAMPS | FRAME_OWN_OPTIONS;
const MAY_DIFFER = TCP_CWR | TCP_FIN | TCP_PSH;

/** Writes the verdict on `s`. @param p held packet of its flow, 0: none. */
export function tcpGroReceive(w: World, nic: Nic, p: number, s: number, flow: FlowInfo): void {
  const pool = w.pool;
  const mark = softMark(pool, s, flow);
  if (checksumWrong(pool, s, mark)) {
    passUp(Reason.groL4Checksum);
    return;
  }
  const endsTrain = (pool.flags[s] & ENDS_TRAIN) !== 0;
  const fraglist = nic.features['rx-gro-list'] && w.fixed.rules.groTcpFraglist;
  if (p === 0) {
    const why = unheld(w, s, mark, endsTrain);
    decide(why === Reason.none ? match.nearReason : why, false, why !== Reason.none, Reason.none);
    verdict.flist = fraglist && flow.socket === 0;
    return;
  }
  const held = (pool.groFixedId[p] & GRO_FLIST) !== 0;
  const refused = refusal(w, nic, p, s, flow, mark, held);
  if (refused !== Reason.none) {
    decide(refused, false, unheld(w, s, mark, endsTrain) !== Reason.none, refused);
    verdict.flist = fraglist && held;
    return;
  }
  const ends = endsTrain
    ? Reason.groFlowEnds
    : isShort(w, s, pool.gsoSize[p])
      ? Reason.groShort
      : Reason.none;
  decide(ends === Reason.none ? Reason.groMerged : Reason.groMergedLast, true, false, ends);
  pool.flags[p] |= pool.flags[s] & (TCP_FIN | TCP_PSH);
}

/** Why an unmerged s can't be held either; Reason.none: it can. */
function unheld(w: World, s: number, mark: number, endsTrain: boolean): number {
  if (endsTrain) return Reason.groNewFlowFlag;
  if (w.pool.payloadLen[s] === 0) return Reason.groEmpty;
  if (isShort(w, s, 1)) return Reason.groShort;
  return mark;
}

/** Shorter than a full segment; an aggregate: than its segments in full. */
function isShort(w: World, s: number, mss: number): boolean {
  const pool = w.pool;
  const gsoSize = pool.gsoSize[s];
  return gsoSize !== 0 ? pool.payloadLen[s] !== pool.segs[s] * gsoSize : pool.payloadLen[s] < mss;
}

function otherOptions(w: World, p: number, s: number): boolean {
  const { pool } = w;
  const kinds = pool.bits[p] | pool.bits[s];
  if ((kinds & OWN) === 0) return pool.opt[p] !== pool.opt[s];
  if ((kinds & FRAME_OWN_OPTIONS) !== 0) return optionsOf(w, p) !== optionsOf(w, s);
  return pool.tsVal[p] !== pool.tsVal[s] || pool.tsEcr[p] !== pool.tsEcr[s];
}

/** First check that keeps s from p. */
function refusal(
  w: World,
  nic: Nic,
  p: number,
  s: number,
  flow: FlowInfo,
  mark: number,
  fraglist: boolean,
): number {
  const pool = w.pool;
  const flags = pool.flags[s];
  const differ = pool.flags[p] ^ flags;
  if ((flags & TCP_CWR) !== 0) return Reason.groCwr;
  if (w.fixed.rules.groCwrDiffers && (differ & TCP_CWR) !== 0) return Reason.groCwr;
  if ((differ & ~MAY_DIFFER) !== 0) return Reason.groFlags;
  if (pool.win[p] !== pool.win[s]) return Reason.groWindow;
  if (pool.ack[p] !== pool.ack[s]) return Reason.groAck;
  if (otherOptions(w, p, s)) return Reason.groOptions;
  const network = networkFlush(w, p, s, flow.key.ipVersion);
  if (network !== Reason.none && network !== Reason.groIpId) return network;
  const len = pool.payloadLen[s];
  if (pool.gsoSize[s] !== 0) {
    if (pool.gsoSize[s] !== pool.gsoSize[p]) return Reason.groOtherGsoSize;
  } else if (len === 0) return Reason.groEmpty;
  else if (len > pool.gsoSize[p]) return Reason.groBigger;
  if ((pool.seq[p] + pool.totalPayload[p]) >>> 0 !== pool.seq[s]) return Reason.groSeq;
  if (((pool.bits[p] ^ pool.bits[s]) & FRAME_DECRYPTED) !== 0) return Reason.groDecrypted;
  if (network !== Reason.none) return network;
  if (fraglist) {
    if (differ !== 0) return Reason.groFlags;
    if (pool.segs[p] >= UDP_GRO_CNT_MAX) return Reason.groCountMax;
    if (mark !== Reason.none) return mark;
    return ipBytes(w, p) + ipBytes(w, s) >= GRO_LEGACY_MAX_SIZE ? Reason.groTooBig : Reason.none;
  }
  if (mark !== Reason.none) return mark;
  const limit = flow.key.ipVersion === 6 ? nic.groMaxSize : nic.groIpv4MaxSize;
  return ipBytes(w, p) + len >= limit ? Reason.groTooBig : Reason.none;
}
