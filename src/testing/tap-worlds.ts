/** Small worlds with something to capture at every point, for the tests of taps and for fixtures/taps. */
import { CAPTURE_POINTS } from '../catalog/capture-points.ts';
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import { type FrameFields, makeFrame } from '../engine/packet/frame.ts';
import { createTrafficBuilder } from '../engine/packet/traffic-table.ts';
import type { WorldSpec } from '../engine/spec.ts';
import { playOnce } from '../engine/traffic/plain.ts';
import type { World } from '../engine/world.ts';
import { DEFAULT_MOST_BYTES, Recorder, type RecorderOptions, type Recording } from '../taps/recorder.ts';
import { appSpec, MAC, nicSpec, udpSend, worldSpec } from './specs.ts';

const TIMESTAMPS = '0101080a0000000500000007';

function table(rows: readonly [timeNs: number, fields: Partial<FrameFields>][]) {
  const builder = createTrafficBuilder(rows.length);
  for (const [at, fields] of rows) builder.add(at, makeFrame({ dmac: MAC, ...fields }));
  return playOnce(builder.finish());
}

/** A TCP receiver with `acks` and a hole in what it gets: ACKs with SACK blocks and timestamps. */
export function sackWorld(): WorldSpec {
  const segment = (n: number): Partial<FrameFields> => ({
    seq: (0xfffff000 + n * 1000) >>> 0,
    ipId: n,
    payloadLen: 1000,
    tcpOptions: TIMESTAMPS,
    csumVerified: true,
  });
  const order = [0, 1, 2, 4, 5, 7, 9, 3, 6, 8];
  const spec = worldSpec({
    kernel: '6.18',
    durationNs: 60_000_000,
    traffic: [table(order.map((n, i) => [100_000 + i * 200_000, segment(n)]))],
  });
  const [host] = spec.hosts;
  host.sockets = [{ name: 'tcp', proto: 'tcp', address: '*', port: 0, acks: true }];
  host.apps = [appSpec({ name: 'reader', sockets: [0] })];
  return spec;
}

/** Trains of TCP (both IP versions) and tagged and bad frames through a router: GRO builds, GSO or the card cuts. */
export function routerWorld(): WorldSpec {
  // the first one has an interrupt of its own: all others come within the gap behind it
  const rows: [number, Partial<FrameFields>][] = [
    [2_000, { proto: 17, dst: '10.20.0.5', payloadLen: 3, padding: 15, l4Csum: 'none', dport: 53 }],
  ];
  const flow4 = { dst: '10.20.0.5', tcpOptions: TIMESTAMPS, csumVerified: true, ttl: 61 };
  const flow6 = { ipVersion: 6 as const, dst: 'fd20::5', csumVerified: true, flowLabel: 0x12345 };
  const at = (): number => 10_000 + rows.length * 1_300;
  for (let i = 0; i < 6; i += 1) {
    const last = i === 5;
    const payloadLen = last ? 300 : 1448;
    const ipId = (65_533 + i) & 0xffff;
    rows.push([at(), { ...flow4, seq: 5000 + i * 1448, ipId, payloadLen, tcpFlags: last ? 0x18 : 0x10 }]);
  }
  for (let i = 0; i < 4; i += 1)
    rows.push([at(), { ...flow6, seq: 9000 + i * 1428, payloadLen: 1428, tcpFlags: i === 3 ? 0x18 : 0x10 }]);
  rows.push([at(), { proto: 17, dst: '10.9.0.2', payloadLen: 99, l4Csum: 'bad', dport: 53 }]);
  rows.push([at(), { proto: 17, dst: '10.9.0.2', payloadLen: 100, vlan: 0x6005, dport: 53 }]);
  rows.push([at(), { dst: '10.9.0.2', payloadLen: 10, ipCsum: 'bad' }]);
  const spec = worldSpec({ durationNs: 2_000_000, traffic: [table(rows)] });
  const [host] = spec.hosts;
  host.id = 'r1';
  host.nics = [
    nicSpec({ rxUsecs: 50 }),
    nicSpec({
      name: 'eth1',
      mac: '02:00:00:00:00:0c',
      addresses: ['10.20.0.1', 'fd20::1'],
      linkBps: 1_000_000_000,
    }),
  ];
  host.routes = [
    { prefix: '10.20.0.0/16', nic: 1 },
    { prefix: 'fd20::/64', nic: 1 },
  ];
  spec.setup = [{ host: 0, change: { type: 'sysctl', name: 'net.ipv4.ip_forward', values: [1] } }];
  return spec;
}

/** An application that sends UDP datagrams of an odd and of a tiny length. */
export function udpSendWorld(payloadLen = 101): WorldSpec {
  const spec = worldSpec({ durationNs: 1_000_000, traffic: [] });
  const [host] = spec.hosts;
  host.sockets = [{ name: 'out', proto: 'udp', address: '*', port: 9000, connected: true }];
  host.apps = [appSpec({ name: 'sender', sockets: [], send: udpSend({ count: 5, flows: 2 }, payloadLen) })];
  return spec;
}

/** All points of all cards, or those named. */
export function recordAll(
  spec: WorldSpec,
  options: Partial<RecorderOptions> = {},
  change: (w: World) => void = () => undefined,
): { world: World; recording: Recording; recorder: Recorder } {
  const world = createWorld(spec);
  change(world);
  const recorder = new Recorder({
    places: world.nics.flatMap((nic) => CAPTURE_POINTS.map((_, point) => ({ point, nic: nic.index }))),
    fromNs: 0,
    toNs: spec.durationNs,
    mostPackets: 100_000,
    mostBytes: DEFAULT_MOST_BYTES,
    ...options,
  });
  recorder.attach(world);
  advance(world, Math.min(spec.durationNs, recorder.untilNs(world)));
  return { world, recording: recorder.finish(), recorder };
}
