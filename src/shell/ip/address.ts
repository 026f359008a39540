/**
 * `ip address`: showing, adding, taking away. An address that came without a length is one of its own (/32, /128).
 * Source: iproute2 6.1 ipaddress.c, fixtures/ip.txt. Left out: the loopback device, link-local addresses, labels, lifetimes.
 */
import type { Bridge } from '../../engine/bridge/state.ts';
import { parseAddress } from '../../engine/packet/address.ts';
import type { Address, Nic } from '../../engine/world.ts';
import { findBridge, noAddressHint } from '../bridge/device.ts';
import { findNic } from '../host.ts';
import { type Ctx, done, type Outcome, printed, refused } from '../types.ts';
import {
  bridgeHead,
  bridgeStats,
  briefBridge,
  briefLink,
  headText,
  onelined,
  statsText,
} from './link-print.ts';
import {
  badPrefix,
  commandOf,
  garbage,
  type IpOptions,
  incomplete,
  noDevice,
  readPrefix,
} from './options.ts';
import { readShow } from './show.ts';

const COMMANDS = [
  'add',
  'change',
  'replace',
  'delete',
  'show',
  'list',
  'lst',
  'flush',
  'save',
  'help',
] as const;

export function ipAddress(ctx: Ctx, options: IpOptions, words: readonly string[]): Outcome {
  const [word = 'show', ...rest] = words;
  const command = commandOf(word, COMMANDS);
  switch (command) {
    case 'show':
    case 'list':
    case 'lst':
      return show(ctx, options, rest);
    case 'add':
    case 'delete':
      return modify(ctx, options, command, rest);
    case undefined:
      return refused(`Command "${word}" is unknown, try "ip address help".`, 255, 'here: show add del');
    default:
      return refused('', 1, `ip address ${command} is not here; ip address show | add | del`);
  }
}

export const versionOf = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4);

export function addressesOf(ctx: Ctx, nic: Nic, family: 0 | 4 | 6): Address[] {
  const mine = ctx.state.addresses.filter((a) => a.nic === nic.index);
  const v4 = mine.filter(({ address }) => versionOf(address) === 4);
  const v6 = mine.filter(({ address }) => versionOf(address) === 6);
  // of IPv6 the newest stands first
  return [...(family === 6 ? [] : v4), ...(family === 4 ? [] : v6.reverse())];
}

function show(ctx: Ctx, options: IpOptions, words: readonly string[]): Outcome {
  const shown = readShow(ctx, words);
  if ('status' in shown) return shown;
  const { named, devices } = shown;
  return printed(
    devices
      .map(({ nic, bridge }) => {
        if (nic === null) return bridgeText(ctx, bridge, options);
        // with a family, a device without such addresses is left out, unless it was asked for
        const without = !named && options.family !== 0 && addressesOf(ctx, nic, options.family).length === 0;
        return without ? '' : nicText(ctx, nic, options);
      })
      .join(''),
  );
}

/** It has no addresses: by family, and of lines that tell one address each, nothing is left. */
function bridgeText(ctx: Ctx, bridge: Bridge, options: IpOptions): string {
  if (options.family !== 0) return '';
  if (options.brief) return `${briefBridge(bridge)}\n`;
  if (options.oneline) return '';
  const stats = options.stats > 0 ? bridgeStats(bridge, options.stats > 1) : '';
  return `${bridgeHead(ctx, bridge, options.details, false)}${stats}`;
}

function nicText(ctx: Ctx, nic: Nic, options: IpOptions): string {
  const addresses = addressesOf(ctx, nic, options.family);
  if (options.brief)
    return `${briefLink(nic)}${addresses.map(({ address, bits }) => `${address}/${bits} `).join('')}\n`;
  const blocks = addresses.map((a) => addressText(nic, a));
  if (options.oneline)
    return blocks.map((block) => `${nicIndex(ctx, nic)}: ${nic.name}${onelined(block)}`).join('');
  const head = headText(ctx, nic, { details: options.details, mode: false, linkLayer: options.family === 0 });
  return `${head}${blocks.join('')}${options.stats > 0 ? statsText(nic, options.stats > 1) : ''}`;
}

/** 1 is the loopback device. */
export function nicIndex(ctx: Ctx, nic: Nic): number {
  return nic.index - ctx.fixed.firstNic + 2;
}

function addressText(nic: Nic, { address, bits }: Address): string {
  const v6 = versionOf(address) === 6;
  const scope = /^(fe[89ab]|169\.254\.)/.test(address) ? 'link' : 'global';
  const what = v6
    ? `inet6 ${address}/${bits} scope ${scope} `
    : `inet ${address}/${bits} scope ${scope} ${nic.name}`;
  return `    ${what}\n       valid_lft forever preferred_lft forever\n`;
}

function modify(ctx: Ctx, options: IpOptions, command: 'add' | 'delete', words: readonly string[]): Outcome {
  let name: string | null = null;
  let local: string | null = null;
  for (let i = 0; i < words.length; i += 1) {
    if (words[i] === 'dev') {
      i += 1;
      if (words[i] === undefined) return incomplete();
      name = words[i];
      continue;
    }
    if (['brd', 'broadcast', 'label', 'scope', 'peer', 'metric'].includes(words[i]))
      return refused('', 1, `${words[i]} is not modelled; ip addr ${command} ADDRESS[/LENGTH] dev DEV`);
    if (words[i] === 'local') i += 1;
    if (words[i] === undefined) return incomplete();
    if (local !== null) return garbage('local', words[i]);
    local = words[i];
  }
  const prefix = local === null ? null : readPrefix(local, options.family);
  if (local !== null && (prefix === null || !parseAddress(local.split('/')[0]).ok))
    return badPrefix(local, options.family);
  if (name === null) return refused('Not enough information: "dev" argument is required.', 1);
  const bridge = findBridge(ctx, name);
  if (bridge !== undefined) return refused('', 1, noAddressHint(bridge));
  const nic = findNic(ctx, name);
  if (nic === undefined) return noDevice(ctx, name);
  if (prefix === null) return refused('RTNETLINK answers: Operation not supported', 2, 'name an address');
  const { address, bits, version, sized } = prefix;
  const there = ctx.state.addresses.filter(
    (a) =>
      a.nic === nic.index && a.address === address && (a.bits === bits || (command === 'delete' && !sized)),
  );
  if (command === 'add') {
    if (there.length > 0)
      return refused(`Error: ipv${version}: ${version === 4 ? 'Address' : 'address'} already assigned.`, 2);
    if (ctx.state.addresses.length >= MOST_ADDRESSES)
      return refused('', 1, `at most ${MOST_ADDRESSES} addresses here`);
    return done([{ type: 'address-add', nic: nic.index, address, bits }]);
  }
  if (there.length === 0)
    return refused(`Error: ipv${version}: ${version === 4 ? 'Address' : 'address'} not found.`, 2);
  // without a length the first of them goes; the tool warns where there was one to name
  const [gone] = there;
  const warning =
    sized || version === 6
      ? ''
      : `Warning: Executing wildcard deletion to stay compatible with old scripts.\n         Explicitly specify the prefix length (${address}/${bits}) to avoid this warning.\n         This special behaviour is likely to disappear in further releases,\n         fix your scripts!\n`;
  return done([{ type: 'address-del', nic: nic.index, address, bits: gone.bits }], warning);
}

const MOST_ADDRESSES = 256;
