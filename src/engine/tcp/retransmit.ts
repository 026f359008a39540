/**
 * Sending again: one skb, what is marked lost as far as the window allows, and the probe of a tail.
 * Source: net/ipv4/tcp_output.c tcp_retransmit_skb, tcp_xmit_retransmit_queue, tcp_retrans_try_collapse, tcp_send_loss_probe, v6.12.
 */
import { Reason } from '../../catalog/reasons.ts';
import { TCP_SYN } from '../packet/frame.ts';
import type { TcpEnv } from './env.ts';
import { currentMss } from './mss.ts';
import { transmitSkb } from './send.ts';
import {
  CA_LOSS,
  ICSK_TIME_NONE,
  ICSK_TIME_REO_TIMEOUT,
  ICSK_TIME_RETRANS,
  inCwndReduction,
  NO_SKB,
  packetsInFlight,
  TCPCB_EVER_RETRANS,
  TCPCB_LOST,
  TCPCB_RETRANS,
  TCPCB_SACKED_ACKED,
  TCPCB_SACKED_RETRANS,
  type TxSkb,
  wndEnd,
} from './sender.ts';
import { after, before, seqDiff } from './seq.ts';
import { type TcpSock, tsAt } from './sock.ts';
import { smallQueueCheck, stillInHostQueue } from './tsq.ts';
import {
  adjustPcount,
  rtxFragment,
  rtxHead,
  rtxNext,
  rtxPlaceOf,
  rtxUnlinkAndFree,
  setTsoSegs,
  trimHead,
} from './tx-queue.ts';
import { pacingCheck, sendHead, sndWndTest, TCP_NAGLE_OFF, tsoSegs, writeXmit } from './write-xmit.ts';
import { rearmRto, resetXmitTimer } from './xmit-timer.ts';

/** tcp_can_collapse */
function canCollapse(skb: TxSkb): boolean {
  return skb.segs <= 1 && skb.inHost <= 0 && (skb.sacked & TCPCB_SACKED_ACKED) === 0;
}

/** tcp_retrans_try_collapse: short neighbours are sent again as one segment. @param room bytes it may hold */
function tryCollapse(env: TcpEnv, s: TcpSock, to: TxSkb, room: number): void {
  const t = s.tx;
  if (env.sysctl.tcp_retrans_collapse === 0 || (to.flags & TCP_SYN) !== 0 || !canCollapse(to)) return;
  let space = room - to.len;
  for (let next = rtxNext(t, to); next !== undefined; next = rtxNext(t, to)) {
    if (!canCollapse(next) || to.eor) return;
    space -= next.len;
    if (space < 0 || after(next.endSeq, wndEnd(t))) return;
    if (t.highestSack === next.id) t.highestSack = to.id;
    to.len += next.len;
    to.truesize += next.len;
    next.truesize -= next.len;
    to.endSeq = next.endSeq;
    to.flags |= next.flags;
    to.sacked |= next.sacked & TCPCB_EVER_RETRANS;
    to.eor = next.eor;
    t.lostHint = NO_SKB;
    if (t.retransmitHint === next.id) t.retransmitHint = to.id;
    adjustPcount(s, next, next.segs);
    rtxUnlinkAndFree(t, rtxPlaceOf(t, next));
  }
}

/** __tcp_retransmit_skb. @param segs most segments  @returns whether it left */
function retransmitOnce(env: TcpEnv, s: TcpSock, skb: TxSkb, most: number, reason: number): boolean {
  const t = s.tx;
  if (stillInHostQueue(env, s, skb)) return false;
  if (before(skb.seq, t.sndUna)) trimHead(t, skb, seqDiff(t.sndUna, skb.seq));
  const mss = currentMss(s);
  let window = seqDiff(wndEnd(t), skb.seq);
  if (window <= 0) {
    // beyond a window taken back; its very first segment serves as a probe
    if (skb.seq !== t.sndUna) return false;
    window = mss;
  }
  let len = mss * most;
  if (len > window) {
    len = Math.floor(window / mss) * mss;
    if (len === 0) len = window;
  }
  if (skb.len > len) rtxFragment(s, skb, len, mss);
  else {
    const was = skb.segs;
    setTsoSegs(skb, mss);
    if (was !== skb.segs) adjustPcount(s, skb, was - skb.segs);
    const room = Math.min(window, mss);
    if (skb.len < room) tryCollapse(env, s, skb, room);
  }
  env.counters.TcpRetransSegs += skb.segs;
  if ((skb.flags & TCP_SYN) !== 0) env.counters.TcpExtTCPSynRetrans += 1;
  t.totalRetrans += skb.segs;
  t.bytesRetrans += skb.len;
  transmitSkb(env, s, skb, reason, true);
  skb.sacked |= TCPCB_EVER_RETRANS;
  return true;
}

/** tcp_retransmit_skb */
export function retransmitSkb(env: TcpEnv, s: TcpSock, skb: TxSkb, most: number, reason: number): boolean {
  const t = s.tx;
  const left = retransmitOnce(env, s, skb, most, reason);
  if (left) {
    // after an undo its last retransmission may be counted as under way still
    if ((skb.sacked & TCPCB_SACKED_RETRANS) === 0) t.retransOut += skb.segs;
    skb.sacked |= TCPCB_RETRANS;
  }
  if (t.retransStamp < 0) t.retransStamp = tsAt(s, skb.sentNs);
  if (t.undoRetrans < 0) t.undoRetrans = 0;
  t.undoRetrans += skb.segs;
  return left;
}

/** tcp_xmit_retransmit_queue: what is marked lost and not sent again yet, oldest first, as far as the window allows. */
export function xmitRetransmitQueue(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  if (t.packetsOut === 0) return;
  const head = rtxHead(t);
  const hint = t.retransmitHint === NO_SKB ? head : t.skbs[t.retransmitHint];
  if (head === undefined || hint === undefined) return;
  let hole = NO_SKB;
  let rearm = false;
  const maxSegs = tsoSegs(env, s, currentMss(s));
  for (let place = rtxPlaceOf(t, hint); place < t.rtx.length; place += 1) {
    const skb = t.skbs[t.rtx[place]];
    if (pacingCheck(env, s)) break;
    if (hole === NO_SKB) t.retransmitHint = skb.id;
    const room = t.cwnd - packetsInFlight(t);
    if (room <= 0) {
      if (t.retransOut < t.lostOut) env.decide(s, Reason.tcpCwndLimited, packetsInFlight(t), t.cwnd);
      break;
    }
    if (t.retransOut >= t.lostOut) break;
    if ((skb.sacked & TCPCB_LOST) === 0) {
      if (hole === NO_SKB && (skb.sacked & (TCPCB_SACKED_RETRANS | TCPCB_SACKED_ACKED)) === 0) hole = skb.id;
      continue;
    }
    if ((skb.sacked & (TCPCB_SACKED_ACKED | TCPCB_SACKED_RETRANS)) !== 0) continue;
    if (smallQueueCheck(env, s, skb, 1)) break;
    const slow = t.caState === CA_LOSS;
    const reason = slow ? Reason.tcpSlowStartRetrans : Reason.tcpFastRetrans;
    if (!retransmitSkb(env, s, skb, Math.min(room, maxSegs), reason)) break;
    if (slow) env.counters.TcpExtTCPSlowStartRetrans += skb.segs;
    else env.counters.TcpExtTCPFastRetrans += skb.segs;
    if (inCwndReduction(t)) t.prrOut += skb.segs;
    if (skb === head && t.pendingTimer !== ICSK_TIME_REO_TIMEOUT) rearm = true;
  }
  if (rearm) resetXmitTimer(env, s, ICSK_TIME_RETRANS, s.rtoJiffies, true);
}

/** tcp_send_loss_probe: something new if there is any, else the last segment once more. Once an episode. */
export function sendLossProbe(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  if (t.tlpHighSeq >= 0 || !probe(env, s)) {
    rearmRto(env, s);
    return;
  }
  t.tlpHighSeq = t.sndNxt;
  env.counters.TcpExtTCPLossProbes += 1;
  // the timeout starts anew
  t.pendingTimer = ICSK_TIME_NONE;
  rearmRto(env, s);
}

function probe(env: TcpEnv, s: TcpSock): boolean {
  const t = s.tx;
  const mss = currentMss(s);
  t.tlpRetrans = false;
  const fresh = sendHead(t);
  if (fresh !== undefined && sndWndTest(t, fresh, mss)) {
    const was = t.packetsOut;
    writeXmit(env, s, mss, TCP_NAGLE_OFF, 2);
    if (t.packetsOut > was) env.decide(s, Reason.tcpProbeNew, t.packetsOut - was, 0);
    return t.packetsOut > was;
  }
  let skb = t.skbs[t.rtx[t.rtx.length - 1]];
  if (skb === undefined || stillInHostQueue(env, s, skb)) return false;
  if (skb.segs > 1 && skb.len > (skb.segs - 1) * mss) skb = rtxFragment(s, skb, (skb.segs - 1) * mss, mss);
  if (!retransmitOnce(env, s, skb, 1, Reason.tcpProbe)) return false;
  t.tlpRetrans = true;
  return true;
}
