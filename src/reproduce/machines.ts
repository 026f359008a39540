/** The machines of the published measurements, as worlds. */
import { makeFrame } from '../engine/packet/frame.ts';
import { steady } from '../engine/traffic/plain.ts';
import { RR_WAY_NS } from '../engine/cost.ts';
import type { ClientTraffic, HostSpec, NicSpec, RateTraffic, WorldSpec } from '../engine/spec.ts';

const MAC = '02:00:00:00:00:0b';
export const SINK = '10.9.0.2';
export const BEYOND = '10.20.0.5';

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
export function routing(cores: number, pps: number): WorldSpec {
  const out = nic({ name: 'eth1', mac: '02:00:00:00:00:0c', addresses: ['10.20.0.1'], queues: cores });
  const spec = world(
    {
      cpus: cores,
      clockMhz: 3600,
      nics: [nic({ queues: cores }), out],
      routes: [{ prefix: '10.20.0.0/16', nic: 1 }],
    },
    { pps, bytes: 64, dst: BEYOND, flows: cores },
  );
  spec.setup.push({ host: 0, change: { type: 'sysctl', name: 'net.ipv4.ip_forward', values: [1] } });
  return spread(spec, cores, BEYOND);
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
      apps: [
        {
          name: 'udp_sink',
          cpu: sameCpu ? 0 : 1,
          sockets: [0],
          readBytes: 65_536,
          workNs: 0,
          workNsPerByte: 0,
          pauseNs: 0,
          spin: false,
          startNs: 0,
        },
      ],
    },
    { pps, bytes: 64, dst: SINK, flows: 1 },
    { kernel: '5.1', config: { vlan8021q: true, irqTimeAccounting: true } },
  );
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
      apps: [
        {
          name: 'netserver',
          cpu: 0,
          sockets: [0],
          readBytes: 65_536,
          workNs: 0,
          workNsPerByte: 0,
          pauseNs: 0,
          spin: false,
          startNs: 0,
          replyBytes: 1,
        },
      ],
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

/** A link at full rate, nobody else asked. */
export function lineRate(bps: number, bytes: number): WorldSpec {
  const spec = world({ nics: [nic({ linkBps: bps })] }, { pps: 1e9, bytes, dst: SINK, flows: 1 });
  return spec;
}
