/**
 * pcapng: sections of blocks. Read are section header, interface description, enhanced, simple and the obsolete packet block;
 * every other block is skipped without being held.
 * Source: draft-ietf-opsawg-pcapng. Left out: name resolution, statistics, decryption secrets, comments.
 */
import { isSupportedLinkType } from './link-types.ts';
import { createTimeScale, type TimeScale } from './pcapng-time.ts';
import { tooLong, unsupportedLinkType } from './read-pcap.ts';
import type {
  ByteQueue,
  CaptureInterface,
  CaptureLimits,
  FormatProblem,
  FormatReader,
  RawRecord,
} from './types.ts';

export const BLOCK_SECTION_HEADER = 0x0a0d0d0a;
export const BLOCK_INTERFACE = 1;
export const BLOCK_PACKET = 2;
export const BLOCK_SIMPLE_PACKET = 3;
export const BLOCK_ENHANCED_PACKET = 6;
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

const OPT_IF_NAME = 2;
const OPT_IF_TSRESOL = 9;
const OPT_IF_FCSLEN = 13;
const OPT_IF_TSOFFSET = 14;
const OPT_EPB_FLAGS = 2;

/** Largest block that is held to be read; Wireshark refuses blocks above 16 MiB. */
const MAX_HELD = 1024 * 1024;
const MAX_INTERFACES = 65_536;

interface Interface extends CaptureInterface {
  snapLen: number;
  fcsLen: number;
  time: TimeScale;
}

type Outcome = RawRecord | 'again' | FormatProblem;

const bad = (what: string): FormatProblem => ({
  code: 'bad-block',
  message: `${what} The file is damaged here: copy or capture it again.`,
});

export function createPcapngReader(limits: CaptureLimits): FormatReader {
  const all: Interface[] = [];
  /** Index in `all` of this section's interface 0. */
  let sectionStart = 0;
  let littleEndian = true;
  /** Bytes of a skipped block's body still to come, and its length; 0: between blocks. */
  let toSkip = 0;
  let skipped = 0;

  function step(queue: ByteQueue): Outcome | 'more' {
    if (skipped > 0) return skipOn(queue);
    if (queue.length < 12) return 'more';
    if (queue.u32(0, true) === BLOCK_SECTION_HEADER) {
      const problem = readByteOrder(queue);
      if (problem !== null) return problem;
    }
    const type = queue.u32(0, littleEndian);
    const len = queue.u32(4, littleEndian);
    if (len < 12 || len % 4 !== 0) return bad(`A block of type ${type} says it is ${len} bytes long.`);
    const read = BLOCK_READERS.get(type);
    if (read === undefined) {
      queue.skip(8);
      toSkip = len - 12;
      skipped = len;
      return skipOn(queue);
    }
    if (len > Math.max(MAX_HELD, limits.maxPacketBytes + 65_536))
      return bad(`A block of type ${type} says it is ${len} bytes long.`);
    if (queue.length < len) return 'more';
    const end = queue.u32(len - 4, littleEndian);
    if (end !== len) return bad(lengthsDiffer(len, end));
    const outcome = read(queue, len);
    if (outcome === 'again' || !('code' in outcome)) queue.skip(len);
    return outcome;
  }

  function skipOn(queue: ByteQueue): 'again' | 'more' | FormatProblem {
    const now = Math.min(toSkip, queue.length);
    queue.skip(now);
    toSkip -= now;
    if (toSkip > 0 || queue.length < 4) return 'more';
    const end = queue.u32(0, littleEndian);
    if (end !== skipped) return bad(lengthsDiffer(skipped, end));
    queue.skip(4);
    skipped = 0;
    return 'again';
  }

  function readByteOrder(queue: ByteQueue): FormatProblem | null {
    for (const little of [true, false]) {
      if (queue.u32(8, little) !== BYTE_ORDER_MAGIC) continue;
      littleEndian = little;
      return null;
    }
    return bad('A section header has no byte-order magic.');
  }

  function sectionHeader(queue: ByteQueue, len: number): Outcome {
    if (len < 28) return bad('A section header is too short.');
    const major = queue.u16(12, littleEndian);
    if (major !== 1)
      return {
        code: 'unsupported-version',
        message: `This is pcapng version ${major}; version 1 is read. Convert it with editcap -F pcap.`,
      };
    sectionStart = all.length;
    return 'again';
  }

  function interfaceDescription(queue: ByteQueue, len: number): Outcome {
    if (len < 20) return bad('An interface description is too short.');
    if (all.length >= MAX_INTERFACES) return bad(`More than ${MAX_INTERFACES} interfaces.`);
    const iface = {
      name: '',
      linkType: queue.u16(8, littleEndian),
      snapLen: queue.u32(12, littleEndian),
      fcsLen: 0,
    };
    let resolution = 6;
    let offsetSec = 0;
    const problem = eachOption(queue, 16, len - 4, (code, at, size) => {
      if (code === OPT_IF_NAME) iface.name = latin(queue.view(at, Math.min(size, 64)));
      else if (code === OPT_IF_TSRESOL && size >= 1) resolution = queue.u8(at);
      else if (code === OPT_IF_FCSLEN && size >= 1) iface.fcsLen = queue.u8(at);
      else if (code === OPT_IF_TSOFFSET && size >= 8) {
        const [low, high] = littleEndian ? [at, at + 4] : [at + 4, at];
        offsetSec = (queue.u32(high, littleEndian) | 0) * 4294967296 + queue.u32(low, littleEndian);
      }
    });
    if (problem !== null) return problem;
    all.push({ ...iface, time: createTimeScale(resolution, offsetSec) });
    return 'again';
  }

  /** @param id interface number within the section */
  function packet(
    queue: ByteQueue,
    id: number,
    header: number,
    end: number,
    captured: number,
    origLen: number,
  ): Outcome {
    const iface = all[sectionStart + id];
    if (sectionStart + id >= all.length)
      return bad(`A packet names interface ${id}, which is not described before it.`);
    const problem = tooLong(captured, origLen, limits);
    if (problem !== null) return problem;
    if (header + captured > end)
      return bad(`A packet of ${captured} bytes stands in a block that holds ${end - header}.`);
    const { linkType, fcsLen } = iface;
    if (!isSupportedLinkType(linkType)) return unsupportedLinkType(linkType);
    const bytes = queue.view(header, captured);
    const lens = { origLen: Math.max(origLen, captured), bytes };
    return {
      interfaceId: sectionStart + id,
      time: null,
      ...lens,
      linkType,
      fcsLen,
      direction: 'unknown',
      offset: queue.offset,
    };
  }

  function timedPacket(queue: ByteQueue, len: number, id: number): Outcome {
    const captured = queue.u32(20, littleEndian);
    const record = packet(queue, id, 28, len - 4, captured, queue.u32(24, littleEndian));
    if (record === 'again' || 'code' in record) return record;
    record.time = all[record.interfaceId].time(queue.u32(12, littleEndian), queue.u32(16, littleEndian));
    const problem = eachOption(queue, 28 + Math.ceil(captured / 4) * 4, len - 4, (code, at, size) => {
      if (code !== OPT_EPB_FLAGS || size < 4) return;
      const way = queue.u32(at, littleEndian) & 3;
      if (way !== 0) record.direction = way === 1 ? 'in' : way === 2 ? 'out' : 'unknown';
    });
    return problem ?? record;
  }

  function enhancedPacket(queue: ByteQueue, len: number): Outcome {
    if (len < 32) return bad('An enhanced packet block is too short.');
    return timedPacket(queue, len, queue.u32(8, littleEndian));
  }

  function obsoletePacket(queue: ByteQueue, len: number): Outcome {
    if (len < 32) return bad('A packet block is too short.');
    return timedPacket(queue, len, queue.u16(8, littleEndian));
  }

  function simplePacket(queue: ByteQueue, len: number): Outcome {
    if (len < 16) return bad('A simple packet block is too short.');
    const origLen = queue.u32(8, littleEndian);
    const snapLen = all[sectionStart]?.snapLen ?? 0;
    const captured = Math.min(origLen, snapLen === 0 ? origLen : snapLen, len - 16);
    return packet(queue, 0, 12, len - 4, captured, origLen);
  }

  /** Calls `take` for each option in [from, end). */
  function eachOption(
    queue: ByteQueue,
    from: number,
    end: number,
    take: (code: number, at: number, size: number) => void,
  ): FormatProblem | null {
    let at = from;
    while (at + 4 <= end) {
      const code = queue.u16(at, littleEndian);
      const size = queue.u16(at + 2, littleEndian);
      if (code === 0) return null;
      if (at + 4 + size > end) return bad(`An option of ${size} bytes does not fit into its block.`);
      take(code, at + 4, size);
      at += 4 + Math.ceil(size / 4) * 4;
    }
    return null;
  }

  const BLOCK_READERS: ReadonlyMap<number, (queue: ByteQueue, len: number) => Outcome> = new Map([
    [BLOCK_SECTION_HEADER, sectionHeader],
    [BLOCK_INTERFACE, interfaceDescription],
    [BLOCK_PACKET, obsoletePacket],
    [BLOCK_SIMPLE_PACKET, simplePacket],
    [BLOCK_ENHANCED_PACKET, enhancedPacket],
  ]);

  return {
    step,
    interfaces: () => all.map(({ name, linkType }) => ({ name, linkType })),
    // a skipped block is taken off as it comes: its 8 bytes, then what of its body was there
    recordOffset: (queue) => (skipped === 0 ? queue.offset : queue.offset - (skipped - 4 - toSkip)),
    unfinished: (queue) =>
      skipped > 0
        ? `a block of ${skipped} bytes`
        : queue.length >= 8
          ? `a block of ${queue.u32(4, littleEndian)} bytes`
          : queue.length > 0
            ? 'a block'
            : null,
  };
}

const lengthsDiffer = (start: number, end: number) =>
  `A block's length is ${start} at its start and ${end} at its end.`;

/** Names are UTF-8; what is not ASCII is shown as '?', since nothing decodes UTF-8 without the platform's help. */
function latin(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '?')).join('');
}
