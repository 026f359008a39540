/** Random worlds and random knob changes for property tests. */
import fc from 'fast-check';
import type { Change } from '../engine/change.ts';
import { makeFrame } from '../engine/packet/frame.ts';
import type { ClientTraffic, TimedInput, TrafficSpec, WorldSpec } from '../engine/spec.ts';
import { appSpec, MAC, nicSpec, tcpTrains, udpRate, worldSpec } from './specs.ts';

export const RUN_NS = 3_000_000;

const traffic: fc.Arbitrary<TrafficSpec> = fc.oneof(
  fc
    .record({
      flows: fc.integer({ min: 1, max: 12 }),
      ratePps: fc.integer({ min: 20_000, max: 3_000_000 }),
      pattern: fc.constantFrom('constant' as const, 'poisson' as const),
      payloadLen: fc.integer({ min: 0, max: 1472 }),
      dport: fc.constantFrom(7000, 7001, 9),
      proto: fc.constantFrom(17, 17, 1),
      startNs: fc.integer({ min: 0, max: 1_000_000 }),
      count: fc.integer({ min: 1, max: 800 }),
    })
    .map(({ payloadLen, dport, proto, ...rest }) =>
      udpRate({
        ...rest,
        template: makeFrame({
          dmac: MAC,
          proto,
          src: '10.9.0.1',
          dst: '10.9.0.2',
          sport: 40000,
          dport,
          payloadLen,
        }),
      }),
    ),
  fc
    .record({
      flows: fc.integer({ min: 1, max: 20 }),
      ratePps: fc.integer({ min: 1_000, max: 150_000 }),
      trainFrames: fc.integer({ min: 1, max: 50 }),
      pshLast: fc.boolean(),
      pattern: fc.constantFrom('constant' as const, 'poisson' as const),
      count: fc.integer({ min: 1, max: 800 }),
    })
    .map((rest) => tcpTrains(rest)),
);

const change = (cpus: number, queues: number): fc.Arbitrary<Change> =>
  fc.oneof(
    fc.constantFrom(64, 128, 512).map((rx): Change => ({ type: 'ring', nic: 0, rx })),
    fc
      .record({
        rxUsecs: fc.constantFrom(0, 1, 16, 50),
        rxFrames: fc.constantFrom(0, 1, 8, 32),
        cqeMode: fc.boolean(),
      })
      .map((c): Change => ({ type: 'coalesce', nic: 0, ...c })),
    fc.integer({ min: 1, max: queues }).map((combined): Change => ({ type: 'channels', nic: 0, combined })),
    fc.boolean().map((on): Change => ({ type: 'feature', nic: 0, name: 'generic-receive-offload', on })),
    fc.boolean().map((on): Change => ({ type: 'feature', nic: 0, name: 'receive-hashing', on })),
    fc
      .integer({ min: 0, max: cpus - 1 })
      .map((cpu): Change => ({ type: 'irq-affinity', irq: 32, cpus: [cpu] })),
    fc
      .record({
        name: fc.constantFrom(
          'gro_flush_timeout' as const,
          'napi_defer_hard_irqs' as const,
          'threaded' as const,
        ),
        value: fc.constantFrom(0, 1, 2, 20_000, 100_000),
      })
      .map((c): Change => ({ type: 'napi', nic: 0, ...c })),
    fc
      .constantFrom(1, 16, 300)
      .map((v): Change => ({ type: 'sysctl', name: 'net.core.netdev_budget', values: [v] })),
    fc
      .constantFrom(1, 8, 64)
      .map((v): Change => ({ type: 'sysctl', name: 'net.core.gro_normal_batch', values: [v] })),
    fc
      .record({ task: fc.constant(1), cpu: fc.integer({ min: 0, max: cpus - 1 }) })
      .map((c): Change => ({ type: 'task-affinity', ...c })),
    fc
      .subarray(Array.from({ length: cpus }, (_, i) => i))
      .map((list): Change => ({ type: 'rps-cpus', queue: 0, cpus: list })),
    fc.constantFrom(0, 16, 4096).map((entries): Change => ({ type: 'rps-flow-cnt', queue: 0, entries })),
    fc
      .constantFrom(0, 32, 32768)
      .map((v): Change => ({ type: 'sysctl', name: 'net.core.rps_sock_flow_entries', values: [v] })),
    fc
      .constantFrom(0, 3)
      .map((v): Change => ({ type: 'sysctl', name: 'net.core.flow_limit_cpu_bitmap', values: [v] })),
    fc
      .constantFrom(4, 100, 1000)
      .map((v): Change => ({ type: 'sysctl', name: 'net.core.netdev_max_backlog', values: [v] })),
    fc
      .constantFrom(
        { type: 'route-del' as const, network: '10.20.0.0', bits: 16 },
        { type: 'route-add' as const, network: '10.20.0.0', bits: 15, nic: 0, via: null },
        { type: 'address-del' as const, nic: 0, address: '10.9.0.2', bits: 32 },
        { type: 'address-add' as const, nic: 0, address: '10.9.0.2', bits: 24 },
      )
      .map((c): Change => c),
    fc
      .constantFrom(0, 20, 200)
      .map((v): Change => ({ type: 'sysctl', name: 'net.core.busy_poll', values: [v] })),
    fc.boolean().map((on): Change => ({ type: 'feature', nic: 0, name: 'ntuple-filters', on })),
    fc.boolean().map((adaptiveRx): Change => ({ type: 'coalesce', nic: 0, adaptiveRx })),
    fc.integer({ min: 68, max: 1500 }).map((value): Change => ({ type: 'link', nic: 0, name: 'mtu', value })),
  );

/** Two senders never share a flow: their sequence numbers would be out of order from the start. */
function ownFlows(source: TrafficSpec, i: number): TrafficSpec {
  if (source.kind !== 'rate') return source;
  return { ...source, template: { ...source.template, sport: source.template.sport + 1000 * i } };
}

/** Half of what comes is for others, and goes out of a second, slower card. */
function forwarding(spec: WorldSpec): WorldSpec {
  const [host] = spec.hosts;
  const out = nicSpec({
    name: 'eth1',
    mac: '02:00:00:00:00:0c',
    addresses: ['10.20.0.1'],
    linkBps: 1_000_000_000,
  });
  return {
    ...spec,
    hosts: [{ ...host, nics: [...host.nics, out], routes: [{ prefix: '10.20.0.0/16', nic: 1 }] }],
    traffic: spec.traffic.map((source, i) =>
      source.kind === 'rate' && i % 2 === 0
        ? { ...source, template: { ...source.template, dst: '10.20.0.5', ttl: i === 2 ? 1 : 64 } }
        : source,
    ),
    setup: [...spec.setup, { host: 0, change: { type: 'sysctl', name: 'net.ipv4.ip_forward', values: [1] } }],
  };
}

interface Sending {
  answers: number;
  users: number;
  timeoutNs: number;
  delayNs: number;
  senders: { ratePps: number | null; bytes: number; nonblocking: boolean; sndbufBytes: number }[];
  linkBps: number;
}

/** Applications that answer and send, and clients that wait for the answers. */
function withSenders(spec: WorldSpec, sending: Sending): WorldSpec {
  const [host] = spec.hosts;
  const [card] = host.nics;
  const frame = { proto: 17, src: '10.9.0.2', dst: '10.9.0.1', smac: MAC, dmac: '02:00:00:00:00:0a' };
  const first = host.sockets.length;
  const sockets = sending.senders.map(({ sndbufBytes }, i) => ({
    name: `out${i}`,
    proto: 'udp' as const,
    address: '*',
    port: 9000 + i,
    sndbufBytes,
    connected: i === 0,
  }));
  const senders = sending.senders.map(({ ratePps, bytes, nonblocking }, i) =>
    appSpec({
      name: `sender${i}`,
      cpu: i % host.cpus,
      sockets: i === 0 ? [] : [first + i],
      nonblocking,
      send: {
        socket: first + i,
        nic: 0,
        template: makeFrame({ ...frame, sport: 9000 + i, dport: 7000, payloadLen: bytes }),
        flows: i === 0 ? 1 : 3,
        ratePps,
        startNs: i * 1000,
        stopNs: RUN_NS,
        count: 300,
      },
    }),
  );
  const replyBytes = sending.answers;
  const apps = host.apps.map((app, i) => (i === 0 && replyBytes >= 0 ? { ...app, replyBytes } : app));
  const client: ClientTraffic = {
    kind: 'client',
    host: 0,
    nic: 0,
    template: udpRate().template,
    flows: Math.max(1, sending.users),
    outstanding: 2,
    thinkNs: 3000,
    delayNs: sending.delayNs,
    timeoutNs: sending.timeoutNs,
    startNs: 0,
    stopNs: RUN_NS,
    count: 300,
  };
  client.template = { ...client.template, sport: 50_000 };
  return {
    ...spec,
    hosts: [
      {
        ...host,
        nics: [{ ...card, linkBps: sending.linkBps }],
        sockets: [...host.sockets, ...sockets],
        apps: [...apps, ...senders],
      },
    ],
    traffic: sending.users > 0 ? [...spec.traffic, client] : spec.traffic,
  };
}

function steeringSetup(steering: string, cpus: number, queues: number): Change[] {
  const list = Array.from({ length: queues }, (_, queue) => queue);
  const all = Array.from({ length: cpus }, (_, cpu) => cpu);
  const rps = list.map((queue): Change => ({ type: 'rps-cpus', queue, cpus: all }));
  const rfs: Change[] = [
    { type: 'sysctl', name: 'net.core.rps_sock_flow_entries', values: [1024] },
    ...list.map((queue): Change => ({ type: 'rps-flow-cnt', queue, entries: 256 })),
  ];
  if (steering === 'rps') return rps;
  if (steering === 'rfs') return [...rps, ...rfs];
  if (steering === 'arfs') return [...rfs, { type: 'feature', nic: 0, name: 'ntuple-filters', on: true }];
  return [];
}

/** A world of 1 to 4 CPUs and queues, some traffic, applications of every temper, and knobs turned while it runs. */
export const arbitraryWorld: fc.Arbitrary<WorldSpec> = fc
  .record({
    kernel: fc.constantFrom('2.2.16', '2.4.18', '2.4.20', '4.18', '5.8', '6.6', '6.12', '6.18'),
    config: fc.record({ vlan8021q: fc.constant(true), irqTimeAccounting: fc.boolean() }),
    hz: fc.constantFrom(100, 250, 1000),
    seed: fc.integer({ min: 0, max: 1_000_000 }),
    cpus: fc.integer({ min: 1, max: 4 }),
    /** Node of each CPU, none: one node; node of the card. */
    cpuNodes: fc.constantFrom<number[]>([], [], [0, 1], [0, 0, 1, 1]),
    numaNode: fc.constantFrom(undefined, -1, 1),
    queues: fc.integer({ min: 1, max: 4 }),
    driver: fc.constantFrom('igb' as const, 'ixgbe' as const, 'mlx5_core' as const),
    ringSize: fc.constantFrom(64, 128, 512),
    traffic: fc.array(traffic, { minLength: 1, maxLength: 3 }),
    app: fc.record({
      readBytes: fc.constantFrom(1, 4096, 65536),
      workNs: fc.constantFrom(0, 500, 20_000, 400_000),
      pauseNs: fc.constantFrom(0, 0, 50_000),
    }),
    spin: fc.boolean(),
    /** A reader of its own for each socket, on two CPUs where there are two. */
    apart: fc.boolean(),
    acks: fc.boolean(),
    forward: fc.boolean(),
    sending: fc.record({
      answers: fc.constantFrom(-1, 0, 18, 900),
      users: fc.integer({ min: 0, max: 6 }),
      timeoutNs: fc.constantFrom(30_000, Number.POSITIVE_INFINITY),
      delayNs: fc.constantFrom(0, 7_000),
      senders: fc.array(
        fc.record({
          ratePps: fc.constantFrom(null, 20_000, 400_000),
          bytes: fc.constantFrom(1, 700, 1472),
          nonblocking: fc.boolean(),
          sndbufBytes: fc.constantFrom(4608, 30_000, 212_992),
        }),
        { maxLength: 2 },
      ),
      linkBps: fc.constantFrom(100_000_000, 10_000_000_000),
    }),
    steering: fc.constantFrom('none', 'rps', 'rfs', 'arfs'),
  })
  .chain(
    ({
      cpus,
      cpuNodes,
      numaNode,
      queues,
      driver,
      ringSize,
      app,
      spin,
      apart,
      acks,
      forward,
      sending,
      steering,
      traffic: sources,
      ...rest
    }) =>
      fc
        .array(fc.record({ at: fc.integer({ min: 0, max: RUN_NS }), change: change(cpus, queues) }), {
          maxLength: 6,
        })
        .map((changes): WorldSpec => {
          const inputs: TimedInput[] = changes.map((c) => ({ ...c, after: null, host: 0, line: '' }));
          const apps = apart
            ? [
                appSpec({ ...app, name: 'udp', sockets: [0], cpu: 0 }),
                appSpec({ ...app, name: 'tcp', sockets: [1], cpu: cpus - 1 }),
              ]
            : [appSpec({ ...app, sockets: [0, 1], cpu: cpus - 1 })];
          if (spin) apps.push(appSpec({ name: 'spin', sockets: [], spin: true, cpu: 0 }));
          const spec = worldSpec({
            ...rest,
            traffic: sources.map(ownFlows),
            setup: steeringSetup(steering, cpus, queues).map((change) => ({ host: 0, change })),
            cpus,
            nic: { queues, driver, ringSize, numaNode },
            apps,
            inputs,
            durationNs: RUN_NS,
          });
          if (cpuNodes.length > 0) spec.hosts[0].cpuNodes = cpuNodes;
          // connections that acknowledge, in half of the worlds
          if (acks) spec.hosts[0].sockets[1].acks = true;
          const sent = withSenders(spec, sending);
          return forward ? forwarding(sent) : sent;
        }),
  );
