/**
 * Whose connection is it? Asked once, when its first segment comes or leaves: the card takes it as long as its table has room.
 * A netfilter rule of the host does not see what the card takes; where the driver is told to respect it, the connection stays with
 * the kernel. Left out: offload of a connection that the kernel has opened, and handing one back.
 */
import { Kind } from '../../../catalog/kinds.ts';
import { Reason } from '../../../catalog/reasons.ts';
import { dropPacket } from '../../drop.ts';
import { emit } from '../../emit.ts';
import { truesizeOf } from '../../net/truesize.ts';
import { TCP_ACK, TCP_SYN } from '../../packet/frame.ts';
import { FRAME_FRAGMENT, FRAME_IP_CSUM_BAD, FRAME_L4_CSUM_BAD } from '../../packet/frame-bits.ts';
import { NO_CPU } from '../../records.ts';
import type { Nic, TcpConnection, World } from '../../world.ts';
import { TOE_IDLE, toeOf, wakeToe } from './state.ts';

/** A netfilter rule would have to see the host's packets. */
function filtered(w: World, nic: Nic): boolean {
  const { firewall } = w.fixed.hosts[nic.host];
  return firewall === 'raw-drop' || firewall === 'filter-drop';
}

/** @param packet the segment that asks, 0: the host opens it  @returns whether the card has the connection now */
function decide(w: World, nic: Nic, conn: TcpConnection, packet: number, cause: number): boolean {
  const toe = toeOf(nic);
  const respected = filtered(w, nic) && toe.spec.firewall === 'respected';
  const full = toe.connections >= toe.spec.connections;
  conn.toeAsked = true;
  if (!respected && !full) {
    conn.toe = nic.index;
    toe.connections += 1;
    toe.counters.toe_offloaded += 1;
  } else toe.counters.toe_refused += 1;
  const taken = filtered(w, nic) ? Reason.toeTakenBlind : Reason.toeTaken;
  const reason = respected ? Reason.toeFirewall : full ? Reason.toeTableFull : taken;
  const { connections } = toe;
  emit(
    w,
    Kind.toeConnection,
    toe.place,
    reason,
    NO_CPU,
    packet,
    conn.flow,
    cause,
    connections,
    toe.spec.connections,
  );
  return conn.toe >= 0;
}

/** connect(): the card may run the connection from its first segment on. @param nic the one that leads to the peer */
export function toeConnects(w: World, nic: Nic, conn: TcpConnection): void {
  if (nic.toe !== null && !conn.toeAsked) decide(w, nic, conn, 0, 0);
}

/** The connection is over: its entry is free again. */
export function toeCloses(w: World, nic: Nic, conn: TcpConnection, cause: number): void {
  const toe = toeOf(nic);
  toe.connections -= 1;
  const { connections, spec } = toe;
  const flow = conn.flow;
  emit(
    w,
    Kind.toeConnection,
    toe.place,
    Reason.toeClosed,
    NO_CPU,
    0,
    flow,
    cause,
    connections,
    spec.connections,
  );
}

/** A frame that the MAC has accepted. @returns true where it is the card's: the host gets nothing of it */
export function toeTakes(w: World, nic: Nic, slot: number): boolean {
  const { pool } = w;
  const flow = w.fixed.flows[pool.flow[slot]];
  if (flow.connection < 0 || w.flowState.forUs[flow.id] === 0) return false;
  if ((pool.bits[slot] & (FRAME_FRAGMENT | FRAME_IP_CSUM_BAD)) !== 0) return false;
  const conn = w.connections[flow.connection];
  const wrong = (pool.bits[slot] & FRAME_L4_CSUM_BAD) !== 0;
  if (conn.toe !== nic.index) {
    if (conn.toeAsked || conn.tcp !== null || wrong) return false;
    // only its first segment may bring a connection of this world into being
    if (conn.live && (pool.flags[slot] & (TCP_SYN | TCP_ACK)) !== TCP_SYN) return false;
    if (!decide(w, nic, conn, pool.id[slot], pool.lastSeq[slot])) return false;
  }
  nic.counters.rx_packets += 1;
  nic.counters.rx_bytes += pool.frameLen[slot];
  keep(w, nic, slot, wrong);
  return true;
}

function keep(w: World, nic: Nic, slot: number, wrong: boolean): void {
  const toe = toeOf(nic);
  const { pool } = w;
  const { counters, spec } = toe;
  pool.queue[slot] = nic.firstQueue;
  pool.hash[slot] = w.fixed.flows[pool.flow[slot]].softHash;
  if (wrong || toe.memory + pool.frameLen[slot] > spec.memoryBytes) {
    if (wrong) counters.toe_csum_errors += 1;
    counters.toe_drops += 1;
    dropPacket(w, slot, toe.place, wrong ? Reason.toeChecksum : Reason.toeMemoryFull, NO_CPU);
    return;
  }
  const idle = toe.work === TOE_IDLE && toe.waiting.length === 0;
  pool.truesize[slot] = truesizeOf(pool.frameLen[slot]);
  toe.memory += pool.frameLen[slot];
  toe.waiting.push(slot);
  if (toe.waiting.length > counters.toe_waiting_most) counters.toe_waiting_most = toe.waiting.length;
  tell(w, nic, slot, idle ? Reason.toeIdle : Reason.toeWaits);
  wakeToe(w, toe);
}

/** Where a segment is in the card now. */
export function tell(w: World, nic: Nic, slot: number, reason: number): void {
  const toe = toeOf(nic);
  const { pool } = w;
  const [id, cause, waiting] = [pool.id[slot], pool.lastSeq[slot], toe.waiting.length];
  pool.lastSeq[slot] = emit(w, Kind.toeSegment, toe.place, reason, NO_CPU, id, 0, cause, waiting, toe.memory);
}
