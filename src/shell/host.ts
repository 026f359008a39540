/** Looking things up on one host. NICs and CPUs of the world and of Changes count over the world; people see each
 * host's own numbers. */
import type { Nic, RxQueue, Task, World } from '../engine/world.ts';
import type { Ctx } from './types.ts';

export function contextOf(world: World, host: number): Ctx {
  const fixed = world.fixed.hosts[host];
  const { kernel, hz } = world.fixed.spec;
  return { world, host, fixed, state: world.hosts[host], kernel, hz };
}

export function nicsOf(ctx: Ctx): Nic[] {
  return ctx.world.nics.slice(ctx.fixed.firstNic, ctx.fixed.firstNic + ctx.fixed.nics);
}

export function findNic(ctx: Ctx, name: string): Nic | undefined {
  return nicsOf(ctx).find((nic) => nic.name === name);
}

export function nicNames(ctx: Ctx): string[] {
  return nicsOf(ctx).map((nic) => nic.name);
}

/** The NIC's number in its host, from 0. */
export function nicNumber(ctx: Ctx, nic: Nic): number {
  return nic.index - ctx.fixed.firstNic;
}

export function macOf(ctx: Ctx, nic: Nic): string {
  return ctx.world.fixed.spec.hosts[ctx.host].nics[nicNumber(ctx, nic)].mac;
}

/** PCI address: the slot counts from 1, one card a bus. */
export function pciAddress(ctx: Ctx, nic: Nic): string {
  return `0000:${(nicNumber(ctx, nic) + 1).toString(16).padStart(2, '0')}:00.0`;
}

export function queuesInUse(ctx: Ctx, nic: Nic): RxQueue[] {
  return ctx.world.queues.slice(nic.firstQueue, nic.firstQueue + nic.activeQueues);
}

/** Queues in use of all NICs, by interrupt number. */
export function vectorsOf(ctx: Ctx): { nic: Nic; queue: RxQueue }[] {
  return nicsOf(ctx)
    .filter((nic) => nic.tunnel === null)
    .flatMap((nic) => queuesInUse(ctx, nic).map((queue) => ({ nic, queue })))
    .sort((a, b) => a.queue.irq - b.queue.irq);
}

export function affinityOf(ctx: Ctx, queue: RxQueue): number[] {
  return queue.affinity.map((cpu) => cpu - ctx.fixed.firstCpu);
}

export function cpusOf(ctx: Ctx) {
  return ctx.world.cpus.slice(ctx.fixed.firstCpu, ctx.fixed.firstCpu + ctx.fixed.cpus);
}

/** Its CPUs, by their numbers in the host. */
export function cpusOfNode(ctx: Ctx, node: number): number[] {
  return cpusOf(ctx)
    .filter((cpu) => cpu.node === node)
    .map((cpu) => cpu.number);
}

/** Tasks that exist: a NAPI's thread does only while its NAPI is threaded. */
export function tasksOf(ctx: Ctx): Task[] {
  const { tasks, queues } = ctx.world;
  return tasks.filter(
    (task) => task.host === ctx.host && (task.kind !== 'napi-thread' || queues[task.queue].napi.threaded),
  );
}

/** CPU of a task, numbered in its host. */
export function taskCpu(ctx: Ctx, task: Task): number {
  return task.cpu - ctx.fixed.firstCpu;
}

/** Name of a queue's vector in /proc/interrupts. */
export function vectorName(ctx: Ctx, nic: Nic, queue: RxQueue): string {
  if (nic.driver.vectorName === 'comp') return `mlx5_comp${queue.number}@pci:${pciAddress(ctx, nic)}`;
  if (nic.driver.vectorName === 'input') return `virtio${nicNumber(ctx, nic)}-input.${queue.number}`;
  return `${nic.name}-TxRx-${queue.number}`;
}
