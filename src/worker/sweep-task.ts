/** A sweep in slices: says now and then how far it is and what points are new, and once that it is over. */
import type { Response } from '../protocol/messages.ts';
import type { SweepPoint, SweepProgress } from '../scenario/sweep.ts';

const TELL_MS = 100;

/**
 * @param run the sweep, a slice a step
 * @returns one step of it: true when it is over
 */
export function sweepTask(
  id: number,
  run: Generator<SweepProgress, void>,
  now: () => number,
  post: (response: Response) => void,
): () => boolean {
  let told = Number.NEGATIVE_INFINITY;
  let last: SweepProgress = { done: 0, of: 0, point: null };
  let points: SweepPoint[] = [];
  const tell = (): void => {
    post({ type: 'sweepPart', id, done: last.done, of: last.of, points });
    points = [];
    told = now();
  };
  return () => {
    const step = run.next();
    if (step.done === true) {
      tell();
      post({ type: 'swept', id });
      return true;
    }
    last = step.value;
    if (last.point !== null) points.push(last.point);
    if (now() - told >= TELL_MS) tell();
    return false;
  };
}
