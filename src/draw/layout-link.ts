/**
 * Where the links of a host's cards stand: in the column of the wire, between the cable that comes in and the one that goes out (a
 * strip above the card on narrow pages). Frames under way are seen in two lanes: the host at the other end is at the left.
 */
import type { SceneMap } from '../protocol/scene.ts';
import type { Point, Rect } from './geometry.ts';
import type { NicLayout } from './layout.ts';
import type { TxRowLayout } from './layout-tx.ts';

export interface LinkLayout {
  nic: number;
  /** Ways (world index) that leave here, and that come here. */
  out: number;
  back: number;
  /** Host (index) at the other end. */
  far: number;
  box: Rect;
  /** The other host's name: a door to it. */
  door: Rect;
  name: Point;
  /** The link's name and delay, and its rate where it has one; null: no room. */
  about: Point | null;
  rate: Point | null;
  /** Lanes of frames under way, and the words above each; null: no room for words. */
  inLane: Rect;
  inWords: Point | null;
  outLane: Rect;
  outWords: Point | null;
  /** Words on what waits and what was lost. */
  state: Point | null;
  /** Frames that wait. */
  waiting: Rect | null;
  /** What the air went on; null: a cable, or no room. */
  air: Rect | null;
}

/** Room that the wire's column has where a card has a link. */
export function linkColumn(w: number): number {
  return Math.min(150, Math.max(100, w * 0.12));
}

/** Height of a link's strip on narrow pages. */
export const LINK_STRIP = 58;
const LANE_H = 9;
const FULL_H = 132;
const AIR_H = 22;

/** A card's link, without its place. */
function linkOf(map: SceneMap, nic: number): Pick<LinkLayout, 'nic' | 'out' | 'back' | 'far'> | null {
  const out = map.ways.find((way) => way.from === nic);
  if (out === undefined) return null;
  return { nic, out: out.index, back: out.index ^ 1, far: map.nics[out.to].host };
}

export function hasLinks(map: SceneMap, host: number): boolean {
  return map.ways.some((way) => map.nics[way.from]?.host === host);
}

/** @param cableY height of a card's incoming cable */
export function placeLinks(
  nics: readonly NicLayout[],
  rows: readonly TxRowLayout[],
  map: SceneMap,
  cableY: (nic: NicLayout) => number,
): LinkLayout[] {
  return nics.flatMap((nic): LinkLayout[] => {
    const link = linkOf(map, nic.nic);
    if (link === null) return [];
    const row = rows.find((r) => r.nic === nic.nic);
    // below the words at the cable; above those at the cable that goes out, where that is right below
    const top = cableY(nic) + (row === undefined ? 66 : 38);
    const end = nic.wire.y + nic.wire.h;
    const bottom = nics.length === 1 && row !== undefined ? row.cableY - 30 : end;
    const room = Math.max(26, bottom - top);
    const wlan = map.ways[link.out].wlan > 0;
    const most = FULL_H + (wlan ? AIR_H : 0);
    const h = Math.min(room, most);
    const box: Rect = { x: nic.wire.x, y: top + Math.max(0, room - h) * 0.4, w: nic.wire.w - 4, h };
    return [
      h >= FULL_H - 8 ? full(link, box, wlan && h >= most - 4) : h >= 56 ? low(link, box) : mini(link, box),
    ];
  });
}

type Ends = Pick<LinkLayout, 'nic' | 'out' | 'back' | 'far'>;

function full(link: Ends, box: Rect, wlan: boolean): LinkLayout {
  const x = box.x + 7;
  const w = box.w - 14;
  const lane = (y: number): Rect => ({ x, y: box.y + y, w, h: LANE_H });
  return {
    ...link,
    box,
    door: { x: box.x + 2, y: box.y + 2, w: box.w - 4, h: 19 },
    name: { x, y: box.y + 15 },
    about: { x, y: box.y + 32 },
    rate: { x, y: box.y + 44 },
    inWords: { x, y: box.y + 60 },
    inLane: lane(64),
    outWords: { x, y: box.y + 87 },
    outLane: lane(91),
    state: { x, y: box.y + 114 },
    waiting: { x, y: box.y + 119, w, h: 7 },
    air: wlan ? { x, y: box.y + box.h - AIR_H - 2, w, h: 8 } : null,
  };
}

function low(link: Ends, box: Rect): LinkLayout {
  const x = box.x + 6;
  const w = box.w - 12;
  const pitch = (box.h - 20) / 2;
  const lane = (n: number): Rect => ({ x, y: box.y + 20 + n * pitch + (pitch - LANE_H) / 2, w, h: LANE_H });
  return {
    ...link,
    box,
    door: { x: box.x + 2, y: box.y + 1, w: box.w - 4, h: 17 },
    name: { x, y: box.y + 13 },
    about: null,
    rate: null,
    inWords: null,
    inLane: lane(0),
    outWords: null,
    outLane: lane(1),
    state: null,
    waiting: null,
    air: null,
  };
}

function mini(link: Ends, box: Rect): LinkLayout {
  const lane = (y: number): Rect => ({ x: box.x + box.w * 0.5, y: box.y + y, w: box.w * 0.5 - 5, h: 7 });
  return {
    ...low(link, box),
    door: { x: box.x + 1, y: box.y + 1, w: box.w * 0.5 - 2, h: box.h - 2 },
    name: { x: box.x + 5, y: box.y + box.h / 2 + 4 },
    inLane: lane(4),
    outLane: lane(box.h - 11),
  };
}

/** The strip above a card on a narrow page. */
export function placeLinkPortrait(map: SceneMap, nic: number, box: Rect): LinkLayout | null {
  const link = linkOf(map, nic);
  if (link === null) return null;
  const half = box.w * 0.5;
  const lane = (y: number): Rect => ({ x: box.x + half, y: box.y + y, w: half - 7, h: LANE_H });
  return {
    ...link,
    box,
    door: { x: box.x + 2, y: box.y + 2, w: half - 12, h: 20 },
    name: { x: box.x + 7, y: box.y + 15 },
    about: { x: box.x + 7, y: box.y + 33 },
    rate: null,
    inWords: { x: box.x + half, y: box.y + 12 },
    inLane: lane(16),
    outWords: { x: box.x + half, y: box.y + 38 },
    outLane: lane(42),
    state: { x: box.x + 7, y: box.y + 48 },
    waiting: null,
    air: null,
  };
}
