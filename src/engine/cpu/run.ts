/** A CPU's item of work is over: whose it was, and what comes next. */
import { appStep } from '../app/app.ts';
import { Reason } from '../../catalog/reasons.ts';
import { startPoll } from '../net/poll.ts';
import { type Cpu, LEVEL_HARDIRQ, LEVEL_SOFTIRQ, type Task, type World } from '../world.ts';
import { takeLetIn } from './interrupt.ts';
import { hardirqDone } from './hardirq.ts';
import { leaveIfMoved, sleepCurrent, yieldIfDue } from './scheduler.ts';
import { beginSoftirq, runPendingSoftirq, softirqDue, softirqStep } from './softirq.ts';

/** An interrupt that this very step lets in (it unmasks the vector, say) comes when the next item has begun: that is what it stops. */
export function cpuEvent(w: World, cpu: Cpu): void {
  cpu.stepping = true;
  step(w, cpu);
  cpu.stepping = false;
  if (cpu.letIn.length > 0) takeLetIn(w, cpu);
}

function step(w: World, cpu: Cpu): void {
  if (cpu.level === LEVEL_HARDIRQ) {
    hardirqDone(w, cpu);
    return;
  }
  if (cpu.level === LEVEL_SOFTIRQ || cpu.inSoftirq) {
    softirqStep(w, cpu);
    return;
  }
  cpu.switching = false;
  const task = w.tasks[cpu.current - 1];
  if (task.kind === 'app') appStep(w, cpu, task);
  else if (task.kind === 'ksoftirqd') ksoftirqdStep(w, cpu, task);
  else napiThreadStep(w, cpu, task);
}

/** run_ksoftirqd: the same softirq work, in a task that shares the CPU fairly. */
function ksoftirqdStep(w: World, cpu: Cpu, task: Task): void {
  if (!cpu.netRxPending) {
    sleepCurrent(w, cpu, task.wakeSeq);
    return;
  }
  if (yieldIfDue(w, cpu)) return;
  beginSoftirq(w, cpu, Reason.softirqByKsoftirqd, cpu.netRxSeq);
}

/** napi_threaded_poll: polls until the NAPI is completed, bottom halves off during each poll only. */
function napiThreadStep(w: World, cpu: Cpu, task: Task): void {
  if (softirqDue(w, cpu)) {
    runPendingSoftirq(w, cpu);
    return;
  }
  if (!w.queues[task.queue].napi.scheduled) {
    sleepCurrent(w, cpu, task.wakeSeq);
    return;
  }
  if (leaveIfMoved(w, cpu) || yieldIfDue(w, cpu)) return;
  cpu.inSoftirq = true;
  cpu.softirq.thread = true;
  startPoll(w, cpu, task.queue);
}
