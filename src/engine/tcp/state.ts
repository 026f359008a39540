/**
 * The end of a connection: closed in order, waiting for stragglers, reset, given up. Source: net/ipv4/tcp.c tcp_done,
 * net/ipv4/tcp_minisocks.c tcp_time_wait, net/ipv4/tcp_input.c tcp_reset, net/ipv4/tcp_timer.c tcp_write_err, v6.12.
 * Left out: the smaller socket that waits in TIME-WAIT in the kernel (this one goes on waiting itself), its reuse.
 */
import { Reason } from '../../catalog/reasons.ts';
import type { TcpEnv } from './env.ts';
import { uncharge } from './memory.ts';
import { ICSK_TIME_NONE, NO_SKB } from './sender.ts';
import type { TcpSkb, TcpSock } from './sock.ts';
import { freeSkb } from './tx-queue.ts';
import { clearXmitTimer } from './xmit-timer.ts';

/** tcp_write_queue_purge */
function purgeWriteQueues(s: TcpSock): void {
  const t = s.tx;
  for (const id of t.writeQueue) freeSkb(t, t.skbs[id]);
  for (const id of t.rtx) freeSkb(t, t.skbs[id]);
  t.writeQueue.length = 0;
  t.rtx.length = 0;
  t.packetsOut = 0;
  t.sackedOut = 0;
  t.lostOut = 0;
  t.retransOut = 0;
  t.highestSack = NO_SKB;
  t.retransmitHint = NO_SKB;
  t.lostHint = NO_SKB;
  t.tsqThrottled = false;
  t.backoff = 0;
}

function clearTimers(s: TcpSock): void {
  clearXmitTimer(s);
  s.tx.pendingTimer = ICSK_TIME_NONE;
  s.tx.pacingAtNs = Number.POSITIVE_INFINITY;
  s.delackAtNs = Number.POSITIVE_INFINITY;
  s.compressedAtNs = Number.POSITIVE_INFINITY;
  s.synackAtNs = Number.POSITIVE_INFINITY;
  s.timewaitAtNs = Number.POSITIVE_INFINITY;
}

/** tcp_done */
export function tcpDone(env: TcpEnv, s: TcpSock): void {
  if (s.state === 'closed') return;
  // a listener's request is no attempt of this end
  if (s.state === 'syn-sent' || (s.state === 'syn-recv' && !s.passive)) env.counters.TcpAttemptFails += 1;
  if (s.state === 'established' || s.state === 'close-wait') env.counters.TcpEstabResets += 1;
  s.state = 'closed';
  s.pending = 0;
  clearTimers(s);
  purgeWriteQueues(s);
  env.stateChange(s);
}

/** tcp_time_wait. @param seconds how long, @param sub fin-wait-2: the peer's FIN may still come */
export function timeWait(env: TcpEnv, s: TcpSock, seconds: number, sub: 'fin-wait-2' | 'time-wait'): void {
  s.state = sub;
  clearTimers(s);
  purgeWriteQueues(s);
  s.timewaitAtNs = env.now + seconds * 1_000_000_000;
  if (sub === 'time-wait') {
    s.pending = 0;
    env.counters.TcpExtTW += 1;
    env.stateChange(s);
  }
}

/** What waits beyond a hole goes with the connection. */
export function purgeOfo(env: TcpEnv, s: TcpSock, reason: number): void {
  for (const old of s.ofo) {
    uncharge(s, old.truesize);
    env.drop(s, old, reason);
  }
  s.ofo.length = 0;
  s.sacks.length = 0;
  s.dsack = false;
}

/** tcp_reset: the peer's RST. */
export function tcpReset(env: TcpEnv, s: TcpSock, skb: TcpSkb): void {
  s.error = s.state === 'syn-sent' ? 'refused' : 'reset';
  purgeOfo(env, s, Reason.tcpReset);
  env.drop(s, skb, Reason.tcpReset);
  tcpDone(env, s);
  env.dataReady(s);
}

/** tcp_write_err: nobody answers any more. */
export function tcpWriteErr(env: TcpEnv, s: TcpSock): void {
  s.error = 'timed-out';
  env.counters.TcpExtTCPAbortOnTimeout += 1;
  env.decide(s, Reason.tcpGivesUp, s.tx.retransmits, s.tx.backoff);
  tcpDone(env, s);
  env.dataReady(s);
}
