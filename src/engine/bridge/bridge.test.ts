/** A bridge against what a real kernel did with the same frames (fixtures/bridge), and what it did not show by hand. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Point } from '../../catalog/capture-points.ts';
import { framesAt } from '../../taps/skb-bytes.ts';
import { arbitraryWorld, RUN_NS } from '../../testing/arbitrary-world.ts';
import { nicSpec, worldSpec } from '../../testing/specs.ts';
import { runTraced, type TraceRecord, traced } from '../../testing/trace.ts';
import { advance } from '../advance.ts';
import { type Change, FEATURES } from '../change.ts';
import { forgottenSoftirqs, imbalance, linkImbalance, txImbalance } from '../conservation.ts';
import { copyWorld } from '../copy.ts';
import { createWorld } from '../create.ts';
import { makeFrame } from '../packet/frame.ts';
import { createTrafficBuilder } from '../packet/traffic-table.ts';
import type { TimedInput, TrafficSpec, WorldSpec } from '../spec.ts';
import { playOnce } from '../traffic/plain.ts';
import type { World } from '../world.ts';
import { FDB_LEARNT, FDB_OWN, FDB_REFRESHED, learn, lookup } from './fdb.ts';
import { joinBridge, leaveBridge } from './members.ts';
import { AGEING_NS } from './state.ts';

interface Case {
  name: string;
  port: number;
  dmac: string;
  smac: string;
  dst: string;
  len: number;
  ttl: number;
  command?: string;
  counters: Record<string, number>;
}

const measured = JSON.parse(readFileSync('fixtures/bridge/linux-6.18.json', 'utf8')) as {
  cases: Case[];
};

const COMMANDS: Record<string, Change> = {
  'ip link set eth1 mtu 1400': { type: 'link', nic: 1, name: 'mtu', value: 1400 },
  'ip link set eth2 nomaster': { type: 'master', nic: 2, bridge: null },
  'ip link set eth2 master br0': { type: 'master', nic: 2, bridge: 0 },
};

const STEP_NS = 1_000_000;

type Sent = Pick<Case, 'port' | 'dmac' | 'smac'> & Partial<Case>;

/** A frame each ms, from time 1 ms on, into a bridge of three ports. */
function bridging(frames: Sent[], inputs: TimedInput[] = [], ports = [0, 1, 2]): WorldSpec {
  const spec = worldSpec();
  const [host] = spec.hosts;
  const nics = ['eth0', 'eth1', 'eth2'].map((name, i) =>
    nicSpec({ name, mac: `02:00:00:00:00:b${i}`, mtu: 9000, addresses: i === 1 ? ['10.0.0.100'] : [] }),
  );
  const traffic = nics.map((_, port): TrafficSpec => {
    const builder = createTrafficBuilder(frames.length);
    frames.forEach((f, i) => {
      if (f.port !== port) return;
      const { dmac, smac, dst = '10.0.0.2', len = 60, ttl = 64 } = f;
      const payloadLen = len - 28;
      const fields = { proto: 17, src: '10.0.0.1', sport: 4000, dport: 7, payloadLen };
      builder.add((i + 1) * STEP_NS, makeFrame({ ...fields, dmac, smac, dst, ttl }));
    });
    const table = builder.finish();
    return { kind: 'table', host: 0, nic: port, table, startNs: 0, timeScale: 1, ratePps: null, repeat: 1 };
  });
  return {
    ...spec,
    hosts: [{ ...host, nics, sockets: [], apps: [], bridges: [{ name: 'br0', ports }] }],
    traffic,
    inputs,
    durationNs: (frames.length + 1) * STEP_NS,
  };
}

/** Under the names of the measurement. */
function countersOf(w: World): Record<string, number> {
  const [bridge] = w.hosts[0].bridges;
  const { snmp } = w.hosts[0];
  const counters: Record<string, number> = {
    'br0.rx_packets': bridge.rx_packets,
    'br0.rx_bytes': bridge.rx_bytes,
    'br0.multicast': bridge.multicast,
    'Ip:InReceives': snmp.IpInReceives,
    'Ip:InAddrErrors': snmp.IpInAddrErrors,
    'Ip:InDelivers': snmp.IpInDelivers,
    softnet: w.cpus.reduce((sum, cpu) => sum + cpu.softnet.processed, 0),
  };
  for (const { name, counters: c } of w.nics)
    for (const key of ['rx_packets', 'rx_bytes', 'tx_packets', 'tx_bytes'] as const)
      counters[`${name}.${key}`] = c[key];
  return counters;
}

/** What the model gives as its reason: the bridge's decision, then the end of a frame that is lost. */
const REASONS: Record<string, string[]> = {
  'to an address not known': ['bridgeFlood'],
  'back: known': ['bridgeKnown'],
  broadcast: ['bridgeGroup', 'noSocket'],
  'to the port it came in by, which is the bridge too': ['bridgeLocal', 'noSocket'],
  'to another port, which is not the bridge': ['bridgeLocal', 'otherHost'],
  'to a station of the same port': ['bridgeSamePort', 'bridgeSamePort'],
  'sender with a group address': ['bridgeBadSource', 'bridgeBadSource'],
  'sender without address': ['bridgeBadSource', 'bridgeBadSource'],
  'spanning tree group': ['bridgeGroup', 'notLocal'],
  'pause group': ['bridgePause', 'bridgePause'],
  'slow protocols group': ['bridgeLinkLocal', 'notLocal'],
  'too long': ['bridgeKnown', 'bridgeTooLong'],
  'too long for one of two': ['bridgeFlood'],
};

describe('a bridge as measured', () => {
  const inputs = measured.cases.flatMap((c, i): TimedInput[] =>
    c.command === undefined
      ? []
      : [{ at: (i + 1) * STEP_NS - 1000, host: 0, change: COMMANDS[c.command] } as TimedInput],
  );
  const w = createWorld(bridging(measured.cases, inputs));
  const trace = traced(w);
  let before = countersOf(w);
  measured.cases.forEach((c, i) => {
    advance(w, (i + 2) * STEP_NS - 2000);
    const after = countersOf(w);
    const moved = Object.fromEntries(
      Object.entries(after)
        .map(([key, value]) => [key, value - before[key]] as const)
        .filter(([, value]) => value !== 0),
    );
    before = after;
    const from = (i + 1) * STEP_NS - 2000;
    const told = trace
      .read()
      .filter((r) => r.timeNs >= from && (r.kind === 'bridgeRcv' || r.kind === 'drop'))
      .map((r) => r.reason);
    const balance = [imbalance(w), txImbalance(w)];
    it(c.name, () => {
      // veth takes every frame; a card has a filter
      expect(moved).toEqual(c.name === 'by the card that has left' ? {} : c.counters);
      expect(balance).toEqual([0, 0]);
      if (REASONS[c.name] !== undefined) expect(told).toEqual(REASONS[c.name]);
    });
  });
});

describe('a bridge', () => {
  const mac = (n: string): string => `02:00:00:00:00:${n}`;
  const kinds = (records: TraceRecord[], kind: string) =>
    records.filter((r) => r.kind === kind).map((r) => [r.reason, r.a, r.b]);

  it('tells what it looked up, learnt and sent, with a copy for each further port', () => {
    const { records, world } = runTraced(
      bridging([
        { port: 0, dmac: mac('02'), smac: mac('01') },
        { port: 1, dmac: mac('01'), smac: mac('02') },
        { port: 0, dmac: mac('01'), smac: mac('07') },
        { port: 2, dmac: mac('02'), smac: mac('01') },
      ]),
      5 * STEP_NS,
    );
    // 1 learnt, 2 moved
    expect(kinds(records, 'bridgeRcv')).toEqual([
      ['bridgeFlood', 0, 1],
      ['bridgeKnown', 1, 1],
      ['bridgeSamePort', 0, 1],
      ['bridgeKnown', 2, 2],
    ]);
    expect(kinds(records, 'bridgeForward')).toEqual([
      ['bridgeCopy', 1, 1],
      ['bridgeOut', 2, 1],
      ['bridgeOut', 0, 1],
      ['bridgeOut', 1, 1],
    ]);
    expect(records.filter((r) => r.kind === 'drop').map((r) => r.reason)).toEqual(['bridgeSamePort']);
    expect(world.totals).toMatchObject({ arrived: 4, delivered: 3, dropped: 1, txProduced: 4, txSent: 4 });
    expect(world.pool.used).toBe(0);
    // IP has seen none of it, and the TTL is as it was
    expect(world.hosts[0].snmp).toMatchObject({ IpInReceives: 0, IpForwDatagrams: 0 });
  });

  it('forgets after 300 s', () => {
    const w = createWorld(bridging([]));
    const [bridge] = w.hosts[0].bridges;
    expect(learn(bridge, mac('01'), 0, 0)).toBe(FDB_LEARNT);
    expect(learn(bridge, mac('01'), 0, 1000)).toBe(FDB_REFRESHED);
    expect(lookup(bridge, mac('01'), AGEING_NS + 999)?.port).toBe(0);
    expect(lookup(bridge, mac('01'), AGEING_NS + 1000)).toBeNull();
    expect(learn(bridge, mac('01'), 0, AGEING_NS + 1000)).toBe(FDB_LEARNT);
    // a port's own address stays
    expect(learn(bridge, mac('b1'), 0, 0)).toBe(FDB_OWN);
    expect(lookup(bridge, mac('b1'), 2 * AGEING_NS)).toMatchObject({ port: 1, local: true });
  });

  it('bridgeNoPort: with one port there is nowhere to go', () => {
    const { records } = runTraced(
      bridging([{ port: 0, dmac: mac('02'), smac: mac('01') }], [], [0]),
      3 * STEP_NS,
    );
    expect(records.filter((r) => r.kind === 'drop').map((r) => r.reason)).toEqual(['bridgeNoPort']);
  });

  it('macFilter: a card that is no port takes its own frames only', () => {
    const { records } = runTraced(
      bridging([{ port: 2, dmac: mac('02'), smac: mac('01') }], [], [0, 1]),
      3 * STEP_NS,
    );
    expect(records.filter((r) => r.kind === 'drop').map((r) => r.reason)).toEqual(['macFilter']);
  });

  it('costs as much as forwarding without the route: by hand from the profile', () => {
    const spec = bridging([{ port: 0, dmac: mac('02'), smac: mac('01') }], [], [0, 1]);
    const { records } = runTraced(spec, 3 * STEP_NS);
    const at = (kind: string): number => records.find((r) => r.kind === kind)?.timeNs ?? 0;
    // 330 cycles at 3 GHz
    expect(at('bridgeRcv') - at('netifReceive')).toBe(110);
  });

  it('a card that joins is left by LRO, and is free to turn it on again', () => {
    const on: Change = { type: 'feature', nic: 0, name: 'large-receive-offload', on: true };
    const input = (at: number, change: Change): TimedInput => ({
      at,
      after: null,
      host: 0,
      line: '',
      change,
    });
    const join: Change = { type: 'master', nic: 0, bridge: 0 };
    const spec = bridging([], [input(1, on), input(2, join), input(3, join), input(4, on)], [1, 2]);
    const { records, world } = runTraced(spec, STEP_NS);
    const features = records.filter((r) => r.kind === 'featureChange');
    expect(features.map((r) => [FEATURES[r.a], r.b, r.reason])).toEqual([
      ['large-receive-offload', 0, 'lroBridge'],
    ]);
    expect(world.nics[0].features['large-receive-offload']).toBe(true);
    expect(world.hosts[0].bridges[0]).toMatchObject({ ports: [1, 2, 0], mac: mac('b0') });
  });

  it('a port moves from one bridge to the other, and takes what was learnt with it', () => {
    const spec = bridging([{ port: 0, dmac: mac('02'), smac: mac('01') }], [], [0, 1]);
    spec.hosts[0].bridges?.push({ name: 'br1', ports: [2] });
    const w = createWorld(spec);
    advance(w, 2 * STEP_NS);
    const [br0, br1] = w.hosts[0].bridges;
    expect(Object.keys(br0.fdb).sort()).toEqual([mac('01'), mac('b0'), mac('b1')]);
    joinBridge(w, w.nics[0], 1, 0);
    expect(Object.keys(br0.fdb)).toEqual([mac('b1')]);
    expect([br0.mac, br1.mac, br1.ports]).toEqual([mac('b1'), mac('b0'), [2, 0]]);
    leaveBridge(w, w.nics[0]);
    leaveBridge(w, w.nics[2]);
    expect([br1.ports, br1.mac, Object.keys(br1.fdb)]).toEqual([[], '00:00:00:00:00:00', []]);
  });
});

/** Eight segments of a connection, from one station to another behind the bridge. */
function train(setup: Change[]): WorldSpec {
  const spec = bridging([], [], [0, 1]);
  const builder = createTrafficBuilder(8);
  for (let i = 0; i < 8; i += 1)
    builder.add(
      1000 + i * 1300,
      makeFrame({
        dmac: '02:00:00:00:00:02',
        smac: '02:00:00:00:00:01',
        src: '10.0.0.1',
        dst: '10.0.0.2',
        dport: 5001,
        seq: 1000 + 1448 * i,
        ipId: 100 + i,
        ttl: 64,
        payloadLen: 1448,
      }),
    );
  spec.hosts[0].nics = spec.hosts[0].nics.map((nic) => ({ ...nic, mtu: 1500 }));
  return {
    ...spec,
    traffic: [playOnce(builder.finish())],
    setup: setup.map((change) => ({ host: 0, change })),
  };
}

describe('a train through a bridge', () => {
  const lro: Change = { type: 'feature', nic: 0, name: 'large-receive-offload', on: true };
  const tso: Change = { type: 'feature', nic: 1, name: 'tx-tcp-segmentation', on: false };

  /** Frames that have come in and those that have left, as hex. */
  function frames(spec: WorldSpec): { came: string[]; left: string[] } {
    const w = createWorld(spec);
    const seen = { came: [] as string[], left: [] as string[] };
    w.tap = (world, point, nic, slot) => {
      if (point !== Point.wireIn && point !== Point.wireOut) return;
      for (const { bytes } of framesAt(world, point, nic, slot))
        (point === Point.wireIn ? seen.came : seen.left).push(Buffer.from(bytes).toString('hex'));
    };
    advance(w, STEP_NS);
    expect([imbalance(w), txImbalance(w), w.pool.used]).toEqual([0, 0, 0]);
    return seen;
  }

  it('leaves as it came, whether the card cuts or software does', () => {
    for (const setup of [[], [tso]]) {
      const run = runTraced(train(setup), STEP_NS);
      const of = (kind: string) => run.records.filter((r) => r.kind === kind);
      // the first had an interrupt of its own
      expect(of('bridgeForward').map((r) => [r.reason, r.b])).toEqual([
        ['bridgeOut', 1],
        ['bridgeOut', 7],
      ]);
      // 14 + 40 + 1448
      expect(run.world.nics[1].counters).toMatchObject({ tx_packets: 8, tx_bytes: 8 * 1502 });
      expect(of('gsoSegment').length).toBe(setup.length === 0 ? 0 : 7);
      const { came, left } = frames(train(setup));
      expect(came.length).toBe(8);
      expect(left).toEqual(came);
    }
  });

  it('bridgeLro: what LRO has joined ends here', () => {
    const run = runTraced(train([lro]), STEP_NS);
    expect(run.records.filter((r) => r.kind === 'drop').map((r) => [r.reason, r.a])).toEqual([
      ['bridgeLro', 7],
    ]);
    expect(run.world.nics[1].counters.tx_packets).toBe(1);
  });
});

describe('any world with a bridge', () => {
  const worlds = arbitraryWorld.filter(({ hosts }) => hosts.some(({ bridges }) => bridges !== undefined));

  it('keeps its balances, and goes on from a keyframe as it would have', () => {
    fc.assert(
      fc.property(worlds, fc.integer({ min: 1, max: RUN_NS }), (spec, half) => {
        const w = createWorld(spec);
        advance(w, half);
        const later = copyWorld(w);
        const [a, b] = [traced(w), traced(later)];
        advance(w, RUN_NS);
        advance(later, RUN_NS);
        expect(a.bytes()).toEqual(b.bytes());
        expect([imbalance(w), txImbalance(w), linkImbalance(w), forgottenSoftirqs(w)]).toEqual([0, 0, 0, 0]);
      }),
      { numRuns: 20 },
    );
  }, 300_000);
});
