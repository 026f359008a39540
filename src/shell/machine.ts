/**
 * What the machine says of itself: uname, hostname, nproc, lscpu, date. The clock counts simulated time from 1970-01-01 00:00:00 UTC.
 * Source: coreutils 9.4, util-linux 2.38. Left out: what the model has no part of (caches, vendor).
 */
import { printCpuList } from './cpu-list.ts';
import { cpusOfNode } from './host.ts';
import { type Ctx, type Outcome, printed, refused } from './types.ts';

const NS = 1_000_000_000;

/** `uname -m`, by cost profile: the machine it was measured on. */
const ARCHITECTURES: Readonly<Record<string, string>> = { 'p3-700': 'i686', 'qoriq-e500': 'ppc' };

export function architecture(ctx: Ctx): string {
  return ARCHITECTURES[ctx.fixed.profile.id] ?? 'x86_64';
}

/** Releases from 3.0 on have three numbers. */
export function kernelRelease(ctx: Ctx): string {
  return /^\d+\.\d+$/.test(ctx.kernel) ? `${ctx.kernel}.0` : ctx.kernel;
}

/** Time of day of a moment: HH:MM:SS. */
export function clockText(ns: number): string {
  const seconds = Math.floor(ns / NS);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

export function uname(ctx: Ctx, words: readonly string[]): Outcome {
  const parts: Record<string, string> = {
    s: 'Linux',
    n: ctx.fixed.id,
    r: kernelRelease(ctx),
    m: architecture(ctx),
    o: 'GNU/Linux',
  };
  const letters = words.length === 0 ? ['s'] : words.flatMap((word) => [...word.replace(/^-/, '')]);
  if (words.some((word) => !word.startsWith('-')))
    return refused(`uname: extra operand ‘${words.find((word) => !word.startsWith('-'))}’`, 1);
  const wrong = letters.find((letter) => letter !== 'a' && !Object.hasOwn(parts, letter));
  if (wrong !== undefined) return refused(`uname: invalid option -- '${wrong}'`, 1, 'uname [-asnrmo]');
  const wanted = Object.keys(parts).filter((letter) => letters.includes('a') || letters.includes(letter));
  return printed(`${wanted.map((letter) => parts[letter]).join(' ')}\n`);
}

export function date(ctx: Ctx, words: readonly string[]): Outcome {
  const [format, ...rest] = words.filter((word) => word !== '-u');
  const ns = ctx.world.now;
  if (format === undefined) return printed(`Thu Jan  1 ${clockText(ns)} UTC 1970\n`);
  const values: Record<string, string> = {
    s: String(Math.floor(ns / NS)),
    N: String(ns % NS).padStart(9, '0'),
    T: clockText(ns),
    F: '1970-01-01',
    '%': '%',
  };
  if (!format.startsWith('+') || rest.length > 0)
    return refused(`date: invalid date ‘${format}’`, 1, 'date [+FORMAT]; of formats there are %s %N %T %F');
  const unknown = /%(?![sNTF%])/.test(format);
  if (unknown) return refused('', 1, 'of formats there are %s %N %T %F %%');
  return printed(`${format.slice(1).replace(/%([sNTF%])/g, (_, letter: string) => values[letter])}\n`);
}

/** cpulist_create of util-linux: two neighbours are no range. */
function listOf(cpus: readonly number[]): string {
  return printCpuList(cpus).replace(/(\d+)-(\d+)/g, (range, from: string, to: string) =>
    Number(to) === Number(from) + 1 ? `${from},${to}` : range,
  );
}

export function lscpu(ctx: Ctx): Outcome {
  const { cpus } = ctx.fixed;
  const rows: [string, string][] = [
    ['Architecture:', architecture(ctx)],
    ['CPU(s):', String(cpus)],
    ['On-line CPU(s) list:', listOf(Array.from({ length: cpus }, (_, cpu) => cpu))],
    ['Thread(s) per core:', '1'],
    ['CPU MHz:', ctx.fixed.mhz.toFixed(3)],
  ];
  const { nodes } = ctx.fixed;
  rows.push(['NUMA node(s):', String(nodes)]);
  for (let node = 0; node < nodes; node += 1)
    rows.push([`NUMA node${node} CPU(s):`, listOf(cpusOfNode(ctx, node))]);
  return printed(rows.map(([name, value]) => `${name.padEnd(24)} ${value}\n`).join(''));
}
