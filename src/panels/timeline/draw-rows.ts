/** One row a CPU: exact spans where the window is short, else bins stacked by context. Draws only; knows no React. */
import { CONTEXTS, Ctx } from '../../catalog/contexts.ts';
import type { Timeline } from '../../protocol/messages.ts';
import { palettes, type ThemeName } from '../../theme/colors.ts';
import { contextInk } from './patterns.ts';
import type { TimeWindow } from './window.ts';

export interface RowsGeometry {
  width: number;
  rowHeight: number;
  gap: number;
  rows: number;
}

/** Bottom to top in a stacked bin: what an interrupt stops lies under it. */
const STACK = [Ctx.task, Ctx.syscall, Ctx.ksoftirqd, Ctx.napiThread, Ctx.softirq, Ctx.hardirq] as const;
const PATTERN_FROM_PX = 7;

export function rowTop(g: RowsGeometry, row: number): number {
  return row * (g.rowHeight + g.gap);
}

export function rowsHeight(g: RowsGeometry): number {
  return Math.max(0, g.rows * (g.rowHeight + g.gap) - g.gap);
}

/** Widest allowed row height that keeps `rows` within `room`. */
export function fitRows(rows: number, room: number): { rowHeight: number; gap: number } {
  const each = room / Math.max(1, rows);
  const gap = each >= 14 ? 4 : each >= 7 ? 2 : 1;
  return { rowHeight: Math.max(3, Math.min(18, Math.floor(each - gap))), gap };
}

export function drawRows(
  ctx: CanvasRenderingContext2D,
  g: RowsGeometry,
  data: Timeline | null,
  window: TimeWindow,
  theme: ThemeName,
): void {
  const palette = palettes[theme];
  ctx.clearRect(0, 0, g.width, rowsHeight(g));
  ctx.fillStyle = theme === 'dark' ? '#1a222b' : palette.raised;
  for (let row = 0; row < g.rows; row += 1) ctx.fillRect(0, rowTop(g, row), g.width, g.rowHeight);
  if (data === null) return;
  const ink = contextInk(theme, ctx);
  const scale = g.width / (window.toNs - window.fromNs);
  const x = (ns: number) => (ns - window.fromNs) * scale;

  const box = (context: number, left: number, top: number, width: number, height: number, waits: boolean) => {
    ctx.fillStyle = ink.colors[context];
    ctx.fillRect(left, top, width, height);
    const pattern = waits ? ink.waiting : ink.patterns[context];
    if (pattern !== null && (waits || width >= PATTERN_FROM_PX)) {
      ctx.fillStyle = pattern;
      ctx.fillRect(left, top, width, height);
    }
  };

  if (data.spans !== null) {
    for (const span of data.spans) {
      if (span.ctx === Ctx.idle || span.cpu >= g.rows) continue;
      const left = Math.max(0, x(span.fromNs));
      const right = Math.min(g.width, x(span.toNs));
      if (right < 0 || left > g.width) continue;
      box(
        span.ctx,
        left,
        rowTop(g, span.cpu),
        Math.max(right - left - (right - left > 3 ? 0.5 : 0), 1),
        g.rowHeight,
        span.lock >= 0,
      );
    }
    return;
  }
  const binNs = (data.toNs - data.fromNs) / data.bins;
  for (let row = 0; row < g.rows; row += 1) {
    const base = rowTop(g, row) + g.rowHeight;
    for (let bin = 0; bin < data.bins; bin += 1) {
      const at = (row * data.bins + bin) * CONTEXTS.length;
      // Whole pixels: no seams between neighbours, and one unbroken pattern over them.
      const left = Math.round(x(data.fromNs + bin * binNs));
      const width = Math.max(1, Math.round(x(data.fromNs + (bin + 1) * binNs)) - left);
      if (left + width < 0 || left > g.width) continue;
      let y = base;
      for (const context of STACK) {
        const share = data.contextNs[at + context] / binNs;
        if (!(share > 0.002)) continue;
        const height = Math.min(Math.max(share * g.rowHeight, 0.75), y - (base - g.rowHeight));
        ctx.fillStyle = ink.colors[context];
        ctx.fillRect(left, y - height, width, height);
        const pattern = ink.patterns[context];
        if (pattern !== null && height >= PATTERN_FROM_PX) {
          ctx.fillStyle = pattern;
          ctx.fillRect(left, y - height, width, height);
        }
        y -= height;
        const waits = (data.waitNs?.[at + context] ?? 0) / binNs;
        if (waits > 0.002 && ink.waiting !== null) {
          ctx.fillStyle = ink.waiting;
          ctx.fillRect(left, y, width, Math.min(height, Math.max(waits * g.rowHeight, 0.75)));
        }
      }
    }
  }
}

/** What is under the pointer: an exact span, or a bin's shares, largest first. */
export type RowHit =
  | { kind: 'span'; cpu: number; ctx: number; task: number; lock: number; fromNs: number; toNs: number }
  | {
      kind: 'bin';
      cpu: number;
      shares: { ctx: number; share: number }[];
      waits: number;
      fromNs: number;
      toNs: number;
    };

export function hitRows(g: RowsGeometry, data: Timeline | null, at: number, y: number): RowHit | null {
  const cpu = Math.floor(y / (g.rowHeight + g.gap));
  if (data === null || cpu < 0 || cpu >= g.rows || at < data.fromNs || at >= data.toNs) return null;
  if (data.spans !== null) {
    const span = data.spans.find((s) => s.cpu === cpu && at >= s.fromNs && at < s.toNs);
    return span === undefined ? null : { kind: 'span', ...span };
  }
  const binNs = (data.toNs - data.fromNs) / data.bins;
  const bin = Math.min(data.bins - 1, Math.floor((at - data.fromNs) / binNs));
  const base = (cpu * data.bins + bin) * CONTEXTS.length;
  const shares = CONTEXTS.map((_, context) => ({
    ctx: context,
    share: data.contextNs[base + context] / binNs,
  }))
    .filter((s) => s.share >= 0.005)
    .sort((a, b) => b.share - a.share);
  return {
    kind: 'bin',
    cpu,
    shares,
    waits: (data.waitNs?.subarray(base, base + CONTEXTS.length).reduce((n, v) => n + v, 0) ?? 0) / binNs,
    fromNs: data.fromNs + bin * binNs,
    toNs: data.fromNs + (bin + 1) * binNs,
  };
}
