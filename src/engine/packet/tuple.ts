/** A flow as people write it: `10.0.0.7:443 → 192.0.2.9:51820 tcp`. */
import { ETH_P_ARP } from './frame.ts';
import type { FlowKey } from './traffic-table.ts';

/** Names as in /etc/protocols. */
const PROTO_NAMES: Readonly<Record<number, string>> = {
  0: 'hopopt',
  1: 'icmp',
  2: 'igmp',
  4: 'ipip',
  6: 'tcp',
  17: 'udp',
  41: 'ipv6',
  47: 'gre',
  50: 'esp',
  51: 'ah',
  58: 'ipv6-icmp',
  59: 'ipv6-nonxt',
  60: 'ipv6-opts',
  89: 'ospf',
  103: 'pim',
  112: 'vrrp',
  132: 'sctp',
};

/** EtherTypes of frames one meets beside IP, by tcpdump's names. */
const ETHER_TYPE_NAMES: Readonly<Record<number, string>> = {
  [ETH_P_ARP]: 'arp',
  34525: 'ip6',
  2048: 'ip',
  33024: '802.1Q',
  34916: 'pppoe',
  34958: 'eapol',
  35020: 'lldp',
  35063: 'ptp',
};

export function protoName(proto: number): string {
  return PROTO_NAMES[proto] ?? `proto ${proto}`;
}

export function etherTypeName(etherType: number): string {
  if (etherType < 0x600) return '802.3';
  return ETHER_TYPE_NAMES[etherType] ?? `0x${etherType.toString(16).padStart(4, '0')}`;
}

/** One endpoint; `port` null: the address alone. IPv6 with a port stands in brackets. */
export function endpoint(address: string, port: number | null): string {
  if (port === null) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

type Flow = Pick<
  FlowKey,
  'ipVersion' | 'src' | 'dst' | 'proto' | 'sport' | 'dport' | 'smac' | 'dmac' | 'etherType' | 'vlan'
>;

/** Frames without IP: by MAC address and EtherType. A tag's VLAN id (the low 12 bits of the TCI) stands at the end. */
export function tupleText(flow: Flow): string {
  const tag = flow.vlan >= 0 ? ` vlan ${flow.vlan & 0xfff}` : '';
  if (flow.ipVersion === 0) return `${flow.smac} → ${flow.dmac} ${etherTypeName(flow.etherType)}${tag}`;
  const hasPorts = flow.sport !== 0 || flow.dport !== 0;
  const from = endpoint(flow.src, hasPorts ? flow.sport : null);
  const to = endpoint(flow.dst, hasPorts ? flow.dport : null);
  return `${from} → ${to} ${protoName(flow.proto)}${tag}`;
}
