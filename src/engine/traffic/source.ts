/**
 * Where frames come from: tables (captures, frames spelled out), open-loop rates, closed-loop clients. One actor a NIC's cable takes the
 * sources' next frames in order of time, puts them one behind the other at the link's rate, and hands them to the MAC.
 * Exact times: a rate's k-th train starts at start + k / rate in whole ns, the link carries what is left below a ns.
 */
import { cancel, schedule } from '../clock/agenda.ts';
import { clientRequest, planClient } from './client.ts';
import { frameArrived } from '../nic/mac.ts';
import type { TrafficTable } from '../packet/traffic-table.ts';
import { takeSlot } from '../packet/pool.ts';
import { nextExponential, nextInt } from '../rng.ts';
import type { RateTraffic, TableTraffic } from '../spec.ts';
import type { ClientState, Nic, Source, World } from '../world.ts';
import { timeOf } from './rate.ts';
import { WIRE_OVERHEAD } from './wire.ts';

const NS = 1_000_000_000;

/** Sets when the source's next frame wants to start; Infinity: no more. */
export function planNext(w: World, source: Source): void {
  const { spec } = source;
  if (spec.kind === 'rate') source.nextNs = planRate(source, spec);
  else if (spec.kind === 'table') source.nextNs = planTable(w, source, spec);
  else planClient(source, spec);
}

function planRate(source: Source, spec: RateTraffic): number {
  if (source.sent >= spec.count) return Number.POSITIVE_INFINITY;
  if (source.trainLeft > 0) return source.nextNs;
  const at =
    spec.pattern === 'constant' || source.round === 0
      ? timeOf(source.round, spec.ratePps, spec.startNs)
      : source.nextNs + Math.round(nextExponential(source.rng, NS / spec.ratePps));
  return at >= spec.stopNs ? Number.POSITIVE_INFINITY : at;
}

function planTable(w: World, source: Source, spec: TableTraffic): number {
  const table = w.fixed.tables[source.index] as TrafficTable;
  if (source.row >= table.count) {
    source.round += 1;
    source.row = 0;
  }
  if (table.count === 0 || source.round >= spec.repeat) return Number.POSITIVE_INFINITY;
  if (spec.ratePps !== null) return timeOf(source.sent, spec.ratePps, spec.startNs);
  const span = table.timeNs[table.count - 1] + 1;
  return spec.startNs + Math.round((source.round * span + table.timeNs[source.row]) * spec.timeScale);
}

/** Which flow the next train is of: round robin, or by weights (largest credit, so that shares are exact over time). */
function chooseRow(source: Source, spec: RateTraffic): number {
  if (spec.flows === 1) return 0;
  const weights = spec.weights;
  if (weights === undefined || weights.length === 0) {
    return spec.pattern === 'poisson' ? nextInt(source.rng, spec.flows) : source.round % spec.flows;
  }
  let sum = 0;
  let best = 0;
  for (let i = 0; i < spec.flows; i += 1) {
    const weight = weights[i % weights.length];
    sum += weight;
    source.credit[i] += weight;
    if (source.credit[i] > source.credit[best]) best = i;
  }
  source.credit[best] -= sum;
  return best;
}

/** Takes a slot and fills its frame columns from row `row` of the source's table. */
function fillSlot(w: World, table: TrafficTable, row: number): number {
  const pool = w.pool;
  const slot = takeSlot(pool);
  pool.flow[slot] = table.flow[row];
  pool.seq[slot] = table.seq[row];
  pool.ack[slot] = table.ack[row];
  pool.flags[slot] = table.flags[row];
  pool.win[slot] = table.win[row];
  pool.ipId[slot] = table.ipId[row];
  pool.payloadLen[slot] = table.payloadLen[row];
  pool.frameLen[slot] = table.frameLen[row];
  pool.ttl[slot] = table.ttl[row];
  pool.tos[slot] = table.tos[row];
  pool.bits[slot] = table.bits[row];
  pool.opt[slot] = table.opt[row];
  pool.ext[slot] = table.ext[row];
  return slot;
}

const TCP_PSH = 8;

/** Makes the source's next frame and plans the one after it. */
function takeFrame(w: World, source: Source): number {
  const { spec } = source;
  const table = w.fixed.tables[source.index] as TrafficTable;
  let slot: number;
  if (spec.kind === 'table') {
    slot = fillSlot(w, table, source.row);
    source.row += 1;
  } else if (spec.kind === 'client') {
    const user = clientRequest(source, spec);
    const row = user % spec.flows;
    slot = fillSlot(w, table, row);
    w.pool.ipId[slot] = source.ipId[row];
    w.pool.tag[slot] = (source.client as ClientState).waiting[user];
    source.ipId[row] += 1;
  } else {
    if (source.trainLeft === 0) {
      source.row = chooseRow(source, spec);
      source.trainLeft = spec.trainFrames;
      source.round += 1;
    }
    const row = source.row;
    slot = fillSlot(w, table, row);
    source.trainLeft -= 1;
    const pool = w.pool;
    pool.seq[slot] = source.seq[row];
    pool.ipId[slot] = source.ipId[row];
    source.seq[row] += pool.payloadLen[slot];
    source.ipId[row] += 1;
    if (spec.pshLast && source.trainLeft === 0 && spec.template.proto === 6) pool.flags[slot] |= TCP_PSH;
  }
  source.sent += 1;
  planNext(w, source);
  return slot;
}

function nextSource(w: World, nic: Nic): Source | null {
  let best: Source | null = null;
  for (const source of w.sources) {
    if (source.nic !== nic.index || source.nextNs === Number.POSITIVE_INFINITY) continue;
    if (best === null || source.nextNs < best.nextNs) best = source;
  }
  return best;
}

function nextFrameLen(w: World, source: Source): number {
  const table = w.fixed.tables[source.index] as TrafficTable;
  return table.frameLen[source.spec.kind === 'table' ? source.row : 0];
}

/** Puts the next frame on the link and schedules the arrival of its last bit. */
export function planWire(w: World, nic: Nic): void {
  const source = nextSource(w, nic);
  if (source === null) {
    cancel(w.agenda, nic.wireActor);
    return;
  }
  const bits = (nextFrameLen(w, source) + WIRE_OVERHEAD) * 8;
  // a table's times are arrivals; a rate's are starts
  const lead = source.spec.kind === 'table' ? Math.floor((bits * NS) / nic.linkBps) : 0;
  const wanted = source.nextNs - lead;
  const waits = wanted <= nic.linkFreeNs;
  const total = bits * NS + (waits ? nic.linkRem : 0);
  const ns = Math.floor(total / nic.linkBps);
  nic.planStartNs = waits ? nic.linkFreeNs : wanted;
  nic.planEndNs = nic.planStartNs + ns;
  nic.planRem = total - ns * nic.linkBps;
  nic.nextSource = source.index;
  schedule(w.agenda, nic.wireActor, Math.max(nic.planEndNs, w.now));
}

/** A source has something sooner than it had planned: it goes first, unless a frame's first bit is on the link already. */
export function replanWire(w: World, nic: Nic): void {
  const planned = w.agenda.time[nic.wireActor] !== Number.POSITIVE_INFINITY;
  if (!planned || nic.planStartNs > w.now) planWire(w, nic);
}

/** The frame on the link has arrived whole. */
export function wireEvent(w: World, nic: Nic): void {
  nic.linkFreeNs = nic.planEndNs;
  nic.linkRem = nic.planRem;
  const slot = takeFrame(w, w.sources[nic.nextSource]);
  planWire(w, nic);
  w.lastPacket += 1;
  w.pool.id[slot] = w.lastPacket;
  w.pool.lastSeq[slot] = 0;
  frameArrived(w, nic, slot);
}
