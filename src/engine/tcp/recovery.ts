/**
 * The state machine of loss: Open, Disorder, CWR, Recovery, Loss; when it is entered, what is marked lost, and how the window
 * comes down (PRR). Source: net/ipv4/tcp_input.c tcp_fastretrans_alert, tcp_enter_recovery, tcp_enter_loss, tcp_process_loss,
 * tcp_cwnd_reduction, tcp_update_scoreboard, v6.12; net/ipv4/tcp_recovery.c tcp_newreno_mark_lost; RFC 6937, RFC 5682.
 * Left out: ECN's part of it, probing for the path's MTU. Before 4.4 (no RACK) the scoreboard is RFC 6675's, without FACK.
 */
import { Reason } from '../../catalog/reasons.ts';
import {
  FLAG_DATA_SACKED,
  FLAG_LOST_RETRANS,
  FLAG_ORIG_SACK_ACKED,
  FLAG_SACK_RENEGING,
  FLAG_SET_XMIT_TIMER,
  FLAG_SND_UNA_ADVANCED,
} from './ack-flags.ts';
import { caSsthresh, setCaState } from './cong.ts';
import { hz, TCP_INFINITE_SSTHRESH } from './constants.ts';
import { jiffiesAt, type TcpEnv, usToJiffies } from './env.ts';
import { markSkbLost } from './lost.ts';
import { isRack, rackMarkLost, rackTimeout } from './rack.ts';
import { highestSackSeq } from './reordering.ts';
import {
  CA_CWR,
  CA_DISORDER,
  CA_LOSS,
  CA_OPEN,
  CA_RECOVERY,
  currentSsthresh,
  ICSK_TIME_RETRANS,
  inCwndReduction,
  NO_SKB,
  packetsInFlight,
  TCPCB_LOST,
  TCPCB_SACKED_ACKED,
  wndEnd,
} from './sender.ts';
import { after, before, seqAdd } from './seq.ts';
import type { TcpSock } from './sock.ts';
import { clearRetransHints, rtxFragment, rtxHead, rtxPlaceOf } from './tx-queue.ts';
import {
  anyRetransDone,
  tryKeepOpen,
  tryUndoDsack,
  tryUndoLoss,
  tryUndoPartial,
  tryUndoRecovery,
} from './undo.ts';
import { resetXmitTimer } from './xmit-timer.ts';

/** What is to be sent after an ACK: nothing, what is lost, or (F-RTO) something new. */
export type Rexmit = 'none' | 'lost' | 'new';

/** tcp_init_cwnd_reduction */
export function initCwndReduction(s: TcpSock): void {
  const t = s.tx;
  t.highSeq = t.sndNxt;
  t.tlpHighSeq = -1;
  t.cwndCnt = 0;
  t.priorCwnd = t.cwnd;
  t.prrDelivered = 0;
  t.prrOut = 0;
  t.ssthresh = caSsthresh(s);
}

/** tcp_cwnd_reduction: proportional rate reduction. The window follows what arrives, down to the threshold within a round trip. */
export function cwndReduction(
  env: TcpEnv,
  s: TcpSock,
  delivered: number,
  newlyLost: number,
  advanced: boolean,
): void {
  const t = s.tx;
  if (delivered <= 0 || t.priorCwnd === 0) return;
  const inFlight = packetsInFlight(t);
  const room = t.ssthresh - inFlight;
  t.prrDelivered += delivered;
  let count: number;
  if (room < 0) count = Math.floor((t.ssthresh * t.prrDelivered + t.priorCwnd - 1) / t.priorCwnd) - t.prrOut;
  else {
    count = Math.max(t.prrDelivered - t.prrOut, delivered);
    if (advanced && newlyLost === 0) count += 1;
    count = Math.min(room, count);
  }
  count = Math.max(count, t.prrOut > 0 ? 0 : 1);
  const was = t.cwnd;
  t.cwnd = inFlight + count;
  if (t.cwnd !== was) env.decide(s, Reason.cwndPrr, t.cwnd, t.ssthresh);
}

/** tcp_end_cwnd_reduction */
export function endCwndReduction(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  if (t.ssthresh >= TCP_INFINITE_SSTHRESH || (t.caState !== CA_CWR && t.undoMarker < 0)) return;
  t.cwnd = t.ssthresh;
  t.cwndStamp = jiffiesAt(env);
}

/** tcp_enter_cwr: told of congestion without a loss. The owner calls it where the host's own queue drops or warns (NET_XMIT_DROP, _CN). */
export function enterCwr(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  t.priorSsthresh = 0;
  if (t.caState >= CA_CWR) return;
  t.undoMarker = -1;
  initCwndReduction(s);
  setCaState(env, s, CA_CWR);
  env.decide(s, Reason.tcpEnterCwr, t.cwnd, t.ssthresh);
}

/** tcp_init_undo */
function initUndo(s: TcpSock): void {
  const t = s.tx;
  t.undoMarker = t.sndUna;
  t.undoRetrans = t.retransOut + (t.tlpHighSeq >= 0 && t.tlpRetrans ? 1 : 0);
  // 0 would say: all of them were for nothing
  if (t.undoRetrans === 0) t.undoRetrans = -1;
}

/** tcp_enter_recovery */
export function enterRecovery(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  if (!anyRetransDone(s)) t.retransStamp = -1;
  if (s.sackOk) env.counters.TcpExtTCPSackRecovery += 1;
  else env.counters.TcpExtTCPRenoRecovery += 1;
  t.priorSsthresh = 0;
  initUndo(s);
  if (!inCwndReduction(t)) {
    t.priorSsthresh = currentSsthresh(t);
    initCwndReduction(s);
  }
  setCaState(env, s, CA_RECOVERY);
  env.decide(s, Reason.tcpEnterRecovery, t.priorCwnd, t.ssthresh);
}

/** tcp_timeout_mark_lost: everything out counts as lost; where the receiver went back on its SACKs, these too. */
function timeoutMarkLost(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  const head = rtxHead(t);
  const reneged = head !== undefined && (head.sacked & TCPCB_SACKED_ACKED) !== 0;
  if (reneged) {
    env.counters.TcpExtTCPSACKReneging += 1;
    t.sackedOut = 0;
    env.decide(s, Reason.sackReneged, head.seq, head.endSeq);
  } else if (!s.sackOk) t.sackedOut = 0;
  for (const id of t.rtx) {
    const skb = t.skbs[id];
    if (reneged) skb.sacked &= ~TCPCB_SACKED_ACKED;
    // what was sent a moment ago may still arrive
    else if (isRack(env) && skb !== head && rackTimeout(env, s, skb, 0) > 0) continue;
    markSkbLost(env, s, skb, 0, 0);
  }
  clearRetransHints(t);
}

/** tcp_enter_loss: the timeout has run out. One segment at a time again. */
export function enterLoss(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  const fresh = t.caState < CA_RECOVERY;
  timeoutMarkLost(env, s);
  if (
    t.caState <= CA_DISORDER ||
    !after(t.highSeq, t.sndUna) ||
    (t.caState === CA_LOSS && t.retransmits === 0)
  ) {
    t.priorSsthresh = currentSsthresh(t);
    t.priorCwnd = t.cwnd;
    t.ssthresh = caSsthresh(s);
    initUndo(s);
  }
  t.cwnd = packetsInFlight(t) + 1;
  t.cwndCnt = 0;
  t.cwndStamp = jiffiesAt(env);
  const { tcp_reordering } = env.sysctl;
  if (t.caState <= CA_DISORDER && t.sackedOut >= tcp_reordering)
    t.reordering = Math.min(t.reordering, tcp_reordering);
  setCaState(env, s, CA_LOSS);
  t.highSeq = t.sndNxt;
  t.tlpHighSeq = -1;
  t.frto = env.sysctl.tcp_frto !== 0 && (fresh || t.retransmits > 0);
  env.decide(s, Reason.tcpEnterLoss, t.cwnd, t.ssthresh);
}

/** tcp_check_sack_reneging: an ACK up to something SACKed; if that stays so, the SACKs are forgotten. */
function checkReneging(env: TcpEnv, s: TcpSock, flag: number): boolean {
  if ((flag & FLAG_SACK_RENEGING) === 0 || (flag & FLAG_SND_UNA_ADVANCED) === 0) return false;
  const delay = Math.max(usToJiffies(env, s.srttUs8 >> 4), hz(env.jiffyNs, 100));
  resetXmitTimer(env, s, ICSK_TIME_RETRANS, delay, false);
  return true;
}

/** tcp_force_fast_retransmit */
function forceFastRetransmit(s: TcpSock): boolean {
  const t = s.tx;
  return after(highestSackSeq(t), seqAdd(t.sndUna, t.reordering * t.mssCache));
}

/** tcp_limit_reno_sacked, tcp_check_reno_reordering: more duplicate ACKs than can be: segments overtake. */
function checkRenoReordering(env: TcpEnv, s: TcpSock, addend: number): void {
  const t = s.tx;
  const holes = Math.min(Math.max(t.lostOut, 1), t.packetsOut);
  if (t.sackedOut + holes <= t.packetsOut) return;
  t.sackedOut = t.packetsOut - holes;
  t.reordering = Math.min(t.packetsOut + addend, env.sysctl.tcp_max_reordering);
  t.reordSeen += 1;
  env.counters.TcpExtTCPRenoReorder += 1;
  env.decide(s, Reason.reorderingSeen, 0, t.reordering);
}

/** tcp_add_reno_sack: without SACK a duplicate ACK says that something, one knows not what, has arrived. */
function addRenoSack(env: TcpEnv, s: TcpSock, dupacks: number): void {
  if (dupacks === 0) return;
  const t = s.tx;
  const prior = t.sackedOut;
  t.sackedOut += dupacks;
  checkRenoReordering(env, s, 0);
  if (t.sackedOut > prior) t.delivered += t.sackedOut - prior;
}

/** tcp_remove_reno_sacks */
export function removeRenoSacks(env: TcpEnv, s: TcpSock, acked: number): void {
  const t = s.tx;
  if (acked > 0) {
    t.delivered += Math.max(acked - t.sackedOut, 1);
    t.sackedOut = acked - 1 >= t.sackedOut ? 0 : t.sackedOut - (acked - 1);
  }
  checkRenoReordering(env, s, acked);
}

/** tcp_newreno_mark_lost: after three duplicate ACKs, or within recovery when an ACK gets not all of it, the head is lost. */
function newrenoMarkLost(env: TcpEnv, s: TcpSock, advanced: boolean): void {
  const t = s.tx;
  const early = t.caState < CA_RECOVERY && t.sackedOut >= t.reordering;
  if (!early && !(t.caState === CA_RECOVERY && advanced)) return;
  const head = rtxHead(t);
  if (head === undefined || (head.sacked & TCPCB_LOST) !== 0) return;
  if (head.segs > 1 && head.len > head.gsoSize) rtxFragment(s, head, head.gsoSize, head.gsoSize);
  markSkbLost(env, s, head, Reason.renoLost, t.sackedOut);
}

/** tcp_identify_packet_loss. @returns FLAG_LOST_RETRANS and FLAG_SET_XMIT_TIMER as they are to be from now on */
function identifyPacketLoss(env: TcpEnv, s: TcpSock, flag: number): number {
  const t = s.tx;
  if (t.rtx.length === 0) return flag;
  let next = flag;
  if (!s.sackOk) newrenoMarkLost(env, s, (flag & FLAG_SND_UNA_ADVANCED) !== 0);
  else if (isRack(env)) {
    const prior = t.retransOut;
    if (rackMarkLost(env, s)) next &= ~FLAG_SET_XMIT_TIMER;
    if (prior > t.retransOut) next |= FLAG_LOST_RETRANS;
  }
  return next;
}

/** tcp_time_to_recover */
function timeToRecover(env: TcpEnv, s: TcpSock): boolean {
  const t = s.tx;
  if (t.lostOut > 0) return true;
  return scoreboardCounts(env, s) && t.sackedOut + 1 > t.reordering;
}

/** Losses are (also) found by counting SACKs above a hole: RFC 6675, until RACK alone did it. */
function scoreboardCounts(env: TcpEnv, s: TcpSock): boolean {
  return s.sackOk ? !isRack(env) || !env.rules.tcpRackOnly : !isRack(env);
}

/** tcp_mark_head_lost: what has more than so many SACKed segments above it. */
function markHeadLost(env: TcpEnv, s: TcpSock, packets: number, headOnly: boolean): void {
  const t = s.tx;
  let place = 0;
  let count = 0;
  if (t.lostHint !== NO_SKB) {
    const hint = t.skbs[t.lostHint];
    if (headOnly && after(hint.seq, t.sndUna)) return;
    place = rtxPlaceOf(t, hint);
    count = t.lostCntHint;
  }
  for (; place < t.rtx.length; place += 1) {
    const skb = t.skbs[t.rtx[place]];
    t.lostHint = skb.id;
    t.lostCntHint = count;
    if (after(skb.endSeq, t.sndNxt)) break;
    if ((skb.sacked & TCPCB_SACKED_ACKED) !== 0) count += skb.segs;
    if (count > packets) break;
    if ((skb.sacked & TCPCB_LOST) === 0) markSkbLost(env, s, skb, Reason.dupthreshLost, t.sackedOut);
    if (headOnly) break;
  }
}

/** tcp_update_scoreboard */
function updateScoreboard(env: TcpEnv, s: TcpSock, fastRexmit: boolean): void {
  const t = s.tx;
  if (!s.sackOk) return;
  const upto = t.sackedOut - t.reordering;
  if (upto >= 0) markHeadLost(env, s, upto, false);
  else if (fastRexmit) markHeadLost(env, s, 1, true);
}

/** tcp_process_loss: an ACK after a timeout: all is repaired, or the timeout was spurious, or more is to be sent again. */
function processLoss(env: TcpEnv, s: TcpSock, flag: number, dupacks: number): Rexmit {
  const t = s.tx;
  const recovered = !before(t.sndUna, t.highSeq);
  const advanced = (flag & FLAG_SND_UNA_ADVANCED) !== 0;
  if (advanced && tryUndoLoss(env, s, false)) return 'none';
  if (t.frto) {
    // something that was not sent again has arrived: not all was lost
    if ((flag & FLAG_ORIG_SACK_ACKED) !== 0 && tryUndoLoss(env, s, true)) return 'none';
    if (after(t.sndNxt, t.highSeq)) {
      if ((flag & FLAG_DATA_SACKED) !== 0 || dupacks > 0) t.frto = false;
    } else if (advanced && !recovered) {
      t.highSeq = t.sndNxt;
      if (t.writeQueue.length > 0 && after(wndEnd(t), t.sndNxt)) return 'new';
      t.frto = false;
    }
  }
  if (recovered) {
    tryUndoRecovery(env, s);
    return 'none';
  }
  if (!s.sackOk) {
    if (after(t.sndNxt, t.highSeq) && dupacks > 0) addRenoSack(env, s, dupacks);
    else if (advanced) t.sackedOut = 0;
  }
  return 'lost';
}

/** tcp_try_to_open */
function tryToOpen(env: TcpEnv, s: TcpSock): void {
  if (!anyRetransDone(s)) s.tx.retransStamp = -1;
  if (s.tx.caState !== CA_CWR) tryKeepOpen(env, s);
}

/** Where an ACK leads. */
export interface Alert {
  flag: number;
  rexmit: Rexmit;
}

/** tcp_fastretrans_alert: an ACK that is dubious, or comes while something is wrong. */
export function fastretransAlert(
  env: TcpEnv,
  s: TcpSock,
  priorUna: number,
  dupacks: number,
  ackFlag: number,
): Alert {
  const t = s.tx;
  let flag = ackFlag;
  const none = (): Alert => ({ flag, rexmit: 'none' });
  const advanced = (flag & FLAG_SND_UNA_ADVANCED) !== 0;
  let doLost = dupacks > 0 || ((flag & FLAG_DATA_SACKED) !== 0 && forceFastRetransmit(s));
  let fastRexmit = false;
  if (t.packetsOut === 0 && t.sackedOut > 0) t.sackedOut = 0;
  if (checkReneging(env, s, flag)) {
    flag &= ~FLAG_SET_XMIT_TIMER;
    return none();
  }
  if (t.caState === CA_OPEN) t.retransStamp = -1;
  else if (!before(t.sndUna, t.highSeq)) {
    if (t.caState === CA_CWR) {
      if (t.sndUna !== t.highSeq) {
        endCwndReduction(env, s);
        setCaState(env, s, CA_OPEN);
      }
    } else if (t.caState === CA_RECOVERY) {
      if (!s.sackOk) t.sackedOut = 0;
      if (tryUndoRecovery(env, s)) return none();
      endCwndReduction(env, s);
    }
  }
  if (t.caState === CA_RECOVERY) {
    if (!advanced) {
      if (!s.sackOk) addRenoSack(env, s, dupacks);
    } else {
      const undo = tryUndoPartial(env, s, priorUna);
      if (undo === 'wait') return none();
      if (undo === 'lost') doLost = forceFastRetransmit(s);
    }
    if (tryUndoDsack(env, s)) tryToOpen(env, s);
    flag = identifyPacketLoss(env, s, flag);
    if (recoveryLeft(s)) {
      if (!timeToRecover(env, s)) return none();
      enterRecovery(env, s);
    }
  } else {
    if (t.caState === CA_LOSS) {
      const rexmit = processLoss(env, s, flag, dupacks);
      flag = identifyPacketLoss(env, s, flag);
      if (!lossLeft(s) && (flag & FLAG_LOST_RETRANS) === 0) return { flag, rexmit };
    }
    if (!s.sackOk) {
      if (advanced) t.sackedOut = 0;
      addRenoSack(env, s, dupacks);
    }
    if (t.caState <= CA_DISORDER) tryUndoDsack(env, s);
    flag = identifyPacketLoss(env, s, flag);
    if (!timeToRecover(env, s)) {
      tryToOpen(env, s);
      return none();
    }
    enterRecovery(env, s);
    fastRexmit = true;
  }
  if (doLost && scoreboardCounts(env, s)) updateScoreboard(env, s, fastRexmit);
  return { flag, rexmit: 'lost' };
}

/** An undo has ended the recovery. */
function recoveryLeft(s: TcpSock): boolean {
  return s.tx.caState !== CA_RECOVERY;
}

function lossLeft(s: TcpSock): boolean {
  return s.tx.caState === CA_OPEN;
}
