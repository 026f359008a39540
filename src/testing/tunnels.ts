/** Two hosts with an IPIP tunnel between them, as a scenario, run with records: for tests. */
import { advance } from '../engine/advance.ts';
import { forgottenSoftirqs, imbalance, linkImbalance, txImbalance } from '../engine/conservation.ts';
import { createWorld } from '../engine/create.ts';
import type { Nic, World } from '../engine/world.ts';
import { compileScenario } from '../scenario/compile.ts';
import { loadScenario } from '../scenario/load.ts';
import { type TraceRecord, traced } from './trace.ts';

export interface TunnelParts {
  kernel?: string;
  driver?: string;
  durationNs?: number;
  cpus?: number;
  /** Of the first host's tunnel and of the second's; null: it has none. */
  near?: object;
  far?: object | null;
  nic?: object;
  link?: object;
  /** Further tunnels of the first host, by name. */
  more?: object;
  /** The writer's stream; null: none. The sender's datagrams. */
  stream?: object | null;
  send?: object;
  routes?: { prefix: string; nic: string }[];
  setup?: { host: string; line: string }[];
}

/** h1 (10.0.0.1, in the tunnel 192.168.7.1) to h2 (10.0.0.2, 192.168.7.2). */
export function tunnelScenario(parts: TunnelParts = {}): string {
  const { far = {}, stream = {}, send } = parts;
  const nic = { driver: parts.driver ?? 'ixgbe', ...parts.nic };
  const host = (last: number, other: number, own: object | null) => ({
    cpus: parts.cpus ?? 2,
    nics: { eth0: { mac: `02:00:00:00:00:0${last}`, addresses: [`10.0.0.${last}`], ...nic } },
    ...(own === null
      ? {}
      : {
          tunnels: {
            ipip1: {
              local: `10.0.0.${last}`,
              remote: `10.0.0.${other}`,
              addresses: [`192.168.7.${last}`],
              ...own,
            },
          },
        }),
  });
  const dst = '192.168.7.2';
  const writer = {
    cpu: 1,
    sockets: ['c'],
    stream: { socket: 'c', nic: 'ipip1', count: 5, writeBytes: 65_536, ...stream },
  };
  const sender = {
    cpu: 0,
    send: { socket: 'u', nic: 'ipip1', dst, bytes: 100, count: 10, ratePps: 100_000, ...send },
  };
  return JSON.stringify({
    format: 1,
    id: 'tunnel',
    title: { text: 'tunnel' },
    kernel: parts.kernel ?? '6.12',
    durationNs: parts.durationNs ?? 4_000_000,
    hosts: {
      h1: {
        ...withMore(host(1, 2, parts.near ?? {}), parts.more ?? {}),
        routes: parts.routes ?? [],
        sockets: { c: { proto: 'tcp', port: 0, acks: true }, u: { proto: 'udp', port: 9000 } },
        apps: { ...(stream === null ? {} : { writer }), ...(send === undefined ? {} : { sender }) },
      },
      h2: {
        ...host(2, 1, far),
        sockets: { s: { proto: 'tcp', port: 5001, acks: true }, t: { proto: 'udp', port: 7000 } },
        apps: { reader: { cpu: 1, sockets: ['s', 't'] } },
      },
    },
    links: { l: { a: { host: 'h1' }, b: { host: 'h2' }, delayNs: 5000, ...parts.link } },
    setup: parts.setup ?? [],
  });
}

function withMore<T extends { tunnels?: object }>(host: T, more: object): T {
  return { ...host, tunnels: { ...host.tunnels, ...more } };
}

export function compileTunnels(parts: TunnelParts) {
  const loaded = loadScenario(tunnelScenario(parts), 'tunnel.json');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return compileScenario(loaded.scenario);
}

export interface TunnelRun {
  w: World;
  records: TraceRecord[];
  /** How many records of the kind, with the reason where one is given. */
  count: (kind: string, reason?: string) => number;
  /** A host's device. */
  nic: (host: number, name: string) => Nic;
  imbalances: number[];
}

export function runTunnel(parts: TunnelParts): TunnelRun {
  const made = compileTunnels(parts);
  if (!made.ok) throw new Error(JSON.stringify(made.errors));
  const w = createWorld(made.spec);
  const trace = traced(w);
  advance(w, made.spec.durationNs);
  const records = trace.read();
  return {
    w,
    records,
    count: (kind, reason) =>
      records.filter((r) => r.kind === kind && (reason === undefined || r.reason === reason)).length,
    nic: (host, name) => {
      const found = w.nics.find((n) => n.host === host && n.name === name);
      if (found === undefined) throw new Error(`no ${name}`);
      return found;
    },
    imbalances: [imbalance(w), txImbalance(w), linkImbalance(w), forgottenSoftirqs(w)],
  };
}
