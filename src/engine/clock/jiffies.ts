/** The kernel's coarse clock: whole ticks since time 0, the same on every CPU (a simplification: real CPUs' ticks are apart). */
import type { World } from '../world.ts';

export function jiffies(w: World): number {
  return Math.floor(w.now / w.fixed.jiffyNs);
}

/** Jiffies that cover a span, rounded up (usecs_to_jiffies, msecs_to_jiffies). */
export function jiffiesOf(w: World, ns: number): number {
  return Math.ceil(ns / w.fixed.jiffyNs);
}
