/**
 * Captures, read as they come: pcap (both byte orders, us and ns) and pcapng. Bytes in, packets and a summary out; problems are
 * values, and no input makes it throw. Holds one record at most, beside what the caller pushed.
 *
 * Left out: compressed files, snoop, NetMon, ERF and other vendors' formats (named in the error where known by their magic).
 */
import { createByteQueue } from './byte-queue.ts';
import { toEthernet } from './link-types.ts';
import { createPcapReader, pcapVariant } from './read-pcap.ts';
import { BLOCK_SECTION_HEADER, createPcapngReader } from './read-pcapng.ts';
import {
  DEFAULT_CAPTURE_LIMITS,
  type ByteQueue,
  type CaptureError,
  type CaptureErrorCode,
  type CaptureFormat,
  type CaptureLimits,
  type CapturePacket,
  type CaptureSummary,
  type CaptureWarning,
  type CaptureWarningCode,
  type FormatProblem,
  type FormatReader,
  type RawRecord,
} from './types.ts';

export interface CaptureReader {
  /** @returns the packets that are complete now; [] after an error. The chunk must not be changed afterwards. */
  push(chunk: Uint8Array): CapturePacket[];
  /** An error so far: nothing more will be read. */
  readonly error: CaptureError | null;
  /** The file has ended (or the caller stops here). */
  finish(): CaptureSummary;
}

/** Times further than this from the first packet are not believed: 100 days, and far inside 2^53 ns. */
export const MAX_CAPTURE_NS = 100 * 86_400 * 1_000_000_000;

const HOW_TO_SAVE = 'Save packets with tcpdump -w FILE, or from Wireshark as pcap or pcapng.';

/** First bytes of what people try to open, and what to say. */
const KNOWN_MAGIC: readonly { hex: string; code: CaptureErrorCode; message: string }[] = [
  { hex: '1f8b', code: 'compressed', message: 'This file is compressed with gzip: run gunzip first.' },
  { hex: '28b52ffd', code: 'compressed', message: 'This file is compressed with zstd: run unzstd first.' },
  { hex: 'fd377a58', code: 'compressed', message: 'This file is compressed with xz: run unxz first.' },
  { hex: '425a68', code: 'compressed', message: 'This file is compressed with bzip2: run bunzip2 first.' },
  { hex: '04224d18', code: 'compressed', message: 'This file is compressed with lz4: run unlz4 first.' },
  { hex: '504b0304', code: 'compressed', message: 'This file is a zip archive: unpack it first.' },
  {
    hex: '34cdb2a1',
    code: 'not-a-capture',
    message: 'This is a modified pcap (libpcap with a patch of 1999): convert it with editcap -F pcapng.',
  },
  {
    hex: 'a1b2cd34',
    code: 'not-a-capture',
    message: 'This is a modified pcap (libpcap with a patch of 1999): convert it with editcap -F pcapng.',
  },
  {
    hex: '736e6f6f',
    code: 'not-a-capture',
    message: 'This is a snoop capture: convert it with editcap -F pcapng.',
  },
  {
    hex: '474d4255',
    code: 'not-a-capture',
    message: 'This is a Network Monitor capture: convert it with editcap -F pcapng.',
  },
];

export function createCaptureReader(limits: Partial<CaptureLimits> = {}): CaptureReader {
  const bounds: CaptureLimits = { ...DEFAULT_CAPTURE_LIMITS, ...limits };
  const queue = createByteQueue();
  const warnings = new Map<CaptureWarningCode, CaptureWarning>();
  const clock = createClock((code) => warn(code));
  let format: CaptureFormat | null = null;
  let source: FormatReader | null = null;
  let error: CaptureError | null = null;
  let packets = 0;
  let bytes = 0;

  function fail(problem: FormatProblem, offset = source?.recordOffset(queue) ?? 0): void {
    const { code } = problem;
    // the first bytes are the file's own header: no packet is at fault
    const where = offset === 0 ? '' : `Packet ${packets + 1}, byte ${offset}: `;
    error ??= { code, message: where + problem.message, offset, packetIndex: packets };
  }

  function warn(code: CaptureWarningCode): void {
    const known = warnings.get(code);
    if (known === undefined) warnings.set(code, { code, count: 1, firstIndex: packets });
    else known.count += 1;
  }

  function open(): void {
    if (queue.length < 4) return;
    const variant = pcapVariant(queue);
    if (variant !== null) {
      format = variant.nsPerUnit === 1 ? 'pcap-ns' : 'pcap';
      source = createPcapReader(variant, bounds);
    } else if (queue.u32(0, true) === BLOCK_SECTION_HEADER) {
      format = 'pcapng';
      source = createPcapngReader(bounds);
    } else fail(strangeFile(queue));
  }

  function packetOf(record: RawRecord): CapturePacket | null {
    const kept = Math.min(record.bytes.length, Math.max(0, record.origLen - record.fcsLen));
    const frame = toEthernet(
      record.linkType,
      record.bytes.subarray(0, kept),
      Math.max(kept, record.origLen - record.fcsLen),
    );
    if (frame === null) return null;
    if (frame.bytes.length < frame.origLen) warn('cut-packets');
    const direction = record.direction === 'unknown' ? frame.direction : record.direction;
    const { bytes, origLen, l2 } = frame;
    return {
      index: packets,
      tsNs: clock(record.time),
      origLen,
      bytes,
      interfaceId: record.interfaceId,
      l2,
      direction,
    };
  }

  function push(chunk: Uint8Array): CapturePacket[] {
    const out: CapturePacket[] = [];
    bytes += chunk.length;
    if (error !== null) return out;
    queue.push(chunk);
    if (source === null) open();
    while (source !== null && error === null) {
      const result = source.step(queue);
      if (result === 'more') break;
      if (result !== 'again') {
        if ('code' in result) fail(result);
        else if (packets >= bounds.maxPackets) fail(tooMany(bounds.maxPackets), result.offset);
        else {
          const packet = packetOf(result);
          if (packet !== null) {
            out.push(packet);
            packets += 1;
          }
        }
      }
      if (queue.offset > bounds.maxBytes) {
        fail({
          code: 'too-large',
          message: `The file is longer than ${bounds.maxBytes} bytes; reading stopped there. Split it with editcap -c.`,
        });
      }
    }
    return out;
  }

  function finish(): CaptureSummary {
    if (bytes === 0) fail({ code: 'not-a-capture', message: `The file is empty. ${HOW_TO_SAVE}` });
    else if (error === null && source === null) fail(strangeFile(queue));
    else if (source !== null) {
      const inside = source.unfinished(queue);
      if (inside !== null) {
        const message = `The file ends inside ${inside}. Copy or capture it again to have the rest.`;
        fail({ code: 'truncated-file', message });
      }
    }
    return {
      format,
      packets,
      bytes,
      interfaces: source?.interfaces() ?? [],
      warnings: [...warnings.values()],
      error,
    };
  }

  return {
    push,
    finish,
    get error() {
      return error;
    },
  };
}

function tooMany(maxPackets: number): FormatProblem {
  return {
    code: 'too-many-packets',
    message: `The capture has more than ${maxPackets} packets; the first ${maxPackets} are used. Split it with editcap -c.`,
  };
}

function strangeFile(queue: ByteQueue): FormatProblem {
  let hex = '';
  for (let i = 0; i < Math.min(4, queue.length); i += 1) hex += queue.u8(i).toString(16).padStart(2, '0');
  for (const known of KNOWN_MAGIC) if (hex.startsWith(known.hex)) return known;
  return {
    code: 'not-a-capture',
    message: `This is neither pcap nor pcapng (it begins with the bytes ${hex}). ${HOW_TO_SAVE}`,
  };
}

/** Times since 1970 to ns since the first packet that never go back. */
function createClock(warn: (code: CaptureWarningCode) => void): (time: RawRecord['time']) => number {
  let first: { sec: number; ns: number } | null = null;
  let last = 0;
  return (time) => {
    if (time === null) {
      warn('no-timestamps');
      return last;
    }
    first ??= time;
    const tsNs = (time.sec - first.sec) * 1_000_000_000 + (time.ns - first.ns);
    if (!(tsNs <= MAX_CAPTURE_NS)) warn('time-far');
    else if (tsNs < last) warn('time-backwards');
    else last = tsNs;
    return last;
  };
}
