/** How far segments overtake each other. Source: net/ipv4/tcp_input.c tcp_check_sack_reordering, tcp_highest_sack_seq, v6.12. */
import { Reason } from '../../catalog/reasons.ts';
import type { TcpEnv } from './env.ts';
import { NO_SKB, type TcpSender } from './sender.ts';
import { before, seqDiff } from './seq.ts';
import type { TcpSock } from './sock.ts';

/** First byte above the highest that is SACKed. */
export function highestSackSeq(t: TcpSender): number {
  if (t.sackedOut === 0) return t.sndUna;
  return t.highestSack === NO_SKB ? t.sndNxt : t.skbs[t.highestSack].seq;
}

/** Something below the highest SACK arrived late and had not been sent again. @param byTimestamp how that is known */
export function checkSackReordering(env: TcpEnv, s: TcpSock, low: number, byTimestamp: boolean): void {
  const t = s.tx;
  const fack = highestSackSeq(t);
  if (!before(low, fack)) return;
  const metric = seqDiff(fack, low);
  const mss = t.mssCache;
  if (metric > t.reordering * mss && mss > 0)
    t.reordering = Math.min(Math.ceil(metric / mss), env.sysctl.tcp_max_reordering);
  t.reordSeen += 1;
  if (byTimestamp) env.counters.TcpExtTCPTSReorder += 1;
  else env.counters.TcpExtTCPSACKReorder += 1;
  env.decide(s, Reason.reorderingSeen, metric, t.reordering);
}
