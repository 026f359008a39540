/**
 * Rules that differ by kernel version. One row a rule and span of versions; the engine asks once, when a world is
 * made, and never branches on a version itself.
 */
import { type KernelVersion, versionIn } from './version.ts';

export interface RuleRow<T> {
  readonly since: KernelVersion | null;
  readonly until: KernelVersion | null;
  readonly value: T;
  readonly source: string;
}

export const rules = {
  /** A CWR flag that differs between held packet and new one prevents merging. */
  groCwrDiffers: [
    {
      since: null,
      until: '6.15',
      value: false,
      source: 'net/ipv4/tcp_offload.c, v6.12: TCP_FLAG_CWR masked out',
    },
    {
      since: '6.15',
      until: null,
      value: true,
      source: '4e4f7cefb130 (AccECN); measured on 6.18',
    },
  ],
  /** DF clear: may the IP ID stay constant over a train? */
  groFixedIdWithoutDf: [
    {
      since: null,
      until: '6.18',
      value: false,
      source: 'include/net/gro.h inet_gro_flush, v6.12',
    },
    {
      since: '6.18',
      until: null,
      value: true,
      source: 'September 2025 patch "relax fixed ID"; measured on 6.18',
    },
  ],
  /** Once ksoftirqd is runnable, a later hard interrupt leaves pending softirqs to it. */
  softirqsLeftToKsoftirqd: [
    {
      since: null,
      until: '4.9',
      value: false,
      source: 'kernel/softirq.c before v4.9',
    },
    {
      since: '4.9',
      until: '6.5',
      value: true,
      source: 'kernel/softirq.c, v4.9 to v6.4',
    },
    { since: '6.5', until: null, value: false, source: 'd15121be7485' },
  ],
  /** net.ipv4.tcp_rmem[2], bytes, on a machine with memory enough. */
  tcpRmemMax: [
    {
      since: null,
      until: '6.16',
      value: 6_291_456,
      source: 'net/ipv4/tcp.c, v6.12',
    },
    { since: '6.16', until: null, value: 33_554_432, source: '572be9bf9d0d' },
  ],
  /** net.core.rmem_max, bytes. */
  rmemMax: [
    {
      since: null,
      until: '6.18',
      value: 212_992,
      source: 'net/core/sock.c, v6.12',
    },
    { since: '6.18', until: null, value: 4_194_304, source: 'a6d4f25888b8' },
  ],
  /** Columns of /proc/net/softnet_stat. */
  softnetColumns: [
    {
      since: null,
      until: '2.6.35',
      value: 9,
      source: 'net/core/dev.c before received_rps',
    },
    { since: '2.6.35', until: '3.11', value: 10, source: 'received_rps added' },
    {
      since: '3.11',
      until: '5.10',
      value: 11,
      source: 'flow_limit_count added',
    },
    {
      since: '5.10',
      until: '6.8',
      value: 13,
      source: 'backlog length and CPU number added',
    },
    {
      since: '6.8',
      until: null,
      value: 15,
      source: 'net/core/net-procfs.c, v6.12',
    },
  ],
  /** Cards are polled (NAPI); before, every interrupt takes its frames itself and netif_rx queues them. */
  napi: [
    { since: null, until: '2.4.20', value: false, source: 'net/core/dev.c netif_rx, 2.4.18' },
    { since: '2.4.20', until: null, value: true, source: 'net/core/dev.c net_rx_action, 2.4.20' },
  ],
  /** net.core.netdev_max_backlog, packets. */
  maxBacklog: [
    { since: null, until: '2.6.12', value: 300, source: 'net/core/dev.c, 2.4.18' },
    { since: '2.6.12', until: null, value: 1000, source: 'net/core/dev.c, v6.12' },
  ],
  /** Length of a device's queueing discipline, packets. */
  txQueueLen: [
    { since: null, until: '2.6.0', value: 100, source: 'drivers/net/net_init.c ether_setup, 2.4.18' },
    { since: '2.6.0', until: null, value: 1000, source: 'net/ethernet/eth.c DEFAULT_TX_QUEUE_LEN, v6.12' },
  ],
  /** netdev_budget_usecs exists (else only the two-jiffies limit). */
  budgetUsecs: [
    {
      since: null,
      until: '4.12',
      value: false,
      source: 'net_rx_action before v4.12: jiffies + 2 fixed',
    },
    {
      since: '4.12',
      until: null,
      value: true,
      source: 'net/core/dev.c, v6.12',
    },
  ],
  /** GRO exists: frames of a flow are joined before the stack. */
  gro: [
    { since: null, until: '2.6.29', value: false, source: 'net/core/dev.c before d565b0a1a9b6' },
    { since: '2.6.29', until: null, value: true, source: 'd565b0a1a9b6 (dev_gro_receive)' },
  ],
  /** TCP trains on rx-gro-list (fraglist). */
  groTcpFraglist: [
    {
      since: null,
      until: '6.10',
      value: false,
      source: 'net/ipv4/tcp_offload.c before v6.10',
    },
    {
      since: '6.10',
      until: null,
      value: true,
      source: 'net/ipv4/tcp_offload.c, v6.12',
    },
  ],
} as const satisfies Record<string, readonly RuleRow<number | boolean>[]>;

export type RuleName = keyof typeof rules;
export type RuleValues = {
  [K in RuleName]: (typeof rules)[K][number]['value'] extends boolean ? boolean : number;
};

/** Every rule's value for one kernel version. */
export function rulesFor(kernel: KernelVersion): RuleValues {
  const values: Record<string, number | boolean> = {};
  for (const [name, rows] of Object.entries(rules)) {
    const row = rows.find((r) => versionIn(kernel, r.since, r.until));
    if (row === undefined) throw new RangeError(`rule ${name} has no row for kernel ${kernel}`);
    values[name] = row.value;
  }
  return values as RuleValues;
}
