/**
 * `nstat`: protocol counters by name. The real tool keeps a history file and shows what came since; here it shows all that
 * was counted since the start, as with -a. Source: iproute2 6.1 misc/nstat.c; columns compared with it.
 */
import { snmpNames } from './proc/snmp.ts';
import { type Ctx, type Outcome, printed, refused } from './types.ts';

export function nstat(ctx: Ctx, words: readonly string[]): Outcome {
  let zeros = false;
  const patterns: RegExp[] = [];
  for (const word of words) {
    if (/^-[azsn]+$/.test(word)) zeros ||= word.includes('z');
    else if (word.startsWith('-'))
      return refused(
        `nstat: invalid option -- '${word.charAt(1)}'`,
        255,
        'nstat [-az] [NAME...]; * stands for anything',
      );
    else if (word.length > 100 || (word.match(/\*/g) ?? []).length > 2)
      return refused('', 1, 'a name with at most two *');
    else patterns.push(new RegExp(`^${word.replace(/[^A-Za-z0-9*]/g, '\\$&').replaceAll('*', '.*')}$`));
  }
  const counters: Readonly<Record<string, number>> = ctx.state.snmp;
  const lines = snmpNames(ctx)
    .filter(
      (name) =>
        (zeros || counters[name] !== 0) && (patterns.length === 0 || patterns.some((p) => p.test(name))),
    )
    .map((name) => `${name.padEnd(32)}${String(counters[name]).padEnd(16)}${'0.0'.padStart(6)}\n`);
  return printed(`#kernel\n${lines.join('')}`);
}
