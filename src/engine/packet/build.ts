/**
 * FrameFields to bytes: headers with right checksums, or wrong ones where the fields say so, and payload from a seed.
 * parseFrame gives the same fields back for every frame whose headers are sound.
 *
 * Left out: malformed frames (their readable part is built, the rest is payload bytes), ARP's and ICMP's contents.
 */
import { addressBytes, parseMac } from './address.ts';
import { csumFold, csumPartial, foldCarries, internetChecksum, pseudoHeaderSum } from './checksum.ts';
import {
  IPPROTO_TCP,
  IPPROTO_UDP,
  ipHeaderLen,
  isIcmp,
  l2HeaderLen,
  l4HeaderLen,
  type CsumVerdict,
  type FrameFields,
} from './frame.ts';
import { parseHex } from './hex.ts';

/** Next header values of the names in FrameFields.extHeaders. */
const EXT_HEADER_NUMBERS: Readonly<Record<string, number>> = {
  hbh: 0,
  routing: 43,
  frag: 44,
  dstopts: 60,
};

/** Writes a frame's payload; gets zeros. */
export type PayloadWriter = (bytes: Uint8Array) => void;

/**
 * @param payload writes the payload bytes, or a seed that chooses some
 * @returns frameLen bytes, without FCS; padding is zeros
 * @throws RangeError if an address, MAC or hex string is not one
 */
export function buildFrame(fields: FrameFields, payload: number | PayloadWriter = 0): Uint8Array {
  const l3 = l2HeaderLen(fields);
  const l4 = l3 + ipHeaderLen(fields);
  const payloadAt = l4 + l4HeaderLen(fields);
  const bytes = new Uint8Array(Math.max(fields.frameLen, payloadAt + fields.payloadLen));
  writeEthernet(bytes, fields);
  if (fields.ipVersion === 4) writeIpv4(bytes, l3, fields);
  else if (fields.ipVersion === 6) writeIpv6(bytes, l3, fields);
  const body = bytes.subarray(payloadAt, payloadAt + fields.payloadLen);
  if (typeof payload === 'number') writePayload(body, payload);
  else payload(body);
  if (payloadAt > l4) writeL4(bytes.subarray(0, payloadAt + fields.payloadLen), l4, fields);
  return bytes.slice(0, fields.frameLen);
}

function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}

function put32(bytes: Uint8Array, at: number, value: number): void {
  put16(bytes, at, value >>> 16);
  put16(bytes, at + 2, value & 0xffff);
}

function writeEthernet(bytes: Uint8Array, f: FrameFields): void {
  bytes.set(macBytes(f.dmac), 0);
  bytes.set(macBytes(f.smac), 6);
  let at = 12;
  if (f.vlan >= 0) {
    put16(bytes, at, f.vlanTpid);
    put16(bytes, at + 2, f.vlan);
    at += 4;
    if (f.innerVlan >= 0) {
      put16(bytes, at, 0x8100);
      put16(bytes, at + 2, f.innerVlan);
      at += 4;
    }
  }
  put16(bytes, at, f.etherType);
}

function macBytes(text: string): Uint8Array {
  const bytes = parseMac(text);
  if (bytes === null) throw new RangeError(`'${text}' is not a MAC address`);
  return bytes;
}

function writeIpv4(bytes: Uint8Array, at: number, f: FrameFields): void {
  const headerLen = ipHeaderLen(f);
  bytes[at] = 0x40 | (headerLen / 4);
  bytes[at + 1] = f.tos;
  put16(bytes, at + 2, f.ipTotalLen > 0xffff ? 0 : f.ipTotalLen);
  put16(bytes, at + 4, f.ipId);
  put16(bytes, at + 6, (f.rf ? 0x8000 : 0) | (f.df ? 0x4000 : 0) | (f.mf ? 0x2000 : 0) | (f.fragOffset >> 3));
  bytes[at + 8] = f.ttl;
  bytes[at + 9] = f.proto;
  bytes.set(addressBytes(f.src), at + 12);
  bytes.set(addressBytes(f.dst), at + 16);
  bytes.set(parseHex(f.ipOptions), at + 20);
  const right = internetChecksum(bytes, at, at + headerLen);
  put16(bytes, at + 10, f.ipCsum === 'bad' ? right ^ 1 : right);
}

function writeIpv6(bytes: Uint8Array, at: number, f: FrameFields): void {
  put32(bytes, at, ((6 << 28) | (f.tos << 20) | f.flowLabel) >>> 0);
  put16(bytes, at + 4, f.ipTotalLen - 40 > 0xffff ? 0 : f.ipTotalLen - 40);
  bytes[at + 7] = f.ttl;
  bytes.set(addressBytes(f.src), at + 8);
  bytes.set(addressBytes(f.dst), at + 24);
  let nextAt = at + 6;
  let pos = at + 40;
  for (const one of f.extHeaders === '' ? [] : f.extHeaders.split(',')) {
    const colon = one.indexOf(':');
    bytes[nextAt] = EXT_HEADER_NUMBERS[one.slice(0, colon)] ?? 59;
    const body = parseHex(one.slice(colon + 1));
    bytes.set(body, pos + 1);
    nextAt = pos;
    pos += 1 + body.length;
  }
  bytes[nextAt] = f.proto;
}

/** @param bytes ends with the L4 payload */
function writeL4(bytes: Uint8Array, at: number, f: FrameFields): void {
  let csumAt = at + 2;
  if (f.proto === IPPROTO_TCP) {
    csumAt = at + 16;
    writeTcp(bytes, at, f);
  } else if (f.proto === IPPROTO_UDP) {
    csumAt = at + 6;
    put16(bytes, at, f.sport);
    put16(bytes, at + 2, f.dport);
    put16(bytes, at + 4, f.udpLen);
  } else {
    bytes[at] = f.icmpType;
    bytes[at + 1] = f.icmpCode;
  }
  const len = f.proto === IPPROTO_UDP ? f.udpLen : bytes.length - at;
  const bare = f.ipVersion === 4 && isIcmp(f);
  const pseudo = bare ? 0 : pseudoHeaderSum(addressBytes(f.src), addressBytes(f.dst), f.proto, len);
  const sum = csumPartial(bytes, at, Math.min(bytes.length, at + len), pseudo);
  put16(bytes, csumAt, csumField(f.l4Csum, sum, pseudo, f.proto));
}

function writeTcp(bytes: Uint8Array, at: number, f: FrameFields): void {
  put16(bytes, at, f.sport);
  put16(bytes, at + 2, f.dport);
  put32(bytes, at + 4, f.seq);
  put32(bytes, at + 8, f.ack);
  put16(bytes, at + 12, ((l4HeaderLen(f) / 4) << 12) | f.tcpFlags);
  put16(bytes, at + 14, f.win);
  put16(bytes, at + 18, f.urgPtr);
  bytes.set(parseHex(f.tcpOptions), at + 20);
}

/** @param sum over pseudo header, L4 header and payload  @param pseudo over the pseudo header alone */
function csumField(verdict: CsumVerdict, sum: number, pseudo: number, proto: number): number {
  const right = csumFold(sum);
  const partial = foldCarries(pseudo);
  switch (verdict) {
    case 'none':
      return 0;
    case 'partial':
      return partial;
    case 'bad':
      // Neither right, nor a bare pseudo header's sum, nor "no checksum".
      for (const flip of [1, 2, 4])
        if ((right ^ flip) !== partial && (right ^ flip) !== 0) return right ^ flip;
      return right ^ 8;
    case 'ok':
    case 'unknown':
      return right === 0 && proto === IPPROTO_UDP ? 0xffff : right;
  }
}

/** Bytes that look like data and depend on the seed only: a 32-bit xorshift. */
function writePayload(bytes: Uint8Array, seed: number): void {
  let x = (seed ^ 0x9e3779b9) | 1;
  for (let i = 0; i < bytes.length; i += 1) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    bytes[i] = x;
  }
}
