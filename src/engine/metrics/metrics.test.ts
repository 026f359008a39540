import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkedSpec, linkSpec, linkWay, tcpTrains, udpRate, worldSpec } from '../../testing/specs.ts';
import { advance } from '../advance.ts';
import { createWorld } from '../create.ts';
import { addLatency, createLatency, mergeLatency, percentile } from './latency.ts';
import { metric, METRICS } from './metric-table.ts';
import { reportOf } from './report.ts';

describe('latency histogram', () => {
  it('knows every percentile within 1/32', () => {
    const values = fc.array(fc.oneof(fc.nat(100), fc.nat(100_000), fc.nat(2 ** 39)), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.constantFrom(0.01, 0.5, 0.9, 0.99, 1), (list, p) => {
        const h = createLatency();
        for (const value of list) addLatency(h, value);
        const sorted = [...list].sort((a, b) => a - b);
        const exact = sorted[Math.max(0, Math.ceil(p * list.length) - 1)];
        expect(Math.abs(percentile(h, p) - exact)).toBeLessThanOrEqual(Math.max(0, exact / 32));
      }),
    );
  });

  it('adds up', () => {
    const a = createLatency();
    const b = createLatency();
    for (let i = 0; i < 100; i += 1) addLatency(i < 50 ? a : b, i * 1000);
    mergeLatency(a, b);
    expect(a.count).toBe(100);
    expect(percentile(a, 0.5)).toBeGreaterThan(47_000);
    expect(percentile(createLatency(), 0.5)).toBe(0);
  });
});

describe('metrics', () => {
  const world = createWorld(worldSpec({ traffic: [udpRate({ count: 100 }), tcpTrains({ count: 160 })] }));
  advance(world, 10_000_000);

  it('are numbers, on a world at rest too', () => {
    const fresh = createWorld(worldSpec());
    for (const w of [world, fresh])
      for (const { name } of METRICS) expect([name, Number.isFinite(metric(w, name))]).toEqual([name, true]);
  });

  it('have one name each and say what they are', () => {
    expect(new Set(METRICS.map((row) => row.name)).size).toBe(METRICS.length);
    for (const row of METRICS)
      expect([row.name, row.unit !== '' && row.description !== '']).toEqual([row.name, true]);
  });

  it('reach into families, and nowhere else', () => {
    expect(metric(world, 'counter.h1.eth0.rx_packets')).toBe(260);
    expect(metric(world, 'queue.h1.eth0.0.packets')).toBe(260);
    expect(metric(world, 'snmp.h1.UdpInDatagrams')).toBe(100);
    expect(metric(world, 'cpu.h1.0.idle.share')).toBeGreaterThan(0.5);
    expect(metric(world, 'app.h1.sink.bytes')).toBe(100 * 18 + 160 * 1448);
    expect(metric(world, 'app.h1.sink.lastReadNs')).toBe(
      world.tasks.find((t) => t.name === 'sink')?.lastReadNs,
    );
    expect(metric(createWorld(worldSpec()), 'app.h1.sink.lastReadNs')).toBe(-1);
    for (const name of [
      'nothing',
      'cpu.h1.9.idle.ns',
      'queue.h1.eth0.toString',
      'snmp.h1.constructor',
      'app.h2.x.y',
      '',
    ])
      expect(metric(world, name)).toBeUndefined();
  });
});

describe('links', () => {
  const way = linkWay({ rateBps: 100_000_000, faults: { script: [{ nth: 2, of: 'data', act: 'lose' }] } });
  const world = createWorld(
    linkedSpec({ link: linkSpec(way), send: { count: 5 }, bytes: 1000, replyBytes: 30 }),
  );
  advance(world, 10_000_000);

  it('are measured a direction at a time, by the host it leaves and its own name', () => {
    expect(metric(world, 'link.h1.cable.put')).toBe(5);
    expect(metric(world, 'link.h1.cable.lost')).toBe(1);
    expect(metric(world, 'link.h2.cable.put')).toBe(4);
    expect(metric(world, 'linkLost')).toBe(1);
    // 1042 bytes and 24, at 80 ns a byte: five of them in 10 ms
    expect(metric(world, 'link.h1.cable.busyShare')).toBeCloseTo((5 * 1066 * 80) / 10_000_000, 9);
    expect(metric(world, 'link.h1.cable.air.dataShare')).toBe(0);
    for (const name of ['link.h1.other.put', 'link.h3.cable.put', 'link.h1.cable.toString', 'link.h1.cable'])
      expect([name, metric(world, name)]).toEqual([name, undefined]);
  });

  it('stand in the report with what they lost, and why', () => {
    const [there, back] = reportOf(world).links;
    expect(there).toMatchObject({
      link: 'cable',
      from: 'h1',
      to: 'h2',
      put: 5,
      arrived: 4,
      lost: 1,
      underway: 0,
    });
    expect(there.drops).toEqual([{ reason: 'link-loss-scripted', count: 1 }]);
    expect(back).toMatchObject({ from: 'h2', to: 'h1', put: 4, arrived: 4, drops: [] });
  });
});

describe('reportOf', () => {
  it('balances, and its CPU times add up to the simulated time', () => {
    const world = createWorld(
      worldSpec({ nic: { ringSize: 64 }, traffic: [udpRate({ ratePps: 5_000_000 })] }),
    );
    for (const until of [0, 12_345, 1_000_000, 2_000_001]) {
      advance(world, until);
      const report = reportOf(world);
      const { arrived, delivered, dropped, merged, inFlight } = report.packets;
      expect(arrived).toBe(delivered + dropped + merged + inFlight);
      expect(report.drops.reduce((n, d) => n + d.count, 0)).toBe(dropped);
      for (const cpu of report.cpus) expect(Object.values(cpu.ns).reduce((a, b) => a + b, 0)).toBe(until);
    }
    expect(reportOf(world).drops).toContainEqual({
      host: 'h1',
      place: 'socket',
      reason: 'socket-full',
      count: expect.any(Number),
    });
  });
});

describe('layers', () => {
  it('count each layer of a host; between two hosts the wire has the same frames', () => {
    const w = createWorld(linkedSpec({ bytes: 1000, replyBytes: 100 }));
    advance(w, 5_000_000);
    const of = (host: string, name: string) => metric(w, `layer.${host}.${name}`) ?? -1;
    expect(of('h1', 'wireOut')).toBeGreaterThan(0);
    expect(of('h2', 'wireIn')).toBe(metric(w, 'counter.h2.eth0.rx_packets'));
    expect(of('h1', 'ipOut')).toBe(metric(w, 'snmp.h1.IpOutRequests'));
    expect(of('h1', 'qdisc')).toBe(of('h1', 'ipOut'));
    expect(of('h1', 'sends') + of('h2', 'sends')).toBe(metric(w, 'sends'));
    expect(of('h1', 'cuts')).toBe(0);
    expect(metric(w, 'layer.h1.other')).toBeUndefined();
    expect(metric(w, 'layer.h1')).toBeUndefined();
    const report = reportOf(w);
    expect(report.layers.map(({ host }) => host)).toEqual(['h1', 'h2']);
    expect(report.layers[0].counts.wireOut).toBe(of('h1', 'wireOut'));
  });
});
