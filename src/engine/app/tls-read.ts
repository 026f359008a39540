/**
 * recvmsg over kTLS: whole records only. Those whose segments the card has decrypted are copied; those that came as they left are
 * decrypted by the reader's CPU, on the way into its memory; of those that are half and half the decrypted part is encrypted again first,
 * for only a whole record's tag can be checked.
 * Source: net/tls/tls_sw.c tls_sw_recvmsg, tls_rx_one_record, net/tls/tls_device.c tls_device_decrypted, tls_device_reencrypt,
 * net/tls/tls_strp.c, v6.12. Left out: a read of less than a record (the rest would wait decrypted), TLS_RX_EXPECT_NO_PAD.
 */
import { Point } from '../../catalog/capture-points.ts';
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { spend, startWork } from '../cpu/context.ts';
import { packetAway, remoteExtra } from '../cpu/node.ts';
import { emit } from '../emit.ts';
import { addLatency } from '../metrics/latency.ts';
import { recordSockFlow } from '../net/rps.ts';
import { takeQueued } from '../net/socket.ts';
import { connectionReadTo } from '../net/tcp-connection.ts';
import { FRAME_DECRYPTED } from '../packet/frame-bits.ts';
import { freeSlots } from '../packet/pool.ts';
import { seqDiff } from '../tcp/seq.ts';
import { countCrypt, cryptCycles } from '../tls/crypt.ts';
import { type RecordSpan, recordAt } from '../tls/records.ts';
import { TLS_USER, type TlsConn } from '../tls/state.ts';
import { lookForRecord } from '../tls/strparser.ts';
import { type Cpu, LATENCY_FLOWS, type Socket, type Task, type TcpConnection, type World } from '../world.ts';
import { streamRead } from './stream-wake.ts';

function recordOf(w: World, conn: TcpConnection): RecordSpan {
  const tls = conn.tls as TlsConn;
  const stream = (w.connections[tls.peer].tls as TlsConn).tx;
  const record = recordAt(stream, tls.rx.next);
  if (record === null) throw new RangeError('a record that is ready is not known any more');
  return record;
}

/** Skbs of the record: how many, how many of them the card has decrypted; they lie on another NUMA node. */
const seen = { skbs: 0, decrypted: 0, away: false };

function look(w: World, cpu: Cpu, sock: Socket, conn: TcpConnection, record: RecordSpan): void {
  const { pool } = w;
  seen.skbs = 0;
  seen.decrypted = 0;
  seen.away = false;
  for (let i = sock.head; i < sock.queue.length; i += 1) {
    const slot = sock.queue[i];
    if (pool.flow[slot] !== conn.flow) continue;
    if (seqDiff(pool.seq[slot], record.end) >= 0) return;
    seen.skbs += 1;
    if ((pool.bits[slot] & FRAME_DECRYPTED) !== 0) seen.decrypted += 1;
    if (seen.skbs === 1) seen.away = w.fixed.hosts[sock.host].nodes > 1 && packetAway(w, cpu, slot);
  }
}

function howRead(): number {
  if (seen.decrypted === 0) return Reason.tlsSwDecrypt;
  return seen.decrypted === seen.skbs ? Reason.tlsCardDecrypted : Reason.tlsMixed;
}

/** recvmsg begins. */
export function startTlsRecv(w: World, cpu: Cpu, task: Task, sock: Socket): void {
  const conn = w.connections[sock.tlsReady[0]];
  const first = sock.queue.find((slot, i) => i >= sock.head && w.pool.flow[slot] === conn.flow);
  if (first !== undefined) recordSockFlow(w, cpu, w.pool.hash[first]);
  task.callBytes = 0;
  sock.owned = true;
  startOne(w, cpu, sock, w.fixed.hosts[cpu.host].profile.recvmsg);
}

/** The next record's work. @param cycles of the call beside it */
function startOne(w: World, cpu: Cpu, sock: Socket, cycles: number): void {
  const { profile } = w.fixed.hosts[cpu.host];
  const conn = w.connections[sock.tlsReady[0]];
  const tls = conn.tls as TlsConn;
  const record = recordOf(w, conn);
  const payload = seqDiff(record.end, record.start) - tls.overhead;
  look(w, cpu, sock, conn, record);
  const how = howRead();
  const crypt = how === Reason.tlsCardDecrypted ? 0 : how === Reason.tlsMixed ? 2 * payload : payload;
  if (crypt > 0) countCrypt(w, cpu, crypt, false);
  // 1.2 is decrypted right into the reader's memory; 1.3 may be padded, which shows only afterwards
  const copy = how === Reason.tlsSwDecrypt && tls.minor === 2 ? 0 : payload;
  const moved = profile.copyPerByte * copy;
  const away = seen.away ? remoteExtra(w, cpu, profile.copyPerByte * payload) : 0;
  const cipher = spend(cpu, Part.crypto, profile.tlsRecord + cryptCycles(w, cpu.host, crypt));
  const copying = spend(cpu, Part.copy, moved + away);
  const queue = spend(cpu, Part.tcpip, profile.recvSkb * seen.skbs);
  startWork(w, cpu, spend(cpu, Part.calls, cycles) + queue + cipher + copying);
}

/** A record is in the reader's memory. @returns true where the call goes on with another */
export function finishTlsRecord(w: World, cpu: Cpu, task: Task, sock: Socket): boolean {
  const conn = w.connections[sock.tlsReady[0]];
  const tls = conn.tls as TlsConn;
  const { rx } = tls;
  const record = recordOf(w, conn);
  const bytes = seqDiff(record.end, record.start) - tls.overhead;
  look(w, cpu, sock, conn, record);
  const how = howRead();
  const slots = takeQueued(w, sock, conn.flow, record.end);
  connectionReadTo(w, cpu, conn, sock, record.end);
  task.callBytes += bytes;
  task.bytes += bytes;
  task.lastReadNs = w.now;
  w.hosts[cpu.host].software.tlsRecordsIn += 1;
  const last = slots.length === 0 ? task.wakeSeq : w.pool.lastSeq[slots[slots.length - 1]];
  const seq = emit(
    w,
    Kind.tlsRecv,
    sock.place,
    how,
    cpu.index,
    0,
    record.number,
    last,
    bytes,
    record.start | 0,
  );
  for (const slot of slots) free(w, cpu, task, sock, slot, seq);
  if (task.app?.replyBytes !== undefined) {
    task.send.replyFlow = w.fixed.flows[conn.flow].reply;
    task.send.replyTag = 0;
  }
  streamRead(w, task, conn, bytes);
  rx.next = record.end;
  rx.parsed = false;
  rx.ready = false;
  sock.tlsReady.shift();
  lookForRecord(w, cpu, conn, sock, seq);
  if (!rx.ready) return false;
  const more = recordOf(w, conn);
  const next = seqDiff(more.end, more.start) - tls.overhead;
  if (task.callBytes + next > (task.app === null ? 0 : task.app.readBytes)) return false;
  // it goes on with the connection it is at
  sock.tlsReady.pop();
  sock.tlsReady.unshift(conn.index);
  startOne(w, cpu, sock, 0);
  return true;
}

/** An skb whose last byte has been read leaves the queue. */
function free(w: World, cpu: Cpu, task: Task, sock: Socket, slot: number, cause: number): void {
  const { pool } = w;
  const latencyNs = w.now - pool.arrivedNs[slot];
  addLatency(task.latency, latencyNs);
  const flow = pool.flow[slot];
  if (flow <= LATENCY_FLOWS) addLatency(w.flowState.latency[flow - 1], latencyNs);
  if (w.tap !== null) w.tap(w, Point.appIn, w.queues[pool.queue[slot]].nic, slot);
  const [id, bytes] = [pool.id[slot], pool.totalPayload[slot]];
  const why = Reason.tlsConsumed;
  emit(w, Kind.tlsFree, sock.place, why, cpu.index, id, 0, cause, bytes, sock.rmem);
  freeSlots(pool, slot);
}

/** A library has read bytes up to `end`: the records that are whole now wait to be decrypted. @returns their payload, bytes */
export function tlsUserRead(w: World, task: Task, conn: TcpConnection, end: number): number {
  const tls = conn.tls as TlsConn;
  const { rx } = tls;
  if (rx.mode !== TLS_USER) return 0;
  const stream = w.connections[tls.peer].tls?.tx;
  let bytes = 0;
  while (stream !== undefined) {
    const record = recordAt(stream, rx.next);
    if (record === null || seqDiff(record.end, end) > 0) break;
    rx.next = record.end;
    bytes += seqDiff(record.end, record.start) - tls.overhead;
    task.cryptRecords += 1;
  }
  task.cryptBytes += bytes;
  return bytes;
}

/** Back from recvmsg, the library decrypts and copies to the application. @returns cycles of it */
export function tlsUserDecrypt(w: World, cpu: Cpu, task: Task): number {
  const bytes = task.cryptBytes;
  if (bytes === 0) return 0;
  const { profile } = w.fixed.hosts[cpu.host];
  const records = task.cryptRecords;
  task.cryptBytes = 0;
  task.cryptRecords = 0;
  task.bytes += bytes;
  w.hosts[cpu.host].software.tlsRecordsIn += records;
  countCrypt(w, cpu, bytes, false);
  const { place } = w.sockets[task.callSocket - 1];
  emit(w, Kind.tlsRecv, place, Reason.tlsUserDecrypt, cpu.index, 0, records, task.wakeSeq, bytes, 0);
  const cipher = spend(cpu, Part.crypto, records * profile.tlsRecord + cryptCycles(w, cpu.host, bytes));
  return cipher + spend(cpu, Part.copy, profile.copyPerByte * bytes);
}
