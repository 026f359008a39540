/** The schedulers' rules with values by hand. */
import { describe, expect, it } from 'vitest';
import { Ctx } from '../../catalog/contexts.ts';
import { appSpec, udpRate, worldSpec } from '../../testing/specs.ts';
import { runTraced, type TraceRecord } from '../../testing/trace.ts';
import { advance } from '../advance.ts';
import { createWorld } from '../create.ts';
import type { WorldSpec } from '../spec.ts';
import { SCHED_CFS, SCHED_EEVDF, type Task, type World } from '../world.ts';
import { dequeueCurrent, pickNext, placeWoken, schedTunables, wakeDecision } from './fair.ts';
import { Reason } from '../../catalog/reasons.ts';

const MS = 1_000_000;
const spin = (name: string) => appSpec({ name, sockets: [], spin: true, cpu: 0 });
const reader = (partial = {}) => appSpec({ sockets: [0], cpu: 0, ...partial });

function shared(
  kernel: string,
  partial: Partial<WorldSpec> & Parameters<typeof worldSpec>[0] = {},
): WorldSpec {
  return worldSpec({ kernel, cpus: 1, hz: 1000, traffic: [], apps: [spin('a'), spin('b')], ...partial });
}

const switches = (records: TraceRecord[]) => records.filter((r) => r.kind === 'schedSwitch');
const decisions = (records: TraceRecord[]) =>
  records.filter((r) => r.kind === 'schedDecision' && r.timeNs > 20 * MS).map((r) => r.reason);

/** A world and its two spinning tasks, the first one on the CPU, nothing having run yet. */
function two(kernel: string): { w: World; a: Task; b: Task } {
  const w = createWorld(shared(kernel));
  const [a, b] = w.tasks.filter((t) => t.kind === 'app');
  w.cpus[0].current = a.id;
  a.state = 'running';
  return { w, a, b };
}

describe('tunables', () => {
  it('grow with 1 + ilog2 of the CPUs, eight at most', () => {
    expect([1, 2, 3, 4, 8, 64].map((cpus) => schedTunables(SCHED_EEVDF, 750_000, cpus).sliceNs)).toEqual([
      750_000, 1_500_000, 1_500_000, 2_250_000, 3_000_000, 3_000_000,
    ]);
    expect(schedTunables(SCHED_EEVDF, 700_000, 8).sliceNs).toBe(2_800_000);
    // six cores: 1 + 2
    expect(schedTunables(SCHED_CFS, 0, 6)).toMatchObject({
      latencyNs: 18 * MS,
      minGranularityNs: 2_250_000,
      wakeupGranularityNs: 3 * MS,
    });
  });
});

describe('two tasks that compute', () => {
  const times = (kernel: string, untilNs: number, hz = 1000) =>
    switches(runTraced(shared(kernel, { hz }), untilNs).records)
      .slice(1)
      .map((r) => [r.timeNs / MS, r.reason]);

  it('EEVDF: a slice of 0.75 ms is over at the next tick', () => {
    expect(times('6.12', 4.5 * MS)).toEqual([1, 2, 3, 4].map((ms) => [ms, 'sliceUsed']));
    expect(times('6.12', 9 * MS, 250)).toEqual([4, 8].map((ms) => [ms, 'sliceUsed']));
  });

  it('CFS: half of a latency of 6 ms, exceeded at the fourth tick', () => {
    expect(times('5.1', 9 * MS)).toEqual([4, 8].map((ms) => [ms, 'sliceUsed']));
  });

  it('before 2.6.23: turns of 60 ms', () => {
    expect(times('2.4.18', 130 * MS, 100)).toEqual([60, 120].map((ms) => [ms, 'sliceUsed']));
  });

  it('get half of the CPU each, whichever scheduler', () => {
    for (const [kernel, error] of [
      ['6.12', 0.01],
      ['6.6', 0.01],
      ['5.1', 0.02],
    ] as const) {
      const w = createWorld(shared(kernel, { hz: 250 }));
      advance(w, 400 * MS);
      const [a, b] = w.tasks.filter((t) => t.kind === 'app');
      expect(Math.abs(a.ranNs - b.ranNs) / (400 * MS), kernel).toBeLessThan(error);
    }
  });
});

describe('a woken task', () => {
  /** A reader that sleeps until a frame comes at 20 ms, beside a task that computes. */
  const beside = (kernel: string, apps = [reader(), spin('a')]) =>
    runTraced(shared(kernel, { apps, traffic: [udpRate({ count: 1, startNs: 20 * MS })] }), 22 * MS);

  it('EEVDF: preemptDeadline, its deadline is the earliest and it has had no more than its share', () => {
    const { records } = beside('6.12');
    expect(decisions(records)).toEqual(['preemptDeadline']);
    const after = switches(records).filter((r) => r.timeNs > 20 * MS);
    expect(after.map((r) => r.reason)).toEqual(['preempted', 'slept']);
  });

  it('CFS: preemptVruntime, further behind than the wake-up granularity', () => {
    expect(decisions(beside('5.1').records)).toEqual(['preemptVruntime']);
  });

  it('2.4: wakeTakesTurns', () => {
    const { records } = beside('2.4.18');
    expect(decisions(records)).toEqual(['wakeTakesTurns']);
    expect(switches(records).filter((r) => r.timeNs > 20 * MS)).toEqual([]);
  });

  it('computes on where it was preempted: no computing is lost or made', () => {
    // 5 ms of computing after one read; the other reader takes the CPU from it again and again
    const apps = [reader({ workNs: 5 * MS }), reader({ sockets: [1] })];
    const spec = shared('6.12', { apps, traffic: [udpRate({ count: 1, startNs: 1 * MS })] });
    const tcp = { ...udpRate({ count: 20, ratePps: 5000, startNs: 2 * MS }) };
    tcp.template = { ...tcp.template, proto: 6, dport: 5001, tcpFlags: 0x10 };
    spec.traffic.push(tcp);
    const { world, records } = runTraced(spec, 20 * MS);
    expect(switches(records).filter((r) => r.reason === 'preempted').length).toBeGreaterThan(10);
    const switching = switches(records).filter((r) => (r.b & 255) === Ctx.task).length;
    // 3000 cycles a switch at 3 GHz, and 1 µs more each time the CPU was idle
    const idle = switches(records).filter((r) => r.a === 0).length;
    expect(world.cpus[0].ctxNs[Ctx.task]).toBe(5 * MS + switching * 1000 + idle * 1000);
  });

  it('CFS: wakeWithinGranularity, not far enough behind', () => {
    const { w, a, b } = two('5.1');
    a.vruntime = 900_000;
    w.cpus[0].runQueue = [b.id];
    expect(wakeDecision(w, w.cpus[0], b)).toBe(Reason.wakeWithinGranularity);
    a.vruntime = 1_000_001;
    expect(wakeDecision(w, w.cpus[0], b)).toBe(Reason.preemptVruntime);
  });

  it('CFS: long sleep is worth half a latency', () => {
    const { w, b } = two('5.1');
    w.cpus[0].minVruntime = 50 * MS;
    placeWoken(w, w.cpus[0], b);
    expect(b.vruntime).toBe(47 * MS);
  });

  it('EEVDF: wakeNotEligible, wakeSliceKept and wakeDeadlineLater leave the CPU to the running task', () => {
    const { w, a, b } = two('6.12');
    const [cpu] = w.cpus;
    cpu.runQueue = [b.id];
    // the average is 1.5 ms
    [a.vruntime, a.deadline] = [1 * MS, 3 * MS];
    [b.vruntime, b.deadline] = [2 * MS, 2.75 * MS];
    expect(wakeDecision(w, cpu, b)).toBe(Reason.wakeNotEligible);
    [b.vruntime, b.deadline] = [1 * MS, 2 * MS];
    a.protect = a.deadline;
    expect(wakeDecision(w, cpu, b)).toBe(Reason.wakeSliceKept);
    a.protect = 0;
    expect(wakeDecision(w, cpu, b)).toBe(Reason.preemptDeadline);
    b.deadline = 4 * MS;
    expect(wakeDecision(w, cpu, b)).toBe(Reason.wakeDeadlineLater);
  });

  it('CFS: tickFarAhead takes the CPU from a task that ran less than its slice, but is far ahead', () => {
    // the reader is woken within the granularity of a task that has run 2.25 ms or more since it got the CPU
    const spec = shared('5.1', { apps: [spin('a'), spin('b')] });
    const w = createWorld(spec);
    advance(w, 4.5 * MS);
    const [a, b] = w.tasks.filter((t) => t.kind === 'app');
    const waits = a.state === 'runnable' ? a : b;
    waits.vruntime -= 40 * MS;
    w.cpus[0].minVruntime = 0;
    const trace: number[] = [];
    for (let seq = w.seq; w.now < 6.5 * MS; seq = w.seq) {
      advance(w, 7 * MS, seq + 1);
      trace.push(w.cpus[0].reschedReason);
    }
    expect(trace).toContain(Reason.tickFarAhead);
  });
});

describe('EEVDF, a task that falls asleep', () => {
  it('is owed later what it was owed: lag is kept', () => {
    const { w, a, b } = two('6.6');
    const [cpu] = w.cpus;
    cpu.runQueue = [b.id];
    [a.vruntime, b.vruntime] = [3 * MS, 4 * MS];
    dequeueCurrent(w, cpu, a, true);
    // average 3.5 ms
    expect(a.vlag).toBe(500_000);
    cpu.current = b.id;
    cpu.runQueue = [];
    placeWoken(w, cpu, a);
    // one task of 4 ms there: twice the lag, so that half a millisecond of it is left once it has joined
    expect(a.vruntime).toBe(3 * MS);
  });

  it('from 6.12 stays counted where it had more than its share, and leaves once others have caught up', () => {
    const { w, a, b } = two('6.12');
    const [cpu] = w.cpus;
    cpu.runQueue = [b.id];
    [a.vruntime, b.vruntime] = [4 * MS, 3 * MS];
    dequeueCurrent(w, cpu, a, true);
    expect([a.delayed, cpu.delayed]).toEqual([true, [a.id]]);
    // b runs, and is chosen as long as it is behind
    cpu.current = 0;
    b.deadline = 9 * MS;
    expect([pickNext(w, cpu), a.delayed]).toEqual([b.id, true]);
    b.vruntime = 4 * MS;
    expect([pickNext(w, cpu), a.delayed, a.vlag]).toEqual([b.id, false, 0]);
    // before 6.12 it left at once, with its debt
    const old = two('6.6');
    old.w.cpus[0].runQueue = [old.b.id];
    [old.a.vruntime, old.b.vruntime] = [4 * MS, 3 * MS];
    dequeueCurrent(old.w, old.w.cpus[0], old.a, true);
    expect([old.a.delayed, old.a.vlag]).toEqual([false, -500_000]);
  });
});

describe('who pays for a softirq', () => {
  /** One task computes while 100 000 frames a second are received and dropped on its CPU. */
  const charged = (irqTimeAccounting: boolean) => {
    const spec = shared('6.12', {
      apps: [spin('a')],
      config: { vlan8021q: true, irqTimeAccounting },
      traffic: [udpRate({ ratePps: 100_000 })],
    });
    spec.hosts[0].sockets = [];
    const w = createWorld(spec);
    advance(w, 20 * MS);
    const [task] = w.tasks.filter((t) => t.kind === 'app');
    // charged up to the last look at the clock, which another task's waking is
    return { ran: task.ranNs, w };
  };

  it('the interrupted task, unless the kernel accounts for interrupt time', () => {
    for (const accounting of [false, true]) {
      const { w } = charged(accounting);
      const [cpu] = w.cpus;
      const [task] = w.tasks.filter((t) => t.kind === 'app');
      const other = w.cpus[0].ctxNs[Ctx.hardirq] + w.cpus[0].ctxNs[Ctx.softirq];
      expect(other).toBeGreaterThan(1 * MS);
      const open = cpu.ctx === Ctx.task ? w.now - cpu.ctxSince : 0;
      const computed = cpu.ctxNs[Ctx.task] + open;
      // the first microsecond, waking the CPU, is before the task's time
      expect(clockOf(w, task)).toBe(accounting ? computed - 1000 : computed - 1000 + other);
    }
  });
});

function clockOf(w: World, task: Task): number {
  const [cpu] = w.cpus;
  const irq = w.fixed.spec.config.irqTimeAccounting ? cpu.ctxNs[Ctx.hardirq] + cpu.ctxNs[Ctx.softirq] : 0;
  return task.ranNs + w.now - irq - cpu.execStart;
}
