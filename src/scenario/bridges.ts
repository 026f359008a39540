/** A host's Ethernet bridges: from the scenario's words to the engine's, and who a card's neighbour is over them. */
import { rulesFor } from '../catalog/rules.ts';
import { macAt, neighbourOf, portsBeside, type Segment } from '../engine/bridge/segment.ts';
import type { BridgeSpec } from '../engine/spec.ts';
import { farCard } from './links.ts';
import type { Scenario } from './schema.ts';

type HostText = Scenario['hosts'][string];
type NicText = HostText['nics'][string];
type Report = (path: string, message: string) => void;

/** @param problem called with a place and what is wrong there */
export function compileBridges(host: HostText, kernel: string, at: string, problem: Report): BridgeSpec[] {
  const cards = Object.keys(host.nics);
  const taken = new Map<string, string>();
  return Object.entries(host.bridges ?? {}).map(([name, bridge]): BridgeSpec => {
    const here = `${at}.bridges.${name}`;
    if (!rulesFor(kernel).napi) problem(here, 'bridges are modelled from Linux 2.4.20 on');
    if (Object.hasOwn(host.nics, name)) problem(here, `the host has a card of the name ${name}`);
    if (Object.hasOwn(host.tunnels ?? {}, name)) problem(here, `the host has a tunnel of the name ${name}`);
    const ports = bridge.ports.map((port, i) => {
      const index = cards.indexOf(port);
      const where = `${here}.ports[${i}]`;
      if (Object.hasOwn(host.tunnels ?? {}, port))
        problem(where, `${port} is a tunnel, without Ethernet header: a bridge’s ports are cards`);
      else if (index < 0) problem(where, `there is no NIC ${port}; there are ${cards.join(', ')}`);
      const other = taken.get(port);
      if (other !== undefined) problem(where, `${port} is a port of ${other} already`);
      taken.set(port, name);
      return index;
    });
    return { name, ports };
  });
}

interface Card {
  host: string;
  nic: string;
}

/**
 * The card that frames from a host's card go to (bridge/segment), with the link address that it answers with; null: no link.
 * @param wanted whether a card is the one looked for
 */
export function neighbourCard(
  scenario: Scenario,
  from: Card,
  wanted: (card: NicText) => boolean,
): NicText | null {
  const cardOf = ({ host, nic }: Card): NicText | undefined => scenario.hosts[host]?.nics[nic];
  const segment: Segment<Card> = {
    farOf: ({ host, nic }) => farCard(scenario, host, nic),
    portsBeside: ({ host, nic }) => {
      const bridges = Object.values(scenario.hosts[host]?.bridges ?? {});
      return portsBeside(bridges, nic)?.map((port) => ({ host, nic: port })) ?? null;
    },
    keyOf: ({ host, nic }) => `${host} ${nic}`,
  };
  const isWanted = (card: Card): boolean => {
    const found = cardOf(card);
    return found !== undefined && wanted(found);
  };
  const ofRouter = ({ host }: Card): boolean => Object.keys(scenario.hosts[host]?.nics ?? {}).length > 1;
  const to = neighbourOf(from, segment, isWanted, ofRouter);
  const card = to === null ? undefined : cardOf(to);
  if (to === null || card === undefined) return null;
  return { ...card, mac: macAt(to, segment, (one) => cardOf(one)?.mac ?? card.mac) };
}
