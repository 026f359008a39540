/** The two ways a congestion window grows. Source: net/ipv4/tcp_cong.c tcp_slow_start, tcp_cong_avoid_ai, v6.12. */
import type { TcpSock } from './sock.ts';

/** One segment for each delivered, up to the threshold: one ACK for twenty adds twenty. @returns what is left over */
export function slowStart(s: TcpSock, acked: number): number {
  const t = s.tx;
  const cwnd = Math.min(t.cwnd + acked, t.ssthresh);
  const left = acked - (cwnd - t.cwnd);
  t.cwnd = cwnd;
  return left;
}

/** One segment for every w delivered. */
export function congAvoidAi(s: TcpSock, w: number, acked: number): void {
  const t = s.tx;
  if (t.cwndCnt >= w) {
    t.cwndCnt = 0;
    t.cwnd += 1;
  }
  t.cwndCnt += acked;
  if (t.cwndCnt >= w) {
    const more = Math.floor(t.cwndCnt / w);
    t.cwndCnt -= more * w;
    t.cwnd += more;
  }
}
