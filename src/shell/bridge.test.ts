/** Bridges as an administrator sees them, beside what fixtures/bridge.txt compares: changes, refusals of ours, counters, old kernels. */
import { describe, expect, it } from 'vitest';
import { learn } from '../engine/bridge/fdb.ts';
import { AGEING_NS } from '../engine/bridge/state.ts';
import { runTunnel } from '../testing/tunnels.ts';
import { completeCommand } from './complete.ts';
import { runCommand } from './shell.ts';
import { type TestHost, testWorld, type } from './test-world.ts';

const BRIDGES = [
  { name: 'br0', ports: [0, 1] },
  { name: 'br1', ports: [] },
];

/** eth0 and eth1 are ports of br0, eth2 of none. */
function bridged(options: TestHost = {}) {
  const nics = [0, 1, 2].map((i) => ({ mac: `02:00:00:00:00:b${i}` }));
  return testWorld({ nics, bridges: BRIDGES, ...options });
}

const said = (line: string, world = bridged()): string => runCommand(world, 0, line).output;

describe('ip link set DEV master', () => {
  const changes = (line: string, world = bridged()) =>
    runCommand(world, 0, line).changes.map(({ change }) => change);

  it.each([
    ['ip link set eth2 master br0', [{ type: 'master', nic: 2, bridge: 0 }]],
    ['ip link set dev eth1 master br1', [{ type: 'master', nic: 1, bridge: 1 }]],
    ['ip link set master br1 dev eth1', [{ type: 'master', nic: 1, bridge: 1 }]],
    ['ip link set eth1 nomaster', [{ type: 'master', nic: 1, bridge: null }]],
    ['ip link set eth1 master br1 nomaster', [{ type: 'master', nic: 1, bridge: null }]],
    ['ip link set eth0 master br0', []],
    ['ip link set eth2 nomaster', []],
    ['ip link set br0 nomaster', []],
  ])('%s', (line, wanted) => expect(changes(line)).toEqual(wanted));

  it('comes behind the MTU and before the rest, as in do_setlink', () => {
    const world = bridged();
    expect(changes('ip link set eth2 txqueuelen 7 master br0 mtu 1450', world)).toEqual([
      { type: 'link', nic: 2, name: 'mtu', value: 1450 },
      { type: 'master', nic: 2, bridge: 0 },
      { type: 'link', nic: 2, name: 'txqueuelen', value: 7 },
    ]);
    type(world, 'ip link set eth2 txqueuelen 7 master br0 mtu 1450');
    expect(said('ip link show br0', world)).toContain(' mtu 1450 ');
  });

  it('counts cards over the world, bridges in their host', () => {
    const result = runCommand(bridged({ before: 1 }), 1, 'ip link set eth2 master br0');
    expect(result.changes).toEqual([{ host: 1, change: { type: 'master', nic: 5, bridge: 0 } }]);
  });

  it.each([
    ['ip link set eth2 master br9', 255, 'bridges here: br0 br1'],
    ['ip link set eth2 master eth1', 2, 'only a bridge takes ports; bridges here: br0 br1'],
    ['ip link set eth9 master br0', 1, 'devices here: eth0 eth1 eth2 br0 br1'],
    ['ip link set br0 master br1', 2, "a bridge's ports are cards"],
    ['ip link set br0 mtu 1400', 1, 'settings of br0 itself are not modelled yet'],
    ['ip link set br0 up', 1, 'up is not modelled yet'],
    ['ip link set br0 type bridge ageing_time 100', 1, 'type is not modelled yet'],
    ['ip link add br2 type bridge', 1, 'the scenario says which bridges there are'],
    ['ip addr add 10.0.0.1/24 dev br0', 1, 'give them to one of its ports'],
    ['ip addr del 10.0.0.1/24 dev br0', 1, 'give them to one of its ports'],
    ['ip route add 10.9.0.0/16 dev br0', 1, 'give them to one of its ports'],
    ['tc qdisc add dev br0 root fq', 1, 'give the discipline to a port'],
    ['ethtool -k br0', 1, 'its own features are not modelled'],
  ])('refused: %s', (line, status, hint) => {
    const result = runCommand(bridged(), 0, line);
    expect(result).toMatchObject({ status, changes: [] });
    expect(result.output).toContain(hint);
  });

  it('a host without a bridge is told where they come from', () => {
    const result = runCommand(testWorld(), 0, 'ip link set eth0 master br0');
    expect(result).toMatchObject({ status: 255, changes: [] });
    expect(result.output).toBe(
      'Error: argument "br0" is wrong: Device does not exist\n# this host has no bridge: the scenario says which there are (hosts.HOST.bridges)\n',
    );
  });

  it('a tunnel is no port', () => {
    const { w } = runTunnel({ kernel: '6.12', stream: null, send: {}, durationNs: 1000 });
    const [bridge] = bridged().hosts[0].bridges;
    w.hosts[0].bridges.push({ ...bridge, ports: [], fdb: {} });
    expect(said('ip link set ipip1 master br0', w)).toBe(
      "RTNETLINK answers: Invalid argument\n# ipip1 is a tunnel, without Ethernet header: a bridge's ports are cards\n",
    );
    expect(said('ip link show br0', w)).toMatch(/^4: br0: /);
  });

  it('before 2.6.39 it says what did the same', () => {
    const world = bridged({ kernel: '2.6.32' });
    const result = runCommand(world, 0, 'ip link set eth2 master br0');
    expect(result.changes).toHaveLength(1);
    expect(result.output).toBe('# ip does so since Linux 2.6.39; on 2.6.32 it was: brctl addif br0 DEV\n');
    expect(said('ip link set eth0 nomaster', world)).toContain('brctl delif BRIDGE DEV');
    expect(said('ip link set eth0 nomaster')).toBe('');
  });
});

describe('a bridge', () => {
  it('stands behind the cards; without ports nobody knows of its carrier, when the last has left it has none', () => {
    const world = bridged();
    expect(said('ip link', world).match(/^\d+: \w+/gm)).toEqual([
      '2: eth0',
      '3: eth1',
      '4: eth2',
      '5: br0',
      '6: br1',
    ]);
    expect(said('ip -br addr show br1', world)).toBe('br1              UNKNOWN        \n');
    type(world, 'ip link set eth2 master br1');
    expect(said('ip -br addr show br1', world)).toBe('br1              UP             \n');
    type(world, 'ip link set eth2 nomaster');
    expect(said('ip -br addr show br1', world)).toBe('br1              DOWN           \n');
  });

  it('counts what it passed up', () => {
    const world = bridged();
    Object.assign(world.hosts[0].bridges[0], {
      rx_packets: 12,
      rx_bytes: 5000,
      multicast: 3,
      rx_otherhost_dropped: 4,
    });
    expect(said('ip -s link show br0', world)).toContain(
      '    RX:  bytes packets errors dropped  missed   mcast           \n          5000      12      0       0       0       3 \n',
    );
    expect(said('ip -s -s link show br0', world)).toContain(
      '    RX errors:  length    crc   frame    fifo overrun otherhost\n                     0      0       0       0       0         4 \n',
    );
    expect(said('cat /proc/net/dev', world)).toContain(
      '   br0:    5000      12    0    0    0     0          0         3        0       0    0    0    0     0       0          0\n',
    );
    expect(said('cat /sys/class/net/br0/statistics/rx_bytes', world)).toBe('5000\n');
    expect(said('echo 9 > /sys/class/net/br0/mtu', world)).toContain('Permission denied');
  });

  it('costs by speed, and by the kernel where it is not of 802.1D', () => {
    const costs = (kernel: string): string[] => {
      const speeds = [10e6, 100e6, 1e9, 25e8, 5e9, 10e9, 100e9];
      const nics = speeds.map((linkBps, i) => ({ linkBps, mac: `02:00:00:00:00:c${i}` }));
      const world = testWorld({ kernel, nics, bridges: [{ name: 'br0', ports: speeds.map((_, i) => i) }] });
      return said('bridge link', world).match(/(?<=cost )\d+/g) ?? [];
    };
    // measured on 6.18 with tap devices
    expect(costs('6.12')).toEqual(['100', '19', '5', '4', '3', '2', '1']);
    expect(costs('5.4')).toEqual(['100', '19', '4', '100', '100', '2', '100']);
  });
});

describe('bridge fdb', () => {
  it('by port, then by address; what was not heard for the ageing time is gone; -s tells seconds', () => {
    const world = bridged();
    const [bridge] = world.hosts[0].bridges;
    for (const mac of ['02:00:00:00:00:09', '02:00:00:00:00:02']) learn(bridge, mac, 1, world.now);
    learn(bridge, '02:00:00:00:00:01', 0, world.now);
    world.now += 2_500_000_000;
    learn(bridge, '02:00:00:00:00:01', 0, world.now);
    expect(said('bridge -s fdb', world).replace(/^# .*\n/m, '')).toBe(
      '02:00:00:00:00:01 dev eth0 used 0/0 master br0 \n' +
        '02:00:00:00:00:b0 dev eth0 used 2/2 master br0 permanent\n' +
        '02:00:00:00:00:02 dev eth1 used 2/2 master br0 \n' +
        '02:00:00:00:00:09 dev eth1 used 2/2 master br0 \n' +
        '02:00:00:00:00:b1 dev eth1 used 2/2 master br0 permanent\n',
    );
    world.now += AGEING_NS - 2_500_000_000;
    expect(said('bridge fdb show dynamic', world)).toBe('02:00:00:00:00:01 dev eth0 master br0 \n');
  });

  it.each([
    ['bridge fdb add 02:00:00:00:00:01 dev eth0 master', 'entries are learnt from frames'],
    ['bridge fdb del 02:00:00:00:00:01 dev eth0', 'bridge fdb delete is not modelled'],
    ['bridge fdb get 02:00:00:00:00:01 br br0', 'bridge fdb get is not modelled'],
    ['bridge fdb flush dev br0', 'bridge fdb flush is not modelled'],
    ['bridge link set dev eth0 cost 5', 'bridge link set is not modelled'],
    ['bridge vlan', 'bridge vlan is not modelled'],
    ['bridge mdb show', 'bridge mdb is not modelled'],
    ['bridge monitor', 'bridge monitor is not modelled'],
    ['bridge -j link', '-j is not modelled'],
  ])('refused: %s', (line, hint) => {
    const result = runCommand(bridged(), 0, line);
    expect(result).toMatchObject({ status: 1, changes: [] });
    expect(result.output).toContain(hint);
  });

  it.each(['bridge', 'bridge help', 'bridge -h', 'bridge link help', 'bridge fdb show help'])(
    '%s',
    (line) => {
      const result = runCommand(bridged(), 0, line);
      expect(result.status).toBe(255);
      expect(result.output).toMatch(/^# bridge /);
    },
  );

  it('says that there is none', () => {
    expect(said('bridge fdb', testWorld())).toContain('# this host has no bridge');
    expect(said('bridge link', testWorld())).toContain('# this host has no bridge');
  });
});

describe('Tab', () => {
  it.each([
    ['ip link set eth0 ', ['mtu', 'gro_max_size', 'gro_ipv4_max_size', 'master', 'nomaster']],
    ['ip link set eth0 master ', ['br0', 'br1']],
    ['ip link set eth0 nomaster m', ['mtu', 'master']],
    ['ip link show b', ['br0', 'br1']],
    ['ip link show master ', ['br0', 'br1']],
    ['ip link show type b', ['bridge', 'bridge_slave']],
    ['br', ['bridge']],
    ['bridge ', ['link', 'fdb', '-d', '-o', '-s']],
    ['bridge -s fdb show ', ['br', 'brport', 'dev', 'state', 'dynamic']],
    ['bridge fdb show br ', ['br0', 'br1']],
    ['bridge link show dev ', ['eth0', 'eth1', 'eth2']],
  ])('%s', (line, words) => expect(completeCommand(bridged(), 0, line)).toEqual(words));
});
