/** Rectangles and points of the stage, in world units (one unit is a CSS pixel at unit 1). */
export interface Rect {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Point {
  x: number;
  y: number;
}

export function centre(r: Rect): Point {
  return { x: r.x + r.w / 2, y: r.y + r.h / 2 };
}

export function inset(r: Rect, by: number): Rect {
  return { x: r.x + by, y: r.y + by, w: Math.max(0, r.w - 2 * by), h: Math.max(0, r.h - 2 * by) };
}

export function grow(r: Rect, by: number): Rect {
  return { x: r.x - by, y: r.y - by, w: r.w + 2 * by, h: r.h + 2 * by };
}

/** True where two boxes share more than a border. */
export function overlaps(a: Rect, b: Rect): boolean {
  const e = 0.01;
  return a.x + a.w > b.x + e && b.x + b.w > a.x + e && a.y + a.h > b.y + e && b.y + b.h > a.y + e;
}

export function contains(outer: Rect, inner: Rect): boolean {
  const e = 0.01;
  return (
    inner.x >= outer.x - e &&
    inner.y >= outer.y - e &&
    inner.x + inner.w <= outer.x + outer.w + e &&
    inner.y + inner.h <= outer.y + outer.h + e
  );
}

export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

/** Cells of a grid over `r`, row by row, with gaps between. */
export function grid(r: Rect, count: number, cols: number, gap: number): Rect[] {
  const rows = Math.max(1, Math.ceil(count / cols));
  const w = (r.w - gap * (cols - 1)) / cols;
  const h = (r.h - gap * (rows - 1)) / rows;
  return Array.from({ length: count }, (_, i) => ({
    x: r.x + (i % cols) * (w + gap),
    y: r.y + Math.floor(i / cols) * (h + gap),
    w,
    h,
  }));
}

/** The number of columns that gives `count` square cells the longest side. */
export function bestColumns(w: number, h: number, count: number): number {
  let best = 1;
  let side = 0;
  for (let cols = 1; cols <= count; cols++) {
    const s = Math.min(w / cols, h / Math.ceil(count / cols));
    if (s > side + 1e-9) {
      side = s;
      best = cols;
    }
  }
  return best;
}

/** How far a curve from a to b reaches out level at both ends: forward, also where forward is to the left. */
export function reach(a: Point, b: Point): number {
  const k = Math.max(12, Math.abs(b.x - a.x) * 0.5);
  return b.x < a.x - 12 ? -k : k;
}

/** A curve that leaves and arrives level: the shape of every way between columns. */
export function wayPath(a: Point, b: Point): string {
  const k = reach(a, b);
  return `M${r1(a.x)},${r1(a.y)}C${r1(a.x + k)},${r1(a.y)} ${r1(b.x - k)},${r1(b.y)} ${r1(b.x)},${r1(b.y)}`;
}

/** The same up and down. */
export function rise(a: Point, b: Point): number {
  const k = Math.max(12, Math.abs(b.y - a.y) * 0.5);
  return b.y < a.y - 12 ? -k : k;
}

/** The same curve top to bottom. */
export function fallPath(a: Point, b: Point): string {
  const k = Math.max(12, Math.abs(b.y - a.y) * 0.5);
  return `M${r1(a.x)},${r1(a.y)}C${r1(a.x)},${r1(a.y + k)} ${r1(b.x)},${r1(b.y - k)} ${r1(b.x)},${r1(b.y)}`;
}

/** Point of the curve of `wayPath` (or `fallPath`) at t in 0..1. */
export function wayPoint(a: Point, b: Point, t: number, vertical = false): Point {
  const u = 1 - t;
  const c0 = u * u * u;
  const c1 = 3 * u * u * t;
  const c2 = 3 * u * t * t;
  const c3 = t * t * t;
  const kx = vertical ? 0 : reach(a, b);
  const ky = vertical ? rise(a, b) : 0;
  return {
    x: c0 * a.x + c1 * (a.x + kx) + c2 * (b.x - kx) + c3 * b.x,
    y: c0 * a.y + c1 * (a.y + ky) + c2 * (b.y - ky) + c3 * b.y,
  };
}

function r1(value: number): number {
  return Math.round(value * 10) / 10;
}
