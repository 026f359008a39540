/** A socket's receive queue and who waits for it. */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { cancel } from '../clock/agenda.ts';
import { wakeTask } from '../cpu/scheduler.ts';
import { emit } from '../emit.ts';
import type { Cpu, Socket, World } from '../world.ts';
import { seqAdd, seqDiff } from '../tcp/seq.ts';

export function queueLength(sock: Socket): number {
  return sock.queue.length - sock.head;
}

/** kTLS: its readers get whole records, not segments. */
export function readsRecords(sock: Socket): boolean {
  return sock.spec.tls !== undefined && sock.spec.tls.rx === 'kernel';
}

/** There is something for a reader. */
export function hasData(sock: Socket): boolean {
  return readsRecords(sock) ? sock.tlsReady.length > 0 : queueLength(sock) > 0;
}

/** Slot of the oldest skb; the queue isn't empty. */
export function queuedSkb(sock: Socket): number {
  return sock.queue[sock.head];
}

/** Takes the oldest skb off; the memory it was charged with, bytes, is given back to the socket. */
export function dequeue(sock: Socket, truesize: number): number {
  const slot = sock.queue[sock.head];
  sock.head += 1;
  if (sock.head >= 512) {
    sock.queue = sock.queue.slice(sock.head);
    sock.head = 0;
  }
  sock.rmem -= truesize;
  return slot;
}

/** Takes a flow's skbs that end at `end` or before off the queue, wherever they stand. The memory is the caller's to give back. */
export function takeQueued(w: World, sock: Socket, flow: number, end: number): number[] {
  const { pool } = w;
  const taken: number[] = [];
  let at = sock.head;
  while (at < sock.queue.length) {
    const slot = sock.queue[at];
    if (pool.flow[slot] !== flow) at += 1;
    else if (seqDiff(seqAdd(pool.seq[slot], pool.totalPayload[slot]), end) > 0) break;
    else {
      taken.push(slot);
      if (at === sock.head) {
        sock.head += 1;
        at += 1;
      } else sock.queue.splice(at, 1);
    }
  }
  if (sock.head >= 512) {
    sock.queue = sock.queue.slice(sock.head);
    sock.head = 0;
  }
  return taken;
}

/** Appends an skb and charges it: from here on it counts as delivered. */
export function enqueue(
  w: World,
  cpu: Cpu,
  sock: Socket,
  slot: number,
  reason: number,
  charge: boolean,
): void {
  const pool = w.pool;
  sock.queue.push(slot);
  if (charge) sock.rmem += pool.truesize[slot];
  sock.napiQueue = pool.queue[slot];
  sock.received += 1;
  sock.receivedBytes += pool.totalPayload[slot];
  w.totals.delivered += 1;
  pool.lastSeq[slot] = emit(
    w,
    Kind.socketQueue,
    sock.place,
    reason,
    cpu.index,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    pool.truesize[slot],
    sock.rmem,
  );
}

/** A segment beyond a hole waits in the out-of-order queue; its memory has been charged. */
export function enqueueOfo(w: World, cpu: Cpu, sock: Socket, slot: number): void {
  const pool = w.pool;
  sock.ofo.push(slot);
  pool.lastSeq[slot] = emit(
    w,
    Kind.socketQueue,
    sock.place,
    Reason.outOfOrder,
    cpu.index,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    pool.truesize[slot],
    sock.rmem,
  );
}

/** sock_def_readable: wakes the task that sleeps on this socket, if one does. */
export function dataReady(w: World, cpu: Cpu, sock: Socket, cause: number): void {
  if (sock.waiter === 0) return;
  const task = w.tasks[sock.waiter - 1];
  for (const id of task.sockets) w.sockets[id - 1].waiter = 0;
  // it also waited for the time of its next datagram
  if (task.app?.send !== undefined || task.app?.stream !== undefined) cancel(w.agenda, task.timerActor);
  if (task.state !== 'sleeping') return;
  const seq = emit(
    w,
    Kind.wakeUp,
    sock.place,
    Reason.readerAsleep,
    cpu.index,
    0,
    0,
    cause,
    task.cpu,
    task.id,
  );
  wakeTask(w, task, seq);
}
