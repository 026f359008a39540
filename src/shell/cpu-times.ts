/**
 * A CPU's time as the kernel accounts it: what /proc/stat and mpstat call user, system, irq, softirq, idle.
 * ksoftirqd's time counts as softirq (irqtime_account_process_tick, and account_system_time by in_serving_softirq); a NAPI thread
 * serves no softirq, it only keeps them away: its time is system time. Source: kernel/sched/cputime.c, v6.12.
 * Nothing here is niced, waits for a disk, is stolen or runs a guest.
 */
import { Ctx as Context } from '../catalog/contexts.ts';
import type { Cpu } from '../engine/world.ts';

export interface CpuTimes {
  user: number;
  system: number;
  irq: number;
  softirq: number;
  idle: number;
}

/** @returns ns since the start, the context of now included */
export function cpuTimes(cpu: Cpu, now: number): CpuTimes {
  const ns = (context: number): number =>
    cpu.ctxNs[context] + (cpu.ctx === context ? Math.max(0, now - cpu.ctxSince) : 0);
  return {
    user: ns(Context.task),
    system: ns(Context.syscall) + ns(Context.napiThread),
    irq: ns(Context.hardirq),
    softirq: ns(Context.softirq) + ns(Context.ksoftirqd),
    idle: ns(Context.idle),
  };
}

export function addTimes(a: CpuTimes, b: CpuTimes, sign = 1): CpuTimes {
  return {
    user: a.user + sign * b.user,
    system: a.system + sign * b.system,
    irq: a.irq + sign * b.irq,
    softirq: a.softirq + sign * b.softirq,
    idle: a.idle + sign * b.idle,
  };
}

export const NO_TIME: CpuTimes = { user: 0, system: 0, irq: 0, softirq: 0, idle: 0 };
