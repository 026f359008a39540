/** The values a sweep takes: whole numbers, least first, the same on every machine (no logarithm, no power). */
import { LIMITS, type SweepAsk } from './schema.ts';

type Range = Pick<SweepAsk, 'from' | 'to' | 'points' | 'scale'>;

/** What is wrong with a range, or null. */
export function rangeProblem({ from, to, scale }: Range): string | null {
  if (!(to > from)) return `the greatest value has to be above the least (${from})`;
  if (scale !== 'linear' && from < 1) return `even factors need a least value of 1 or more, not ${from}`;
  return null;
}

/** @throws RangeError where rangeProblem says why */
export function sweepValues(range: Range): number[] {
  const problem = rangeProblem(range);
  if (problem !== null) throw new RangeError(problem);
  const { from, to, points, scale } = range;
  const values: number[] = [];
  if (scale === 'double') {
    for (let value = Math.round(from); value <= to && values.length < LIMITS.sweepPoints; value *= 2)
      values.push(value);
    return values;
  }
  const factor = scale === 'log' ? root(to / from, points - 1) : 1;
  let grown = from;
  for (let i = 0; i < points; i += 1) {
    const value = scale === 'log' ? grown : from + ((to - from) * i) / (points - 1);
    values.push(Math.round(i === points - 1 ? to : value));
    grown *= factor;
  }
  return [...new Set(values)];
}

/** The n-th root of a number above 1, by halving: only + * /, so that it is equal everywhere. */
function root(of: number, n: number): number {
  let low = 1;
  let high = of;
  for (let step = 0; step < 200; step += 1) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    let power = 1;
    for (let i = 0; i < n && power <= of; i += 1) power *= middle;
    if (power > of) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}
