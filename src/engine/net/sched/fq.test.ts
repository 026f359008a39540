/** fq: a flow a socket, in turn; none before its time; its own limits. */
import { describe, expect, it } from 'vitest';
import { putQdisc, qdisc, type UdpSender, udpSenders } from '../../../testing/sched.ts';
import { runTraced } from '../../../testing/trace.ts';
import { txImbalance } from '../../conservation.ts';
import { percentile } from '../../metrics/latency.ts';
import type { FqState, QdiscSpec } from './spec.ts';

const MS = 1_000_000;
const FULL: UdpSender = { bytes: 1472, ratePps: 2000 };
const SMALL: UdpSender = { bytes: 18, ratePps: 50 };

function play(spec: QdiscSpec, senders = [FULL, SMALL], ms = 200, parts = {}) {
  const { world, records } = runTraced(udpSenders(spec, senders, parts), ms * MS);
  expect(txImbalance(world)).toBe(0);
  const state = world.queues[0].tx.qd.sched as FqState;
  const of = (kind: string, reason?: string) =>
    records.filter((r) => r.kind === kind && (reason === undefined || r.reason === reason));
  return { world, records, state, of, sent: of('txSent').map((r) => r.timeNs) };
}

describe('fq', () => {
  it('a socket that sends little does not wait behind one that sends much', () => {
    const { world, state } = play(qdisc('fq'));
    // the other's initial quantum, ten frames, at most
    expect(percentile(world.sockets[1].txLatency, 0.99)).toBeLessThan(15 * MS);
    expect(state.flows).toHaveLength(2);
  });

  it('serves two that both have much alike, a quantum of bytes in turn (fqCreditUsed)', () => {
    const { world, of } = play(qdisc('fq'), [FULL, { bytes: 472, ratePps: 6000 }], 400);
    const bytes = [0, 1].map((i) => world.sockets[i].txLatency.count * [1514, 514][i]);
    expect(bytes[0] / bytes[1]).toBeGreaterThan(0.85);
    expect(bytes[0] / bytes[1]).toBeLessThan(1.2);
    expect(of('qdiscTurn', 'fqCreditUsed').length).toBeGreaterThan(50);
  });

  it('takes what can go at once past the flows, since 6.7 (fqFastPath)', () => {
    const { of, state } = play(qdisc('fq'), [SMALL]);
    expect(of('qdiscClassify').every((r) => r.reason === 'fqFastPath')).toBe(true);
    expect([state.fastpath, state.flows.length]).toEqual([10, 0]);
    const old = play(qdisc('fq'), [SMALL], 200, { kernel: '6.6' });
    expect(old.of('qdiscClassify')[0].reason).toBe('fqFlowNew');
    expect(old.of('qdiscClassify', 'fqFastPath')).toEqual([]);
    expect(old.state.flows).toHaveLength(1);
  });

  it('maxrate: each packet has its time at that rate, and the timer is late by its slack', () => {
    // 1514 bytes at 1 Mbyte/s; a packet counts as a quantum (3028 bytes) at least: 3.028 ms
    const { of, sent } = play(qdisc('fq', { maxRate: 1_000_000 }), [{ ...FULL, count: 60 }], 300, {
      linkBps: 1_000_000_000,
    });
    const waits = of('qdiscThrottle', 'fqRate');
    expect(waits.length).toBeGreaterThan(20);
    // the first ten frames (initial_quantum) and their second half go at once, then 1000 bytes a ms
    // two by two: fifteen pairs from one packet to the thirtieth after it
    const rate = (30 * 1514) / ((sent[50] - sent[20]) / 1e9);
    expect(rate).toBeGreaterThan(0.97e6);
    expect(rate).toBeLessThan(1.03e6);
    const fires = of('qdiscWatchdog');
    expect(fires.length).toBe(waits.length);
    const [first] = waits;
    // at the end of the slack of 10 us, then the interrupt's own time
    const late = fires[0].timeNs - (first.timeNs + first.a);
    expect(late).toBeGreaterThanOrEqual(10_000);
    expect(late).toBeLessThan(15_000);
    const exact = play(qdisc('fq', { maxRate: 1_000_000, timerSlackNs: 0 }), [{ ...FULL, count: 60 }], 300);
    const [wait] = exact.of('qdiscThrottle');
    expect(exact.of('qdiscWatchdog')[0].timeNs - (wait.timeNs + wait.a)).toBeLessThan(5000);
  });

  it('nopacing: nobody is held back', () => {
    const { of } = play(qdisc('fq', { maxRate: 1_000_000, pacing: false }), [{ ...FULL, count: 60 }]);
    expect(of('qdiscThrottle')).toEqual([]);
  });

  it('flow_limit: one flow may fill so much of it (fqFlowLimit), limit: all together (fqLimit)', () => {
    const one = play(qdisc('fq', { flowLimit: 30 }));
    expect(one.of('txDrop', 'fqFlowLimit').every((r) => r.b === 30)).toBe(true);
    expect(one.state.flowsPlimit).toBe(one.of('txDrop').length);
    expect(one.state.flowsPlimit).toBeGreaterThan(50);
    // the other socket loses none
    expect(one.world.sockets[1].sendErrors).toBe(0);
    const all = play(qdisc('fq', { limit: 20 }));
    expect(all.of('txDrop', 'fqLimit').length).toBeGreaterThan(50);
    expect(all.state.bandDrops).toEqual([0, all.of('txDrop').length, 0]);
  });

  it('loses what waits where another discipline takes its place, or a lower limit (qdiscReplaced)', () => {
    const lost = (spec: QdiscSpec, keep: boolean) => {
      const made = udpSenders(qdisc('fq', { flowLimit: 1000 }), [FULL]);
      const inputs = [{ at: 100 * MS, after: null, line: '', host: 0, change: putQdisc(spec, keep) }];
      const { world, records } = runTraced({ ...made, inputs }, 100 * MS + 1);
      expect(txImbalance(world)).toBe(0);
      const left = world.queues[0].tx.qdisc.length;
      return { left, lost: records.filter((r) => r.reason === 'qdiscReplaced').length };
    };
    // 2000 datagrams a second over 824 a second: some 117 wait after 0.1 s
    const replaced = lost(qdisc('pfifo'), false);
    expect(replaced.left).toBe(0);
    expect(replaced.lost).toBeGreaterThan(100);
    expect(lost(qdisc('fq', { flowLimit: 1000, limit: 50 }), true)).toEqual({
      left: 50,
      lost: replaced.lost - 50,
    });
  });

  it('three bands by priority share 9 : 3 : 1 since 6.7, before there is one', () => {
    // interactive (band 0) against bulk (band 2), both with much to send
    const senders = [
      { ...FULL, tos: 8 },
      { ...FULL, tos: 16 },
    ];
    const count = (kernel: string): number[] => {
      const { world } = play(qdisc('fq'), senders, 1500, { kernel, linkBps: 20_000_000 });
      return [0, 1].map((i) => world.sockets[i].txLatency.count);
    };
    const [bulk, first] = count('6.12');
    expect(first / bulk).toBeGreaterThan(6);
    expect(first / bulk).toBeLessThan(12);
    const [a, b] = count('6.6');
    expect(a / b).toBeGreaterThan(0.9);
    expect(a / b).toBeLessThan(1.1);
  });
});
