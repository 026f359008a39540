/**
 * A bridge and its ports as devices: what iproute2 and /sys tell of them beside counters.
 * Source: net/bridge/br_if.c, br_netlink.c, br_stp_if.c, v6.12; costs by speed as a running 6.18 gave them. Port numbers go by the order
 * of joining (the kernel gives a number that came free to the next one).
 */
import { versionNumber } from '../../catalog/version.ts';
import type { Bridge } from '../../engine/bridge/state.ts';
import type { Nic } from '../../engine/world.ts';
import type { Ctx } from '../types.ts';

export const BRIDGE_MAX_MTU = 65_535;
/** ageing_time, in hundredths of a second. */
export const AGEING_TIME = 30_000;
const TSO_MAX_SIZE = 524_280;
const GSO_LEGACY_MAX_SIZE = 65_536;
const NO_MAC = '00:00:00:00:00:00';

export function findBridge(ctx: Ctx, name: string): Bridge | undefined {
  return ctx.state.bridges.find((bridge) => bridge.name === name);
}

export function bridgeNames(ctx: Ctx): string[] {
  return ctx.state.bridges.map(({ name }) => name);
}

/** Which bridges there are, for those who named another one. */
export function bridgesHint(ctx: Ctx): string {
  const names = bridgeNames(ctx);
  return names.length === 0
    ? 'this host has no bridge: the scenario says which there are (hosts.HOST.bridges)'
    : `bridges here: ${names.join(' ')}`;
}

/** What `ip addr add` and `ip route add` cannot do. */
export function noAddressHint({ name }: Bridge): string {
  return `${name} is a bridge: it has no addresses or routes of its own here, give them to one of its ports`;
}

/** The bridge that a card is a port of; null: of none. */
export function masterOf(ctx: Ctx, nic: Nic): Bridge | null {
  return nic.bridge < 0 ? null : ctx.state.bridges[nic.bridge];
}

/** Cards and tunnels come first, 1 is the loopback device. */
export function bridgeIfIndex(ctx: Ctx, bridge: Bridge): number {
  return ctx.fixed.nics + ctx.state.bridges.indexOf(bridge) + 2;
}

function portsOf(ctx: Ctx, bridge: Bridge): Nic[] {
  return bridge.ports.map((port) => ctx.world.nics[port]);
}

/** Its ports in the order of their device numbers, as they are listed. */
export function portsInOrder(ctx: Ctx, bridge: Bridge): Nic[] {
  return portsOf(ctx, bridge).sort((a, b) => a.index - b.index);
}

/** br_mtu_min. */
export function bridgeMtu(ctx: Ctx, bridge: Bridge): number {
  const mtus = portsOf(ctx, bridge).map(({ mtu }) => mtu);
  return mtus.length === 0 ? 1500 : Math.min(...mtus);
}

/** br_set_gso_limits. */
export function bridgeGso(ctx: Ctx, bridge: Bridge): { gsoMaxSize: number; tsoMaxSize: number } {
  const tsoMaxSize = Math.min(TSO_MAX_SIZE, ...portsOf(ctx, bridge).map(({ driver }) => driver.tsoMaxSize));
  return { tsoMaxSize, gsoMaxSize: Math.min(GSO_LEGACY_MAX_SIZE, tsoMaxSize) };
}

/** Without a port nobody knows of a carrier; when the last one has left, there is none (br_port_state_selection). */
export function bridgeState(bridge: Bridge): { state: string; flags: string } {
  const flags = 'BROADCAST,MULTICAST,UP';
  if (bridge.ports.length === 0 && bridge.mac === NO_MAC)
    return { state: 'DOWN', flags: `NO-CARRIER,${flags}` };
  return { state: bridge.ports.length > 0 ? 'UP' : 'UNKNOWN', flags: `${flags},LOWER_UP` };
}

/** Since then a port of 1 Gbit/s costs 5, and there are costs for 2.5 and 5 Gbit/s and above 10. */
const FINER_COSTS = '6.1';

/** port_cost. */
export function portCost(ctx: Ctx, nic: Nic): number {
  const mbit = nic.linkBps / 1e6;
  const finer = versionNumber(ctx.kernel) >= versionNumber(FINER_COSTS);
  if (mbit === 10_000) return 2;
  if (mbit === 1000) return finer ? 5 : 4;
  if (mbit === 100) return 19;
  if (!finer) return 100;
  if (mbit === 5000) return 3;
  if (mbit === 2500) return 4;
  return mbit > 10_000 ? 1 : 100;
}

export const PORT_PRIORITY = 32;

/** From 1 on. */
export function portNumber(bridge: Bridge, nic: Nic): number {
  return bridge.ports.indexOf(nic.index) + 1;
}

/** Priority and number together. */
export function portId(bridge: Bridge, nic: Nic): number {
  return 0x8000 | portNumber(bridge, nic);
}

/** Priority and link address, as iproute2 prints it. */
function bridgeId({ mac }: Bridge): string {
  const bytes = mac.split(':').map((byte) => Number.parseInt(byte, 16).toString(16));
  return `8000.${bytes.join(':')}`;
}

/** The same as /sys has it. */
export function bridgeIdPlain({ mac }: Bridge): string {
  return `8000.${mac.replaceAll(':', '')}`;
}

const timer = (seconds: number): string => seconds.toFixed(2).padStart(7);

/** `bridge_slave ...` of `ip -d link`. */
export function slaveDetails(ctx: Ctx, bridge: Bridge, nic: Nic): string {
  const id = portId(bridge, nic);
  const self = bridgeId(bridge);
  return (
    `bridge_slave state forwarding priority ${PORT_PRIORITY} cost ${portCost(ctx, nic)} hairpin off guard off root_block off fastleave off learning on flood on` +
    ` port_id 0x${id.toString(16)} port_no 0x${portNumber(bridge, nic).toString(16)} designated_port ${id} designated_cost 0 designated_bridge ${self} designated_root ${self}` +
    ` hold_timer ${timer(0)} message_age_timer ${timer(0)} forward_delay_timer ${timer(0)} topology_change_ack 0 config_pending 0 proxy_arp off proxy_arp_wifi off` +
    ' mcast_router 1 mcast_fast_leave off mcast_flood on bcast_flood on mcast_to_unicast off neigh_suppress off group_fwd_mask 0 group_fwd_mask_str 0x0 vlan_tunnel off isolated off locked off'
  );
}

/** `bridge ...` of `ip -d link`: defaults, but for snooping, which is not modelled. The timer that forgets old entries runs all 300 s. */
export function bridgeDetails(ctx: Ctx, bridge: Bridge): string {
  const self = bridgeId(bridge);
  const seconds = AGEING_TIME / 100;
  return (
    `bridge forward_delay 1500 hello_time 200 max_age 2000 ageing_time ${AGEING_TIME} stp_state 0 priority 32768 vlan_filtering 0` +
    ` bridge_id ${self} designated_root ${self} root_port 0 root_path_cost 0 topology_change 0 topology_change_detected 0` +
    ` hello_timer ${timer(0)} tcn_timer ${timer(0)} topology_change_timer ${timer(0)} gc_timer ${timer(seconds - ((ctx.world.now / 1e9) % seconds))}` +
    ' group_fwd_mask 0 group_address 01:80:c2:00:00:00 mcast_snooping 0 no_linklocal_learn 0 mcast_vlan_snooping 0 mcast_router 1 mcast_query_use_ifaddr 0 mcast_querier 0' +
    ' mcast_hash_elasticity 16 mcast_hash_max 4096 mcast_last_member_count 2 mcast_startup_query_count 2 mcast_last_member_interval 100 mcast_membership_interval 26000' +
    ' mcast_querier_interval 25500 mcast_query_interval 12500 mcast_query_response_interval 1000 mcast_startup_query_interval 3124 mcast_stats_enabled 0' +
    ' mcast_igmp_version 2 mcast_mld_version 1 nf_call_iptables 0 nf_call_ip6tables 0 nf_call_arptables 0'
  );
}
