/**
 * Which settings and files a kernel has: since when, until when. What is not listed is there in every version of the model.
 * Source: net/core/sysctl_net_core.c, net/core/dev.c and /proc as listed for each; versions before 2.6.35 partly from the
 * dumps and patches of their time.
 */
import { type KernelVersion, versionIn } from './version.ts';

export interface InterfaceRow {
  readonly since: KernelVersion | null;
  readonly until: KernelVersion | null;
  readonly source: string;
}

export const sysctlVersions: Readonly<Record<string, InterfaceRow>> = {
  'net.core.netdev_budget': { since: '2.6.12', until: null, source: 'net/core/sysctl_net_core.c' },
  'net.core.netdev_budget_usecs': { since: '4.12', until: null, source: 'net/core/sysctl_net_core.c' },
  'net.core.dev_weight': { since: '2.4.0', until: null, source: 'net/core/sysctl_net_core.c, 2.4.18' },
  'net.core.dev_weight_rx_bias': { since: '4.11', until: null, source: 'net/core/sysctl_net_core.c' },
  'net.core.no_cong': { since: '2.4.0', until: '2.6.12', source: 'net/core/dev.c, 2.4.18' },
  'net.core.lo_cong': { since: '2.4.0', until: '2.6.12', source: 'net/core/dev.c, 2.4.18' },
  'net.core.mod_cong': { since: '2.4.0', until: '2.6.12', source: 'net/core/dev.c, 2.4.18' },
  'net.core.rps_sock_flow_entries': { since: '2.6.35', until: null, source: 'fec5e652e58f' },
  'net.core.flow_limit_cpu_bitmap': { since: '3.11', until: null, source: 'net/core/sysctl_net_core.c' },
  'net.core.flow_limit_table_len': { since: '3.11', until: null, source: 'net/core/sysctl_net_core.c' },
  'net.core.busy_read': { since: '3.11', until: null, source: 'net/core/sysctl_net_core.c, 2d48d67fa8cd' },
  'net.core.busy_poll': { since: '3.11', until: null, source: 'net/core/sysctl_net_core.c, 2d48d67fa8cd' },
  'net.core.gro_normal_batch': { since: '5.4', until: null, source: 'net/core/sysctl_net_core.c' },
  'net.ipv4.tcp_rmem': { since: '2.4.0', until: null, source: 'net/ipv4/sysctl_net_ipv4.c' },
  'net.ipv4.tcp_dsack': { since: '2.4.0', until: null, source: 'net/ipv4/sysctl_net_ipv4.c' },
  'net.ipv4.tcp_comp_sack_nr': { since: '4.18', until: null, source: '5d9f4262b7ea (SACK compression)' },
  'net.ipv4.tcp_comp_sack_delay_ns': {
    since: '4.18',
    until: null,
    source: '5d9f4262b7ea (SACK compression)',
  },
  'net.ipv4.tcp_comp_sack_slack_ns': { since: '5.8', until: null, source: 'a70437cc09a1' },
  'net.ipv4.ip_early_demux': { since: '3.6', until: null, source: 'net/ipv4/ip_input.c' },
  'net.ipv4.tcp_early_demux': { since: '3.6', until: null, source: 'net/ipv4/ip_input.c' },
  'net.ipv4.udp_early_demux': { since: '3.6', until: null, source: 'net/ipv4/ip_input.c' },
};

/** By the path's beginning. */
export const fileVersions: Readonly<Record<string, InterfaceRow>> = {
  '/proc/net/dev_stat': { since: null, until: '2.4.0', source: 'net/core/dev.c dev_proc_stats, 2.2.16' },
  '/proc/net/softnet_stat': { since: '2.4.0', until: null, source: 'net/core/dev.c dev_proc_stats, 2.4.18' },
  '/proc/net/snmp6': { since: '2.4.0', until: null, source: 'net/ipv6/proc.c' },
  '/proc/irq/': { since: '2.4.0', until: null, source: 'arch/i386/kernel/irq.c, 2.4.18' },
  '/proc/softirqs': { since: '2.6.31', until: null, source: 'fs/proc/softirqs.c' },
  '/sys/': { since: '2.6.0', until: null, source: 'fs/sysfs, 2.6.0' },
};

export function hasSysctl(kernel: KernelVersion, name: string): boolean {
  const row = sysctlVersions[name];
  return row === undefined || versionIn(kernel, row.since, row.until);
}

export function hasFile(kernel: KernelVersion, path: string): boolean {
  for (const [start, row] of Object.entries(fileVersions))
    if (path.startsWith(start)) return versionIn(kernel, row.since, row.until);
  return true;
}
