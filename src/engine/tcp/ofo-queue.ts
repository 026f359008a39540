/**
 * Segments beyond a hole: kept by sequence number, told to the sender as SACK blocks, moved on when the hole is filled.
 * Source: net/ipv4/tcp_input.c tcp_data_queue_ofo, tcp_ofo_queue, tcp_try_coalesce, v6.12 and 6.18.
 * Left out: the tree (a sorted list here), skb_condense.
 */
import { Reason } from '../../catalog/reasons.ts';
import { TCP_FIN } from '../packet/frame.ts';
import { type Measured, measureRcvMss, scheduleAck } from './ack-mode.ts';
import type { TcpEnv } from './env.ts';
import { charge, tryRmemSchedule, uncharge } from './memory.ts';
import { growWindow, rcvbufGrow } from './rcvbuf.ts';
import type { TcpSock, TcpSkb } from './sock.ts';
import { dsackExtend, dsackSet, sackNewOfo } from './sack.ts';
import { after, before } from './seq.ts';

/** tcp_try_coalesce: the new skb's pages join the one before. Its head's memory is given back (charged: what its data takes). */
export function tryCoalesce(env: TcpEnv, s: TcpSock, to: TcpSkb | undefined, from: TcpSkb): boolean {
  if (to === undefined || !s.coalesces || from.seq !== to.endSeq || (to.flags & TCP_FIN) !== 0) return false;
  env.counters.TcpExtTCPRcvCoalesce += 1;
  to.endSeq = from.endSeq;
  to.len += from.len;
  to.flags |= from.flags;
  to.truesize += from.truesize;
  return true;
}

export function dataQueueOfo(env: TcpEnv, s: TcpSock, skb: TcpSkb, seg: Measured): void {
  if (!tryRmemSchedule(env, s, skb)) {
    env.counters.TcpExtTCPOFODrop += 1;
    env.dataReady(s);
    env.drop(s, skb, Reason.tcpMemory);
    return;
  }
  if (env.rules.tcpOfoMeasured) measureRcvMss(env, s, seg);
  s.predicted = false;
  scheduleAck(s);
  env.counters.TcpExtTCPOFOQueue += 1;
  env.decide(s, Reason.outOfOrder, skb.seq, skb.endSeq);
  const { ofo } = s;
  const { seq, endSeq, len, truesize } = skb;
  let kept = true;
  if (ofo.length === 0) {
    ofo.push(skb);
    if (s.sackOk) {
      s.sacks.length = 0;
      s.sacks.push(seq, endSeq);
      env.decide(s, Reason.sackNew, seq, endSeq);
    }
  } else {
    const coalesced = insert(env, s, skb);
    kept = coalesced === 'inserted';
    if (coalesced === 'coalesced') {
      // charged before the window is looked at, as the skb it joined has grown
      charge(s, truesize);
      if (s.sackOk) growWindow(env, s, len, truesize);
    }
    if (s.sackOk) sackNewOfo(env, s, seq, endSeq);
  }
  if (kept) {
    if (s.sackOk) growWindow(env, s, len, truesize);
    charge(s, truesize);
  }
  if (env.rules.tcpDrsQueueAware) rcvbufGrow(env, s, s.spaceBytes);
}

/** Finds the segment's place; what it overlaps is told as DSACK, what it covers goes. */
function insert(env: TcpEnv, s: TcpSock, skb: TcpSkb): 'inserted' | 'coalesced' | 'dropped' {
  const { ofo } = s;
  const merged = (old: TcpSkb): void => {
    env.counters.TcpExtTCPOFOMerge += 1;
    env.drop(s, old, Reason.ofoMerged);
  };
  // the last one at or before it: where most segments go is the end
  let i = ofo.length - 1;
  while (i >= 0 && before(skb.seq, ofo[i].seq)) i -= 1;
  const left = ofo[i];
  let at = i + 1;
  if (left !== undefined) {
    if (before(skb.seq, left.endSeq)) {
      if (!after(skb.endSeq, left.endSeq)) {
        merged(skb);
        dsackSet(env, s, skb.seq, skb.endSeq);
        return 'dropped';
      }
      if (after(skb.seq, left.seq)) dsackSet(env, s, skb.seq, left.endSeq);
      else {
        dsackExtend(env, s, left.seq, left.endSeq);
        ofo.splice(i, 1);
        uncharge(s, left.truesize);
        merged(left);
        at = i;
      }
    } else if (tryCoalesce(env, s, left, skb)) return 'coalesced';
  }
  ofo.splice(at, 0, skb);
  while (at + 1 < ofo.length) {
    const right = ofo[at + 1];
    if (!after(skb.endSeq, right.seq)) break;
    if (before(skb.endSeq, right.endSeq)) {
      dsackExtend(env, s, right.seq, skb.endSeq);
      break;
    }
    ofo.splice(at + 1, 1);
    uncharge(s, right.truesize);
    dsackExtend(env, s, right.seq, right.endSeq);
    merged(right);
  }
  return 'inserted';
}

/** tcp_ofo_queue: what follows on is in order now. @returns whether a FIN came with it */
export function ofoQueue(env: TcpEnv, s: TcpSock): boolean {
  const dsackHigh = s.rcvNxt;
  while (s.ofo.length > 0) {
    const skb = s.ofo[0];
    if (after(skb.seq, s.rcvNxt)) break;
    if (before(skb.seq, dsackHigh)) {
      dsackExtend(env, s, skb.seq, before(skb.endSeq, dsackHigh) ? skb.endSeq : dsackHigh);
    }
    s.ofo.shift();
    if (!after(skb.endSeq, s.rcvNxt)) {
      uncharge(s, skb.truesize);
      env.drop(s, skb, Reason.oldData);
      continue;
    }
    s.rcvNxt = skb.endSeq;
    if (!tryCoalesce(env, s, s.queue[s.queue.length - 1], skb)) s.queue.push(skb);
    env.decide(s, Reason.ofoFilled, skb.seq, skb.endSeq);
    if ((skb.flags & TCP_FIN) !== 0) return true;
  }
  return false;
}
