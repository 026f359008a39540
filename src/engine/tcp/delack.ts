/**
 * The delayed-ACK machine: how long an ACK may wait (ato), and its timer. Source: net/ipv4/tcp_input.c tcp_event_data_recv,
 * tcp_output.c tcp_send_delayed_ack, tcp_timer.c tcp_delack_timer_handler, v6.12; measured on 6.18.
 */
import { Reason } from '../../catalog/reasons.ts';
import {
  ackScheduled,
  atoMin,
  incrQuickack,
  inPingpong,
  type Measured,
  measureRcvMss,
  scheduleAck,
} from './ack-mode.ts';
import { HZ_DELACK_MAX, HZ_HALF, hz, ICSK_ACK_PUSHED, ICSK_ACK_SCHED, ICSK_ACK_TIMER } from './constants.ts';
import { jiffiesAt, type TcpEnv, timerWheelNs, usToJiffies } from './env.ts';
import { growWindow } from './rcvbuf.ts';
import type { TcpSock } from './sock.ts';
import { rttMeasure } from './rtt.ts';
import { sackCompressSendAck, sendAck } from './send.ts';

/** Smaller segments say nothing about the window. */
const GROW_FROM = 128;

/** tcp_event_data_recv: data has joined the receive queue. */
export function eventDataRecv(env: TcpEnv, s: TcpSock, seg: Measured): void {
  scheduleAck(s);
  measureRcvMss(env, s, seg);
  rttMeasure(env, s);
  const now = jiffiesAt(env);
  const least = atoMin(env);
  if (s.ato === 0) {
    incrQuickack(s);
    s.ato = least;
  } else {
    const gap = now - s.lrcvtime;
    if (gap <= Math.floor(least / 2)) s.ato = Math.floor(s.ato / 2) + Math.floor(least / 2);
    else if (gap < s.ato)
      s.ato = Math.min(Math.floor(s.ato / 2) + gap, s.rtoJiffies, hz(env.jiffyNs, HZ_DELACK_MAX));
    else if (gap > s.rtoJiffies) incrQuickack(s);
  }
  s.lrcvtime = now;
  if (seg.len >= GROW_FROM) growWindow(env, s, seg.len, seg.truesize);
}

/** tcp_delack_max: 200 ms, and a tick less than the peer's smallest RTO is thought to be. jiffies */
export function delackMax(env: TcpEnv): number {
  return hz(env.jiffyNs, HZ_DELACK_MAX) - 1;
}

export function sendDelayedAck(env: TcpEnv, s: TcpSock): void {
  const least = atoMin(env);
  let ato = s.ato;
  if (ato > least) {
    let most = hz(env.jiffyNs, HZ_HALF);
    if (inPingpong(env, s) || (s.pending & ICSK_ACK_PUSHED) !== 0) most = hz(env.jiffyNs, HZ_DELACK_MAX);
    if (s.srttUs8 > 0) most = Math.min(most, Math.max(usToJiffies(env, Math.floor(s.srttUs8 / 8)), least));
    ato = Math.min(ato, most);
  }
  ato = Math.min(ato, delackMax(env));
  const now = jiffiesAt(env);
  let timeout = now + ato;
  if ((s.pending & ICSK_ACK_TIMER) !== 0) {
    if (s.delackTimeout <= now + Math.floor(ato / 4)) {
      sendAck(env, s, Reason.ackTimerNear);
      return;
    }
    if (timeout >= s.delackTimeout) {
      env.decide(s, Reason.ackDelayedOn, s.delackTimeout - now, s.ato);
      timeout = s.delackTimeout;
    }
  } else env.decide(s, Reason.ackDelayed, ato, s.ato);
  s.pending |= ICSK_ACK_SCHED | ICSK_ACK_TIMER;
  if (timeout !== s.delackTimeout || s.delackAtNs === Number.POSITIVE_INFINITY)
    s.delackAtNs = timerWheelNs(env, timeout);
  s.delackTimeout = timeout;
}

/** tcp_delack_timer_handler */
export function delackTimer(env: TcpEnv, s: TcpSock): void {
  s.delackAtNs = Number.POSITIVE_INFINITY;
  if (s.state === 'closed') return;
  if (sackCompressSendAck(env, s, Reason.ackDelayedTimer)) return;
  if ((s.pending & ICSK_ACK_TIMER) === 0) return;
  s.pending &= ~ICSK_ACK_TIMER;
  if (!ackScheduled(s)) return;
  if (!inPingpong(env, s)) s.ato = Math.min(s.ato * 2, s.rtoJiffies, delackMax(env));
  else {
    s.pingpong = 0;
    s.ato = atoMin(env);
  }
  env.counters.TcpExtDelayedACKs += 1;
  sendAck(env, s, Reason.ackDelayedTimer);
}
