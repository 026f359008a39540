import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCaptureReader } from './reader.ts';
import { createTrafficReader, readTraffic } from './traffic.ts';
import type { CapturePacket, CaptureSummary } from './types.ts';

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../fixtures/captures/${name}`, import.meta.url)));

const NAMES = [
  'udp4.pcap',
  'tcp4-ns-be.pcap',
  'udp6.pcapng',
  'raw-ip.pcap',
  'mixed-ns.pcap',
  'sll.pcap',
  'sll2-ns.pcap',
  'two-interfaces-cut80.pcapng',
  'link-types.pcapng',
  'truncated.pcap',
  'damaged-block-end.pcapng',
  'damaged-caplen.pcap',
];
const FILES = NAMES.map(fixture);
const anyFile = fc.constantFrom(...FILES);

interface Whole {
  packets: CapturePacket[];
  summary: CaptureSummary;
}

function readPieces(pieces: readonly Uint8Array[]): Whole {
  const reader = createCaptureReader();
  const packets = pieces.flatMap((piece) => reader.push(piece));
  return { packets, summary: reader.finish() };
}

/** `file` in pieces whose lengths go round `sizes`. */
function cutUp(file: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, i = 0; at < file.length; i += 1) {
    const size = sizes[i % sizes.length];
    // a copy: the reader may not look beyond its piece
    pieces.push(file.slice(at, at + size));
    at += size;
  }
  return pieces;
}

/** What holds of anything that was read. */
function check({ packets, summary }: Whole, fileBytes: number): void {
  expect(summary.packets).toBe(packets.length);
  expect(summary.bytes).toBe(fileBytes);
  let last = 0;
  let bytes = 0;
  packets.forEach((packet, i) => {
    const fine =
      packet.index === i &&
      Number.isSafeInteger(packet.tsNs) &&
      packet.tsNs >= last &&
      packet.bytes.length <= packet.origLen &&
      packet.origLen <= 1024 * 1024 + 14 &&
      packet.interfaceId < Math.max(1, summary.interfaces.length);
    if (!fine) throw new Error(`packet ${i}: ${JSON.stringify({ ...packet, bytes: packet.bytes.length })}`);
    last = packet.tsNs;
    bytes += packet.bytes.length;
  });
  // a header of 14 bytes may be made up, for a record header of 16 at least
  expect(bytes).toBeLessThanOrEqual(fileBytes);
  const { error } = summary;
  if (error === null) return;
  expect(error.offset).toBeLessThanOrEqual(fileBytes);
  expect(error.packetIndex).toBe(packets.length);
  expect(error.message).toMatch(/^[A-Z].*[.]$|first\.$/);
  if (error.offset > 0)
    expect(error.message).toContain(`Packet ${packets.length + 1}, byte ${error.offset}: `);
}

const MAGICS = ['d4c3b2a1', 'a1b2c3d4', '4d3cb2a1', 'a1b23c4d', '0a0d0d0a', '1f8b', ''].map((hex) =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)),
);

/** Damage that parsers are known to trip over: bytes set to extremes, cut out, doubled, the end gone. */
const damage = fc.array(
  fc.record({
    kind: fc.constantFrom('flip', 'word', 'remove', 'repeat', 'end'),
    // most of it near the start, where headers are
    at: fc.oneof(fc.double({ min: 0, max: 0.02, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
    size: fc.nat(40),
    value: fc.oneof(fc.constantFrom(0, 1, 7, 12, 13, 0x7fffffff, 0x80000000, 0xffffffff), fc.nat(0xffffffff)),
  }),
  { minLength: 1, maxLength: 4 },
);

function damaged(file: Uint8Array, how: typeof damage extends fc.Arbitrary<infer T> ? T : never): Uint8Array {
  let bytes = file.slice();
  for (const { kind, at, size, value } of how) {
    if (bytes.length < 8) break;
    const place = Math.floor(at * (bytes.length - 4));
    if (kind === 'flip') bytes[place] ^= value | 1;
    else if (kind === 'word') new DataView(bytes.buffer).setUint32(place & ~3, value, (value & 1) === 0);
    else if (kind === 'end') bytes = bytes.slice(0, place);
    else {
      const next = kind === 'remove' ? place + size : Math.max(0, place - size);
      bytes = Uint8Array.from([...bytes.subarray(0, place), ...bytes.subarray(next)]);
    }
  }
  return bytes;
}

describe('a capture reader', () => {
  it('takes any bytes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...MAGICS),
        fc.uint8Array({ maxLength: 4000 }),
        fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 5 }),
        (magic, rest, sizes) => {
          const file = Uint8Array.from([...magic, ...rest]);
          check(readPieces(cutUp(file, sizes)), file.length);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('takes any damage of a real file, as packets and as traffic', () => {
    fc.assert(
      fc.property(anyFile, damage, (file, how) => {
        const bytes = damaged(file, how);
        const whole = readPieces([bytes]);
        check(whole, bytes.length);
        const traffic = readTraffic(bytes);
        expect(traffic.table.count).toBe(whole.packets.length);
        expect(traffic.summary).toEqual(whole.summary);
      }),
      { numRuns: 1500 },
    );
  });

  it('gives the same however a file is cut into chunks, damaged or not', () => {
    const sizes = fc.array(
      fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5000 }), fc.constant(0)),
      { minLength: 1, maxLength: 6 },
    );
    const mayBeDamaged = fc.oneof(
      anyFile,
      fc.tuple(anyFile, damage).map(([file, how]) => damaged(file, how)),
    );
    fc.assert(
      fc.property(mayBeDamaged, sizes, (file, drawn) => {
        const pieces = cutUp(file, drawn.some((size) => size > 0) ? drawn : [1]);
        expect(readPieces(pieces)).toEqual(readPieces([file]));
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same byte by byte', () => {
    for (const name of ['udp4.pcap', 'udp6.pcapng', 'sll2-ns.pcap', 'damaged-block-end.pcapng']) {
      const file = fixture(name);
      expect(readPieces(cutUp(file, [1]))).toEqual(readPieces([file]));
      const traffic = createTrafficReader();
      for (const piece of cutUp(file, [1])) traffic.push(piece);
      expect(traffic.finish()).toEqual(readTraffic(file));
    }
  });

  it('keeps what it gave: later chunks do not change earlier packets', () => {
    const file = fixture('mixed-ns.pcap');
    const reader = createCaptureReader();
    const given: { bytes: Uint8Array; copy: Uint8Array }[] = [];
    for (const piece of cutUp(file, [100, 7, 3000])) {
      for (const { bytes } of reader.push(piece)) given.push({ bytes, copy: bytes.slice() });
    }
    for (const { bytes, copy } of given) expect(bytes).toEqual(copy);
  });

  it('does not hold a block that it skips, however long it says it is', () => {
    const file = fixture('udp6.pcapng');
    const section = file.subarray(0, file[4]);
    const huge = new Uint8Array(8);
    new DataView(huge.buffer).setUint32(0, 0x0bad, true);
    new DataView(huge.buffer).setUint32(4, 0xfffffff0, true);
    const reader = createCaptureReader();
    reader.push(section);
    reader.push(huge);
    const chunk = new Uint8Array(1 << 20);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 500; i += 1) reader.push(chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * chunk.length);
    expect(reader.finish().error).toMatchObject({ code: 'truncated-file', offset: section.length });
  });

  it('reads in a time that grows with the file, in chunks of any size', () => {
    const file = fixture('link-types.pcapng');
    const many = new Uint8Array(file.length * 20);
    for (let i = 0; i < 20; i += 1) many.set(file, i * file.length);
    for (const size of [7, 1500, 65_536, many.length]) {
      const { packets, summary } = readPieces(cutUp(many, [size]));
      expect(summary.error).toBeNull();
      expect(packets).toHaveLength(216 * 20);
    }
  }, 20_000);
});
