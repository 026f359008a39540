/**
 * The sending half, as far as a receiver's ACKs depend on it: short answers and a FIN, sent at once or held by Nagle's rule,
 * acknowledged, and sent again when nobody acknowledges them.
 * Source: net/ipv4/tcp_output.c tcp_write_xmit, tcp_nagle_check, tcp_schedule_loss_probe, tcp_input.c tcp_ack,
 * tcp_rtt_estimator, tcp_timer.c tcp_retransmit_timer, v6.12. Left out: congestion control, recovery, SACKs that come in.
 */
import { Reason } from '../../catalog/reasons.ts';
import { TCP_FIN, TCP_PSH } from '../packet/frame.ts';
import { HZ_DELACK_MAX, hz, TCP_RTO_MAX_NS } from './constants.ts';
import { jiffiesAt, type TcpEnv, timerWheelNs, usToJiffies } from './env.ts';
import type { TcpReceiver } from './receiver.ts';
import { transmitSkb } from './send.ts';
import { after, seqAdd, seqDiff } from './seq.ts';

/** The application writes; what may leave leaves. */
export function tcpWrite(env: TcpEnv, s: TcpReceiver, bytes: number): void {
  s.unsent += bytes;
  push(env, s);
}

/** The application closes after having read everything. */
export function tcpClose(env: TcpEnv, s: TcpReceiver): void {
  if (s.state === 'closed' || s.finWanted) return;
  s.finWanted = true;
  if (s.state === 'close-wait') s.state = 'last-ack';
  push(env, s);
}

function finSent(s: TcpReceiver): boolean {
  return s.inFlight.some((skb) => (skb.flags & TCP_FIN) !== 0) || s.state === 'closed';
}

function push(env: TcpEnv, s: TcpReceiver): void {
  while (s.unsent > 0 || (s.finWanted && !finSent(s))) {
    const len = Math.min(s.unsent, s.sndMss);
    const last = len === s.unsent;
    const fin = last && s.finWanted;
    if (len < s.sndMss && !fin && nagleHolds(s)) return;
    if (seqDiff(seqAdd(s.sndNxt, len), s.sndUna) > s.sndWnd) return;
    const flags = (last && len > 0 ? TCP_PSH : 0) | (fin ? TCP_FIN : 0);
    const seq = s.sndNxt;
    s.unsent -= len;
    s.sndNxt = seqAdd(seq, len + (fin ? 1 : 0));
    if (len < s.sndMss) s.sndSml = s.sndNxt;
    const first = s.inFlight.length === 0;
    s.inFlight.push({ seq, endSeq: s.sndNxt, len, flags, sentNs: env.now });
    transmitSkb(env, s, seq, len, flags, Reason.ackOnData);
    if (len > 0) env.counters.TcpExtTCPOrigDataSent += 1;
    if (first) armRto(env, s);
    scheduleProbe(env, s);
  }
}

/** Nagle in Minshall's form: a short segment waits for the last short one's ACK. */
function nagleHolds(s: TcpReceiver): boolean {
  return !s.nodelay && s.inFlight.length > 0 && after(s.sndSml, s.sndUna) && !after(s.sndSml, s.sndNxt);
}

function rto(s: TcpReceiver): number {
  return s.rtoJiffies * 2 ** s.backoff;
}

function armRto(env: TcpEnv, s: TcpReceiver): void {
  s.tlp = false;
  const most = Math.floor(TCP_RTO_MAX_NS / env.jiffyNs);
  s.rtoAtNs = timerWheelNs(env, jiffiesAt(env) + Math.min(rto(s), most));
}

/** The tail of what was sent is sent again somewhat before the RTO, so that SACK can tell of a loss. */
function scheduleProbe(env: TcpEnv, s: TcpReceiver): void {
  if (!s.sackOk || s.inFlight.length === 0 || s.backoff > 0) return;
  let jiffies = s.srttUs8 > 0 ? usToJiffies(env, Math.floor(s.srttUs8 / 4)) : hz(env.jiffyNs, 1);
  jiffies += s.inFlight.length === 1 ? hz(env.jiffyNs, HZ_DELACK_MAX) : 2;
  s.tlp = true;
  s.rtoAtNs = timerWheelNs(env, jiffiesAt(env) + Math.min(jiffies, rto(s)));
}

/** tcp_write_timer: a probe or the RTO. */
export function writeTimer(env: TcpEnv, s: TcpReceiver): void {
  s.rtoAtNs = Number.POSITIVE_INFINITY;
  if (s.inFlight.length === 0 || s.state === 'closed') return;
  const skb = s.inFlight[s.tlp ? s.inFlight.length - 1 : 0];
  if (s.tlp) env.counters.TcpExtTCPLossProbes += 1;
  else s.backoff += 1;
  skb.sentNs = -1;
  env.counters.TcpRetransSegs += 1;
  transmitSkb(env, s, skb.seq, skb.len, skb.flags, s.tlp ? Reason.tcpProbe : Reason.tcpRto);
  armRto(env, s);
}

/** tcp_ack, the part of a sender of short answers. @param ack, win of the segment that came */
export function tcpAck(env: TcpEnv, s: TcpReceiver, ack: number, win: number): void {
  s.sndWnd = win;
  if (!after(ack, s.sndUna) || after(ack, s.sndNxt)) return;
  let sampleUs = -1;
  while (s.inFlight.length > 0 && !after(s.inFlight[0].endSeq, ack)) {
    const [skb] = s.inFlight.splice(0, 1);
    if (skb.sentNs >= 0) sampleUs = Math.floor((env.now - skb.sentNs) / 1000);
    if ((skb.flags & TCP_FIN) !== 0 && s.state === 'last-ack') s.state = 'closed';
  }
  s.sndUna = ack;
  s.backoff = 0;
  if (sampleUs >= 0) rttEstimator(env, s, Math.max(sampleUs, 1));
  s.rtoAtNs = Number.POSITIVE_INFINITY;
  if (s.inFlight.length > 0) {
    armRto(env, s);
    scheduleProbe(env, s);
  }
  if (s.state !== 'closed') push(env, s);
}

/** tcp_rtt_estimator and tcp_set_rto, without the slow decay of the variance. @param us the sample */
function rttEstimator(env: TcpEnv, s: TcpReceiver, us: number): void {
  let m = us - Math.floor(s.srttUs8 / 8);
  s.srttUs8 += m;
  if (m < 0) {
    m = -m - Math.floor(s.mdevUs4 / 4);
    if (m > 0) m = Math.floor(m / 8);
  } else m -= Math.floor(s.mdevUs4 / 4);
  s.mdevUs4 += m;
  const least = (hz(env.jiffyNs, HZ_DELACK_MAX) * env.jiffyNs) / 1000;
  s.rttvarUs = Math.max(s.mdevUs4, least);
  s.rtoJiffies = usToJiffies(env, Math.floor(s.srttUs8 / 8) + s.rttvarUs);
}
