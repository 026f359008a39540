/**
 * Taking a reduction back that turns out to have been for nothing: timestamps or DSACKs tell that the originals arrived.
 * Source: net/ipv4/tcp_input.c tcp_undo_cwnd_reduction, tcp_may_undo, tcp_try_undo_*, v6.12; RFC 4015, RFC 3708.
 */
import { Reason } from '../../catalog/reasons.ts';
import { caUndoCwnd, setCaState } from './cong.ts';
import { TCP_RACK_RECOVERY_THRESH } from './constants.ts';
import { jiffiesAt, type TcpEnv } from './env.ts';
import { CA_DISORDER, CA_LOSS, CA_OPEN, TCPCB_EVER_RETRANS, TCPCB_LOST } from './sender.ts';
import { checkSackReordering } from './reordering.ts';
import { before } from './seq.ts';
import type { TcpSock } from './sock.ts';
import { clearRetransHints, rtxHead } from './tx-queue.ts';

/** tcp_tsopt_ecr_before: the segment answers something sent before that. @param stamp ms */
export function ecrBefore(s: TcpSock, stamp: number): boolean {
  return s.rcvTsecr > 0 && before(s.rcvTsecr, stamp);
}

/** tcp_packet_delayed: what was acknowledged was an original; or nothing was sent again at all. */
export function packetDelayed(s: TcpSock): boolean {
  const { retransStamp } = s.tx;
  if (retransStamp >= 0) return ecrBefore(s, retransStamp);
  return s.state !== 'syn-sent';
}

/** tcp_any_retrans_done */
export function anyRetransDone(s: TcpSock): boolean {
  if (s.tx.retransOut > 0) return true;
  const head = rtxHead(s.tx);
  return head !== undefined && (head.sacked & TCPCB_EVER_RETRANS) !== 0;
}

function undoCwndReduction(env: TcpEnv, s: TcpSock, unmarkLoss: boolean, reason: number): void {
  const t = s.tx;
  if (unmarkLoss) {
    for (const id of t.rtx) t.skbs[id].sacked &= ~TCPCB_LOST;
    t.lostOut = 0;
    clearRetransHints(t);
  }
  const was = t.cwnd;
  if (t.priorSsthresh > 0) {
    t.cwnd = caUndoCwnd(s);
    if (t.priorSsthresh > t.ssthresh) t.ssthresh = t.priorSsthresh;
  }
  t.cwndStamp = jiffiesAt(env);
  t.undoMarker = -1;
  // RACK shall look again
  t.rackAdvanced = true;
  env.decide(s, reason, t.cwnd, was);
}

function mayUndo(s: TcpSock): boolean {
  return s.tx.undoMarker >= 0 && (s.tx.undoRetrans === 0 || packetDelayed(s));
}

/** tcp_is_non_sack_preventing_reopen: without SACK the recovery point itself could start a false recovery. */
function preventsReopen(s: TcpSock): boolean {
  const t = s.tx;
  if (t.sndUna !== t.highSeq || s.sackOk) return false;
  if (!anyRetransDone(s)) t.retransStamp = -1;
  return true;
}

/** tcp_try_undo_recovery, at the recovery point. @returns true: the state stays */
export function tryUndoRecovery(env: TcpEnv, s: TcpSock): boolean {
  const t = s.tx;
  if (mayUndo(s)) {
    const loss = t.caState === CA_LOSS;
    undoCwndReduction(env, s, false, loss ? Reason.tcpUndoLoss : Reason.tcpUndoFull);
    if (loss) env.counters.TcpExtTCPLossUndo += 1;
    else env.counters.TcpExtTCPFullUndo += 1;
  } else if (t.reoWndPersist > 0) t.reoWndPersist -= 1;
  if (preventsReopen(s)) return true;
  env.decide(s, Reason.tcpRecovered, t.cwnd, t.caState);
  setCaState(env, s, CA_OPEN);
  return false;
}

/** tcp_try_undo_dsack: DSACKs have told of every retransmission. */
export function tryUndoDsack(env: TcpEnv, s: TcpSock): boolean {
  const t = s.tx;
  if (t.undoMarker < 0 || t.undoRetrans !== 0) return false;
  t.reoWndPersist = Math.min(TCP_RACK_RECOVERY_THRESH, t.reoWndPersist + 1);
  undoCwndReduction(env, s, false, Reason.tcpUndoDsack);
  env.counters.TcpExtTCPDSACKUndo += 1;
  return true;
}

/** tcp_try_undo_loss. @param frto F-RTO says the timeout was spurious */
export function tryUndoLoss(env: TcpEnv, s: TcpSock, frto: boolean): boolean {
  const t = s.tx;
  if (!frto && !mayUndo(s)) return false;
  undoCwndReduction(env, s, true, frto ? Reason.tcpSpuriousRto : Reason.tcpUndoLoss);
  env.counters.TcpExtTCPLossUndo += 1;
  if (frto) env.counters.TcpExtTCPSpuriousRTOs += 1;
  t.retransmits = 0;
  if (preventsReopen(s)) return true;
  if (frto || s.sackOk) setCaState(env, s, CA_OPEN);
  return true;
}

/** tcp_try_undo_partial, within recovery. @returns 'wait': nothing more is to be marked or sent again now */
export function tryUndoPartial(env: TcpEnv, s: TcpSock, priorUna: number): 'wait' | 'undone' | 'lost' {
  const t = s.tx;
  if (t.undoMarker < 0 || !packetDelayed(s)) return 'lost';
  checkSackReordering(env, s, priorUna, true);
  if (t.retransOut > 0) return 'wait';
  if (!anyRetransDone(s)) t.retransStamp = -1;
  undoCwndReduction(env, s, true, Reason.tcpUndoPartial);
  env.counters.TcpExtTCPPartialUndo += 1;
  tryKeepOpen(env, s);
  return 'undone';
}

/** tcp_try_keep_open */
export function tryKeepOpen(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  const state = t.sackedOut + t.lostOut > 0 || anyRetransDone(s) ? CA_DISORDER : CA_OPEN;
  if (t.caState === state) return;
  setCaState(env, s, state);
  t.highSeq = t.sndNxt;
}
