/**
 * Connections of sockets that acknowledge: each flow has a receiver of its own (engine/tcp), fed with what IP delivers; its ACKs
 * leave as frames, its timers interrupt the CPU that worked on it last.
 * Source: net/ipv4/tcp_ipv4.c tcp_v4_do_rcv, net/ipv4/tcp_output.c tcp_send_ack, v6.12.
 * Left out: the handshake (the first segment opens the connection), a peer that listens to the ACKs, TIME-WAIT; the timer's
 * softirq is part of its interrupt.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import type { RuleValues } from '../../catalog/rules.ts';
import { cancel, schedule } from '../clock/agenda.ts';
import { interruptCpu } from '../cpu/interrupt.ts';
import { IRQ_TCP, irqSource } from '../cpu/irq-source.ts';
import { consumePacket, dropPacket } from '../drop.ts';
import { emit } from '../emit.ts';
import { frameBits } from '../packet/frame-bits.ts';
import { ETH_HLEN, makeFrame, TCP_RST, TCP_SYN, VLAN_HLEN } from '../packet/frame.ts';
import { tcpReleaseCb } from '../tcp/ack-check.ts';
import type { TcpCounters } from '../tcp/counters.ts';
import { defaultTcpSysctls, type TcpEnv, type TcpOut, type TcpSysctls } from '../tcp/env.ts';
import { tcpRcvEstablished } from '../tcp/rcv-established.ts';
import { cleanupRbuf, readQueue } from '../tcp/read.ts';
import { createTcpReceiver, type TcpReceiver, type TcpSkb } from '../tcp/receiver.ts';
import { seqAdd, seqDiff } from '../tcp/seq.ts';
import { nextTimerNs, runTimers } from '../tcp/timers.ts';
import type { Cpu, Socket, TcpConnection, World } from '../world.ts';
import { makeLocalSkb } from './local-skb.ts';
import { dataReady, enqueue, enqueueOfo, queueLength } from './socket.ts';
import { startAcks, sendAcks } from './tcp-ack.ts';

const BITS4 = frameBits(makeFrame({ l4Csum: 'partial' }));
const BITS6 = frameBits(makeFrame({ ipVersion: 6, l4Csum: 'partial' }));
/** What the peer of a connection without handshake would have offered: the usual MSS, and a scale. */
const PEER_WINDOW = 65_536;
/** Of a handshake that was not seen: 1 ms. */
const HANDSHAKE_US = 1000;
/** NOP, NOP, timestamps. */
const TIMESTAMPS = /^0101080a([0-9a-f]{8})([0-9a-f]{8})/;

/** Decisions that a record of the socket's queue tells of already. */
const TOLD: ReadonlySet<number> = new Set([
  Reason.inOrder,
  Reason.outOfOrder,
  Reason.ofoFilled,
  Reason.coalesced,
]);

/** Drops that count in the socket's own counter. */
const COUNTED_DROPS: ReadonlySet<number> = new Set([Reason.tcpMemory, Reason.ofoPruned]);

/** What the receiver sees of the world while it works: bound anew for each call. */
class WorldEnv implements TcpEnv {
  w!: World;
  cpu!: Cpu;
  conn!: TcpConnection;
  sock!: Socket;
  /** Slot of the segment at work, 0: none or gone. */
  slot = 0;
  woken = false;
  now = 0;
  jiffyNs = 0;
  tickPhaseNs = 0;
  hrtimerLatencyNs = 0;
  rules!: RuleValues;
  sysctl!: TcpSysctls;
  counters!: TcpCounters;

  bind(w: World, cpu: Cpu, conn: TcpConnection, sock: Socket): void {
    this.w = w;
    this.cpu = cpu;
    this.conn = conn;
    this.sock = sock;
    this.slot = 0;
    this.woken = false;
    this.now = w.now;
    this.jiffyNs = w.fixed.jiffyNs;
    this.counters = w.hosts[cpu.host].snmp;
    const { sysctl } = w.hosts[cpu.host];
    const own = this.defaultsOf(w.fixed.rules);
    own.tcp_rmem = sysctl['net.ipv4.tcp_rmem'];
    own.rmem_max = sysctl['net.core.rmem_max'][0];
    own.tcp_sack = sysctl['net.ipv4.tcp_sack'][0];
    own.tcp_dsack = sysctl['net.ipv4.tcp_dsack'][0];
    if (w.fixed.rules.tcpCompSack) own.tcp_comp_sack_nr = sysctl['net.ipv4.tcp_comp_sack_nr'][0];
    own.tcp_comp_sack_delay_ns = sysctl['net.ipv4.tcp_comp_sack_delay_ns'][0];
    own.tcp_comp_sack_slack_ns = sysctl['net.ipv4.tcp_comp_sack_slack_ns'][0];
    conn.cpu = cpu.index;
    if (conn.receiver !== null) conn.receiver.owned = sock.owned;
  }

  /** Values of the version, made anew only where it is another world's. */
  private defaultsOf(rules: RuleValues): TcpSysctls {
    if (this.rules !== rules) {
      this.rules = rules;
      this.sysctl = defaultTcpSysctls(rules);
    }
    return this.sysctl;
  }

  transmit(_s: TcpReceiver, out: TcpOut): void {
    makeAck(this, out);
  }

  drop(_s: TcpReceiver, skb: TcpSkb, reason: number): void {
    if (skb.id === this.slot && this.slot !== 0) {
      const { w, slot, sock, cpu } = this;
      this.slot = 0;
      if (reason === Reason.pureAck || reason === Reason.tcpReset)
        consumePacket(w, slot, sock.place, reason, cpu.index);
      else lose(this, slot, reason);
      return;
    }
    // one or several (copied together since) of the out-of-order queue
    for (const slot of takeOfo(this, skb.seq, skb.endSeq)) lose(this, slot, reason);
  }

  decide(_s: TcpReceiver, reason: number, a: number, b: number): void {
    if (TOLD.has(reason)) return;
    let second = b;
    if (reason === Reason.tcpCollapsed) {
      chargeSocket(this);
      second = this.sock.rmem;
    }
    const { w, sock, cpu } = this;
    emit(w, Kind.tcpDecision, sock.place, reason, cpu.index, 0, 0, causeOf(this), a | 0, second | 0);
  }

  dataReady(): void {
    this.woken = true;
  }
}

const env = new WorldEnv();

function causeOf(e: WorldEnv): number {
  return e.slot === 0 ? 0 : e.w.pool.lastSeq[e.slot];
}

/** The socket is charged with what its connections are. */
function chargeSocket(e: WorldEnv): void {
  const { conn, sock } = e;
  const { rmem } = conn.receiver as TcpReceiver;
  sock.rmem += rmem - conn.rmem;
  conn.rmem = rmem;
}

function lose(e: WorldEnv, slot: number, reason: number): void {
  chargeSocket(e);
  if (COUNTED_DROPS.has(reason)) e.sock.drops += 1;
  dropPacket(e.w, slot, e.sock.place, reason, e.cpu.index);
}

/** Takes the slots of the connection that begin within the range off the out-of-order queue, in order. */
function takeOfo(e: WorldEnv, start: number, end: number): number[] {
  const { pool } = e.w;
  const { ofo } = e.sock;
  const taken: number[] = [];
  for (let i = 0; i < ofo.length; ) {
    const slot = ofo[i];
    const at = pool.seq[slot];
    if (pool.flow[slot] === e.conn.flow && seqDiff(at, start) >= 0 && seqDiff(at, end) < 0) {
      ofo.splice(i, 1);
      taken.push(slot);
    } else i += 1;
  }
  return taken.sort((a, b) => seqDiff(pool.seq[a], pool.seq[b]));
}

/** After a call: memory, and the agenda's time for the next timer. */
function settle(e: WorldEnv): void {
  const { conn, w } = e;
  const s = conn.receiver as TcpReceiver;
  chargeSocket(e);
  const next = nextTimerNs(s);
  if (next === Number.POSITIVE_INFINITY) cancel(w.agenda, conn.actor);
  else if (w.agenda.time[conn.actor] !== next)
    schedule(w.agenda, conn.actor, Math.max(Math.ceil(next), w.now));
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
  const stamps = TIMESTAMPS.exec(w.fixed.options[pool.opt[slot]]);
  const tsVal = stamps === null ? -1 : Number.parseInt(stamps[1], 16);
  const tsEcr = stamps === null ? -1 : Number.parseInt(stamps[2], 16);
  if (conn.receiver === null || conn.receiver.state === 'closed') {
    if ((flags & (TCP_SYN | TCP_RST)) === TCP_RST) {
      consumePacket(w, slot, sock.place, Reason.controlSegment, cpu.index);
      return;
    }
    open(env, slot, tsVal, tsEcr);
    if ((flags & TCP_SYN) !== 0) {
      consumePacket(w, slot, sock.place, Reason.controlSegment, cpu.index);
      return;
    }
  }
  const s = conn.receiver as unknown as TcpReceiver;
  s.owned = sock.owned;
  if (fromBacklog && !sock.touched.includes(conn.index)) sock.touched.push(conn.index);
  const end = seqAdd(pool.seq[slot], len);
  const before = s.rcvNxt;
  env.slot = slot;
  tcpRcvEstablished(env, s, {
    id: slot,
    seq: pool.seq[slot],
    ack: s.sndNxt,
    flags,
    win: PEER_WINDOW,
    len,
    truesize: pool.truesize[slot],
    gsoSize: pool.segs[slot] > 1 ? pool.gsoSize[slot] : 0,
    headerLen: 20 + w.fixed.options[pool.opt[slot]].length / 2,
    tsVal,
    tsEcr,
    urgPtr: 0,
  });
  settle(env);
  w.flowState.received[conn.flow] += seqDiff(s.rcvNxt, before);
  let cause = 0;
  if (env.slot !== 0) {
    env.slot = 0;
    if (len === 0) consumePacket(w, slot, sock.place, Reason.controlSegment, cpu.index);
    else if (seqDiff(end, s.rcvNxt) <= 0) {
      cause = deliver(w, cpu, sock, slot, 0);
    } else {
      enqueueOfo(w, cpu, sock, slot);
    }
  }
  if (sock.ofo.length > 0 && cause !== 0) {
    // what waited beyond the hole that is filled now
    for (const late of takeOfo(env, seqAdd(s.rcvNxt, -(2 ** 30)), s.rcvNxt))
      deliver(w, cpu, sock, late, Reason.ofoFilled);
  }
  if (cause !== 0) dataReady(w, cpu, sock, cause);
}

/** Onto the receive queue that the application reads. @param why 0: in order @returns its record */
function deliver(w: World, cpu: Cpu, sock: Socket, slot: number, why: number): number {
  const { pool } = w;
  const joined = queueLength(sock) > 0 && pool.flow[sock.queue[sock.queue.length - 1]] === pool.flow[slot];
  if (joined && why === 0) w.hosts[cpu.host].snmp.TcpExtTCPRcvCoalesce += 1;
  enqueue(w, cpu, sock, slot, why !== 0 ? why : joined ? Reason.coalesced : Reason.inOrder, false);
  return pool.lastSeq[slot];
}

/** The first segment of a flow: the connection is taken to be open from here on. */
function open(e: WorldEnv, slot: number, tsVal: number, tsEcr: number): void {
  const { w, conn, sock } = e;
  const { pool } = w;
  const syn = (pool.flags[slot] & TCP_SYN) !== 0;
  const v6 = w.fixed.flows[conn.flow].key.ipVersion === 6;
  const mss = w.nics[w.flowState.out[w.fixed.flows[conn.flow].reply]].mtu - (v6 ? 60 : 40);
  conn.receiver = createTcpReceiver(e, {
    rcvNxt: syn ? seqAdd(pool.seq[slot], 1) : pool.seq[slot],
    sndNxt: pool.ack[slot],
    sackOk: e.sysctl.tcp_sack !== 0,
    tsOk: tsVal >= 0,
    mss,
    peerMss: mss,
    peerWindow: PEER_WINDOW,
    wscale: true,
    handshakeRttUs: HANDSHAKE_US,
    coalesces: false,
    rcvbuf: sock.spec.rcvbufBytes ?? 0,
    tsVal: Math.max(tsVal, 0),
  });
  // traffic that listens to nobody echoes one value for ever: its age says nothing
  if (tsEcr >= 0) conn.receiver.tsOffset = tsEcr - Math.floor(w.now / 1_000_000);
}

/** An ACK becomes a frame; it leaves when the work it costs is done. */
function makeAck(e: WorldEnv, out: TcpOut): void {
  const { w, cpu, conn, sock } = e;
  const { pool } = w;
  const flow = w.fixed.flows[w.fixed.flows[conn.flow].reply];
  const v6 = flow.key.ipVersion === 6;
  const hex = optionsOf(out);
  const headers = ETH_HLEN + (flow.tagged ? VLAN_HLEN : 0) + (v6 ? 40 : 20) + 20 + hex.length / 2;
  const slot = makeLocalSkb(w, flow, headers, 0, v6 ? BITS6 : BITS4, conn.rxQueue);
  pool.seq[slot] = out.seq;
  pool.ack[slot] = out.ack;
  pool.flags[slot] = out.flags;
  pool.win[slot] = out.win;
  pool.ipId[slot] = v6 ? 0 : conn.ipId;
  conn.ipId = (conn.ipId + 1) & 0xffff;
  if (hex !== '') w.ackOptions[slot] = { packet: w.lastPacket, hex };
  conn.acksSent += 1;
  pool.lastSeq[slot] = emit(
    w,
    Kind.tcpAck,
    sock.place,
    out.reason,
    cpu.index,
    pool.id[slot],
    flow.id,
    causeOf(e),
    pool.frameLen[slot],
    out.ack | 0,
  );
  cpu.acks.push(slot);
}

/** The option bytes of an ACK: timestamps, then SACK blocks, padded with NOPs in front as the kernel does. */
function optionsOf(out: TcpOut): string {
  const hex = (n: number): string => (n >>> 0).toString(16).padStart(8, '0');
  const stamps = out.tsVal < 0 ? '' : `0101080a${hex(out.tsVal)}${hex(out.tsEcr)}`;
  if (out.sacks.length === 0) return stamps;
  const length = (2 + 4 * out.sacks.length).toString(16).padStart(2, '0');
  return `${stamps}010105${length}${out.sacks.map(hex).join('')}`;
}

/** The application has copied an skb: the connection's queue and memory follow. */
export function connectionRead(w: World, cpu: Cpu, conn: TcpConnection, sock: Socket, slot: number): void {
  const { pool } = w;
  // dequeue took the skb's own memory off: the connection knows better
  sock.rmem += pool.truesize[slot];
  env.bind(w, cpu, conn, sock);
  const s = conn.receiver as TcpReceiver;
  const bytes = seqDiff(seqAdd(pool.seq[slot], pool.totalPayload[slot]), s.copiedSeq);
  if (bytes > 0) readQueue(env, s, bytes);
  if (!sock.touched.includes(conn.index)) sock.touched.push(conn.index);
  settle(env);
}

/** recvmsg has copied what it wanted: ACKs that are the reader's to send. */
export function connectionsCleanup(w: World, cpu: Cpu, sock: Socket): void {
  for (const index of sock.touched) {
    const conn = w.connections[index];
    env.bind(w, cpu, conn, sock);
    cleanupRbuf(env, conn.receiver as TcpReceiver, 1);
    settle(env);
  }
}

/** release_sock: what had to wait for the task happens now. */
export function connectionsReleased(w: World, cpu: Cpu, sock: Socket): void {
  for (const index of sock.touched) {
    const conn = w.connections[index];
    env.bind(w, cpu, conn, sock);
    tcpReleaseCb(env, conn.receiver as TcpReceiver);
    settle(env);
  }
  sock.touched = [];
}

/** A timer of the connection is due: it interrupts the CPU that worked on it last. */
export function tcpTimerDue(w: World, conn: TcpConnection): void {
  cancel(w.agenda, conn.actor);
  interruptCpu(w, w.cpus[conn.cpu], irqSource(IRQ_TCP, conn.index), 0);
}

/** The handler's work is done. @returns true where ACKs are to be sent before it ends */
export function tcpTimerStep(w: World, cpu: Cpu, conn: TcpConnection): boolean {
  if (conn.sending) {
    conn.sending = false;
    sendAcks(w, cpu);
    return false;
  }
  const sock = w.sockets[w.fixed.flows[conn.flow].socket - 1];
  const before = cpu.acks.length;
  env.bind(w, cpu, conn, sock);
  const s = conn.receiver as TcpReceiver;
  if (sock.owned && !sock.touched.includes(conn.index)) sock.touched.push(conn.index);
  runTimers(env, s);
  settle(env);
  if (cpu.acks.length === before) return false;
  conn.sending = true;
  startAcks(w, cpu);
  return true;
}
