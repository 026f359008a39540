/**
 * Paints a transfer: bytes over time with segments, retransmissions, ACKs, SACK blocks and the offered window; under it the
 * congestion window with its threshold, ACKs a second, and bytes on the link. Told apart by shape as well as colour.
 */
import { flowColor, type Palette, palettes, type ThemeName } from '../../theme/colors.ts';
import type { Transfer } from '../../protocol/messages.ts';
import { ackRate, type BarKind, type Point, type Row, type ToPixel } from './plot.ts';

export interface Tick {
  at: number;
  label: string;
}

export interface Plot {
  width: number;
  rows: readonly Row[];
  x: ToPixel;
  /** Bytes, segments, ACKs a second, bytes a bin, each to pixels of its row. */
  y: readonly ToPixel[];
  ticks: readonly (readonly Tick[])[];
  theme: ThemeName;
  textPx: number;
}

/** What is walked to: a point, or a bar. */
export type Focus = { point: Point } | { bars: BarKind; bin: number };

const NO_SSTHRESH = 2_147_483_647;
const CWND = 1;
export const BAR_ROWS: Readonly<Record<BarKind, number>> = { acks: 2, link: 3 };

export function drawTransfer(
  ctx: CanvasRenderingContext2D,
  plot: Plot,
  t: Transfer,
  points: readonly Point[],
  focus: Focus | null,
): void {
  grid(ctx, plot);
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, 0, plot.width, plot.rows[0].height);
  ctx.clip();
  windowLine(ctx, plot, t);
  ackLine(ctx, plot, t);
  marks(ctx, plot, t, points);
  if (focus !== null && 'point' in focus) ring(ctx, plot, focus.point);
  ctx.restore();
  cwndPlot(ctx, plot, t);
  bars(ctx, plot, t);
  if (focus !== null && 'bars' in focus) ringBar(ctx, plot, t, focus.bars, focus.bin);
}

function grid(ctx: CanvasRenderingContext2D, plot: Plot): void {
  const palette = palettes[plot.theme];
  ctx.font = `${plot.textPx}px "Inter Variable", sans-serif`;
  ctx.textBaseline = 'middle';
  ctx.lineWidth = 1;
  plot.rows.forEach((row, i) => {
    for (const { at, label } of plot.ticks[i]) {
      const py = Math.round(plot.y[i](at)) + 0.5;
      ctx.strokeStyle = palette.line;
      ctx.beginPath();
      ctx.moveTo(0, py);
      ctx.lineTo(plot.width, py);
      ctx.stroke();
      if (py < row.top + plot.textPx) continue;
      ctx.fillStyle = palette.muted;
      ctx.fillText(label, 4, py - plot.textPx * 0.6);
    }
  });
}

/** A line that keeps its height until the next point. */
function steps(ctx: CanvasRenderingContext2D, points: readonly [number, number][], end: number): void {
  ctx.beginPath();
  points.forEach(([x, y], i) => {
    if (i === 0) ctx.moveTo(x, y);
    else {
      ctx.lineTo(x, points[i - 1][1]);
      ctx.lineTo(x, y);
    }
  });
  const last = points[points.length - 1];
  if (last !== undefined) ctx.lineTo(end, last[1]);
  ctx.stroke();
}

function windowLine(ctx: CanvasRenderingContext2D, plot: Plot, t: Transfer): void {
  ctx.strokeStyle = palettes[plot.theme].lineStrong;
  ctx.lineWidth = 1;
  ctx.setLineDash([2, 3]);
  steps(
    ctx,
    t.acks.map((a): [number, number] => [plot.x(a.timeNs), plot.y[0](a.byte - t.firstByte + a.window)]),
    plot.x(Math.min(t.toNs, t.knownNs)),
  );
  ctx.setLineDash([]);
}

function ackLine(ctx: CanvasRenderingContext2D, plot: Plot, t: Transfer): void {
  ctx.strokeStyle = palettes[plot.theme].good;
  ctx.lineWidth = 1.75;
  steps(
    ctx,
    t.acks.map((a): [number, number] => [plot.x(a.timeNs), plot.y[0](a.byte - t.firstByte)]),
    plot.x(Math.min(t.toNs, t.knownNs)),
  );
}

function marks(ctx: CanvasRenderingContext2D, plot: Plot, t: Transfer, points: readonly Point[]): void {
  const palette = palettes[plot.theme];
  const data = flowColor(plot.theme, t.flow);
  const few = points.length < plot.width;
  for (const p of points) {
    const x = plot.x(p.timeNs);
    const top = plot.y[0](p.to);
    const bottom = Math.max(plot.y[0](p.from), top + 2);
    if (p.kind === 'data') {
      ctx.fillStyle = data;
      ctx.fillRect(x - 1, top, few ? 2.5 : 1.5, bottom - top);
    } else if (p.kind === 'again') {
      ctx.fillStyle = palette.loss;
      ctx.fillRect(x - 1.5, top, 3, bottom - top);
      cross(ctx, palette.loss, x, (top + bottom) / 2, 4);
    } else if (p.kind === 'sack') {
      ctx.fillStyle = palette.warn;
      ctx.fillRect(x - 0.75, top, 1.5, bottom - top);
      ctx.fillRect(x - 3, top, 6, 1.5);
      ctx.fillRect(x - 3, bottom - 1.5, 6, 1.5);
    } else if (few) {
      ctx.fillStyle = palette.good;
      ctx.beginPath();
      ctx.arc(x, bottom - 1, 2.5, 0, 2 * Math.PI);
      ctx.fill();
    }
  }
}

function cross(ctx: CanvasRenderingContext2D, color: string, x: number, y: number, r: number): void {
  ctx.strokeStyle = color;
  ctx.lineWidth = 2;
  ctx.beginPath();
  ctx.moveTo(x - r, y - r);
  ctx.lineTo(x + r, y + r);
  ctx.moveTo(x + r, y - r);
  ctx.lineTo(x - r, y + r);
  ctx.stroke();
}

function ring(ctx: CanvasRenderingContext2D, plot: Plot, p: Point): void {
  ctx.strokeStyle = palettes[plot.theme].accent;
  ctx.lineWidth = 2;
  const top = plot.y[0](p.to);
  ctx.strokeRect(plot.x(p.timeNs) - 5, top - 4, 10, Math.max(plot.y[0](p.from) - top, 2) + 8);
}

function cwndPlot(ctx: CanvasRenderingContext2D, plot: Plot, t: Transfer): void {
  const palette = palettes[plot.theme];
  const end = plot.x(Math.min(t.toNs, t.knownNs));
  ctx.strokeStyle = palette.lineStrong;
  ctx.lineWidth = 1.25;
  ctx.setLineDash([5, 3]);
  const known = t.cwnd.filter((c) => c.ssthresh !== NO_SSTHRESH);
  steps(
    ctx,
    known.map((c): [number, number] => [plot.x(c.timeNs), plot.y[CWND](c.ssthresh)]),
    end,
  );
  ctx.setLineDash([]);
  ctx.strokeStyle = palette.accent;
  ctx.lineWidth = 2;
  steps(
    ctx,
    t.cwnd.map((c): [number, number] => [plot.x(c.timeNs), plot.y[CWND](c.cwnd)]),
    end,
  );
}

/** Left edge and width of a bin's bar: a pixel of room to the next one where there is room for it. */
function barAt(plot: Plot, t: Transfer, bin: number): { x: number; w: number } {
  const { firstNs, binNs } = t.rates;
  const x = plot.x(firstNs + bin * binNs);
  const w = plot.x(firstNs + (bin + 1) * binNs) - x;
  return { x, w: w > 3 ? w - 1 : w };
}

function bars(ctx: CanvasRenderingContext2D, plot: Plot, t: Transfer): void {
  const palette: Palette = palettes[plot.theme];
  const { rates } = t;
  const base = (row: number): number => plot.rows[row].top + plot.rows[row].height;
  const data = flowColor(plot.theme, t.flow);
  rates.acks.forEach((n, bin) => {
    const { x, w } = barAt(plot, t, bin);
    if (n > 0) {
      const top = plot.y[BAR_ROWS.acks](ackRate(rates, bin));
      ctx.fillStyle = palette.good;
      ctx.fillRect(x, top, w, base(BAR_ROWS.acks) - top);
    }
    if (plot.rows[BAR_ROWS.link] === undefined) return;
    const out = rates.out[bin];
    const back = rates.back[bin];
    const y = plot.y[BAR_ROWS.link];
    const low = y(out);
    if (out > 0) {
      ctx.fillStyle = data;
      ctx.fillRect(x, low, w, base(BAR_ROWS.link) - low);
    }
    if (back > 0) {
      const top = y(out + back);
      // outlined, at least a line: ACKs are short beside segments
      ctx.strokeStyle = palette.good;
      ctx.lineWidth = 1;
      ctx.strokeRect(x + 0.5, top + 0.5, Math.max(1, w - 1), Math.max(1, low - top - 1));
    }
  });
}

function ringBar(ctx: CanvasRenderingContext2D, plot: Plot, t: Transfer, kind: BarKind, bin: number): void {
  const row = plot.rows[BAR_ROWS[kind]];
  if (row === undefined) return;
  const { x, w } = barAt(plot, t, bin);
  ctx.strokeStyle = palettes[plot.theme].accent;
  ctx.lineWidth = 2;
  ctx.strokeRect(x - 2, row.top + 1, Math.max(3, w) + 4, row.height - 2);
}
