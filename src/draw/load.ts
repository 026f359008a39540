/**
 * How busy each CPU was of late, by context: a fading average over simulated time, fed with scenes in order. After a jump
 * the past it needs comes from the timeline (`seed`), so that a moment shows the same load however one came to it; until
 * that is there, what was shown before stays.
 */
import { CONTEXTS } from '../catalog/contexts.ts';
import type { SceneCpu } from '../protocol/scene.ts';
import { spinsOn } from '../protocol/spins.ts';

const N = CONTEXTS.length;
/** Time after which what was has faded to a third, ns. */
export const FADE_NS = 250_000;
/** Less than this says nothing of a CPU's load. */
const SEEN_NS = 2_000;

export class LoadMeter {
  /** Share of each context, cpus * 7; sums to 1 for a CPU once anything has been seen. */
  shares: Float64Array;
  /** Of it, spent spinning on locks. */
  waits: Float64Array;
  private sums: Float64Array;
  private waitSums: Float64Array;
  /** Weight of all that has been seen: the average is over this, not over time before it. */
  private weight: number;
  private ctx: number[];
  private spins: boolean[];
  private lastNs: number;
  private seenNs: number;
  /** `shares` are those of this moment, or of the one shown before. */
  private shown: boolean;

  constructor() {
    this.shares = new Float64Array(0);
    this.waits = new Float64Array(0);
    this.sums = new Float64Array(0);
    this.waitSums = new Float64Array(0);
    this.weight = 0;
    this.ctx = [];
    this.spins = [];
    this.lastNs = 0;
    this.seenNs = 0;
    this.shown = false;
  }

  reset(): void {
    this.ctx = [];
  }

  push(timeNs: number, cpus: readonly SceneCpu[]): void {
    if (this.ctx.length !== cpus.length || timeNs < this.lastNs) {
      if (this.shares.length !== cpus.length * N || timeNs <= 0) {
        this.shares = new Float64Array(cpus.length * N);
        this.waits = new Float64Array(cpus.length * N);
        this.shown = false;
      }
      this.sums = new Float64Array(cpus.length * N);
      this.waitSums = new Float64Array(cpus.length * N);
      this.weight = 0;
      this.seenNs = 0;
      this.ctx = cpus.map((cpu) => cpu.ctx);
      this.spins = cpus.map((cpu) => spinsOn(cpu) >= 0);
      this.lastNs = timeNs;
      return;
    }
    const dt = timeNs - this.lastNs;
    if (dt > 0) {
      const keep = Math.exp(-dt / FADE_NS);
      this.weight = this.weight * keep + 1 - keep;
      for (let c = 0; c < cpus.length; c++) {
        for (let k = 0; k < N; k++) {
          const i = c * N + k;
          const part = this.ctx[c] === k ? 1 - keep : 0;
          this.sums[i] = this.sums[i] * keep + part;
          this.waitSums[i] = this.waitSums[i] * keep + (this.spins[c] ? part : 0);
        }
      }
      this.seenNs += dt;
      this.lastNs = timeNs;
      if (this.seenNs >= SEEN_NS) this.show();
    }
    for (let c = 0; c < cpus.length; c++) {
      this.ctx[c] = cpus[c].ctx;
      this.spins[c] = cpus[c].waits.length > 0 && spinsOn(cpus[c]) >= 0;
    }
  }

  /**
   * What went before a jump to `at`: ns in each context, cpus * bins * 7, of bins of equal length that end there.
   * May come late: what was seen since the jump counts as well. Ignored where the meter has moved to before `at`.
   */
  seed(
    at: number,
    contextNs: ArrayLike<number>,
    waitNs: ArrayLike<number> | null,
    bins: number,
    binNs: number,
  ): void {
    if (this.ctx.length === 0 || at > this.lastNs || binNs <= 0) return;
    const fade = Math.exp(-(this.lastNs - at) / FADE_NS);
    const part = 1 - Math.exp(-binNs / FADE_NS);
    for (let b = 0; b < bins; b++) {
      const weight = fade * part * Math.exp((-binNs * (bins - 1 - b)) / FADE_NS);
      this.weight += weight;
      for (let c = 0; c < this.ctx.length; c++)
        for (let k = 0; k < N; k++) {
          const from = (c * bins + b) * N + k;
          this.sums[c * N + k] += (weight * contextNs[from]) / binNs;
          if (waitNs !== null) this.waitSums[c * N + k] += (weight * waitNs[from]) / binNs;
        }
    }
    this.seenNs += bins * binNs;
    this.show();
  }

  private show(): void {
    if (this.weight <= 0) return;
    for (let i = 0; i < this.sums.length; i++) {
      this.shares[i] = this.sums[i] / this.weight;
      this.waits[i] = this.waitSums[i] / this.weight;
    }
    this.shown = true;
  }

  /** 0..1, or null while too little has been seen. */
  busy(cpu: number): number | null {
    if (!this.known()) return null;
    let sum = 0;
    for (let k = 0; k < N - 1; k++) sum += this.shares[cpu * N + k];
    return sum;
  }

  /** 0..1 of late spent spinning on locks, part of `busy`. */
  waiting(cpu: number): number {
    let sum = 0;
    for (let k = 0; k < N; k++) sum += this.waits[cpu * N + k] ?? 0;
    return sum;
  }

  known(): boolean {
    return this.shown;
  }
}
