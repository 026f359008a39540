/** What the inspector says of bridges: of a port, and of a packet's link addresses. */
import { bridgeOf } from '../engine/bridge/state.ts';
import type { FlowInfo, Nic, World } from '../engine/world.ts';

interface Row {
  key: string;
  value: string;
}

/** Stations that are named; a database may have more. */
const NAMED = 8;

/** A card that is a bridge's port: the other ports, and who was heard where. */
export function bridgeRows(w: World, nic: Nic): Row[] {
  const bridge = bridgeOf(w, nic);
  if (bridge === null) return [];
  const others = bridge.ports.filter((port) => port !== nic.index).map((port) => w.nics[port].name);
  const heard = Object.entries(bridge.fdb).filter(([, { local }]) => !local);
  const named = heard.slice(0, NAMED).map(([mac, { port }]) => `${mac} ${w.nics[port].name}`);
  const more = heard.length > NAMED ? `, +${heard.length - NAMED}` : '';
  return [
    { key: 'bridge', value: others.length === 0 ? bridge.name : `${bridge.name}: ${others.join(', ')}` },
    { key: 'bridgeFdb', value: heard.length === 0 ? '0' : `${named.join(', ')}${more}` },
  ];
}

/** They decide on a host with bridges; there alone they are told. */
export function linkAddressRows(w: World, { host, key }: FlowInfo): Row[] {
  if (w.hosts[host].bridges.length === 0) return [];
  return [{ key: 'linkAddresses', value: `${key.smac} → ${key.dmac}` }];
}
