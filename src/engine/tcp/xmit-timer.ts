/**
 * The one timer of the sending side: retransmission, tail loss probe, RACK's reordering wait or zero-window probe.
 * Source: include/net/inet_connection_sock.h inet_csk_reset_xmit_timer, net/ipv4/tcp_input.c tcp_rearm_rto, tcp_set_xmit_timer,
 * net/ipv4/tcp_output.c tcp_schedule_loss_probe, v6.12.
 */
import { hz } from './constants.ts';
import { jiffiesAt, type TcpEnv, timeoutInit, timerWheelNs, usToJiffies } from './env.ts';
import {
  CA_CWR,
  CA_OPEN,
  ICSK_TIME_LOSS_PROBE,
  ICSK_TIME_NONE,
  ICSK_TIME_REO_TIMEOUT,
  ICSK_TIME_RETRANS,
  microseconds,
} from './sender.ts';
import type { TcpSock } from './sock.ts';
import { rtoMaxJiffies, rtoMinUs } from './srtt.ts';
import { rtxHead } from './tx-queue.ts';

/** TCP_TIMEOUT_MIN: two ticks. */
export const TCP_TIMEOUT_MIN = 2;

/** @param when jiffies from now  @param paced what is paced has left only by then */
export function resetXmitTimer(env: TcpEnv, s: TcpSock, what: number, when: number, paced: boolean): void {
  const t = s.tx;
  let delay = when;
  if (paced && t.wstampNs > env.now) delay += usToJiffies(env, microseconds(t.wstampNs - env.now));
  t.pendingTimer = what;
  t.xmitAtNs = timerWheelNs(env, jiffiesAt(env) + Math.min(delay, rtoMaxJiffies(env)));
}

export function clearXmitTimer(s: TcpSock): void {
  s.tx.pendingTimer = ICSK_TIME_NONE;
  s.tx.xmitAtNs = Number.POSITIVE_INFINITY;
}

/** tcp_rto_delta_us: how far off the head's timeout is. */
function rtoDeltaUs(env: TcpEnv, s: TcpSock): number {
  const head = rtxHead(s.tx);
  const sentUs = head === undefined ? microseconds(env.now) : microseconds(head.sentNs);
  return sentUs + Math.floor((s.rtoJiffies * env.jiffyNs) / 1000) - microseconds(env.now);
}

export function rearmRto(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  if (t.packetsOut === 0) {
    clearXmitTimer(s);
    return;
  }
  let rto = s.rtoJiffies;
  if (t.pendingTimer === ICSK_TIME_REO_TIMEOUT || t.pendingTimer === ICSK_TIME_LOSS_PROBE)
    rto = usToJiffies(env, Math.max(rtoDeltaUs(env, s), 1));
  resetXmitTimer(env, s, ICSK_TIME_RETRANS, rto, true);
}

/**
 * Two round trips after the last sending a probe shall leave, so that the loss of a tail is not found by the timeout only.
 * @param advancing the timeout starts anew now  @returns false: no probe here
 */
export function scheduleLossProbe(env: TcpEnv, s: TcpSock, advancing: boolean): boolean {
  const t = s.tx;
  const early = env.sysctl.tcp_early_retrans;
  if (
    (early !== 3 && early !== 4) ||
    t.packetsOut === 0 ||
    !s.sackOk ||
    (t.caState !== CA_OPEN && t.caState !== CA_CWR)
  )
    return false;
  let timeout = timeoutInit(env);
  if (s.srttUs8 > 0) {
    const twoTicks = Math.floor((TCP_TIMEOUT_MIN * env.jiffyNs) / 1000);
    timeout = usToJiffies(env, (s.srttUs8 >> 2) + (t.packetsOut === 1 ? rtoMinUs(env) : twoTicks));
  }
  const rtoUs = advancing ? Math.floor((s.rtoJiffies * env.jiffyNs) / 1000) : rtoDeltaUs(env, s);
  if (rtoUs > 0) timeout = Math.min(timeout, usToJiffies(env, rtoUs));
  resetXmitTimer(env, s, ICSK_TIME_LOSS_PROBE, timeout, true);
  return true;
}

/** tcp_set_xmit_timer: a probe, or else the timeout. */
export function setXmitTimer(env: TcpEnv, s: TcpSock): void {
  if (!scheduleLossProbe(env, s, true)) rearmRto(env, s);
}

/** tcp_probe0_base: 200 ms at least. jiffies */
export function probe0Base(env: TcpEnv, s: TcpSock): number {
  return Math.max(s.rtoJiffies, hz(env.jiffyNs, 5));
}

/** tcp_probe0_when: doubled for each probe that nobody answered with a window. */
export function probe0When(env: TcpEnv, s: TcpSock): number {
  return Math.min(probe0Base(env, s) * 2 ** Math.min(s.tx.backoff, 9), rtoMaxJiffies(env));
}
