/** TCP's pacing: the rate, who keeps to it (fq, TCP's own timer, nobody), the horizon, what TCP learns of a loss at home. */
import { describe, expect, it } from 'vitest';
import { compileScenario } from '../../../scenario/compile.ts';
import { loadScenario } from '../../../scenario/load.ts';
import { traced } from '../../../testing/trace.ts';
import { advance } from '../../advance.ts';
import { imbalance, linkImbalance, txImbalance } from '../../conservation.ts';
import { createWorld } from '../../create.ts';
import { SK_PACING_FQ, SK_PACING_NEEDED, SK_PACING_NONE } from '../../tcp/sender.ts';
import type { FqState } from './spec.ts';

interface Parts {
  setup?: readonly string[];
  maxPacingBytesPs?: number;
  kernel?: string;
  writeBytes?: number;
  ms?: number;
}

/** One write from host to host, 10 ms away. */
function play({ setup = [], maxPacingBytesPs, kernel = '6.12', writeBytes = 1_000_000, ms = 400 }: Parts) {
  const stream = {
    socket: 'c',
    count: 1,
    writeBytes,
    ...(maxPacingBytesPs === undefined ? {} : { maxPacingBytesPs }),
  };
  const nic = (n: number) => ({
    eth0: { mac: `02:00:00:00:00:0${n}`, addresses: [`10.0.0.${n}`], linkBps: 1e9 },
  });
  const text = JSON.stringify({
    format: 1,
    id: 'pacing',
    title: { text: 'pacing' },
    kernel,
    durationNs: ms * 1_000_000,
    hosts: {
      h1: {
        nics: nic(1),
        sockets: { c: { proto: 'tcp', port: 0, acks: true } },
        apps: { writer: { cpu: 0, sockets: ['c'], stream } },
      },
      h2: {
        nics: nic(2),
        sockets: { s: { proto: 'tcp', port: 5001, acks: true } },
        apps: { r: { cpu: 0, sockets: ['s'] } },
      },
    },
    links: { l: { a: { host: 'h1' }, b: { host: 'h2' }, delayNs: 10_000_000 } },
    setup: setup.map((line) => ({ host: 'h1', line })),
  });
  const loaded = loadScenario(text, 'pacing.json');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  const compiled = compileScenario(loaded.scenario);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  const w = createWorld(compiled.spec);
  const trace = traced(w);
  advance(w, compiled.spec.durationNs);
  expect([imbalance(w), txImbalance(w), linkImbalance(w)]).toEqual([0, 0, 0]);
  const records = trace.read();
  const conn = w.connections.find((c) => c.job !== null);
  const tx = conn?.tcp?.tx;
  const state = w.queues[0].tx.qd.sched as FqState;
  /** Data frames as they left the card: ns. */
  const data = new Set(records.filter((r) => r.kind === 'tcpSend' && r.a > 0).map((r) => r.packet));
  const left = records.filter((r) => r.kind === 'txSent' && data.has(r.packet)).map((r) => r.timeNs);
  return { w, records, tx, state, left, received: w.flowState.received.reduce((n, x) => n + x, 0) };
}

const FQ = 'tc qdisc replace dev eth0 root fq';

describe('pacing', () => {
  it('without fq and without SO_MAX_PACING_RATE there is none', () => {
    const { tx, records } = play({});
    expect(tx?.pacing).toBe(SK_PACING_NONE);
    expect(records.some((r) => r.reason === 'tcpPaced')).toBe(false);
  });

  it('fq takes the connection over with its first packet, and holds each segment until TCP’s time (fqNotYet)', () => {
    const { tx, records, state, received } = play({ setup: [FQ] });
    expect(tx?.pacing).toBe(SK_PACING_FQ);
    expect(received).toBe(1_000_000);
    const held = records.filter((r) => r.kind === 'qdiscThrottle');
    expect(held.length).toBeGreaterThan(20);
    expect(held.every((r) => r.reason === 'fqNotYet' && r.a > 0)).toBe(true);
    expect(state.throttled).toBe(held.length);
    // none leaves before its time
    const until = new Map(held.map((r) => [r.packet, r.timeNs + r.a]));
    for (const r of records)
      if (r.kind === 'txQueue' && r.reason === 'txFromQdisc')
        expect(r.timeNs).toBeGreaterThanOrEqual(until.get(r.packet) ?? 0);
  });

  it('SO_MAX_PACING_RATE: by fq, and since 4.13 by TCP’s own timer, the bytes leave at that rate', () => {
    for (const [parts, pacing] of [
      [{ setup: [FQ] }, SK_PACING_FQ],
      [{}, SK_PACING_NEEDED],
    ] as const) {
      const { tx, left, received } = play({ ...parts, maxPacingBytesPs: 2_000_000, ms: 700 });
      expect(tx?.pacing).toBe(pacing);
      expect(received).toBe(1_000_000);
      // payload counts, not headers; the first ten segments are free
      const span = (left[left.length - 1] - left[20]) / 1e9;
      const frames = left.length - 21;
      const bytes = (frames * 1_000_000) / left.length;
      expect(bytes / span).toBeGreaterThan(1.85e6);
      expect(bytes / span).toBeLessThan(2.1e6);
    }
    expect(play({ kernel: '4.12', maxPacingBytesPs: 2_000_000 }).tx?.pacing).toBe(SK_PACING_NONE);
  });

  it('before 4.20 fq spreads the packets itself, by sk_pacing_rate (fqRate)', () => {
    const { records, received } = play({ setup: [FQ], kernel: '4.19', maxPacingBytesPs: 2_000_000, ms: 700 });
    const held = records.filter((r) => r.kind === 'qdiscThrottle');
    expect(held.length).toBeGreaterThan(20);
    expect(held.every((r) => r.reason === 'fqRate')).toBe(true);
    expect(received).toBe(1_000_000);
  });

  it('the rate follows the sysctls: half the ratio, half the rate', () => {
    const rate = (percent: number): number => {
      const set = `sysctl -w net.ipv4.tcp_pacing_ss_ratio=${percent}`;
      // once the handshake has measured the round trip
      return play({ setup: [FQ, set], writeBytes: 60_000, ms: 25 }).tx?.pacingRate ?? 0;
    };
    expect(rate(200) / rate(100)).toBeGreaterThan(1.9);
    expect(rate(200) / rate(100)).toBeLessThan(2.1);
  });

  it('a time beyond the horizon: lost, or brought back to it', () => {
    const slow = { maxPacingBytesPs: 100_000, ms: 300 };
    const drop = play({ ...slow, setup: [`${FQ} horizon 5ms`] });
    expect(drop.state.horizonDrops).toBeGreaterThan(0);
    expect(drop.records.filter((r) => r.reason === 'fqHorizonDrop')).toHaveLength(drop.state.horizonDrops);
    // TCP learns of it at once
    expect(drop.records.some((r) => r.reason === 'tcpEnterCwr')).toBe(true);
    const cap = play({ ...slow, setup: [`${FQ} horizon 5ms horizon_cap`] });
    expect([cap.state.horizonDrops, cap.state.horizonCaps > 0]).toEqual([0, true]);
    expect(cap.records.filter((r) => r.reason === 'fqHorizonCap')).toHaveLength(cap.state.horizonCaps);
  });

  it('what the own queue loses makes TCP slow down at once', () => {
    const { records, w } = play({ setup: ['tc qdisc replace dev eth0 root fq nopacing flow_limit 4'] });
    const lost = records.find((r) => r.kind === 'txDrop');
    const cwr = records.find((r) => r.reason === 'tcpEnterCwr');
    if (lost !== undefined) expect(cwr?.timeNs).toBe(lost.timeNs);
    expect(w.totals.txDropped === 0 || cwr !== undefined).toBe(true);
  });
});
