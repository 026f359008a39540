/**
 * What TCP connections hear and links carry, counted from the record stream by bins of time: ACKs by the flow of the data they are
 * for, frame bytes by direction of a link. A frame counts where it sets out on its way: onto a cable behind its narrow place, into
 * the air with the transmission that gets it through. So what is lost on the way, and what the air carries again, does not count.
 */
import { Kind } from '../catalog/kinds.ts';
import type { World } from '../engine/world.ts';
import type { TransferRates } from '../protocol/messages.ts';
import { recordAt } from '../protocol/record-codec.ts';
import type { RecordView } from '../protocol/scene.ts';

const KINDS: ReadonlySet<number> = new Set([Kind.tcpAcked, Kind.linkEnter, Kind.linkStart, Kind.linkDrop]);
/** Byte of a record's kind. */
const KIND_AT = 24;
const RECORD_BYTES = 40;
/** Bins of a whole run, at most. */
const MOST_BINS = 10_000;

/** The least of 1, 2, 5, 10, 20, 50, ... ns of which `most` make up the span. */
export function binFor(spanNs: number, most: number): number {
  for (let ten = 1; ; ten *= 10)
    for (const digit of [1, 2, 5]) if (digit * ten * most >= spanNs) return digit * ten;
}

/** Bins of a whole run: a power of ten of ns, so that every longer bin is made of whole ones. */
export function wholeRunBin(durationNs: number): number {
  let ns = 1;
  while (ns * MOST_BINS < durationNs) ns *= 10;
  return ns;
}

export class Rates {
  readonly binNs: number;
  private readonly first: number;
  private readonly bins: number;
  /** Bins before this one are taken over from another run, see takeOver. */
  private ownBin = 0;
  private readonly acks = new Map<number, Uint32Array>();
  private readonly bytes: Float64Array[];
  /** Directions of links by place. */
  private readonly ways: Map<number, number>;
  /** Bytes of the frames that are on a link and not yet on their way, by packet. */
  private readonly waiting = new Map<number, number>();
  private last = { packet: 0, bytes: 0 };

  /** @param start the world whose records come next, at or before fromNs */
  constructor(binNs: number, fromNs: number, toNs: number, start: World) {
    this.binNs = binNs;
    this.first = Math.floor(fromNs / binNs);
    this.bins = Math.max(1, Math.ceil(toNs / binNs) - this.first);
    this.bytes = start.ways.map(() => new Float64Array(this.bins));
    this.ways = new Map(start.ways.map((way) => [way.place, way.index]));
    const { pool } = start;
    for (const way of start.ways) {
      const station = start.links[way.link].medium?.stations[way.index & 1];
      for (const slot of [...way.queue, way.passing, ...(station?.window ?? [])])
        if (slot !== 0) this.waiting.set(pool.id[slot], pool.frameLen[slot]);
    }
  }

  consume(view: DataView, count: number): void {
    for (let i = 0; i < count; i += 1) {
      if (KINDS.has(view.getUint16(i * RECORD_BYTES + KIND_AT, true))) this.add(recordAt(view, i));
    }
  }

  private add(r: RecordView): void {
    const bin = Math.floor(r.timeNs / this.binNs) - this.first;
    const counts = bin >= this.ownBin && bin < this.bins;
    switch (r.kind) {
      case Kind.tcpAcked:
        if (counts) this.acksOf(r.other)[bin] += 1;
        break;
      case Kind.linkEnter:
        this.waiting.set(r.packet, r.a);
        break;
      case Kind.linkStart: {
        // a copy is as long as the frame it was made of, which set out just before
        const own = this.waiting.get(r.packet);
        const bytes = own ?? (r.other === this.last.packet ? this.last.bytes : 0);
        this.waiting.delete(r.packet);
        this.last = { packet: r.packet, bytes };
        const way = this.ways.get(r.place);
        if (counts && way !== undefined) this.bytes[way][bin] += bytes;
        break;
      }
      case Kind.linkDrop:
        this.waiting.delete(r.packet);
    }
  }

  private acksOf(flow: number): Uint32Array {
    let row = this.acks.get(flow);
    if (row === undefined) {
      row = new Uint32Array(this.bins);
      this.acks.set(flow, row);
    }
    return row;
  }

  /** Where the first bin begins that has nothing from before `t` in it. */
  binAfter(t: number): number {
    return Math.ceil(t / this.binNs) * this.binNs;
  }

  /** Takes the bins before binAfter(t) from a run that is the same up to there; counts its own from there on. */
  takeOver(from: Rates, t: number): void {
    const bins = Math.min(this.bins, this.binAfter(t) / this.binNs - this.first);
    this.ownBin = bins;
    for (const [flow, row] of from.acks) this.acksOf(flow).set(row.subarray(0, bins));
    for (const [way, row] of this.bytes.entries()) row.set(from.bytes[way].subarray(0, bins));
  }

  /**
   * The bins that touch a part of time.
   * @param binNs a whole number of times this.binNs @param way direction in which the data goes; -1: over no link
   */
  view(flow: number, way: number, fromNs: number, toNs: number, binNs: number): TransferRates {
    const first = Math.floor(fromNs / binNs);
    const bins = Math.max(1, Math.ceil(toNs / binNs) - first);
    const each = Math.round(binNs / this.binNs);
    const sum = (row: ArrayLike<number> | undefined): number[] => {
      const out = new Array<number>(bins).fill(0);
      for (let i = 0; row !== undefined && i < bins; i += 1)
        for (let k = 0; k < each; k += 1) out[i] += row[(first + i) * each + k - this.first] ?? 0;
      return out;
    };
    return {
      binNs,
      firstNs: first * binNs,
      acks: sum(this.acks.get(flow)),
      way,
      out: way < 0 ? [] : sum(this.bytes[way]),
      back: way < 0 ? [] : sum(this.bytes[way ^ 1]),
    };
  }
}
