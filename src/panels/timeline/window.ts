/** The part of time a timeline shows: zoom, pan and fit as pure functions. Half-open spans in ns, inside 0..whole. */
export interface TimeWindow {
  fromNs: number;
  toNs: number;
}

export const MIN_SPAN_NS = 200;

/** The window moved and shortened so that it lies within 0..whole. */
export function clampWindow(window: TimeWindow, whole: number): TimeWindow {
  const span = Math.min(Math.max(window.toNs - window.fromNs, Math.min(MIN_SPAN_NS, whole)), whole);
  const fromNs = Math.min(Math.max(0, window.fromNs), whole - span);
  return { fromNs, toNs: fromNs + span };
}

/** Zoomed by `factor` (below 1: closer) with the moment `at` staying where it is. */
export function zoomWindow(window: TimeWindow, whole: number, factor: number, at: number): TimeWindow {
  const span = Math.min(Math.max((window.toNs - window.fromNs) * factor, MIN_SPAN_NS), whole);
  const share = (at - window.fromNs) / (window.toNs - window.fromNs || 1);
  return clampWindow({ fromNs: at - share * span, toNs: at - share * span + span }, whole);
}

export function panWindow(window: TimeWindow, whole: number, byNs: number): TimeWindow {
  return clampWindow({ fromNs: window.fromNs + byNs, toNs: window.toNs + byNs }, whole);
}

/** The window after one of the keys + − 0 [ ]; null: it is another key. @param at moment that stays in its place */
export function keyWindow(key: string, window: TimeWindow, whole: number, at: number): TimeWindow | null {
  const span = window.toNs - window.fromNs;
  switch (key) {
    case '+':
    case '=':
      return zoomWindow(window, whole, 0.5, at);
    case '-':
      return zoomWindow(window, whole, 2, at);
    case '0':
      return { fromNs: 0, toNs: whole };
    case '[':
      return panWindow(window, whole, -span / 4);
    case ']':
      return panWindow(window, whole, span / 4);
    default:
      return null;
  }
}

/** Moves the window so that `at` is in it, and leaves it alone where it is already; `ahead` of it stays in view. */
export function revealIn(window: TimeWindow, whole: number, at: number): TimeWindow {
  if (at >= window.fromNs && at <= window.toNs) return window;
  const span = window.toNs - window.fromNs;
  return clampWindow({ fromNs: at - span * 0.15, toNs: at + span * 0.85 }, whole);
}

/** True where the window is the whole run (give or take a rounding). */
export function isWhole(window: TimeWindow, whole: number): boolean {
  return window.toNs - window.fromNs >= whole * 0.999;
}
