/**
 * Opening a connection: SYN, SYN-ACK, ACK, and their options. The listener's request and the connection it becomes are one socket.
 * Source: net/ipv4/tcp_output.c tcp_connect, tcp_connect_init, tcp_make_synack; tcp_input.c tcp_rcv_synsent_state_process,
 * tcp_conn_request; tcp_minisocks.c tcp_check_req, tcp_create_openreq_child, v6.12.
 * Left out: fast open, SYN cookies, the accept queue's limits, TCP_DEFER_ACCEPT.
 */
import { Reason } from '../../catalog/reasons.ts';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../packet/frame.ts';
import { tcpAck } from './ack.ts';
import { FLAG_SLOWPATH } from './ack-flags.ts';
import { TCP_MSS_DEFAULT, TCP_RTO_MAX_NS } from './constants.ts';
import {
  createTcpSock,
  initializeRcvMss,
  initTransfer,
  selectInitialWindow,
  setTimestamps,
  type TcpSockOptions,
} from './create.ts';
import { jiffiesAt, type TcpEnv, type TcpOut, timeoutInit, timerWheelNs } from './env.ts';
import { updateMinRtt } from './min-rtt.ts';
import { syncMss } from './mss.ts';
import type { TcpSegment } from './segment.ts';
import { sendAck, transmitSkb } from './send.ts';
import { ICSK_TIME_RETRANS, microseconds, NO_SKB } from './sender.ts';
import { after, seqAdd, seqDiff } from './seq.ts';
import { type TcpSkb, type TcpSock, tsClock } from './sock.ts';
import { rttEstimator, updatePacingRate } from './srtt.ts';
import { tcpReset } from './state.ts';
import { allocSkb } from './tx-queue.ts';
import { resetXmitTimer, TCP_TIMEOUT_MIN } from './xmit-timer.ts';

/** tcp_connect: a SYN leaves. The socket is one that createTcpSock made. */
export function tcpConnect(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  s.state = 'syn-sent';
  s.wscaleOk = env.sysctl.tcp_window_scaling !== 0;
  s.sackOk = false;
  s.issSnd = t.writeSeq;
  selectInitialWindow(env, s, s.advmss);
  t.cwnd = env.rules.tcpInitCwnd;
  syncMss(s);
  initializeRcvMss(s);
  const syn = allocSkb(t, t.writeSeq, TCP_SYN);
  syn.endSeq = seqAdd(syn.seq, 1);
  syn.segs = 1;
  t.writeSeq = syn.endSeq;
  t.pushedSeq = syn.endSeq;
  t.sndSml = t.sndUna;
  t.retransStamp = tsClock(env, s);
  t.rtx.push(syn.id);
  transmitSkb(env, s, syn, Reason.tcpSyn, false);
  t.packetsOut += 1;
  t.sndNxt = t.writeSeq;
  if (t.highestSack === NO_SKB) t.highestSack = syn.id;
  env.counters.TcpActiveOpens += 1;
  resetXmitTimer(env, s, ICSK_TIME_RETRANS, s.rtoJiffies, false);
}

/** What a SYN or SYN-ACK says of its sender, as far as both sides want it. */
function takeOptions(
  env: TcpEnv,
  s: TcpSock,
  seg: TcpSegment,
  ours: { sack: boolean; wscale: boolean; ts: boolean },
): void {
  const t = s.tx;
  const { syn } = seg;
  t.mssClamp = syn === null || syn.mss === 0 ? TCP_MSS_DEFAULT : syn.mss;
  s.sackOk = ours.sack && syn?.sackOk === true;
  s.wscaleOk = ours.wscale && syn !== null && syn.wscale >= 0;
  t.sndWscale = s.wscaleOk && syn !== null ? Math.min(syn.wscale, 14) : 0;
  if (!s.wscaleOk) {
    s.rcvWscale = 0;
    s.windowClamp = Math.min(s.windowClamp, 65_535);
  }
  if (ours.ts && seg.tsVal >= 0) {
    s.tsRecent = seg.tsVal;
    s.tsRecentStampS = Math.floor(env.now / 1e9);
  }
}

function expects(s: TcpSock, isn: number): void {
  s.issRcv = isn;
  s.rcvNxt = seqAdd(isn, 1);
  s.rcvWup = s.rcvNxt;
  s.copiedSeq = s.rcvNxt;
}

/** tcp_rcv_synsent_state_process */
export function rcvSynSent(env: TcpEnv, s: TcpSock, seg: TcpSegment, skb: TcpSkb): void {
  const t = s.tx;
  const { sysctl } = env;
  const ours = {
    sack: sysctl.tcp_sack !== 0,
    wscale: sysctl.tcp_window_scaling !== 0,
    ts: sysctl.tcp_timestamps !== 0,
  };
  if ((seg.flags & TCP_ACK) !== 0) {
    const stamped = ours.ts && seg.tsVal >= 0;
    if (!after(seg.ack, t.sndUna) || after(seg.ack, t.sndNxt)) {
      if (t.retransmits === 0) resetXmitTimer(env, s, ICSK_TIME_RETRANS, TCP_TIMEOUT_MIN, false);
      refuse(env, s, seg, skb, Reason.tcpAckUnsent);
      return;
    }
    if (stamped && seg.tsEcr > 0 && seqDiff(seg.tsEcr, t.retransStamp) < 0) {
      env.counters.TcpExtPAWSActive += 1;
      refuse(env, s, seg, skb, Reason.tcpPaws);
      return;
    }
    if ((seg.flags & TCP_RST) !== 0) {
      tcpReset(env, s, skb);
      return;
    }
    if ((seg.flags & TCP_SYN) === 0) {
      env.drop(s, skb, Reason.tcpFlags);
      return;
    }
    takeOptions(env, s, seg, ours);
    s.rcvTsecr = stamped ? seg.tsEcr : -1;
    // a SYN sent twice, the first of which is what was answered
    if (t.undoMarker >= 0 && stamped && t.retransStamp === seg.tsEcr) t.undoMarker = -1;
    t.sndWl1 = seg.seq;
    tcpAck(env, s, seg, FLAG_SLOWPATH);
    expects(s, seg.seq);
    t.sndWnd = seg.win;
    setTimestamps(s, stamped);
    syncMss(s);
    initializeRcvMss(s);
    s.state = 'established';
    initTransfer(env, s);
    s.predicted = t.sndWscale === 0;
    env.drop(s, skb, Reason.pureAck);
    env.stateChange(s);
    sendAck(env, s, Reason.tcpHandshakeAck);
    return;
  }
  if ((seg.flags & TCP_RST) !== 0) {
    env.drop(s, skb, Reason.tcpReset);
    return;
  }
  if ((seg.flags & TCP_SYN) === 0) {
    env.drop(s, skb, Reason.tcpFlags);
    return;
  }
  // both open at once: each answers the other's SYN
  s.state = 'syn-recv';
  takeOptions(env, s, seg, ours);
  setTimestamps(s, ours.ts && seg.tsVal >= 0);
  expects(s, seg.seq);
  t.sndWnd = seg.win;
  t.sndWl1 = seg.seq;
  t.maxWindow = seg.win;
  syncMss(s);
  initializeRcvMss(s);
  env.drop(s, skb, Reason.pureAck);
  const syn = t.skbs[t.rtx[0]];
  syn.flags |= TCP_ACK;
  transmitSkb(env, s, syn, Reason.tcpSynAck, false);
}

/** tcp_v4_send_reset: an answer to what belongs nowhere. */
function refuse(env: TcpEnv, s: TcpSock, seg: TcpSegment, skb: TcpSkb, reason: number): void {
  if ((seg.flags & TCP_RST) === 0) sendReset(env, s, seg, reason);
  env.drop(s, skb, reason);
}

/** A RST as answer to a segment: its ACK's number, or its end acknowledged. */
export function sendReset(env: TcpEnv, s: TcpSock, seg: TcpSegment, reason: number): void {
  const acked = (seg.flags & TCP_ACK) !== 0;
  const more = ((seg.flags & TCP_SYN) !== 0 ? 1 : 0) + ((seg.flags & TCP_FIN) !== 0 ? 1 : 0);
  env.counters.TcpOutRsts += 1;
  env.counters.TcpOutSegs += 1;
  env.transmit(s, {
    ...bare(env, s),
    seq: acked ? seg.ack : 0,
    ack: acked ? 0 : seqAdd(seg.seq, seg.len + more),
    flags: TCP_RST | (acked ? 0 : TCP_ACK),
    reason,
  });
}

function bare(env: TcpEnv, s: TcpSock): TcpOut {
  return {
    seq: 0,
    ack: 0,
    flags: 0,
    win: 0,
    winBytes: 0,
    len: 0,
    segs: 1,
    gsoSize: 0,
    sacks: [],
    dsack: false,
    tsVal: s.tsOk ? tsClock(env, s) : -1,
    tsEcr: s.tsOk ? s.tsRecent : -1,
    syn: null,
    retransmit: false,
    skb: -1,
    truesize: 0,
    edtNs: env.now,
    reason: 0,
  };
}

/** A SYN for a listener: its request, and the SYN-ACK. The caller gave it to no socket; seg's flags have SYN and no ACK. */
export function tcpAccept(env: TcpEnv, o: TcpSockOptions, seg: TcpSegment): TcpSock {
  const { sysctl } = env;
  const s = createTcpSock(env, o);
  const t = s.tx;
  s.state = 'syn-recv';
  s.passive = true;
  takeOptions(env, s, seg, {
    sack: sysctl.tcp_sack !== 0,
    wscale: sysctl.tcp_window_scaling !== 0,
    ts: sysctl.tcp_timestamps !== 0,
  });
  setTimestamps(s, sysctl.tcp_timestamps !== 0 && seg.tsVal >= 0);
  selectInitialWindow(env, s, s.advmss);
  expects(s, seg.seq);
  t.sndWnd = seg.win;
  t.maxWindow = seg.win;
  t.sndWl1 = seg.seq;
  t.writeSeq = seqAdd(t.sndUna, 1);
  t.sndNxt = t.writeSeq;
  t.pushedSeq = t.writeSeq;
  t.sndSml = t.writeSeq;
  syncMss(s);
  sendSynack(env, s, false);
  return s;
}

/** tcp_make_synack, and the timer that sends it again. */
export function sendSynack(env: TcpEnv, s: TcpSock, again: boolean): void {
  const field = Math.min(s.rcvWnd, 65_535);
  if (again) {
    env.counters.TcpRetransSegs += 1;
    env.counters.TcpExtTCPSynRetrans += 1;
    s.tx.totalRetrans += 1;
    s.synackUs = -1;
  } else s.synackUs = microseconds(env.now);
  env.counters.TcpOutSegs += 1;
  env.transmit(s, {
    ...bare(env, s),
    seq: s.issSnd,
    ack: s.rcvNxt,
    flags: TCP_SYN | TCP_ACK,
    win: field,
    winBytes: field,
    syn: { mss: s.tx.pathMss, wscale: s.wscaleOk ? s.rcvWscale : -1, sackOk: s.sackOk },
    retransmit: again,
    reason: again ? Reason.tcpRto : Reason.tcpSynAck,
  });
  const most = Math.floor(TCP_RTO_MAX_NS / env.jiffyNs);
  const wait = Math.min(timeoutInit(env) * 2 ** s.synackTimeouts, most);
  s.synackAtNs = timerWheelNs(env, jiffiesAt(env) + wait);
}

/**
 * A segment for a socket in syn-recv, passive or after crossed SYNs; its sequence numbers have been looked at.
 * @returns whether the connection is open now, and the segment's data are to be worked on
 */
export function rcvSynRecv(env: TcpEnv, s: TcpSock, seg: TcpSegment, skb: TcpSkb): boolean {
  const t = s.tx;
  if ((seg.flags & TCP_ACK) === 0) {
    env.drop(s, skb, Reason.tcpFlags);
    return false;
  }
  if (s.passive) {
    if (seg.ack !== seqAdd(s.issSnd, 1)) {
      refuse(env, s, seg, skb, Reason.tcpAckUnsent);
      return false;
    }
    t.sndUna = seg.ack;
    s.synackAtNs = Number.POSITIVE_INFINITY;
    env.counters.TcpPassiveOpens += 1;
    t.delivered += 1;
    if (s.synackUs >= 0) {
      const us = microseconds(env.now) - s.synackUs;
      updateMinRtt(env, s, us);
      rttEstimator(env, s, us);
    }
    if (s.synackTimeouts > 0) t.undoMarker = s.issSnd;
  } else {
    const result = tcpAck(env, s, seg, FLAG_SLOWPATH);
    if (result !== 'ok' || t.rtx.length > 0) {
      refuse(env, s, seg, skb, Reason.tcpAckUnsent);
      return false;
    }
    t.delivered += 1;
  }
  t.retransStamp = -1;
  initTransfer(env, s);
  s.state = 'established';
  t.undoMarker = -1;
  t.sndWnd = seg.win;
  t.maxWindow = Math.max(t.maxWindow, seg.win);
  t.sndWl1 = seg.seq;
  syncMss(s);
  initializeRcvMss(s);
  s.predicted = true;
  updatePacingRate(env, s);
  env.stateChange(s);
  return true;
}
