/**
 * fq_codel: packets are hashed onto flows, which are served in turn by bytes; a flow that has just begun goes first. In each flow CoDel
 * watches how long packets have waited, and drops at the head. Where all together are too many, half of the fattest flow goes.
 * Source: net/sched/sch_fq_codel.c, v6.12. Left out: ECN marks (every packet is dropped), ce_threshold, filters.
 */
import { Kind } from '../../../catalog/kinds.ts';
import { Reason } from '../../../catalog/reasons.ts';
import { emit } from '../../emit.ts';
import type { RxQueue, World } from '../../world.ts';
import { packetBytes } from './bytes.ts';
import {
  type CodelParams,
  codelNs,
  codelTime,
  controlLaw,
  createCodelVars,
  enterDropping,
  newtonStep,
  shouldDrop,
} from './codel.ts';
import { loseInQdisc } from './lose.ts';
import {
  CODEL_NEW,
  CODEL_NONE,
  CODEL_OLD,
  type CodelFlow,
  type FqCodelSpec,
  type FqCodelState,
} from './spec.ts';

export function createFqCodel(spec: FqCodelSpec): FqCodelState {
  return {
    kind: 'fq_codel',
    spec,
    flows: [],
    byBucket: {},
    newFlows: [],
    oldFlows: [],
    backlog: 0,
    memory: 0,
    maxPacket: 0,
    dropOverlimit: 0,
    dropOvermemory: 0,
    newFlowCount: 0,
    codelDrops: 0,
  };
}

/** In codel's unit: target and interval as the kernel stores them. */
function paramsOf(w: World, q: RxQueue, spec: FqCodelSpec): CodelParams {
  return {
    target: codelTime(spec.targetUs * 1000),
    interval: codelTime(spec.intervalUs * 1000),
    mtu: w.nics[q.nic].mtu + 14,
  };
}

/**
 * fq_codel_enqueue. The packet is put into q.tx.qdisc by the caller, before.
 * @returns the record of a loss that its own flow has suffered (perhaps its own); 0: none
 */
export function fqCodelEnqueue(w: World, q: RxQueue, f: FqCodelState, slot: number, cpu: number): number {
  const { pool } = w;
  const { spec } = f;
  const bucket = Math.floor((pool.hash[slot] * spec.flows) / 4_294_967_296);
  let index = f.byBucket[bucket];
  if (index === undefined) {
    index = f.flows.length;
    f.byBucket[bucket] = index;
    const vars = createCodelVars();
    f.flows.push({ bucket, slots: [], times: [], backlog: 0, deficit: 0, list: CODEL_NONE, vars });
  }
  const flow = f.flows[index];
  const bytes = packetBytes(w, slot);
  flow.slots.push(slot);
  flow.times.push(codelTime(w.now));
  flow.backlog += bytes;
  f.backlog += bytes;
  f.memory += pool.truesize[slot];
  const fresh = flow.list === CODEL_NONE;
  if (fresh) {
    flow.list = CODEL_NEW;
    f.newFlows.push(index);
    f.newFlowCount += 1;
    flow.deficit = spec.quantum;
  }
  const why = fresh ? Reason.codelFlowNew : Reason.codelFlowWaits;
  const [id, cause] = [pool.id[slot], pool.lastSeq[slot]];
  pool.lastSeq[slot] = emit(
    w,
    Kind.qdiscClassify,
    q.txPlace,
    why,
    cpu,
    id,
    0,
    cause,
    bucket,
    flow.slots.length,
  );
  const overMemory = f.memory > spec.memoryLimit;
  if (q.tx.qdisc.length <= spec.limit && !overMemory) return 0;
  const victim = dropBatch(w, q, f, cpu, overMemory);
  return victim.index === index ? victim.seq : 0;
}

/** fq_codel_drop: half of the fattest flow's bytes, at most 64 packets. @returns that flow's index, and the last loss */
function dropBatch(
  w: World,
  q: RxQueue,
  f: FqCodelState,
  cpu: number,
  overMemory: boolean,
): { index: number; seq: number } {
  let index = 0;
  f.flows.forEach((flow, i) => {
    const [most, now] = [f.flows[index], flow];
    if (now.backlog > most.backlog || (now.backlog === most.backlog && now.bucket < most.bucket)) index = i;
  });
  const flow = f.flows[index];
  const threshold = flow.backlog >> 1;
  let bytes = 0;
  let n = 0;
  let seq = 0;
  do {
    bytes += packetBytes(w, flow.slots[0]);
    n += 1;
    seq = loseInQdisc(w, q, takeHead(w, f, flow), Reason.codelOverlimit, cpu, true, n);
  } while (n < f.spec.dropBatch && bytes < threshold && flow.slots.length > 0);
  flow.vars.count += n;
  f.dropOverlimit += n;
  if (overMemory) f.dropOvermemory += n;
  return { index, seq };
}

/** dequeue_func */
function takeHead(w: World, f: FqCodelState, flow: CodelFlow): number {
  const slot = flow.slots.shift() as number;
  flow.times.shift();
  const bytes = packetBytes(w, slot);
  flow.backlog -= bytes;
  f.backlog -= bytes;
  f.memory -= w.pool.truesize[slot];
  return slot;
}

/** fq_codel_dequeue. @returns the packet that leaves next (it stays in q.tx.qdisc); 0: none */
export function fqCodelDequeue(w: World, q: RxQueue, f: FqCodelState, cpu: number): number {
  const params = paramsOf(w, q, f.spec);
  for (;;) {
    const fresh = f.newFlows.length > 0;
    const list = fresh ? f.newFlows : f.oldFlows;
    if (list.length === 0) return 0;
    const index = list[0];
    const flow = f.flows[index];
    if (flow.deficit <= 0) {
      flow.deficit += f.spec.quantum;
      list.shift();
      flow.list = CODEL_OLD;
      f.oldFlows.push(index);
      const slot = flow.slots[0] ?? 0;
      const [id, cause] = slot === 0 ? [0, 0] : [w.pool.id[slot], w.pool.lastSeq[slot]];
      const why = Reason.codelDeficit;
      emit(w, Kind.qdiscTurn, q.txPlace, why, cpu, id, 0, cause, flow.deficit, flow.bucket);
      continue;
    }
    const slot = codelDequeue(w, q, f, flow, params, cpu);
    if (slot === 0) {
      list.shift();
      // a pass through the old flows, so that these don't starve
      const stays = fresh && f.oldFlows.length > 0;
      flow.list = stays ? CODEL_OLD : CODEL_NONE;
      if (stays) f.oldFlows.push(index);
      continue;
    }
    flow.deficit -= packetBytes(w, slot);
    return slot;
  }
}

/** codel_dequeue: drops at the head as long as the law says so. @returns 0: the flow is empty */
function codelDequeue(
  w: World,
  q: RxQueue,
  f: FqCodelState,
  flow: CodelFlow,
  params: CodelParams,
  cpu: number,
): number {
  const { vars } = flow;
  if (flow.slots.length === 0) {
    vars.dropping = false;
    return 0;
  }
  const now = codelTime(w.now);
  let slot = 0;
  /** codel_should_drop for the flow's next packet, which is taken out. */
  const next = (): boolean => {
    if (flow.slots.length === 0) {
      slot = 0;
      vars.firstAbove = 0;
      return false;
    }
    const came = flow.times[0];
    slot = takeHead(w, f, flow);
    f.maxPacket = Math.max(f.maxPacket, packetBytes(w, slot));
    const before = vars.firstAbove;
    const drop = shouldDrop(vars, params, came, f.backlog, now);
    if (before === 0 && vars.firstAbove !== 0)
      law(w, q, slot, Reason.codelAbove, cpu, vars.ldelay, codelNs(params.interval));
    return drop;
  };
  const lose = (): void => {
    f.codelDrops += 1;
    loseInQdisc(w, q, slot, Reason.codelDrop, cpu, true, Math.floor(codelNs(vars.ldelay) / 1000));
  };
  let drop = next();
  if (vars.dropping) {
    if (!drop) leave(w, q, flow, slot, cpu);
    else
      while (vars.dropping && now >= vars.dropNext) {
        vars.count += 1;
        newtonStep(vars);
        lose();
        drop = next();
        if (!drop) leave(w, q, flow, slot, cpu);
        else vars.dropNext = controlLaw(vars.dropNext, params.interval, vars.recInvSqrt);
      }
  } else if (drop) {
    lose();
    drop = next();
    enterDropping(vars, params, now);
    law(w, q, slot, Reason.codelDropping, cpu, vars.count, codelNs(vars.dropNext - now));
  }
  return slot;
}

function leave(w: World, q: RxQueue, flow: CodelFlow, slot: number, cpu: number): void {
  flow.vars.dropping = false;
  law(w, q, slot, Reason.codelBelow, cpu, flow.vars.ldelay, 0);
}

/** @param a a wait in codel's unit, or drops  @param ns until what comes next */
function law(w: World, q: RxQueue, slot: number, reason: number, cpu: number, a: number, ns: number): void {
  const [id, cause] = slot === 0 ? [0, 0] : [w.pool.id[slot], w.pool.lastSeq[slot]];
  const first = reason === Reason.codelDropping ? a : Math.floor(codelNs(a) / 1000);
  emit(w, Kind.codelState, q.txPlace, reason, cpu, id, 0, cause, first, Math.floor(ns / 1000));
}
