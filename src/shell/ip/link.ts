/** `ip link`: showing and setting. Source: iproute2 6.1 on Linux 6.18, fixtures/ip.txt and errors-net.txt. */
import { versionNumber } from '../../catalog/version.ts';
import type { Bridge } from '../../engine/bridge/state.ts';
import type { Change } from '../../engine/change.ts';
import type { Nic } from '../../engine/world.ts';
import { bridgesHint, findBridge } from '../bridge/device.ts';
import { findNic } from '../host.ts';
import { INT_MAX, parseSigned } from '../numbers.ts';
import { MIN_MTU } from '../proc/sys-class-net.ts';
import { type Ctx, done, type Outcome, printed, refused } from '../types.ts';
import { bridgeLinkText, linkText } from './link-print.ts';
import { commandOf, garbage, type IpOptions, incomplete, noDevice } from './options.ts';
import { readMaster, readShow } from './show.ts';

/** GRO_MAX_SIZE: 8 * 65535. */
export const GRO_MAX_SIZE = 524_280;
export const GSO_MAX_SEGS = 65_535;
/** GRO_LEGACY_MAX_SIZE: up to it gro_max_size sets the IPv4 limit too. */
const GRO_LEGACY_MAX_SIZE = 65_536;

const LINK_USAGE =
  'here: ip [-s [-s]] [-d] [-br] link [show [DEV]] | ip link set DEV mtu N | gro_max_size N | gro_ipv4_max_size N | master BRIDGE | nomaster';
const COMMANDS = [
  'add',
  'set',
  'change',
  'replace',
  'delete',
  'show',
  'lst',
  'list',
  'property',
  'xstats',
  'help',
] as const;

export function ipLink(ctx: Ctx, options: IpOptions, words: readonly string[]): Outcome {
  const [word = 'show', ...rest] = words;
  const command = commandOf(word, COMMANDS);
  switch (command) {
    case 'help':
      return printed(`# ${LINK_USAGE}\n`);
    case 'set':
      return set(ctx, rest);
    case 'show':
    case 'list':
    case 'lst':
      return show(ctx, rest, options);
    case undefined:
      return refused(`Command "${word}" is unknown, try "ip link help".`, 255, LINK_USAGE);
    default:
      return refused(
        '',
        1,
        `ip link ${command} is not here; ${LINK_USAGE}`,
        rest.includes('bridge') ? 'the scenario says which bridges there are (hosts.HOST.bridges)' : '',
      );
  }
}

function show(ctx: Ctx, words: readonly string[], options: IpOptions): Outcome {
  const shown = readShow(ctx, words);
  if ('status' in shown) return shown;
  return printed(
    shown.devices
      .map(({ nic, bridge }) =>
        nic === null ? bridgeLinkText(ctx, bridge, options) : linkText(ctx, nic, options),
      )
      .join(''),
  );
}

const SETTINGS = [
  'mtu',
  'gso_max_size',
  'gso_max_segs',
  'gro_max_size',
  'gso_ipv4_max_size',
  'gro_ipv4_max_size',
  'txqueuelen',
] as const;
type Setting = (typeof SETTINGS)[number];

/** What else the real tool can set: states, programs, names, what is of a kind of device. */
const NOT_HERE: ReadonlySet<string> = new Set([
  ...['up', 'down', 'address', 'promisc', 'multicast', 'allmulticast', 'arp', 'name', 'alias', 'netns', 'vf'],
  ...['type', 'xdp', 'xdpgeneric', 'xdpdrv', 'xdpoffload'],
]);

function set(ctx: Ctx, words: readonly string[]): Outcome {
  let name: string | null = null;
  const wishes: [Setting, number][] = [];
  /** Index of the bridge, -1 none; null: it stays. */
  let master: number | null = null;
  for (let i = 0; i < words.length; i += 1) {
    const setting = SETTINGS.find((s) => s === words[i]);
    if (setting !== undefined) {
      i += 1;
      const word = words[i];
      if (word === undefined) return incomplete();
      const value = parseSigned(word);
      if (
        value === null ||
        (value < 0 && setting !== 'mtu') ||
        (setting === 'gso_max_segs' && value > GSO_MAX_SEGS)
      )
        return refused(
          `Error: argument "${word}" is wrong: Invalid "${setting}" value\n`,
          255,
          'a number of bytes',
        );
      wishes.push([setting, value]);
      continue;
    }
    if (words[i] === 'nomaster') {
      master = -1;
      continue;
    }
    if (words[i] === 'master') {
      i += 1;
      const read = readMaster(ctx, words[i]);
      if (typeof read !== 'number') return read;
      master = read;
      continue;
    }
    if (words[i] === 'dev') {
      i += 1;
      if (words[i] === undefined) return incomplete();
    } else if (name !== null) {
      if (NOT_HERE.has(words[i])) return refused('', 1, `${words[i]} is not modelled yet; ${LINK_USAGE}`);
      return garbage('dev', words[i]);
    }
    name = words[i];
  }
  if (name === null) return refused('Not enough information: "dev" argument is required.', 255, LINK_USAGE);
  const bridge = findBridge(ctx, name);
  if (bridge !== undefined) return setBridge(ctx, bridge, wishes.length > 0, master);
  const nic = findNic(ctx, name);
  if (nic === undefined) return noDevice(ctx, name);
  for (const checked of CHECKED)
    for (const [setting, value] of wishes) {
      if (setting !== checked || (setting === 'mtu' && value === nic.mtu)) continue;
      const error = check(nic, setting, value);
      if (error !== null) return error;
    }
  const joins = master === null ? [] : checkMaster(ctx, nic, master);
  if ('status' in joins) return joins;
  for (const [setting, value] of wishes) {
    const error = setting === 'txqueuelen' ? check(nic, setting, value) : null;
    if (error !== null) return error;
  }
  const changes = settingChanges(nic, new Map(wishes));
  if (joins.length === 0) return done(changes);
  // behind the MTU, before the rest (do_setlink)
  const mtu = changes.filter((change) => change.type === 'link' && change.name === 'mtu');
  return done([...mtu, ...joins, ...changes.slice(mtu.length)], oldWay(ctx, master));
}

/** What the kernel checks first (validate_linkmsg, then do_setlink); the bridge comes next, the queue's length last. */
const CHECKED: readonly Setting[] = [
  'gso_max_size',
  'gso_max_segs',
  'gro_max_size',
  'gso_ipv4_max_size',
  'gro_ipv4_max_size',
  'mtu',
];

const NOT_SUPPORTED = 'RTNETLINK answers: Operation not supported';

/** do_set_master, br_add_if. @param master index of a bridge, -1: none, less: a card was named */
function checkMaster(ctx: Ctx, nic: Nic, master: number): Change[] | Outcome {
  if (master < -1) return refused(NOT_SUPPORTED, 2, `only a bridge takes ports; ${bridgesHint(ctx)}`);
  if (master >= 0 && nic.tunnel !== null)
    return refused(
      'RTNETLINK answers: Invalid argument',
      2,
      `${nic.name} is a tunnel, without Ethernet header: a bridge's ports are cards`,
    );
  if (master === nic.bridge) return [];
  return [{ type: 'master', nic: nic.index, bridge: master < 0 ? null : master }];
}

/** A bridge is made what it is by its ports. */
function setBridge(ctx: Ctx, bridge: Bridge, settings: boolean, master: number | null): Outcome {
  if (settings)
    return refused(
      '',
      1,
      `settings of ${bridge.name} itself are not modelled yet: its MTU is the least of its ports', set those`,
    );
  if (master === null || master === -1) return done();
  if (master < 0) return refused(NOT_SUPPORTED, 2, `only a bridge takes ports; ${bridgesHint(ctx)}`);
  return refused('Error: Can not enslave a bridge to a bridge.', 2, "a bridge's ports are cards");
}

const MASTER_SINCE = '2.6.39';

/** Before, only brctl could do it. */
function oldWay(ctx: Ctx, master: number | null): string {
  if (versionNumber(ctx.kernel) >= versionNumber(MASTER_SINCE)) return '';
  const [verb, name] = master === -1 ? ['delif', 'BRIDGE'] : ['addif', ctx.state.bridges[master ?? 0].name];
  return `# ip does so since Linux ${MASTER_SINCE}; on ${ctx.kernel} it was: brctl ${verb} ${name} DEV\n`;
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
  if (setting === 'gso_max_segs') return null;
  const most = setting.startsWith('gso') ? nic.driver.tsoMaxSize : GRO_MAX_SIZE;
  return value > most ? refused(`Error: too big ${setting}.`, 2, `at most ${most} bytes`) : null;
}

/** In the kernel's order, whatever the line's: a changed gro_max_size up to 64 KiB takes the IPv4 limit with it (the engine does that). */
function settingChanges(nic: Nic, wishes: ReadonlyMap<Setting, number>): Change[] {
  const now = {
    mtu: nic.mtu,
    gro_max_size: nic.groMaxSize,
    gro_ipv4_max_size: nic.groIpv4MaxSize,
    gso_max_size: nic.gsoMaxSize,
    gso_ipv4_max_size: nic.gsoIpv4MaxSize,
    gso_max_segs: nic.gsoMaxSegs,
    txqueuelen: nic.txQueueLen,
  };
  const changes: Change[] = [];
  for (const name of SETTINGS) {
    const value = wishes.get(name);
    if (value === undefined || value === now[name]) continue;
    changes.push({ type: 'link', nic: nic.index, name, value });
    if (value > GRO_LEGACY_MAX_SIZE) continue;
    if (name === 'gro_max_size') now.gro_ipv4_max_size = value;
    if (name === 'gso_max_size') now.gso_ipv4_max_size = value;
  }
  return changes;
}
