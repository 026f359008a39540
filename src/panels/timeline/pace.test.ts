import { describe, expect, it } from 'vitest';
import { EVENT_STEPS, paceOfStep, stepOfPace, TRUE_STEPS } from './pace.ts';

describe('pace slider', () => {
  it('goes from a slider notch to a pace and back to the same notch', () => {
    for (let s = EVENT_STEPS.min; s <= EVENT_STEPS.max; s += 1)
      expect(stepOfPace(paceOfStep('event', s))).toBe(s);
    for (let s = TRUE_STEPS.min; s <= TRUE_STEPS.max; s += 1)
      expect(stepOfPace(paceOfStep('true', s))).toBe(s);
  });

  it('reaches from a nanosecond a second to real time', () => {
    expect(paceOfStep('true', TRUE_STEPS.min)).toEqual({ mode: 'true', nsPerSecond: 1 });
    expect(paceOfStep('true', TRUE_STEPS.max)).toEqual({ mode: 'true', nsPerSecond: 1e9 });
  });
});
