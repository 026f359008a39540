/**
 * skb_gso_segment: a frame larger than the wire takes is cut into pieces, each with headers of its own. A card with TSO or USO
 * does the same cut. Source: net/ipv4/tcp_offload.c tcp_gso_segment, net/ipv4/udp_offload.c __udp_gso_segment,
 * net/ipv4/af_inet.c inet_gso_segment, net/core/skbuff.c skb_segment, v6.12; CWR: 4e4f7cefb130 (6.15).
 */
import { IPPROTO_UDP, TCP_CWR, TCP_FIN, TCP_PSH } from '../../packet/frame.ts';
import {
  get16,
  get32,
  type GsoFrame,
  type Headers,
  headersOf,
  put16,
  put32,
  writeIpChecksum,
  writeIpLength,
  writeL4Checksum,
  writePseudoSum,
} from './frame.ts';

/** What the device can still do with the pieces. */
export interface GsoFeatures {
  /** It finishes checksums (NETIF_F_HW_CSUM, NETIF_F_IP_CSUM): pieces leave with the pseudo header's sum. */
  csum: boolean;
  /** NETIF_F_GSO_PARTIAL: software makes pieces of a whole number of segments, and the device cuts those. */
  partial: boolean;
}

/** @returns the pieces in order; a frame that needs no cut, as it is. @throws RangeError for a frame without IP */
export function skbGsoSegment(frame: GsoFrame, features: GsoFeatures): GsoFrame[] {
  const h = headersOf(frame.bytes);
  const payload = frame.bytes.length - h.payload;
  if (frame.gsoSize === 0 || payload <= frame.gsoSize) return [finish(frame, h, features)];
  const perPiece = features.partial && h.proto !== IPPROTO_UDP ? Math.floor(payload / frame.gsoSize) : 1;
  const step = frame.gsoSize * perPiece;
  const pieces: GsoFrame[] = [];
  for (let at = 0; at < payload; at += step) {
    const len = Math.min(step, payload - at);
    const bytes = new Uint8Array(h.payload + len);
    bytes.set(frame.bytes.subarray(0, h.payload));
    bytes.set(frame.bytes.subarray(h.payload + at, h.payload + at + len), h.payload);
    const number = at / frame.gsoSize;
    if (h.ipVersion === 4 && !frame.fixedId)
      put16(bytes, h.l3 + 4, (get16(bytes, h.l3 + 4) + number) & 0xffff);
    writeIpLength(bytes, h, bytes.length);
    if (h.proto === IPPROTO_UDP) put16(bytes, h.l4 + 4, bytes.length - h.l4);
    else writeTcp(frame, h, bytes, at, at + len === payload);
    writeChecksum(frame, h, bytes, features.csum);
    const whole = len > frame.gsoSize;
    pieces.push({
      ...frame,
      bytes,
      gsoSize: whole ? frame.gsoSize : 0,
      gsoType: whole ? frame.gsoType : 'none',
      csumPartial: features.csum && hasChecksum(frame, h),
    });
  }
  return pieces;
}

/** Sequence number on; PSH and FIN on the last piece alone, CWR on the first alone. */
function writeTcp(frame: GsoFrame, h: Headers, bytes: Uint8Array, at: number, last: boolean): void {
  put32(bytes, h.l4 + 4, (get32(bytes, h.l4 + 4) + at) >>> 0);
  let flags = bytes[h.l4 + 13];
  if (!last) flags &= ~(TCP_PSH | TCP_FIN);
  if (at > 0 && !frame.accEcn) flags &= ~TCP_CWR;
  bytes[h.l4 + 13] = flags;
}

/** UDP over IPv4 may go without. */
function hasChecksum(frame: GsoFrame, h: Headers): boolean {
  return frame.csumPartial || h.proto !== IPPROTO_UDP || get16(frame.bytes, h.l4 + 6) !== 0;
}

function writeChecksum(frame: GsoFrame, h: Headers, bytes: Uint8Array, offloaded: boolean): void {
  if (!hasChecksum(frame, h)) return;
  if (offloaded) writePseudoSum(bytes, h, bytes.length);
  else writeL4Checksum(bytes, h, bytes.length);
}

/** A frame that is not cut: its checksum is finished in software if the device won't. */
function finish(frame: GsoFrame, h: Headers, features: GsoFeatures): GsoFrame {
  if (!frame.csumPartial || features.csum) return { ...frame, gsoSize: 0, gsoType: 'none' };
  const bytes = frame.bytes.slice();
  writeL4Checksum(bytes, h, bytes.length);
  return { ...frame, bytes, gsoSize: 0, gsoType: 'none', csumPartial: false };
}

/** A piece of an IPv6 packet needs a header that says which. */
const FRAGMENT_HEADER = 8;
const IPPROTO_FRAGMENT = 44;

/**
 * ip_fragment, and what UFO did in the card: one datagram becomes IP fragments. All have its ID; only the first has the UDP
 * header, whose length and checksum stay those of the whole. Source: net/ipv4/ip_output.c ip_do_fragment, net/ipv6/ip6_output.c.
 * @param mtu bytes from the IP header on  @param id IPv6 fragment identification
 */
export function ipFragment(datagram: Uint8Array, mtu: number, id = 0): Uint8Array[] {
  const h = headersOf(datagram);
  if (datagram.length - h.l3 <= mtu) return [datagram];
  const v6 = h.ipVersion === 6;
  if (v6 && h.l4 !== h.l3 + 40) throw new RangeError('extension headers before a fragment are not modelled');
  const data = datagram.subarray(h.l4);
  const room = Math.floor((mtu - (h.l4 - h.l3) - (v6 ? FRAGMENT_HEADER : 0)) / 8) * 8;
  if (room < 8) throw new RangeError(`an MTU of ${mtu} leaves no room`);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += room) {
    const part = data.subarray(at, at + room);
    const more = at + room < data.length;
    const head = h.l4 + (v6 ? FRAGMENT_HEADER : 0);
    const bytes = new Uint8Array(head + part.length);
    bytes.set(datagram.subarray(0, h.l4));
    bytes.set(part, head);
    if (v6) {
      bytes[h.l4] = bytes[h.l3 + 6];
      bytes[h.l3 + 6] = IPPROTO_FRAGMENT;
      put16(bytes, h.l4 + 2, at | (more ? 1 : 0));
      put32(bytes, h.l4 + 4, id);
      put16(bytes, h.l3 + 4, bytes.length - h.l3 - 40);
    } else {
      put16(bytes, h.l3 + 2, bytes.length - h.l3);
      put16(bytes, h.l3 + 6, (more ? 0x2000 : 0) | (at / 8));
      writeIpChecksum(bytes, h.l3);
    }
    pieces.push(bytes);
  }
  return pieces;
}

/** udp4_ufo_fragment, and what a card with UFO does: the checksum first, then the cut at gso_size. */
export function cutDatagram(frame: GsoFrame): GsoFrame[] {
  const bytes = frame.bytes.slice();
  const h = headersOf(bytes);
  writeL4Checksum(bytes, h, bytes.length);
  const one = { ...frame, gsoType: 'none' as const, gsoSize: 0, csumPartial: false };
  return ipFragment(bytes, h.l4 - h.l3 + frame.gsoSize).map((part) => ({ ...one, bytes: part }));
}
