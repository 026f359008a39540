/**
 * Spinlocks: one CPU holds a lock, others that want it spin: they do nothing but look, in the context they are in, until it is
 * theirs. Interrupts still come through to a spinner; if the lock becomes its own meanwhile, it holds it while it is away.
 * Handed over in the order of asking, as ticket and queued spinlocks do (x86 since 2.6.25). Left out: that before them the
 * CPU won which happened to see the free lock first, often the last holder; that spinners slow the holder's memory down.
 * Source: kernel/locking/qspinlock.c, v6.12; include/asm-i386/spinlock.h, smplock.h, 2.2.16.
 *
 * How to use one: set the phase to go on at, then `acquireLock` with the cycles of work to do under it: the CPU's next event
 * comes when that work is done, with the lock held. `releaseLock` there, or after further items of work.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { cancel, schedule } from '../clock/agenda.ts';
import { emit } from '../emit.ts';
import type { Cpu, Lock, World } from '../world.ts';
import { cyclesToNs, spend, startWork } from './context.ts';
import { remoteExtra } from './node.ts';

export function createLock(index: number, host: number, name: string, place: number): Lock {
  return {
    index,
    host,
    name,
    place,
    holder: -1,
    heldSince: 0,
    heldSeq: 0,
    lastCpu: -1,
    queue: [],
    watchers: [],
    acquisitions: 0,
    contended: 0,
    waitNs: 0,
    holdNs: 0,
  };
}

const MOST_NS = 2_147_483_647;
const clamp = (ns: number): number => Math.min(ns, MOST_NS);

/**
 * Takes the lock, or gets in line for it; then works `cycles` (put down by the caller) under it. The CPU's item of work ends after that.
 * @param cause record that made this CPU want it
 * @throws Error where this CPU holds it already: it would wait for itself for ever
 */
export function acquireLock(w: World, cpu: Cpu, lock: Lock, cycles: number, cause: number): void {
  if (lock.holder < 0) {
    const cost = take(w, cpu, lock, Reason.lockFree, cause, 0, lock.lastCpu);
    startWork(w, cpu, spend(cpu, Part.lock, cost) + cycles);
    return;
  }
  lock.contended += 1;
  lock.queue.push(cpu.index);
  spin(w, cpu, lock, cycles, Reason.lockHeld, lock.queue.length);
}

/** spin_trylock: takes the lock where nobody holds it. Starts no work. @returns whether this CPU has it now */
export function tryLock(w: World, cpu: Cpu, lock: Lock, cause: number): boolean {
  if (lock.holder >= 0) return false;
  take(w, cpu, lock, Reason.lockFree, cause, 0, lock.lastCpu);
  return true;
}

/** Waits until nobody holds the lock, without taking it (synchronize_bh); then works `cycles`. */
export function waitUntilFree(w: World, cpu: Cpu, lock: Lock, cycles: number): void {
  if (lock.holder < 0 || lock.holder === cpu.index) {
    startWork(w, cpu, cycles);
    return;
  }
  lock.watchers.push(cpu.index);
  spin(w, cpu, lock, cycles, Reason.lockWatched, lock.watchers.length);
}

/** Gives the lock back: CPUs that waited for that go on, and the first in line has it. @returns the record's seq */
export function releaseLock(w: World, cpu: Cpu, lock: Lock): number {
  const held = w.now - lock.heldSince;
  const next = lock.queue.length > 0 ? lock.queue[0] : -1;
  const reason = next < 0 ? Reason.lockFreed : Reason.lockPassedOn;
  const seq = emit(w, Kind.lockRelease, lock.place, reason, cpu.index, 0, 0, lock.heldSeq, clamp(held), next);
  lock.holdNs += held;
  lock.holder = -1;
  if (lock.watchers.length > 0) {
    const { watchers } = lock;
    lock.watchers = [];
    for (const index of watchers) letPass(w, w.cpus[index], lock, seq, cpu.index);
  }
  if (next >= 0) {
    lock.queue.shift();
    handOver(w, w.cpus[next], lock, seq, cpu.index);
  }
  return seq;
}

/** @returns cycles that taking it costs */
function take(
  w: World,
  cpu: Cpu,
  lock: Lock,
  reason: number,
  cause: number,
  waited: number,
  from: number,
): number {
  const { profile } = w.fixed.hosts[cpu.host];
  const last = lock.lastCpu;
  lock.acquisitions += 1;
  lock.holder = cpu.index;
  lock.lastCpu = cpu.index;
  lock.heldSince = w.now;
  lock.heldSeq = emit(w, Kind.lockAcquired, lock.place, reason, cpu.index, 0, 0, cause, clamp(waited), from);
  return last === cpu.index || last < 0 ? profile.lock : profile.lock + transferCost(w, cpu, last);
}

/** The line of a lock comes out of the cache of CPU `last`. */
function transferCost(w: World, cpu: Cpu, last: number): number {
  const { lockTransfer } = w.fixed.hosts[cpu.host].profile;
  return w.cpus[last].node === cpu.node ? lockTransfer : lockTransfer + remoteExtra(w, cpu, lockTransfer);
}

/** Begins to spin at the CPU's present level. */
function spin(w: World, cpu: Cpu, lock: Lock, cycles: number, reason: number, inLine: number): void {
  if (lock.holder === cpu.index) throw new Error(`CPU ${cpu.index} holds ${lock.name} and wants it again`);
  const { level } = cpu;
  emit(w, Kind.lockWait, lock.place, reason, cpu.index, 0, 0, lock.heldSeq, lock.holder, inLine);
  cpu.spinLock[level] = lock.index;
  cpu.spinSince[level] = w.now;
  cpu.spinCycles[level] = cycles;
  cpu.waitingSince = w.now;
  cancel(w.agenda, cpu.actor);
}

function handOver(w: World, cpu: Cpu, lock: Lock, cause: number, from: number): void {
  const level = spinLevel(cpu, lock);
  const waited = stopSpinning(w, cpu, lock, level);
  const cost = take(w, cpu, lock, Reason.lockHandedOver, cause, waited, from);
  goOn(w, cpu, level, spend(cpu, Part.lock, cost));
}

function letPass(w: World, cpu: Cpu, lock: Lock, cause: number, from: number): void {
  const level = spinLevel(cpu, lock);
  const waited = stopSpinning(w, cpu, lock, level);
  emit(w, Kind.lockPassed, lock.place, Reason.lockHandedOver, cpu.index, 0, 0, cause, clamp(waited), from);
  goOn(w, cpu, level, spend(cpu, Part.lock, transferCost(w, cpu, from)));
}

function spinLevel(cpu: Cpu, lock: Lock): number {
  return cpu.spinLock.indexOf(lock.index);
}

/** @returns how long it has waited, interruptions included */
function stopSpinning(w: World, cpu: Cpu, lock: Lock, level: number): number {
  const waited = w.now - cpu.spinSince[level];
  cpu.spinLock[level] = -1;
  lock.waitNs += waited;
  if (cpu.level === level) {
    cpu.lockWaitNs += w.now - cpu.waitingSince;
    cpu.waitingSince = -1;
  }
  return waited;
}

/** Its work begins, or waits for the interrupt that came between to be over. */
function goOn(w: World, cpu: Cpu, level: number, cost: number): void {
  const ns = cyclesToNs(cpu, cost + cpu.spinCycles[level]);
  if (cpu.level === level) schedule(w.agenda, cpu.actor, w.now + ns);
  else cpu.leftNs[level] = ns;
}

/** Time this CPU has spent spinning, with the stretch under way. */
export function lockWaitNs(w: World, cpu: Cpu): number {
  return cpu.lockWaitNs + (cpu.waitingSince < 0 ? 0 : w.now - cpu.waitingSince);
}
