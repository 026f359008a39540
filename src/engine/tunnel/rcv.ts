/**
 * tunnel4_rcv, ipip_rcv: a packet with an outer IP header has come to its address. The header comes off, and the inner packet goes in
 * as if it had come by the tunnel: to this CPU's gro_cell, a NAPI of the device's own, or (before 3.10, or without GRO) to the backlog.
 * Source: net/ipv4/tunnel4.c, net/ipv4/ipip.c ipip_tunnel_rcv, net/ipv4/ip_tunnel.c ip_tunnel_rcv, net/core/gro_cells.c, v6.12.
 * Left out: the ICMP answer to what no tunnel takes; before 4.0 cells by receive queue, not by CPU; ECN of the outer header is the inner one's.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { dropPacket } from '../drop.ts';
import { emit } from '../emit.ts';
import { backlogLength } from '../net/backlog.ts';
import { headerBytes } from '../net/gso/cut.ts';
import { napiSchedule } from '../net/napi.ts';
import { netifRx } from '../net/netif-rx.ts';
import { ETH_HLEN, ETH_ZLEN } from '../packet/frame.ts';
import { CHECKSUM_NONE, CHECKSUM_UNNECESSARY } from '../nic/rx-checksum.ts';
import {
  FRAME_FRAGMENT,
  FRAME_L4_CSUM_BAD,
  FRAME_L4_CSUM_VERIFIED,
  FRAME_MALFORMED,
  FRAME_TUNNELLED,
} from '../packet/frame-bits.ts';
import type { Cpu, World } from '../world.ts';
import { OUTER_HLEN, tunnelOf } from './state.ts';

/** Takes the outer header off, or drops the packet. */
export function tunnelRcv(w: World, cpu: Cpu, slot: number): void {
  const { pool } = w;
  const outer = w.fixed.flows[pool.flow[slot]];
  if (outer.endsTunnel < 0) {
    const { firstNic, nics } = w.fixed.hosts[cpu.host];
    const loaded = w.nics.slice(firstNic, firstNic + nics).some(({ tunnel }) => tunnel !== null);
    // without the module nobody has registered the protocol
    if (!loaded) w.hosts[cpu.host].snmp.IpInUnknownProtos += 1;
    const why = loaded ? Reason.tunnelUnknown : Reason.tunnelNoHandler;
    dropPacket(w, slot, cpu.protocolPlace, why, cpu.index);
    return;
  }
  const tun = w.nics[outer.endsTunnel];
  const q = w.queues[tun.firstQueue + cpu.number];
  const bytes = decapsulate(w, slot, outer.inner, q.index);
  const cell = tunnelOf(tun).cells[cpu.number];
  const byGro = w.fixed.rules.ipipGroCells && tun.features['generic-receive-offload'];
  const waiting = byGro ? cell.length : backlogLength(cpu);
  const reason = byGro ? Reason.tunnelCell : Reason.tunnelBacklog;
  const [id, cause] = [pool.id[slot], pool.lastSeq[slot]];
  const seq = emit(w, Kind.tunnelRcv, q.napiPlace, reason, cpu.index, id, 0, cause, bytes, waiting);
  pool.lastSeq[slot] = seq;
  if (!byGro) {
    netifRx(w, cpu, q, slot);
    return;
  }
  if (cell.length > w.hosts[cpu.host].sysctl['net.core.netdev_max_backlog'][0]) {
    tun.counters.rx_dropped += 1;
    dropPacket(w, slot, q.napiPlace, Reason.tunnelCellFull, cpu.index);
    return;
  }
  cell.push(slot);
  if (cell.length === 1) napiSchedule(w, cpu, q, seq);
}

/** What GRO lets pass without a look, or has found wrong. */
const UNCHECKED = FRAME_FRAGMENT | FRAME_L4_CSUM_BAD | FRAME_MALFORMED;

/** @returns length of the frames without the outer header */
function decapsulate(w: World, head: number, inner: number, queue: number): number {
  const { pool } = w;
  const flow = w.fixed.flows[inner];
  const tun = w.nics[w.queues[queue].nic];
  const headers = headerBytes(w, head) - OUTER_HLEN;
  const { features } = w.nics[w.queues[pool.queue[head]].nic];
  // GRO of the card has looked at the inner checksum
  const seen = w.fixed.rules.groIpip && features['generic-receive-offload'];
  const ip = headers - ETH_HLEN + pool.totalPayload[head];
  let bytes = 0;
  for (let s = head; s !== 0; s = pool.fragNext[s]) {
    if (seen && pool.ipSummed[s] === CHECKSUM_NONE && (pool.bits[s] & UNCHECKED) === 0)
      pool.ipSummed[s] = CHECKSUM_UNNECESSARY;
    pool.flow[s] = inner;
    pool.frameLen[s] = Math.max(ETH_ZLEN, headers + pool.payloadLen[s]);
    pool.bits[s] = (pool.bits[s] & ~(FRAME_TUNNELLED | FRAME_L4_CSUM_VERIFIED)) >>> 0;
    pool.queue[s] = queue;
    pool.hash[s] = flow.softHash;
    bytes += pool.frameLen[s];
  }
  tun.counters.rx_packets += 1;
  tun.counters.rx_bytes += ip;
  w.flowState.packets[inner] += pool.segs[head];
  w.flowState.bytes[inner] += bytes;
  return bytes;
}
