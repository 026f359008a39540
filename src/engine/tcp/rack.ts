/**
 * RACK: a segment is lost when one sent later has arrived, and a round trip and a little more have passed since it was sent.
 * Source: net/ipv4/tcp_recovery.c, v6.12; RFC 8985.
 */
import { Reason } from '../../catalog/reasons.ts';
import {
  TCP_RACK_LOSS_DETECTION,
  TCP_RACK_NO_DUPTHRESH,
  TCP_RACK_RECOVERY_THRESH,
  TCP_RACK_STATIC_REO_WND,
} from './constants.ts';
import { type TcpEnv, usToJiffies } from './env.ts';
import { markSkbLost } from './lost.ts';
import { minRtt } from './min-rtt.ts';
import { type RateSample, sentAfter } from './rate.ts';
import {
  CA_RECOVERY,
  ICSK_TIME_REO_TIMEOUT,
  microseconds,
  NO_SKB,
  TCPCB_LOST,
  TCPCB_RETRANS,
  TCPCB_SACKED_RETRANS,
  type TxSkb,
} from './sender.ts';
import type { TcpSock } from './sock.ts';
import { tsRemove } from './tx-queue.ts';
import { resetXmitTimer, TCP_TIMEOUT_MIN } from './xmit-timer.ts';

/** tcp_is_rack */
export function isRack(env: TcpEnv): boolean {
  return (env.sysctl.tcp_recovery & TCP_RACK_LOSS_DETECTION) !== 0;
}

/** tcp_rack_reo_wnd: how much later than expected a segment may still come. us */
export function reoWnd(env: TcpEnv, s: TcpSock): number {
  const t = s.tx;
  if (t.reordSeen === 0) {
    if (t.caState >= CA_RECOVERY) return 0;
    if (t.sackedOut >= t.reordering && (env.sysctl.tcp_recovery & TCP_RACK_NO_DUPTHRESH) === 0) return 0;
  }
  return Math.min(Math.floor(minRtt(s) / 4) * t.reoWndSteps, s.srttUs8 >> 3);
}

/** tcp_rack_skb_timeout: us until it counts as lost; 0 or less: it does. */
export function rackTimeout(env: TcpEnv, s: TcpSock, skb: TxSkb, wnd: number): number {
  return s.tx.rackRttUs + wnd - (microseconds(env.now) - microseconds(skb.sentNs));
}

/** tcp_rack_detect_loss. @returns us until the last candidate's time is up; 0: none waits */
function detectLoss(env: TcpEnv, s: TcpSock): number {
  const t = s.tx;
  const wnd = reoWnd(env, s);
  let timeout = 0;
  let next = NO_SKB;
  for (let id = t.tsHead; id !== NO_SKB; id = next) {
    const skb = t.skbs[id];
    next = skb.tsNext;
    if ((skb.sacked & TCPCB_LOST) !== 0 && (skb.sacked & TCPCB_SACKED_RETRANS) === 0) continue;
    if (!sentAfter(t.rackMstampUs, microseconds(skb.sentNs), t.rackEndSeq, skb.endSeq)) break;
    const remaining = rackTimeout(env, s, skb, wnd);
    if (remaining <= 0) {
      markSkbLost(env, s, skb, Reason.rackLost, wnd);
      tsRemove(t, skb);
    } else timeout = Math.max(timeout, remaining);
  }
  if (timeout > 0) env.decide(s, Reason.rackWaits, timeout, wnd);
  return timeout;
}

/** tcp_rack_mark_lost. @returns whether the timer is RACK's now */
export function rackMarkLost(env: TcpEnv, s: TcpSock): boolean {
  const t = s.tx;
  if (!t.rackAdvanced) return false;
  t.rackAdvanced = false;
  const timeout = detectLoss(env, s);
  if (timeout === 0) return false;
  const twoTicks = Math.floor((TCP_TIMEOUT_MIN * env.jiffyNs) / 1000);
  const jiffies = Math.min(usToJiffies(env, timeout + twoTicks), s.rtoJiffies);
  resetXmitTimer(env, s, ICSK_TIME_REO_TIMEOUT, jiffies, false);
  return true;
}

/** tcp_rack_reo_timeout, its first half. @returns whether something was marked lost */
export function rackReoTimeout(env: TcpEnv, s: TcpSock): boolean {
  const t = s.tx;
  const before = t.lostOut - t.retransOut;
  detectLoss(env, s);
  return t.lostOut - t.retransOut !== before;
}

/** tcp_rack_advance: a segment has arrived. @param sentUs when it was sent last */
export function rackAdvance(env: TcpEnv, s: TcpSock, sacked: number, endSeq: number, sentUs: number): void {
  const t = s.tx;
  const rtt = microseconds(env.now) - sentUs;
  // sooner than any round trip: it was the original that arrived
  if (rtt < minRtt(s) && (sacked & TCPCB_RETRANS) !== 0) return;
  t.rackAdvanced = true;
  t.rackRttUs = rtt;
  if (!sentAfter(sentUs, t.rackMstampUs, endSeq, t.rackEndSeq)) return;
  t.rackMstampUs = sentUs;
  t.rackEndSeq = endSeq;
}

/** tcp_rack_update_reo_wnd: a retransmission that was not needed widens the window, once a round trip at most. */
export function rackUpdateReoWnd(env: TcpEnv, s: TcpSock, rs: RateSample): void {
  const t = s.tx;
  if ((env.sysctl.tcp_recovery & TCP_RACK_STATIC_REO_WND) !== 0 || rs.priorDelivered === 0) return;
  if (rs.priorDelivered < t.rackLastDelivered) t.rackDsackSeen = false;
  if (t.rackDsackSeen) {
    t.reoWndSteps = Math.min(255, t.reoWndSteps + 1);
    t.rackDsackSeen = false;
    t.rackLastDelivered = t.delivered;
    t.reoWndPersist = TCP_RACK_RECOVERY_THRESH;
    env.decide(s, Reason.rackWider, t.reoWndSteps, reoWnd(env, s));
  } else if (t.reoWndPersist === 0) t.reoWndSteps = 1;
}
