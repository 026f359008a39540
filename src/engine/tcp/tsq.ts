/**
 * TCP small queues: how much of a socket may wait below TCP. Source: net/ipv4/tcp_output.c tcp_small_queue_check, tcp_wfree,
 * v6.12; c4221a8cc3a7 (6.16).
 */
import { Reason } from '../../catalog/reasons.ts';
import type { TcpEnv } from './env.ts';
import { SK_PACING_NONE, type TxSkb } from './sender.ts';
import type { TcpSock } from './sock.ts';
import { skbOfHandle } from './tx-queue.ts';

/** Whether the skb must wait until something below TCP is freed. @param factor 1: twice as much is allowed (retransmission) */
export function smallQueueCheck(env: TcpEnv, s: TcpSock, skb: TxSkb, factor: number): boolean {
  const t = s.tx;
  let limit = Math.max(2 * skb.truesize, Math.floor(t.pacingRate / 2 ** t.pacingShift));
  if (t.pacing === SK_PACING_NONE || env.rules.tcpTsqAlwaysLimits)
    limit = Math.min(limit, env.sysctl.tcp_limit_output_bytes);
  limit *= 2 ** factor;
  // an skb alone is never held: completions may come late
  if (t.wmemAlloc <= limit || t.rtx.length <= 1) return false;
  t.tsqThrottled = true;
  env.decide(s, Reason.tcpSmallQueue, t.wmemAlloc, limit);
  return true;
}

/** skb_still_in_host_queue: sending again what has not left yet would help nobody. */
export function stillInHostQueue(env: TcpEnv, s: TcpSock, skb: TxSkb): boolean {
  if (skb.inHost <= 0) return false;
  s.tx.tsqThrottled = true;
  env.counters.TcpExtTCPSpuriousRtxHostQueues += 1;
  env.decide(s, Reason.tcpHostQueue, skb.seq, skb.inHost);
  return true;
}

/**
 * tcp_wfree: a clone that transmit gave out is freed (sent by the card, or dropped before).
 * @param handle, truesize of the segment  @returns true: the socket waits for it, so tcpTsqHandler is to run (the TSQ tasklet)
 */
export function tcpWfree(s: TcpSock, handle: number, truesize: number): boolean {
  if (handle < 0) return false;
  const t = s.tx;
  t.wmemAlloc -= truesize;
  const skb = skbOfHandle(t, handle);
  if (skb !== undefined) skb.inHost -= 1;
  if (!t.tsqThrottled) return false;
  t.tsqThrottled = false;
  return true;
}
