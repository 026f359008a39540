/**
 * How much the receiver offers. Source: net/ipv4/tcp_output.c __tcp_select_window, tcp_select_window, include/net/tcp.h
 * tcp_win_from_space, v6.12. Left out: tcp_shrink_window (off by default), memory pressure of the whole machine.
 */
import { ICSK_ACK_NOMEM } from './constants.ts';
import type { TcpEnv } from './env.ts';
import type { TcpSock } from './sock.ts';
import { seqDiff } from './seq.ts';

/** Bytes of window that so much memory can hold. */
export function winFromSpace(env: TcpEnv, s: TcpSock, space: number): number {
  if (!env.rules.tcpScalingRatio) return space - Math.floor(space / 2);
  return Math.floor((space * s.scalingRatio) / 256);
}

/** Memory that so much window needs. */
export function spaceFromWin(env: TcpEnv, s: TcpSock, win: number): number {
  return Math.floor((win * 256) / (env.rules.tcpScalingRatio ? s.scalingRatio : 128));
}

export function tcpFullSpace(env: TcpEnv, s: TcpSock): number {
  return winFromSpace(env, s, s.rcvbuf);
}

/** Window that the memory still free allows; below 0 where the buffer is overdrawn. */
export function tcpSpace(env: TcpEnv, s: TcpSock): number {
  return winFromSpace(env, s, s.rcvbuf - s.backlog - s.rmem);
}

/** What the peer may still send of the window last offered. */
export function receiveWindow(s: TcpSock): number {
  return Math.max(seqDiff(s.rcvWup + s.rcvWnd, s.rcvNxt), 0);
}

function align(s: TcpSock, bytes: number): number {
  const unit = 2 ** s.rcvWscale;
  return Math.ceil(bytes / unit) * unit;
}

/** __tcp_select_window: the window the buffer would allow now. Takes quick ACKs away where less than half is free. */
export function selectWindowOf(env: TcpEnv, s: TcpSock): number {
  const allowed = tcpFullSpace(env, s);
  const full = Math.min(s.windowClamp, allowed);
  let mss = s.rcvMss;
  let free = tcpSpace(env, s);
  if (mss > full) {
    mss = full;
    if (mss <= 0) return 0;
  }
  if (free < Math.floor(full / 2)) {
    s.quick = 0;
    const unit = 2 ** s.rcvWscale;
    free = Math.floor(free / unit) * unit;
    if (free < Math.floor(allowed / 16) || free < mss) return 0;
  }
  free = Math.min(free, s.rcvSsthresh);
  if (s.rcvWscale > 0) return align(s, free);
  const window = s.rcvWnd;
  if (window <= free - mss || window > free) return Math.floor(free / mss) * mss;
  if (mss === full && free > window + Math.floor(full / 2)) return free;
  return window;
}

/** tcp_select_window: what the segment about to leave offers. @returns the header's field */
export function selectWindow(env: TcpEnv, s: TcpSock): number {
  const old = s.rcvWnd;
  if ((s.pending & ICSK_ACK_NOMEM) !== 0 && env.rules.tcpNomemZeroWindow) {
    s.rcvWnd = 0;
    s.rcvWup = s.rcvNxt;
    s.predicted = false;
    if (old > 0) env.counters.TcpExtTCPToZeroWindowAdv += 1;
    return 0;
  }
  const current = receiveWindow(s);
  let next = selectWindowOf(env, s);
  if (next < current) {
    // what was offered is never taken back
    if (next === 0) env.counters.TcpExtTCPWantZeroWindowAdv += 1;
    next = align(s, current);
  }
  s.rcvWnd = next;
  s.rcvWup = s.rcvNxt;
  const field = Math.floor(Math.min(next, 65535 * 2 ** s.rcvWscale) / 2 ** s.rcvWscale);
  if (field === 0) {
    s.predicted = false;
    if (old > 0) env.counters.TcpExtTCPToZeroWindowAdv += 1;
  } else if (old === 0) env.counters.TcpExtTCPFromZeroWindowAdv += 1;
  return field;
}
