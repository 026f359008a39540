import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mockMap } from '../testing/mock-scenes.ts';
import { contains, grow, overlaps, type Rect } from './geometry.ts';
import { type LayoutInput, layoutStage, type StageLayout } from './layout.ts';
import { ringRect } from './places.ts';

function make(
  queues: number,
  cpus: number,
  sockets: number,
  width: number,
  height: number,
  rest: Partial<LayoutInput> & { sends?: boolean } = {},
): StageLayout {
  const map = mockMap({ queues, cpus, sockets, size: 512, sends: rest.sends ?? false });
  return layoutStage({
    map,
    host: 0,
    activeQueues: null,
    width,
    height,
    density: 'standard',
    theme: 'dark',
    ...rest,
  });
}

/** Boxes that must not share any ground. */
function solids(l: StageLayout): [string, Rect][] {
  return [
    ...l.nics.flatMap((nic): [string, Rect][] => [
      ['parser', nic.parser],
      ['hash', nic.hash],
      ['table', nic.table],
      ...(nic.ntuple ? [['ntuple', nic.ntuple] as [string, Rect]] : []),
      ...nic.rings.map((ring): [string, Rect] => [`ring ${ring.queue}`, ringRect(ring)]),
    ]),
    ...l.lanes.map((lane): [string, Rect] => [`lane ${lane.cpu}`, lane.box]),
    ...l.strips.map((strip): [string, Rect] => [`strip ${strip.cpu}`, strip.box]),
    ...l.tx.map((row): [string, Rect] => [`tx row ${row.nic}`, row.box]),
    ...l.sockets.map((s): [string, Rect] => [`socket ${s.socket}`, s.box]),
    ...l.socketSlots.map((s): [string, Rect] => [`socket slot ${s.socket}`, s.box]),
  ];
}

function check(l: StageLayout): void {
  const stage: Rect = { x: 0, y: 0, w: l.w, h: l.h };
  const all = solids(l);
  for (const [name, rect] of all) {
    expect(rect.w > 1 && rect.h > 1, `${name} has a size: ${JSON.stringify(rect)}`).toBe(true);
    expect(contains(stage, rect), `${name} within the stage: ${JSON.stringify(rect)} in ${l.w}x${l.h}`).toBe(
      true,
    );
  }
  for (let i = 0; i < all.length; i++) {
    for (let k = i + 1; k < all.length; k++) {
      if (overlaps(all[i][1], all[k][1]))
        expect.fail(`${all[i][0]} overlaps ${all[k][0]}: ${JSON.stringify([all[i][1], all[k][1]])}`);
    }
  }
  for (const nic of l.nics) {
    for (const ring of nic.rings)
      expect(contains(nic.box, ringRect(ring)), `ring ${ring.queue} on its card`).toBe(true);
    for (const cell of nic.cells) expect(contains(nic.table, cell), 'a cell within its table').toBe(true);
  }
  for (const lane of l.lanes) {
    const parts = Object.values(lane.boxes);
    for (const part of parts) expect(contains(lane.box, part)).toBe(true);
    for (let i = 1; i < parts.length; i++) expect(overlaps(parts[i - 1], parts[i])).toBe(false);
  }
  for (const row of l.tx) {
    const cells = row.slot === null ? row.cells : [...row.cells, row.slot];
    for (const cell of cells) {
      const parts = [ringRect(cell), cell.qdisc, ...(cell.gauge ? [cell.gauge] : [])];
      if (cell.words) parts.push(cell.words);
      expect(contains(row.box, cell.cell), `tx cell ${cell.queue} in its row`).toBe(true);
      for (const [i, part] of parts.entries()) {
        expect(contains(grow(cell.cell, 1), part), `part ${i} of tx cell ${cell.queue}`).toBe(true);
        for (const other of parts.slice(i + 1)) expect(overlaps(part, other)).toBe(false);
      }
      for (const other of cells)
        if (other !== cell) expect(overlaps(cell.cell, other.cell), 'tx cells apart').toBe(false);
    }
  }
  for (const s of [...l.sockets, ...l.socketSlots])
    expect(contains(s.box, s.tank), `tank of socket ${s.socket}`).toBe(true);
}

const themes = fc.constantFrom('dark', 'light', 'projector') as fc.Arbitrary<LayoutInput['theme']>;
const densities = fc.constantFrom('overview', 'standard', 'full') as fc.Arbitrary<LayoutInput['density']>;
const count = fc.integer({ min: 1, max: 64 });

describe('layoutStage', () => {
  it('keeps everything on the stage and apart, for 1 to 64 queues, CPUs and sockets on wide pages', () => {
    fc.assert(
      fc.property(
        count,
        count,
        count,
        fc.integer({ min: 620, max: 1920 }),
        fc.integer({ min: 400, max: 760 }),
        themes,
        densities,
        fc.boolean(),
        (q, c, s, w, h, theme, density, sends) => {
          check(make(q, c, s, w, Math.min(h, w), { theme, density, sends }));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('keeps everything on the stage and apart on phones', () => {
    fc.assert(
      fc.property(
        count,
        count,
        count,
        fc.integer({ min: 320, max: 560 }),
        fc.integer({ min: 480, max: 900 }),
        themes,
        fc.boolean(),
        (q, c, s, w, h, theme, sends) => {
          const l = make(q, c, s, w, h, { theme, sends });
          expect(l.portrait).toBe(true);
          check(l);
        },
      ),
      { numRuns: 80 },
    );
  });

  it('unfolds all four CPUs beside four rings in the room a page of 1280x720 leaves', () => {
    const l = make(4, 4, 4, 784, 440);
    expect(l.strips).toHaveLength(0);
    // the smallest words are 10.5 units high: no less than 11 pixels
    expect(l.unit * 10.5).toBeGreaterThanOrEqual(11);
    expect(l.nics[0].rings.every((ring) => ring.level === 'full')).toBe(true);
    // each ring at the height of its lane: ways do not cross
    for (const [i, ring] of l.nics[0].rings.entries()) expect(ring.c.y).toBeCloseTo(l.lanes[i].in.y);
  });

  it('gives the way out room only where something can be sent, and keeps words legible there', () => {
    const silent = make(4, 4, 4, 784, 440);
    expect(silent.tx).toEqual([]);
    expect(silent.columns.map((column) => column.id)).not.toContain('tx');
    const l = make(4, 4, 4, 784, 440, { sends: true });
    expect(l.strips).toHaveLength(0);
    expect(l.unit * 10.5).toBeGreaterThanOrEqual(11);
    expect(l.tx[0].cells.map((cell) => cell.level)).toEqual(['full', 'full', 'full', 'full']);
    // a card that has sent though nobody knew that it would
    expect(make(4, 4, 4, 784, 440, { senders: [0] }).tx).toEqual(l.tx);
  });

  it('folds sixty-four transmit queues and shows in the slot the one last touched; an overview has no slot', () => {
    const l = make(64, 4, 4, 1000, 560, { sends: true, openTx: [41] });
    expect(l.tx[0].cells).toHaveLength(64);
    expect(l.tx[0].cells.every((cell) => cell.level === 'mini')).toBe(true);
    expect(l.tx[0].slot).toMatchObject({ queue: 41, level: 'full' });
    expect(make(64, 4, 4, 1000, 560, { sends: true, density: 'overview' }).tx[0].slot).toBeNull();
    expect(make(8, 4, 4, 1000, 560, { sends: true }).tx[0].cells[7].level).toBe('small');
  });

  it('folds sixty-four CPUs to strips and shows in its slots whom the playhead touches', () => {
    const a = make(64, 64, 64, 1000, 560, { openCpus: [40, 7] });
    const b = make(64, 64, 64, 1000, 560, { openCpus: [3] });
    expect(a.strips).toHaveLength(64);
    expect(a.lanes.map((lane) => lane.cpu)).toContain(40);
    expect(b.lanes[0].cpu).toBe(3);
    // the map does not move
    expect(b.strips).toEqual(a.strips);
    expect(b.lanes.map((lane) => lane.box)).toEqual(a.lanes.map((lane) => lane.box));
  });

  it('makes type larger for projectors', () => {
    expect(make(4, 4, 4, 1280, 640, { theme: 'projector' }).unit).toBeGreaterThan(1.6);
  });

  it('shows only the queues in use', () => {
    expect(make(8, 4, 2, 1000, 560, { activeQueues: [0, 1] }).nics[0].rings.map((r) => r.queue)).toEqual([
      0, 1,
    ]);
  });

  it('draws no hash and no table on a card older than RSS', () => {
    const map = mockMap({ queues: 1, cpus: 1, sockets: 1, size: 128 });
    const old = { ...map, nics: map.nics.map((nic) => ({ ...nic, driver: 'tulip' })) };
    for (const [width, height] of [
      [1280, 420],
      [390, 800],
    ]) {
      const [nic] = make(1, 1, 1, width, height, { map: old }).nics;
      expect(nic).toMatchObject({ plain: true, cells: [], ntuple: null });
      expect([nic.hash, nic.table]).toEqual([nic.parser, nic.parser]);
      expect(contains(nic.box, nic.parser)).toBe(true);
      expect(make(1, 1, 1, width, height).nics[0].plain).toBe(false);
    }
  });

  it('draws no poll list and no GRO where the kernel has none: the backlog has their room', () => {
    const map = mockMap({ queues: 1, cpus: 2, sockets: 1, size: 128 });
    const on = (kernel: string) => make(1, 2, 1, 1280, 420, { map: { ...map, kernel } }).lanes[0];
    const now = on('6.12');
    expect(now).toMatchObject({ napi: true, gro: true });
    const old = on('2.4.18');
    expect(old).toMatchObject({ napi: false, gro: false });
    expect([old.boxes.gro, old.boxes.rxList]).toEqual([old.boxes.poll, old.boxes.poll]);
    expect(old.boxes.poll.x).toBe(now.boxes.poll.x);
    expect(old.boxes.poll.w).toBeCloseTo(now.boxes.rxList.x + now.boxes.rxList.w - now.boxes.poll.x);
    const between = on('2.4.20');
    expect(between.boxes.rxList).toEqual(now.boxes.rxList);
    expect(between.boxes.gro).toEqual(between.boxes.poll);
  });
});
