/** Links between NICs: each is two ways, and the air they share where it is a wireless one. */
import { createMedium } from '../link/medium.ts';
import { airRng, createWay, type Link, type LinkWay } from '../link/state.ts';
import type { WorldSpec } from '../spec.ts';
import { ACTOR_AIR, ACTOR_LINK_ARRIVE, ACTOR_LINK_PASS, type HostFixed, type Nic } from '../world.ts';
import type { Maker } from './maker.ts';

/** Links last: a world without any has the same places and actors as before there were links. */
export function makeLinks(
  maker: Maker,
  spec: WorldSpec,
  hosts: readonly HostFixed[],
  nics: readonly Nic[],
): { links: Link[]; ways: LinkWay[] } {
  const links: Link[] = [];
  const ways: LinkWay[] = [];
  for (const link of spec.links ?? []) {
    const ends = link.ends.map(({ host, nic }) => nics[hosts[host].firstNic + nic]);
    for (const [d, near] of ends.entries()) {
      const far = ends[1 - d];
      if (near.way >= 0) throw new RangeError(`link ${link.name}: ${near.name} has a link already`);
      const index = ways.length;
      near.way = index;
      const at = { host: hosts[near.host].id, nic: near.name, link: link.name };
      ways.push(
        createWay(link, spec.seed, {
          index,
          link: links.length,
          from: near.index,
          to: far.index,
          place: maker.place({ type: 'link', ...at, far: hosts[far.host].id }),
          passActor: maker.actor(ACTOR_LINK_PASS, index),
          arriveActor: maker.actor(ACTOR_LINK_ARRIVE, index),
        }),
      );
    }
    const index = links.length;
    const medium =
      link.wlan === undefined
        ? null
        : createMedium(link.wlan, maker.actor(ACTOR_AIR, index), airRng(spec.seed, index));
    links.push({ index, name: link.name, medium });
  }
  return { links, ways };
}
