/** A host's IPIP tunnels: from the scenario's words to the engine's, and what is at the other end of one. */
import { rulesFor } from '../catalog/rules.ts';
import { canonicalAddress } from '../engine/packet/address.ts';
import type { NicSpec } from '../engine/spec.ts';
import { OUTER_HLEN } from '../engine/tunnel/state.ts';
import { neighbourCard } from './bridges.ts';
import type { Scenario } from './schema.ts';

type HostText = Scenario['hosts'][string];
type Report = (path: string, message: string) => void;

/** What a packet can leave by: cards, then tunnels, in the order of the engine's list. */
export function devicesOf(host: HostText): string[] {
  return [...Object.keys(host.nics), ...Object.keys(host.tunnels ?? {})];
}

/** @returns behind the cards of the host @param problem called with a place and what is wrong there */
export function compileTunnels(host: HostText, kernel: string, at: string, problem: Report): NicSpec[] {
  const seen = new Map<string, string>();
  return Object.entries(host.tunnels ?? {}).map(([name, tunnel]): NicSpec => {
    const here = `${at}.tunnels.${name}`;
    if (!rulesFor(kernel).gro) problem(here, 'tunnels are modelled from Linux 2.6.29 on');
    if (Object.hasOwn(host.nics, name)) problem(here, `the host has a card of the name ${name}`);
    const local = ipv4(tunnel.local, `${here}.local`, problem);
    const remote = ipv4(tunnel.remote, `${here}.remote`, problem);
    const own = Object.values(host.nics).flatMap((nic) => nic.addresses.map(readable));
    if (local !== null && !own.includes(local))
      problem(
        `${here}.local`,
        `${local} is no address of the host's cards; they have ${own.join(', ') || 'none'}`,
      );
    if (remote !== null && own.includes(remote))
      problem(`${here}.remote`, `${remote} is the host's own address: a tunnel leads to another host`);
    const other = seen.get(`${local}|${remote}`);
    if (other !== undefined) problem(here, `${other} has the same local and remote`);
    seen.set(`${local}|${remote}`, name);
    if (tunnel.ttl > 0 && !tunnel.pmtudisc)
      problem(`${here}.pmtudisc`, 'ttl and pmtudisc: false do not go together: a fixed ttl sets DF');
    const card = Object.values(host.nics).find((nic) => nic.addresses.map(readable).includes(local ?? ''));
    const mtu = tunnel.mtu ?? Math.max(68, (card?.mtu ?? 1500) - OUTER_HLEN);
    return {
      name,
      driver: 'ipip',
      mac: card?.mac ?? '02:00:00:00:00:0b',
      addresses: tunnel.addresses,
      promiscuous: false,
      linkBps: card?.linkBps ?? 10_000_000_000,
      mtu,
      queues: 1,
      ringSize: 2,
      affinity: [],
      tunnel: {
        local: local ?? tunnel.local,
        remote: remote ?? tunnel.remote,
        ttl: tunnel.ttl,
        pmtudisc: tunnel.pmtudisc,
      },
    };
  });
}

function ipv4(text: string, at: string, problem: Report): string | null {
  const address = readable(text);
  if (/^\d+\.\d+\.\d+\.\d+$/.test(address)) return address;
  problem(at, `${text} is not an IPv4 address: ipip carries IPv4 in IPv4`);
  return null;
}

function readable(text: string): string {
  try {
    return canonicalAddress(text);
  } catch {
    return text;
  }
}

interface Device {
  mac: string;
  addresses: string[];
  mtu: number;
}

/** A card or a tunnel by its name; undefined: there is none. */
export function deviceOf(host: HostText, name: string): Device | undefined {
  if (Object.hasOwn(host.nics, name)) return host.nics[name];
  if (host.tunnels === undefined || !Object.hasOwn(host.tunnels, name)) return undefined;
  const tunnel = host.tunnels[name];
  const cards = Object.values(host.nics);
  const card = cards.find((nic) => nic.addresses.map(readable).includes(readable(tunnel.local)));
  const mtu = tunnel.mtu ?? (card?.mtu ?? 1500) - OUTER_HLEN;
  return { mac: card?.mac ?? '02:00:00:00:00:0b', addresses: tunnel.addresses, mtu };
}

/**
 * What is at the other end of a card's link, behind bridges too, or of a tunnel; null: nothing.
 * @param dst address that is looked for there; absent: any
 */
export function peerOf(scenario: Scenario, hostId: string, name: string, dst?: string): Device | null {
  const tunnel = scenario.hosts[hostId].tunnels?.[name];
  if (tunnel === undefined) {
    const wanted = dst === undefined ? null : readable(dst);
    return neighbourCard(scenario, { host: hostId, nic: name }, ({ addresses }) =>
      addresses.some((text) => readable(text) === wanted),
    );
  }
  const [local, remote] = [readable(tunnel.local), readable(tunnel.remote)];
  for (const host of Object.values(scenario.hosts))
    for (const [other, { local: near, remote: far }] of Object.entries(host.tunnels ?? {}))
      if (readable(near) === remote && readable(far) === local) return deviceOf(host, other) ?? null;
  return null;
}
