/** What reading a capture gives: packets, problems as values, and limits. */

export interface CaptureLimits {
  /** Reading stops, with what was read, at the first packet beyond. */
  maxPackets: number;
  /** Longest captured packet, bytes; the kernel's and libpcap's own bound is 262,144. */
  maxPacketBytes: number;
  /** Longest packet on the wire, bytes; the longest that Linux makes (BIG TCP) have 524,280. */
  maxWireBytes: number;
  /** Longest file, bytes. */
  maxBytes: number;
}

export const DEFAULT_CAPTURE_LIMITS: Readonly<CaptureLimits> = {
  maxPackets: 2_000_000,
  maxPacketBytes: 262_144,
  maxWireBytes: 1024 * 1024,
  maxBytes: 4 * 1024 ** 3,
};

/**
 * not-a-capture: the first bytes are no known format's; compressed: unpack it first; unsupported-version: a format version that
 * is not read; truncated-file: it ends inside a record (what was before is kept); bad-block: a record or block contradicts
 * itself; unsupported-linktype: not Ethernet and not turned into it; too-many-packets, too-large: beyond the limits.
 */
export type CaptureErrorCode =
  | 'not-a-capture'
  | 'compressed'
  | 'unsupported-version'
  | 'truncated-file'
  | 'bad-block'
  | 'unsupported-linktype'
  | 'too-many-packets'
  | 'too-large';

export interface CaptureError {
  code: CaptureErrorCode;
  /** For people: where (packet and byte, unless it is the file as a whole), what, and what to do. */
  message: string;
  /** Bytes into the file where the record in question begins. */
  offset: number;
  /** Packets read before it. */
  packetIndex: number;
}

/**
 * time-backwards: stamped earlier than the packet before (its time is used instead); time-far: more than 100 days after the first
 * packet, or not a time (the same); no-timestamps: simple packet blocks carry none (the same); cut-packets: fewer bytes
 * captured than the frame had.
 */
export type CaptureWarningCode = 'time-backwards' | 'time-far' | 'no-timestamps' | 'cut-packets';

export interface CaptureWarning {
  code: CaptureWarningCode;
  /** Packets concerned, and the index of the first. */
  count: number;
  firstIndex: number;
}

export interface CapturePacket {
  /** From 0. */
  index: number;
  /** Whole ns since the first packet, never less than the packet before. */
  tsNs: number;
  /** Bytes of the frame, FCS left out. */
  origLen: number;
  /** The captured ones, from the Ethernet header on. A view of what was pushed: copy what is to be changed. */
  bytes: Uint8Array;
  /** Counts through all sections of a file. */
  interfaceId: number;
  /** synthetic: the capture had no Ethernet header (raw IP, loopback, cooked); this one is made up from what it had. */
  l2: 'captured' | 'synthetic';
  /** As the capturing host marked it; plain pcap with Ethernet headers does not say. */
  direction: 'in' | 'out' | 'unknown';
}

export interface CaptureInterface {
  /** As in the file, '' where it has none. */
  name: string;
  linkType: number;
}

export type CaptureFormat = 'pcap' | 'pcap-ns' | 'pcapng';

export interface CaptureSummary {
  /** null: not known to be a capture. */
  format: CaptureFormat | null;
  packets: number;
  /** Bytes pushed, those after an error too. */
  bytes: number;
  interfaces: CaptureInterface[];
  warnings: CaptureWarning[];
  /** Why reading ended before the end of the file, else null. Packets before it count. */
  error: CaptureError | null;
}

/** A record as a file has it, before time and link layer are settled. */
export interface RawRecord {
  interfaceId: number;
  /** Since 1970: whole seconds and ns; null: no time stamp. */
  time: { sec: number; ns: number } | null;
  origLen: number;
  bytes: Uint8Array;
  linkType: number;
  /** Bytes of FCS at the end of each packet. */
  fcsLen: number;
  direction: CapturePacket['direction'];
  /** Bytes into the file. */
  offset: number;
}

/** Reads one format from a queue of bytes. */
export interface FormatReader {
  /**
   * Takes one record or block off the queue.
   * @returns a record; 'again': something that is no packet was taken; 'more': too few bytes; a problem ends the reading
   */
  step(queue: ByteQueue): RawRecord | 'again' | 'more' | FormatProblem;
  interfaces(): CaptureInterface[];
  /** Bytes into the file where the record or block begins that comes next or is being read. */
  recordOffset(queue: ByteQueue): number;
  /** What the file ends inside of; null: it ends well. */
  unfinished(queue: ByteQueue): string | null;
}

export interface FormatProblem {
  code: CaptureErrorCode;
  message: string;
}

/** The bytes not read yet; see byte-queue.ts. */
export interface ByteQueue {
  /** Bytes taken off so far: offset in the file of the first one in the queue. */
  readonly offset: number;
  readonly length: number;
  u8(at: number): number;
  u16(at: number, littleEndian: boolean): number;
  u32(at: number, littleEndian: boolean): number;
  view(at: number, len: number): Uint8Array;
  skip(len: number): void;
}
