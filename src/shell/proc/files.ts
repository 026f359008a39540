/**
 * The files of /proc and /sys that exist on a host, each read from the world and, where it can be, written as Changes.
 * Errors are errno names; cat.ts and echo.ts word them as cat and bash do.
 */
import { hasFile } from '../../catalog/interfaces.ts';
import type { Change } from '../../engine/change.ts';
import { nicsOf, vectorsOf } from '../host.ts';
import type { Ctx } from '../types.ts';
import { irqFiles } from './irq-affinity.ts';
import { interruptsText, softirqsText } from './interrupts.ts';
import { netDevText } from './net-dev.ts';
import { nodeFiles } from './sys-node.ts';
import { netstatText, snmp6Text, snmpText } from './snmp.ts';
import { sockstatText } from './sockstat.ts';
import { packetQueueFiles } from './packet-queue.ts';
import { statText, uptimeText } from './stat.ts';
import { devStatText, softnetStatText } from './softnet-stat.ts';
import { queueFiles } from './queue-files.ts';
import { bridgeFiles, nicFiles } from './sys-class-net.ts';
import { sysctlFiles } from './sys-net.ts';
import { tlsStatText } from './tls-stat.ts';

export const ERRNO = {
  EINVAL: 'Invalid argument',
  ENOENT: 'No such file or directory',
  ERANGE: 'Numerical result out of range',
  EOVERFLOW: 'Value too large for defined data type',
  EOPNOTSUPP: 'Operation not supported',
} as const;
export type Errno = keyof typeof ERRNO;

export type Written = { ok: true; changes: Change[] } | { ok: false; errno: Errno; hint: string };

export interface VirtualFile {
  path: string;
  read: () => string;
  /** null: read only. `text` has no newline at its end. */
  write: ((text: string) => Written) | null;
}

export function allFiles(ctx: Ctx): VirtualFile[] {
  const reading = (path: string, read: () => string): VirtualFile => ({ path, read, write: null });
  const files = [
    reading('/proc/interrupts', () => interruptsText(ctx)),
    ...vectorsOf(ctx).flatMap(({ queue }) => irqFiles(ctx, queue)),
    reading('/proc/net/dev', () => netDevText(ctx)),
    reading('/proc/net/dev_stat', () => devStatText(ctx)),
    reading('/proc/net/netstat', () => netstatText(ctx)),
    ...packetQueueFiles(ctx),
    reading('/proc/net/snmp', () => snmpText(ctx)),
    reading('/proc/net/snmp6', () => snmp6Text(ctx)),
    reading('/proc/net/sockstat', () => sockstatText(ctx)),
    reading('/proc/net/softnet_stat', () => softnetStatText(ctx)),
    reading('/proc/net/tls_stat', () => tlsStatText(ctx)),
    reading('/proc/stat', () => statText(ctx)),
    reading('/proc/uptime', () => uptimeText(ctx)),
    reading('/proc/softirqs', () => softirqsText(ctx)),
    ...nodeFiles(ctx),
    ...sysctlFiles(ctx),
    ...nicsOf(ctx).flatMap((nic) => [...nicFiles(ctx, nic), ...queueFiles(ctx, nic)]),
    ...ctx.state.bridges.flatMap((bridge) => bridgeFiles(ctx, bridge)),
  ];
  return files.filter((file) => hasFile(ctx.kernel, file.path));
}

/** A path without doubled slashes and dots. */
export function normalPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}

export type LookUp = { file: VirtualFile } | { directory: string[] } | null;

/** The file, or a directory's entries (directories end in a slash). */
export function lookUp(ctx: Ctx, path: string): LookUp {
  const normal = normalPath(path);
  const files = allFiles(ctx);
  const file = files.find((f) => f.path === normal);
  if (file !== undefined) return { file };
  const prefix = normal === '/' ? '/' : `${normal}/`;
  const entries = new Set<string>();
  for (const f of files) {
    if (!f.path.startsWith(prefix)) continue;
    const [head, ...rest] = f.path.slice(prefix.length).split('/');
    entries.add(rest.length > 0 ? `${head}/` : head);
  }
  return entries.size > 0 ? { directory: [...entries] } : null;
}

/** What is there instead of a path that is not: the entries of the nearest directory above it. */
export function whatIsThere(ctx: Ctx, path: string): string {
  let at = normalPath(path);
  while (at !== '/') {
    at = normalPath(`${at}/..`);
    const found = lookUp(ctx, at);
    if (found === null || 'file' in found) continue;
    const names = found.directory;
    return `in ${at}: ${names.slice(0, 24).join(' ')}${names.length > 24 ? ' ...' : ''}`;
  }
  return '';
}
