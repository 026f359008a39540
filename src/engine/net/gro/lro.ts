/**
 * Large receive offload: the card (or its driver) joins TCP segments of IPv4 far more loosely than GRO. It compares neither TTL nor
 * TOS, IP identification, options or sizes, and the packet takes ACK number, window and options of the last segment: what it was made
 * of can't be told afterwards (gso_type 0). Good for who ends the connection, wrong for who passes it on.
 * Source: 82599 datasheet, receive side coalescing; net/ipv4/inet_lro.c lro_tcp_ip_check, v4.4. Left out: RSC’s own descriptors, and that
 * the card closes a packet at an interrupt (here: at the end of a poll).
 */
import { Reason } from '../../../catalog/reasons.ts';
import { TCP_ACK, TCP_PSH } from '../../packet/frame.ts';
import { FRAME_IP_OPTIONS, FRAME_L4_CSUM_BAD } from '../../packet/frame-bits.ts';
import type { FlowInfo, Nic, World } from '../../world.ts';
import { ipBytes } from './ip.ts';
import { GRO_LEGACY_MAX_SIZE, GRO_LRO } from './limits.ts';
import { decide } from './verdict.ts';

/** Whether the card joins this frame at all: data over TCP and IPv4, right, with no flags but ACK and PSH. */
export function lroTakes(w: World, nic: Nic, slot: number, flow: FlowInfo): boolean {
  if (!nic.features['large-receive-offload'] || flow.key.ipVersion !== 4) return false;
  const { pool } = w;
  if ((pool.bits[slot] & (FRAME_IP_OPTIONS | FRAME_L4_CSUM_BAD)) !== 0) return false;
  return pool.payloadLen[slot] > 0 && (pool.flags[slot] | TCP_PSH) === (TCP_ACK | TCP_PSH);
}

/** Writes the verdict on `s`, which lroTakes has let through. @param p held packet of its flow, 0: none */
export function lroReceive(w: World, p: number, s: number): void {
  const { pool } = w;
  const ends = (pool.flags[s] & TCP_PSH) !== 0;
  if (p === 0) {
    decide(ends ? Reason.groNewFlowFlag : Reason.groNewFlow, false, ends, Reason.none);
    return;
  }
  const next = (pool.seq[p] + pool.totalPayload[p]) >>> 0 === pool.seq[s];
  const fits = ipBytes(w, p) + pool.payloadLen[s] < GRO_LEGACY_MAX_SIZE;
  if (!next || !fits) {
    const why = next ? Reason.groTooBig : Reason.groSeq;
    decide(why, false, ends, why);
    return;
  }
  decide(Reason.lroMerged, true, false, ends ? Reason.groFlowEnds : Reason.none);
  pool.groFixedId[p] = GRO_LRO;
  pool.flags[p] |= pool.flags[s];
  pool.ack[p] = pool.ack[s];
  pool.win[p] = pool.win[s];
  pool.opt[p] = pool.opt[s];
}
