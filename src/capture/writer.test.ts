import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCaptureReader } from './reader.ts';
import type { CapturePacket } from './types.ts';
import { type PacketToWrite, type WriteOptions, writePcap, writePcapng } from './writer.ts';

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../fixtures/captures/${name}`, import.meta.url)));

function read(file: Uint8Array): CapturePacket[] {
  const reader = createCaptureReader();
  const packets = reader.push(file);
  expect(reader.finish().error).toBeNull();
  return packets;
}

const WRITERS: readonly [string, (packets: PacketToWrite[], options: WriteOptions) => Uint8Array][] = [
  ['pcap', writePcap],
  ['pcapng', writePcapng],
];

describe.each(WRITERS)('%s', (name, write) => {
  it('comes back as it was written: bytes, lengths and times', () => {
    const packet = fc.record({
      gapNs: fc.oneof(fc.nat(1000), fc.nat(10_000_000_000), fc.constant(999_999_999)),
      bytes: fc.uint8Array({ maxLength: 80 }),
      cut: fc.nat(2000),
    });
    const options = fc.record({
      littleEndian: fc.boolean(),
      epochSec: fc.constantFrom(0, 1, 1_795_579_811, 4_000_000_000),
      microseconds: fc.boolean(),
      interfaceName: fc.constantFrom('', 'lo', 'eth0', 'veth-b'),
    });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 20 }), options, (drawn, how) => {
        let tsNs = 0;
        const unit = name === 'pcap' && how.microseconds ? 1000 : 1;
        const packets = drawn.map(({ gapNs, bytes, cut }, i) => {
          if (i > 0) tsNs += gapNs;
          return { tsNs, bytes, origLen: bytes.length + cut };
        });
        expect(
          read(write(packets, how)).map(({ tsNs: at, bytes, origLen }) => ({ tsNs: at, bytes, origLen })),
        ).toEqual(packets.map((each) => ({ ...each, tsNs: Math.floor(each.tsNs / unit) * unit })));
      }),
    );
  });

  it('carries real captures over', () => {
    for (const from of ['mixed-ns.pcap', 'cut96.pcap', 'two-interfaces.pcapng']) {
      const packets = read(fixture(from));
      const again = read(write(packets, { epochSec: 1_795_592_599 }));
      expect(again.map(({ tsNs, bytes, origLen }) => [tsNs, bytes, origLen])).toEqual(
        packets.map(({ tsNs, bytes, origLen }) => [tsNs, bytes, origLen]),
      );
    }
  });

  it('writes a file without packets, which reads well', () => {
    expect(read(write([], {}))).toEqual([]);
  });
});

describe('what tools make of it', () => {
  it('writes what tcpdump wrote, byte for byte', () => {
    for (const [name, microseconds] of [
      ['udp4.pcap', true],
      ['tcp4-ns.pcap', false],
      ['mixed-ns.pcap', false],
    ] as const) {
      const file = fixture(name);
      const view = new DataView(file.buffer);
      const epochSec = view.getUint32(24, true);
      const firstNs = view.getUint32(28, true) * (microseconds ? 1000 : 1);
      const packets = read(file).map((packet) => ({ ...packet, tsNs: packet.tsNs + firstNs }));
      expect(writePcap(packets, { epochSec, microseconds })).toEqual(file);
    }
  });
});
