import { describe, expect, it } from 'vitest';
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import { lockWaitNs } from '../engine/cpu/lock.ts';
import { RecordWriter } from '../engine/records.ts';
import { appSpec, udpRate, worldSpec } from '../testing/specs.ts';
import { mapOf } from './scene-of.ts';
import { Series } from './series.ts';

describe('the timeline of CPUs that wait', () => {
  it('shows all of their waiting, in bins and in exact spans', () => {
    const base = worldSpec({
      kernel: '2.2.16',
      cpus: 3,
      nic: { driver: 'igb', rxUsecs: 0, affinity: [1] },
      traffic: [0, 1].map((i) =>
        udpRate({ ratePps: 150_000, template: { ...udpRate().template, dport: 7000 + i, payloadLen: 1400 } }),
      ),
      apps: [appSpec({ name: 'one', cpu: 1, sockets: [0] }), appSpec({ name: 'two', cpu: 2, sockets: [1] })],
    });
    const sockets = [7000, 7001].map((port) => ({
      name: `s${port}`,
      proto: 'udp' as const,
      address: '*',
      port,
    }));
    const w = createWorld({ ...base, hosts: [{ ...base.hosts[0], sockets }] });
    const series = new Series(mapOf(w, 'test'), 0, 3_000_000, 100, w, true);
    w.writer = new RecordWriter((buffer, count) => series.consume(new DataView(buffer), count));
    advance(w, 3_000_000);
    w.writer.flush();
    const timeline = series.timeline(3_000_000);
    for (const cpu of w.cpus) {
      const spans = timeline.spans?.filter((s) => s.cpu === cpu.index && s.lock >= 0) ?? [];
      expect(spans.reduce((ns, s) => ns + s.toNs - s.fromNs, 0)).toBe(lockWaitNs(w, cpu));
      let binned = 0;
      for (let i = 0; i < 700; i += 1) {
        const waits = timeline.waitNs?.[cpu.index * 700 + i] ?? 0;
        expect(waits).toBeLessThanOrEqual(timeline.contextNs[cpu.index * 700 + i]);
        binned += waits;
      }
      expect(binned / Math.max(1, lockWaitNs(w, cpu))).toBeCloseTo(lockWaitNs(w, cpu) > 0 ? 1 : 0, 3);
    }
    expect(lockWaitNs(w, w.cpus[1]) + lockWaitNs(w, w.cpus[2])).toBeGreaterThan(100_000);
  });
});
