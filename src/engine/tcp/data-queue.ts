/**
 * A segment with data (or a FIN) finds its queue: next in order, beyond a hole, already had, or outside the window.
 * Source: net/ipv4/tcp_input.c tcp_data_queue, tcp_queue_rcv, tcp_fin, v6.12.
 */
import { Reason } from '../../catalog/reasons.ts';
import { TCP_FIN } from '../packet/frame.ts';
import { enterPingpong, enterQuickackMode, type Measured, scheduleAck } from './ack-mode.ts';
import { ICSK_ACK_NOMEM, ICSK_ACK_NOW, TCP_TIMEWAIT_S } from './constants.ts';
import { eventDataRecv } from './delack.ts';
import type { TcpEnv } from './env.ts';
import { fastPathCheck } from './fast-path.ts';
import { charge, rmemSchedule, tryRmemSchedule } from './memory.ts';
import { dataQueueOfo, ofoQueue, tryCoalesce } from './ofo-queue.ts';
import type { TcpSock, TcpSkb } from './sock.ts';
import { dsackSet, sackRemove } from './sack.ts';
import { sendAck } from './send.ts';
import { after, before, seqAdd, seqDiff } from './seq.ts';
import { purgeOfo, timeWait } from './state.ts';
import { receiveWindow } from './window.ts';

/** tcp_queue_rcv: appends and charges. */
export function queueRcv(env: TcpEnv, s: TcpSock, skb: TcpSkb): void {
  s.rcvNxt = skb.endSeq;
  charge(s, skb.truesize);
  const joined = tryCoalesce(env, s, s.queue[s.queue.length - 1], skb);
  if (!joined) s.queue.push(skb);
  env.decide(s, joined ? Reason.coalesced : Reason.inOrder, skb.seq, skb.endSeq);
}

function outOfWindow(env: TcpEnv, s: TcpSock, skb: TcpSkb, reason: number): void {
  enterQuickackMode(env, s);
  scheduleAck(s);
  env.drop(s, skb, reason);
}

export function dataQueue(env: TcpEnv, s: TcpSock, skb: TcpSkb, seg: Measured): void {
  s.dsack = false;
  if (seqDiff(skb.seq, s.rcvNxt) === 0) {
    const bareFin = skb.len === 0 && (skb.flags & TCP_FIN) !== 0;
    if (receiveWindow(s) === 0 && !bareFin) {
      env.counters.TcpExtTCPZeroWindowDrop += 1;
      outOfWindow(env, s, skb, Reason.tcpZeroWindow);
      return;
    }
    inSequence(env, s, skb, seg);
    return;
  }
  if (!after(skb.endSeq, s.rcvNxt)) {
    env.counters.TcpExtDelayedACKLost += 1;
    dsackSet(env, s, skb.seq, skb.endSeq);
    outOfWindow(env, s, skb, Reason.oldData);
    return;
  }
  if (!before(skb.seq, seqAdd(s.rcvNxt, receiveWindow(s)))) {
    outOfWindow(env, s, skb, Reason.tcpOverWindow);
    return;
  }
  if (before(skb.seq, s.rcvNxt)) {
    dsackSet(env, s, skb.seq, s.rcvNxt);
    if (receiveWindow(s) === 0) {
      env.counters.TcpExtTCPZeroWindowDrop += 1;
      outOfWindow(env, s, skb, Reason.tcpZeroWindow);
      return;
    }
    inSequence(env, s, skb, seg);
    return;
  }
  dataQueueOfo(env, s, skb, seg);
}

function inSequence(env: TcpEnv, s: TcpSock, skb: TcpSkb, seg: Measured): void {
  if (!tryRmemSchedule(env, s, skb)) {
    s.pending |= ICSK_ACK_NOMEM | ICSK_ACK_NOW;
    scheduleAck(s);
    env.dataReady(s);
    if (s.queue.length > 0 && skb.len > 0) {
      env.counters.TcpExtTCPRcvQDrop += 1;
      env.drop(s, skb, Reason.tcpMemory);
      return;
    }
    // an empty queue takes one all the same, or the flow would stand still for ever
    rmemSchedule(s, skb.truesize);
  }
  queueRcv(env, s, skb);
  if (skb.len > 0) eventDataRecv(env, s, seg);
  if ((skb.flags & TCP_FIN) !== 0) tcpFin(env, s);
  if (s.ofo.length > 0) {
    if (ofoQueue(env, s)) tcpFin(env, s);
    if (s.ofo.length === 0) {
      if (env.rules.tcpAckNowOnHoleFilled) s.pending |= ICSK_ACK_NOW;
      else s.pingpong = 0;
    }
  }
  if (s.sacks.length > 0) sackRemove(s);
  fastPathCheck(s);
  env.dataReady(s);
}

/** tcp_fin: the peer sends no more. What is queued beyond it can't be its data. */
function tcpFin(env: TcpEnv, s: TcpSock): void {
  scheduleAck(s);
  if (s.state === 'established' || s.state === 'syn-recv') {
    s.state = 'close-wait';
    enterPingpong(env, s);
  } else if (s.state === 'fin-wait-1') {
    // both close at once
    sendAck(env, s, Reason.tcpFinAck);
    s.state = 'closing';
  } else if (s.state === 'fin-wait-2') {
    sendAck(env, s, Reason.tcpFinAck);
    timeWait(env, s, TCP_TIMEWAIT_S, 'time-wait');
  }
  purgeOfo(env, s, Reason.oldData);
}
