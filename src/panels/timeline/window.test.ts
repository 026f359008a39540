import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clampWindow, isWhole, keyWindow, MIN_SPAN_NS, panWindow, revealIn, zoomWindow } from './window.ts';

const WHOLE = 4_000_000;
const windows = fc
  .tuple(fc.integer({ min: 0, max: WHOLE - 1000 }), fc.integer({ min: 1000, max: WHOLE }))
  .map(([fromNs, span]) => clampWindow({ fromNs, toNs: fromNs + span }, WHOLE));

describe('timeline window', () => {
  it('stays inside the run and never gets shorter than the smallest span', () => {
    fc.assert(
      fc.property(
        windows,
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (w, factor, share) => {
          const at = w.fromNs + share * (w.toNs - w.fromNs);
          const z = zoomWindow(w, WHOLE, factor, at);
          expect(z.fromNs).toBeGreaterThanOrEqual(0);
          expect(z.toNs).toBeLessThanOrEqual(WHOLE + 1e-6);
          expect(z.toNs - z.fromNs).toBeGreaterThanOrEqual(MIN_SPAN_NS - 1e-6);
          expect(at).toBeGreaterThanOrEqual(z.fromNs - 1e-3);
          expect(at).toBeLessThanOrEqual(z.toNs + 1e-3);
        },
      ),
    );
  });

  it('keeps the moment under the pointer where it is while zooming in', () => {
    const z = zoomWindow({ fromNs: 0, toNs: WHOLE }, WHOLE, 0.5, 1_000_000);
    expect((1_000_000 - z.fromNs) / (z.toNs - z.fromNs)).toBeCloseTo(0.25);
  });

  it('answers the keys + − 0 [ ] and no other', () => {
    const w = { fromNs: 1_000_000, toNs: 2_000_000 };
    const key = (name: string) => keyWindow(name, w, WHOLE, 1_500_000);
    expect(key('+')).toEqual({ fromNs: 1_250_000, toNs: 1_750_000 });
    expect(key('-')).toEqual({ fromNs: 500_000, toNs: 2_500_000 });
    expect(key('0')).toEqual({ fromNs: 0, toNs: WHOLE });
    expect(key('[')).toEqual({ fromNs: 750_000, toNs: 1_750_000 });
    expect(key(']')).toEqual({ fromNs: 1_250_000, toNs: 2_250_000 });
    expect(key('ArrowLeft')).toBeNull();
  });

  it('pans to the edge and no further', () => {
    expect(panWindow({ fromNs: 0, toNs: 1000 }, WHOLE, -500)).toEqual({ fromNs: 0, toNs: 1000 });
    expect(panWindow({ fromNs: 0, toNs: 1000 }, WHOLE, WHOLE * 2)).toEqual({
      fromNs: WHOLE - 1000,
      toNs: WHOLE,
    });
  });

  it('follows a playhead that left it, and only then', () => {
    const w = { fromNs: 1000, toNs: 2000 };
    expect(revealIn(w, WHOLE, 1500)).toBe(w);
    const moved = revealIn(w, WHOLE, 2500);
    expect(moved.fromNs).toBeLessThan(2500);
    expect(moved.toNs).toBeGreaterThan(2500);
  });

  it('knows the whole run', () => {
    expect(isWhole({ fromNs: 0, toNs: WHOLE }, WHOLE)).toBe(true);
    expect(isWhole({ fromNs: 0, toNs: WHOLE / 2 }, WHOLE)).toBe(false);
  });
});
