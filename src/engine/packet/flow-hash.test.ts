import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flowHash } from './flow-hash.ts';
import { makeFrame } from './frame.ts';
import { tupleText } from './tuple.ts';

describe('flowHash', () => {
  const port = fc.nat(65535);
  const tuples = fc.oneof(
    fc.record({
      ipVersion: fc.constant(4 as const),
      src: fc.ipV4(),
      dst: fc.ipV4(),
      sport: port,
      dport: port,
    }),
    fc.record({
      ipVersion: fc.constant(6 as const),
      src: fc.ipV6(),
      dst: fc.ipV6(),
      sport: port,
      dport: port,
    }),
  );

  it('is 1 to 2^32 - 1 and the same in both directions', () => {
    fc.assert(
      fc.property(fc.integer(), tuples, (seed, t) => {
        const hash = flowHash(seed, { ...t, proto: 6 });
        expect(hash).toBeGreaterThan(0);
        expect(hash).toBeLessThanOrEqual(0xffffffff);
        const back = {
          ...t,
          src: t.dst,
          dst: t.src,
          sport: t.dport,
          dport: t.sport,
          proto: 6,
        };
        expect(flowHash(seed, back)).toBe(hash);
      }),
    );
  });

  it('depends on the seed, spreads flows over all bits, and leaves ports out of fragments', () => {
    const flow = (sport: number) => makeFrame({ sport });
    expect(flowHash(1, flow(1))).not.toBe(flowHash(2, flow(1)));
    expect(flowHash(1, flow(1), true)).toBe(flowHash(1, flow(2), true));
    const perBucket = new Array<number>(16).fill(0);
    for (let sport = 0; sport < 4096; sport += 1) perBucket[flowHash(7, flow(sport)) >>> 28] += 1;
    for (const n of perBucket) expect(Math.abs(n - 256)).toBeLessThan(80);
  });

  it('is 0 without IP', () => {
    expect(flowHash(1, makeFrame({ etherType: 0x0806 }))).toBe(0);
  });
});

describe('tupleText', () => {
  it.each([
    [
      makeFrame({
        src: '10.0.0.7',
        sport: 443,
        dst: '192.0.2.9',
        dport: 51820,
      }),
      '10.0.0.7:443 → 192.0.2.9:51820 tcp',
    ],
    [makeFrame({ ipVersion: 6, proto: 17 }), '[fd00::1]:40000 → [fd00::2]:5001 udp'],
    [makeFrame({ proto: 17, sport: 0 }), '10.9.0.1:0 → 10.9.0.2:5001 udp'],
    [makeFrame({ proto: 1, vlan: 0xe005 }), '10.9.0.1 → 10.9.0.2 icmp vlan 5'],
    [
      makeFrame({ etherType: 0x0806, dmac: 'ff:ff:ff:ff:ff:ff' }),
      '02:00:00:00:00:01 → ff:ff:ff:ff:ff:ff arp',
    ],
    [makeFrame({ proto: 200 }), '10.9.0.1 → 10.9.0.2 proto 200'],
  ])('%#: %s', (frame, text) => {
    expect(tupleText(frame)).toBe(text);
  });
});
