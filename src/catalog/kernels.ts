/**
 * Kernel versions one can choose, derived from what differs between them; settings by the version they came with; and what changes
 * from one version to another.
 */
import { type RuleName, type RuleRow, rules } from './rules.ts';
import { type KernelVersion, versionIn, versionNumber } from './version.ts';

/** Versions people know and run: the last before NAPI, long-term kernels, the one that costs were fitted on. */
const USUAL: readonly KernelVersion[] = ['2.4.18', '4.18', '5.4', '5.15', '6.1', '6.6', '6.12', '6.18'];

export interface SettingSince {
  /** Start of the ids of the knobs it stands for, as in settings.ts. */
  readonly id: string;
  readonly since: KernelVersion;
  readonly source: string;
}

/** Settings that older kernels lack; what is not here is as old as any kernel offered. */
export const settingsSince: readonly SettingSince[] = [
  { id: 'feature.generic-receive-offload', since: '2.6.29', source: 'd565b0a1a9b6 (dev_gro_receive)' },
  { id: 'rps.cpus', since: '2.6.35', source: 'Documentation/ABI/testing/sysfs-class-net-queues' },
  { id: 'rps.flow_cnt', since: '2.6.35', source: 'Documentation/ABI/testing/sysfs-class-net-queues' },
  { id: 'net.core.rps_sock_flow_entries', since: '2.6.35', source: 'fec5e652e58f (RFS)' },
  { id: 'xps.cpus', since: '2.6.38', source: 'Documentation/ABI/testing/sysfs-class-net-queues' },
  { id: 'net.core.flow_limit_cpu_bitmap', since: '3.11', source: '99bbc7074190 (flow limit)' },
  { id: 'net.core.flow_limit_table_len', since: '3.11', source: '99bbc7074190 (flow limit)' },
  { id: 'napi.gro_flush_timeout', since: '3.19', source: '3b47d30396ba (gro flush timer)' },
  { id: 'net.core.netdev_budget_usecs', since: '4.12', source: 'net/core/dev.c, v6.12; 7acf8a1e8a28' },
  { id: 'net.core.gro_normal_batch', since: '5.4', source: '323ebb61e32b (gro_normal_batch)' },
  { id: 'napi.napi_defer_hard_irqs', since: '5.8', source: '6f8b12d661d0 (napi_defer_hard_irqs)' },
  { id: 'napi.threaded', since: '5.12', source: '5fdd2f0e5c64 (threaded NAPI by sysfs)' },
];

/** Oldest first: those people know, and each at which a rule or a setting changes. */
export const kernelVersions: readonly KernelVersion[] = [
  ...new Set([
    ...USUAL,
    ...(Object.values(rules) as (readonly RuleRow<number | boolean>[])[]).flatMap((rows) =>
      rows.flatMap((row) => (row.since === null ? [] : [row.since])),
    ),
    ...settingsSince.map((row) => row.since),
  ]),
].sort((a, b) => versionNumber(a) - versionNumber(b));

/** True where a setting (a knob's id without its card) is in this kernel. */
export function hasSetting(kernel: KernelVersion, id: string): boolean {
  const row = settingsSince.find((setting) => id.startsWith(setting.id));
  return row === undefined || versionIn(kernel, row.since, null);
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
): (SettingSince & { there: boolean })[] {
  return settingsSince.flatMap((row) => {
    const [before, after] = [versionIn(from, row.since, null), versionIn(to, row.since, null)];
    return before === after ? [] : [{ ...row, there: after }];
  });
}
