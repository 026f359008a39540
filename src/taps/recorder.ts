/**
 * A stretch of a run, recorded at capture points. Made by whoever advances the world: `attach` before, `finish` after. Bounded in packets and
 * bytes; beyond that it takes nothing more, and says so.
 */
import { CAPTURE_POINTS, Point } from '../catalog/capture-points.ts';
import { RecordWriter, RECORD_BYTES, type RecordSink } from '../engine/records.ts';
import type { PacketTap, World } from '../engine/world.ts';
import { framesAt, LINKTYPE_ETHERNET, LINKTYPE_RAW, type Offload } from './skb-bytes.ts';

/** One point at one card. */
export interface TapPlace {
  /** Index in catalog/capture-points. */
  point: number;
  /** World index. */
  nic: number;
}

export interface RecorderOptions {
  places: readonly TapPlace[];
  /** Packets from `fromNs` to `toNs`, both included. */
  fromNs: number;
  toNs: number;
  mostPackets: number;
  mostBytes: number;
  /** Only what this packet is, or is in. */
  packet?: number;
}

export interface RecordedPacket {
  timeNs: number;
  /** Record of the event at the point: the packet's moment. */
  seq: number;
  /** Its packet id, and those of all frames that are in it (a train's). */
  packet: number;
  parts: number[];
  /** Index into the recording's places. */
  place: number;
  bytes: Uint8Array;
  linkType: number;
  csumPartial: boolean;
  offload: Offload;
  gsoSize: number;
  piece: number;
  pieces: number;
  /** Reason code of what brought it here: why the train ended, why an ACK was made, why it waited; 0: nothing to say. */
  reason: number;
}

export interface Recording {
  places: TapPlace[];
  /** In order of time. */
  packets: RecordedPacket[];
  bytes: number;
  /** It ended at a bound: time of the first packet that was left out; null: everything is there. */
  cutAtNs: number | null;
  /** Packets whose headers can't be made again (malformed ones of a capture). */
  unbuilt: number;
}

export const DEFAULT_MOST_PACKETS = 50_000;
export const DEFAULT_MOST_BYTES = 64_000_000;
/** Frame ids kept of one train. */
const MOST_PARTS = 1024;

export class Recorder {
  private readonly options: RecorderOptions;
  private readonly packets: RecordedPacket[];
  /** Seq of the record whose reason a packet gets. */
  private readonly causes: number[];
  private readonly placeOf: Map<number, number>;
  private readonly reasons: ReasonLog;
  private bytes: number;
  private cutAtNs: number | null;
  private unbuilt: number;
  private world: World | null;

  constructor(options: RecorderOptions) {
    this.options = options;
    this.packets = [];
    this.causes = [];
    this.placeOf = new Map(
      options.places.map(({ point, nic }, i) => [nic * CAPTURE_POINTS.length + point, i]),
    );
    this.reasons = new ReasonLog();
    this.bytes = 0;
    this.cutAtNs = null;
    this.unbuilt = 0;
    this.world = null;
  }

  /** A bound was met: there is no use in going on. */
  get full(): boolean {
    return this.cutAtNs !== null;
  }

  get count(): number {
    return this.packets.length;
  }

  /** How far the world has to be advanced: what is on the wire at the end of the stretch may be cut into frames that were out before. */
  untilNs(w: World): number {
    let longest = 0;
    for (const { point, nic } of this.options.places)
      if (point === Point.wireOut)
        longest = Math.max(longest, Math.ceil(LONGEST_BITS_NS / w.nics[nic].linkBps));
    return this.options.toNs + longest;
  }

  /** @param sink gets the records that this world writes from now on; absent: nobody else wants them */
  attach(w: World, sink: RecordSink | null = null): void {
    this.world = w;
    this.reasons.first = w.seq + 1;
    w.tap = this.tap;
    w.writer = new RecordWriter((buffer, count) => {
      this.reasons.take(buffer, count);
      sink?.(buffer, count);
    });
  }

  finish(): Recording {
    this.world?.writer?.flush();
    const { packets, causes } = this;
    packets.forEach((packet, i) => {
      packet.reason = this.reasons.of(causes[i]);
    });
    // pieces of a packet are told of when the last one is out
    packets.sort((a, b) => a.timeNs - b.timeNs);
    const { places } = this.options;
    return { places: [...places], packets, bytes: this.bytes, cutAtNs: this.cutAtNs, unbuilt: this.unbuilt };
  }

  private readonly tap: PacketTap = (w, point, nic, slot) => {
    const place = this.placeOf.get(nic * CAPTURE_POINTS.length + point);
    const { fromNs, toNs, mostPackets, mostBytes } = this.options;
    if (place === undefined || w.now < fromNs || this.full) return;
    if (w.now > toNs && point !== Point.wireOut) return;
    const ids = idsOf(w, slot);
    const only = this.options.packet;
    if (only !== undefined && !ids.includes(only)) return;
    let frames: ReturnType<typeof framesAt>;
    try {
      frames = framesAt(w, point, nic, slot);
    } catch {
      this.unbuilt += 1;
      return;
    }
    const seq = w.seq + 1;
    // at the MAC the record after this one says what was decided of the frame; what is written new has no past
    const cause = point === Point.wireIn ? seq + 1 : point === Point.appOut ? 0 : w.pool.lastSeq[slot];
    for (const frame of frames) {
      const { bytes, timeNs, piece, pieces } = frame;
      if (timeNs < fromNs || timeNs > toNs) continue;
      if (this.packets.length >= mostPackets || this.bytes + bytes.length > mostBytes) {
        this.cutAtNs = timeNs;
        return;
      }
      const own = pieces > 1 && pieces === ids.length;
      const packet = own ? ids[piece] : ids[0];
      const parts = own ? [packet] : ids;
      if (only !== undefined && !parts.includes(only)) continue;
      this.packets.push({
        ...frame,
        seq,
        packet,
        parts,
        place,
        reason: 0,
      });
      this.causes.push(cause);
      this.bytes += bytes.length;
    }
  };
}

/** 64 KiB of payload in the smallest segments, in bits, times ns a second. */
const LONGEST_BITS_NS = 4 * 65_536 * 8 * 1_000_000_000;

function idsOf(w: World, slot: number): number[] {
  const { pool } = w;
  const ids: number[] = [];
  for (let s = slot; s !== 0 && ids.length < MOST_PARTS; s = pool.fragNext[s]) ids.push(pool.id[s]);
  return ids;
}

/** Reasons of records, by seq. */
class ReasonLog {
  first: number;
  private codes: Uint16Array;
  private length: number;

  constructor() {
    this.first = 1;
    this.codes = new Uint16Array(1 << 14);
    this.length = 0;
  }

  take(buffer: ArrayBuffer, count: number): void {
    const u16 = new Uint16Array(buffer, 0, (count * RECORD_BYTES) / 2);
    if (this.length + count > this.codes.length) {
      const larger = new Uint16Array(Math.max(this.codes.length * 2, this.length + count));
      larger.set(this.codes.subarray(0, this.length));
      this.codes = larger;
    }
    // see engine/records.ts
    for (let i = 0; i < count; i += 1) this.codes[this.length + i] = u16[i * 20 + 14];
    this.length += count;
  }

  /** 0 where the record was before the recording began. */
  of(seq: number): number {
    const i = seq - this.first;
    return i >= 0 && i < this.length ? this.codes[i] : 0;
  }
}

/** Link type of what is seen at a point. */
export function linkTypeAt(point: number): number {
  return CAPTURE_POINTS[point].headers ? LINKTYPE_ETHERNET : LINKTYPE_RAW;
}
