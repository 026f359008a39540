/** GRO on the bench: a world with one queue, frames fed to it one by one, records and deliveries as short text. */
import { kindName } from '../catalog/kinds.ts';
import { reasonName } from '../catalog/reasons.ts';
import type { FeatureName } from '../engine/change.ts';
import { createWorld } from '../engine/create.ts';
import { napiGroFlush } from '../engine/net/gro/flush.ts';
import { groNormalList } from '../engine/net/gro/normal.ts';
import { devGroReceive } from '../engine/net/gro/receive.ts';
import { takeRow } from '../engine/net/gro/take-row.ts';
import { Reason } from '../catalog/reasons.ts';
import { type FrameFields, makeFrame } from '../engine/packet/frame.ts';
import { createTrafficBuilder } from '../engine/packet/traffic-table.ts';
import { playOnce } from '../engine/traffic/plain.ts';
import { RECORD_BYTES, RecordWriter } from '../engine/records.ts';
import type { SocketSpec } from '../engine/spec.ts';
import type { Cpu, RxQueue, World } from '../engine/world.ts';

export interface BenchOptions {
  kernel?: string;
  hz?: number;
  vlan8021q?: boolean;
  features?: Partial<Record<FeatureName, boolean>>;
  sockets?: SocketSpec[];
  groMaxSize?: number;
  groIpv4MaxSize?: number;
  /** Receive hash of each row; default 0. */
  hash?: (row: number) => number;
}

export interface BenchRecord {
  seq: number;
  kind: string;
  reason: string;
  packet: number;
  other: number;
  cause: number;
  a: number;
  b: number;
}

export interface GroBench {
  w: World;
  queue: RxQueue;
  cpu: Cpu;
  /** Takes the next `count` frames (all that are left). */
  feed(count?: number): void;
  /** Poll's end: all held packets and the rx_list go up. */
  endPoll(): void;
  records(): BenchRecord[];
  /** `held groNewFlow`, one a frame. */
  verdicts(): string[];
  /** `groSeq 2x200`: why, segments, payload; one a held packet that left. */
  completed(): string[];
  /** Payload of each delivered skb, in order. */
  delivered(): number[];
  deliveredSlots(): number[];
}

const RESULTS = ['merged', 'held', 'normal'];

export function groBench(frames: Partial<FrameFields>[], options: BenchOptions = {}): GroBench {
  const builder = createTrafficBuilder();
  const made = frames.map((f) => makeFrame(f));
  for (const frame of made) builder.add(0, frame);
  const w = createWorld({
    kernel: options.kernel ?? '6.18',
    hz: options.hz ?? 250,
    config: { vlan8021q: options.vlan8021q ?? true },
    seed: 1,
    durationNs: 1,
    hosts: [
      {
        id: 'h1',
        cpus: 1,
        profile: 'server3g',
        nics: [
          {
            name: 'eth0',
            driver: 'igb',
            mac: '02:00:00:00:00:02',
            addresses: ['10.9.0.2', 'fd00::2'],
            promiscuous: false,
            linkBps: 1e10,
            mtu: 1500,
            queues: 1,
            ringSize: 256,
            affinity: [0],
          },
        ],
        sockets: options.sockets ?? [],
        apps: [],
      },
    ],
    traffic: [playOnce(builder.finish())],
    setup: Object.entries(options.features ?? {}).map(([name, on]) => ({
      host: 0,
      change: { type: 'feature' as const, nic: 0, name: name as FeatureName, on },
    })),
    inputs: [],
  });
  const nic = w.nics[0];
  nic.groMaxSize = options.groMaxSize ?? nic.groMaxSize;
  nic.groIpv4MaxSize = options.groIpv4MaxSize ?? nic.groIpv4MaxSize;
  const chunks: { buffer: ArrayBuffer; count: number }[] = [];
  w.writer = new RecordWriter((buffer, count) => chunks.push({ buffer, count }));
  const queue = w.queues[0];
  const cpu = w.cpus[0];
  let row = 0;

  function records(): BenchRecord[] {
    w.writer?.flush();
    return chunks.flatMap(({ buffer, count }) =>
      Array.from({ length: count }, (_, i) => readRecord(buffer, i)),
    );
  }
  function feed(count = frames.length - row): void {
    for (let i = 0; i < count; i += 1) {
      devGroReceive(w, queue, cpu, takeRow(w, queue, row, options.hash?.(row) ?? 0, made[row].gsoSize));
      row += 1;
    }
  }
  function endPoll(): void {
    napiGroFlush(w, queue, cpu, false, Reason.groEndOfPoll, 0);
    groNormalList(w, queue, cpu, Reason.batchPollEnd, 0);
  }
  const of = (kind: string): BenchRecord[] => records().filter((r) => r.kind === kind);
  return {
    w,
    queue,
    cpu,
    feed,
    endPoll,
    records,
    verdicts: () => of('gro').map((r) => `${RESULTS[r.a]} ${r.reason}`),
    completed: () => of('groComplete').map((r) => `${r.reason} ${r.a}x${r.b}`),
    delivered: () => cpu.softirq.deliver.map((slot) => w.pool.totalPayload[slot]),
    deliveredSlots: () => cpu.softirq.deliver.slice(),
  };
}

function readRecord(buffer: ArrayBuffer, i: number): BenchRecord {
  const view = new DataView(buffer, i * RECORD_BYTES, RECORD_BYTES);
  return {
    seq: view.getUint32(8, true),
    packet: view.getUint32(12, true),
    other: view.getUint32(16, true),
    cause: view.getUint32(20, true),
    kind: kindName(view.getUint16(24, true)) ?? '?',
    reason: reasonName(view.getUint16(28, true)) ?? '?',
    a: view.getInt32(32, true),
    b: view.getInt32(36, true),
  };
}
