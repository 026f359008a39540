/** Busy polling: what a reader does in place of sleeping, with values by hand. */
import { describe, expect, it } from 'vitest';
import { appSpec, udpRate, worldSpec } from '../../testing/specs.ts';
import { runTraced, type TraceRecord } from '../../testing/trace.ts';
import type { RateTraffic, WorldSpec } from '../spec.ts';

const MS = 1_000_000;
const kinds = (records: TraceRecord[], kind: string): TraceRecord[] => records.filter((r) => r.kind === kind);

function world(us: number, traffic: Partial<RateTraffic>, more: Partial<WorldSpec> = {}): WorldSpec {
  return worldSpec({
    cpus: 1,
    nic: { driver: 'mlx5_core', rxUsecs: 0, rxFrames: 0 },
    apps: [appSpec({ sockets: [0], cpu: 0 })],
    setup: [{ host: 0, change: { type: 'sysctl', name: 'net.core.busy_read', values: [us] } }],
    traffic: [udpRate(traffic)],
    ...more,
  });
}

describe('busy polling', () => {
  it('takes the NAPI, polls until there is data, and gives it back (busyPollStarts, busyPollTakes, busyPollData)', () => {
    const { world: w, records } = runTraced(world(50, { ratePps: 50_000, count: 20 }), 2 * MS);
    const ends = kinds(records, 'busyPollEnd').map((r) => r.reason);
    // the first frame comes by interrupt: the socket knows no NAPI yet; the last poll runs out of time
    expect(ends).toEqual([...Array(19).fill('busyPollData'), 'busyPollTimeout']);
    expect(w.hosts[0].snmp.TcpExtBusyPollRxPackets).toBe(19);
    expect(w.tasks.reduce((n, t) => n + t.reads, 0)).toBe(20);
    // every frame finds the vector armed still: its interrupt finds SCHED set and leaves MISSED
    expect(kinds(records, 'napiSchedule').filter((r) => r.reason === 'napiMissed').length).toBe(19);
    // given back with one more poll, after which the vector is armed
    expect(kinds(records, 'napiComplete').every((r) => r.reason === 'napiIrqOn')).toBe(true);
    expect(w.queues[0].masked).toBe(false);
  });

  it('reads sooner than a reader that must be woken', () => {
    const p50 = (us: number) => {
      const { records } = runTraced(world(us, { ratePps: 50_000, count: 20 }), 2 * MS);
      const arrived = new Map(kinds(records, 'frameArrived').map((r) => [r.packet, r.timeNs]));
      const delays = kinds(records, 'recv').map((r) => r.timeNs - (arrived.get(r.packet) ?? 0));
      return delays.sort((x, y) => x - y)[10];
    };
    // no softirq, no wake-up and no switch; the interrupt itself comes all the same
    expect(p50(50)).toBeLessThan(p50(0));
  });

  it('goes on for so many units of 1024 ns (busyPollTimeout), then the reader sleeps and interrupts wake it', () => {
    const { records } = runTraced(world(50, { ratePps: 5000, count: 3 }), 2 * MS);
    const starts = kinds(records, 'busyPollStart');
    const ends = kinds(records, 'busyPollEnd');
    expect(ends.map((r) => r.reason)).toEqual(Array(3).fill('busyPollTimeout'));
    starts.forEach((r, i) => {
      const ns = ends[i].timeNs - r.timeNs;
      // one unit more than asked at most, the last look, the last poll and its completion
      expect(ns).toBeGreaterThan(50 * 1024);
      expect(ns).toBeLessThan(52 * 1024 + 2000);
    });
    // the first frame is there before the reader looks; the others find it asleep
    expect(kinds(records, 'wakeUp').filter((r) => r.reason === 'readerAsleep')).toHaveLength(2);
  });

  it('polls eight frames at a time, and leaves the rest to a softirq', () => {
    // 40 frames back to back while the reader polls
    const { records } = runTraced(world(50, { ratePps: 14_000_000, count: 41 }), 2 * MS);
    const busy = kinds(records, 'pollStart').filter((r) => r.a === 8);
    expect(busy.length).toBeGreaterThan(0);
    expect(kinds(records, 'recv')).toHaveLength(41);
  });

  it('gives the NAPI back where another task needs the CPU (busyPollNeedResched)', () => {
    const spec = world(100_000, { ratePps: 20_000, count: 1 });
    spec.hosts[0].apps.push(appSpec({ name: 'spin', sockets: [], spin: true, cpu: 0, startNs: 1 * MS }));
    const { records } = runTraced(spec, 20 * MS);
    expect(kinds(records, 'busyPollEnd').map((r) => r.reason)).toContain('busyPollNeedResched');
    expect(kinds(records, 'schedSwitch').length).toBeGreaterThan(2);
  });

  it('is off by default, before 3.11, and for a socket that has seen no packet', () => {
    for (const spec of [
      world(0, { count: 5 }),
      world(50, { count: 5 }, { kernel: '3.10' }),
      world(50, { count: 0 }),
    ])
      expect(kinds(runTraced(spec, 1 * MS).records, 'busyPollStart')).toEqual([]);
  });

  it('SO_BUSY_POLL of the socket wins over the sysctl', () => {
    const spec = world(0, { count: 2 });
    spec.hosts[0].sockets[0].busyPollUs = 30;
    expect(kinds(runTraced(spec, 1 * MS).records, 'busyPollStart').map((r) => r.a)).toEqual([30, 30]);
  });
});
