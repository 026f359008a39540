/**
 * TCP, UDP, ICMP and ICMPv6 headers of a packet, and their checksums. Source: RFC 9293, 768, 792, 4443.
 * Checksums are judged only where every byte is there; a pseudo header's bare sum in the field is CHECKSUM_PARTIAL.
 */
import { csumPartial, foldCarries, pseudoHeaderSum } from './checksum.ts';
import { IPPROTO_TCP, IPPROTO_UDP, isIcmp, type CsumVerdict } from './frame.ts';
import { printHex } from './hex.ts';
import type { ParseState } from './parse.ts';

/** What the network layer carries. */
export interface L4Range {
  start: number;
  /** Bytes, as the IP length has it; the frame may hold fewer. */
  len: number;
  src: Uint8Array;
  dst: Uint8Array;
  /** `dst` is the pseudo header's (no source route left). */
  finalDst: boolean;
}

export function parseL4(state: ParseState, range: L4Range): void {
  const { fields } = state;
  fields.payloadLen = range.len;
  if (fields.fragOffset !== 0) return;
  if (fields.proto === IPPROTO_TCP) parseTcp(state, range);
  else if (fields.proto === IPPROTO_UDP) parseUdp(state, range);
  else if (isIcmp(fields)) parseIcmp(state, range);
}

/** Is a header of `need` bytes there? If not, says why: too short a packet, or a cut capture. */
function headerThere({ captured, frameLen, fields }: ParseState, range: L4Range, need: number): boolean {
  if (Math.min(range.len, frameLen - range.start) < need) {
    fields.malformed = 'l4-short';
    return false;
  }
  if (captured - range.start >= need) return true;
  fields.l4Csum = 'unknown';
  fields.payloadLen = range.len - need;
  return false;
}

function parseTcp(state: ParseState, range: L4Range): void {
  const { bytes, captured, frameLen, fields } = state;
  if (!headerThere(state, range, 20)) return;
  const at = range.start;
  const word = (offset: number) => (bytes[at + offset] << 8) | bytes[at + offset + 1];
  fields.sport = word(0);
  fields.dport = word(2);
  fields.seq = (word(4) * 65536 + word(6)) >>> 0;
  fields.ack = (word(8) * 65536 + word(10)) >>> 0;
  fields.tcpFlags = word(12) & 0xfff;
  fields.win = word(14);
  fields.urgPtr = word(18);
  const headerLen = (bytes[at + 12] >> 4) * 4;
  if (headerLen < 20 || headerLen > Math.min(range.len, frameLen - at)) {
    fields.malformed = 'l4-hlen';
    return;
  }
  fields.tcpOptions = printHex(bytes, at + 20, Math.min(at + headerLen, captured));
  fields.payloadLen = range.len - headerLen;
  fields.l4Csum = verdict(state, range, range.len, word(16), IPPROTO_TCP);
}

function parseUdp(state: ParseState, range: L4Range): void {
  const { bytes, fields } = state;
  if (!headerThere(state, range, 8)) return;
  const at = range.start;
  const word = (offset: number) => (bytes[at + offset] << 8) | bytes[at + offset + 1];
  fields.sport = word(0);
  fields.dport = word(2);
  fields.udpLen = word(4);
  fields.payloadLen = range.len - 8;
  if (word(6) === 0) fields.l4Csum = 'none';
  else if (fields.udpLen < 8) fields.l4Csum = 'unknown';
  else fields.l4Csum = verdict(state, range, fields.udpLen, word(6), IPPROTO_UDP);
}

function parseIcmp(state: ParseState, range: L4Range): void {
  const { bytes, fields } = state;
  if (!headerThere(state, range, 8)) return;
  fields.icmpType = bytes[range.start];
  fields.icmpCode = bytes[range.start + 1];
  fields.payloadLen = range.len - 8;
  const field = (bytes[range.start + 2] << 8) | bytes[range.start + 3];
  fields.l4Csum = verdict(state, range, range.len, field, fields.proto);
}

/** @param len bytes the checksum covers  @param field the checksum as it stands in the header */
function verdict(state: ParseState, range: L4Range, len: number, field: number, proto: number): CsumVerdict {
  const { bytes, captured, fields } = state;
  const end = range.start + len;
  if (fields.mf || !range.finalDst || len > range.len || end > captured) return 'unknown';
  const pseudo =
    fields.ipVersion === 4 && isIcmp(fields) ? 0 : pseudoHeaderSum(range.src, range.dst, proto, len);
  if (foldCarries(csumPartial(bytes, range.start, end, pseudo)) === 0xffff) return 'ok';
  return pseudo !== 0 && foldCarries(pseudo) === field ? 'partial' : 'bad';
}
