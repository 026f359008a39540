/**
 * The sender's estimate of the round trip, the timeout and the pacing rate that follow from it.
 * Source: net/ipv4/tcp_input.c tcp_rtt_estimator, tcp_set_rto, tcp_update_pacing_rate, v6.12.
 */
import { HZ_DELACK_MAX, hz, TCP_RTO_MAX_NS } from './constants.ts';
import { type TcpEnv, usToJiffies } from './env.ts';
import type { TcpSock } from './sock.ts';

/** tcp_rto_min_us: 200 ms. */
export function rtoMinUs(env: TcpEnv): number {
  return Math.floor((hz(env.jiffyNs, HZ_DELACK_MAX) * env.jiffyNs) / 1000);
}

export function rtoMaxJiffies(env: TcpEnv): number {
  return Math.floor(TCP_RTO_MAX_NS / env.jiffyNs);
}

/** One sample: srtt (times 8), its deviation (times 4), and the largest deviation of a round trip. Sets the timeout, too. */
export function rttEstimator(env: TcpEnv, s: TcpSock, us: number): void {
  const t = s.tx;
  const least = rtoMinUs(env);
  let m = us;
  if (s.srttUs8 !== 0) {
    m -= s.srttUs8 >> 3;
    s.srttUs8 += m;
    if (m < 0) {
      m = -m - (s.mdevUs4 >> 2);
      // a falling round trip lets the deviation grow slowly only
      if (m > 0) m >>= 3;
    } else m -= s.mdevUs4 >> 2;
    s.mdevUs4 += m;
    if (s.mdevUs4 > t.mdevMaxUs4) {
      t.mdevMaxUs4 = s.mdevUs4;
      if (t.mdevMaxUs4 > s.rttvarUs) s.rttvarUs = t.mdevMaxUs4;
    }
    if (((t.rttSeq - t.sndUna) | 0) < 0) {
      if (t.mdevMaxUs4 < s.rttvarUs) s.rttvarUs -= (s.rttvarUs - t.mdevMaxUs4) >> 2;
      t.rttSeq = t.sndNxt;
      t.mdevMaxUs4 = least;
    }
  } else {
    s.srttUs8 = m << 3;
    s.mdevUs4 = m << 1;
    s.rttvarUs = Math.max(s.mdevUs4, least);
    t.mdevMaxUs4 = s.rttvarUs;
    t.rttSeq = t.sndNxt;
  }
  s.srttUs8 = Math.max(1, s.srttUs8);
  setRto(env, s);
}

/** tcp_set_rto, tcp_bound_rto */
function setRto(env: TcpEnv, s: TcpSock): void {
  s.rtoJiffies = Math.min(usToJiffies(env, (s.srttUs8 >> 3) + s.rttvarUs), rtoMaxJiffies(env));
}

/** tcp_pacing_ss_ratio percent of a window a round trip in slow start (200), tcp_pacing_ca_ratio later (120). */
export function updatePacingRate(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  const { tcp_pacing_ss_ratio, tcp_pacing_ca_ratio } = env.sysctl;
  const ratio = t.cwnd < Math.floor(t.ssthresh / 2) ? tcp_pacing_ss_ratio : tcp_pacing_ca_ratio;
  const rate = t.mssCache * 80_000 * ratio * Math.max(t.cwnd, t.packetsOut);
  t.pacingRate = Math.min(s.srttUs8 > 0 ? Math.floor(rate / s.srttUs8) : rate, t.maxPacingRate);
}
