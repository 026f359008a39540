/**
 * Memory of the receive queues: charging, and what is given up when the buffer is full: first overhead (collapse), then
 * out-of-order segments from the highest down, then the segment itself.
 * Source: net/ipv4/tcp_input.c tcp_try_rmem_schedule, tcp_prune_queue, tcp_collapse, tcp_prune_ofo_queue, v6.12;
 * net/core/sock.c __sk_mem_schedule. Left out: the machine's memory as a whole (tcp_mem).
 */
import { Reason } from '../../catalog/reasons.ts';
import { TCP_FIN, TCP_SYN } from '../packet/frame.ts';
import { PAGE_SIZE, PAGE_SKB_TRUESIZE, SKB_MAX_ORDER0 } from './constants.ts';
import type { TcpEnv } from './env.ts';
import type { TcpSock, TcpSkb } from './sock.ts';
import { after, before, seqAdd, seqDiff } from './seq.ts';
import { winFromSpace } from './window.ts';

export function canIngest(s: TcpSock): boolean {
  return s.rmem <= s.rcvbuf;
}

/** skb_set_owner_r */
export function charge(s: TcpSock, truesize: number): void {
  s.rmem += truesize;
  s.forwardAlloc -= truesize;
}

/** sock_rfree: whole pages go back to the machine at once. */
export function uncharge(s: TcpSock, truesize: number): void {
  s.rmem -= truesize;
  s.forwardAlloc += truesize;
  if (s.forwardAlloc >= PAGE_SIZE) s.forwardAlloc %= PAGE_SIZE;
}

/** sk_rmem_schedule: pages for this much, from a machine that has them. */
export function rmemSchedule(s: TcpSock, size: number): void {
  if (size > s.forwardAlloc) s.forwardAlloc += Math.ceil((size - s.forwardAlloc) / PAGE_SIZE) * PAGE_SIZE;
}

/** @returns false: no room, the caller drops */
export function tryRmemSchedule(env: TcpEnv, s: TcpSock, incoming: TcpSkb): boolean {
  if (!canIngest(s) && !pruneQueue(env, s, incoming)) return false;
  rmemSchedule(s, incoming.truesize);
  return true;
}

function pruneQueue(env: TcpEnv, s: TcpSock, incoming: TcpSkb): boolean {
  if (s.rmem === 0) return false;
  env.counters.TcpExtPruneCalled += 1;
  clampWindow(env, s);
  if (canIngest(s)) return true;
  collapseOfo(env, s);
  if (s.queue.length > 0) collapse(env, s, s.queue, 0, s.queue.length, s.copiedSeq, s.rcvNxt);
  if (canIngest(s)) return true;
  pruneOfo(env, s, incoming);
  if (canIngest(s)) return true;
  env.counters.TcpExtRcvPruned += 1;
  s.predicted = false;
  return false;
}

/** tcp_clamp_window: the buffer grows to what is used already as far as tcp_rmem allows, and the window offered shrinks. */
function clampWindow(env: TcpEnv, s: TcpSock): void {
  s.quick = 0;
  const most = env.sysctl.tcp_rmem[2];
  if (s.rcvbuf < most && !s.rcvbufLocked) s.rcvbuf = Math.min(s.rmem, most);
  if (s.rmem > s.rcvbuf) s.rcvSsthresh = Math.min(s.windowClamp, 2 * s.advmss);
}

/** tcp_collapse of list[from, to): skbs with much overhead are copied into pages of their own. @returns skbs there afterwards */
function collapse(
  env: TcpEnv,
  s: TcpSock,
  list: TcpSkb[],
  from: number,
  to: number,
  startSeq: number,
  endSeq: number,
): number {
  let start = startSeq;
  let at = from;
  let end = to;
  const gone = (): void => {
    const [skb] = list.splice(at, 1);
    end -= 1;
    uncharge(s, skb.truesize);
    env.counters.TcpExtTCPRcvCollapsed += 1;
  };
  const fixed = (skb: TcpSkb): boolean => (skb.flags & (TCP_SYN | TCP_FIN)) !== 0;
  for (; at < end; at += 1) {
    const skb = list[at];
    if (!before(start, skb.endSeq)) {
      gone();
      env.decide(s, Reason.tcpCollapsed, skb.id, skb.truesize);
      at -= 1;
      continue;
    }
    if (!fixed(skb) && (winFromSpace(env, s, skb.truesize) > skb.len || before(skb.seq, start))) break;
    if (at + 1 < end && skb.endSeq !== list[at + 1].seq) break;
    start = skb.endSeq;
  }
  while (at < end && !fixed(list[at]) && before(start, endSeq)) {
    let room = Math.min(SKB_MAX_ORDER0, seqDiff(endSeq, start));
    const into: TcpSkb = { ...list[at], seq: start, endSeq: start, len: 0, truesize: PAGE_SKB_TRUESIZE };
    let open = true;
    while (room > 0 && open) {
      const skb = list[at];
      const size = Math.min(room, Math.max(seqDiff(skb.endSeq, start), 0));
      start = seqAdd(start, size);
      into.endSeq = start;
      into.len += size;
      into.flags |= skb.flags;
      room -= size;
      if (!before(start, skb.endSeq)) {
        gone();
        open = at < end && !fixed(list[at]);
      }
    }
    list.splice(at, 0, into);
    at += 1;
    end += 1;
    charge(s, into.truesize);
    env.decide(s, Reason.tcpCollapsed, into.id, into.truesize);
    if (!open) break;
  }
  return end - from;
}

/** tcp_collapse_ofo_queue: stretch by stretch; tiny stretches are not worth it. */
function collapseOfo(env: TcpEnv, s: TcpSock): void {
  let sumTiny = 0;
  let head = 0;
  while (head < s.ofo.length) {
    let { seq: start, endSeq: end, truesize } = s.ofo[head];
    const first = truesize;
    let next = head + 1;
    for (; next < s.ofo.length; next += 1) {
      const skb = s.ofo[next];
      if (after(skb.seq, end) || before(skb.endSeq, start)) break;
      truesize += skb.truesize;
      if (before(skb.seq, start)) start = skb.seq;
      if (after(skb.endSeq, end)) end = skb.endSeq;
    }
    if (truesize !== first || seqDiff(end, start) >= SKB_MAX_ORDER0) {
      head += collapse(env, s, s.ofo, head, next, start, end);
    } else {
      sumTiny += truesize;
      if (sumTiny > Math.floor(s.rcvbuf / 8)) return;
      head = next;
    }
  }
}

/** tcp_prune_ofo_queue: from the highest down, never below the segment that comes, an eighth of the buffer at a time. */
function pruneOfo(env: TcpEnv, s: TcpSock, incoming: TcpSkb): void {
  const step = Math.floor(s.rcvbuf / 8);
  let goal = step;
  let pruned = false;
  for (;;) {
    const skb = s.ofo[s.ofo.length - 1];
    if (skb === undefined || after(incoming.seq, skb.seq)) break;
    s.ofo.pop();
    pruned = true;
    uncharge(s, skb.truesize);
    goal -= skb.truesize;
    env.drop(s, skb, Reason.ofoPruned);
    if (goal <= 0 || s.ofo.length === 0) {
      if (canIngest(s)) break;
      goal = step;
    }
  }
  if (!pruned) return;
  env.counters.TcpExtOfoPruned += 1;
  s.sacks.length = 0;
  s.dsack = false;
}
