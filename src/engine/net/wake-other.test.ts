/** What it costs the CPU that receives to wake a reader: nothing more on its own CPU, `wakeOther` on another one. */
import { describe, expect, it } from 'vitest';
import { Ctx } from '../../catalog/contexts.ts';
import { appSpec, udpRate, worldSpec } from '../../testing/specs.ts';
import { advance } from '../advance.ts';
import { costProfiles } from '../cost.ts';
import { createWorld } from '../create.ts';
import { contextNs } from '../metrics/metric-table.ts';
import type { AppSpec } from '../spec.ts';

const PACKETS = 50;

/** Time in softirqs of CPU 0, which receives, ns a packet; one packet every 200 us, so that its reader sleeps again. */
function softirqNs(app: Partial<AppSpec>, profile = 'server-2010', cpuNodes?: number[], bytes = 18): number {
  const spec = worldSpec({
    nic: { affinity: [0], numaNode: 0 },
    apps: [appSpec({ ...app })],
    traffic: [
      udpRate({ ratePps: 5000, count: PACKETS, template: { ...udpRate().template, payloadLen: bytes } }),
    ],
  });
  Object.assign(spec.hosts[0], { profile, cpuNodes });
  const w = createWorld(spec);
  advance(w, 20_000_000);
  expect(w.totals.delivered).toBe(PACKETS);
  return contextNs(w, w.cpus[0], Ctx.softirq) / PACKETS;
}

describe('a reader that sleeps', () => {
  const own = softirqNs({ cpu: 0 });
  const ns = (costProfiles['server-2010'].wakeOther * 1000) / costProfiles['server-2010'].clockMhz;

  it('on another CPU is dearer to wake: its run queue lies in that CPU’s cache', () => {
    expect(ns).toBe(950);
    expect(softirqNs({ cpu: 1 }) - own).toBeCloseTo(ns, 0);
  });

  it('on another NUMA node is dearer by that node’s factor', () => {
    const { remoteNode } = costProfiles['server-2010'];
    expect(softirqNs({ cpu: 1 }, 'server-2010', [0, 1]) - own).toBeCloseTo(remoteNode * ns, 0);
  });

  it('costs nothing apart where the profile does not know it', () => {
    expect(softirqNs({ cpu: 1 }, 'server3g')).toBeCloseTo(softirqNs({ cpu: 0 }, 'server3g'), 0);
  });

  it('is woken once: who is awake already need not be', () => {
    expect(softirqNs({ cpu: 1, spin: true })).toBeCloseTo(own, 0);
    // it reads for a second after the first packet
    expect(softirqNs({ cpu: 1, workNs: 1e9 }) - own).toBeCloseTo(ns / PACKETS, 0);
  });
});
