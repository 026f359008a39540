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
    const world = testWorld({ nics: [{ name: 'v0' }] });
    // the real device had no LRO
    delete world.nics[0].wanted['large-receive-offload'];
    replays(world, read('errors-net.txt'));
  });
  it('sysctl and bash', () => {
    replays(testWorld(), read('errors-host.txt'));
  });
  it('interrupt affinity on two CPUs, accepted and refused', () => {
    const world = testWorld({ cpus: 2 });
    type(world, 'echo 0-1 > /proc/irq/32/smp_affinity_list');
    replays(world, read('errors-irq.txt'));
  });
  it('ip: addresses and routes come and go', () => {
    const world = testWorld({ nics: [{ addresses: [] }, { addresses: [] }] });
    // the real device was one end of a veth pair, the third of its namespace, without queueing; its loopback has addresses
    const real = read('ip.txt')
      .replaceAll('eth0@eth1     ', 'eth0          ')
      .replaceAll('eth0@eth1:', 'eth0:')
      .replace(/^3: eth0/gm, '2: eth0')
      .replaceAll('qdisc noqueue', 'qdisc mq')
      .replaceAll('eth0@eth1   ', 'eth0        ')
      .replaceAll('::1 dev lo proto kernel metric 256 pref medium\n', '');
    replays(world, real);
  });
  it('taskset on two CPUs', () => {
    const world = testWorld({ cpus: 2 });
    const app = world.tasks.find((task) => task.kind === 'app');
    replays(world, read('taskset.txt').replaceAll(/\b70\b/g, String(app?.id)));
  });
});
