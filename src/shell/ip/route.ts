/**
 * `ip route`: the table, what it says of an address, adding and taking away. The order is the trie's: by network, of equals the longer
 * prefix first. Source: iproute2 6.1 iproute.c, net/ipv4/fib_trie.c, fixtures/ip.txt. Left out: metrics, tables but main and
 * local, types but unicast; routes that come from here are unicast on a link or through a gateway on one.
 */
import { addressBytes, canonicalAddress, parseAddress } from '../../engine/packet/address.ts';
import { broadcastOf, fibLookup, inNetwork } from '../../engine/net/fib.ts';
import type { Address, Nic, Route } from '../../engine/world.ts';
import { findBridge, noAddressHint } from '../bridge/device.ts';
import { findNic } from '../host.ts';
import { type Ctx, done, type Outcome, printed, refused } from '../types.ts';
import { versionOf } from './address.ts';
import {
  badPrefix,
  commandOf,
  garbage,
  type IpOptions,
  incomplete,
  isNetwork,
  noDevice,
  type Prefix,
  readPrefix,
} from './options.ts';

const COMMANDS = [
  'list',
  'show',
  'lst',
  'get',
  'add',
  'change',
  'replace',
  'prepend',
  'append',
  'test',
  'delete',
  'flush',
  'save',
  'help',
] as const;

const MOST_ROUTES = 256;

export function ipRoute(ctx: Ctx, options: IpOptions, words: readonly string[]): Outcome {
  const [word = 'show', ...rest] = words;
  const command = commandOf(word, COMMANDS);
  switch (command) {
    case 'list':
    case 'show':
    case 'lst':
      return show(ctx, options, rest);
    case 'get':
      return get(ctx, options, rest);
    case 'add':
    case 'replace':
    case 'delete':
      return modify(ctx, options, command, rest);
    case undefined:
      return refused(
        `Command "${word}" is unknown, try "ip route help".`,
        255,
        'here: show get add replace del',
      );
    default:
      return refused('', 1, `ip route ${command} is not here; ip route show | get | add | replace | del`);
  }
}

function byTrie(a: Route, b: Route): number {
  const x = addressBytes(a.network);
  const y = addressBytes(b.network);
  for (let i = 0; i < x.length; i += 1) if (x[i] !== y[i]) return x[i] - y[i];
  return b.bits - a.bits;
}

const nicOf = (ctx: Ctx, route: Route): Nic => ctx.world.nics[route.nic];

function show(ctx: Ctx, options: IpOptions, words: readonly string[]): Outcome {
  let device: string | null = null;
  let only: Prefix | null = null;
  let table = 'main';
  for (let i = 0; i < words.length; i += 1) {
    if (words[i] === 'dev' || words[i] === 'oif' || words[i] === 'table') {
      const what = words[i];
      i += 1;
      if (words[i] === undefined) return incomplete();
      if (what !== 'table') device = words[i];
      else if (['main', 'local', '254', '255'].includes(words[i]))
        table = words[i] === '255' ? 'local' : words[i];
      else if (/^(all|default|\d{1,9})$/.test(words[i]))
        return refused('', 1, `table ${words[i]} is not modelled: main and local are`);
      else return refused(`Error: argument "${words[i]}" is wrong: table id value is invalid\n`, 255);
      continue;
    }
    if (words[i] === 'to' || words[i] === 'exact') i += 1;
    if (words[i] === undefined) return incomplete();
    if (only !== null) return garbage('to', words[i]);
    only = readPrefix(words[i], options.family);
    if (only === null) return badPrefix(words[i], options.family);
  }
  const nic = device === null ? undefined : findNic(ctx, device);
  // over a bridge there are none
  if (device !== null && findBridge(ctx, device) !== undefined) return printed('');
  if (device !== null && nic === undefined) return noDevice(ctx, device);
  // without -6 it shows IPv4, unless an IPv6 network was named
  const version = options.family === 6 || only?.version === 6 ? 6 : 4;
  const of = only;
  if (table === 'local') return printed(localTable(ctx, version, nic));
  const shown = ctx.state.routes
    .filter((route) => versionOf(route.network) === version && (nic === undefined || route.nic === nic.index))
    .filter((route) => of === null || (route.network === of.address && route.bits === of.bits))
    .sort(byTrie);
  return printed(
    shown.map((route) => `${routeText(ctx, route, nic === undefined, options.details)}\n`).join(''),
  );
}

function localTable(ctx: Ctx, version: 4 | 6, nic: Nic | undefined): string {
  const lines = ctx.state.addresses
    .filter((a) => versionOf(a.address) === version && (nic === undefined || a.nic === nic.index))
    .flatMap((a) => {
      const dev = nic === undefined ? ` dev ${ctx.world.nics[a.nic].name}` : '';
      if (version === 6) return [`local ${a.address}${dev} proto kernel metric 0 pref medium\n`];
      const src = `src ${a.address} \n`;
      const all = broadcastOf(a);
      return [
        `local ${a.address}${dev} proto kernel scope host ${src}`,
        ...(all === null ? [] : [`broadcast ${all}${dev} proto kernel scope link ${src}`]),
      ];
    });
  return [...new Set(lines)].join('');
}

function networkText({ network, bits }: Route): string {
  if (bits === 0) return 'default';
  return bits === addressBytes(network).length * 8 ? network : `${network}/${bits}`;
}

function routeText(ctx: Ctx, route: Route, withDevice: boolean, details: boolean): string {
  const via = route.via === null ? '' : ` via ${route.via}`;
  const dev = withDevice ? ` dev ${nicOf(ctx, route).name}` : '';
  const type = details ? 'unicast ' : '';
  const proto = route.source !== null ? ' proto kernel' : details ? ' proto boot' : '';
  if (versionOf(route.network) === 6)
    return `${type}${networkText(route)}${via}${dev}${proto}${details ? ' scope global' : ''} metric ${route.source === null ? 1024 : 256} pref medium`;
  const scope = route.via === null ? ' scope link' : details ? ' scope global' : '';
  const source = route.source === null ? '' : ` src ${route.source}`;
  return `${type}${networkText(route)}${via}${dev}${proto}${scope}${source} `;
}

/**
 * The address a packet over this card would carry: of IPv4 the card's first; of IPv6 the card's that shares most bits with the destination
 * (RFC 6724 rule 8, as many as its prefix has), the newest of equals. A card without one borrows another's.
 */
function sourceFor(ctx: Ctx, nic: number, destination: string): string | null {
  const version = versionOf(destination);
  const all = ctx.state.addresses.filter(({ address }) => versionOf(address) === version);
  const own = all.filter((a) => a.nic === nic);
  const fitting = own.length > 0 ? own : all;
  if (version === 4) return fitting[0]?.address ?? null;
  const shared = (a: Address): number => {
    let bits = 0;
    while (bits < a.bits && inNetwork(destination, a.address, bits + 1)) bits += 1;
    return bits;
  };
  return [...fitting].reverse().sort((a, b) => shared(b) - shared(a))[0]?.address ?? null;
}

function get(ctx: Ctx, options: IpOptions, words: readonly string[]): Outcome {
  const [word, ...more] = words[0] === 'to' ? words.slice(1) : words;
  if (word === undefined) return refused('need at least a destination address', 1, 'ip route get ADDRESS');
  if (more.length > 0) {
    const named = ['from', 'iif', 'oif', 'mark', 'tos', 'sport', 'dport', 'ipproto', 'uid', 'vrf'];
    if (named.includes(more[0])) return refused('', 1, `${more[0]} is not modelled; ip route get ADDRESS`);
    return badPrefix(more[0], versionOf(word));
  }
  const prefix = readPrefix(word, options.family);
  if (prefix === null) return badPrefix(word, options.family);
  const { address, version } = prefix;
  const local = ctx.state.addresses.some((a) => a.address === address);
  if (local)
    return printed(
      version === 4
        ? `local ${address} dev lo src ${address} uid 0 \n    cache <local> \n`
        : `local ${address} from :: dev lo table local proto kernel src ${address} metric 0 pref medium\n`,
    );
  const route = fibLookup(ctx.state.routes, address);
  if (route === null)
    return refused(
      'RTNETLINK answers: Network is unreachable',
      2,
      'no route leads there; ip route shows those there are',
    );
  const via = route.via === null ? '' : ` via ${route.via}`;
  const source = sourceFor(ctx, route.nic, address);
  const src = source === null ? '' : ` src ${source}`;
  const dev = ` dev ${nicOf(ctx, route).name}`;
  if (version === 4) return printed(`${address}${via}${dev}${src} uid 0 \n    cache \n`);
  const proto = route.source === null ? '' : ' proto kernel';
  return printed(
    `${address} from ::${via}${dev}${proto}${src} metric ${route.source === null ? 1024 : 256} pref medium\n`,
  );
}

/** What of a route is not modelled. */
const MORE = [
  'metric',
  'proto',
  'scope',
  'src',
  'table',
  'mtu',
  'advmss',
  'tos',
  'nexthop',
  'encap',
  'onlink',
  'initcwnd',
];
const TYPES = ['local', 'broadcast', 'multicast', 'blackhole', 'unreachable', 'prohibit', 'throw', 'nat'];

function modify(
  ctx: Ctx,
  options: IpOptions,
  command: 'add' | 'replace' | 'delete',
  words: readonly string[],
): Outcome {
  let device: string | null = null;
  let via: string | null = null;
  let to: Prefix | null = null;
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i];
    if (word === 'dev' || word === 'via') {
      i += 1;
      const value = words[i];
      if (value === undefined) return incomplete();
      if (word === 'dev') device = value;
      else {
        if (!parseAddress(value).ok)
          return refused(`Error: inet address is expected rather than "${value}".`, 1, 'via ADDRESS');
        via = canonicalAddress(value);
      }
      continue;
    }
    if (MORE.includes(word) || (to === null && TYPES.includes(word)))
      return refused('', 1, `${word} is not modelled; ip route ${command} PREFIX [via ADDRESS] [dev DEV]`);
    if (word === 'to' || word === 'unicast') continue;
    if (to !== null) return garbage('to', word);
    to = readPrefix(word, options.family);
    if (to === null) return badPrefix(word, options.family);
  }
  if (to === null) return refused('', 255, `usage: ip route ${command} PREFIX [via ADDRESS] [dev DEV]`);
  const bridge = device === null ? undefined : findBridge(ctx, device);
  if (bridge !== undefined) return refused('', 1, noAddressHint(bridge));
  const nic = device === null ? undefined : findNic(ctx, device);
  if (device !== null && nic === undefined) return noDevice(ctx, device);
  if (!isNetwork(to))
    return to.version === 4
      ? refused('Error: Invalid prefix for given prefix length.', 2)
      : refused('RTNETLINK answers: Invalid argument', 2);
  if (via !== null && versionOf(via) !== to.version)
    return refused('', 1, 'a gateway of the other version is not modelled');
  const { address: network, bits } = to;
  const there = ctx.state.routes.filter((r) => r.network === network && r.bits === bits);
  if (command === 'delete') {
    const fits = there.some(
      (r) => (nic === undefined || r.nic === nic.index) && (via === null || r.via === via),
    );
    return fits
      ? done([{ type: 'route-del', network, bits }])
      : refused('RTNETLINK answers: No such process', 2, 'ip route shows the routes there are');
  }
  const out = leadsTo(ctx, nic, via);
  if (typeof out !== 'number') return out;
  if (command === 'add' && there.length > 0) return refused('RTNETLINK answers: File exists', 2);
  if (ctx.state.routes.length >= MOST_ROUTES) return refused('', 1, `at most ${MOST_ROUTES} routes here`);
  const added = { type: 'route-add', network, bits, nic: out, via } as const;
  return done(there.length > 0 ? [{ type: 'route-del', network, bits }, added] : [added]);
}

/** The card a new route leads to: the one named, or the one its gateway is behind. */
function leadsTo(ctx: Ctx, nic: Nic | undefined, via: string | null): number | Outcome {
  if (via === null)
    return (
      nic?.index ?? refused('RTNETLINK answers: No such device', 2, 'name a device: dev DEV, or via ADDRESS')
    );
  const onLink = fibLookup(
    ctx.state.routes.filter((r) => r.via === null && (nic === undefined || r.nic === nic.index)),
    via,
  );
  if (onLink === null)
    return refused('Error: Nexthop has invalid gateway.', 2, `no route on a link leads to ${via}`);
  return onLink.nic;
}
