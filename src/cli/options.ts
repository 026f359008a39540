/** Words behind a command that runs one scenario: its name, and options with or without a value (`--seed 3`, `--seed=3`). */
import { CliError } from './io.ts';

/**
 * @param take told of each option; asks for its value where it has one, refuses what it doesn't know by `unknown`
 * @returns the scenario or capture named
 * @throws CliError
 */
export function readWords(
  command: string,
  args: readonly string[],
  take: (option: string, value: () => string, unknown: () => never) => void,
): string {
  let source = '';
  const rest = args.slice();
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (!arg.startsWith('-')) {
      if (source !== '') throw new CliError('usage', `${command} takes one scenario; ${arg} is too much`);
      source = arg;
      continue;
    }
    const word = arg;
    const equals = word.indexOf('=');
    const option = equals < 0 ? word : word.slice(0, equals);
    const value = (): string => {
      const text = equals < 0 ? rest.shift() : word.slice(equals + 1);
      if (text === undefined || text === '') throw new CliError('usage', `${option} needs a value`);
      return text;
    };
    take(option, value, () => {
      throw new CliError('usage', `${command}: unknown option ${option}`);
    });
  }
  if (source === '') throw new CliError('usage', `${command}: name a scenario or a capture`);
  return source;
}

/** A whole number from 0 to 2^53 - 1. @throws CliError */
export function wholeNumber(text: string, option: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value))
    throw new CliError('usage', `${option}: ${text} is no whole number from 0 to 2^53 - 1`);
  return value;
}
