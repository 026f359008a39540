/** The radio channel: air times by hand (facts 1.8), contention, aggregates, what is sent again, what is given up. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryWay } from '../../testing/arbitrary-world.ts';
import { linkedSpec, linkSpec, linkWay } from '../../testing/specs.ts';
import { runTraced, type TraceRecord } from '../../testing/trace.ts';
import { imbalance, linkImbalance, txImbalance } from '../conservation.ts';
import type { LinkFaults, WlanSpec } from '../spec.ts';
import type { World } from '../world.ts';
import type { Medium } from './medium.ts';

const MS = 1_000_000;
const of = (records: TraceRecord[], ...kinds: string[]) => records.filter((r) => kinds.includes(r.kind));

const wlanSpec = (partial: Partial<WlanSpec> = {}): WlanSpec => ({
  rateBps: 130_000_000,
  ampduFrames: 32,
  ampduBytes: 65_535,
  ampduNs: 4 * MS,
  retries: 7,
  errorShare: 0,
  cwMin: 15,
  cwMax: 1023,
  ...partial,
});

interface Parts {
  wlan?: Partial<WlanSpec>;
  count?: number;
  bytes?: number;
  ratePps?: number | null;
  replyBytes?: number;
  queueFrames?: number;
  faults?: Partial<LinkFaults>;
  untilNs?: number;
}

function run(parts: Parts = {}): { world: World; records: TraceRecord[]; medium: Medium } {
  const {
    wlan,
    count = 10,
    bytes = 1400,
    ratePps = 100_000,
    replyBytes,
    queueFrames = 64,
    faults = {},
  } = parts;
  const way = () => linkWay({ delayNs: 0, queueFrames, faults });
  const link = { ...linkSpec(way(), way()), wlan: wlanSpec(wlan) };
  const spec = linkedSpec({ link, send: { count, ratePps }, bytes, nic: { linkBps: 1_000_000_000 } });
  if (replyBytes !== undefined) spec.hosts[1].apps[0].replyBytes = replyBytes;
  const ran = runTraced(spec, parts.untilNs ?? 100 * MS);
  expect([imbalance(ran.world), txImbalance(ran.world), linkImbalance(ran.world)]).toEqual([0, 0, 0]);
  return { ...ran, medium: ran.world.links[0].medium as Medium };
}

describe('one frame on a radio channel', () => {
  it('airAlone: it is sent at once where the channel has been free for long, and takes preamble, bytes, SIFS and ACK', () => {
    const { records } = run({ count: 1, wlan: { ampduFrames: 1 } });
    const [enter] = of(records, 'linkEnter');
    const [begin] = of(records, 'airBegin');
    const [end] = of(records, 'airEnd');
    // 1442 bytes become 1442 - 14 + 8 + 26 + 4 = 1466: 90216 ns at 130 Mbit/s
    expect(begin).toMatchObject({
      timeNs: enter.timeNs,
      reason: 'airAlone',
      a: 1,
      b: 36_000 + 90_216 + 16_000 + 28_000,
    });
    expect(end).toMatchObject({ timeNs: begin.timeNs + begin.b, reason: 'airAcked', a: 1, b: 0 });
    expect(of(records, 'frameArrived')[0].timeNs).toBe(begin.timeNs + 36_000 + 90_216);
    expect(enter.reason).toBe('airQueued');
  });

  it('costs about the same with 60 bytes as with ten times as many: it is the waiting that takes the time', () => {
    const air = (bytes: number): number => {
      const { world } = run({ count: 200, bytes, ratePps: 100_000, wlan: { ampduFrames: 1 } });
      const { data, ack, overhead, txops } = world.ways[0].air;
      expect(txops).toBe(200);
      return (data + ack + overhead) / txops;
    };
    // DIFS 34 + 67.5 mean backoff + 36 + 16 + 28 = 181.5 us and the bytes
    expect(air(18) / 1000).toBeGreaterThan(175);
    expect(air(18) / 1000).toBeLessThan(195);
    expect(air(1400) / 1000).toBeGreaterThan(262);
    expect(air(1400) / 1000).toBeLessThan(282);
  });
});

describe('aggregates', () => {
  it('airAcked: what waits goes in one, with one preamble and one block ACK; frames arrive one after the other', () => {
    const { records } = run({ count: 20, ratePps: 1_000_000 });
    const begins = of(records, 'airBegin');
    expect(begins[0].a).toBe(1);
    expect(begins.reduce((n, r) => n + r.a, 0)).toBe(20);
    const large = begins.find((r) => r.a > 5) as TraceRecord;
    // each 1466, filled up to 1468, and a delimiter of 4: 1472 bytes
    expect(large.b).toBe(36_000 + Math.ceil((large.a * 1472 * 8 * 1000) / 130) + 16_000 + 32_000);
    const came = of(records, 'frameArrived').map((r) => r.timeNs);
    for (let i = 1; i < came.length; i += 1) expect(came[i]).toBeGreaterThan(came[i - 1]);
  });

  it('end at their limits: frames, bytes, time', () => {
    const most = (wlan: Partial<WlanSpec>): number =>
      Math.max(...of(run({ count: 120, ratePps: null, wlan }).records, 'airBegin').map((r) => r.a));
    expect(most({ ampduFrames: 7 })).toBe(7);
    // 6 * 1472 = 8832
    expect(most({ ampduBytes: 9000 })).toBe(6);
    // 90585 ns each
    expect(most({ ampduNs: 400_000 })).toBe(4);
  });

  it('a card takes no more than its radio has room for: the rest waits in its ring, nothing is lost', () => {
    const { world, records } = run({ count: 300, ratePps: null, queueFrames: 8, untilNs: 200 * MS });
    expect(of(records, 'linkDrop', 'txDrop')).toEqual([]);
    expect(world.ways[0].counters).toMatchObject({ put: 300, arrived: 300, queueMost: 8 });
    expect(Math.max(...of(records, 'txQueue').map((r) => r.a))).toBeGreaterThan(20);
  });
});

describe('frames that are not understood', () => {
  it('airPartly, airHole: the rest of the aggregate waits for the missing one, and order is kept', () => {
    const { world, records } = run({
      count: 200,
      ratePps: null,
      wlan: { errorShare: 0.1 },
      untilNs: 200 * MS,
    });
    expect(new Set(of(records, 'airEnd').map((r) => r.reason))).toContain('airPartly');
    expect(of(records, 'linkStart').filter((r) => r.reason === 'airHole').length).toBeGreaterThan(10);
    expect(world.ways[0].counters).toMatchObject({ put: 200, arrived: 200, lost: 0 });
    const came = of(records, 'frameArrived').map((r) => r.packet);
    expect(came).toEqual([...came].sort((x, y) => x - y));
    expect(world.ways[0].air.retries).toBe(of(records, 'airRetry').length);
    expect(world.ways[0].air.retries).toBeGreaterThan(10);
  });

  it('airNotAcked, airRetryLimit: sent in vain retries + 1 times, it is given up, and the window has doubled each time', () => {
    const { world, records, medium } = run({ count: 1, wlan: { errorShare: 1, retries: 3 } });
    expect(of(records, 'airEnd').map((r) => r.reason)).toEqual(new Array(4).fill('airNotAcked'));
    expect(of(records, 'airRetry').map((r) => [r.a, r.b])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    expect(of(records, 'linkDrop').map((r) => r.reason)).toEqual(['airRetryLimit']);
    expect(world.totals.arrived).toBe(0);
    // after it gave up it starts anew
    expect(medium.stations[0].cw).toBe(15);
    // DIFS and so many slots
    const slots = of(records, 'airBegin').map((r) => (r.other - 34_000) / 9000);
    for (const [i, most] of [31, 63, 127].entries()) {
      expect(Number.isInteger(slots[i + 1])).toBe(true);
      expect(slots[i + 1]).toBeLessThanOrEqual(most);
    }
  });
});

describe('two stations', () => {
  it('airWon, airCollision: who drew less goes first; equal ones collide, at about 1 in 16, and try again', () => {
    const { world, records } = run({
      count: 600,
      bytes: 200,
      ratePps: null,
      replyBytes: 200,
      wlan: { ampduFrames: 1 },
    });
    const begins = of(records, 'airBegin');
    const won = begins.filter((r) => r.reason === 'airWon').length;
    const collided = begins.filter((r) => r.reason === 'airCollision').length / 2;
    expect(won).toBeGreaterThan(100);
    // two windows of 16: 1/16 of the times both want it, a little less as the loser's backoff is a rest
    expect(collided / (won + collided)).toBeGreaterThan(0.03);
    expect(collided / (won + collided)).toBeLessThan(0.12);
    expect(
      of(records, 'airEnd')
        .filter((r) => r.reason === 'airCollision')
        .every((r) => r.a === 0 && r.b === 1),
    ).toBe(true);
    expect(world.ways.map((way) => way.air.collisions)).toEqual([collided, collided]);
    expect(of(records, 'linkDrop')).toEqual([]);
    // one at a time: no transmission begins within another one
    let busyUntil = 0;
    for (const r of begins.filter((x) => x.reason !== 'airCollision')) {
      expect(r.timeNs).toBeGreaterThanOrEqual(busyUntil);
      busyUntil = r.timeNs + r.b;
    }
  });

  it('share the air about evenly by turns, not by bytes', () => {
    const { world } = run({
      count: 400,
      bytes: 1400,
      ratePps: null,
      replyBytes: 60,
      wlan: { ampduFrames: 1 },
      untilNs: 60 * MS,
    });
    const [ab, ba] = world.ways.map((way) => way.air);
    expect(ba.txops / ab.txops).toBeGreaterThan(0.85);
    expect(ba.txops / ab.txops).toBeLessThan(1.15);
    expect(ab.data).toBeGreaterThan(5 * ba.data);
  });

  it('counts every ns of the channel once: what both used, collisions and free time are all of it', () => {
    const { world, medium } = run({ count: 100, ratePps: 2000, replyBytes: 100 });
    const used = world.ways.reduce((n, { air }) => n + air.data + air.ack + air.overhead + air.collision, 0);
    const ends = world.ways[0].air.txops + world.ways[1].air.txops;
    expect(ends).toBeGreaterThan(100);
    expect(used).toBeLessThan(medium.freeNs);
    expect(used).toBeGreaterThan(ends * (36_000 + 16_000 + 28_000));
  });
});

describe('any radio link', () => {
  const wlan: fc.Arbitrary<Partial<WlanSpec>> = fc.record({
    rateBps: fc.constantFrom(6_500_000, 130_000_000, 600_000_000),
    ampduFrames: fc.constantFrom(1, 2, 32, 64),
    ampduBytes: fc.constantFrom(2000, 65_535),
    retries: fc.constantFrom(0, 1, 7),
    errorShare: fc.constantFrom(0, 0.1, 0.7),
    cwMin: fc.constantFrom(0, 15),
  });

  it('keeps its balance, one sender at a time, and order unless the way disturbs it', () => {
    fc.assert(
      fc.property(
        wlan,
        arbitraryWay,
        fc.integer({ min: 1, max: 150 }),
        fc.boolean(),
        (radio, way, count, answers) => {
          const { rateBps: _r, queueFrames: _q, ...rest } = way;
          const one = () => ({ ...rest, rateBps: null, queueFrames: 16 });
          const link = { ...linkSpec(one(), one()), wlan: wlanSpec(radio) };
          const spec = linkedSpec({
            link,
            send: { count, ratePps: null },
            bytes: 700,
            nic: { linkBps: 1_000_000_000 },
          });
          if (answers) spec.hosts[1].apps[0].replyBytes = 40;
          const { world, records } = runTraced(spec, 12 * MS);
          expect([imbalance(world), txImbalance(world), linkImbalance(world)]).toEqual([0, 0, 0]);
          let busyUntil = 0;
          for (const r of of(records, 'airBegin').filter((x) => x.reason !== 'airCollision')) {
            expect(r.timeNs).toBeGreaterThanOrEqual(busyUntil);
            busyUntil = r.timeNs + r.b;
          }
          if (way.jitterNs === 0 && way.faults.reorder === 0 && way.faults.duplicate === 0) {
            const came = of(records, 'frameArrived').filter((r) => world.fixed.places[r.place].host === 'h2');
            const ids = came.map((r) => r.packet);
            expect(ids).toEqual([...ids].sort((x, y) => x - y));
          }
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);
});
