/**
 * An ACK comes in: what it acknowledges goes, the round trip is measured, losses are looked for, the window moves, and more is
 * sent. Source: net/ipv4/tcp_input.c tcp_ack, tcp_clean_rtx_queue, tcp_ack_update_rtt, tcp_ack_update_window,
 * tcp_process_tlp_ack, tcp_cong_control, tcp_xmit_recovery, tcp_data_snd_check, v6.12.
 */
import { Reason } from '../../catalog/reasons.ts';
import { TCP_FIN, TCP_SYN } from '../packet/frame.ts';
import {
  FLAG_ACK_MAYBE_DELAYED,
  FLAG_ACKED,
  FLAG_CA_ALERT,
  FLAG_DATA,
  FLAG_DATA_ACKED,
  FLAG_DATA_SACKED,
  FLAG_DSACK_TLP,
  FLAG_DSACKING_ACK,
  FLAG_FORWARD_PROGRESS,
  FLAG_NO_CHALLENGE_ACK,
  FLAG_NOT_DUP,
  FLAG_ORIG_SACK_ACKED,
  FLAG_RETRANS_DATA_ACKED,
  FLAG_SACK_RENEGING,
  FLAG_SET_XMIT_TIMER,
  FLAG_SLOWPATH,
  FLAG_SND_UNA_ADVANCED,
  FLAG_SYN_ACKED,
  FLAG_UPDATE_TS_RECENT,
  FLAG_WIN_UPDATE,
} from './ack-flags.ts';
import { caPktsAcked, congAvoid, setCaState, slowStartAfterIdleCheck } from './cong.ts';
import type { TcpEnv } from './env.ts';
import { minRtt, updateMinRtt } from './min-rtt.ts';
import { currentMss, syncMss } from './mss.ts';
import { fastPathCheck } from './fast-path.ts';
import { pawsOk, replaceTsRecent } from './paws.ts';
import { rackAdvance, rackUpdateReoWnd } from './rack.ts';
import { newRateSample, type RateSample, rateSkbDelivered } from './rate.ts';
import type { TcpSegment } from './segment.ts';
import {
  cwndReduction,
  endCwndReduction,
  fastretransAlert,
  initCwndReduction,
  removeRenoSacks,
  type Rexmit,
} from './recovery.ts';
import { checkSackReordering, highestSackSeq } from './reordering.ts';
import { xmitRetransmitQueue } from './retransmit.ts';
import { sacktagWriteQueue, type SackState } from './sacktag.ts';
import {
  CA_CWR,
  CA_OPEN,
  ICSK_TIME_PROBE0,
  inCwndReduction,
  microseconds,
  NO_SKB,
  TCPCB_LOST,
  TCPCB_RETRANS,
  TCPCB_SACKED_ACKED,
  TCPCB_SACKED_RETRANS,
  type TxSkb,
  wndEnd,
} from './sender.ts';
import { after, before, seqAdd, seqDiff } from './seq.ts';
import { checkSpace } from './sndbuf.ts';
import { type TcpSock, tsAt, tsClock } from './sock.ts';
import { rttEstimator, updatePacingRate } from './srtt.ts';
import { freeSkb, trimHead } from './tx-queue.ts';
import { ecrBefore, tryKeepOpen } from './undo.ts';
import { sendChallengeAck } from './validate.ts';
import { pushPending, pushPendingFrames, sendHead, TCP_NAGLE_OFF } from './write-xmit.ts';
import { clearXmitTimer, probe0When, resetXmitTimer, setXmitTimer } from './xmit-timer.ts';

/** What tcp_ack found: taken, old, too old (the peer is to be asked), or for bytes never sent. */
export type AckResult = 'ok' | 'old' | 'too-old' | 'unsent';

/** tcp_may_update_window */
function mayUpdateWindow(s: TcpSock, ack: number, seq: number, win: number): boolean {
  const t = s.tx;
  return after(ack, t.sndUna) || after(seq, t.sndWl1) || (seq === t.sndWl1 && (win > t.sndWnd || win === 0));
}

function sndUnaUpdate(s: TcpSock, ack: number): void {
  s.tx.bytesAcked += seqDiff(ack, s.tx.sndUna);
  s.tx.sndUna = ack;
}

/** tcp_ack_update_window @returns FLAG_WIN_UPDATE or 0 */
function updateWindow(env: TcpEnv, s: TcpSock, seg: TcpSegment): number {
  const t = s.tx;
  let flag = 0;
  if (mayUpdateWindow(s, seg.ack, seg.seq, seg.win)) {
    flag = FLAG_WIN_UPDATE;
    t.sndWl1 = seg.seq;
    if (t.sndWnd !== seg.win) {
      if (seg.win === 0 || t.sndWnd === 0)
        env.decide(s, seg.win === 0 ? Reason.tcpPeerWindowZero : Reason.tcpPeerWindowOpen, seg.win, t.sndWnd);
      t.sndWnd = seg.win;
      s.predicted = false;
      fastPathCheck(s);
      if (t.writeQueue.length > 0) slowStartAfterIdleCheck(env, s);
      if (seg.win > t.maxWindow) {
        t.maxWindow = seg.win;
        syncMss(s);
      }
    }
  }
  sndUnaUpdate(s, seg.ack);
  return flag;
}

/** tcp_tso_acked: part of an skb is acknowledged. @returns segments */
function tsoAcked(s: TcpSock, skb: TxSkb): number {
  const was = skb.segs;
  trimHead(s.tx, skb, seqDiff(s.tx.sndUna, skb.seq));
  return was - skb.segs;
}

/** tcp_clean_rtx_queue @returns FLAG_* bits */
function cleanRtxQueue(
  env: TcpEnv,
  s: TcpSock,
  priorFack: number,
  priorUna: number,
  sack: SackState,
): number {
  const t = s.tx;
  const priorSacked = t.sackedOut;
  const nowUs = microseconds(env.now);
  let reord = t.sndNxt;
  let firstUs = -1;
  let lastUs = -1;
  let pkts = 0;
  let fully = true;
  let flag = 0;
  let gone = 0;
  for (; gone < t.rtx.length; gone += 1) {
    const skb = t.skbs[t.rtx[gone]];
    const start = skb.seq;
    const { sacked } = skb;
    let acked: number;
    if (after(skb.endSeq, t.sndUna)) {
      if (skb.segs === 1 || !after(t.sndUna, skb.seq)) break;
      acked = tsoAcked(s, skb);
      if (acked === 0) break;
      fully = false;
    } else acked = skb.segs;
    if ((sacked & TCPCB_RETRANS) !== 0) {
      if ((sacked & TCPCB_SACKED_RETRANS) !== 0) t.retransOut -= acked;
      flag |= FLAG_RETRANS_DATA_ACKED;
    } else if ((sacked & TCPCB_SACKED_ACKED) === 0) {
      lastUs = microseconds(skb.sentNs);
      if (firstUs < 0) firstUs = lastUs;
      if (before(start, reord)) reord = start;
      if (!after(skb.endSeq, t.highSeq)) flag |= FLAG_ORIG_SACK_ACKED;
    }
    if ((sacked & TCPCB_SACKED_ACKED) !== 0) t.sackedOut -= acked;
    else if (s.sackOk) {
      t.delivered += acked;
      const spurious = (sacked & TCPCB_RETRANS) !== 0 && ecrBefore(s, tsAt(s, skb.sentNs));
      if (!spurious) rackAdvance(env, s, sacked, skb.endSeq, microseconds(skb.sentNs));
    }
    if ((sacked & TCPCB_LOST) !== 0) t.lostOut -= acked;
    t.packetsOut -= acked;
    pkts += acked;
    rateSkbDelivered(t, skb, sack.rate);
    if ((skb.flags & TCP_SYN) === 0) flag |= FLAG_DATA_ACKED;
    else {
      flag |= FLAG_SYN_ACKED;
      t.retransStamp = -1;
    }
    if (!fully) break;
    if (skb.id === t.retransmitHint) t.retransmitHint = NO_SKB;
    if (skb.id === t.lostHint) t.lostHint = NO_SKB;
    if (skb.id === t.highestSack) t.highestSack = gone + 1 < t.rtx.length ? t.rtx[gone + 1] : NO_SKB;
    freeSkb(t, skb);
  }
  if (gone === 1) t.rtx.shift();
  else if (gone > 0) t.rtx.splice(0, gone);
  const head = t.rtx.length > 0 ? t.skbs[t.rtx[0]] : undefined;
  if (head !== undefined && (head.sacked & TCPCB_SACKED_ACKED) !== 0) flag |= FLAG_SACK_RENEGING;
  let seqRtt = -1;
  let caRtt = -1;
  let sackRtt = -1;
  if (firstUs >= 0 && (flag & FLAG_RETRANS_DATA_ACKED) === 0) {
    seqRtt = nowUs - firstUs;
    caRtt = nowUs - lastUs;
    if (
      pkts === 1 &&
      fully &&
      priorSacked === 0 &&
      seqDiff(t.sndUna, priorUna) < t.mssCache &&
      sack.rate.priorDelivered + 1 === t.delivered &&
      (flag & (FLAG_CA_ALERT | FLAG_SYN_ACKED)) === 0
    )
      flag |= FLAG_ACK_MAYBE_DELAYED;
  }
  if (sack.firstUs >= 0) {
    sackRtt = nowUs - sack.firstUs;
    caRtt = nowUs - sack.lastUs;
  }
  const measured = updateRtt(env, s, flag, seqRtt, sackRtt, caRtt, sack.rate);
  if ((flag & FLAG_ACKED) !== 0) {
    flag |= FLAG_SET_XMIT_TIMER;
    if (!s.sackOk) {
      removeRenoSacks(env, s, pkts);
      if ((flag & FLAG_RETRANS_DATA_ACKED) !== 0) flag &= ~FLAG_ORIG_SACK_ACKED;
    } else {
      if (before(reord, priorFack)) checkSackReordering(env, s, reord, false);
      t.lostCntHint -= Math.min(t.lostCntHint, priorSacked - t.sackedOut);
    }
  } else if (head !== undefined && measured && sackRtt >= 0 && sackRtt > nowUs - microseconds(head.sentNs))
    // not where what was SACKed left after the head did: the timeout would move on and on
    flag |= FLAG_SET_XMIT_TIMER;
  caPktsAcked(env, s, sack.rate.rttUs);
  return flag;
}

/** tcp_ack_update_rtt: the ACK's own time first, then the SACK's, then the echoed timestamp. */
function updateRtt(
  env: TcpEnv,
  s: TcpSock,
  flag: number,
  seqRtt: number,
  sackRtt: number,
  caRtt: number,
  rs: RateSample,
): boolean {
  let rtt = seqRtt < 0 ? sackRtt : seqRtt;
  let ca = caRtt;
  if (rtt < 0 && s.rcvTsecr > 0 && (flag & FLAG_ACKED) !== 0) {
    const ms = seqDiff(tsClock(env, s), s.rcvTsecr);
    if (ms >= 0 && ms < 0x7fffffff / 1000) {
      rtt = Math.max(ms, 1) * 1000;
      ca = rtt;
    }
  }
  rs.rttUs = ca;
  if (rtt < 0) return false;
  if ((flag & FLAG_ACK_MAYBE_DELAYED) === 0 || ca <= minRtt(s)) updateMinRtt(env, s, ca);
  rttEstimator(env, s, rtt);
  s.tx.backoff = 0;
  return true;
}

/** tcp_process_tlp_ack: what became of the probe. */
function processTlpAck(env: TcpEnv, s: TcpSock, ack: number, flag: number): void {
  const t = s.tx;
  if (before(ack, t.tlpHighSeq)) return;
  if (!t.tlpRetrans || (flag & FLAG_DSACK_TLP) !== 0) t.tlpHighSeq = -1;
  else if (after(ack, t.tlpHighSeq)) {
    // no DSACK for it: the probe repaired a loss
    initCwndReduction(s);
    setCaState(env, s, CA_CWR);
    endCwndReduction(env, s);
    tryKeepOpen(env, s);
    env.counters.TcpExtTCPLossProbeRecovery += 1;
    env.decide(s, Reason.tcpProbeRepaired, t.cwnd, t.ssthresh);
  } else if ((flag & (FLAG_SND_UNA_ADVANCED | FLAG_NOT_DUP | FLAG_DATA_SACKED)) === 0) t.tlpHighSeq = -1;
}

/** tcp_ack_probe: a window while nothing is out: is it enough? */
function ackProbe(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  const head = sendHead(t);
  if (head === undefined) return;
  if (!after(head.endSeq, wndEnd(t))) {
    t.backoff = 0;
    if (t.pendingTimer === ICSK_TIME_PROBE0) clearXmitTimer(s);
  } else resetXmitTimer(env, s, ICSK_TIME_PROBE0, probe0When(env, s), true);
}

function isDubious(s: TcpSock, flag: number): boolean {
  return (flag & FLAG_NOT_DUP) === 0 || (flag & FLAG_CA_ALERT) !== 0 || s.tx.caState !== CA_OPEN;
}

/** tcp_cong_control. @param lost segments newly marked lost */
function congControl(env: TcpEnv, s: TcpSock, delivered: number, lost: number, flag: number): void {
  const t = s.tx;
  if (inCwndReduction(t)) cwndReduction(env, s, delivered, lost, (flag & FLAG_SND_UNA_ADVANCED) !== 0);
  else {
    // where segments overtake each other, any arrival counts; else only what is in order
    const may = t.reordering > env.sysctl.tcp_reordering ? FLAG_FORWARD_PROGRESS : FLAG_DATA_ACKED;
    if ((flag & may) !== 0) congAvoid(env, s, delivered);
  }
  updatePacingRate(env, s);
}

/** tcp_xmit_recovery */
function xmitRecovery(env: TcpEnv, s: TcpSock, rexmit: Rexmit): void {
  const t = s.tx;
  if (rexmit === 'none' || s.state === 'syn-sent') return;
  if (rexmit === 'new') {
    pushPending(env, s, currentMss(s), TCP_NAGLE_OFF);
    if (after(t.sndNxt, t.highSeq)) return;
    t.frto = false;
  }
  xmitRetransmitQueue(env, s);
}

/** tcp_newly_delivered */
function newlyDelivered(env: TcpEnv, s: TcpSock, prior: number): number {
  const delivered = s.tx.delivered - prior;
  env.counters.TcpExtTCPDelivered += delivered;
  return delivered;
}

/** tcp_ack. @param flags FLAG_* the caller knows of */
export function tcpAck(env: TcpEnv, s: TcpSock, seg: TcpSegment, flags: number): AckResult {
  const t = s.tx;
  const { ack } = seg;
  let flag = flags;
  const priorUna = t.sndUna;
  const priorPackets = t.packetsOut;
  const priorDelivered = t.delivered;
  const priorLost = t.lost;
  const state: SackState = {
    firstUs: -1,
    lastUs: -1,
    reord: 0,
    delivered: 0,
    flag: 0,
    rate: newRateSample(),
  };
  const sacks = s.sackOk ? seg.sacks : [];
  if (before(ack, priorUna)) {
    const most = Math.min(t.maxWindow, t.bytesAcked);
    if (before(ack, seqAdd(priorUna, -most))) {
      if ((flag & FLAG_NO_CHALLENGE_ACK) === 0) sendChallengeAck(env, s, Reason.tcpAckTooOld);
      return 'too-old';
    }
    oldAck(env, s, ack, sacks, flag, state, priorDelivered);
    return 'old';
  }
  if (after(ack, t.sndNxt)) return 'unsent';
  if (after(ack, priorUna)) {
    flag |= FLAG_SND_UNA_ADVANCED;
    t.retransmits = 0;
  }
  const priorFack = s.sackOk ? highestSackSeq(t) : t.sndUna;
  if ((flag & FLAG_UPDATE_TS_RECENT) !== 0 && s.rcvTsval >= 0 && !after(seg.seq, s.rcvWup) && pawsOk(env, s))
    replaceTsRecent(env, s);
  if ((flag & (FLAG_SLOWPATH | FLAG_SND_UNA_ADVANCED)) === FLAG_SND_UNA_ADVANCED) {
    t.sndWl1 = seg.seq;
    sndUnaUpdate(s, ack);
    flag |= FLAG_WIN_UPDATE;
    env.counters.TcpExtTCPHPAcks += 1;
  } else {
    if (seg.len > 0 || (seg.flags & (TCP_SYN | TCP_FIN)) !== 0) flag |= FLAG_DATA;
    else env.counters.TcpExtTCPPureAcks += 1;
    flag |= updateWindow(env, s, seg);
    if (sacks.length > 0) flag |= sacktagWriteQueue(env, s, ack, sacks, priorUna, state);
    t.delivered += state.delivered;
  }
  t.probesOut = 0;
  if (priorPackets === 0) {
    if ((flag & FLAG_DSACKING_ACK) !== 0) {
      fastretransAlert(env, s, priorUna, 0, flag);
      newlyDelivered(env, s, priorDelivered);
    }
    ackProbe(env, s);
    if (t.tlpHighSeq >= 0) processTlpAck(env, s, ack, flag);
    return 'ok';
  }
  flag |= cleanRtxQueue(env, s, priorFack, priorUna, state);
  rackUpdateReoWnd(env, s, state.rate);
  if (t.tlpHighSeq >= 0) processTlpAck(env, s, ack, flag);
  let rexmit: Rexmit = 'none';
  if (isDubious(s, flag)) {
    const dupacks = (flag & (FLAG_SND_UNA_ADVANCED | FLAG_NOT_DUP | FLAG_DSACKING_ACK)) === 0 ? 1 : 0;
    ({ flag, rexmit } = fastretransAlert(env, s, priorUna, dupacks, flag));
  }
  if ((flag & FLAG_SET_XMIT_TIMER) !== 0) setXmitTimer(env, s);
  const delivered = newlyDelivered(env, s, priorDelivered);
  congControl(env, s, delivered, t.lost - priorLost, flag);
  xmitRecovery(env, s, rexmit);
  return 'ok';
}

/** An ACK from before the last: only its SACKs may be news. */
function oldAck(
  env: TcpEnv,
  s: TcpSock,
  ack: number,
  sacks: readonly number[],
  flags: number,
  state: SackState,
  priorDelivered: number,
): void {
  if (sacks.length === 0) return;
  const priorUna = s.tx.sndUna;
  const flag = flags | sacktagWriteQueue(env, s, ack, sacks, priorUna, state);
  const { rexmit } = fastretransAlert(env, s, priorUna, 0, flag);
  newlyDelivered(env, s, priorDelivered);
  xmitRecovery(env, s, rexmit);
}

/** tcp_data_snd_check: what may leave leaves, and a writer may have room. */
export function dataSndCheck(env: TcpEnv, s: TcpSock): void {
  pushPendingFrames(env, s);
  checkSpace(env, s);
}
