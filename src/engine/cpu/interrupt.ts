/**
 * An interrupt reaches a CPU: what runs there stops, the handler begins; while another handler runs it waits.
 * Left out: interrupt threads, time with interrupts off, the message's flight (part of the interrupt's cost).
 */
import { Ctx } from '../../catalog/contexts.ts';
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { emit } from '../emit.ts';
import {
  IRQ_IPI,
  IRQ_NAPI_TIMER,
  IRQ_QDISC,
  IRQ_RX,
  IRQ_TCP,
  IRQ_TICK,
  IRQ_TOE,
  sourceIndex,
  sourceKind,
} from './irq-source.ts';
import { type Cpu, LEVEL_HARDIRQ, type World } from '../world.ts';
import { contextArg, setContext, spend, startWork, suspend } from './context.ts';
import type { Toe } from '../nic/toe/state.ts';

/** An interrupt for this CPU. `source`: see irq-source. */
export function interruptCpu(w: World, cpu: Cpu, source: number, cause: number): void {
  if (cpu.stepping && cpu.level !== LEVEL_HARDIRQ) {
    cpu.letIn.push(source, cause);
    return;
  }
  if (cpu.level === LEVEL_HARDIRQ) {
    cpu.pendingIrqs.push(source);
    const waiting = cpu.pendingIrqs.length;
    const seq = emit(
      w,
      Kind.irqPending,
      placeOf(w, source),
      Reason.irqCpuBusy,
      cpu.index,
      0,
      0,
      cause,
      cpu.index,
      waiting,
    );
    cpu.pendingSeqs.push(seq);
    return;
  }
  suspend(w, cpu);
  enterHardirq(w, cpu, source, cause);
}

/** The step that let interrupts in is over: they come, in their order. */
export function takeLetIn(w: World, cpu: Cpu): void {
  const { letIn } = cpu;
  cpu.letIn = [];
  for (let i = 0; i < letIn.length; i += 2) interruptCpu(w, cpu, letIn[i], letIn[i + 1]);
}

/** A vector, the NAPI whose timer it is, or the CPU that another one kicks. */
function placeOf(w: World, source: number): number {
  const index = sourceIndex(source);
  switch (sourceKind(source)) {
    case IRQ_NAPI_TIMER:
      return w.queues[index].napiPlace;
    case IRQ_IPI:
      return w.cpus[index].backlogPlace;
    case IRQ_TICK:
      return w.cpus[index].place;
    case IRQ_QDISC:
      return w.queues[index].txPlace;
    case IRQ_TOE:
      return (w.nics[index].toe as Toe).place;
    case IRQ_TCP:
      return w.sockets[w.fixed.flows[w.connections[index].flow].socket - 1].place;
    default:
      return w.queues[index].vectorPlace;
  }
}

/** Begins a handler; what it interrupted has been put away. */
export function enterHardirq(w: World, cpu: Cpu, source: number, cause: number): void {
  const interrupted = cpu.ctx;
  cpu.level = LEVEL_HARDIRQ;
  cpu.irqSource = source;
  setContext(w, cpu, Ctx.hardirq);
  const place = placeOf(w, source);
  cpu.irqSeq = emit(
    w,
    Kind.hardirqEnter,
    place,
    sourceKind(source) === IRQ_TICK ? Reason.timerTick : Reason.none,
    cpu.index,
    0,
    0,
    cause,
    interrupted,
    contextArg(cpu),
  );
  const { profile } = w.fixed.hosts[cpu.host];
  const kind = sourceKind(source);
  const legacy = kind === IRQ_RX && !w.fixed.rules.napi;
  // before NAPI the handler takes the frames off the ring
  if (legacy) startWork(w, cpu, spend(cpu, Part.netdev, profile.legacyIrq));
  else startWork(w, cpu, spend(cpu, Part.irq, kind === IRQ_IPI ? profile.ipi : profile.hardirq));
}
