/**
 * /proc/stat and /proc/uptime. Times in ticks of a hundredth of a second (USER_HZ), whatever HZ is: runs are short, so mpstat tells more.
 * Source: fs/proc/stat.c, fs/proc/uptime.c, v6.12. Of stat there are the lines the model knows: cpu, btime.
 */
import { addTimes, cpuTimes, NO_TIME, type CpuTimes } from '../cpu-times.ts';
import { cpusOf } from '../host.ts';
import type { Ctx } from '../types.ts';

const TICK_NS = 10_000_000;

export function statText(ctx: Ctx): string {
  const times = cpusOf(ctx).map((cpu) => cpuTimes(cpu, ctx.world.now));
  const row = (name: string, t: CpuTimes): string => {
    const ticks = (ns: number): number => Math.floor(ns / TICK_NS);
    // user nice system idle iowait irq softirq steal guest guest_nice
    const values = [
      ticks(t.user),
      0,
      ticks(t.system),
      ticks(t.idle),
      0,
      ticks(t.irq),
      ticks(t.softirq),
      0,
      0,
      0,
    ];
    return `${name} ${values.join(' ')}\n`;
  };
  const all = times.reduce((sum, t) => addTimes(sum, t), NO_TIME);
  return `${row('cpu ', all)}${times.map((t, i) => row(`cpu${i}`, t)).join('')}btime 0\n`;
}

export function uptimeText(ctx: Ctx): string {
  const seconds = (ns: number): string => (Math.floor(ns / TICK_NS) / 100).toFixed(2);
  const idle = cpusOf(ctx).reduce((sum, cpu) => sum + cpuTimes(cpu, ctx.world.now).idle, 0);
  return `${seconds(ctx.world.now)} ${seconds(idle)}\n`;
}
