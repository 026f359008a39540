/**
 * Classic pcap: a 24-byte file header, then records of 16 bytes and the packet.
 * Source: draft-ietf-opsawg-pcap (magic numbers, link type word with FCS length), libpcap's own bounds.
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
      return { code: 'unsupported-version', message: `This is pcap version ${major}; version 2 is read.` };
    }
    const word = queue.u32(20, littleEndian);
    linkType = word & 0xffff;
    if ((word & 0x10000000) !== 0) fcsLen = (word >>> 29) * 2;
    if (!isSupportedLinkType(linkType)) return unsupportedLinkType(linkType);
    queue.skip(FILE_HEADER);
    return 'again';
  }

  function record(queue: ByteQueue): RawRecord | 'more' | FormatProblem {
    if (queue.length < RECORD_HEADER) return 'more';
    const captured = queue.u32(8, littleEndian);
    if (captured > limits.maxPacketBytes) return tooLong(captured, limits);
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
    unfinished: (left) => (linkType < 0 ? 'the file header' : left > 0 ? 'a packet' : null),
  };
}

export function tooLong(bytes: number, limits: CaptureLimits): FormatProblem {
  return {
    code: 'too-large',
    message: `A packet of ${bytes} captured bytes: more than ${limits.maxPacketBytes}, so this is damage or not a packet.`,
  };
}

export function unsupportedLinkType(linkType: number): FormatProblem {
  return {
    code: 'unsupported-linktype',
    message:
      `Link type ${linkType} (LINKTYPE_${linkTypeName(linkType).toUpperCase()}) is not read. ` +
      'Captures of Ethernet, raw IP, loopback and Linux cooked packets are.',
  };
}
