/**
 * Is a segment this connection's, now? Age (PAWS), place in the window, RST, SYN. Source: net/ipv4/tcp_input.c
 * tcp_validate_incoming, tcp_sequence, tcp_reset_check, tcp_send_dupack, tcp_send_challenge_ack, v6.12 and 6.17.
 */
import { Reason } from '../../catalog/reasons.ts';
import { TCP_FIN, TCP_RST, TCP_SYN } from '../packet/frame.ts';
import { enterQuickackMode } from './ack-mode.ts';
import { HZ_HALF, hz } from './constants.ts';
import { jiffiesAt, type TcpEnv } from './env.ts';
import { pawsOk } from './paws.ts';
import { dsackSet } from './sack.ts';
import type { TcpSegment } from './segment.ts';
import { sendAck } from './send.ts';
import { after, before, seqAdd, seqDiff } from './seq.ts';
import type { TcpSkb, TcpSock } from './sock.ts';
import { tcpReset } from './state.ts';
import { receiveWindow } from './window.ts';

/** tcp_validate_incoming. @returns whether the segment is to be worked on; else it has been dealt with */
export function validateIncoming(env: TcpEnv, s: TcpSock, seg: TcpSegment, skb: TcpSkb): boolean {
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
function withinReplay(env: TcpEnv, s: TcpSock): boolean {
  const replay = Math.floor((s.rtoJiffies * 1200) / hz(env.jiffyNs, 1));
  return seqDiff(s.tsRecent, s.rcvTsval) <= replay;
}

/** tcp_sequence */
function inSequenceSpace(env: TcpEnv, s: TcpSock, skb: TcpSkb): boolean {
  if (before(skb.endSeq, s.rcvWup)) return false;
  const limit = seqAdd(s.rcvNxt, receiveWindow(s));
  if (!after(skb.endSeq, limit)) return true;
  if (after(skb.seq, limit)) return false;
  if (!env.rules.tcpBeyondWindow) return true;
  // a FIN alone may stick out; data only if nothing waits to be read
  const fin = (skb.flags & TCP_FIN) !== 0 ? 1 : 0;
  return !after(seqAdd(skb.endSeq, -fin), limit) || s.queue.length === 0;
}

function resetCheck(s: TcpSock, skb: TcpSkb): boolean {
  return skb.seq === seqAdd(s.rcvNxt, -1) && (s.state === 'close-wait' || s.state === 'last-ack');
}

/** The highest right edge of a SACK block; -1 without one. */
function highestSack(s: TcpSock): number {
  let high = -1;
  for (let i = 1; i < s.sacks.length; i += 2) if (high < 0 || after(s.sacks[i], high)) high = s.sacks[i];
  return high;
}

function reset(env: TcpEnv, s: TcpSock, skb: TcpSkb): false {
  tcpReset(env, s, skb);
  return false;
}

/** tcp_send_challenge_ack: once in half a second a connection. */
function challenge(env: TcpEnv, s: TcpSock, skb: TcpSkb, reason: number): false {
  sendChallengeAck(env, s, reason);
  env.drop(s, skb, reason);
  return false;
}

export function sendChallengeAck(env: TcpEnv, s: TcpSock, reason: number): void {
  if (reason === Reason.tcpSynChallenge) env.counters.TcpExtTCPSYNChallenge += 1;
  const now = jiffiesAt(env);
  if (s.lastChallenge >= 0 && now - s.lastChallenge < hz(env.jiffyNs, HZ_HALF)) {
    env.counters.TcpExtTCPACKSkippedChallenge += 1;
  } else {
    s.lastChallenge = now;
    env.counters.TcpExtTCPChallengeACK += 1;
    sendAck(env, s, reason);
  }
}

/** tcp_oow_rate_limited: answers to segments without data are two a second at most, or two ends could answer each other for ever. */
function rateLimited(
  env: TcpEnv,
  s: TcpSock,
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

function sendDupack(env: TcpEnv, s: TcpSock, skb: TcpSkb, reason: number): void {
  if (seqDiff(skb.endSeq, skb.seq) !== 0 && before(skb.seq, s.rcvNxt)) {
    env.counters.TcpExtDelayedACKLost += 1;
    enterQuickackMode(env, s);
    dsackSet(env, s, skb.seq, after(skb.endSeq, s.rcvNxt) ? s.rcvNxt : skb.endSeq);
  }
  sendAck(env, s, reason);
}
