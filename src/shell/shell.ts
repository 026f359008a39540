/**
 * The shell: one command line in, text, exit status and typed changes out. Never throws on what was typed, never changes the
 * world: whoever calls it applies the changes.
 */
import type { World } from '../engine/world.ts';
import { cat, echo, ls } from './cat.ts';
import { ethtool } from './ethtool/ethtool.ts';
import { COMMANDS, help } from './help.ts';
import { contextOf } from './host.ts';
import { runFilter } from './filters.ts';
import { ip } from './ip.ts';
import { missingHere } from './kernel-gate.ts';
import { nstat } from './nstat.ts';
import { parseLine } from './parse.ts';
import { sysctl } from './sysctl.ts';
import { taskset } from './taskset.ts';
import { type Ctx, done, type Outcome, refused, type ShellResult } from './types.ts';

export { completeCommand } from './complete.ts';
export { knobCommands } from './knobs.ts';
export type { KnobCommand, ShellResult } from './types.ts';

/**
 * @param host index of the host it runs on
 * @returns status 0 and the changes it stands for, or a status above 0, an error like the real tool's and what is possible
 */
export function runCommand(world: World, host: number, line: string): ShellResult {
  const outcome = gated(world, host, run(world, host, line));
  // a refused command changes nothing, whatever it had gathered
  const changes = outcome.status === 0 ? outcome.changes.map((change) => ({ host, change })) : [];
  return { output: outcome.output, status: outcome.status, changes };
}

/** What this kernel has not got yet is refused, whatever the tool would have made of it. */
function gated(world: World, host: number, outcome: Outcome): Outcome {
  if (outcome.status !== 0 || outcome.changes.length === 0) return outcome;
  const missing = missingHere(contextOf(world, host), outcome.changes);
  return missing === null ? outcome : refused('No such file or directory', 1, missing);
}

function run(world: World, host: number, line: string): Outcome {
  if (world.fixed.hosts[host] === undefined) return refused('', 1, `there is no host ${host}`);
  const ctx = contextOf(world, host);
  const parsed = parseLine(line);
  if (!parsed.ok) return refused(parsed.error, 2, parsed.hint);
  const [name, ...words] = parsed.words.slice(parsed.words[0] === 'sudo' ? 1 : 0);
  if (name === undefined)
    return parsed.redirect === null ? done() : refused('', 1, 'usage: echo VALUE > FILE');
  const command = name.replace(/^(\/usr)?\/s?bin\//, '');
  if (parsed.redirect !== null && command !== 'echo') {
    return refused('', 1, 'only echo may write to a file: echo VALUE > FILE');
  }
  return piped(dispatch(ctx, command, words, parsed.redirect), parsed.filters);
}

/** What a command prints goes through the filters behind it; a refusal is shown as it is. */
function piped(first: Outcome, filters: readonly string[][]): Outcome {
  let outcome = first;
  for (const filter of filters) {
    // only grep's "nothing found" is a status that a pipe goes on after
    if (outcome.status > 1 || (outcome === first && outcome.status !== 0)) return outcome;
    outcome = { ...runFilter(filter, outcome.output), changes: [] };
  }
  return { ...outcome, changes: first.changes };
}

function dispatch(ctx: Ctx, command: string, words: readonly string[], redirect: string | null): Outcome {
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
    case 'taskset':
      return taskset(ctx, words);
    case 'help':
      return help(ctx);
    default: {
      const shown = command.length > 60 ? `${command.slice(0, 60)}...` : command;
      return refused(`bash: ${shown}: command not found`, 127, `commands here: ${COMMANDS.join(' ')}`);
    }
  }
}
