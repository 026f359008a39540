/**
 * A segment leaves, and what that settles on the receiving side. Source: net/ipv4/tcp_output.c __tcp_transmit_skb,
 * tcp_established_options, tcp_event_ack_sent, tcp_event_data_sent, __tcp_send_ack, v6.12.
 */
import { TCP_ACK } from '../packet/frame.ts';
import { decQuickackMode } from './ack-mode.ts';
import {
  MAX_TCP_OPTION_SPACE,
  TCPOLEN_SACK_BASE_ALIGNED,
  TCPOLEN_SACK_PERBLOCK,
  TCPOLEN_TSTAMP_ALIGNED,
} from './constants.ts';
import { jiffiesAt, type TcpEnv, type TcpOut } from './env.ts';
import { type TcpReceiver, tsClock } from './receiver.ts';
import { selectWindow } from './window.ts';

/** What of compressed_ack are duplicate ACKs that were sent: before 5.8 the two shared one counter. */
export function sharedDupacks(env: TcpEnv): number {
  return env.rules.tcpCompSackOwnCounter ? 0 : env.rules.tcpCompSackDupacks;
}

/** The SACK option: a pending DSACK first, then blocks as far as the option space reaches (4, with timestamps 3). */
function sackOption(s: TcpReceiver): number[] {
  if (!s.sackOk || (!s.dsack && s.sacks.length === 0)) return [];
  const room = MAX_TCP_OPTION_SPACE - (s.tsOk ? TCPOLEN_TSTAMP_ALIGNED : 0) - TCPOLEN_SACK_BASE_ALIGNED;
  const blocks = Math.floor(room / TCPOLEN_SACK_PERBLOCK);
  const all = s.dsack ? [s.dsackStart, s.dsackEnd, ...s.sacks] : s.sacks;
  return all.slice(0, 2 * blocks);
}

/** @param seq, len, flags of the data it carries; a pure ACK has len 0 */
export function transmitSkb(
  env: TcpEnv,
  s: TcpReceiver,
  seq: number,
  len: number,
  flags: number,
  reason: number,
): void {
  const sacks = sackOption(s);
  const winField = selectWindow(env, s);
  const out: TcpOut = {
    seq,
    ack: s.rcvNxt,
    flags: flags | TCP_ACK,
    win: winField,
    winBytes: winField * 2 ** s.rcvWscale,
    len,
    sacks,
    dsack: s.dsack,
    tsVal: s.tsOk ? tsClock(env, s) : -1,
    tsEcr: s.tsOk ? s.tsRecent : -1,
    reason,
  };
  s.dsack = false;
  eventAckSent(env, s);
  if (len > 0 || flags !== 0) eventDataSent(env, s);
  env.counters.TcpOutSegs += 1;
  env.transmit(s, out);
}

/** __tcp_send_ack. @param reason code: why an ACK leaves now */
export function sendAck(env: TcpEnv, s: TcpReceiver, reason: number): void {
  if (s.state === 'closed') return;
  transmitSkb(env, s, s.sndNxt, 0, 0, reason);
}

function eventAckSent(env: TcpEnv, s: TcpReceiver): void {
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
function eventDataSent(env: TcpEnv, s: TcpReceiver): void {
  const now = jiffiesAt(env);
  s.lsndtime = now;
  if (now - s.lrcvtime < s.ato) s.pingpong = Math.min(s.pingpong + 1, 255);
}

/** tcp_sack_compress_send_ack: a held ACK leaves now, with the blocks as they still stand. @returns whether one did */
export function sackCompressSendAck(env: TcpEnv, s: TcpReceiver, reason: number): boolean {
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
