/**
 * `taskset -p` and `-cp`: where a task runs. A task stays on one CPU here, so a set of several is refused.
 * TASK is its id, or its name where that is unique. Source: util-linux 2.38 on Linux 6.18, fixtures/taskset.txt.
 */
import type { Task } from '../engine/world.ts';
import { type CpuSet, parseCpuList, parseCpuMask, printCpuMask } from './cpu-list.ts';
import { taskCpu, tasksOf } from './host.ts';
import { cpuHint } from './proc/irq-affinity.ts';
import { type Ctx, type Outcome, printed, refused } from './types.ts';

const USAGE = 'usage: taskset -cp [CPU] TASK';

export function taskset(ctx: Ctx, words: readonly string[]): Outcome {
  let list = false;
  let pid = false;
  const rest: string[] = [];
  for (const word of words) {
    if (word === '--cpu-list') list = true;
    else if (word === '--pid') pid = true;
    else if (/^-[acp]+$/.test(word)) {
      list ||= word.includes('c');
      pid ||= word.includes('p');
    } else rest.push(word);
  }
  if (!pid || rest.length === 0 || rest.length > 2) {
    const hint = pid ? USAGE : `no programs are started here; ${USAGE}`;
    return refused("taskset: bad usage\nTry 'taskset --help' for more information.", 1, hint, taskHint(ctx));
  }
  const name = rest[rest.length - 1];
  const task = findTask(ctx, name);
  if (task === null) {
    const error = /^[0-9]+$/.test(name)
      ? `taskset: failed to get pid ${name}'s affinity: No such process`
      : `taskset: invalid PID argument: '${name}'`;
    return refused(error, 1, taskHint(ctx));
  }
  const current = shown(ctx, task, 'current', list, taskCpu(ctx, task));
  if (rest.length === 1) return printed(current);
  return move(ctx, task, rest[0], list, current);
}

function move(ctx: Ctx, task: Task, word: string, list: boolean, current: string): Outcome {
  const { cpus } = ctx.fixed;
  // taskset itself reads sets wider than the machine; the kernel then refuses them
  const set: CpuSet = list
    ? parseCpuList(word.replaceAll(/[N]/g, '?'), 1024)
    : parseCpuMask(word.replace(/^0x/i, ''), 1024);
  if (!set.ok)
    return refused(`taskset: failed to parse CPU ${list ? 'list' : 'mask'}: ${word}`, 1, cpuHint(cpus));
  const possible = set.cpus.filter((cpu) => cpu < cpus);
  const failed = `${current}taskset: failed to set pid ${task.id}'s affinity: Invalid argument`;
  if (possible.length === 0) return refused(failed, 1, cpuHint(cpus));
  if (task.kind === 'ksoftirqd') return refused(failed, 1, `${task.name} is bound to its CPU`);
  if (possible.length > 1)
    return refused('', 1, 'one CPU only: moving a task among several is not modelled yet');
  const cpu = possible[0];
  const output = current + shown(ctx, task, 'new', list, cpu);
  if (cpu === taskCpu(ctx, task)) return printed(output);
  return {
    output,
    status: 0,
    changes: [{ type: 'task-affinity', task: task.id, cpu: ctx.fixed.firstCpu + cpu }],
  };
}

function shown(ctx: Ctx, task: Task, when: string, list: boolean, cpu: number): string {
  // a mask is printed without leading zeros, unlike in /proc
  const mask = printCpuMask([cpu], ctx.fixed.cpus)
    .replaceAll(',', '')
    .replace(/^0+(?=.)/, '');
  return list
    ? `pid ${task.id}'s ${when} affinity list: ${cpu}\n`
    : `pid ${task.id}'s ${when} affinity mask: ${mask}\n`;
}

function findTask(ctx: Ctx, word: string): Task | null {
  const tasks = tasksOf(ctx);
  const byId = tasks.find((task) => String(task.id) === word);
  if (byId !== undefined) return byId;
  const named = tasks.filter((task) => task.name === word);
  return named.length === 1 ? named[0] : null;
}

function taskHint(ctx: Ctx): string {
  const tasks = tasksOf(ctx);
  if (tasks.length === 0) return 'no tasks on this host';
  return `tasks: ${tasks
    .slice(0, 16)
    .map((task) => `${task.id} (${task.name})`)
    .join(' ')}${tasks.length > 16 ? ' ...' : ''}`;
}
