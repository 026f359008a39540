/**
 * The card decrypts what comes in order. It knows a connection's next byte and where its record ends; what it has not seen whole it
 * passes on as it came. A gap that hides no record header costs the rest of that record; one that hides a header leaves the card
 * without bearings: it looks for the pattern of a header in the stream, asks the kernel whether a record begins there, and goes on
 * from the next record once that has confirmed it.
 * Source: Documentation/networking/tls-offload.rst (RX, resync handling, stream scan), mlx5 en_accel/ktls_rx.c
 * mlx5e_ktls_handle_rx_skb, resync_update_sn, mlx5e_ktls_handle_get_psv_completion; net/tls/tls_device.c
 * tls_device_rx_resync_new_rec, tls_device_rx_resync_async, v6.12.
 * Left out: headers that the search finds where none is; the firmware's own rules, which are not published.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { emit } from '../emit.ts';
import { FRAME_DECRYPTED, FRAME_L4_CSUM_BAD, FRAME_TLS_SYNC } from '../packet/frame-bits.ts';
import { NO_CPU } from '../records.ts';
import { seqAdd, seqDiff } from '../tcp/seq.ts';
import type { Cpu, Nic, Socket, TcpConnection, World } from '../world.ts';
import { recordAt, recordFrom } from './records.ts';
import { TLS_HEADER_SIZE, TLS_MAX_PAYLOAD_SIZE, type TlsTx } from './state.ts';

/** In step with the stream; looking for a header; has asked the kernel about one, and counts on from there. */
const IN_STEP = 0;
const SEARCHING = 1;
const ASKING = 2;

/** From the driver's question to the card's answer: a work queue and a command to the card, ns. Assumed. */
const PSV_NS = 20_000;

/** What a card keeps of a connection, and what its driver has under way about it. */
export interface TlsCard {
  /** Card (world index). */
  dev: number;
  state: number;
  /** Next byte; the record at work has been seen from its header on. */
  expectedSeq: number;
  whole: boolean;
  /** Where it fell out of step; it has begun to search. */
  lostSeq: number;
  scanning: boolean;
  /** Header found. */
  foundSeq: number;
  /** Driver and kernel: when the card's answer is in (-1: nothing under way), whether it has been taken, the header it names. */
  answerAtNs: number;
  answered: boolean;
  requestSeq: number;
}

export function createTlsCard(dev: number, seq: number): TlsCard {
  return {
    dev,
    state: IN_STEP,
    expectedSeq: seq,
    whole: true,
    lostSeq: seq,
    scanning: false,
    foundSeq: seq,
    answerAtNs: -1,
    answered: false,
    requestSeq: seq,
  };
}

/** The card does connections' ciphers, and this frame is of one of them. */
function cardOf(w: World, nic: Nic, slot: number): { conn: TcpConnection; card: TlsCard } | null {
  const { connection } = w.fixed.flows[w.pool.flow[slot]];
  if (connection < 0) return null;
  const conn = w.connections[connection];
  const card = conn.tls === null ? null : conn.tls.rx.card;
  return card === null || card.dev !== nic.index ? null : { conn, card };
}

/** A frame has come in whole: decrypted, or passed on as it came. */
export function tlsCardReceives(w: World, nic: Nic, slot: number): void {
  const { pool } = w;
  const len = pool.totalPayload[slot];
  if (len === 0) return;
  const found = cardOf(w, nic, slot);
  if (found === null) return;
  const { conn, card } = found;
  const tls = conn.tls;
  const stream = tls === null ? undefined : w.connections[tls.peer].tls?.tx;
  if (stream === undefined) return;
  const bad = (pool.bits[slot] & FRAME_L4_CSUM_BAD) !== 0;
  const reason = bad ? Reason.tlsRxChecksum : follow(card, stream, pool.seq[slot], len);
  if (reason === Reason.tlsRxDecrypted) pool.bits[slot] |= FRAME_DECRYPTED;
  if (reason === Reason.tlsRxAsks) pool.bits[slot] |= FRAME_TLS_SYNC;
  pool.lastSeq[slot] = emit(
    w,
    Kind.tlsRxCard,
    nic.macPlace,
    reason,
    NO_CPU,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    len,
    pool.seq[slot] | 0,
  );
}

/** @returns what becomes of the segment's cipher, as a reason */
function follow(card: TlsCard, stream: TlsTx, seq: number, len: number): number {
  const gap = seqDiff(seq, card.expectedSeq);
  if (gap < 0) return Reason.tlsRxBefore;
  const from = card.expectedSeq;
  const end = seqAdd(seq, len);
  card.expectedSeq = end;
  if (card.state === IN_STEP) {
    if (gap === 0 && card.whole) return Reason.tlsRxDecrypted;
    if (gap > 0) {
      if (headerHidden(stream, from, seq)) {
        card.state = SEARCHING;
        card.lostSeq = from;
        card.scanning = false;
        return Reason.tlsRxHeaderLost;
      }
      card.whole = false;
    }
    return broken(card, stream, seq, end, gap > 0);
  }
  if (card.state === ASKING) {
    if (gap === 0 || !headerHidden(stream, from, seq)) return Reason.tlsRxTracking;
    card.state = SEARCHING;
  }
  return search(card, stream, seq, end);
}

/** The record at work is not whole: from the next header on the card is right again. */
function broken(card: TlsCard, stream: TlsTx, seq: number, end: number, gap: boolean): number {
  const next = recordFrom(stream, seq);
  if (next !== null && next.start === seq) {
    card.whole = true;
    return Reason.tlsRxDecrypted;
  }
  if (next !== null && seqDiff(next.start, end) < 0) card.whole = true;
  return gap ? Reason.tlsRxGap : Reason.tlsRxRest;
}

/** The bytes from `from` up to `to`, which have not come, hold (part of) a header that the card needs. */
function headerHidden(stream: TlsTx, from: number, to: number): boolean {
  const current = recordAt(stream, from);
  if (current !== null && seqDiff(from, current.start) < TLS_HEADER_SIZE) return true;
  const next = recordFrom(stream, from);
  return next !== null && seqDiff(next.start, to) < 0;
}

/** It looks for a header once the longest record must have ended. */
function search(card: TlsCard, stream: TlsTx, seq: number, end: number): number {
  if (!card.scanning && seqDiff(end, card.lostSeq) <= TLS_MAX_PAYLOAD_SIZE) return Reason.tlsRxSearching;
  card.scanning = true;
  const next = recordFrom(stream, seq);
  if (next === null || seqDiff(end, next.start) < TLS_HEADER_SIZE) return Reason.tlsRxSearching;
  card.state = ASKING;
  card.foundSeq = next.start;
  return Reason.tlsRxAsks;
}

/** The driver takes the frame off the ring: it counts it, and passes the card's question on. */
export function tlsDriverReceives(w: World, nic: Nic, cpu: Cpu, slot: number, place: number): void {
  const { pool } = w;
  const { tls } = nic;
  if (tls === null) return;
  if ((pool.bits[slot] & FRAME_DECRYPTED) !== 0) {
    tls.rx_tls_decrypted_packets += 1;
    tls.rx_tls_decrypted_bytes += pool.frameLen[slot];
    return;
  }
  pool.bits[slot] &= ~FRAME_TLS_SYNC;
  tls.rx_tls_resync_req_pkt += 1;
  const card = cardOf(w, nic, slot)?.card;
  if (card === undefined) return;
  tls.rx_tls_resync_req_start += 1;
  card.answerAtNs = w.now + PSV_NS;
  card.answered = false;
  card.requestSeq = card.foundSeq;
  const [id, cause] = [pool.id[slot], pool.lastSeq[slot]];
  const seq = card.foundSeq | 0;
  const why = Reason.tlsResyncAsked;
  pool.lastSeq[slot] = emit(w, Kind.tlsRxResync, place, why, cpu.index, id, 0, cause, PSV_NS, seq);
}

/** The kernel looks at a record's header: if the card waits to hear of one at or before it, it hears now. @param cause record behind it */
export function tlsNewRecord(
  w: World,
  cpu: Cpu,
  conn: TcpConnection,
  sock: Socket,
  seq: number,
  cause: number,
): void {
  const card = conn.tls === null ? null : conn.tls.rx.card;
  if (card === null || card.answerAtNs < 0 || w.now < card.answerAtNs) return;
  const { tls } = w.nics[card.dev];
  if (tls === null) return;
  const tell = (reason: number): void => {
    const at = card.requestSeq | 0;
    emit(w, Kind.tlsRxResync, sock.place, reason, cpu.index, 0, conn.flow, cause, seqDiff(seq, at), at);
  };
  if (!card.answered) {
    card.answered = true;
    if (card.state !== ASKING) {
      tls.rx_tls_resync_req_skip += 1;
      card.answerAtNs = -1;
      tell(Reason.tlsResyncSkipped);
      return;
    }
    tls.rx_tls_resync_req_end += 1;
    card.requestSeq = card.foundSeq;
  }
  if (seqDiff(seq, card.requestSeq) < 0) return;
  card.answerAtNs = -1;
  tls.rx_tls_resync_res_ok += 1;
  w.hosts[cpu.host].tls.TlsRxDeviceResync += 1;
  if (card.state === ASKING && card.foundSeq === card.requestSeq) {
    card.state = IN_STEP;
    card.whole = false;
  }
  tell(Reason.tlsResyncConfirmed);
}
