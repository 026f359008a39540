/** A link while time runs: what waits in front of its narrow place, what is under way, what has been lost. Plain data. */
import { reasonName, reasonSlug } from '../../catalog/reasons.ts';
import { placeOfKey, reasonOfKey } from '../drop.ts';
import { createRng, type Rng } from '../rng.ts';
import type { LinkFaults, LinkSpec } from '../spec.ts';
import type { World } from '../world.ts';
import type { Netem } from './netem.ts';
import { type AirTime, type Medium, noAir } from './medium.ts';

export interface Link {
  /** World index; its ways are 2 * index and 2 * index + 1. */
  index: number;
  name: string;
  /** The radio channel that both its ways share; null: a cable, each way by itself. */
  medium: Medium | null;
}

/** One direction of a link. */
export interface LinkWay {
  /** World index. */
  index: number;
  link: number;
  /** NICs (world index) at its near and far end. */
  from: number;
  to: number;
  place: number;
  passActor: number;
  arriveActor: number;
  delayNs: number;
  jitterNs: number;
  /** The narrow place, bit/s; 0: none. */
  rateBps: number;
  queueFrames: number;
  /** Replaced whole where a command changes it. */
  faults: LinkFaults;
  /** Put there by tc; null: none. */
  netem: Netem | null;
  rng: Rng;
  /** Gilbert-Elliott: it is bad now. */
  bad: boolean;
  /** Frames so far that carried payload, that carried none. */
  data: number;
  empty: number;
  /** Slots in front of the narrow place, oldest first; the one that passes it, 0 none; what is left below a ns. */
  queue: number[];
  passing: number;
  passRem: number;
  /** Slots under way, the next to arrive first, from `flightAt` on; due times in the pool. */
  flight: number[];
  flightAt: number;
  counters: LinkCounters;
  /** Of a radio link. */
  air: AirTime;
}

/** Balance of a way: put = arrived + lost + waiting + under way. */
export interface LinkCounters {
  /** Frames that went onto it, copies it made of them included. */
  put: number;
  arrived: number;
  bytes: number;
  lost: number;
  /** Of the lost: no room in the queue. */
  queueDrops: number;
  /** Most frames that ever waited. */
  queueMost: number;
  /** Of all waits together, ns: busy time of the narrow place. */
  busyNs: number;
  reordered: number;
  duplicated: number;
  damaged: number;
}

const LINK_STREAM = 5000;
const AIR_STREAM = 6000;

export function createWay(
  spec: LinkSpec,
  seed: number,
  at: Pick<LinkWay, 'index' | 'link' | 'from' | 'to' | 'place' | 'passActor' | 'arriveActor'>,
): LinkWay {
  const way = spec.ways[at.index & 1];
  return {
    ...at,
    delayNs: way.delayNs,
    jitterNs: way.jitterNs,
    rateBps: way.rateBps ?? 0,
    queueFrames: way.queueFrames,
    faults: way.faults,
    netem: null,
    rng: createRng(seed, LINK_STREAM + at.index),
    bad: false,
    data: 0,
    empty: 0,
    queue: [],
    passing: 0,
    passRem: 0,
    flight: [],
    flightAt: 0,
    counters: {
      put: 0,
      arrived: 0,
      bytes: 0,
      lost: 0,
      queueDrops: 0,
      queueMost: 0,
      busyNs: 0,
      reordered: 0,
      duplicated: 0,
      damaged: 0,
    },
    air: noAir(),
  };
}

export function airRng(seed: number, link: number): Rng {
  return createRng(seed, AIR_STREAM + link);
}

/** Frames that its sender has begun to send by radio and that are not yet on their way. */
export function inAir(links: readonly Link[], way: LinkWay): number {
  return links[way.link].medium?.stations[way.index & 1].window.length ?? 0;
}

/** Frames on it: waiting at its near end, passing the narrow place or being sent (again), under way. */
export function onWay(links: readonly Link[], way: LinkWay): number {
  const passing = (way.passing === 0 ? 0 : 1) + inAir(links, way);
  return way.queue.length + passing + way.flight.length - way.flightAt;
}

/** How long its narrow place, or its sender's part of the air, has been in use, ns. */
export function busyNs(w: World, way: LinkWay): number {
  const { data, ack, overhead, collision } = way.air;
  const rest = way.passing === 0 ? 0 : w.agenda.time[way.passActor] - w.now;
  return way.counters.busyNs - rest + data + ack + overhead + collision;
}

/** Frames lost on it, by the slug of the reason. */
export function lostOn(w: World, way: LinkWay): { reason: string; count: number }[] {
  return Object.entries(w.totals.linkDrops).flatMap(([key, count]) => {
    if (placeOfKey(key) !== way.place) return [];
    const name = reasonName(reasonOfKey(key));
    return [{ reason: name === undefined ? key : reasonSlug(name), count }];
  });
}
