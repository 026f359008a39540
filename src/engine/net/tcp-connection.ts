/**
 * TCP connections in the world: each is a socket of engine/tcp, fed with what IP delivers; its segments leave as packets, its
 * timers interrupt the CPU that worked on it last. Both ends of a stream over a link are such; a flow of open-loop traffic to a
 * socket with `acks` has one at its receiver only: its first segment opens it, and nobody listens to its ACKs.
 * Source: net/ipv4/tcp_ipv4.c tcp_v4_do_rcv, net/ipv4/tcp_output.c tcp_send_ack, tcp_wfree, v6.12.
 * Left out: the accept queue, more than one life of a connection; the softirq of timers and of small queues is part of the
 * interrupt or poll that leads to it.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { streamWritable } from '../app/stream-wake.ts';
import { cancel, schedule } from '../clock/agenda.ts';
import { interruptCpu } from '../cpu/interrupt.ts';
import { IRQ_TCP, irqSource } from '../cpu/irq-source.ts';
import { dropPacket } from '../drop.ts';
import { emit } from '../emit.ts';
import { TCP_ACK, TCP_RST, TCP_SYN } from '../packet/frame.ts';
import type { StreamSpec } from '../spec.ts';
import { createTcpEstablished, createTcpSock, type TcpSockOptions } from '../tcp/create.ts';
import { tcpAccept, tcpConnect } from '../tcp/handshake.ts';
import { tcpRcv } from '../tcp/rcv.ts';
import { cleanupRbuf, readQueue } from '../tcp/read.ts';
import { tcpReleaseCb } from '../tcp/release.ts';
import { MSG_MORE, tcpClose, tcpSendmsg } from '../tcp/sendmsg.ts';
import { SK_PACING_NEEDED } from '../tcp/sender.ts';
import { seqAdd, seqDiff } from '../tcp/seq.ts';
import { memoryFree } from '../tcp/sndbuf.ts';
import type { TcpSegment } from '../tcp/segment.ts';
import type { TcpSock, TcpState } from '../tcp/sock.ts';
import { nextTimerNs, runTimers } from '../tcp/timers.ts';
import { tcpTsqHandler } from '../tcp/tsq-handler.ts';
import type { Cpu, Nic, Socket, TcpConnection, World } from '../world.ts';
import { dataReady, enqueue, enqueueOfo, queueLength } from './socket.ts';
import { sendAcks, startAcks } from './tcp-ack.ts';
import { takeOfo, WorldEnv } from './tcp-env.ts';
import { parseOptions } from './tcp-parse.ts';
import { endTls, startTls } from '../tls/setup.ts';
import { TLS_USER } from '../tls/state.ts';
import { lookForRecord } from '../tls/strparser.ts';
import { toeCalls } from '../nic/toe/host.ts';
import { toeForgets, toeHolds, toeToHost } from '../nic/toe/queue.ts';
import { toeOf, wakeToe } from '../nic/toe/state.ts';
import { toeCloses, toeConnects } from '../nic/toe/take.ts';

/** What the peer of a connection without handshake would have offered: the usual MSS, and a scale. */
const PEER_WINDOW = 65_536;
/** Of a handshake that was not seen: 1 ms. */
const HANDSHAKE_US = 1000;

/** States as /proc/net/tcp numbers them. */
export const TCP_STATES: Readonly<Record<TcpState, number>> = {
  established: 1,
  'syn-sent': 2,
  'syn-recv': 3,
  'fin-wait-1': 4,
  'fin-wait-2': 5,
  'time-wait': 6,
  closed: 7,
  'close-wait': 8,
  'last-ack': 9,
  closing: 11,
};

const env = new WorldEnv();

/** After a call: memory, the agenda's time for the next timer, and what a reader of the run wants to know. */
function settle(): void {
  const { conn, w } = env;
  const s = conn.tcp as TcpSock;
  env.charge();
  const next = nextTimerNs(s);
  if (next === Number.POSITIVE_INFINITY) cancel(w.agenda, conn.actor);
  else if (w.agenda.time[conn.actor] !== next)
    schedule(w.agenda, conn.actor, Math.max(Math.ceil(next), w.now));
  tellState(s);
  if (conn.live) tellWindow(s);
  if (!env.room) return;
  env.room = false;
  writable(Reason.sndbufFreed, env.why());
}

function tellState(s: TcpSock): void {
  const { conn, cpu, w, sock, card } = env;
  const state = TCP_STATES[s.state];
  if (state === conn.state) return;
  const flow = w.fixed.flows[conn.flow].reply;
  const seq = emit(w, Kind.tcpState, sock.place, Reason.none, env.who, 0, flow, env.why(), state, conn.state);
  const opened = state === TCP_STATES.established;
  // what opens it may carry data
  if (opened) conn.queuedTo = s.copiedSeq;
  if (opened) startTls(w, cpu, conn, sock, seq);
  else if (isGone(s)) endTls(w, conn);
  conn.state = state;
  if (opened) writable(Reason.tcpEstablished, seq);
  else if (s.state === 'closed' && conn.job !== null) conn.job.closed = true;
  if (s.state === 'closed' && conn.live && card !== null) toeCloses(w, card, conn, seq);
}

/** Its application may go on: told at once, or by way of the card's interrupt. */
function writable(reason: number, cause: number): void {
  const { w, cpu, conn, card } = env;
  if (card === null) streamWritable(w, cpu, conn, reason, cause);
  else toeCalls(w, card, conn, reason, cause);
}

/** The full socket is gone: closed, or only its numbers are kept (tcp_time_wait). */
function isGone(s: TcpSock): boolean {
  return s.state === 'closed' || s.state === 'time-wait' || (s.state === 'fin-wait-2' && s.tx.dead);
}

function tellWindow(s: TcpSock): void {
  const { conn, w, sock } = env;
  const { cwnd, ssthresh, caState } = s.tx;
  if (cwnd === conn.cwnd && ssthresh === conn.ssthresh) return;
  conn.cwnd = cwnd;
  conn.ssthresh = ssthresh;
  const flow = w.fixed.flows[conn.flow].reply;
  const reason = WINDOW_REASONS[caState] ?? Reason.none;
  const why = reason === Reason.cwndOpen && cwnd < ssthresh ? Reason.cwndSlowStart : reason;
  emit(w, Kind.tcpCwnd, sock.place, why, env.who, 0, flow, env.why(), cwnd, ssthresh);
}

/** By icsk_ca_state. */
const WINDOW_REASONS: readonly number[] = [
  Reason.cwndOpen,
  Reason.cwndDisorder,
  Reason.tcpEnterCwr,
  Reason.cwndRecovery,
  Reason.cwndLoss,
];

/** How a connection of this host is made. */
function optionsFor(w: World, conn: TcpConnection, sock: Socket): TcpSockOptions {
  const flow = w.fixed.flows[conn.flow];
  const nic = w.nics[w.flowState.out[flow.reply]];
  const v6 = flow.key.ipVersion === 6;
  return {
    // numbers that begin apart, the same in every run
    isn: (flow.softHash ^ (conn.index * 0x9e37_79b1)) >>> 0,
    mss: nic.mtu - (v6 ? 60 : 40),
    coalesces: false,
    rcvbuf: sock.spec.rcvbufBytes ?? 0,
    sndbuf: sock.spec.sndbufBytes ?? 0,
    gsoMaxSize: v6 ? nic.gsoMaxSize : nic.gsoIpv4MaxSize,
    gsoMaxSegs: w.fixed.rules.tcpAlwaysGso || cutsBelow(nic, v6) ? nic.gsoMaxSegs : 1,
  };
}

/** sk_can_gso: the route's device takes skbs of several segments, whoever cuts them. */
function cutsBelow({ features: f }: Nic, v6: boolean): boolean {
  return f['generic-segmentation-offload'] || f[v6 ? 'tx-tcp6-segmentation' : 'tx-tcp-segmentation'];
}

/** A segment for a connection. @param fromBacklog the task that owned the socket works on it */
export function connectionRcv(
  w: World,
  cpu: Cpu,
  conn: TcpConnection,
  sock: Socket,
  slot: number,
  fromBacklog: boolean,
): void {
  const { pool } = w;
  const flags = pool.flags[slot];
  const len = pool.totalPayload[slot];
  conn.rxQueue = pool.queue[slot];
  env.bind(w, cpu, conn, sock);
  const seg = segmentOf(w, conn, slot);
  if (conn.tcp === null || (conn.tcp.state === 'closed' && !conn.live)) {
    if (!open(seg, slot)) return;
  }
  const s = conn.tcp as unknown as TcpSock;
  s.owned = env.card === null && sock.owned;
  if (fromBacklog && !sock.touched.includes(conn.index)) sock.touched.push(conn.index);
  if (conn.live) tellAck(seg, slot);
  else seg.ack = s.tx.sndNxt;
  const end = seqAdd(pool.seq[slot], len);
  const before = s.rcvNxt;
  const opened = s.state === 'established';
  env.slot = slot;
  tcpRcv(env, s, seg);
  settle();
  if (opened) w.flowState.received[conn.flow] += seqDiff(s.rcvNxt, before);
  let cause = 0;
  if (env.slot !== 0) {
    env.slot = 0;
    if (len === 0) env.consume(slot, Reason.controlSegment);
    else if (seqDiff(end, s.rcvNxt) <= 0) cause = deliver(w, cpu, sock, slot, 0);
    else if (env.card !== null) toeHolds(w, env.card, slot);
    else enqueueOfo(w, cpu, sock, slot);
  }
  if (held().length > 0 && cause !== 0) {
    // what waited beyond the hole that is filled now
    for (const late of takeOfo(env, seqAdd(s.rcvNxt, -(2 ** 30)), s.rcvNxt))
      deliver(w, cpu, sock, late, Reason.ofoFilled);
  }
  if (cause !== 0 && env.card === null) wakeReader(sock, cause);
  if (flags & TCP_RST && s.state === 'closed' && conn.job !== null) conn.job.closed = true;
}

/** sk_data_ready; with kTLS only where a whole record is there. */
function wakeReader(sock: Socket, cause: number): void {
  const { w, cpu, conn } = env;
  if (conn.tls !== null && conn.tls.rx.mode !== TLS_USER) {
    lookForRecord(w, cpu, conn, sock, cause);
    if (!conn.tls.rx.ready) {
      if (sock.waiter === 0) return;
      const there = seqDiff(conn.queuedTo, conn.tls.rx.next);
      const why = Reason.tlsRecordNotWhole;
      emit(w, Kind.tlsWait, sock.place, why, cpu.index, 0, conn.flow, cause, there, conn.tls.rx.next | 0);
      return;
    }
  }
  dataReady(w, cpu, sock, cause);
}

/** Segments beyond a hole, where the connection's are kept. */
function held(): readonly number[] {
  return env.card === null ? env.sock.ofo : toeOf(env.card).ofo;
}

function segmentOf(w: World, conn: TcpConnection, slot: number): TcpSegment {
  const { pool } = w;
  const { tsVal, tsEcr, sacks, syn, headerLen } = parseOptions(w, slot);
  const scale = conn.tcp === null || syn !== null ? 0 : conn.tcp.tx.sndWscale;
  return {
    id: slot,
    seq: pool.seq[slot],
    ack: pool.ack[slot],
    flags: pool.flags[slot],
    win: conn.live ? pool.win[slot] * 2 ** scale : PEER_WINDOW,
    len: pool.totalPayload[slot],
    truesize: pool.truesize[slot],
    gsoSize: pool.segs[slot] > 1 ? pool.gsoSize[slot] : 0,
    headerLen,
    tsVal,
    tsEcr,
    urgPtr: 0,
    sacks,
    syn,
  };
}

/** What an ACK says, for those who watch the transfer. */
function tellAck(seg: TcpSegment, slot: number): void {
  const { w, conn, sock, who } = env;
  if ((seg.flags & TCP_ACK) === 0) return;
  const flow = w.fixed.flows[conn.flow].reply;
  const { pool } = w;
  const packet = pool.id[slot];
  const cause = pool.lastSeq[slot];
  emit(w, Kind.tcpAcked, sock.place, Reason.none, who, packet, flow, cause, seg.win | 0, seg.ack | 0);
  for (let i = 0; i + 1 < seg.sacks.length; i += 2) {
    const [left, right] = [seg.sacks[i], seg.sacks[i + 1]];
    emit(w, Kind.tcpSacked, sock.place, Reason.none, who, packet, flow, cause, left | 0, right | 0);
  }
}

/** Onto the receive queue that the application reads. @param why 0: in order @returns its record, 0: nothing in it is new */
function deliver(w: World, cpu: Cpu, sock: Socket, slot: number, why: number): number {
  const { pool } = w;
  const { conn } = env;
  const old = seqDiff(conn.queuedTo, pool.seq[slot]);
  if (old > 0) {
    // what has come before is in the queue already: the reader skips it
    if (old >= pool.totalPayload[slot]) {
      if (env.card !== null) toeForgets(w, env.card, slot);
      dropPacket(w, slot, env.place, Reason.oldData, env.who);
      return 0;
    }
    pool.seq[slot] = seqAdd(pool.seq[slot], old);
    pool.totalPayload[slot] -= old;
  }
  conn.queuedTo = seqAdd(pool.seq[slot], pool.totalPayload[slot]);
  if (env.card !== null) {
    toeToHost(w, env.card, slot, why !== 0);
    return pool.lastSeq[slot];
  }
  const joined = queueLength(sock) > 0 && pool.flow[sock.queue[sock.queue.length - 1]] === pool.flow[slot];
  if (joined && why === 0) w.hosts[cpu.host].snmp.TcpExtTCPRcvCoalesce += 1;
  enqueue(w, cpu, sock, slot, why !== 0 ? why : joined ? Reason.coalesced : Reason.inOrder, false);
  return pool.lastSeq[slot];
}

/**
 * A segment for no connection yet. Of a peer that listens, a SYN makes one; of traffic that does not, any first segment.
 * @returns whether there is a connection now that has to work on it
 */
function open(seg: TcpSegment, slot: number): boolean {
  const { w, conn, sock, cpu } = env;
  if ((seg.flags & (TCP_SYN | TCP_RST)) === TCP_RST) {
    env.consume(slot, Reason.controlSegment);
    return false;
  }
  if (conn.live) {
    if ((seg.flags & (TCP_SYN | TCP_ACK)) !== TCP_SYN) {
      // of a connection that is gone
      if (env.card !== null) toeForgets(w, env.card, slot);
      dropPacket(w, slot, env.card === null ? cpu.protocolPlace : env.place, Reason.noSocket, env.who);
      return false;
    }
    env.cause = w.pool.lastSeq[slot];
    conn.tcp = tcpAccept(env, optionsFor(w, conn, sock), seg);
    settle();
    startTls(w, cpu, conn, sock, env.cause);
    env.consume(slot, Reason.controlSegment);
    return false;
  }
  const syn = (seg.flags & TCP_SYN) !== 0;
  const options = optionsFor(w, conn, sock);
  conn.tcp = createTcpEstablished(env, {
    ...options,
    rcvNxt: syn ? seqAdd(seg.seq, 1) : seg.seq,
    sndNxt: seg.ack,
    sackOk: env.sysctl.tcp_sack !== 0,
    tsOk: seg.tsVal >= 0,
    peerMss: options.mss,
    peerWindow: PEER_WINDOW,
    wscale: true,
    handshakeRttUs: HANDSHAKE_US,
    tsVal: Math.max(seg.tsVal, 0),
  });
  conn.state = TCP_STATES.established;
  conn.queuedTo = conn.tcp.rcvNxt;
  // traffic that listens to nobody echoes one value for ever: its age says nothing
  if (seg.tsEcr >= 0) conn.tcp.tsOffset = seg.tsEcr - Math.floor(w.now / 1_000_000);
  if (!syn) return true;
  env.consume(slot, Reason.controlSegment);
  return false;
}

/** connect(): a SYN leaves. */
export function connectionConnect(
  w: World,
  cpu: Cpu,
  conn: TcpConnection,
  sock: Socket,
  spec: StreamSpec,
): void {
  toeConnects(w, w.nics[w.flowState.out[w.fixed.flows[conn.flow].reply]], conn);
  env.bind(w, cpu, conn, sock);
  const options = optionsFor(w, conn, sock);
  if (spec.maxSegBytes > 0) options.mss = Math.min(options.mss, spec.maxSegBytes);
  if (spec.maxPacingBytesPs !== undefined) {
    options.maxPacingRate = spec.maxPacingBytesPs;
    if (w.fixed.rules.tcpInternalPacing) options.pacing = SK_PACING_NEEDED;
  }
  conn.tcp = createTcpSock(env, options);
  conn.tcp.tx.nodelay = spec.nodelay;
  conn.tcp.tx.cork = spec.cork;
  tcpConnect(env, conn.tcp);
  settle();
  touch(conn, sock);
}

/** Bytes that a write may queue now; 0: it has to wait for room. */
export function connectionRoom(conn: TcpConnection): number {
  const s = conn.tcp;
  if (s === null || !memoryFree(s)) return 0;
  return Math.max(s.tx.sndbuf - s.tx.wmemQueued, s.tx.mssCache);
}

/** A writer found no room, and is told when there is some (SOCK_NOSPACE). */
export function connectionWaits(conn: TcpConnection): void {
  if (conn.tcp !== null) conn.tcp.tx.nospace = true;
}

/** sendmsg: @returns bytes taken */
export function connectionWrite(
  w: World,
  cpu: Cpu,
  conn: TcpConnection,
  sock: Socket,
  bytes: number,
  more: boolean,
): number {
  env.bind(w, cpu, conn, sock);
  const taken = tcpSendmsg(env, conn.tcp as TcpSock, bytes, more ? MSG_MORE : 0);
  settle();
  touch(conn, sock);
  return taken;
}

export function connectionClose(w: World, cpu: Cpu, conn: TcpConnection, sock: Socket): void {
  env.bind(w, cpu, conn, sock);
  tcpClose(env, conn.tcp as TcpSock);
  settle();
  touch(conn, sock);
}

/** The task has the socket: what comes meanwhile is looked at when it lets go. */
function touch(conn: TcpConnection, sock: Socket): void {
  if (!sock.touched.includes(conn.index)) sock.touched.push(conn.index);
}

/** The application has copied an skb: the connection's queue and memory follow. */
export function connectionRead(w: World, cpu: Cpu, conn: TcpConnection, sock: Socket, slot: number): void {
  const { pool } = w;
  // dequeue took the skb's own memory off: the connection knows better
  if (conn.toe < 0) sock.rmem += pool.truesize[slot];
  env.bind(w, cpu, conn, sock);
  const s = conn.tcp as TcpSock;
  const bytes = seqDiff(seqAdd(pool.seq[slot], pool.totalPayload[slot]), s.copiedSeq);
  if (bytes > 0) readQueue(env, s, bytes);
  touch(conn, sock);
  settle();
}

/** kTLS: a record's bytes have been read, up to `end`. */
export function connectionReadTo(w: World, cpu: Cpu, conn: TcpConnection, sock: Socket, end: number): void {
  env.bind(w, cpu, conn, sock);
  const s = conn.tcp as TcpSock;
  const bytes = seqDiff(end, s.copiedSeq);
  if (bytes > 0) readQueue(env, s, bytes);
  touch(conn, sock);
  settle();
}

/** recvmsg has copied what it wanted: ACKs that are the reader's to send. */
export function connectionsCleanup(w: World, cpu: Cpu, sock: Socket): void {
  for (const index of sock.touched) {
    const conn = w.connections[index];
    env.bind(w, cpu, conn, sock);
    cleanupRbuf(env, conn.tcp as TcpSock, 1);
    settle();
  }
}

/** release_sock: what had to wait for the task happens now. */
export function connectionsReleased(w: World, cpu: Cpu, sock: Socket): void {
  const { touched } = sock;
  sock.touched = [];
  for (const index of touched) {
    const conn = w.connections[index];
    env.bind(w, cpu, conn, sock);
    tcpReleaseCb(env, conn.tcp as TcpSock);
    settle();
  }
}

/** The small queues' tasklet: connections that waited for packets below TCP to be freed may send more. */
export function connectionsTsq(w: World, cpu: Cpu, cause: number): void {
  while (cpu.tsq.length > 0) {
    const conn = w.connections[cpu.tsq.shift() as number];
    const sock = w.sockets[conn.sock - 1];
    env.bind(w, cpu, conn, sock);
    env.cause = cause;
    if (sock.owned) touch(conn, sock);
    tcpTsqHandler(env, conn.tcp as TcpSock);
    settle();
  }
}

/** Any CPU of the card's host: what the firmware does costs none of them, but its connections belong to this host. */
function cardHost(w: World, card: Nic): Cpu {
  return w.cpus[w.fixed.hosts[card.host].firstCpu];
}

/** The firmware works on a segment. */
export function cardRcv(w: World, card: Nic, conn: TcpConnection, slot: number): void {
  connectionRcv(w, cardHost(w, card), conn, w.sockets[conn.sock - 1], slot, false);
}

/** A timer of a connection in the card is due. */
export function cardTimer(w: World, card: Nic, conn: TcpConnection): void {
  env.bind(w, cardHost(w, card), conn, w.sockets[conn.sock - 1]);
  runTimers(env, conn.tcp as TcpSock);
  settle();
}

/** What a connection in the card has sent is on the wire: it may send more. */
export function cardTsq(w: World, card: Nic, conn: TcpConnection): void {
  env.bind(w, cardHost(w, card), conn, w.sockets[conn.sock - 1]);
  tcpTsqHandler(env, conn.tcp as TcpSock);
  settle();
}

/** A timer of the connection is due: it interrupts the CPU that worked on it last. */
export function tcpTimerDue(w: World, conn: TcpConnection): void {
  cancel(w.agenda, conn.actor);
  if (conn.toe >= 0) {
    const toe = toeOf(w.nics[conn.toe]);
    toe.timers.push(conn.index);
    wakeToe(w, toe);
    return;
  }
  interruptCpu(w, w.cpus[conn.cpu], irqSource(IRQ_TCP, conn.index), 0);
}

/** The handler's work is done. @returns true where segments are to be sent before it ends */
export function tcpTimerStep(w: World, cpu: Cpu, conn: TcpConnection): boolean {
  if (conn.sending) {
    conn.sending = false;
    sendAcks(w, cpu);
    return false;
  }
  const sock = w.sockets[conn.sock - 1];
  const before = cpu.acks.length;
  env.bind(w, cpu, conn, sock);
  env.cause = cpu.irqSeq;
  const s = conn.tcp as TcpSock;
  if (sock.owned) touch(conn, sock);
  runTimers(env, s);
  settle();
  if (cpu.acks.length === before) return false;
  conn.sending = true;
  startAcks(w, cpu);
  return true;
}
