/** The TSQ tasklet and the pacing timer: room below TCP, so that more may leave. Source: tcp_output.c tcp_tsq_write, v6.12. */
import type { TcpEnv } from './env.ts';
import { currentMss } from './mss.ts';
import { xmitRetransmitQueue } from './retransmit.ts';
import { packetsInFlight } from './sender.ts';
import type { TcpSock, TcpState } from './sock.ts';
import { nonagle, writeXmit } from './write-xmit.ts';

const SENDING: ReadonlySet<TcpState> = new Set([
  'established',
  'fin-wait-1',
  'closing',
  'close-wait',
  'last-ack',
]);

/** tcp_tsq_handler: to be called after tcpWfree said so. A socket that a task holds does it at its release. */
export function tcpTsqHandler(env: TcpEnv, s: TcpSock): void {
  if (s.owned) s.tx.tsqDeferred = true;
  else tsqWrite(env, s);
}

export function tsqWrite(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  t.tsqDeferred = false;
  if (!SENDING.has(s.state)) return;
  if (t.lostOut > t.retransOut && t.cwnd > packetsInFlight(t)) xmitRetransmitQueue(env, s);
  writeXmit(env, s, currentMss(s), nonagle(t), 0);
}
