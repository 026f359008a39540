/**
 * A packet's checksums worked out: the words that are added, the running sum with its carries folded in, the complement, and what the header
 * says. The IPv4 header's, and that of TCP, UDP, ICMP, ICMPv6 with the pseudo header. Source: RFC 1071, 768, 9293, 8200 (8.1).
 */
import { csumPartial, foldCarries } from '../engine/packet/checksum.ts';
import { get16, type Headers } from '../engine/net/gso/frame.ts';
import { IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_TCP, IPPROTO_UDP } from '../engine/packet/frame.ts';

/** Words added one after the other; `words` is empty where there are too many to show. */
export interface ChecksumLine {
  part: 'pseudo' | 'header' | 'data' | 'more';
  /** What the words are, i18n `checksum.<what>`; '' in headers and data. */
  what: string;
  /** Byte of the frame the first one stands at; -1: it is in no byte of it. */
  from: number;
  words: number[];
  count: number;
  /** Sum so far with these words, not folded; the carry out of 16 bits; folded. */
  raw: number;
  carry: number;
  sum: number;
}

export interface ChecksumWork {
  of: 'ip' | 'tcp' | 'udp' | 'icmp' | 'icmpv6';
  /** Byte of the field, and what stands there. */
  at: number;
  field: number;
  lines: ChecksumLine[];
  /** The 16-bit sum of all, the field itself taken as 0; its complement: what the field should be. */
  sum: number;
  right: number;
  /** Sum of the pseudo header alone: what a field that the card is to finish holds. null: there is none. */
  pseudo: number | null;
  verdict: 'right' | 'wrong' | 'unfinished' | 'none';
}

const WORDS_A_LINE = 8;
/** Lines of data shown at the beginning; the rest but the last is one line. */
const DATA_LINES = 4;

class Adder {
  readonly lines: ChecksumLine[] = [];
  sum = 0;

  add(part: ChecksumLine['part'], what: string, from: number, words: number[]): void {
    this.put(
      part,
      what,
      from,
      words,
      words.length,
      words.reduce((a, b) => a + b, 0),
    );
  }

  put(
    part: ChecksumLine['part'],
    what: string,
    from: number,
    words: number[],
    count: number,
    added: number,
  ): void {
    const raw = this.sum + added;
    this.sum = foldCarries(raw);
    const carry = Math.floor(raw / 0x10000);
    this.lines.push({ part, what, from, words, count, raw, carry, sum: this.sum });
  }

  /** Words of bytes [from, to), the one at `zero` taken as 0, an odd last byte padded with 0. */
  addBytes(part: ChecksumLine['part'], bytes: Uint8Array, from: number, to: number, zero: number): void {
    const all = Math.ceil((to - from) / 2 / WORDS_A_LINE);
    for (let line = 0; line < all; line += 1) {
      const at = from + line * WORDS_A_LINE * 2;
      const many = part === 'data' && line >= DATA_LINES && all > DATA_LINES + 2;
      if (many && line < all - 1) {
        // all of the middle at once
        const end = from + (all - 1) * WORDS_A_LINE * 2;
        this.put('more', '', at, [], (end - at) / 2, csumPartial(bytes, at, end));
        line = all - 2;
        continue;
      }
      const words: number[] = [];
      for (let i = at; i < Math.min(to, at + WORDS_A_LINE * 2); i += 2)
        words.push(i === zero ? 0 : i + 1 < to ? get16(bytes, i) : bytes[i] << 8);
      this.add(part, '', at, words);
    }
  }
}

function words(bytes: Uint8Array, at: number, len: number): number[] {
  return Array.from({ length: len / 2 }, (_, i) => get16(bytes, at + 2 * i));
}

/** The IPv4 header's checksum. */
export function ipChecksumWork(bytes: Uint8Array, l3: number): ChecksumWork {
  const adder = new Adder();
  const at = l3 + 10;
  adder.addBytes('header', bytes, l3, l3 + (bytes[l3] & 15) * 4, at);
  return result('ip', adder, bytes, at, null);
}

const KINDS: ReadonlyMap<number, readonly [ChecksumWork['of'], field: number, header: number]> = new Map([
  [IPPROTO_TCP, ['tcp', 16, 20]],
  [IPPROTO_UDP, ['udp', 6, 8]],
  [IPPROTO_ICMP, ['icmp', 2, 8]],
  [IPPROTO_ICMPV6, ['icmpv6', 2, 8]],
]);

/** @param end byte after the packet's last one  @returns null for protocols without a checksum here */
export function l4ChecksumWork(bytes: Uint8Array, h: Headers, end: number): ChecksumWork | null {
  const kind = KINDS.get(h.proto);
  if (kind === undefined) return null;
  const [of, offset, least] = kind;
  const at = h.l4 + offset;
  const header = h.proto === IPPROTO_TCP ? (bytes[h.l4 + 12] >> 4) * 4 : least;
  if (h.l4 + header > end) return null;
  const adder = new Adder();
  let pseudo: number | null = null;
  if (of !== 'icmp') {
    const [addresses, len] = h.ipVersion === 4 ? [h.l3 + 12, 4] : [h.l3 + 8, 16];
    adder.add('pseudo', 'src', addresses, words(bytes, addresses, len));
    adder.add('pseudo', 'dst', addresses + len, words(bytes, addresses + len, len));
    adder.add('pseudo', 'proto', -1, [h.proto]);
    const length = end - h.l4;
    adder.add(
      'pseudo',
      'length',
      -1,
      h.ipVersion === 4 && length <= 0xffff ? [length] : [Math.floor(length / 0x10000), length % 0x10000],
    );
    pseudo = adder.sum;
  }
  adder.addBytes('header', bytes, h.l4, h.l4 + header, at);
  adder.addBytes('data', bytes, h.l4 + header, end, -1);
  return result(of, adder, bytes, at, pseudo);
}

function result(
  of: ChecksumWork['of'],
  { lines, sum }: Adder,
  bytes: Uint8Array,
  at: number,
  pseudo: number | null,
): ChecksumWork {
  const field = get16(bytes, at);
  const complement = ~sum & 0xffff;
  // UDP: 0 means "none", so a sum of 0 is written as all ones
  const right = of === 'udp' && complement === 0 ? 0xffff : complement;
  let verdict: ChecksumWork['verdict'] = field === right ? 'right' : 'wrong';
  if (of === 'udp' && field === 0) verdict = 'none';
  else if (verdict === 'wrong' && pseudo !== null && field === pseudo) verdict = 'unfinished';
  return { of, at, field, lines, sum, right, pseudo, verdict };
}
