/**
 * `watch [-n SECONDS] [-d] [-t] COMMAND`: shows a command's output again and again. Here it is shown again as simulated time moves: every
 * SECONDS of it (fractions too), or, without -n, whenever the moment has changed. The console does that; this checks the line and prints one showing.
 * Source: procps-ng 4.0 watch; errors tried on it. Left out: -b -c -e -g -p -q -r -w -x.
 */
import { type Ctx, type Outcome, refused } from './types.ts';

export const WATCH_HELP =
  "watch [-n SECONDS] [-d] [-t] COMMAND | 'COMMAND | FILTER'\tshows it again as simulated time moves\n" +
  'Without -n whenever the moment changes; -d marks what differs; q, Escape or Ctrl-C ends it\n';

/** How a watched line is shown again. */
export interface Watch {
  /** Simulated ns between two showings; 0: at every change of the moment. */
  everyNs: number;
  differences: boolean;
}

export type WatchLine =
  | { ok: true; watch: Watch; title: boolean; line: string }
  | { ok: false; outcome: Outcome };

const USAGE = 'Usage:\n watch [options] command';

export function parseWatch(words: readonly string[]): WatchLine {
  const fail = (error: string): WatchLine => ({
    ok: false,
    outcome: refused(error, 1, ...WATCH_HELP.trim().split('\n')),
  });
  const watch: Watch = { everyNs: 0, differences: false };
  let title = true;
  let i = 0;
  for (; i < words.length && words[i].startsWith('-'); i += 1) {
    const word = words[i];
    if (word === '--') {
      i += 1;
      break;
    }
    const joined = /^(?:-n|--interval=)(.+)$/.exec(word);
    if (word === '-n' || word === '--interval' || joined !== null) {
      const value = joined === null ? words[i + 1] : joined[1];
      if (joined === null) i += 1;
      if (value === undefined) return fail(`watch: option requires an argument -- 'n'\n\n${USAGE}`);
      if (!/^\d{0,9}([.,]\d{0,9})?$/.test(value) || !/\d/.test(value))
        return fail(`watch: failed to parse argument: '${value}': Invalid argument`);
      // as short as one likes: runs are short
      watch.everyNs = Math.max(1, Math.round(Number(value.replace(',', '.')) * 1_000_000_000));
    } else if (word === '-d' || word === '--differences') watch.differences = true;
    else if (word === '-t' || word === '--no-title') title = false;
    else if (word === '-dt' || word === '-td') {
      watch.differences = true;
      title = false;
    } else if (word.startsWith('--')) return fail(`watch: unrecognized option '${word}'\n\n${USAGE}`);
    else return fail(`watch: invalid option -- '${word.charAt(1)}'\n\n${USAGE}`);
  }
  const line = words.slice(i).join(' ');
  if (line.trim() === '') return fail(USAGE);
  if (/^\s*(sudo\s+)?watch\b/.test(line))
    return { ok: false, outcome: refused('', 1, 'a watch that watches a watch is not here') };
  return { ok: true, watch, title, line };
}

/** One showing: heading, an empty line, the output. Whatever it was, watching goes on. */
export function showing(ctx: Ctx, parsed: Extract<WatchLine, { ok: true }>, shown: Outcome): Outcome {
  if (shown.status === 0 && shown.changes.length > 0)
    return refused('', 1, `watch only shows, and this would change something: ${parsed.line}`);
  const { before, after } = shown.around ?? { before: '', after: '' };
  const output = before + shown.output + after;
  if (!parsed.title) return { output, status: 0, changes: [] };
  const { everyNs } = parsed.watch;
  const every = everyNs === 0 ? 'Every change' : `Every ${everyNs / 1_000_000_000}s`;
  const right = `${ctx.fixed.id}: ${(ctx.world.now / 1_000_000_000).toFixed(9)} s`;
  const left = `${every}: ${parsed.line}`;
  return { output: `${left.padEnd(78 - right.length)}  ${right}\n\n${output}`, status: 0, changes: [] };
}
