/**
 * The way out: along the bottom of the stage, right to left: queueing discipline, byte limit, transmit ring, wire. One row a card
 * that can send, one cell a transmit queue. Many queues are small cells, and a slot at the row's end shows the one last touched.
 * A host whose cards never send has no such rows.
 */
import type { SceneMap } from '../protocol/scene.ts';
import { bestColumns, clamp, grid, type Point, type Rect } from './geometry.ts';

export type TxLevel = 'full' | 'small' | 'mini';

export interface TxLayout {
  queue: number;
  number: number;
  cell: Rect;
  level: TxLevel;
  /** The ring: centre, outer and inner radius of its descriptors, arc segments drawn. */
  c: Point;
  r: number;
  r0: number;
  bins: number;
  /** Bytes in flight against the byte limit; null: no room. */
  gauge: Rect | null;
  /** What waits in front of the ring: a box with words and packets, or a bar. */
  qdisc: Rect;
  /** Lines of words beside the gauge that tell what the ring holds; null: no room. */
  words: Rect | null;
}

export interface TxRowLayout {
  nic: number;
  box: Rect;
  /** Cable out of the card, and its height. */
  wire: Rect;
  cableY: number;
  cells: TxLayout[];
  /** Where not all cells are full: the queue last touched. */
  slot: TxLayout | null;
}

/** Its name stands above the rows. */
export const TX_TITLE = 12;
/** Below the name, and between rows. */
export const TX_GAP = 4;
const ROW_MIN = 48;
const ROW_OVERVIEW = 34;
/** A cell this wide tells everything. */
const FULL_MIN = 150;
const WORDS_MIN = 350;
const WORDS_W = 132;
const SLOT_W = 216;

interface Sender {
  nic: number;
  queues: number[];
}

/** Height of the rows at least and at most, title and gap included; 0: nothing is ever sent. */
export function txRoom(senders: readonly Sender[], overview: boolean): { least: number; most: number } {
  if (senders.length === 0) return { least: 0, most: 0 };
  const rows = senders.length;
  const few = senders.every((s) => s.queues.length <= 4);
  const row = overview ? ROW_OVERVIEW : rows > 2 ? 36 : ROW_MIN;
  const high = overview ? ROW_OVERVIEW + 8 : few ? 84 : 66;
  const all = (h: number): number => TX_TITLE + rows * (h + TX_GAP);
  return { least: all(row), most: all(Math.max(row, high)) };
}

/** Rows in `area` (below the title), left end of their boxes at `left`: the cable comes out there. */
export function placeTx(
  area: Rect,
  left: number,
  senders: readonly Sender[],
  map: SceneMap,
  overview: boolean,
  open: readonly number[],
): TxRowLayout[] {
  const n = senders.length;
  const h = (area.h - TX_GAP * (n - 1)) / Math.max(1, n);
  return senders.map(({ nic, queues }, i) => {
    const y = area.y + i * (h + TX_GAP);
    const box: Rect = { x: left, y, w: area.x + area.w - left, h };
    const wire: Rect = { x: area.x, y, w: left - area.x, h };
    return placeRow(nic, queues, box, wire, map, overview, open);
  });
}

function placeRow(
  nic: number,
  queues: readonly number[],
  box: Rect,
  wire: Rect,
  map: SceneMap,
  overview: boolean,
  open: readonly number[],
): TxRowLayout {
  const n = queues.length;
  const inner: Rect = { x: box.x + 4, y: box.y + 4, w: box.w - 8, h: box.h - 8 };
  // several rings share the cable: it runs below them
  const shared = n > 1;
  const field: Rect = shared ? { ...inner, h: inner.h - 5 } : inner;
  const number = (queue: number): number => map.queues[queue]?.number ?? queue;
  const full = !overview && field.w / n >= FULL_MIN && field.h >= 30;
  if (full) {
    const cells = grid(field, n, n, 8).map((cell, i) => txAt(queues[i], number(queues[i]), cell, 'full'));
    const cableY = shared ? box.y + box.h - 6 : cells[0].c.y;
    return { nic, box, wire, cableY, cells, slot: null };
  }
  const slots = !overview && field.h >= 30 && field.w >= SLOT_W * 1.8;
  const room: Rect = slots ? { ...field, w: field.w - SLOT_W - 10 } : field;
  const single = room.w / n >= 44;
  const cols = single ? n : bestColumns(room.w, room.h, n);
  const cells = grid(room, n, cols, single ? 4 : 2).map((cell, i) =>
    txAt(queues[i], number(queues[i]), cell, single && cell.h >= 22 ? 'small' : 'mini'),
  );
  const wanted = open.find((queue) => queues.includes(queue)) ?? queues[0];
  const slot = slots
    ? txAt(wanted, number(wanted), { ...field, x: field.x + field.w - SLOT_W, w: SLOT_W }, 'full')
    : null;
  return { nic, box, wire, cableY: box.y + box.h - 6, cells, slot };
}

function txAt(queue: number, number: number, cell: Rect, level: TxLevel): TxLayout {
  const beside = level === 'mini' ? (cell.w >= 16 ? 5 : 3) : level === 'small' ? 26 : 110;
  const r = clamp(Math.min(cell.h / 2 - (level === 'mini' ? 1 : 2), (cell.w - beside) / 2 - 1), 2, 40);
  const c: Point = {
    x: level === 'mini' ? cell.x + 1 + r : cell.x + r + 4,
    y: cell.y + cell.h / 2,
  };
  const ring = {
    queue,
    number,
    cell,
    level,
    c,
    r,
    r0: level === 'mini' ? r * 0.5 : r * 0.62,
    bins: level === 'full' ? 48 : level === 'small' ? 32 : 16,
  };
  const right = c.x + r;
  if (level === 'mini') {
    const w = Math.max(1.5, Math.min(4, cell.x + cell.w - right - 2));
    return { ...ring, gauge: null, qdisc: { x: right + 1, y: c.y - r, w, h: 2 * r }, words: null };
  }
  const gauge: Rect = { x: right + 6, y: c.y - r + 1, w: level === 'full' ? 7 : 4, h: 2 * r - 2 };
  const after = gauge.x + gauge.w + 8;
  if (level === 'small') {
    const qdisc: Rect = { x: gauge.x + gauge.w + 4, y: gauge.y, w: 6, h: gauge.h };
    return { ...ring, gauge, qdisc, words: null };
  }
  const words = cell.w >= WORDS_MIN && cell.h >= 38 ? { x: after, y: gauge.y, w: WORDS_W, h: gauge.h } : null;
  const x = words === null ? after : words.x + words.w + 8;
  return {
    ...ring,
    gauge,
    qdisc: { x, y: cell.y, w: cell.x + cell.w - x, h: cell.h },
    words,
  };
}

/** Narrow pages: below everything else. The cable runs below each row. @returns the rows and where they end */
export function placeTxPortrait(
  x: number,
  top: number,
  width: number,
  senders: readonly Sender[],
  map: SceneMap,
  open: readonly number[],
): { rows: TxRowLayout[]; bottom: number } {
  let y = top;
  const rows = senders.map(({ nic, queues }): TxRowLayout => {
    const n = queues.length;
    const number = (queue: number): number => map.queues[queue]?.number ?? queue;
    const full = n <= 4;
    const cols = full ? Math.min(n, 2) : n <= 8 ? n : Math.min(16, n);
    const lines = Math.ceil(n / cols);
    const cellH = full ? 52 : n <= 8 ? 30 : 22;
    const slotH = full ? 0 : 58;
    const box: Rect = { x, y, w: width, h: 8 + slotH + lines * (cellH + 2) };
    const field: Rect = { x: x + 4, y: y + 4 + slotH, w: width - 8, h: lines * (cellH + 2) - 2 };
    const cells = grid(field, n, cols, full ? 6 : 2).map((cell, i) =>
      txAt(
        queues[i],
        number(queues[i]),
        { ...cell, h: cellH },
        full ? 'full' : cell.w >= 36 ? 'small' : 'mini',
      ),
    );
    const wanted = open.find((queue) => queues.includes(queue)) ?? queues[0];
    const slot = full
      ? null
      : txAt(wanted, number(wanted), { x: x + 4, y: y + 4, w: width - 8, h: 52 }, 'full');
    const wire: Rect = { x, y: box.y + box.h + 2, w: width, h: 20 };
    y = wire.y + wire.h + 6;
    return { nic, box, wire, cableY: wire.y + 10, cells, slot };
  });
  return { rows, bottom: y };
}
