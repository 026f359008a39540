/**
 * What of the write queue may leave now, and how it is cut: congestion window, receive window, Nagle, TSO sizing and deferral,
 * small queues, pacing. Source: net/ipv4/tcp_output.c tcp_write_xmit and what it calls, v6.12; measured on 6.18.
 * Left out: probing for the path's MTU, urgent data.
 */
import { Reason } from '../../catalog/reasons.ts';
import { TCP_FIN } from '../packet/frame.ts';
import { cwndValidate } from './cong.ts';
import { MAX_SKB_FRAGS, SKB_FRAG_PAGE } from './constants.ts';
import type { TcpEnv } from './env.ts';
import { minRtt } from './min-rtt.ts';
import { currentMss } from './mss.ts';
import { transmitSkb } from './send.ts';
import {
  CA_RECOVERY,
  ICSK_TIME_LOSS_PROBE,
  ICSK_TIME_NONE,
  ICSK_TIME_PROBE0,
  inCwndReduction,
  NO_SKB,
  packetsInFlight,
  SK_PACING_NEEDED,
  type TcpSender,
  type TxSkb,
  wndEnd,
} from './sender.ts';
import { after, before, seqAdd, seqDiff } from './seq.ts';
import type { TcpSock } from './sock.ts';
import { smallQueueCheck } from './tsq.ts';
import { freeSkb, rtxHead, setTsoSegs, tsoFragment } from './tx-queue.ts';
import { probe0Base, rearmRto, resetXmitTimer, scheduleLossProbe } from './xmit-timer.ts';

/** Bits of nonagle. */
export const TCP_NAGLE_OFF = 1;
export const TCP_NAGLE_CORK = 2;
export const TCP_NAGLE_PUSH = 4;

/** How many skbs may leave: as many as may, one, or one even against the congestion window (a loss probe). */
export type PushOne = 0 | 1 | 2;

export function nonagle(t: TcpSender): number {
  return (t.nodelay ? TCP_NAGLE_OFF : 0) | (t.cork ? TCP_NAGLE_CORK : 0);
}

export function sendHead(t: TcpSender): TxSkb | undefined {
  return t.writeQueue.length === 0 ? undefined : t.skbs[t.writeQueue[0]];
}

export function isLast(t: TcpSender, skb: TxSkb): boolean {
  return t.writeQueue[t.writeQueue.length - 1] === skb.id;
}

/** tcp_tso_segs, tcp_tso_autosize: a millisecond at the pacing rate; on short paths up to a whole GSO frame. */
export function tsoSegs(env: TcpEnv, s: TcpSock, mss: number): number {
  const t = s.tx;
  let bytes = Math.floor(t.pacingRate / 2 ** t.pacingShift);
  const log = env.sysctl.tcp_tso_rtt_log;
  const r = log > 30 ? 32 : Math.floor(minRtt(s) / 2 ** log);
  if (r < 32) bytes += Math.floor(t.gsoMaxSize / 2 ** r);
  bytes = Math.min(bytes, t.gsoMaxSize);
  return Math.min(Math.max(Math.floor(bytes / mss), env.sysctl.tcp_min_tso_segs), t.gsoMaxSegs);
}

/** tcp_cwnd_test: half of the window at a time at most, so that ACKs keep coming. @returns segments, 0: none */
function cwndQuota(t: TcpSender): number {
  const inFlight = packetsInFlight(t);
  return inFlight >= t.cwnd ? 0 : Math.min(Math.max(t.cwnd >> 1, 1), t.cwnd - inFlight);
}

/** tcp_snd_wnd_test: the first segment at least fits the peer's window. */
export function sndWndTest(t: TcpSender, skb: TxSkb, mss: number): boolean {
  const end = skb.len > mss ? seqAdd(skb.seq, mss) : skb.endSeq;
  return !after(end, wndEnd(t));
}

/** tcp_nagle_check, in Minshall's form: a short segment waits for the last short one's ACK. */
function nagleHolds(t: TcpSender, partial: boolean, mode: number): boolean {
  if (!partial) return false;
  if ((mode & TCP_NAGLE_CORK) !== 0) return true;
  return mode === 0 && t.packetsOut > 0 && after(t.sndSml, t.sndUna) && !after(t.sndSml, t.sndNxt);
}

/** tcp_mss_split_point: bytes of this skb that leave in one frame. */
function splitPoint(t: TcpSender, skb: TxSkb, mss: number, quota: number, mode: number): number {
  const window = seqDiff(wndEnd(t), skb.seq);
  const most = mss * quota;
  if (most <= window && !isLast(t, skb)) return most;
  const needed = Math.min(skb.len, window);
  if (most <= needed) return most;
  const partial = needed % mss;
  return nagleHolds(t, partial !== 0, mode) ? needed - partial : needed;
}

/** What a decision to wait was about. */
const SEND_NOW = 0;
const DEFER = 1;
const DEFER_CWND = 2;
const DEFER_RWND = 3;

/** tcp_tso_should_defer: a little more room soon would make a larger frame. */
function tsoShouldDefer(env: TcpEnv, s: TcpSock, skb: TxSkb, maxSegs: number): number {
  const t = s.tx;
  if (t.caState >= CA_RECOVERY) return SEND_NOW;
  // only a writer that is at it: the last frame left within a millisecond
  if (env.now - t.wstampNs > 1_000_000) return SEND_NOW;
  const sendWin = seqDiff(wndEnd(t), skb.seq);
  const congWin = (t.cwnd - packetsInFlight(t)) * t.mssCache;
  const limit = Math.min(sendWin, congWin);
  if (limit >= maxSegs * t.mssCache) return SEND_NOW;
  if (!isLast(t, skb) && limit >= skb.len) return SEND_NOW;
  const divisor = env.sysctl.tcp_tso_win_divisor;
  if (divisor > 0) {
    if (limit >= Math.floor(Math.min(t.sndWnd, t.cwnd * t.mssCache) / divisor)) return SEND_NOW;
  } else if (limit > 3 * t.mssCache) return SEND_NOW;
  const head = rtxHead(t);
  if (head === undefined) return SEND_NOW;
  // the next ACK is still far: more than half a round trip
  if (env.now - head.sentNs < (s.srttUs8 >> 4) * 1000) return SEND_NOW;
  if (congWin < sendWin) {
    if (congWin <= skb.len) return DEFER_CWND;
  } else if (sendWin <= skb.len) return DEFER_RWND;
  return (skb.flags & TCP_FIN) !== 0 || skb.eor ? SEND_NOW : DEFER;
}

/** tcp_grow_skb: data of the next skb fill this one up to what may leave. */
function growSkb(t: TcpSender, skb: TxSkb, amount: number): void {
  if (isLast(t, skb) || skb.eor) return;
  const next = t.skbs[t.writeQueue[1]];
  const len = Math.min(amount, next.len, MAX_SKB_FRAGS * SKB_FRAG_PAGE - skb.len);
  if (len <= 0) return;
  skb.len += len;
  skb.truesize += len;
  skb.endSeq = seqAdd(skb.endSeq, len);
  next.len -= len;
  next.truesize -= len;
  next.seq = seqAdd(next.seq, len);
  if (next.len > 0) return;
  skb.endSeq = next.endSeq;
  skb.flags |= next.flags;
  skb.eor = next.eor;
  t.writeQueue.splice(1, 1);
  freeSkb(t, next);
}

/** tcp_pacing_check: TCP's own pacing says wait, and a timer is set. */
export function pacingCheck(env: TcpEnv, s: TcpSock): boolean {
  const t = s.tx;
  if (t.pacing !== SK_PACING_NEEDED || t.wstampNs <= env.now) return false;
  if (t.pacingAtNs === Number.POSITIVE_INFINITY) t.pacingAtNs = t.wstampNs + env.hrtimerLatencyNs;
  env.decide(s, Reason.tcpPaced, t.wstampNs - env.now, 0);
  return true;
}

/** tcp_event_new_data_sent: the head of the write queue is out. */
export function newDataSent(env: TcpEnv, s: TcpSock, skb: TxSkb): void {
  const t = s.tx;
  const prior = t.packetsOut;
  t.sndNxt = skb.endSeq;
  t.writeQueue.shift();
  t.rtx.push(skb.id);
  if (t.highestSack === NO_SKB) t.highestSack = skb.id;
  t.packetsOut += skb.segs;
  if (prior === 0 || t.pendingTimer === ICSK_TIME_LOSS_PROBE) rearmRto(env, s);
  env.counters.TcpExtTCPOrigDataSent += skb.segs;
}

/**
 * tcp_write_xmit.
 * @param mode TCP_NAGLE_* bits  @returns true: nothing is out and something waits all the same (the window is closed)
 */
export function writeXmit(env: TcpEnv, s: TcpSock, mss: number, mode: number, pushOne: PushOne): boolean {
  const t = s.tx;
  let sent = 0;
  let cwndLimited = false;
  const maxSegs = tsoSegs(env, s, mss);
  for (let skb = sendHead(t); skb !== undefined; skb = sendHead(t)) {
    if (pacingCheck(env, s)) break;
    let quota = cwndQuota(t);
    if (quota === 0) {
      if (pushOne !== 2) {
        env.decide(s, Reason.tcpCwndLimited, packetsInFlight(t), t.cwnd);
        break;
      }
      quota = 1;
    }
    quota = Math.min(quota, maxSegs);
    if (env.rules.tcpGrowSkb && quota * mss > skb.len) growSkb(t, skb, quota * mss - skb.len);
    const segs = setTsoSegs(skb, mss);
    if (!sndWndTest(t, skb, mss)) {
      env.decide(s, Reason.tcpRwndLimited, seqDiff(wndEnd(t), skb.seq), t.sndWnd);
      break;
    }
    let limit = mss;
    if (segs === 1) {
      const nagle = isLast(t, skb) ? mode : TCP_NAGLE_PUSH;
      const pushed = (nagle & TCP_NAGLE_PUSH) !== 0 || (skb.flags & TCP_FIN) !== 0;
      if (!pushed && nagleHolds(t, skb.len < mss, nagle)) {
        const why = (nagle & TCP_NAGLE_CORK) !== 0 ? Reason.tcpCorked : Reason.tcpNagle;
        env.decide(s, why, skb.len, mss);
        break;
      }
    } else {
      const defer = pushOne === 0 ? tsoShouldDefer(env, s, skb, maxSegs) : SEND_NOW;
      if (defer !== SEND_NOW) {
        cwndLimited ||= defer === DEFER_CWND;
        env.decide(s, Reason.tcpTsoDeferred, skb.len, defer);
        break;
      }
      limit = splitPoint(t, skb, mss, quota, mode);
    }
    if (skb.len > limit) {
      if (limit <= 0) break;
      tsoFragment(t, skb, limit, mss);
    }
    if (smallQueueCheck(env, s, skb, 0)) break;
    if (skb.endSeq === skb.seq) break;
    transmitSkb(env, s, skb, Reason.ackOnData, false);
    newDataSent(env, s, skb);
    if (skb.len < skb.segs * mss) t.sndSml = skb.endSeq;
    sent += skb.segs;
    if (pushOne !== 0) break;
  }
  cwndLimited ||= packetsInFlight(t) >= t.cwnd;
  if (sent > 0 || cwndLimited) cwndValidate(env, s, cwndLimited);
  if (sent > 0) {
    if (inCwndReduction(t)) t.prrOut += sent;
    if (pushOne !== 2) scheduleLossProbe(env, s, false);
    return false;
  }
  return t.packetsOut === 0 && t.writeQueue.length > 0;
}

/** __tcp_push_pending_frames, with the probe of a closed window. */
export function pushPending(env: TcpEnv, s: TcpSock, mss: number, mode: number): void {
  const t = s.tx;
  if (s.state === 'closed') return;
  if (writeXmit(env, s, mss, mode, 0) && t.packetsOut === 0 && t.pendingTimer === ICSK_TIME_NONE)
    resetXmitTimer(env, s, ICSK_TIME_PROBE0, probe0Base(env, s), true);
}

/** tcp_push_pending_frames */
export function pushPendingFrames(env: TcpEnv, s: TcpSock): void {
  if (s.tx.writeQueue.length > 0) pushPending(env, s, currentMss(s), nonagle(s.tx));
}

/** Whether more than half of the largest window is written past the last push. */
export function forcedPush(t: TcpSender): boolean {
  return before(seqAdd(t.pushedSeq, Math.floor(t.maxWindow / 2)), t.writeSeq);
}
