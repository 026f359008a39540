/** NUMA nodes as a machine shows them. Formats: lscpu (util-linux 2.38), drivers/base/node.c and drivers/pci/pci-sysfs.c, v6.12. */
import { expect, it } from 'vitest';
import { createWorld } from '../engine/create.ts';
import { nicSpec, worldSpec } from '../testing/specs.ts';
import { testWorld, toolLines, type } from './test-world.ts';

const spec = worldSpec({ cpus: 8 });
Object.assign(spec.hosts[0], {
  cpuNodes: [0, 1],
  nics: [
    nicSpec({ name: 'eth0' }),
    nicSpec({ name: 'eth1', numaNode: 1 }),
    nicSpec({ name: 'eth2', numaNode: -1 }),
  ],
});
const two = createWorld(spec);
const lines = (line: string, world = two) => toolLines(type(world, line).output);

it('lscpu lists nodes and their CPUs', () => {
  expect(lines('lscpu').slice(-3)).toEqual([
    'NUMA node(s):            2',
    'NUMA node0 CPU(s):       0,2,4,6',
    'NUMA node1 CPU(s):       1,3,5,7',
  ]);
  expect(lines('lscpu', testWorld({ cpus: 2 })).slice(-2)).toEqual([
    'NUMA node(s):            1',
    'NUMA node0 CPU(s):       0,1',
  ]);
});

it.each([
  ['eth0', '0'],
  ['eth1', '1'],
  ['eth2', '-1'],
])('numa_node of %s is %s', (nic, node) =>
  expect(lines(`cat /sys/class/net/${nic}/device/numa_node`)).toEqual([node]),
);

it('is -1 where there is one node', () =>
  expect(lines('cat /sys/class/net/eth0/device/numa_node', testWorld())).toEqual(['-1']));

it.each([
  ['online', '0-1'],
  ['node0/cpulist', '0,2,4,6'],
  ['node1/cpulist', '1,3,5,7'],
  ['node1/cpumap', 'aa'],
])('/sys/devices/system/node/%s', (file, text) =>
  expect(lines(`cat /sys/devices/system/node/${file}`)).toEqual([text]),
);
