/**
 * `mpstat`: how each CPU's time was spent, since the start or interval by interval.
 * The real tool waits while it samples. Here the intervals are those before the present moment, and may be fractions of a second
 * (0.0001), since runs are short; it counts nanoseconds where the real one has hundredths of a second.
 * Source: sysstat 12.6.1, fixtures/mpstat.txt. Left out: -n -N -T -o, interrupts by number.
 */
import type { World } from '../engine/world.ts';
import { parseCpuList } from './cpu-list.ts';
import { addTimes, type CpuTimes, cpuTimes, NO_TIME } from './cpu-times.ts';
import { contextOf, cpusOf, vectorsOf } from './host.ts';
import { architecture, clockText, kernelRelease } from './machine.ts';
import { type Ctx, type Outcome, printed, refused } from './types.ts';
import type { Witness } from './witness.ts';

const USAGE = `Usage: mpstat [ options ] [ <interval> [ <count> ] ]
Options are:
[ -A ] [ -n ] [ -T ] [ -u ] [ -V ]
[ -I { SUM | CPU | SCPU | ALL } ] [ -N { <node_list> | ALL } ]
[ --dec={ 0 | 1 | 2 } ] [ -o JSON ] [ -P { <cpu_list> | ALL } ]`;
export const MPSTAT_HELP =
  'mpstat [-u] [-P LIST|ALL] [-I SUM] [--dec=N] [INTERVAL [COUNT]]\n' +
  'INTERVAL in seconds, here fractions too (0.0001); the intervals are the last COUNT before now\n';
const COLUMNS = ['%usr', '%nice', '%sys', '%iowait', '%irq', '%soft', '%steal', '%guest', '%gnice', '%idle'];
const MOST_SAMPLES = 100;
const NS = 1_000_000_000;

interface Options {
  /** null: all CPUs as one row; else the rows asked for, -1 the sum. */
  rows: number[];
  use: boolean;
  interrupts: boolean;
  decimals: number;
  intervalNs: number;
  count: number;
}

/** One look at a host. */
interface Sample {
  atNs: number;
  cpus: CpuTimes[];
  /** Interrupts on each CPU: of the queues' vectors, and function calls. */
  interrupts: number[];
}

function sampleOf(ctx: Ctx): Sample {
  const vectors = vectorsOf(ctx);
  return {
    atNs: ctx.world.now,
    cpus: cpusOf(ctx).map((cpu) => cpuTimes(cpu, ctx.world.now)),
    interrupts: cpusOf(ctx).map((cpu) =>
      vectors.reduce((sum, { queue }) => sum + (queue.irqCounts[cpu.number] ?? 0), cpu.calIpis),
    ),
  };
}

function parse(ctx: Ctx, words: readonly string[]): Options | Outcome {
  const usage = (...hints: string[]): Outcome => refused(USAGE, 1, ...hints);
  const options: Options = {
    rows: [-1],
    use: false,
    interrupts: false,
    decimals: 2,
    intervalNs: 0,
    count: 0,
  };
  const numbers: string[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i];
    if (word === '-P') {
      i += 1;
      const rows = cpuRows(ctx, words[i] ?? '');
      if (rows === null) return usage(`-P ALL, or a list of CPUs 0-${ctx.fixed.cpus - 1}`);
      options.rows = rows;
    } else if (word === '-I') {
      i += 1;
      if (words[i] === 'SUM') options.interrupts = true;
      else if (['CPU', 'SCPU', 'ALL'].includes(words[i] ?? ''))
        return refused(
          '',
          1,
          `-I ${words[i]} is not here: cat /proc/interrupts and /proc/softirqs count by number`,
        );
      else return usage('-I SUM');
    } else if (word === '-u') options.use = true;
    else if (word === '-V')
      return printed('sysstat version 12.6.1\n(C) Sebastien Godard (sysstat <at> orange.fr)\n');
    else if (/^--dec=[0-2]$/.test(word)) options.decimals = Number(word.slice(6));
    else if (word === '-A')
      Object.assign(options, { use: true, interrupts: true, rows: cpuRows(ctx, 'ALL') });
    else if (['-n', '-T', '-N', '-o'].includes(word))
      return refused('', 1, `${word} is not modelled; ${MPSTAT_HELP.split('\n')[0]}`);
    else if (/^\d{1,9}(\.\d{1,9})?$/.test(word)) numbers.push(word);
    else return usage();
  }
  if (!options.interrupts) options.use = true;
  if (numbers.length > 2) return usage();
  const [interval, count] = numbers;
  if (interval !== undefined) options.intervalNs = Math.round(Number(interval) * NS);
  if (count !== undefined) {
    if (!/^\d+$/.test(count) || Number(count) === 0 || options.intervalNs === 0) return usage();
    options.count = Number(count);
  }
  return options;
}

/** Rows of `-P`; -1 is the sum, which only ALL shows. */
function cpuRows(ctx: Ctx, word: string): number[] | null {
  const { cpus } = ctx.fixed;
  if (word === 'ALL' || word === 'ON')
    return word === 'ON' ? null : [-1, ...Array.from({ length: cpus }, (_, i) => i)];
  if (word === 'all') return [-1];
  if (!/^[0-9,-]+$/.test(word)) return null;
  const set = parseCpuList(word, cpus);
  return set.ok && set.cpus.length > 0 ? set.cpus : null;
}

/** Times of the samples that an interval asks for; a refusal where they do not fit. */
function momentsOf(ctx: Ctx, { intervalNs, count }: Options): number[] | Outcome {
  const { now } = ctx.world;
  const fit = Math.floor(now / intervalNs);
  const wanted = count === 0 ? Math.min(fit, MOST_SAMPLES) : count;
  if (wanted > MOST_SAMPLES) return refused('', 1, `at most ${MOST_SAMPLES} intervals at once`);
  if (wanted === 0 || wanted > fit)
    return refused(
      '',
      1,
      `only ${now / NS} s have passed: the intervals are those before now; shorter ones may be given, for instance mpstat 0.0001 ${Math.max(1, count)}`,
    );
  return Array.from({ length: wanted + 1 }, (_, i) => now - (wanted - i) * intervalNs);
}

/** Samples taken on the way, for a line with an interval. Null: the line needs none, or is wrong. */
export class MpstatWitness implements Witness {
  readonly moments: readonly number[];
  readonly tap = null;
  readonly samples: Sample[];
  private readonly host: number;

  constructor(host: number, moments: readonly number[]) {
    this.host = host;
    this.moments = moments;
    this.samples = [];
  }

  look(w: World): void {
    this.samples.push(sampleOf(contextOf(w, this.host)));
  }
}

export function mpstatWitness(ctx: Ctx, words: readonly string[]): MpstatWitness | null {
  const options = parse(ctx, words);
  if ('status' in options || options.intervalNs === 0) return null;
  const moments = momentsOf(ctx, options);
  return Array.isArray(moments) ? new MpstatWitness(ctx.host, moments) : null;
}

export function mpstat(ctx: Ctx, words: readonly string[], witness: Witness | null): Outcome {
  const options = parse(ctx, words);
  if ('status' in options) return options;
  const banner = `Linux ${kernelRelease(ctx)} (${ctx.fixed.id}) \t01/01/70 \t_${architecture(ctx)}_\t(${ctx.fixed.cpus} CPU)\n`;
  if (options.intervalNs === 0) {
    const start: Sample = { atNs: 0, cpus: [], interrupts: [] };
    return printed(`${banner}${report(ctx, options, start, sampleOf(ctx), null)}`);
  }
  const moments = momentsOf(ctx, options);
  if (!Array.isArray(moments)) return moments;
  if (!(witness instanceof MpstatWitness) || witness.samples.length !== moments.length)
    return refused('', 1, 'mpstat with an interval looks back over the run: it works in the console');
  const { samples } = witness;
  // one row an interval needs its heading once
  const single = options.rows.length === 1 && options.use !== options.interrupts;
  let text = banner;
  for (let i = 1; i < samples.length; i += 1)
    text += report(ctx, options, samples[i - 1], samples[i], null, single && i > 1);
  text += report(ctx, options, samples[0], samples[samples.length - 1], 'Average:', single);
  return printed(text);
}

/** One interval: the table of use, of interrupts, or both. @param bare rows without heading */
function report(
  ctx: Ctx,
  options: Options,
  from: Sample,
  to: Sample,
  label: string | null,
  bare = false,
): string {
  const stamp = (label ?? clockText(to.atNs)).padEnd(11);
  let text = '';
  const table = (heading: string, row: (cpu: number) => string): void => {
    if (!bare) text += `\n${stamp}  CPU${heading}\n`;
    for (const cpu of options.rows)
      text += `${stamp}${cpu < 0 ? '  all' : ` ${String(cpu).padStart(4)}`}${row(cpu)}\n`;
  };
  const cell = (value: number): string => ` ${value.toFixed(options.decimals).padStart(7)}`;
  const all = Array.from({ length: ctx.fixed.cpus }, (_, i) => i);
  if (options.use)
    table(COLUMNS.map((name) => ` ${name.padStart(7)}`).join(''), (cpu) => {
      const spent = (cpu < 0 ? all : [cpu])
        .map((i) => addTimes(to.cpus[i], from.cpus[i] ?? NO_TIME, -1))
        .reduce((sum, t) => addTimes(sum, t), NO_TIME);
      const { user, system, irq, softirq, idle } = spent;
      const total = user + system + irq + softirq + idle;
      const share = (ns: number): number => (total === 0 ? 0 : (100 * ns) / total);
      // a CPU that has had no time yet is shown idle
      const rest = total === 0 ? 100 : share(idle);
      return [share(user), 0, share(system), 0, share(irq), share(softirq), 0, 0, 0, rest].map(cell).join('');
    });
  if (options.interrupts)
    table('    intr/s', (cpu) => {
      const count = (cpu < 0 ? all : [cpu]).reduce(
        (sum, i) => sum + to.interrupts[i] - (from.interrupts[i] ?? 0),
        0,
      );
      const seconds = (to.atNs - from.atNs) / NS;
      return ` ${(seconds === 0 ? 0 : count / seconds).toFixed(options.decimals).padStart(9)}`;
    });
  return text;
}
