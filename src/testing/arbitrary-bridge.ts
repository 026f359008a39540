/** A host with a bridge in the middle of the link of a random world, and a third port that leads nowhere. */
import fc from 'fast-check';
import type { Change } from '../engine/change.ts';
import type { LinkSpec, TimedInput, WorldSpec } from '../engine/spec.ts';
import { linkWay, nicSpec } from './specs.ts';

export interface Bridging {
  /** Ports from the start, the link's two among them: a neighbour beyond the bridge is known then. */
  ports: number[];
  mtu: number;
  driver: 'ixgbe' | 'igb' | 'virtio_net';
  cpus: number;
  lro: boolean;
  /** Ports that join or leave while time runs. */
  turns: { at: number; port: number; join: boolean }[];
}

export const bridging = (runNs: number): fc.Arbitrary<Bridging> =>
  fc.record({
    ports: fc.constantFrom([0, 1, 2], [0, 1], [1, 0], [0, 2, 1]),
    mtu: fc.constantFrom(1500, 1500, 600),
    driver: fc.constantFrom('ixgbe' as const, 'igb' as const, 'virtio_net' as const),
    cpus: fc.integer({ min: 1, max: 2 }),
    lro: fc.boolean(),
    turns: fc.array(
      fc.record({
        at: fc.integer({ min: 0, max: runNs }),
        port: fc.integer({ min: 0, max: 2 }),
        join: fc.boolean(),
      }),
      { maxLength: 3 },
    ),
  });

/** @param spec with one link, between cards of its two hosts */
export function bridged(spec: WorldSpec, b: Bridging): WorldSpec {
  const first = spec.hosts.reduce((sum, { nics }) => sum + nics.length, 0);
  const [link] = spec.links ?? [];
  const [near, far] = link.ends;
  const host = spec.hosts.length;
  const wire = (name: string, ends: LinkSpec['ends']): LinkSpec => ({
    name,
    ends,
    ways: [linkWay(), linkWay()],
  });
  const nics = [0, 1, 2].map((i) =>
    nicSpec({
      name: `port${i}`,
      driver: b.driver,
      mac: `02:00:00:00:01:0${i}`,
      addresses: [],
      linkBps: 1_000_000_000,
      mtu: i === 1 ? b.mtu : 1500,
    }),
  );
  const turned = ({ at, port, join }: Bridging['turns'][number]): TimedInput => {
    const change: Change = { type: 'master', nic: first + port, bridge: join ? 0 : null };
    return { at, after: null, host, line: '', change };
  };
  const lro: Change = { type: 'feature', nic: first, name: 'large-receive-offload', on: true };
  return {
    ...spec,
    hosts: [
      ...spec.hosts,
      {
        id: 'bridge',
        cpus: b.cpus,
        profile: 'server3g',
        nics,
        sockets: [],
        apps: [],
        bridges: [{ name: 'br0', ports: b.ports }],
      },
    ],
    links: [{ ...link, ends: [near, { host, nic: 0 }] }, wire('behind', [{ host, nic: 1 }, far])],
    setup: [...spec.setup, ...(b.lro ? [{ host, change: lro }] : [])],
    inputs: [...spec.inputs, ...b.turns.map(turned)],
  };
}
