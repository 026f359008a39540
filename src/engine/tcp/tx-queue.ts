/**
 * The skbs of the sending side: making, splitting and freeing them, the retransmit queue by sequence number and the order they
 * were sent in. Source: net/ipv4/tcp_output.c tcp_fragment, tso_fragment, tcp_trim_head, tcp_set_skb_tso_segs,
 * tcp_adjust_pcount, include/net/tcp.h tcp_rtx_queue_*, v6.12. Left out: the tree (a sorted list), pages.
 */
import { TCP_FIN, TCP_PSH } from '../packet/frame.ts';
import { TX_SKB_TRUESIZE } from './constants.ts';
import type { TcpSock } from './sock.ts';
import {
  NO_SKB,
  TCPCB_LOST,
  TCPCB_SACKED_ACKED,
  TCPCB_SACKED_RETRANS,
  type TcpSender,
  type TxSkb,
} from './sender.ts';
import { before, seqAdd, seqDiff } from './seq.ts';

/** Handles count lives in steps of this: more skbs than a socket can have. */
const LIFE = 2 ** 20;

/** A new skb that begins at seq. Charged to the send buffer. */
export function allocSkb(t: TcpSender, seq: number, flags: number): TxSkb {
  let id = t.free.pop();
  if (id === undefined) {
    id = t.skbs.length;
    t.skbs.push({
      id,
      handle: id,
      seq,
      endSeq: seq,
      len: 0,
      truesize: TX_SKB_TRUESIZE,
      flags,
      segs: 0,
      gsoSize: 0,
      sacked: 0,
      sentNs: 0,
      inHost: 0,
      eor: false,
      txDelivered: 0,
      txCounts: false,
      tsPrev: NO_SKB,
      tsNext: NO_SKB,
      listed: false,
    });
  } else {
    const skb = t.skbs[id];
    skb.handle += LIFE;
    skb.seq = seq;
    skb.endSeq = seq;
    skb.len = 0;
    skb.truesize = TX_SKB_TRUESIZE;
    skb.flags = flags;
    skb.segs = 0;
    skb.gsoSize = 0;
    skb.sacked = 0;
    skb.sentNs = 0;
    skb.inHost = 0;
    skb.eor = false;
    skb.txCounts = false;
  }
  t.wmemQueued += TX_SKB_TRUESIZE;
  return t.skbs[id];
}

/** sk_wmem_free_skb. The skb is in no queue any more. */
export function freeSkb(t: TcpSender, skb: TxSkb): void {
  tsRemove(t, skb);
  t.wmemQueued -= skb.truesize;
  t.free.push(skb.id);
}

/** The skb a handle stands for; undefined: it is gone. */
export function skbOfHandle(t: TcpSender, handle: number): TxSkb | undefined {
  const skb = t.skbs[handle % LIFE];
  return skb !== undefined && skb.handle === handle ? skb : undefined;
}

// -- the order of sending

export function tsRemove(t: TcpSender, skb: TxSkb): void {
  if (!skb.listed) return;
  skb.listed = false;
  if (skb.tsPrev === NO_SKB) t.tsHead = skb.tsNext;
  else t.skbs[skb.tsPrev].tsNext = skb.tsNext;
  if (skb.tsNext === NO_SKB) t.tsTail = skb.tsPrev;
  else t.skbs[skb.tsNext].tsPrev = skb.tsPrev;
}

/** list_move_tail: it was sent last. */
export function tsMoveTail(t: TcpSender, skb: TxSkb): void {
  if (t.tsTail === skb.id) return;
  tsRemove(t, skb);
  skb.listed = true;
  skb.tsPrev = t.tsTail;
  skb.tsNext = NO_SKB;
  if (t.tsTail === NO_SKB) t.tsHead = skb.id;
  else t.skbs[t.tsTail].tsNext = skb.id;
  t.tsTail = skb.id;
}

function tsAddAfter(t: TcpSender, skb: TxSkb, place: TxSkb): void {
  if (!place.listed) return;
  skb.listed = true;
  skb.tsPrev = place.id;
  skb.tsNext = place.tsNext;
  if (place.tsNext === NO_SKB) t.tsTail = skb.id;
  else t.skbs[place.tsNext].tsPrev = skb.id;
  place.tsNext = skb.id;
}

// -- the retransmit queue

export function rtxHead(t: TcpSender): TxSkb | undefined {
  return t.rtx.length === 0 ? undefined : t.skbs[t.rtx[0]];
}

/** Place of the skb that holds this byte, or of the first one after it. */
export function rtxPlace(t: TcpSender, seq: number): number {
  let low = 0;
  let high = t.rtx.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (seqDiff(t.skbs[t.rtx[mid]].endSeq, seq) <= 0) low = mid + 1;
    else high = mid;
  }
  return low;
}

/** Place of an skb of the queue. */
export function rtxPlaceOf(t: TcpSender, skb: TxSkb): number {
  let place = rtxPlace(t, skb.seq);
  // one that lost all of its bytes shares its place with the next
  while (t.rtx[place] !== skb.id && place < t.rtx.length) place += 1;
  return place;
}

export function rtxNext(t: TcpSender, skb: TxSkb): TxSkb | undefined {
  const place = rtxPlaceOf(t, skb) + 1;
  return place < t.rtx.length ? t.skbs[t.rtx[place]] : undefined;
}

/** tcp_rtx_queue_unlink_and_free. */
export function rtxUnlinkAndFree(t: TcpSender, place: number): void {
  const skb = t.skbs[t.rtx[place]];
  if (place === 0) t.rtx.shift();
  else t.rtx.splice(place, 1);
  freeSkb(t, skb);
}

/** tcp_clear_all_retrans_hints */
export function clearRetransHints(t: TcpSender): void {
  t.lostHint = NO_SKB;
  t.retransmitHint = NO_SKB;
}

// -- segments of an skb

/** tcp_set_skb_tso_segs @returns segments */
export function setTsoSegs(skb: TxSkb, mss: number): number {
  if (skb.len <= mss) {
    skb.gsoSize = 0;
    skb.segs = 1;
  } else {
    skb.gsoSize = mss;
    skb.segs = Math.ceil(skb.len / mss);
  }
  return skb.segs;
}

/** tcp_adjust_pcount: an skb that is out holds so many segments fewer than it was counted for. */
export function adjustPcount(s: TcpSock, skb: TxSkb, fewer: number): void {
  const t = s.tx;
  t.packetsOut -= fewer;
  if ((skb.sacked & TCPCB_SACKED_ACKED) !== 0) t.sackedOut -= fewer;
  if ((skb.sacked & TCPCB_SACKED_RETRANS) !== 0) t.retransOut -= fewer;
  if ((skb.sacked & TCPCB_LOST) !== 0) t.lostOut -= fewer;
  if (!s.sackOk && fewer > 0) t.sackedOut -= Math.min(t.sackedOut, fewer);
  if (
    t.lostHint !== NO_SKB &&
    before(skb.seq, t.skbs[t.lostHint].seq) &&
    (skb.sacked & TCPCB_SACKED_ACKED) !== 0
  )
    t.lostCntHint -= fewer;
}

/** Moves what is beyond len into a new skb; PSH and FIN go with it. */
function splitOff(t: TcpSender, skb: TxSkb, len: number): TxSkb {
  const rest = allocSkb(t, seqAdd(skb.seq, len), skb.flags);
  const more = skb.len - len;
  rest.truesize += more;
  skb.truesize -= more;
  rest.len = more;
  rest.endSeq = skb.endSeq;
  skb.len = len;
  skb.endSeq = rest.seq;
  skb.flags &= ~(TCP_FIN | TCP_PSH);
  rest.eor = skb.eor;
  skb.eor = false;
  return rest;
}

/** tso_fragment: the head of the write queue, not sent yet, is cut. */
export function tsoFragment(t: TcpSender, skb: TxSkb, len: number, mss: number): void {
  const rest = splitOff(t, skb, len);
  setTsoSegs(skb, mss);
  setTsoSegs(rest, mss);
  const place = t.writeQueue.indexOf(skb.id);
  t.writeQueue.splice(place + 1, 0, rest.id);
}

/** tcp_fragment of an skb in the retransmit queue. @returns the rest */
export function rtxFragment(s: TcpSock, skb: TxSkb, len: number, mss: number): TxSkb {
  const t = s.tx;
  const place = rtxPlaceOf(t, skb);
  const was = skb.segs;
  const rest = splitOff(t, skb, len);
  rest.sacked = skb.sacked;
  rest.sentNs = skb.sentNs;
  rest.txDelivered = skb.txDelivered;
  rest.txCounts = skb.txCounts;
  setTsoSegs(skb, mss);
  setTsoSegs(rest, mss);
  const fewer = was - skb.segs - rest.segs;
  if (fewer !== 0 && !before(t.sndNxt, rest.endSeq)) adjustPcount(s, skb, fewer);
  t.rtx.splice(place + 1, 0, rest.id);
  tsAddAfter(t, rest, skb);
  return rest;
}

/** tcp_trim_head: bytes at the front are acknowledged. */
export function trimHead(t: TcpSender, skb: TxSkb, len: number): void {
  skb.seq = seqAdd(skb.seq, len);
  skb.len -= len;
  skb.truesize -= len;
  t.wmemQueued -= len;
  if (skb.segs > 1) setTsoSegs(skb, skb.gsoSize > 0 ? skb.gsoSize : skb.len);
}
