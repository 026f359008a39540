/** `sysctl`: printing and setting by name. Source: procps 4.0 on Linux 6.18, fixtures/sysctl.txt. */
import type { Change, SysctlName } from '../engine/change.ts';
import { sysctlNames, sysctlPath, sysctlText, sysctlWrite } from './sysctl-values.ts';
import { ERRNO } from './proc/files.ts';
import { type Ctx, type Outcome, printed, refused } from './types.ts';

interface Flags {
  all: boolean;
  write: boolean;
  valuesOnly: boolean;
  namesOnly: boolean;
  quiet: boolean;
  ignore: boolean;
}

const LONG: Readonly<Record<string, keyof Flags>> = {
  '--all': 'all',
  '--write': 'write',
  '--values': 'valuesOnly',
  '--names': 'namesOnly',
  '--quiet': 'quiet',
  '--ignore': 'ignore',
};
const SHORT: Readonly<Record<string, keyof Flags>> = {
  a: 'all',
  A: 'all',
  X: 'all',
  w: 'write',
  n: 'valuesOnly',
  N: 'namesOnly',
  q: 'quiet',
  e: 'ignore',
};

export function sysctl(ctx: Ctx, words: readonly string[]): Outcome {
  const flags: Flags = {
    all: false,
    write: false,
    valuesOnly: false,
    namesOnly: false,
    quiet: false,
    ignore: false,
  };
  const names: string[] = [];
  for (const word of words) {
    if (Object.hasOwn(LONG, word)) flags[LONG[word]] = true;
    else if (/^-[aAXwnNqe]+$/.test(word)) for (const letter of word.slice(1)) flags[SHORT[letter]] = true;
    else if (word.startsWith('-')) return unknownOption(word);
    else names.push(word);
  }
  if (flags.all)
    return printed(
      sysctlNames(ctx)
        .map((name) => shown(ctx, flags, name))
        .join(''),
    );
  if (names.length === 0) {
    return refused(
      "sysctl: no variables specified\nTry `sysctl --help' for more information.",
      1,
      'sysctl -a lists what is here',
    );
  }
  const total: Outcome = { output: '', status: 0, changes: [] };
  let errors = '';
  for (const word of names) {
    const one = handle(withChanges(ctx, total.changes), flags, word);
    if (one.status !== 0) errors += one.output;
    total.output += one.output;
    total.status = Math.max(total.status, one.status);
    total.changes.push(...one.changes);
  }
  // the real tool would have made the good settings; here a command is done as a whole or not at all
  if (total.status !== 0 && total.changes.length > 0) total.output = `${errors}# nothing was changed\n`;
  return total;
}

/** The host as it is once the settings before on the line are made. */
function withChanges(ctx: Ctx, changes: readonly Change[]): Ctx {
  const values = { ...ctx.state.sysctl };
  for (const change of changes) if (change.type === 'sysctl') values[change.name] = change.values;
  return { ...ctx, state: { ...ctx.state, sysctl: values } };
}

function unknownOption(word: string): Outcome {
  const text = word.startsWith('--')
    ? `sysctl: unrecognized option '${word}'`
    : `sysctl: invalid option -- '${word.charAt(1)}'`;
  return refused(text, 1, 'options here: -a -w -n -N -q -e');
}

function canonical(word: string): string {
  return word
    .replaceAll('/', '.')
    .replace(/^\.proc\.sys\./, '')
    .trim();
}

function shown(ctx: Ctx, flags: Flags, name: SysctlName): string {
  if (flags.namesOnly) return `${name}\n`;
  return flags.valuesOnly ? `${sysctlText(ctx, name)}\n` : `${name} = ${sysctlText(ctx, name)}\n`;
}

function handle(ctx: Ctx, flags: Flags, word: string): Outcome {
  const equals = word.indexOf('=');
  const name = canonical(equals === -1 ? word : word.slice(0, equals));
  if (equals === -1 && flags.write) {
    return refused('sysctl: command line(0): invalid syntax, continuing...', 1, `sysctl -w ${name}=VALUE`);
  }
  const known = sysctlNames(ctx).find((n) => n === name);
  if (known === undefined) return unknown(ctx, flags, name, equals === -1);
  if (equals === -1) return printed(shown(ctx, flags, known));
  const value = word.slice(equals + 1).trim();
  const written = sysctlWrite(ctx, known, value);
  if (!written.ok) return refused(`sysctl: setting key "${known}": ${ERRNO[written.errno]}`, 1, written.hint);
  const output = flags.quiet ? '' : flags.valuesOnly ? `${value}\n` : `${known} = ${value}\n`;
  return { output, status: 0, changes: written.changes };
}

/** A directory prints all below it; else there is no such variable. */
function unknown(ctx: Ctx, flags: Flags, name: string, reading: boolean): Outcome {
  const below = sysctlNames(ctx).filter((n) => n.startsWith(`${name}.`));
  if (reading && below.length > 0) return printed(below.map((n) => shown(ctx, flags, n)).join(''));
  if (flags.ignore) return printed('');
  if (name === '') return refused('sysctl: "" is an unknown key', 255, 'sysctl -a lists what is here');
  return refused(
    `sysctl: cannot stat ${sysctlPath(name)}: No such file or directory`,
    1,
    'sysctl -a lists what is here; other variables are not modelled',
  );
}
