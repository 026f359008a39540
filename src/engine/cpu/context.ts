/**
 * What a CPU is doing and for how long. A CPU works at one of three levels (task, softirq, hardirq); a higher level stops a
 * lower one, whose time left is kept and goes on later. The CPU's actor on the agenda is the end of the item at work.
 */
import { Ctx } from '../../catalog/contexts.ts';
import { cancel, schedule } from '../clock/agenda.ts';
import { type Cpu, LEVEL_SOFTIRQ, LEVEL_TASK, type World } from '../world.ts';

/** Changes the context and adds up the time of the one that ends. */
export function setContext(w: World, cpu: Cpu, ctx: number): void {
  cpu.ctxNs[cpu.ctx] += w.now - cpu.ctxSince;
  cpu.ctxSince = w.now;
  cpu.ctx = ctx;
}

/** `b` of a record that changes the context: context | task << 8. */
export function contextArg(cpu: Cpu): number {
  const ofTask = cpu.ctx >= Ctx.ksoftirqd && cpu.ctx !== Ctx.idle;
  return cpu.ctx | ((ofTask ? cpu.current : 0) << 8);
}

/** Cycles as whole ns of this CPU's clock; what is left below a ns is carried to the next item. */
export function cyclesToNs(cpu: Cpu, cycles: number): number {
  const total = Math.round(cycles * 1000) + cpu.cycleRem;
  const ns = Math.floor(total / cpu.mhz);
  cpu.cycleRem = total - ns * cpu.mhz;
  return ns;
}

/** Puts cycles of an item that begins down to a part of the kernel (catalog/work-parts). @returns them */
export function spend(cpu: Cpu, part: number, cycles: number): number {
  cpu.partCycles[part] += cycles;
  return cycles;
}

/** Begins an item of so many cycles at the present level: what it consists of has been put down by `spend`. */
export function startWork(w: World, cpu: Cpu, cycles: number): void {
  schedule(w.agenda, cpu.actor, w.now + cyclesToNs(cpu, cycles));
}

export function startWorkNs(w: World, cpu: Cpu, ns: number): void {
  schedule(w.agenda, cpu.actor, w.now + ns);
}

/** Stops the item at work, keeping what is left of it at its level. */
export function suspend(w: World, cpu: Cpu): void {
  if (cpu.waitingSince >= 0) {
    // it spins: no end known
    cpu.lockWaitNs += w.now - cpu.waitingSince;
    cpu.waitingSince = -1;
    cpu.leftNs[cpu.level] = Number.POSITIVE_INFINITY;
    return;
  }
  const end = w.agenda.time[cpu.actor];
  cpu.leftNs[cpu.level] = end === Number.POSITIVE_INFINITY ? -1 : end - w.now;
}

/** True while a softirq run at its own level (not in ksoftirqd) has been interrupted or is at work. */
export function softirqBelow(cpu: Cpu): boolean {
  return cpu.leftNs[LEVEL_SOFTIRQ] >= 0;
}

/** Goes back to the highest level that was interrupted. The caller has set the context. */
export function resumeLevel(w: World, cpu: Cpu): void {
  const level = softirqBelow(cpu) ? LEVEL_SOFTIRQ : LEVEL_TASK;
  cpu.level = level;
  const left = cpu.leftNs[level];
  cpu.leftNs[level] = -1;
  if (left === Number.POSITIVE_INFINITY) cpu.waitingSince = w.now;
  if (left >= 0) schedule(w.agenda, cpu.actor, w.now + left);
  else cancel(w.agenda, cpu.actor);
}

/** Context of the level that resumeLevel would go back to. */
export function contextBelow(cpu: Cpu): number {
  return softirqBelow(cpu) ? Ctx.softirq : cpu.taskCtx;
}

/** One CPU of the host more, or fewer, that handles softirqs. */
export function countSoftirq(w: World, cpu: Cpu, by: number): void {
  const host = w.hosts[cpu.host];
  host.softirqNow += by;
  if (host.softirqNow > host.softirqMost) host.softirqMost = host.softirqNow;
}
