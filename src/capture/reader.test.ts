import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createCaptureReader, MAX_CAPTURE_NS } from './reader.ts';
import type { CaptureLimits, CapturePacket, CaptureSummary } from './types.ts';
import { writePcap, writePcapng } from './writer.ts';

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../fixtures/captures/${name}`, import.meta.url)));

function read(
  file: Uint8Array,
  limits: Partial<CaptureLimits> = {},
): CaptureSummary & { list: CapturePacket[] } {
  const reader = createCaptureReader(limits);
  const list = reader.push(file);
  return { ...reader.finish(), list };
}

/** 32-bit little-endian words, or bytes as they are. */
function bytesOf(...parts: (number | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === 'number' ? [part, part >>> 8, part >>> 16, part >>> 24] : [...part],
    ),
  );
}

function block(type: number, ...body: (number | Uint8Array)[]): Uint8Array {
  const bytes = bytesOf(...body);
  return bytesOf(type, bytes.length + 12, bytes, bytes.length + 12);
}

const SECTION = block(0x0a0d0d0a, 0x1a2b3c4d, 1, -1, -1);
const ETHERNET = block(1, 1, 0);

/** An enhanced packet block of a frame of 16 bytes. */
const packetAt = (high: number, low: number, iface = 0) =>
  block(6, iface, high, low, 16, 16, new Uint8Array(16));

describe('a file that cannot be read whole', () => {
  const CASES: readonly [
    file: string,
    code: string,
    packets: number,
    offset: number,
    where: RegExp,
    what: RegExp,
  ][] = [
    [
      'truncated.pcap',
      'truncated-file',
      10,
      2904,
      /^Packet 11, byte 2904: /,
      /ends inside a packet.*Copy or capture it again/,
    ],
    ['header-cut.pcap', 'truncated-file', 0, 0, /15 of 24 bytes/, /ends inside the file header.*again/],
    ['damaged-caplen.pcap', 'too-large', 5, 964, /^Packet 6, byte 964: /, /2147483647 captured bytes.*again/],
    ['damaged-len.pcap', 'too-large', 5, 964, /^Packet 6, byte 964: /, /4294967280 bytes on the wire.*again/],
    [
      'damaged-block-length.pcapng',
      'bad-block',
      4,
      940,
      /^Packet 5, byte 940: /,
      /type 6 says it is 8 bytes.*again/,
    ],
    [
      'damaged-block-end.pcapng',
      'bad-block',
      4,
      940,
      /^Packet 5, byte 940: /,
      /304 at its start and 0 at.*again/,
    ],
    [
      'damaged-caplen.pcapng',
      'bad-block',
      4,
      940,
      /^Packet 5, byte 940: /,
      /60000 bytes stands in a block.*again/,
    ],
    [
      'radiotap.pcap',
      'unsupported-linktype',
      0,
      0,
      /./,
      /127 \(LINKTYPE_IEEE802_11_RADIOTAP\).*tcpdump -i eth0/,
    ],
    [
      'usb.pcapng',
      'unsupported-linktype',
      0,
      128,
      /^Packet 1, byte 128: /,
      /220 \(LINKTYPE_USB_LINUX_MMAPPED\)/,
    ],
    ['empty.pcap', 'not-a-capture', 0, 0, /file is empty/, /tcpdump -w FILE/],
    [
      'text.pcap',
      'not-a-capture',
      0,
      0,
      /begins with the bytes 4e6f2e20/,
      /neither pcap nor pcapng.*tcpdump -w FILE/,
    ],
    ['udp4.pcap.gz', 'compressed', 0, 0, /gzip/, /run gunzip first/],
  ];

  it.each(CASES)('%s: %s', (file, code, packets, offset, where, what) => {
    const { error, list, ...summary } = read(fixture(file));
    expect(error).toMatchObject({ code, offset, packetIndex: packets });
    expect(error?.message).toMatch(where);
    expect(error?.message).toMatch(what);
    expect(list).toHaveLength(packets);
    expect(summary.packets).toBe(packets);
  });

  it.each([
    ['28b52ffd', 'compressed', /unzstd/],
    ['fd377a585a00', 'compressed', /unxz/],
    ['425a6839', 'compressed', /bunzip2/],
    ['04224d18', 'compressed', /unlz4/],
    ['504b0304', 'compressed', /unpack/],
    ['34cdb2a1', 'not-a-capture', /editcap -F pcapng/],
    ['736e6f6f70', 'not-a-capture', /snoop.*editcap/],
    ['474d4255', 'not-a-capture', /Network Monitor.*editcap/],
  ])('%s: says what it is and how to make it one', (hex, code, message) => {
    const { error, format } = read(
      Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)),
    );
    expect(format).toBeNull();
    expect(error).toMatchObject({ code, offset: 0, message: expect.stringMatching(message) });
  });

  it('ends at each of its bytes without an exception, and says where, except between two records', () => {
    for (const name of ['udp4.pcap', 'udp6.pcapng']) {
      const file = fixture(name);
      const whole = read(file).list;
      const ends = new Set<number>();
      let clean = 0;
      for (let length = 0; length < 1500; length += 1) {
        const { error, list } = read(file.subarray(0, length));
        expect(list.length).toBe(list.filter((packet, i) => packet.tsNs === whole[i].tsNs).length);
        if (error === null) clean += 1;
        else if (length >= 4) {
          expect(error.code).toBe('truncated-file');
          expect(error.offset).toBeLessThan(length);
          expect(error.packetIndex).toBe(list.length);
          ends.add(error.offset);
        }
      }
      // every offset named is one where a shorter file ends well (or is empty)
      for (const offset of ends) if (offset > 0) expect(read(file.subarray(0, offset)).error).toBeNull();
      expect(clean).toBeGreaterThan(5);
    }
  });

  it('names versions that it does not know', () => {
    const pcap = fixture('udp4.pcap');
    pcap[4] = 3;
    expect(read(pcap).error).toMatchObject({
      code: 'unsupported-version',
      message: expect.stringMatching(/pcap version 3.*editcap/),
    });
    const ng = fixture('udp6.pcapng');
    ng[12] = 2;
    expect(read(ng).error).toMatchObject({
      code: 'unsupported-version',
      message: expect.stringMatching(/pcapng version 2.*editcap/),
    });
  });

  it('refuses blocks that contradict themselves', () => {
    const errorOf = (...blocks: Uint8Array[]) => read(bytesOf(...blocks)).error;
    expect(errorOf(block(0x0a0d0d0a, 0x11111111, 1, -1, -1))?.message).toMatch(/no byte-order magic/);
    expect(errorOf(block(0x0a0d0d0a, 0x1a2b3c4d, 1))?.message).toMatch(/section header is too short/);
    expect(errorOf(SECTION, block(1, 1))?.message).toMatch(/^Packet 1, byte 28: An interface .* too short/);
    expect(errorOf(SECTION, packetAt(0, 0))?.message).toMatch(/names interface 0, which is not described/);
    expect(errorOf(SECTION, ETHERNET, packetAt(0, 0, 7))?.message).toMatch(/names interface 7/);
    expect(errorOf(SECTION, ETHERNET, block(6, 0, 0))?.message).toMatch(/enhanced packet block is too short/);
    expect(errorOf(SECTION, block(1, 1, 0, 0x00400002))?.message).toMatch(/option of 64 bytes does not fit/);
    // a block of an unknown kind is skipped as it comes; its start is named all the same
    const custom = block(0xbad, new Uint8Array(100));
    custom[custom.length - 1] = 9;
    expect(errorOf(SECTION, ETHERNET, custom)).toMatchObject({ code: 'bad-block', offset: 48 });
    expect(errorOf(SECTION, ETHERNET, block(0xbad, new Uint8Array(100)).subarray(0, 60))).toMatchObject({
      code: 'truncated-file',
      offset: 48,
      message: expect.stringMatching(/byte 48: .* inside a block of 112 bytes/),
    });
  });

  it('stops at its limits with what it has', () => {
    const { list } = read(fixture('udp4.pcap'));
    const few = read(fixture('udp4.pcap'), { maxPackets: 7 });
    expect(few.list).toEqual(list.slice(0, 7));
    expect(few.error).toMatchObject({ code: 'too-many-packets', packetIndex: 7 });
    expect(few.error?.message).toMatch(/more than 7 packets; the first 7 are used.*editcap -c/);
    expect(read(fixture('udp4.pcap'), { maxPackets: 20 }).error).toBeNull();
    expect(read(fixture('udp4.pcap'), { maxPacketBytes: 100 }).error).toMatchObject({
      code: 'too-large',
      packetIndex: 1,
    });
    expect(read(fixture('udp4.pcap'), { maxBytes: 1000 }).error).toMatchObject({
      code: 'too-large',
      message: expect.stringMatching(/longer than 1000 bytes/),
    });
  });

  it('takes nothing more after an error', () => {
    const reader = createCaptureReader();
    expect(reader.push(fixture('text.pcap'))).toEqual([]);
    expect(reader.error?.code).toBe('not-a-capture');
    expect(reader.push(fixture('udp4.pcap'))).toEqual([]);
    expect(reader.finish().error?.code).toBe('not-a-capture');
  });
});

describe('time', () => {
  const at = (...tsNs: number[]) => tsNs.map((ns) => ({ tsNs: ns, bytes: new Uint8Array(60) }));

  it('never goes back: the packet before lends its own', () => {
    const { list, warnings } = read(writePcap(at(5, 100, 60, 101)));
    expect(list.map((packet) => packet.tsNs)).toEqual([0, 95, 95, 96]);
    expect(warnings).toEqual([{ code: 'time-backwards', count: 1, firstIndex: 2 }]);
  });

  it('is not believed beyond 100 days', () => {
    const { list, warnings } = read(writePcap(at(0, 7, MAX_CAPTURE_NS, MAX_CAPTURE_NS + 1e9)));
    expect(list.map((packet) => packet.tsNs)).toEqual([0, 7, MAX_CAPTURE_NS, MAX_CAPTURE_NS]);
    expect(warnings).toEqual([{ code: 'time-far', count: 1, firstIndex: 3 }]);
  });

  it.each([
    // resolution byte, units of the second packet after the first, ns
    ['seconds', 0, 3, 3_000_000_000],
    ['ms', 3, 1500, 1_500_000_000],
    ['us, the default', 6, 1_000_001, 1_000_001_000],
    ['ns', 9, 1_000_000_001, 1_000_000_001],
    ['ps', 12, 7_999, 7],
    ['1/1024 s', 0x80 | 10, 512, 500_000_000],
    ['2^-20 s', 0x80 | 20, 1, 953],
  ])('in units of %s', (_name, resolution, units, ns) => {
    const iface = block(1, 1, 0, 0x00010009, resolution, 0);
    const { list, error } = read(bytesOf(SECTION, iface, packetAt(0, 0), packetAt(0, units)));
    expect(error).toBeNull();
    expect(list.map((packet) => packet.tsNs)).toEqual([0, ns]);
  });

  it('is moved by an interface whole seconds, forwards and back', () => {
    const forwards = block(1, 1, 0, 0x0008000e, 5, 0, 0);
    const back = block(1, 1, 0, 0x0008000e, -3, -1, 0);
    const file = bytesOf(
      SECTION,
      back,
      ETHERNET,
      forwards,
      packetAt(0, 0),
      packetAt(0, 0, 1),
      packetAt(0, 0, 2),
    );
    expect(read(file).list.map((packet) => packet.tsNs)).toEqual([0, 3e9, 8e9]);
  });

  it('is missing in simple packet blocks', () => {
    const simple = block(3, 16, new Uint8Array(16));
    const { list, warnings } = read(bytesOf(SECTION, ETHERNET, packetAt(0, 0), packetAt(0, 9), simple));
    expect(list.map((packet) => packet.tsNs)).toEqual([0, 9000, 9000]);
    expect(warnings).toEqual([{ code: 'no-timestamps', count: 1, firstIndex: 2 }]);
  });
});

describe('records', () => {
  it('loses the frame check sequence that a pcap says it has', () => {
    // LT_FCS_DATALINK_EXT(2): two units of two bytes; tshark reads 24 00 00 01 so
    const frame = new Uint8Array(64).fill(7);
    const file = writePcap([
      { tsNs: 0, bytes: frame },
      { tsNs: 1, bytes: frame.subarray(0, 30), origLen: 64 },
    ]);
    file[23] = 0x24;
    const { list } = read(file);
    expect(list.map((packet) => [packet.origLen, packet.bytes.length])).toEqual([
      [60, 60],
      [60, 30],
    ]);
    file[23] = 0x20;
    expect(read(file).list[0].origLen).toBe(64);
  });

  it('loses the frame check sequence that an interface says it has', () => {
    const iface = block(1, 1, 0, 0x0001000d, 4, 0);
    expect(read(bytesOf(SECTION, iface, packetAt(0, 0))).list[0]).toMatchObject({ origLen: 12 });
  });

  it('reads interfaces of later sections and of the other byte order', () => {
    const frame = { tsNs: 1000, bytes: new Uint8Array(60) };
    const little = writePcapng([frame], { interfaceName: 'eth0' });
    const big = writePcapng([frame, { ...frame, tsNs: 2000 }], {
      interfaceName: 'eth1',
      littleEndian: false,
    });
    const { list, interfaces, error } = read(bytesOf(little, big));
    expect(error).toBeNull();
    expect(interfaces.map((each) => each.name)).toEqual(['eth0', 'eth1']);
    expect(list.map((packet) => [packet.interfaceId, packet.tsNs])).toEqual([
      [0, 0],
      [1, 0],
      [1, 1000],
    ]);
  });

  it('skips blocks it does not know, reads obsolete packet blocks, and which way a packet went', () => {
    const way = (flags: number) => block(6, 0, 0, 0, 16, 16, new Uint8Array(16), 0x00040002, flags, 0);
    const obsolete = block(2, 0, 0, 4, 16, 16, new Uint8Array(16));
    const file = bytesOf(SECTION, ETHERNET, way(1), block(4, 0), way(2), block(5, 0, 0, 0), way(0), obsolete);
    const { list, error } = read(file);
    expect(error).toBeNull();
    expect(list.map((packet) => packet.direction)).toEqual(['in', 'out', 'unknown', 'unknown']);
    expect(list[3].tsNs).toBe(4000);
  });

  it('cuts simple packets to the snap length', () => {
    const file = bytesOf(SECTION, block(1, 1, 20), block(3, 1500, new Uint8Array(20)));
    const { list, warnings } = read(file);
    expect(list[0]).toMatchObject({ origLen: 1500, bytes: { length: 20 } });
    expect(warnings.map((warning) => warning.code)).toEqual(['cut-packets', 'no-timestamps']);
  });

  it.each([0, 108])('makes an Ethernet header for loopback packets (link type %i)', (linkType) => {
    const bytes = Uint8Array.of(2, 0, 0, 0, 0x60, 1, 2, 3);
    const { list } = read(writePcap([{ tsNs: 0, bytes, origLen: 100 }], { linkType }));
    expect(list[0]).toMatchObject({ l2: 'synthetic', origLen: 110, direction: 'unknown' });
    expect([...list[0].bytes]).toEqual([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x86, 0xdd, 0x60, 1, 2, 3]);
  });

  it('keeps a cooked packet cut inside its link header as an empty frame', () => {
    for (const linkType of [113, 276]) {
      const packet = { tsNs: 0, bytes: new Uint8Array(9), origLen: 80 };
      const { list, error } = read(writePcap([packet], { linkType }));
      expect(error).toBeNull();
      expect(list[0]).toMatchObject({ bytes: { length: 14 }, direction: 'unknown' });
    }
  });
});
