/**
 * netem at the near end of a link (`tc qdisc ... root netem`): what it does to a frame, drawn in the kernel's order. Duplication is
 * drawn before loss, so that one of two may be lost; where the queue of held frames is full a frame is lost whatever comes; reordering
 * lets a frame go at once while others are held back.
 * Source: net/sched/sch_netem.c netem_enqueue, loss_gilb_ell, v6.12. Left out: correlations, distributions, rate, slots, the 4-state
 * model, ecn; it stands behind the card here, frame by frame, not in front of it.
 */
import { Reason } from '../../catalog/reasons.ts';
import { chance, nextU32, type Rng } from '../rng.ts';
import type { LinkBurst } from '../spec.ts';

/** As typed; shares from 0 to 1. */
export interface NetemSpec {
  limit: number;
  delayNs: number;
  jitterNs: number;
  loss: number;
  /** `loss gemodel`; null: none. */
  gemodel: LinkBurst | null;
  duplicate: number;
  corrupt: number;
  reorder: number;
  /** With reorder: only each so many-th frame may go at once. */
  gap: number;
}

export interface Netem {
  /** Number of its handle: 1 is 8001:. */
  handle: number;
  spec: NetemSpec;
  bad: boolean;
  /** Frames since one went at once. */
  counter: number;
  /** Frames it holds (with those that have left since the last one came), in the order in which they leave. */
  held: HeldFrame[];
  packets: number;
  bytes: number;
  dropped: number;
}

export interface HeldFrame {
  untilNs: number;
  bytes: number;
}

export function createNetem(spec: NetemSpec, handle: number): Netem {
  return { handle, spec, bad: false, counter: 0, held: [], packets: 0, bytes: 0, dropped: 0 };
}

/** Another spec for one that is there (netem_change): what it holds and has counted stays. */
export function changeNetem(netem: Netem, spec: NetemSpec): void {
  netem.spec = spec;
  netem.bad = false;
  netem.counter = 0;
}

/** In among those it holds, behind all that leave no later (tfifo_enqueue). */
export function hold(netem: Netem, untilNs: number, bytes: number): void {
  const { held } = netem;
  let at = held.length;
  while (at > 0 && held[at - 1].untilNs > untilNs) at -= 1;
  held.splice(at, 0, { untilNs, bytes });
}

/** What it holds at a moment. */
export function heldAt(netem: Netem, nowNs: number): HeldFrame[] {
  return netem.held.filter(({ untilNs }) => untilNs > nowNs);
}

/** What becomes of a frame; one object, filled by `passNetem`. */
export const passed = { lost: 0, twice: false, corrupt: false, delayNs: 0, atOnce: false };

/** The Gilbert-Elliott model: the state turns, but it is the state before that decides. @returns lost */
export function gilbertElliott(state: { bad: boolean }, burst: LinkBurst, rng: Rng): boolean {
  const { bad } = state;
  if (chance(rng, bad ? burst.toGood : burst.toBad)) state.bad = !bad;
  return chance(rng, bad ? burst.lossBad : burst.lossGood);
}

/** Decides on a frame that comes to it now. */
export function passNetem(netem: Netem, rng: Rng, nowNs: number): void {
  const { spec, held } = netem;
  let left = 0;
  while (left < held.length && held[left].untilNs <= nowNs) left += 1;
  held.splice(0, left);
  passed.twice = chance(rng, spec.duplicate);
  const lost = spec.gemodel === null ? chance(rng, spec.loss) : gilbertElliott(netem, spec.gemodel, rng);
  passed.lost = 0;
  if (lost && passed.twice) passed.twice = false;
  else if (lost) passed.lost = Reason.netemLoss;
  if (passed.lost !== 0) {
    netem.dropped += 1;
    return;
  }
  passed.corrupt = chance(rng, spec.corrupt);
  if (held.length >= spec.limit) {
    passed.lost = Reason.netemLimit;
    netem.dropped += 1;
    return;
  }
  passed.atOnce = spec.gap > 0 && netem.counter >= spec.gap - 1 && chance(rng, spec.reorder);
  passed.delayNs = 0;
  if (passed.atOnce) netem.counter = 0;
  else {
    netem.counter += 1;
    const { delayNs, jitterNs } = spec;
    passed.delayNs =
      jitterNs === 0 ? delayNs : Math.max(0, delayNs - jitterNs + (nextU32(rng) % (2 * jitterNs)));
  }
}
