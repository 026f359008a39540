/** prio: strict order of bands, a limit each. */
import { describe, expect, it } from 'vitest';
import { putQdisc, qdisc, udpSenders } from '../../../testing/sched.ts';
import { runTraced } from '../../../testing/trace.ts';
import { applyChange } from '../../apply-change.ts';
import { txImbalance } from '../../conservation.ts';
import { percentile } from '../../metrics/latency.ts';

const MS = 1_000_000;
const BULK = { bytes: 1472, ratePps: 2000 };
const play = (tos: number, bands = {}) =>
  runTraced(udpSenders(qdisc('prio', bands), [BULK, { bytes: 18, ratePps: 50, tos }]), 300 * MS);

describe('prio', () => {
  it('serves a band only while those before it are empty (prioBand)', () => {
    // low delay is priority 6, band 0; best effort is band 1
    const { world, records } = play(16);
    expect(percentile(world.sockets[1].txLatency, 0.99)).toBeLessThan(10 * MS);
    expect(percentile(play(0).world.sockets[1].txLatency, 0.5)).toBeGreaterThan(30 * MS);
    const bands = new Set(records.filter((r) => r.kind === 'qdiscClassify').map((r) => r.a));
    expect([...bands].sort()).toEqual([0, 1]);
    expect(txImbalance(world)).toBe(0);
  });

  it('takes the map it is given', () => {
    const last = Array.from({ length: 16 }, (_, i) => (i === 0 ? 0 : 1));
    const { world } = play(16, { bands: 2, priomap: last });
    // starved: the bulk fills the line, and its band goes first
    expect(world.sockets[1].txLatency.count).toBeLessThan(8);
  });

  it('each band holds txqueuelen packets, and loses alone (qdiscFull)', () => {
    const spec = udpSenders(qdisc('prio'), [BULK, { bytes: 18, ratePps: 50, tos: 16 }]);
    spec.setup.unshift({ host: 0, change: { type: 'link', nic: 0, name: 'txqueuelen', value: 20 } });
    const { world, records } = runTraced(spec, 300 * MS);
    const lost = records.filter((r) => r.kind === 'txDrop');
    expect(lost.length).toBeGreaterThan(10);
    expect(lost.every((r) => r.reason === 'qdiscFull' && r.b === 20)).toBe(true);
    const { sched } = world.queues[0].tx.qd;
    expect(sched?.kind === 'prio' && sched.bands.map(({ dropped }) => dropped)).toEqual([0, lost.length, 0]);
  });

  it('takes nothing past it: every packet goes in first (txNoBypass)', () => {
    const { records } = runTraced(
      udpSenders(qdisc('prio'), [{ bytes: 18, ratePps: 100, count: 1 }]),
      10 * MS,
    );
    const way = records.filter((r) => r.kind === 'txQueue').map((r) => r.reason);
    expect(way).toEqual(['txNoBypass', 'txFromQdisc']);
  });

  it('another discipline in its place throws away what waits, and counts none of it', () => {
    const { world, records } = play(0);
    const waited = world.queues[0].tx.qdisc.length;
    const { txDropped } = world.totals;
    expect(waited).toBeGreaterThan(20);
    const { dropped } = world.queues[0].tx;
    applyChange(world, 0, putQdisc(qdisc('pfifo')));
    expect(world.totals.txDropped - txDropped).toBe(waited);
    expect(world.queues[0].tx.qdisc).toEqual([]);
    expect(world.queues[0].tx.dropped).toBe(dropped);
    expect(world.queues[0].tx.qd.dropped).toBe(0);
    expect(txImbalance(world)).toBe(0);
    expect(records.some((r) => r.kind === 'txDrop')).toBe(false);
  });
});
