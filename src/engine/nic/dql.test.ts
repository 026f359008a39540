/** Byte queue limits: the kernel's rule by hand, and what it does to a packet behind others. */
import { describe, expect, it } from 'vitest';
import { appSpec, udpSend, worldSpec } from '../../testing/specs.ts';
import { runTraced } from '../../testing/trace.ts';
import { createWorld } from '../create.ts';
import { percentile } from '../metrics/latency.ts';
import type { Change } from '../change.ts';
import type { WorldSpec } from '../spec.ts';
import { createDql, dqlCompleted, dqlQueued, DQL_MAX_LIMIT } from './dql.ts';

const world = createWorld(worldSpec({ traffic: [] }));

describe('dql', () => {
  it('lets the first packet through with a limit of 0, and stops behind it', () => {
    const dql = createDql();
    expect(dqlQueued(dql, 1500)).toBe(true);
  });

  it('bqlGrows: a card that ran dry gets by what it was short', () => {
    const dql = createDql();
    dqlQueued(dql, 1500);
    dqlCompleted(world, dql, 1500);
    // ovlimit 1500, nothing in progress: limit 0 + (1500 - 0) + 0
    expect(dql).toMatchObject({ limit: 1500, adjLimit: 3000, stopped: false, prevOvlimit: 0 });
    // 1500 queued is on the limit, which is no more than the limit: a second one goes through
    expect(dqlQueued(dql, 1500)).toBe(false);
    expect(dqlQueued(dql, 1500)).toBe(true);
    dqlCompleted(world, dql, 3000);
    // ovlimit 4500 - 1500 - 1500 = 1500: limit 1500 + (4500 - 1500) + 0
    expect(dql.limit).toBe(4500);
  });

  it('stays between limit_min and limit_max', () => {
    const dql = { ...createDql(), limitMax: 1000 };
    dqlQueued(dql, 1500);
    dqlCompleted(world, dql, 1500);
    expect(dql.limit).toBe(1000);
    const off = { ...createDql(), limitMin: DQL_MAX_LIMIT };
    dqlQueued(off, 1500);
    dqlCompleted(world, off, 1500);
    for (let i = 0; i < 1000; i += 1) expect(dqlQueued(off, 1500)).toBe(false);
  });

  it('bqlShrinks: what was never needed in hold_time goes', () => {
    const dql = { ...createDql(), limit: 100_000, adjLimit: 100_000, holdMs: 0 };
    const w = createWorld(worldSpec({ traffic: [] }));
    // always 5000 in progress, 1000 completed at a time
    for (let i = 0; i < 5; i += 1) dqlQueued(dql, 1000);
    for (let i = 0; i < 2; i += 1) {
      w.now += 5_000_000;
      dqlQueued(dql, 1000);
      dqlCompleted(w, dql, 1000);
    }
    // slack 100000 - 2 * 1000 at the first busy interval: 2000 are left, twice what completes at once
    expect(dql.limit).toBe(2000);
    expect(dqlQueued(dql, 1)).toBe(true);
  });
});

/** A bulk sender fills a slow link's one queue; a second application sends one small datagram now and then. */
function behindBulk(change: Change | null, kernel = '6.12'): WorldSpec {
  const spec = worldSpec({
    cpus: 2,
    kernel,
    nic: { linkBps: 1_000_000_000, rxUsecs: 20 },
    traffic: [],
    apps: [
      appSpec({ name: 'bulk', cpu: 0, sockets: [], send: udpSend({ socket: 0 }, 1472) }),
      appSpec({ name: 'small', cpu: 1, sockets: [], send: udpSend({ socket: 1, ratePps: 2000 }, 18) }),
    ],
  });
  const [host] = spec.hosts;
  const sockets = ['bulk', 'small'].map((name, i) => ({
    name,
    proto: 'udp' as const,
    address: '*',
    port: 9000 + i,
    sndbufBytes: 1_000_000,
  }));
  return {
    ...spec,
    hosts: [{ ...host, sockets }],
    setup: change === null ? [] : [{ host: 0, change }],
  };
}

describe('a ring with a byte limit', () => {
  const off: Change = { type: 'bql', queue: 0, name: 'limit_min', value: DQL_MAX_LIMIT };

  it('txBql, bqlGrows: the ring stays short, the rest waits in the queueing discipline', () => {
    const { world: w, records } = runTraced(behindBulk(null), 20_000_000);
    const { tx } = w.queues[0];
    const ring = tx.ring.length - tx.ringAt + tx.sent.length;
    expect(ring).toBeLessThan(100);
    expect(tx.qdisc.length).toBeGreaterThan(200);
    expect(tx.dql.queued - tx.dql.completed).toBeLessThanOrEqual(tx.dql.limit + 1514);
    const reasons = new Set(records.map((r) => r.reason));
    expect(reasons.has('txBql') && reasons.has('bqlGrows')).toBe(true);
    // the card never waits: 1 Gbit/s carries 81274 frames of 1538 bytes a second
    expect(w.totals.txSent).toBeGreaterThan(0.95 * 81_274 * 0.02);
  });

  it.each([
    ['off by limit_min', off, '6.12'],
    ['before 3.3', null, '3.2'],
  ])('without (%s) the ring fills first', (_, change, kernel) => {
    const { world: w, records } = runTraced(behindBulk(change, kernel), 20_000_000);
    const { tx } = w.queues[0];
    const most = Math.max(...records.filter((r) => r.reason === 'txRing').map((r) => r.a));
    expect(most).toBeGreaterThan(400);
    // what sysfs says is in force from the first completion on
    const first = records.findIndex((r) => r.kind === 'txClean');
    expect(records.slice(first).some((r) => r.reason === 'txBql')).toBe(false);
    expect(tx.dql.stopped).toBe(false);
  });

  it('txQdisc: without a limit what stops the queue is its full ring', () => {
    const spec = behindBulk(null, '3.2');
    spec.hosts[0].nics[0].ringSize = 128;
    const { records } = runTraced(spec, 5_000_000);
    const waits = records.filter((r) => r.kind === 'txQueue' && r.reason === 'txQdisc');
    expect(waits.length).toBeGreaterThan(0);
    // one descriptor always stays free
    expect(Math.max(...records.filter((r) => r.reason === 'txRing').map((r) => r.a))).toBe(127);
  });

  it('does not shorten the wait of a small packet in one queue for all: it only moves it to where order can be made', () => {
    const p50 = (change: Change | null): number =>
      percentile(runTraced(behindBulk(change), 20_000_000).world.sockets[1].txLatency, 0.5);
    expect(p50(null) / p50(off)).toBeGreaterThan(0.8);
  });
});
