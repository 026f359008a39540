/**
 * /sys/class/net/IF/queues/{rx,tx}-N/*: RPS, RFS and XPS of one queue. Source: net/core/net-sysfs.c, v6.12.
 */
import type { BqlName, Change } from '../../engine/change.ts';
import type { Nic, RxQueue } from '../../engine/world.ts';
import { DQL_MAX_LIMIT } from '../../engine/nic/dql.ts';
import { parseCpuMask, printCpuMask } from '../cpu-list.ts';
import { queuesInUse } from '../host.ts';
import { isNumber, parseUnsigned } from '../numbers.ts';
import type { Ctx } from '../types.ts';
import type { VirtualFile, Written } from './files.ts';
import { cpuHint } from './irq-affinity.ts';

/** The kernel takes any 32-bit count that it has memory for. */
export const MAX_FLOW_CNT = 1 << 29;
export const MAX_HOLD_MS = 4_294_967_295;

export function queueFiles(ctx: Ctx, nic: Nic): VirtualFile[] {
  // RPS and XPS of a tunnel's own are not modelled
  if (nic.tunnel !== null) return [];
  return queuesInUse(ctx, nic).flatMap((queue) => [
    rpsCpus(ctx, nic, queue),
    rpsFlowCnt(nic, queue),
    xpsCpus(ctx, nic, queue),
    ...(ctx.world.fixed.rules.xpsRxqs ? [xpsRxqs(ctx, nic, queue)] : []),
    ...(queue.tx.bql ? bqlFiles(nic, queue) : []),
  ]);
}

/** CPUs that send on a queue, numbered in the host. */
export function xpsCpusOf(ctx: Ctx, queue: RxQueue): number[] {
  return queue.tx.xpsCpus.map((cpu) => cpu - ctx.fixed.firstCpu);
}

/** CPUs of a queue's RPS map, numbered in the host. */
export function rpsCpusOf(ctx: Ctx, queue: RxQueue): number[] {
  return queue.rpsCpus.map((cpu) => cpu - ctx.fixed.firstCpu);
}

const changed = (change: Change): Written => ({ ok: true, changes: [change] });
const SAME: Written = { ok: true, changes: [] };

function rpsCpus(ctx: Ctx, nic: Nic, queue: RxQueue): VirtualFile {
  const path = `/sys/class/net/${nic.name}/queues/rx-${queue.number}/rps_cpus`;
  return maskFile(ctx, path, rpsCpusOf(ctx, queue), (cpus) => ({
    type: 'rps-cpus',
    queue: queue.index,
    cpus,
  }));
}

function xpsCpus(ctx: Ctx, nic: Nic, queue: RxQueue): VirtualFile {
  const path = `/sys/class/net/${nic.name}/queues/tx-${queue.number}/xps_cpus`;
  return maskFile(ctx, path, xpsCpusOf(ctx, queue), (cpus) => ({
    type: 'xps-cpus',
    queue: queue.index,
    cpus,
  }));
}

/** xps_rxqs: a mask of the card's receive queues. */
function xpsRxqs(ctx: Ctx, nic: Nic, queue: RxQueue): VirtualFile {
  const most = queuesInUse(ctx, nic).length;
  const now = printCpuMask(queue.tx.xpsRxqs, most);
  return {
    path: `/sys/class/net/${nic.name}/queues/tx-${queue.number}/xps_rxqs`,
    read: () => `${now}\n`,
    write: (text) => {
      const parsed = parseCpuMask(text, most);
      if (!parsed.ok)
        return {
          ok: false,
          errno: parsed.error,
          hint: `a mask in hexadecimal of receive queues 0 to ${most - 1}`,
        };
      if (printCpuMask(parsed.cpus, most) === now) return SAME;
      return changed({ type: 'xps-rxqs', queue: queue.index, rxqs: parsed.cpus });
    },
  };
}

/** In the kernel's order. */
function bqlFiles(nic: Nic, queue: RxQueue): VirtualFile[] {
  const { dql } = queue.tx;
  const dir = `/sys/class/net/${nic.name}/queues/tx-${queue.number}/byte_queue_limits`;
  const file = (name: BqlName, now: number): VirtualFile => ({
    path: `${dir}/${name}`,
    read: () => `${now}\n`,
    write: (text) => {
      const word = text.trim();
      const value = name !== 'hold_time' && word === 'max' ? DQL_MAX_LIMIT : parseUnsigned(word);
      const most = name === 'hold_time' ? MAX_HOLD_MS : DQL_MAX_LIMIT;
      if (value === null || value > most)
        return { ok: false, errno: 'EINVAL', hint: `0 to ${most}${name === 'hold_time' ? '' : ', or max'}` };
      return value === now ? SAME : changed({ type: 'bql', queue: queue.index, name, value });
    },
  });
  return [
    file('hold_time', dql.holdMs),
    { path: `${dir}/inflight`, read: () => `${dql.queued - dql.completed}\n`, write: null },
    file('limit', dql.limit),
    file('limit_max', dql.limitMax),
    file('limit_min', dql.limitMin),
  ];
}

/** A file that holds a mask of CPUs. @param change is given world indexes */
function maskFile(ctx: Ctx, path: string, set: number[], change: (cpus: number[]) => Change): VirtualFile {
  const { cpus, firstCpu } = ctx.fixed;
  const now = printCpuMask(set, cpus);
  return {
    path,
    read: () => `${now}\n`,
    write: (text) => {
      const parsed = parseCpuMask(text, cpus);
      if (!parsed.ok)
        return { ok: false, errno: parsed.error, hint: `a mask in hexadecimal; ${cpuHint(cpus)}` };
      if (printCpuMask(parsed.cpus, cpus) === now) return SAME;
      return changed(change(parsed.cpus.map((cpu) => firstCpu + cpu)));
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
