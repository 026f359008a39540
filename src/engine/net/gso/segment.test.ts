/** Segmentation: every header of every piece, byte by byte; and GRO undone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groBench } from '../../../testing/gro-bench.ts';
import { buildFrame } from '../../packet/build.ts';
import {
  type FrameFields,
  IPPROTO_UDP,
  makeFrame,
  TCP_ACK,
  TCP_CWR,
  TCP_FIN,
  TCP_PSH,
} from '../../packet/frame.ts';
import { GRO_FIXED_ID } from '../gro/limits.ts';
import { captureShowsRight, fixFeatures, type TxFeatures, validateXmit } from './features.ts';
import { get16, get32, type GsoFrame, headersOf, l4ChecksumRight, put16, writeIpLength } from './frame.ts';
import { ipFragment, skbGsoSegment } from './segment.ts';

const OPTIONS = '0101080a0000000500000007';

function train(fields: Partial<FrameFields>, gsoSize: number, more: Partial<GsoFrame> = {}): GsoFrame {
  const made = makeFrame({ l4Csum: 'partial', ...fields });
  const tcp = made.ipVersion === 6 ? 'tcpv6' : 'tcpv4';
  return {
    bytes: buildFrame(made, 7),
    gsoType: made.proto === IPPROTO_UDP ? 'udp-l4' : tcp,
    gsoSize,
    csumPartial: true,
    fixedId: false,
    accEcn: false,
    ...more,
  };
}

const ON: TxFeatures = {
  'tx-checksumming': true,
  'scatter-gather': true,
  'tcp-segmentation-offload': true,
  'generic-segmentation-offload': true,
  'tx-udp-segmentation': true,
};
const LIMITS = { maxSize: 65_536, maxSegs: 65_535 };

/** What the pieces' headers say: sequence number, IP ID, flags, payload. */
function said(pieces: GsoFrame[]): number[][] {
  return pieces.map(({ bytes }) => {
    const h = headersOf(bytes);
    return [get32(bytes, h.l4 + 4), get16(bytes, h.l3 + 4), bytes[h.l4 + 13], bytes.length - h.payload];
  });
}

describe('TCP', () => {
  it('sequence numbers and IP IDs go on, wrapping; PSH and FIN stay on the last, CWR on the first', () => {
    const flags = TCP_ACK | TCP_PSH | TCP_FIN | TCP_CWR;
    const frame = train({ seq: 0xfffffc00, ipId: 0xffff, tcpFlags: flags, payloadLen: 3000 }, 1448);
    expect(said(skbGsoSegment(frame, { csum: false, partial: false }))).toEqual([
      [0xfffffc00, 0xffff, TCP_ACK | TCP_CWR, 1448],
      [0x1a8, 0, TCP_ACK, 1448],
      [0x750, 1, TCP_ACK | TCP_PSH | TCP_FIN, 104],
    ]);
  });

  it('all pieces keep a fixed IP ID, and CWR where it counts (accurate ECN)', () => {
    const frame = train({ ipId: 9, tcpFlags: TCP_ACK | TCP_CWR, payloadLen: 200 }, 100, {
      fixedId: true,
      accEcn: true,
    });
    expect(said(skbGsoSegment(frame, { csum: true, partial: false }))).toEqual([
      [0, 9, TCP_ACK | TCP_CWR, 100],
      [100, 9, TCP_ACK | TCP_CWR, 100],
    ]);
  });

  it('lengths and checksums are each piece’s own: finished in software, or the pseudo header’s sum for the card', () => {
    for (const ipVersion of [4, 6] as const) {
      const frame = train({ ipVersion, payloadLen: 2500, tcpOptions: OPTIONS }, 1000);
      const soft = skbGsoSegment(frame, { csum: false, partial: false });
      expect(soft.map((p) => [l4ChecksumRight(p.bytes), p.csumPartial])).toEqual(
        new Array(3).fill([true, false]),
      );
      const card = skbGsoSegment(frame, { csum: true, partial: false });
      expect(card.map((p) => [captureShowsRight(p), p.csumPartial])).toEqual(
        new Array(3).fill([false, true]),
      );
      const at = ipVersion === 4 ? 16 : 18;
      const extra = ipVersion === 4 ? 52 : 32;
      expect(soft.map((p) => get16(p.bytes, at))).toEqual([1000 + extra, 1000 + extra, 500 + extra]);
    }
  });

  it('GSO_PARTIAL: one piece of as many whole segments as there are, and the rest', () => {
    const frame = train({ seq: 5, ipId: 3, payloadLen: 4500, tcpFlags: TCP_ACK | TCP_PSH }, 1000);
    const pieces = skbGsoSegment(frame, { csum: true, partial: true });
    expect(said(pieces)).toEqual([
      [5, 3, TCP_ACK, 4000],
      [4005, 7, TCP_ACK | TCP_PSH, 500],
    ]);
    expect(pieces.map((p) => [p.gsoType, p.gsoSize])).toEqual([
      ['tcpv4', 1000],
      ['none', 0],
    ]);
    // what the card makes of it is what software would have made
    const both = pieces.flatMap((p) =>
      skbGsoSegment(p, { csum: false, partial: false }).map((q) => [...q.bytes]),
    );
    expect(both).toEqual(skbGsoSegment(frame, { csum: false, partial: false }).map((q) => [...q.bytes]));
  });

  it('what fits is left alone', () => {
    const frame = train({ payloadLen: 100 }, 1448);
    expect(skbGsoSegment(frame, { csum: true, partial: false })[0].bytes).toEqual(frame.bytes);
    expect(skbGsoSegment({ ...frame, gsoSize: 0 }, { csum: false, partial: false })[0].csumPartial).toBe(
      false,
    );
    expect(() =>
      skbGsoSegment({ ...frame, bytes: new Uint8Array(60) }, { csum: true, partial: false }),
    ).toThrow(RangeError);
  });
});

describe('UDP', () => {
  it('USO: datagrams with a length and a checksum of their own; one without a checksum stays so', () => {
    const frame = train({ proto: IPPROTO_UDP, ipId: 5, payloadLen: 2500 }, 1000);
    const pieces = skbGsoSegment(frame, { csum: false, partial: false });
    expect(pieces.map(({ bytes }) => [get16(bytes, 18), get16(bytes, 38), bytes.length])).toEqual([
      [5, 1008, 1042],
      [6, 1008, 1042],
      [7, 508, 542],
    ]);
    expect(pieces.every((p) => l4ChecksumRight(p.bytes))).toBe(true);
    const bare = train({ proto: IPPROTO_UDP, payloadLen: 2500, l4Csum: 'none' }, 1000, {
      csumPartial: false,
    });
    expect(skbGsoSegment(bare, { csum: false, partial: false }).map((p) => get16(p.bytes, 40))).toEqual([
      0, 0, 0,
    ]);
  });

  it('UFO: one datagram becomes IP fragments of one ID, in units of eight bytes', () => {
    const whole = buildFrame(makeFrame({ proto: IPPROTO_UDP, ipId: 77, df: false, payloadLen: 4000 }), 3);
    const pieces = ipFragment(whole, 1500);
    expect(pieces.map((b) => [b.length, get16(b, 18), get16(b, 20)])).toEqual([
      [1514, 77, 0x2000],
      [1514, 77, 0x2000 | 185],
      [1082, 77, 370],
    ]);
    expect(get16(pieces[0], 38)).toBe(4008);
    const data = pieces.flatMap((b) => [...b.subarray(34)]);
    expect(data).toEqual([...whole.subarray(34)]);
    expect(ipFragment(whole, 5000)).toEqual([whole]);
    const v6 = buildFrame(makeFrame({ ipVersion: 6, proto: IPPROTO_UDP, payloadLen: 4000 }), 3);
    expect(ipFragment(v6, 1500, 9).map((b) => [b.length, get16(b, 56), get32(b, 58)])).toEqual([
      [54 + 8 + 1448, 1, 9],
      [54 + 8 + 1448, 1448 | 1, 9],
      [54 + 8 + 1112, 2896, 9],
    ]);
    expect(() => ipFragment(whole, 20)).toThrow(RangeError);
  });
});

describe('before the driver', () => {
  const frame = train({ payloadLen: 5000, tcpOptions: OPTIONS }, 1448);
  const pieces = (features: Partial<TxFeatures>, limits = LIMITS): number =>
    validateXmit(frame, fixFeatures({ ...ON, ...features }), limits).length;

  it('the card cuts with TSO; else software does: tso, sg or tx off, too long, too many segments', () => {
    expect(pieces({})).toBe(1);
    expect(pieces({ 'generic-segmentation-offload': false })).toBe(1);
    expect(pieces({ 'tcp-segmentation-offload': false })).toBe(4);
    expect(pieces({ 'scatter-gather': false })).toBe(4);
    expect(pieces({ 'tx-checksumming': false })).toBe(4);
    expect(pieces({}, { maxSize: 5000, maxSegs: 100 })).toBe(4);
    expect(pieces({}, { maxSize: 65_536, maxSegs: 3 })).toBe(4);
    const udp = train({ proto: IPPROTO_UDP, payloadLen: 2500 }, 1000);
    expect(validateXmit(udp, ON, LIMITS)).toHaveLength(1);
    expect(validateXmit(udp, { ...ON, 'tx-udp-segmentation': false }, LIMITS)).toHaveLength(3);
  });

  it('switching checksums off takes scatter-gather, TSO and GSO along', () => {
    expect(fixFeatures({ ...ON, 'tx-checksumming': false })).toEqual({
      'tx-checksumming': false,
      'scatter-gather': false,
      'tcp-segmentation-offload': false,
      'generic-segmentation-offload': false,
      'tx-udp-segmentation': false,
    });
    expect(fixFeatures({ ...ON, 'scatter-gather': false })['tcp-segmentation-offload']).toBe(false);
  });

  it('a single frame’s checksum is finished in software if the card does not', () => {
    const one = { ...train({ payloadLen: 100 }, 0), gsoType: 'none' as const };
    expect(captureShowsRight(validateXmit(one, ON, LIMITS)[0])).toBe(false);
    const off = fixFeatures({ ...ON, 'tx-checksumming': false });
    expect(captureShowsRight(validateXmit(one, off, LIMITS)[0])).toBe(true);
  });
});

describe('GRO, then GSO', () => {
  const segment = fc.record({
    flow: fc.integer({ min: 0, max: 3 }),
    payloadLen: fc.constantFrom(100, 100, 100, 60),
    tcpFlags: fc.constantFrom(
      TCP_ACK,
      TCP_ACK,
      TCP_ACK,
      TCP_ACK | TCP_PSH,
      TCP_ACK | TCP_FIN,
      TCP_ACK | TCP_CWR,
    ),
    ttl: fc.constantFrom(64, 64, 64, 63),
    idStep: fc.constantFrom(1, 1, 1, 0),
  });

  it.each(['6.8', '6.12', '6.18'])('gives back the very same frames, byte for byte (%s)', (kernel) => {
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 60 }), fc.boolean(), (segments, udp) => {
        const seqs = [0xffffff00, 5, 6, 7];
        const ids = [0xfffe, 1, 1, 1];
        const fields = segments.map((one) => {
          const v6 = one.flow === 3;
          const seq = seqs[one.flow];
          seqs[one.flow] = (seq + one.payloadLen) >>> 0;
          ids[one.flow] = (ids[one.flow] + one.idStep) & 0xffff;
          return makeFrame({
            ipVersion: v6 ? 6 : 4,
            ...(udp ? { proto: IPPROTO_UDP } : { seq, tcpFlags: one.tcpFlags, tcpOptions: OPTIONS }),
            sport: 40000 + one.flow,
            payloadLen: one.payloadLen,
            ttl: one.ttl,
            ...(v6 ? {} : { ipId: ids[one.flow] }),
          });
        });
        const sent = fields.map((f, i) => buildFrame(f, i + 1));
        const bench = groBench(fields, { kernel, features: { 'rx-udp-gro-forwarding': true } });
        bench.feed();
        bench.endPoll();
        const { pool } = bench.w;
        for (const slot of bench.deliveredSlots()) {
          const parts: number[] = [];
          for (let s = slot; s !== 0; s = pool.fragNext[s]) parts.push(pool.id[s] - 1);
          const v6 = fields[parts[0]].ipVersion === 6;
          const pieces = skbGsoSegment(
            {
              bytes: join(
                parts.map((i) => sent[i]),
                pool.flags[slot],
                udp,
              ),
              gsoType: udp ? 'udp-l4' : v6 ? 'tcpv6' : 'tcpv4',
              gsoSize: pool.gsoSize[slot],
              csumPartial: false,
              fixedId: (pool.groFixedId[slot] & GRO_FIXED_ID) !== 0,
              // since 6.15 a train's segments agree in CWR
              accEcn: kernel === '6.18' && (pool.flags[slot] & TCP_CWR) !== 0,
            },
            { csum: false, partial: false },
          );
          expect(pieces.map((p) => [...p.bytes])).toEqual(parts.map((i) => [...sent[i]]));
        }
      }),
      { numRuns: 60 },
    );
  });

  /** The merged skb: the first frame's headers, the flags GRO left, all payloads, its own lengths. */
  function join(frames: Uint8Array[], flags: number, udp: boolean): Uint8Array {
    const h = headersOf(frames[0]);
    const payloads = frames.map((f) => f.subarray(headersOf(f).payload));
    const bytes = new Uint8Array(h.payload + payloads.reduce((sum, p) => sum + p.length, 0));
    bytes.set(frames[0].subarray(0, h.payload));
    let at = h.payload;
    for (const p of payloads) {
      bytes.set(p, at);
      at += p.length;
    }
    if (udp) put16(bytes, h.l4 + 4, bytes.length - h.l4);
    else bytes[h.l4 + 13] = flags;
    writeIpLength(bytes, h, bytes.length);
    return bytes;
  }
});

describe('headersOf', () => {
  it.each([1, 7])('a later fragment has no L4 header to be too short for (%i bytes)', (bytes) => {
    const whole = buildFrame(makeFrame({ proto: IPPROTO_UDP, payloadLen: 1472 + bytes, df: false }));
    const [, last] = ipFragment(whole, 1500);
    expect(last).toHaveLength(34 + bytes);
    expect(headersOf(last)).toMatchObject({ proto: IPPROTO_UDP, l4: 34, payload: 34 });
  });
});
