/**
 * `tc [-s] qdisc show|add|change|replace|del dev DEV root netem ...`: queueing disciplines as they stand, and netem on a link.
 * Source: tc of iproute2 6.1 on Linux 6.18 (answers to the same lines), tc(8), tc-netem(8).
 */
import { versionNumber } from '../../catalog/version.ts';
import { heldAt, type Netem } from '../../engine/link/netem.ts';
import type { Nic } from '../../engine/world.ts';
import { findNic, nicsOf } from '../host.ts';
import { commandOf } from '../ip/options.ts';
import { type Ctx, done, type Outcome, printed, refused } from '../types.ts';
import { changed, INCOMPLETE, parseNetem, printNetem } from './netem.ts';

export const TC_HELP =
  'tc [-s] qdisc [show|add|change|replace|del] [dev DEV] [root netem ...]\tdelay, loss on a link\n' +
  'netem: limit N, delay TIME [JITTER], loss PERCENT, loss gemodel P [R [1-H [1-K]]],\n' +
  '       duplicate PERCENT, corrupt PERCENT, reorder PERCENT [gap N]\n' +
  '       e.g. tc qdisc add dev eth0 root netem delay 10ms loss 1%\n';

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

interface Where {
  /** Null: no device was named. */
  name: string | null;
  root: boolean;
  /** What follows: the name of a discipline, then words of its own, dev and root among them no more. */
  rest: readonly string[];
}

/** What may stand before a discipline's name. @param twice the same may be said again: the last counts */
function whereOf(words: readonly string[], twice: boolean): Where | Outcome {
  const where: Where = { name: null, root: false, rest: [] };
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
      if (where.root && !twice) return refused('Error: "root" is duplicate parent ID', 255);
      where.root = true;
    } else if (word === 'handle' || word === 'parent')
      return refused('', 1, `${word} is not modelled: netem stands at the root, its handle is given to it`);
    else return { ...where, rest: words.slice(i) };
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
  if (rest.length > 0) return refused(`What is "${rest[0]}"? Try "tc qdisc help".`, 255);
  if (name !== null && findNic(ctx, name) === undefined) return noDevice(name);
  const nics = nicsOf(ctx).filter((nic) => name === null || nic.name === name);
  return printed(nics.map((nic) => discipline(ctx, nic, { all: name === null, root, stats })).join(''));
}

const PRIOMAP = 'bands 3 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1';
const FQ_CODEL =
  'limit 10240p flows 1024 quantum 1514 target 5ms interval 100ms memory_limit 32Mb ecn drop_batch 64 ';

/** The discipline of a queue that has no netem. */
function kindOf(ctx: Ctx, nic: Nic): 'pfifo_fast' | 'fq_codel' {
  return ctx.world.fixed.spec.hosts[ctx.host].nics[nic.index - ctx.fixed.firstNic].qdisc ?? 'pfifo_fast';
}

/** @param show all: of every device; root: without what stands below an mq */
function discipline(ctx: Ctx, nic: Nic, show: { all: boolean; root: boolean; stats: boolean }): string {
  const { stats } = show;
  const dev = show.all ? `dev ${nic.name} ` : '';
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
  const kind = kindOf(ctx, nic);
  const what = kind === 'fq_codel' ? FQ_CODEL : PRIOMAP;
  const own = ctx.world.queues.slice(nic.firstQueue, nic.firstQueue + queues);
  const waits = own.map((q) => q.tx.qdisc.reduce((n, slot) => n + ctx.world.pool.frameLen[slot], 0));
  const sum = (list: readonly number[]): number => list.reduce((n, x) => n + x, 0);
  const { tx_bytes, tx_packets, tx_dropped } = nic.counters;
  if (queues === 1)
    return `qdisc ${kind} 0: ${dev}root refcnt 2 ${what}\n${counts(tx_bytes, tx_packets, tx_dropped, waits[0], own[0].tx.qdisc.length)}`;
  const root = counts(tx_bytes, tx_packets, tx_dropped, sum(waits), sum(own.map((q) => q.tx.qdisc.length)));
  if (show.root) return `qdisc mq 0: ${dev}root \n${root}`;
  const parts = own.map((q, i) => {
    // bytes are counted for the card only: here by its average packet
    const share = tx_packets === 0 ? 0 : Math.round((tx_bytes * q.tx.packets) / tx_packets);
    return `qdisc ${kind} 0: ${dev}parent :${(q.number + 1).toString(16)} ${what}\n${counts(share, q.tx.packets, q.tx.dropped, waits[i], q.tx.qdisc.length)}`;
  });
  return `qdisc mq 0: ${dev}root \n${root}${parts.reverse().join('')}`;
}

function modify(ctx: Ctx, verb: 'add' | 'change' | 'replace' | 'del', words: readonly string[]): Outcome {
  const where = whereOf(words, false);
  if ('status' in where) return where;
  const { name, root, rest } = where;
  const [kind, ...options] = rest;
  if (kind === 'help') return usage();
  if (verb !== 'del' && kind !== undefined && kind !== 'netem')
    return refused('', 1, `${kind} is not modelled as a qdisc to add here; netem is`);
  const parsed = kind === 'netem' ? parseNetem(options) : null;
  if (parsed?.ok === false) return refused(parsed.error, parsed.status, parsed.hint);
  if (name === null) return refused('RTNETLINK answers: No such device', 2);
  const nic = findNic(ctx, name);
  if (nic === undefined) return noDevice(name);
  if (!root)
    return refused(
      verb === 'del' ? 'Error: Failed to find qdisc with specified handle.' : 'Error: Handle cannot be zero.',
      2,
    );
  const there = netemOf(ctx, nic);
  if (verb === 'del') {
    const own = nic.activeQueues === 1 ? kindOf(ctx, nic) : 'mq';
    if (kind !== undefined && kind !== (there === null ? own : 'netem'))
      return refused('Error: Invalid qdisc name: must match existing qdisc.', 2);
    if (there === null) return refused('Error: Cannot delete qdisc with handle of zero.', 2);
    return done([{ type: 'netem', nic: nic.index, netem: null }]);
  }
  if (versionNumber(ctx.kernel) < versionNumber(NETEM_SINCE))
    return refused(
      'RTNETLINK answers: No such file or directory',
      2,
      `netem came with Linux ${NETEM_SINCE}; this host runs ${ctx.kernel}`,
    );
  if (verb === 'change' && there === null)
    return refused('Error: Qdisc not found. To create specify NLM_F_CREATE flag.', 2);
  if (verb === 'add' && there !== null) return refused('Error: Exclusivity flag on, cannot modify.', 2);
  if (parsed === null) return refused('Error: Specified qdisc kind is unknown.', 2);
  if (nic.way < 0)
    return refused(
      '',
      1,
      `netem acts on a link between hosts here, and ${nic.name} has none (scenario: links)`,
    );
  const netem = there === null ? parsed.spec : changed(there.spec, parsed);
  return done([{ type: 'netem', nic: nic.index, netem }]);
}
