import { describe, expect, it } from 'vitest';
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import { udpRate, worldSpec } from '../testing/specs.ts';
import type { World } from '../engine/world.ts';
import { knobCommands } from './knobs.ts';
import { runCommand } from './shell.ts';
import { testWorld } from './test-world.ts';

const run = (w: World, line: string) => runCommand(w, 0, line);

describe('files and settings of a kernel’s time', () => {
  it('2.2 has dev_stat, no softnet_stat, no /sys: cat says what it always says', () => {
    const w = testWorld({ kernel: '2.2.16' });
    expect(run(w, 'cat /proc/net/softnet_stat').output).toContain(
      'cat: /proc/net/softnet_stat: No such file or directory',
    );
    expect(run(w, 'cat /proc/net/softnet_stat').status).toBe(1);
    expect(run(w, 'cat /proc/net/dev_stat').output).toBe('00000000 00000000 00000000 00000000 00000000\n');
    expect(run(w, 'cat /sys/class/net/eth0/gro_flush_timeout').status).toBe(1);
    expect(run(w, 'cat /proc/irq/32/smp_affinity').status).toBe(1);
    const old = testWorld({ kernel: '2.4.18' });
    expect(run(old, 'cat /proc/irq/32/smp_affinity').status).toBe(0);
    // 4b060420a596
    expect(run(old, 'cat /proc/irq/32/smp_affinity_list').output).toContain('No such file or directory');
    const affinity = (kernel: string) =>
      knobCommands(testWorld({ kernel }), 0).filter((k) => k.id.startsWith('eth0.affinity.0'));
    expect(affinity('2.6.39').map((k) => [k.id, k.template])).toEqual([
      ['eth0.affinity.0.mask', 'echo {value} > /proc/irq/32/smp_affinity'],
    ]);
    expect(affinity('3.0').map((k) => [k.id, k.template])).toEqual([
      ['eth0.affinity.0', 'echo {value} > /proc/irq/32/smp_affinity_list'],
    ]);
    expect(affinity('2.2.16')).toEqual([]);
  });

  it('sysctls are those of the time', () => {
    const names = (kernel: string): string =>
      run(testWorld({ kernel }), 'sysctl -N -a').output.replaceAll('\n', ' ').trim();
    expect(names('2.2.16')).toBe(
      'net.core.netdev_max_backlog net.core.rmem_default net.core.rmem_max net.core.wmem_default net.core.wmem_max net.ipv4.ip_forward net.ipv4.ipfrag_high_thresh net.ipv4.ipfrag_low_thresh net.ipv4.ipfrag_time net.ipv4.tcp_retries2 net.ipv4.tcp_sack net.ipv4.tcp_timestamps',
    );
    expect(names('2.4.18')).toBe(
      'net.core.dev_weight net.core.lo_cong net.core.mod_cong net.core.netdev_max_backlog net.core.no_cong net.core.rmem_default net.core.rmem_max net.core.wmem_default net.core.wmem_max net.ipv4.ip_forward net.ipv4.ipfrag_high_thresh net.ipv4.ipfrag_low_thresh net.ipv4.ipfrag_time net.ipv4.tcp_dsack net.ipv4.tcp_reordering net.ipv4.tcp_retries2 net.ipv4.tcp_rmem net.ipv4.tcp_sack net.ipv4.tcp_timestamps net.ipv4.tcp_wmem',
    );
    expect(names('6.12')).not.toMatch(/core\.\w+_cong/);
    expect(names('6.12')).toContain('net.core.netdev_budget_usecs');
    expect(run(testWorld({ kernel: '2.2.16' }), 'sysctl net.core.netdev_budget').output).toContain(
      'No such file or directory',
    );
  });

  it('2.4’s softnet_stat: nine columns, what netif_rx was given first, how often it throttled fourth', () => {
    const spec = worldSpec({
      kernel: '2.4.18',
      hz: 100,
      cpus: 1,
      nic: { driver: 'tulip', ringSize: 128, linkBps: 1e9 },
      traffic: [udpRate({ ratePps: 58_000 })],
    });
    spec.hosts[0].profile = 'p3-700';
    const w = createWorld(spec);
    advance(w, 60_000_000);
    const columns = run(w, 'cat /proc/net/softnet_stat')
      .output.trim()
      .split(' ')
      .map((hex) => Number.parseInt(hex, 16));
    const { softnet } = w.cpus[0];
    expect(columns).toEqual([
      w.queues[0].packets,
      softnet.dropped,
      softnet.time_squeeze,
      softnet.throttled,
      0,
      0,
      0,
      0,
      0,
    ]);
    expect(softnet.throttled).toBeGreaterThan(0);
    expect(softnet.dropped).toBe(w.totals.dropped - w.queues[0].missed - w.sockets[0].drops);
    // the card's own statistics know nothing of what its CPU's backlog lost
    expect(w.nics[0].counters.rx_dropped).toBe(0);
  });
});
