/**
 * How much had been delivered when a segment was sent: RACK's reordering window adapts once a round trip by it. Source:
 * net/ipv4/tcp_rate.c, v6.12. Left out: the delivery rate itself, which only BBR and ss look at.
 */
import { microseconds, TCPCB_SACKED_ACKED, type TcpSender, type TxSkb } from './sender.ts';
import { after } from './seq.ts';

/** struct rate_sample, as far as it is used. */
export interface RateSample {
  priorDelivered: number;
  lastEndSeq: number;
  /** Round trip of the newest segment (S)ACKed, us; -1: none. */
  rttUs: number;
}

export function newRateSample(): RateSample {
  return { priorDelivered: 0, lastEndSeq: 0, rttUs: -1 };
}

/** tcp_skb_sent_after */
export function sentAfter(us1: number, us2: number, seq1: number, seq2: number): boolean {
  return us1 > us2 || (us1 === us2 && after(seq1, seq2));
}

export function rateSkbSent(t: TcpSender, skb: TxSkb): void {
  if (t.packetsOut === 0) t.firstTxUs = microseconds(skb.sentNs);
  skb.txDelivered = t.delivered;
  skb.txCounts = true;
}

/** An skb is (S)ACKed: the one sent last gives the sample. */
export function rateSkbDelivered(t: TcpSender, skb: TxSkb, rs: RateSample): void {
  if (!skb.txCounts) return;
  const sentUs = microseconds(skb.sentNs);
  if (rs.priorDelivered === 0 || sentAfter(sentUs, t.firstTxUs, skb.endSeq, rs.lastEndSeq)) {
    rs.priorDelivered = skb.txDelivered;
    rs.lastEndSeq = skb.endSeq;
    t.firstTxUs = sentUs;
  }
  if ((skb.sacked & TCPCB_SACKED_ACKED) !== 0) skb.txCounts = false;
}
