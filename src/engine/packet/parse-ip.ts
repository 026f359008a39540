/**
 * IPv4 and IPv6 headers of a frame. Source: RFC 791, RFC 8200; which extension headers are walked: net/ipv6 (hop-by-hop,
 * routing, fragment, destination options), Linux 6.12. The rest (AH, mobility, none) counts as the protocol.
 */
import { csumPartial, foldCarries } from './checksum.ts';
import type { Malformed } from './frame.ts';
import { printHex } from './hex.ts';
import { parseL4 } from './parse-l4.ts';
import type { ParseState } from './parse.ts';

/** IPv6 extension headers that are walked: next header value to name. */
export const EXT_HEADER_NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'hbh'],
  [43, 'routing'],
  [44, 'frag'],
  [60, 'dstopts'],
]);

const IPV4_HLEN = 20;
const IPV6_HLEN = 40;

/** Gives up on the network layer: the frame stays one without IP. */
function stop(state: ParseState, why: Malformed): void {
  state.fields.malformed = why;
}

export function parseIpv4Packet(state: ParseState, l3: number): void {
  const { bytes, captured, frameLen, fields } = state;
  const onWire = frameLen - l3;
  if (onWire < IPV4_HLEN) return stop(state, 'ip-short');
  if (captured - l3 < IPV4_HLEN) return;
  if (bytes[l3] >> 4 !== 4) return stop(state, 'ip-version');
  const headerLen = (bytes[l3] & 15) * 4;
  if (headerLen < IPV4_HLEN || headerLen > onWire) return stop(state, 'ip-hlen');
  const word = (at: number) => (bytes[l3 + at] << 8) | bytes[l3 + at + 1];
  // 0: a frame that TSO or BIG TCP has not cut yet, seen on the host that sends or has merged it.
  const totalLen = word(2) === 0 ? onWire : word(2);
  if (totalLen < headerLen) return stop(state, 'ip-len');

  fields.ipVersion = 4;
  fields.src = state.names.ipv4(bytes, l3 + 12);
  fields.dst = state.names.ipv4(bytes, l3 + 16);
  fields.proto = bytes[l3 + 9];
  fields.ttl = bytes[l3 + 8];
  fields.tos = bytes[l3 + 1];
  fields.ipId = word(4);
  fields.rf = (word(6) & 0x8000) !== 0;
  fields.df = (word(6) & 0x4000) !== 0;
  fields.mf = (word(6) & 0x2000) !== 0;
  fields.fragOffset = (word(6) & 0x1fff) * 8;
  const headerEnd = Math.min(l3 + headerLen, captured);
  fields.ipOptions = printHex(bytes, l3 + IPV4_HLEN, headerEnd);
  if (headerEnd < l3 + headerLen) fields.ipCsum = 'unknown';
  else fields.ipCsum = foldCarries(csumPartial(bytes, l3, headerEnd)) === 0xffff ? 'ok' : 'bad';
  setLengths(state, l3, totalLen);
  parseL4(state, {
    start: l3 + headerLen,
    len: totalLen - headerLen,
    src: bytes.subarray(l3 + 12, l3 + 16),
    dst: bytes.subarray(l3 + 16, l3 + 20),
    finalDst: !hasSourceRoute(bytes, l3 + IPV4_HLEN, headerEnd),
  });
}

/** Loose or strict source route among the options: the destination is then not the pseudo header's. */
function hasSourceRoute(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && bytes[at] !== 0) {
    if (bytes[at] === 131 || bytes[at] === 137) return true;
    at += bytes[at] === 1 ? 1 : Math.max(2, bytes[at + 1]);
  }
  return false;
}

export function parseIpv6Packet(state: ParseState, l3: number): void {
  const { bytes, captured, frameLen, fields } = state;
  const onWire = frameLen - l3;
  if (onWire < IPV6_HLEN) return stop(state, 'ip-short');
  if (captured - l3 < IPV6_HLEN) return;
  if (bytes[l3] >> 4 !== 6) return stop(state, 'ip-version');
  const lenField = (bytes[l3 + 4] << 8) | bytes[l3 + 5];
  // 0 is a jumbogram's, or BIG TCP's without the jumbo option; an empty packet in a padded frame is short.
  const jumbo = lenField === 0 && onWire > IPV6_HLEN + 0xffff;
  const totalLen = jumbo ? onWire : IPV6_HLEN + lenField;

  fields.ipVersion = 6;
  fields.src = state.names.ipv6(bytes, l3 + 8);
  fields.dst = state.names.ipv6(bytes, l3 + 24);
  fields.ttl = bytes[l3 + 7];
  fields.tos = ((bytes[l3] & 15) << 4) | (bytes[l3 + 1] >> 4);
  fields.flowLabel = ((bytes[l3 + 1] & 15) << 16) | (bytes[l3 + 2] << 8) | bytes[l3 + 3];
  setLengths(state, l3, totalLen);
  const chain = walkExtHeaders(state, l3 + IPV6_HLEN, l3 + totalLen, bytes[l3 + 6]);
  fields.payloadLen = l3 + totalLen - chain.at;
  if (chain.readable) {
    parseL4(state, {
      start: chain.at,
      len: l3 + totalLen - chain.at,
      src: bytes.subarray(l3 + 8, l3 + 24),
      dst: bytes.subarray(l3 + 24, l3 + 40),
      finalDst: chain.finalDst,
    });
  }
}

/**
 * Reads the extension headers into `fields` and sets proto.
 * @returns where the chain ends; readable: the L4 header begins there; finalDst: no routing header has segments left
 */
function walkExtHeaders(
  { bytes, captured, frameLen, fields }: ParseState,
  start: number,
  packetEnd: number,
  first: number,
): { at: number; readable: boolean; finalDst: boolean } {
  let at = start;
  let next = first;
  let finalDst = true;
  const seen: string[] = [];
  const end = (readable: boolean) => {
    fields.proto = next;
    fields.extHeaders = seen.join(',');
    return { at, readable, finalDst };
  };
  for (;;) {
    const name = EXT_HEADER_NAMES.get(next);
    if (name === undefined || fields.fragOffset !== 0) return end(true);
    const limit = Math.min(packetEnd, frameLen);
    const len = at + 2 > captured ? 8 : next === 44 ? 8 : (bytes[at + 1] + 1) * 8;
    if (at + len > limit || (name === 'frag' && seen.some((one) => one.startsWith('frag')))) {
      fields.malformed = 'ext-header';
      return end(false);
    }
    if (at + len > captured) return end(false);
    seen.push(`${name}:${printHex(bytes, at + 1, at + len)}`);
    if (name === 'routing' && bytes[at + 3] !== 0) finalDst = false;
    if (name === 'frag') {
      fields.fragOffset = ((bytes[at + 2] << 8) | bytes[at + 3]) & 0xfff8;
      fields.mf = (bytes[at + 3] & 1) !== 0;
    }
    next = bytes[at];
    at += len;
  }
}

function setLengths({ frameLen, fields }: ParseState, l3: number, totalLen: number): void {
  fields.ipTotalLen = totalLen;
  fields.padding = Math.max(0, frameLen - l3 - totalLen);
}
