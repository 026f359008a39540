import { describe, expect, it } from 'vitest';
import { mockMap, sendingScene } from '../testing/mock-scenes.ts';
import { placeGlyphs } from './glyphs.ts';
import { layoutStage } from './layout.ts';
import { planMotion } from './motion.ts';
import { bytesInFlight, txBins } from './paint-tx.ts';
import { indexStage, spotsOf } from './places.ts';

const { map, scene } = sendingScene();
const { tx } = scene.queues[0];
const ix = indexStage(
  layoutStage({
    map,
    host: 0,
    activeQueues: null,
    width: 784,
    height: 440,
    density: 'standard',
    theme: 'dark',
  }),
);
const place = () => placeGlyphs(ix, map, spotsOf(map), scene).glyphs;

describe('a transmit ring', () => {
  it('counts each descriptor once: sent and not cleaned behind the head, ready from the head on', () => {
    // 10 put in: 4 freed, 3 sent, 3 ready; 8 descriptors: 9 and 10 have begun a second round
    const bins = txBins(tx, true, 8);
    expect(bins.map((bin) => bin.sent)).toEqual([0, 0, 0, 0, 1, 1, 1, 0]);
    expect(bins.map((bin) => bin.waiting)).toEqual([1, 1, 0, 0, 0, 0, 0, 1]);
    expect(bins.map((bin) => bin.onWire)).toEqual([false, false, false, false, false, false, false, true]);
    expect(txBins(tx, false, 2).map((bin) => [bin.waiting, bin.sent, bin.total])).toEqual([
      [2, 0, 4],
      [1, 3, 4],
    ]);
  });

  it('has in flight what the card was given and has not told to be sent', () => {
    expect(bytesInFlight(tx)).toBe(6 * 1514);
  });
});

describe('packets on their way out', () => {
  it('wait hollow in the queueing discipline, dock in the ring, and are solid on the wire', () => {
    const glyphs = place();
    const at = (key: number) => glyphs.find((g) => g.key === key);
    const [row] = ix.layout.tx;
    // oldest first: 8 on the wire, 9 and 10 in descriptors, 11 and 12 wait
    expect(at(8)?.look).toBe('solid');
    expect(at(8)?.x).toBeLessThan(row.box.x);
    expect([at(9)?.look, at(10)?.look]).toEqual(['docked', 'docked']);
    expect([at(11)?.look, at(12)?.look]).toEqual(['hollow', 'hollow']);
    expect(at(11)?.x).toBeLessThan(at(12)?.x ?? 0);
    // what is sent belongs to the ring until it is cleaned
    expect(at(7)).toBeUndefined();
  });

  it('leave by the wire', () => {
    const before = new Map(place().map((g) => [g.key, g]));
    tx.sent.push(...tx.ring.splice(0, 1));
    const plan = planMotion(before, place(), null, ix, spotsOf(map));
    const left = plan.moves.find((move) => move.key === 8);
    expect(left?.to).toBeNull();
    expect(left?.exit?.x).toBeLessThan(ix.layout.tx[0].wire.x);
    // the next one goes on the wire
    expect(plan.moves.find((move) => move.key === 9)?.to?.look).toBe('solid');
  });

  it('are drawn in the hands of the CPU that sends them', () => {
    scene.cpus[1].sending = { id: 20, flow: 1, bytes: 1514, segs: [20] };
    const g = place().find(({ key }) => key === 20);
    const lane = ix.lanes.get(1);
    expect(g?.look).toBe('solid');
    expect(g?.y).toBeGreaterThan((lane?.box.y ?? 0) + (lane?.box.h ?? 0) / 2);
  });

  it('have no place on a host whose cards never send', () => {
    const silent = mockMap({ queues: 2, cpus: 2, sockets: 2, size: 8 });
    expect(
      layoutStage({
        map: silent,
        host: 0,
        activeQueues: null,
        width: 784,
        height: 440,
        density: 'full',
        theme: 'light',
      }).tx,
    ).toEqual([]);
  });
});
