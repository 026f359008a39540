/** A host that forwards, under NAPI and before it: values from the cost tables by hand. */
import { describe, expect, it } from 'vitest';
import { runTraced } from '../testing/trace.ts';
import { MAC, routerSpec, udpRate, worldSpec } from '../testing/specs.ts';
import { rulesFor } from '../catalog/rules.ts';
import { advance } from './advance.ts';
import { createWorld } from './create.ts';
import { txImbalance } from './conservation.ts';
import {
  compareStats,
  createDim,
  dimDecide,
  GOING_LEFT,
  GOING_RIGHT,
  PARKING_ON_TOP,
  PARKING_TIRED,
} from './nic/dim.ts';
import { makeFrame } from './packet/frame.ts';
import type { HostSpec, RateTraffic, WorldSpec } from './spec.ts';
import type { World } from './world.ts';

function router(
  host: Partial<HostSpec>,
  traffic: Partial<RateTraffic>,
  more: Partial<WorldSpec> = {},
): WorldSpec {
  return routerSpec({ driver: 'mlx5_core', linkBps: 100_000_000_000 }, host, traffic, more);
}

/** Frames that left, a second, once the first half is over. */
function sentPps(spec: WorldSpec, ns: number): number {
  const w = createWorld(spec);
  advance(w, ns / 2);
  const before = w.totals.txSent;
  advance(w, ns);
  expect(txImbalance(w)).toBe(0);
  return ((w.totals.txSent - before) * 2e9) / ns;
}

describe('forwarding', () => {
  it('lowers the TTL, counts, and sends on the queue of the number it came in on', () => {
    const { world, records } = runTraced(router({}, { count: 3 }), 1_000_000);
    expect(world.hosts[0].snmp).toMatchObject({ IpInReceives: 3, IpForwDatagrams: 3, IpInDelivers: 0 });
    expect(world.nics[1].counters).toMatchObject({ tx_packets: 3, tx_bytes: 3 * 60 });
    expect(records.filter((r) => r.kind === 'ipForward').map((r) => [r.reason, r.a, r.b])).toEqual(
      Array(3).fill(['fibForward', 64, 1]),
    );
    expect(world.totals).toMatchObject({ delivered: 3, txProduced: 3, txSent: 3, txDropped: 0 });
    // what was sent is freed: by the interrupt of the card it left through
    expect(world.pool.used).toBe(0);
  });

  it('does not forward unless told to, and never what has no time left to live', () => {
    const off = runTraced({ ...router({}, { count: 1 }), setup: [] }, 1_000_000);
    expect(off.records.filter((r) => r.kind === 'drop').map((r) => r.reason)).toEqual(['notLocal']);
    const spec = router({}, { count: 1 });
    const [source] = spec.traffic;
    if (source.kind === 'rate') source.template.ttl = 1;
    const dead = runTraced(spec, 1_000_000);
    expect(dead.records.filter((r) => r.kind === 'drop').map((r) => r.reason)).toEqual(['ttlExceeded']);
    expect(dead.world.hosts[0].snmp).toMatchObject({ IpInHdrErrors: 1, IpForwDatagrams: 0 });
  });

  it('tooBigToForward: what the outgoing link can’t carry is dropped, not cut', () => {
    const spec = router({}, { count: 1 });
    spec.hosts[0].nics[1].mtu = 68;
    const [source] = spec.traffic;
    if (source.kind === 'rate')
      source.template = makeFrame({
        dmac: MAC,
        proto: 17,
        src: '10.9.0.1',
        dst: '10.20.0.5',
        sport: 4000,
        dport: 7000,
        payloadLen: 400,
      });
    const { records, world } = runTraced(spec, 1_000_000);
    expect(records.filter((r) => r.kind === 'drop').map((r) => r.reason)).toEqual(['tooBigToForward']);
    expect(world.hosts[0].snmp.IpFragFails).toBe(1);
  });

  it('one core at 3.6 GHz: 2069 cycles a packet, 64 packets a completion', () => {
    const spec = router({ clockMhz: 3600 }, { ratePps: 4_000_000 });
    // 3.6e9 / 2069 = 1.740 Mpps; two polls, a completion and its interrupt for every 64 add about 3 %
    const pps = sentPps(spec, 20_000_000);
    expect(pps).toBeGreaterThan(1_680_000);
    expect(pps).toBeLessThan(1_740_000);
    const w = createWorld(spec);
    advance(w, 20_000_000);
    const [, out] = w.nics;
    const tx = w.queues[out.firstQueue].tx;
    expect(tx.packets / tx.completions).toBeCloseTo(64, 0);
  });

  it('qdiscFull: a link ten times slower fills ring and qdisc, then packets are lost', () => {
    const spec = router({}, { ratePps: 1_000_000 });
    spec.hosts[0].nics[1].linkBps = 100_000_000;
    const { world, records } = runTraced(spec, 20_000_000);
    const reasons = new Set(
      records.filter((r) => ['txQueue', 'txDrop'].includes(r.kind)).map((r) => r.reason),
    );
    expect(reasons).toEqual(new Set(['txRing', 'txBql', 'txFromQdisc', 'qdiscFull']));
    // 84 bytes on the wire at 100 Mbit/s: one every 6720 ns
    expect(world.totals.txSent).toBeLessThanOrEqual(Math.ceil(20_000_000 / 6720));
    const waiting = records.filter((r) => r.reason === 'txBql').map((r) => r.a);
    expect(Math.max(...waiting)).toBe(1000);
    expect(world.nics[1].counters.tx_dropped).toBe(world.totals.txDropped);
  });

  it('firewallRaw, firewallFilter: a rule that drops everything, before and after the route', () => {
    for (const [firewall, reason] of [
      ['raw-drop', 'firewallRaw'],
      ['filter-drop', 'firewallFilter'],
    ] as const) {
      const spec = router({ firewall }, { count: 2 });
      spec.setup = [];
      const [source] = spec.traffic;
      if (source.kind === 'rate') source.template.dst = '10.9.0.2';
      const { records } = runTraced(spec, 1_000_000);
      expect(records.filter((r) => r.kind === 'drop').map((r) => r.reason)).toEqual([reason, reason]);
    }
  });
});

describe('before NAPI', () => {
  const old = (ratePps: number): WorldSpec => {
    const spec = router({ profile: 'p3-700' }, { ratePps }, { kernel: '2.4.18', hz: 100 });
    spec.hosts[0].nics = spec.hosts[0].nics.map((nic) => ({
      ...nic,
      driver: 'tulip',
      ringSize: 128,
      linkBps: 1e9,
    }));
    return spec;
  };

  it('out(r) = min(r, (1 - r * 16.7 us) / 20.4 us): all of 26 kpps, less and less beyond, nothing from 60 kpps on', () => {
    expect(sentPps(old(20_000), 200_000_000)).toBeCloseTo(20_000, -3);
    expect(sentPps(old(26_000), 200_000_000)).toBeGreaterThan(25_500);
    const at40 = sentPps(old(40_000), 200_000_000);
    expect(at40).toBeGreaterThan(((1 - 40_000 * 16.7e-6) / 20.4e-6) * 0.93);
    expect(at40).toBeLessThan(((1 - 40_000 * 16.7e-6) / 20.4e-6) * 1.07);
    expect(sentPps(old(62_000), 200_000_000)).toBeLessThan(500);
  });

  it('with NAPI the same machine is flat', () => {
    const napi = (ratePps: number): WorldSpec => ({ ...old(ratePps), kernel: '2.4.20' });
    const at200 = sentPps(napi(200_000), 100_000_000);
    const at400 = sentPps(napi(400_000), 100_000_000);
    const at800 = sentPps(napi(800_000), 100_000_000);
    expect(at200).toBeGreaterThan(199_000);
    expect(at400).toBeGreaterThan(330_000);
    expect(at800).toBeGreaterThan(at400 * 0.98);
  });

  it('backlogThrottled: a full backlog takes nothing until it is empty', () => {
    const { records, world } = runTraced(old(58_000), 60_000_000);
    const lost = new Set(records.filter((r) => r.kind === 'drop').map((r) => r.reason));
    expect(lost).toContain('backlogFull');
    expect(lost).toContain('backlogThrottled');
    expect(world.cpus[0].softnet.throttled).toBeGreaterThan(0);
    // "more than 300": 301 fit
    const most = Math.max(...records.filter((r) => r.kind === 'backlogQueue').map((r) => r.a));
    expect(most).toBe(rulesFor('2.4.18').maxBacklog + 1);
  });
});

describe('congestion levels of 2.4', () => {
  it('congestionLow, congestionModerate, congestionHigh: told to the driver as the average passes 20, 100, 290', () => {
    const spec = router({ profile: 'p3-700' }, { ratePps: 58_000 }, { kernel: '2.4.18', hz: 100 });
    spec.hosts[0].nics = spec.hosts[0].nics.map((nic) => ({
      ...nic,
      driver: 'tulip',
      ringSize: 128,
      linkBps: 1e9,
    }));
    const { records } = runTraced(spec, 60_000_000);
    let average = 0;
    const limits = rulesFor('2.4.18').maxBacklog;
    for (const r of records) {
      if (r.kind !== 'backlogQueue') continue;
      average = Math.floor(average / 2) + Math.floor(r.a / 2);
      const level =
        average > 290
          ? 'congestionHigh'
          : average > 100
            ? 'congestionModerate'
            : average > 20
              ? 'congestionLow'
              : 'backlogOwnCpu';
      expect(r.reason).toBe(level);
      expect(r.a).toBeLessThanOrEqual(limits + 1);
    }
    expect(records.some((r) => r.reason === 'congestionHigh')).toBe(true);
  });

  it('net_rx_action takes up to netdev_max_backlog packets at once, not 64', () => {
    const spec = router({ profile: 'p3-700' }, { ratePps: 58_000 }, { kernel: '2.4.18', hz: 100 });
    spec.hosts[0].nics = spec.hosts[0].nics.map((nic) => ({
      ...nic,
      driver: 'tulip',
      ringSize: 128,
      linkBps: 1e9,
    }));
    const { records } = runTraced(spec, 60_000_000);
    const polls = records.filter((r) => r.kind === 'pollStart');
    expect(new Set(polls.map((r) => r.a))).toEqual(new Set([300]));
  });
});

describe('DIM', () => {
  /** Runs the rules over samples of a load (bytes, packets, interrupts a millisecond by profile). */
  function trace(load: (profile: number) => [number, number, number], samples: number): string[] {
    const d = createDim();
    const out: string[] = [];
    const letters: Record<number, string> = {
      [PARKING_ON_TOP]: 'T',
      [PARKING_TIRED]: 'Z',
      [GOING_RIGHT]: 'R',
      [GOING_LEFT]: 'L',
    };
    for (let i = 0; i < samples; i += 1) {
      const [bpms, ppms, epms] = load(d.profile);
      const now = { bpms, ppms, epms };
      const result = { 1: 'B', 0: 'S', [-1]: 'W' }[compareStats(now, d.prev)] ?? '';
      const tired = d.tune === PARKING_TIRED;
      dimDecide(d, now);
      out.push(`${tired ? '' : result}>${d.profile}${letters[d.tune]}`);
    }
    return out;
  }
  const usecs = [1, 8, 64, 128, 256];

  it('drifts to the strongest moderation while throughput isn’t hurt (dimChanged, dimKept, dimParked)', () => {
    const steady = (p: number): [number, number, number] => [
      1000,
      1000,
      Math.min(500, Math.ceil(1000 / usecs[p])),
    ];
    expect(trace(steady, 7)).toEqual(['B>0L', 'W>1R', 'B>2R', 'B>3R', 'B>4R', 'B>4T', 'S>4T']);
  });

  it('climbs back where a profile costs throughput', () => {
    const by = [600, 800, 1000, 700, 400];
    expect(trace((p) => [by[p] * 10, by[p], 10], 7)).toEqual([
      'B>0L',
      'W>1R',
      'B>2R',
      'B>3R',
      'W>2L',
      'B>2T',
      'S>2T',
    ]);
  });

  it('wavers between two profiles where nothing changes, then rests', () => {
    const list = trace(() => [1000, 1000, 100], 22);
    expect(list.slice(0, 11)).toEqual([
      'B>0L',
      'S>1R',
      'S>0L',
      'S>1R',
      'S>0L',
      'S>1R',
      'S>0L',
      'S>1R',
      'S>0L',
      'S>1R',
      'S>1Z',
    ]);
    expect(list.slice(11, 20)).toEqual(Array(9).fill('>1Z'));
    expect(list[20]).toBe('>0L');
  });

  it('takes the profiles of the timer’s mode, and begins anew where the mode is changed', () => {
    const coalesce = (partial: object) => ({
      host: 0,
      change: { type: 'coalesce' as const, nic: 0, ...partial },
    });
    const spec = worldSpec({
      nic: { driver: 'mlx5_core' },
      setup: [coalesce({ adaptiveRx: true })],
      traffic: [udpRate({ ratePps: 1_000_000 })],
    });
    const of = (w: World) => [w.queues[0].rxUsecs, w.queues[0].rxFrames, w.queues[0].dim.profile];
    const w = createWorld(spec);
    expect(of(w)).toEqual([8, 256, 1]);
    // bytes and packets stay the same: fewer interrupts are better
    advance(w, 8_000_000);
    expect(of(w)[2]).toBeGreaterThan(1);
    const cqe = createWorld({ ...spec, setup: [...spec.setup, coalesce({ cqeMode: true })] });
    expect(of(cqe)).toEqual([8, 128, 1]);
  });
});
