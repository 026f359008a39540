/**
 * An interrupt reaches a CPU: what runs there stops, the handler begins; while another handler runs it waits.
 * Left out: interrupt threads, time with interrupts off, the message's flight (part of the interrupt's cost).
 */
import { Ctx } from '../../catalog/contexts.ts';
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { emit } from '../emit.ts';
import { type Cpu, LEVEL_HARDIRQ, type World } from '../world.ts';
import { contextArg, setContext, startWork, suspend } from './context.ts';

/** An interrupt for this CPU. `source`: queue index, or -1 - queue index for that NAPI's timer. */
export function interruptCpu(w: World, cpu: Cpu, source: number, cause: number): void {
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

/** A vector, or the NAPI whose timer it is. */
function placeOf(w: World, source: number): number {
  return source >= 0 ? w.queues[source].vectorPlace : w.queues[-1 - source].napiPlace;
}

/** Begins a handler; what it interrupted has been put away. */
export function enterHardirq(w: World, cpu: Cpu, source: number, cause: number): void {
  const interrupted = cpu.ctx;
  cpu.level = LEVEL_HARDIRQ;
  cpu.irqQueue = source;
  setContext(w, cpu, Ctx.hardirq);
  const place = placeOf(w, source);
  cpu.irqSeq = emit(
    w,
    Kind.hardirqEnter,
    place,
    Reason.none,
    cpu.index,
    0,
    0,
    cause,
    interrupted,
    contextArg(cpu),
  );
  startWork(w, cpu, w.fixed.hosts[cpu.host].profile.hardirq);
}
