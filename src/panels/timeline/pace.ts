/** Pace as a slider: logarithmic both ways, so that each notch feels alike. */
import type { Pace } from '../../store/types.ts';

export const EVENT_STEPS = { min: -2, max: 6 } as const; // 1/4 to 64 events a second, powers of two
export const TRUE_STEPS = { min: 0, max: 36 } as const; // 1 ns/s to 1 s/s, four notches a decade

/** 0.25, 0.5, 1, 2, ... for event pace; 1, 2, 3, 6, 10, ... ns a second for true scale. */
export function paceOfStep(mode: Pace['mode'], step: number): Pace {
  if (mode === 'event') return { mode, eventsPerSecond: 2 ** step };
  const decade = Math.floor(step / 4);
  const digit = [1, 2, 3, 6][((step % 4) + 4) % 4];
  return { mode: 'true', nsPerSecond: digit * 10 ** decade };
}

export function stepOfPace(pace: Pace): number {
  if (pace.mode === 'event') {
    return clamp(Math.round(Math.log2(pace.eventsPerSecond)), EVENT_STEPS.min, EVENT_STEPS.max);
  }
  return clamp(Math.round(4 * Math.log10(Math.max(1, pace.nsPerSecond))), TRUE_STEPS.min, TRUE_STEPS.max);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
