/** The table of the kernel's own selftest, tools/testing/selftests/net/gro.c (v6.12; 6.18 where it differs). */
import { describe, expect, it } from 'vitest';
import { groBench } from '../../../testing/gro-bench.ts';
import {
  type FrameFields,
  IPPROTO_TCP,
  TCP_ACK,
  TCP_ECE,
  TCP_FIN,
  TCP_PSH,
  TCP_RST,
  TCP_SYN,
  TCP_URG,
} from '../../packet/frame.ts';

type Fields = Partial<FrameFields>;
const P = 100;

/** Segments one after the other: each begins where the one before ended, its IP ID counts. */
function stream(version: 4 | 6, parts: Fields[]): Fields[] {
  let seq = 1000;
  return parts.map((part, i) => {
    const payloadLen = part.payloadLen ?? P;
    const frame: Fields = {
      proto: IPPROTO_TCP,
      ipVersion: version,
      seq,
      ...(version === 4 ? { ipId: 8 + i } : {}),
      ...part,
      payloadLen,
    };
    seq += payloadLen;
    return frame;
  });
}

/** All go up in the order they came, then what is still held. */
function run(version: 4 | 6, parts: Fields[], kernel = '6.12'): number[] {
  const bench = groBench(stream(version, parts), { kernel });
  bench.feed();
  bench.endPoll();
  return bench.delivered();
}

const NOP2 = '0101';
const ts = (value: number): string => `080a${value.toString(16).padStart(8, '0')}00000000`;
const DST_A = 'dstopts:00010400000000';
const DST_B = 'dstopts:00010411111111';

type Case = [title: string, parts: Fields[], out: number[]];

const both: Case[] = [
  ['two equal segments', [{}, {}], [200]],
  ['then a smaller one', [{}, { payloadLen: P / 2 }], [150]],
  ['small then larger', [{ payloadLen: P / 2 }, {}], [50, 100]],
  [
    'pure ACKs, two alike and one with another number',
    [{ payloadLen: 0 }, { payloadLen: 0 }, { payloadLen: 0, ack: 7 }],
    [0, 0, 0],
  ],
  ['PSH on the third of five', [{}, {}, { tcpFlags: TCP_ACK | TCP_PSH }, {}, {}], [300, 200]],
  [
    'SYN as the third of five',
    [{}, {}, { payloadLen: 0, tcpFlags: TCP_ACK | TCP_SYN }, {}, {}],
    [200, 0, 200],
  ],
  [
    'RST as the third of five',
    [{}, {}, { payloadLen: 0, tcpFlags: TCP_ACK | TCP_RST }, {}, {}],
    [200, 0, 200],
  ],
  [
    'URG as the third of five',
    [{}, {}, { payloadLen: 0, tcpFlags: TCP_ACK | TCP_URG, urgPtr: 1 }, {}, {}],
    [200, 0, 200],
  ],
  ['the second has a wrong TCP checksum', [{}, { l4Csum: 'bad' }], [100, 100]],
  ['the sequence number is off by one', [{}, { seq: 1101 }], [100, 100]],
  [
    'timestamps: same, same, changed, then the order of options changed twice',
    [
      { tcpOptions: NOP2 + ts(1) },
      { tcpOptions: NOP2 + ts(1) },
      { tcpOptions: NOP2 + ts(100) },
      { tcpOptions: `01${ts(100)}01` },
      { tcpOptions: `${ts(100)}0101` },
    ],
    [200, 100, 100, 100],
  ],
  [
    'two with timestamps, the third with a window scale',
    [{ tcpOptions: NOP2 + ts(1) }, { tcpOptions: NOP2 + ts(1) }, { tcpOptions: '01030307' }],
    [200, 100],
  ],
  ['an ECN bit differs', [{}, { tcpFlags: TCP_ACK | TCP_ECE }], [100, 100]],
  ['TOS or traffic class differs', [{}, { tos: 1 }], [100, 100]],
  ['FIN ends it', [{}, { tcpFlags: TCP_ACK | TCP_FIN }, {}], [200, 100]],
];

const v4: Case[] = [
  ['TTL differs', [{}, { ttl: 8 }], [100, 100]],
  ['IP options on the second of three', [{}, { ipOptions: '01010101' }, {}], [100, 100, 100]],
  ['the second is a fragment', [{ df: false }, { df: false, mf: true }], [100, 100]],
  ['DF, ID 8, 9', [{ ipId: 8 }, { ipId: 9 }], [200]],
  ['DF, ID 8, 8', [{ ipId: 8 }, { ipId: 8 }], [200]],
  [
    'no DF, ID 8, 9',
    [
      { df: false, ipId: 8 },
      { df: false, ipId: 9 },
    ],
    [200],
  ],
  [
    'no DF, ID 8, 8',
    [
      { df: false, ipId: 8 },
      { df: false, ipId: 8 },
    ],
    [100, 100],
  ],
  ['DF, ID 8, 9, 9', [{ ipId: 8 }, { ipId: 9 }, { ipId: 9 }], [200, 100]],
  ['DF, ID 8, 8, 9', [{ ipId: 8 }, { ipId: 8 }, { ipId: 9 }], [200, 100]],
];

const v6: Case[] = [
  ['destination options, same content', [{ extHeaders: DST_A }, { extHeaders: DST_A }], [200]],
  ['destination options, content differs', [{ extHeaders: DST_A }, { extHeaders: DST_B }], [100, 100]],
];

describe('kernel selftest gro.c', () => {
  for (const [title, parts, out] of both) {
    it(`IPv4: ${title}`, () => expect(run(4, parts)).toEqual(out));
    it(`IPv6: ${title}`, () => expect(run(6, parts)).toEqual(out));
  }
  for (const [title, parts, out] of v4) it(title, () => expect(run(4, parts)).toEqual(out));
  for (const [title, parts, out] of v6) it(title, () => expect(run(6, parts)).toEqual(out));

  it('no DF, ID 8, 8 merges since 6.18', () => {
    expect(
      run(
        4,
        [
          { df: false, ipId: 8 },
          { df: false, ipId: 8 },
        ],
        '6.18',
      ),
    ).toEqual([200]);
  });

  it('IPv6: two plain ones, then one with a fragment header and a plain one', () => {
    const parts: Fields[] = [{}, {}, { extHeaders: 'frag:00000000000001' }, {}];
    const bench = groBench(stream(6, parts));
    bench.feed(2);
    bench.endPoll();
    bench.feed();
    bench.endPoll();
    expect(bench.delivered()).toEqual([200, 100, 100]);
  });

  for (const [version, rest] of [
    [4, 919],
    [6, 899],
  ] as const) {
    const MSS = 4036;
    const sixteen: Fields[] = Array.from({ length: 16 }, () => ({ payloadLen: MSS }));
    it(`IPv${version}: up to 65535 bytes of IP, and not one more`, () => {
      const gap = 1000 + 16 * MSS + 2 * rest;
      expect(run(version, [...sixteen, { payloadLen: rest }, { payloadLen: rest, seq: gap }])).toEqual([
        16 * MSS + rest,
        rest,
      ]);
      const more = rest + 1;
      expect(run(version, [...sixteen, { payloadLen: more }, { payloadLen: more, seq: gap + 2 }])).toEqual([
        16 * MSS,
        more,
        more,
      ]);
    });
  }
});
