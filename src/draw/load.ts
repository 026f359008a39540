/**
 * How busy each CPU was of late, by context: a fading average over simulated time, fed with scenes in order.
 * Unknown after a jump until enough time has gone by again.
 */
import { CONTEXTS } from '../catalog/contexts.ts';
import type { SceneCpu } from '../protocol/scene.ts';

const N = CONTEXTS.length;
/** Time after which what was has faded to a third, ns. */
export const FADE_NS = 250_000;

export class LoadMeter {
  /** Share of each context, cpus * 7; sums to 1 for a CPU once anything has been seen. */
  shares: Float64Array;
  private sums: Float64Array;
  /** Weight of all that has been seen: the average is over this, not over time before it. */
  private weight: number;
  private ctx: number[];
  private lastNs: number;
  private seenNs: number;

  constructor() {
    this.shares = new Float64Array(0);
    this.sums = new Float64Array(0);
    this.weight = 0;
    this.ctx = [];
    this.lastNs = 0;
    this.seenNs = 0;
  }

  reset(): void {
    this.ctx = [];
  }

  push(timeNs: number, cpus: readonly SceneCpu[]): void {
    if (this.ctx.length !== cpus.length || timeNs < this.lastNs) {
      this.shares = new Float64Array(cpus.length * N);
      this.sums = new Float64Array(cpus.length * N);
      this.weight = 0;
      this.seenNs = 0;
      this.ctx = cpus.map((cpu) => cpu.ctx);
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
          this.sums[i] = this.sums[i] * keep + (this.ctx[c] === k ? 1 - keep : 0);
          this.shares[i] = this.sums[i] / this.weight;
        }
      }
      this.seenNs += dt;
      this.lastNs = timeNs;
    }
    for (let c = 0; c < cpus.length; c++) this.ctx[c] = cpus[c].ctx;
  }

  /** 0..1, or null while too little has been seen. */
  busy(cpu: number): number | null {
    if (!this.known()) return null;
    let sum = 0;
    for (let k = 0; k < N - 1; k++) sum += this.shares[cpu * N + k];
    return sum;
  }

  known(): boolean {
    return this.ctx.length > 0 && this.seenNs >= 2_000;
  }
}
