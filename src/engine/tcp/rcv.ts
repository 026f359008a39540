/**
 * A segment for a socket, whatever its state. Source: net/ipv4/tcp_ipv4.c tcp_v4_do_rcv, net/ipv4/tcp_input.c
 * tcp_rcv_state_process, net/ipv4/tcp_minisocks.c tcp_check_req, tcp_timewait_state_process, v6.12.
 */
import { Reason } from '../../catalog/reasons.ts';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../packet/frame.ts';
import { dataSndCheck, tcpAck } from './ack.ts';
import { ackSndCheck } from './ack-check.ts';
import { FLAG_NO_CHALLENGE_ACK, FLAG_SLOWPATH, FLAG_UPDATE_TS_RECENT } from './ack-flags.ts';
import { TCP_TIMEWAIT_S } from './constants.ts';
import { dataQueue } from './data-queue.ts';
import type { TcpEnv } from './env.ts';
import { rcvSynRecv, rcvSynSent, sendReset, sendSynack } from './handshake.ts';
import { skbOf, tcpRcvEstablished } from './rcv-established.ts';
import type { TcpSegment } from './segment.ts';
import { sendAck } from './send.ts';
import { after, before, seqAdd, seqDiff } from './seq.ts';
import type { TcpSkb, TcpSock } from './sock.ts';
import { purgeOfo, tcpDone, timeWait } from './state.ts';
import { checkUrgent } from './urgent.ts';
import { sendChallengeAck, validateIncoming } from './validate.ts';

/** tcp_v4_do_rcv. The owner has looked the socket up; a SYN for a listener goes to tcpAccept instead. */
export function tcpRcv(env: TcpEnv, s: TcpSock, seg: TcpSegment): void {
  if (s.state === 'established') tcpRcvEstablished(env, s, seg);
  else rcvStateProcess(env, s, seg);
}

function rcvStateProcess(env: TcpEnv, s: TcpSock, seg: TcpSegment): void {
  const skb = skbOf(s, seg);
  if (s.state === 'closed') {
    if ((seg.flags & TCP_RST) === 0) sendReset(env, s, seg, Reason.tcpNoSocket);
    env.drop(s, skb, Reason.tcpNoSocket);
    return;
  }
  if (s.state === 'syn-sent') {
    rcvSynSent(env, s, seg, skb);
    if (opened(s)) dataSndCheck(env, s);
    return;
  }
  if (s.state === 'time-wait') {
    rcvTimeWait(env, s, seg, skb);
    return;
  }
  if ((seg.flags & (TCP_ACK | TCP_RST | TCP_SYN)) === 0) {
    env.drop(s, skb, Reason.tcpFlags);
    return;
  }
  // the SYN once more: its answer was lost
  if (
    s.state === 'syn-recv' &&
    s.passive &&
    (seg.flags & (TCP_SYN | TCP_ACK)) === TCP_SYN &&
    seg.seq === s.issRcv
  ) {
    sendSynack(env, s, true);
    env.drop(s, skb, Reason.oldData);
    return;
  }
  const opening = s.state === 'syn-recv';
  if (opening && (seg.flags & (TCP_SYN | TCP_ACK)) === (TCP_SYN | TCP_ACK) && !s.passive) {
    // the SYN-ACK of crossed SYNs: its SYN is known
    skb.seq = seqAdd(skb.seq, 1);
    skb.flags &= ~TCP_SYN;
    if (!rcvSynRecv(env, s, { ...seg, seq: skb.seq, flags: seg.flags & ~TCP_SYN }, skb)) return;
    env.drop(s, skb, Reason.pureAck);
    sendAck(env, s, Reason.tcpHandshakeAck);
    dataSndCheck(env, s);
    return;
  }
  if (!validateIncoming(env, s, seg, skb)) return;
  if (opening) {
    if (!rcvSynRecv(env, s, seg, skb)) return;
  } else {
    const result = tcpAck(env, s, seg, FLAG_SLOWPATH | FLAG_UPDATE_TS_RECENT | FLAG_NO_CHALLENGE_ACK);
    if (result === 'too-old' || result === 'unsent') {
      const reason = result === 'unsent' ? Reason.tcpAckUnsent : Reason.tcpAckTooOld;
      sendChallengeAck(env, s, reason);
      env.drop(s, skb, reason);
      return;
    }
  }
  if (!finAcked(env, s, seg, skb)) return;
  checkUrgent(s, seg);
  if (takesData(env, s, seg, skb)) {
    if (seqDiff(skb.endSeq, skb.seq) === 0) env.drop(s, skb, Reason.pureAck);
    else dataQueue(env, s, skb, seg);
  } else if (!closed(s)) env.drop(s, skb, Reason.pureAck);
  if (closed(s) || waits(s)) return;
  dataSndCheck(env, s);
  ackSndCheck(env, s, true);
}

function opened(s: TcpSock): boolean {
  return s.state === 'established';
}

function closed(s: TcpSock): boolean {
  return s.state === 'closed';
}

function waits(s: TcpSock): boolean {
  return s.state === 'time-wait';
}

/** What an ACK of everything, the own FIN with it, leads to. @returns false: the segment has been dealt with */
function finAcked(env: TcpEnv, s: TcpSock, seg: TcpSegment, skb: TcpSkb): boolean {
  const t = s.tx;
  if (t.sndUna !== t.writeSeq) return true;
  if (s.state === 'fin-wait-1') {
    s.state = 'fin-wait-2';
    env.stateChange(s);
    if (!t.dead) return true;
    const fin = (seg.flags & TCP_FIN) !== 0;
    if (seqDiff(skb.endSeq, skb.seq) > 0 && after(seqAdd(skb.endSeq, fin ? -1 : 0), s.rcvNxt)) {
      // data for an application that is gone
      env.counters.TcpExtTCPAbortOnData += 1;
      sendReset(env, s, seg, Reason.tcpAbortData);
      env.drop(s, skb, Reason.tcpAbortData);
      tcpDone(env, s);
      return false;
    }
    if (fin) return true;
    timeWait(env, s, env.sysctl.tcp_fin_timeout, 'fin-wait-2');
    env.drop(s, skb, Reason.pureAck);
    return false;
  }
  if (s.state === 'closing') {
    timeWait(env, s, TCP_TIMEWAIT_S, 'time-wait');
    env.drop(s, skb, Reason.pureAck);
    return false;
  }
  if (s.state === 'last-ack') {
    env.drop(s, skb, Reason.pureAck);
    tcpDone(env, s);
    return false;
  }
  return true;
}

/** Whether data of the segment are for the queue. */
function takesData(env: TcpEnv, s: TcpSock, seg: TcpSegment, skb: TcpSkb): boolean {
  const { state } = s;
  if ((state === 'close-wait' || state === 'closing' || state === 'last-ack') && !before(skb.seq, s.rcvNxt))
    return false;
  const fin = (seg.flags & TCP_FIN) !== 0;
  if (
    s.tx.dead &&
    state !== 'established' &&
    skb.len > 0 &&
    after(seqAdd(skb.endSeq, fin ? -1 : 0), s.rcvNxt)
  ) {
    env.counters.TcpExtTCPAbortOnData += 1;
    sendReset(env, s, seg, Reason.tcpAbortData);
    purgeOfo(env, s, Reason.tcpAbortData);
    env.drop(s, skb, Reason.tcpAbortData);
    tcpDone(env, s);
    return false;
  }
  return true;
}

/** tcp_timewait_state_process: stragglers are answered, and the time starts anew for a FIN. */
function rcvTimeWait(env: TcpEnv, s: TcpSock, seg: TcpSegment, skb: TcpSkb): void {
  if ((seg.flags & TCP_RST) !== 0) {
    if (skb.seq === s.rcvNxt) tcpDone(env, s);
    env.drop(s, skb, Reason.tcpReset);
    return;
  }
  if ((seg.flags & TCP_FIN) !== 0) timeWaitAgain(env, s);
  if (seqDiff(skb.endSeq, skb.seq) > 0) sendAck(env, s, Reason.ackOutOfWindow);
  env.drop(s, skb, Reason.oldData);
}

function timeWaitAgain(env: TcpEnv, s: TcpSock): void {
  s.timewaitAtNs = env.now + TCP_TIMEWAIT_S * 1_000_000_000;
}
