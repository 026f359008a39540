/**
 * The timers of a connection: which runs next, and running it. The owner asks after every call and arms its own clock.
 * Source: net/ipv4/tcp_timer.c tcp_write_timer_handler, tcp_retransmit_timer, tcp_probe_timer, tcp_write_timeout; tcp_output.c
 * tcp_send_probe0, tcp_write_wakeup; inet_connection_sock.c reqsk_timer_handler, v6.12. Left out: keepalive, user timeouts.
 */
import { Reason } from '../../catalog/reasons.ts';
import { TCP_PSH } from '../packet/frame.ts';
import { compressedAckKick } from './ack-check.ts';
import { TCP_RTO_MAX_NS } from './constants.ts';
import { delackTimer } from './delack.ts';
import type { TcpEnv } from './env.ts';
import { sendSynack } from './handshake.ts';
import { currentMss } from './mss.ts';
import { rackReoTimeout } from './rack.ts';
import { cwndReduction, enterLoss, enterRecovery } from './recovery.ts';
import { retransmitSkb, sendLossProbe, xmitRetransmitQueue } from './retransmit.ts';
import { sendWindowProbe, transmitSkb } from './send.ts';
import {
  CA_DISORDER,
  CA_LOSS,
  CA_RECOVERY,
  ICSK_TIME_LOSS_PROBE,
  ICSK_TIME_NONE,
  ICSK_TIME_PROBE0,
  ICSK_TIME_REO_TIMEOUT,
  ICSK_TIME_RETRANS,
  wndEnd,
} from './sender.ts';
import { before, seqDiff } from './seq.ts';
import { type TcpSock, tsAt, tsClock } from './sock.ts';
import { rtoMaxJiffies } from './srtt.ts';
import { tcpDone, tcpWriteErr } from './state.ts';
import { rtxHead, setTsoSegs, tsoFragment } from './tx-queue.ts';
import { tcpTsqHandler } from './tsq-handler.ts';
import { newDataSent, sendHead } from './write-xmit.ts';
import { clearXmitTimer, probe0When, rearmRto, resetXmitTimer } from './xmit-timer.ts';

/** When the next timer runs: ns; Infinity: none is armed. */
export function nextTimerNs(s: TcpSock): number {
  return Math.min(
    s.compressedAtNs,
    s.delackAtNs,
    s.tx.xmitAtNs,
    s.tx.pacingAtNs,
    s.synackAtNs,
    s.timewaitAtNs,
  );
}

/** Runs what is due at env.now; of several, hrtimers first. */
export function runTimers(env: TcpEnv, s: TcpSock): void {
  if (s.compressedAtNs <= env.now) compressedAckKick(env, s);
  if (s.tx.pacingAtNs <= env.now) {
    s.tx.pacingAtNs = Number.POSITIVE_INFINITY;
    tcpTsqHandler(env, s);
  }
  if (s.delackAtNs <= env.now) {
    if (s.owned) {
      env.counters.TcpExtDelayedACKLocked += 1;
      s.delackAtNs = Number.POSITIVE_INFINITY;
      s.delackDeferred = true;
    } else delackTimer(env, s);
  }
  if (s.tx.xmitAtNs <= env.now) {
    s.tx.xmitAtNs = Number.POSITIVE_INFINITY;
    if (s.owned) s.tx.writeTimerDeferred = true;
    else writeTimer(env, s);
  }
  if (s.synackAtNs <= env.now) synackTimer(env, s);
  if (s.timewaitAtNs <= env.now) tcpDone(env, s);
}

/** tcp_write_timer_handler */
export function writeTimer(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  t.xmitAtNs = Number.POSITIVE_INFINITY;
  if (s.state === 'closed' || t.pendingTimer === ICSK_TIME_NONE) return;
  const event = t.pendingTimer;
  if (event === ICSK_TIME_REO_TIMEOUT) reoTimeout(env, s);
  else if (event === ICSK_TIME_LOSS_PROBE) sendLossProbe(env, s);
  else {
    t.pendingTimer = ICSK_TIME_NONE;
    if (event === ICSK_TIME_RETRANS) retransmitTimer(env, s);
    else if (event === ICSK_TIME_PROBE0) probeTimer(env, s);
  }
}

/** tcp_rack_reo_timeout: what might have come late has not. */
function reoTimeout(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  const lost = t.lost;
  if (rackReoTimeout(env, s)) {
    if (t.caState !== CA_RECOVERY) {
      enterRecovery(env, s);
      cwndReduction(env, s, 1, t.lost - lost, false);
    }
    xmitRetransmitQueue(env, s);
  }
  if (t.pendingTimer !== ICSK_TIME_RETRANS) rearmRto(env, s);
}

/** retransmits_timed_out: as long as so many timeouts of 200 ms, doubled each time, would take. ms */
function timedOut(env: TcpEnv, s: TcpSock, boundary: number): boolean {
  const t = s.tx;
  if (t.retransmits === 0) return false;
  const base = 200;
  const most = TCP_RTO_MAX_NS / 1_000_000;
  let thresh = 0;
  while (base * 2 ** (thresh + 1) <= most) thresh += 1;
  const timeout =
    boundary <= thresh
      ? (2 ** (boundary + 1) - 1) * base
      : (2 ** (thresh + 1) - 1) * base + (boundary - thresh) * most;
  const head = rtxHead(t);
  const start = t.retransStamp >= 0 ? t.retransStamp : head === undefined ? -1 : tsAt(s, head.sentNs);
  return start >= 0 && seqDiff(tsClock(env, s), start) >= timeout;
}

/** tcp_write_timeout: is it enough? */
function writeTimeout(env: TcpEnv, s: TcpSock): boolean {
  const t = s.tx;
  const { tcp_syn_retries, tcp_syn_linear_timeouts, tcp_retries2 } = env.sysctl;
  if (s.state === 'syn-sent' || s.state === 'syn-recv')
    return t.retransmits >= tcp_syn_retries + (s.state === 'syn-sent' ? tcp_syn_linear_timeouts : 0);
  return timedOut(env, s, tcp_retries2);
}

/** tcp_retransmit_timer: the timeout. */
function retransmitTimer(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  const head = rtxHead(t);
  if (t.packetsOut === 0 || head === undefined) return;
  const opening = s.state === 'syn-sent' || s.state === 'syn-recv';
  if (t.sndWnd === 0 && !t.dead && !opening) {
    // the peer took its window back: what is out serves as its probe
    enterLoss(env, s);
    retransmitSkb(env, s, head, 1, Reason.tcpRto);
  } else {
    env.counters.TcpExtTCPTimeouts += 1;
    if (writeTimeout(env, s)) {
      tcpWriteErr(env, s);
      return;
    }
    if (t.retransmits === 0) countFailure(env, s);
    enterLoss(env, s);
    t.retransmits += 1;
    t.totalRto += 1;
    // where its first sending still waits below TCP (-EBUSY) nothing leaves, and the timeout doubles all the same
    retransmitSkb(env, s, head, 1, Reason.tcpRto);
  }
  if (s.state !== 'syn-sent' || t.totalRto > env.sysctl.tcp_syn_linear_timeouts) {
    t.backoff += 1;
    s.rtoJiffies = Math.min(s.rtoJiffies * 2, rtoMaxJiffies(env));
  }
  resetXmitTimer(env, s, ICSK_TIME_RETRANS, s.rtoJiffies, false);
}

/** What was under way when the timeout came. */
function countFailure(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  const { counters } = env;
  if (t.caState === CA_RECOVERY) {
    if (s.sackOk) counters.TcpExtTCPSackRecoveryFail += 1;
    else counters.TcpExtTCPRenoRecoveryFail += 1;
  } else if (t.caState === CA_LOSS) counters.TcpExtTCPLossFailures += 1;
  else if (t.caState === CA_DISORDER || t.sackedOut > 0) {
    if (s.sackOk) counters.TcpExtTCPSackFailures += 1;
    else counters.TcpExtTCPRenoFailures += 1;
  }
}

/** tcp_probe_timer: the window has been closed for a while. */
function probeTimer(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  if (t.packetsOut > 0 || sendHead(t) === undefined) {
    t.probesOut = 0;
    return;
  }
  if (t.probesOut >= env.sysctl.tcp_retries2) {
    tcpWriteErr(env, s);
    return;
  }
  writeWakeup(env, s);
  if (t.packetsOut > 0 || t.writeQueue.length === 0) {
    t.probesOut = 0;
    t.backoff = 0;
    return;
  }
  t.probesOut += 1;
  if (t.backoff < env.sysctl.tcp_retries2) t.backoff += 1;
  resetXmitTimer(env, s, ICSK_TIME_PROBE0, probe0When(env, s), true);
}

/** tcp_write_wakeup: what fits the window, if anything does; else an old byte that asks for an answer. */
function writeWakeup(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  const head = sendHead(t);
  if (head === undefined || !before(head.seq, wndEnd(t))) {
    sendWindowProbe(env, s);
    return;
  }
  const mss = currentMss(s);
  const size = seqDiff(wndEnd(t), head.seq);
  if (before(t.pushedSeq, head.endSeq)) t.pushedSeq = head.endSeq;
  if (size < seqDiff(head.endSeq, head.seq) || head.len > mss) {
    tsoFragment(t, head, Math.min(size, mss, head.len), mss);
  }
  setTsoSegs(head, mss);
  head.flags |= TCP_PSH;
  transmitSkb(env, s, head, Reason.tcpWindowProbe, false);
  newDataSent(env, s, head);
}

/** reqsk_timer_handler: nobody has answered the SYN-ACK. */
function synackTimer(env: TcpEnv, s: TcpSock): void {
  s.synackAtNs = Number.POSITIVE_INFINITY;
  if (s.state !== 'syn-recv') return;
  if (s.synackTimeouts >= env.sysctl.tcp_synack_retries) {
    clearXmitTimer(s);
    env.decide(s, Reason.tcpGivesUp, s.synackTimeouts, 0);
    s.error = 'timed-out';
    tcpDone(env, s);
    return;
  }
  s.synackTimeouts += 1;
  sendSynack(env, s, true);
}
