/**
 * A half-duplex radio channel that both ends of a link share (IEEE 802.11n, one access category): who sends next, and for how long.
 * Each station waits until the channel has been free for DIFS and then its backoff, a random number of slots that only runs down
 * while the channel is free; equal ones collide, and the window they were drawn from doubles.
 * Source: IEEE 802.11-2016 clauses 10.3 (DCF), 10.22; times in catalog/wlan.
 * Left out: other stations, RTS/CTS, rate control, hidden stations, access categories, beacons, symbols (a payload takes bits / rate).
 */
import { DIFS_NS, SLOT_NS } from '../../catalog/wlan.ts';
import { schedule } from '../clock/agenda.ts';
import { nextInt, type Rng } from '../rng.ts';
import type { WlanSpec } from '../spec.ts';
import type { World } from '../world.ts';
import type { LinkWay } from './state.ts';

/** QoS header 26, LLC and SNAP 8, FCS 4, in place of Ethernet's header. */
const MPDU_EXTRA = 26 + 8 + 4 - 14;
/** Between the frames of an aggregate; each is filled up to a multiple of it. */
const DELIMITER = 4;
/** Frames between the oldest one not acknowledged and the newest sent (block ACK window). */
export const BLOCK_ACK_WINDOW = 64;

export const IDLE = 0;
export const CONTENDING = 1;
export const BUSY = 2;

export interface Medium {
  wlan: WlanSpec;
  actor: number;
  rng: Rng;
  phase: number;
  /** Since when the channel is free, and since when somebody wants it. */
  freeNs: number;
  wantedNs: number;
  /** Ways (0, 1 of the link) that send now. */
  sending: number[];
  /** Of the transmission under way: how long it was waited for, how long it is, and what of that are frames with payload. */
  waitedNs: number;
  busyNs: number;
  dataNs: number;
  stations: [Station, Station];
}

/** The sender of one way. */
export interface Station {
  /** Slots of backoff left, and the window that they are drawn from. */
  backoff: number;
  cw: number;
  /** Frames sent at least once and not yet given to the receiver in order: slot, transmissions, whether they got through. */
  window: number[];
  tries: number[];
  through: boolean[];
  /** Of the window: places of those in the air now. */
  air: number[];
}

/** What a way has cost of the channel, ns. */
export interface AirTime {
  /** Frames with payload, without; waiting, preambles, acknowledgements; half of a collision: together all it has cost. */
  data: number;
  ack: number;
  overhead: number;
  collision: number;
  /** Of data and ack: frames that did not get through. */
  failed: number;
  txops: number;
  collisions: number;
  retries: number;
}

export function noAir(): AirTime {
  return { data: 0, ack: 0, overhead: 0, failed: 0, collision: 0, txops: 0, collisions: 0, retries: 0 };
}

export function createMedium(wlan: WlanSpec, actor: number, rng: Rng): Medium {
  const station = (): Station => ({
    backoff: 0,
    cw: wlan.cwMin,
    window: [],
    tries: [],
    through: [],
    air: [],
  });
  return {
    wlan,
    actor,
    rng,
    phase: IDLE,
    // it has been free for ever
    freeNs: -DIFS_NS,
    wantedNs: 0,
    sending: [],
    waitedNs: 0,
    busyNs: 0,
    dataNs: 0,
    stations: [station(), station()],
  };
}

/** Bytes of a frame on the air. */
export function airBytes(frameLen: number, aggregated: boolean): number {
  const mpdu = frameLen + MPDU_EXTRA;
  return aggregated ? DELIMITER + Math.ceil(mpdu / DELIMITER) * DELIMITER : mpdu;
}

export function airNs(medium: Medium, bytes: number): number {
  return Math.ceil((bytes * 8 * 1_000_000_000) / medium.wlan.rateBps);
}

export function drawBackoff(medium: Medium, station: Station): void {
  station.backoff = nextInt(medium.rng, station.cw + 1);
}

/** Frames that the way's sender has and may send. */
export function wants(way: LinkWay, station: Station): boolean {
  if (way.queue.length > 0 && station.window.length < BLOCK_ACK_WINDOW) return true;
  return station.through.includes(false);
}

/** When a station's wait is over, seen from now. */
export function startOf(w: World, medium: Medium, station: Station): number {
  return Math.max(w.now, medium.freeNs + DIFS_NS + station.backoff * SLOT_NS);
}

/** A frame has come to a way's sender: where the channel is free, its wait may end first. */
export function wantAir(w: World, medium: Medium, ways: readonly LinkWay[]): void {
  if (medium.phase === BUSY) return;
  if (medium.phase === IDLE) medium.wantedNs = w.now;
  contend(w, medium, ways);
}

/** Whoever's wait ends first sends then. */
export function contend(w: World, medium: Medium, ways: readonly LinkWay[]): void {
  let at = Number.POSITIVE_INFINITY;
  medium.stations.forEach((station, d) => {
    if (wants(ways[d], station)) at = Math.min(at, startOf(w, medium, station));
  });
  medium.phase = at === Number.POSITIVE_INFINITY ? IDLE : CONTENDING;
  schedule(w.agenda, medium.actor, at);
}
