/** What every sysctl of a host stands at before its set-up, by kernel version. */
import { hasSysctl } from '../../catalog/interfaces.ts';
import type { RuleValues } from '../../catalog/rules.ts';
import { NF_QUEUE_MAXLEN } from '../net/nf-queue.ts';
import { DEFAULT_QDISCS } from '../net/sched/spec.ts';
import type { HostSpec, WorldSpec } from '../spec.ts';
import type { HostState } from '../world.ts';

/** The systems that name a queueing discipline for their cards name it here (systemd: fq_codel). */
function defaultQdiscNumber(host: HostSpec): number {
  const kind = host.nics[0]?.qdisc ?? 'pfifo_fast';
  return Math.max(0, DEFAULT_QDISCS.indexOf(kind as (typeof DEFAULT_QDISCS)[number]));
}

/** The defaults of one host. */
export function sysctlDefaults(spec: WorldSpec, rules: RuleValues, host: HostSpec): HostState['sysctl'] {
  return {
    'net.core.netdev_budget': [300],
    'net.core.netdev_budget_usecs': [Math.floor(2_000_000 / spec.hz)],
    'net.core.dev_weight': [64],
    'net.core.dev_weight_rx_bias': [1],
    'net.core.no_cong': [20],
    'net.core.lo_cong': [100],
    'net.core.mod_cong': [290],
    'net.core.netdev_max_backlog': [rules.maxBacklog],
    'net.core.rps_sock_flow_entries': [0],
    'net.core.flow_limit_cpu_bitmap': [0],
    'net.core.flow_limit_table_len': [4096],
    'net.core.busy_poll': [0],
    'net.core.busy_read': [0],
    'net.core.gro_normal_batch': [8],
    'net.core.rmem_default': [212992],
    'net.core.rmem_max': [rules.rmemMax],
    'net.core.default_qdisc': [defaultQdiscNumber(host)],
    'net.core.wmem_default': [212992],
    'net.core.wmem_max': [rules.rmemMax],
    'net.ipv4.tcp_rmem': [4096, 131072, rules.tcpRmemMax],
    'net.ipv4.ip_queue_maxlen': [NF_QUEUE_MAXLEN],
    'net.ipv4.ip_early_demux': [1],
    'net.ipv4.ip_forward': [0],
    'net.ipv4.ipfrag_high_thresh': [rules.ipfragHighThresh],
    'net.ipv4.ipfrag_low_thresh': [rules.ipfragLowThresh],
    'net.ipv4.ipfrag_time': [30],
    'net.ipv4.tcp_early_demux': [1],
    'net.ipv4.tcp_wmem': [4096, 16_384, 4_194_304],
    'net.ipv4.tcp_retries2': [15],
    'net.ipv4.tcp_tso_win_divisor': [3],
    'net.ipv4.tcp_reordering': [3],
    'net.ipv4.tcp_max_reordering': [300],
    'net.ipv4.tcp_frto': [2],
    'net.ipv4.tcp_timestamps': [1],
    'net.ipv4.tcp_slow_start_after_idle': [1],
    'net.ipv4.tcp_limit_output_bytes': [rules.tcpLimitOutputBytes],
    'net.ipv4.tcp_autocorking': [rules.tcpAutocorking ? 1 : 0],
    'net.ipv4.tcp_min_tso_segs': [2],
    'net.ipv4.tcp_pacing_ss_ratio': [200],
    'net.ipv4.tcp_pacing_ca_ratio': [120],
    'net.ipv4.tcp_early_retrans': [rules.tcpLossProbe ? 3 : 0],
    'net.ipv4.tcp_recovery': [rules.tcpRack ? 1 : 0],
    'net.ipv4.tcp_congestion_control': [rules.tcpCubic ? 1 : 0],
    'net.ipv4.tcp_comp_sack_rtt_percent': [rules.tcpCompSackRttPercent],
    'net.ipv4.tcp_sack': [1],
    'net.ipv4.tcp_dsack': [hasSysctl(spec.kernel, 'net.ipv4.tcp_dsack') ? 1 : 0],
    'net.ipv4.tcp_comp_sack_nr': [44],
    'net.ipv4.tcp_comp_sack_delay_ns': [1_000_000],
    'net.ipv4.tcp_comp_sack_slack_ns': [rules.tcpCompSackSlackNs],
    'net.ipv4.udp_early_demux': [1],
  };
}
