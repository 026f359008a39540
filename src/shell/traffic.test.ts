/** After a run: what the commands print agrees with what the engine counted. */
import { expect, it } from 'vitest';
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import { udpRate, worldSpec } from '../testing/specs.ts';
import { type } from './test-world.ts';

it('counters of a run are in every file that shows them', () => {
  const world = createWorld(
    worldSpec({ nic: { driver: 'igb', ringSize: 64 }, traffic: [udpRate({ ratePps: 5_000_000 })] }),
  );
  advance(world, 3_000_000);
  const { rx_packets, rx_missed_errors } = world.nics[0].counters;
  expect(rx_packets).toBeGreaterThan(0);
  expect(rx_missed_errors).toBeGreaterThan(0);
  const print = (line: string) => type(world, line).output;
  expect(print('ethtool -S eth0')).toContain(`     rx_missed_errors: ${rx_missed_errors}\n`);
  expect(print('ip -s link').split('\n')[3].trim().split(/\s+/)[1]).toBe(String(rx_packets));
  const dev = print('cat /proc/net/dev').split('\n')[2].trim().split(/\s+/);
  expect(dev.slice(2, 5)).toEqual([
    String(rx_packets),
    '0',
    String(rx_missed_errors + world.nics[0].counters.rx_dropped),
  ]);
  const processed = print('cat /proc/net/softnet_stat')
    .trimEnd()
    .split('\n')
    .map((l) => Number.parseInt(l.slice(0, 8), 16));
  expect(processed).toEqual(world.cpus.map((cpu) => cpu.softnet.processed));
  const softirqs = print('cat /proc/softirqs').split('\n')[1].trim().split(/\s+/).slice(1).map(Number);
  expect(softirqs).toEqual(world.cpus.map((cpu) => cpu.netRxSoftirqs));
  const counts = print('cat /proc/interrupts').split('\n')[1].trim().split(/\s+/).slice(1, 3).map(Number);
  expect(counts).toEqual(Array.from(world.queues[0].irqCounts));
  expect(print('cat /proc/net/snmp')).toContain(`Udp: ${world.hosts[0].snmp.UdpInDatagrams} `);
});
