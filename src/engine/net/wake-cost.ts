/**
 * What waking a reader costs whoever brings it data, beside the protocol: its CPU's run queue has to come out of that CPU's cache.
 * An idle CPU that watches its flag (mwait) needs no interrupt besides. Source: kernel/sched.c try_to_wake_up, resched_task, v2.6.35.
 * Left out: wake-ups for anything but data (room to send, timers, NAPI threads), lines of the task itself.
 */
import { remoteExtra } from '../cpu/node.ts';
import type { Cpu, World } from '../world.ts';

/** Cycles that it takes where this skb's reader sleeps on another CPU. */
export function wakeCost(w: World, cpu: Cpu, slot: number): number {
  const { wakeOther } = w.fixed.hosts[cpu.host].profile;
  if (wakeOther === 0) return 0;
  const { socket } = w.fixed.flows[w.pool.flow[slot]];
  if (socket === 0 || w.pool.totalPayload[slot] === 0) return 0;
  const { waiter } = w.sockets[socket - 1];
  if (waiter === 0) return 0;
  const target = w.cpus[w.tasks[waiter - 1].cpu];
  if (target === cpu) return 0;
  return target.node === cpu.node ? wakeOther : wakeOther + remoteExtra(w, cpu, wakeOther);
}
