/** Worlds for the shell's tests, and a terminal: runs lines one after the other and applies what they change. */
import { applyChange } from '../engine/apply-change.ts';
import { createWorld } from '../engine/create.ts';
import type { AppSpec, HostSpec, LinkSpec, NicSpec, SocketSpec, TrafficSpec } from '../engine/spec.ts';
import type { World } from '../engine/world.ts';
import { linkSpec } from '../testing/specs.ts';
import { runCommand } from './shell.ts';

export interface TestHost {
  kernel?: string;
  hz?: number;
  cpus?: number;
  nics?: Partial<NicSpec>[];
  apps?: Partial<AppSpec>[];
  sockets?: SocketSpec[];
  routes?: HostSpec['routes'];
  firewall?: HostSpec['firewall'];
  bridges?: HostSpec['bridges'];
  traffic?: TrafficSpec[];
  /** Hosts before it, so that its numbers are not those of the world. */
  before?: number;
  /** Its first card has a link to a host behind it. */
  linked?: boolean;
}

const nic = (partial: Partial<NicSpec>, i: number): NicSpec => ({
  name: `eth${i}`,
  driver: 'ixgbe',
  mac: `02:00:00:00:00:0${i + 1}`,
  addresses: ['10.0.0.2'],
  promiscuous: false,
  linkBps: 10_000_000_000,
  mtu: 1500,
  queues: 4,
  ringSize: 512,
  affinity: [],
  ...partial,
});

const app = (partial: Partial<AppSpec>): AppSpec => ({
  name: 'server',
  cpu: 0,
  sockets: [-1],
  readBytes: 65_536,
  workNs: 0,
  workNsPerByte: 0,
  pauseNs: 0,
  spin: false,
  startNs: 0,
  ...partial,
});

export function testWorld(options: TestHost = {}): World {
  const { kernel = '6.12', hz = 250, cpus = 4, nics = [{}], apps = [{}], before = 0 } = options;
  const { sockets = [], routes = [], traffic = [] } = options;
  const host = (id: string): HostSpec => ({
    id,
    cpus,
    profile: 'server3g',
    nics: nics.map(nic),
    sockets,
    apps: apps.map(app),
    routes,
    ...(options.firewall === undefined ? {} : { firewall: options.firewall }),
    ...(options.bridges === undefined ? {} : { bridges: options.bridges }),
  });
  const hosts = Array.from({ length: before + 1 }, (_, i) => host(`h${i + 1}`));
  const links: LinkSpec[] = [];
  if (options.linked) {
    hosts.push({ ...host('far'), nics: [nic({ mac: '02:00:00:00:00:99', addresses: ['10.0.0.99'] }, 0)] });
    const ends = [before, before + 1].map((index) => ({ host: index, nic: 0 })) as LinkSpec['ends'];
    links.push({ ...linkSpec(), ends });
  }
  return createWorld({
    links,
    kernel,
    hz,
    config: { vlan8021q: false },
    seed: 1,
    durationNs: 1_000_000,
    hosts,
    traffic,
    setup: [],
    inputs: [],
  });
}

/** Runs a line and applies it. @returns what it printed and its status */
export function type(world: World, line: string, host = 0): { output: string; status: number } {
  const { output, status, changes } = runCommand(world, host, line);
  for (const change of changes) applyChange(world, change.host, change.change);
  return { output, status };
}

/** Without the lines that are ours. */
export function toolLines(output: string): string[] {
  return output.split('\n').filter((line) => line !== '' && !line.startsWith('# '));
}
