import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryWorld, RUN_NS } from '../../testing/arbitrary-world.ts';
import { appSpec, udpRate, worldSpec } from '../../testing/specs.ts';
import { runTraced, traced } from '../../testing/trace.ts';
import { advance } from '../advance.ts';
import { createWorld } from '../create.ts';
import { metric } from '../metrics/metric-table.ts';
import type { WorldSpec } from '../spec.ts';
import type { Cpu, World } from '../world.ts';
import { acquireLock, lockWaitNs, releaseLock, tryLock, waitUntilFree } from './lock.ts';

/** Four CPUs that nothing is asked of, with the one lock of a 2.2 kernel. server3g: a lock costs 37 cycles, far 237. */
function fourCpus(): { w: World; cpus: Cpu[] } {
  const w = createWorld(worldSpec({ kernel: '2.2.16', cpus: 4, traffic: [], apps: [] }));
  return { w, cpus: w.cpus };
}

/** ns of so many cycles at 3 GHz. */
const ns = (cycles: number): number => Math.floor((cycles * 1000) / 3000);
const ends = (w: World, cpu: Cpu): number => w.agenda.time[cpu.actor];

describe('a spinlock', () => {
  it('lockFree: is taken at once, for the price of an uncontended one', () => {
    const { w, cpus } = fourCpus();
    const [lock] = w.locks;
    acquireLock(w, cpus[0], lock, 300, 0);
    expect(lock.holder).toBe(0);
    expect(ends(w, cpus[0])).toBe(ns(337));
    expect([lock.acquisitions, lock.contended]).toEqual([1, 0]);
  });

  it('costs more where another CPU has its cache line', () => {
    const { w, cpus } = fourCpus();
    const [lock] = w.locks;
    expect(tryLock(w, cpus[0], lock, 0)).toBe(true);
    releaseLock(w, cpus[0], lock);
    acquireLock(w, cpus[1], lock, 300, 0);
    expect(ends(w, cpus[1])).toBe(ns(537));
  });

  it('lockHeld, lockHandedOver: others spin and get it in the order they asked', () => {
    const { w, cpus } = fourCpus();
    const trace = traced(w);
    const [lock] = w.locks;
    acquireLock(w, cpus[0], lock, 3000, 0);
    w.now = 100;
    acquireLock(w, cpus[2], lock, 600, 0);
    w.now = 200;
    acquireLock(w, cpus[1], lock, 600, 0);
    expect(ends(w, cpus[2])).toBe(Number.POSITIVE_INFINITY);
    w.now = 1000;
    releaseLock(w, cpus[0], lock);
    expect(lock.holder).toBe(2);
    expect(ends(w, cpus[2])).toBe(1000 + ns(837));
    expect(ends(w, cpus[1])).toBe(Number.POSITIVE_INFINITY);
    w.now = 2000;
    releaseLock(w, cpus[2], lock);
    expect(lock.holder).toBe(1);
    expect([lockWaitNs(w, cpus[0]), lockWaitNs(w, cpus[1]), lockWaitNs(w, cpus[2])]).toEqual([0, 1800, 900]);
    expect([lock.acquisitions, lock.contended, lock.waitNs, lock.holdNs]).toEqual([3, 2, 2700, 2000]);
    const records = trace.read();
    const [first, wait2, wait1, release, second] = records;
    expect([wait2.kind, wait2.reason, wait2.cause, wait2.a, wait2.b]).toEqual([
      'lockWait',
      'lockHeld',
      first.seq,
      0,
      1,
    ]);
    expect([wait1.cause, wait1.b]).toEqual([first.seq, 2]);
    expect([release.reason, release.cause, release.a, release.b]).toEqual([
      'lockPassedOn',
      first.seq,
      1000,
      2,
    ]);
    expect([second.reason, second.cause, second.a, second.b]).toEqual([
      'lockHandedOver',
      release.seq,
      900,
      0,
    ]);
  });

  it('lockWatched: synchronize_bh waits without taking it, and goes before the next holder', () => {
    const { w, cpus } = fourCpus();
    const trace = traced(w);
    const [lock] = w.locks;
    waitUntilFree(w, cpus[3], lock, 300);
    expect(ends(w, cpus[3])).toBe(100);
    acquireLock(w, cpus[0], lock, 3000, 0);
    waitUntilFree(w, cpus[1], lock, 300);
    acquireLock(w, cpus[2], lock, 300, 0);
    w.now = 500;
    releaseLock(w, cpus[0], lock);
    expect(lock.holder).toBe(2);
    // fetching the line and its own work
    expect(ends(w, cpus[1])).toBe(500 + ns(500));
    expect(
      trace
        .read()
        .slice(-2)
        .map((r) => [r.kind, r.cpu, r.a]),
    ).toEqual([
      ['lockPassed', 1, 500],
      ['lockAcquired', 2, 500],
    ]);
  });

  it('lockFreed: nobody has it in the end', () => {
    const { w, cpus } = fourCpus();
    const [lock] = w.locks;
    acquireLock(w, cpus[0], lock, 0, 0);
    releaseLock(w, cpus[0], lock);
    expect(lock.holder).toBe(-1);
    expect(tryLock(w, cpus[1], lock, 0)).toBe(true);
    expect(tryLock(w, cpus[2], lock, 0)).toBe(false);
  });

  it('is refused to the CPU that has it: it would wait for itself', () => {
    const { w, cpus } = fourCpus();
    const [lock] = w.locks;
    acquireLock(w, cpus[0], lock, 0, 0);
    expect(() => acquireLock(w, cpus[0], lock, 0, 0)).toThrow('holds kernel_flag and wants it again');
  });
});

/** Two readers on two CPUs of a kernel with one lock, both with much to copy; the interrupts go where they are told. */
function twoReaders(kernel: string): WorldSpec {
  const base = worldSpec({
    kernel,
    cpus: 3,
    nic: { driver: 'igb', rxUsecs: 0, affinity: [1] },
    traffic: [0, 1].map((i) =>
      udpRate({
        ratePps: 200_000,
        template: { ...udpRate().template, dport: 7000 + i, payloadLen: 1400 },
      }),
    ),
    apps: [
      appSpec({ name: 'one', cpu: 1, sockets: [0], syscallNs: 5000 }),
      appSpec({ name: 'two', cpu: 2, sockets: [1], syscallNs: 5000 }),
    ],
  });
  const [host] = base.hosts;
  const sockets = [7000, 7001].map((port) => ({
    name: `s${port}`,
    proto: 'udp' as const,
    address: '*',
    port,
  }));
  return { ...base, hosts: [{ ...host, sockets }] };
}

describe('the kernel lock of 2.2', () => {
  it('lets one CPU into recvmsg at a time; 2.4 lets them both', () => {
    const old = runTraced(twoReaders('2.2.16'), 5_000_000).world;
    expect(metric(old, 'lock.h1.kernel_flag.contended')).toBeGreaterThan(100);
    expect(metric(old, 'cpu.h1.2.wait.share')).toBeGreaterThan(0.05);
    const later = runTraced(twoReaders('2.4.18'), 5_000_000).world;
    expect(later.locks).toEqual([]);
    expect(metric(later, 'waitShare')).toBe(0);
  });

  it('is still wanted, and may become its own, while an interrupt has the spinner away', () => {
    const { world, records } = runTraced(twoReaders('2.2.16'), 10_000_000);
    const inHardirq = new Set<number>();
    let away = 0;
    for (const r of records) {
      if (r.kind === 'hardirqEnter') inHardirq.add(r.cpu);
      else if (r.kind === 'hardirqExit') inHardirq.delete(r.cpu);
      else if (r.reason === 'lockHandedOver' && inHardirq.has(r.cpu)) away += 1;
    }
    expect(away).toBeGreaterThan(0);
    // waiting is spinning: the interrupts' time is not in it
    const cpu = world.cpus[1];
    expect(lockWaitNs(world, cpu)).toBeLessThan(world.locks[0].waitNs);
    const contexts = ['hardirq', 'softirq', 'ksoftirqd', 'napi-thread', 'syscall', 'task', 'idle'];
    const sum = contexts.reduce((n, name) => n + (metric(world, `cpu.h1.1.${name}.ns`) ?? 0), 0);
    expect(sum).toBe(world.now);
    expect(
      (metric(world, 'cpu.h1.1.busy.ns') ?? 0) +
        (metric(world, 'cpu.h1.1.wait.ns') ?? 0) +
        (metric(world, 'cpu.h1.1.idle.ns') ?? 0),
    ).toBe(world.now);
  });
});

describe('any world’s locks', () => {
  it('are held by one CPU at most, handed on in the order of asking, with every wait caused by the holder’s taking it', () => {
    fc.assert(
      fc.property(arbitraryWorld, (spec) => {
        const { records } = runTraced(spec, RUN_NS);
        const holder = new Map<number, { cpu: number; seq: number }>();
        const line = new Map<number, number[]>();
        for (const r of records) {
          const queue = line.get(r.place) ?? [];
          line.set(r.place, queue);
          if (r.kind === 'lockWait') {
            expect([holder.get(r.place)?.cpu, holder.get(r.place)?.seq]).toEqual([r.a, r.cause]);
            if (r.reason === 'lockHeld') queue.push(r.cpu);
          } else if (r.kind === 'lockAcquired') {
            expect(holder.has(r.place)).toBe(false);
            if (r.reason === 'lockHandedOver') expect(queue.shift()).toBe(r.cpu);
            else expect(queue).toEqual([]);
            holder.set(r.place, { cpu: r.cpu, seq: r.seq });
          } else if (r.kind === 'lockRelease') {
            expect([holder.get(r.place)?.cpu, holder.get(r.place)?.seq]).toEqual([r.cpu, r.cause]);
            holder.delete(r.place);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it('cost each CPU no more than it was there: what spins adds up to what it waited', () => {
    fc.assert(
      fc.property(arbitraryWorld, fc.integer({ min: 1, max: RUN_NS }), (spec, until) => {
        const w = createWorld(spec);
        advance(w, until);
        for (const cpu of w.cpus) {
          const spins = [...cpu.spinLock].filter((lock) => lock >= 0);
          for (const lock of spins)
            expect([...w.locks[lock].queue, ...w.locks[lock].watchers]).toContain(cpu.index);
          if (cpu.waitingSince >= 0) expect(ends(w, cpu)).toBe(Number.POSITIVE_INFINITY);
        }
        for (const lock of w.locks) expect(lock.queue.length === 0 || lock.holder >= 0).toBe(true);
      }),
      { numRuns: 25 },
    );
  });
});
