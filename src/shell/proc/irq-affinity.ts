/** /proc/irq/N/smp_affinity, and smp_affinity_list since 3.0. Source: kernel/irq/proc.c, v6.12; errors seen on a running 6.18. */
import { hasSetting } from '../../catalog/kernels.ts';
import type { RxQueue } from '../../engine/world.ts';
import { type CpuSet, parseCpuList, parseCpuMask, printCpuList, printCpuMask } from '../cpu-list.ts';
import { affinityOf } from '../host.ts';
import type { Ctx } from '../types.ts';
import type { VirtualFile, Written } from './files.ts';

export function irqFiles(ctx: Ctx, queue: RxQueue): VirtualFile[] {
  const { cpus } = ctx.fixed;
  const now = affinityOf(ctx, queue);
  const write = (set: CpuSet): Written => {
    if (!set.ok) return { ok: false, errno: set.error, hint: cpuHint(cpus) };
    if (set.cpus.length === 0) return { ok: false, errno: 'EINVAL', hint: cpuHint(cpus) };
    if (printCpuList(set.cpus) === printCpuList(now)) return { ok: true, changes: [] };
    const { firstCpu } = ctx.fixed;
    return {
      ok: true,
      changes: [{ type: 'irq-affinity', irq: queue.irq, cpus: set.cpus.map((cpu) => firstCpu + cpu) }],
    };
  };
  const mask: VirtualFile = {
    path: `/proc/irq/${queue.irq}/smp_affinity`,
    read: () => `${printCpuMask(now, cpus)}\n`,
    write: (text) => write(parseCpuMask(text, cpus)),
  };
  if (!hasSetting(ctx.kernel, 'affinity')) return [mask];
  return [
    mask,
    {
      path: `/proc/irq/${queue.irq}/smp_affinity_list`,
      read: () => `${printCpuList(now)}\n`,
      write: (text) => write(parseCpuList(text, cpus)),
    },
  ];
}

export function cpuHint(cpus: number): string {
  return cpus === 1 ? 'this host has CPU 0 only' : `this host has CPUs 0-${cpus - 1}`;
}
