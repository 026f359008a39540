/**
 * The Internet checksum: the 16-bit one's complement of the one's complement sum of 16-bit words.
 * Source: RFC 1071 (sum), RFC 1624 equation 3 (update); names as in include/net/checksum.h (csum_fold, csum_replace2), Linux 6.12.
 */

/** Sum of the 16-bit big-endian words of bytes [start, end), an odd last byte padded with 0. Not folded. */
export function csumPartial(bytes: Uint8Array, start: number, end: number, sum = 0): number {
  let total = sum;
  let i = start;
  for (; i + 1 < end; i += 2) total += (bytes[i] << 8) | bytes[i + 1];
  if (i < end) total += bytes[i] << 8;
  return total;
}

/** Carries added back in until 16 bits are left. Not complemented. @param sum below 2^53 */
export function foldCarries(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  return folded;
}

/** The checksum field for a sum: folded and complemented. */
export function csumFold(sum: number): number {
  return ~foldCarries(sum) & 0xffff;
}

/** Checksum of the bytes (whose own checksum field must be 0). Over bytes with a right checksum in place it is 0. */
export function internetChecksum(bytes: Uint8Array, start = 0, end = bytes.length): number {
  return csumFold(csumPartial(bytes, start, end));
}

/**
 * Sum over the pseudo header of TCP, UDP and ICMPv6: addresses, protocol, L4 length. Not folded.
 * @param src, dst 4 or 16 bytes  @param len bytes of L4 header and payload
 */
export function pseudoHeaderSum(src: Uint8Array, dst: Uint8Array, proto: number, len: number): number {
  const sum = csumPartial(src, 0, src.length, csumPartial(dst, 0, dst.length));
  return sum + proto + (len % 0x10000) + Math.floor(len / 0x10000);
}

/**
 * The checksum after one 16-bit word of what it covers changed from `from` to `to`: what NAT, a TTL decrement and GRO's length
 * fix do in place of a new sum. RFC 1624: HC' = ~(~HC + ~m + m').
 */
export function csumReplace2(checksum: number, from: number, to: number): number {
  return csumFold((~checksum & 0xffff) + (~from & 0xffff) + to);
}

/** The same for a 32-bit word (an IPv4 address, a sequence number). */
export function csumReplace4(checksum: number, from: number, to: number): number {
  const sum =
    (~checksum & 0xffff) + (~(from >>> 16) & 0xffff) + (~from & 0xffff) + (to >>> 16) + (to & 0xffff);
  return csumFold(sum);
}

/** One addition of the sum, for showing how it is made. */
export interface ChecksumStep {
  /** Byte offset of the word. */
  at: number;
  word: number;
  /** Sum so far plus the word, up to 17 bits. */
  raw: number;
  /** The carry that is added back in: 0 or 1. */
  carry: number;
  /** Sum after that, 16 bits. */
  sum: number;
}

/** The sum over bytes [start, end) word by word; the checksum is the complement of the last `sum`. Empty: no steps. */
export function checksumSteps(bytes: Uint8Array, start = 0, end = bytes.length): ChecksumStep[] {
  const steps: ChecksumStep[] = [];
  let sum = 0;
  for (let at = start; at < end; at += 2) {
    const word = (bytes[at] << 8) | (at + 1 < end ? bytes[at + 1] : 0);
    const raw = sum + word;
    const carry = raw >> 16;
    sum = (raw & 0xffff) + carry;
    steps.push({ at, word, raw, carry, sum });
  }
  return steps;
}

/** One update of a checksum, for showing it: every value is 16 bits, `checksum` is the new field. */
export interface ReplaceSteps {
  notOld: number;
  notFrom: number;
  to: number;
  sum: number;
  checksum: number;
}

/** csumReplace2 with what is added. */
export function csumReplaceSteps(checksum: number, from: number, to: number): ReplaceSteps {
  const notOld = ~checksum & 0xffff;
  const notFrom = ~from & 0xffff;
  const sum = foldCarries(notOld + notFrom + to);
  return { notOld, notFrom, to, sum, checksum: ~sum & 0xffff };
}
