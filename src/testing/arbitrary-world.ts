/** Random worlds and random knob changes for property tests. */
import fc from 'fast-check';
import { rulesFor } from '../catalog/rules.ts';
import type { Change } from '../engine/change.ts';
import type { NetemSpec } from '../engine/link/netem.ts';
import { defaultQdisc, PRIO2BAND, QDISC_KINDS, type QdiscSpec } from '../engine/net/sched/spec.ts';
import { makeFrame } from '../engine/packet/frame.ts';
import type {
  ClientTraffic,
  LinkWaySpec,
  NicSpec,
  TimedInput,
  TlsSpec,
  ToeSpec,
  TrafficSpec,
  WlanSpec,
  WorldSpec,
} from '../engine/spec.ts';
import { bridged, bridging } from './arbitrary-bridge.ts';
import { tunnelled, tunnelling } from './arbitrary-tunnel.ts';
import { appSpec, FAR_MAC, linkWay, MAC, nicSpec, tcpTrains, udpRate, worldSpec } from './specs.ts';

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
      mf: fc.constantFrom(false, false, false, true),
      startNs: fc.integer({ min: 0, max: 1_000_000 }),
      count: fc.integer({ min: 1, max: 800 }),
    })
    .map(({ payloadLen, dport, proto, mf, ...rest }) =>
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
          ...(mf ? { mf, df: false } : {}),
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

/** Small limits, so that they are reached. */
const qdiscChange: fc.Arbitrary<Change> = fc
  .record({
    kind: fc.constantFrom(...QDISC_KINDS),
    limit: fc.constantFrom(2, 10, 1000),
    quantum: fc.constantFrom(300, 3028),
    rate: fc.constantFrom(100_000, 5_000_000, Number.POSITIVE_INFINITY),
    fast: fc.boolean(),
  })
  .map(({ kind, limit, quantum, rate, fast }): Change => {
    const plain = defaultQdisc(kind, 1500, 1000, 10_000);
    let spec: QdiscSpec = plain;
    if (plain.kind === 'pfifo') spec = { ...plain, limit };
    else if (plain.kind === 'prio') spec = { ...plain, bands: 4, priomap: [3, ...PRIO2BAND.slice(1)] };
    else if (plain.kind === 'fq') spec = { ...plain, limit, flowLimit: limit, quantum, maxRate: rate };
    else if (plain.kind === 'fq_codel') {
      const [targetUs, intervalUs] = fast ? [20, 200] : [5000, 100_000];
      spec = { ...plain, limit, quantum, targetUs, intervalUs, dropBatch: 3 };
    }
    return { type: 'qdisc', nic: 0, queue: null, spec, handle: 0x8001, mq: null, keep: false };
  });

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
      .record({
        name: fc.constantFrom(
          'rx-checksumming' as const,
          'large-receive-offload' as const,
          'tx-checksum-ip-generic' as const,
          'tx-scatter-gather' as const,
          'tx-tcp-segmentation' as const,
          'tx-udp-segmentation' as const,
          'udp-fragmentation-offload' as const,
          'rx-gro-list' as const,
          'rx-udp-gro-forwarding' as const,
        ),
        on: fc.boolean(),
      })
      .map((c): Change => ({ type: 'feature', nic: 0, ...c })),
    fc
      .constantFrom(1, 4, 65_535)
      .map((value): Change => ({ type: 'link', nic: 0, name: 'gso_max_segs', value })),
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
      .record({
        // behind each CPU's ksoftirqd, which stays where it is: NAPI threads, an application
        task: fc.integer({ min: cpus + 1, max: cpus + queues + 1 }),
        cpu: fc.integer({ min: 0, max: cpus - 1 }),
      })
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
    qdiscChange,
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
    setup: [
      ...spec.setup,
      { host: 0, change: { type: 'sysctl', name: 'net.ipv4.ip_forward', values: [1] } },
      // what GRO joins is cut again by software, in every other world
      { host: 0, change: { type: 'feature', nic: 1, name: 'tx-scatter-gather', on: spec.seed % 2 === 0 } },
      {
        host: 0,
        change: { type: 'feature', nic: 0, name: 'rx-udp-gro-forwarding', on: spec.seed % 3 === 0 },
      },
    ],
  };
}

interface Screening {
  queueMaxlen: number;
  rcvbufBytes: number;
  failOpen: boolean;
  workNs: number;
  startNs: number;
  rejects: boolean;
}

/** A firewall rule hands what is forwarded to a program, which screens it. */
function screening(spec: WorldSpec, { rejects, workNs, startNs, ...queue }: Screening): WorldSpec {
  const [host] = spec.hosts;
  const socket = { name: 'nfq', proto: 'netlink' as const, address: '*', port: 0, ...queue };
  const app = appSpec({ name: 'screend', sockets: [host.sockets.length], workNs, startNs });
  if (rejects) app.rejectPorts = [7001];
  return {
    ...spec,
    hosts: [
      {
        ...host,
        firewall: 'forward-queue',
        sockets: [...host.sockets, socket],
        apps: [...host.apps, app],
      },
    ],
  };
}

interface Sending {
  answers: number;
  users: number;
  timeoutNs: number;
  delayNs: number;
  senders: {
    ratePps: number | null;
    bytes: number;
    segmentBytes: number | undefined;
    nonblocking: boolean;
    sndbufBytes: number;
    tos: number;
  }[];
  linkBps: number;
}

/** Applications that answer and send, and clients that wait for the answers. */
function withSenders(spec: WorldSpec, sending: Sending): WorldSpec {
  const [host] = spec.hosts;
  const [card] = host.nics;
  const frame = { proto: 17, src: '10.9.0.2', dst: '10.9.0.1', smac: MAC, dmac: '02:00:00:00:00:0a' };
  const first = host.sockets.length;
  const sockets = sending.senders.map(({ sndbufBytes, tos }, i) => ({
    name: `out${i}`,
    proto: 'udp' as const,
    address: '*',
    port: 9000 + i,
    sndbufBytes,
    tos,
    connected: i === 0,
  }));
  const senders = sending.senders.map(({ ratePps, bytes, segmentBytes, nonblocking }, i) =>
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
        ...(segmentBytes === undefined ? {} : { segmentBytes }),
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

const share = fc.constantFrom(0, 0, 0.1);

/** A way with whatever may go wrong on it. */
export const arbitraryWay: fc.Arbitrary<LinkWaySpec> = fc
  .record({
    delayNs: fc.integer({ min: 0, max: 50_000 }),
    jitterNs: fc.constantFrom(0, 20_000),
    rateBps: fc.constantFrom(null, 20_000_000, 1_000_000_000),
    queueFrames: fc.integer({ min: 0, max: 8 }),
    loss: share,
    burst: fc.constantFrom(null, { toBad: 0.1, toGood: 0.3, lossGood: 0.01, lossBad: 0.9 }),
    reorder: share,
    duplicate: share,
    bitError: share,
    damage: share,
  })
  .map(({ delayNs, jitterNs, rateBps, queueFrames, ...faults }) =>
    linkWay({ delayNs, jitterNs, rateBps, queueFrames, faults: { ...faults, reorderNs: 30_000 } }),
  );

const radio: fc.Arbitrary<WlanSpec> = fc
  .record({
    ampduFrames: fc.constantFrom(1, 8, 64),
    retries: fc.constantFrom(0, 7),
    errorShare: fc.constantFrom(0, 0.2),
  })
  .map((own) => ({
    rateBps: 130_000_000,
    ampduBytes: 65_535,
    ampduNs: 4_000_000,
    cwMin: 15,
    cwMax: 1023,
    ...own,
  }));

/** TCP over the link: one writes, the other reads and perhaps answers. */
interface Streaming {
  writeBytes: number;
  count: number;
  flows: number;
  answerBytes: number;
  close: boolean;
  nodelay: boolean;
  /** Null: plain TCP. `card`: both cards offer to do the cipher. */
  tls: (TlsSpec & { card: boolean }) | null;
  /** TCP in the writer's card, in the reader's; null: in none. */
  toe: { spec: ToeSpec; near: boolean; far: boolean } | null;
}

const streaming: fc.Arbitrary<Streaming> = fc.record({
  writeBytes: fc.constantFrom(1, 700, 20_000, 65_536),
  count: fc.integer({ min: 1, max: 12 }),
  flows: fc.integer({ min: 1, max: 3 }),
  answerBytes: fc.constantFrom(0, 0, 300),
  close: fc.boolean(),
  nodelay: fc.boolean(),
  tls: fc.oneof(
    fc.constant(null),
    fc.record({
      version: fc.constantFrom('1.2' as const, '1.2' as const, '1.3' as const),
      tx: fc.constantFrom('user' as const, 'kernel' as const),
      rx: fc.constantFrom('user' as const, 'kernel' as const),
      card: fc.boolean(),
    }),
  ),
  toe: fc.oneof(
    fc.constant(null),
    fc.record({
      spec: fc.record({
        clockMhz: fc.constantFrom(33, 133, 1000),
        segmentCycles: fc.constantFrom(1, 333, 2000),
        ackCycles: fc.constantFrom(1, 200),
        connections: fc.constantFrom(1, 2, 64),
        memoryBytes: fc.constantFrom(4000, 20_000, 262_144),
        firewall: fc.constantFrom('bypassed' as const, 'respected' as const),
      }),
      near: fc.boolean(),
      far: fc.boolean(),
    }),
  ),
});

/** The first host's application writes to the second one's. */
function withStream(spec: WorldSpec, { tls: wanted, toe, ...s }: Streaming): WorldSpec {
  // a card that runs TCP has no TLS
  const drawn = toe === null ? wanted : null;
  const [near, far] = spec.hosts;
  const nic = near.nics.length - 1;
  const template = makeFrame({
    smac: near.nics[nic].mac,
    dmac: far.nics[0].mac,
    proto: 6,
    src: '10.30.0.1',
    dst: '10.30.0.2',
    sport: 40_000,
    dport: 5999,
    payloadLen: 0,
  });
  const writer = appSpec({ name: 'writer', cpu: 0, sockets: [near.sockets.length] });
  writer.stream = {
    socket: near.sockets.length,
    nic,
    template,
    ratePps: null,
    cork: false,
    maxSegBytes: 0,
    startNs: 0,
    stopNs: RUN_NS,
    ...s,
  };
  const equipped = (list: NicSpec[], at: number, on: boolean) =>
    list.map((one, i) => (toe !== null && on && i === at ? { ...one, toe: toe.spec } : one));
  const server = appSpec({ name: 'tcp server', cpu: 0, sockets: [far.sockets.length] });
  if (s.answerBytes > 0) server.replyBytes = s.answerBytes;
  const { card = false, ...tls } = drawn ?? {};
  const own = drawn === null || !rulesFor(spec.kernel).ktlsRx ? {} : { tls: tls as TlsSpec };
  const nics = (list: NicSpec[]) =>
    card ? list.map((one) => ({ ...one, driver: 'mlx5_core' as const })) : list;
  const far0 = near.nics.length;
  const asked: Change[] = [nic, far0].map((at) => ({
    type: 'feature',
    nic: at,
    name: 'tls-hw-rx-offload',
    on: true,
  }));
  return {
    ...spec,
    setup:
      card && 'tls' in own ? [...spec.setup, ...asked.map((change) => ({ host: 0, change }))] : spec.setup,
    hosts: [
      {
        ...near,
        nics: equipped(nics(near.nics), nic, toe?.near ?? false),
        sockets: [
          ...near.sockets,
          { name: 'tcp out', proto: 'tcp', address: '*', port: 39_999, acks: true, ...own },
        ],
        apps: [...near.apps, writer],
      },
      {
        ...far,
        nics: equipped(nics(far.nics), 0, toe?.far ?? false),
        sockets: [
          ...far.sockets,
          { name: 'tcp in', proto: 'tcp', address: '*', port: 5999, acks: true, ...own },
        ],
        apps: [...far.apps, server],
      },
    ],
  };
}

const arbitraryNetem: fc.Arbitrary<NetemSpec> = fc.record({
  limit: fc.constantFrom(2, 1000),
  delayNs: fc.constantFrom(0, 300_000),
  jitterNs: fc.constantFrom(0, 50_000),
  loss: share,
  gemodel: fc.constantFrom(null, { toBad: 0.1, toGood: 0.3, lossGood: 0, lossBad: 1 }),
  duplicate: share,
  corrupt: share,
  reorder: share,
  gap: fc.constantFrom(0, 1, 5),
});

interface Linking {
  ways: [LinkWaySpec, LinkWaySpec];
  replyBytes: number;
  /** Null: a cable. */
  wlan: WlanSpec | null;
  /** Put in front of the way back while time runs, and taken away again. */
  netem: NetemSpec | null;
}

/** A second host at the end of a link from a second card: it sends to the first one's sockets and answers what it gets. */
function linked(spec: WorldSpec, { ways: drawn, replyBytes, wlan, netem }: Linking): WorldSpec {
  const ways = drawn.map((way) =>
    wlan === null ? way : { ...way, rateBps: null, queueFrames: way.queueFrames + 1 },
  ) as Linking['ways'];
  const [host] = spec.hosts;
  const near = nicSpec({
    name: 'eth9',
    mac: '02:00:00:00:00:1b',
    addresses: ['10.30.0.1'],
    linkBps: 1_000_000_000,
  });
  const far = nicSpec({ mac: FAR_MAC, addresses: ['10.30.0.2'], linkBps: 1_000_000_000, queues: 1 });
  const template = makeFrame({
    smac: FAR_MAC,
    dmac: near.mac,
    proto: 17,
    src: '10.30.0.2',
    dst: '10.30.0.1',
    sport: 9100,
    dport: 7000,
    payloadLen: 200,
  });
  const server = appSpec({ name: 'server', sockets: [0], replyBytes, cpu: 0 });
  const nics = [...host.nics, near];
  const turned = (at: number, set: NetemSpec | null): TimedInput => ({
    at,
    after: null,
    host: 1,
    line: '',
    change: { type: 'netem', nic: nics.length, netem: set },
  });
  return {
    ...spec,
    inputs: [
      ...spec.inputs,
      ...(netem === null ? [] : [turned(RUN_NS / 4, netem), turned((RUN_NS * 3) / 4, null)]),
    ],
    hosts: [
      { ...host, nics },
      {
        id: 'h2',
        cpus: 1,
        profile: 'server3g',
        nics: [far],
        sockets: [
          { name: 'in', proto: 'udp', address: '*', port: 0 },
          { name: 'out', proto: 'udp', address: '*', port: 9100 },
        ],
        apps: [
          server,
          appSpec({
            name: 'sender',
            sockets: [1],
            send: {
              socket: 1,
              nic: 0,
              template,
              flows: 2,
              ratePps: 50_000,
              startNs: 0,
              stopNs: RUN_NS,
              count: 100,
            },
          }),
        ],
      },
    ],
    links: [
      {
        name: 'cable',
        ends: [
          { host: 0, nic: nics.length - 1 },
          { host: 1, nic: 0 },
        ],
        ways,
        wlan: wlan ?? undefined,
      },
    ],
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
    kernel: fc.constantFrom('2.2.16', '2.4.18', '2.4.20', '4.13', '4.18', '5.8', '6.6', '6.12', '6.18'),
    config: fc.record({ vlan8021q: fc.constant(true), irqTimeAccounting: fc.boolean() }),
    hz: fc.constantFrom(100, 250, 1000),
    seed: fc.integer({ min: 0, max: 1_000_000 }),
    cpus: fc.integer({ min: 1, max: 4 }),
    /** Node of each CPU, none: one node; node of the card. */
    cpuNodes: fc.constantFrom<number[]>([], [], [0, 1], [0, 0, 1, 1]),
    numaNode: fc.constantFrom(undefined, -1, 1),
    queues: fc.integer({ min: 1, max: 4 }),
    driver: fc.constantFrom('igb' as const, 'ixgbe' as const, 'mlx5_core' as const, 'virtio_net' as const),
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
    screened: fc.option(
      fc.record({
        queueMaxlen: fc.constantFrom(2, 1024),
        rcvbufBytes: fc.constantFrom(2304, 212_992),
        failOpen: fc.boolean(),
        workNs: fc.constantFrom(0, 20_000),
        startNs: fc.constantFrom(0, 500_000),
        rejects: fc.boolean(),
      }),
    ),
    sending: fc.record({
      answers: fc.constantFrom(-1, 0, 18, 900),
      users: fc.integer({ min: 0, max: 6 }),
      timeoutNs: fc.constantFrom(30_000, Number.POSITIVE_INFINITY),
      delayNs: fc.constantFrom(0, 7_000),
      senders: fc.array(
        fc.record({
          ratePps: fc.constantFrom(null, 20_000, 400_000),
          bytes: fc.constantFrom(1, 700, 1472, 3000),
          segmentBytes: fc.constantFrom(undefined, undefined, 100, 699),
          nonblocking: fc.boolean(),
          sndbufBytes: fc.constantFrom(4608, 30_000, 212_992),
          tos: fc.constantFrom(0, 0, 16, 8),
        }),
        { maxLength: 2 },
      ),
      linkBps: fc.constantFrom(100_000_000, 10_000_000_000),
    }),
    /** A second host behind a link, in half of the worlds. */
    stream: fc.option(streaming),
    link: fc.option(
      fc.record({
        ways: fc.tuple(arbitraryWay, arbitraryWay),
        replyBytes: fc.constantFrom(0, 300),
        wlan: fc.option(radio),
        netem: fc.option(arbitraryNetem),
      }),
      { freq: 2 },
    ),
    steering: fc.constantFrom('none', 'rps', 'rfs', 'arfs'),
    /** Over the link, where the kernel is one that the model has tunnels for. */
    tunnel: fc.option(tunnelling),
    /** In the middle of the link, where the kernel is one that the model has bridges for. */
    bridge: fc.option(bridging(RUN_NS), { freq: 2 }),
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
      screened,
      sending,
      stream,
      link,
      steering,
      tunnel,
      bridge,
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
          const screens = forward && screened !== null && rest.kernel !== '2.2.16';
          const routed = forward ? forwarding(sent) : sent;
          const whole = screens ? screening(routed, screened) : routed;
          if (link === null) return whole;
          const joined = linked(whole, link);
          const streams = stream === null || rest.kernel === '2.2.16' ? joined : withStream(joined, stream);
          const { gro, napi } = rulesFor(rest.kernel);
          const wrapped = tunnel === null || !gro ? streams : tunnelled(streams, tunnel);
          return bridge === null || !napi ? wrapped : bridged(wrapped, bridge);
        }),
  );
