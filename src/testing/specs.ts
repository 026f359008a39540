/** Ready-made world specs for tests: one host, one NIC, a sink for each protocol. */
import { makeFrame } from '../engine/packet/frame.ts';
import { steady } from '../engine/traffic/plain.ts';
import type { AppSpec, ClientTraffic, NicSpec, RateTraffic, SendSpec, WorldSpec } from '../engine/spec.ts';

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
