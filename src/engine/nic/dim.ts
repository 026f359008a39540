/**
 * Adaptive moderation (`ethtool -C IF adaptive-rx on`): after every 64 interrupts DIM compares bytes, packets and interrupts a
 * millisecond with those of the sample before, and climbs to the profile that does best.
 * Source: lib/dim/dim.c, lib/dim/net_dim.c, v6.12. Left out: the work item that writes the card's registers (at once here).
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { emit } from '../emit.ts';
import type { Cpu, RxQueue, World } from '../world.ts';

export interface DimSample {
  timeNs: number;
  packets: number;
  bytes: number;
  events: number;
}

export interface DimStats {
  ppms: number;
  bpms: number;
  epms: number;
}

export const PARKING_ON_TOP = 0;
export const PARKING_TIRED = 1;
export const GOING_RIGHT = 2;
export const GOING_LEFT = 3;

export interface Dim {
  start: DimSample | null;
  prev: DimStats;
  tune: number;
  profile: number;
  stepsRight: number;
  stepsLeft: number;
  tired: number;
  /** The newest sample, and how it compared with `prev` of then: 1 better, 0 the same, -1 worse, and by what it was told. */
  last: DimStats;
  verdict: number;
  by: number;
}

/** What told two samples apart (Dim.by). */
export const BY_NOTHING = 0;
export const BY_BYTES = 1;
export const BY_PACKETS = 2;
export const BY_EVENTS = 3;

export const DIM_NEVENTS = 64;
const PROFILES = 5;
/** usecs and frames of the receive profiles: the timer runs from the first frame (EQE), or anew from each (CQE). */
const DIM_PROFILES_EQE = [
  [1, 256],
  [8, 256],
  [64, 256],
  [128, 256],
  [256, 256],
] as const;
const DIM_PROFILES_CQE = [
  [2, 256],
  [8, 128],
  [16, 64],
  [32, 64],
  [64, 64],
] as const;
const DEFAULT_PROFILE = 1;
const TIRED_AT = 2 * PROFILES;

/** rx-usecs and rx-frames of a profile. */
export function dimProfile(cqeMode: boolean, profile: number): readonly [number, number] {
  return (cqeMode ? DIM_PROFILES_CQE : DIM_PROFILES_EQE)[profile];
}

export function createDim(): Dim {
  return {
    start: null,
    prev: { ppms: 0, bpms: 0, epms: 0 },
    tune: PARKING_ON_TOP,
    profile: DEFAULT_PROFILE,
    stepsRight: 0,
    stepsLeft: 0,
    tired: 0,
    last: { ppms: 0, bpms: 0, epms: 0 },
    verdict: 0,
    by: BY_NOTHING,
  };
}

/** More than 10 % apart, in whole per cent. */
function significant(now: number, before: number): boolean {
  return before === 0 || Math.floor((Math.abs(now - before) * 100) / before) > 10;
}

/** 1 better, 0 the same, -1 worse. */
export function compareStats(now: DimStats, before: DimStats): number {
  const by = toldBy(now, before);
  if (by === BY_BYTES) return now.bpms > before.bpms ? 1 : -1;
  if (by === BY_PACKETS) return now.ppms > before.ppms ? 1 : -1;
  if (by === BY_EVENTS) return now.epms < before.epms ? 1 : -1;
  return 0;
}

/** Bytes are looked at first, then packets, then interrupts; the first that differ tell. */
export function toldBy(now: DimStats, before: DimStats): number {
  if (before.bpms === 0) return now.bpms > 0 ? BY_BYTES : BY_NOTHING;
  if (significant(now.bpms, before.bpms)) return BY_BYTES;
  if (before.ppms === 0) return now.ppms > 0 ? BY_PACKETS : BY_NOTHING;
  if (significant(now.ppms, before.ppms)) return BY_PACKETS;
  if (before.epms === 0) return BY_NOTHING;
  return significant(now.epms, before.epms) ? BY_EVENTS : BY_NOTHING;
}

function turn(d: Dim): void {
  if (d.tune === GOING_RIGHT) {
    d.tune = GOING_LEFT;
    d.stepsLeft = 0;
  } else if (d.tune === GOING_LEFT) {
    d.tune = GOING_RIGHT;
    d.stepsRight = 0;
  }
}

function onTop(d: Dim): boolean {
  if (d.tune === GOING_RIGHT) return d.stepsLeft > 1 && d.stepsRight === 1;
  return d.tune === GOING_LEFT && d.stepsRight > 1 && d.stepsLeft === 1;
}

function park(d: Dim, state: number): void {
  d.stepsRight = 0;
  d.stepsLeft = 0;
  if (state === PARKING_ON_TOP) d.tired = 0;
  d.tune = state;
}

/** One step in the present direction; parks at an edge or when tired. */
function step(d: Dim): void {
  if (d.tired === TIRED_AT) {
    park(d, PARKING_TIRED);
    return;
  }
  const to = d.profile + (d.tune === GOING_RIGHT ? 1 : -1);
  if (to < 0 || to >= PROFILES) {
    park(d, PARKING_ON_TOP);
    return;
  }
  d.profile = to;
  if (d.tune === GOING_RIGHT) d.stepsRight += 1;
  else d.stepsLeft += 1;
  d.tired += 1;
}

function exitParking(d: Dim): void {
  d.tune = d.profile > 0 ? GOING_LEFT : GOING_RIGHT;
  step(d);
}

/** net_dim_decision. @returns true where the profile changed */
export function dimDecide(d: Dim, now: DimStats): boolean {
  const before = d.tune;
  const profile = d.profile;
  d.last = now;
  d.verdict = compareStats(now, d.prev);
  d.by = toldBy(now, d.prev);
  switch (d.tune) {
    case PARKING_ON_TOP:
      if (d.verdict !== 0) exitParking(d);
      break;
    case PARKING_TIRED:
      d.tired -= 1;
      if (d.tired === 0) exitParking(d);
      break;
    default:
      if (d.verdict !== 1) turn(d);
      if (onTop(d)) park(d, PARKING_ON_TOP);
      else step(d);
      break;
  }
  if (before !== PARKING_ON_TOP || d.tune !== PARKING_ON_TOP) d.prev = now;
  return d.profile !== profile;
}

/** net_dim, after a completed poll: 64 interrupts make a sample. */
export function netDim(w: World, q: RxQueue, cpu: Cpu, cause: number): void {
  const { dim } = q;
  const now: DimSample = { timeNs: w.now, packets: q.packets, bytes: q.bytes, events: q.irqs };
  const { start } = dim;
  if (start === null) {
    dim.start = now;
    return;
  }
  const events = now.events - start.events;
  if (events < DIM_NEVENTS) return;
  const us = Math.floor((now.timeNs - start.timeNs) / 1000);
  if (us === 0) return;
  const perMs = (n: number): number => Math.ceil((n * 1000) / us);
  const stats = {
    ppms: perMs(now.packets - start.packets),
    bpms: perMs(now.bytes - start.bytes),
    epms: perMs(DIM_NEVENTS),
  };
  const changed = dimDecide(dim, stats);
  if (changed) [q.rxUsecs, q.rxFrames] = dimProfile(w.nics[q.nic].cqeMode, dim.profile);
  dim.start = changed ? null : now;
  const reason = changed ? Reason.dimChanged : dim.tune <= PARKING_TIRED ? Reason.dimParked : Reason.dimKept;
  emit(w, Kind.dimSample, q.vectorPlace, reason, cpu.index, 0, 0, cause, dim.profile, stats.ppms);
}
