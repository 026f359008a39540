/**
 * One branch's run: made once to its end in slices, a keyframe kept now and then, any moment reached again from the nearest one.
 * Records are not kept: they are made again by advancing, chunk by chunk between two keyframes, the last few chunks cached.
 */
import { advance } from '../engine/advance.ts';
import { copyWorld, worldBytes } from '../engine/copy.ts';
import { createWorld } from '../engine/create.ts';
import { Kind } from '../catalog/kinds.ts';
import { RECORD_BYTES, RecordWriter } from '../engine/records.ts';
import type { TimedInput, WorldSpec } from '../engine/spec.ts';
import type { World } from '../engine/world.ts';
import { applyRecord } from '../protocol/fold.ts';
import { copyScene } from '../protocol/scene-copy.ts';
import type { Moment } from '../protocol/messages.ts';
import { recordAt } from '../protocol/record-codec.ts';
import type { RecordView, Scene, SceneMap } from '../protocol/scene.ts';
import { sceneOf } from './scene-of.ts';

const KEYFRAME_RECORDS = 16_384;
const SLICE_RECORDS = 8192;
const MOST_KEYFRAME_BYTES = 192_000_000;
const CHUNKS_CACHED = 6;
/** Records before a moment that a scene is folded from, so that it knows the last drops. */
const LOOK_BACK = 256;

/** Takes records as they are made. */
export type RecordConsumer = (view: DataView, count: number) => void;

export interface Chunk {
  /** Seq of the first record. */
  first: number;
  count: number;
  view: DataView;
}

/** A moment given by time alone: after all records up to it. */
export const ALL_OF_TIME = -1;

export class Run {
  readonly spec: WorldSpec;
  readonly keyframes: World[];
  private readonly frontier: World;
  private spacing: number;
  private kept: number;
  private readonly cache: Map<number, Chunk>;
  private readonly consume: RecordConsumer;
  done: boolean;

  /** @param start keyframes of another run that are this one's too (see keyframesFor); none: from the spec */
  constructor(spec: WorldSpec, consume: RecordConsumer, start: readonly World[] = []) {
    this.spec = spec;
    this.consume = consume;
    this.keyframes = start.length > 0 ? [...start] : [createWorld(spec)];
    this.frontier = copyWorld(this.keyframes[this.keyframes.length - 1]);
    this.spacing = KEYFRAME_RECORDS;
    this.kept = this.keyframes.reduce((sum, k) => sum + worldBytes(k), 0);
    this.cache = new Map();
    this.done = false;
    this.frontier.writer = new RecordWriter((buffer, count) => this.consume(new DataView(buffer), count));
  }

  get knownNs(): number {
    return this.frontier.now;
  }

  get knownSeq(): number {
    return this.frontier.seq;
  }

  /** Bytes of keyframes kept, roughly. */
  get keptBytes(): number {
    return this.kept;
  }

  /** Makes the next slice of the run. */
  pump(): void {
    if (this.done) return;
    const w = this.frontier;
    advance(w, this.spec.durationNs, w.seq + SLICE_RECORDS);
    w.writer?.flush();
    if (w.seq - this.keyframes[this.keyframes.length - 1].seq >= this.spacing) this.keep(w);
    if (w.now >= this.spec.durationNs) this.done = true;
  }

  private keep(w: World): void {
    this.keyframes.push(copyWorld(w));
    this.kept += worldBytes(w);
    if (this.kept >= MOST_KEYFRAME_BYTES) this.thin();
  }

  /** Every second keyframe goes, and they come half as often from here on. @returns false where there is none to spare */
  thin(): boolean {
    if (this.keyframes.length < 3) return false;
    const thinned = this.keyframes.filter((_, i) => i % 2 === 0);
    this.keyframes.splice(0, this.keyframes.length, ...thinned);
    this.kept = this.keyframes.reduce((sum, k) => sum + worldBytes(k), 0);
    this.spacing *= 2;
    this.cache.clear();
    return true;
  }

  /**
   * Keyframes that a run with other inputs from the moment `at` on shares with this one: those before record `at.seq` and not
   * after the time `notAfter` says of them.
   * @param inputs all inputs of that run, soonest first
   */
  keyframesFor(at: Moment, inputs: readonly TimedInput[], notAfter: (t: number) => number): World[] {
    return this.keyframes
      .filter((k) => k.seq < at.seq && notAfter(k.now) <= at.t)
      .map((k) => ({ ...k, inputs: inputs.slice(k.applied) }));
  }

  /** True where the run has been made as far as this moment. */
  reaches(at: Moment): boolean {
    return this.done || this.frontier.now > at.t || (this.frontier.seq > at.seq && this.agree(at));
  }

  /** Index of the last keyframe at or before a moment. */
  keyframeBefore(at: Moment): number {
    let low = 0;
    let high = this.keyframes.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const k = this.keyframes[middle];
      const before = at.seq >= 0 ? k.seq <= at.seq : k.now <= at.t;
      if (before) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Index of the last keyframe before a packet's arrival. */
  keyframeBeforePacket(packet: number): number {
    let low = 0;
    let high = this.keyframes.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.keyframes[middle].lastPacket < packet) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The full moment of a time, or the moment itself. */
  resolve(at: Moment): Moment {
    const t = Math.min(at.t, this.spec.durationNs);
    return { t, seq: this.agree(at) ? at.seq : this.worldAtTime(t).seq };
  }

  /** Time and record of a moment belong together; those of a link made under another model may not: then the time counts. */
  private agree({ t, seq }: Moment): boolean {
    if (seq < 0 || seq > this.knownSeq) return false;
    if (seq > 0 && (this.record(seq)?.timeNs ?? 0) > t) return false;
    return seq >= this.knownSeq || (this.record(seq + 1)?.timeNs ?? t) >= t;
  }

  /** A world of its own with every event up to a time behind it. */
  worldAtTime(t: number): World {
    const w = copyWorld(this.keyframes[this.keyframeBefore({ t, seq: ALL_OF_TIME })]);
    advance(w, Math.min(t, this.spec.durationNs));
    return w;
  }

  /** A world of its own: the last one between two events that is not after record `seq` (at most `back` records before it). */
  worldBefore(seq: number, back = 0): World {
    const keyframe = this.keyframes[this.keyframeBefore({ t: 0, seq: Math.max(0, seq - back) })];
    const from = copyWorld(keyframe);
    const target = Math.max(0, seq - back);
    const skipTo = target - 200;
    if (skipTo > from.seq) {
      const tried = copyWorld(from);
      advance(tried, this.spec.durationNs, skipTo);
      if (tried.seq <= target) return this.stepTo(tried, target);
    }
    return this.stepTo(from, target);
  }

  /** Steps events while their records stay at or before `seq`. */
  private stepTo(w: World, seq: number): World {
    const probe = copyWorld(w);
    let events = 0;
    while (probe.seq < seq) {
      if (advance(probe, this.spec.durationNs, Number.POSITIVE_INFINITY, 1) === 0) break;
      if (probe.seq > seq) break;
      events += 1;
    }
    advance(w, this.spec.durationNs, Number.POSITIVE_INFINITY, events);
    return w;
  }

  /** The scene just after record `at.seq`, with the drops of the records shortly before. */
  sceneAt(at: Moment, map: SceneMap): { scene: Scene; record: RecordView | null } {
    const made = this.approach(at.seq);
    const recent =
      made?.records ?? this.recordsFrom(Math.max(0, at.seq - LOOK_BACK), Math.min(LOOK_BACK, at.seq));
    // a command's effect is in no record: then the world itself goes as far as it can
    const told = made !== null && !recent.some((r) => r.kind === Kind.command);
    const w = told ? made.world : this.worldBefore(at.seq);
    const scene = told ? made.scene : copyScene(sceneOf(w));
    const from = scene.seq;
    for (const r of recent) if (r.seq > from && r.seq <= at.seq) applyRecord(scene, r, map);
    this.fillDrops(scene, recent, at.seq);
    scene.seq = at.seq;
    scene.timeNs = at.t;
    return { scene, record: recent.find((r) => r.seq === at.seq) ?? null };
  }

  /** In one pass: a scene at most LOOK_BACK records before record `seq`, and the records from there to it. Null: inside one long event. */
  private approach(seq: number): { world: World; scene: Scene; records: RecordView[] } | null {
    const target = Math.max(0, seq - LOOK_BACK);
    const world = copyWorld(this.keyframes[this.keyframeBefore({ t: 0, seq: target })]);
    if (target > world.seq) advance(world, this.spec.durationNs, target);
    if (world.seq > seq) return null;
    const scene = copyScene(sceneOf(world));
    const records: RecordView[] = [];
    world.writer = new RecordWriter((buffer, count) => {
      const view = new DataView(buffer);
      for (let i = 0; i < count; i += 1) records.push(recordAt(view, i));
    });
    if (seq > world.seq) advance(world, this.spec.durationNs, seq);
    world.writer.flush();
    while (records.length > 0 && records[records.length - 1].seq > seq) records.pop();
    return { world, scene, records };
  }

  private fillDrops(scene: Scene, recent: readonly RecordView[], seq: number): void {
    const flowOf = new Map<number, number>();
    const { flows } = this.keyframes[0].fixed;
    scene.drops = [];
    for (const r of recent) {
      if (r.seq > seq) break;
      if (r.kind === Kind.frameArrived || r.kind === Kind.linkEnter) flowOf.set(r.packet, r.b);
      else if (r.kind === Kind.send || r.kind === Kind.tcpAck) flowOf.set(r.packet, r.other);
      if (r.kind !== Kind.drop && r.kind !== Kind.txDrop && r.kind !== Kind.linkDrop) continue;
      scene.drops.push({
        seq: r.seq,
        timeNs: r.timeNs,
        packet: r.packet,
        flow: flows[flowOf.get(r.packet) ?? 0]?.same ?? 0,
        place: r.place,
        reason: r.reason,
      });
    }
    scene.drops = scene.drops.slice(-32);
  }

  /** Records between keyframe `index` and the next one (or the end of what is known). */
  chunk(index: number): Chunk {
    const next = this.keyframes[index + 1];
    const open = next === undefined && !this.done;
    const cached = this.cache.get(index);
    if (cached !== undefined && !open) {
      // newest last, so that the oldest is the first to go
      this.cache.delete(index);
      this.cache.set(index, cached);
      return cached;
    }
    const w = copyWorld(this.keyframes[index]);
    const first = w.seq + 1;
    const until = next === undefined ? this.knownSeq : next.seq;
    const bytes = new Uint8Array(Math.max(0, until - w.seq) * RECORD_BYTES + RECORD_BYTES * 4096);
    let length = 0;
    w.writer = new RecordWriter((buffer, count) => {
      const part = new Uint8Array(buffer, 0, count * RECORD_BYTES);
      const room = Math.min(part.length, bytes.length - length);
      bytes.set(part.subarray(0, room), length);
      length += room;
    });
    if (until > w.seq) advance(w, this.spec.durationNs, until);
    w.writer.flush();
    const count = Math.min(until - first + 1, Math.floor(length / RECORD_BYTES));
    const chunk = { first, count, view: new DataView(bytes.buffer) };
    if (!open) {
      this.cache.set(index, chunk);
      if (this.cache.size > CHUNKS_CACHED) this.cache.delete(this.cache.keys().next().value as number);
    }
    return chunk;
  }

  /** Index of the chunk that holds record `seq`. */
  chunkOf(seq: number): number {
    return this.keyframeBefore({ t: 0, seq: seq - 1 });
  }

  /** The record with this seq, or null where the run has none. */
  record(seq: number): RecordView | null {
    if (seq < 1 || seq > this.knownSeq) return null;
    const chunk = this.chunk(this.chunkOf(seq));
    const i = seq - chunk.first;
    return i >= 0 && i < chunk.count ? recordAt(chunk.view, i) : null;
  }

  /** Up to `count` records after record `seq`. */
  recordsFrom(seq: number, count: number): RecordView[] {
    const found: RecordView[] = [];
    let next = seq + 1;
    while (found.length < count && next <= this.knownSeq) {
      const chunk = this.chunk(this.chunkOf(next));
      const from = next - chunk.first;
      const to = Math.min(chunk.count, from + count - found.length);
      if (to <= from) break;
      for (let i = from; i < to; i += 1) found.push(recordAt(chunk.view, i));
      next = chunk.first + to;
    }
    return found;
  }

  /** Raw records after record `seq`, up to `count`, while `keepGoing` says so of each (the one it refuses is still in). */
  bytesFrom(
    seq: number,
    count: number,
    keepGoing: (r: RecordView) => boolean,
  ): { buffer: ArrayBuffer; count: number } {
    const records = this.recordsFrom(seq, count);
    let n = 0;
    while (n < records.length) {
      n += 1;
      if (!keepGoing(records[n - 1])) break;
    }
    const bytes = new Uint8Array(n * RECORD_BYTES);
    for (let i = 0; i < n; ) {
      const chunk = this.chunk(this.chunkOf(seq + 1 + i));
      const from = seq + 1 + i - chunk.first;
      const part = Math.min(n - i, chunk.count - from);
      bytes.set(
        new Uint8Array(chunk.view.buffer, from * RECORD_BYTES, part * RECORD_BYTES),
        i * RECORD_BYTES,
      );
      i += part;
    }
    return { buffer: bytes.buffer, count: n };
  }
}
