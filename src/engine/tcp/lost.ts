/** Marking segments lost. Source: net/ipv4/tcp_input.c tcp_mark_skb_lost, tcp_verify_retransmit_hint, v6.12. */
import type { TcpEnv } from './env.ts';
import { Reason } from '../../catalog/reasons.ts';
import { NO_SKB, TCPCB_LOST, TCPCB_SACKED_ACKED, TCPCB_SACKED_RETRANS, type TxSkb } from './sender.ts';
import { before } from './seq.ts';
import type { TcpSock } from './sock.ts';

/** @param reason code: why it is thought lost; 0: told elsewhere  @param why what that looked at */
export function markSkbLost(env: TcpEnv, s: TcpSock, skb: TxSkb, reason: number, why: number): void {
  const t = s.tx;
  if ((skb.sacked & TCPCB_SACKED_ACKED) !== 0) return;
  if (
    (t.retransmitHint === NO_SKB && t.retransOut >= t.lostOut) ||
    (t.retransmitHint !== NO_SKB && before(skb.seq, t.skbs[t.retransmitHint].seq))
  )
    t.retransmitHint = skb.id;
  if ((skb.sacked & TCPCB_LOST) !== 0) {
    if ((skb.sacked & TCPCB_SACKED_RETRANS) === 0) return;
    skb.sacked &= ~TCPCB_SACKED_RETRANS;
    t.retransOut -= skb.segs;
    env.counters.TcpExtTCPLostRetransmit += skb.segs;
    t.lost += skb.segs;
    env.decide(s, Reason.tcpLostRetransmit, skb.seq, why);
    return;
  }
  t.lostOut += skb.segs;
  skb.sacked |= TCPCB_LOST;
  t.lost += skb.segs;
  if (reason !== 0) env.decide(s, reason, skb.seq, why);
}
