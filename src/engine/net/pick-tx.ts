/**
 * Which transmit queue a packet leaves by: the one its socket remembers, else XPS (by receive queue, then by CPU), else the
 * receive queue it came in on, else its hash. Only a socket with a route of its own (connected) remembers, and UDP never lets go of it.
 * Source: net/core/dev.c netdev_core_pick_tx, netdev_pick_tx, get_xps_queue, skb_tx_hash, v6.12. Left out: drivers that choose
 * themselves (ndo_select_queue: mlx5 falls back to this), traffic classes. A TCP connection lets go
 * of its queue only where nothing of it waits below TCP (ooo_okay). A bare ACK of a connection that sends no data overtakes nothing: its
 * queue is chosen anew each time, by the receive queue of its connection and by hash.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { emit } from '../emit.ts';
import { FRAME_OOO_OKAY } from '../packet/frame-bits.ts';
import { innerFlow } from '../tunnel/state.ts';
import type { Cpu, Nic, RxQueue, Socket, TcpConnection, World } from '../world.ts';

/** Queue and reason of the last choice: no allocation a packet. */
const choice = { queue: 0, reason: 0 };

/** reciprocal_scale: a hash of 32 bits onto 0 .. n - 1. */
function scaled(hash: number, n: number): number {
  return Math.floor((hash * n) / 4_294_967_296);
}

/** The queue of `nic` that this CPU sends the packet by; its record says why. */
export function pickTxQueue(w: World, nic: Nic, cpu: Cpu, slot: number): RxQueue {
  const { pool } = w;
  const sock = pool.sk[slot] === 0 ? null : w.sockets[pool.sk[slot] - 1];
  const conn = connectionOf(w, slot);
  choose(w, nic, cpu, slot, sock, conn);
  if (sock?.spec.connected) sock.txQueue = choice.queue;
  if (conn !== null && pool.sk[slot] !== 0) conn.txQueue = choice.queue;
  const q = w.queues[nic.firstQueue + choice.queue];
  pool.lastSeq[slot] = emit(
    w,
    Kind.txSelect,
    q.txPlace,
    choice.reason,
    cpu.index,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    choice.queue,
    pool.hash[slot] | 0,
  );
  return q;
}

/** The connection of this world that sends it, both of whose ends are here; null: none. */
function connectionOf(w: World, slot: number): TcpConnection | null {
  const { flows } = w.fixed;
  const { dev, reply } = innerFlow(w, slot);
  if (dev < 0 || reply === 0 || !flows[reply].live) return null;
  return w.connections[flows[reply].connection];
}

function choose(
  w: World,
  nic: Nic,
  cpu: Cpu,
  slot: number,
  sock: Socket | null,
  conn: TcpConnection | null,
): void {
  const real = nic.activeQueues;
  choice.queue = 0;
  choice.reason = Reason.txOneQueue;
  if (real === 1) return;
  if (sock !== null && sock.txQueue >= 0 && sock.txQueue < real) {
    choice.queue = sock.txQueue;
    choice.reason = Reason.txCached;
    return;
  }
  if (conn !== null && conn.txQueue >= 0 && conn.txQueue < real) {
    // while something of it is below TCP it keeps its queue: a quicker one would overtake
    if ((w.pool.bits[slot] & FRAME_OOO_OKAY) === 0) {
      choice.queue = conn.txQueue;
      choice.reason = Reason.txCached;
      return;
    }
  }
  const hash = w.pool.hash[slot];
  // an ACK's connection remembers the queue its segments come in on
  const ack = sock === null && innerFlow(w, slot).dev >= 0;
  const rx = ack || conn !== null ? w.queues[w.pool.queue[slot]].number : sock === null ? -1 : sock.rxQueue;
  if (rx >= 0 && fromMap(w, nic, rx, hash, true)) return;
  if (fromMap(w, nic, cpu.index, hash, false)) return;
  if (sock === null && !ack) {
    // forwarded: the queue it came in on, taken down to those there are
    choice.queue = w.queues[w.pool.queue[slot]].number % real;
    choice.reason = Reason.txByRxQueue;
    return;
  }
  choice.queue = scaled(hash, real);
  choice.reason = Reason.txByHash;
}

/** get_xps_queue: the queues that name this receive queue, or this CPU; several: by hash. @returns false where there is none */
function fromMap(w: World, nic: Nic, key: number, hash: number, rx: boolean): boolean {
  let n = 0;
  for (let i = 0; i < nic.queues; i += 1) if (named(w, nic, i, key, rx)) n += 1;
  if (n === 0) return false;
  let pick = n === 1 ? 0 : scaled(hash, n);
  for (let i = 0; i < nic.queues; i += 1) {
    if (!named(w, nic, i, key, rx)) continue;
    if (pick === 0) {
      choice.queue = i;
      break;
    }
    pick -= 1;
  }
  choice.reason = rx ? Reason.xpsByRxQueue : Reason.xpsByCpu;
  // a queue that is no longer in use counts for none
  return choice.queue < nic.activeQueues;
}

function named(w: World, nic: Nic, number: number, key: number, rx: boolean): boolean {
  const { tx } = w.queues[nic.firstQueue + number];
  return (rx ? tx.xpsRxqs : tx.xpsCpus).includes(key);
}
