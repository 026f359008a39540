/**
 * What the timeline and the charts show, gathered from the record stream: per CPU and bin the time in each context, per bin what
 * arrived, was lost, was read and interrupted, the rings' peaks and the 99th percentile of latency; markers, evenly thinned.
 */
import { CONTEXTS } from '../catalog/contexts.ts';
import { CONTEXT_KINDS, Kind } from '../catalog/kinds.ts';
import { contextArg } from '../engine/cpu/context.ts';
import type { World } from '../engine/world.ts';
import type { Timeline } from '../protocol/messages.ts';
import { placeIndex } from '../protocol/place-index.ts';
import { recordAt } from '../protocol/record-codec.ts';
import type { RecordView, SceneMap } from '../protocol/scene.ts';
import { usedSlots } from './inspect-slot.ts';
import { waitsOf } from './scene-of.ts';

const MOST_MARKERS = 4000;
const MOST_SPANS = 40_000;
const ARRIVALS = 1 << 17;
const LATENCY_BUCKETS = 128;

type Marker = Timeline['markers'][number];
type Span = NonNullable<Timeline['spans']>[number];

const MARKED: Readonly<Record<number, Marker['kind']>> = {
  [Kind.drop]: 'drop',
  [Kind.linkDrop]: 'drop',
  [Kind.irqRaised]: 'irq',
  [Kind.wakeUp]: 'wakeup',
  [Kind.command]: 'command',
};

/** Four buckets to each doubling. */
function latencyBucket(ns: number): number {
  let value = Math.max(4, ns);
  let octave = 0;
  while (value >= 8) {
    value /= 2;
    octave += 1;
  }
  return Math.min(LATENCY_BUCKETS - 1, octave * 4 + Math.floor(value) - 4);
}

function bucketNs(bucket: number): number {
  return (4.5 + (bucket % 4)) * 2 ** Math.floor(bucket / 4);
}

export class Series {
  readonly fromNs: number;
  readonly toNs: number;
  readonly bins: number;
  /** Bins before this one are taken over from another series, see takeOver. */
  private ownBin: number;
  private readonly map: SceneMap;
  private readonly contextNs: Float32Array;
  private readonly waitNs: Float32Array | null;
  private readonly arrived: Float32Array;
  private readonly dropped: Float32Array;
  private readonly delivered: Float32Array;
  private readonly irqs: Float32Array;
  private readonly ringPeak: Float32Array;
  private readonly latency: Uint16Array;
  private readonly arrivals: Float64Array;
  private markers: Marker[];
  private markerStep: number;
  private markerCount: number;
  private spans: Span[] | null;
  private readonly ctx: Int32Array;
  private readonly task: Int32Array;
  /** Lock that each CPU spins on in each context, -1 none; a context that was interrupted still waits. */
  private readonly spins: Int32Array;
  private readonly since: Float64Array;
  private lastNs: number;
  /** Frames waiting in each ring now, and the bin up to which its peaks are written. */
  private readonly held: Int32Array;
  private readonly heldBin: Int32Array;

  /** @param start the world whose records come next, at or before fromNs @param spans keep exact spans too */
  constructor(map: SceneMap, fromNs: number, toNs: number, bins: number, start: World, spans: boolean) {
    const cpus = map.cpus.length;
    this.map = map;
    this.fromNs = fromNs;
    this.ownBin = 0;
    this.toNs = Math.max(fromNs + 1, toNs);
    this.bins = bins;
    this.contextNs = new Float32Array(cpus * bins * CONTEXTS.length);
    this.waitNs = map.locks.length === 0 ? null : new Float32Array(this.contextNs.length);
    this.arrived = new Float32Array(bins);
    this.dropped = new Float32Array(bins);
    this.delivered = new Float32Array(bins);
    this.irqs = new Float32Array(bins);
    this.ringPeak = new Float32Array(map.queues.length * bins);
    this.latency = new Uint16Array(bins * LATENCY_BUCKETS);
    this.arrivals = new Float64Array(ARRIVALS);
    this.markers = [];
    this.markerStep = 1;
    this.markerCount = 0;
    this.spans = spans ? [] : null;
    this.ctx = Int32Array.from(start.cpus, (c) => c.ctx);
    this.task = Int32Array.from(start.cpus, (c) => contextArg(c) >>> 8);
    this.spins = new Int32Array(cpus * CONTEXTS.length).fill(-1);
    for (const cpu of start.cpus)
      for (const { ctx, lock } of waitsOf(cpu)) this.spins[cpu.index * CONTEXTS.length + ctx] = lock;
    this.since = new Float64Array(cpus).fill(fromNs);
    this.lastNs = fromNs;
    this.held = Int32Array.from(start.queues, (q) => q.waiting);
    this.heldBin = new Int32Array(map.queues.length);
    for (const slot of usedSlots(start))
      this.arrivals[start.pool.id[slot] % ARRIVALS] = start.pool.arrivedNs[slot];
  }

  /** Where the first bin begins that is not before `t`. */
  binAfter(t: number): number {
    const width = (this.toNs - this.fromNs) / this.bins;
    const start = this.fromNs + this.bin(t) * width;
    return start >= t ? start : start + width;
  }

  /** Takes the bins before binAfter(t) from a series over the same span, known to that time; counts its own from there on. */
  takeOver(from: Series, t: number): void {
    const untilNs = this.binAfter(t);
    const bins = Math.round(((untilNs - this.fromNs) / (this.toNs - this.fromNs)) * this.bins);
    from.settle(untilNs, bins);
    this.ownBin = bins;
    this.lastNs = untilNs;
    this.since.fill(untilNs);
    this.heldBin.fill(bins);
    copyRows(this.contextNs, from.contextNs, this.bins * CONTEXTS.length, bins * CONTEXTS.length);
    if (this.waitNs !== null && from.waitNs !== null)
      copyRows(this.waitNs, from.waitNs, this.bins * CONTEXTS.length, bins * CONTEXTS.length);
    copyRows(this.ringPeak, from.ringPeak, this.bins, bins);
    for (const name of ['arrived', 'dropped', 'delivered', 'irqs'] as const)
      this[name].set(from[name].subarray(0, bins));
    this.latency.set(from.latency.subarray(0, bins * LATENCY_BUCKETS));
    this.markers = from.markers.filter((m) => this.bin(m.timeNs) < bins);
    this.markerStep = from.markerStep;
  }

  /** What goes on is written down up to a time, and up to a bin. */
  private settle(untilNs: number, bin: number): void {
    for (let cpu = 0; cpu < this.ctx.length; cpu += 1) this.close(cpu, untilNs);
    for (let queue = 0; queue < this.held.length; queue += 1)
      this.fillRing(queue, Math.min(bin, this.bins - 1));
  }

  /** Before what this series counts itself. */
  private early(t: number): boolean {
    return t < this.fromNs || (this.ownBin > 0 && this.bin(t) < this.ownBin);
  }

  private bin(t: number): number {
    const b = Math.floor(((t - this.fromNs) / (this.toNs - this.fromNs)) * this.bins);
    return b < 0 ? 0 : b >= this.bins ? this.bins - 1 : b;
  }

  consume(view: DataView, count: number): void {
    for (let i = 0; i < count; i += 1) this.add(recordAt(view, i));
  }

  private add(r: RecordView): void {
    if (r.kind === Kind.frameArrived) this.arrivals[r.packet % ARRIVALS] = r.timeNs;
    if (r.kind === Kind.dmaDone || r.kind === Kind.pollFrame || r.kind === Kind.ringReset) this.setHeld(r);
    if (this.waitNs !== null) this.lockRecord(r);
    if (this.early(r.timeNs)) {
      if (CONTEXT_KINDS.has(r.kind)) this.setContext(r, true);
      return;
    }
    if (r.timeNs > this.toNs) return;
    this.lastNs = r.timeNs;
    const bin = this.bin(r.timeNs);
    if (CONTEXT_KINDS.has(r.kind)) this.setContext(r, false);
    switch (r.kind) {
      case Kind.frameArrived:
        this.arrived[bin] += 1;
        break;
      case Kind.drop:
        this.dropped[bin] += 1;
        break;
      case Kind.socketQueue:
        this.delivered[bin] += 1;
        break;
      case Kind.irqRaised:
        this.irqs[bin] += 1;
        break;
      case Kind.recv:
      case Kind.tlsFree:
        this.latency[bin * LATENCY_BUCKETS + latencyBucket(r.timeNs - this.arrivals[r.packet % ARRIVALS])] +=
          1;
        break;
      default:
        break;
    }
    const mark = MARKED[r.kind];
    if (mark !== undefined) this.mark({ timeNs: r.timeNs, seq: r.seq, kind: mark });
  }

  /** A CPU begins or ends to spin: what it did so far is one stretch. */
  private lockRecord(r: RecordView): void {
    const begins = r.kind === Kind.lockWait;
    if (!begins && r.kind !== Kind.lockAcquired && r.kind !== Kind.lockPassed) return;
    const lock = placeIndex(this.map).lock[r.place];
    const base = r.cpu * CONTEXTS.length;
    const row = this.spins.subarray(base, base + CONTEXTS.length);
    const ctx = begins ? this.ctx[r.cpu] : row.indexOf(lock);
    if (ctx < 0) return;
    if (!this.early(r.timeNs)) this.close(r.cpu, Math.min(r.timeNs, this.toNs));
    row[ctx] = begins ? lock : -1;
  }

  /** What a ring holds lasts until something changes it: a ring that is full and stays full is full in every bin between. */
  private setHeld(r: RecordView): void {
    const queue = placeIndex(this.map).queue[r.place];
    if (!this.early(r.timeNs)) this.fillRing(queue, this.bin(Math.min(r.timeNs, this.toNs)));
    if (r.kind === Kind.dmaDone) this.held[queue] = r.b;
    else if (r.kind === Kind.pollFrame) this.held[queue] = Math.max(0, this.held[queue] - 1);
    else this.held[queue] = 0;
    if (this.early(r.timeNs) || r.timeNs > this.toNs) return;
    const at = queue * this.bins + this.bin(r.timeNs);
    if (this.held[queue] > this.ringPeak[at]) this.ringPeak[at] = this.held[queue];
  }

  private fillRing(queue: number, toBin: number): void {
    const held = this.held[queue];
    for (let b = this.heldBin[queue]; b <= toBin; b += 1) {
      const at = queue * this.bins + b;
      if (held > this.ringPeak[at]) this.ringPeak[at] = held;
    }
    this.heldBin[queue] = Math.max(this.heldBin[queue], toBin);
  }

  private mark(marker: Marker): void {
    this.markerCount += 1;
    if (marker.kind !== 'command' && this.markerCount % this.markerStep !== 0) return;
    this.markers.push(marker);
    if (this.markers.length <= MOST_MARKERS) return;
    this.markers = this.markers.filter((m, i) => m.kind === 'command' || i % 2 === 0);
    this.markerStep *= 2;
  }

  private setContext(r: RecordView, before: boolean): void {
    const ctx = r.b & 0xff;
    const task = r.b >>> 8;
    if (!before) this.close(r.cpu, r.timeNs);
    this.ctx[r.cpu] = ctx;
    this.task[r.cpu] = task;
    this.since[r.cpu] = Math.max(this.since[r.cpu], r.timeNs);
  }

  /** The context of a CPU ends at `t`. */
  private close(cpu: number, t: number): void {
    const from = this.since[cpu];
    if (t <= from) return;
    const width = (this.toNs - this.fromNs) / this.bins;
    const ctx = this.ctx[cpu];
    const lock = this.spins[cpu * CONTEXTS.length + ctx];
    for (let b = this.bin(from); b <= this.bin(t); b += 1) {
      const low = this.fromNs + b * width;
      const part = Math.min(t, low + width) - Math.max(from, low);
      if (part <= 0) continue;
      const at = (cpu * this.bins + b) * CONTEXTS.length + ctx;
      this.contextNs[at] += part;
      if (lock >= 0 && this.waitNs !== null) this.waitNs[at] += part;
    }
    if (this.spans !== null) {
      this.spans.push({ cpu, fromNs: from, toNs: t, ctx, task: this.task[cpu], lock });
      if (this.spans.length > MOST_SPANS) this.spans = null;
    }
    this.since[cpu] = t;
  }

  /** The timeline so far; contexts under way count up to `knownNs`. */
  timeline(knownNs: number): Timeline {
    const until = Math.min(this.toNs, Math.max(this.lastNs, knownNs));
    this.settle(until, this.bin(until));
    return {
      fromNs: this.fromNs,
      toNs: this.toNs,
      bins: this.bins,
      contextNs: this.contextNs.slice(),
      waitNs: this.waitNs?.slice() ?? null,
      arrived: this.arrived.slice(),
      dropped: this.dropped.slice(),
      delivered: this.delivered.slice(),
      irqs: this.irqs.slice(),
      ringPeak: this.ringPeak.slice(),
      latencyP99: this.p99(),
      spans: this.spans === null ? null : this.spans.slice(),
      markers: this.markers.slice(),
      knownNs,
    };
  }

  private p99(): Float32Array {
    const out = new Float32Array(this.bins).fill(Number.NaN);
    for (let b = 0; b < this.bins; b += 1) {
      const counts = this.latency.subarray(b * LATENCY_BUCKETS, (b + 1) * LATENCY_BUCKETS);
      const total = counts.reduce((sum, n) => sum + n, 0);
      if (total === 0) continue;
      let seen = 0;
      for (let i = 0; i < LATENCY_BUCKETS; i += 1) {
        seen += counts[i];
        if (seen >= Math.ceil(total * 0.99)) {
          out[b] = bucketNs(i);
          break;
        }
      }
    }
    return out;
  }
}

/** Copies the first `length` numbers of each row of `width`. */
function copyRows(to: Float32Array, from: Float32Array, width: number, length: number): void {
  for (let at = 0; at < to.length; at += width) to.set(from.subarray(at, at + length), at);
}

/** Part of a timeline, in `bins` bins: sums are shared out evenly, peaks kept. */
export function windowOf(
  whole: Timeline,
  fromNs: number,
  toNs: number,
  bins: number,
  cpus: number,
  queues: number,
): Timeline {
  const perBin = (whole.toNs - whole.fromNs) / whole.bins;
  const width = (toNs - fromNs) / bins;
  const contexts = CONTEXTS.length;
  const out: Timeline = {
    ...whole,
    fromNs,
    toNs,
    bins,
    contextNs: new Float32Array(cpus * bins * contexts),
    waitNs: whole.waitNs === null ? null : new Float32Array(cpus * bins * contexts),
    arrived: new Float32Array(bins),
    dropped: new Float32Array(bins),
    delivered: new Float32Array(bins),
    irqs: new Float32Array(bins),
    ringPeak: new Float32Array(queues * bins),
    latencyP99: new Float32Array(bins).fill(Number.NaN),
    spans: null,
    markers: whole.markers.filter((m) => m.timeNs >= fromNs && m.timeNs <= toNs),
  };
  for (let b = 0; b < bins; b += 1) {
    const low = fromNs + b * width - whole.fromNs;
    const first = Math.max(0, Math.floor(low / perBin));
    const last = Math.min(whole.bins - 1, Math.ceil((low + width) / perBin) - 1);
    for (let s = first; s <= last; s += 1) {
      const share = (Math.min(low + width, (s + 1) * perBin) - Math.max(low, s * perBin)) / perBin;
      if (share <= 0) continue;
      out.arrived[b] += whole.arrived[s] * share;
      out.dropped[b] += whole.dropped[s] * share;
      out.delivered[b] += whole.delivered[s] * share;
      out.irqs[b] += whole.irqs[s] * share;
      if (!Number.isNaN(whole.latencyP99[s]) && !(out.latencyP99[b] >= whole.latencyP99[s]))
        out.latencyP99[b] = whole.latencyP99[s];
      for (let q = 0; q < queues; q += 1) {
        const peak = whole.ringPeak[q * whole.bins + s];
        if (peak > out.ringPeak[q * bins + b]) out.ringPeak[q * bins + b] = peak;
      }
      for (let c = 0; c < cpus; c += 1) {
        for (let x = 0; x < contexts; x += 1) {
          const from = (c * whole.bins + s) * contexts + x;
          const to = (c * bins + b) * contexts + x;
          out.contextNs[to] += whole.contextNs[from] * share;
          if (out.waitNs !== null && whole.waitNs !== null) out.waitNs[to] += whole.waitNs[from] * share;
        }
      }
    }
  }
  return out;
}
