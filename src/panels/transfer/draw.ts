/**
 * Paints a transfer: bytes over time with segments, retransmissions, ACKs, SACK blocks and the offered window; under it the
 * congestion window with its threshold, and ACKs a bin. Told apart by shape as well as colour.
 */
import { flowColor, palettes, type ThemeName } from '../../theme/colors.ts';
import type { Transfer } from '../../protocol/messages.ts';
import { ackCounts, type Point, type ToPixel } from './plot.ts';

export interface Plot {
  width: number;
  /** Height of the upper plot, the gap, and the lower one. */
  upper: number;
  gap: number;
  lower: number;
  x: ToPixel;
  y: ToPixel;
  /** Segments to pixels in the lower plot. */
  yCwnd: ToPixel;
  yTicks: readonly { at: number; label: string }[];
  cwndTicks: readonly { at: number; label: string }[];
  theme: ThemeName;
  textPx: number;
}

const NO_SSTHRESH = 2_147_483_647;
const ACK_BIN_PX = 6;

export function drawTransfer(
  ctx: CanvasRenderingContext2D,
  plot: Plot,
  t: Transfer,
  points: readonly Point[],
  chosen: Point | null,
): void {
  grid(ctx, plot);
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, 0, plot.width, plot.upper);
  ctx.clip();
  windowLine(ctx, plot, t);
  ackLine(ctx, plot, t);
  marks(ctx, plot, t, points);
  if (chosen !== null) ring(ctx, plot, chosen);
  ctx.restore();
  lowerPlot(ctx, plot, t);
}

function grid(ctx: CanvasRenderingContext2D, plot: Plot): void {
  const palette = palettes[plot.theme];
  ctx.font = `${plot.textPx}px "Inter Variable", sans-serif`;
  ctx.textBaseline = 'middle';
  ctx.lineWidth = 1;
  const lines = (ticks: Plot['yTicks'], y: ToPixel, top: number): void => {
    for (const { at, label } of ticks) {
      const py = Math.round(y(at)) + 0.5;
      ctx.strokeStyle = palette.line;
      ctx.beginPath();
      ctx.moveTo(0, py);
      ctx.lineTo(plot.width, py);
      ctx.stroke();
      if (py < top + plot.textPx) continue;
      ctx.fillStyle = palette.muted;
      ctx.fillText(label, 4, py - plot.textPx * 0.6);
    }
  };
  lines(plot.yTicks, plot.y, 0);
  lines(plot.cwndTicks, plot.yCwnd, plot.upper + plot.gap);
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
    t.acks.map((a): [number, number] => [plot.x(a.timeNs), plot.y(a.byte - t.firstByte + a.window)]),
    plot.x(Math.min(t.toNs, t.knownNs)),
  );
  ctx.setLineDash([]);
}

function ackLine(ctx: CanvasRenderingContext2D, plot: Plot, t: Transfer): void {
  ctx.strokeStyle = palettes[plot.theme].good;
  ctx.lineWidth = 1.75;
  steps(
    ctx,
    t.acks.map((a): [number, number] => [plot.x(a.timeNs), plot.y(a.byte - t.firstByte)]),
    plot.x(Math.min(t.toNs, t.knownNs)),
  );
}

function marks(ctx: CanvasRenderingContext2D, plot: Plot, t: Transfer, points: readonly Point[]): void {
  const palette = palettes[plot.theme];
  const data = flowColor(plot.theme, t.flow);
  const few = points.length < plot.width;
  for (const p of points) {
    const x = plot.x(p.timeNs);
    const top = plot.y(p.to);
    const bottom = Math.max(plot.y(p.from), top + 2);
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
  const top = plot.y(p.to);
  ctx.strokeRect(plot.x(p.timeNs) - 5, top - 4, 10, Math.max(plot.y(p.from) - top, 2) + 8);
}

function lowerPlot(ctx: CanvasRenderingContext2D, plot: Plot, t: Transfer): void {
  const palette = palettes[plot.theme];
  const base = plot.upper + plot.gap + plot.lower;
  const bins = Math.max(1, Math.floor(plot.width / ACK_BIN_PX));
  const counts = ackCounts(t, bins);
  const most = Math.max(1, ...counts);
  ctx.fillStyle = palette.good;
  ctx.globalAlpha = 0.35;
  counts.forEach((n, i) => {
    const height = (n / most) * plot.lower * 0.6;
    if (n > 0) ctx.fillRect(i * ACK_BIN_PX, base - height, ACK_BIN_PX - 1, height);
  });
  ctx.globalAlpha = 1;
  const end = plot.x(Math.min(t.toNs, t.knownNs));
  ctx.strokeStyle = palette.lineStrong;
  ctx.lineWidth = 1.25;
  ctx.setLineDash([5, 3]);
  const known = t.cwnd.filter((c) => c.ssthresh !== NO_SSTHRESH);
  steps(
    ctx,
    known.map((c): [number, number] => [plot.x(c.timeNs), plot.yCwnd(c.ssthresh)]),
    end,
  );
  ctx.setLineDash([]);
  ctx.strokeStyle = palette.accent;
  ctx.lineWidth = 2;
  steps(
    ctx,
    t.cwnd.map((c): [number, number] => [plot.x(c.timeNs), plot.yCwnd(c.cwnd)]),
    end,
  );
}
