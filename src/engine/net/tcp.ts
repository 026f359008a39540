/**
 * TCP receive without a sender behind it: in-order data to the receive queue, later data to the out-of-order queue, old data away.
 * One socket here stands for all connections to its port: they share its buffer; sequence numbers are kept a flow, and the
 * first segment seen sets them. Nothing is sent back: no ACK, no window (they come with the TCP sender and receiver).
 * Source: net/ipv4/tcp_ipv4.c tcp_v4_rcv, tcp_input.c tcp_data_queue, tcp_add_backlog, v6.12.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { consumePacket, dropPacket } from '../drop.ts';
import { emit } from '../emit.ts';
import { TCP_FIN, TCP_RST, TCP_SYN } from '../packet/frame.ts';
import { seqDiff } from '../tcp/seq.ts';
import type { Cpu, FlowInfo, Socket, World } from '../world.ts';
import { connectionRcv } from './tcp-connection.ts';
import { dataReady, enqueue, enqueueOfo, queueLength } from './socket.ts';

/** Room beyond twice the receive buffer for a socket's backlog: half a default send buffer and 64 KiB. */
const BACKLOG_EXTRA = 8192 + 65536;

export function tcpRcv(w: World, cpu: Cpu, flow: FlowInfo, slot: number, badChecksum: boolean): void {
  w.hosts[cpu.host].snmp.TcpInSegs += 1;
  if (badChecksum) {
    w.hosts[cpu.host].snmp.TcpInCsumErrors += 1;
    w.hosts[cpu.host].snmp.TcpInErrs += 1;
    dropPacket(w, slot, cpu.protocolPlace, Reason.tcpChecksum, cpu.index);
    return;
  }
  if (flow.socket === 0) {
    dropPacket(w, slot, cpu.protocolPlace, Reason.noSocket, cpu.index);
    return;
  }
  if (flow.connection >= 0 && w.connections[flow.connection].toe >= 0) {
    // it came by another card than the one whose firmware runs its connection, or in fragments
    dropPacket(w, slot, cpu.protocolPlace, Reason.toeElsewhere, cpu.index);
    return;
  }
  const sock = w.sockets[flow.socket - 1];
  if (!sock.owned) {
    tcpData(w, cpu, sock, slot, false);
    return;
  }
  const pool = w.pool;
  if (sock.backlogBytes + pool.truesize[slot] > 2 * sock.rcvbuf + BACKLOG_EXTRA) {
    sock.drops += 1;
    w.hosts[cpu.host].snmp.TcpExtTCPBacklogDrop += 1;
    dropPacket(w, slot, sock.place, Reason.socketBacklogFull, cpu.index);
    return;
  }
  sock.backlog.push(slot);
  sock.backlogBytes += pool.truesize[slot];
  pool.lastSeq[slot] = emit(
    w,
    Kind.socketBacklog,
    sock.place,
    Reason.socketOwned,
    cpu.index,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    pool.truesize[slot],
    sock.backlogBytes,
  );
}

/** A segment of the socket's backlog, processed by the task that owned the socket. */
export function tcpBacklogRcv(w: World, cpu: Cpu, sock: Socket, slot: number): void {
  sock.backlogBytes -= w.pool.truesize[slot];
  tcpData(w, cpu, sock, slot, true);
}

function tcpData(w: World, cpu: Cpu, sock: Socket, slot: number, fromBacklog: boolean): void {
  const pool = w.pool;
  const flow = pool.flow[slot];
  const { connection } = w.fixed.flows[flow];
  if (connection >= 0) {
    connectionRcv(w, cpu, w.connections[connection], sock, slot, fromBacklog);
    return;
  }
  const state = w.flowState;
  const flags = pool.flags[slot];
  const length = pool.totalPayload[slot];
  const seq = pool.seq[slot];
  if ((flags & (TCP_SYN | TCP_RST)) !== 0 || length === 0) {
    if ((flags & TCP_SYN) !== 0) {
      state.rcvNxt[flow] = seq + 1;
      state.synced[flow] = 1;
    }
    const control = (flags & (TCP_SYN | TCP_RST | TCP_FIN)) !== 0;
    if (!control) w.hosts[cpu.host].snmp.TcpExtTCPPureAcks += 1;
    consumePacket(w, slot, sock.place, control ? Reason.controlSegment : Reason.pureAck, cpu.index);
    return;
  }
  if (state.synced[flow] === 0) {
    state.synced[flow] = 1;
    state.rcvNxt[flow] = seq;
  }
  const ahead = seqDiff(seq, state.rcvNxt[flow]);
  if (ahead + length <= 0) {
    w.hosts[cpu.host].snmp.TcpExtDelayedACKLost += 1;
    dropPacket(w, slot, sock.place, Reason.oldData, cpu.index);
    return;
  }
  if (sock.rmem > sock.rcvbuf) {
    w.hosts[cpu.host].snmp.TcpExtPruneCalled += 1;
    pruneOfo(w, cpu, sock);
  }
  if (ahead > 0) {
    queueOutOfOrder(w, cpu, sock, slot);
    return;
  }
  if (sock.rmem > sock.rcvbuf && queueLength(sock) > 0) {
    sock.drops += 1;
    w.hosts[cpu.host].snmp.TcpExtRcvPruned += 1;
    w.hosts[cpu.host].snmp.TcpExtTCPRcvQDrop += 1;
    dropPacket(w, slot, sock.place, Reason.tcpMemory, cpu.index);
    return;
  }
  state.received[flow] += ahead + length;
  state.rcvNxt[flow] = seq + length;
  const tail = sock.queue[sock.queue.length - 1];
  const coalesce = queueLength(sock) > 0 && pool.flow[tail] === flow;
  if (coalesce) w.hosts[cpu.host].snmp.TcpExtTCPRcvCoalesce += 1;
  if (!fromBacklog) w.hosts[cpu.host].snmp.TcpExtTCPHPHits += 1;
  enqueue(w, cpu, sock, slot, coalesce ? Reason.coalesced : Reason.inOrder, true);
  const cause = pool.lastSeq[slot];
  if (state.ofo[flow] > 0) drainOfo(w, cpu, sock, flow);
  dataReady(w, cpu, sock, cause);
}

function queueOutOfOrder(w: World, cpu: Cpu, sock: Socket, slot: number): void {
  const pool = w.pool;
  if (sock.rmem > sock.rcvbuf) {
    sock.drops += 1;
    w.hosts[cpu.host].snmp.TcpExtTCPOFODrop += 1;
    dropPacket(w, slot, sock.place, Reason.tcpMemory, cpu.index);
    return;
  }
  w.hosts[cpu.host].snmp.TcpExtTCPOFOQueue += 1;
  sock.rmem += pool.truesize[slot];
  w.flowState.ofo[pool.flow[slot]] += 1;
  enqueueOfo(w, cpu, sock, slot);
}

/** tcp_ofo_queue: a hole is filled, what follows on is in order now. */
function drainOfo(w: World, cpu: Cpu, sock: Socket, flow: number): void {
  const pool = w.pool;
  const state = w.flowState;
  let moved = true;
  while (moved && state.ofo[flow] > 0) {
    moved = false;
    for (let i = 0; i < sock.ofo.length; i += 1) {
      const slot = sock.ofo[i];
      if (pool.flow[slot] !== flow || seqDiff(pool.seq[slot], state.rcvNxt[flow]) > 0) continue;
      sock.ofo.splice(i, 1);
      state.ofo[flow] -= 1;
      moved = true;
      const end = pool.seq[slot] + pool.totalPayload[slot];
      if (seqDiff(end, state.rcvNxt[flow]) <= 0) {
        sock.rmem -= pool.truesize[slot];
        w.hosts[cpu.host].snmp.TcpExtTCPOFOMerge += 1;
        dropPacket(w, slot, sock.place, Reason.oldData, cpu.index);
        break;
      }
      state.received[flow] += seqDiff(end, state.rcvNxt[flow]);
      state.rcvNxt[flow] = end;
      enqueue(w, cpu, sock, slot, Reason.ofoFilled, false);
      break;
    }
  }
}

/** tcp_prune_ofo_queue: out-of-order segments go first, the newest first, until the buffer has room. */
function pruneOfo(w: World, cpu: Cpu, sock: Socket): void {
  const pool = w.pool;
  if (sock.ofo.length === 0) return;
  w.hosts[cpu.host].snmp.TcpExtOfoPruned += 1;
  while (sock.rmem > sock.rcvbuf) {
    const slot = sock.ofo.pop();
    if (slot === undefined) return;
    sock.rmem -= pool.truesize[slot];
    w.flowState.ofo[pool.flow[slot]] -= 1;
    sock.drops += 1;
    dropPacket(w, slot, sock.place, Reason.ofoPruned, cpu.index);
  }
}
