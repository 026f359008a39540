/**
 * Writing over TLS: what the application writes goes out as records of at most 16384 bytes. In the kernel sendmsg encrypts each on the
 * caller's CPU, in one pass from the application's memory into another buffer; for a card it only frames and copies it. A library in
 * the application copies and encrypts first and writes one record a call, which the kernel copies once more.
 * What TCP's send buffer has no room for of a record waits, and goes before anything else.
 * Source: net/tls/tls_sw.c tls_sw_sendmsg, bpf_exec_tx_verdict, net/tls/tls_device.c tls_push_data, net/tls/tls_main.c tls_push_sg,
 * tls_push_partial_record, v6.12; OpenSSL ssl/record. Left out: MSG_MORE, sendfile, ciphers that work asynchronously.
 */
import { Ctx } from '../../catalog/contexts.ts';
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { spend, startWork } from '../cpu/context.ts';
import { emit } from '../emit.ts';
import { connectionRoom, connectionWrite } from '../net/tcp-connection.ts';
import { countCrypt, cryptCycles } from '../tls/crypt.ts';
import { pushRecord } from '../tls/records.ts';
import { TLS_HW, TLS_MAX_PAYLOAD_SIZE, TLS_SW, TLS_USER, type TlsConn } from '../tls/state.ts';
import type { Cpu, Socket, Task, TcpConnection, World } from '../world.ts';
import type { StreamJob } from './stream-wake.ts';

const REASONS: readonly number[] = [Reason.tlsUserEncrypt, Reason.tlsSwEncrypt, Reason.tlsFramed];

/** The application has to encrypt a record before it can write. */
export function encryptsFirst(conn: TcpConnection): boolean {
  return conn.tls?.tx.mode === TLS_USER && (conn.job as StreamJob).pending === 0 && connectionRoom(conn) > 0;
}

/** It copies a record's worth into the library's buffer and encrypts it there. */
export function startEncrypting(w: World, cpu: Cpu, task: Task, conn: TcpConnection): void {
  const { profile } = w.fixed.hosts[cpu.host];
  const bytes = Math.min((conn.job as StreamJob).left, TLS_MAX_PAYLOAD_SIZE);
  task.callBytes = bytes;
  cpu.taskCtx = Ctx.task;
  countCrypt(w, cpu, bytes, true);
  const cipher = spend(cpu, Part.crypto, profile.tlsRecord + cryptCycles(w, cpu.host, bytes));
  startWork(w, cpu, cipher + spend(cpu, Part.copy, profile.copyPerByte * bytes));
}

/** It is encrypted, and waits to be written. */
export function encrypted(w: World, cpu: Cpu, task: Task, conn: TcpConnection, sock: Socket): void {
  newRecord(w, cpu, task, conn, sock, task.callBytes);
}

/** Begins the next record of a call in the kernel, or goes on with one. @param cycles what it costs besides */
export function startRecord(w: World, cpu: Cpu, task: Task, conn: TcpConnection, cycles: number): void {
  const { profile } = w.fixed.hosts[cpu.host];
  const tls = conn.tls as TlsConn;
  const job = conn.job as StreamJob;
  const room = connectionRoom(conn);
  task.callBytes = 0;
  if (tls.tx.mode === TLS_USER) {
    const copying = profile.copyPerByte * Math.min(job.pending, room);
    startWork(w, cpu, spend(cpu, Part.calls, cycles) + spend(cpu, Part.copy, copying));
    return;
  }
  if (job.pending > 0 || room === 0) {
    startWork(w, cpu, spend(cpu, Part.calls, cycles));
    return;
  }
  const bytes = Math.min(job.left, TLS_MAX_PAYLOAD_SIZE);
  task.callBytes = bytes;
  const sw = tls.tx.mode === TLS_SW;
  if (sw) countCrypt(w, cpu, bytes, true);
  const cipher = spend(cpu, Part.crypto, profile.tlsRecord + (sw ? cryptCycles(w, cpu.host, bytes) : 0));
  const copying = spend(cpu, Part.copy, sw ? 0 : profile.copyPerByte * bytes);
  startWork(w, cpu, spend(cpu, Part.calls, cycles) + cipher + copying);
}

/** The item is over: TCP gets what it has room for. @returns true where the call may go on with another record */
export function finishRecord(w: World, cpu: Cpu, task: Task, conn: TcpConnection, sock: Socket): boolean {
  const { tx } = conn.tls as TlsConn;
  const job = conn.job as StreamJob;
  if (task.callBytes > 0) {
    newRecord(w, cpu, task, conn, sock, task.callBytes);
    task.stream.bytes += task.callBytes;
  }
  if (job.pending === 0) return false;
  // a record for the card is pushed with what follows it; one that the CPU encrypts, at once
  const more = tx.mode === TLS_HW && job.left > 0;
  const taken = connectionRoom(conn) === 0 ? 0 : connectionWrite(w, cpu, conn, sock, job.pending, more);
  job.pending -= taken;
  if (tx.mode === TLS_USER) task.stream.bytes += taken;
  return tx.mode !== TLS_USER && job.pending === 0;
}

function newRecord(w: World, cpu: Cpu, task: Task, conn: TcpConnection, sock: Socket, bytes: number): void {
  const tls = conn.tls as TlsConn;
  const job = conn.job as StreamJob;
  const start = tls.tx.endSeq;
  const number = pushRecord(w, conn, bytes + tls.overhead);
  job.pending = bytes + tls.overhead;
  job.left -= bytes;
  w.hosts[cpu.host].software.tlsRecordsOut += 1;
  const why = REASONS[tls.tx.mode];
  emit(w, Kind.tlsRecord, sock.place, why, cpu.index, 0, number, task.wakeSeq, bytes, start | 0);
}
