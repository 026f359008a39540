/** Every byte named, every checksum worked out by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headersOf } from '../engine/net/gso/frame.ts';
import { buildFrame } from '../engine/packet/build.ts';
import { type FrameFields, makeFrame } from '../engine/packet/frame.ts';
import { recordAll, routerWorld, sackWorld, udpSendWorld } from '../testing/tap-worlds.ts';
import { Point } from '../catalog/capture-points.ts';
import { ipChecksumWork, l4ChecksumWork } from './checksum-work.ts';
import { dissect, type Dissected, type NamedField } from './dissect.ts';
import { LINKTYPE_ETHERNET, LINKTYPE_RAW } from './skb-bytes.ts';

const NONE = { csum: '', cut: '' } as const;
const opened = (partial: Partial<FrameFields>): Dissected =>
  dissect({ bytes: buildFrame(makeFrame(partial)), linkType: LINKTYPE_ETHERNET, offload: NONE });
const field = (d: Dissected, name: string): NamedField | undefined => d.fields.find((f) => f.name === name);
const says = (d: Dissected, ...names: string[]): unknown[] => names.map((name) => field(d, name)?.value);

describe('fields', () => {
  it('names Ethernet, tag, IPv4 and TCP with each option', () => {
    const d = opened({
      vlan: 0x6005,
      tos: 0xba,
      ipId: 7,
      seq: 1000,
      tcpFlags: 0x1d,
      // NOP NOP timestamps, NOP NOP two SACK blocks, MSS, sackOK, end
      tcpOptions: '0101080a000000050000000701010512000003e9000007d100000bb900000fa1020405b404020000',
    });
    expect(says(d, 'vlan.tpid', 'vlan.pcp', 'vlan.dei', 'vlan.vid', 'eth.type')).toEqual([
      '0x8100',
      '3',
      '0',
      '5',
      '0x0800 IPv4',
    ]);
    expect(says(d, 'ip.version', 'ip.ihl', 'ip.dscp', 'ip.ecn', 'ip.df', 'ip.offset')).toEqual([
      '4',
      '5 (20 B)',
      '46',
      '2',
      '1',
      '0',
    ]);
    expect(says(d, 'tcp.doff', 'tcp.flags', 'tcp.seq')).toEqual(['15 (60 B)', 'FIN RST PSH ACK', '1000']);
    expect(says(d, 'tcp.opt.ts.tsval', 'tcp.opt.ts.tsecr', 'tcp.opt.sack')).toEqual([
      '5',
      '7',
      'kind 5, 18 B: 2',
    ]);
    expect(
      says(
        d,
        'tcp.opt.sack[0].start_seq',
        'tcp.opt.sack[0].end_seq',
        'tcp.opt.sack[1].start_seq',
        'tcp.opt.sack[1].end_seq',
      ),
    ).toEqual(['1001', '2001', '3001', '4001']);
    expect(says(d, 'tcp.opt.mss.value')).toEqual(['1460']);
    expect(says(opened({ tcpOptions: '01030307' }), 'tcp.opt.wscale.shift')).toEqual(['7']);
    expect([field(d, 'tcp.opt.sack_perm')?.from, field(d, 'tcp.opt.eol')?.to]).toEqual([38 + 20 + 36, 98]);
  });

  it('names IPv6 with flow label, UDP and ICMPv6', () => {
    const d = opened({ ipVersion: 6, proto: 17, payloadLen: 5, flowLabel: 0xabcde, tos: 3, dport: 53 });
    expect(says(d, 'ipv6.version', 'ipv6.class', 'ipv6.flow_lbl', 'ipv6.payload_len')).toEqual([
      '6',
      '3',
      '0xabcde',
      '13',
    ]);
    expect(says(d, 'udp.dest', 'udp.len', 'ipv6.saddr')).toEqual(['53', '13', 'fd00::1']);
    expect(field(d, 'payload')).toMatchObject({ from: 62, to: 67 });
    expect(says(opened({ ipVersion: 6, proto: 58, icmpType: 128, payloadLen: 4 }), 'icmp.type')).toEqual([
      '128',
    ]);
  });

  it('leaves no byte unnamed and names none twice, whatever the frame', () => {
    const frame = fc.record({
      ipVersion: fc.constantFrom(4 as const, 6 as const),
      proto: fc.constantFrom(6, 17),
      payloadLen: fc.integer({ min: 0, max: 200 }),
      padding: fc.constantFrom(0, 6),
      vlan: fc.constantFrom(-1, 5),
      tcpOptions: fc.constantFrom(
        '',
        '0101080a0000000500000007',
        '020405b4',
        '01030307',
        'ff05aabb0000'.padEnd(16, '0'),
      ),
      l4Csum: fc.constantFrom('ok' as const, 'bad' as const, 'partial' as const),
    });
    fc.assert(
      fc.property(frame, (partial) => {
        if (partial.proto === 17) partial.tcpOptions = '';
        const d = opened(partial);
        const owner = new Array<string>(d.length).fill('');
        for (const f of d.fields) {
          if (f.bits !== '') continue;
          for (let i = f.from; i < f.to; i += 1) {
            expect(owner[i]).toBe('');
            owner[i] = f.name;
          }
        }
        expect(owner).not.toContain('');
        const l4 = d.checksums.at(-1);
        expect(l4?.verdict).toBe({ ok: 'right', bad: 'wrong', partial: 'unfinished' }[partial.l4Csum]);
      }),
      { numRuns: 200 },
    );
  });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (bytes, raw) => {
        const linkType = raw ? LINKTYPE_RAW : LINKTYPE_ETHERNET;
        const d = dissect({ bytes, linkType, offload: NONE });
        expect(d.length).toBe(bytes.length);
        for (const f of d.fields) expect(f.to).toBeLessThanOrEqual(Math.max(bytes.length, f.from));
      }),
    );
  });
});

describe('a checksum worked out', () => {
  it('IPv4 header: the words, the running sum, the carry, the complement', () => {
    // RFC 1071's way on the header of Wikipedia's example: 4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7
    const header = Uint8Array.from('450000730000400040110000c0a80001c0a800c7'.match(/../g) ?? [], (two) =>
      Number.parseInt(two, 16),
    );
    header[10] = 0xb8;
    header[11] = 0x61;
    const work = ipChecksumWork(header, 0);
    expect(work).toMatchObject({
      of: 'ip',
      at: 10,
      field: 0xb861,
      sum: 0x479e,
      right: 0xb861,
      verdict: 'right',
    });
    // 4500 + 0073 + 0 + 4000 + 4011 + 0 + c0a8 + 0001 = 1862d, folded 862e; + c0a8 + 00c7 = 1479d, folded 479e
    expect(work.lines.map(({ raw, carry, sum }) => [raw, carry, sum])).toEqual([
      [0x1862d, 1, 0x862e],
      [0x1479d, 1, 0x479e],
    ]);
    expect(work.lines[0].words).toEqual([0x4500, 0x0073, 0, 0x4000, 0x4011, 0, 0xc0a8, 0x0001]);
    header[1] = 1;
    expect(ipChecksumWork(header, 0)).toMatchObject({ right: 0xb860, verdict: 'wrong' });
  });

  it('UDP: pseudo header first, an odd last byte padded', () => {
    const f = makeFrame({ proto: 17, src: '10.0.0.1', dst: '10.0.0.2', sport: 1, dport: 2, payloadLen: 3 });
    const bytes = buildFrame(f, (body) => body.set([0x12, 0x34, 0x56]));
    const work = l4ChecksumWork(bytes, headersOf(bytes), bytes.length);
    expect(work?.lines.map(({ part, what, words, sum }) => [part, what, words, sum])).toEqual([
      ['pseudo', 'src', [0x0a00, 0x0001], 0x0a01],
      ['pseudo', 'dst', [0x0a00, 0x0002], 0x1403],
      ['pseudo', 'proto', [17], 0x1414],
      ['pseudo', 'length', [11], 0x141f],
      ['header', '', [1, 2, 11, 0], 0x142d],
      ['data', '', [0x1234, 0x5600], 0x7c61],
    ]);
    expect(work).toMatchObject({
      pseudo: 0x141f,
      sum: 0x7c61,
      right: 0x839e,
      field: 0x839e,
      verdict: 'right',
    });
  });

  it('says unfinished where only the pseudo header has been added, none for UDP without one', () => {
    const of = (partial: Partial<FrameFields>) => {
      const bytes = buildFrame(makeFrame(partial));
      return l4ChecksumWork(bytes, headersOf(bytes), bytes.length);
    };
    const partial = of({ payloadLen: 100, l4Csum: 'partial' });
    expect(partial?.verdict).toBe('unfinished');
    expect(partial?.field).toBe(partial?.pseudo);
    expect(of({ proto: 17, payloadLen: 4, l4Csum: 'none' })?.verdict).toBe('none');
    expect(of({ payloadLen: 4, l4Csum: 'bad' })?.verdict).toBe('wrong');
  });

  it('adds up long data in one line, with the same sum', () => {
    const bytes = buildFrame(makeFrame({ payloadLen: 1448 }), 3);
    const work = l4ChecksumWork(bytes, headersOf(bytes), bytes.length);
    expect(work?.verdict).toBe('right');
    // 724 words: four lines of 8, one for the middle, the last one
    expect(work?.lines.filter((l) => l.part === 'data' || l.part === 'more').map((l) => l.count)).toEqual([
      8, 8, 8, 8, 688, 4,
    ]);
  });
});

describe('who else writes', () => {
  const by = (d: Dissected): Record<string, string> =>
    Object.fromEntries(d.fields.filter((f) => f.by !== '').map((f) => [f.name, f.by]));
  /** Packets at a point, opened as they pass it. */
  function at(spec: ReturnType<typeof routerWorld>, point: number, nic = 0, change = {}): Dissected[] {
    const found: Dissected[] = [];
    recordAll(spec, { places: [{ point, nic }] }, (w) => {
      Object.assign(w.nics[nic].features, change);
    }).recording.packets.forEach(({ bytes, offload, linkType }) => {
      found.push(dissect({ bytes, offload, linkType }));
    });
    return found;
  }

  it('the card finishes what the stack began, and pads', () => {
    expect(by(at(udpSendWorld(1), Point.driverOut)[0])).toEqual({ 'udp.check': 'csum-pending' });
    expect(by(at(udpSendWorld(1), Point.wireOut)[0])).toEqual({
      'udp.check': 'csum-card',
      'eth.padding': 'pad-card',
    });
    expect(
      by(
        at(udpSendWorld(1), Point.driverOut, 0, {
          'tx-checksum-ip-generic': false,
          'tx-checksum-ipv4': false,
        })[0],
      ),
    ).toEqual({});
    const app = at(udpSendWorld(1), Point.appOut)[0];
    expect(field(app, 'ip.saddr')?.by).toBe('made-up');
    expect(field(app, 'payload')?.by).toBe('');
  });

  it('the card, GSO and GRO write lengths, numbers and flags of what is cut or built', () => {
    const giant = at(routerWorld(), Point.driverOut, 1).find((d) => d.length > 6000);
    const fields = ['ip.tot_len', 'ip.id', 'ip.check', 'tcp.seq', 'tcp.doff_flags', 'tcp.check'];
    const each = (name: string): string[] => fields.map(() => name);
    const marks = (d: Dissected | undefined): (string | undefined)[] =>
      fields.map((name) => (d === undefined ? undefined : by(d)[name]));
    expect(marks(giant)).toEqual([...each('cut-pending').slice(0, 5), 'csum-pending']);
    const wire = at(routerWorld(), Point.wireOut, 1).find((d) => d.length === 1514);
    expect(marks(wire)).toEqual([...each('cut-card').slice(0, 5), 'csum-card']);
    const soft = { 'tx-tcp-segmentation': false };
    const piece = at(routerWorld(), Point.driverOut, 1, soft).find((d) => d.length === 1514);
    expect(marks(piece)).toEqual([...each('cut-software').slice(0, 5), 'csum-pending']);
    const train = at(routerWorld(), Point.stackIn).find((d) => d.length > 6000);
    expect(marks(train)).toEqual(['gro', undefined, 'gro', undefined, 'gro', 'gro']);
    const first = at(sackWorld(), Point.driverIn)[0];
    expect(by(first)).toEqual({ 'tcp.check': 'csum-checked' });
  });
});
