/**
 * The send buffer: how large it is, what lies in it, and who waits for room in it. Source: net/ipv4/tcp_input.c
 * tcp_sndbuf_expand, tcp_should_expand_sndbuf, tcp_check_space; net/core/stream.c sk_stream_write_space, v6.12.
 */
import { Reason } from '../../catalog/reasons.ts';
import { MAX_TCP_HEADER, SK_BUFF, SKB_SHARED_INFO, TCP_INIT_CWND } from './constants.ts';
import { jiffiesAt, type TcpEnv } from './env.ts';
import { packetsInFlight } from './sender.ts';
import type { TcpSock } from './sock.ts';

/** tcp_sndbuf_expand: twice the congestion window, each segment in a buffer of its own. */
export function sndbufExpand(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  if (t.sndbufLocked) return;
  const size = Math.max(t.mssClamp, t.mssCache) + MAX_TCP_HEADER + SKB_SHARED_INFO;
  let perMss = 1;
  while (perMss < size) perMss *= 2;
  perMss += SK_BUFF;
  const segs = Math.max(TCP_INIT_CWND, t.cwnd, t.reordering + 1);
  const sndmem = 2 * segs * perMss;
  if (t.sndbuf < sndmem) t.sndbuf = Math.min(sndmem, env.sysctl.tcp_wmem[2]);
}

/** sk_stream_memory_free: a new skb may be made. */
export function memoryFree(s: TcpSock): boolean {
  return s.tx.wmemQueued < s.tx.sndbuf;
}

/** sk_stream_is_writeable: a third is free, so that a woken writer can make some progress. */
export function streamWriteable(s: TcpSock): boolean {
  const t = s.tx;
  return t.sndbuf - t.wmemQueued >= t.wmemQueued >> 1 && memoryFree(s);
}

/** tcp_check_space: after an ACK, somebody may wait for room. */
export function checkSpace(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  if (!t.nospace) return;
  if (!t.sndbufLocked && packetsInFlight(t) < t.cwnd) {
    sndbufExpand(env, s);
    t.cwndStamp = jiffiesAt(env);
  }
  if (!streamWriteable(s)) return;
  t.nospace = false;
  env.decide(s, Reason.tcpWriteSpace, t.wmemQueued, t.sndbuf);
  env.writeSpace(s);
}
