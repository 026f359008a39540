/**
 * Kernel versions one can choose, derived from what differs between them; settings by the version they came with; and what changes
 * from one version to another.
 */
import { type InterfaceRow, sysctlVersions } from './interfaces.ts';
import { type RuleName, type RuleRow, rules } from './rules.ts';
import { type KernelVersion, versionIn, versionNumber } from './version.ts';

/** Versions people know and run: the one before softnet, the last before NAPI, long-term kernels, the one that costs were fitted on. */
const USUAL: readonly KernelVersion[] = [
  '2.2.16',
  '2.4.18',
  '4.18',
  '5.4',
  '5.15',
  '6.1',
  '6.6',
  '6.12',
  '6.18',
];

export interface SettingVersion extends InterfaceRow {
  /** As in settings.ts. */
  readonly id: string;
}

const QUEUES = 'Documentation/ABI/testing/sysfs-class-net-queues';

function since(id: string, version: KernelVersion, source: string): SettingVersion {
  return { id, since: version, until: null, source };
}

/** Settings that not every kernel has, sysctls among them; what is not here is as old as any kernel offered. */
export const settingVersions: readonly SettingVersion[] = [
  since('feature.generic-receive-offload', '2.6.29', 'd565b0a1a9b6 (dev_gro_receive)'),
  since('affinity', '3.0', '4b060420a596 (smp_affinity_list)'),
  since('affinity.mask', '2.4.0', 'arch/i386/kernel/irq.c, 2.4.18'),
  ...[
    'tx-checksum-ipv4',
    'tx-checksum-ip-generic',
    'tx-checksum-ipv6',
    'tx-scatter-gather',
    'tx-tcp-segmentation',
    'tx-tcp6-segmentation',
  ].map((name) => since(`feature.${name}`, '2.6.0', 'include/linux/netdevice.h, 2.6.0 (NETIF_F_TSO)')),
  since('feature.generic-segmentation-offload', '2.6.18', 'f6a78bfcb141 (skb_gso_segment)'),
  since('feature.large-receive-offload', '2.6.24', '71c87e0cc2a1 (net/ipv4/inet_lro.c)'),
  {
    id: 'feature.udp-fragmentation-offload',
    since: '2.6.15',
    until: '4.14',
    source: 'e89e9cf539a2 (NETIF_F_UFO); d9d30adf5677',
  },
  since('feature.tls-hw-tx-offload', '4.18', 'e8f69799810c, 2342a8512a1e (NETIF_F_HW_TLS_TX)'),
  since('feature.tls-hw-rx-offload', '4.19', '14136564c8ee (NETIF_F_HW_TLS_RX)'),
  since('feature.tx-udp-segmentation', '4.18', 'bec1f6f69736 (UDP_SEGMENT)'),
  since('rps.cpus', '2.6.35', QUEUES),
  since('rps.flow_cnt', '2.6.35', QUEUES),
  since('xps.cpus', '2.6.38', QUEUES),
  since('napi.gro_flush_timeout', '3.19', '3b47d30396ba (gro flush timer)'),
  since('napi.napi_defer_hard_irqs', '5.8', '6f8b12d661d0 (napi_defer_hard_irqs)'),
  since('napi.threaded', '5.12', '5fdd2f0e5c64 (threaded NAPI by sysfs)'),
  since('link.gso_max_size', '4.16', '46e6b992c250 (rtnl gso_max_size)'),
  since('link.gso_max_segs', '4.16', '46e6b992c250 (rtnl gso_max_segs)'),
  since('link.gso_ipv4_max_size', '6.3', '9eefedd58ae1 (gso_ipv4_max_size, gro_ipv4_max_size)'),
  since('link.gro_max_size', '5.17', 'eac1b93c14d6 (gro_max_size)'),
  since('link.gro_ipv4_max_size', '6.3', '9eefedd58ae1 (gso_ipv4_max_size, gro_ipv4_max_size)'),
  ...Object.entries(sysctlVersions).map(([id, row]) => ({ id, ...row })),
];

/** Oldest first: those people know, and each at which a rule or a setting changes. */
export const kernelVersions: readonly KernelVersion[] = [
  ...new Set([
    ...USUAL,
    ...(Object.values(rules) as (readonly RuleRow<number | boolean>[])[]).flatMap((rows) =>
      rows.flatMap((row) => (row.since === null ? [] : [row.since])),
    ),
    ...settingVersions.flatMap((row) => (row.since === null ? [] : [row.since])),
  ]),
].sort((a, b) => versionNumber(a) - versionNumber(b));

/** True where a setting (a knob's id without its card) is in this kernel. */
export function hasSetting(kernel: KernelVersion, id: string): boolean {
  const row = settingVersions.find((setting) => setting.id === id);
  return row === undefined || versionIn(kernel, row.since, row.until);
}

export interface RuleChange {
  rule: RuleName;
  from: number | boolean;
  to: number | boolean;
  /** Of the row in force after the change. */
  source: string;
}

/** Rules that differ between two kernels, in the table's order. */
export function ruleChanges(from: KernelVersion, to: KernelVersion): RuleChange[] {
  const changes: RuleChange[] = [];
  for (const [rule, rows] of Object.entries(rules) as [RuleName, readonly RuleRow<number | boolean>[]][]) {
    const at = (kernel: KernelVersion) => rows.find((row) => versionIn(kernel, row.since, row.until));
    const [before, after] = [at(from), at(to)];
    if (before === undefined || after === undefined || before.value === after.value) continue;
    changes.push({ rule, from: before.value, to: after.value, source: after.source });
  }
  return changes;
}

/** Settings that only one of two kernels has. */
export function settingChanges(
  from: KernelVersion,
  to: KernelVersion,
): (SettingVersion & { there: boolean })[] {
  return settingVersions.flatMap((row) => {
    const [before, after] = [from, to].map((kernel) => versionIn(kernel, row.since, row.until));
    return before === after ? [] : [{ ...row, there: after }];
  });
}
