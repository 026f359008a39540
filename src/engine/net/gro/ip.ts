/**
 * The network layer's part of GRO: which frames it takes at all, which it marks, and the TTL / TOS / DF / IP ID test.
 * Source: net/ipv4/af_inet.c inet_gro_receive, net/ipv6/ip6_offload.c ipv6_gro_receive, include/net/gro.h inet_gro_flush
 * and ipv6_gro_flush, Linux v6.12; the rule rows for what later versions do. Left out: tunnels but for IPIP.
 */
import { Reason } from '../../../catalog/reasons.ts';
import {
  FRAME_DF,
  FRAME_DODGY,
  FRAME_EXT_HEADERS,
  FRAME_FRAGMENT,
  FRAME_IP_CSUM_BAD,
  FRAME_IP_OPTIONS,
  FRAME_L4_CSUM_BAD,
  FRAME_L4_CSUM_VERIFIED,
  FRAME_LEN_MISMATCH,
  FRAME_MALFORMED,
  FRAME_NOT_IP,
  FRAME_PADDED,
  FRAME_RF,
  FRAME_V6_FRAG,
} from '../../packet/frame-bits.ts';
import { IPPROTO_TCP, IPPROTO_UDP } from '../../packet/frame.ts';
import type { PacketPool } from '../../packet/pool.ts';
import { optionBytes } from '../tcp-options.ts';
import { OUTER_HLEN } from '../../tunnel/state.ts';
import type { FlowInfo, World } from '../../world.ts';
import { GRO_FIXED_ID } from './limits.ts';

/** Why a frame is none of GRO's business, up to the network layer; Reason.none: it is. */
export function networkPass(w: World, slot: number, flow: FlowInfo): number {
  const bits = w.pool.bits[slot];
  const { key } = flow;
  if ((bits & FRAME_NOT_IP) !== 0) return Reason.groNoHandler;
  if (key.vlan >= 0 && !w.fixed.spec.config.vlan8021q) return Reason.groNoHandler;
  if (key.ipVersion === 6) {
    if ((bits & FRAME_V6_FRAG) !== 0) return Reason.groV6Ext;
    if (key.proto !== IPPROTO_TCP && key.proto !== IPPROTO_UDP) {
      return (bits & FRAME_EXT_HEADERS) !== 0 ? Reason.groV6Ext : Reason.groNoHandler;
    }
  } else {
    const { proto } = flow.inner === 0 || !w.fixed.rules.groIpip ? key : w.fixed.flows[flow.inner].key;
    if (proto !== IPPROTO_TCP && proto !== IPPROTO_UDP) return Reason.groNoHandler;
    if ((bits & FRAME_IP_OPTIONS) !== 0) return Reason.groIpOptions;
    if ((bits & FRAME_FRAGMENT) !== 0) return Reason.groIpFragment;
    if ((bits & FRAME_IP_CSUM_BAD) !== 0) return Reason.groIpChecksum;
  }
  // a header that leaves the packet: nothing to compare
  return (bits & FRAME_MALFORMED) !== 0 ? Reason.groLengthMismatch : Reason.none;
}

/**
 * NAPI_GRO_CB(skb)->flush before the L4 handler: never merged, never held, but it still meets the held packet of its
 * flow. Reason.none: not marked.
 */
export function softMark(pool: PacketPool, slot: number, flow: FlowInfo): number {
  const bits = pool.bits[slot];
  if ((bits & FRAME_DODGY) !== 0) return Reason.groDodgy;
  if (pool.gsoSize[slot] !== 0 && flow.key.proto !== IPPROTO_TCP) return Reason.groOtherGsoSize;
  if ((bits & (FRAME_PADDED | FRAME_LEN_MISMATCH)) !== 0) return Reason.groLengthMismatch;
  if ((bits & FRAME_RF) !== 0 && flow.key.ipVersion === 4) return Reason.groIpFragment;
  return Reason.none;
}

/** The checksum is wrong, and GRO finds out: not if the NIC vouched for it, nor if the frame is marked anyway. */
export function checksumWrong(pool: PacketPool, slot: number, mark: number): boolean {
  return (
    mark === Reason.none &&
    (pool.bits[slot] & (FRAME_L4_CSUM_BAD | FRAME_L4_CSUM_VERIFIED)) === FRAME_L4_CSUM_BAD
  );
}

/** gro_receive_network_flush: what differs between the network headers of p and s; Reason.none: nothing that counts. */
export function networkFlush(w: World, p: number, s: number, ipVersion: number): number {
  const pool = w.pool;
  if (pool.ttl[p] !== pool.ttl[s]) return Reason.groTtl;
  if (pool.tos[p] !== pool.tos[s]) return Reason.groTos;
  if (ipVersion === 6) return Reason.none;
  if (((pool.bits[p] ^ pool.bits[s]) & FRAME_DF) !== 0) return Reason.groDf;
  const step = (pool.ipId[s] - pool.ipId[p]) & 0xffff;
  const count = pool.segs[p];
  // the second frame decides whether this train's ID stays or counts
  const mayStay = (pool.bits[s] & FRAME_DF) !== 0 || w.fixed.rules.groFixedIdWithoutDf;
  if (count === 1 && step === 0 && mayStay) pool.groFixedId[p] |= GRO_FIXED_ID;
  const wanted = (pool.groFixedId[p] & GRO_FIXED_ID) !== 0 ? 0 : count & 0xffff;
  return step === wanted ? Reason.none : Reason.groIpId;
}

/** Bytes from the IP header on (skb->len while GRO has the packet), of the whole train. */
export function ipBytes(w: World, slot: number): number {
  const pool = w.pool;
  const flow = w.fixed.flows[pool.flow[slot]];
  const { key } = flow.inner === 0 ? flow : w.fixed.flows[flow.inner];
  const outer = flow.inner === 0 ? 0 : OUTER_HLEN;
  const l4 = key.proto === IPPROTO_TCP ? 20 + optionBytes(w, slot) : 8;
  const l3 = key.ipVersion === 6 ? 40 + extHeaderBytes(w, slot) : 20;
  return outer + l3 + l4 + pool.totalPayload[slot];
}

/** Bytes of IPv6 extension headers: what the first frame has more than its other parts. */
function extHeaderBytes(w: World, slot: number): number {
  if ((w.pool.bits[slot] & FRAME_EXT_HEADERS) === 0) return 0;
  return extHeadersLen(w.fixed.exts[w.pool.ext[slot]]);
}

/** Length of the headers in an ext string's item `h`: `name:hex` joined by commas, the next-header byte not written. */
export function extHeadersLen(ext: string): number {
  let at = 0;
  while (at < ext.length && ext.charAt(at) !== 'h') {
    const next = ext.indexOf(';', at);
    if (next < 0) return 0;
    at = next + 1;
  }
  let bytes = 0;
  let digits = -1;
  for (let i = at; i < ext.length; i += 1) {
    const c = ext.charAt(i);
    if (c === ':') digits = 0;
    else if (c === ',' || c === ';') {
      bytes += 1 + digits / 2;
      digits = -1;
      if (c === ';') return bytes;
    } else if (digits >= 0) digits += 1;
  }
  return digits >= 0 ? bytes + 1 + digits / 2 : bytes;
}
