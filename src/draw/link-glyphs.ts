/** Frames on links, as glyphs: each where it is between the two cards, by the time that has gone since it left. */
import type { Scene, SceneSkb, SceneWay } from '../protocol/scene.ts';
import { clamp, type Rect } from './geometry.ts';
import type { Glyph } from './glyphs.ts';
import type { LinkLayout } from './layout-link.ts';

/** Of one lane, the next to arrive first; more would only cover each other. */
const MOST = 40;

function lengthOf(bytes: number): number {
  return 6 + 9 * clamp(bytes / 1514, 0, 1);
}

function glyph(skb: SceneSkb, lane: Rect, share: number, look: Glyph['look']): Glyph {
  const w = lengthOf(skb.bytes);
  return {
    key: skb.id,
    x: lane.x + (lane.w - w) * clamp(share, 0, 1),
    y: lane.y,
    w,
    h: lane.h,
    flow: skb.flow,
    look,
    lead: true,
  };
}

/** @param outward to the other host, which is at the left */
function underWay(way: SceneWay, lane: Rect, timeNs: number, outward: boolean): Glyph[] {
  return way.flight.slice(0, MOST).map(({ skb, fromNs, dueNs }) => {
    const share = dueNs > fromNs ? (timeNs - fromNs) / (dueNs - fromNs) : 1;
    return glyph(skb, lane, outward ? 1 - share : share, 'solid');
  });
}

/** @returns glyphs, and how many that wait found no room */
export function linkGlyphs(link: LinkLayout, scene: Scene): { glyphs: Glyph[]; more: number } {
  const out = scene.ways[link.out];
  const back = scene.ways[link.back];
  if (out === undefined || back === undefined) return { glyphs: [], more: 0 };
  const glyphs = [
    ...underWay(back, link.inLane, scene.timeNs, false),
    ...underWay(out, link.outLane, scene.timeNs, true),
  ];
  // just out of the card, or in the narrow place: where its way begins
  for (const skb of [out.passing, out.entering])
    if (skb !== null) glyphs.push(glyph(skb, link.outLane, 1, 'solid'));
  for (const skb of [back.passing, back.entering])
    if (skb !== null) glyphs.push(glyph(skb, link.inLane, 0, 'solid'));
  if (link.waiting === null) return { glyphs, more: out.waiting.length };
  // the next to go is at the right, where its way begins... it goes up from there
  let x = link.waiting.x + link.waiting.w;
  let shown = 0;
  for (const skb of out.waiting) {
    const w = Math.min(9, lengthOf(skb.bytes));
    x -= w + 1.5;
    if (x < link.waiting.x) break;
    glyphs.push({
      key: skb.id,
      x,
      y: link.waiting.y,
      w,
      h: link.waiting.h,
      flow: skb.flow,
      look: 'hollow',
      lead: false,
    });
    shown += 1;
  }
  return { glyphs, more: out.waiting.length - shown };
}
