/**
 * The scoreboard: SACK blocks that come in mark what has arrived, skbs are split at their edges and arrived neighbours joined.
 * DSACKs tell of retransmissions that were not needed. Source: net/ipv4/tcp_input.c tcp_sacktag_write_queue and what it calls, v6.12.
 */
import { Reason } from '../../catalog/reasons.ts';
import { TCP_FIN } from '../packet/frame.ts';
import { MAX_SKB_FRAGS, SKB_FRAG_PAGE } from './constants.ts';
import type { TcpEnv } from './env.ts';
import { rackAdvance } from './rack.ts';
import { type RateSample, rateSkbDelivered } from './rate.ts';
import { checkSackReordering, highestSackSeq } from './reordering.ts';
import {
  CA_LOSS,
  microseconds,
  NO_SKB,
  TCPCB_EVER_RETRANS,
  TCPCB_LOST,
  TCPCB_RETRANS,
  TCPCB_SACKED_ACKED,
  TCPCB_SACKED_RETRANS,
  TCPCB_TAGBITS,
  type TxSkb,
} from './sender.ts';
import { after, before, seqAdd, seqDiff } from './seq.ts';
import type { TcpSock } from './sock.ts';
import { FLAG_DATA_SACKED, FLAG_DSACK_TLP, FLAG_DSACKING_ACK, FLAG_ORIG_SACK_ACKED } from './ack-flags.ts';
import { rtxFragment, rtxPlace, rtxPlaceOf, rtxUnlinkAndFree, tsRemove } from './tx-queue.ts';

/** struct tcp_sacktag_state */
export interface SackState {
  /** Send times (us) of the first and last never retransmitted segment newly SACKed; -1: none. */
  firstUs: number;
  lastUs: number;
  /** Lowest sequence number that shows reordering. */
  reord: number;
  delivered: number;
  flag: number;
  rate: RateSample;
}

interface Range {
  start: number;
  end: number;
}

/** tcp_is_sackblock_valid */
function valid(s: TcpSock, isDsack: boolean, start: number, end: number): boolean {
  const t = s.tx;
  if (after(end, t.sndNxt) || !before(start, end)) return false;
  if (!before(start, t.sndNxt)) return false;
  if (after(start, t.sndUna)) return true;
  if (!isDsack || t.undoMarker < 0) return false;
  if (after(end, t.sndUna)) return false;
  if (!before(start, t.undoMarker)) return true;
  if (!after(end, t.undoMarker)) return false;
  return !before(start, seqAdd(end, -t.maxWindow));
}

/** tcp_dsack_seen @returns segments received twice; 0: hard to believe */
function dsackSeen(env: TcpEnv, s: TcpSock, start: number, end: number, state: SackState): number {
  const t = s.tx;
  if (!before(start, end)) return 0;
  const len = seqDiff(end, start);
  if (len > t.maxWindow) return 0;
  let segs = 1;
  if (len > t.mssCache) segs = Math.ceil(len / t.mssCache);
  else if (t.tlpHighSeq >= 0 && t.tlpHighSeq === end) state.flag |= FLAG_DSACK_TLP;
  t.dsackDups += segs;
  if (t.dsackDups > t.totalRetrans) return 0;
  if (t.reordSeen > 0 && (state.flag & FLAG_DSACK_TLP) === 0) t.rackDsackSeen = true;
  state.flag |= FLAG_DSACKING_ACK;
  state.delivered += segs;
  env.decide(s, Reason.dsackReceived, start, end);
  return segs;
}

/** tcp_check_dsack: the first block lies below the ACK, or within the second. */
function checkDsack(
  env: TcpEnv,
  s: TcpSock,
  ack: number,
  sacks: readonly number[],
  priorUna: number,
  state: SackState,
): boolean {
  const t = s.tx;
  const [start, end] = sacks;
  if (before(start, ack)) env.counters.TcpExtTCPDSACKRecv += 1;
  else if (sacks.length > 2) {
    if (after(end, sacks[3]) || before(start, sacks[2])) return false;
    env.counters.TcpExtTCPDSACKOfoRecv += 1;
  } else return false;
  const segs = dsackSeen(env, s, start, end, state);
  if (segs === 0) {
    env.counters.TcpExtTCPDSACKIgnoredDubious += 1;
    return false;
  }
  env.counters.TcpExtTCPDSACKRecvSegs += segs;
  if (t.undoMarker >= 0 && t.undoRetrans > 0 && !after(end, priorUna) && after(end, t.undoMarker))
    t.undoRetrans = Math.max(0, t.undoRetrans - segs);
  return true;
}

/** tcp_match_skb_to_sack: splits the skb at the block's edge. @returns whether the skb (now) lies within */
function matchSkbToSack(s: TcpSock, skb: TxSkb, start: number, end: number): boolean | null {
  let inSack = !after(start, skb.seq) && !before(end, skb.endSeq);
  if (skb.segs <= 1 || inSack || !after(skb.endSeq, start)) return inSack;
  const mss = skb.gsoSize;
  inSack = !after(start, skb.seq);
  let len: number;
  if (!inSack) len = Math.max(seqDiff(start, skb.seq), mss);
  else {
    len = seqDiff(end, skb.seq);
    if (len < mss) return null;
  }
  // only whole segments, or the short one at the end
  if (len > mss) {
    const whole = Math.floor(len / mss) * mss;
    len = !inSack && whole < len ? whole + mss : whole;
  }
  if (len >= skb.len && !inSack) return false;
  rtxFragment(s, skb, len, mss);
  return inSack;
}

/** tcp_sacktag_one: counts for a range newly (or again) SACKed. @returns the new tags */
function sacktagOne(
  env: TcpEnv,
  s: TcpSock,
  state: SackState,
  tags: number,
  start: number,
  end: number,
  dup: boolean,
  segs: number,
  sentUs: number,
): number {
  const t = s.tx;
  let sacked = tags;
  if (dup && (sacked & TCPCB_RETRANS) !== 0) {
    if (t.undoMarker >= 0 && t.undoRetrans > 0 && after(end, t.undoMarker))
      t.undoRetrans = Math.max(0, t.undoRetrans - segs);
    if ((sacked & TCPCB_SACKED_ACKED) !== 0 && before(start, state.reord)) state.reord = start;
  }
  if (!after(end, t.sndUna)) return sacked;
  if ((sacked & TCPCB_SACKED_ACKED) === 0) {
    rackAdvance(env, s, sacked, end, sentUs);
    if ((sacked & TCPCB_SACKED_RETRANS) !== 0) {
      // without LOST its retransmission is thought to fly still
      if ((sacked & TCPCB_LOST) !== 0) {
        sacked &= ~(TCPCB_LOST | TCPCB_SACKED_RETRANS);
        t.lostOut -= segs;
        t.retransOut -= segs;
      }
    } else {
      if ((sacked & TCPCB_RETRANS) === 0) {
        // a hole filled by what was never sent again: it came late
        if (before(start, highestSackSeq(t)) && before(start, state.reord)) state.reord = start;
        if (!after(end, t.highSeq)) state.flag |= FLAG_ORIG_SACK_ACKED;
        if (state.firstUs < 0) state.firstUs = sentUs;
        state.lastUs = sentUs;
      }
      if ((sacked & TCPCB_LOST) !== 0) {
        sacked &= ~TCPCB_LOST;
        t.lostOut -= segs;
      }
    }
    sacked |= TCPCB_SACKED_ACKED;
    state.flag |= FLAG_DATA_SACKED;
    t.sackedOut += segs;
    state.delivered += segs;
    if (t.lostHint !== NO_SKB && before(start, t.skbs[t.lostHint].seq)) t.lostCntHint += segs;
  }
  if (dup && (sacked & TCPCB_SACKED_RETRANS) !== 0) {
    sacked &= ~TCPCB_SACKED_RETRANS;
    t.retransOut -= segs;
  }
  return sacked;
}

function seglen(skb: TxSkb): number {
  return skb.segs === 1 ? skb.len : skb.gsoSize;
}

/** tcp_advance_highest_sack: the skb after this one. */
function advanceHighestSack(s: TcpSock, place: number): void {
  const { rtx } = s.tx;
  s.tx.highestSack = place + 1 < rtx.length ? rtx[place + 1] : NO_SKB;
}

/** tcp_shifted_skb: bytes move from an skb to the SACKed one before it. @returns whether all of it did */
function shifted(
  env: TcpEnv,
  s: TcpSock,
  place: number,
  state: SackState,
  segs: number,
  len: number,
  mss: number,
  dup: boolean,
): boolean {
  const t = s.tx;
  const prev = t.skbs[t.rtx[place - 1]];
  const skb = t.skbs[t.rtx[place]];
  const start = skb.seq;
  sacktagOne(env, s, state, skb.sacked, start, seqAdd(start, len), dup, segs, microseconds(skb.sentNs));
  rateSkbDelivered(t, skb, state.rate);
  if (skb.id === t.lostHint) t.lostCntHint += segs;
  prev.endSeq = seqAdd(prev.endSeq, len);
  prev.len += len;
  prev.truesize += len;
  skb.seq = seqAdd(skb.seq, len);
  skb.len -= len;
  skb.truesize -= len;
  prev.segs += segs;
  skb.segs -= segs;
  if (prev.gsoSize === 0) prev.gsoSize = mss;
  if (skb.segs <= 1) skb.gsoSize = 0;
  prev.sacked |= skb.sacked & TCPCB_EVER_RETRANS;
  if (skb.len > 0) {
    env.counters.TcpExtTCPSackShifted += 1;
    return false;
  }
  if (skb.id === t.retransmitHint) t.retransmitHint = prev.id;
  if (skb.id === t.lostHint) {
    t.lostHint = prev.id;
    t.lostCntHint -= prev.segs;
  }
  prev.flags |= skb.flags;
  prev.eor = skb.eor;
  if ((skb.flags & TCP_FIN) !== 0) prev.endSeq = seqAdd(prev.endSeq, 1);
  if (skb.id === t.highestSack) advanceHighestSack(s, place);
  prev.txCounts = false;
  rtxUnlinkAndFree(t, place);
  env.counters.TcpExtTCPSackMerged += 1;
  return true;
}

function canShift(prev: TxSkb, len: number): boolean {
  return prev.len + len <= MAX_SKB_FRAGS * SKB_FRAG_PAGE;
}

/** What became of an attempt to move bytes: they moved (place of the skb they are in), nothing can be done here, do it otherwise. */
const FALLBACK = -1;

/** tcp_shift_skb_data @returns the place to go on from: of the skb before where bytes moved there, its own where nothing is to do */
function shiftSkbData(
  env: TcpEnv,
  s: TcpSock,
  place: number,
  state: SackState,
  start: number,
  end: number,
  dup: boolean,
): number {
  const t = s.tx;
  const skb = t.skbs[t.rtx[place]];
  const fallback = (): number => {
    env.counters.TcpExtTCPSackShiftFallback += 1;
    return FALLBACK;
  };
  if (!dup && (skb.sacked & (TCPCB_LOST | TCPCB_SACKED_RETRANS)) === TCPCB_SACKED_RETRANS) return fallback();
  if (skb.len === 0 || !after(skb.endSeq, t.sndUna) || place === 0) return fallback();
  const prev = t.skbs[t.rtx[place - 1]];
  if ((prev.sacked & TCPCB_TAGBITS) !== TCPCB_SACKED_ACKED || prev.eor) return fallback();
  let inSack = !after(start, skb.seq) && !before(end, skb.endSeq);
  let { len, segs } = skb;
  let mss: number;
  if (inSack) {
    mss = seglen(skb);
    if (mss !== seglen(prev)) return fallback();
  } else {
    if (!after(skb.endSeq, start) || skb.segs <= 1) return place;
    inSack = !after(start, skb.seq);
    if (!inSack) return fallback();
    mss = skb.gsoSize;
    if (mss !== seglen(prev)) return fallback();
    len = seqDiff(end, skb.seq);
    if (len < mss) return place;
    segs = Math.floor(len / mss);
    len = segs * mss;
  }
  if (!after(seqAdd(skb.seq, len), t.sndUna) || !canShift(prev, len)) return fallback();
  if (!shifted(env, s, place, state, segs, len, mss, dup)) return place - 1;
  // the hole is filled: the next may join as well
  const next = place < t.rtx.length ? t.skbs[t.rtx[place]] : undefined;
  if (
    next !== undefined &&
    next.len > 0 &&
    (next.sacked & TCPCB_TAGBITS) === TCPCB_SACKED_ACKED &&
    mss === seglen(next) &&
    !prev.eor &&
    canShift(prev, next.len)
  )
    shifted(env, s, place, state, next.segs, next.len, mss, false);
  return place - 1;
}

/** tcp_sacktag_walk from a place on. @returns the place it stopped at */
function walk(
  env: TcpEnv,
  s: TcpSock,
  from: number,
  nextDup: Range | null,
  state: SackState,
  start: number,
  end: number,
  dupIn: boolean,
): number {
  const t = s.tx;
  let place = from;
  for (; place < t.rtx.length; place += 1) {
    let skb = t.skbs[t.rtx[place]];
    let inSack: boolean | null = false;
    let dup = dupIn;
    if (!before(skb.seq, end)) break;
    if (nextDup !== null && before(skb.seq, nextDup.end)) {
      inSack = matchSkbToSack(s, skb, nextDup.start, nextDup.end);
      if (inSack === true) dup = true;
    }
    if (inSack !== true) {
      const moved = shiftSkbData(env, s, place, state, start, end, dup);
      if (moved === FALLBACK) inSack = matchSkbToSack(s, skb, start, end);
      else if (moved !== place) {
        place = moved;
        continue;
      } else inSack = false;
    }
    if (inSack === null) break;
    if (!inSack) continue;
    skb = t.skbs[t.rtx[place]];
    const sentUs = microseconds(skb.sentNs);
    skb.sacked = sacktagOne(env, s, state, skb.sacked, skb.seq, skb.endSeq, dup, skb.segs, sentUs);
    rateSkbDelivered(t, skb, state.rate);
    if ((skb.sacked & TCPCB_SACKED_ACKED) !== 0) tsRemove(t, skb);
    if (!before(skb.seq, highestSackSeq(t))) advanceHighestSack(s, place);
  }
  return place;
}

/** tcp_sacktag_skip: forward to a byte. */
function skip(s: TcpSock, place: number, seq: number): number {
  const t = s.tx;
  if (place >= 0 && place < t.rtx.length && after(t.skbs[t.rtx[place]].seq, seq)) return place;
  const found = rtxPlace(t, seq);
  return found < t.rtx.length && !after(t.skbs[t.rtx[found]].seq, seq) ? found : t.rtx.length;
}

function placeOfHighest(s: TcpSock): number {
  const t = s.tx;
  return t.highestSack === NO_SKB ? -1 : rtxPlaceOf(t, t.skbs[t.highestSack]);
}

/** The blocks to work on: valid ones that are not old news, in order. @returns where the first of the option went; -1: nowhere */
function usable(
  env: TcpEnv,
  s: TcpSock,
  ack: number,
  sacks: readonly number[],
  isDsack: boolean,
  priorUna: number,
  blocks: Range[],
): number {
  const t = s.tx;
  let first = 0;
  for (let i = 0; 2 * i < sacks.length && i < 4; i += 1) {
    const start = sacks[2 * i];
    const end = sacks[2 * i + 1];
    const dup = i === 0 && isDsack;
    if (!valid(s, dup, start, end)) {
      if (dup) {
        if (t.undoMarker < 0) env.counters.TcpExtTCPDSACKIgnoredNoUndo += 1;
        else env.counters.TcpExtTCPDSACKIgnoredOld += 1;
      } else {
        if (ack !== t.sndUna && !after(end, t.sndUna)) continue;
        env.counters.TcpExtTCPSACKDiscard += 1;
      }
      if (i === 0) first = -1;
      continue;
    }
    if (!after(end, priorUna)) {
      if (i === 0) first = -1;
      continue;
    }
    blocks.push({ start, end });
  }
  for (let i = blocks.length - 1; i > 0; i -= 1) {
    for (let j = 0; j < i; j += 1) {
      if (!after(blocks[j].start, blocks[j + 1].start)) continue;
      const block = blocks[j];
      blocks[j] = blocks[j + 1];
      blocks[j + 1] = block;
      if (j === first) first = j + 1;
    }
  }
  return first;
}

/** tcp_sacktag_write_queue. @param sacks the option's blocks  @returns FLAG_* bits */
export function sacktagWriteQueue(
  env: TcpEnv,
  s: TcpSock,
  ack: number,
  sacks: readonly number[],
  priorUna: number,
  state: SackState,
): number {
  const t = s.tx;
  state.flag = 0;
  state.reord = t.sndNxt;
  if (t.sackedOut === 0) t.highestSack = t.rtx.length === 0 ? NO_SKB : t.rtx[0];
  const foundDup = checkDsack(env, s, ack, sacks, priorUna, state);
  if (before(ack, seqAdd(priorUna, -t.maxWindow))) return 0;
  if (t.packetsOut === 0) return state.flag;
  const blocks: Range[] = [];
  const first = usable(env, s, ack, sacks, foundDup, priorUna, blocks);
  const cache = t.sackCache;
  // where nothing is SACKed the cache tells nothing
  let c = t.sackedOut === 0 ? 4 : 0;
  while (c < 4 && cache[2 * c] === 0 && cache[2 * c + 1] === 0) c += 1;
  let place = -1;
  let i = 0;
  while (i < blocks.length) {
    const { start, end } = blocks[i];
    const dup = foundDup && i === first;
    const nextDup = foundDup && i + 1 === first ? blocks[i + 1] : null;
    while (c < 4 && !before(start, cache[2 * c + 1])) c += 1;
    if (c < 4 && !dup && after(end, cache[2 * c])) {
      const known = { start: cache[2 * c], end: cache[2 * c + 1] };
      if (before(start, known.start)) {
        place = skip(s, place, start);
        place = walk(env, s, place, nextDup, state, start, known.start, dup);
      }
      if (!after(end, known.end)) {
        i += 1;
        continue;
      }
      if (nextDup !== null && before(nextDup.start, known.end)) {
        place = skip(s, place, nextDup.start);
        place = walk(env, s, place, null, state, nextDup.start, nextDup.end, true);
      }
      c += 1;
      if (highestSackSeq(t) === known.end) {
        // everything up to there is known: go on where the last one ended
        place = placeOfHighest(s);
        if (place < 0) break;
        place = walk(env, s, place, nextDup, state, start, end, dup);
        i += 1;
        continue;
      }
      place = skip(s, place, known.end);
      continue;
    }
    if (!before(start, highestSackSeq(t))) {
      place = placeOfHighest(s);
      if (place < 0) break;
    }
    place = skip(s, place, start);
    place = walk(env, s, place, nextDup, state, start, end, dup);
    i += 1;
  }
  let at = 0;
  for (; at < 2 * (4 - blocks.length); at += 1) cache[at] = 0;
  for (const block of blocks) {
    cache[at] = block.start;
    cache[at + 1] = block.end;
    at += 2;
  }
  if (t.caState !== CA_LOSS || t.undoMarker >= 0) checkSackReordering(env, s, state.reord, false);
  return state.flag;
}
