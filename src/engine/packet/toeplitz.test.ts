import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeFrame } from './frame.ts';
import {
  DEFAULT_RSS_HASH_FIELDS,
  hashFieldsFor,
  type HashTuple,
  MICROSOFT_RSS_KEY,
  RXH_SD,
  RXH_SDFN,
  rssHash,
  rssInput,
  SYMMETRIC_RSS_KEY,
  toeplitz,
  toeplitzSteps,
} from './toeplitz.ts';

// Microsoft's verification suite: source, port, destination, port, hash over addresses, hash over addresses and ports.
const VECTORS: [string, number, string, number, number, number][] = [
  ['66.9.149.187', 2794, '161.142.100.80', 1766, 0x323e8fc2, 0x51ccc178],
  ['199.92.111.2', 14230, '65.69.140.83', 4739, 0xd718262a, 0xc626b0ea],
  ['24.19.198.95', 12898, '12.22.207.184', 38024, 0xd2d0a5de, 0x5c2b394a],
  ['38.27.205.30', 48228, '209.142.163.6', 2217, 0x82989176, 0xafc7327f],
  ['153.39.163.191', 44251, '202.188.127.2', 1303, 0x5d1809c5, 0x10e828a2],
  ['3ffe:2501:200:1fff::7', 2794, '3ffe:2501:200:3::1', 1766, 0x2cc18cd5, 0x40207d3d],
  ['3ffe:501:8::260:97ff:fe40:efab', 14230, 'ff02::1', 4739, 0x0f0c461c, 0xdde51bbf],
  ['3ffe:1900:4545:3:200:f8ff:fe21:67cf', 44251, 'fe80::200:f8ff:fe21:67cf', 38024, 0x4b61e985, 0x02d1feef],
];

function tuple(src: string, sport: number, dst: string, dport: number): HashTuple {
  return {
    ipVersion: src.includes(':') ? 6 : 4,
    src,
    dst,
    proto: 6,
    sport,
    dport,
  };
}

describe('toeplitz', () => {
  it.each(VECTORS)('gives the published hashes of %s:%i to %s:%i', (src, sport, dst, dport, two, four) => {
    expect(rssHash(MICROSOFT_RSS_KEY, tuple(src, sport, dst, dport), RXH_SD)).toBe(two);
    expect(rssHash(MICROSOFT_RSS_KEY, tuple(src, sport, dst, dport), RXH_SDFN)).toBe(four);
  });

  it('steps end at the same hash, one step an input bit', () => {
    for (const [src, sport, dst, dport, , four] of VECTORS) {
      const input = rssInput(tuple(src, sport, dst, dport), RXH_SDFN);
      const steps = toeplitzSteps(MICROSOFT_RSS_KEY, input);
      expect(steps).toHaveLength(input.length * 8);
      expect(steps.at(-1)?.result).toBe(four);
      expect(steps[0].window).toBe(0x6d5a56da);
      expect(steps[1].window).toBe(0xdab4adb4);
    }
  });

  it('is linear: the hash of a XOR b is the XOR of the hashes', () => {
    const bytes = fc.uint8Array({ minLength: 36, maxLength: 36 });
    fc.assert(
      fc.property(bytes, bytes, fc.uint8Array({ minLength: 40, maxLength: 52 }), (a, b, key) => {
        const both = a.map((byte, i) => byte ^ b[i]);
        expect(toeplitz(key, both)).toBe((toeplitz(key, a) ^ toeplitz(key, b)) >>> 0);
      }),
    );
  });

  it('is the same in both directions under the symmetric key, and under symmetric-xor with any key', () => {
    const port = fc.integer({ min: 0, max: 65535 });
    fc.assert(
      fc.property(fc.ipV4(), port, fc.ipV4(), port, (src, sport, dst, dport) => {
        const there = tuple(src, sport, dst, dport);
        const back = tuple(dst, dport, src, sport);
        expect(rssHash(SYMMETRIC_RSS_KEY, there, RXH_SDFN)).toBe(rssHash(SYMMETRIC_RSS_KEY, back, RXH_SDFN));
        expect(rssHash(MICROSOFT_RSS_KEY, there, RXH_SDFN, true)).toBe(
          rssHash(MICROSOFT_RSS_KEY, back, RXH_SDFN, true),
        );
      }),
    );
  });

  it('refuses a key that ends before the input', () => {
    expect(() => toeplitz(new Uint8Array(39), new Uint8Array(36))).toThrow(RangeError);
  });
});

describe('hashFieldsFor', () => {
  const fields = (frame: HashTuple, fragment = false) =>
    hashFieldsFor(DEFAULT_RSS_HASH_FIELDS, frame, fragment);

  it('takes ports for TCP, addresses only for UDP, fragments and other protocols, nothing without IP', () => {
    expect(fields(makeFrame())).toBe(RXH_SDFN);
    expect(fields(makeFrame({ proto: 17 }))).toBe(RXH_SD);
    expect(fields(makeFrame(), true)).toBe(RXH_SD);
    expect(fields(makeFrame({ ipVersion: 6, proto: 58 }))).toBe(RXH_SD);
    expect(fields(makeFrame({ etherType: 0x0806 }))).toBe(0);
    expect(rssHash(MICROSOFT_RSS_KEY, makeFrame({ etherType: 0x0806 }), RXH_SDFN)).toBe(0);
  });
});
