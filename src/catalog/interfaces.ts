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
  'net.ipv4.tcp_wmem': { since: '2.4.0', until: null, source: 'net/ipv4/sysctl_net_ipv4.c' },
  'net.ipv4.tcp_tso_win_divisor': { since: '2.6.9', until: null, source: 'net/ipv4/sysctl_net_ipv4.c' },
  'net.ipv4.tcp_reordering': { since: '2.4.0', until: null, source: 'net/ipv4/sysctl_net_ipv4.c' },
  'net.ipv4.tcp_max_reordering': { since: '3.19', until: null, source: 'dca145ffaa8d' },
  'net.ipv4.tcp_frto': { since: '2.4.21', until: null, source: 'net/ipv4/sysctl_net_ipv4.c' },
  'net.ipv4.tcp_slow_start_after_idle': { since: '2.6.18', until: null, source: '35089bb203f4' },
  'net.ipv4.tcp_limit_output_bytes': { since: '3.6', until: null, source: '46d3ceabd8d9' },
  'net.ipv4.tcp_autocorking': { since: '3.14', until: null, source: 'f54b311142a9' },
  'net.ipv4.tcp_min_tso_segs': { since: '3.12', until: null, source: '95bd09eb2750' },
  'net.core.default_qdisc': { since: '3.12', until: null, source: '6da7c8fcbcbd' },
  'net.ipv4.tcp_pacing_ss_ratio': { since: '4.3', until: null, source: '43e122b014c9' },
  'net.ipv4.tcp_pacing_ca_ratio': { since: '4.3', until: null, source: '43e122b014c9' },
  'net.ipv4.tcp_early_retrans': { since: '3.5', until: null, source: 'eed530b6c676' },
  'net.ipv4.tcp_recovery': { since: '4.4', until: null, source: '4f41b1c58a32' },
  'net.ipv4.tcp_congestion_control': { since: '2.6.13', until: null, source: '317a76f9a44b' },
  'net.ipv4.tcp_comp_sack_rtt_percent': { since: '6.19', until: null, source: '416dd649f3aa' },
  'net.ipv4.tcp_dsack': { since: '2.4.0', until: null, source: 'net/ipv4/sysctl_net_ipv4.c' },
  'net.ipv4.tcp_comp_sack_nr': { since: '4.18', until: null, source: '5d9f4262b7ea (SACK compression)' },
  'net.ipv4.tcp_comp_sack_delay_ns': {
    since: '4.18',
    until: null,
    source: '5d9f4262b7ea (SACK compression)',
  },
  'net.ipv4.tcp_comp_sack_slack_ns': { since: '5.8', until: null, source: 'a70437cc09a1' },
  'net.ipv4.ip_queue_maxlen': {
    since: '2.4.0',
    until: '2.6.14',
    source: 'net/ipv4/netfilter/ip_queue.c, 2.4.17',
  },
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
  '/proc/net/ip_queue': {
    since: '2.4.0',
    until: '2.6.14',
    source: 'net/ipv4/netfilter/ip_queue.c, 2.4.17; NFQUEUE is used since 2.6.14',
  },
  '/proc/net/netfilter/nfnetlink_queue': {
    since: '2.6.14',
    until: null,
    source: 'net/netfilter/nfnetlink_queue.c, v6.12',
  },
  '/proc/net/tls_stat': { since: '5.5', until: null, source: 'd26b698dd3cd (net/tls/tls_proc.c)' },
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
