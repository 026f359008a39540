/**
 * A segment for an established connection. Header prediction takes what is exactly next; the rest is checked first
 * (validate.ts). Source: net/ipv4/tcp_input.c tcp_rcv_established, v6.12. Left out: fast open, ECN, data beside urgent bytes.
 */
import { Reason } from '../../catalog/reasons.ts';
import { TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN } from '../packet/frame.ts';
import { dataSndCheck, tcpAck } from './ack.ts';
import { ackSndCheck } from './ack-check.ts';
import { FLAG_DATA, FLAG_SLOWPATH, FLAG_UPDATE_TS_RECENT } from './ack-flags.ts';
import { ackScheduled } from './ack-mode.ts';
import { dataQueue, queueRcv } from './data-queue.ts';
import { eventDataRecv } from './delack.ts';
import type { TcpEnv } from './env.ts';
import { replaceTsRecent } from './paws.ts';
import { rttMeasureTs } from './rtt.ts';
import type { TcpSegment } from './segment.ts';
import { after, seqAdd, seqDiff } from './seq.ts';
import type { TcpSkb, TcpSock } from './sock.ts';
import { checkUrgent } from './urgent.ts';
import { validateIncoming } from './validate.ts';
import { receiveWindow } from './window.ts';

/** The skb of a segment; timestamps of the socket's segment at work are set. */
export function skbOf(s: TcpSock, seg: TcpSegment): TcpSkb {
  s.rcvTsval = s.tsOk ? seg.tsVal : -1;
  s.rcvTsecr = s.tsOk ? seg.tsEcr : -1;
  return {
    id: seg.id,
    seq: seg.seq,
    endSeq: seqAdd(seg.seq, seg.len + ((seg.flags & (TCP_FIN | TCP_SYN)) !== 0 ? 1 : 0)),
    len: seg.len,
    truesize: seg.truesize,
    flags: seg.flags,
  };
}

export function tcpRcvEstablished(env: TcpEnv, s: TcpSock, seg: TcpSegment): void {
  const skb = skbOf(s, seg);
  if (predicted(s, seg) && fastPath(env, s, seg, skb)) return;
  slowPath(env, s, seg, skb);
}

/** The header is the one that is waited for; PSH is looked over. */
function predicted(s: TcpSock, seg: TcpSegment): boolean {
  return (
    s.predicted &&
    (seg.flags & ~TCP_PSH) === TCP_ACK &&
    seg.headerLen === s.tcpHeaderLen &&
    seg.win === s.tx.sndWnd &&
    seqDiff(seg.seq, s.rcvNxt) === 0 &&
    !after(seg.ack, s.tx.sndNxt) &&
    (!s.tsOk || (seg.tsVal >= 0 && seqDiff(seg.tsVal, s.tsRecent) >= 0))
  );
}

/** @returns false: the slow path has to look */
function fastPath(env: TcpEnv, s: TcpSock, seg: TcpSegment, skb: TcpSkb): boolean {
  if (seg.len === 0) {
    if (s.tsOk && s.rcvNxt === s.rcvWup) replaceTsRecent(env, s);
    tcpAck(env, s, seg, 0);
    env.drop(s, skb, Reason.pureAck);
    dataSndCheck(env, s);
    s.rttLastTsecr = s.rcvTsecr;
    return true;
  }
  if (after(skb.endSeq, seqAdd(s.rcvNxt, receiveWindow(s)))) return false;
  if (seg.truesize > s.forwardAlloc) return false;
  if (s.tsOk && s.rcvNxt === s.rcvWup) replaceTsRecent(env, s);
  rttMeasureTs(env, s, seg.len);
  env.counters.TcpExtTCPHPHits += 1;
  queueRcv(env, s, skb);
  eventDataRecv(env, s, seg);
  if (seg.ack !== s.tx.sndUna) {
    tcpAck(env, s, seg, FLAG_DATA);
    dataSndCheck(env, s);
  } else s.tx.sndWl1 = seg.seq;
  if (ackScheduled(s)) ackSndCheck(env, s, false);
  env.dataReady(s);
  return true;
}

function slowPath(env: TcpEnv, s: TcpSock, seg: TcpSegment, skb: TcpSkb): void {
  if ((seg.flags & (TCP_ACK | TCP_RST | TCP_SYN)) === 0) {
    env.drop(s, skb, Reason.tcpFlags);
    return;
  }
  if (!validateIncoming(env, s, seg, skb)) return;
  if ((seg.flags & TCP_ACK) !== 0) {
    const result = tcpAck(env, s, seg, FLAG_SLOWPATH | FLAG_UPDATE_TS_RECENT);
    if (result === 'too-old' || result === 'unsent') {
      env.drop(s, skb, result === 'too-old' ? Reason.tcpAckTooOld : Reason.tcpAckUnsent);
      return;
    }
  }
  rttMeasureTs(env, s, seqDiff(skb.endSeq, skb.seq));
  checkUrgent(s, seg);
  if (seqDiff(skb.endSeq, skb.seq) === 0) {
    s.rttLastTsecr = s.rcvTsecr;
    env.drop(s, skb, Reason.pureAck);
  } else dataQueue(env, s, skb, seg);
  dataSndCheck(env, s);
  ackSndCheck(env, s, true);
}
