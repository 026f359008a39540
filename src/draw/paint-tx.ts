/**
 * The transmit side: descriptors of a ring by what they are (waiting for the wire, on it, sent and not cleaned), bytes in flight
 * against the byte limit, how full a queueing discipline is where its packets are too many to draw.
 */
import type { Scene, SceneSkb, SceneTx } from '../protocol/scene.ts';
import { flowColor, type Palette, type ThemeName } from '../theme/colors.ts';
import type { Rect } from './geometry.ts';
import { ringAngle, TANK_LIMIT } from './glyphs.ts';
import type { TxLayout, TxRowLayout } from './layout-tx.ts';
import type { Painter } from './painter.ts';

export interface TxPaint {
  scene: Scene;
  theme: ThemeName;
}

export interface TxBin {
  total: number;
  waiting: number;
  sent: number;
  /** Flow of the packet last counted in it, 0 none. */
  flow: number;
  onWire: boolean;
}

/** Descriptors as `bins` sectors, counted from descriptor 0 on. */
export function txBins(tx: SceneTx, onWire: boolean, bins: number): TxBin[] {
  const n = Math.max(1, Math.min(bins, tx.size));
  const out: TxBin[] = Array.from({ length: n }, (_, i) => ({
    total: Math.ceil(((i + 1) * tx.size) / n) - Math.ceil((i * tx.size) / n),
    waiting: 0,
    sent: 0,
    flow: 0,
    onWire: false,
  }));
  const at = (index: number): TxBin => out[Math.min(n - 1, Math.floor(((index % tx.size) * n) / tx.size))];
  const head = tx.posted - tx.ring.length;
  const count = (skbs: readonly SceneSkb[], from: number, what: 'waiting' | 'sent'): void => {
    skbs.forEach((skb, i) => {
      const bin = at(from + i);
      bin[what] += 1;
      bin.flow = skb.flow;
    });
  };
  count(tx.sent, Math.max(0, head - tx.sent.length), 'sent');
  count(tx.ring, head, 'waiting');
  if (onWire && tx.ring.length > 0) at(head).onWire = true;
  return out;
}

/** Frame bytes that the card has and has not told to be sent: what the byte limit counts. */
export function bytesInFlight(tx: SceneTx): number {
  return bytesOf(tx.ring) + bytesOf(tx.sent);
}

function bytesOf(skbs: readonly SceneSkb[]): number {
  return skbs.reduce((sum, skb) => sum + skb.bytes, 0);
}

export function paintTxRow(p: Painter, c: Palette, input: TxPaint, row: TxRowLayout): void {
  const all = row.slot === null ? row.cells : [...row.cells, row.slot];
  for (const at of all) {
    const tx = input.scene.queues[at.queue]?.tx;
    if (tx === undefined) continue;
    paintTxRing(p, c, input, at, tx, input.scene.nics[row.nic]?.sending === at.number);
    if (at.gauge !== null && tx.limit !== null) paintGauge(p, c, at.gauge, tx, tx.limit);
    if (at.level !== 'full') paintFill(p, c, at.qdisc, tx);
  }
}

function paintTxRing(
  p: Painter,
  c: Palette,
  input: TxPaint,
  at: TxLayout,
  tx: SceneTx,
  onWire: boolean,
): void {
  const { r, r0 } = at;
  const bins = txBins(tx, onWire, at.bins);
  const step = (Math.PI * 2) / bins.length;
  const gap = at.level === 'mini' ? 0 : Math.min(step * 0.22, 1.6 / r);
  bins.forEach((bin, i) => {
    const a0 = i * step - Math.PI / 2 + gap / 2;
    const a1 = a0 + step - gap;
    p.arc(c.line, at.c.x, at.c.y, r0, r, a0, a1);
    if (bin.waiting + bin.sent === 0) return;
    const color = flowColor(input.theme, bin.flow);
    const deep = (count: number): number => (count >= bin.total ? 1 : 0.4 + (0.6 * count) / bin.total);
    // sent: empty but for its rim, until it is cleaned
    if (bin.sent > 0) {
      const inner = r - (r - r0) * deep(bin.sent + bin.waiting);
      p.arc(color, at.c.x, at.c.y, inner, r, a0, a1, 0.4);
      p.arc(color, at.c.x, at.c.y, inner, inner + 1.2, a0, a1);
    }
    if (bin.waiting > 0) p.arc(color, at.c.x, at.c.y, r - (r - r0) * deep(bin.waiting), r, a0, a1);
    if (bin.onWire && at.level !== 'mini') p.arc(color, at.c.x, at.c.y, r, r + 3.5, a0, a1);
  });
  if (at.level === 'mini') return;
  const head = tx.posted - tx.ring.length;
  hand(p, c.accent, at, ringAngle(head, tx.size));
  hand(p, c.warn, at, ringAngle(Math.max(0, head - tx.sent.length), tx.size));
  const tail = ringAngle(tx.posted, tx.size);
  const [cos, sin] = [Math.cos(tail), Math.sin(tail)];
  const inner = r0 - 1;
  p.line(
    c.muted,
    at.c.x + cos * (inner - 3.5),
    at.c.y + sin * (inner - 3.5),
    at.c.x + cos * inner,
    at.c.y + sin * inner,
    2,
  );
}

function hand(p: Painter, color: string, at: TxLayout, a: number): void {
  const [cos, sin] = [Math.cos(a), Math.sin(a)];
  const out = at.level === 'full' ? 3.5 : 2.5;
  p.line(
    color,
    at.c.x + cos * (at.r0 - 1),
    at.c.y + sin * (at.r0 - 1),
    at.c.x + cos * (at.r + out),
    at.c.y + sin * (at.r + out),
    1.6,
  );
}

/** As a socket's tank: the dashed line is the limit, what has been sent and not cleaned is paler. */
function paintGauge(p: Painter, c: Palette, g: Rect, tx: SceneTx, limit: number): void {
  p.rect(c.sunken, g.x, g.y, g.w, g.h, 1, 2);
  const sent = bytesOf(tx.sent);
  const all = sent + bytesOf(tx.ring);
  const share = (bytes: number): number =>
    bytes <= 0 ? 0 : limit <= 0 ? 1 : Math.min(1, (bytes / limit) * TANK_LIMIT);
  const full = g.h * share(all);
  const low = all <= 0 ? 0 : (full * sent) / all;
  if (low > 0.3) p.rect(c.muted, g.x + 1, g.y + g.h - low, g.w - 2, low, 0.4);
  if (full - low > 0.3) p.rect(c.muted, g.x + 1, g.y + g.h - full, g.w - 2, full - low);
  const y = g.y + g.h * (1 - TANK_LIMIT);
  const over = all > limit;
  p.line(over ? c.warn : c.text, g.x - 2, y, g.x + g.w + 2, y, 1.2, over ? 1 : 0.75, [3, 2]);
}

/** How full a queueing discipline is: a bar, seen from the first packet on. */
function paintFill(p: Painter, c: Palette, r: Rect, tx: SceneTx): void {
  p.rect(c.line, r.x, r.y, r.w, r.h, 1, r.w > 3 ? 2 : 0);
  const n = tx.qdisc.length;
  if (n === 0) return;
  const h = Math.max(2, r.h * Math.min(1, n / Math.max(1, tx.qdiscLimit)));
  p.rect(n >= tx.qdiscLimit ? c.loss : c.text, r.x, r.y + r.h - h, r.w, h, 1, r.w > 3 ? 1 : 0);
}
