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
import { isTunnelled } from '../tunnel/state.ts';
import { pickDeviceQueue, throughDevice } from '../tunnel/xmit.ts';
import type { Cpu, World } from '../world.ts';
import { GRO_FLIST, GRO_LRO } from './gro/limits.ts';
import { pickTxQueue } from './pick-tx.ts';
import { beginTunnel, beginXmit } from './xmit.ts';

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
  } else if (ttlOf(w, slot) <= 1) {
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
    ttlOf(w, slot),
    out.index,
  );
  if (why !== 0) {
    dropPacket(w, slot, cpu.protocolPlace, why, cpu.index);
    return false;
  }
  if (isTunnelled(w, slot)) pool.outerTtl[slot] -= 1;
  else pool.ttl[slot] -= 1;
  return true;
}

/** Of the header that the packet is forwarded by. */
function ttlOf(w: World, slot: number): number {
  return isTunnelled(w, slot) ? w.pool.outerTtl[slot] : w.pool.ttl[slot];
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
 * @returns false where a tunnel has lost it at once
 */
export function sendForwarded(w: World, cpu: Cpu, slot: number, out: number): boolean {
  w.totals.delivered += 1;
  w.totals.txProduced += w.pool.segs[slot];
  return sendCopy(w, cpu, slot, out);
}

/** The same for what counts as produced already, and never came in: a bridge's copy. */
export function sendCopy(w: World, cpu: Cpu, slot: number, out: number): boolean {
  const nic = w.nics[out];
  const { pool } = w;
  // a train left GRO with its pseudo header's sum (tcp_gro_complete); a list has each frame's own
  if (pool.segs[slot] > 1 && (pool.groFixedId[slot] & GRO_FLIST) === 0)
    pool.bits[slot] |= FRAME_L4_CSUM_PARTIAL;
  const free = !w.fixed.rules.napi;
  if (nic.tunnel !== null) {
    pickDeviceQueue(w, nic, cpu.index, slot);
    return beginTunnel(w, cpu, nic, throughDevice(w, nic, cpu.index, slot), free);
  }
  beginXmit(w, cpu, pickTxQueue(w, nic, cpu, slot), slot, free);
  return true;
}
