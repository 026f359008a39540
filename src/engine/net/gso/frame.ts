/**
 * A frame on its way out, as bytes, with what the skb says beside them: whether and how it is to be cut, and who finishes its
 * checksum. Source: include/linux/skbuff.h skb_shared_info (gso_size, gso_type), ip_summed, v6.12.
 * Left out: tunnels (one IP header), fraglist GSO (frag_list skbs go out as they came in).
 */
import {
  csumFold,
  csumPartial,
  foldCarries,
  internetChecksum,
  pseudoHeaderSum,
} from '../../packet/checksum.ts';
import {
  ETH_P_8021AD,
  ETH_P_8021Q,
  ETH_P_IP,
  ETH_P_IPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
} from '../../packet/frame.ts';

export type GsoType = 'none' | 'tcpv4' | 'tcpv6' | 'udp-l4' | 'udp';

export interface GsoFrame {
  /** From the Ethernet header on, without FCS. */
  bytes: Uint8Array;
  gsoType: GsoType;
  /** Payload of each piece but the last; 0: not to be cut. */
  gsoSize: number;
  /** CHECKSUM_PARTIAL: the L4 checksum field holds the pseudo header's sum, and whoever sends it last finishes it. */
  csumPartial: boolean;
  /** SKB_GSO_TCP_FIXEDID: all pieces keep the first one's IP ID. */
  fixedId: boolean;
  /** SKB_GSO_TCP_ACCECN: CWR counts, and stays on all pieces (6.15 and later). */
  accEcn: boolean;
}

/** Where the headers of a frame lie. */
export interface Headers {
  l3: number;
  ipVersion: 4 | 6;
  proto: number;
  l4: number;
  payload: number;
}

const EXT_HEADERS: ReadonlySet<number> = new Set([0, 43, 60]);

export function get16(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

export function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}

export function get32(bytes: Uint8Array, at: number): number {
  return ((get16(bytes, at) << 16) | get16(bytes, at + 2)) >>> 0;
}

export function put32(bytes: Uint8Array, at: number, value: number): void {
  put16(bytes, at, value >>> 16);
  put16(bytes, at + 2, value & 0xffff);
}

/** @throws RangeError for a frame without IP, or too short for its headers */
export function headersOf(bytes: Uint8Array): Headers {
  let l3 = 14;
  while ([ETH_P_8021Q, ETH_P_8021AD].includes(get16(bytes, l3 - 2)) && l3 < 22) l3 += 4;
  const type = get16(bytes, l3 - 2);
  if (type !== ETH_P_IP && type !== ETH_P_IPV6) throw new RangeError('no IP packet');
  const ipVersion = type === ETH_P_IP ? 4 : 6;
  let proto = bytes[l3 + 9];
  let l4 = l3 + (bytes[l3] & 15) * 4;
  if (ipVersion === 6) {
    proto = bytes[l3 + 6];
    l4 = l3 + 40;
    while (EXT_HEADERS.has(proto)) {
      proto = bytes[l4];
      l4 += 8 + bytes[l4 + 1] * 8;
    }
  }
  let payload = l4;
  // a fragment that is not the first has no L4 header
  if (ipVersion === 4 && (get16(bytes, l3 + 6) & 0x1fff) !== 0) return { l3, ipVersion, proto, l4, payload };
  if (proto === IPPROTO_TCP) payload += (bytes[l4 + 12] >> 4) * 4;
  else if (proto === IPPROTO_UDP) payload += 8;
  if (payload > bytes.length) throw new RangeError('shorter than its headers');
  return { l3, ipVersion, proto, l4, payload };
}

function pseudoOf(bytes: Uint8Array, h: Headers, end: number): number {
  const [at, len] = h.ipVersion === 4 ? [h.l3 + 12, 4] : [h.l3 + 8, 16];
  return pseudoHeaderSum(
    bytes.subarray(at, at + len),
    bytes.subarray(at + len, at + 2 * len),
    h.proto,
    end - h.l4,
  );
}

/** Writes lengths and the IPv4 header checksum of a packet that ends at `end`. A length beyond 65535 is written as 0 (BIG TCP). */
export function writeIpLength(bytes: Uint8Array, h: Headers, end: number): void {
  const len = h.ipVersion === 4 ? end - h.l3 : end - h.l3 - 40;
  put16(bytes, h.l3 + (h.ipVersion === 4 ? 2 : 4), len > 0xffff ? 0 : len);
  if (h.ipVersion === 4) writeIpChecksum(bytes, h.l3);
}

export function writeIpChecksum(bytes: Uint8Array, l3: number): void {
  put16(bytes, l3 + 10, 0);
  put16(bytes, l3 + 10, internetChecksum(bytes, l3, l3 + (bytes[l3] & 15) * 4));
}

/** Byte of the L4 checksum field. */
function checksumAt(h: Headers): number {
  return h.l4 + (h.proto === IPPROTO_TCP ? 16 : 6);
}

/** The field holds the pseudo header's sum: somebody later (the card, or skb_checksum_help) adds up the rest. */
export function writePseudoSum(bytes: Uint8Array, h: Headers, end: number): void {
  put16(bytes, checksumAt(h), foldCarries(pseudoOf(bytes, h, end)));
}

/** skb_checksum_help: finishes the checksum in software. A UDP sum of 0 is written as 0xffff. */
export function writeL4Checksum(bytes: Uint8Array, h: Headers, end: number): void {
  const at = checksumAt(h);
  put16(bytes, at, 0);
  const sum = csumFold(csumPartial(bytes, h.l4, end, pseudoOf(bytes, h, end)));
  put16(bytes, at, sum === 0 && h.proto === IPPROTO_UDP ? 0xffff : sum);
}

/** Whether the L4 checksum field is right as a finished one. */
export function l4ChecksumRight(bytes: Uint8Array): boolean {
  const h = headersOf(bytes);
  if (h.proto === IPPROTO_UDP && get16(bytes, checksumAt(h)) === 0) return true;
  return csumFold(csumPartial(bytes, h.l4, bytes.length, pseudoOf(bytes, h, bytes.length))) === 0;
}
