/**
 * Classic pcap: a 24-byte file header, then records of 16 bytes and the packet.
 * Source: draft-ietf-opsawg-pcap (magic numbers), pcap/pcap.h (link type word with FCS length), libpcap's own bounds.
 * Left out: Kuznetzov's and Nokia's modified formats, versions before 2.
 */
import { isSupportedLinkType, linkTypeName } from './link-types.ts';
import type {
  ByteQueue,
  CaptureInterface,
  CaptureLimits,
  FormatProblem,
  FormatReader,
  RawRecord,
} from './types.ts';

export const PCAP_MAGIC_US = 0xa1b2c3d4;
export const PCAP_MAGIC_NS = 0xa1b23c4d;

/** In the link type word: the FCS length, in units of two bytes, is there (LT_FCS_LENGTH_PRESENT). */
const FCS_LEN_PRESENT = 0x04000000;
const FCS_LEN_SHIFT = 28;

const FILE_HEADER = 24;
const RECORD_HEADER = 16;

export interface PcapVariant {
  littleEndian: boolean;
  /** ns per unit of the record's fraction field. */
  nsPerUnit: 1 | 1000;
}

/** Which pcap the first four bytes say, or null. */
export function pcapVariant(queue: ByteQueue): PcapVariant | null {
  for (const littleEndian of [true, false]) {
    const magic = queue.u32(0, littleEndian);
    if (magic === PCAP_MAGIC_US) return { littleEndian, nsPerUnit: 1000 };
    if (magic === PCAP_MAGIC_NS) return { littleEndian, nsPerUnit: 1 };
  }
  return null;
}

export function createPcapReader(
  { littleEndian, nsPerUnit }: PcapVariant,
  limits: CaptureLimits,
): FormatReader {
  let linkType = -1;
  let fcsLen = 0;

  function fileHeader(queue: ByteQueue): 'again' | 'more' | FormatProblem {
    if (queue.length < FILE_HEADER) return 'more';
    const major = queue.u16(4, littleEndian);
    if (major !== 2) {
      return {
        code: 'unsupported-version',
        message: `This is pcap version ${major}; version 2 is read. Convert it with editcap -F pcapng.`,
      };
    }
    const word = queue.u32(20, littleEndian);
    linkType = word & 0xffff;
    if ((word & FCS_LEN_PRESENT) !== 0) fcsLen = (word >>> FCS_LEN_SHIFT) * 2;
    if (!isSupportedLinkType(linkType)) return unsupportedLinkType(linkType);
    queue.skip(FILE_HEADER);
    return 'again';
  }

  function record(queue: ByteQueue): RawRecord | 'more' | FormatProblem {
    if (queue.length < RECORD_HEADER) return 'more';
    const captured = queue.u32(8, littleEndian);
    const problem = tooLong(captured, queue.u32(12, littleEndian), limits);
    if (problem !== null) return problem;
    if (queue.length < RECORD_HEADER + captured) return 'more';
    const offset = queue.offset;
    const time = { sec: queue.u32(0, littleEndian), ns: queue.u32(4, littleEndian) * nsPerUnit };
    const origLen = Math.max(captured, queue.u32(12, littleEndian));
    const bytes = queue.view(RECORD_HEADER, captured);
    queue.skip(RECORD_HEADER + captured);
    return { interfaceId: 0, time, origLen, bytes, linkType, fcsLen, direction: 'unknown', offset };
  }

  return {
    step: (queue) => (linkType < 0 ? fileHeader(queue) : record(queue)),
    interfaces: (): CaptureInterface[] => (linkType < 0 ? [] : [{ name: '', linkType }]),
    recordOffset: (queue) => queue.offset,
    unfinished: (queue) =>
      linkType < 0
        ? `the file header (${queue.length} of ${FILE_HEADER} bytes)`
        : queue.length > 0
          ? 'a packet'
          : null,
  };
}

/** @returns null: believable lengths */
export function tooLong(captured: number, origLen: number, limits: CaptureLimits): FormatProblem | null {
  const { maxPacketBytes, maxWireBytes } = limits;
  const found =
    captured > maxPacketBytes
      ? `A packet of ${captured} captured bytes, more than ${maxPacketBytes}`
      : origLen > maxWireBytes
        ? `A packet of ${origLen} bytes on the wire, more than ${maxWireBytes}`
        : null;
  if (found === null) return null;
  return { code: 'too-large', message: `${found}: the file is damaged here. Copy or capture it again.` };
}

export function unsupportedLinkType(linkType: number): FormatProblem {
  return {
    code: 'unsupported-linktype',
    message:
      `Link type ${linkType} (LINKTYPE_${linkTypeName(linkType).toUpperCase()}) is not read. ` +
      'Captures of Ethernet, raw IP, loopback and Linux cooked packets are: capture on a network interface, as in tcpdump -i eth0.',
  };
}
