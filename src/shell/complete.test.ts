import { describe, expect, it } from 'vitest';
import { completeCommand } from './complete.ts';
import { testWorld, type } from './test-world.ts';

const of = (line: string, world = testWorld()) => completeCommand(world, 0, line);

describe('Tab completion', () => {
  it.each([
    ['e', ['echo', 'ethtool']],
    ['ethtool -', null],
    ['ethtool -G ', ['eth0']],
    ['ethtool -G eth0 ', ['rx']],
    ['ethtool -G eth0 rx ', []],
    ['ethtool -C eth0 ', ['rx-usecs']],
    ['ethtool -K eth0 rx-g', ['rx-gro-list']],
    ['ethtool -K eth0 gro o', ['on', 'off']],
    ['ethtool -X eth0 h', ['hkey', 'hfunc']],
    ['ethtool -N eth0 rx-flow-hash udp4 ', ['sd', 'sdfn']],
    ['ethtool -N eth0 flow-type tcp4 dst', ['dst-ip', 'dst-port']],
    ['sysctl net.core.netdev_b', ['net.core.netdev_budget', 'net.core.netdev_budget_usecs']],
    ['sysctl -w net.core.dev_weight', ['net.core.dev_weight=64']],
    [
      'cat /proc/net/s',
      ['/proc/net/snmp', '/proc/net/snmp6', '/proc/net/sockstat', '/proc/net/softnet_stat'],
    ],
    ['cat ', ['/proc/', '/sys/']],
    ['echo 1 > /sys/class/net/eth0/t', ['/sys/class/net/eth0/threaded']],
    ['ip link set eth0 gro', ['gro_max_size', 'gro_ipv4_max_size']],
    ['ip -s li', ['link']],
    ['nothing ', []],
    ['ip a', ['addr']],
    ['ip route ', ['show', 'get', 'add', 'replace', 'del']],
    ['ip addr del ', ['10.0.0.2/32']],
    ['ip addr add 10.0.0.3/24 dev ', ['eth0']],
    ['ip route add 10.5.0.0/16 ', ['dev', 'via']],
    ['ss -t', ['-tinm', '-tan']],
    ['ss state l', ['listening']],
    ['mpstat -P ', ['ALL', '0', '1', '2', '3']],
    ['help mp', ['mpstat']],
    [
      'grep x /proc/net/s',
      ['/proc/net/snmp', '/proc/net/snmp6', '/proc/net/sockstat', '/proc/net/softnet_stat'],
    ],
    ['grep x', []],
  ])('%s', (line, words) => {
    if (words === null) expect(of(line)).toContain('--show-ring');
    else expect(of(line)).toEqual(words);
  });
  it('offers the rules and tasks there are', () => {
    const world = testWorld();
    type(world, 'ethtool -K eth0 ntuple on');
    type(world, 'ethtool -N eth0 flow-type tcp4 action 1 loc 5');
    expect(of('ethtool -N eth0 delete ', world)).toEqual(['5']);
    const app = world.tasks.find((task) => task.kind === 'app');
    expect(of('taskset -cp 0 ', world)).toEqual([String(app?.id)]);
  });
});
