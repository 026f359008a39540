/**
 * `bridge fdb`: what a bridge has learnt of where link addresses are, and its ports' own.
 * Source: iproute2 6.1 bridge/fdb.c, net/bridge/br_fdb.c fdb_to_nud, v6.12. The order within a port is by address (the kernel's is by hash).
 * Left out: what the devices themselves filter (`self`), adding and taking away.
 */
import { lookup } from '../../engine/bridge/fdb.ts';
import { findNic } from '../host.ts';
import { commandOf, isWord } from '../ip/options.ts';
import { type Ctx, type Outcome, printed, refused } from '../types.ts';
import { bridgesHint, findBridge } from './device.ts';
import { BRIDGE_USAGE, type BridgeOptions, bridgeHelp, duplicate, incompleteBridge } from './words.ts';

const COMMANDS = [
  'add',
  'append',
  'replace',
  'delete',
  'get',
  'show',
  'lst',
  'list',
  'flush',
  'help',
] as const;

/** Bits of an entry's state (NUD_*). */
const REACHABLE = 0x02;
const STALE = 0x04;
const NOARP = 0x40;
const PERMANENT = 0x80;
const ALL = 0xffffffff;

/** Short words fit the first. */
const STATES: readonly (readonly [string, number])[] = [
  ['permanent', PERMANENT],
  ['static', NOARP],
  ['temp', NOARP],
  ['stale', STALE],
  ['reachable', REACHABLE],
  ['dynamic', REACHABLE],
];

export function bridgeFdb(ctx: Ctx, options: BridgeOptions, words: readonly string[]): Outcome {
  const [word = 'show', ...rest] = words;
  const command = commandOf(word, COMMANDS);
  switch (command) {
    case 'show':
    case 'list':
    case 'lst':
      return show(ctx, options, rest);
    case 'help':
      return bridgeHelp('fdb');
    case undefined:
      return refused(`Command "${word}" is unknown, try "bridge fdb help".`, 255, BRIDGE_USAGE);
    default:
      return refused(
        '',
        1,
        `bridge fdb ${command} is not modelled: entries are learnt from frames, or a port's own address`,
      );
  }
}

interface Filter {
  bridge: string | null;
  device: string | null;
  vlan: number;
  /** Of these states; 0: any. */
  states: number;
  dynamic: boolean;
}

/** What it does not know the tool passes over. */
function readFilter(words: readonly string[]): Filter | Outcome {
  const filter: Filter = { bridge: null, device: null, vlan: 0, states: 0, dynamic: false };
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i];
    if (word === 'dynamic') filter.dynamic = true;
    else if (['br', 'brport', 'dev', 'vlan', 'state'].includes(word)) {
      i += 1;
      const value = words[i];
      if (value === undefined) return incompleteBridge();
      if (word === 'br') filter.bridge = value;
      else if (word === 'vlan') {
        if (filter.vlan !== 0) return duplicate('vlan', value);
        filter.vlan = Number.parseInt(value, 10) || 0;
      } else if (word === 'state') {
        const state = stateOf(value);
        if (state === null)
          return refused(
            `Error: argument "${value}" is wrong: invalid state`,
            255,
            'permanent, reachable or all',
          );
        filter.states = (filter.states | state) >>> 0;
      } else filter.device = value;
    } else if (isWord(word, 'help')) return bridgeHelp('fdb');
  }
  return filter;
}

function stateOf(word: string): number | null {
  const named = STATES.find(([name]) => isWord(word, name));
  if (named !== undefined) return named[1];
  if (word === 'all') return ALL;
  const value = /^(\d{1,10}|0x[\da-f]{1,8})$/i.test(word) ? Number(word) : Number.NaN;
  return value <= ALL ? value : null;
}

function show(ctx: Ctx, options: BridgeOptions, words: readonly string[]): Outcome {
  const filter = readFilter(words);
  if ('status' in filter) return filter;
  const { bridge, device, vlan, states, dynamic } = filter;
  const nic = device === null ? undefined : findNic(ctx, device);
  const known = (name: string): boolean =>
    findBridge(ctx, name) !== undefined || findNic(ctx, name) !== undefined;
  if (bridge !== null && !known(bridge))
    return refused(`Cannot find bridge device "${bridge}"`, 255, bridgesHint(ctx));
  if (device !== null && !known(device))
    return refused(`Cannot find device "${device}"`, 255, bridgesHint(ctx));
  if (ctx.state.bridges.length === 0) return printed(`# ${bridgesHint(ctx)}\n`);
  const lines: { port: number; mac: string; text: string }[] = [];
  for (const one of ctx.state.bridges) {
    if (bridge !== null && one.name !== bridge) continue;
    for (const mac of Object.keys(one.fdb)) {
      const entry = lookup(one, mac, ctx.world.now);
      // forgotten
      if (entry === null) continue;
      const state = entry.local ? PERMANENT : REACHABLE;
      if (device !== null && entry.port !== nic?.index) continue;
      if (vlan !== 0 || (states !== 0 && (state & states) === 0) || (dynamic && entry.local)) continue;
      const dev = device === null ? `dev ${ctx.world.nics[entry.port].name} ` : '';
      const age = Math.floor((ctx.world.now - entry.updatedNs) / 1e9);
      const used = options.stats ? `used ${age}/${age} ` : '';
      const text = `${mac} ${dev}${used}master ${one.name} ${entry.local ? 'permanent' : ''}\n`;
      lines.push({ port: entry.port, mac, text });
    }
  }
  lines.sort((a, b) => a.port - b.port || (a.mac < b.mac ? -1 : 1));
  const note = options.stats && lines.length > 0 ? `# ${USED_NOTE}\n` : '';
  return printed(lines.map(({ text }) => text).join('') + note);
}

const USED_NOTE =
  'seconds since an entry was looked up (first number) are not kept: both are those since it was last learnt';
