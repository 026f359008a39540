/**
 * `tc [-s] qdisc show|add|change|replace|del dev DEV root|parent ...`: queueing disciplines as they stand, and netem on a link.
 * Source: tc of iproute2 6.1 on Linux 6.18 (answers to the same lines), tc(8), tc-netem(8).
 */
import { versionNumber } from '../../catalog/version.ts';
import { heldAt, type Netem } from '../../engine/link/netem.ts';
import { packetBytes } from '../../engine/net/sched/bytes.ts';
import type { Nic, RxQueue } from '../../engine/world.ts';
import { bridgeNames, findBridge } from '../bridge/device.ts';
import { findNic, nicsOf } from '../host.ts';
import { commandOf } from '../ip/options.ts';
import { type Ctx, done, type Outcome, printed, refused } from '../types.ts';
import { changed, INCOMPLETE, parseNetem, printNetem } from './netem.ts';
import { isKind, modifyQdisc, readId, rootHandle, type Target, type Verb } from './qdisc.ts';
import { optionsText, statisticsText } from './qdisc-print.ts';

export const TC_HELP =
  'tc [-s] qdisc [show|add|change|replace|del] [dev DEV] [root|parent 1:N] [handle 1:] [KIND ...]\tqueueing disciplines\n' +
  'fq: limit N, flow_limit N, quantum BYTES, initial_quantum BYTES, maxrate RATE, [no]pacing, horizon TIME, horizon_drop|cap\n' +
  'fq_codel: limit N, flows N, target TIME, interval TIME, quantum BYTES, memory_limit BYTES, drop_batch N\n' +
  'prio: bands N, priomap P0 ... P15; pfifo: limit N; pfifo_fast; mq\n' +
  'netem (on a link): limit N, delay TIME [JITTER], loss PERCENT, loss gemodel P [R [1-H [1-K]]],\n' +
  '       duplicate PERCENT, corrupt PERCENT, reorder PERCENT [gap N]\n' +
  '       e.g. tc qdisc replace dev eth0 root fq; tc qdisc add dev eth0 root netem delay 10ms loss 1%\n';

const NETEM_SINCE = '2.6.8';

/** In tc's order: the first that a short word fits is meant. */
const OPTIONS = [
  '-stats',
  '-statistics',
  '-details',
  '-pretty',
  '-raw',
  '-json',
  '-netns',
  '-batch',
] as const;
const OBJECTS = ['qdisc', 'class', 'filter', 'chain', 'actions', 'monitor', 'exec', 'help'] as const;
const COMMANDS = ['add', 'change', 'replace', 'link', 'delete', 'list', 'show', 'lst', 'help'] as const;

export function tc(ctx: Ctx, words: readonly string[]): Outcome {
  let at = 0;
  let stats = false;
  for (; words[at]?.startsWith('-'); at += 1) {
    const option = commandOf(words[at], OPTIONS);
    if (option === undefined) return refused(`Option "${words[at]}" is unknown, try "tc -help".`, 255);
    if (option === '-stats') stats = true;
    else if (option !== '-details') return refused('', 1, `tc ${option} is not modelled`);
  }
  const [word, verb = 'show', ...rest] = words.slice(at);
  const object = word === undefined ? 'help' : commandOf(word, OBJECTS);
  if (object === undefined) return refused(`Object "${word}" is unknown, try "tc help".`, 255);
  if (object === 'help') return usage();
  if (object !== 'qdisc') return refused('', 1, `tc ${object} is not modelled yet`);
  const command = commandOf(verb, COMMANDS);
  switch (command) {
    case 'show':
    case 'list':
    case 'lst':
      return show(ctx, rest, stats);
    case 'add':
    case 'change':
    case 'replace':
      return modify(ctx, command, rest);
    case 'delete':
      return modify(ctx, 'del', rest);
    case 'link':
      return refused('', 1, 'tc qdisc link is not modelled; change is');
    case 'help':
      return usage();
    case undefined:
      return refused(`Command "${verb}" is unknown, try "tc qdisc help".`, 255);
  }
}

function usage(): Outcome {
  return printed(TC_HELP.replaceAll(/^./gm, '# $&'));
}

/** And what follows: the name of a discipline, then words of its own, dev and root among them no more. */
interface Where extends Target {
  /** Null: no device was named. */
  name: string | null;
}

/** What may stand before a discipline's name. @param twice the same may be said again: the last counts */
function whereOf(words: readonly string[], twice: boolean): Where | Outcome {
  const where: Where = { name: null, root: false, parent: null, handle: null, rest: [] };
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i];
    if (word === 'dev') {
      i += 1;
      const name = words[i];
      if (name === undefined) return refused(INCOMPLETE, 255);
      if (where.name !== null && !twice)
        return refused(`Error: duplicate "dev": "${name}" is the second value.`, 255);
      where.name = name;
    } else if (word === 'root') {
      if ((where.root || where.parent !== null) && !twice)
        return refused('Error: "root" is duplicate parent ID', 255);
      where.root = true;
    } else if (word === 'handle' || word === 'parent') {
      i += 1;
      const wrong = readId(where, word, words[i]);
      if (wrong !== null) return wrong;
    } else return { ...where, rest: words.slice(i) };
  }
  return where;
}

function noDevice(name: string): Outcome {
  return refused(`Cannot find device "${name}"`, 1);
}

function netemOf(ctx: Ctx, nic: Nic): Netem | null {
  return nic.way < 0 ? null : ctx.world.ways[nic.way].netem;
}

function show(ctx: Ctx, words: readonly string[], stats: boolean): Outcome {
  const where = whereOf(words, true);
  if ('status' in where) return where;
  const { name, root, rest } = where;
  if (where.parent !== null || where.handle !== null)
    return refused('', 1, 'show by parent or handle is not modelled: all of a device are shown');
  if (rest.length > 0) return refused(`What is "${rest[0]}"? Try "tc qdisc help".`, 255);
  if (name !== null && findNic(ctx, name) === undefined && findBridge(ctx, name) === undefined)
    return noDevice(name);
  const nics = nicsOf(ctx).filter((nic) => name === null || nic.name === name);
  const texts = nics.map((nic) => discipline(ctx, nic, { all: name === null, root, stats }));
  for (const bridge of bridgeNames(ctx))
    if (name === null || name === bridge) texts.push(noQueue(name === null ? `dev ${bridge} ` : '', stats));
  return printed(texts.join(''));
}

/** Of a device that sends at once. */
function noQueue(dev: string, stats: boolean): string {
  return `qdisc noqueue 0: ${dev}root refcnt 2 \n${stats ? ' Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0) \n backlog 0b 0p requeues 0\n' : ''}`;
}

/** @param show all: of every device; root: without what stands below an mq */
function discipline(ctx: Ctx, nic: Nic, show: { all: boolean; root: boolean; stats: boolean }): string {
  const { stats } = show;
  const dev = show.all ? `dev ${nic.name} ` : '';
  if (nic.tunnel !== null) return noQueue(dev, stats);
  const netem = netemOf(ctx, nic);
  const queues = nic.activeQueues;
  const counts = (
    bytes: number,
    packets: number,
    dropped: number,
    bytesWait: number,
    wait: number,
  ): string =>
    stats
      ? ` Sent ${bytes} bytes ${packets} pkt (dropped ${dropped}, overlimits 0 requeues 0) \n backlog ${bytesWait}b ${wait}p requeues 0\n`
      : '';
  if (netem !== null) {
    const held = heldAt(netem, ctx.world.now);
    const bytes = held.reduce((n, frame) => n + frame.bytes, 0);
    const handle = 0x8000 + netem.handle;
    return `qdisc netem ${handle.toString(16)}: ${dev}root refcnt ${queues + 1} ${printNetem(netem.spec)}\n${counts(netem.bytes, netem.packets, netem.dropped, bytes, held.length)}`;
  }
  const own = ctx.world.queues.slice(nic.firstQueue, nic.firstQueue + queues);
  const { tx_bytes, tx_packets, tx_dropped } = nic.counters;
  /** One queueing discipline. @param where root or parent  @param refcnt behind root */
  const line = (q: RxQueue, where: string, refcnt: string): string => {
    const { qd, qdisc, packets, dropped } = q.tx;
    // without a state of its own bytes are counted for the card only: here by its average packet
    const share = tx_packets === 0 ? 0 : Math.round((tx_bytes * packets) / tx_packets);
    const waits = qdisc.reduce((n, slot) => n + packetBytes(ctx.world, slot), 0);
    const [bytes, sent] = qd.sched === null ? [share, packets] : [qd.bytes, qd.packets];
    const lost = qd.sched === null ? dropped : qd.dropped;
    const more = stats ? statisticsText(qd.sched, ctx.world.now) : '';
    const head = `qdisc ${qd.spec.kind} ${qd.handle.toString(16)}: ${dev}${where} ${refcnt}`;
    return `${head}${optionsText(qd.spec)}\n${counts(bytes, sent, lost, waits, qdisc.length)}${more}`;
  };
  if (queues === 1) return line(own[0], 'root', 'refcnt 2 ');
  const waits = own.map((q) => q.tx.qdisc.reduce((n, slot) => n + packetBytes(ctx.world, slot), 0));
  const sum = (list: readonly number[]): number => list.reduce((n, x) => n + x, 0);
  const root = counts(tx_bytes, tx_packets, tx_dropped, sum(waits), sum(own.map((q) => q.tx.qdisc.length)));
  const mq = nic.mqHandle === 0 ? '' : nic.mqHandle.toString(16);
  if (show.root) return `qdisc mq ${mq === '' ? '0' : mq}: ${dev}root \n${root}`;
  const child = (q: RxQueue): string => line(q, `parent ${mq}:${(q.number + 1).toString(16)}`, '');
  // those that the kernel made come first, the last of them before the others
  const made = own.filter((q) => q.tx.qd.handle === 0).reverse();
  const given = own.filter((q) => q.tx.qd.handle !== 0);
  return `qdisc mq ${mq === '' ? '0' : mq}: ${dev}root \n${root}${[...made, ...given].map(child).join('')}`;
}

function modify(ctx: Ctx, verb: Verb, words: readonly string[]): Outcome {
  const where = whereOf(words, false);
  if ('status' in where) return where;
  const { name, root, rest, parent, handle } = where;
  const [kind, ...options] = rest;
  if (kind === 'help') return usage();
  if (kind === 'netem' && (handle !== null || parent !== null))
    return refused(
      '',
      1,
      'handle and parent are not modelled for netem: it stands at the root, its handle is given to it',
    );
  const parsed = kind === 'netem' ? parseNetem(options) : null;
  if (parsed?.ok === false) return refused(parsed.error, parsed.status, parsed.hint);
  if (kind !== undefined && !isKind(kind) && options.length > 0)
    return refused(`Unknown qdisc "${kind}", hence option "${options[0]}" is unparsable`, 1);
  if (name === null) return refused('RTNETLINK answers: No such device', 2);
  if (findBridge(ctx, name) !== undefined)
    return refused('', 1, `${name} is a bridge and sends nothing itself here: give the discipline to a port`);
  const nic = findNic(ctx, name);
  if (nic === undefined) return noDevice(name);
  if (nic.tunnel !== null)
    return refused(
      '',
      1,
      `${nic.name} is a tunnel without a queue (noqueue); queueing disciplines of its own are not modelled`,
    );
  if (!root && parent === null)
    return refused(
      verb === 'del'
        ? 'Error: Failed to find qdisc with specified handle.'
        : handle === null
          ? 'Error: Handle cannot be zero.'
          : 'Error: Specified qdisc not found.',
      2,
    );
  const there = netemOf(ctx, nic);
  if (verb === 'del' && there !== null && parent === null) {
    if (kind !== undefined && kind !== 'netem')
      return refused('Error: Invalid qdisc name: must match existing qdisc.', 2);
    return done([{ type: 'netem', nic: nic.index, netem: null }]);
  }
  if (kind !== 'netem' || verb === 'del') return modifyQdisc(ctx, verb, nic, where, there !== null);
  if (versionNumber(ctx.kernel) < versionNumber(NETEM_SINCE))
    return refused(
      'RTNETLINK answers: No such file or directory',
      2,
      `netem came with Linux ${NETEM_SINCE}; this host runs ${ctx.kernel}`,
    );
  const other = there === null && rootHandle(ctx, nic) !== 0;
  if (verb === 'change' && there === null && !other)
    return refused('Error: Qdisc not found. To create specify NLM_F_CREATE flag.', 2);
  if (verb === 'add' && (there !== null || other))
    return refused('Error: Exclusivity flag on, cannot modify.', 2);
  if (parsed === null) return refused('Error: Specified qdisc kind is unknown.', 2);
  if (nic.way < 0)
    return refused(
      '',
      1,
      `netem acts on a link between hosts here, and ${nic.name} has none (scenario: links)`,
    );
  if (other)
    return refused(
      '',
      1,
      `netem stands behind the card here; take the queueing discipline at the root away first: tc qdisc del dev ${nic.name} root`,
    );
  const netem = there === null ? parsed.spec : changed(there.spec, parsed);
  return done([{ type: 'netem', nic: nic.index, netem }]);
}
