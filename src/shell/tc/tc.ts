/**
 * `tc [-s] qdisc show|add|change|replace|del dev DEV root netem ...`: queueing disciplines as they stand, and netem on a link.
 * Source: tc of iproute2 6.1 on Linux 6.18 (answers to the same lines), tc(8), tc-netem(8).
 */
import { versionNumber } from '../../catalog/version.ts';
import { heldAt, type Netem } from '../../engine/link/netem.ts';
import type { Nic } from '../../engine/world.ts';
import { findNic, nicsOf } from '../host.ts';
import { type Ctx, done, type Outcome, printed, refused } from '../types.ts';
import { INCOMPLETE, parseNetem, printNetem } from './netem.ts';

export const TC_HELP =
  'tc [-s] qdisc [show|add|change|replace|del] [dev DEV] [root netem ...]\tdelay, loss on a link\n' +
  'netem: limit N, delay TIME [JITTER], loss PERCENT, loss gemodel P [R [1-H [1-K]]],\n' +
  '       duplicate PERCENT, corrupt PERCENT, reorder PERCENT [gap N]\n' +
  '       e.g. tc qdisc add dev eth0 root netem delay 10ms loss 1%\n';

const NETEM_SINCE = '2.6.8';

export function tc(ctx: Ctx, words: readonly string[]): Outcome {
  const flags = words.filter((word) => word.startsWith('-'));
  const [object, verb = 'show', ...rest] = words.filter((word) => !word.startsWith('-'));
  const known = ['-s', '-statistics', '-stats'];
  const bad = flags.find((flag) => !known.includes(flag));
  if (bad !== undefined) return refused(`Option "${bad}" is unknown, try "tc -help".`, 255);
  if (object === undefined) return refused('', 1, ...TC_HELP.trim().split('\n'));
  if (object !== 'qdisc')
    return ['class', 'filter', 'chain', 'action', 'monitor', 'exec'].includes(object)
      ? refused('', 1, `tc ${object} is not modelled yet`)
      : refused(`Object "${object}" is unknown, try "tc help".`, 255);
  switch (verb) {
    case 'show':
    case 'list':
    case 'ls':
      return show(ctx, rest, flags.length > 0);
    case 'add':
    case 'change':
    case 'replace':
    case 'del':
    case 'delete':
      return modify(ctx, verb === 'delete' ? 'del' : verb, rest);
    default:
      return refused(`Command "${verb}" is unknown, try "tc qdisc help".`, 255);
  }
}

/** DEV after the word dev, and what is left. */
function deviceOf(words: readonly string[]): { name: string | null; rest: string[] } {
  const at = words.indexOf('dev');
  if (at < 0) return { name: null, rest: [...words] };
  return { name: words[at + 1] ?? '', rest: [...words.slice(0, at), ...words.slice(at + 2)] };
}

function noDevice(name: string): Outcome {
  return name === '' ? refused(INCOMPLETE, 255) : refused(`Cannot find device "${name}"`, 1);
}

function netemOf(ctx: Ctx, nic: Nic): Netem | null {
  return nic.way < 0 ? null : ctx.world.ways[nic.way].netem;
}

function show(ctx: Ctx, words: readonly string[], stats: boolean): Outcome {
  const { name, rest } = deviceOf(words);
  if (rest.length > 0) return refused(`What is "${rest[0]}"? Try "tc qdisc help".`, 255);
  if (name !== null && findNic(ctx, name) === undefined) return noDevice(name);
  const nics = nicsOf(ctx).filter((nic) => name === null || nic.name === name);
  return printed(nics.map((nic) => discipline(ctx, nic, name === null, stats)).join(''));
}

const PRIOMAP = 'bands 3 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1';
const FQ_CODEL =
  'limit 10240p flows 1024 quantum 1514 target 5ms interval 100ms memory_limit 32Mb ecn drop_batch 64 ';

function discipline(ctx: Ctx, nic: Nic, all: boolean, stats: boolean): string {
  const dev = all ? `dev ${nic.name} ` : '';
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
  const kind =
    ctx.world.fixed.spec.hosts[ctx.host].nics[nic.index - ctx.fixed.firstNic].qdisc ?? 'pfifo_fast';
  const what = kind === 'fq_codel' ? FQ_CODEL : PRIOMAP;
  const own = ctx.world.queues.slice(nic.firstQueue, nic.firstQueue + queues);
  const waits = own.map((q) => q.tx.qdisc.reduce((n, slot) => n + ctx.world.pool.frameLen[slot], 0));
  const sum = (list: readonly number[]): number => list.reduce((n, x) => n + x, 0);
  const { tx_bytes, tx_packets, tx_dropped } = nic.counters;
  if (queues === 1)
    return `qdisc ${kind} 0: ${dev}root refcnt 2 ${what}\n${counts(tx_bytes, tx_packets, tx_dropped, waits[0], own[0].tx.qdisc.length)}`;
  const root = counts(tx_bytes, tx_packets, tx_dropped, sum(waits), sum(own.map((q) => q.tx.qdisc.length)));
  const parts = own.map((q, i) => {
    // bytes are counted for the card only: here by its average packet
    const share = tx_packets === 0 ? 0 : Math.round((tx_bytes * q.tx.packets) / tx_packets);
    return `qdisc ${kind} 0: ${dev}parent :${(q.number + 1).toString(16)} ${what}\n${counts(share, q.tx.packets, q.tx.dropped, waits[i], q.tx.qdisc.length)}`;
  });
  return `qdisc mq 0: ${dev}root \n${root}${parts.reverse().join('')}`;
}

function modify(ctx: Ctx, verb: 'add' | 'change' | 'replace' | 'del', words: readonly string[]): Outcome {
  const { name, rest } = deviceOf(words);
  const at = rest.indexOf('root');
  const [kind, ...options] = rest.filter((_, i) => i !== at);
  if (kind === 'handle' || kind === 'parent')
    return refused('', 1, `${kind} is not modelled: netem stands at the root, its handle is given to it`);
  if (verb !== 'del' && kind !== undefined && kind !== 'netem')
    return refused('', 1, `${kind} is not modelled as a qdisc to add here; netem is`);
  const parsed = kind === 'netem' ? parseNetem(options) : null;
  if (parsed?.ok === false) return refused(parsed.error, parsed.status, parsed.hint);
  if (name === null) return refused('RTNETLINK answers: No such device', 2);
  const nic = findNic(ctx, name);
  if (nic === undefined) return noDevice(name);
  if (at < 0)
    return refused(
      verb === 'del' ? 'Error: Failed to find qdisc with specified handle.' : 'Error: Handle cannot be zero.',
      2,
    );
  const there = netemOf(ctx, nic);
  if (verb === 'del') {
    if (there === null) return refused('Error: Cannot delete qdisc with handle of zero.', 2);
    if (kind !== undefined && kind !== 'netem')
      return refused('Error: Invalid qdisc name: must match existing qdisc.', 2);
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
  return done([{ type: 'netem', nic: nic.index, netem: parsed.spec }]);
}
