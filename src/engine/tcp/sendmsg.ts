/**
 * The application writes and closes. Source: net/ipv4/tcp.c tcp_sendmsg_locked, tcp_push, tcp_should_autocork, tcp_close,
 * tcp_shutdown; net/ipv4/tcp_output.c tcp_send_fin, v6.12.
 * Left out: MSG_ZEROCOPY and splicing, urgent data, waiting (the owner puts a writer to sleep that is told 0).
 */
import { Reason } from '../../catalog/reasons.ts';
import { TCP_ACK, TCP_FIN, TCP_PSH } from '../packet/frame.ts';
import { slowStartAfterIdleCheck } from './cong.ts';
import type { TcpEnv } from './env.ts';
import { currentMss, sizeGoal } from './mss.ts';
import { sendActiveReset } from './send.ts';
import type { TxSkb } from './sender.ts';
import { after, seqAdd } from './seq.ts';
import { memoryFree } from './sndbuf.ts';
import type { TcpSock, TcpState } from './sock.ts';
import { tcpDone, timeWait } from './state.ts';
import { allocSkb } from './tx-queue.ts';
import {
  forcedPush,
  nonagle,
  pushPending,
  sendHead,
  TCP_NAGLE_CORK,
  TCP_NAGLE_OFF,
  TCP_NAGLE_PUSH,
  writeXmit,
} from './write-xmit.ts';

export const MSG_MORE = 0x8000;
export const MSG_EOR = 0x80;

function tail(s: TcpSock): TxSkb | undefined {
  const { writeQueue, skbs } = s.tx;
  return writeQueue.length === 0 ? undefined : skbs[writeQueue[writeQueue.length - 1]];
}

/** tcp_mark_push */
function markPush(s: TcpSock, skb: TxSkb): void {
  skb.flags |= TCP_PSH;
  s.tx.pushedSeq = s.tx.writeSeq;
}

/**
 * tcp_sendmsg: bytes go to the write queue as far as the send buffer has room, and leave as they may.
 * @param flags MSG_*  @returns bytes taken; fewer than asked: SOCK_NOSPACE is set, and env.writeSpace tells when to go on
 */
export function tcpSendmsg(env: TcpEnv, s: TcpSock, bytes: number, flags = 0): number {
  const t = s.tx;
  if (t.shutdown || (s.state !== 'established' && s.state !== 'close-wait')) return 0;
  const mss = currentMss(s);
  const goal = sizeGoal(s, mss);
  let copied = 0;
  while (copied < bytes) {
    let skb = tail(s);
    if (skb === undefined || skb.len >= goal || skb.eor) {
      if (!memoryFree(s)) {
        t.nospace = true;
        env.decide(s, Reason.tcpSndbufFull, t.wmemQueued, t.sndbuf);
        if (copied > 0) push(env, s, flags & ~MSG_MORE, mss, TCP_NAGLE_PUSH, goal);
        return copied;
      }
      if (t.rtx.length === 0 && t.writeQueue.length === 0) slowStartAfterIdleCheck(env, s);
      skb = allocSkb(t, t.writeSeq, TCP_ACK);
      t.writeQueue.push(skb.id);
    }
    const take = Math.min(goal - skb.len, bytes - copied);
    if (copied === 0) skb.flags &= ~TCP_PSH;
    skb.len += take;
    skb.endSeq = seqAdd(skb.endSeq, take);
    skb.truesize += take;
    t.wmemQueued += take;
    t.writeSeq = seqAdd(t.writeSeq, take);
    copied += take;
    if (copied === bytes) {
      if ((flags & MSG_EOR) !== 0) skb.eor = true;
      break;
    }
    if (skb.len < goal) continue;
    if (forcedPush(t)) {
      markPush(s, skb);
      pushPending(env, s, mss, TCP_NAGLE_PUSH);
    } else if (skb === sendHead(t)) writeXmit(env, s, mss, TCP_NAGLE_PUSH, 1);
  }
  if (copied > 0) push(env, s, flags, mss, nonagle(t), goal);
  return copied;
}

/** tcp_push: the end of a write. */
function push(env: TcpEnv, s: TcpSock, flags: number, mss: number, mode: number, goal: number): void {
  const t = s.tx;
  const skb = tail(s);
  if (skb === undefined) return;
  if ((flags & MSG_MORE) === 0 || forcedPush(t)) markPush(s, skb);
  if (
    skb.len < goal &&
    env.sysctl.tcp_autocorking !== 0 &&
    t.rtx.length > 0 &&
    t.wmemAlloc > skb.truesize &&
    !skb.eor
  ) {
    // something of this socket waits below TCP: when it is sent, this goes on, and may have grown
    env.counters.TcpExtTCPAutoCorking += t.tsqThrottled ? 0 : 1;
    t.tsqThrottled = true;
    env.decide(s, Reason.tcpAutocork, skb.len, t.wmemAlloc);
    return;
  }
  pushPending(env, s, mss, (flags & MSG_MORE) !== 0 ? TCP_NAGLE_CORK : mode);
}

/** setsockopt TCP_CORK, TCP_NODELAY: what was held may leave now. */
export function setCork(env: TcpEnv, s: TcpSock, on: boolean): void {
  s.tx.cork = on;
  if (!on) pushPending(env, s, currentMss(s), nonagle(s.tx) | (s.tx.nodelay ? TCP_NAGLE_PUSH : 0));
}

export function setNodelay(env: TcpEnv, s: TcpSock, on: boolean): void {
  s.tx.nodelay = on;
  if (on) pushPending(env, s, currentMss(s), nonagle(s.tx) | TCP_NAGLE_PUSH);
}

/** tcp_close_state: where a close leads; undefined: nowhere, no FIN is to leave. */
const CLOSE_STATE: Readonly<Partial<Record<TcpState, TcpState>>> = {
  'syn-recv': 'fin-wait-1',
  established: 'fin-wait-1',
  'close-wait': 'last-ack',
};

/** tcp_shutdown(SEND_SHUTDOWN): no more is written; a FIN follows what was. */
export function tcpShutdown(env: TcpEnv, s: TcpSock): void {
  if (s.tx.shutdown) return;
  const next = CLOSE_STATE[s.state];
  if (next === undefined) return;
  s.tx.shutdown = true;
  s.state = next;
  sendFin(env, s);
}

/** tcp_close: data nobody has read make it a reset; else a FIN, and nobody has the socket open any more. */
export function tcpClose(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  if (t.dead || s.state === 'closed') {
    t.dead = true;
    return;
  }
  t.dead = true;
  const unread = s.queue.some((skb) =>
    after(seqAdd(skb.endSeq, (skb.flags & TCP_FIN) !== 0 ? -1 : 0), s.copiedSeq),
  );
  if (s.state === 'syn-sent') {
    tcpDone(env, s);
    return;
  }
  if (unread) {
    env.counters.TcpExtTCPAbortOnClose += 1;
    sendActiveReset(env, s, Reason.tcpAbortClose);
    tcpDone(env, s);
    return;
  }
  tcpShutdown(env, s);
  if (s.state === 'fin-wait-2') timeWait(env, s, env.sysctl.tcp_fin_timeout, 'fin-wait-2');
}

/** tcp_send_fin: on the last skb that waits, or by itself. */
function sendFin(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  const skb = tail(s);
  if (skb === undefined) {
    const fin = allocSkb(t, t.writeSeq, TCP_ACK | TCP_FIN);
    fin.endSeq = seqAdd(fin.endSeq, 1);
    t.writeQueue.push(fin.id);
  } else {
    skb.flags |= TCP_FIN;
    skb.endSeq = seqAdd(skb.endSeq, 1);
  }
  t.writeSeq = seqAdd(t.writeSeq, 1);
  pushPending(env, s, currentMss(s), TCP_NAGLE_OFF);
}
