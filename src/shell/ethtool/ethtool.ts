/** `ethtool OPTION DEV ...`: a table of options, each with its spellings and what it does. */
import type { Nic } from '../../engine/world.ts';
import { findBridge } from '../bridge/device.ts';
import { findNic } from '../host.ts';
import { type Ctx, type Outcome, printed, refused } from '../types.ts';
import { printChannels, setChannels } from './channels.ts';
import { printCoalesce, setCoalesce } from './coalesce.ts';
import { BAD_ARGUMENTS, badArguments, netlinkError, noSuchDevice } from './errors.ts';
import { printFeatures, setFeatures } from './features.ts';
import { printFlowHash, setFlowHash } from './flow-hash.ts';
import { deleteRule, insertRule, printRule, printRules } from './ntuple.ts';
import { printRing, setRing } from './ring.ts';
import { printRxfh, setRxfh } from './rxfh.ts';
import { printDriver, printStats } from './stats.ts';

interface Option {
  flag: string;
  long: readonly string[];
  help: string;
  /** Takes nothing behind the device; what it says to more: netlink options one thing, older ones another. */
  alone?: 'netlink' | 'ioctl';
  run: (ctx: Ctx, nic: Nic, words: readonly string[]) => Outcome;
}

export const ETHTOOL_OPTIONS: readonly Option[] = [
  { flag: '-g', long: ['--show-ring'], help: 'ring sizes', alone: 'netlink', run: printRing },
  { flag: '-G', long: ['--set-ring'], help: 'rx N', run: setRing },
  {
    flag: '-c',
    long: ['--show-coalesce'],
    help: 'interrupt moderation',
    alone: 'netlink',
    run: (_, nic) => printCoalesce(nic),
  },
  {
    flag: '-C',
    long: ['--coalesce'],
    help: 'rx-usecs N rx-frames N cqe-mode-rx on|off',
    run: (_, nic, words) => setCoalesce(nic, words),
  },
  {
    flag: '-l',
    long: ['--show-channels'],
    help: 'queues',
    alone: 'netlink',
    run: (_, nic) => printChannels(nic),
  },
  {
    flag: '-L',
    long: ['--set-channels'],
    help: 'combined N',
    run: (_, nic, words) => setChannels(nic, words),
  },
  {
    flag: '-x',
    long: ['--show-rxfh-indir', '--show-rxfh'],
    help: 'indirection table, hash key',
    alone: 'ioctl',
    run: printRxfh,
  },
  {
    flag: '-X',
    long: ['--set-rxfh-indir', '--rxfh'],
    help: 'equal N | weight W... | default, hkey K',
    run: setRxfh,
  },
  {
    flag: '-n',
    long: ['-u', '--show-nfc', '--show-ntuple'],
    help: '[rule N | rx-flow-hash TYPE]',
    run: (_, nic, words) => showNfc(nic, words),
  },
  {
    flag: '-N',
    long: ['-U', '--config-nfc', '--config-ntuple'],
    help: 'rx-flow-hash TYPE sdfn | flow-type TYPE ... action N | delete N',
    run: (_, nic, words) => configNfc(nic, words),
  },
  {
    flag: '-k',
    long: ['--show-features', '--show-offload'],
    help: 'features',
    alone: 'netlink',
    run: (ctx, nic) => printFeatures(ctx, nic),
  },
  {
    flag: '-K',
    long: ['--features', '--offload'],
    help: 'gro on|off ...',
    run: setFeatures,
  },
  { flag: '-S', long: ['--statistics'], help: 'counters', alone: 'netlink', run: printStats },
  { flag: '-i', long: ['--driver'], help: 'driver', alone: 'ioctl', run: printDriver },
];

export function ethtoolHelp(): string {
  const rows = ETHTOOL_OPTIONS.map(
    ({ flag, long, help }) =>
      `  ethtool ${flag}|${long[long.length > 1 && !long[0].startsWith('--') ? 1 : 0]} DEV\t${help}`,
  );
  return `Options here:\n${rows.join('\n')}\n`;
}

const flags = () => `options here: ${ETHTOOL_OPTIONS.map((o) => o.flag).join(' ')}, each with a device`;

export function ethtool(ctx: Ctx, words: readonly string[]): Outcome {
  const [flag, device, ...rest] = words;
  if (flag === '-h' || flag === '--help') return printed(ethtoolHelp());
  const option = ETHTOOL_OPTIONS.find((o) => o.flag === flag || o.long.includes(flag));
  if (option === undefined) {
    if (flag !== undefined && findNic(ctx, flag) !== undefined)
      return refused('', 1, `link settings are not modelled; ${flags()}`);
    return badArguments(flags());
  }
  if (device === undefined) return badArguments(`usage: ethtool ${option.flag} DEV ${option.help}`);
  const nic = findNic(ctx, device);
  if (nic === undefined) {
    if (findBridge(ctx, device) !== undefined) return ofBridge(option.flag, device);
    if (option.flag === '-N' && rest[0] === 'delete') {
      return refused(
        'rmgr: Cannot delete RX class rule: No such device\nCannot delete classification rule',
        1,
      );
    }
    return noSuchDevice(ctx, option.flag);
  }
  if (option.alone !== undefined && rest.length > 0) {
    if (option.flag === '-S') return refused(`ethtool (-S): unknown parameter '${rest[0]}'`, 1);
    return option.alone === 'netlink'
      ? refused(`ethtool: unexpected parameter '${rest[0]}'`, 1)
      : refused(BAD_ARGUMENTS, 1);
  }
  if (nic.tunnel !== null && !OF_TUNNELS.includes(option.flag)) return ofTunnel(option.flag, nic);
  return option.run(ctx, nic, rest);
}

/** A tunnel has features, and nothing of a card. */
const OF_TUNNELS: readonly string[] = ['-k', '-K'];

function ofTunnel(flag: string, nic: Nic): Outcome {
  if (flag === '-i') return printed(`driver: ipip\n`);
  return noSupport(
    flag,
    `${nic.name} is a tunnel: it has features (ethtool -k, -K), no rings, queues or interrupts`,
  );
}

/** Its features hang on its ports', and count for what it sends itself: nothing here. */
function ofBridge(flag: string, name: string): Outcome {
  if (flag === '-i') return printed(BRIDGE_DRIVER);
  const hint = `${name} is a bridge: settings are those of its ports; its own features are not modelled`;
  if (flag === '-k' || flag === '-K') return refused('', 1, hint);
  const refusal = noSupport(flag, hint);
  return flag === '-G' ? { ...refusal, status: 81 } : refusal;
}

const BRIDGE_DRIVER =
  'driver: bridge\nversion: 2.3\nfirmware-version: N/A\nexpansion-rom-version: \nbus-info: N/A\n' +
  ['statistics', 'test', 'eeprom-access', 'register-dump', 'priv-flags']
    .map((what) => `supports-${what}: no\n`)
    .join('');

function noSupport(flag: string, hint: string): Outcome {
  if (flag === '-S') return refused('no stats available', 94, hint);
  if ('-x-X-n-N'.includes(flag)) return refused('Cannot get RX ring count: Operation not supported', 1, hint);
  return netlinkError('', 'Operation not supported', hint);
}

function showNfc(nic: Nic, words: readonly string[]): Outcome {
  const [what, ...rest] = words;
  if (what === undefined) return printRules(nic);
  if (what === 'rule') return printRule(nic, rest);
  if (what === 'rx-flow-hash') return printFlowHash(nic, rest);
  return badArguments('usage: ethtool -n DEV [rule N | rx-flow-hash TYPE]');
}

function configNfc(nic: Nic, words: readonly string[]): Outcome {
  const [what, ...rest] = words;
  if (what === 'rx-flow-hash') return setFlowHash(nic, rest);
  if (what === 'flow-type') return insertRule(nic, rest);
  if (what === 'delete') return deleteRule(nic, rest);
  return badArguments(
    'usage: ethtool -N DEV rx-flow-hash TYPE sdfn | flow-type TYPE ... action N [loc N] | delete N',
  );
}
