/** What stands before the object: `ip [-s [-s]] [-d] [-br] [-o] [-4 | -6]`, and words that all objects share. Source: iproute2 6.1 ip.c. */
import { canonicalAddress, parseAddress } from '../../engine/packet/address.ts';
import { networkOf } from '../../engine/net/fib.ts';
import { bridgeNames } from '../bridge/device.ts';
import { nicNames } from '../host.ts';
import { type Ctx, type Outcome, refused } from '../types.ts';

export interface IpOptions {
  stats: number;
  details: boolean;
  brief: boolean;
  oneline: boolean;
  /** 0: both. */
  family: 0 | 4 | 6;
}

export const USAGE =
  'here: ip [-s] [-d] [-br] [-o] [-4|-6] link | addr | route | neigh ...; help ip tells more';

/** `word` is short for `whole`, as iproute2 takes it. */
export function isWord(word: string, whole: string, least = 1): boolean {
  return word.length >= least && whole.startsWith(word);
}

/** The first command that the word is short for. */
export function commandOf<T extends string>(word: string, commands: readonly T[]): T | undefined {
  return commands.find((command) => isWord(word, command));
}

/** @returns the options and where the object stands, or a refusal */
export function parseOptions(
  words: readonly string[],
): { ok: true; options: IpOptions; rest: readonly string[] } | { ok: false; outcome: Outcome } {
  const options: IpOptions = { stats: 0, details: false, brief: false, oneline: false, family: 0 };
  let i = 0;
  for (; i < words.length && words[i].startsWith('-'); i += 1) {
    const option = words[i].replace(/^--/, '-').slice(1);
    if (option === '4' || option === '6') options.family = option === '4' ? 4 : 6;
    else if (option === 'ss') options.stats += 2;
    else if (option === 'br' || (isWord(option, 'brief') && option.length > 1)) options.brief = true;
    else if (isWord(option, 'statistics')) options.stats += 1;
    else if (isWord(option, 'details')) options.details = true;
    else if (isWord(option, 'oneline')) options.oneline = true;
    else if (isWord(option, 'family')) {
      i += 1;
      const family = words[i] ?? '';
      if (family !== 'inet' && family !== 'inet6')
        return {
          ok: false,
          outcome: refused(`Error: argument "${family}" is wrong: invalid protocol family\n`, 255),
        };
      options.family = family === 'inet' ? 4 : 6;
    } else if (option !== '0')
      return { ok: false, outcome: refused(`Option "${words[i]}" is unknown, try "ip -help".`, 255, USAGE) };
  }
  return { ok: true, options, rest: words.slice(i) };
}

export function devicesHint(ctx: Ctx): string {
  return `devices here: ${[...nicNames(ctx), ...bridgeNames(ctx)].join(' ')}`;
}

export const incomplete = (): Outcome =>
  refused('Command line is not complete. Try option "help"', 255, USAGE);
export const garbage = (duplicate: string, word: string): Outcome =>
  refused(`Error: either "${duplicate}" is duplicate, or "${word}" is a garbage.`, 255, USAGE);
export const noDevice = (ctx: Ctx, name: string): Outcome =>
  refused(`Cannot find device "${name}"`, 1, devicesHint(ctx));

export interface Prefix {
  address: string;
  bits: number;
  version: 4 | 6;
  /** A length was given. */
  sized: boolean;
}

/** `ADDRESS[/LENGTH]`, `default`; null: it is none. Bits behind the length stay. */
export function readPrefix(word: string, family: 0 | 4 | 6): Prefix | null {
  if (word === 'default' || word === 'all' || word === 'any')
    return { address: family === 6 ? '::' : '0.0.0.0', bits: 0, version: family === 6 ? 6 : 4, sized: true };
  const slash = word.indexOf('/');
  const parsed = parseAddress(slash < 0 ? word : word.slice(0, slash));
  if (!parsed.ok || (family !== 0 && parsed.version !== family)) return null;
  const most = parsed.bytes.length * 8;
  const length = slash < 0 ? String(most) : word.slice(slash + 1);
  if (!/^\d{1,3}$/.test(length) || Number(length) > most) return null;
  const address = canonicalAddress(slash < 0 ? word : word.slice(0, slash));
  return { address, bits: Number(length), version: parsed.version, sized: slash >= 0 };
}

export function badPrefix(word: string, family: 0 | 4 | 6): Outcome {
  const what = family === 0 ? 'any valid' : family === 4 ? 'inet' : 'inet6';
  return refused(
    `Error: ${what} prefix is expected rather than "${word}".`,
    1,
    'ADDRESS[/LENGTH], for instance 10.0.0.0/16',
  );
}

/** True where no bit behind the length is set. */
export function isNetwork({ address, bits }: Prefix): boolean {
  return networkOf(address, bits) === address;
}
