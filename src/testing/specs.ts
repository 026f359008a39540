/** Ready-made world specs for tests: one host, one NIC, a sink for each protocol. */
import { makeFrame } from '../engine/packet/frame.ts';
import { steady } from '../engine/traffic/plain.ts';
import type {
  AppSpec,
  ClientTraffic,
  HostSpec,
  LinkFaults,
  LinkSpec,
  LinkWaySpec,
  NicSpec,
  RateTraffic,
  SendSpec,
  WorldSpec,
} from '../engine/spec.ts';

export const MAC = '02:00:00:00:00:0b';

export function nicSpec(partial: Partial<NicSpec> = {}): NicSpec {
  return {
    name: 'eth0',
    driver: 'ixgbe',
    mac: MAC,
    addresses: ['10.9.0.2', 'fd00::2'],
    promiscuous: false,
    linkBps: 10_000_000_000,
    mtu: 1500,
    queues: 1,
    ringSize: 512,
    affinity: [],
    ...partial,
  };
}

export function appSpec(partial: Partial<AppSpec> = {}): AppSpec {
  return {
    name: 'sink',
    cpu: 0,
    sockets: [0],
    readBytes: 65536,
    workNs: 0,
    workNsPerByte: 0,
    pauseNs: 0,
    spin: false,
    startNs: 0,
    ...partial,
  };
}

export function udpRate(partial: Partial<RateTraffic> = {}): RateTraffic {
  const template = makeFrame({
    dmac: MAC,
    proto: 17,
    src: '10.9.0.1',
    dst: '10.9.0.2',
    sport: 40000,
    dport: 7000,
    payloadLen: 18,
  });
  return { ...steady(template, 100_000), ...partial };
}

/**
 * A host that forwards datagrams from its first card to its second, which leads to 10.20.0.0/16.
 * @param nic of both cards
 */
export function routerSpec(
  nic: Partial<NicSpec>,
  host: Partial<HostSpec>,
  traffic: Partial<RateTraffic>,
  more: Partial<WorldSpec> = {},
): WorldSpec {
  const template = makeFrame({
    dmac: MAC,
    proto: 17,
    src: '10.9.0.1',
    dst: '10.20.0.5',
    sport: 4000,
    dport: 7000,
    payloadLen: 18,
    ttl: 64,
  });
  return worldSpec({
    hosts: [
      {
        id: 'r1',
        cpus: 1,
        profile: 'server3g',
        nics: [
          nicSpec(nic),
          nicSpec({ ...nic, name: 'eth1', mac: '02:00:00:00:00:0c', addresses: ['10.20.0.1'] }),
        ],
        sockets: [],
        apps: [],
        routes: [{ prefix: '10.20.0.0/16', nic: 1 }],
        ...host,
      },
    ],
    traffic: [udpRate({ template, ...traffic })],
    setup: [{ host: 0, change: { type: 'sysctl', name: 'net.ipv4.ip_forward', values: [1] } }],
    ...more,
  });
}

/** One user that sends a request at once, and the next as soon as it has the answer. */
export function udpClient(partial: Partial<ClientTraffic> = {}): ClientTraffic {
  return {
    kind: 'client',
    host: 0,
    nic: 0,
    template: udpRate().template,
    flows: 1,
    outstanding: 1,
    thinkNs: 0,
    delayNs: 0,
    timeoutNs: Number.POSITIVE_INFINITY,
    startNs: 0,
    stopNs: Number.POSITIVE_INFINITY,
    count: Number.POSITIVE_INFINITY,
    ...partial,
  };
}

/** Datagrams of one flow, as fast as sendmsg returns, from the host's socket `socket`. */
export function udpSend(partial: Partial<SendSpec> = {}, payloadLen = 18): SendSpec {
  const from = { smac: MAC, dmac: '02:00:00:00:00:0a', src: '10.9.0.2', dst: '10.9.0.1' };
  return {
    socket: 0,
    nic: 0,
    template: makeFrame({ ...from, proto: 17, sport: 9000, dport: 7000, payloadLen }),
    flows: 1,
    ratePps: null,
    startNs: 0,
    stopNs: Number.POSITIVE_INFINITY,
    count: Number.POSITIVE_INFINITY,
    ...partial,
  };
}

export function tcpTrains(partial: Partial<RateTraffic> = {}): RateTraffic {
  return udpRate({
    template: makeFrame({
      dmac: MAC,
      proto: 6,
      src: '10.9.0.1',
      dst: '10.9.0.2',
      sport: 40000,
      dport: 5001,
      payloadLen: 1448,
      tcpFlags: 0x10,
      csumVerified: true,
    }),
    trainFrames: 16,
    pshLast: true,
    ratePps: 10_000,
    ...partial,
  });
}

export function worldSpec(
  partial: Partial<WorldSpec> & {
    cpus?: number;
    nic?: Partial<NicSpec>;
    apps?: AppSpec[];
  } = {},
): WorldSpec {
  const { cpus = 2, nic = {}, apps, ...rest } = partial;
  return {
    kernel: '6.12',
    hz: 250,
    config: { vlan8021q: true },
    seed: 1,
    durationNs: 10_000_000,
    hosts: [
      {
        id: 'h1',
        cpus,
        profile: 'server3g',
        nics: [nicSpec(nic)],
        sockets: [
          { name: 'udp', proto: 'udp', address: '*', port: 0 },
          { name: 'tcp', proto: 'tcp', address: '*', port: 0 },
        ],
        apps: apps ?? [appSpec({ sockets: [0, 1], cpu: cpus - 1 })],
      },
    ],
    traffic: [udpRate()],
    setup: [],
    inputs: [],
    ...rest,
  };
}

export const FAR_MAC = '02:00:00:00:00:0c';

/** A way of 10 µs on which nothing goes wrong. */
export function linkWay(
  partial: Partial<Omit<LinkWaySpec, 'faults'>> & { faults?: Partial<LinkFaults> } = {},
): LinkWaySpec {
  const { faults, ...rest } = partial;
  return {
    delayNs: 10_000,
    jitterNs: 0,
    rateBps: null,
    queueFrames: 100,
    ...rest,
    faults: {
      loss: 0,
      burst: null,
      reorder: 0,
      reorderNs: 1_000_000,
      duplicate: 0,
      bitError: 0,
      damage: 0,
      script: [],
      ...faults,
    },
  };
}

/** The first cards of two hosts, joined. */
export function linkSpec(ab: LinkWaySpec = linkWay(), ba: LinkWaySpec = linkWay()): LinkSpec {
  const ends = [0, 1].map((host) => ({ host, nic: 0 })) as LinkSpec['ends'];
  return { name: 'cable', ends, ways: [ab, ba] };
}

/**
 * h1 sends datagrams from port 9000 to h2's port 7000 over a link; h2's application reads them, and with `replyBytes` answers.
 * h1's application reads what comes back.
 */
export function linkedSpec(
  parts: {
    link?: LinkSpec;
    send?: Partial<SendSpec>;
    bytes?: number;
    replyBytes?: number;
    nic?: Partial<NicSpec>;
  } = {},
): WorldSpec {
  const { link = linkSpec(), send = {}, bytes = 18, replyBytes, nic = {} } = parts;
  const near = nicSpec({ addresses: ['10.9.0.1', 'fd00::1'], ...nic });
  const far = nicSpec({ mac: FAR_MAC, addresses: ['10.9.0.2', 'fd00::2'], ...nic });
  const template = makeFrame({
    smac: MAC,
    dmac: FAR_MAC,
    proto: 17,
    src: '10.9.0.1',
    dst: '10.9.0.2',
    sport: 9000,
    dport: 7000,
    payloadLen: bytes,
  });
  const server = appSpec({ name: 'server' });
  if (replyBytes !== undefined) server.replyBytes = replyBytes;
  const host = { cpus: 2, profile: 'server3g' };
  return {
    ...worldSpec({ traffic: [] }),
    hosts: [
      {
        id: 'h1',
        ...host,
        nics: [near],
        sockets: [{ name: 'out', proto: 'udp', address: '*', port: 9000 }],
        apps: [
          appSpec({
            name: 'sender',
            send: udpSend({ template, ratePps: 100_000, ...send }),
          }),
        ],
      },
      {
        id: 'h2',
        ...host,
        nics: [far],
        sockets: [{ name: 'in', proto: 'udp', address: '*', port: 7000 }],
        apps: [server],
      },
    ],
    links: [link],
  };
}
