/**
 * The receiver's own estimate of the round trip, from echoed timestamps or from how long a window takes to fill.
 * Source: net/ipv4/tcp_input.c tcp_rcv_rtt_update, tcp_rcv_rtt_measure, tcp_rcv_rtt_measure_ts, v6.12 and 6.16.
 */
import type { TcpEnv } from './env.ts';
import { type TcpSock, tsClock } from './sock.ts';
import { before, seqAdd, seqDiff } from './seq.ts';

/** @param us sample  @param byWindow taken from a window's time, else from a timestamp */
function update(env: TcpEnv, s: TcpSock, us: number, byWindow: boolean): void {
  const sample = us * 8;
  const minimum = env.rules.tcpRttSeeksMinimum;
  if (s.rttUs8 === 0 || (sample < s.rttUs8 && (minimum || byWindow))) {
    s.rttUs8 = sample;
    return;
  }
  if (byWindow) return;
  // a queue that nobody reads makes the peer wait: that is no round trip
  if (minimum && s.rcvNxt !== s.copiedSeq) return;
  s.rttUs8 = s.rttUs8 - Math.floor(s.rttUs8 / 8) + us;
}

/** At each segment with data: a sample once a whole window has come. */
export function rttMeasure(env: TcpEnv, s: TcpSock): void {
  if (s.rttTimeNs >= 0) {
    if (before(s.rcvNxt, s.rttSeq)) return;
    update(env, s, Math.floor((env.now - s.rttTimeNs) / 1000) || 1, true);
  }
  s.rttSeq = seqAdd(s.rcvNxt, s.rcvWnd);
  s.rttTimeNs = env.now;
}

/** @param seqLen sequence space of the segment */
export function rttMeasureTs(env: TcpEnv, s: TcpSock, seqLen: number): void {
  if (s.rcvTsecr < 0 || s.rcvTsecr === s.rttLastTsecr) return;
  s.rttLastTsecr = s.rcvTsecr;
  if (seqLen < s.rcvMss) return;
  const ms = seqDiff(tsClock(env, s), s.rcvTsecr);
  if (ms > 0) update(env, s, ms * 1000, false);
}
