/** The machines of the published measurements, as worlds. */
import { makeFrame } from '../engine/packet/frame.ts';
import { steady } from '../engine/traffic/plain.ts';
import { FIXED_RX_USECS, RR_WAY_NS, SCREEND_NS, UDP_SOURCE_MHZ } from '../engine/cost.ts';
import type {
  AppSpec,
  ClientTraffic,
  HostSpec,
  LinkFaults,
  NicSpec,
  RateTraffic,
  SendSpec,
  WorldSpec,
} from '../engine/spec.ts';

const MAC = '02:00:00:00:00:0b';
export const SINK = '10.9.0.2';
export const BEYOND = '10.20.0.5';

const NO_FAULTS: LinkFaults = {
  loss: 0,
  burst: null,
  reorder: 0,
  reorderNs: 0,
  duplicate: 0,
  bitError: 0,
  damage: 0,
  script: [],
};

/** Reads all it can get, on the first CPU. */
const READER: AppSpec = {
  name: 'reader',
  cpu: 0,
  sockets: [0],
  readBytes: 65_536,
  workNs: 0,
  workNsPerByte: 0,
  pauseNs: 0,
  spin: false,
  startNs: 0,
};

function nic(partial: Partial<NicSpec>): NicSpec {
  return {
    name: 'eth0',
    driver: 'mlx5_core',
    mac: MAC,
    addresses: [SINK],
    promiscuous: false,
    linkBps: 100_000_000_000,
    mtu: 1500,
    queues: 1,
    ringSize: 512,
    affinity: [],
    ...partial,
  };
}

export interface Load {
  /** Frames a second, all flows; a queue's share is even. */
  pps: number;
  /** Bytes on the wire without preamble and gap: 64 is the least. */
  bytes: number;
  dst: string;
  /** Flows enough to meet every queue alike: chosen by `flowsFor`. */
  flows: number;
}

function traffic(load: Load): RateTraffic {
  const template = makeFrame({
    dmac: MAC,
    proto: 17,
    src: '10.9.0.1',
    dst: load.dst,
    sport: 10_000,
    dport: 7000,
    payloadLen: load.bytes - 46,
  });
  return { ...steady(template, load.pps), flows: load.flows };
}

function world(host: Partial<HostSpec>, load: Load, more: Partial<WorldSpec> = {}): WorldSpec {
  return {
    kernel: '4.18',
    hz: 250,
    config: { vlan8021q: true },
    seed: 1,
    durationNs: 1_000_000_000,
    hosts: [{ id: 'dut', cpus: 1, profile: 'server3g', nics: [nic({})], sockets: [], apps: [], ...host }],
    traffic: [traffic(load)],
    setup: [],
    inputs: [],
    ...more,
  };
}

/** Each flow gets its queue by a filter, so that all queues meet the same load whatever the hash says. */
function spread(spec: WorldSpec, queues: number, dst: string): WorldSpec {
  if (queues === 1) return spec;
  return {
    ...spec,
    setup: [
      ...spec.setup,
      { host: 0, change: { type: 'feature', nic: 0, name: 'ntuple-filters', on: true } },
      ...Array.from({ length: queues }, (_, i) => ({
        host: 0,
        change: {
          type: 'ntuple-add' as const,
          nic: 0,
          rule: {
            loc: i,
            flowType: 'udp4' as const,
            src: null,
            dst,
            sport: 10_000 + i,
            dport: null,
            action: i,
          },
        },
      })),
    ],
  };
}

/** Xeon E5-1650 v4, 3.6 GHz, ConnectX-5, 64-byte UDP: packets dropped by a firewall rule, one queue a core. */
export function dropping(
  firewall: 'raw-drop' | 'filter-drop',
  cores: number,
  pps: number,
  gro = true,
): WorldSpec {
  const spec = world(
    { cpus: cores, clockMhz: 3600, firewall, nics: [nic({ queues: cores })] },
    { pps, bytes: 64, dst: SINK, flows: cores },
  );
  if (!gro)
    spec.setup.push({
      host: 0,
      change: { type: 'feature', nic: 0, name: 'generic-receive-offload', on: false },
    });
  return spread(spec, cores, SINK);
}

/** The same machine as a router: one route, `cores` queues in and out. */
export function routing(cores: number, pps: number, bytes = 64): WorldSpec {
  const out = nic({ name: 'eth1', mac: '02:00:00:00:00:0c', addresses: ['10.20.0.1'], queues: cores });
  const spec = world(
    {
      cpus: cores,
      clockMhz: 3600,
      nics: [nic({ queues: cores }), out],
      routes: [{ prefix: '10.20.0.0/16', nic: 1 }],
    },
    { pps, bytes, dst: BEYOND, flows: cores },
  );
  spec.setup.push({ host: 0, change: { type: 'sysctl', name: 'net.ipv4.ip_forward', values: [1] } });
  return spread(spec, cores, BEYOND);
}

/** How a router takes in UDP: GRO off; trains on request (rx-udp-gro-forwarding); lists of whole packets (rx-gro-list). */
export type ForwardGro = 'off' | 'trains' | 'lists';

/** A router with one stream of UDP to forward, 1460 bytes a datagram. Its processor is not published: the profile's own clock. */
export function routingStream(gro: ForwardGro): WorldSpec {
  const spec = routing(1, 4_000_000, 1460 + 46);
  spec.kernel = '5.15';
  delete spec.hosts[0].clockMhz;
  const name =
    gro === 'off' ? 'generic-receive-offload' : gro === 'trains' ? 'rx-udp-gro-forwarding' : 'rx-gro-list';
  spec.setup.push({ host: 0, change: { type: 'feature', nic: 0, name, on: gro !== 'off' } });
  // what the card could do is not published: GSO cuts the trains again
  spec.setup.push({ host: 0, change: { type: 'feature', nic: 1, name: 'tx-udp-segmentation', on: false } });
  return spec;
}

/**
 * A UDP sink on six cores at 3.6 GHz, its reader on the CPU that receives or on another one. Its author's kernels charge softirq time
 * to no task (CONFIG_IRQ_TIME_ACCOUNTING, as he reported in March 2017 with the same test).
 */
export function sink(sameCpu: boolean, pps: number): WorldSpec {
  return world(
    {
      cpus: 6,
      clockMhz: 3600,
      nics: [nic({ queues: 1, affinity: [0], driver: 'ixgbe', linkBps: 40_000_000_000 })],
      sockets: [{ name: 'sink', proto: 'udp', address: '*', port: 7000 }],
      apps: [{ ...READER, name: 'udp_sink', cpu: sameCpu ? 0 : 1 }],
    },
    { pps, bytes: 64, dst: SINK, flows: 1 },
    { kernel: '5.1', config: { vlan8021q: true, irqTimeAccounting: true } },
  );
}

/**
 * UDP in bulk for one socket, 1472 bytes a datagram, as a sender with UDP_SEGMENT sends: in trains of 42 (the published bytes over
 * the published calls), as much as was received with GRO. The machine is not published; the reader has a CPU of its own.
 */
export function bulkSink(gro: boolean): WorldSpec {
  const bytes = 1472;
  const spec = world(
    {
      cpus: 2,
      nics: [nic({ affinity: [0] })],
      sockets: [{ name: 'bulk', proto: 'udp', address: '*', port: 7000, udpGro: gro }],
      apps: [{ ...READER, name: 'udpgso_bench_rx', cpu: 1 }],
    },
    { pps: (1466 * 1_048_576) / bytes, bytes: bytes + 46, dst: SINK, flows: 1 },
    { kernel: '5.0' },
  );
  const [source] = spec.traffic as RateTraffic[];
  spec.traffic = [{ ...source, trainFrames: 42, ratePps: source.ratePps / 42 }];
  return spec;
}

/**
 * One of 31 receive queues that share 181 Gbit/s of TCP evenly, a flow and a reader each: the others are like it. The
 * socket's buffer is as large as autotuning would make it.
 */
export function moderated(adaptive: boolean): WorldSpec {
  const bytes = 1448;
  const spec = world(
    {
      cpus: 2,
      nics: [nic({ affinity: [0], ringSize: 1024, linkBps: 200_000_000_000 })],
      sockets: [{ name: 'in', proto: 'tcp', address: '*', port: 7000, rcvbufBytes: 6_291_456 }],
      apps: [{ ...READER, name: 'iperf', cpu: 1 }],
    },
    { pps: 1, bytes: 64, dst: SINK, flows: 1 },
    { kernel: '6.6' },
  );
  const template = makeFrame({
    dmac: MAC,
    src: '10.9.0.1',
    dst: SINK,
    sport: 10_000,
    dport: 7000,
    payloadLen: bytes,
  });
  spec.traffic = [steady(template, 181e9 / 31 / 8 / bytes)];
  spec.setup.push({
    host: 0,
    change: adaptive
      ? { type: 'coalesce', nic: 0, adaptiveRx: true }
      : { type: 'coalesce', nic: 0, rxUsecs: FIXED_RX_USECS },
  });
  return spec;
}

/** One byte there and one back, one request at a time, over ixgbe: the machine that answers. The client's is another one like it. */
export function answering(busyReadUs: number): WorldSpec {
  const client: ClientTraffic = {
    kind: 'client',
    host: 0,
    nic: 0,
    template: makeFrame({
      dmac: MAC,
      proto: 17,
      src: '10.9.0.1',
      dst: SINK,
      sport: 10_000,
      dport: 7000,
      payloadLen: 1,
    }),
    flows: 1,
    outstanding: 1,
    thinkNs: 0,
    delayNs: RR_WAY_NS,
    timeoutNs: Number.POSITIVE_INFINITY,
    startNs: 0,
    stopNs: Number.POSITIVE_INFINITY,
    count: Number.POSITIVE_INFINITY,
  };
  const spec = world(
    {
      cpus: 2,
      nics: [nic({ driver: 'ixgbe', linkBps: 10_000_000_000, affinity: [0], rxUsecs: 0 })],
      sockets: [{ name: 'rr', proto: 'udp', address: '*', port: 7000 }],
      apps: [{ ...READER, name: 'netserver', replyBytes: 1 }],
    },
    { pps: 1, bytes: 64, dst: SINK, flows: 1 },
    { kernel: '3.11' },
  );
  spec.traffic = [client];
  spec.setup.push({
    host: 0,
    change: { type: 'sysctl', name: 'net.core.busy_read', values: [busyReadUs] },
  });
  return spec;
}

/**
 * The same over TCP: both machines in full, joined by a cable of that length. The client asks with one byte and waits for one. The
 * sockets of both poll the card, or wait for its interrupt.
 */
export function askingTcp(busyReadUs: number): WorldSpec {
  const ends = ['client', 'server'].map((id, i): HostSpec => {
    return {
      id,
      cpus: 2,
      profile: 'server3g',
      nics: [
        nic({
          driver: 'ixgbe',
          linkBps: 10_000_000_000,
          affinity: [0],
          rxUsecs: 0,
          mac: i === 0 ? '02:00:00:00:00:0a' : MAC,
          addresses: [i === 0 ? '10.9.0.1' : SINK],
        }),
      ],
      sockets: [{ name: 'rr', proto: 'tcp', address: '*', port: i === 0 ? 0 : 7000, acks: true }],
      apps: [
        i === 1
          ? { ...READER, name: 'netserver', replyBytes: 1 }
          : {
              ...READER,
              name: 'netperf',
              stream: {
                socket: 0,
                nic: 0,
                template: makeFrame({
                  smac: '02:00:00:00:00:0a',
                  dmac: MAC,
                  src: '10.9.0.1',
                  dst: SINK,
                  sport: 40_000,
                  dport: 7000,
                }),
                flows: 1,
                writeBytes: 1,
                count: Number.POSITIVE_INFINITY,
                ratePps: null,
                answerBytes: 1,
                close: false,
                nodelay: true,
                cork: false,
                maxSegBytes: 0,
                startNs: 0,
                stopNs: Number.POSITIVE_INFINITY,
              },
            },
      ],
    };
  });
  const way = { delayNs: RR_WAY_NS, jitterNs: 0, rateBps: null, queueFrames: 1000, faults: NO_FAULTS };
  const spec = world({}, { pps: 1, bytes: 64, dst: SINK, flows: 1 }, { kernel: '3.11', traffic: [] });
  spec.hosts = ends;
  spec.links = [
    {
      name: 'cable',
      ends: [
        { host: 0, nic: 0 },
        { host: 1, nic: 0 },
      ],
      ways: [way, way],
    },
  ];
  for (const host of [0, 1])
    spec.setup.push({ host, change: { type: 'sysctl', name: 'net.core.busy_read', values: [busyReadUs] } });
  return spec;
}

/** The same with every card's moderation adaptive (rx-usecs 1). */
export function adapting(spec: WorldSpec): WorldSpec {
  spec.hosts.forEach((_, host) => {
    spec.setup.push({ host, change: { type: 'coalesce', nic: 0, adaptiveRx: true } });
  });
  return spec;
}

/**
 * UDP in bulk from one socket, 1472 bytes a datagram, one a call or 42 with UDP_SEGMENT (the published bytes over the published calls).
 * The machine is not published; software cuts, as cards of 2018 could not, and another CPU frees what has been sent.
 */
export function bulkSource(gso: boolean): WorldSpec {
  const bytes = 1472;
  const template = makeFrame({
    smac: MAC,
    dmac: '02:00:00:00:00:0a',
    proto: 17,
    src: SINK,
    dst: '10.9.0.1',
    sport: 9000,
    dport: 8000,
    payloadLen: gso ? 42 * bytes : bytes,
  });
  const send: SendSpec = {
    socket: 0,
    nic: 0,
    template,
    flows: 1,
    ratePps: null,
    startNs: 0,
    stopNs: Number.POSITIVE_INFINITY,
    count: Number.POSITIVE_INFINITY,
  };
  if (gso) send.segmentBytes = bytes;
  const spec = world(
    {
      cpus: 2,
      clockMhz: UDP_SOURCE_MHZ,
      nics: [nic({ affinity: [0] })],
      sockets: [{ name: 'bulk', proto: 'udp', address: '*', port: 9000 }],
      apps: [{ ...READER, name: 'udpgso_bench_tx', cpu: 1, sockets: [], send }],
    },
    { pps: 1, bytes: 64, dst: SINK, flows: 1 },
    { kernel: '4.18', traffic: [] },
  );
  spec.setup.push({ host: 0, change: { type: 'feature', nic: 0, name: 'tx-udp-segmentation', on: false } });
  return spec;
}

/** What helps the receiver of one long TCP flow. `aRFS`: its interrupts come to the CPU of the reader. */
export interface Rung {
  offloads: boolean;
  jumbo: boolean;
  arfs: boolean;
}

/**
 * One long TCP flow between two Xeons of 3.4 GHz with 100 Gbit/s, one CPU for interrupts and one for the program (on another NUMA
 * node where nothing keeps them together). What they lose by wanting the same socket is not in their costs (engine/cost.ts).
 */
export function longFlow(rung: Rung): WorldSpec {
  const spec = askingTcp(0);
  spec.kernel = '5.4';
  spec.setup = [];
  const features = [
    'tx-tcp-segmentation',
    'generic-segmentation-offload',
    'generic-receive-offload',
  ] as const;
  spec.hosts.forEach((host, i) => {
    const [card] = host.nics;
    const [app] = host.apps;
    const same = i === 1 && rung.arfs;
    host.profile = 'host21';
    host.nics = [
      nic({
        mac: card.mac,
        addresses: card.addresses,
        mtu: rung.jumbo ? 9000 : 1500,
        ringSize: 1024,
        affinity: [0],
        numaNode: 0,
      }),
    ];
    if (i === 1 && !rung.arfs) host.cpuNodes = [1, 0];
    app.cpu = same ? 0 : 1;
    delete app.replyBytes;
    if (app.stream !== undefined) {
      app.sockets = [];
      app.stream = { ...app.stream, writeBytes: 65_536, answerBytes: 0, nodelay: false };
    }
    for (const name of features)
      spec.setup.push({ host: i, change: { type: 'feature', nic: 0, name, on: rung.offloads } });
  });
  return spec;
}

/**
 * netperf's TCP_STREAM through an IPIP tunnel: writes of 16 KiB, one CPU for interrupts and one for the program. The kernel is the one
 * that brought it, the tunnel's offloads as they are in it, or all of them off as before. The machines are not published (24 CPUs each, by
 * their figures of use; 10 Gbit/s): the profile's own, and the CPUs that would have been idle are left out.
 */
export function throughTunnel(offloads: boolean): WorldSpec {
  const spec = askingTcp(0);
  spec.kernel = '3.13';
  spec.setup = [];
  const inner = ['192.168.7.1', '192.168.7.2'];
  spec.hosts.forEach((host, i) => {
    const [card] = host.nics;
    const [app] = host.apps;
    const [local, remote] = i === 0 ? ['10.9.0.1', SINK] : [SINK, '10.9.0.1'];
    const { rxUsecs: _, ...usual } = card;
    host.nics = [
      usual,
      nic({
        name: 'ipip1',
        driver: 'ipip',
        mac: card.mac,
        addresses: [inner[i]],
        mtu: 1480,
        ringSize: 2,
        tunnel: { local, remote, ttl: 0, pmtudisc: true },
      }),
    ];
    app.cpu = 1;
    delete app.replyBytes;
    if (app.stream !== undefined) {
      const template = { ...app.stream.template, src: inner[0], dst: inner[1] };
      app.sockets = [];
      app.stream = {
        ...app.stream,
        template,
        nic: 1,
        writeBytes: 16_384,
        answerBytes: 0,
        nodelay: false,
      };
    }
    // 3.12: no scatter-gather, so no checksum and no segments left to anybody below
    for (const name of ['tx-scatter-gather', 'tx-checksum-ip-generic'] as const)
      if (!offloads)
        spec.setup.push({ host: i, change: { type: 'feature', nic: 2 * i + 1, name, on: false } });
  });
  return spec;
}

/** A Pentium III of 700 MHz as a router of the years around 2001. */
export function oldRouter(kernel: string, pps: number, bytes = 64, ring = 256): WorldSpec {
  const card = { driver: 'tulip' as const, ringSize: ring, linkBps: 1_000_000_000 };
  const spec = world(
    {
      profile: 'p3-700',
      nics: [
        nic({ ...card }),
        nic({ ...card, name: 'eth1', mac: '02:00:00:00:00:0c', addresses: ['10.20.0.1'] }),
      ],
      routes: [{ prefix: '10.20.0.0/16', nic: 1 }],
    },
    { pps, bytes, dst: BEYOND, flows: 1 },
    { kernel, hz: 100 },
  );
  spec.setup.push({ host: 0, change: { type: 'sysctl', name: 'net.ipv4.ip_forward', values: [1] } });
  return spec;
}

/**
 * Mogul and Ramakrishnan's router: a DEC Alpha between two Ethernets of 10 Mbit/s, with or without a program that screens every
 * packet and accepts it. Theirs ran another kernel; 2.4.18 takes an interrupt for each frame as theirs did, 2.4.20 polls with a quota.
 */
export function screeningRouter(kernel: string, pps: number, screened: boolean): WorldSpec {
  const card = { driver: 'tulip' as const, ringSize: 64, linkBps: 10_000_000 };
  const spec = world(
    {
      profile: 'alpha-150',
      nics: [
        nic({ ...card }),
        nic({ ...card, name: 'eth1', mac: '02:00:00:00:00:0c', addresses: ['10.20.0.1'] }),
      ],
      routes: [{ prefix: '10.20.0.0/16', nic: 1 }],
    },
    { pps, bytes: 64, dst: BEYOND, flows: 1 },
    { kernel, hz: 1000 },
  );
  spec.setup.push({ host: 0, change: { type: 'sysctl', name: 'net.ipv4.ip_forward', values: [1] } });
  if (!screened) return spec;
  const [host] = spec.hosts;
  host.firewall = 'forward-queue';
  // as large as sockets were in 2.4
  host.sockets = [{ name: 'ip_queue', proto: 'netlink', address: '*', port: 0, rcvbufBytes: 65_535 }];
  host.apps = [{ ...READER, name: 'screend', workNs: SCREEND_NS }];
  return spec;
}

/** A link at full rate, nobody else asked. */
export function lineRate(bps: number, bytes: number): WorldSpec {
  const spec = world({ nics: [nic({ linkBps: bps })] }, { pps: 1e9, bytes, dst: SINK, flows: 1 });
  return spec;
}
