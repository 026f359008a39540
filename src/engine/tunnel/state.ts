/**
 * IPIP tunnels: a device whose packets leave by another one, behind an IP header of the tunnel's own (protocol 4, 20 bytes).
 * It is a NIC of the world (its MTU, addresses, features and counters are a device's) without ring, wire or interrupt; each of its
 * receive queues is one CPU's gro_cell.
 * A packet on its way through is of an outer flow (FlowInfo.inner says of what), and has FRAME_TUNNELLED.
 * Source: net/ipv4/ipip.c, net/ipv4/ip_tunnel.c, v6.12 and v3.13. Left out: other kinds of tunnel, tunnels without a remote address,
 * tunnels within tunnels, outer fragments, the ICMP messages it sends and hears.
 */
import { FRAME_TUNNELLED } from '../packet/frame-bits.ts';
import type { TunnelSpec } from '../spec.ts';
import type { FlowInfo, Nic, World } from '../world.ts';

/** Outer IP header. */
export const OUTER_HLEN = 20;
export const IPPROTO_IPIP = 4;

/** A device of this kind among a world's NICs. */
export interface Tunnel {
  spec: TunnelSpec;
  /** By CPU of the host: packets (slots) that wait for GRO there. */
  cells: number[][];
  /** Outer IP identification of the next packet. */
  ipId: number;
  tx_errors: number;
  tx_carrier_errors: number;
  collisions: number;
  rx_errors: number;
}

export function createTunnel(spec: TunnelSpec, cpus: number): Tunnel {
  return {
    spec,
    cells: Array.from({ length: cpus }, () => []),
    ipId: 0,
    tx_errors: 0,
    tx_carrier_errors: 0,
    collisions: 0,
    rx_errors: 0,
  };
}

/** @throws TypeError where the NIC is no tunnel */
export function tunnelOf(nic: Nic): Tunnel {
  if (nic.tunnel === null) throw new TypeError(`${nic.name} is no tunnel`);
  return nic.tunnel;
}

export function isTunnelled(w: World, slot: number): boolean {
  return (w.pool.bits[slot] & FRAME_TUNNELLED) !== 0;
}

/** The flow that layer 4 knows a packet by: the inner one where it has an outer header. */
export function innerFlow(w: World, slot: number): FlowInfo {
  const flow = w.fixed.flows[w.pool.flow[slot]];
  return flow.inner === 0 ? flow : w.fixed.flows[flow.inner];
}

/** Packets that wait in the cells of all tunnels (a train counts one). */
export function inCells(w: World): number {
  let n = 0;
  for (const { tunnel } of w.nics) if (tunnel !== null) for (const cell of tunnel.cells) n += cell.length;
  return n;
}
