/**
 * A socket's send buffer: what its skbs are charged, and who waits for room.
 * Source: net/core/sock.c sock_wfree, sock_def_write_space, v6.12.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { wakeTask } from '../cpu/scheduler.ts';
import { emit } from '../emit.ts';
import { freeSlots } from '../packet/pool.ts';
import { NO_CPU } from '../records.ts';
import { tcpWfree } from '../tcp/tsq.ts';
import type { Nic, Socket, World } from '../world.ts';
import { innerFlow } from '../tunnel/state.ts';
import { toeOf, wakeToe } from '../nic/toe/state.ts';

/** skb_set_owner_w. @param truesize bytes */
export function chargeSend(sock: Socket, truesize: number): void {
  sock.wmem += truesize;
}

/**
 * Frees what was to be sent. Its destructor gives the memory back to the socket, and wakes the sender once less than half of the
 * buffer is in use: not sooner, so that it can make some progress.
 */
export function freeSent(w: World, slot: number, cpu: number, cause: number): void {
  const { pool } = w;
  const id = pool.sk[slot];
  if (id !== 0) {
    const sock = w.sockets[id - 1];
    if (sock.spec.proto === 'tcp') {
      freeSegment(w, slot, cpu);
      freeSlots(pool, slot);
      return;
    }
    sock.wmem -= pool.truesize[slot];
    if (sock.writer !== 0 && sock.wmem < sock.sndbuf >> 1) wakeWriter(w, sock, cpu, cause);
  }
  freeSlots(pool, slot);
}

/** tcp_wfree: what waits below TCP has become less. */
function freeSegment(w: World, slot: number, cpu: number): void {
  const { pool } = w;
  const conn = w.connections[w.fixed.flows[innerFlow(w, slot).reply].connection];
  if (conn.tcp === null || !tcpWfree(conn.tcp, pool.tag[slot], pool.truesize[slot])) return;
  const { tsq } = w.cpus[cpu === NO_CPU ? conn.cpu : cpu];
  if (!tsq.includes(conn.index)) tsq.push(conn.index);
}

/** The same of a segment that a card's firmware has sent: what waits for room goes on in the card. */
export function toeFreed(w: World, nic: Nic, slot: number): void {
  const { pool } = w;
  if (pool.sk[slot] !== 0) {
    const { flows } = w.fixed;
    const conn = w.connections[flows[flows[pool.flow[slot]].reply].connection];
    if (conn.tcp !== null && tcpWfree(conn.tcp, pool.tag[slot], pool.truesize[slot])) {
      const toe = toeOf(nic);
      if (!toe.tsq.includes(conn.index)) toe.tsq.push(conn.index);
      wakeToe(w, toe);
    }
  }
  freeSlots(pool, slot);
}

function wakeWriter(w: World, sock: Socket, cpu: number, cause: number): void {
  const task = w.tasks[sock.writer - 1];
  sock.writer = 0;
  const seq = emit(w, Kind.wakeUp, sock.place, Reason.sndbufFreed, cpu, 0, 0, cause, task.cpu, task.id);
  wakeTask(w, task, seq);
}
