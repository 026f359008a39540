/**
 * A segment for an established connection. Header prediction takes what is exactly next; the rest is checked first: age
 * (PAWS), place in the window, RST, SYN. Source: net/ipv4/tcp_input.c tcp_rcv_established, tcp_validate_incoming,
 * tcp_sequence, tcp_reset_check, tcp_send_dupack, v6.12 and 6.17. Left out: fast open, ECN, data beside urgent bytes.
 */
import { Reason } from '../../catalog/reasons.ts';
import { TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN, TCP_URG } from '../packet/frame.ts';
import { enterQuickackMode } from './ack-mode.ts';
import { ackSndCheck } from './ack-check.ts';
import { HZ_HALF, hz, TCP_PAWS_24DAYS, TCP_PAWS_WINDOW } from './constants.ts';
import { dataQueue, queueRcv } from './data-queue.ts';
import { eventDataRecv } from './delack.ts';
import { jiffiesAt, type TcpEnv } from './env.ts';
import { uncharge } from './memory.ts';
import type { TcpReceiver, TcpSkb } from './receiver.ts';
import { tcpAck } from './reply.ts';
import { rttMeasureTs } from './rtt.ts';
import { dsackSet } from './sack.ts';
import { sendAck } from './send.ts';
import { after, before, seqAdd, seqDiff } from './seq.ts';
import { receiveWindow } from './window.ts';

/** A segment as it comes from IP (or GRO). */
export interface TcpSegment {
  id: number;
  seq: number;
  ack: number;
  /** TCP_* bits. */
  flags: number;
  /** Bytes: the header's field times the peer's scale. */
  win: number;
  len: number;
  truesize: number;
  /** GRO's segment size; 0: one segment. */
  gsoSize: number;
  headerLen: number;
  /** -1: no timestamp option. */
  tsVal: number;
  tsEcr: number;
  urgPtr: number;
}

export function tcpRcvEstablished(env: TcpEnv, s: TcpReceiver, seg: TcpSegment): void {
  const endSeq = seqAdd(seg.seq, seg.len + ((seg.flags & (TCP_FIN | TCP_SYN)) !== 0 ? 1 : 0));
  const skb: TcpSkb = {
    id: seg.id,
    seq: seg.seq,
    endSeq,
    len: seg.len,
    truesize: seg.truesize,
    flags: seg.flags,
  };
  s.rcvTsval = s.tsOk ? seg.tsVal : -1;
  s.rcvTsecr = s.tsOk ? seg.tsEcr : -1;
  if (predicted(s, seg) && fastPath(env, s, seg, skb)) return;
  slowPath(env, s, seg, skb);
}

/** The header is the one a pure receiver waits for; PSH is looked over. */
function predicted(s: TcpReceiver, seg: TcpSegment): boolean {
  return (
    s.predicted &&
    (seg.flags & ~TCP_PSH) === TCP_ACK &&
    seg.headerLen === s.tcpHeaderLen &&
    seqDiff(seg.seq, s.rcvNxt) === 0 &&
    !after(seg.ack, s.sndNxt) &&
    (!s.tsOk || (seg.tsVal >= 0 && seqDiff(seg.tsVal, s.tsRecent) >= 0))
  );
}

/** @returns false: the slow path has to look */
function fastPath(env: TcpEnv, s: TcpReceiver, seg: TcpSegment, skb: TcpSkb): boolean {
  if (seg.len === 0) {
    if (s.tsOk && s.rcvNxt === s.rcvWup) replaceTsRecent(env, s);
    env.counters.TcpExtTCPPureAcks += 1;
    s.rttLastTsecr = s.rcvTsecr;
    tcpAck(env, s, seg.ack, seg.win);
    env.drop(s, skb, Reason.pureAck);
    return true;
  }
  if (after(skb.endSeq, seqAdd(s.rcvNxt, receiveWindow(s)))) return false;
  if (seg.truesize > s.forwardAlloc) return false;
  if (s.tsOk && s.rcvNxt === s.rcvWup) replaceTsRecent(env, s);
  rttMeasureTs(env, s, seg.len);
  env.counters.TcpExtTCPHPHits += 1;
  queueRcv(env, s, skb);
  eventDataRecv(env, s, seg);
  if (seg.ack !== s.sndUna) tcpAck(env, s, seg.ack, seg.win);
  ackSndCheck(env, s, false);
  env.dataReady(s);
  return true;
}

function slowPath(env: TcpEnv, s: TcpReceiver, seg: TcpSegment, skb: TcpSkb): void {
  if ((seg.flags & (TCP_ACK | TCP_RST | TCP_SYN)) === 0) {
    env.drop(s, skb, Reason.tcpFlags);
    return;
  }
  if (!validateIncoming(env, s, seg, skb)) return;
  if ((seg.flags & TCP_ACK) !== 0) {
    if (s.tsOk && s.rcvTsval >= 0 && !after(seg.seq, s.rcvWup) && pawsOk(env, s)) replaceTsRecent(env, s);
    tcpAck(env, s, seg.ack, seg.win);
  }
  rttMeasureTs(env, s, seqDiff(skb.endSeq, skb.seq));
  checkUrgent(s, seg);
  if (seqDiff(skb.endSeq, skb.seq) === 0) {
    s.rttLastTsecr = s.rcvTsecr;
    env.counters.TcpExtTCPPureAcks += 1;
    env.drop(s, skb, Reason.pureAck);
  } else dataQueue(env, s, skb, seg);
  ackSndCheck(env, s, true);
}

function replaceTsRecent(env: TcpEnv, s: TcpReceiver): void {
  if (seqDiff(s.rcvTsval, s.tsRecent) < 0) return;
  s.tsRecent = s.rcvTsval;
  s.tsRecentStampS = Math.floor(env.now / 1e9);
}

/** tcp_paws_check: not older than what was seen, unless that is 24 days ago. */
function pawsOk(env: TcpEnv, s: TcpReceiver): boolean {
  return (
    seqDiff(s.tsRecent, s.rcvTsval) <= TCP_PAWS_WINDOW ||
    Math.floor(env.now / 1e9) >= s.tsRecentStampS + TCP_PAWS_24DAYS ||
    s.tsRecent === 0
  );
}

/** tcp_validate_incoming. @returns whether the segment is to be worked on; else it has been dealt with */
function validateIncoming(env: TcpEnv, s: TcpReceiver, seg: TcpSegment, skb: TcpSkb): boolean {
  const rst = (seg.flags & TCP_RST) !== 0;
  const syn = (seg.flags & TCP_SYN) !== 0;
  if (s.tsOk && s.rcvTsval >= 0 && !pawsOk(env, s) && !rst) {
    if (syn) return challenge(env, s, skb, Reason.tcpSynChallenge);
    const pure = seqDiff(skb.endSeq, skb.seq) === 0;
    if (!(pure && seqDiff(skb.seq, s.rcvNxt) === 0 && withinReplay(env, s))) {
      if (pure && before(skb.seq, s.rcvNxt)) env.counters.TcpExtPAWSOldAck += 1;
      else {
        env.counters.TcpExtPAWSEstab += 1;
        if (!rateLimited(env, s, skb, 'TcpExtTCPACKSkippedPAWS')) sendDupack(env, s, skb, Reason.tcpPaws);
      }
      env.drop(s, skb, Reason.tcpPaws);
      return false;
    }
  }
  if (!inSequenceSpace(env, s, skb)) {
    if (!rst) {
      if (syn) return challenge(env, s, skb, Reason.tcpSynChallenge);
      if (!before(skb.endSeq, s.rcvWup) && env.rules.tcpBeyondWindow) env.counters.TcpExtBeyondWindow += 1;
      if (!rateLimited(env, s, skb, 'TcpExtTCPACKSkippedSeq')) sendDupack(env, s, skb, Reason.ackOutOfWindow);
    } else if (resetCheck(s, skb)) return reset(env, s, skb);
    env.drop(s, skb, before(skb.endSeq, s.rcvWup) ? Reason.oldData : Reason.tcpOverWindow);
    return false;
  }
  if (rst) {
    if (skb.seq === s.rcvNxt || resetCheck(s, skb) || skb.seq === highestSack(s)) return reset(env, s, skb);
    return challenge(env, s, skb, Reason.tcpRstChallenge);
  }
  if (syn) return challenge(env, s, skb, Reason.tcpSynChallenge);
  return true;
}

/** A pure duplicate ACK within the replay window (an RTO of the peer's clock) passes though its timestamp is old. */
function withinReplay(env: TcpEnv, s: TcpReceiver): boolean {
  const replay = Math.floor((s.rtoJiffies * 1200) / hz(env.jiffyNs, 1));
  return seqDiff(s.tsRecent, s.rcvTsval) <= replay;
}

/** tcp_sequence */
function inSequenceSpace(env: TcpEnv, s: TcpReceiver, skb: TcpSkb): boolean {
  if (before(skb.endSeq, s.rcvWup)) return false;
  const limit = seqAdd(s.rcvNxt, receiveWindow(s));
  if (!after(skb.endSeq, limit)) return true;
  if (after(skb.seq, limit)) return false;
  if (!env.rules.tcpBeyondWindow) return true;
  // a FIN alone may stick out; data only if nothing waits to be read
  const fin = (skb.flags & TCP_FIN) !== 0 ? 1 : 0;
  return !after(seqAdd(skb.endSeq, -fin), limit) || s.queue.length === 0;
}

function resetCheck(s: TcpReceiver, skb: TcpSkb): boolean {
  return skb.seq === seqAdd(s.rcvNxt, -1) && (s.state === 'close-wait' || s.state === 'last-ack');
}

/** The highest right edge of a SACK block; -1 without one. */
function highestSack(s: TcpReceiver): number {
  let high = -1;
  for (let i = 1; i < s.sacks.length; i += 2) if (high < 0 || after(s.sacks[i], high)) high = s.sacks[i];
  return high;
}

function reset(env: TcpEnv, s: TcpReceiver, skb: TcpSkb): false {
  s.state = 'closed';
  for (const old of s.ofo) {
    uncharge(s, old.truesize);
    env.drop(s, old, Reason.tcpReset);
  }
  s.ofo.length = 0;
  s.sacks.length = 0;
  s.pending = 0;
  s.delackAtNs = Number.POSITIVE_INFINITY;
  s.compressedAtNs = Number.POSITIVE_INFINITY;
  s.rtoAtNs = Number.POSITIVE_INFINITY;
  env.drop(s, skb, Reason.tcpReset);
  env.dataReady(s);
  return false;
}

/** tcp_send_challenge_ack: once in half a second a connection. */
function challenge(env: TcpEnv, s: TcpReceiver, skb: TcpSkb, reason: number): false {
  if (reason === Reason.tcpSynChallenge) env.counters.TcpExtTCPSYNChallenge += 1;
  const now = jiffiesAt(env);
  if (s.lastChallenge >= 0 && now - s.lastChallenge < hz(env.jiffyNs, HZ_HALF)) {
    env.counters.TcpExtTCPACKSkippedChallenge += 1;
  } else {
    s.lastChallenge = now;
    env.counters.TcpExtTCPChallengeACK += 1;
    sendAck(env, s, reason);
  }
  env.drop(s, skb, reason);
  return false;
}

/** tcp_oow_rate_limited: answers to segments without data are two a second at most, or two ends could answer each other for ever. */
function rateLimited(
  env: TcpEnv,
  s: TcpReceiver,
  skb: TcpSkb,
  counter: 'TcpExtTCPACKSkippedSeq' | 'TcpExtTCPACKSkippedPAWS',
): boolean {
  if (seqDiff(skb.endSeq, skb.seq) !== 0 && (skb.flags & TCP_SYN) === 0) return false;
  const now = jiffiesAt(env);
  if (s.lastOowAck >= 0 && now - s.lastOowAck < hz(env.jiffyNs, HZ_HALF)) {
    env.counters[counter] += 1;
    return true;
  }
  s.lastOowAck = now;
  return false;
}

function sendDupack(env: TcpEnv, s: TcpReceiver, skb: TcpSkb, reason: number): void {
  if (seqDiff(skb.endSeq, skb.seq) !== 0 && before(skb.seq, s.rcvNxt)) {
    env.counters.TcpExtDelayedACKLost += 1;
    enterQuickackMode(env, s);
    dsackSet(env, s, skb.seq, after(skb.endSeq, s.rcvNxt) ? s.rcvNxt : skb.endSeq);
  }
  sendAck(env, s, reason);
}

/** tcp_check_urg: header prediction rests while an urgent byte is awaited. It is read with the rest (SO_OOBINLINE). */
function checkUrgent(s: TcpReceiver, seg: TcpSegment): void {
  if ((seg.flags & TCP_URG) !== 0) {
    const at = seqAdd(seg.seq, seg.urgPtr > 0 ? seg.urgPtr - 1 : 0);
    if (!after(s.copiedSeq, at) && !before(at, s.rcvNxt) && (s.urgSeq < 0 || after(at, s.urgSeq))) {
      s.urgSeq = at;
      s.predicted = false;
    }
  }
  if (s.urgSeq >= 0 && before(s.urgSeq, seqAdd(seg.seq, seg.len)) && !before(s.urgSeq, seg.seq))
    s.urgSeq = -1;
}
