/** Every cycle that a CPU works is put down to one part of the kernel. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ctx } from '../../catalog/contexts.ts';
import { Part, WORK_PARTS } from '../../catalog/work-parts.ts';
import { arbitraryWorld, RUN_NS } from '../../testing/arbitrary-world.ts';
import { appSpec, udpRate, worldSpec } from '../../testing/specs.ts';
import { runTraced } from '../../testing/trace.ts';
import { costProfiles } from '../cost.ts';
import { contextNs } from '../metrics/metric-table.ts';
import type { WorldSpec } from '../spec.ts';
import type { Cpu, World } from '../world.ts';
import { lockWaitNs } from './lock.ts';

/** Without what applications compute by themselves (TLS in user space, too): that is given as time. */
const kernelOnly = (spec: WorldSpec): WorldSpec => ({
  ...spec,
  hosts: spec.hosts.map((host) => ({
    ...host,
    sockets: host.sockets.map(({ tls, ...sock }) => ({
      ...sock,
      ...(tls === undefined ? {} : { tls: { ...tls, tx: 'kernel', rx: 'kernel' } }),
    })),
    apps: host.apps.map((app) => ({ ...app, workNs: 0, workNsPerByte: 0, syscallNs: 0, spin: false })),
  })),
});

/** Work begun and not over yet, ns: at work, interrupted below, or to be done once a lock is had. */
function begun(w: World, cpu: Cpu): number {
  let ns = 0;
  const end = w.agenda.time[cpu.actor];
  if (end !== Number.POSITIVE_INFINITY) ns += end - w.now;
  for (const left of cpu.leftNs) if (left > 0 && left !== Number.POSITIVE_INFINITY) ns += left;
  cpu.spinLock.forEach((lock, level) => {
    if (lock >= 0) ns += (cpu.spinCycles[level] * 1000) / cpu.mhz;
  });
  return ns;
}

describe('cycles by part', () => {
  it('are those that the profile gives: an interrupt, a frame to its socket, a read', () => {
    const spec = worldSpec({});
    spec.hosts[0].sockets = [{ name: 'udp', proto: 'udp', address: '*', port: 7000 }];
    spec.hosts[0].apps = [appSpec({ sockets: [0] })];
    const { world, records } = runTraced(spec, 10_000_000);
    const of = (kind: string): number => records.filter((r) => r.kind === kind).length;
    const switches = records.filter((r) => r.kind === 'schedSwitch' && (r.b & 0xff) !== Ctx.idle).length;
    const { partCycles } = world.cpus[0];
    const p = costProfiles.server3g;
    const frames = of('pollFrame');
    expect(frames).toBeGreaterThan(0);
    expect(partCycles[Part.skb]).toBe(frames * p.skbAlloc);
    expect(partCycles[Part.tcpip]).toBe(frames * (p.ipRcv + p.udpRcv));
    expect(partCycles[Part.sched]).toBe(switches * p.contextSwitch);
    expect(partCycles[Part.calls]).toBe(of('recv') * p.recvmsg);
    expect(partCycles[Part.oldStack]).toBe(0);
  });

  it('an interrupt that the end of a poll lets in takes its own time, too', () => {
    // frames 1.25 us apart come while NAPI is being completed
    const spec = worldSpec({ nic: { rxUsecs: 0 }, apps: [], traffic: [udpRate({ ratePps: 800_000 })] });
    const { world, records } = runTraced(spec, 2_000_000);
    const entered = records.filter((r) => r.kind === 'hardirqEnter').length;
    const left = records.filter((r) => r.kind === 'hardirqExit').length;
    expect(entered - left).toBeLessThanOrEqual(1);
    expect(records.filter((r) => r.kind === 'napiComplete').length).toBeGreaterThan(500);
    // 1500 cycles at 3 GHz each; one may be under way
    const ns = contextNs(world, world.cpus[0], Ctx.hardirq);
    expect(ns).toBeGreaterThanOrEqual(500 * left);
    expect(ns).toBeLessThanOrEqual(500 * entered);
  });

  it('add up to what each CPU has worked, in any world', () => {
    fc.assert(
      fc.property(arbitraryWorld, (any) => {
        const spec = kernelOnly(any);
        const { world: w, records } = runTraced(spec, RUN_NS);
        for (const cpu of w.cpus) {
          const { profile } = w.fixed.hosts[cpu.host];
          const wakes = records.filter(
            (r) => r.kind === 'schedSwitch' && r.cpu === cpu.index && r.a === 0 && (r.b & 0xff) !== Ctx.idle,
          );
          const parts = WORK_PARTS.reduce((sum, _, i) => sum + (cpu.partCycles[i] * 1000) / cpu.mhz, 0);
          const busy = w.now - contextNs(w, cpu, Ctx.idle) - lockWaitNs(w, cpu);
          const kernel = busy + begun(w, cpu) - wakes.length * profile.idleWakeNs;
          expect(Math.abs(parts - kernel)).toBeLessThan(2);
        }
      }),
      { numRuns: 25 },
    );
  }, 180_000);
});
