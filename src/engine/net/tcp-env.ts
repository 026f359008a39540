/** What a connection of the world sees of it while TCP works on it (engine/tcp/env): bound anew for each call. */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import type { RuleValues } from '../../catalog/rules.ts';
import { consumePacket, dropPacket } from '../drop.ts';
import { emit } from '../emit.ts';
import type { TcpCounters } from '../tcp/counters.ts';
import { defaultTcpSysctls, type TcpEnv, type TcpOut, type TcpSysctls } from '../tcp/env.ts';
import { seqDiff } from '../tcp/seq.ts';
import type { TcpSkb, TcpSock } from '../tcp/sock.ts';
import type { Cpu, Nic, Socket, TcpConnection, World } from '../world.ts';
import { segmentOut } from './tcp-out.ts';
import { toeForgets } from '../nic/toe/queue.ts';
import { toeOf } from '../nic/toe/state.ts';
import { NO_CPU } from '../records.ts';

/** Decisions that a record of the socket's queue tells of already. */
const TOLD: ReadonlySet<number> = new Set([
  Reason.inOrder,
  Reason.outOfOrder,
  Reason.ofoFilled,
  Reason.coalesced,
]);

/** Drops that count in the socket's own counter. */
const COUNTED_DROPS: ReadonlySet<number> = new Set([Reason.tcpMemory, Reason.ofoPruned]);

/** Segments that have done what they came for. */
const USED_UP: ReadonlySet<number> = new Set([Reason.pureAck, Reason.tcpReset]);

export class WorldEnv implements TcpEnv {
  w!: World;
  cpu!: Cpu;
  conn!: TcpConnection;
  sock!: Socket;
  /** Card whose firmware runs the connection; null: the kernel does. Where that is, and the CPU of its records. */
  card: Nic | null = null;
  place = 0;
  who = 0;
  /** Slot of the segment at work, 0: none or gone. */
  slot = 0;
  /** Record that what happens now comes of, where no segment is at work. */
  cause = 0;
  /** A writer that found no room may go on. */
  room = false;
  now = 0;
  jiffyNs = 0;
  tickPhaseNs = 0;
  hrtimerLatencyNs = 0;
  rules!: RuleValues;
  sysctl!: TcpSysctls;
  private own!: TcpSysctls;
  private firmware!: TcpSysctls;
  counters!: TcpCounters;

  bind(w: World, cpu: Cpu, conn: TcpConnection, sock: Socket): void {
    this.w = w;
    this.cpu = cpu;
    this.conn = conn;
    this.sock = sock;
    this.slot = 0;
    this.cause = 0;
    this.room = false;
    this.now = w.now;
    this.jiffyNs = w.fixed.jiffyNs;
    conn.cpu = cpu.index;
    if (conn.toe >= 0) {
      this.bindCard(w.nics[conn.toe]);
      return;
    }
    this.card = null;
    this.place = sock.place;
    this.who = cpu.index;
    this.counters = w.hosts[cpu.host].snmp;
    this.takeSysctls(w.hosts[cpu.host].sysctl);
    if (conn.tcp !== null) conn.tcp.owned = sock.owned;
  }

  /** The firmware has counters and settings of its own, and knows of no task that holds the socket. */
  private bindCard(nic: Nic): void {
    const toe = toeOf(nic);
    this.card = nic;
    this.place = toe.place;
    this.who = NO_CPU;
    this.counters = toe.snmp;
    this.defaultsOf(this.w.fixed.rules);
    this.sysctl = this.firmware;
    if (this.conn.tcp !== null) this.conn.tcp.owned = false;
  }

  private takeSysctls(set: World['hosts'][number]['sysctl']): void {
    const own = this.defaultsOf(this.w.fixed.rules);
    this.sysctl = own;
    own.tcp_rmem = set['net.ipv4.tcp_rmem'];
    own.tcp_wmem = set['net.ipv4.tcp_wmem'];
    own.rmem_max = set['net.core.rmem_max'][0];
    own.tcp_sack = set['net.ipv4.tcp_sack'][0];
    own.tcp_dsack = set['net.ipv4.tcp_dsack'][0];
    own.tcp_retries2 = set['net.ipv4.tcp_retries2'][0];
    own.tcp_tso_win_divisor = set['net.ipv4.tcp_tso_win_divisor'][0];
    own.tcp_reordering = set['net.ipv4.tcp_reordering'][0];
    own.tcp_max_reordering = set['net.ipv4.tcp_max_reordering'][0];
    own.tcp_frto = set['net.ipv4.tcp_frto'][0];
    own.tcp_timestamps = set['net.ipv4.tcp_timestamps'][0];
    own.tcp_congestion_control = set['net.ipv4.tcp_congestion_control'][0] === 0 ? 'reno' : 'cubic';
    own.tcp_limit_output_bytes = set['net.ipv4.tcp_limit_output_bytes'][0];
    own.tcp_pacing_ss_ratio = set['net.ipv4.tcp_pacing_ss_ratio'][0];
    own.tcp_pacing_ca_ratio = set['net.ipv4.tcp_pacing_ca_ratio'][0];
    own.tcp_early_retrans = set['net.ipv4.tcp_early_retrans'][0];
    own.tcp_recovery = set['net.ipv4.tcp_recovery'][0];
    own.tcp_slow_start_after_idle = set['net.ipv4.tcp_slow_start_after_idle'][0];
    own.tcp_autocorking = set['net.ipv4.tcp_autocorking'][0];
    own.tcp_min_tso_segs = set['net.ipv4.tcp_min_tso_segs'][0];
    if (this.rules.tcpCompSack) own.tcp_comp_sack_nr = set['net.ipv4.tcp_comp_sack_nr'][0];
    own.tcp_comp_sack_delay_ns = set['net.ipv4.tcp_comp_sack_delay_ns'][0];
    own.tcp_comp_sack_slack_ns = set['net.ipv4.tcp_comp_sack_slack_ns'][0];
    own.tcp_comp_sack_rtt_percent = set['net.ipv4.tcp_comp_sack_rtt_percent'][0];
  }

  /** Values of the version, made anew only where it is another world's. */
  private defaultsOf(rules: RuleValues): TcpSysctls {
    if (this.rules !== rules) {
      this.rules = rules;
      this.own = defaultTcpSysctls(rules);
      this.firmware = defaultTcpSysctls(rules);
    }
    return this.own;
  }

  /** Record behind what the connection does now. */
  why(): number {
    return this.slot === 0 ? this.cause : this.w.pool.lastSeq[this.slot];
  }

  transmit(_s: TcpSock, out: TcpOut): void {
    segmentOut(this.w, this.cpu, this.conn, this.sock, out, this.why());
  }

  drop(_s: TcpSock, skb: TcpSkb, reason: number): void {
    if (skb.id === this.slot && this.slot !== 0) {
      const { w, slot } = this;
      this.slot = 0;
      this.cause = w.pool.lastSeq[slot];
      if (USED_UP.has(reason)) this.consume(slot, reason);
      else this.lose(slot, reason);
      return;
    }
    // one or several (copied together since) of the out-of-order queue
    for (const slot of takeOfo(this, skb.seq, skb.endSeq)) this.lose(slot, reason);
  }

  private lose(slot: number, reason: number): void {
    this.charge();
    if (this.card !== null) {
      toeForgets(this.w, this.card, slot);
      toeOf(this.card).counters.toe_drops += 1;
    } else if (COUNTED_DROPS.has(reason)) this.sock.drops += 1;
    dropPacket(this.w, slot, this.place, reason, this.who);
  }

  /** It has done what it came for. */
  consume(slot: number, reason: number): void {
    if (this.card !== null) toeForgets(this.w, this.card, slot);
    consumePacket(this.w, slot, this.place, reason, this.who);
  }

  /** The socket is charged with what its connections are; of one in a card, with what has reached the socket. */
  charge(): void {
    const { conn, sock } = this;
    if (conn.tcp === null || this.card !== null) return;
    sock.rmem += conn.tcp.rmem - conn.rmem;
    conn.rmem = conn.tcp.rmem;
  }

  decide(_s: TcpSock, reason: number, a: number, b: number): void {
    if (TOLD.has(reason)) return;
    let second = b;
    if (reason === Reason.tcpCollapsed) {
      this.charge();
      second = this.sock.rmem;
    }
    const { w, place, who } = this;
    emit(w, Kind.tcpDecision, place, reason, who, 0, 0, this.why(), a | 0, second | 0);
  }

  dataReady(): void {
    // the owner wakes the reader once the segment is in its queue
  }

  writeSpace(): void {
    this.room = true;
  }

  stateChange(): void {
    // the owner compares the state after each call
  }
}

/** Takes the slots of the connection that begin within the range off the out-of-order queue, in order. */
export function takeOfo(e: WorldEnv, start: number, end: number): number[] {
  const { pool } = e.w;
  const { ofo } = e.card === null ? e.sock : toeOf(e.card);
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
