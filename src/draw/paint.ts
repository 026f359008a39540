/**
 * Paints what moves: descriptors, table cells, bars, tanks and packets, in layers, batched by colour within a layer.
 * What stands (boxes, names, figures) is SVG, see panels/host. Cost: some 3,000 arcs and 10,000 rectangles at most.
 */

import { CONTEXTS } from '../catalog/contexts.ts';
import type { Scene, SceneMap, SceneQueue } from '../protocol/scene.ts';
import {
  contextName,
  flowColor,
  flowMark,
  inkOn,
  type Palette,
  palettes,
  type ThemeName,
} from '../theme/colors.ts';
import { type Rect, reach, rise, wayPoint } from './geometry.ts';
import {
  DETAIL_LIMIT,
  GLYPH_H,
  GLYPH_LIMIT,
  type Glyph,
  type GlyphNote,
  glyphLength,
  ringAngle,
  TANK_LIMIT,
  tankLevel,
} from './glyphs.ts';
import { type RingLayout, roomOf, type SocketLayout } from './layout.ts';
import { ease, type Moving, onWire, type Pulse } from './motion.ts';
import type { Painter } from './painter.ts';
import { paintTxRow } from './paint-tx.ts';
import type { StageIndex } from './places.ts';

export interface PaintInput {
  ix: StageIndex;
  map: SceneMap;
  scene: Scene;
  /** Simulated time shown, for timers. */
  timeNs: number;
  theme: ThemeName;
  glyphs: readonly Moving[];
  notes: readonly GlyphNote[];
  /** A signal under way and how far it is, 0..1. */
  pulse: { pulse: Pulse; t: number } | null;
  /** The way the last packet came: stays until the next step. */
  trail: { from: Glyph; to: Glyph } | null;
  /** The frame that arrives next and how much of its way along the cable is done. */
  approaching: { nic: number; flow: number; bytes: number; share: number } | null;
  /** Share of the recent past each CPU spent in each context, cpus * 7; null: unknown. */
  load: Float64Array | null;
  /** Of it, spinning on locks. */
  loadWaits: Float64Array;
}

export function paintStage(p: Painter, input: PaintInput): void {
  const c = palettes[input.theme];
  for (const nic of input.ix.layout.nics) paintTable(p, c, input, nic.nic);
  for (const [queue, ring] of input.ix.rings) {
    const q = input.scene.queues[queue];
    if (q !== undefined) paintRing(p, c, input, ring, q);
  }
  for (const row of input.ix.layout.tx) paintTxRow(p, c, input, row);
  paintBudgets(p, c, input);
  paintStrips(p, c, input);
  input.map.sockets.forEach((socket, i) => {
    for (const at of [input.ix.sockets.get(socket.id), input.ix.socketSlots.get(socket.id)]) {
      if (at !== undefined) paintTank(p, c, input, at, i);
    }
  });
  paintTrail(p, input);
  paintApproaching(p, input);
  paintGlyphs(p, c, input.theme, input.glyphs);
  for (const note of input.notes) {
    p.text(note.flow > 0 ? c.text : c.muted, note.text, note.x, note.y, 10.5, 'mono', note.anchor);
  }
  if (input.pulse) paintPulse(p, c, input.pulse.pulse, input.pulse.t);
}

// -- rings -------------------------------------------------------------------------------------------------------------

/** Descriptors drawn as `bins` sectors: what fills each, by number of descriptors. */
export interface RingBin {
  filled: number;
  total: number;
  /** Flow with most frames in it, 0 none. */
  flow: number;
  /** All of it cleaned but not yet handed back to the card. */
  spent: boolean;
  /** All of it still under DMA. */
  inDma: boolean;
}

export function ringBins(q: SceneQueue, bins: number): RingBin[] {
  const n = Math.max(1, Math.min(bins, q.size));
  const out: RingBin[] = Array.from({ length: n }, (_, i) => ({
    filled: 0,
    total: Math.ceil(((i + 1) * q.size) / n) - Math.ceil((i * q.size) / n),
    flow: 0,
    spent: false,
    inDma: false,
  }));
  const votes = new Array<number>(n).fill(0);
  q.frames.forEach((frame, i) => {
    const b = Math.min(n - 1, Math.floor((((q.nextToClean + i) % q.size) * n) / q.size));
    const bin = out[b];
    if (bin.filled === 0) bin.inDma = true;
    bin.filled += 1;
    if (frame.done) bin.inDma = false;
    // majority vote in one pass
    if (frame.flow === bin.flow) votes[b] += 1;
    else if (votes[b] === 0) {
      bin.flow = frame.flow;
      votes[b] = 1;
    } else votes[b] -= 1;
  });
  // descriptors from next_to_use up to next_to_clean belong to nobody yet
  const spent = (q.nextToClean - q.nextToUse + q.size) % q.size;
  if (spent > 1) {
    out.forEach((bin, b) => {
      const first = Math.ceil((b * q.size) / n);
      const at = (first - q.nextToUse + q.size) % q.size;
      bin.spent = bin.filled === 0 && at + bin.total <= spent;
    });
  }
  return out;
}

function paintRing(p: Painter, c: Palette, input: PaintInput, ring: RingLayout, q: SceneQueue): void {
  const { c: at, r, r0 } = ring;
  const bins = ringBins(q, ring.bins);
  const step = (Math.PI * 2) / bins.length;
  const gap = ring.level === 'mini' ? 0 : Math.min(step * 0.22, 1.6 / r);
  bins.forEach((bin, i) => {
    const a0 = i * step - Math.PI / 2 + gap / 2;
    const a1 = a0 + step - gap;
    if (bin.spent) p.arc(c.sunken, at.x, at.y, r0, r, a0, a1);
    else p.arc(c.line, at.x, at.y, r0, r, a0, a1);
    if (bin.filled === 0) return;
    const color = flowColor(input.theme, bin.flow);
    const share = bin.filled / bin.total;
    const depth = share >= 1 ? 1 : 0.4 + 0.6 * share;
    if (bin.inDma) {
      p.arc(color, at.x, at.y, r0, r, a0, a1, 0.35);
      p.arc(color, at.x, at.y, r - 2, r, a0, a1);
    } else p.arc(color, at.x, at.y, r - (r - r0) * depth, r, a0, a1);
  });
  if (ring.level === 'mini') return;
  // hands: where the card writes next (hw), where the driver cleans next (ntc), the tail as a tooth inside
  const hw = ringAngle(q.head, q.size);
  const ntc = ringAngle(q.nextToClean, q.size);
  const tail = ringAngle(q.nextToUse, q.size);
  hand(p, c.accent, ring, hw);
  hand(p, c.warn, ring, ntc);
  if (ring.labels) {
    const inner = r0 - 1;
    p.line(
      c.muted,
      at.x + Math.cos(tail) * (inner - 3.5),
      at.y + Math.sin(tail) * (inner - 3.5),
      at.x + Math.cos(tail) * inner,
      at.y + Math.sin(tail) * inner,
      2,
    );
    let d = (((hw - ntc) % (Math.PI * 2)) + Math.PI * 2) % (Math.PI * 2);
    if (d > Math.PI) d -= Math.PI * 2;
    // labels keep apart where the hands meet
    const apart = 21 / (r + 10);
    const push = Math.abs(d) < apart ? (apart - Math.abs(d)) / 2 : 0;
    const sign = d >= 0 ? 1 : -1;
    const a = labelSpot(ring, hw + push * sign);
    const b = labelSpot(ring, ntc - push * sign);
    // both beside the words below: one over the other
    const close = 9.5 - Math.abs(a.y - b.y);
    if (a.anchor === b.anchor && a.anchor !== 'middle' && close > 0) (a.y <= b.y ? a : b).y -= close;
    p.text(c.accent, 'hw', a.x, a.y, 9.5, 'mono', a.anchor);
    p.text(c.warn, 'ntc', b.x, b.y, 9.5, 'mono', b.anchor);
  }
  const timer = q.timerNs;
  if (timer !== null && timer > input.timeNs) {
    // what is left of the moderation time, of at most 100 µs
    const share = Math.min(1, (timer - input.timeNs) / 100_000);
    p.arc(c.warn, at.x, at.y, r + 2, r + 3.5, -Math.PI / 2, -Math.PI / 2 + share * Math.PI * 2);
  }
}

function hand(p: Painter, color: string, ring: RingLayout, a: number): void {
  const { c: at, r, r0 } = ring;
  const out = ring.level === 'full' ? 4 : 2.5;
  p.line(
    color,
    at.x + Math.cos(a) * (r0 - 1),
    at.y + Math.sin(a) * (r0 - 1),
    at.x + Math.cos(a) * (r + out),
    at.y + Math.sin(a) * (r + out),
    1.6,
  );
}

/** A hand's name stands by its tip, but never below the circle, where the vector's words are. */
function labelSpot(
  ring: RingLayout,
  angle: number,
): { x: number; y: number; anchor: 'start' | 'middle' | 'end' } {
  let a = Math.atan2(Math.sin(angle), Math.cos(angle));
  const low = 0.9;
  if (a > low && a < Math.PI - low) a = a < Math.PI / 2 ? low : Math.PI - low;
  const r = ring.r + 6;
  const [cos, sin] = [Math.cos(a), Math.sin(a)];
  return {
    x: ring.c.x + cos * r,
    y: ring.c.y + sin * r + (sin < -0.4 ? 0 : 3),
    anchor: cos > 0.35 ? 'start' : cos < -0.35 ? 'end' : 'middle',
  };
}

// -- steering ----------------------------------------------------------------------------------------------------------

/** Index of the indirection table's cell a hash chooses. */
export function tableCell(hash: number, size: number): number {
  return (hash >>> 0) % size;
}

function paintTable(p: Painter, c: Palette, input: PaintInput, nicIndex: number): void {
  const nic = input.ix.nics.get(nicIndex);
  const state = input.scene.nics[nicIndex];
  if (nic === undefined || state === undefined) return;
  const chosen = state.frame?.hash != null ? tableCell(state.frame.hash, nic.tableSize) : -1;
  const table = (state as { indirection?: readonly number[] }).indirection;
  nic.cells.forEach((cell, i) => {
    const queue = table?.[i];
    if (i === chosen) return;
    p.rect(queue === undefined ? c.line : queueTint(c, queue), cell.x, cell.y, cell.w, cell.h);
  });
  const cell = nic.cells[chosen];
  if (cell !== undefined && state.frame) {
    const color = flowColor(input.theme, state.frame.flow);
    p.rect(color, cell.x, cell.y, cell.w, cell.h);
    const by = 2.5;
    p.frame(c.text, cell.x - by, cell.y - by, cell.w + 2 * by, cell.h + 2 * by, 1.4, 1, 2);
  }
}

/** Queues have no colour of their own: cells of a table alternate in shade, so that runs can be seen. */
function queueTint(c: Palette, queue: number): string {
  return queue % 2 === 0 ? c.line : c.lineStrong;
}

// -- CPUs --------------------------------------------------------------------------------------------------------------

function paintBudgets(p: Painter, c: Palette, input: PaintInput): void {
  for (const [cpu, lane] of input.ix.lanes) {
    // before NAPI nothing has a weight
    if (!lane.napi) continue;
    const { poll } = lane.boxes;
    const bar: Rect = { x: poll.x + 6, y: poll.y + 19, w: poll.w - 12, h: 4 };
    const q = input.scene.queues.find((k) => k.napi.cpu === cpu && k.napi.polling);
    const backlog = input.scene.cpus[cpu]?.backlog;
    const share =
      q === undefined || q.napi.weight <= 0 ? (backlog?.work ?? 0) / 64 : q.napi.work / q.napi.weight;
    const ctx = contextName(input.scene.cpus[cpu]?.ctx ?? 6);
    const color = ctx === 'idle' ? c.contexts.softirq : c.contexts[ctx];
    if (roomOf(poll) > 1) {
      // the weight as so many places, filled one by one
      const weight = q === undefined || q.napi.weight <= 0 ? 64 : q.napi.weight;
      const cols = 8;
      const pitch = Math.min(bar.w / cols, (poll.h - 66) / 8, 11);
      if (weight <= 64 && pitch >= 4.5) {
        const taken = Math.round(share * weight);
        for (let i = 0; i < weight; i++)
          p.rect(
            i < taken ? color : c.sunken,
            bar.x + (i % cols) * pitch,
            bar.y + Math.floor(i / cols) * pitch,
            pitch - 1.4,
            pitch - 1.4,
            1,
            1,
          );
        continue;
      }
    }
    p.rect(c.sunken, bar.x, bar.y, bar.w, bar.h, 1, 2);
    if (share > 0) p.rect(color, bar.x, bar.y, Math.max(2, bar.w * Math.min(1, share)), bar.h, 1, 2);
  }
}

function paintStrips(p: Painter, c: Palette, input: PaintInput): void {
  const { load } = input;
  for (const [cpu, strip] of input.ix.strips) {
    const { box } = strip;
    const w = strip.level === 'row' ? 36 : Math.max(8, box.w - 34);
    const x = strip.level === 'row' ? box.x + box.w - w - 6 : box.x + 28;
    const h = 5;
    const y = box.y + (box.h - h) / 2;
    p.rect(c.sunken, x, y, w, h);
    if (load === null) continue;
    let at = x;
    for (let k = 0; k < CONTEXTS.length - 1; k++) {
      const share = load[cpu * CONTEXTS.length + k];
      if (share < 0.005) continue;
      const waits = Math.min(share, input.loadWaits[cpu * CONTEXTS.length + k] ?? 0);
      const color = c.contexts[CONTEXTS[k]];
      p.rect(color, at, y, w * (share - waits), h);
      // waiting is hollow: its edges only
      if (waits > 0.005) {
        p.rect(color, at + w * (share - waits), y, w * waits, 1);
        p.rect(color, at + w * (share - waits), y + h - 1, w * waits, 1);
      }
      at += w * share;
    }
  }
}

// -- sockets -----------------------------------------------------------------------------------------------------------

function paintTank(p: Painter, c: Palette, input: PaintInput, at: SocketLayout, index: number): void {
  const state = input.scene.sockets[index];
  if (state === undefined) return;
  const { tank } = at;
  p.rect(c.sunken, tank.x, tank.y, tank.w, tank.h, 1, 3);
  const level = tankLevel(state.rmem, state.rcvbuf);
  const inner: Rect = { x: tank.x + 1.5, y: tank.y + 1.5, w: tank.w - 3, h: tank.h - 3 };
  const total = inner.h * level;
  const bytes = state.queue.reduce((sum, skb) => sum + skb.bytes, 0);
  if (total > 0 && bytes > 0) {
    // oldest at the bottom; neighbours of one flow are one slab
    let y = inner.y + inner.h;
    let flow = state.queue[0].flow;
    let slab = 0;
    const put = (): void => {
      const h = (slab / bytes) * total;
      y -= h;
      p.rect(flowColor(input.theme, flow), inner.x, y, inner.w, Math.max(0.8, h - (h > 3 ? 0.6 : 0)));
    };
    for (const skb of state.queue) {
      if (skb.flow !== flow) {
        put();
        flow = skb.flow;
        slab = 0;
      }
      slab += skb.bytes;
    }
    put();
  } else if (total > 0.5) p.rect(c.lineStrong, inner.x, inner.y + inner.h - total, inner.w, total);
  const limit = tank.y + tank.h * (1 - TANK_LIMIT);
  const over = state.rmem >= state.rcvbuf && state.rcvbuf > 0;
  p.line(over ? c.loss : c.text, tank.x - 2, limit, tank.x + tank.w + 2, limit, 1.2, over ? 1 : 0.75, [3, 2]);
}

// -- packets -----------------------------------------------------------------------------------------------------------

function paintTrail(p: Painter, input: PaintInput): void {
  const { trail } = input;
  if (trail === null) return;
  const a = { x: trail.from.x + trail.from.w / 2, y: trail.from.y + trail.from.h / 2 };
  const b = { x: trail.to.x + trail.to.w / 2, y: trail.to.y + trail.to.h / 2 };
  const vertical = input.ix.layout.portrait;
  const kx = vertical ? 0 : reach(a, b);
  const ky = vertical ? rise(a, b) : 0;
  p.curve(
    flowColor(input.theme, trail.to.flow),
    [a.x, a.y, a.x + kx, a.y + ky, b.x - kx, b.y - ky, b.x, b.y],
    1.5,
    0.55,
    [2, 3],
  );
}

function paintApproaching(p: Painter, input: PaintInput): void {
  const next = input.approaching;
  if (next === null) return;
  const w = glyphLength(next.bytes);
  const at = onWire(input.ix, next.nic, next.share, w);
  if (at === null) return;
  const color = flowColor(input.theme, next.flow);
  p.rect(color, at.x, at.y - 4.5, w, 9, 1, 2);
  if (w > 9) p.text(inkOn(color), flowMark(next.flow), at.x + w / 2, at.y + 2.8, 7.5, 'mono', 'middle', 600);
}

function paintGlyphs(p: Painter, c: Palette, theme: ThemeName, glyphs: readonly Moving[]): void {
  const detail = glyphs.length <= DETAIL_LIMIT;
  // by colour, so that a canvas changes its fill a few times, not thousands
  const groups = new Map<string, Moving[]>();
  let count = 0;
  for (const g of glyphs) {
    if (g.look === 'docked') continue;
    count += 1;
    if (count > GLYPH_LIMIT) break;
    const color = g.look === 'dropped' ? c.loss : flowColor(theme, g.flow);
    const group = groups.get(color);
    if (group === undefined) groups.set(color, [g]);
    else group.push(g);
  }
  for (const [color, group] of groups) {
    for (const g of group) {
      const radius = detail && g.w > 5 ? 2 : 0;
      if (g.look === 'solid') p.rect(color, g.x, g.y, g.w, g.h, g.alpha, radius);
      else {
        if (g.look === 'hollow') p.rect(color, g.x, g.y, g.w, g.h, g.alpha * 0.22, radius);
        p.frame(color, g.x, g.y, g.w, g.h, g.w > 4 ? 1.3 : 0.9, g.alpha, radius);
      }
      // held back: a bar in front of it
      if (g.look === 'held') p.rect(color, g.x - 1, g.y - 2, 2.4, g.h + 4, g.alpha, 0);
      if (g.look === 'dropped') {
        p.line(color, g.x + 2, g.y + 2, g.x + g.w - 2, g.y + g.h - 2, 1.2, g.alpha);
        p.line(color, g.x + 2, g.y + g.h - 2, g.x + g.w - 2, g.y + 2, 1.2, g.alpha);
      }
    }
  }
  if (!detail) return;
  for (const g of glyphs) {
    if (!g.lead || g.look === 'docked' || g.look === 'dropped' || g.w < 7.5 || g.alpha < 0.6) continue;
    const color = flowColor(theme, g.flow);
    const mark = flowMark(g.flow);
    const size = (7.5 * Math.max(GLYPH_H, g.h)) / GLYPH_H;
    if (mark.length * size * 0.61 > g.w) continue;
    p.text(
      g.look === 'solid' ? inkOn(color) : c.text,
      mark,
      g.x + g.w / 2,
      g.y + g.h / 2 + size * 0.36,
      size,
      'mono',
      'middle',
      600,
    );
  }
}

function paintPulse(p: Painter, c: Palette, pulse: Pulse, t: number): void {
  const color = pulse.back ? c.contexts.softirq : c.contexts.hardirq;
  const { from, to } = pulse;
  const at = wayPoint(from, to, ease(t), pulse.vertical);
  const kx = pulse.vertical ? 0 : reach(from, to);
  const ky = pulse.vertical ? rise(from, to) : 0;
  p.curve(color, [from.x, from.y, from.x + kx, from.y + ky, to.x - kx, to.y - ky, to.x, to.y], 2, 0.8);
  if (t < 1) {
    p.rect(color, at.x - 4, at.y - 1.5, 8, 3);
    p.rect(color, at.x - 1.5, at.y - 4, 3, 8);
  }
}
