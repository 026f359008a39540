/** `ip link`: showing and setting. Source: iproute2 6.1 on Linux 6.18, fixtures/ip.txt. */
import type { Change } from '../engine/change.ts';
import type { Nic } from '../engine/world.ts';
import { findNic, nicNames, nicsOf } from './host.ts';
import { linkText } from './ip-print.ts';
import { INT_MAX, parseSigned } from './numbers.ts';
import { MIN_MTU } from './proc/sys-class-net.ts';
import { type Ctx, done, type Outcome, printed, refused } from './types.ts';

/** GRO_MAX_SIZE: 8 * 65535. */
export const GRO_MAX_SIZE = 524_280;
/** GRO_LEGACY_MAX_SIZE: up to it gro_max_size sets the IPv4 limit too. */
const GRO_LEGACY_MAX_SIZE = 65_536;

const USAGE =
  'here: ip [-s [-s]] [-d] link [show [DEV]] | ip link set DEV mtu N | gro_max_size N | gro_ipv4_max_size N';

export function ip(ctx: Ctx, words: readonly string[]): Outcome {
  let stats = 0;
  let details = false;
  let i = 0;
  for (; i < words.length && words[i].startsWith('-'); i += 1) {
    const option = words[i].replace(/^--/, '-');
    if (/^-s(t|ta|tat|tats|tatistics?)?$/.test(option)) stats += 1;
    else if (option === '-d' || option === '-details') details = true;
    else if (option === '-ss') stats += 2;
    else if (option !== '-0' && option !== '-4' && option !== '-6')
      return refused(`Option "${words[i]}" is unknown, try "ip -help".`, 255, USAGE);
  }
  const [object, command = 'show', ...rest] = words.slice(i);
  if (object === undefined || object === 'help') return refused('', 255, USAGE);
  if (!isWord(object, 'link', 1)) {
    const known = ['address', 'route', 'neighbour', 'rule'].some((word) => isWord(object, word, 1));
    if (known) return refused('', 1, `ip ${object} is not modelled; ${USAGE}`);
    return refused(`Object "${object}" is unknown, try "ip help".`, 1, USAGE);
  }
  if (command === 'help') return printed(`# ${USAGE}\n`);
  if (isWord(command, 'set', 1)) return set(ctx, rest);
  if (isWord(command, 'show', 2) || isWord(command, 'list', 1)) return show(ctx, rest, stats, details);
  return refused(`Command "${command}" is unknown, try "ip link help".`, 255, USAGE);
}

function isWord(word: string, whole: string, least: number): boolean {
  return word.length >= least && whole.startsWith(word);
}

function devices(ctx: Ctx): string {
  return `devices here: ${nicNames(ctx).join(' ')}`;
}

function show(ctx: Ctx, words: readonly string[], stats: number, details: boolean): Outcome {
  let name: string | null = null;
  for (let i = 0; i < words.length; i += 1) {
    if (words[i] === 'dev') {
      i += 1;
      if (words[i] === undefined) return incomplete();
    } else if (name !== null) return garbage(words[i]);
    name = words[i];
  }
  if (name === null)
    return printed(
      nicsOf(ctx)
        .map((nic) => linkText(ctx, nic, stats, details))
        .join(''),
    );
  const nic = findNic(ctx, name);
  if (nic === undefined) return refused(`Device "${name}" does not exist.`, 1, devices(ctx));
  return printed(linkText(ctx, nic, stats, details));
}

const incomplete = () => refused('Command line is not complete. Try option "help"', 255, USAGE);
const garbage = (word: string) =>
  refused(`Error: either "dev" is duplicate, or "${word}" is a garbage.`, 255, USAGE);

const SETTINGS = ['mtu', 'gro_max_size', 'gro_ipv4_max_size', 'txqueuelen'] as const;
type Setting = (typeof SETTINGS)[number];

function set(ctx: Ctx, words: readonly string[]): Outcome {
  let name: string | null = null;
  const wishes: [Setting, number][] = [];
  for (let i = 0; i < words.length; i += 1) {
    const setting = SETTINGS.find((s) => s === words[i]);
    if (setting !== undefined) {
      i += 1;
      const word = words[i];
      if (word === undefined) return incomplete();
      const value = parseSigned(word);
      if (value === null || (value < 0 && setting !== 'mtu'))
        return refused(
          `Error: argument "${word}" is wrong: Invalid "${setting}" value\n`,
          255,
          'a number of bytes',
        );
      wishes.push([setting, value]);
      continue;
    }
    if (words[i] === 'dev') {
      i += 1;
      if (words[i] === undefined) return incomplete();
    } else if (name !== null) {
      if (['up', 'down', 'address', 'promisc', 'gso_max_size'].includes(words[i]))
        return refused('', 1, `${words[i]} is not modelled yet; ${USAGE}`);
      return garbage(words[i]);
    }
    name = words[i];
  }
  if (name === null) return refused('Not enough information: "dev" argument is required.', 255, USAGE);
  const nic = findNic(ctx, name);
  if (nic === undefined) return refused(`Cannot find device "${name}"`, 1, devices(ctx));
  for (const [setting, value] of wishes) {
    const error = setting === 'mtu' && value === nic.mtu ? null : check(nic, setting, value);
    if (error !== null) return error;
  }
  return done(settingChanges(nic, new Map(wishes)));
}

function check(nic: Nic, setting: Setting, value: number): Outcome | null {
  if (setting === 'mtu') {
    const range = `${nic.driver.name} takes ${MIN_MTU} to ${nic.driver.maxMtu} bytes`;
    if (value < MIN_MTU) return refused('Error: mtu less than device minimum.', 2, range);
    if (value > nic.driver.maxMtu) return refused('Error: mtu greater than device maximum.', 2, range);
    return null;
  }
  if (setting === 'txqueuelen')
    return value > INT_MAX ? refused('Error: invalid txqueuelen.', 2, `0 to ${INT_MAX} packets`) : null;
  return value > GRO_MAX_SIZE
    ? refused(`Error: too big ${setting}.`, 2, `at most ${GRO_MAX_SIZE} bytes`)
    : null;
}

/** In the kernel's order, whatever the line's: a changed gro_max_size up to 64 KiB takes the IPv4 limit with it (the engine does that). */
function settingChanges(nic: Nic, wishes: ReadonlyMap<Setting, number>): Change[] {
  const now = {
    mtu: nic.mtu,
    gro_max_size: nic.groMaxSize,
    gro_ipv4_max_size: nic.groIpv4MaxSize,
    txqueuelen: nic.txQueueLen,
  };
  const changes: Change[] = [];
  for (const name of SETTINGS) {
    const value = wishes.get(name);
    if (value === undefined || value === now[name]) continue;
    changes.push({ type: 'link', nic: nic.index, name, value });
    if (name === 'gro_max_size' && value <= GRO_LEGACY_MAX_SIZE) now.gro_ipv4_max_size = value;
  }
  return changes;
}
