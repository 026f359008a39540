/** TCP in the card: what its firmware does, what it costs, and what the kernel does not see. */
import { describe, expect, it } from 'vitest';
import { Point } from '../../../catalog/capture-points.ts';
import { MAC, appSpec, udpRate, worldSpec } from '../../../testing/specs.ts';
import { linkWay, nicSpec } from '../../../testing/specs.ts';
import { runTraced } from '../../../testing/trace.ts';
import { advance } from '../../advance.ts';
import { imbalance, linkImbalance, txImbalance } from '../../conservation.ts';
import { createWorld } from '../../create.ts';
import { metric } from '../../metrics/metric-table.ts';
import { makeFrame } from '../../packet/frame.ts';
import type { LinkFaults, StreamSpec, ToeSpec, WorldSpec } from '../../spec.ts';

const TOE: ToeSpec = {
  clockMhz: 100,
  segmentCycles: 100,
  ackCycles: 50,
  connections: 64,
  memoryBytes: 262_144,
  firewall: 'bypassed',
};
const FAR_MAC = '02:00:00:00:00:2b';

interface Options {
  near?: Partial<ToeSpec>;
  far?: Partial<ToeSpec>;
  stream?: Partial<StreamSpec>;
  faults?: Partial<LinkFaults>;
  firewall?: 'raw-drop' | 'filter-drop';
  replyBytes?: number;
  untilNs?: number;
}

/** The first host writes to the second one's socket over a cable of 1 Gbit/s. */
function specOf(options: Options): WorldSpec {
  const { near, far, replyBytes } = options;
  const spec = worldSpec({ kernel: '6.12' });
  const [host] = spec.hosts;
  const card = (mac: string, address: string, own: Partial<ToeSpec> | undefined) =>
    nicSpec({
      mac,
      addresses: [address],
      linkBps: 1_000_000_000,
      queues: 1,
      ...(own === undefined ? {} : { toe: { ...TOE, ...own } }),
    });
  const stream: StreamSpec = {
    socket: 0,
    nic: 0,
    template: makeFrame({
      smac: MAC,
      dmac: FAR_MAC,
      proto: 6,
      src: '10.30.0.1',
      dst: '10.30.0.2',
      sport: 40_000,
      dport: 5999,
      payloadLen: 0,
    }),
    flows: 1,
    writeBytes: 65_536,
    count: 8,
    ratePps: null,
    answerBytes: 0,
    close: false,
    nodelay: false,
    cork: false,
    maxSegBytes: 0,
    startNs: 0,
    stopNs: 1e9,
    ...options.stream,
  };
  const writer = appSpec({ name: 'writer', sockets: [0] });
  writer.stream = stream;
  const reader = appSpec({ name: 'reader', sockets: [0] });
  if (replyBytes !== undefined) reader.replyBytes = replyBytes;
  const way = (faults: Partial<LinkFaults>) => {
    const made = linkWay({ delayNs: 5000 });
    return { ...made, faults: { ...made.faults, ...faults } };
  };
  return {
    ...spec,
    traffic: [],
    hosts: [
      {
        ...host,
        id: 'h1',
        nics: [card(MAC, '10.30.0.1', near)],
        sockets: [{ name: 'out', proto: 'tcp', address: '*', port: 39_999, acks: true }],
        apps: [writer],
      },
      {
        ...host,
        id: 'h2',
        nics: [card(FAR_MAC, '10.30.0.2', far)],
        sockets: [{ name: 'in', proto: 'tcp', address: '*', port: 5999, acks: true }],
        apps: [reader],
        ...(options.firewall === undefined ? {} : { firewall: options.firewall }),
      },
    ],
    links: [
      {
        name: 'cable',
        ends: [
          { host: 0, nic: 0 },
          { host: 1, nic: 0 },
        ],
        ways: [way(options.faults ?? {}), way({})],
      },
    ],
  };
}

function run(options: Options) {
  const made = runTraced(specOf(options), options.untilNs ?? 50_000_000);
  expect([imbalance(made.world), txImbalance(made.world), linkImbalance(made.world)]).toEqual([0, 0, 0]);
  return { ...made, m: (name: string) => metric(made.world, name) as number };
}

const BYTES = 8 * 65_536;

describe('a card that runs TCP', () => {
  it('brings every byte to the reader, and the kernel counts nothing', () => {
    const { m, world } = run({ far: {} });
    expect(m('app.h2.reader.bytes')).toBe(BYTES);
    const moved = Object.entries(world.hosts[1].snmp).filter(([, n]) => n !== 0);
    expect(moved).toEqual([]);
    expect(m('layer.h2.stackIn')).toBe(0);
    expect(m('layer.h2.qdisc')).toBe(0);
    expect(m('queue.h2.eth0.0.packets')).toBe(0);
    // ACKs of the other end told the sender that all has come
    expect(m('toe.h2.eth0.toe_rx_segs')).toBe(m('layer.h2.wireIn'));
    expect(m('toe.h2.eth0.toe_rx_segs')).toBe(m('snmp.h1.TcpOutSegs'));
    expect(world.nics[1].toe?.snmp.TcpOutSegs).toBe(m('toe.h2.eth0.toe_tx_segs'));
  });

  it('works on one segment after the other, each for as long as its clock says', () => {
    const { records } = run({ far: { clockMhz: 10, segmentCycles: 300, ackCycles: 100 } });
    const at = records.filter((r) => r.kind === 'toeSegment');
    const done = at.filter((r) => r.reason === 'toeInOrder');
    // 300 cycles at 10 MHz are 30 us, an ACK 10 us
    const syn = at[0];
    const answered = records.find((r) => r.kind === 'consumed' && r.packet === syn.packet);
    expect(syn.reason).toBe('toeIdle');
    expect((answered?.timeNs ?? 0) - syn.timeNs).toBe(30_000);
    const gaps = done.slice(1).map((d, i) => d.timeNs - done[i].timeNs);
    expect(Math.min(...gaps)).toBe(30_000);
    expect(gaps).toContain(40_000);
  });

  it('is at work for segments times cycles, no matter how fast the host is', () => {
    const { m, world } = run({ far: {} });
    const { counters } = world.nics[1].toe as NonNullable<(typeof world.nics)[1]['toe']>;
    // 100 cycles at 100 MHz are 1 us, an ACK half of it; a SYN-ACK is a segment without data
    const ns = counters.toe_rx_segs * 1000 + counters.toe_tx_acks * 500;
    expect(m('toe.h2.eth0.busyShare') * world.now).toBeCloseTo(ns, 3);
  });

  it('loses what its memory has no room for; the sender sends it again (toeMemoryFull)', () => {
    const { m, world } = run({
      far: { segmentCycles: 3000, memoryBytes: 20_000 },
      untilNs: 5_000_000_000,
    });
    expect(m('dropped.toe-memory-full')).toBeGreaterThan(0);
    expect(m('toe.h2.eth0.toe_drops')).toBe(m('dropped'));
    // 20,000 bytes are 13 frames of 1514
    expect(m('toe.h2.eth0.toe_waiting_most')).toBe(13);
    expect(m('snmp.h1.TcpRetransSegs')).toBeGreaterThanOrEqual(m('toe.h2.eth0.toe_drops'));
    expect(m('app.h2.reader.bytes')).toBe(BYTES);
    expect(world.nics[1].toe?.memory).toBe(0);
  });

  it('keeps what is beyond a hole in its memory, and tells of it with SACK', () => {
    const { m, records, world } = run({
      far: {},
      faults: { script: [{ nth: 20, of: 'data', act: 'lose' }] },
    });
    const reasons = records.filter((r) => r.kind === 'toeSegment').map((r) => r.reason);
    expect(reasons).toContain('toeHeld');
    expect(reasons).toContain('toeHoleFilled');
    expect(records.filter((r) => r.kind === 'tcpSacked').length).toBeGreaterThan(0);
    expect(world.nics[1].toe?.snmp.TcpExtTCPOFOQueue).toBeGreaterThan(0);
    expect(m('snmp.h2.TcpExtTCPOFOQueue')).toBe(0);
    expect(m('app.h2.reader.bytes')).toBe(BYTES);
  });

  it('keeps half of its memory free for the segment that is missing (toeHoleFull)', () => {
    const { m, world } = run({
      far: { memoryBytes: 20_000, clockMhz: 1000 },
      faults: { script: [{ nth: 20, of: 'data', act: 'lose' }] },
      untilNs: 5_000_000_000,
    });
    expect(m('dropped.toe-hole-full')).toBeGreaterThan(0);
    // six frames of 1514 are less than 10,000 bytes, seven are more
    expect(m('toe.h2.eth0.toe_waiting_most')).toBeLessThanOrEqual(13);
    expect(m('app.h2.reader.bytes')).toBe(BYTES);
    expect(world.nics[1].toe?.memory).toBe(0);
  });

  it('its connection’s segments are nobody’s where they come by another card (toeElsewhere)', () => {
    const spec = specOf({ far: {} });
    const [near, far] = spec.hosts;
    const stream = near.apps.find((app) => app.stream !== undefined)?.stream;
    if (stream === undefined) throw new Error('no stream');
    far.nics.push(nicSpec({ name: 'eth1', mac: FAR_MAC, addresses: ['10.31.0.2'], queues: 1 }));
    spec.traffic = [
      udpRate({
        host: 1,
        nic: 1,
        template: { ...stream.template, payloadLen: 100 },
        startNs: 2_000_000,
        count: 1,
      }),
    ];
    const { world } = runTraced(spec, 50_000_000);
    expect(metric(world, 'dropped.toe-elsewhere')).toBe(1);
    expect(metric(world, 'app.h2.reader.bytes')).toBe(BYTES);
  });

  it('throws away a segment with a wrong checksum, unseen by the kernel (toeChecksum)', () => {
    const { m } = run({ far: {}, faults: { script: [{ nth: 20, of: 'data', act: 'damage-l4' }] } });
    expect(m('toe.h2.eth0.toe_csum_errors')).toBe(1);
    expect(m('dropped.toe-checksum')).toBe(1);
    expect(m('snmp.h2.TcpInCsumErrors')).toBe(0);
    expect(m('app.h2.reader.bytes')).toBe(BYTES);
  });

  it('tells the host of many segments with one interrupt and few completions', () => {
    const { m, records } = run({ far: {} });
    const interrupts = m('toe.h2.eth0.toe_interrupts');
    expect(interrupts).toBeLessThan(m('toe.h2.eth0.toe_rx_segs') / 3);
    const raised = records.filter((r) => r.kind === 'irqRaised' && r.reason.startsWith('toe'));
    expect(raised).toHaveLength(interrupts);
    const gaps = raised.slice(1).map((r, i) => r.timeNs - raised[i].timeNs);
    // rx-usecs of the driver
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(50_000);
  });

  it('leaves a connection to the kernel once its table is full', () => {
    const { m, records } = run({ far: { connections: 1 }, stream: { flows: 2 } });
    expect(records.filter((r) => r.kind === 'toeConnection').map((r) => r.reason)).toEqual([
      'toeTaken',
      'toeTableFull',
    ]);
    expect(m('toe.h2.eth0.toe_refused')).toBe(1);
    expect(m('snmp.h2.TcpInSegs')).toBeGreaterThan(0);
    expect(m('app.h2.reader.bytes')).toBe(2 * BYTES);
  });

  it('gives an entry back when its connection is over', () => {
    const { m, records } = run({ far: {}, near: {}, stream: { close: true, count: 1 }, replyBytes: 0 });
    expect(m('app.h2.reader.bytes')).toBe(65_536);
    const closed = records.filter((r) => r.reason === 'toeClosed').length;
    expect(m('toe.h1.eth0.connections') + m('toe.h2.eth0.connections')).toBe(2 - closed);
  });

  it('lets no firewall rule see its packets, unless its driver respects it', () => {
    for (const firewall of ['raw-drop', 'filter-drop'] as const) {
      const blind = run({ far: {}, firewall });
      expect(blind.m('app.h2.reader.bytes')).toBe(BYTES);
      expect(blind.m('dropped')).toBe(0);
      const seen = run({ far: { firewall: 'respected' }, firewall, untilNs: 20_000_000 });
      expect(seen.m('app.h2.reader.bytes')).toBe(0);
      expect(seen.m('toe.h2.eth0.toe_refused')).toBe(1);
      expect(seen.m('dropped')).toBe(1);
    }
  });

  it('hides its packets from the host’s taps; the cable shows them all', () => {
    const w = createWorld(specOf({ far: {} }));
    const seen: Record<number, number> = {};
    w.tap = (_w, point, nic) => {
      if (nic === 1) seen[point] = (seen[point] ?? 0) + 1;
    };
    advance(w, 50_000_000);
    expect(seen[Point.wireIn]).toBe(w.nics[1].counters.rx_packets);
    expect(seen[Point.wireOut]).toBe(w.nics[1].counters.tx_packets);
    expect(seen[Point.driverIn]).toBeUndefined();
    expect(seen[Point.stackIn]).toBeUndefined();
    expect(seen[Point.driverOut]).toBeUndefined();
    expect(seen[Point.appIn]).toBeGreaterThan(0);
  });

  it('sends, too: the host pays for the call and the copy, the firmware cuts, times out and sends again', () => {
    const faults = { script: [{ nth: 30, of: 'data' as const, act: 'lose' as const }] };
    const { m, world } = run({ near: {}, faults });
    expect(m('app.h2.reader.bytes')).toBe(BYTES);
    expect(Object.entries(world.hosts[0].snmp).filter(([, n]) => n !== 0)).toEqual([]);
    expect(world.nics[0].toe?.snmp.TcpRetransSegs).toBe(1);
    expect(m('toe.h1.eth0.toe_tx_segs')).toBe(m('layer.h1.wireOut'));
    expect(m('layer.h1.driverOut')).toBe(0);
    const kernel = run({ faults });
    expect(m('cpu.h1.0.busy.ns')).toBeLessThan(kernel.m('cpu.h1.0.busy.ns'));
  });

  it('loses nothing of the data that open a connection, in the card or in the kernel', () => {
    // the ACK of the handshake is lost: the first data acknowledge the SYN-ACK
    const faults = { script: [{ nth: 2, of: 'empty' as const, act: 'lose' as const }] };
    for (const far of [{}, undefined]) {
      const { m } = run({ ...(far === undefined ? {} : { far }), faults });
      expect(m('app.h2.reader.bytes')).toBe(BYTES);
      expect(m('dropped')).toBe(0);
    }
  });

  it('takes requests and answers over connections that both cards run', () => {
    const { m } = run({
      near: {},
      far: {},
      stream: { writeBytes: 700, answerBytes: 300, count: 20 },
      replyBytes: 300,
    });
    expect(m('app.h2.reader.bytes')).toBe(14_000);
    expect(m('app.h1.writer.bytes')).toBe(6000);
    expect(m('snmp.h1.TcpInSegs') + m('snmp.h2.TcpInSegs')).toBe(0);
  });
});
