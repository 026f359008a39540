/**
 * UDP's part of GRO: only where someone wants trains of datagrams (a socket with UDP_GRO, forwarding, or a fraglist).
 * Source: net/ipv4/udp_offload.c udp_gro_receive and udp_gro_receive_segment, Linux v6.12. Left out: tunnel sockets.
 */
import { Reason } from '../../../catalog/reasons.ts';
import { FRAME_L4_CSUM_NONE } from '../../packet/frame-bits.ts';
import type { FlowInfo, Nic, World } from '../../world.ts';
import { checksumWrong, ipBytes, networkFlush, softMark } from './ip.ts';
import { GRO_FLIST, GRO_LEGACY_MAX_SIZE, UDP_GRO_CNT_MAX } from './limits.ts';
import { match } from './match.ts';
import { decide, passUp, verdict } from './verdict.ts';

/** SO_UDP_GRO of the socket that takes the flow; undefined: no socket. */
function socketWantsGro(w: World, flow: FlowInfo): boolean | undefined {
  return flow.socket === 0 ? undefined : w.sockets[flow.socket - 1].spec.udpGro === true;
}

/** Writes the verdict on `s`. @param p held packet of its flow, 0: none. */
export function udpGroReceive(w: World, nic: Nic, p: number, s: number, flow: FlowInfo): void {
  const pool = w.pool;
  const mark = softMark(pool, s, flow);
  if (checksumWrong(pool, s, mark)) {
    passUp(Reason.groL4Checksum);
    return;
  }
  const wants = socketWantsGro(w, flow);
  const fraglist = nic.features['rx-gro-list'] && wants !== true;
  const forwarded = wants === undefined && nic.features['rx-udp-gro-forwarding'];
  if (!fraglist && !forwarded && wants !== true) passUp(Reason.groUdpNotWanted);
  else if ((pool.bits[s] & FRAME_L4_CSUM_NONE) !== 0) passUp(Reason.groUdpNoChecksum);
  else if (pool.payloadLen[s] === 0) passUp(Reason.groEmpty);
  else if (mark === Reason.groLengthMismatch) passUp(mark);
  else if (p === 0) {
    decide(mark === Reason.none ? match.nearReason : mark, false, mark !== Reason.none, Reason.none);
    verdict.flist = fraglist;
  } else segment(w, nic, p, s, flow, mark, fraglist);
}

/** udp_gro_receive_segment with a held packet of the same ports. */
function segment(
  w: World,
  nic: Nic,
  p: number,
  s: number,
  flow: FlowInfo,
  mark: number,
  fraglist: boolean,
): void {
  const pool = w.pool;
  if (((pool.groFixedId[p] & GRO_FLIST) !== 0) !== fraglist) {
    // the feature was switched while p was held
    decide(Reason.groUdpNotWanted, false, true, Reason.groUdpNotWanted);
    return;
  }
  const refused = refusal(w, nic, p, s, flow, mark, fraglist);
  if (refused !== Reason.none) {
    decide(refused, false, mark !== Reason.none, refused);
    verdict.flist = fraglist;
    return;
  }
  const short = pool.payloadLen[s] !== pool.gsoSize[p];
  const full = pool.segs[p] + pool.segs[s] >= UDP_GRO_CNT_MAX;
  const ends = short ? Reason.groShort : full ? Reason.groCountMax : Reason.none;
  decide(ends === Reason.none ? Reason.groMerged : Reason.groMergedLast, true, false, ends);
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
  const network = networkFlush(w, p, s, flow.key.ipVersion);
  if (network !== Reason.none) return network;
  const len = pool.payloadLen[s];
  if (len > pool.gsoSize[p]) return Reason.groBigger;
  if (mark !== Reason.none) return mark;
  if (fraglist) return ipBytes(w, p) + ipBytes(w, s) >= GRO_LEGACY_MAX_SIZE ? Reason.groTooBig : Reason.none;
  const limit = flow.key.ipVersion === 6 ? nic.groMaxSize : nic.groIpv4MaxSize;
  return ipBytes(w, p) + len >= Math.min(limit, GRO_LEGACY_MAX_SIZE) ? Reason.groTooBig : Reason.none;
}
