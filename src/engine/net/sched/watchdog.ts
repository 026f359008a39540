/**
 * qdisc_watchdog: the time of a throttled flow has come. The timer runs on the CPU that has set it, and that CPU sends what may leave.
 * Source: net/sched/sch_api.c qdisc_watchdog, v6.12. Left out: the NET_TX softirq that it raises is part of the interrupt.
 */
import { Kind } from '../../../catalog/kinds.ts';
import { Reason } from '../../../catalog/reasons.ts';
import { Part } from '../../../catalog/work-parts.ts';
import { cancel } from '../../clock/agenda.ts';
import { spend, startWork } from '../../cpu/context.ts';
import { interruptCpu } from '../../cpu/interrupt.ts';
import { IRQ_QDISC, irqSource } from '../../cpu/irq-source.ts';
import { emit } from '../../emit.ts';
import { refillable, refillFromQdisc, waitingCycles } from '../../nic/tx-ring.ts';
import type { Cpu, RxQueue, World } from '../../world.ts';

export function qdiscWatchdog(w: World, q: RxQueue): void {
  cancel(w.agenda, q.qdiscActor);
  interruptCpu(w, w.cpus[q.tx.qd.watchCpu], irqSource(IRQ_QDISC, q.index), q.tx.qd.watchSeq);
}

/** The handler's work is done. @returns true where packets are to be sent before it ends */
export function watchdogStep(w: World, cpu: Cpu, q: RxQueue): boolean {
  const { tx } = q;
  const { qd } = tx;
  if (qd.sending > 0) {
    const most = qd.sending;
    qd.sending = 0;
    tx.runner = -1;
    refillFromQdisc(w, w.nics[q.nic], q, cpu.index, most);
    return false;
  }
  const n = refillable(w, q, cpu.index);
  emit(
    w,
    Kind.qdiscWatchdog,
    q.txPlace,
    tx.runner >= 0 ? Reason.txOtherRuns : Reason.qdiscTimer,
    cpu.index,
    0,
    0,
    cpu.irqSeq,
    n,
    tx.qdisc.length,
  );
  if (n === 0) return false;
  qd.sending = n;
  tx.runner = cpu.index;
  const driver = spend(cpu, Part.netdev, n * w.fixed.hosts[cpu.host].profile.txDrv);
  startWork(w, cpu, driver + waitingCycles(w, cpu, q, n));
  return true;
}
