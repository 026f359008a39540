/**
 * CoDel: how long packets have waited decides, not how many there are. Where the wait stays above the target for a whole interval a
 * packet is dropped at the head, then another after interval / sqrt(count), faster and faster until the wait is short again.
 * Times are in the kernel's unit, 1024 ns; the reciprocal root is its 16 bits, brought nearer by one Newton step a drop.
 * Source: include/net/codel.h, include/net/codel_impl.h, v6.12. Left out: ECN marks, ce_threshold.
 */

export interface CodelVars {
  count: number;
  lastCount: number;
  dropping: boolean;
  recInvSqrt: number;
  /** 0: not above the target. */
  firstAbove: number;
  dropNext: number;
  /** Wait of the packet seen last. */
  ldelay: number;
}

export interface CodelParams {
  target: number;
  interval: number;
  mtu: number;
}

export const codelTime = (ns: number): number => Math.floor(ns / 1024);
export const codelNs = (time: number): number => time * 1024;

export function createCodelVars(): CodelVars {
  return { count: 0, lastCount: 0, dropping: false, recInvSqrt: 0, firstAbove: 0, dropNext: 0, ldelay: 0 };
}

/** codel_Newton_step: x (3 - count x^2) / 2, in fixed point. */
export function newtonStep(vars: CodelVars): void {
  const inv = BigInt(vars.recInvSqrt) << 16n;
  const inv2 = (inv * inv) >> 32n;
  const val = ((3n << 32n) - BigInt(vars.count) * inv2) & 0xffff_ffff_ffff_ffffn;
  vars.recInvSqrt = Number((((((val >> 2n) * inv) & 0xffff_ffff_ffff_ffffn) >> 31n) >> 16n) & 0xffffn);
}

/** codel_control_law: interval / sqrt(count) after `time`. */
export function controlLaw(time: number, interval: number, recInvSqrt: number): number {
  return time + Math.floor((interval * recInvSqrt) / 65_536);
}

/** codel_should_drop, for a packet that came at `came`. @param backlog bytes in the whole queueing discipline, without it */
export function shouldDrop(
  vars: CodelVars,
  params: CodelParams,
  came: number,
  backlog: number,
  now: number,
): boolean {
  vars.ldelay = now - came;
  if (vars.ldelay < params.target || backlog <= params.mtu) {
    vars.firstAbove = 0;
    return false;
  }
  if (vars.firstAbove === 0) {
    vars.firstAbove = now + params.interval;
    return false;
  }
  return now > vars.firstAbove;
}

/** It begins to drop: where the last time is not long ago, as fast as it had to then. */
export function enterDropping(vars: CodelVars, params: CodelParams, now: number): void {
  vars.dropping = true;
  const delta = vars.count - vars.lastCount;
  if (delta > 1 && now - vars.dropNext < 16 * params.interval) {
    vars.count = delta;
    newtonStep(vars);
  } else {
    vars.count = 1;
    vars.recInvSqrt = 0xffff;
  }
  vars.lastCount = vars.count;
  vars.dropNext = controlLaw(now, params.interval, vars.recInvSqrt);
}
