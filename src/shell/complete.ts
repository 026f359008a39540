/**
 * Tab completion: the words that could stand at the end of the line. A table of what follows what; values of files and
 * settings are offered where they are few.
 */
import { HASH_FLOW_TYPES } from '../engine/change.ts';
import type { World } from '../engine/world.ts';
import { bridgeNames } from './bridge/device.ts';
import { coalesceLimits } from './ethtool/coalesce.ts';
import { ETHTOOL_OPTIONS } from './ethtool/ethtool.ts';
import { featureWords } from './ethtool/features.ts';
import { fieldChoices } from './ethtool/flow-hash.ts';
import { FILTERS } from './filters.ts';
import { COMMANDS } from './help.ts';
import { contextOf, findNic, nicNames, tasksOf } from './host.ts';
import { MAX_LINE } from './parse.ts';
import { lookUp } from './proc/files.ts';
import { sysctlNames, sysctlText } from './sysctl-values.ts';
import type { Ctx } from './types.ts';

/** @returns whole words that may take the last word's place, in order; none where anything may stand. */
export function completeCommand(world: World, host: number, line: string): string[] {
  if (world.fixed.hosts[host] === undefined || line.length > MAX_LINE) return [];
  const ctx = contextOf(world, host);
  const words = line.replace(/^\s+/, '').split(/\s+/);
  const last = words[words.length - 1];
  const before = words.slice(0, -1);
  if (before.length === 0) return starting(COMMANDS, last);
  if (before[before.length - 1] === '|') return starting(FILTERS, last);
  const redirectAt = before.lastIndexOf('>');
  if (redirectAt !== -1) return redirectAt === before.length - 1 ? paths(ctx, last) : [];
  const [command, ...rest] = before;
  if (command === 'watch') {
    const at = rest.findIndex((word, i) => !word.startsWith('-') && rest[i - 1] !== '-n');
    if (at < 0) return rest[rest.length - 1] === '-n' ? [] : starting([...COMMANDS, '-n', '-d'], last);
    return completeCommand(world, host, `${rest.slice(at).join(' ')} ${last}`);
  }
  switch (command) {
    case 'ethtool':
      return starting(ethtoolWords(ctx, rest), last);
    case 'sysctl':
      return sysctlWords(ctx, rest, last);
    case 'cat':
    case 'ls':
    case 'grep':
    case 'head':
    case 'tail':
    case 'sort':
    case 'uniq':
    case 'wc':
    case 'awk':
      return last.startsWith('/') || command === 'cat' || command === 'ls' ? paths(ctx, last) : [];
    case 'help':
      return rest.length === 0 ? starting(COMMANDS, last) : [];
    case 'ss':
      return starting(ssWords(rest), last);
    case 'tcpdump':
      return starting(tcpdumpWords(ctx, rest), last);
    case 'mpstat':
      return starting(mpstatWords(ctx, rest), last);
    case 'ip':
      return starting(ipWords(ctx, rest), last);
    case 'bridge':
      return starting(bridgeWords(ctx, rest), last);
    case 'tc':
      return starting(tcWords(ctx, rest), last);
    case 'taskset':
      return starting(tasksetWords(ctx, rest), last);
    case 'echo':
      return rest.length > 0 ? starting(['>'], last) : [];
    default:
      return [];
  }
}

function starting(words: readonly string[], prefix: string): string[] {
  return words.filter((word) => word.startsWith(prefix));
}

function ethtoolWords(ctx: Ctx, rest: readonly string[]): string[] {
  if (rest.length === 0)
    return ETHTOOL_OPTIONS.flatMap(({ flag, long }) => [flag, ...long.filter((l) => l.startsWith('--'))]);
  if (rest.length === 1) return nicNames(ctx);
  const option = ETHTOOL_OPTIONS.find((o) => o.flag === rest[0] || o.long.includes(rest[0]));
  const nic = findNic(ctx, rest[1]);
  if (option === undefined || nic === undefined) return [];
  const words = rest.slice(2);
  const previous = words[words.length - 1];
  const pairs = words.length % 2 === 0;
  switch (option.flag) {
    case '-G':
      return pairs ? ['rx'] : [];
    case '-C': {
      const limits = coalesceLimits(nic.driver);
      if (!pairs) return previous.startsWith('rx-') ? [] : ['on', 'off'];
      return [
        'rx-usecs',
        ...(limits.mostFrames > 0 ? ['rx-frames'] : []),
        ...(limits.cqeMode ? ['cqe-mode-rx'] : []),
      ];
    }
    case '-L':
      return pairs ? ['combined'] : [];
    case '-K':
      return pairs ? featureWords(nic) : ['on', 'off'];
    case '-X':
      return previous === 'hfunc'
        ? ['toeplitz']
        : previous === 'xfrm'
          ? ['symmetric-xor', 'none']
          : ['equal', 'weight', 'default', 'start', 'hkey', 'hfunc', 'xfrm'];
    case '-n':
      if (words.length === 0) return ['rule', 'rx-flow-hash'];
      return previous === 'rx-flow-hash'
        ? [...HASH_FLOW_TYPES]
        : previous === 'rule'
          ? nic.ntuple.map((rule) => String(rule.loc))
          : [];
    case '-N': {
      if (words.length === 0) return ['rx-flow-hash', 'flow-type', 'delete'];
      if (previous === 'delete') return nic.ntuple.map((rule) => String(rule.loc));
      if (words.length === 1) return [...HASH_FLOW_TYPES];
      if (words[0] === 'flow-type')
        return pairs ? ['src-ip', 'dst-ip', 'src-port', 'dst-port', 'action', 'loc'] : [];
      const type = HASH_FLOW_TYPES.find((t) => t === words[1]);
      return words[0] === 'rx-flow-hash' && words.length === 2 && type !== undefined
        ? fieldChoices(nic, type)
        : [];
    }
    default:
      return [];
  }
}

function sysctlWords(ctx: Ctx, rest: readonly string[], last: string): string[] {
  const names = sysctlNames(ctx);
  const write = rest.includes('-w');
  const exact = names.find((name) => last === `${name}=` || (write && last === name));
  // a single value: offered as it stands, to be changed
  if (exact !== undefined && ctx.state.sysctl[exact].length === 1)
    return [`${exact}=${sysctlText(ctx, exact)}`];
  const flags = rest.length === 0 ? ['-a', '-n', '-w'] : [];
  return starting([...names, ...flags], last);
}

/** Words after a kind of queueing discipline; netem's depend on the one before. */
const QDISC_OPTIONS: Readonly<Record<string, string[]>> = {
  netem: [],
  fq: ['limit', 'flow_limit', 'quantum', 'initial_quantum', 'maxrate', 'pacing', 'nopacing', 'horizon'],
  fq_codel: ['limit', 'flows', 'target', 'interval', 'quantum', 'memory_limit', 'drop_batch'],
  prio: ['bands', 'priomap'],
  pfifo: ['limit'],
  pfifo_fast: [],
  mq: [],
};

function tcWords(ctx: Ctx, rest: readonly string[]): string[] {
  const words = rest.filter((word) => !word.startsWith('-'));
  const [, verb] = words;
  const previous = words[words.length - 1];
  if (words.length === 0) return rest.length === 0 ? ['qdisc', '-s'] : ['qdisc'];
  if (words.length === 1) return ['show', 'add', 'change', 'replace', 'del'];
  if (previous === 'dev') return nicNames(ctx);
  if (!words.includes('dev')) return ['dev'];
  if (verb === 'show') return [];
  if (!words.includes('root') && !words.includes('parent')) return ['root', 'parent'];
  if (previous === 'parent') return [];
  const kind = words.find((word) => word in QDISC_OPTIONS);
  if (kind === undefined) return verb === 'del' ? [] : ['handle', ...Object.keys(QDISC_OPTIONS)];
  if (kind !== 'netem') return verb === 'del' ? [] : QDISC_OPTIONS[kind];
  if (previous === 'loss') return ['random', 'gemodel'];
  if (verb === 'del' || /^(delay|limit|duplicate|corrupt|reorder|gap|random|gemodel)$/.test(previous))
    return [];
  return ['delay', 'loss', 'limit', 'duplicate', 'corrupt', 'reorder', 'gap'];
}

function ssWords(rest: readonly string[]): string[] {
  const previous = rest[rest.length - 1];
  if (previous === 'state') return ['established', 'listening', 'unconnected'];
  const options = ['-tinm', '-tan', '-uanm', '-lntu', '-lunp', '-s'];
  return [...(rest.length === 0 ? options : []), 'state', 'sport', 'dport'];
}

function tcpdumpWords(ctx: Ctx, rest: readonly string[]): string[] {
  const previous = rest[rest.length - 1] ?? '';
  if (/^-[nevqS]*i$/.test(previous)) return [...nicNames(ctx), 'any'];
  if (previous === '-Q') return ['in', 'out', 'inout'];
  if (['host', 'net', 'port', 'portrange', '-c', '-r'].includes(previous)) return [];
  const words = [
    'host',
    'port',
    'net',
    'src',
    'dst',
    'tcp',
    'udp',
    'icmp',
    'icmp6',
    'arp',
    'ip',
    'ip6',
    'and',
    'or',
    'not',
  ];
  return [...words, '-ni', '-i', '-e', '-v', '-c', '-Q', '-r'];
}

function mpstatWords(ctx: Ctx, rest: readonly string[]): string[] {
  const previous = rest[rest.length - 1];
  if (previous === '-P') return ['ALL', ...Array.from({ length: ctx.fixed.cpus }, (_, i) => String(i))];
  if (previous === '-I') return ['SUM'];
  return ['-P', '-I', '-u'];
}

function ipWords(ctx: Ctx, rest: readonly string[]): string[] {
  const words = rest.filter((word) => !word.startsWith('-'));
  if (words.length === 0) return ['link', 'addr', 'route', 'neigh', '-s', '-d', '-br', '-o', '-4', '-6'];
  const [object, command] = words;
  if (object === 'addr' || object === 'route' || object === 'neigh') {
    const previous = words[words.length - 1];
    if (words.length === 1)
      return {
        addr: ['show', 'add', 'del'],
        route: ['show', 'get', 'add', 'replace', 'del'],
        neigh: ['show'],
      }[object];
    if (previous === 'dev' || (object === 'addr' && words.length === 2 && command === 'show'))
      return nicNames(ctx);
    if (command === 'del' && words.length === 2) return namedNetworks(ctx, object);
    return previous === 'via' || words.length === 2 ? [] : object === 'route' ? ['dev', 'via'] : ['dev'];
  }
  if (words.length === 1) return ['set', 'show'];
  const previous = words[words.length - 1];
  const bridges = bridgeNames(ctx);
  if (previous === 'master') return bridges;
  if (command === 'show') {
    if (previous === 'type') return ['bridge', 'bridge_slave', 'ipip'];
    return words.length === 2
      ? [...nicNames(ctx), ...bridges, ...(bridges.length === 0 ? [] : ['master', 'type'])]
      : [];
  }
  if (words.length === 2) return nicNames(ctx);
  const settings = ['mtu', 'gro_max_size', 'gro_ipv4_max_size'];
  if (command !== 'set' || settings.includes(previous)) return [];
  return bridges.length === 0 ? settings : [...settings, 'master', 'nomaster'];
}

function bridgeWords(ctx: Ctx, rest: readonly string[]): string[] {
  const words = rest.filter((word) => !word.startsWith('-'));
  if (words.length === 0) return ['link', 'fdb', '-d', '-o', '-s'];
  const [object] = words;
  const previous = words[words.length - 1];
  if (object !== 'link' && object !== 'fdb') return [];
  if (words.length === 1) return ['show'];
  if (previous === 'br') return bridgeNames(ctx);
  if (previous === 'dev' || previous === 'brport') return nicNames(ctx);
  if (previous === 'state') return ['permanent', 'reachable', 'all'];
  return object === 'link' ? ['dev'] : ['br', 'brport', 'dev', 'state', 'dynamic'];
}

/** What `del` could take away. */
function namedNetworks(ctx: Ctx, object: 'addr' | 'route' | 'neigh'): string[] {
  if (object === 'addr') return ctx.state.addresses.map(({ address, bits }) => `${address}/${bits}`);
  return ctx.state.routes.map(({ network, bits }) => `${network}/${bits}`);
}

function tasksetWords(ctx: Ctx, rest: readonly string[]): string[] {
  if (rest.length === 0) return ['-cp', '-p'];
  const movable = tasksOf(ctx).filter((task) => task.kind !== 'ksoftirqd');
  return rest.length <= 2 ? movable.map((task) => String(task.id)) : [];
}

/** Entries of the directory that the word has reached; a lone directory goes on to what is in it. */
function paths(ctx: Ctx, last: string): string[] {
  const slash = last.lastIndexOf('/');
  const directory = slash === -1 ? '/' : last.slice(0, slash + 1);
  const found = lookUp(ctx, directory);
  if (found === null || 'file' in found) return [];
  return starting(
    found.directory.map((entry) => (slash === -1 ? `/${entry}` : `${directory}${entry}`)),
    slash === -1 && last !== '' ? `/${last}` : last,
  );
}
