/** /sys/devices/system/node: NUMA nodes and their CPUs. Source: drivers/base/node.c, v6.12. Left out: memory, distances. */
import { printCpuList, printCpuMask } from '../cpu-list.ts';
import { cpusOfNode } from '../host.ts';
import type { Ctx } from '../types.ts';
import type { VirtualFile } from './files.ts';

export function nodeFiles(ctx: Ctx): VirtualFile[] {
  const dir = '/sys/devices/system/node';
  const { nodes, cpus } = ctx.fixed;
  const numbers = Array.from({ length: nodes }, (_, node) => node);
  const file = (path: string, text: string): VirtualFile => ({
    path: `${dir}/${path}`,
    read: () => `${text}\n`,
    write: null,
  });
  return [
    ...numbers.flatMap((node) => [
      file(`node${node}/cpulist`, printCpuList(cpusOfNode(ctx, node))),
      file(`node${node}/cpumap`, printCpuMask(cpusOfNode(ctx, node), cpus)),
    ]),
    file('online', printCpuList(numbers)),
  ];
}
