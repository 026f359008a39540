/** `name value name value ...`: how ethtool reads the options of -G, -C and -L. */
import { parseUnsigned, U32_MAX } from '../numbers.ts';
import { type Outcome, refused } from '../types.ts';

export type ParameterKind = 'u32' | 'onoff';

export interface Parameter {
  name: string;
  value: number;
  /** Position on the line: decides the attribute's offset in messages. */
  at: number;
}

export type Parameters = { ok: true; list: Parameter[] } | { ok: false; outcome: Outcome };

/** @param known every name the real tool knows with its kind, those that are not modelled too */
export function parseParameters(
  option: string,
  words: readonly string[],
  known: Readonly<Record<string, ParameterKind>>,
): Parameters {
  const list: Parameter[] = [];
  const fail = (text: string, hint: string): Parameters => ({
    ok: false,
    outcome: refused(`ethtool (${option}): ${text}`, 1, hint),
  });
  const names = `parameters of ${option}: ${Object.keys(known).join(' ')}`;
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i];
    if (!Object.hasOwn(known, name)) return fail(`unknown parameter '${name}'`, names);
    const word = words[i + 1];
    if (word === undefined)
      return fail(`no value for parameter '${name}'`, known[name] === 'u32' ? 'a number' : 'on or off');
    const value = known[name] === 'u32' ? parseUnsigned(word) : word === 'on' ? 1 : word === 'off' ? 0 : null;
    if (value === null || value > U32_MAX) {
      return fail(
        `invalid value '${word}' for parameter '${name}'`,
        known[name] === 'u32' ? `a number from 0 to ${U32_MAX}` : 'on or off',
      );
    }
    list.push({ name, value, at: list.length });
  }
  return { ok: true, list };
}
