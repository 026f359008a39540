/** The same lines as were typed on a real machine (Linux 6.18, ethtool 6.1, procps 4.0, util-linux 2.38): the same words come back. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { learn } from '../engine/bridge/fdb.ts';
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
  it('bridges: ports come and go', () => {
    const nics = [0, 1, 2].map((i) => ({ mac: `02:00:00:00:00:b${i}` }));
    const bridges = [
      { name: 'br0', ports: [0] },
      { name: 'br1', ports: [] },
    ];
    const world = testWorld({ nics, bridges });
    // here both ports are there from the start, and were heard
    type(world, 'ip link set eth1 master br0');
    learn(world.hosts[0].bridges[0], '02:00:00:00:00:01', 0, world.now);
    learn(world.hosts[0].bridges[0], '02:00:00:00:00:02', 1, world.now);
    // the real ports were ends of veth pairs; what the devices themselves filter is not modelled
    const real = read('bridge.txt')
      .replaceAll(/^.* self permanent\n/gm, '')
      .replaceAll(/(eth\d)@if\d:/g, '$1:')
      .replaceAll(/(eth\d)@if\d/g, '$1    ')
      .replaceAll(/(eth\d: .*qdisc )noqueue/g, '$1mq')
      .replaceAll(' link-netnsid 0', '')
      .replaceAll('    veth \n', '')
      .replaceAll(/(allmulti 1 minmtu 68 maxmtu) 65535/g, '$1 9710')
      .replaceAll('tso_max_size 524280', 'tso_max_size 65536')
      .replaceAll(
        / gro_max_size 65536 \n/g,
        ' gro_max_size 65536 gso_ipv4_max_size 65536 gro_ipv4_max_size 65536 \n',
      )
      .replaceAll(/gc_timer +[\d.]+/g, 'gc_timer  300.00');
    replays(world, real);
  });
  it('taskset on two CPUs', () => {
    const world = testWorld({ cpus: 2 });
    const app = world.tasks.find((task) => task.kind === 'app');
    replays(world, read('taskset.txt').replaceAll(/\b70\b/g, String(app?.id)));
  });
});
