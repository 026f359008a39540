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
  /** Received packets wait in one backlog for the whole machine, and one CPU at a time takes them up (net_bh). */
  bottomHalves: [
    { since: null, until: '2.4.0', value: true, source: 'net/core/dev.c net_bh, kernel/softirq.c, 2.2.16' },
    { since: '2.4.0', until: null, value: false, source: 'net/core/dev.c net_rx_action, 2.4.0' },
  ],
  /** Socket system calls run under one lock for the whole kernel (lock_kernel). */
  bigKernelLock: [
    { since: null, until: '2.4.0', value: true, source: 'net/socket.c sys_recvfrom, 2.2.16' },
    { since: '2.4.0', until: null, value: false, source: 'net/socket.c, 2.4.0' },
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
  /** Byte queue limits. */
  bql: [
    { since: null, until: '3.3', value: false, source: 'drivers before v3.3' },
    { since: '3.3', until: null, value: true, source: 'lib/dynamic_queue_limits.c, v3.3 (75957ba36c05)' },
  ],
  /** pfifo_fast without a root lock. */
  qdiscLockless: [
    { since: null, until: '4.16', value: false, source: 'net/sched/sch_generic.c before v4.16' },
    { since: '4.16', until: null, value: true, source: 'net/sched/sch_generic.c, v4.16 (c5ad119fb6c0)' },
  ],
  /** XPS by receive queue (xps_rxqs). */
  xpsRxqs: [
    { since: null, until: '4.19', value: false, source: 'net/core/net-sysfs.c before v4.19' },
    { since: '4.19', until: null, value: true, source: 'net/core/net-sysfs.c, v4.19' },
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
