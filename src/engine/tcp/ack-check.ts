/**
 * After a segment: an ACK now, later, or held back as one of many that say the same (SACK compression).
 * Source: net/ipv4/tcp_input.c __tcp_ack_snd_check, tcp_timer.c tcp_compressed_ack_kick, v6.12; commits 5d9f4262b7ea (4.18),
 * 86de5921a3d5 (4.20), 2b195850128f, a70437cc09a1 (5.8), 416dd649f3aa (6.19).
 */
import { Reason } from '../../catalog/reasons.ts';
import { ackScheduled, inQuickackMode } from './ack-mode.ts';
import { ICSK_ACK_NOMEM, ICSK_ACK_NOW } from './constants.ts';
import { sendDelayedAck } from './delack.ts';
import type { TcpEnv } from './env.ts';
import type { TcpSock } from './sock.ts';
import { sendAck, sharedDupacks } from './send.ts';
import { seqDiff } from './seq.ts';
import { selectWindowOf } from './window.ts';

/** @param ofoPossible the slow path was taken: out-of-order data may be there */
export function ackSndCheck(env: TcpEnv, s: TcpSock, ofoPossible: boolean): void {
  if (!ackScheduled(s)) return;
  const now = reasonForNow(env, s);
  if (now !== 0) {
    // the task's own work on the backlog answers a whole backlog at once
    if (s.owned && env.sysctl.tcp_backlog_ack_defer !== 0) {
      s.deferred = now;
      env.decide(s, Reason.ackDeferred, now, 0);
      return;
    }
    sendAck(env, s, now);
    return;
  }
  if (!ofoPossible || s.ofo.length === 0) {
    sendDelayedAck(env, s);
    return;
  }
  compress(env, s);
}

/** @returns the reason for an ACK at once; 0: none */
function reasonForNow(env: TcpEnv, s: TcpSock): number {
  if (
    seqDiff(s.rcvNxt, s.rcvWup) > s.rcvMss &&
    // a reader that keeps up has its ACKs sent here; else it sends them itself when it has read
    (seqDiff(s.rcvNxt, s.copiedSeq) < s.rcvlowat || selectWindowOf(env, s) >= s.rcvWnd)
  )
    return Reason.ackFullFrames;
  if (inQuickackMode(env, s)) return Reason.ackQuick;
  if ((s.pending & ICSK_ACK_NOW) === 0) return 0;
  return (s.pending & ICSK_ACK_NOMEM) !== 0 ? Reason.ackNoMemory : Reason.ackHoleFilled;
}

function compress(env: TcpEnv, s: TcpSock): void {
  const { sysctl, rules } = env;
  if (!s.sackOk) {
    sendAck(env, s, Reason.ackNoSack);
    return;
  }
  if (s.compressedAck >= sysctl.tcp_comp_sack_nr) {
    sendAck(env, s, Reason.ackCompSackNr);
    return;
  }
  if (dupackAtOnce(env, s)) {
    sendAck(env, s, Reason.ackDupack);
    return;
  }
  if (rules.tcpCompSackOwnCounter || rules.tcpCompSackDupacks === 0) s.compressedAck += 1;
  if (s.compressedAtNs !== Number.POSITIVE_INFINITY) {
    env.decide(s, Reason.ackHeld, s.compressedAck, 0);
    return;
  }
  let rtt8 = s.rttUs8;
  if (s.srttUs8 > 0 && s.srttUs8 < rtt8) rtt8 = s.srttUs8;
  const share = (rtt8 + Math.floor(rtt8 / 4)) * sysctl.tcp_comp_sack_rtt_percent;
  const delay = Math.min(share, sysctl.tcp_comp_sack_delay_ns);
  // an idle CPU sets its clock to the last moment the slack allows
  s.compressedAtNs = env.now + delay + sysctl.tcp_comp_sack_slack_ns + env.hrtimerLatencyNs;
  env.decide(s, Reason.ackCompressed, s.compressedAck, delay);
}

/** The first duplicate ACKs for a hole are what the sender's fast retransmit waits for. */
function dupackAtOnce(env: TcpEnv, s: TcpSock): boolean {
  const most = env.rules.tcpCompSackDupacks;
  if (most === 0) return false;
  const fresh = s.compressedAckRcvNxt !== s.rcvNxt;
  s.compressedAckRcvNxt = s.rcvNxt;
  if (env.rules.tcpCompSackOwnCounter) {
    if (fresh) s.dupAckCounter = 0;
    if (s.dupAckCounter >= most) return false;
    s.dupAckCounter += 1;
    return true;
  }
  if (fresh) {
    if (s.compressedAck > most) env.counters.TcpExtTCPAckCompressed += s.compressedAck - most;
    s.compressedAck = 0;
  }
  s.compressedAck += 1;
  return s.compressedAck <= most;
}

/** The hrtimer of SACK compression. */
export function compressedAckKick(env: TcpEnv, s: TcpSock): void {
  s.compressedAtNs = Number.POSITIVE_INFINITY;
  if (s.owned) {
    s.deferred = Reason.ackCompSackTimer;
    return;
  }
  if (s.compressedAck <= sharedDupacks(env)) return;
  if (env.rules.tcpCompSackOwnCounter) s.compressedAck -= 1;
  sendAck(env, s, Reason.ackCompSackTimer);
}
