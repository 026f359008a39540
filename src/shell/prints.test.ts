/** Every print against what the real tool printed: headings and columns. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { World } from '../engine/world.ts';
import { testWorld, type } from './test-world.ts';

const read = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');

function output(world: World, line: string): string {
  const result = type(world, line);
  expect({ line, status: result.status, output: result.status === 0 ? '' : result.output }).toEqual({
    line,
    status: 0,
    output: '',
  });
  return result.output;
}

/** Every number and n/a, off, on made the same: what is left is the layout's words. */
const shape = (text: string) => text.replace(/\b(n\/a|off|on|\d+)\b/g, '#');
/** Where each word of a line ends: right-aligned columns. */
const ends = (line: string) => [...line.matchAll(/\S+/g)].map((m) => m.index + m[0].length);

describe('ethtool', () => {
  it.each([
    ['ethtool -g eth0', 'ethtool-g.txt'],
    ['ethtool -c eth0', 'ethtool-c.txt'],
    ['ethtool -l eth0', 'ethtool-l.txt'],
  ])('%s has the real layout', (line, file) => {
    expect(shape(output(testWorld(), line))).toBe(shape(read(file)));
  });

  it('-g, -c and -l give the values in force', () => {
    const world = testWorld({ nics: [{ driver: 'mlx5_core', ringSize: 1024, queues: 2 }] });
    expect(output(world, 'ethtool -g eth0')).toContain('RX:\t\t8192\n');
    expect(output(world, 'ethtool -g eth0')).toContain('Current hardware settings:\nRX:\t\t1024\n');
    expect(output(world, 'ethtool -c eth0')).toContain('rx-usecs: 16\nrx-frames: 32\n');
    expect(output(world, 'ethtool -c eth0')).toContain('CQE mode RX: off  TX: n/a\n');
    expect(output(world, 'ethtool -l eth0')).toContain('Combined:\t4\nCurrent');
    expect(output(world, 'ethtool -l eth0')).toMatch(/Combined:\t2\n$/);
    expect(output(testWorld(), 'ethtool -c eth0')).toContain('rx-usecs: 50\nrx-frames: n/a\n');
  });

  it('-k lists the features of a real kernel in its order; what is not modelled is fixed', () => {
    const ours = output(testWorld(), 'ethtool -k eth0').split('\n');
    const real = read('ethtool-k.txt').split('\n');
    expect(ours.slice(1).map((l) => l.split(':')[0])).toEqual(real.slice(1).map((l) => l.split(':')[0]));
    expect(ours[0]).toBe('Features for eth0:');
    expect(ours).toContain('generic-receive-offload: on');
    expect(ours).toContain('ntuple-filters: off');
    expect(ours).toContain('large-receive-offload: off');
    expect(ours).toContain('loopback: off [fixed]');
    expect(ours).toContain('\ttx-checksum-ipv4: off [fixed]');
  });

  it('-x prints eight entries a row, key, functions and, since 6.8, the transformation', () => {
    const lines = output(testWorld(), 'ethtool -x eth0').split('\n');
    expect(lines[0]).toBe('RX flow hash indirection table for eth0 with 4 RX ring(s):');
    expect(lines[1]).toBe('    0:      0     1     2     3     0     1     2     3');
    expect(lines[16]).toBe('  120:      0     1     2     3     0     1     2     3');
    expect(lines[17]).toBe('RSS hash key:');
    expect(lines[18]).toMatch(/^[0-9a-f]{2}(:[0-9a-f]{2}){39}$/);
    const tail = ['RSS hash function:', '    toeplitz: on', '    xor: off', '    crc32: off'];
    expect(lines.slice(19)).toEqual([...tail, 'RSS input transformation:', '    symmetric-xor: off', '']);
    expect(
      output(testWorld({ kernel: '6.1' }), 'ethtool -x eth0')
        .split('\n')
        .slice(19),
    ).toEqual([...tail, '']);
  });

  it('-n prints rules as rxclass does, by location', () => {
    const world = testWorld();
    expect(output(world, 'ethtool -n eth0')).toBe('4 RX rings available\nTotal 0 rules\n\n');
    output(world, 'ethtool -K eth0 ntuple on');
    expect(output(world, 'ethtool -N eth0 flow-type tcp4 dst-port 80 action 2')).toBe(
      'Added rule with ID 8191\n',
    );
    expect(output(world, 'ethtool -N eth0 flow-type udp6 src-ip 2001:DB8::1 action -1 loc 7')).toBe('');
    expect(output(world, 'ethtool -n eth0')).toBe(
      '4 RX rings available\nTotal 2 rules\n\n' +
        'Filter: 7\n\tRule Type: UDP over IPv6\n\tSrc IP addr: 2001:db8::1 mask: ::\n' +
        '\tDest IP addr: :: mask: ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n\tTraffic Class: 0x0 mask: 0xff\n' +
        '\tSrc port: 0 mask: 0xffff\n\tDest port: 0 mask: 0xffff\n\tAction: Drop\n\n' +
        'Filter: 8191\n\tRule Type: TCP over IPv4\n\tSrc IP addr: 0.0.0.0 mask: 255.255.255.255\n' +
        '\tDest IP addr: 0.0.0.0 mask: 255.255.255.255\n\tTOS: 0x0 mask: 0xff\n' +
        '\tSrc port: 0 mask: 0xffff\n\tDest port: 80 mask: 0x0\n\tAction: Direct to queue 2\n\n',
    );
    expect(output(world, 'ethtool -n eth0 rule 7')).toMatch(/^Filter: 7\n[\s\S]*Drop\n\n$/);
  });

  it('-n rx-flow-hash names the fields', () => {
    expect(output(testWorld(), 'ethtool -n eth0 rx-flow-hash udp4')).toBe(
      'UDP over IPV4 flows use these fields for computing Hash flow key:\nIP SA\nIP DA\n\n',
    );
    expect(output(testWorld(), 'ethtool -n eth0 rx-flow-hash tcp6')).toContain('TCP over IPV6 flows use');
    expect(output(testWorld(), 'ethtool -n eth0 rx-flow-hash tcp6')).toContain(
      'IP DA\nL4 bytes 0 & 1 [TCP/UDP src port]\nL4 bytes 2 & 3 [TCP/UDP dst port]\n\n',
    );
  });

  it("-S uses the driver's own names, in the real layout", () => {
    const line = /^ {5}\S+: \d+$/;
    for (const l of read('ethtool-S.txt').trimEnd().split('\n').slice(1)) expect(l).toMatch(line);
    const igb = output(testWorld({ nics: [{ driver: 'igb', queues: 2 }] }), 'ethtool -S eth0')
      .trimEnd()
      .split('\n');
    expect(igb[0]).toBe('NIC statistics:');
    for (const l of igb.slice(1)) expect(l).toMatch(line);
    for (const name of ['rx_missed_errors', 'rx_no_buffer_count', 'rx_queue_1_drops'])
      expect(igb).toContain(`     ${name}: 0`);
    const mlx5 = output(testWorld({ nics: [{ driver: 'mlx5_core' }] }), 'ethtool -S eth0');
    expect(mlx5).toContain('     rx_out_of_buffer: 0\n');
    expect(mlx5).toContain('     rx3_packets: 0\n');
    const world = testWorld({ nics: [{ driver: 'mlx5_core', queues: 2 }] });
    world.queues[0].arfs.add = 2;
    world.queues[1].arfs = { add: 3, request_in: 1, request_out: 0, expired: 4, err: 0 };
    const after = output(world, 'ethtool -S eth0');
    for (const line of ['rx_arfs_add: 5', 'rx0_arfs_add: 2', 'rx1_arfs_request_in: 1', 'rx1_arfs_expired: 4'])
      expect(after).toContain(`     ${line}\n`);
    const old = output(testWorld({ kernel: '6.5', nics: [{ driver: 'mlx5_core' }] }), 'ethtool -S eth0');
    expect(old).toContain('     rx0_arfs_err: 0\n');
    expect(old).not.toContain('arfs_add');
  });

  it('-i names driver and bus', () => {
    const names = (text: string) => text.split('\n').map((l) => l.split(':')[0]);
    const ours = output(testWorld(), 'ethtool -i eth0');
    expect(names(ours)).toEqual(names(read('ethtool-i.txt')));
    expect(ours).toContain('driver: ixgbe\n');
    expect(ours).toContain('bus-info: 0000:01:00.0\n');
  });
});

describe('/proc', () => {
  it('softnet_stat: eight hexadecimal digits, fifteen columns, CPU number in the thirteenth', () => {
    const world = testWorld({ cpus: 2 });
    world.cpus[1].softnet.processed = 0x2752;
    expect(output(world, 'cat /proc/net/softnet_stat').split('\n')[1]).toBe(
      read('softnet_stat.txt').split('\n')[1].replace(/^\w+/, '00002752'),
    );
    const columns = (kernel: string) =>
      output(testWorld({ kernel }), 'cat /proc/net/softnet_stat').split('\n')[0].split(' ').length;
    expect(['2.6.20', '2.6.35', '4.18', '6.1', '6.12'].map(columns)).toEqual([9, 10, 11, 13, 15]);
  });

  it('softnet_stat: counters in their columns', () => {
    const world = testWorld({ cpus: 1 });
    Object.assign(world.cpus[0].softnet, {
      processed: 1,
      dropped: 2,
      time_squeeze: 3,
      received_rps: 10,
      flow_limit_count: 11,
    });
    const line = output(world, 'cat /proc/net/softnet_stat');
    const columns = line.split(' ').map((word) => Number.parseInt(word, 16));
    expect(columns).toEqual([1, 2, 3, 0, 0, 0, 0, 0, 0, 10, 11, 0, 0, 0, 0]);
  });

  it('net/dev: real heading and columns; drop is rx_dropped + rx_missed_errors', () => {
    const world = testWorld();
    const real = read('net-dev.txt').split('\n');
    const c = world.nics[0].counters;
    Object.assign(c, {
      rx_bytes: 396046713,
      rx_packets: 10053,
      rx_dropped: 3,
      rx_missed_errors: 4,
      rx_length_errors: 5,
      multicast: 6,
    });
    const ours = output(world, 'cat /proc/net/dev').split('\n');
    expect(ours.slice(0, 2)).toEqual(real.slice(0, 2));
    const eth0 = real.find((l) => l.startsWith('  eth0:')) ?? '';
    expect(ends(ours[2])).toEqual(ends(eth0));
    expect(ours[2]).toMatch(/^ {2}eth0: 396046713 {3}10053 {4}5 {4}7 {4}0 {5}5 {10}0 {9}6 /);
  });

  it('interrupts: heading, counts, chip, name as in the kernel', () => {
    const world = testWorld({ cpus: 2 });
    const real = read('interrupts.txt').split('\n');
    world.queues[1].irqCounts[0] = 5540;
    world.cpus[1].calIpis = 76071;
    world.cpus[0].calIpis = 81428;
    const ours = output(world, 'cat /proc/interrupts').split('\n');
    expect(ours[0]).toBe(real[0]);
    const sample = real.find((l) => l.startsWith(' 39:')) ?? '';
    const like = (line: string) =>
      line
        .replace('0000:00:03.0', '0000:01:00.0')
        .replace(' 39:', ' 33:')
        .replace(/2-edge( +)\S+/, '1-edge$1eth0-TxRx-1');
    expect(ours[2]).toBe(like(sample.replace(/ 39: +\d+ +\d+/, ' 39:       5540          0')));
    expect(ours.find((l) => l.startsWith('CAL:'))).toBe(
      'CAL:      81428      76071   Function call interrupts',
    );
    expect(real.some((l) => /^CAL: +\d+ +\d+ {3}Function call interrupts$/.test(l))).toBe(true);
    const mlx5 = testWorld({ nics: [{ driver: 'mlx5_core' }] });
    expect(output(mlx5, 'cat /proc/interrupts')).toContain(
      'PCI-MSIX-0000:01:00.0   3-edge      mlx5_comp3@pci:0000:01:00.0\n',
    );
    expect(output(testWorld({ kernel: '4.18' }), 'cat /proc/interrupts')).toContain(
      ' PCI-MSI 524288-edge      eth0-TxRx-0\n',
    );
  });

  it('softirqs: heading and row as in the kernel', () => {
    const world = testWorld({ cpus: 2 });
    const real = read('softirqs.txt').split('\n');
    [world.cpus[0].netRxSoftirqs, world.cpus[1].netRxSoftirqs] = (
      /NET_RX: +(\d+) +(\d+)/.exec(real.join('\n')) ?? []
    )
      .slice(1)
      .map(Number);
    const ours = output(world, 'cat /proc/softirqs').split('\n');
    expect(ours[0]).toBe(real[0]);
    expect(ours[1]).toBe(real.find((l) => l.includes('NET_RX')));
  });

  it('snmp, netstat, snmp6: counters that are kept, in the kernel’s order', () => {
    const world = testWorld();
    world.hosts[0].snmp.UdpRcvbufErrors = 9;
    world.hosts[0].snmp.Ip6InReceives = 4;
    const lines = output(world, 'cat /proc/net/snmp').split('\n');
    const real = read('snmp.txt');
    for (const prefix of ['Ip', 'Tcp', 'Udp']) {
      const [names] = lines.filter((l) => l.startsWith(`${prefix}: `));
      const [realNames] = real.split('\n').filter((l) => l.startsWith(`${prefix}: `));
      const order = realNames.split(' ').filter((name) => names.split(' ').includes(name));
      expect(names.split(' ')).toEqual(order);
    }
    expect(lines).toContain('Udp: 0 0 0 0 9 0 0');
    expect(output(world, 'cat /proc/net/netstat')).toMatch(
      /^TcpExt: .*TCPOFOQueue.*\nTcpExt: [0 ]+\nIpExt: .*InNoECTPkts.*\nIpExt: [0 ]+\n$/,
    );
    expect(output(world, 'cat /proc/net/sockstat')).toBe('FRAG: inuse 0 memory 0\n');
    expect(output(world, 'cat /proc/net/snmp6').split('\n')[0]).toBe(
      read('snmp6.txt').split('\n')[0].replace(/\d+$/, '4'),
    );
  });

  it('affinity masks are as wide as the machine', () => {
    const world = testWorld({ cpus: 40 });
    expect(output(world, 'cat /proc/irq/34/smp_affinity')).toBe('00,00000004\n');
    output(world, 'echo 2-33,39 > /proc/irq/34/smp_affinity_list');
    expect(output(world, 'cat /proc/irq/34/smp_affinity')).toBe('83,fffffffc\n');
    expect(output(world, 'cat /proc/irq/34/smp_affinity_list')).toBe('2-33,39\n');
  });
});

describe('ip link', () => {
  const like = (text: string, stats: string) =>
    text
      .replace(/^4:/, '2:')
      .replace('mtu 1400', 'mtu 1500')
      .replace('qdisc pfifo_fast', 'qdisc mq')
      .replace('02:fc:00:00:00:01', '02:00:00:00:00:01')
      .concat(stats);

  it('show prints as iproute2 does', () => {
    expect(output(testWorld(), 'ip link show dev eth0')).toBe(like(read('ip-link.txt'), ''));
    expect(output(testWorld(), 'ip l')).toBe(like(read('ip-link.txt'), ''));
  });

  it.each([
    ['ip -s link show eth0', 'ip-s-link.txt'],
    ['ip -s -s link show eth0', 'ip-s-s-link.txt'],
  ])('%s has the real columns', (line, file) => {
    const world = testWorld();
    const real = read(file);
    const [bytes, packets] = (/RX: .*\n +(\d+) +(\d+)/.exec(real) ?? []).slice(1).map(Number);
    Object.assign(world.nics[0].counters, { rx_bytes: bytes, rx_packets: packets });
    const tx = (text: string) => text.replace(/(TX: .*\n)(.*)/, '$1').replace(/(TX errors: .*\n)(.*)/, '$1');
    expect(tx(output(world, line))).toBe(tx(like(real, '')));
  });

  it('missed and dropped are two columns; wide numbers widen both lines', () => {
    const world = testWorld();
    Object.assign(world.nics[0].counters, { rx_missed_errors: 123456789, rx_dropped: 5 });
    const lines = output(world, 'ip -s link').split('\n');
    expect(lines[2]).toBe('    RX:  bytes packets errors dropped    missed   mcast           ');
    expect(lines[3]).toBe('             0       0      0       5 123456789       0 ');
  });

  it('-d shows the GRO limits', () => {
    const world = testWorld();
    output(world, 'ip link set eth0 gro_max_size 131072');
    expect(output(world, 'ip -d link show eth0')).toContain(
      ' gro_max_size 131072 gso_ipv4_max_size 65536 gro_ipv4_max_size 65536 ',
    );
    output(world, 'ip link set eth0 gro_max_size 4000');
    expect(output(world, 'ip -d link show eth0')).toContain(
      ' gro_max_size 4000 gso_ipv4_max_size 65536 gro_ipv4_max_size 4000 ',
    );
  });
});

it('sysctl -a lists all, as the kernel names them; help names every command', () => {
  const text = output(testWorld(), 'sysctl -a');
  expect(text).toContain('net.core.netdev_budget_usecs = 8000\n');
  expect(text).toContain('net.ipv4.tcp_rmem = 4096\t131072\t6291456\n');
  expect(output(testWorld({ kernel: '4.11' }), 'sysctl -a')).not.toContain('netdev_budget_usecs');
  expect(output(testWorld(), 'help ethtool')).toContain('ethtool -X|--set-rxfh-indir DEV');
});
