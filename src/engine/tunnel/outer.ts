/** The outer IP header of a packet, for whoever looks at it: as fields, and as bytes in front of the inner packet's. */
import { writeIpChecksum } from '../net/gso/frame.ts';
import { addressBytes } from '../packet/address.ts';
import { FRAME_DF } from '../packet/frame-bits.ts';
import { ETH_HLEN, type FrameFields } from '../packet/frame.ts';
import type { World } from '../world.ts';
import { IPPROTO_IPIP, isTunnelled, OUTER_HLEN } from './state.ts';

export interface OuterHeader {
  src: string;
  dst: string;
  ttl: number;
  ipId: number;
  /** ECN alone: it has no TOS of its own. */
  tos: number;
  df: boolean;
}

/** null: the packet has none. */
export function outerHeader(w: World, slot: number): OuterHeader | null {
  if (!isTunnelled(w, slot)) return null;
  const { pool } = w;
  const { src, dst } = w.fixed.flows[pool.flow[slot]].key;
  const tun = w.nics.find(({ tunnel }) => tunnel?.spec.local === src && tunnel.spec.remote === dst);
  const df = (tun?.tunnel?.spec.pmtudisc ?? true) || (pool.bits[slot] & FRAME_DF) !== 0;
  const ecn = pool.tos[slot] & 3;
  // INET_ECN_encapsulate: congestion that the inner header tells of is not this way's
  return { src, dst, ttl: pool.outerTtl[slot], ipId: pool.outerId[slot], tos: ecn === 3 ? 2 : ecn, df };
}

/** The packet as who looks no further than the outer header sees it. @param f of the inner packet */
export function outerFields(f: FrameFields, outer: OuterHeader): FrameFields {
  return {
    ...f,
    ...outer,
    ipVersion: 4,
    mf: false,
    fragOffset: 0,
    ipOptions: '',
    proto: IPPROTO_IPIP,
    sport: 0,
    dport: 0,
    seq: 0,
    ack: 0,
    tcpFlags: 0,
    tcpOptions: '',
    udpLen: 0,
    l4Csum: 'none',
    payloadLen: f.ipTotalLen,
    ipTotalLen: f.ipTotalLen + OUTER_HLEN,
    frameLen: f.frameLen + OUTER_HLEN,
  };
}

/** @param frame from the Ethernet header on, the inner IP packet behind it  @param piece number among the pieces of its packet */
export function withOuter(frame: Uint8Array, outer: OuterHeader, piece: number): Uint8Array {
  const bytes = new Uint8Array(frame.length + OUTER_HLEN);
  bytes.set(frame.subarray(0, ETH_HLEN));
  bytes.set(frame.subarray(ETH_HLEN), ETH_HLEN + OUTER_HLEN);
  const length = frame.length - ETH_HLEN + OUTER_HLEN;
  const id = (outer.ipId + piece) & 0xffff;
  // beyond what the field holds: 0, as BIG TCP has it
  const told = length > 0xffff ? 0 : length;
  const flags = outer.df ? 0x40 : 0;
  const header = [
    0x45,
    outer.tos,
    told >> 8,
    told & 0xff,
    id >> 8,
    id & 0xff,
    flags,
    0,
    outer.ttl,
    IPPROTO_IPIP,
  ];
  bytes.set([...header, 0, 0, ...addressBytes(outer.src), ...addressBytes(outer.dst)], ETH_HLEN);
  writeIpChecksum(bytes, ETH_HLEN);
  return bytes;
}
