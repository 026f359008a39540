/**
 * The application reads, and may have to send the ACK that softirq left to it. Source: net/ipv4/tcp.c tcp_recvmsg_locked,
 * __tcp_cleanup_rbuf, __tcp_sock_set_quickack, v6.12.
 */
import { Reason } from '../../catalog/reasons.ts';
import { TCP_FIN } from '../packet/frame.ts';
import { ackScheduled, enterPingpong, inPingpong } from './ack-mode.ts';
import { ICSK_ACK_PUSHED, ICSK_ACK_PUSHED2 } from './constants.ts';
import type { TcpEnv } from './env.ts';
import { uncharge } from './memory.ts';
import { rcvSpaceAdjust } from './rcvbuf.ts';
import type { TcpSock, TcpSkb } from './sock.ts';
import { sendAck } from './send.ts';
import { seqAdd, seqDiff } from './seq.ts';
import { receiveWindow, selectWindowOf } from './window.ts';

/** What one recvmsg gave. */
export interface TcpRead {
  bytes: number;
  /** The FIN was reached. */
  end: boolean;
  /** Skbs read to their end. */
  freed: TcpSkb[];
}

/** Reads at most so many bytes of what is there. */
export function tcpRecvmsg(env: TcpEnv, s: TcpSock, most: number): TcpRead {
  const read = readQueue(env, s, most);
  cleanupRbuf(env, s, read.bytes);
  return read;
}

/** The same without the ACKs at its end. */
export function readQueue(env: TcpEnv, s: TcpSock, most: number): TcpRead {
  const read: TcpRead = { bytes: 0, end: false, freed: [] };
  while (read.bytes < most || (s.queue.length > 0 && seqDiff(s.queue[0].endSeq, s.copiedSeq) <= 1)) {
    const skb = s.queue[0];
    if (skb === undefined) break;
    const fin = (skb.flags & TCP_FIN) !== 0;
    const left = Math.max(seqDiff(skb.endSeq, s.copiedSeq) - (fin ? 1 : 0), 0);
    const used = Math.min(left, most - read.bytes);
    if (left > 0 && used === 0) break;
    s.copiedSeq = seqAdd(s.copiedSeq, used);
    read.bytes += used;
    if (used > 0) rcvSpaceAdjust(env, s);
    if (used < left) break;
    if (fin) s.copiedSeq = seqAdd(s.copiedSeq, 1);
    s.queue.shift();
    uncharge(s, skb.truesize);
    read.freed.push(skb);
    if (fin) {
      read.end = true;
      break;
    }
  }
  return read;
}

/** tcp_cleanup_rbuf. @param copied bytes read just now */
export function cleanupRbuf(env: TcpEnv, s: TcpSock, copied: number): void {
  let reason = 0;
  if (ackScheduled(s)) {
    const pushed =
      (s.pending & ICSK_ACK_PUSHED2) !== 0 || ((s.pending & ICSK_ACK_PUSHED) !== 0 && !inPingpong(env, s));
    if (seqDiff(s.rcvNxt, s.rcvWup) > s.rcvMss) reason = Reason.ackByReader;
    else if (copied > 0 && pushed && s.rmem === 0) reason = Reason.ackPushedRead;
  }
  if (copied > 0 && reason === 0 && s.state === 'established') {
    const open = receiveWindow(s);
    if (2 * open <= s.windowClamp) {
      const next = selectWindowOf(env, s);
      if (next > 0 && next >= 2 * open) reason = Reason.ackWindowUpdate;
    }
  }
  if (reason !== 0) sendAck(env, s, reason);
}

/** setsockopt TCP_QUICKACK. */
export function setQuickack(env: TcpEnv, s: TcpSock, on: boolean): void {
  if (!on) {
    enterPingpong(env, s);
    return;
  }
  s.pingpong = 0;
  if (s.state !== 'closed' && ackScheduled(s)) {
    s.pending |= ICSK_ACK_PUSHED;
    cleanupRbuf(env, s, 1);
  }
}
