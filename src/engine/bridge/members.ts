/**
 * A card becomes a port of a bridge, or is one no more. As a port it takes every frame (promiscuous), and LRO is switched off: what
 * a bridge sends on has to be what came in.
 * Source: net/bridge/br_if.c br_add_if, del_nbp, net/bridge/br_stp_if.c br_stp_recalculate_bridge_id, v6.12.
 */
import { Reason } from '../../catalog/reasons.ts';
import { disableLro } from '../nic/set-feature.ts';
import type { Nic, World } from '../world.ts';
import { type Bridge, bridgeOf, macOfNic } from './state.ts';

/** `ip link set DEV master BRIDGE`; a port of another bridge leaves that first. @param index of the bridge in its host @param seq record that caused it */
export function joinBridge(w: World, nic: Nic, index: number, seq: number): void {
  if (nic.bridge === index) return;
  leaveBridge(w, nic);
  const bridge = w.hosts[nic.host].bridges[index];
  nic.bridge = index;
  bridge.ports.push(nic.index);
  bridge.fdb[macOfNic(w, nic)] = { port: nic.index, local: true, updatedNs: w.now };
  recalculate(w, bridge);
  disableLro(w, nic, Reason.lroBridge, seq);
}

/** `ip link set DEV nomaster`. What was learnt at the port is forgotten; LRO stays as it is. */
export function leaveBridge(w: World, nic: Nic): void {
  const bridge = bridgeOf(w, nic);
  if (bridge === null) return;
  nic.bridge = -1;
  bridge.ports = bridge.ports.filter((port) => port !== nic.index);
  for (const [mac, { port }] of Object.entries(bridge.fdb)) if (port === nic.index) delete bridge.fdb[mac];
  recalculate(w, bridge);
}

/** The bridge takes the least link address of its ports, none without any. */
function recalculate(w: World, bridge: Bridge): void {
  const macs = bridge.ports.map((port) => macOfNic(w, w.nics[port])).sort();
  bridge.mac = macs[0] ?? '00:00:00:00:00:00';
}
