/**
 * ip_forward: a packet for somebody else, on a host that forwards (`net.ipv4.ip_forward`). TTL, length, then out.
 * Source: net/ipv4/ip_forward.c, net/ipv6/ip6_output.c ip6_forward, v6.12. Left out: the ICMP errors it would send, redirects,
 * fragmentation, neighbour resolution (known to everybody).
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { dropPacket } from '../drop.ts';
import { emit } from '../emit.ts';
import { ETH_HLEN } from '../packet/frame.ts';
import { FRAME_L4_CSUM_PARTIAL } from '../packet/frame-bits.ts';
import { GRO_FLIST, GRO_LRO } from './gro/limits.ts';
import { pickTxQueue } from './pick-tx.ts';
import { beginXmit } from './xmit.ts';
import type { Cpu, World } from '../world.ts';

/** @returns true where it goes on to be sent, false where it was dropped */
export function ipForward(w: World, cpu: Cpu, slot: number): boolean {
  const pool = w.pool;
  const { snmp } = w.hosts[cpu.host];
  const v6 = w.fixed.flows[pool.flow[slot]].key.ipVersion === 6;
  const out = w.nics[cpu.softirq.out];
  let why = 0;
  if (pool.segs[slot] > 1 && (pool.groFixedId[slot] & GRO_LRO) !== 0) {
    // skb_warn_if_lro: "received packets cannot be forwarded while LRO is enabled"
    why = Reason.forwardLro;
  } else if (pool.ttl[slot] <= 1) {
    if (v6) snmp.Ip6InHdrErrors += 1;
    else snmp.IpInHdrErrors += 1;
    why = Reason.ttlExceeded;
  } else if (pool.frameLen[slot] - ETH_HLEN > out.mtu) {
    // of a train each frame has to fit (skb_gso_validate_network_len): none is longer than the first
    if (v6) snmp.Ip6InTooBigErrors += 1;
    else snmp.IpFragFails += 1;
    why = Reason.tooBigToForward;
  }
  pool.lastSeq[slot] = emit(
    w,
    Kind.ipForward,
    cpu.protocolPlace,
    why === 0 ? Reason.fibForward : why,
    cpu.index,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    pool.ttl[slot],
    out.index,
  );
  if (why !== 0) {
    dropPacket(w, slot, cpu.protocolPlace, why, cpu.index);
    return false;
  }
  pool.ttl[slot] -= 1;
  return true;
}

/** ip_forward_finish, behind the firewall's FORWARD rules: counted as forwarded. */
export function forwardedOn(w: World, cpu: Cpu, slot: number): void {
  const { snmp } = w.hosts[cpu.host];
  if (w.fixed.flows[w.pool.flow[slot]].key.ipVersion === 6) snmp.Ip6OutForwDatagrams += 1;
  else snmp.IpForwDatagrams += 1;
}

/**
 * A forwarded packet goes to a transmit queue of NIC `out` (world index): from here on it counts as delivered, and as produced on the
 * other side.
 */
export function sendForwarded(w: World, cpu: Cpu, slot: number, out: number): void {
  const nic = w.nics[out];
  const { pool } = w;
  w.totals.delivered += 1;
  w.totals.txProduced += pool.segs[slot];
  // a train left GRO with its pseudo header's sum (tcp_gro_complete); a list has each frame's own
  if (pool.segs[slot] > 1 && (pool.groFixedId[slot] & GRO_FLIST) === 0)
    pool.bits[slot] |= FRAME_L4_CSUM_PARTIAL;
  beginXmit(w, cpu, pickTxQueue(w, nic, cpu, slot), slot, !w.fixed.rules.napi);
}
