/**
 * Knob changes the engine knows: typed data, made by the shell from command lines. Applying one never fails: the shell has
 * checked it against the world (a refused command never gets here).
 */
import type { NetemSpec } from './link/netem.ts';
import type { QdiscSpec } from './net/sched/spec.ts';

export type Change =
  | { type: 'ring'; nic: number; rx: number }
  | {
      type: 'coalesce';
      nic: number;
      rxUsecs?: number;
      rxFrames?: number;
      adaptiveRx?: boolean;
      cqeMode?: boolean;
    }
  | { type: 'channels'; nic: number; combined: number }
  | {
      type: 'rss';
      nic: number;
      table?: number[];
      key?: string;
      symmetricXor?: boolean;
    }
  | { type: 'hash-fields'; nic: number; flowType: HashFlowType; fields: number }
  | { type: 'ntuple-add'; nic: number; rule: NtupleRule }
  | { type: 'ntuple-del'; nic: number; loc: number }
  | { type: 'feature'; nic: number; name: FeatureName; on: boolean }
  | { type: 'irq-affinity'; irq: number; cpus: number[] }
  /** `cpus` world indexes, ascending. */
  | { type: 'xps-cpus'; queue: number; cpus: number[] }
  /** `rxqs` receive queues, numbered in the NIC, ascending. */
  | { type: 'xps-rxqs'; queue: number; rxqs: number[] }
  | { type: 'bql'; queue: number; name: BqlName; value: number }
  | { type: 'rps-cpus'; queue: number; cpus: number[] }
  | { type: 'rps-flow-cnt'; queue: number; entries: number }
  | {
      type: 'napi';
      nic: number;
      name: 'gro_flush_timeout' | 'napi_defer_hard_irqs' | 'threaded';
      value: number;
    }
  | {
      type: 'link';
      nic: number;
      name: LinkSetting;
      value: number;
    }
  /** The card becomes a port of a bridge (index in its host), or of none. */
  | { type: 'master'; nic: number; bridge: number | null }
  /** `nic` a world index; the prefix's bits behind its length are zero. */
  | { type: 'route-add'; network: string; bits: number; nic: number; via: string | null }
  | { type: 'route-del'; network: string; bits: number }
  | { type: 'address-add'; nic: number; address: string; bits: number }
  | { type: 'address-del'; nic: number; address: string; bits: number }
  | { type: 'sysctl'; name: SysctlName; values: number[] }
  /** Of the link that leaves by a card; null: takes it away. */
  | { type: 'netem'; nic: number; netem: NetemSpec | null }
  /**
   * `queue` a transmit queue (world index), null: every one of the card, with `mq` the handle of the root above them (null: it stays).
   * `keep`: options of the one that stands are changed. A netem at the root goes.
   */
  | {
      type: 'qdisc';
      nic: number;
      queue: number | null;
      spec: QdiscSpec;
      handle: number;
      mq: number | null;
      keep: boolean;
    }
  | { type: 'task-affinity'; task: number; cpu: number };

export type LinkSetting =
  | 'mtu'
  | 'gro_max_size'
  | 'gro_ipv4_max_size'
  | 'txqueuelen'
  | 'gso_max_size'
  | 'gso_ipv4_max_size'
  | 'gso_max_segs';

/** Files of byte_queue_limits that can be written; bytes, hold_time in ms. */
export const BQL_NAMES = ['hold_time', 'limit', 'limit_max', 'limit_min'] as const;
export type BqlName = (typeof BQL_NAMES)[number];

/** Protocols whose RSS hash fields can be set (`ethtool -N IF rx-flow-hash`); fields are RXH_* bits of packet/toeplitz. */
export const HASH_FLOW_TYPES = ['tcp4', 'udp4', 'tcp6', 'udp6'] as const;
export type HashFlowType = (typeof HASH_FLOW_TYPES)[number];

/** Features `ethtool -K` can turn here, where the card has them; records name them by their place in this list. */
export const FEATURES = [
  'rx-checksumming',
  'generic-receive-offload',
  'receive-hashing',
  'ntuple-filters',
  'rx-gro-list',
  'rx-udp-gro-forwarding',
  'tx-checksum-ipv4',
  'tx-checksum-ip-generic',
  'tx-checksum-ipv6',
  'tx-scatter-gather',
  'tx-tcp-segmentation',
  'tx-tcp6-segmentation',
  'generic-segmentation-offload',
  'tx-udp-segmentation',
  'large-receive-offload',
  'udp-fragmentation-offload',
  'tls-hw-tx-offload',
  'tls-hw-rx-offload',
] as const;
export type FeatureName = (typeof FEATURES)[number];

/** An ntuple rule: null matches anything. `action` a queue index, -1 drop. */
export interface NtupleRule {
  loc: number;
  flowType: HashFlowType;
  src: string | null;
  dst: string | null;
  sport: number | null;
  dport: number | null;
  action: number;
}

/** sysctls of the receive path: name, how many values, default (0: computed when the world is made), least and most. */
export const SYSCTLS = {
  'net.core.netdev_budget': { values: 1, least: 0, most: 2147483647 },
  'net.core.netdev_budget_usecs': { values: 1, least: 0, most: 2147483647 },
  'net.core.dev_weight': { values: 1, least: 1, most: 2147483647 },
  'net.core.dev_weight_rx_bias': { values: 1, least: 1, most: 2147483647 },
  /** 2.4: levels of a backlog's average at which netif_rx tells its driver of congestion. */
  'net.core.no_cong': { values: 1, least: 0, most: 2147483647 },
  'net.core.lo_cong': { values: 1, least: 0, most: 2147483647 },
  'net.core.mod_cong': { values: 1, least: 0, most: 2147483647 },
  'net.core.netdev_max_backlog': { values: 1, least: 0, most: 2147483647 },
  'net.core.rps_sock_flow_entries': { values: 1, least: 0, most: 536870912 },
  /** A mask of CPUs, printed in hexadecimal. */
  'net.core.flow_limit_cpu_bitmap': { values: 1, least: 0, most: 9007199254740991 },
  'net.core.flow_limit_table_len': { values: 1, least: 1, most: 2147483647 },
  'net.core.busy_poll': { values: 1, least: 0, most: 2147483647 },
  'net.core.busy_read': { values: 1, least: 0, most: 2147483647 },
  'net.core.gro_normal_batch': { values: 1, least: 1, most: 2147483647 },
  'net.core.rmem_default': { values: 1, least: 2304, most: 2147483647 },
  'net.core.rmem_max': { values: 1, least: 2304, most: 2147483647 },
  /** By its name: place in DEFAULT_QDISCS. */
  'net.core.default_qdisc': { values: 1, least: 0, most: 3 },
  'net.core.wmem_default': { values: 1, least: 4608, most: 2147483647 },
  'net.core.wmem_max': { values: 1, least: 4608, most: 2147483647 },
  'net.ipv4.tcp_rmem': { values: 3, least: 1, most: 2147483647 },
  'net.ipv4.tcp_wmem': { values: 3, least: 1, most: 2147483647 },
  'net.ipv4.tcp_retries2': { values: 1, least: 0, most: 255 },
  'net.ipv4.tcp_tso_win_divisor': { values: 1, least: 0, most: 2147483647 },
  'net.ipv4.tcp_reordering': { values: 1, least: 1, most: 2147483647 },
  'net.ipv4.tcp_max_reordering': { values: 1, least: 1, most: 2147483647 },
  'net.ipv4.tcp_frto': { values: 1, least: 0, most: 2 },
  'net.ipv4.tcp_timestamps': { values: 1, least: 0, most: 2 },
  'net.ipv4.tcp_slow_start_after_idle': { values: 1, least: 0, most: 1 },
  'net.ipv4.tcp_limit_output_bytes': { values: 1, least: 0, most: 2147483647 },
  'net.ipv4.tcp_autocorking': { values: 1, least: 0, most: 1 },
  'net.ipv4.tcp_min_tso_segs': { values: 1, least: 1, most: 255 },
  'net.ipv4.tcp_pacing_ss_ratio': { values: 1, least: 0, most: 1000 },
  'net.ipv4.tcp_pacing_ca_ratio': { values: 1, least: 0, most: 1000 },
  'net.ipv4.tcp_early_retrans': { values: 1, least: 0, most: 4 },
  'net.ipv4.tcp_recovery': { values: 1, least: 0, most: 255 },
  /** By its name: 0 reno, 1 cubic. */
  'net.ipv4.tcp_congestion_control': { values: 1, least: 0, most: 1 },
  'net.ipv4.tcp_comp_sack_rtt_percent': { values: 1, least: 1, most: 1000 },
  'net.ipv4.tcp_sack': { values: 1, least: 0, most: 1 },
  'net.ipv4.tcp_dsack': { values: 1, least: 0, most: 1 },
  'net.ipv4.tcp_comp_sack_nr': { values: 1, least: 0, most: 255 },
  'net.ipv4.tcp_comp_sack_delay_ns': { values: 1, least: 0, most: 2147483647 },
  'net.ipv4.tcp_comp_sack_slack_ns': { values: 1, least: 0, most: 2147483647 },
  /** ip_queue, until nfnetlink_queue took its place. */
  'net.ipv4.ip_queue_maxlen': { values: 1, least: 0, most: 2147483647 },
  'net.ipv4.ip_forward': { values: 1, least: 0, most: 1 },
  'net.ipv4.ipfrag_high_thresh': { values: 1, least: 0, most: 2147483647 },
  /** Read by kernels before 4.17. */
  'net.ipv4.ipfrag_low_thresh': { values: 1, least: 0, most: 2147483647 },
  /** Seconds. */
  'net.ipv4.ipfrag_time': { values: 1, least: 0, most: 2147483647 },
  'net.ipv4.ip_early_demux': { values: 1, least: 0, most: 1 },
  'net.ipv4.tcp_early_demux': { values: 1, least: 0, most: 1 },
  'net.ipv4.udp_early_demux': { values: 1, least: 0, most: 1 },
} as const;
export type SysctlName = keyof typeof SYSCTLS;
