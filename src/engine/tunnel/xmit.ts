/**
 * ip_tunnel_xmit: what leaves by a tunnel gets an outer IP header and is sent anew, by the route to the other end. The device has no
 * queue of its own (noqueue): validate_xmit_skb cuts, sums and copies what it does not take, then each packet is wrapped by itself.
 * Loss below stays unknown to who sends: the device always says NETDEV_TX_OK, and counts it (tx_dropped).
 * Source: net/ipv4/ip_tunnel.c ip_tunnel_xmit, tnl_update_pmtu, net/ipv4/ip_tunnel_core.c iptunnel_xmit, iptunnel_handle_offloads, v6.12.
 * Left out: outer fragments, ICMP fragmentation needed, ICMP errors from the way (err_count).
 */
import { Point } from '../../catalog/capture-points.ts';
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { spend } from '../cpu/context.ts';
import { dropKey } from '../drop.ts';
import { emit } from '../emit.ts';
import { headerBytes } from '../net/gso/cut.ts';
import { ofConnection } from '../net/of-connection.ts';
import { freeSent } from '../net/sock-write.ts';
import { cutsBefore, needsWork, pieces, validateXmit, xmitCycles } from '../net/validate-xmit.ts';
import { canChecksum } from '../nic/features.ts';
import { ETH_HLEN } from '../packet/frame.ts';
import { FRAME_DF, FRAME_L4_CSUM_PARTIAL, FRAME_TUNNELLED } from '../packet/frame-bits.ts';
import type { Cpu, Nic, World } from '../world.ts';
import { sumsInner } from './features.ts';
import { OUTER_HLEN, tunnelOf } from './state.ts';

/** Bytes from the IP header on, of the whole skb (skb->len at the device). */
export function skbBytes(w: World, slot: number): number {
  return headerBytes(w, slot) - ETH_HLEN + w.pool.totalPayload[slot];
}

/** The card that a tunnel's packets of a flow leave by; null: none, or another tunnel. */
function cardBelow(w: World, tun: Nic, flow: number): Nic | null {
  const outer = w.fixed.outer[tun.index]?.[flow] ?? 0;
  const out = outer === 0 ? -1 : w.flowState.out[outer];
  return out < 0 || w.nics[out].tunnel !== null ? null : w.nics[out];
}

/** Packets that the device makes of an skb: itself, where it takes it as it is. */
function packetsOf(w: World, tun: Nic, slot: number): number {
  const segs = w.pool.segs[slot];
  return segs === 1 || !cutsBefore(w, tun, slot) ? 1 : segs;
}

/** Cycles of the device's own validate_xmit_skb and of the outer headers; they are put down. @param parts fragments that the packet is cut into */
export function deviceCycles(w: World, cpu: Cpu, tun: Nic, slot: number, parts = 1): number {
  const { profile } = w.fixed.hosts[tun.host];
  const packets = packetsOf(w, tun, slot);
  const work = needsWork(w, tun, slot) ? xmitCycles(w, cpu, tun, slot) : 0;
  // pieces meet no driver yet
  const driver = spend(cpu, Part.netdev, -(packets - 1) * profile.txDrv);
  return work + driver + spend(cpu, Part.tcpip, packets * parts * profile.tunnelXmit);
}

/** The same with all that they meet below beyond one queueing discipline and one driver: each piece its own, and the card's validate_xmit_skb. */
export function tunnelCycles(w: World, cpu: Cpu, tun: Nic, slot: number): number {
  const { pool } = w;
  const { profile } = w.fixed.hosts[tun.host];
  const packets = packetsOf(w, tun, slot);
  const each = profile.qdisc + profile.txDrv;
  let cycles = deviceCycles(w, cpu, tun, slot) + spend(cpu, Part.netdev, (packets - 1) * each);
  const segs = pool.segs[slot];
  const card = cardBelow(w, tun, pool.flow[slot]);
  if (card === null) return cycles;
  const bytes = pool.totalPayload[slot];
  // left open by the device above
  const open = (pool.bits[slot] & FRAME_L4_CSUM_PARTIAL) !== 0 && canChecksum(tun, false);
  if (open && !sumsInner(w, card)) cycles += spend(cpu, Part.checksum, bytes * profile.csumPerByte);
  if (packets === 1 && segs > 1)
    cycles +=
      spend(cpu, Part.skb, segs * profile.gsoSegment) + spend(cpu, Part.netdev, (segs - 1) * profile.txDrv);
  return cycles;
}

/** validate_xmit_skb for the device. @returns the packets to wrap, in order: a list of the caller's own */
export function throughDevice(w: World, tun: Nic, cpu: number, slot: number): number[] {
  const q = w.queues[tun.firstQueue];
  if (w.tap !== null && !needsWork(w, tun, slot)) w.tap(w, Point.driverOut, tun.index, slot);
  if (!needsWork(w, tun, slot)) return [slot];
  validateXmit(w, tun, q, cpu, slot);
  const made = pieces.slice();
  if (w.tap !== null) for (const piece of made) w.tap(w, Point.driverOut, tun.index, piece);
  return made;
}

/**
 * Wraps one packet. @returns the card (NIC) that it leaves by; null: it is lost, counted and freed
 */
export function wrap(w: World, tun: Nic, cpu: number, slot: number): Nic | null {
  const { pool } = w;
  const tunnel = tunnelOf(tun);
  const { spec } = tunnel;
  const inner = pool.flow[slot];
  const outer = w.fixed.outer[tun.index]?.[inner] ?? 0;
  if (outer === 0) {
    // an inner packet that is not IPv4
    return lost(w, tun, cpu, slot, Reason.tunnelNotIpv4);
  }
  const card = w.nics[w.flowState.out[outer]];
  if (card.tunnel !== null) {
    if (card === tun) tunnel.collisions += 1;
    return lost(w, tun, cpu, slot, card === tun ? Reason.tunnelLoop : Reason.tunnelNested);
  }
  // of a packet still to be cut each piece has to fit
  const frame = headerBytes(w, slot) - ETH_HLEN + pool.payloadLen[slot];
  const df = (pool.bits[slot] & FRAME_DF) !== 0;
  const mtu = spec.pmtudisc
    ? card.mtu - OUTER_HLEN
    : df
      ? Math.min(tun.mtu, card.mtu - OUTER_HLEN)
      : card.mtu - OUTER_HLEN;
  if (frame > mtu) return lost(w, tun, cpu, slot, Reason.tunnelTooBig);
  const segs = pool.segs[slot];
  pool.outerTtl[slot] = spec.ttl === 0 ? pool.ttl[slot] : spec.ttl;
  pool.outerId[slot] = tunnel.ipId;
  tunnel.ipId = (tunnel.ipId + segs) & 0xffff;
  const headers = headerBytes(w, slot);
  let bytes = 0;
  for (let s = slot; s !== 0; s = pool.fragNext[s]) {
    pool.frameLen[s] = headers + OUTER_HLEN + pool.payloadLen[s];
    pool.bits[s] = (pool.bits[s] | FRAME_TUNNELLED) >>> 0;
    pool.flow[s] = outer;
    pool.outerTtl[s] = pool.outerTtl[slot];
    bytes += pool.frameLen[s];
  }
  w.flowState.packets[outer] += segs;
  w.flowState.bytes[outer] += segs * (headers + OUTER_HLEN) + pool.totalPayload[slot];
  const { snmp } = w.hosts[tun.host];
  snmp.IpOutRequests += 1;
  const place = w.queues[tun.firstQueue].txPlace;
  const told = ofConnection(w, slot) ? pool.totalPayload[slot] : bytes;
  const reason = segs > 1 ? Reason.tunnelWhole : Reason.tunnelEncap;
  const [id, cause] = [pool.id[slot], pool.lastSeq[slot]];
  pool.lastSeq[slot] = emit(w, Kind.tunnelXmit, place, reason, cpu, id, 0, cause, told, card.index);
  return card;
}

/** tx_error: the packet ends here. */
function lost(w: World, tun: Nic, cpu: number, slot: number, why: number): null {
  const { pool } = w;
  const tunnel = tunnelOf(tun);
  const place = w.queues[tun.firstQueue].txPlace;
  const segs = pool.segs[slot];
  tunnel.tx_errors += 1;
  w.totals.txDropped += segs;
  const key = dropKey(place, why);
  w.totals.txDrops[key] = (w.totals.txDrops[key] ?? 0) + 1;
  const seq = emit(w, Kind.txDrop, place, why, cpu, pool.id[slot], 0, pool.lastSeq[slot], segs, 0);
  freeSent(w, slot, cpu, seq);
  return null;
}

/** iptunnel_xmit_stats: what became of a packet below. @param bytes inner bytes, as it was wrapped */
export function countSent(tun: Nic, bytes: number, dropped: boolean): void {
  if (dropped) tun.counters.tx_dropped += 1;
  else {
    tun.counters.tx_packets += 1;
    tun.counters.tx_bytes += bytes;
  }
}

/** The device's one queue is no choice; told so that the packet's way is whole. */
export function pickDeviceQueue(w: World, tun: Nic, cpu: number, slot: number): void {
  const { pool } = w;
  const place = w.queues[tun.firstQueue].txPlace;
  const [id, cause, hash] = [pool.id[slot], pool.lastSeq[slot], pool.hash[slot] | 0];
  pool.lastSeq[slot] = emit(w, Kind.txSelect, place, Reason.tunnelNoQueue, cpu, id, 0, cause, 0, hash);
}
