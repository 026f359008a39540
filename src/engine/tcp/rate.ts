/**
 * What was delivered between the sending of a segment and its ACK. RACK's reordering window and the mark "limited by the
 * application" need it. Source: net/ipv4/tcp_rate.c, v6.12.
 */
import { microseconds, packetsInFlight, TCPCB_SACKED_ACKED, type TcpSender, type TxSkb } from './sender.ts';
import { after, seqDiff } from './seq.ts';
import { minRtt } from './min-rtt.ts';
import type { TcpSock } from './sock.ts';

/** struct rate_sample, as far as it is used. */
export interface RateSample {
  priorDelivered: number;
  priorUs: number;
  intervalUs: number;
  lastEndSeq: number;
  appLimited: boolean;
  /** Round trip of the newest segment (S)ACKed, us; -1: none. */
  rttUs: number;
  losses: number;
}

export function newRateSample(): RateSample {
  return {
    priorDelivered: 0,
    priorUs: -1,
    intervalUs: -1,
    lastEndSeq: 0,
    appLimited: false,
    rttUs: -1,
    losses: 0,
  };
}

/** tcp_skb_sent_after */
export function sentAfter(us1: number, us2: number, seq1: number, seq2: number): boolean {
  return us1 > us2 || (us1 === us2 && after(seq1, seq2));
}

export function rateSkbSent(t: TcpSender, skb: TxSkb): void {
  if (t.packetsOut === 0) {
    t.firstTxUs = microseconds(skb.sentNs);
    t.deliveredUs = t.firstTxUs;
  }
  skb.txFirstUs = t.firstTxUs;
  skb.txDeliveredUs = t.deliveredUs;
  skb.txDelivered = t.delivered;
  skb.txAppLimited = t.appLimited > 0;
}

/** An skb is (S)ACKed: the one sent last gives the sample. */
export function rateSkbDelivered(t: TcpSender, skb: TxSkb, rs: RateSample): void {
  if (skb.txDeliveredUs < 0) return;
  const sentUs = microseconds(skb.sentNs);
  if (rs.priorDelivered === 0 || sentAfter(sentUs, t.firstTxUs, skb.endSeq, rs.lastEndSeq)) {
    rs.priorDelivered = skb.txDelivered;
    rs.priorUs = skb.txDeliveredUs;
    rs.appLimited = skb.txAppLimited;
    rs.lastEndSeq = skb.endSeq;
    t.firstTxUs = sentUs;
    rs.intervalUs = sentUs - skb.txFirstUs;
  }
  if ((skb.sacked & TCPCB_SACKED_ACKED) !== 0) skb.txDeliveredUs = -1;
}

/** tcp_rate_gen: the end of an ACK. @param delivered, lost segments */
export function rateGen(s: TcpSock, nowUs: number, delivered: number, lost: number, rs: RateSample): void {
  const t = s.tx;
  if (t.appLimited > 0 && t.delivered > t.appLimited) t.appLimited = 0;
  if (delivered > 0) t.deliveredUs = nowUs;
  rs.losses = lost;
  if (rs.priorUs < 0 || t.sackReneg) return;
  const sample = t.delivered - rs.priorDelivered;
  const interval = Math.max(rs.intervalUs, nowUs - rs.priorUs);
  if (interval < minRtt(s)) return;
  if (!rs.appLimited || sample * t.rateIntervalUs >= t.rateDelivered * interval) {
    t.rateDelivered = sample;
    t.rateIntervalUs = interval;
  }
}

/** tcp_rate_check_app_limited: the application writes, and until now it was what was waited for. */
export function checkAppLimited(s: TcpSock): void {
  const t = s.tx;
  if (
    seqDiff(t.writeSeq, t.sndNxt) < t.mssCache &&
    t.wmemAlloc <= 0 &&
    packetsInFlight(t) < t.cwnd &&
    t.lostOut <= t.retransOut
  )
    t.appLimited = t.delivered + packetsInFlight(t) || 1;
}
