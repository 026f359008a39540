/**
 * How the window and the buffer grow. Source: net/ipv4/tcp_input.c tcp_grow_window, __tcp_grow_window, tcp_rcv_space_adjust,
 * tcp_rcvbuf_grow, v6.12 and 6.18. Left out: memory pressure of the whole machine.
 */
import { Reason } from '../../catalog/reasons.ts';
import type { TcpEnv } from './env.ts';
import type { TcpSock } from './sock.ts';
import { seqDiff } from './seq.ts';
import { spaceFromWin, tcpSpace, winFromSpace } from './window.ts';

/** The threshold of what is offered rises by what this skb shows about memory for a byte, and an ACK shall tell it at once. */
export function growWindow(env: TcpEnv, s: TcpSock, len: number, truesize: number): void {
  const room = Math.min(s.windowClamp, tcpSpace(env, s)) - s.rcvSsthresh;
  if (room <= 0) return;
  let incr = winFromSpace(env, s, truesize) <= len ? 2 * s.advmss : slowGrowth(env, s, len, truesize);
  if (incr === 0) return;
  incr = Math.max(incr, 2 * len);
  s.rcvSsthresh += Math.min(room, incr);
  s.quick |= 1;
  env.decide(s, Reason.windowGrows, s.rcvSsthresh, s.windowClamp);
}

/** Overhead of the skb against how far the window still is from its limit. */
function slowGrowth(env: TcpEnv, s: TcpSock, len: number, truesize: number): number {
  let t = Math.floor(winFromSpace(env, s, truesize) / 2);
  let w = Math.floor(winFromSpace(env, s, env.sysctl.tcp_rmem[2]) / 2);
  while (s.rcvSsthresh <= w) {
    if (t <= len) return 2 * s.rcvMss;
    t = Math.floor(t / 2);
    w = Math.floor(w / 2);
  }
  return 0;
}

/** tcp_rcvbuf_grow. @param copied bytes that the application read in a round trip */
export function rcvbufGrow(env: TcpEnv, s: TcpSock, copied: number): void {
  const old = s.spaceBytes;
  s.spaceBytes = copied;
  if (env.sysctl.tcp_moderate_rcvbuf === 0 || s.rcvbufLocked) return;
  let win = 2 * copied + (env.rules.tcpRcvbufSpareSegments ? 16 * s.advmss : 0);
  const grow = Math.floor((win * (copied - old)) / old);
  win += 2 * grow;
  const last = s.ofo[s.ofo.length - 1];
  if (env.rules.tcpDrsQueueAware && last !== undefined) win += seqDiff(last.endSeq, s.rcvNxt);
  const rcvbuf = Math.min(spaceFromWin(env, s, win), env.sysctl.tcp_rmem[2]);
  if (rcvbuf <= s.rcvbuf) return;
  s.rcvbuf = rcvbuf;
  s.windowClamp = winFromSpace(env, s, rcvbuf);
  env.decide(s, Reason.rcvbufGrows, rcvbuf, copied);
}

/** tcp_rcv_space_adjust: after each copy to the application, once a round trip. */
export function rcvSpaceAdjust(env: TcpEnv, s: TcpSock): void {
  if (s.rttUs8 === 0) return;
  if (Math.floor((env.now - s.spaceTimeNs) / 1000) < Math.floor(s.rttUs8 / 8)) return;
  let copied = seqDiff(s.copiedSeq, s.spaceSeq);
  if (env.rules.tcpDrsQueueAware) copied -= seqDiff(s.rcvNxt, s.copiedSeq);
  if (copied > s.spaceBytes) rcvbufGrow(env, s, copied);
  s.spaceSeq = s.copiedSeq;
  s.spaceTimeNs = env.now;
}
