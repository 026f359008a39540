/** The same lines as were typed on a real machine (Linux 6.18, ethtool 6.1, procps 4.0, util-linux 2.38): the same words come back. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { World } from '../engine/world.ts';
import { testWorld, toolLines, type } from './test-world.ts';

const read = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');

/** `$ line`, what it printed, `rc=status`. */
function transcript(text: string): { line: string; output: string; status: number }[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const match = /^(.*)\n([\s\S]*)rc=(\d+)\n$/.exec(part);
      if (match === null) throw new Error(`not a transcript: ${part}`);
      return { line: match[1], output: match[2], status: Number(match[3]) };
    });
}

/** Standard output and standard error may have come in any order. */
function replays(world: World, text: string): void {
  for (const { line, output, status } of transcript(text)) {
    const ours = type(world, line);
    expect({ line, lines: toolLines(ours.output).sort(), status: ours.status }).toEqual({
      line,
      lines: toolLines(output).sort(),
      status,
    });
  }
}

describe('words of real tools', () => {
  it('ethtool, ip, /sys: a device of four queues', () => {
    replays(testWorld({ nics: [{ name: 'v0' }] }), read('errors-net.txt'));
  });
  it('sysctl and bash', () => {
    replays(testWorld(), read('errors-host.txt'));
  });
  it('interrupt affinity on two CPUs, accepted and refused', () => {
    const world = testWorld({ cpus: 2 });
    type(world, 'echo 0-1 > /proc/irq/32/smp_affinity_list');
    replays(world, read('errors-irq.txt'));
  });
  it('taskset on two CPUs', () => {
    const world = testWorld({ cpus: 2 });
    const app = world.tasks.find((task) => task.kind === 'app');
    replays(world, read('taskset.txt').replaceAll(/\b70\b/g, String(app?.id)));
  });
});
