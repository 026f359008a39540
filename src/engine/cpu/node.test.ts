/** What memory of another NUMA node costs: values by hand from server3g (3 GHz, remoteNode 1.5). */
import { describe, expect, it } from 'vitest';
import { appSpec, udpRate, udpSend, worldSpec } from '../../testing/specs.ts';
import { runTraced } from '../../testing/trace.ts';
import { metric } from '../metrics/metric-table.ts';
import type { HostSpec, NicSpec, WorldSpec } from '../spec.ts';

const MS = 1_000_000;
const PACKETS = 30;
const BYTES = 700;

/** Single datagrams to a reader on `reader`, vector of the one queue on `irq`; RPS to `rps`. */
function world(at: {
  irq: number;
  reader: number;
  rps?: number;
  host?: Partial<HostSpec>;
  nic?: Partial<NicSpec>;
}): WorldSpec {
  const traffic = udpRate({ ratePps: 50_000, count: PACKETS });
  traffic.template.payloadLen = BYTES;
  traffic.template.frameLen = BYTES + 42;
  const spec = worldSpec({
    cpus: 4,
    nic: { driver: 'mlx5_core', rxUsecs: 0, rxFrames: 0, affinity: [at.irq], ...at.nic },
    apps: [appSpec({ sockets: [0], cpu: at.reader })],
    setup: at.rps === undefined ? [] : [{ host: 0, change: { type: 'rps-cpus', queue: 0, cpus: [at.rps] } }],
    traffic: [traffic],
  });
  Object.assign(spec.hosts[0], { cpuNodes: [0, 0, 1, 1], ...at.host });
  return spec;
}

/** Cycles lost by each CPU to memory of other nodes, a packet. */
function lost(spec: WorldSpec): number[] {
  const { world: w } = runTraced(spec, 2 * MS);
  return w.cpus.map((cpu) => cpu.remoteCycles / PACKETS);
}

const FRAME = (148 + 8 + 101) / 2;
const PROTOCOL = (40 + 80 + 535) / 2;
const COPY = (0.36 * BYTES) / 2;

describe('memory of another node', () => {
  it('costs nothing where card, protocol and reader are on one node', () => {
    expect(lost(world({ irq: 0, reader: 1, rps: 1 }))).toEqual([0, 0, 0, 0]);
    expect(lost(world({ irq: 2, reader: 3, nic: { numaNode: 1 } }))).toEqual([0, 0, 0, 0]);
  });

  it('makes taking frames off the ring dearer: descriptor, first touch, skb', () => {
    expect(lost(world({ irq: 2, reader: 1 }))).toEqual([0, 0, FRAME, 0]);
    expect(lost(world({ irq: 0, reader: 0, nic: { numaNode: 1 } }))[0]).toBeCloseTo(FRAME + COPY, 6);
  });

  it('makes the copy of recvmsg dearer, by the byte', () => {
    const [, , , reader] = lost(world({ irq: 0, reader: 3 }));
    expect(reader).toBeCloseTo(COPY, 6);
  });

  it('makes RPS to another node dearer on both sides (backlogOtherNode)', () => {
    const spec = world({ irq: 0, reader: 1, rps: 2 });
    // queueing 120 and the interrupt 300; then the protocol on cold memory
    expect(lost(spec)).toEqual([(120 + 300) / 2, 0, PROTOCOL, 0]);
    const { records } = runTraced(spec, 2 * MS);
    const reasons = (s: WorldSpec) =>
      new Set(
        runTraced(s, 2 * MS)
          .records.filter((r) => r.kind === 'backlogQueue')
          .map((r) => r.reason),
      );
    expect(reasons(spec)).toEqual(new Set(['backlogOtherNode']));
    expect(reasons(world({ irq: 0, reader: 1, rps: 1 }))).toEqual(new Set(['backlogOtherCpu']));
    expect(reasons(world({ irq: 0, reader: 1, rps: 0 }))).toEqual(new Set(['backlogOwnCpu']));
    expect(records.filter((r) => r.kind === 'recv')).toHaveLength(PACKETS);
  });

  it('takes that time: the frame is read so much later', () => {
    const readAt = (rps: number) =>
      runTraced(world({ irq: 0, reader: 1, rps }), 2 * MS).records.find((r) => r.kind === 'l4Rcv')?.timeNs ??
      0;
    // 60 of queueing, 150 of the interrupt's sending (after it is sent), 327.5 of the protocol, at 3 cycles a ns
    expect(readAt(2) - readAt(1)).toBeGreaterThanOrEqual(Math.floor((60 + PROTOCOL) / 3) - 1);
    expect(readAt(2) - readAt(1)).toBeLessThanOrEqual(Math.ceil((60 + 150 + PROTOCOL) / 3) + 1);
  });

  it('makes sending dearer: the driver and cleaning up', () => {
    const spec = worldSpec({
      cpus: 2,
      nic: { driver: 'mlx5_core', rxUsecs: 0, rxFrames: 0, affinity: [0], numaNode: 0 },
      apps: [appSpec({ sockets: [], cpu: 1, send: udpSend({ ratePps: 50_000, count: PACKETS }) })],
      traffic: [],
    });
    spec.hosts[0].sockets[0].port = 9000;
    spec.hosts[0].cpuNodes = [0, 1];
    expect(lost(spec)).toEqual([0, 380 / 2]);
    spec.hosts[0].nics[0].numaNode = 1;
    expect(lost(spec)).toEqual([190 / 2, 0]);
  });

  it('is none where the card has no node', () => {
    expect(lost(world({ irq: 2, reader: 1, nic: { numaNode: -1 } }))).toEqual([0, 0, 0, 0]);
  });

  it('makes no difference where there is one node', () => {
    const records = (host: Partial<HostSpec>, nic: Partial<NicSpec> = {}) =>
      runTraced(world({ irq: 2, reader: 1, rps: 3, host, nic }), 2 * MS).records;
    const [plain, ...others] = [
      records({ cpuNodes: [] }),
      records({ cpuNodes: [0] }),
      records({ cpuNodes: [] }, { numaNode: 1 }),
    ];
    for (const other of others) expect(other).toEqual(plain);
  });

  it('is counted: cpu.HOST.N.remote, remoteNodeNs', () => {
    const { world: w } = runTraced(world({ irq: 0, reader: 1, rps: 2 }), 2 * MS);
    expect(metric(w, 'cpu.h1.0.remote.ns')).toBeCloseTo((PACKETS * 210) / 3, 6);
    expect(metric(w, 'cpu.h1.2.remote.ns')).toBeCloseTo((PACKETS * PROTOCOL) / 3, 6);
    expect(metric(w, 'remoteNodeNs')).toBeCloseTo((PACKETS * (210 + PROTOCOL)) / 3, 6);
    expect(metric(w, 'cpu.h1.2.remote.share')).toBeCloseTo((PACKETS * PROTOCOL) / 3 / (2 * MS), 9);
  });
});
