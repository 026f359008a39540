import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildFrame } from './build.ts';
import { createAddressNames, printAddress } from './address.ts';
import {
  FRAME_LEN_MISMATCH,
  FRAME_MULTICAST,
  FRAME_NOT_IP,
  FRAME_PADDED,
  FRAME_V6_FRAG,
  frameBits,
} from './frame-bits.ts';
import { isFragment, makeFrame, type CsumVerdict, type FrameFields } from './frame.ts';
import { parseHex, printHex } from './hex.ts';
import { parseFrame } from './parse.ts';
import { createTrafficBuilder, fieldsOf } from './traffic-table.ts';

/** Frames with sound headers: whatever buildFrame can make and parseFrame must read back. */
const soundFrames: fc.Arbitrary<FrameFields> = fc
  .record({
    v6: fc.boolean(),
    addresses: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    macs: fc.uint8Array({ minLength: 12, maxLength: 12 }),
    tags: fc.constantFrom(0, 1, 2),
    tci: fc.nat(0xffff),
    vlanTpid: fc.constantFrom(0x8100, 0x88a8),
    proto: fc.constantFrom(6, 17, 1, 58, 50, 47, 132),
    bytes: fc.uint8Array({ minLength: 4, maxLength: 4 }),
    numbers: fc.array(fc.nat(0xffff), { minLength: 6, maxLength: 6 }),
    seqs: fc.array(fc.nat(0xffffffff), { minLength: 2, maxLength: 2 }),
    flags: fc.record({ df: fc.boolean(), mf: fc.boolean(), rf: fc.boolean() }),
    fragOffset: fc.oneof(
      { weight: 4, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.nat(0x1fff).map((n) => n * 8) },
    ),
    options: fc.array(fc.nat(0xffffffff), { maxLength: 10 }),
    extHeaders: fc.subarray([
      'hbh:00010400000000',
      'routing:00040000000000',
      'dstopts:010104aabbccdd0105deadbeef0000',
      'frag:000018abcdef01',
    ]),
    payloadLen: fc.oneof(fc.nat(64), fc.nat(1460)),
    padding: fc.oneof(fc.constant(0), fc.nat(46)),
    ipCsum: fc.constantFrom<CsumVerdict>('ok', 'bad'),
    l4Csum: fc.constantFrom<CsumVerdict>('ok', 'ok', 'bad', 'none', 'partial'),
  })
  .map((a) => {
    const hex = a.options.map((word) => word.toString(16).padStart(8, '0')).join('');
    const v = a.v6 ? 6 : 4;
    const at = (i: number) => a.addresses.slice(16 * i, 16 * i + (a.v6 ? 16 : 4));
    const partial: Partial<FrameFields> = {
      ipVersion: v,
      src: printAddress(at(0)),
      dst: printAddress(at(1)),
      dmac: printHex(a.macs, 0, 6).replace(/..(?!$)/g, '$&:'),
      smac: printHex(a.macs, 6, 12).replace(/..(?!$)/g, '$&:'),
      proto: a.proto,
      ttl: a.bytes[0],
      tos: a.bytes[1],
      payloadLen: a.payloadLen,
      padding: a.padding,
    };
    if (a.tags > 0) Object.assign(partial, { vlan: a.tci, vlanTpid: a.vlanTpid });
    if (a.tags > 1) partial.innerVlan = a.tci ^ 1;
    if (v === 4) {
      Object.assign(partial, a.flags, {
        ipId: a.numbers[0],
        fragOffset: a.fragOffset,
        ipCsum: a.ipCsum,
      });
      // Options that are not a source route: no-operation bytes.
      partial.ipOptions = '01'.repeat(4 * (a.options.length % 3));
    } else {
      partial.flowLabel = a.seqs[0] & 0xfffff;
      partial.extHeaders = a.extHeaders.join(',');
    }
    const later = v === 4 ? a.fragOffset !== 0 : a.extHeaders.some((one) => one.startsWith('frag'));
    if (later) return makeFrame(partial);
    if (a.proto === 6 || a.proto === 17) Object.assign(partial, { sport: a.numbers[1], dport: a.numbers[2] });
    if (a.proto === 6) {
      Object.assign(partial, {
        seq: a.seqs[0],
        ack: a.seqs[1],
        win: a.numbers[3],
        tcpFlags: a.numbers[4] & 0xfff,
        tcpOptions: hex,
      });
      if ((a.numbers[4] & 0x20) !== 0) partial.urgPtr = a.numbers[5];
    }
    const icmp = a.proto === (v === 6 ? 58 : 1);
    if (icmp) Object.assign(partial, { icmpType: a.bytes[2], icmpCode: a.bytes[3] });
    if (!partial.mf && (a.proto === 6 || a.proto === 17 || icmp)) {
      const able = a.l4Csum === 'none' ? a.proto === 17 : a.l4Csum === 'partial' ? a.proto !== 1 : true;
      if (able) partial.l4Csum = a.l4Csum;
    }
    if (partial.mf && a.proto === 17) partial.l4Csum = a.l4Csum === 'none' ? 'none' : 'unknown';
    return makeFrame(partial);
  });

/** A bare pseudo header's sum is also the right checksum once in 65,535 payloads. */
function sameButPartial(parsed: FrameFields, wanted: FrameFields): FrameFields {
  return wanted.l4Csum === 'partial' && parsed.l4Csum === 'ok' ? { ...wanted, l4Csum: 'ok' } : wanted;
}

describe('parseFrame', () => {
  it('reads back what buildFrame built', () => {
    fc.assert(
      fc.property(soundFrames, fc.integer(), (fields, seed) => {
        const bytes = buildFrame(fields, seed);
        expect(bytes).toHaveLength(fields.frameLen);
        const parsed = parseFrame(bytes);
        expect(parsed).toEqual(sameButPartial(parsed, fields));
      }),
      { numRuns: 500 },
    );
  });

  it('takes any bytes: no throw, lengths that add up, a row of the table that gives the same back', () => {
    const types = ['0800', '86dd', '81000005' + '0800', '88a80005' + '81000006' + '86dd', '0806', '0026'];
    const noise = fc.uint8Array({ maxLength: 120 });
    const nearly = fc
      .tuple(fc.constantFrom(...types), fc.constantFrom('', '45', '46', '4f', '60'), noise)
      .map(([type, ip, rest]) => {
        return Uint8Array.from([...parseHex(`020000000002020000000001${type}${ip}`), ...rest]);
      });
    const cut = fc.tuple(
      soundFrames,
      fc.nat(200),
      fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 3 }),
    );
    const mutated = cut.map(([fields, len, changes]) => {
      const bytes = buildFrame(fields);
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      return bytes.slice(0, len);
    });
    fc.assert(
      fc.property(fc.oneof(noise, nearly, mutated), fc.oneof(fc.constant(0), fc.nat(200)), (bytes, more) => {
        const fields = parseFrame(bytes, bytes.length + more, createAddressNames());
        expect(fields).toEqual(parseFrame(bytes, bytes.length + more));
        expect(fields.frameLen).toBe(bytes.length + more);
        expect(fields.truncated).toBe(more > 0);
        expect(fields.payloadLen).toBeGreaterThanOrEqual(0);
        expect(fields.padding).toBeGreaterThanOrEqual(0);
        if (fields.ipVersion !== 0) expect(fields.src).not.toBe('');
        const builder = createTrafficBuilder();
        builder.add(0, fields);
        const urgPtr = (fields.tcpFlags & 0x20) !== 0 ? fields.urgPtr : 0;
        expect(fieldsOf(builder.finish(), 0)).toEqual({ ...fields, urgPtr });
      }),
      { numRuns: 1000 },
    );
  });

  it('says why a header cannot be read', () => {
    const malformed = (hex: string) => parseFrame(parseHex(`020000000002020000000001${hex}`)).malformed;
    const rest = '00'.repeat(40);
    expect(parseFrame(new Uint8Array(13)).malformed).toBe('eth-short');
    expect(malformed('0800450000')).toBe('ip-short');
    expect(malformed(`080055${rest}`)).toBe('ip-version');
    expect(malformed(`080044${rest}`)).toBe('ip-hlen');
    expect(malformed(`0800450000${'13'}${rest}`)).toBe('ip-len');
    expect(malformed(`86dd${'60'}${'00'.repeat(3)}000806ff${'00'.repeat(32)}${'00'.repeat(8)}`)).toBe(
      'l4-short',
    );
    expect(
      malformed(`86dd${'60'}${'00'.repeat(3)}000800ff${'00'.repeat(32)}${'0601'}${'00'.repeat(6)}`),
    ).toBe('ext-header');
    const tcp = buildFrame(makeFrame());
    tcp[14 + 20 + 12] = 0x40;
    expect(parseFrame(tcp).malformed).toBe('l4-hlen');
  });

  it('calls a checksum unknown where bytes are missing', () => {
    const bytes = buildFrame(makeFrame({ payloadLen: 1000 }));
    const parsed = parseFrame(bytes.slice(0, 96), bytes.length);
    expect(parsed).toMatchObject({
      l4Csum: 'unknown',
      ipCsum: 'ok',
      payloadLen: 1000,
      sport: 40000,
      truncated: true,
    });
  });

  it('takes a total length of 0 as the frame: TSO seen on the sending host', () => {
    const bytes = buildFrame(makeFrame({ payloadLen: 70_000 }));
    expect(parseFrame(bytes)).toMatchObject({
      payloadLen: 70_000,
      ipTotalLen: 70_040,
      ipCsum: 'ok',
    });
  });
});

describe('frameBits', () => {
  it('tells padding from a frame shorter than its IP length', () => {
    expect(frameBits(makeFrame({ padding: 6 })) & (FRAME_PADDED | FRAME_LEN_MISMATCH)).toBe(FRAME_PADDED);
    const short = makeFrame({ payloadLen: 100, frameLen: 100 });
    expect(frameBits(short) & (FRAME_PADDED | FRAME_LEN_MISMATCH)).toBe(FRAME_LEN_MISMATCH);
    expect(frameBits(makeFrame({ proto: 17, payloadLen: 10, udpLen: 12 })) & FRAME_LEN_MISMATCH).toBe(
      FRAME_LEN_MISMATCH,
    );
  });

  it('marks group addresses, frames without IP and IPv6 fragments', () => {
    expect(frameBits(makeFrame({ dmac: '33:33:00:00:00:01' })) & FRAME_MULTICAST).not.toBe(0);
    expect(frameBits(makeFrame({ etherType: 0x0806 })) & FRAME_NOT_IP).not.toBe(0);
    const atomic = makeFrame({
      ipVersion: 6,
      extHeaders: 'frag:00000000000001',
    });
    expect(isFragment(atomic)).toBe(false);
    expect(frameBits(atomic) & FRAME_V6_FRAG).not.toBe(0);
  });
});
