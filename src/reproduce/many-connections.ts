/**
 * The machines of the commits that brought RPS and RFS: many connections, one byte there and one back, all over the one queue of a
 * card of 1 Gbit/s. Source: Linux commits 0a9627f2649a (RPS) and fec5e652e58f (RFS), 2010.
 */
import type { Change } from '../engine/change.ts';
import { makeFrame } from '../engine/packet/frame.ts';
import type { WorldSpec } from '../engine/spec.ts';
import { askingTcp } from './machines.ts';

/** Who takes packets through the protocol: the interrupt's CPU; the one of all, or of all others, that the hash says; the reader's. */
export type Steering = 'none' | 'rps-all' | 'rps-others' | 'rfs';

export interface Connections {
  /** CPUs of the server. */
  cpus: number;
  count: number;
  /** What the program computes for each request, ns. */
  workNs: number;
  /** CPUs of each NUMA node; 0: there are no nodes. */
  nodeCpus: number;
}

/** CPUs and queues of the client, which are never what holds it up (a tenth of each is used); server3g. */
const CLIENT_CPUS = 16;

/** Between one connection's start and the next one's, ns. */
const START_NS = 40_000;

/** The client's sockets ask the server's, one program each; the first CPU of the server has the card's interrupt. */
export function manyConnections(of: Connections, steering: Steering): WorldSpec {
  const spec = askingTcp(0);
  spec.kernel = '2.6.35';
  const [client, server] = spec.hosts;
  const { stream } = client.apps[0];
  if (stream === undefined) throw new TypeError('a client asks');
  const [asks] = client.apps;
  const [answers] = server.apps;
  const each = Array.from({ length: of.count }, (_, i) => i);
  server.cpus = of.cpus;
  server.profile = 'server-2010';
  if (of.nodeCpus > 0)
    server.cpuNodes = Array.from({ length: of.cpus }, (_, i) => Math.floor(i / of.nodeCpus));
  server.nics = [
    {
      ...server.nics[0],
      // for e1000e and forcedeth, which the model has not: as many interrupts a second at most as e1000e takes
      driver: 'igb',
      linkBps: 1_000_000_000,
      rxUsecs: 50,
      // room for all that can be under way: a real card would hold the sender up with PAUSE frames
      ringSize: 1024,
      ...(of.nodeCpus > 0 ? { numaNode: 0 } : {}),
    },
  ];
  server.sockets = each.map((i) => ({ ...server.sockets[0], name: `rr${i}`, port: 7000 + i }));
  // programs stay where they are put: none beside the interrupt, whose CPU has its hands full
  server.apps = each.map((i) => ({
    ...answers,
    name: `netserver${i}`,
    cpu: 1 + (i % (of.cpus - 1)),
    sockets: [i],
    workNs: of.workNs,
  }));
  client.cpus = CLIENT_CPUS;
  const queues = Array.from({ length: CLIENT_CPUS }, (_, i) => i);
  client.nics = [
    { ...client.nics[0], driver: 'mlx5_core', queues: CLIENT_CPUS, affinity: queues, linkBps: 1_000_000_000 },
  ];
  client.sockets = each.map((i) => ({ ...client.sockets[0], name: `rr${i}` }));
  client.apps = each.map((i) => ({
    ...asks,
    name: `netperf${i}`,
    cpu: i % CLIENT_CPUS,
    sockets: [i],
    stream: {
      ...stream,
      socket: i,
      startNs: i * START_NS,
      template: makeFrame({ ...stream.template, sport: 20_000 + i, dport: 7000 + i }),
    },
  }));
  // busy polling came later
  spec.setup = steer(of, steering, CLIENT_CPUS).map((change) => ({ host: 1, change }));
  return spec;
}

/** @param first CPUs and queues of the hosts before it */
function steer(of: Connections, steering: Steering, first: number): Change[] {
  const all = Array.from({ length: of.cpus }, (_, i) => first + i);
  if (steering === 'none') return [];
  const cpus = steering === 'rps-all' ? all : all.slice(1);
  const rps: Change = { type: 'rps-cpus', queue: first, cpus };
  if (steering !== 'rfs') return [rps];
  return [
    rps,
    { type: 'sysctl', name: 'net.core.rps_sock_flow_entries', values: [32_768] },
    { type: 'rps-flow-cnt', queue: first, entries: 32_768 },
  ];
}
