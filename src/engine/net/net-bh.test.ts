import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryWorld, RUN_NS } from '../../testing/arbitrary-world.ts';
import { appSpec, nicSpec, udpRate, worldSpec } from '../../testing/specs.ts';
import { runTraced, type TraceRecord } from '../../testing/trace.ts';
import { makeFrame } from '../packet/frame.ts';
import { metric } from '../metrics/metric-table.ts';
import type { WorldSpec } from '../spec.ts';

/** Cards of 100 Mbit/s, each with its interrupt on a CPU of its own (as far as there are), and a reader for each. */
function server(kernel: string, cpus: number, cards: number, ratePps: number, proto = 17): WorldSpec {
  const base = worldSpec({ kernel, hz: 100, cpus, apps: [] });
  const nics = Array.from({ length: cards }, (_, i) =>
    nicSpec({
      name: `eth${i}`,
      driver: 'tulip',
      mac: `02:00:00:00:00:0${i + 1}`,
      addresses: [`10.0.${i}.2`],
      linkBps: 100_000_000,
      ringSize: 64,
      affinity: [i % cpus],
    }),
  );
  return {
    ...base,
    hosts: [
      {
        ...base.hosts[0],
        profile: 'p3-700',
        nics,
        sockets: nics.map((_, i) => ({
          name: `s${i}`,
          proto: proto === 6 ? ('tcp' as const) : ('udp' as const),
          address: '*',
          port: 7000 + i,
        })),
        apps: nics.map((_, i) => appSpec({ name: `app${i}`, cpu: i % cpus, sockets: [i] })),
      },
    ],
    traffic: nics.map((nic, i) =>
      udpRate({
        nic: i,
        ratePps,
        startNs: i * 1000,
        template: makeFrame({
          dmac: nic.mac,
          proto,
          src: '10.0.9.1',
          dst: `10.0.${i}.2`,
          sport: 4000,
          dport: 7000 + i,
          payloadLen: 18,
          tcpFlags: 0x10,
        }),
      }),
    ),
  };
}

const at = (records: TraceRecord[], kind: string, reason: string): TraceRecord[] =>
  records.filter((r) => r.kind === kind && r.reason === reason);

describe('the bottom half of 2.2', () => {
  it('bhMarked, bhRuns, bhLoop, bhTakes, bhEmptied: one frame on its way through it', () => {
    const spec = server('2.2.16', 1, 1, 1000);
    const { records } = runTraced(spec, 900_000);
    const way = records
      .filter((r) =>
        [
          'backlogQueue',
          'bhMark',
          'hardirqExit',
          'netRxAction',
          'backlogTake',
          'netRxDone',
          'softirqExit',
        ].includes(r.kind),
      )
      .map((r) => `${r.kind} ${r.reason}`);
    expect(way).toEqual([
      'backlogQueue backlogShared',
      'bhMark bhMarked',
      'hardirqExit bhRuns',
      'netRxAction bhLoop',
      'backlogTake bhTakes',
      'netRxDone bhEmptied',
      'softirqExit bhDone',
    ]);
  });

  it('bhElsewhere: a CPU that finds it running elsewhere does not wait', () => {
    const { records, world } = runTraced(server('2.2.16', 4, 4, 9000), 20_000_000);
    const skips = at(records, 'hardirqExit', 'bhElsewhere');
    expect(skips.length).toBeGreaterThan(50);
    for (const skip of skips) {
      const next = records.find((r) => r.seq > skip.seq && r.cpu === skip.cpu && r.kind !== 'lockAcquired');
      expect(next?.kind).not.toBe('softirqEnter');
    }
    // system calls look at the mark on their way out as well
    expect(world.hosts[0].bottomHalf?.skips).toBeGreaterThanOrEqual(skips.length);
    expect(metric(world, 'softirqCpusMost')).toBe(1);
    const later = runTraced(server('2.4.18', 4, 4, 9000), 20_000_000).world;
    expect(metric(later, 'softirqCpusMost')).toBeGreaterThan(2);
  });

  it('takes up what other CPUs queue: the interrupts’ CPU is not the packet’s', () => {
    const { records } = runTraced(server('2.2.16', 4, 4, 9000), 20_000_000);
    const queuedBy = new Map(at(records, 'backlogQueue', 'backlogShared').map((r) => [r.packet, r.cpu]));
    const takes = at(records, 'backlogTake', 'bhTakes');
    expect(takes.some((r) => queuedBy.get(r.packet) !== r.cpu)).toBe(true);
    // in the order they were queued, whatever the card
    const order = at(records, 'backlogQueue', 'backlogShared').map((r) => r.packet);
    expect(takes.map((r) => r.packet)).toEqual(order.slice(0, takes.length));
  });

  it('backlogFull, backlogDropping: 301 fit, then nothing does until it is empty', () => {
    // four cards of 12 000: 48 000 a second; one CPU takes up 1 / 21.5 us = 46 600 at most, less its own interrupts
    const { records, world } = runTraced(server('2.2.16', 4, 4, 20_000), 200_000_000);
    const queued = records.filter((r) => r.kind === 'backlogQueue');
    expect(Math.max(...queued.map((r) => r.a))).toBe(301);
    const full = at(records, 'drop', 'backlogFull');
    const dropping = at(records, 'drop', 'backlogDropping');
    expect(full.length).toBeGreaterThan(0);
    expect(dropping.length).toBeGreaterThan(full.length);
    expect(world.hosts[0].bottomHalf?.rxDropped).toBe(full.length + dropping.length);
    // the card's own counter knows nothing of it
    for (const nic of world.nics) expect(nic.counters.rx_dropped).toBe(0);
    let isDropping = false;
    for (const r of records) {
      if (r.reason === 'backlogFull') isDropping = true;
      else if (r.reason === 'bhEmptied') isDropping = false;
      else if (r.kind === 'backlogQueue' && isDropping) expect(r.a).toBe(1);
      if (r.kind === 'backlogQueue') isDropping = false;
    }
  });

  it('bhTimeUp, bhLeftMarked: after more than a jiffy it marks itself again and leaves', () => {
    const { records } = runTraced(server('2.2.16', 4, 4, 20_000), 200_000_000);
    const ends = at(records, 'netRxDone', 'bhTimeUp');
    expect(ends.length).toBeGreaterThan(2);
    for (const end of ends) {
      const begin = records.findIndex((r) => r.seq === end.cause);
      const jiffiesHeld =
        Math.floor(end.timeNs / 10_000_000) - Math.floor(records[begin].timeNs / 10_000_000);
      expect(jiffiesHeld).toBe(2);
    }
    expect(at(records, 'softirqExit', 'bhLeftMarked').length).toBeGreaterThan(0);
  });

  it('timerTick: a mark that nobody looks at is found by the clock’s interrupt', () => {
    // the second handler marks it while it runs: the loop takes that packet too, the mark stays, and nothing else happens
    const server2 = server('2.2.16', 2, 2, 1000);
    const spec = { ...server2, hosts: [{ ...server2.hosts[0], apps: [] }] };
    let found: TraceRecord[] | null = null;
    for (let shift = 2_000; shift < 60_000 && found === null; shift += 1000) {
      const traffic = spec.traffic.map((t, i) => ({ ...t, startNs: i * shift, count: 1 }));
      const { records } = runTraced({ ...spec, traffic } as WorldSpec, 30_000_000);
      if (at(records, 'hardirqEnter', 'timerTick').length > 0) found = records;
    }
    expect(found).not.toBeNull();
    const tick = (found ?? []).find((r) => r.reason === 'timerTick');
    expect(tick?.timeNs).toBe(10_000_000);
    expect((found ?? []).filter((r) => r.kind === 'socketQueue').length).toBe(2);
  });

  it('lockWatched: TCP’s recvmsg waits for it with the kernel lock in hand; UDP’s does not', () => {
    const tcp = runTraced(server('2.2.16', 4, 4, 6000, 6), 30_000_000).records;
    expect(at(tcp, 'lockWait', 'lockWatched').length).toBeGreaterThan(0);
    const udp = runTraced(server('2.2.16', 4, 4, 6000), 30_000_000).records;
    expect(at(udp, 'lockWait', 'lockWatched')).toEqual([]);
  });

  it('bhAtSyscallExit, bhInSchedule: a mark is looked at on the way out of the kernel too', () => {
    const reasons = new Set(
      runTraced(server('2.2.16', 4, 4, 11_000), 100_000_000)
        .records.filter((r) => r.kind === 'softirqEnter')
        .map((r) => r.reason),
    );
    expect(reasons).toContain('bhAtIrqExit');
    expect(reasons.has('bhAtSyscallExit') || reasons.has('bhInSchedule')).toBe(true);
  });

  it('callDone: the other system calls take the kernel lock as well', () => {
    const spec = server('2.2.16', 2, 2, 4000);
    const apps = spec.hosts[0].apps.map((app) => ({ ...app, syscallNs: 50_000 }));
    const { records, world } = runTraced({ ...spec, hosts: [{ ...spec.hosts[0], apps }] }, 50_000_000);
    expect(at(records, 'syscallExit', 'callDone').length).toBeGreaterThan(100);
    expect(metric(world, 'lock.h1.kernel_flag.contended')).toBeGreaterThan(50);
    // two CPUs, each 200 calls of 50 us a 10 ms and more: the lock is held at least that long
    expect(metric(world, 'lock.h1.kernel_flag.holdNs')).toBeGreaterThan(
      50_000 * at(records, 'syscallExit', 'callDone').length,
    );
  });
});

describe('any world of 2.2', () => {
  // what a scenario of that kernel may not have
  const worlds = arbitraryWorld.filter(({ hosts }) =>
    hosts.every(
      ({ nics, bridges, apps }) =>
        bridges === undefined &&
        nics.every(({ tunnel }) => tunnel === undefined) &&
        apps.every(({ stream }) => stream === undefined),
    ),
  );

  it('has at most one CPU a host in the bottom half, and none of its packets is taken up by two', () => {
    fc.assert(
      fc.property(worlds, (spec) => {
        // a packet queue to user space came with netfilter
        const hosts = spec.hosts.map(({ firewall: _, ...host }) => host);
        const { records, world } = runTraced({ ...spec, hosts, kernel: '2.2.16' }, RUN_NS);
        const runs = new Map<number, number>();
        for (const r of records) {
          const host = world.cpus[r.cpu]?.host ?? -1;
          if (r.kind === 'softirqEnter') {
            expect(runs.get(host)).toBeUndefined();
            runs.set(host, r.cpu);
          } else if (r.kind === 'softirqExit') {
            expect(runs.get(host)).toBe(r.cpu);
            runs.delete(host);
          } else if (r.kind === 'backlogTake') expect(r.cpu).toBe(runs.get(host));
        }
      }),
      { numRuns: 25 },
    );
  });
});
