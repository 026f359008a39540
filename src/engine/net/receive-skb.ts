/**
 * An skb's way up: __netif_receive_skb_core, ip_rcv, then TCP, UDP or ICMP; each drops what is wrong for it and counts it under
 * the kernel's name.
 * Source: net/core/dev.c, net/ipv4/ip_input.c, net/ipv6/ip6_input.c, v6.12. Left out: taps, tc, netfilter
 * (each says so where it would matter).
 */
import { Point } from '../../catalog/capture-points.ts';
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { spend } from '../cpu/context.ts';
import { consumePacket, dropPacket } from '../drop.ts';
import { emit } from '../emit.ts';
import { l4SumCycles, noteSum } from '../nic/rx-checksum.ts';
import { ETH_P_ARP, IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_TCP, IPPROTO_UDP } from '../packet/frame.ts';
import {
  FRAME_FRAGMENT,
  FRAME_IP_CSUM_BAD,
  FRAME_L4_CSUM_BAD,
  FRAME_MALFORMED,
  FRAME_TUNNELLED,
} from '../packet/frame-bits.ts';
import type { Cpu, World } from '../world.ts';
import { ipDefrag } from './ip-frag.ts';
import type { SnmpCounters } from './snmp.ts';
import { tcpRcv } from './tcp.ts';
import { udpRcv } from './udp.ts';

/** The core's round over an skb; what a bridge's port has received is the bridge's next (rx_handler), else `handlerOf` is asked. */
export function netifReceive(w: World, cpu: Cpu, slot: number): void {
  const pool = w.pool;
  cpu.softnet.processed += 1;
  if (w.tap !== null) w.tap(w, Point.stackIn, w.queues[pool.queue[slot]].nic, slot);
  pool.lastSeq[slot] = emit(
    w,
    Kind.netifReceive,
    cpu.protocolPlace,
    Reason.none,
    cpu.index,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    pool.segs[slot],
    pool.totalPayload[slot],
  );
}

/** @returns true where an IP handler takes it */
export function handlerOf(w: World, cpu: Cpu, slot: number): boolean {
  const { pool } = w;
  const { key } = w.fixed.flows[pool.flow[slot]];
  if (key.vlan >= 0 && (key.vlan & 0xfff) !== 0) {
    // no VLAN device stands on this NIC
    nicOf(w, slot).counters.rx_dropped += 1;
    dropPacket(w, slot, cpu.protocolPlace, Reason.noProtocol, cpu.index);
    return false;
  }
  if (key.ipVersion !== 0) return true;
  if (key.etherType === ETH_P_ARP) {
    consumePacket(w, slot, cpu.protocolPlace, Reason.arp, cpu.index);
    return false;
  }
  nicOf(w, slot).counters.rx_dropped += 1;
  dropPacket(w, slot, cpu.protocolPlace, Reason.noProtocol, cpu.index);
  return false;
}

/** The card (or tunnel) it came in by. */
export function nicOf(w: World, slot: number): World['nics'][number] {
  return w.nics[w.queues[w.pool.queue[slot]].nic];
}

/** What ip_rcv leads to. */
export const IP_DONE = 0;
export const IP_LOCAL = 1;
export const IP_FORWARD = 2;

/** ip_rcv and ip_rcv_finish. @returns IP_LOCAL: layer 4 takes it; IP_FORWARD: it is for another host; IP_DONE: it was dropped */
export function ipRcv(w: World, cpu: Cpu, slot: number): number {
  const pool = w.pool;
  const flow = w.fixed.flows[pool.flow[slot]];
  const bits = pool.bits[slot];
  const v6 = flow.key.ipVersion === 6;
  const { snmp } = w.hosts[cpu.host];
  if (v6) snmp.Ip6InReceives += 1;
  else snmp.IpInReceives += 1;
  countEcn(snmp, v6, pool.tos[slot] & 3, pool.segs[slot]);
  const early = flow.socket !== 0 && flow.key.proto === IPPROTO_TCP && earlyDemux(w, cpu.host);
  const { firewall } = w.fixed.hosts[cpu.host];
  const forUs = w.flowState.forUs[flow.id] === 1;
  const out = w.flowState.out[flow.id];
  const forward = !forUs && out >= 0 && w.hosts[cpu.host].sysctl['net.ipv4.ip_forward'][0] !== 0;
  const reason = early ? Reason.earlyDemux : forward ? Reason.fibForward : Reason.fibLocal;
  pool.lastSeq[slot] = emit(
    w,
    Kind.ipRcv,
    cpu.protocolPlace,
    reason,
    cpu.index,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    pool.segs[slot],
    flow.socket,
  );
  let why = 0;
  if ((bits & FRAME_MALFORMED) !== 0) {
    if (v6) snmp.Ip6InHdrErrors += 1;
    else snmp.IpInHdrErrors += 1;
    why = Reason.ipHeader;
  } else if ((bits & FRAME_IP_CSUM_BAD) !== 0) {
    snmp.IpInHdrErrors += 1;
    snmp.IpExtInCsumErrors += 1;
    why = Reason.ipChecksum;
  } else if (firewall === 'raw-drop') {
    why = Reason.firewallRaw;
  } else if (forward) {
    // the packet keeps the route it found, whatever becomes of the table
    cpu.softirq.out = out;
    return IP_FORWARD;
  } else if (!forUs) {
    if (v6) snmp.Ip6InAddrErrors += 1;
    else snmp.IpInAddrErrors += 1;
    why = Reason.notLocal;
  } else if (firewall === 'filter-drop') {
    why = Reason.firewallFilter;
  } else if ((bits & (FRAME_FRAGMENT | FRAME_TUNNELLED)) === FRAME_FRAGMENT) {
    if (!v6) {
      const whole = ipDefrag(w, cpu, slot);
      if (whole === 0) return IP_DONE;
      cpu.softirq.slot = whole;
      snmp.IpInDelivers += 1;
      return IP_LOCAL;
    }
    snmp.Ip6ReasmReqds += 1;
    why = Reason.fragmentNotModelled;
  }
  if (why !== 0) {
    dropPacket(w, slot, cpu.protocolPlace, why, cpu.index);
    return IP_DONE;
  }
  if (v6) snmp.Ip6InDelivers += 1;
  else snmp.IpInDelivers += 1;
  return IP_LOCAL;
}

function earlyDemux(w: World, host: number): boolean {
  const sysctl = w.hosts[host].sysctl;
  return sysctl['net.ipv4.ip_early_demux'][0] !== 0 && sysctl['net.ipv4.tcp_early_demux'][0] !== 0;
}

/** ECN counters count segments, not skbs. */
function countEcn(snmp: SnmpCounters, v6: boolean, ecn: number, segs: number): void {
  if (ecn === 0) {
    if (v6) snmp.Ip6InNoECTPkts += segs;
    else snmp.IpExtInNoECTPkts += segs;
  } else if (ecn === 1) {
    if (v6) snmp.Ip6InECT1Pkts += segs;
    else snmp.IpExtInECT1Pkts += segs;
  } else if (ecn === 2) {
    if (v6) snmp.Ip6InECT0Pkts += segs;
    else snmp.IpExtInECT0Pkts += segs;
  } else if (v6) snmp.Ip6InCEPkts += segs;
  else snmp.IpExtInCEPkts += segs;
}

/** Cycles layer 4 takes for this skb; they are put down. */
export function l4Cost(w: World, cpu: Cpu, slot: number): number {
  const profile = w.fixed.hosts[cpu.host].profile;
  const flow = w.fixed.flows[w.pool.flow[slot]];
  const rcv = flow.key.proto === IPPROTO_TCP ? profile.tcpRcv : profile.udpRcv;
  return (
    spend(cpu, Part.tcpip, profile.fib + rcv) +
    spend(cpu, Part.skb, flow.socket === 0 ? profile.skbFree : 0) +
    spend(cpu, Part.checksum, l4SumCycles(w, nicOf(w, slot), slot))
  );
}

/** The protocol's own receive function; the skb is queued, consumed or dropped. */
export function l4Rcv(w: World, cpu: Cpu, slot: number): void {
  const pool = w.pool;
  const flow = w.fixed.flows[pool.flow[slot]];
  const bad = (pool.bits[slot] & FRAME_L4_CSUM_BAD) !== 0;
  pool.lastSeq[slot] = emit(
    w,
    Kind.l4Rcv,
    cpu.protocolPlace,
    Reason.none,
    cpu.index,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    pool.segs[slot],
    flow.socket,
  );
  noteSum(w, nicOf(w, slot), slot, cpu.protocolPlace, cpu.index, false);
  switch (flow.key.proto) {
    case IPPROTO_TCP:
      tcpRcv(w, cpu, flow, slot, bad);
      break;
    case IPPROTO_UDP:
      udpRcv(w, cpu, flow, slot, bad);
      break;
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6:
      if (flow.key.proto === IPPROTO_ICMP) w.hosts[cpu.host].snmp.IcmpInMsgs += 1;
      else w.hosts[cpu.host].snmp.Icmp6InMsgs += 1;
      consumePacket(w, slot, cpu.protocolPlace, Reason.icmpEcho, cpu.index);
      break;
    default:
      if (flow.key.ipVersion === 6) w.hosts[cpu.host].snmp.Ip6InUnknownProtos += 1;
      else w.hosts[cpu.host].snmp.IpInUnknownProtos += 1;
      dropPacket(w, slot, cpu.protocolPlace, Reason.noProtocol, cpu.index);
      break;
  }
}
