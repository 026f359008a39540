/** An IPIP tunnel over the link of a random world: what streams, sends or is forwarded goes through it. */
import fc from 'fast-check';
import type { Change } from '../engine/change.ts';
import type { AppSpec, HostSpec, NicSpec, WorldSpec } from '../engine/spec.ts';
import { nicSpec } from './specs.ts';

export interface Tunnelling {
  ttl: number;
  pmtudisc: boolean;
  mtu: number;
  /** Who has to do without what, and whether the far end knows of the tunnel. */
  off: readonly ('generic-receive-offload' | 'generic-segmentation-offload' | 'tx-scatter-gather')[];
  farKnows: boolean;
  forwarded: boolean;
}

export const tunnelling: fc.Arbitrary<Tunnelling> = fc.record({
  ttl: fc.constantFrom(0, 1, 64),
  pmtudisc: fc.boolean(),
  mtu: fc.constantFrom(1480, 1480, 1500, 600),
  off: fc.subarray([
    'generic-receive-offload' as const,
    'generic-segmentation-offload' as const,
    'tx-scatter-gather' as const,
  ]),
  farKnows: fc.constantFrom(true, true, true, false),
  forwarded: fc.boolean(),
});

const device = (local: string, remote: string, address: string, t: Tunnelling): NicSpec =>
  nicSpec({
    name: 'ipip1',
    driver: 'ipip',
    addresses: [address],
    mtu: t.mtu,
    ringSize: 2,
    tunnel: { local, remote, ttl: t.ttl, pmtudisc: t.pmtudisc },
  });

/** Inner addresses are 10.31 where the link's are 10.30. */
function inner(app: AppSpec, nic: number): AppSpec {
  const moved = <T extends { src: string; dst: string }>(f: T): T => ({
    ...f,
    src: f.src.replace('10.30.', '10.31.'),
    dst: f.dst.replace('10.30.', '10.31.'),
  });
  const made = { ...app };
  if (app.stream?.template.src.startsWith('10.30.'))
    made.stream = { ...app.stream, nic, template: moved(app.stream.template) };
  if (app.send?.template.src.startsWith('10.30.'))
    made.send = { ...app.send, nic, template: moved(app.send.template) };
  return made;
}

/** @param spec with a link between its two hosts' cards 10.30.0.1 and 10.30.0.2 */
export function tunnelled(spec: WorldSpec, t: Tunnelling): WorldSpec {
  const [near, far] = spec.hosts;
  const cards = near.nics.length;
  // NICs are numbered over the world: the second host's come one later
  const shifted = <T extends { change: Change }>(list: readonly T[]): T[] =>
    list.map((one) =>
      'nic' in one.change && one.change.nic >= cards
        ? { ...one, change: { ...one.change, nic: one.change.nic + 1 } as Change }
        : one,
    );
  const through = (host: HostSpec, own: NicSpec): HostSpec => ({
    ...host,
    nics: [...host.nics, own],
    apps: host.apps.map((app) => inner(app, host.nics.length)),
  });
  const routes = t.forwarded && near.routes !== undefined ? [{ prefix: '10.20.0.0/16', nic: cards }] : null;
  const first = through(near, device('10.30.0.1', '10.30.0.2', '10.31.0.1', t));
  const remote = t.farKnows ? '10.30.0.1' : '10.30.0.9';
  return {
    ...spec,
    hosts: [
      routes === null ? first : { ...first, routes },
      through(far, device('10.30.0.2', remote, '10.31.0.2', t)),
    ],
    setup: [
      ...shifted(spec.setup),
      ...[cards, cards + 2].flatMap((nic, host) =>
        t.off.map((name) => ({ host, change: { type: 'feature' as const, nic, name, on: false } })),
      ),
    ],
    inputs: shifted(spec.inputs),
  };
}
