/** `ip`: an object and what to do with it. Source: iproute2 6.1 on Linux 6.18, fixtures/ip.txt. */
import { type Ctx, type Outcome, printed, refused } from '../types.ts';
import { ipAddress } from './address.ts';
import { ipLink } from './link.ts';
import { ipNeigh } from './neigh.ts';
import { parseOptions, USAGE, commandOf } from './options.ts';
import { ipRoute } from './route.ts';
import { ipTunnel } from './tunnel.ts';

/** In iproute2's order: the first that a short word fits is meant. */
const OBJECTS = [
  'address',
  'addrlabel',
  'maddress',
  'route',
  'rule',
  'neighbor',
  'neighbour',
  'ntable',
  'ntbl',
  'link',
  'l2tp',
  'fou',
  'ila',
  'macsec',
  'tunnel',
  'tuntap',
  'tap',
  'token',
  'tcpmetrics',
  'monitor',
  'xfrm',
  'mroute',
  'mrule',
  'netns',
  'netconf',
  'vrf',
  'sr',
  'nexthop',
  'mptcp',
  'ioam',
  'help',
] as const;

export const IP_HELP =
  'ip link|addr|route|neigh|tunnel ...\n' +
  'ip [-s [-s]] [-d] [-br] [-o] link [show [DEV] [master BRIDGE] [type bridge]]\n' +
  'ip link set DEV mtu N | gro_max_size N | gro_ipv4_max_size N | master BRIDGE | nomaster\n' +
  'ip [-4|-6] [-br] [-o] addr [show [DEV]]\n' +
  'ip addr add|del ADDRESS[/LENGTH] dev DEV\n' +
  'ip [-4|-6] route [show [dev DEV] [PREFIX] [table main|local]]\n' +
  'ip route get ADDRESS\n' +
  'ip route add|replace|del PREFIX [via ADDRESS] [dev DEV]\n' +
  'ip neigh [show]\n' +
  'ip tunnel [show [NAME]]\n';

export function ip(ctx: Ctx, words: readonly string[]): Outcome {
  const parsed = parseOptions(words);
  if (!parsed.ok) return parsed.outcome;
  const [word, ...rest] = parsed.rest;
  if (word === undefined) return refused('', 255, USAGE);
  const object = commandOf(word, OBJECTS);
  switch (object) {
    case 'help':
      return refused('', 255, ...IP_HELP.trimEnd().split('\n'));
    case 'link':
      return ipLink(ctx, parsed.options, rest);
    case 'address':
      return ipAddress(ctx, parsed.options, rest);
    case 'route':
      return ipRoute(ctx, parsed.options, rest);
    case 'tunnel':
      return ipTunnel(ctx, rest);
    case 'neighbor':
    case 'neighbour':
      return ipNeigh(ctx, rest);
    case undefined:
      return refused(`Object "${word}" is unknown, try "ip help".`, 1, USAGE);
    default:
      return refused('', 1, `ip ${object} is not modelled; ${USAGE}`);
  }
}

/** `... help`. */
export function ipHelp(of: string): Outcome {
  const lines = IP_HELP.split('\n').filter((line) => line.includes(of));
  return printed(lines.map((line) => `# ${line}\n`).join(''));
}
