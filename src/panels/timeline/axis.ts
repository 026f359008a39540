/** Ticks of a time axis: round numbers of one unit, chosen by the span between two of them. */
import { ticks } from 'd3-array';
import type { TimeWindow } from './window.ts';

const UNITS: readonly [number, string][] = [
  [1_000_000_000, 's'],
  [1_000_000, 'ms'],
  [1_000, 'µs'],
  [1, 'ns'],
];

export interface Tick {
  at: number;
  label: string;
}

export function timeTicks(window: TimeWindow, width: number): Tick[] {
  const count = Math.max(2, Math.floor(width / 110));
  const at = ticks(window.fromNs, window.toNs, count);
  const size = Math.max(Math.abs(window.toNs), 1);
  const [scale, unit] = UNITS.find(([s]) => size >= s) ?? [1, 'ns'];
  const step = at.length > 1 ? (at[1] - at[0]) / scale : 1;
  const digits = Math.max(0, Math.min(9, Math.ceil(-Math.log10(step) - 1e-9)));
  return at.map((value) => ({ at: value, label: `${(value / scale).toFixed(digits)}\u00a0${unit}` }));
}
