/**
 * The parser that finds records in the receive queue: a reader is woken for a whole record, not for a segment.
 * Source: net/tls/tls_strp.c tls_strp_check_rcv, tls_strp_read_sock, net/tls/tls_sw.c tls_rx_msg_size, tls_rx_msg_ready, v6.12
 * (before 6.0 net/strparser, to the same end).
 */

import { seqDiff } from '../tcp/seq.ts';
import type { Cpu, Socket, TcpConnection, World } from '../world.ts';
import { hasHeader, recordAt } from './records.ts';
import { tlsNewRecord } from './rx-card.ts';
import { TLS_USER } from './state.ts';

/** Looks at what has come: the next record's header, and whether all of it is there. @param cause record behind it */
export function lookForRecord(w: World, cpu: Cpu, conn: TcpConnection, sock: Socket, cause: number): void {
  const { tls } = conn;
  if (tls === null || tls.rx.mode === TLS_USER || tls.rx.ready) return;
  const { rx } = tls;
  if (!rx.parsed) {
    if (!hasHeader(rx.next, conn.queuedTo)) return;
    rx.parsed = true;
    tlsNewRecord(w, cpu, conn, sock, rx.next, cause);
  }
  const stream = w.connections[tls.peer].tls?.tx;
  const record = stream === undefined ? null : recordAt(stream, rx.next);
  if (record === null || seqDiff(conn.queuedTo, record.end) < 0) return;
  rx.ready = true;
  sock.tlsReady.push(conn.index);
}
