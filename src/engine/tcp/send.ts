/**
 * A segment leaves, and what that settles on the receiving side. Source: net/ipv4/tcp_output.c __tcp_transmit_skb,
 * tcp_event_ack_sent, tcp_event_data_sent, tcp_update_skb_after_send, __tcp_send_ack, tcp_send_active_reset, v6.12.
 */
import { Reason } from '../../catalog/reasons.ts';
import { TCP_ACK, TCP_PSH, TCP_RST, TCP_SYN } from '../packet/frame.ts';
import { decQuickackMode } from './ack-mode.ts';
import { caTxStart } from './cong.ts';
import { PURE_ACK_TRUESIZE } from './constants.ts';
import { jiffiesAt, type TcpEnv, type TcpOut } from './env.ts';
import { rateSkbSent } from './rate.ts';
import { sackOption } from './sack-option.ts';
import { packetsInFlight, SK_PACING_FQ, SK_PACING_NEEDED, type TxSkb, wndEnd } from './sender.ts';
import { after, seqDiff } from './seq.ts';
import { type TcpSock, tsAt, tsClock } from './sock.ts';
import { tsMoveTail } from './tx-queue.ts';
import { selectWindow } from './window.ts';

/** What of compressed_ack are duplicate ACKs that were sent: before 5.8 the two shared one counter. */
export function sharedDupacks(env: TcpEnv): number {
  return env.rules.tcpCompSackOwnCounter ? 0 : env.rules.tcpCompSackDupacks;
}

/** A segment without data of its own: an ACK, a probe of the window. @param seq its place in the stream */
function transmitBare(env: TcpEnv, s: TcpSock, seq: number, flags: number, reason: number): void {
  const sacks = sackOption(s);
  const field = selectWindow(env, s);
  const out: TcpOut = {
    seq,
    ack: s.rcvNxt,
    flags,
    win: field,
    winBytes: field * 2 ** s.rcvWscale,
    len: 0,
    segs: 1,
    gsoSize: 0,
    sacks,
    dsack: s.dsack,
    tsVal: s.tsOk ? tsClock(env, s) : -1,
    tsEcr: s.tsOk ? s.tsRecent : -1,
    syn: null,
    retransmit: false,
    skb: -1,
    truesize: PURE_ACK_TRUESIZE,
    edtNs: Math.max(s.tx.wstampNs, env.now),
    reason,
  };
  s.dsack = false;
  eventAckSent(env, s);
  env.counters.TcpOutSegs += 1;
  env.transmit(s, out);
}

/** tcp_acceptable_seq: a peer that took its window back still has to find this in it. */
function acceptableSeq(s: TcpSock): number {
  const { sndNxt } = s.tx;
  const end = wndEnd(s.tx);
  const over = seqDiff(sndNxt, end);
  return over <= 0 || (s.wscaleOk && over < 2 ** s.rcvWscale) ? sndNxt : end;
}

/** __tcp_send_ack. @param reason code: why an ACK leaves now */
export function sendAck(env: TcpEnv, s: TcpSock, reason: number): void {
  if (s.state === 'closed') return;
  transmitBare(env, s, acceptableSeq(s), TCP_ACK, reason);
}

/** tcp_xmit_probe_skb: one byte before what is expected, so that the peer must answer. */
export function sendWindowProbe(env: TcpEnv, s: TcpSock): void {
  env.counters.TcpExtTCPWinProbe += 1;
  transmitBare(env, s, (s.tx.sndUna - 1) >>> 0, TCP_ACK, Reason.tcpWindowProbe);
}

/** tcp_send_active_reset */
export function sendActiveReset(env: TcpEnv, s: TcpSock, reason: number): void {
  env.counters.TcpOutRsts += 1;
  transmitBare(env, s, acceptableSeq(s), TCP_ACK | TCP_RST, reason);
}

/**
 * A clone of an skb of the sending side leaves; the skb stays until it is acknowledged.
 * @param reason code: why it leaves now
 */
export function transmitSkb(env: TcpEnv, s: TcpSock, skb: TxSkb, reason: number, retransmit: boolean): void {
  const t = s.tx;
  const priorWstamp = t.wstampNs;
  t.wstampNs = Math.max(t.wstampNs, env.now);
  skb.sentNs = t.wstampNs;
  const syn = (skb.flags & TCP_SYN) !== 0;
  // a frame of several segments asks to be pushed up as it is
  if (!syn && skb.segs > 1 && env.rules.tcpPushTso) skb.flags |= TCP_PSH;
  const ack = (skb.flags & TCP_ACK) !== 0;
  const sacks = syn ? [] : sackOption(s);
  // the window of a SYN is never scaled
  const field = syn ? Math.min(s.rcvWnd, 65_535) : selectWindow(env, s);
  const stamps = s.tsOk || (syn && env.sysctl.tcp_timestamps !== 0 && !ack);
  const out: TcpOut = {
    seq: skb.seq,
    ack: ack ? s.rcvNxt : 0,
    flags: skb.flags,
    win: field,
    winBytes: syn ? field : field * 2 ** s.rcvWscale,
    len: skb.len,
    segs: skb.segs,
    gsoSize: skb.gsoSize,
    sacks,
    dsack: !syn && s.dsack,
    tsVal: stamps ? tsAt(s, skb.sentNs) : -1,
    tsEcr: stamps ? s.tsRecent : -1,
    syn: syn
      ? {
          mss: s.tx.pathMss,
          wscale: s.wscaleOk ? s.rcvWscale : -1,
          sackOk: ack ? s.sackOk : env.sysctl.tcp_sack !== 0,
        }
      : null,
    retransmit,
    skb: skb.handle,
    truesize: skb.truesize,
    edtNs: skb.sentNs,
    reason,
  };
  if (!syn) s.dsack = false;
  if (ack) eventAckSent(env, s);
  if (skb.len > 0) {
    eventDataSent(env, s);
    t.dataSegsOut += skb.segs;
  }
  if (after(skb.endSeq, t.sndNxt)) env.counters.TcpOutSegs += skb.segs;
  t.wmemAlloc += out.truesize;
  skb.inHost += 1;
  const charged = out.truesize;
  env.transmit(s, out);
  t.wmemAlloc += out.truesize - charged;
  afterSend(env, s, skb, priorWstamp);
  rateSkbSent(t, skb);
}

/** tcp_update_skb_after_send: with pacing the next may leave when this one's bytes have had their time (before 4.20 fq sees to that). */
function afterSend(env: TcpEnv, s: TcpSock, skb: TxSkb, priorWstamp: number): void {
  const t = s.tx;
  const paced = t.pacing === SK_PACING_NEEDED || (t.pacing === SK_PACING_FQ && env.rules.tcpEdt);
  if (paced && Number.isFinite(t.pacingRate) && t.pacingRate > 0 && t.dataSegsOut >= 10) {
    const lenNs = Math.floor((skb.len * 1_000_000_000) / t.pacingRate);
    const credit = t.wstampNs - priorWstamp;
    t.wstampNs += lenNs - Math.min(Math.floor(lenNs / 2), credit);
  }
  tsMoveTail(t, skb);
}

function eventAckSent(env: TcpEnv, s: TcpSock): void {
  const sent = sharedDupacks(env);
  if (s.compressedAck > sent) {
    env.counters.TcpExtTCPAckCompressed += s.compressedAck - sent;
    s.compressedAck = sent;
    s.compressedAtNs = Number.POSITIVE_INFINITY;
  }
  decQuickackMode(env, s);
  // the timer itself goes on and finds nothing to do (or ACKs held by compression)
  s.pending = 0;
  s.deferred = 0;
}

/** Data sent soon after data was received makes the connection interactive. */
function eventDataSent(env: TcpEnv, s: TcpSock): void {
  if (packetsInFlight(s.tx) === 0) caTxStart(env, s);
  const now = jiffiesAt(env);
  s.lsndtime = now;
  if (now - s.lrcvtime < s.ato) s.pingpong = Math.min(s.pingpong + 1, 255);
}

/** tcp_sack_compress_send_ack: a held ACK leaves now, with the blocks as they still stand. @returns whether one did */
export function sackCompressSendAck(env: TcpEnv, s: TcpSock, reason: number): boolean {
  if (s.compressedAck <= sharedDupacks(env)) return false;
  if (env.rules.tcpCompSackOwnCounter) {
    // one of the held ACKs is sent after all
    env.counters.TcpExtTCPAckCompressed += s.compressedAck - 1;
    s.compressedAck = 0;
    s.compressedAtNs = Number.POSITIVE_INFINITY;
  }
  sendAck(env, s, reason);
  return true;
}
