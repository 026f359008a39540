/**
 * `bridge`: ports (link) and forwarding database (fdb) of the host's bridges.
 * Source: iproute2 6.1 bridge/bridge.c, link.c, on Linux 6.18. Left out: VLANs, multicast groups, monitoring, JSON, setting anything.
 */
import { findNic } from '../host.ts';
import { nicIndex } from '../ip/address.ts';
import { CARD_FLAGS } from '../ip/link-print.ts';
import { commandOf, isWord } from '../ip/options.ts';
import { type Ctx, type Outcome, printed, refused } from '../types.ts';
import { bridgesHint, findBridge, masterOf, PORT_PRIORITY, portCost, portsInOrder } from './device.ts';
import { bridgeFdb } from './fdb.ts';
import { BRIDGE_USAGE, type BridgeOptions, bridgeHelp, duplicate, incompleteBridge } from './words.ts';

const OBJECTS = ['link', 'fdb', 'mdb', 'vlan', 'vni', 'monitor', 'help'] as const;
const LINK_COMMANDS = ['set', 'change', 'show', 'lst', 'list', 'help'] as const;

export function bridge(ctx: Ctx, words: readonly string[]): Outcome {
  const options: BridgeOptions = { stats: false, details: false, oneline: false };
  let i = 0;
  for (; i < words.length && words[i].startsWith('-'); i += 1) {
    if (words[i] === '--') {
      i += 1;
      break;
    }
    const option = words[i].replace(/^--/, '-').slice(1);
    if (isWord(option, 'help', 0)) return bridgeHelp('');
    if (isWord(option, 'Version')) return printed('bridge utility, 6.1.0\n');
    if (isWord(option, 'stats') || isWord(option, 'statistics')) options.stats = true;
    else if (isWord(option, 'details')) options.details = true;
    else if (isWord(option, 'oneline')) options.oneline = true;
    else if (OTHER_OPTIONS.some((other) => isWord(option, other)))
      return refused('', 1, `${words[i]} is not modelled; ${BRIDGE_USAGE}`);
    else return refused(`Option "${words[i]}" is unknown, try "bridge help".`, 255, BRIDGE_USAGE);
  }
  const [word, ...rest] = words.slice(i);
  if (word === undefined) return bridgeHelp('');
  const object = commandOf(word, OBJECTS);
  switch (object) {
    case 'help':
      return bridgeHelp('');
    case 'link':
      return link(ctx, options, rest);
    case 'fdb':
      return bridgeFdb(ctx, options, rest);
    case undefined:
      return refused(`Object "${word}" is unknown, try "bridge help".`, 255, BRIDGE_USAGE);
    default:
      return refused('', 1, `bridge ${object} is not modelled; ${BRIDGE_USAGE}`);
  }
}

const OTHER_OPTIONS = [
  'timestamp',
  'family',
  '4',
  '6',
  'netns',
  'color',
  'compressvlans',
  'force',
  'json',
  'pretty',
  'batch',
];

function link(ctx: Ctx, options: BridgeOptions, words: readonly string[]): Outcome {
  const [word = 'show', ...rest] = words;
  const command = commandOf(word, LINK_COMMANDS);
  switch (command) {
    case 'show':
    case 'list':
    case 'lst':
      return showLink(ctx, options, rest);
    case 'help':
      return bridgeHelp('link');
    case undefined:
      return refused(`Command "${word}" is unknown, try "bridge link help".`, 255, BRIDGE_USAGE);
    default:
      return refused('', 1, `bridge link ${command} is not modelled: ports have the kernel's defaults`);
  }
}

/** What it does not know the tool passes over, a device without `dev` too. */
function showLink(ctx: Ctx, options: BridgeOptions, words: readonly string[]): Outcome {
  let name: string | null = null;
  for (let i = 0; i < words.length; i += 1) {
    if (words[i] !== 'dev') continue;
    i += 1;
    if (words[i] === undefined) return incompleteBridge();
    if (name !== null) return duplicate('dev', words[i]);
    name = words[i];
  }
  const nic = name === null ? undefined : findNic(ctx, name);
  if (name !== null && nic === undefined && findBridge(ctx, name) === undefined)
    return refused(`Cannot find device "${name}"`, 255, bridgesHint(ctx));
  if (ctx.state.bridges.length === 0) return printed(`# ${bridgesHint(ctx)}\n`);
  const ports = ctx.state.bridges.flatMap((one) => portsInOrder(ctx, one)).sort((a, b) => a.index - b.index);
  const more = options.oneline ? `\\${PORT_FLAGS}` : `\n${PORT_FLAGS}`;
  const lines = ports
    .filter((port) => name === null || port === nic)
    .map(
      (port) =>
        `${nicIndex(ctx, port)}: ${port.name}: <${CARD_FLAGS}> mtu ${port.mtu} master ${masterOf(ctx, port)?.name} state forwarding priority ${PORT_PRIORITY} cost ${portCost(ctx, port)} ${options.details ? more : ''}\n`,
    );
  return printed(lines.join(''));
}

const PORT_FLAGS =
  '    hairpin off guard off root_block off fastleave off learning on flood on mcast_flood on bcast_flood on mcast_router 1 mcast_to_unicast off neigh_suppress off vlan_tunnel off isolated off locked off ';
