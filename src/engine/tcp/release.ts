/**
 * The task lets the socket go: what had to wait happens now. Source: net/ipv4/tcp_output.c tcp_release_cb, v6.12 (before 3.6 a timer
 * that found the socket held tried again a little later).
 */
import { Reason } from '../../catalog/reasons.ts';
import { ackScheduled } from './ack-mode.ts';
import { delackTimer } from './delack.ts';
import type { TcpEnv } from './env.ts';
import { sackCompressSendAck, sendAck } from './send.ts';
import type { TcpSock } from './sock.ts';
import { writeTimer } from './timers.ts';
import { tsqWrite } from './tsq-handler.ts';

export function tcpReleaseCb(env: TcpEnv, s: TcpSock): void {
  s.owned = false;
  if (s.tx.tsqDeferred) tsqWrite(env, s);
  if (s.tx.writeTimerDeferred) {
    s.tx.writeTimerDeferred = false;
    writeTimer(env, s);
  }
  if (s.delackDeferred) {
    s.delackDeferred = false;
    delackTimer(env, s);
  }
  const reason = s.deferred;
  s.deferred = 0;
  if (reason === 0) return;
  if (reason === Reason.ackCompSackTimer) sackCompressSendAck(env, s, reason);
  else if (ackScheduled(s)) sendAck(env, s, reason);
}
