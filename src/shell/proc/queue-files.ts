/**
 * /sys/class/net/IF/queues/rx-N/*: RPS and RFS of one receive queue. Source: net/core/net-sysfs.c, v6.12.
 */
import type { Change } from '../../engine/change.ts';
import type { Nic, RxQueue } from '../../engine/world.ts';
import { parseCpuMask, printCpuMask } from '../cpu-list.ts';
import { queuesInUse } from '../host.ts';
import { isNumber, parseUnsigned } from '../numbers.ts';
import type { Ctx } from '../types.ts';
import type { VirtualFile, Written } from './files.ts';
import { cpuHint } from './irq-affinity.ts';

/** The kernel takes any 32-bit count that it has memory for. */
export const MAX_FLOW_CNT = 1 << 29;

export function queueFiles(ctx: Ctx, nic: Nic): VirtualFile[] {
  return queuesInUse(ctx, nic).flatMap((queue) => [rpsCpus(ctx, nic, queue), rpsFlowCnt(nic, queue)]);
}

/** CPUs of a queue's RPS map, numbered in the host. */
export function rpsCpusOf(ctx: Ctx, queue: RxQueue): number[] {
  return queue.rpsCpus.map((cpu) => cpu - ctx.fixed.firstCpu);
}

const changed = (change: Change): Written => ({ ok: true, changes: [change] });
const SAME: Written = { ok: true, changes: [] };

function rpsCpus(ctx: Ctx, nic: Nic, queue: RxQueue): VirtualFile {
  const { cpus, firstCpu } = ctx.fixed;
  const now = printCpuMask(rpsCpusOf(ctx, queue), cpus);
  return {
    path: `/sys/class/net/${nic.name}/queues/rx-${queue.number}/rps_cpus`,
    read: () => `${now}\n`,
    write: (text) => {
      const set = parseCpuMask(text, cpus);
      if (!set.ok) return { ok: false, errno: set.error, hint: `a mask in hexadecimal; ${cpuHint(cpus)}` };
      if (printCpuMask(set.cpus, cpus) === now) return SAME;
      return changed({ type: 'rps-cpus', queue: queue.index, cpus: set.cpus.map((cpu) => firstCpu + cpu) });
    },
  };
}

function rpsFlowCnt(nic: Nic, queue: RxQueue): VirtualFile {
  const now = queue.rpsFlows?.entries ?? 0;
  return {
    path: `/sys/class/net/${nic.name}/queues/rx-${queue.number}/rps_flow_cnt`,
    read: () => `${now}\n`,
    write: (text) => {
      const word = text.trim();
      const value = parseUnsigned(word);
      if (value === null || value > MAX_FLOW_CNT) {
        const errno = value === null && isNumber(word) ? 'ERANGE' : 'EINVAL';
        return { ok: false, errno, hint: `0 to ${MAX_FLOW_CNT}, rounded up to a power of two` };
      }
      return value === now ? SAME : changed({ type: 'rps-flow-cnt', queue: queue.index, entries: value });
    },
  };
}
