/**
 * How packets travel between two scenes: what moves, what comes, what goes. Pure: glyphs before and after -> moves; a move
 * and a share of its time -> where the glyph is. Time itself is the caller's.
 */
import { Kind } from '../catalog/kinds.ts';
import type { RecordView } from '../protocol/scene.ts';
import { type Point, wayPoint } from './geometry.ts';
import type { Glyph } from './glyphs.ts';
import { cpuIn, type Spot, type StageIndex, txAt } from './places.ts';

export interface Move {
  key: number;
  from: Glyph | null;
  to: Glyph | null;
  /** It leaves by the wire: where it is seen last. */
  exit?: Point;
}

/** A glyph on its way, with how much of it shows. */
export interface Moving extends Glyph {
  alpha: number;
}

/** A signal, not a packet: an interrupt on its way from a vector to a CPU, or what a card has sent, to be freed. */
export interface Pulse {
  from: Point;
  to: Point;
  vertical: boolean;
  /** Memory of sent packets on its way to the CPU that frees it. */
  back?: boolean;
}

export interface MotionPlan {
  moves: Move[];
  /** Glyphs that stay as they are. */
  still: Glyph[];
  pulse: Pulse | null;
}

/** Below this many moves each is drawn on its way; with more, they change places at once. */
export const MOVE_LIMIT = 4_000;

function same(a: Glyph, b: Glyph): boolean {
  return (
    Math.abs(a.x - b.x) < 0.5 &&
    Math.abs(a.y - b.y) < 0.5 &&
    Math.abs(a.w - b.w) < 0.5 &&
    a.look === b.look &&
    a.flow === b.flow
  );
}

/** What changes between two glyph sets. `record` tells where new packets come from. */
export function planMotion(
  before: ReadonlyMap<number, Glyph>,
  after: readonly Glyph[],
  record: RecordView | null,
  ix: StageIndex,
  spots: readonly Spot[],
): MotionPlan {
  const moves: Move[] = [];
  const still: Glyph[] = [];
  const kept = new Set<number>();
  for (const to of after) {
    kept.add(to.key);
    const from = before.get(to.key);
    if (from !== undefined && same(from, to)) still.push(to);
    else moves.push({ key: to.key, from: from ?? originOf(to, record, ix), to });
  }
  for (const from of before.values()) {
    if (kept.has(from.key) || from.look === 'docked') continue;
    const exit = exitOf(from, ix);
    moves.push(exit === null ? { key: from.key, from, to: null } : { key: from.key, from, to: null, exit });
  }
  return { moves, still, pulse: pulseOf(record, ix, spots) };
}

/** What is gone from a cable has been sent: to the stage's edge, below its end on narrow pages. */
function exitOf(from: Glyph, ix: StageIndex): Point | null {
  for (const row of ix.layout.tx) {
    const { x, y, w, h } = row.wire;
    if (from.x >= x - 1 && from.x + from.w <= x + w + 1 && from.y >= y - 6 && from.y <= y + h)
      return { x: x - 2, y: from.y };
  }
  return null;
}

/** A packet seen for the first time comes from the wire; others appear where they are. */
function originOf(to: Glyph, record: RecordView | null, ix: StageIndex): Glyph | null {
  if (record === null || record.packet !== to.key) return null;
  if (record.kind === Kind.linkEnter) return fromCable(to, ix);
  if (record.kind !== Kind.frameArrived) return null;
  let best: Glyph | null = null;
  for (const nic of ix.layout.nics) {
    const inCard =
      to.x >= nic.box.x &&
      to.y >= nic.box.y &&
      to.x <= nic.box.x + nic.box.w &&
      to.y <= nic.box.y + nic.box.h;
    if (inCard)
      best = {
        ...to,
        x: nic.wire.x,
        y: nic.wire.y + (ix.layout.portrait ? 18 - to.h / 2 : wireY(nic.parser.y, nic.parser.h) - to.h / 2),
      };
  }
  return best;
}

/** A frame that goes onto a link comes out of the cable below it. */
function fromCable(to: Glyph, ix: StageIndex): Glyph | null {
  const link = ix.layout.links.find(
    ({ box }) => to.x >= box.x && to.x <= box.x + box.w && to.y >= box.y && to.y <= box.y + box.h,
  );
  const row = ix.layout.tx.find(({ nic }) => nic === link?.nic);
  return row === undefined ? null : { ...to, x: row.wire.x + 4, y: row.cableY - to.h / 2 };
}

/** Height of the cable: it enters the card at the parser. */
export function wireY(parserY: number, parserH: number): number {
  return parserY + parserH / 2;
}

function pulseOf(record: RecordView | null, ix: StageIndex, spots: readonly Spot[]): Pulse | null {
  if (record === null) return null;
  if (record.kind === Kind.txClean) {
    // what was sent goes back to the CPU that frees it
    const tx = txAt(ix, spots[record.place]?.queue ?? -1);
    const box = ix.lanes.get(record.cpu)?.boxes.poll ?? ix.strips.get(record.cpu)?.box;
    return tx === undefined || box === undefined
      ? null
      : {
          from: { x: tx.c.x, y: tx.c.y - tx.r },
          to: { x: box.x + Math.min(20, box.w / 2), y: box.y + box.h },
          vertical: true,
          back: true,
        };
  }
  if (record.kind !== Kind.irqRaised) return null;
  const ring = ix.rings.get(spots[record.place]?.queue ?? -1);
  const to = cpuIn(ix, record.a);
  return ring === undefined || to === null ? null : { from: ring.port, to, vertical: ix.layout.portrait };
}

/** Slow at both ends: leaves softly, arrives softly. */
export function ease(t: number): number {
  const u = Math.max(0, Math.min(1, t));
  return u * u * (3 - 2 * u);
}

/**
 * The glyphs of a plan at share `t` (0..1) of its time. With reduced motion nothing travels: old places fade, new ones come.
 */
export function glyphsAt(plan: MotionPlan, t: number, reduced: boolean, vertical: boolean): Moving[] {
  const out: Moving[] = plan.still.map((g) => ({ ...g, alpha: 1 }));
  const e = ease(t);
  for (const { from, to, exit } of plan.moves) {
    if (from === null && to !== null) out.push({ ...to, alpha: e });
    else if (to === null && from !== null) {
      const gone = exit === undefined || reduced ? from : { ...from, x: from.x + (exit.x - from.x) * e };
      if (t < 1) out.push({ ...gone, alpha: exit === undefined || reduced ? 1 - e : 1 - e * e * e });
    } else if (from !== null && to !== null) {
      if (t >= 1) out.push({ ...to, alpha: 1 });
      else if (reduced) {
        out.push({ ...from, alpha: 1 - e });
        out.push({ ...to, alpha: e });
      } else out.push({ ...between(from, to, e, vertical), alpha: 1 });
    }
  }
  return out;
}

/** A glyph on its way; a drop falls straight down the last part of it. */
export function between(from: Glyph, to: Glyph, e: number, vertical: boolean): Glyph {
  const at =
    to.look === 'dropped'
      ? { x: from.x + (to.x - from.x) * Math.min(1, e * 1.6), y: from.y + (to.y - from.y) * e * e }
      : wayPoint(from, to, e, vertical);
  const size = e < 0.5 && from.look === 'docked' ? to : e >= 0.5 && to.look === 'docked' ? from : null;
  return {
    key: to.key,
    x: at.x,
    y: at.y,
    w: size?.w ?? from.w + (to.w - from.w) * e,
    h: size?.h ?? from.h + (to.h - from.h) * e,
    flow: to.flow,
    look:
      to.look === 'docked'
        ? e < 1
          ? 'solid'
          : 'docked'
        : from.look === 'docked' && e < 0.5
          ? 'solid'
          : to.look,
    lead: to.lead,
  };
}

/**
 * Where a packet is on the cable at a moment between two records: `share` of the time to its arrival has gone by.
 */
export function onWire(ix: StageIndex, nic: number, share: number, length: number): Point | null {
  const at = ix.nics.get(nic);
  if (at === undefined) return null;
  const y = ix.layout.portrait ? at.wire.y + 18 : wireY(at.parser.y, at.parser.h);
  return { x: at.wire.x + (at.wire.w - length) * Math.max(0, Math.min(1, share)), y };
}
