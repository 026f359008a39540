/** A delivered skb in the words of `observed.delivered`: its first frame's headers as GRO left them. */
import {
  l4HeaderLen,
  ipHeaderLen,
  ETH_HLEN,
  type FrameFields,
  IPPROTO_TCP,
  IPPROTO_UDP,
  isFragment,
  TCP_URG,
} from '../engine/packet/frame.ts';
import type { World } from '../engine/world.ts';
import type { JsonObject } from './case.ts';
import { FLAG_LETTERS, readTcpOptions, TAP_MAC } from './gro-input.ts';

/** Longest length an IPv4 or IPv6 length field holds. */
const IP_LEN_MAX = 65535;
const IPV6_HLEN = 40;
/** struct hop_jumbo_hdr, put in front of an IPv6 train beyond it. */
const HOP_JUMBO_LEN = 8;

/** @param first headers of the train's first frame  @param sinceNs time since the case's first frame */
export function describeDelivered(w: World, slot: number, first: FrameFields, sinceNs: number): JsonObject {
  const pool = w.pool;
  const payload = pool.totalPayload[slot];
  const gsoSize = pool.gsoSize[slot];
  const v6 = first.ipVersion === 6;
  const transport = l4HeaderLen(first) + payload;
  const lengthField = ipHeaderLen(first) - (v6 ? IPV6_HLEN : 0) + transport;
  const jumbo = v6 && lengthField > IP_LEN_MAX;
  const ipBytes = ipHeaderLen(first) + transport + (jumbo ? HOP_JUMBO_LEN : 0);
  const out: JsonObject = { proto: protoName(first), payload };
  if (l4HeaderLen(first) > 0 && (first.proto === IPPROTO_TCP || first.proto === IPPROTO_UDP)) {
    Object.assign(out, { sport: first.sport, dport: first.dport });
  }
  if (first.proto === IPPROTO_TCP && l4HeaderLen(first) > 0) {
    const flags = pool.flags[slot];
    Object.assign(out, { seq: first.seq, ack: first.ack, flags: letters(flags), win: first.win });
    if (flags >> 8 !== 0) out.rsv = flags >> 8;
    if ((flags & TCP_URG) !== 0) out.urg = first.urgPtr;
    if (first.tcpOptions !== '') out.opts = readTcpOptions(first.tcpOptions);
  }
  if (first.proto === IPPROTO_UDP && l4HeaderLen(first) > 0) out.udp_len_field = 8 + payload;
  if (v6) {
    if (first.flowLabel !== 0) out.flow = first.flowLabel;
  } else {
    Object.assign(out, { id: first.ipId, df: first.df });
    if (isFragment(first)) Object.assign(out, { mf: first.mf, fragoff: first.fragOffset });
    if (first.ipOptions !== '') out.ipopts = first.ipOptions;
  }
  if (first.vlan >= 0) Object.assign(out, { vlan: first.vlan & 0xfff, pcp: first.vlan >> 13 });
  return Object.assign(out, {
    ttl: first.ttl,
    tos: first.tos,
    frame_len: ETH_HLEN + ipBytes + first.padding,
    // the length field of the header: without it in IPv6, 0 where it can't hold the length
    ip_len: lengthField > IP_LEN_MAX ? 0 : lengthField,
    gso_type: gsoSize === 0 ? 'none' : first.proto === IPPROTO_UDP ? 'udp-l4' : v6 ? 'tcpv6' : 'tcpv4',
    gso_size: gsoSize,
    segments: gsoSize === 0 ? 1 : Math.ceil(payload / gsoSize),
    pkttype: packetType(first.dmac),
    delivered_after_ms_rounded_to_10: Math.round(sinceNs / 10_000_000) * 10,
  });
}

/** eth_type_trans: PACKET_HOST, PACKET_BROADCAST, PACKET_MULTICAST, PACKET_OTHERHOST. */
function packetType(dmac: string): number {
  if (dmac === TAP_MAC) return 0;
  if (dmac === 'ff:ff:ff:ff:ff:ff') return 1;
  return Number.parseInt(dmac.slice(0, 2), 16) & 1 ? 2 : 3;
}

function protoName(first: FrameFields): string {
  const names: Record<number, string> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6' };
  return names[first.proto] ?? String(first.proto);
}

function letters(flags: number): string {
  let text = '';
  for (let bit = 0; bit < FLAG_LETTERS.length; bit += 1)
    if ((flags & (1 << bit)) !== 0) text += FLAG_LETTERS.charAt(bit);
  return text;
}
