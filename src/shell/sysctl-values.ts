/**
 * The sysctls of the receive path: reading, checking, writing. A write of fewer values than there are keeps the others, more
 * are ignored, as proc_dointvec does. Source: kernel/sysctl.c, net/core/sysctl_net_core.c, v6.12; tried on a running 6.18.
 */
import { hasSysctl } from '../catalog/interfaces.ts';
import { SYSCTLS, type SysctlName } from '../engine/change.ts';
import { DEFAULT_QDISCS } from '../engine/net/sched/spec.ts';
import { parseCpuMask, printCpuMask } from './cpu-list.ts';
import { parseSigned } from './numbers.ts';
import type { Written } from './proc/files.ts';
import { cpuHint } from './proc/irq-affinity.ts';
import type { Ctx } from './types.ts';

/** Those this kernel version has, in alphabetical order. */
export function sysctlNames(ctx: Ctx): SysctlName[] {
  return (Object.keys(SYSCTLS) as SysctlName[])
    .filter((name) => hasSysctl(ctx.kernel, name) && isLoaded(ctx, name))
    .sort();
}

/** What belongs to a module is there where the module is: ip_queue, loaded by the firewall's rule. */
function isLoaded(ctx: Ctx, name: SysctlName): boolean {
  return name !== 'net.ipv4.ip_queue_maxlen' || ctx.state.nfQueue !== null;
}

/** netdev_budget_usecs may not fall below two jiffies. */
export function sysctlLimits(ctx: Ctx, name: SysctlName): { least: number; most: number; values: number } {
  const { values, most, least } = SYSCTLS[name];
  if (name === 'net.core.netdev_budget_usecs') return { values, most, least: Math.floor(2_000_000 / ctx.hz) };
  return { values, most, least };
}

export function sysctlText(ctx: Ctx, name: SysctlName): string {
  const values = ctx.state.sysctl[name];
  const words = WORDS[name];
  if (words !== undefined) return words[values[0]];
  return isMask(name) ? printCpuMask(maskCpus(values[0]), ctx.fixed.cpus) : values.join('\t');
}

/** Values that are a name. */
export function isWord(name: SysctlName): boolean {
  return WORDS[name] !== undefined;
}

/** The words of such a sysctl, by their number in the model. */
export function sysctlWords(name: SysctlName): readonly string[] {
  return WORDS[name] ?? [];
}

const WORDS: Partial<Record<SysctlName, readonly string[]>> = {
  'net.ipv4.tcp_congestion_control': ['reno', 'cubic'],
  'net.core.default_qdisc': DEFAULT_QDISCS,
};

function wordWrite(ctx: Ctx, name: SysctlName, words: readonly string[], text: string): Written {
  const value = words.indexOf(text.trim());
  // tcp_set_allowed_congestion_control: EINVAL; qdisc_set_default: ENOENT
  const errno = name === 'net.core.default_qdisc' ? 'ENOENT' : 'EINVAL';
  if (value < 0) return { ok: false, errno, hint: `one of ${words.join(', ')} here` };
  if (value === ctx.state.sysctl[name][0]) return { ok: true, changes: [] };
  return { ok: true, changes: [{ type: 'sysctl', name, values: [value] }] };
}

/** Values that are a mask of CPUs, in hexadecimal. */
export function isMask(name: SysctlName): boolean {
  return name === 'net.core.flow_limit_cpu_bitmap';
}

function maskCpus(mask: number): number[] {
  return Array.from({ length: 53 }, (_, cpu) => cpu).filter((cpu) => Math.floor(mask / 2 ** cpu) % 2 === 1);
}

function maskWrite(ctx: Ctx, name: SysctlName, text: string): Written {
  const set = parseCpuMask(text, ctx.fixed.cpus);
  if (!set.ok)
    return { ok: false, errno: set.error, hint: `a mask in hexadecimal; ${cpuHint(ctx.fixed.cpus)}` };
  const value = set.cpus.reduce((sum, cpu) => sum + 2 ** cpu, 0);
  if (value === ctx.state.sysctl[name][0]) return { ok: true, changes: [] };
  return { ok: true, changes: [{ type: 'sysctl', name, values: [value] }] };
}

export const sysctlPath = (name: string): string => `/proc/sys/${name.replaceAll('.', '/')}`;

export function sysctlWrite(ctx: Ctx, name: SysctlName, text: string): Written {
  if (isMask(name)) return maskWrite(ctx, name, text);
  const words = WORDS[name];
  if (words !== undefined) return wordWrite(ctx, name, words, text);
  const { least, most, values } = sysctlLimits(ctx, name);
  const given = text.trim().split(/\s+/);
  const now = ctx.state.sysctl[name];
  const wish = now.slice();
  const range = `${name} takes ${values === 1 ? 'a number' : `${values} numbers`} from ${least} to ${most}`;
  for (let i = 0; i < values && i < given.length; i += 1) {
    const value = parseSigned(given[i]);
    if (value === null || value < least || value > most) return { ok: false, errno: 'EINVAL', hint: range };
    wish[i] = value;
  }
  if (wish.every((value, i) => value === now[i])) return { ok: true, changes: [] };
  return { ok: true, changes: [{ type: 'sysctl', name, values: wish }] };
}
