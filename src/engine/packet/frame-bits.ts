/** Yes/no facts of a frame as one 32-bit number: what the hot path tests in place of FrameFields' booleans and verdicts. */
import {
  hasL4Csum,
  IPPROTO_UDP,
  isFragment,
  l2HeaderLen,
  type CsumVerdict,
  type FrameFields,
} from './frame.ts';

export const FRAME_DF = 1 << 0;
export const FRAME_MF = 1 << 1;
/** Offset not 0, or MF. */
export const FRAME_FRAGMENT = 1 << 2;
export const FRAME_IP_OPTIONS = 1 << 3;
export const FRAME_IP_CSUM_BAD = 1 << 4;
export const FRAME_L4_CSUM_BAD = 1 << 5;
/** UDP with checksum 0. */
export const FRAME_L4_CSUM_NONE = 1 << 6;
/** The NIC said CHECKSUM_UNNECESSARY. */
export const FRAME_L4_CSUM_VERIFIED = 1 << 7;
/** Longer than its IP length. */
export const FRAME_PADDED = 1 << 8;
/** Shorter than its IP length, or UDP's length is not that of the IP payload. */
export const FRAME_LEN_MISMATCH = 1 << 9;
export const FRAME_DODGY = 1 << 10;
/** The capture was cut. */
export const FRAME_TRUNCATED = 1 << 11;
export const FRAME_BROADCAST = 1 << 12;
/** Group address other than broadcast. */
export const FRAME_MULTICAST = 1 << 13;
/** An IPv6 fragment header is there (atomic fragments too). */
export const FRAME_V6_FRAG = 1 << 14;
export const FRAME_EXT_HEADERS = 1 << 15;
export const FRAME_NOT_IP = 1 << 16;
/** Reserved bit of the IPv4 fragment word. */
export const FRAME_RF = 1 << 17;
/** A header could not be read on, see Malformed. */
export const FRAME_MALFORMED = 1 << 18;
/** IPv4 header checksum not computable. */
export const FRAME_IP_CSUM_UNKNOWN = 1 << 19;
/** L4 checksum not computable (cut, or a fragment): counts as right. */
export const FRAME_L4_CSUM_UNKNOWN = 1 << 20;
/** CHECKSUM_PARTIAL: counts as right. */
export const FRAME_L4_CSUM_PARTIAL = 1 << 21;
/** Its TCP options are NOP, NOP and timestamps, whose values are in the pool's columns. */
export const FRAME_TIMESTAMPS = 1 << 22;
/** Its TCP options are kept beside it (SYN, SACK). */
export const FRAME_OWN_OPTIONS = 1 << 23;
/** The Ethernet FCS is wrong: bits were turned on the cable. */
export const FRAME_FCS_BAD = 1 << 24;
/** A piece that software has cut off a longer packet. */
export const FRAME_CUT = 1 << 25;
/** skb->ooo_okay: nothing of its connection waits below TCP, so that it may take another transmit queue. */
export const FRAME_OOO_OKAY = 1 << 26;
/** SKB_GSO_UDP: a datagram that the card is to cut into IP fragments. */
export const FRAME_UFO = 1 << 27;

/** skb->decrypted: plaintext of a TLS connection, which the card is to encrypt, or has decrypted. */
export const FRAME_DECRYPTED = 1 << 28;
/** Of such a packet on its way out: it is out of order. Of a frame that came in: its card asks whether a record begins in it. */
export const FRAME_TLS_SYNC = 1 << 29;

/** It has an outer IP header (a tunnel's): its flow is the outer one, whose `inner` says of what. */
export const FRAME_TUNNELLED = 1 << 30;

/** @returns FRAME_* bits of `fields`, unsigned. */
export function frameBits(fields: FrameFields): number {
  let bits = 0;
  if (fields.df) bits |= FRAME_DF;
  if (fields.mf) bits |= FRAME_MF;
  if (isFragment(fields)) bits |= FRAME_FRAGMENT;
  if (fields.rf) bits |= FRAME_RF;
  if (fields.ipOptions !== '') bits |= FRAME_IP_OPTIONS;
  if (fields.extHeaders !== '') {
    bits |= FRAME_EXT_HEADERS;
    if (fields.extHeaders.includes('frag:')) bits |= FRAME_V6_FRAG;
  }
  if (fields.ipVersion === 0) bits |= FRAME_NOT_IP;
  if (fields.ipVersion === 4 && fields.ipCsum === 'bad') bits |= FRAME_IP_CSUM_BAD;
  if (fields.ipVersion === 4 && fields.ipCsum === 'unknown') bits |= FRAME_IP_CSUM_UNKNOWN;
  if (hasL4Csum(fields)) bits |= l4CsumBit(fields.l4Csum, fields.proto);
  if (fields.csumVerified) bits |= FRAME_L4_CSUM_VERIFIED;
  if (fields.padding > 0) bits |= FRAME_PADDED;
  if (lengthMismatch(fields)) bits |= FRAME_LEN_MISMATCH;
  if (fields.dodgy) bits |= FRAME_DODGY;
  if (fields.truncated) bits |= FRAME_TRUNCATED;
  if (fields.dmac === 'ff:ff:ff:ff:ff:ff') bits |= FRAME_BROADCAST;
  else if ((Number.parseInt(fields.dmac.slice(0, 2), 16) & 1) !== 0) bits |= FRAME_MULTICAST;
  if (fields.malformed !== '') bits |= FRAME_MALFORMED;
  return bits >>> 0;
}

function l4CsumBit(verdict: CsumVerdict, proto: number): number {
  switch (verdict) {
    case 'ok':
      return 0;
    case 'bad':
      return FRAME_L4_CSUM_BAD;
    case 'none':
      return proto === IPPROTO_UDP ? FRAME_L4_CSUM_NONE : 0;
    case 'partial':
      return FRAME_L4_CSUM_PARTIAL;
    case 'unknown':
      return FRAME_L4_CSUM_UNKNOWN;
  }
}

/** The verdict that the bits state; inverse of frameBits where an L4 checksum exists. */
export function l4CsumOf(bits: number): CsumVerdict {
  if (bits & FRAME_L4_CSUM_BAD) return 'bad';
  if (bits & FRAME_L4_CSUM_NONE) return 'none';
  if (bits & FRAME_L4_CSUM_PARTIAL) return 'partial';
  return bits & FRAME_L4_CSUM_UNKNOWN ? 'unknown' : 'ok';
}

/** The IPv4 header checksum's verdict that the bits state; `none` for IPv6 and others. */
export function ipCsumOf(bits: number, ipVersion: number): CsumVerdict {
  if (ipVersion !== 4) return 'none';
  if (bits & FRAME_IP_CSUM_BAD) return 'bad';
  return bits & FRAME_IP_CSUM_UNKNOWN ? 'unknown' : 'ok';
}

function lengthMismatch(fields: FrameFields): boolean {
  if (fields.ipVersion === 0) return false;
  if (fields.ipTotalLen > fields.frameLen - l2HeaderLen(fields)) return true;
  return fields.udpLen !== 0 && !isFragment(fields) && fields.udpLen !== 8 + fields.payloadLen;
}
