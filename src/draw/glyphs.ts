/**
 * Packets as glyphs: which stand where in a scene. Colour and letter = flow, length = size, hollow = queued, solid = in
 * work, crossed = dropped. A train's cars are its segments. Pure: (layout, scene) -> glyphs in world units.
 * Each place has room for so many; what does not fit is counted (`more`), never drawn over the edge.
 */
import type { Scene, SceneMap, SceneSkb } from '../protocol/scene.ts';
import { clamp, type Rect } from './geometry.ts';
import { linkGlyphs } from './link-glyphs.ts';
import { layerRects, type RingLayout, roomOf } from './layout.ts';
import type { TxLayout, TxRowLayout } from './layout-tx.ts';
import { cpuOfQueue, dropPoint, type Spot, type StageIndex, socketAt, txAt } from './places.ts';

/** `docked`: within a ring or a tank, which draw their contents themselves; seen only while it travels. `held`: not before its time. */
export type Look = 'hollow' | 'solid' | 'dropped' | 'docked' | 'held';

export interface Glyph extends Rect {
  /** Packet id. */
  key: number;
  flow: number;
  look: Look;
  /** First car of a train, or a single packet: carries the letter where there is room. */
  lead: boolean;
}

/** Words beside glyphs: how many cars, how many more. */
export interface GlyphNote {
  x: number;
  y: number;
  text: string;
  flow: number;
  anchor: 'start' | 'end';
}

export interface GlyphSet {
  glyphs: Glyph[];
  notes: GlyphNote[];
}

export const GLYPH_H = 9;
/** From one car of a train to the next. */
const CAR = 9.5;
/** Beyond this many, letters and rounding are left out. */
export const DETAIL_LIMIT = 600;
/** Beyond this many, packets at rest are left to bars and fills. */
export const GLYPH_LIMIT = 10_000;
/** Frames at either end of a ring that can be followed in and out of it. */
const RING_ENDS = 24;
/** The newest drops shown as crosses, and for how many records they stay. */
export const DROP_STAY = 48;

/** Length of a single frame's glyph. */
export function glyphLength(bytes: number): number {
  return 8 + 14 * clamp(bytes / 1514, 0, 1);
}

/** Descriptor `index` of a ring: angle in radians, 0 at the top, clockwise. */
export function ringAngle(index: number, size: number): number {
  return ((index % size) / size) * Math.PI * 2 - Math.PI / 2;
}

function ringSpot(
  ring: Pick<RingLayout, 'c' | 'r' | 'r0'>,
  index: number,
  size: number,
): { x: number; y: number } {
  const a = ringAngle(index + 0.5, size);
  const r = (ring.r + ring.r0) / 2;
  return { x: ring.c.x + Math.cos(a) * r, y: ring.c.y + Math.sin(a) * r };
}

/** All glyphs of a scene, a packet once: where it is worked on before where it waits. */
export function placeGlyphs(ix: StageIndex, map: SceneMap, spots: readonly Spot[], scene: Scene): GlyphSet {
  const seen = new Set<number>();
  const out: GlyphSet = { glyphs: [], notes: [] };
  const add = (g: Glyph): void => {
    if (seen.has(g.key) || g.w <= 0 || g.h <= 0) return;
    seen.add(g.key);
    out.glyphs.push(g);
  };

  for (const nic of ix.layout.nics) {
    const frame = scene.nics[nic.nic]?.frame;
    if (frame) {
      const w = glyphLength(frame.bytes);
      const box = frame.queue === null && frame.hash === null ? nic.parser : nic.hash;
      add({
        key: frame.id,
        x: box.x + box.w - w - 7,
        y: box.y + 4,
        w,
        h: GLYPH_H,
        flow: frame.flow,
        look: 'solid',
        lead: true,
      });
    }
  }

  for (const { nic, toe: box } of ix.layout.nics) {
    const toe = scene.nics[nic]?.toe ?? null;
    if (box === null || toe === null) continue;
    const wide = box.w > 200;
    const y = box.y + box.h - (box.h >= 40 ? 14 : 11);
    addRow(
      add,
      out,
      [...toe.waiting, ...toe.out],
      { x: box.x + 6, y, w: box.w - (wide ? 12 : 14), h: GLYPH_H },
      1,
    );
  }

  for (const [cpu, lane] of ix.lanes) {
    const state = scene.cpus[cpu];
    if (state === undefined) continue;
    const { poll, protocol } = lane.boxes;
    const room = roomOf(poll);
    const h = GLYPH_H * room;
    if (state.frame)
      addTrain(
        add,
        out,
        state.frame,
        { x: poll.x + 6, y: poll.y + poll.h - 5 - h, w: poll.w - 44, h },
        'solid',
        false,
        room,
      );
    addRow(
      add,
      out,
      [...state.backlog.process, ...state.backlog.input],
      {
        x: poll.x + 6,
        y: poll.y + poll.h - (poll.h >= 66 ? 18 + h : 5 + h),
        w: poll.w - (poll.h >= 66 ? 12 : 44),
        h,
      },
      1,
      room,
    );
    addFragments(add, out, scene, cpu, layerRects(protocol)[1]);
    if (state.current) {
      const layers = layerRects(protocol);
      const at = layers[state.layer === 'l4' ? 2 : state.layer === 'ip' ? 1 : 0];
      const n = state.current.segs.length;
      const wish = n === 1 ? glyphLength(state.current.bytes) * room : n * 7 * room;
      // below the layer's name, or beside it where rows are low
      const beside = room > 1 && at.h < h + 15;
      const x = beside ? at.x + 42 : at.x + 2;
      const y = room === 1 ? at.y + 19 : beside ? at.y + (at.h - h) / 2 - 1 : at.y + at.h - h - 3;
      const w = Math.min(at.x + at.w - x - 2, wish);
      addTrain(add, out, state.current, { x, y, w, h }, 'solid', false, room);
    }
    // on its way out: over the lane's lower edge
    let x = protocol.x + protocol.w - 6;
    for (const skb of state.sending === null ? state.acks : [state.sending, ...state.acks]) {
      const w = skb.segs.length > 1 ? Math.min(40, 4 + skb.segs.length * 4) : glyphLength(skb.bytes);
      if (x - w < protocol.x + protocol.w / 2) break;
      x -= w + 2;
      const at: Rect = { x, y: lane.box.y + lane.box.h - GLYPH_H + 1, w, h: GLYPH_H };
      addTrain(add, out, skb, at, skb === state.sending ? 'solid' : 'hollow', false);
    }
    addRow(
      add,
      out,
      state.deliver,
      { x: protocol.x + 6, y: protocol.y + protocol.h - 5 - h, w: protocol.w - 12, h },
      1,
      room,
    );
  }

  // what GRO holds and the batch on rx_list stand in the lane of the CPU that polls
  const rows = new Map<number, { held: SceneSkb[]; list: SceneSkb[] }>();
  const strips = new Map<number, SceneSkb[]>();
  scene.queues.forEach((q, queue) => {
    const cpu = cpuOfQueue(scene, queue);
    const held = q.napi.held.flat();
    if (held.length === 0 && q.napi.rxList.length === 0) return;
    if (ix.lanes.has(cpu)) {
      const row = rows.get(cpu) ?? { held: [], list: [] };
      row.held.push(...held);
      row.list.push(...q.napi.rxList);
      rows.set(cpu, row);
    } else if (ix.strips.has(cpu)) {
      const row = strips.get(cpu) ?? [];
      row.push(...held, ...q.napi.rxList);
      strips.set(cpu, row);
    }
  });
  for (const [cpu, row] of rows) {
    const lane = ix.lanes.get(cpu);
    if (lane === undefined) continue;
    placeHeld(add, out, row.held, lane.boxes.gro);
    const { rxList } = lane.boxes;
    const room = roomOf(rxList);
    const pitch = 12 * room;
    const lines = Math.max(1, Math.floor((rxList.h - 20) / pitch));
    const y = room > 1 ? rxList.y + 21 : rxList.y + rxList.h - 2 - lines * pitch;
    addRow(add, out, row.list, { x: rxList.x + 5, y, w: rxList.w - 10, h: GLYPH_H * room }, lines, room);
  }
  for (const [cpu, strip] of ix.strips) {
    if (ix.lanes.has(cpu) || strip.level === 'cell') continue;
    const state = scene.cpus[cpu];
    if (state === undefined) continue;
    const skbs = [
      ...(state.frame ? [state.frame] : []),
      ...(state.current ? [state.current] : []),
      ...(state.sending ? [state.sending] : []),
      ...state.acks,
      ...(strips.get(cpu) ?? []),
      ...state.deliver,
      ...state.backlog.process,
      ...state.backlog.input,
    ];
    let x = strip.box.x + strip.box.w * 0.56;
    const end = strip.box.x + strip.box.w - 44;
    for (const skb of skbs) {
      const w = Math.min(14, 4 + skb.segs.length);
      if (x + w > end) break;
      add({
        key: skb.id,
        x,
        y: strip.box.y + strip.box.h / 2 - 3.5,
        w,
        h: 7,
        flow: skb.flow,
        look: skb === state.frame || skb === state.current || skb === state.sending ? 'solid' : 'hollow',
        lead: false,
      });
      x += w + 2;
    }
  }

  for (const [queue, ring] of ix.rings) {
    const q = scene.queues[queue];
    if (q === undefined) continue;
    const n = q.frames.length;
    for (let i = 0; i < n; i++) {
      if (i === RING_ENDS && n > 2 * RING_ENDS) i = n - RING_ENDS;
      const frame = q.frames[i];
      const at = ringSpot(ring, q.nextToClean + i, q.size);
      add({
        key: frame.id,
        x: at.x - 3,
        y: at.y - 3,
        w: 6,
        h: 6,
        flow: frame.flow,
        look: 'docked',
        lead: false,
      });
    }
  }

  for (const link of ix.layout.links) for (const g of linkGlyphs(link, scene).glyphs) add(g);
  for (const row of ix.layout.tx)
    for (const { queue } of row.cells) {
      const at = txAt(ix, queue);
      if (at !== undefined) placeTxGlyphs(add, out, scene, row, at);
    }
  map.tasks.forEach((task, i) => {
    const skb = scene.tasks[i]?.sending;
    const at = skb ? socketAt(ix, skb.sk ?? task.sockets[0] ?? 0) : undefined;
    if (!skb || at === undefined) return;
    const w = glyphLength(skb.bytes);
    addTrain(
      add,
      out,
      skb,
      { x: at.box.x - 4, y: at.box.y + at.box.h - GLYPH_H - 4, w, h: GLYPH_H },
      'solid',
      false,
    );
  });

  map.sockets.forEach((socket, i) => {
    const at = socketAt(ix, socket.id);
    const state = scene.sockets[i];
    if (at === undefined || state === undefined) return;
    const level = tankLevel(state.rmem, state.rcvbuf);
    const y = at.tank.y + at.tank.h * (1 - level);
    const from = Math.max(0, state.queue.length - 64);
    for (let k = from; k < state.queue.length; k++) {
      const skb = state.queue[k];
      for (const id of skb.segs.slice(0, 24))
        add({
          key: id,
          x: at.tank.x + 2,
          y,
          w: at.tank.w - 4,
          h: 4,
          flow: skb.flow,
          look: 'docked',
          lead: false,
        });
    }
    if (at.level === 'card' && at.tank.h >= 64) {
      const right: Rect = {
        x: at.tank.x + at.tank.w + 8,
        y: at.box.y + at.box.h - 13,
        w: at.box.x + at.box.w - at.tank.x - at.tank.w - 14,
        h: 8,
      };
      addRow(add, out, [...state.ofo, ...state.backlog], right, 1);
    }
  });

  const byPlace = new Map<number, number>();
  for (let i = scene.drops.length - 1; i >= 0; i--) {
    const drop = scene.drops[i];
    if (scene.seq - drop.seq > DROP_STAY) break;
    const spot = spots[drop.place];
    if (spot === undefined) continue;
    const n = byPlace.get(drop.place) ?? 0;
    byPlace.set(drop.place, n + 1);
    if (n >= 4) continue;
    const p = dropPoint(ix, map, spot);
    if (p === null) continue;
    add({
      key: drop.packet,
      x: p.x + n * p.step.x,
      y: p.y + n * p.step.y,
      w: 12,
      h: GLYPH_H,
      flow: drop.flow,
      look: 'dropped',
      lead: false,
    });
  }
  return out;
}

/** Lines of packets that a full cell's queueing discipline has room for, below its first words. */
export function qdiscLines(box: Rect): number {
  return Math.max(1, Math.floor((box.h - 27) / 12));
}

/** Waiting in the queueing discipline, in descriptors, on the wire. What is sent and not cleaned is the ring's own. */
function placeTxGlyphs(add: Add, out: GlyphSet, scene: Scene, row: TxRowLayout, at: TxLayout): void {
  const tx = scene.queues[at.queue]?.tx;
  if (tx === undefined) return;
  const { ring } = tx;
  const first = tx.posted - ring.length;
  const onWire = scene.nics[row.nic]?.sending === at.number && ring.length > 0;
  if (onWire) {
    const w = Math.min(row.wire.w - 8, trainLength(ring[0]));
    addTrain(
      add,
      out,
      ring[0],
      { x: row.wire.x + row.wire.w - w - 5, y: row.cableY - GLYPH_H / 2, w, h: GLYPH_H },
      'solid',
      false,
    );
  }
  for (let i = onWire ? 1 : 0; i < ring.length; i++) {
    if (i === RING_ENDS && ring.length > 2 * RING_ENDS) i = ring.length - RING_ENDS;
    const skb = ring[i];
    const p = ringSpot(at, (first + i) % tx.size, tx.size);
    for (const key of skb.segs)
      add({ key, x: p.x - 3, y: p.y - 3, w: 6, h: 6, flow: skb.flow, look: 'docked', lead: false });
  }
  if (at.level === 'full') {
    const { x, y, w, h } = at.qdisc;
    const line = { x: x + 6, y: y + 15, w: w - 12, h: GLYPH_H };
    addRow(add, out, tx.qdisc, line, qdiscLines({ x, y, w, h }), 1, scene.timeNs);
    return;
  }
  const { x, y } = { x: at.qdisc.x, y: at.qdisc.y + at.qdisc.h / 2 };
  for (const skb of tx.qdisc.slice(0, RING_ENDS))
    for (const key of skb.segs)
      add({ key, x: x - 2, y: y - 3, w: 6, h: 6, flow: skb.flow, look: 'docked', lead: false });
}

function trainLength(skb: SceneSkb): number {
  return skb.segs.length > 1 ? skb.segs.length * CAR : glyphLength(skb.bytes);
}

/** Share of a tank's height that is filled; the limit line stands at TANK_LIMIT, so that overshoot shows. */
export const TANK_LIMIT = 0.86;
export function tankLevel(rmem: number, rcvbuf: number): number {
  return rcvbuf <= 0 ? 0 : clamp((rmem / rcvbuf) * TANK_LIMIT, 0, 1);
}

type Add = (g: Glyph) => void;

/** One skb in `r`: its segments as cars, pressed together where there are many. */
function addTrain(
  add: Add,
  out: GlyphSet,
  skb: SceneSkb,
  r: Rect,
  look: Look,
  note: boolean,
  room = 1,
): void {
  const n = skb.segs.length;
  if (n <= 1) {
    add({
      key: skb.id,
      x: r.x,
      y: r.y,
      w: Math.min(r.w, glyphLength(skb.bytes) * room),
      h: r.h,
      flow: skb.flow,
      look,
      lead: true,
    });
    return;
  }
  const noteW = note ? 22 : 0;
  const pitch = Math.min((r.w - noteW) / n, CAR * room);
  const gap = pitch > 5 ? 1.5 : pitch > 2.5 ? 0.7 : 0;
  const shown = pitch < 1.2 ? Math.floor((r.w - noteW) / 1.2) : n;
  const p = Math.max(pitch, 1.2);
  for (let i = 0; i < shown; i++) {
    add({
      key: skb.segs[i],
      x: r.x + i * p,
      y: r.y,
      w: p - gap,
      h: r.h,
      flow: skb.flow,
      look,
      lead: i === 0,
    });
  }
  if (note)
    out.notes.push({
      x: r.x + shown * p + 3,
      y: r.y + r.h - 1,
      text: `×${n}`,
      flow: skb.flow,
      anchor: 'start',
    });
}

/**
 * Trains of the GRO held list. Where there is room, each goes on over as many rows as it needs, so that its cars stay where
 * they are while it grows; else one a row, pressed together; in two or three columns where there are many.
 */
function placeHeld(add: Add, out: GlyphSet, held: SceneSkb[], box: Rect): void {
  const size = roomOf(box);
  const perRow = Math.max(1, Math.round((box.w - 12) / (CAR * size)));
  const pitch = (box.w - 12) / perRow;
  // the figure after a train takes the room of some cars
  const rowsOf = (skb: SceneSkb): number => Math.ceil((Math.max(skb.segs.length, 2) + 2) / perRow);
  const needed = perRow < 4 ? Infinity : held.reduce((sum, skb) => sum + rowsOf(skb), 0);
  if (needed <= Math.floor((box.h - 20) / (12 * size))) {
    let row = 0;
    for (const skb of held) {
      const h = GLYPH_H * size;
      const y = box.y + 19 + row * 12 * size;
      const n = skb.segs.length;
      if (n <= 1) addTrain(add, out, skb, { x: box.x + 6, y, w: box.w - 12, h }, 'hollow', false, size);
      else {
        skb.segs.forEach((key, i) => {
          add({
            key,
            x: box.x + 6 + (i % perRow) * pitch,
            y: y + Math.floor(i / perRow) * 12 * size,
            w: pitch - 1.5,
            h,
            flow: skb.flow,
            look: 'hollow',
            lead: i === 0,
          });
        });
        out.notes.push({
          x: box.x + 6 + (n % perRow) * pitch + 2,
          y: y + Math.floor(n / perRow) * 12 * size + h - 1.5 * size,
          text: `×${n}`,
          flow: skb.flow,
          anchor: 'start',
        });
      }
      row += rowsOf(skb);
    }
    return;
  }
  const rowH = 12;
  const rows = Math.max(1, Math.floor((box.h - 20) / rowH));
  const cols = clamp(Math.ceil(held.length / rows), 1, 3);
  const room = rows * cols;
  const colW = (box.w - 10) / cols;
  held.slice(0, room).forEach((skb, i) => {
    addTrain(
      add,
      out,
      skb,
      {
        x: box.x + 6 + Math.floor(i / rows) * colW,
        y: box.y + 19 + (i % rows) * rowH,
        w: colW - 4,
        h: GLYPH_H,
      },
      'hollow',
      colW > 52,
    );
  });
  if (held.length > room)
    out.notes.push({
      x: box.x + box.w - 6,
      y: box.y + 13,
      text: `+${held.length - room}`,
      flow: 0,
      anchor: 'end',
    });
}

const FRAGMENT_W = 4;

/** Fragments that wait for others, beside the name of the IP layer and above what it works on. */
function addFragments(add: Add, out: GlyphSet, scene: Scene, cpu: number, ip: Rect): void {
  const parts = scene.fragments.filter((f) => f.cpu === cpu);
  const [x, y, step] = [ip.x + 16, ip.y + 3, FRAGMENT_W + 2];
  const room = Math.max(1, Math.floor((ip.x + ip.w - x) / step));
  const shown = parts.length <= room ? parts.length : Math.max(1, room - 3);
  parts.slice(0, shown).forEach(({ skb }, i) => {
    const at = { x: x + i * step, y, w: FRAGMENT_W, h: GLYPH_H };
    add({ key: skb.id, ...at, flow: skb.flow, look: 'hollow', lead: true });
  });
  const more = parts.length - shown;
  if (more > 0)
    out.notes.push({ x: ip.x + ip.w, y: y + GLYPH_H - 1, text: `+${more}`, flow: 0, anchor: 'end' });
}

/** Waiting skbs in rows, oldest first; what does not fit is counted. */
function addRow(
  add: Add,
  out: GlyphSet,
  skbs: readonly SceneSkb[],
  r: Rect,
  lines: number,
  room = 1,
  now = 0,
): void {
  let x = r.x;
  let y = r.y;
  let line = 0;
  for (let i = 0; i < skbs.length; i++) {
    const skb = skbs[i];
    const w = Math.min(
      r.w,
      room * (skb.segs.length > 1 ? Math.min(22, 8 + skb.segs.length) : Math.min(14, glyphLength(skb.bytes))),
    );
    const last = line === lines - 1;
    const reserve = last && i < skbs.length - 1 ? 8 + String(skbs.length - i).length * 5.7 : 0;
    if (x + w > r.x + r.w - reserve) {
      if (last) {
        out.notes.push({ x: r.x + r.w, y: y + r.h - 1, text: `+${skbs.length - i}`, flow: 0, anchor: 'end' });
        return;
      }
      line += 1;
      x = r.x;
      y += 12 * room;
    }
    const look = skb.heldNs !== undefined && skb.heldNs > now ? 'held' : 'hollow';
    add({ key: skb.id, x, y, w, h: r.h, flow: skb.flow, look, lead: true });
    x += w + 2;
  }
}
