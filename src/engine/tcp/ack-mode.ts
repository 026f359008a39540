/**
 * Quick ACKs, interactive (pingpong) mode and the estimate of the peer's segment size. Source: net/ipv4/tcp_input.c
 * tcp_incr_quickack, tcp_enter_quickack_mode, tcp_in_quickack_mode, tcp_measure_rcv_mss, v6.12 and 6.18.
 */
import { TCP_FIN, TCP_PSH, TCP_SYN, TCP_URG } from '../packet/frame.ts';
import {
  HZ_ATO_MIN,
  hz,
  ICSK_ACK_PUSHED,
  ICSK_ACK_PUSHED2,
  ICSK_ACK_SCHED,
  TCP_HEADER_LEN,
  TCP_MAX_QUICKACKS,
  TCP_MIN_MSS,
  TCP_MSS_DEFAULT,
} from './constants.ts';
import type { TcpEnv } from './env.ts';
import type { TcpSock } from './sock.ts';
import { winFromSpace } from './window.ts';

export function atoMin(env: TcpEnv): number {
  return hz(env.jiffyNs, HZ_ATO_MIN);
}

export function scheduleAck(s: TcpSock): void {
  s.pending |= ICSK_ACK_SCHED;
}

export function ackScheduled(s: TcpSock): boolean {
  return (s.pending & ICSK_ACK_SCHED) !== 0;
}

export function inPingpong(env: TcpEnv, s: TcpSock): boolean {
  return s.pingpong >= env.sysctl.tcp_pingpong_thresh;
}

export function enterPingpong(env: TcpEnv, s: TcpSock): void {
  s.pingpong = env.sysctl.tcp_pingpong_thresh;
}

/** Grants quick ACKs: as many full segments as half the window holds, 16 at most. */
export function incrQuickack(s: TcpSock, most = TCP_MAX_QUICKACKS): void {
  const quick = Math.floor(s.rcvWnd / (2 * s.rcvMss)) || 2;
  s.quick = Math.max(s.quick, Math.min(quick, most));
}

export function enterQuickackMode(env: TcpEnv, s: TcpSock): void {
  incrQuickack(s);
  s.pingpong = 0;
  s.ato = atoMin(env);
}

export function inQuickackMode(env: TcpEnv, s: TcpSock): boolean {
  return s.quick > 0 && !inPingpong(env, s);
}

/** tcp_dec_quickack_mode: an ACK leaves. */
export function decQuickackMode(env: TcpEnv, s: TcpSock): void {
  if (s.quick === 0) return;
  const used = ackScheduled(s) ? 1 : 0;
  if (used >= s.quick) {
    s.quick = 0;
    s.ato = atoMin(env);
  } else s.quick -= used;
}

/** What tcp_measure_rcv_mss looks at. */
export interface Measured {
  len: number;
  gsoSize: number;
  truesize: number;
  flags: number;
  /** Bytes of TCP header with options. */
  headerLen: number;
}

export function measureRcvMss(env: TcpEnv, s: TcpSock, seg: Measured): void {
  const last = s.lastSegSize;
  s.lastSegSize = 0;
  const len = seg.gsoSize > 0 ? seg.gsoSize : seg.len;
  if (len >= s.rcvMss) {
    if (len !== s.rcvMss && env.rules.tcpScalingRatio) updateRatio(env, s, seg);
    s.rcvMss = Math.min(len, s.advmss);
    if ((seg.flags & TCP_PSH) !== 0) s.pending |= ICSK_ACK_PUSHED;
    return;
  }
  const withHeader = len + seg.headerLen;
  const remnant = (seg.flags & (TCP_FIN | TCP_URG | TCP_SYN | TCP_PSH)) !== 0;
  if (
    withHeader >= TCP_MSS_DEFAULT + TCP_HEADER_LEN ||
    (withHeader >= TCP_MIN_MSS + TCP_HEADER_LEN && !remnant)
  ) {
    const mss = withHeader - s.tcpHeaderLen;
    s.lastSegSize = mss;
    if (mss === last) {
      s.rcvMss = mss;
      return;
    }
  }
  if ((s.pending & ICSK_ACK_PUSHED) !== 0) s.pending |= ICSK_ACK_PUSHED2;
  s.pending |= ICSK_ACK_PUSHED;
}

/** How much of the buffer counts as window, from this skb; a new ratio moves the clamp, and the threshold up to the window. */
function updateRatio(env: TcpEnv, s: TcpSock, seg: Measured): void {
  const ratio = Math.min(Math.floor((seg.len * 256) / seg.truesize) || 1, 255);
  if (ratio === s.scalingRatio) return;
  s.scalingRatio = ratio;
  s.windowClamp = winFromSpace(env, s, s.rcvbuf);
  s.rcvSsthresh = Math.min(Math.max(s.rcvSsthresh, s.rcvWnd), s.windowClamp);
  s.spaceBytes = Math.min(s.spaceBytes, s.windowClamp);
}
