import { describe, expect, it } from 'vitest';
import { Kind } from '../catalog/kinds.ts';
import type { RecordView } from '../protocol/scene.ts';
import { busyRss, type MockFrame, manyQueues, mockFrames, onePacket } from '../testing/mock-scenes.ts';
import { contains } from './geometry.ts';
import { type Glyph, type GlyphSet, placeGlyphs } from './glyphs.ts';
import { layoutStage } from './layout.ts';
import { glyphsAt, planMotion } from './motion.ts';
import { ringBins, tableCell } from './paint.ts';
import { indexStage, type Spot, type StageIndex, spotsOf, touchOf } from './places.ts';

function stage(
  frame: MockFrame,
  width = 980,
  height = 520,
): { ix: StageIndex; spots: Spot[]; place: () => GlyphSet } {
  const ix = indexStage(
    layoutStage({
      map: frame.map,
      host: 0,
      activeQueues: null,
      width,
      height,
      density: 'standard',
      theme: 'dark',
      openCpus: [frame.record?.cpu ?? 0],
    }),
  );
  const spots = spotsOf(frame.map);
  return { ix, spots, place: () => placeGlyphs(ix, frame.map, spots, frame.scene) };
}

const byKey = (set: GlyphSet): Map<number, Glyph> => new Map(set.glyphs.map((g) => [g.key, g]));

describe('placeGlyphs', () => {
  it.each(Object.keys(mockFrames))('puts each packet of scene %s once, on the stage', (name) => {
    for (const [w, h] of [
      [784, 440],
      [1500, 800],
      [390, 700],
    ]) {
      const { ix, place } = stage(mockFrames[name](), w, h);
      const { glyphs } = place();
      expect(new Set(glyphs.map((g) => g.key)).size).toBe(glyphs.length);
      const whole = { x: 0, y: 0, w: ix.layout.w, h: ix.layout.h };
      for (const g of glyphs) expect(contains(whole, g), JSON.stringify(g)).toBe(true);
    }
  });

  it('keeps trains within the GRO box, however long', () => {
    const frame = busyRss();
    const bucket = frame.scene.queues[2].napi.held;
    for (let b = 0; b < 8; b++)
      bucket[b] = Array.from({ length: 8 }, (_, i) => ({
        id: 1e6 + b * 1e4 + i * 100,
        flow: 1 + b,
        bytes: 64 * 1448,
        segs: Array.from({ length: 64 }, (_, k) => 1e6 + b * 1e4 + i * 100 + k),
      }));
    const { ix, place } = stage(frame);
    const box = ix.lanes.get(2)?.boxes.gro ?? { x: 0, y: 0, w: 0, h: 0 };
    const cars = place().glyphs.filter((g) => g.key >= 1e6 && g.key < 2e6);
    expect(cars.length).toBeGreaterThan(100);
    for (const car of cars) expect(contains(box, car)).toBe(true);
  });
});

describe('planMotion', () => {
  it('moves a polled frame from its ring to the poll box, and nothing else', () => {
    const frame = busyRss();
    const { ix, spots, place } = stage(frame);
    const before = byKey(place());
    const cpu = frame.scene.cpus[2];
    const first = frame.scene.queues[2].frames.shift();
    if (first === undefined) throw new Error('the ring is empty');
    frame.scene.queues[2].nextToClean += 1;
    const old = cpu.frame;
    cpu.frame = { id: first.id, flow: first.flow, bytes: first.bytes, segs: [first.id] };
    const plan = planMotion(before, place().glyphs, frame.record, ix, spots);
    const move = plan.moves.find((m) => m.key === first.id);
    expect(move?.from?.look).toBe('docked');
    expect(move?.to?.look).toBe('solid');
    expect(
      plan.moves.filter(
        (m) => m.key !== first.id && m.from !== null && m.to !== null && m.to.look !== 'docked',
      ),
    ).toEqual([]);
    expect(plan.moves.some((m) => m.key === old?.id && m.to === null)).toBe(true);
  });

  it('starts and ends where the packet is, and is on its way between', () => {
    const g: Glyph = { key: 1, x: 0, y: 0, w: 10, h: 9, flow: 1, look: 'hollow', lead: true };
    const plan = { moves: [{ key: 1, from: g, to: { ...g, x: 100, y: 50 } }], still: [], pulse: null };
    expect(glyphsAt(plan, 0, false, false)[0]).toMatchObject({ x: 0, y: 0, alpha: 1 });
    expect(glyphsAt(plan, 1, false, false)[0]).toMatchObject({ x: 100, y: 50, alpha: 1 });
    const [mid] = glyphsAt(plan, 0.5, false, false);
    expect(mid.x).toBeGreaterThan(20);
    expect(mid.x).toBeLessThan(80);
  });

  it('travels nowhere with reduced motion: fades from place to place', () => {
    const g: Glyph = { key: 1, x: 0, y: 0, w: 10, h: 9, flow: 1, look: 'hollow', lead: true };
    const plan = { moves: [{ key: 1, from: g, to: { ...g, x: 100, y: 50 } }], still: [], pulse: null };
    const xs = [0, 0.3, 0.6, 1].flatMap((t) => glyphsAt(plan, t, true, false).map((m) => m.x));
    expect(new Set(xs)).toEqual(new Set([0, 100]));
  });

  it('brings a new frame in from the wire', () => {
    const frame = onePacket();
    const { ix, spots, place } = stage(frame);
    const plan = planMotion(new Map(), place().glyphs, frame.record, ix, spots);
    expect(plan.moves[0].from?.x).toBe(ix.layout.nics[0].wire.x);
  });

  it('sends an interrupt from the vector to its CPU', () => {
    const frame = busyRss();
    const { ix, spots, place } = stage(frame);
    const at = frame.map.places.findIndex((p) => p.type === 'vector' && p.queue === 3);
    const record: RecordView = { ...(frame.record as RecordView), kind: Kind.irqRaised, place: at, a: 3 };
    const plan = planMotion(byKey(place()), place().glyphs, record, ix, spots);
    expect(plan.pulse?.from).toEqual(ix.rings.get(3)?.port);
    expect(plan.pulse?.to).toEqual(ix.lanes.get(3)?.in);
  });
});

describe('touchOf', () => {
  it('finds a box on the stage for every kind of record', () => {
    const frame = manyQueues(16, 16, 1024);
    const { ix, spots } = stage(frame);
    for (const kind of Object.values(Kind)) {
      frame.map.places.forEach((place, i) => {
        const touch = touchOf(ix, frame.map, spots, {
          ...(frame.record as RecordView),
          kind,
          place: i,
          cpu: 5,
        });
        if (place.type !== 'host') expect(touch, `${kind} at ${place.type}`).not.toBeNull();
        if (touch)
          expect(contains({ x: -4, y: -4, w: ix.layout.w + 8, h: ix.layout.h + 8 }, touch.rect)).toBe(true);
      });
    }
  });
});

describe('ringBins', () => {
  it('counts every frame once, whatever the bins', () => {
    const q = busyRss().scene.queues[2];
    for (const bins of [1, 7, 24, 48, 512, 9999]) {
      const made = ringBins(q, bins);
      expect(made.reduce((n, b) => n + b.filled, 0)).toBe(q.frames.length);
      expect(made.reduce((n, b) => n + b.total, 0)).toBe(q.size);
      for (const b of made) expect(b.filled).toBeLessThanOrEqual(b.total);
    }
  });
});

describe('tableCell', () => {
  it('takes the low bits of the hash, also where it is negative as int32', () => {
    expect(tableCell(0xc626b0ea | 0, 128)).toBe(0xc626b0ea % 128);
  });
});
