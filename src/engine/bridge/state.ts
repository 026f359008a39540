/**
 * Ethernet bridges of a host: which of its cards are ports, and what each has learnt of where link addresses are.
 * A bridge is no device of its own here: it has no addresses and sends nothing; what comes up through it is the host's all the same.
 * Source: net/bridge/br_private.h, br_fdb.c, v6.12. Left out: spanning tree and port states (every port forwards), VLAN filtering,
 * multicast snooping, netfilter on bridges, flags of ports (hairpin, isolated, learning, flooding), the bridge's own transmission.
 */
import type { FlowInfo, Nic, World } from '../world.ts';

/** ageing_time: an entry not heard of for so long is not believed. */
export const AGEING_NS = 300_000_000_000;

export interface FdbEntry {
  /** NIC (world index). */
  port: number;
  /** A port's own address: it stays, and what is sent to it is for the host. */
  local: boolean;
  /** Last heard as a source. */
  updatedNs: number;
}

export interface Bridge {
  name: string;
  /** NICs (world index), in the order they joined. */
  ports: number[];
  /** Its link address: the least of its ports'. */
  mac: string;
  /** Forwarding database, by link address. */
  fdb: Record<string, FdbEntry>;
  /** What it has passed up to the host: frames, bytes without Ethernet header. */
  rx_packets: number;
  rx_bytes: number;
  multicast: number;
  /** Passed up, but sent to another one's link address. */
  rx_otherhost_dropped: number;
}

export function createBridge(name: string): Bridge {
  return {
    name,
    ports: [],
    mac: '02:00:00:00:00:0f',
    fdb: {},
    rx_packets: 0,
    rx_bytes: 0,
    multicast: 0,
    rx_otherhost_dropped: 0,
  };
}

/** The bridge that a card is a port of; null: of none. */
export function bridgeOf(w: World, nic: Nic): Bridge | null {
  return nic.bridge < 0 ? null : w.hosts[nic.host].bridges[nic.bridge];
}

/** A card's link address. */
export function macOfNic(w: World, nic: Nic): string {
  return w.fixed.spec.hosts[nic.host].nics[nic.index - w.fixed.hosts[nic.host].firstNic].mac;
}

/** First bit of a link address: to a group (as a destination), never a sender's. */
export function isGroupMac(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 1) !== 0;
}

/** What comes in as this flow leaves the host by a bridge if at all: it has none of the host's own link addresses. */
export function isBridged(w: World, flow: FlowInfo): boolean {
  if (flow.dev >= 0 || w.hosts[flow.host].bridges.length === 0) return false;
  return w.fixed.spec.hosts[flow.host].nics.every(({ mac }) => mac !== flow.key.dmac);
}
