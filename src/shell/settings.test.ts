/** What each setting becomes, and what is refused with which words. */
import { describe, expect, it } from 'vitest';
import type { Change } from '../engine/change.ts';
import type { World } from '../engine/world.ts';
import { runCommand } from './shell.ts';
import { testWorld, toolLines, type } from './test-world.ts';

const changes = (world: World, line: string): Change[] =>
  runCommand(world, 0, line).changes.map((c) => c.change);

function refusal(world: World, line: string): { lines: string[]; hints: string[] } {
  const result = runCommand(world, 0, line);
  expect({ line, refused: result.status !== 0, changes: result.changes }).toEqual({
    line,
    refused: true,
    changes: [],
  });
  return {
    lines: toolLines(result.output),
    hints: result.output.split('\n').filter((l) => l.startsWith('# ')),
  };
}

const mlx5 = () => testWorld({ nics: [{ driver: 'mlx5_core', ringSize: 1024 }] });
const igb = () => testWorld({ nics: [{ driver: 'igb', ringSize: 256 }] });

describe('ethtool -G', () => {
  it.each([
    ['igb', 100, 104],
    ['igb', 10, 64],
    ['ixgbe', 8185, 8192],
    ['mlx5_core', 100, 128],
    ['mlx5_core', 1025, 2048],
  ] as const)('%s makes %i of it: %i', (driver, wish, rx) => {
    expect(changes(testWorld({ nics: [{ driver }] }), `ethtool -G eth0 rx ${wish}`)).toEqual([
      { type: 'ring', nic: 0, rx },
    ]);
  });
  it('more than the card has: the offset of the attribute counts the name and what stands before', () => {
    const { lines, hints } = refusal(testWorld(), 'ethtool -G eth0 rx 8193');
    expect(lines).toEqual([
      'netlink error: requested ring size exceeds maximum (offset 36)',
      'netlink error: Invalid argument',
    ]);
    expect(hints).toEqual(['# ixgbe takes 64 to 8192']);
    expect(refusal(testWorld(), 'ethtool -G eth0 rx 256 rx 9000').lines[0]).toContain('(offset 44)');
  });
  it('mlx5 refuses less than its least; tx and others are not modelled', () => {
    expect(refusal(mlx5(), 'ethtool -G eth0 rx 63').lines).toEqual(['netlink error: Invalid argument']);
    expect(refusal(mlx5(), 'ethtool -G eth0 tx 512').hints[0]).toContain('not modelled yet');
    expect(refusal(mlx5(), 'ethtool -G eth0 rx-mini 512').lines).toEqual([
      'netlink error: Operation not supported',
    ]);
  });
  it('what is so already changes nothing', () => {
    expect(changes(testWorld(), 'ethtool --set-ring eth0 rx 512')).toEqual([]);
    expect(changes(testWorld(), 'ethtool -G eth0')).toEqual([]);
  });
});

describe('ethtool -C', () => {
  it('sets what is named only', () => {
    expect(changes(mlx5(), 'ethtool -C eth0 rx-usecs 8 rx-frames 32')).toEqual([
      { type: 'coalesce', nic: 0, rxUsecs: 8 },
    ]);
    expect(changes(mlx5(), 'ethtool --coalesce eth0 cqe-mode-rx on adaptive-rx off')).toEqual([
      { type: 'coalesce', nic: 0, cqeMode: true },
    ]);
    expect(changes(igb(), 'ethtool -C eth0 rx-usecs 0')).toEqual([{ type: 'coalesce', nic: 0, rxUsecs: 0 }]);
  });
  it('adaptive moderation: DIM on mlx5, rx-usecs 1 on ixgbe, not modelled for the others', () => {
    expect(changes(mlx5(), 'ethtool -C eth0 adaptive-rx on')).toEqual([
      { type: 'coalesce', nic: 0, adaptiveRx: true },
    ]);
    expect(changes(mlx5(), 'ethtool -C eth0 adaptive-rx off')).toEqual([]);
    expect(refusal(igb(), 'ethtool -C eth0 adaptive-rx on').hints[0]).toContain('not modelled');
    expect(refusal(igb(), 'ethtool -C eth0 rx-usecs 3').hints[0]).toContain('not modelled');
    expect(refusal(testWorld(), 'ethtool -C eth0 adaptive-rx on').hints[0]).toContain('rx-usecs is 1');
    expect(changes(testWorld(), 'ethtool -C eth0 rx-usecs 1')).toEqual([
      { type: 'coalesce', nic: 0, adaptiveRx: true },
    ]);
    const adapting = testWorld();
    type(adapting, 'ethtool -C eth0 rx-usecs 1');
    expect(type(adapting, 'ethtool -c eth0').output).toContain('Adaptive RX: n/a  TX: n/a');
    expect(type(adapting, 'ethtool -c eth0').output).toContain('rx-usecs: 1\n');
    expect(changes(adapting, 'ethtool -C eth0 rx-usecs 1')).toEqual([]);
    expect(changes(adapting, 'ethtool -C eth0 rx-usecs 50')).toEqual([
      { type: 'coalesce', nic: 0, adaptiveRx: false },
    ]);
  });
  it('each driver has its limits', () => {
    expect(refusal(igb(), 'ethtool -C eth0 rx-usecs 5')).toEqual({
      lines: ['netlink error: Invalid argument'],
      hints: ['# igb takes 0 or 10 to 10000 microseconds'],
    });
    expect(refusal(mlx5(), 'ethtool -C eth0 rx-usecs 4096').lines).toEqual([
      'netlink error: Numerical result out of range',
    ]);
    expect(refusal(mlx5(), 'ethtool -C eth0 rx-frames 65536').lines).toEqual([
      'netlink error: Numerical result out of range',
    ]);
    expect(refusal(igb(), 'ethtool -C eth0 rx-frames 5').lines).toEqual([
      'netlink error: cannot modify an unsupported parameter (offset 36)',
      'netlink error: Operation not supported',
    ]);
  });
});

describe('ethtool -L', () => {
  it('changes how many queues are in use', () => {
    expect(changes(testWorld(), 'ethtool -L eth0 combined 2')).toEqual([
      { type: 'channels', nic: 0, combined: 2 },
    ]);
  });
  it('refuses none, and too many', () => {
    expect(refusal(testWorld(), 'ethtool -L eth0 combined 0').lines[0]).toContain(
      'would result in no RX or TX channel',
    );
    expect(refusal(testWorld(), 'ethtool -L eth0 combined 5').hints).toEqual([
      '# combined takes 1 to 4 here',
    ]);
  });
  it('refuses fewer than the table or a rule points to', () => {
    const world = testWorld();
    type(world, 'ethtool -X eth0 weight 1 0 0 3');
    expect(refusal(world, 'ethtool -L eth0 combined 2').lines[0]).toContain(
      'existing indirection table settings',
    );
    type(world, 'ethtool -X eth0 default');
    type(world, 'ethtool -K eth0 ntuple on');
    type(world, 'ethtool -N eth0 flow-type udp4 action 3 loc 1');
    expect(refusal(world, 'ethtool -L eth0 combined 2')).toEqual({
      lines: [
        'netlink error: requested channel counts are too low for existing ntuple filter settings',
        'netlink error: Invalid argument',
      ],
      hints: ['# first: ethtool -N eth0 delete 1'],
    });
    type(world, 'ethtool -N eth0 delete 1');
    expect(type(world, 'ethtool -L eth0 combined 2').status).toBe(0);
  });
});

describe('ethtool -X', () => {
  const table = (line: string) => (changes(testWorld(), line)[0] as { table: number[] }).table;
  const counts = (list: number[]) => [0, 1, 2, 3].map((q) => list.filter((x) => x === q).length);
  it('equal, weight and start fill the table as ethtool does', () => {
    expect(table('ethtool -X eth0 equal 3').slice(0, 7)).toEqual([0, 1, 2, 0, 1, 2, 0]);
    expect(table('ethtool --rxfh eth0 equal 2 start 2').slice(0, 4)).toEqual([2, 3, 2, 3]);
    expect(counts(table('ethtool -X eth0 weight 6 2'))).toEqual([96, 32, 0, 0]);
    expect(counts(table('ethtool -X eth0 weight 1 0 0 3'))).toEqual([32, 0, 0, 96]);
    expect(table('ethtool -X eth0 weight 6 2')).toEqual([...new Array(96).fill(0), ...new Array(32).fill(1)]);
  });
  it('takes a key of the right length only', () => {
    const key = '6d:5a:'.repeat(20).slice(0, -1);
    expect(changes(testWorld(), `ethtool -X eth0 hkey ${key} hfunc toeplitz`)).toEqual([
      { type: 'rss', nic: 0, key: '6d5a'.repeat(20) },
    ]);
    expect(refusal(testWorld(), `ethtool -X eth0 hkey ${key}:00`).lines).toEqual([
      'Key is too long for device (41 > 40)',
    ]);
    expect(refusal(testWorld(), 'ethtool -X eth0 hkey 6d:5a').lines).toEqual([
      'Key is too short for device (2 < 40)',
    ]);
    expect(refusal(testWorld(), 'ethtool -X eth0 hkey zz').lines).toEqual(['Invalid RSS hash key format']);
  });
  it('refuses queues that are not in use, weights of zero or too many', () => {
    expect(refusal(testWorld(), 'ethtool -X eth0 equal 5').lines).toEqual([
      'Cannot set RX flow hash configuration: Invalid argument',
    ]);
    expect(refusal(testWorld(), 'ethtool -X eth0 weight 0 0').lines).toEqual([
      'At least one weight must be non-zero',
    ]);
    expect(refusal(testWorld(), 'ethtool -X eth0 weight 100 100').lines).toEqual([
      'Total weight exceeds the size of the indirection table',
    ]);
    expect(refusal(testWorld(), 'ethtool -X eth0 hfunc xor').hints[0]).toContain('not modelled yet');
    expect(refusal(testWorld(), 'ethtool -X eth0 hfunc md5').lines).toEqual(['Unknown hash function: md5']);
  });
  it('symmetric-xor since 6.8', () => {
    expect(changes(testWorld(), 'ethtool -X eth0 xfrm symmetric-xor')).toEqual([
      { type: 'rss', nic: 0, symmetricXor: true },
    ]);
    expect(refusal(testWorld({ kernel: '6.6' }), 'ethtool -X eth0 xfrm symmetric-xor').hints[0]).toContain(
      '6.8',
    );
  });
});

describe('ethtool -N and -K', () => {
  it('hash fields: Intel cards take addresses, or all four', () => {
    expect(changes(testWorld(), 'ethtool -N eth0 rx-flow-hash udp4 sdfn')).toEqual([
      { type: 'hash-fields', nic: 0, flowType: 'udp4', fields: 0xf0 },
    ]);
    expect(refusal(testWorld(), 'ethtool -N eth0 rx-flow-hash udp4 sdf').lines).toEqual([
      'Cannot change RX network flow hashing options: Invalid argument',
    ]);
    expect(changes(mlx5(), 'ethtool -N eth0 rx-flow-hash tcp4 sd')).toEqual([
      { type: 'hash-fields', nic: 0, flowType: 'tcp4', fields: 0x30 },
    ]);
    expect(refusal(mlx5(), 'ethtool -N eth0 rx-flow-hash tcp4 v').hints[0]).toContain('modelled');
    expect(refusal(mlx5(), 'ethtool -n eth0 rx-flow-hash sctp4').hints[0]).toContain('not modelled yet');
  });
  it('rules: filters must be on, the queue in use, the location there', () => {
    const world = testWorld({ nics: [{ driver: 'igb' }] });
    const add = (rest: string) => `ethtool -N eth0 flow-type tcp4 ${rest}`;
    expect(refusal(world, add('action 1'))).toEqual({
      lines: [
        'rmgr: Cannot insert RX class rule: Operation not supported',
        'Cannot insert classification rule',
      ],
      hints: ['# first: ethtool -K eth0 ntuple on'],
    });
    type(world, 'ethtool -K eth0 ntuple on');
    expect(refusal(world, add('action 4')).lines[0]).toContain('Invalid argument');
    expect(refusal(world, add('action 1 loc 16')).lines[0]).toContain('Invalid argument');
    expect(refusal(world, add('src-ip 2001:db8::1 action 1')).lines[0]).toBe(
      'Invalid src-ip value[2001:db8::1]',
    );
    expect(refusal(world, add('dst-port 65536 action 1')).lines[0]).toBe('Invalid dst-port value[65536]');
    expect(refusal(world, add('vlan 5 action 1')).hints[0]).toContain('not modelled yet');
    for (let i = 15; i >= 0; i -= 1)
      expect(type(world, add(`dst-port ${i} action 1`)).output).toBe(`Added rule with ID ${i}\n`);
    expect(refusal(world, add('action 1')).lines[0]).toBe(
      'rmgr: Cannot find appropriate slot to insert rule',
    );
    expect(refusal(world, 'ethtool -N eth0 delete 99').lines[0]).toBe(
      'rmgr: Cannot delete RX class rule: No such file or directory',
    );
    expect(refusal(world, 'ethtool -n eth0 rule 99').lines[1]).toBe('Cannot get RX classification rule');
    expect(changes(world, 'ethtool -N eth0 delete 3')).toEqual([{ type: 'ntuple-del', nic: 0, loc: 3 }]);
  });
  it.each(['gro', 'rx-gro', 'generic-receive-offload'])('-K knows %s', (name) => {
    expect(changes(testWorld(), `ethtool -K eth0 ${name} off`)).toEqual([
      { type: 'feature', nic: 0, name: 'generic-receive-offload', on: false },
    ]);
  });
  it.each(['rx', 'rxhash', 'receive-hashing', 'ntuple', 'rx-gro-list', 'rx-udp-gro-forwarding'])(
    '-K takes %s on and off',
    (name) => {
      const world = testWorld();
      expect(
        changes(world, `ethtool -K eth0 ${name} on`).length +
          changes(world, `ethtool -K eth0 ${name} off`).length,
      ).toBe(1);
    },
  );
  it('a fixed feature stays off; the command is refused where nothing came out as asked for', () => {
    expect(refusal(testWorld(), 'ethtool -K eth0 loopback on').lines).toEqual([
      'Could not change any device features',
      'Actual changes:',
      'loopback: off [requested on]',
    ]);
    const both = type(testWorld(), 'ethtool -K eth0 gro off loopback on');
    expect(both).toMatchObject({
      status: 0,
      output: 'Actual changes:\nrx-gro: off\nloopback: off [requested on]\n',
    });
    expect(changes(testWorld(), 'ethtool -K eth0 loopback off')).toEqual([]);
  });
  it('what hangs on a feature goes and comes with it, as ethtool 6.1 tells on Linux 6.18', () => {
    const world = testWorld({ kernel: '6.18' });
    expect(type(world, 'ethtool -K eth0 tx off').output.split('\n')).toEqual([
      'Actual changes:',
      'tx-checksum-ip-generic: off',
      'tx-tcp-segmentation: off [not requested]',
      'tx-tcp6-segmentation: off [not requested]',
      'tx-udp-segmentation: off [not requested]',
      '',
    ]);
    const shown = type(world, 'ethtool -k eth0').output.split('\n');
    expect(shown).toContain('tx-checksumming: off');
    expect(shown).toContain('scatter-gather: on');
    expect(shown).toContain('\ttx-tcp-segmentation: off [requested on]');
    expect(shown).toContain('tx-udp-segmentation: off [requested on]');
    expect(refusal(world, 'ethtool -K eth0 tx-udp-segmentation on').lines).toEqual([
      'Could not change any device features',
      'Actual changes:',
      'tx-udp-segmentation: off [requested on]',
    ]);
    expect(type(world, 'ethtool -K eth0 tx on').output.split('\n').slice(0, 4)).toEqual([
      'Actual changes:',
      'tx-checksum-ipv4: off [requested on]',
      'tx-checksum-ip-generic: on',
      'tx-checksum-ipv6: off [requested on]',
    ]);
    expect(type(world, 'ethtool -k eth0').output).toContain('\ttx-tcp-segmentation: on\n');
    expect(type(world, 'ethtool -K eth0 sg off').output.split('\n')).toEqual([
      'Actual changes:',
      'tx-scatter-gather: off',
      'tx-generic-segmentation: off [not requested]',
      'tx-tcp-segmentation: off [not requested]',
      'tx-tcp6-segmentation: off [not requested]',
      '',
    ]);
  });
  it('UFO, where the kernel and the card have it: it goes with checksums or scatter-gather', () => {
    const world = testWorld({ kernel: '4.13', nics: [{ driver: 'virtio_net' }] });
    const row = () => type(world, 'ethtool -k eth0').output.match(/udp-frag.*/)?.[0];
    expect(row()).toBe('udp-fragmentation-offload: on');
    expect(type(world, 'ethtool -K eth0 ufo off').output).toBe('');
    expect(row()).toBe('udp-fragmentation-offload: off');
    for (const name of ['udp-fragmentation-offload', 'tx-udp-fragmentation'])
      expect(changes(world, `ethtool -K eth0 ${name} on`)).toEqual([
        { type: 'feature', nic: 0, name: 'udp-fragmentation-offload', on: true },
      ]);
    type(world, 'ethtool -K eth0 ufo on');
    expect(toolLines(type(world, 'ethtool -K eth0 sg off').output)).toContain(
      'tx-udp-fragmentation: off [not requested]',
    );
    expect(row()).toBe('udp-fragmentation-offload: off [requested on]');
    expect(refusal(world, 'ethtool -K eth0 ufo on').lines[0]).toBe('Could not change any device features');
    type(world, 'ethtool -K eth0 sg on');
    expect(toolLines(type(world, 'ethtool -K eth0 tx off').output)).toContain(
      'tx-udp-fragmentation: off [not requested]',
    );
    const igb413 = testWorld({ kernel: '4.13', nics: [{ driver: 'igb' }] });
    expect(type(igb413, 'ethtool -k eth0').output).toContain('udp-fragmentation-offload: off [fixed]');
    const later = testWorld({ kernel: '4.14', nics: [{ driver: 'virtio_net' }] });
    expect(type(later, 'ethtool -k eth0').output).not.toContain('udp-frag');
    expect(refusal(later, 'ethtool -K eth0 ufo on').lines[0]).toContain('bit name not found');
  });
});

describe('sysctl', () => {
  it('-w, without it, and through /proc/sys mean the same', () => {
    const change = [{ type: 'sysctl', name: 'net.core.netdev_budget', values: [600] }];
    for (const line of [
      'sysctl -w net.core.netdev_budget=600',
      'sysctl net.core.netdev_budget=600',
      'sysctl -w net/core/netdev_budget=600',
      'echo 600 > /proc/sys/net/core/netdev_budget',
      'echo 600 >/proc/sys/net/core/../core/netdev_budget # faster',
      'sudo sysctl  -w "net.core.netdev_budget=600"',
    ]) {
      expect(changes(testWorld(), line)).toEqual(change);
    }
  });
  it('fewer values than there are keep the others', () => {
    expect(changes(testWorld(), 'sysctl -w net.ipv4.tcp_rmem="1 2"')).toEqual([
      { type: 'sysctl', name: 'net.ipv4.tcp_rmem', values: [1, 2, 6291456] },
    ]);
  });
  it.each([
    [1000, 2000],
    [250, 8000],
    [100, 20000],
  ])('at HZ=%i netdev_budget_usecs is at least two jiffies, %i us', (hz, least) => {
    const world = testWorld({ hz });
    expect(refusal(world, `sysctl -w net.core.netdev_budget_usecs=${least - 1}`).lines).toEqual([
      'sysctl: setting key "net.core.netdev_budget_usecs": Invalid argument',
    ]);
    expect(changes(world, `sysctl -w net.core.netdev_budget_usecs=${least + 1}`)).toHaveLength(1);
  });
  it('before 4.12 there is no netdev_budget_usecs', () => {
    expect(refusal(testWorld({ kernel: '4.11' }), 'sysctl net.core.netdev_budget_usecs').lines[0]).toContain(
      'No such file or directory',
    );
  });
  it('several settings on a line: each sees those before it', () => {
    const world = testWorld();
    expect(
      type(world, 'sysctl -w net.core.dev_weight=8 net.core.dev_weight=64 net.core.dev_weight').status,
    ).toBe(1);
    expect(
      type(world, 'sysctl net.core.dev_weight=8 net.core.dev_weight net.core.dev_weight=64').output,
    ).toContain('\nnet.core.dev_weight = 8\n');
    expect(world.hosts[0].sysctl['net.core.dev_weight']).toEqual([64]);
  });
  it('a directory prints all that is below it', () => {
    expect(type(testWorld(), 'sysctl net.ipv4').output.split('\n')).toHaveLength(30);
  });
  it('one bad setting of several: nothing is changed', () => {
    const { lines, hints } = refusal(
      testWorld(),
      'sysctl -w net.core.dev_weight=32 net.core.netdev_budget=x',
    );
    expect(lines).toEqual(['sysctl: setting key "net.core.netdev_budget": Invalid argument']);
    expect(hints[1]).toBe('# nothing was changed');
  });
});

describe('/sys, ip link, affinity: numbers of the host become those of the world', () => {
  const world = testWorld({ cpus: 2, before: 1 });
  const on = (line: string) => runCommand(world, 1, line).changes;
  it('NICs, CPUs, tasks of the second host', () => {
    expect(on('ethtool -G eth0 rx 1024')).toEqual([{ host: 1, change: { type: 'ring', nic: 1, rx: 1024 } }]);
    const irq = world.queues[world.nics[1].firstQueue].irq;
    expect(on(`echo 1 > /proc/irq/${irq}/smp_affinity_list`)).toEqual([
      { host: 1, change: { type: 'irq-affinity', irq, cpus: [3] } },
    ]);
    const task = world.tasks.find((t) => t.host === 1 && t.kind === 'app');
    expect(on(`taskset -cp 1 ${task?.id}`)).toEqual([
      { host: 1, change: { type: 'task-affinity', task: task?.id, cpu: 3 } },
    ]);
    expect(on('taskset -cp 1 server')).toEqual(on(`taskset -cp 1 ${task?.id}`));
    expect(on('taskset -cp 1 1')).toEqual([]);
    expect(runCommand(world, 1, 'cat /proc/interrupts').output).toContain(` ${irq}: `);
    expect(runCommand(world, 1, 'cat /proc/irq/32/smp_affinity').output).toContain(
      'No such file or directory',
    );
  });
  it('NAPI settings and the MTU', () => {
    expect(on('echo 20000 > /sys/class/net/eth0/gro_flush_timeout')[0].change).toEqual({
      type: 'napi',
      nic: 1,
      name: 'gro_flush_timeout',
      value: 20000,
    });
    expect(on('echo 2 > /sys/class/net/eth0/napi_defer_hard_irqs')[0].change).toEqual({
      type: 'napi',
      nic: 1,
      name: 'napi_defer_hard_irqs',
      value: 2,
    });
    expect(on('echo 1 > /sys/class/net/eth0/threaded')[0].change).toEqual({
      type: 'napi',
      nic: 1,
      name: 'threaded',
      value: 1,
    });
    expect(on('echo 9000 > /sys/class/net/eth0/mtu')).toEqual(on('ip link set dev eth0 mtu 9000'));
    expect(runCommand(world, 1, 'cat /sys/class/net/eth0/address').output).toBe('02:00:00:00:00:01\n');
    expect(runCommand(world, 1, 'echo 1 > /sys/class/net/eth0/address').output).toContain(
      'Permission denied',
    );
  });
  it('a host that is not there', () => {
    expect(runCommand(world, 7, 'help').status).toBe(1);
  });
});

it('ip link: the IPv4 limit follows a changed gro_max_size, and can be set beside it', () => {
  const world = testWorld();
  type(world, 'ip link set eth0 gro_ipv4_max_size 65536 gro_max_size 4000');
  expect([world.nics[0].groMaxSize, world.nics[0].groIpv4MaxSize]).toEqual([4000, 65536]);
  type(world, 'ip link set eth0 gro_max_size 4000');
  expect(world.nics[0].groIpv4MaxSize).toBe(65536);
});

describe('taskset', () => {
  it('threads of NAPIs are tasks while NAPI is threaded', () => {
    const world = testWorld();
    expect(type(world, 'taskset -cp 99').output).not.toContain('napi/');
    type(world, 'echo 1 > /sys/class/net/eth0/threaded');
    expect(type(world, 'taskset -cp 99').output).toContain('napi/eth0-');
  });
  it('several CPUs are not modelled', () => {
    expect(refusal(testWorld(), 'taskset -cp 0,1 server').hints[0]).toContain('not modelled yet');
  });
});

describe('refused by the shell itself', () => {
  it.each([
    ['cat /proc/interrupts | | grep eth0', "bash: syntax error near unexpected token `|'"],
    ['sysctl -a; reboot', "bash: syntax error near unexpected token `;'"],
    ['echo 1 > a > b', "bash: syntax error near unexpected token `>'"],
    ['reboot', 'bash: reboot: command not found'],
    ['echo "x', 'bash: unexpected EOF while looking for matching `"\''],
  ])('%s', (line, error) => {
    expect(refusal(testWorld(), line).lines).toEqual([error]);
  });
  it('lines beyond 4096 characters', () => {
    expect(refusal(testWorld(), `echo ${'x'.repeat(4096)}`).lines[0]).toContain('too long');
  });
});
