/**
 * How packets travel between two scenes: what moves, what comes, what goes. Pure: glyphs before and after -> moves; a move
 * and a share of its time -> where the glyph is. Time itself is the caller's.
 */
import { Kind } from '../catalog/kinds.ts';
import type { RecordView } from '../protocol/scene.ts';
import { type Point, wayPoint } from './geometry.ts';
import type { Glyph } from './glyphs.ts';
import { cpuIn, type Spot, type StageIndex } from './places.ts';

export interface Move {
  key: number;
  from: Glyph | null;
  to: Glyph | null;
}

/** A glyph on its way, with how much of it shows. */
export interface Moving extends Glyph {
  alpha: number;
}

/** A signal, not a packet: an interrupt on its way from a vector to a CPU. */
export interface Pulse {
  from: Point;
  to: Point;
  vertical: boolean;
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
    if (!kept.has(from.key) && from.look !== 'docked') moves.push({ key: from.key, from, to: null });
  }
  return { moves, still, pulse: pulseOf(record, ix, spots) };
}

/** A packet seen for the first time comes from the wire; others appear where they are. */
function originOf(to: Glyph, record: RecordView | null, ix: StageIndex): Glyph | null {
  if (record === null || record.packet !== to.key || record.kind !== Kind.frameArrived) return null;
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

/** Height of the cable: it enters the card at the parser. */
export function wireY(parserY: number, parserH: number): number {
  return parserY + parserH / 2;
}

function pulseOf(record: RecordView | null, ix: StageIndex, spots: readonly Spot[]): Pulse | null {
  if (record === null || record.kind !== Kind.irqRaised) return null;
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
  for (const { from, to } of plan.moves) {
    if (from === null && to !== null) out.push({ ...to, alpha: e });
    else if (to === null && from !== null) {
      if (t < 1) out.push({ ...from, alpha: 1 - e });
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
