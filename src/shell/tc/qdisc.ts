/**
 * `tc qdisc add|change|replace|del` of queueing disciplines other than netem: which one is meant, what it becomes, what the kernel
 * says against it. Source: net/sched/sch_api.c tc_modify_qdisc, tc_get_qdisc, v6.12; answers of iproute2 6.1 on Linux 6.18.
 */
import { versionNumber } from '../../catalog/version.ts';
import {
  DEFAULT_QDISCS,
  defaultQdisc,
  QDISC_KINDS,
  QDISC_SINCE,
  type QdiscKind,
  type QdiscSpec,
} from '../../engine/net/sched/spec.ts';
import type { Nic, RxQueue } from '../../engine/world.ts';
import { type Ctx, done, type Outcome, refused } from '../types.ts';
import { INCOMPLETE } from './netem.ts';
import { parseQdiscOptions } from './qdisc-options.ts';

export type Verb = 'add' | 'change' | 'replace' | 'del';

/** root, parent 1:2, handle 1:, and what is left: a kind and its options. */
export interface Target {
  root: boolean;
  /** Upper and lower half; null: not given. */
  parent: [number, number] | null;
  handle: number | null;
  rest: readonly string[];
}

const UNKNOWN = 'Error: Specified qdisc kind is unknown.';
const EXCLUSIVE = 'Error: Exclusivity flag on, cannot modify.';

/** `parent 1:2` or `handle 1:`. @returns what tc says against it; null: taken */
export function readId(target: Target, word: 'parent' | 'handle', id: string | undefined): Outcome | null {
  if (id === undefined) return refused(INCOMPLETE, 255);
  if (word === 'parent' && (target.root || target.parent !== null))
    return refused(`Error: duplicate "parent": "${id}" is the second value.`, 255);
  const match = /^([0-9a-f]{0,4})(?::([0-9a-f]{0,4}))?$/i.exec(id);
  if (match === null || id === '')
    return refused(
      `Error: argument "${id}" is wrong: invalid ${word === 'parent' ? 'parent' : 'qdisc'} ID`,
      255,
    );
  const upper = Number.parseInt(match[1] || '0', 16);
  if (word === 'handle') target.handle = upper;
  else target.parent = [upper, Number.parseInt(match[2] || '0', 16)];
  return null;
}

/** What stands on a card with one transmit queue, or below mq. */
const queuesOf = (ctx: Ctx, nic: Nic): RxQueue[] =>
  ctx.world.queues.slice(nic.firstQueue, nic.firstQueue + nic.activeQueues);

/** Its handle at the root; 0: made by the kernel. */
export function rootHandle(ctx: Ctx, nic: Nic): number {
  return nic.activeQueues > 1 ? nic.mqHandle : ctx.world.queues[nic.firstQueue].tx.qd.handle;
}

/** The next handle that the kernel gives by itself: 8001, 8002, ... */
function nextHandle(ctx: Ctx): number {
  const own = ctx.world.queues.map((q) => q.tx.qd.handle);
  const roots = ctx.world.nics.map((nic) => nic.mqHandle);
  const netems = ctx.world.ways.map((way) => (way.netem === null ? 0 : 0x8000 + way.netem.handle));
  return [...own, ...roots, ...netems].reduce((most, n) => Math.max(most, n), 0x8000) + 1;
}

/** A queueing discipline of this kind without options, for this card. */
function plain(ctx: Ctx, nic: Nic, kind: QdiscKind): QdiscSpec {
  return defaultQdisc(kind, nic.mtu, nic.txQueueLen, ctx.world.fixed.rules.fqTimerSlackNs);
}

function byDefault(ctx: Ctx, nic: Nic): QdiscSpec {
  return plain(ctx, nic, DEFAULT_QDISCS[ctx.state.sysctl['net.core.default_qdisc'][0]]);
}

function tooOld(ctx: Ctx, kind: string): Outcome | null {
  const since = QDISC_SINCE[kind];
  if (since === undefined || versionNumber(ctx.kernel) >= versionNumber(since)) return null;
  return refused(UNKNOWN, 2, `${kind} came with Linux ${since}; this host runs ${ctx.kernel}`);
}

/** @param netem there is one at the root */
export function modifyQdisc(ctx: Ctx, verb: Verb, nic: Nic, target: Target, netem: boolean): Outcome {
  const [kind, ...options] = target.rest;
  if (target.parent !== null) return modifyChild(ctx, verb, nic, target.parent, target.handle, kind, options);
  const standing = netem ? 1 : rootHandle(ctx, nic);
  const several = nic.activeQueues > 1;
  if (verb === 'del') {
    const there = several ? 'mq' : ctx.world.queues[nic.firstQueue].tx.qd.spec.kind;
    if (kind !== undefined && kind !== there)
      return refused('Error: Invalid qdisc name: must match existing qdisc.', 2);
    if (standing === 0) return refused('Error: Cannot delete qdisc with handle of zero.', 2);
    return putRoot(nic, byDefault(ctx, nic), 0, several ? 0 : null, false);
  }
  if (kind === undefined) return refused(UNKNOWN, 2);
  const old = tooOld(ctx, kind);
  if (old !== null) return old;
  if (verb === 'add' && standing !== 0) return refused(EXCLUSIVE, 2);
  if (verb === 'change' && standing === 0)
    return refused('Error: Qdisc not found. To create specify NLM_F_CREATE flag.', 2);
  if (verb !== 'replace' && standing !== 0 && target.handle !== null && target.handle !== standing)
    return refused('Error: NLM_F_REPLACE needed to override.', 2);
  if (kind === 'mq') {
    if (!several)
      return refused('RTNETLINK answers: Operation not supported', 2, `${nic.name} has one transmit queue`);
    if (standing !== 0 && !netem && (target.handle === null || target.handle === standing)) return done();
    return putRoot(nic, byDefault(ctx, nic), 0, target.handle ?? nextHandle(ctx), false);
  }
  const found = QDISC_KINDS.find((name) => name === kind);
  if (found === undefined) return unknownKind(kind);
  const { qd } = ctx.world.queues[nic.firstQueue].tx;
  const same = !several && !netem && standing !== 0 && qd.spec.kind === found;
  const keep = same && (target.handle === null || target.handle === qd.handle);
  if (!several && standing !== 0 && !netem && !same && target.handle === standing)
    return refused('Error: Invalid qdisc name: must match existing qdisc.', 2);
  const parsed = parseQdiscOptions(keep ? qd.spec : plain(ctx, nic, found), options, !keep);
  if (!parsed.ok) return refused(parsed.error, parsed.status, parsed.hint);
  if (several)
    return refused(
      '',
      1,
      `one ${kind} in front of all ${nic.activeQueues} transmit queues is not modelled; each can have its own:`,
      `tc qdisc replace dev ${nic.name} root handle 1: mq, then tc qdisc replace dev ${nic.name} parent 1:1 ${kind}, 1:2, ...`,
      `or sysctl -w net.core.default_qdisc=${kind} before that mq`,
    );
  return putRoot(nic, parsed.spec, keep ? qd.handle : (target.handle ?? nextHandle(ctx)), null, keep);
}

/** Kinds that tc reads options of, and that are not modelled. */
const REAL = [
  'bfifo',
  'codel',
  'cake',
  'sfq',
  'tbf',
  'htb',
  'red',
  'hfsc',
  'drr',
  'fq_pie',
  'pie',
  'noqueue',
];

/** Whether tc itself knows how to read options of such a kind (mq has none). */
export function isKind(kind: string): boolean {
  return kind === 'netem' || REAL.includes(kind) || QDISC_KINDS.some((known) => known === kind);
}

function unknownKind(kind: string): Outcome {
  if (!REAL.includes(kind)) return refused(UNKNOWN, 2);
  const here = [...QDISC_KINDS, 'mq', 'netem'].join(', ');
  return refused('', 1, `${kind} is not modelled as a qdisc; ${here} are`);
}

function putRoot(nic: Nic, spec: QdiscSpec, handle: number, mq: number | null, keep: boolean): Outcome {
  return done([{ type: 'qdisc', nic: nic.index, queue: null, spec, handle, mq, keep }]);
}

/** A child of mq: the queueing discipline of one transmit queue. */
function modifyChild(
  ctx: Ctx,
  verb: Verb,
  nic: Nic,
  parent: readonly [number, number],
  handle: number | null,
  kind: string | undefined,
  options: readonly string[],
): Outcome {
  const [major, minor] = parent;
  const root = rootHandle(ctx, nic);
  const { qd: first } = ctx.world.queues[nic.firstQueue].tx;
  if (major === 0 || major !== root)
    return refused(
      verb === 'del'
        ? 'Error: Failed to find qdisc with specified classid.'
        : 'Error: Failed to find specified qdisc.',
      2,
      nic.activeQueues > 1 ? `mq needs a handle: tc qdisc replace dev ${nic.name} root handle 1: mq` : '',
    );
  if (nic.activeQueues === 1)
    return first.spec.kind === 'prio'
      ? refused('', 1, 'a band of prio is a pfifo here: other queueing disciplines in it are not modelled')
      : refused('Error: Parent Qdisc does not exists.', 2);
  const q = queuesOf(ctx, nic)[minor - 1];
  if (q === undefined) return refused('Error: Specified class not found.', 2);
  const { qd } = q.tx;
  const put = (spec: QdiscSpec, given: number, keep: boolean): Outcome =>
    done([{ type: 'qdisc', nic: nic.index, queue: q.index, spec, handle: given, mq: null, keep }]);
  if (verb === 'del') {
    if (kind !== undefined && kind !== qd.spec.kind)
      return refused('Error: Invalid qdisc name: must match existing qdisc.', 2);
    if (qd.handle === 0) return refused('Error: Cannot delete qdisc with handle of zero.', 2);
    return put(byDefault(ctx, nic), 0, false);
  }
  if (kind === undefined) return refused(UNKNOWN, 2);
  const old = tooOld(ctx, kind);
  if (old !== null) return old;
  if (verb === 'add' && qd.handle !== 0) return refused(EXCLUSIVE, 2);
  if (verb === 'change' && qd.handle === 0)
    return refused('Error: Qdisc not found. To create specify NLM_F_CREATE flag.', 2);
  const found = QDISC_KINDS.find((name) => name === kind);
  if (found === undefined) return unknownKind(kind);
  const keep = qd.handle !== 0 && qd.spec.kind === found && (handle === null || handle === qd.handle);
  const parsed = parseQdiscOptions(keep ? qd.spec : plain(ctx, nic, found), options, !keep);
  if (!parsed.ok) return refused(parsed.error, parsed.status, parsed.hint);
  return put(parsed.spec, keep ? qd.handle : (handle ?? nextHandle(ctx)), keep);
}
