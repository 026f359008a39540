/**
 * The shell: one command line in, text, exit status and typed changes out. Never throws on what was typed, never changes the
 * world: whoever calls it applies the changes.
 */
import type { World } from '../engine/world.ts';
import { bridge } from './bridge/bridge.ts';
import { cat, echo, ls, readFile } from './cat.ts';
import { ethtool } from './ethtool/ethtool.ts';
import { COMMANDS, help } from './help.ts';
import { expandGlob } from './glob.ts';
import { contextOf } from './host.ts';
import { FILTERS, runFilter } from './filters.ts';
import { ip } from './ip/ip.ts';
import { missingHere } from './kernel-gate.ts';
import { nstat } from './nstat.ts';
import { parseLine } from './parse.ts';
import { sysctl } from './sysctl.ts';
import { taskset } from './taskset.ts';
import { ss } from './ss.ts';
import { date, lscpu, uname } from './machine.ts';
import { mpstat, mpstatWitness } from './mpstat.ts';
import { type Ctx, done, type Outcome, printed, refused, type ShellResult } from './types.ts';
import { tc } from './tc/tc.ts';
import { type NamedCapture, tcpdump, tcpdumpWitness } from './tcpdump/tcpdump.ts';
import { parseWatch, showing, type WatchLine } from './watch.ts';
import type { Witness } from './witness.ts';

export { completeCommand } from './complete.ts';
export { knobCommands } from './knobs.ts';
export type { KnobCommand, ShellResult } from './types.ts';
export type { Witness } from './witness.ts';

/** What a command may know beside the world. `witness`: what `witnessFor` gave for the line, once it has seen the run up to now. */
export interface Surroundings {
  witness?: Witness | null;
  /** Captures that were loaded, for `tcpdump -r`. */
  captures?: readonly NamedCapture[];
  /** Somebody sits at a screen: a line may be shown again (`watch`). */
  console?: boolean;
}

/**
 * @param host index of the host it runs on
 * @returns status 0 and the changes it stands for, or a status above 0, an error like the real tool's and what is possible
 */
export function runCommand(world: World, host: number, line: string, around: Surroundings = {}): ShellResult {
  const watched = watchOf(line);
  if (watched !== null) return runWatch(world, host, watched, around);
  const outcome = gated(world, host, run(world, host, line, around));
  // a refused command changes nothing, whatever it had gathered
  const changes = outcome.status === 0 ? outcome.changes.map((change) => ({ host, change })) : [];
  return { output: outcome.output, status: outcome.status, changes };
}

/** What must see the run from its start up to now before the line can be answered; null: the present is enough. */
export function witnessFor(world: World, host: number, line: string): Witness | null {
  if (world.fixed.hosts[host] === undefined) return null;
  const ctx = contextOf(world, host);
  const watched = watchOf(line);
  if (watched?.ok === true) return witnessFor(world, host, watched.line);
  const parsed = parseLine(line);
  if (!parsed.ok) return null;
  const [command, ...words] = commandWords(parsed.words);
  if (command === 'tcpdump') return tcpdumpWitness(ctx, words);
  return command === 'mpstat' ? mpstatWitness(ctx, words) : null;
}

/** What a line that begins with `watch` watches; null: it is another command. */
function watchOf(line: string): WatchLine | null {
  const parsed = parseLine(line);
  if (!parsed.ok) return null;
  const [command, ...words] = commandWords(parsed.words);
  if (command !== 'watch') return null;
  if (parsed.redirect !== null || parsed.filters.length > 0)
    return {
      ok: false,
      outcome: refused('', 1, "put the whole pipeline in quotes: watch 'COMMAND | FILTER'"),
    };
  return parseWatch(words);
}

function runWatch(world: World, host: number, watched: WatchLine, around: Surroundings): ShellResult {
  if (!watched.ok) return { ...watched.outcome, changes: [] };
  if (world.fixed.hosts[host] === undefined || around.console !== true) {
    const text = 'watch shows a command again as time moves: it works in the console only';
    return { ...refused('', 1, text), changes: [] };
  }
  const { output, status } = showing(contextOf(world, host), watched, run(world, host, watched.line, around));
  return { output, status, changes: [], ...(status === 0 ? { watch: watched.watch } : {}) };
}

/** Without `sudo` and the command's folder. */
function commandWords(words: readonly string[]): string[] {
  const [name, ...rest] = words.slice(words[0] === 'sudo' ? 1 : 0);
  return name === undefined ? [] : [name.replace(/^(\/usr)?\/s?bin\//, ''), ...rest];
}

/** What this kernel has not got yet is refused, whatever the tool would have made of it. */
function gated(world: World, host: number, outcome: Outcome): Outcome {
  if (outcome.status !== 0 || outcome.changes.length === 0) return outcome;
  const missing = missingHere(contextOf(world, host), outcome.changes);
  return missing === null ? outcome : refused('No such file or directory', 1, missing);
}

function run(world: World, host: number, line: string, around: Surroundings): Outcome {
  if (world.fixed.hosts[host] === undefined) return refused('', 1, `there is no host ${host}`);
  const ctx = contextOf(world, host);
  const parsed = parseLine(line, (pattern) => expandGlob(ctx, pattern));
  if (!parsed.ok) return refused(parsed.error, 2, parsed.hint);
  const [command, ...words] = commandWords(parsed.words);
  if (command === undefined)
    return parsed.redirect === null ? done() : refused('', 1, 'usage: echo VALUE > FILE');
  if (parsed.redirect !== null && command !== 'echo') {
    return refused('', 1, 'only echo may write to a file: echo VALUE > FILE');
  }
  return piped(ctx, dispatch(ctx, command, words, parsed.redirect, around), parsed.filters);
}

/** What a command prints goes through the filters behind it; a refusal is shown as it is. */
function piped(ctx: Ctx, first: Outcome, filters: readonly string[][]): Outcome {
  let outcome = first;
  for (const filter of filters) {
    // only grep's "nothing found" is a status that a pipe goes on after
    if (outcome.status > 1 || (outcome === first && outcome.status !== 0)) return outcome;
    outcome = { ...runFilter(filter, outcome.output, (path) => readFile(ctx, path)), changes: [] };
  }
  const { before, after } = first.around ?? { before: '', after: '' };
  return { ...outcome, output: before + outcome.output + after, changes: first.changes };
}

function dispatch(
  ctx: Ctx,
  command: string,
  words: readonly string[],
  redirect: string | null,
  { witness = null, captures = [] }: Surroundings,
): Outcome {
  switch (command) {
    case 'ethtool':
      return ethtool(ctx, words);
    case 'sysctl':
      return sysctl(ctx, words);
    case 'cat':
      return cat(ctx, words);
    case 'echo':
      return echo(ctx, words, redirect);
    case 'ls':
      return ls(ctx, words);
    case 'nstat':
      return nstat(ctx, words);
    case 'ip':
      return ip(ctx, words);
    case 'bridge':
      return bridge(ctx, words);
    case 'taskset':
      return taskset(ctx, words);
    case 'help':
      return help(ctx, words);
    case 'ss':
      return ss(ctx, words);
    case 'mpstat':
      return mpstat(ctx, words, witness);
    case 'tc':
      return tc(ctx, words);
    case 'tcpdump':
      return tcpdump(ctx, words, witness, captures);
    case 'uname':
      return uname(ctx, words);
    case 'date':
      return date(ctx, words);
    case 'lscpu':
      return lscpu(ctx);
    case 'hostname':
      return words.length === 0
        ? printed(`${ctx.fixed.id}\n`)
        : refused('hostname: you must be root to change the host name', 1);
    case 'nproc':
      return printed(`${ctx.fixed.cpus}\n`);
    default: {
      if (FILTERS.some((filter) => filter === command))
        return runFilter([command, ...words], null, (path) => readFile(ctx, path));
      const shown = command.length > 60 ? `${command.slice(0, 60)}...` : command;
      return refused(`bash: ${shown}: command not found`, 127, `commands here: ${COMMANDS.join(' ')}`);
    }
  }
}
