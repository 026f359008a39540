/**
 * Transmit opportunities of a radio link: whoever waited least sends as many frames as fit into one aggregate (A-MPDU), the other
 * one acknowledges those that got through, the rest are sent again, up to a limit. The receiver hands frames on in order: what
 * came behind a missing one waits for it.
 * Source: IEEE 802.11-2016 clauses 10.3.4 (backoff), 10.13 (A-MPDU), 10.24.7 (block ACK), 10.3.3 (retry limit).
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { collisionHalf, DIFS_NS, fixedNs, PREAMBLE_NS, SLOT_NS } from '../../catalog/wlan.ts';
import { schedule } from '../clock/agenda.ts';
import { emit } from '../emit.ts';
import { resumeSending } from '../nic/tx-ring.ts';
import { NO_CPU } from '../records.ts';
import { chance } from '../rng.ts';
import type { World } from '../world.ts';
import {
  airBytes,
  airNs,
  BLOCK_ACK_WINDOW,
  BUSY,
  contend,
  drawBackoff,
  type Medium,
  startOf,
  type Station,
  wants,
} from './medium.ts';
import type { Link, LinkWay } from './state.ts';
import { launch, loseOnLink } from './way.ts';

/** The channel's next event: a wait is over, or a transmit opportunity. */
export function airEvent(w: World, link: Link): void {
  const medium = link.medium as Medium;
  const ways = [w.ways[2 * link.index], w.ways[2 * link.index + 1]];
  if (medium.phase === BUSY) endTxop(w, medium, ways);
  else beginTxop(w, medium, ways);
  for (const way of ways) resumeSending(w, w.nics[way.from]);
}

function beginTxop(w: World, medium: Medium, ways: readonly LinkWay[]): void {
  const { stations } = medium;
  const ready = [0, 1].filter((d) => wants(ways[d], stations[d]));
  medium.sending = ready.filter((d) => startOf(w, medium, stations[d]) === w.now);
  medium.waitedNs = w.now - Math.max(medium.freeNs, medium.wantedNs);
  // backoffs stop where they are
  const slots = Math.max(0, Math.floor((w.now - medium.freeNs - DIFS_NS) / SLOT_NS));
  for (const station of stations) station.backoff = Math.max(0, station.backoff - slots);
  medium.phase = BUSY;
  const payloads = medium.sending.map((d) => fillAggregate(w, medium, ways[d], stations[d]));
  const lengths = payloads.map((ns, i) => ns + fixedNs(stations[medium.sending[i]].air.length));
  // of two that collide the longer one counts
  medium.busyNs = Math.max(...lengths);
  const both = medium.sending.length > 1;
  for (const d of medium.sending) {
    const { air, window } = stations[d];
    const first = window[air[0]];
    emit(
      w,
      Kind.airBegin,
      ways[d].place,
      both ? Reason.airCollision : ready.length > 1 ? Reason.airWon : Reason.airAlone,
      NO_CPU,
      w.pool.id[first],
      medium.waitedNs,
      w.pool.lastSeq[first],
      air.length,
      medium.busyNs,
    );
  }
  if (!both) sendThrough(w, medium, ways[medium.sending[0]], stations[medium.sending[0]]);
  schedule(w.agenda, medium.actor, w.now + medium.busyNs);
}

/** Takes what is to be sent again, then new frames, as far as limits go. @returns ns of their bytes on the air */
function fillAggregate(w: World, medium: Medium, way: LinkWay, station: Station): number {
  const { wlan } = medium;
  const { pool } = w;
  station.air = [];
  let bytes = 0;
  /** Whether this frame fits too. */
  const fits = (slot: number): boolean => {
    if (station.air.length === 0) return true;
    if (station.air.length >= wlan.ampduFrames) return false;
    const all = bytes + airBytes(pool.frameLen[slot], true);
    return all <= wlan.ampduBytes && airNs(medium, all) <= wlan.ampduNs;
  };
  const add = (at: number): void => {
    station.air.push(at);
    bytes += airBytes(pool.frameLen[station.window[at]], wlan.ampduFrames > 1);
  };
  for (let at = 0; at < station.window.length; at += 1) {
    if (station.through[at]) continue;
    if (!fits(station.window[at])) return airNs(medium, bytes);
    add(at);
  }
  while (way.queue.length > 0 && station.window.length < BLOCK_ACK_WINDOW && fits(way.queue[0])) {
    station.window.push(way.queue.shift() as number);
    station.tries.push(0);
    station.through.push(false);
    add(station.window.length - 1);
  }
  return airNs(medium, bytes);
}

/** Which frames get through, and when: each as soon as its last bit is there and no earlier one is missing. */
function sendThrough(w: World, medium: Medium, way: LinkWay, station: Station): void {
  const { pool } = w;
  const { wlan } = medium;
  let bytes = 0;
  medium.dataNs = 0;
  const dueNs = new Map<number, number>();
  for (const at of station.air) {
    const slot = station.window[at];
    const own = airBytes(pool.frameLen[slot], wlan.ampduFrames > 1);
    bytes += own;
    const through = !chance(medium.rng, wlan.errorShare);
    station.through[at] = through;
    const ns = airNs(medium, own);
    if (!through) way.air.failed += ns;
    if (pool.payloadLen[slot] > 0) medium.dataNs += ns;
    dueNs.set(at, PREAMBLE_NS + airNs(medium, bytes));
  }
  release(w, way, station, (at) => dueNs.get(at) ?? 0);
}

/** The oldest frames, up to the first one missing, go on. */
function release(w: World, way: LinkWay, station: Station, dueNs: (at: number) => number): void {
  let last = 0;
  let n = 0;
  while (n < station.window.length && station.through[n]) {
    const due = dueNs(n);
    // it came earlier, and waited for the one before it
    const reason = due < last || due === 0 ? Reason.airHole : Reason.none;
    last = Math.max(last, due);
    launch(w, way, station.window[n], last, reason);
    n += 1;
  }
  drop(station, n);
}

/** Takes the first n frames out of the window. */
function drop(station: Station, n: number): void {
  if (n === 0) return;
  station.window.splice(0, n);
  station.tries.splice(0, n);
  station.through.splice(0, n);
  station.air = station.air.map((at) => at - n);
}

function endTxop(w: World, medium: Medium, ways: readonly LinkWay[]): void {
  const both = medium.sending.length > 1;
  for (const d of medium.sending) {
    const station = medium.stations[d];
    const sent = station.air.length;
    account(medium, ways[d], sent);
    const missing = station.air.filter((at) => at >= 0 && !station.through[at]);
    const reason = both
      ? Reason.airCollision
      : missing.length === 0
        ? Reason.airAcked
        : missing.length < sent
          ? Reason.airPartly
          : Reason.airNotAcked;
    const end = emit(
      w,
      Kind.airEnd,
      ways[d].place,
      reason,
      NO_CPU,
      0,
      both ? 0 : medium.dataNs,
      0,
      sent - missing.length,
      missing.length,
    );
    const lost = again(w, medium, ways[d], station, missing, end);
    // no answer at all: the window doubles, until frames are given up
    const silent = missing.length === sent;
    station.cw = silent && lost === 0 ? Math.min(2 * station.cw + 1, medium.wlan.cwMax) : medium.wlan.cwMin;
    drawBackoff(medium, station);
    station.air = [];
  }
  medium.sending = [];
  medium.freeNs = w.now;
  medium.wantedNs = w.now;
  contend(w, medium, ways);
}

/** What a transmit opportunity went on; the time of a collision is lost to both. */
function account(medium: Medium, way: LinkWay, frames: number): void {
  const { air } = way;
  air.txops += 1;
  const all = medium.waitedNs + medium.busyNs;
  if (medium.sending.length > 1) {
    air.collisions += 1;
    air.collision += collisionHalf(all, way.index & 1);
    return;
  }
  const overhead = medium.waitedNs + fixedNs(frames);
  air.overhead += overhead;
  air.data += medium.dataNs;
  air.ack += all - overhead - medium.dataNs;
}

/** Frames that nobody acknowledged: once more, or never. @returns frames given up */
function again(
  w: World,
  medium: Medium,
  way: LinkWay,
  station: Station,
  missing: readonly number[],
  cause: number,
): number {
  const { pool } = w;
  const lost: number[] = [];
  for (const at of missing) {
    station.tries[at] += 1;
    const slot = station.window[at];
    pool.lastSeq[slot] = cause;
    if (station.tries[at] > medium.wlan.retries) lost.push(at);
    else {
      way.air.retries += 1;
      pool.lastSeq[slot] = emit(
        w,
        Kind.airRetry,
        way.place,
        Reason.airNotAcked,
        NO_CPU,
        pool.id[slot],
        0,
        cause,
        station.tries[at],
        medium.wlan.retries,
      );
    }
  }
  for (const at of lost.reverse()) {
    const [slot] = station.window.splice(at, 1);
    station.tries.splice(at, 1);
    station.through.splice(at, 1);
    loseOnLink(w, way, slot, Reason.airRetryLimit);
  }
  // the receiver need not wait for those any longer
  if (lost.length > 0) release(w, way, station, () => 0);
  return lost.length;
}
