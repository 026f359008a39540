/**
 * One direction of a link: a frame that has left a card waits in front of the narrow place if there is one (drop-tail), passes it
 * at its rate, and is under way for the link's delay, unless something goes wrong; then it reaches the far card.
 * Left out: what else goes through the same switch, flow control (PAUSE), a queue that drops early.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { cancel, schedule } from '../clock/agenda.ts';
import { dropKey } from '../drop.ts';
import { emit } from '../emit.ts';
import { frameArrived } from '../nic/mac.ts';
import { cloneSkb } from '../net/clone.ts';
import { copyOptions } from '../net/tcp-options.ts';
import { freeSlots } from '../packet/pool.ts';
import {
  FRAME_FCS_BAD,
  FRAME_IP_CSUM_BAD,
  FRAME_L4_CSUM_BAD,
  FRAME_L4_CSUM_NONE,
  FRAME_L4_CSUM_VERIFIED,
  FRAME_NOT_IP,
} from '../packet/frame-bits.ts';
import { NO_CPU } from '../records.ts';
import { nextInt } from '../rng.ts';
import { WIRE_OVERHEAD } from '../traffic/wire.ts';
import type { Nic, World } from '../world.ts';
import { cutFrame } from './cut.ts';
import { decideFate, fate } from './faults.ts';
import { type Medium, wantAir } from './medium.ts';
import { hold, passed, passNetem } from './netem.ts';
import type { LinkWay } from './state.ts';

const NS = 1_000_000_000;

/** The last bit of a packet's next frame has left the card: it gets its id, and is the link's from here on. */
export function putOnLink(w: World, nic: Nic, packet: number): void {
  const { pool } = w;
  const way = w.ways[nic.way];
  const slot = cutFrame(w, nic, packet);
  const skb = pool.id[packet];
  w.lastPacket += 1;
  pool.id[slot] = w.lastPacket;
  copyOptions(w, packet, slot);
  const flow = w.fixed.far[way.index][pool.flow[slot]];
  pool.flow[slot] = flow;
  way.counters.put += 1;
  way.counters.bytes += pool.frameLen[slot];
  const { medium } = w.links[way.link];
  // a radio card takes no more than it has room for
  const full = medium === null && way.passing !== 0 && way.queue.length >= way.queueFrames;
  pool.lastSeq[slot] = emit(
    w,
    Kind.linkEnter,
    way.place,
    full ? Reason.linkQueueFull : whyEntered(way, medium),
    NO_CPU,
    pool.id[slot],
    skb,
    pool.lastSeq[packet],
    pool.frameLen[slot],
    flow,
  );
  if (flow === 0) loseOnLink(w, way, slot, Reason.linkNotForeseen);
  else if (medium !== null) {
    queueUp(way, slot);
    wantAir(w, medium, [w.ways[2 * way.link], w.ways[2 * way.link + 1]]);
  } else if (way.rateBps === 0) launch(w, way, slot, 0, Reason.none);
  else if (full) {
    way.counters.queueDrops += 1;
    loseOnLink(w, way, slot, Reason.linkQueueFull);
  } else if (way.passing === 0) pass(w, way, slot);
  else queueUp(way, slot);
}

function queueUp(way: LinkWay, slot: number): void {
  way.queue.push(slot);
  way.counters.queueMost = Math.max(way.counters.queueMost, way.queue.length);
}

function whyEntered(way: LinkWay, medium: Medium | null): number {
  if (medium !== null) return Reason.airQueued;
  if (way.rateBps === 0) return Reason.none;
  return way.passing === 0 ? Reason.linkFree : Reason.linkQueued;
}

/** Whether the link takes another frame from the card: a radio's sender has so much memory and no more; a cable takes all. */
export function linkTakes(w: World, nic: Nic): boolean {
  const way = w.ways[nic.way];
  return w.links[way.link].medium === null || way.queue.length < way.queueFrames;
}

/** The frame's first bit goes through the narrow place. */
function pass(w: World, way: LinkWay, slot: number): void {
  const total = (w.pool.frameLen[slot] + WIRE_OVERHEAD) * 8 * NS + way.passRem;
  const ns = Math.floor(total / way.rateBps);
  way.passRem = total - ns * way.rateBps;
  way.passing = slot;
  way.counters.busyNs += ns;
  schedule(w.agenda, way.passActor, w.now + ns);
}

/** It is through; the next one's turn. */
export function passedNarrow(w: World, way: LinkWay): void {
  const slot = way.passing;
  const next = way.queue.shift();
  if (next === undefined) {
    way.passing = 0;
    way.passRem = 0;
    cancel(w.agenda, way.passActor);
  } else pass(w, way, next);
  launch(w, way, slot, 0, Reason.none);
}

/** Under way, or lost. @param moreNs beyond the link's delay: until its last bit is on the way @param why it goes now, where there is a reason */
export function launch(w: World, way: LinkWay, slot: number, moreNs: number, why: number): void {
  const { pool } = w;
  const { netem } = way;
  if (netem !== null) {
    passNetem(netem, way.rng, w.now);
    if (passed.lost !== 0) {
      loseOnLink(w, way, slot, passed.lost);
      return;
    }
    netem.packets += passed.twice ? 2 : 1;
    netem.bytes += pool.frameLen[slot] * (passed.twice ? 2 : 1);
  }
  decideFate(way, pool.payloadLen[slot]);
  if (fate.lost !== 0) {
    loseOnLink(w, way, slot, fate.lost);
    return;
  }
  let held = moreNs;
  let reason = why;
  if (netem !== null) {
    held += passed.delayNs;
    if (passed.delayNs > 0)
      for (let n = passed.twice ? 2 : 1; n > 0; n -= 1) hold(netem, w.now + held, pool.frameLen[slot]);
    fate.twice = fate.twice || passed.twice;
    if (passed.corrupt) fate.damaged = 4;
    if (passed.atOnce) reason = Reason.netemAtOnce;
    else if (passed.delayNs > 0 && why === Reason.none) reason = Reason.netemDelay;
  }
  // the copy is made of the frame as it is now, and is neither held back nor hurt
  const copy = fate.twice ? cloneSkb(w, slot) : 0;
  if (fate.fcsBad) pool.bits[slot] |= FRAME_FCS_BAD;
  if (fate.damaged !== 0) damage(w, slot, fate.damaged);
  if (fate.fcsBad || fate.damaged !== 0) way.counters.damaged += 1;
  if (fate.heldNs > 0) way.counters.reordered += 1;
  fly(w, way, slot, held + fate.heldNs, whyLaunched(w, slot) || reason, 0);
  if (copy === 0) return;
  way.counters.put += 1;
  way.counters.duplicated += 1;
  fly(w, way, copy, held, Reason.linkDuplicated, pool.id[slot]);
}

function whyLaunched(w: World, slot: number): number {
  if (fate.fcsBad) return Reason.linkBitError;
  if (fate.damaged !== 0)
    return (w.pool.bits[slot] & FRAME_IP_CSUM_BAD) !== 0 ? Reason.linkDamagedIp : Reason.linkDamagedL4;
  return fate.heldNs > 0 ? Reason.linkHeldBack : Reason.none;
}

/** Bits turned within a machine: the IPv4 header's sum, or the protocol's (all there is in IPv6; a UDP sum of 0 tells nothing). */
function damage(w: World, slot: number, layer: number): void {
  const { pool } = w;
  const bits = pool.bits[slot];
  if ((bits & FRAME_NOT_IP) !== 0) return;
  const v4 = w.fixed.flows[pool.flow[slot]].key.ipVersion === 4;
  if (layer === 3 && v4) pool.bits[slot] = bits | FRAME_IP_CSUM_BAD;
  else if ((bits & FRAME_L4_CSUM_NONE) === 0)
    pool.bits[slot] = (bits | FRAME_L4_CSUM_BAD) & ~FRAME_L4_CSUM_VERIFIED;
}

/** In among those under way, behind all that arrive no later. */
function fly(w: World, way: LinkWay, slot: number, moreNs: number, reason: number, of: number): void {
  const { pool } = w;
  const jitter = way.jitterNs === 0 ? 0 : nextInt(way.rng, 2 * way.jitterNs + 1) - way.jitterNs;
  const ns = Math.max(0, way.delayNs + jitter) + moreNs;
  const due = w.now + ns;
  pool.readyNs[slot] = due;
  // when it began its way; once it is in a machine, when it came
  pool.arrivedNs[slot] = w.now;
  pool.lastSeq[slot] = emit(
    w,
    Kind.linkStart,
    way.place,
    reason,
    NO_CPU,
    pool.id[slot],
    of,
    pool.lastSeq[slot],
    ns,
    pool.flow[slot],
  );
  const { flight } = way;
  let at = flight.length;
  while (at > way.flightAt && pool.readyNs[flight[at - 1]] > due) at -= 1;
  if (at === flight.length) flight.push(slot);
  else flight.splice(at, 0, slot);
  if (at === way.flightAt) schedule(w.agenda, way.arriveActor, due);
}

/** The next frame under way reaches the far card. */
export function arriveFromLink(w: World, way: LinkWay): void {
  const slot = way.flight[way.flightAt];
  way.flightAt += 1;
  if (way.flightAt >= 512) {
    way.flight = way.flight.slice(way.flightAt);
    way.flightAt = 0;
  }
  if (way.flightAt === way.flight.length) cancel(w.agenda, way.arriveActor);
  else schedule(w.agenda, way.arriveActor, w.pool.readyNs[way.flight[way.flightAt]]);
  way.counters.arrived += 1;
  frameArrived(w, w.nics[way.to], slot);
}

/** A frame ends on the link: outside the balance of either host. */
export function loseOnLink(w: World, way: LinkWay, slot: number, reason: number): void {
  const { pool } = w;
  way.counters.lost += 1;
  const key = dropKey(way.place, reason);
  w.totals.linkDrops[key] = (w.totals.linkDrops[key] ?? 0) + 1;
  emit(
    w,
    Kind.linkDrop,
    way.place,
    reason,
    NO_CPU,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    1,
    pool.frameLen[slot],
  );
  freeSlots(pool, slot);
}
