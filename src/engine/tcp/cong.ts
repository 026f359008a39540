/**
 * Congestion control: slow start, additive increase, and the two algorithms' parts of it (Reno here, CUBIC in cubic.ts).
 * Source: net/ipv4/tcp_cong.c, net/ipv4/tcp_output.c tcp_cwnd_restart, tcp_cwnd_validate, include/net/tcp.h
 * tcp_is_cwnd_limited, v6.12.
 */
import { Reason } from '../../catalog/reasons.ts';
import { congAvoidAi, slowStart } from './cong-avoid.ts';
import {
  cubicAcked,
  cubicCongAvoid,
  cubicInit,
  cubicSsthresh,
  cubicStateLoss,
  cubicTxStart,
} from './cubic.ts';
import { jiffiesAt, type TcpEnv } from './env.ts';
import { CA_LOSS, CA_OPEN, currentSsthresh, inSlowStart } from './sender.ts';
import { before } from './seq.ts';
import type { TcpSock } from './sock.ts';

/** tcp_is_cwnd_limited: only a window that is used may grow; in slow start, half of it is enough. */
export function isCwndLimited(s: TcpSock): boolean {
  const t = s.tx;
  if (t.isCwndLimited) return true;
  return inSlowStart(t) && t.cwnd < 2 * t.maxPacketsOut;
}

export function caInit(env: TcpEnv, s: TcpSock): void {
  if (s.tx.ca.cubic) cubicInit(env, s);
}

/** The window's new threshold after a loss. */
export function caSsthresh(s: TcpSock): number {
  return s.tx.ca.cubic ? cubicSsthresh(s) : Math.max(s.tx.cwnd >> 1, 2);
}

/** tcp_reno_undo_cwnd, CUBIC's as well. */
export function caUndoCwnd(s: TcpSock): number {
  return Math.max(s.tx.cwnd, s.tx.priorCwnd);
}

/** tcp_set_ca_state */
export function setCaState(env: TcpEnv, s: TcpSock, state: number): void {
  if (state === CA_LOSS && s.tx.ca.cubic) cubicStateLoss(env, s);
  s.tx.caState = state;
}

/** CA_EVENT_TX_START: something leaves while nothing was in flight. */
export function caTxStart(env: TcpEnv, s: TcpSock): void {
  if (s.tx.ca.cubic) cubicTxStart(env, s);
}

/** @param us round trip of the newest segment (S)ACKed, -1: none */
export function caPktsAcked(env: TcpEnv, s: TcpSock, us: number): void {
  if (s.tx.ca.cubic) cubicAcked(env, s, us);
}

/** tcp_cong_avoid. @param acked segments delivered by this ACK */
export function congAvoid(env: TcpEnv, s: TcpSock, acked: number): void {
  const t = s.tx;
  if (isCwndLimited(s)) {
    const was = t.cwnd;
    if (t.ca.cubic) cubicCongAvoid(env, s, acked);
    else {
      const left = inSlowStart(t) ? slowStart(s, acked) : acked;
      if (left > 0) congAvoidAi(s, t.cwnd, left);
    }
    if (t.cwnd !== was)
      env.decide(s, was < t.ssthresh ? Reason.cwndSlowStart : Reason.cwndAvoidance, t.cwnd, acked);
  } else env.decide(s, Reason.cwndNotUsed, t.cwnd, t.maxPacketsOut);
  t.cwndStamp = jiffiesAt(env);
}

/** tcp_slow_start_after_idle_check, tcp_cwnd_restart: a window that was not used for a while halves for each timeout of pause. */
export function slowStartAfterIdleCheck(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  if (env.sysctl.tcp_slow_start_after_idle === 0 || t.packetsOut > 0) return;
  let delta = jiffiesAt(env) - s.lsndtime;
  if (delta <= s.rtoJiffies) return;
  const least = Math.min(env.rules.tcpInitCwnd, t.cwnd);
  let { cwnd } = t;
  t.ssthresh = currentSsthresh(t);
  for (delta -= s.rtoJiffies; delta > 0 && cwnd > least; delta -= s.rtoJiffies) cwnd >>= 1;
  const was = t.cwnd;
  t.cwnd = Math.max(cwnd, least);
  t.cwndStamp = jiffiesAt(env);
  t.cwndUsed = 0;
  if (t.cwnd !== was) env.decide(s, Reason.cwndIdle, t.cwnd, was);
}

/** tcp_cwnd_validate: was the window used? One that is not for a timeout long shrinks towards what was used. */
export function cwndValidate(env: TcpEnv, s: TcpSock, limited: boolean): void {
  const t = s.tx;
  if (!before(t.sndUna, t.cwndUsageSeq) || limited || (!t.isCwndLimited && t.packetsOut > t.maxPacketsOut)) {
    t.isCwndLimited = limited;
    t.maxPacketsOut = t.packetsOut;
    t.cwndUsageSeq = t.sndNxt;
  }
  const now = jiffiesAt(env);
  if (isCwndLimited(s)) {
    t.cwndUsed = 0;
    t.cwndStamp = now;
    return;
  }
  if (t.packetsOut > t.cwndUsed) t.cwndUsed = t.packetsOut;
  if (env.sysctl.tcp_slow_start_after_idle === 0 || now - t.cwndStamp < s.rtoJiffies) return;
  if (t.caState === CA_OPEN && !t.nospace) {
    const used = Math.max(t.cwndUsed, env.rules.tcpInitCwnd);
    if (used < t.cwnd) {
      const was = t.cwnd;
      t.ssthresh = currentSsthresh(t);
      t.cwnd = (t.cwnd + used) >> 1;
      env.decide(s, Reason.cwndIdle, t.cwnd, was);
    }
    t.cwndUsed = 0;
  }
  t.cwndStamp = now;
}
