/**
 * Netfilter's packet queue to user space: the rule `iptables -A FORWARD -j QUEUE` (ip_queue, 2.4.0 to 2.6.13) or `-j NFQUEUE`
 * (nfnetlink_queue, since 2.6.14) stops every packet that is to be forwarded. A message with a copy goes to a program's netlink socket;
 * the packet waits until the program's verdict comes (app/verdict.ts).
 * Two limits stand one behind the other: packets that wait for a verdict (queue_maxlen, 1024), and bytes of messages not yet read
 * (sk_rcvbuf). Once a message has not fitted, the socket takes none until it has been read empty (NETLINK_CONGESTED), and the
 * program's next recvmsg fails with ENOBUFS.
 * Source: net/netfilter/nfnetlink_queue.c, nf_queue.c, net/netlink/af_netlink.c, v6.12; net/ipv4/netfilter/ip_queue.c, 2.4.17.
 * Left out: verdicts in batches, NF_REPEAT, changed packets, several queues, NFQUEUE's --queue-bypass; a GRO packet is queued whole
 * (NFQA_CFG_F_GSO).
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { spend } from '../cpu/context.ts';
import { dropPacket } from '../drop.ts';
import { emit } from '../emit.ts';
import { copiedBytes, IPQ, messageTruesize, NETFILTER_NONE } from './nf-message.ts';
import { dataReady } from './socket.ts';
import type { Cpu, HostState, NfQueue, Socket, World } from '../world.ts';

/** NFQNL_QMAX_DEFAULT, IPQ_QMAX_DEFAULT: packets. */
export const NF_QUEUE_MAXLEN = 1024;

export function createNfQueue(socket: number, task: number, maxLen: number, failOpen: boolean): NfQueue {
  return {
    socket,
    task,
    maxLen,
    failOpen,
    outs: [],
    total: 0,
    congested: false,
    overrun: false,
    sequence: 0,
    dropped: 0,
    userDropped: 0,
    unheard: 0,
    accepted: 0,
    rejected: 0,
  };
}

/** The queue of this CPU's host; there is one where this is asked. */
export function nfQueueOf(w: World, cpu: Cpu): NfQueue {
  return w.hosts[cpu.host].nfQueue as NfQueue;
}

/** queue_maxlen: a sysctl of ip_queue; what the program has asked for since. */
export function maxLenOf(w: World, state: HostState, queue: NfQueue): number {
  return w.fixed.rules.packetQueue === IPQ ? state.sysctl['net.ipv4.ip_queue_maxlen'][0] : queue.maxLen;
}

/** A program has bound itself to the queue. */
export function nfListening(w: World, queue: NfQueue): boolean {
  const app = queue.task === 0 ? null : w.tasks[queue.task - 1].app;
  return app !== null && w.now >= app.startNs;
}

/** Cycles of handing a packet over: message, copy, wake-up; they are put down. */
export function nfQueueCost(w: World, cpu: Cpu, slot: number): number {
  const { profile } = w.fixed.hosts[cpu.host];
  const copying = spend(cpu, Part.copy, profile.copyPerByte * copiedBytes(w, slot));
  return spend(cpu, Part.firewall, profile.nfQueue) + copying;
}

/**
 * nf_queue of a packet in the softirq, to be sent by NIC `out` (world index) if it is accepted.
 * @returns true where it goes on at once, unseen (fail-open); else it waits, or was dropped
 */
export function nfEnqueue(w: World, cpu: Cpu, slot: number, out: number): boolean {
  const state = w.hosts[cpu.host];
  const queue = nfQueueOf(w, cpu);
  if (!nfListening(w, queue)) {
    queue.unheard += 1;
    dropPacket(w, slot, cpu.protocolPlace, Reason.nfNoListener, cpu.index);
    return false;
  }
  const sock = w.sockets[queue.socket - 1];
  if (queue.total >= maxLenOf(w, state, queue)) {
    if (queue.failOpen) return failOpen(w, cpu, slot, sock, 0);
    queue.dropped += 1;
    dropPacket(w, slot, sock.place, Reason.nfQueueFull, cpu.index);
    return false;
  }
  // an id is taken before netlink is asked
  queue.sequence += 1;
  if (queue.congested || sock.rmem > sock.rcvbuf) {
    sock.drops += 1;
    const why = queue.congested ? Reason.nfCongested : Reason.nfSocketFull;
    if (!queue.congested) {
      queue.congested = true;
      queue.overrun = true;
    }
    if (queue.failOpen) return failOpen(w, cpu, slot, sock, 1);
    queue.userDropped += 1;
    dropPacket(w, slot, sock.place, why, cpu.index);
    return false;
  }
  const truesize = messageTruesize(w, slot);
  queue.total += 1;
  queue.outs.push(out);
  sock.queue.push(slot);
  sock.rmem += truesize;
  sock.received += 1;
  sock.receivedBytes += copiedBytes(w, slot);
  const { pool } = w;
  const cause = pool.lastSeq[slot];
  pool.lastSeq[slot] = emit(
    w,
    Kind.nfQueue,
    sock.place,
    Reason.nfQueued,
    cpu.index,
    pool.id[slot],
    0,
    cause,
    truesize,
    sock.rmem,
  );
  dataReady(w, cpu, sock, pool.lastSeq[slot]);
  return false;
}

/** `lost`: messages that the socket has refused. */
function failOpen(w: World, cpu: Cpu, slot: number, sock: Socket, lost: number): boolean {
  const { pool } = w;
  const queue = nfQueueOf(w, cpu);
  pool.lastSeq[slot] = emit(
    w,
    Kind.nfVerdict,
    sock.place,
    Reason.nfFailOpen,
    cpu.index,
    pool.id[slot],
    lost,
    pool.lastSeq[slot],
    1,
    queue.total,
  );
  return true;
}

/** Packets whose message waits to be read. They and those in the programs' hands are still on their way. */
export function nfWaiting(w: World): number {
  if (w.fixed.rules.packetQueue === NETFILTER_NONE) return 0;
  let n = 0;
  for (const { nfQueue } of w.hosts) {
    if (nfQueue === null || nfQueue.socket === 0) continue;
    const sock = w.sockets[nfQueue.socket - 1];
    n += sock.queue.length - sock.head;
  }
  for (const task of w.tasks) if (task.screening !== 0) n += 1;
  return n;
}
