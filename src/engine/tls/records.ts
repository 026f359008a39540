/**
 * The records of one direction: where each begins in TCP's numbers. The writer keeps the list (as the kernel does for a card, until a
 * record is acknowledged); the reader, the cards and captures look the headers up in it, for the model has no bytes to read them from.
 * Source: net/tls/tls_device.c tls_push_record, tls_get_record, tls_icsk_clean_acked, v6.12.
 */
import { seqDiff } from '../tcp/seq.ts';
import type { TcpConnection, World } from '../world.ts';
import { TLS_HEADER_SIZE, type TlsTx } from './state.ts';

/** The list is looked through for what nobody needs any more when it has grown by so many; so many stay for captures. */
const TRIM_AT = 512;
const KEPT = 64;

/** A record: first byte, one past the last, number in its stream. */
export interface RecordSpan {
  start: number;
  end: number;
  number: number;
}

/** Of an index into the list. */
function spanAt(tx: TlsTx, i: number): RecordSpan {
  const end = i + 1 < tx.starts.length ? tx.starts[i + 1] : tx.endSeq;
  return { start: tx.starts[i], end, number: tx.firstNumber + i };
}

/** Index of the last record that begins at or before seq; -1: none that is kept. */
function indexAt(tx: TlsTx, seq: number): number {
  let low = 0;
  let high = tx.starts.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (seqDiff(tx.starts[mid], seq) <= 0) low = mid + 1;
    else high = mid;
  }
  return low - 1;
}

/** The record that the byte belongs to; null: it is not (or no longer) known. */
export function recordAt(tx: TlsTx, seq: number): RecordSpan | null {
  const i = indexAt(tx, seq);
  if (i < 0 || seqDiff(seq, tx.endSeq) >= 0) return null;
  return spanAt(tx, i);
}

/** The first record that begins at seq or later; null: none yet. */
export function recordFrom(tx: TlsTx, seq: number): RecordSpan | null {
  let i = indexAt(tx, seq);
  if (i < 0 || seqDiff(tx.starts[i], seq) < 0) i += 1;
  return i < tx.starts.length ? spanAt(tx, i) : null;
}

/** Appends a record of so many bytes, overhead included. @returns its number */
export function pushRecord(w: World, conn: TcpConnection, bytes: number): number {
  const tls = conn.tls;
  if (tls === null) throw new RangeError('a connection without TLS has no records');
  const { tx } = tls;
  if (tx.starts.length >= TRIM_AT) trim(w, conn, tx, tls.peer);
  tx.starts.push(tx.endSeq);
  tx.endSeq = (tx.endSeq + bytes) >>> 0;
  return tx.firstNumber + tx.starts.length - 1;
}

/** Acknowledged and read: nobody asks for it again but for captures of what was sent twice. */
function trim(w: World, conn: TcpConnection, tx: TlsTx, peer: number): void {
  const una = conn.tcp === null ? tx.endSeq : conn.tcp.tx.sndUna;
  const read = w.connections[peer].tls?.rx.next ?? una;
  const done = indexAt(tx, seqDiff(una, read) < 0 ? una : read) - KEPT;
  if (done <= 0) return;
  tx.starts.splice(0, done);
  tx.firstNumber += done;
}

/** All of its header is there, where bytes up to `to` are. */
export function hasHeader(start: number, to: number): boolean {
  return seqDiff(to, start) >= TLS_HEADER_SIZE;
}
