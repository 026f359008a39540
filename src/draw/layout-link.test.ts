/** Links on the stage: where they stand on any page, and frames on them where time has brought them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Kind } from '../catalog/kinds.ts';
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import type { SceneMap } from '../protocol/scene.ts';
import { linkedSpec, linkSpec, linkWay, nicSpec } from '../testing/specs.ts';
import { mapOf, sceneOf } from '../worker/scene-of.ts';
import { contains, grow, overlaps, type Rect } from './geometry.ts';
import { type Density, layoutStage, type StageLayout } from './layout.ts';
import { linkGlyphs } from './link-glyphs.ts';
import { indexStage, spotsOf, touchOf } from './places.ts';

/** Two hosts with a link, the first with so many more cards without. */
function spec(cards: number, wlan: boolean) {
  const link = linkSpec(linkWay({ delayNs: 100_000 }));
  if (wlan)
    link.wlan = {
      rateBps: 130_000_000,
      ampduFrames: 32,
      ampduBytes: 65_535,
      ampduNs: 4_000_000,
      retries: 7,
      errorShare: 0,
      cwMin: 15,
      cwMax: 1023,
    };
  const made = linkedSpec({ link, send: { count: 20, ratePps: 50_000 } });
  for (let i = 0; i < cards; i += 1)
    made.hosts[0].nics.push(nicSpec({ name: `eth${i + 1}`, mac: `02:00:00:00:01:0${i}`, addresses: [] }));
  return made;
}

function layoutOf(map: SceneMap, width: number, height: number, density: Density = 'standard'): StageLayout {
  return layoutStage({ map, host: 0, activeQueues: null, width, height, density, theme: 'dark' });
}

describe('a link on the stage', () => {
  const sizes = fc.constantFrom([700, 420], [770, 440], [970, 560], [1400, 800], [390, 500], [640, 900]);
  const densities = fc.constantFrom<Density>('overview', 'standard', 'full');

  it('stands within the stage, clear of everything else, its lanes and words within its box', () => {
    fc.assert(
      fc.property(
        sizes,
        densities,
        fc.integer({ min: 0, max: 2 }),
        fc.boolean(),
        ([w, h], density, cards, wlan) => {
          const map = mapOf(createWorld(spec(cards, wlan)), 'x');
          const l = layoutOf(map, w, h, density);
          expect(l.links).toHaveLength(1);
          const [link] = l.links;
          expect(link).toMatchObject({ out: 0, back: 1, far: 1 });
          const stage: Rect = { x: 0, y: 0, w: l.w, h: l.h };
          expect(contains(stage, link.box), JSON.stringify([link.box, l.w, l.h])).toBe(true);
          const others = [
            ...l.nics.map((n) => n.box),
            ...l.lanes.map((x) => x.box),
            ...l.tx.map((x) => x.box),
          ];
          for (const box of others)
            expect(overlaps(link.box, box), JSON.stringify([link.box, box])).toBe(false);
          for (const part of [link.inLane, link.outLane, link.door, link.air, link.waiting])
            if (part !== null) expect(contains(link.box, part), JSON.stringify([link.box, part])).toBe(true);
          expect(overlaps(link.inLane, link.outLane)).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is not there where the host has none', () => {
    const made = spec(0, false);
    made.links = [];
    const l = layoutOf(mapOf(createWorld(made), 'x'), 970, 560);
    expect(l.links).toEqual([]);
  });

  it('shows each frame under way where it is: outward from right to left, with the flow’s colour at both ends', () => {
    const w = createWorld(spec(0, false));
    const map = mapOf(w, 'x');
    const [link] = layoutOf(map, 970, 560).links;
    advance(w, 60_000);
    const scene = sceneOf(w);
    const { glyphs } = linkGlyphs(link, scene);
    expect(glyphs.length).toBe(scene.ways[0].flight.length);
    expect(glyphs.length).toBeGreaterThan(1);
    // the first to leave is furthest to the left
    for (let i = 1; i < glyphs.length; i += 1) expect(glyphs[i].x).toBeGreaterThan(glyphs[i - 1].x);
    const [first] = scene.ways[0].flight;
    const share = (scene.timeNs - first.fromNs) / (first.dueNs - first.fromNs);
    const room = link.outLane.w - glyphs[0].w;
    expect(glyphs[0].x).toBeCloseTo(link.outLane.x + room * (1 - share), 6);
    expect(new Set(glyphs.map((g) => g.flow))).toEqual(new Set([1]));
    expect(map.flows.map((f) => f.same)).toEqual([1, 1]);
  });

  it('marks the lane that a record is about, its name outside the box where no words are', () => {
    const w = createWorld(spec(0, false));
    const map = mapOf(w, 'x');
    const ix = indexStage(layoutOf(map, 970, 560));
    const [link] = ix.layout.links;
    const spots = spotsOf(map);
    const touched = (way: number) =>
      touchOf(ix, map, spots, {
        timeNs: 1,
        seq: 1,
        packet: 1,
        other: 1,
        cause: 0,
        kind: Kind.linkEnter,
        place: w.ways[way].place,
        reason: 0,
        cpu: 0xffff,
        a: 60,
        b: 1,
      });
    expect(touched(link.out)).toMatchObject({ rect: grow(link.outLane, 2), tagOn: link.box });
    expect(touched(link.back)).toMatchObject({ rect: grow(link.inLane, 2), tagOn: link.box });
  });
});
