import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksumSteps, csumReplace2, csumReplace4, csumReplaceSteps, internetChecksum } from './checksum.ts';
import { parseHex } from './hex.ts';

// The example of RFC 1071, section 3.
const RFC1071 = parseHex('0001f203f4f5f6f7');

describe('internetChecksum', () => {
  it('gives the sum of RFC 1071', () => {
    expect(internetChecksum(RFC1071)).toBe(~0xddf2 & 0xffff);
  });

  it('is 0 over an IPv4 header with a right checksum', () => {
    expect(internetChecksum(parseHex('45000073000040004011b861c0a80001c0a800c7'))).toBe(0);
  });

  it('shows each addition with its carry, and ends at the sum', () => {
    expect(checksumSteps(RFC1071)).toEqual([
      { at: 0, word: 0x0001, raw: 0x0001, carry: 0, sum: 0x0001 },
      { at: 2, word: 0xf203, raw: 0xf204, carry: 0, sum: 0xf204 },
      { at: 4, word: 0xf4f5, raw: 0x1e6f9, carry: 1, sum: 0xe6fa },
      { at: 6, word: 0xf6f7, raw: 0x1ddf1, carry: 1, sum: 0xddf2 },
    ]);
  });

  it('agrees with its steps over any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 99 }), (bytes) => {
        expect(~(checksumSteps(bytes).at(-1)?.sum ?? 0) & 0xffff).toBe(internetChecksum(bytes));
      }),
    );
  });
});

describe('csumReplace', () => {
  const header = fc.uint8Array({ minLength: 20, maxLength: 20 });

  it('gives what a new sum would give', () => {
    fc.assert(
      fc.property(header, fc.nat(9), fc.nat(65535), (bytes, index, to) => {
        const old = internetChecksum(bytes);
        const from = (bytes[2 * index] << 8) | bytes[2 * index + 1];
        const changed = bytes.slice();
        changed.set([to >> 8, to & 255], 2 * index);
        fc.pre(changed.some((byte) => byte !== 0));
        expect(csumReplace2(old, from, to)).toBe(internetChecksum(changed));
        expect(csumReplaceSteps(old, from, to).checksum).toBe(csumReplace2(old, from, to));
      }),
    );
  });

  it('takes 32 bits as two words', () => {
    const any32 = fc.nat(0xffffffff);
    fc.assert(
      fc.property(fc.nat(65535), any32, any32, (old, from, to) => {
        const twice = csumReplace2(csumReplace2(old, from >>> 16, to >>> 16), from & 0xffff, to & 0xffff);
        expect(csumReplace4(old, from, to) % 0xffff).toBe(twice % 0xffff);
      }),
    );
  });

  it('answers the example of RFC 1624', () => {
    expect(csumReplace2(0xdd2f, 0x5555, 0x3285)).toBe(0x0000);
  });
});
