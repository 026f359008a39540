/**
 * Runs the cases about a CPU's backlog and the softirq's budget (`rps`, `backlog`, `flow-limit`, `softirq-budget`).
 *
 * The measured machine sends on a veth pair. Without GRO every frame is one netif_rx on the sender's CPU; a GSO frame of N
 * segments is N of them with softirqs off, which are let loose afterwards. With GRO (`napis`) the frames wait in each
 * receiver's ring, and its NAPI is scheduled on the sender's CPU.
 * Left out: the sender's own work; what the reader does beside telling RFS where it runs.
 */
import { Ctx } from '../catalog/contexts.ts';
import { Reason } from '../catalog/reasons.ts';
import { advance } from '../engine/advance.ts';
import { setContext } from '../engine/cpu/context.ts';
import { beginSoftirq } from '../engine/cpu/softirq.ts';
import { createWorld } from '../engine/create.ts';
import { queueNapi } from '../engine/net/napi.ts';
import { netifRx } from '../engine/net/netif-rx.ts';
import { recordSockFlow } from '../engine/net/rps.ts';
import { takeRow } from '../engine/net/gro/take-row.ts';
import { type FrameFields, makeFrame } from '../engine/packet/frame.ts';
import { createTrafficBuilder } from '../engine/packet/traffic-table.ts';
import { playOnce } from '../engine/traffic/plain.ts';
import type { HostChange, WorldSpec } from '../engine/spec.ts';
import { type Cpu, LEVEL_SOFTIRQ, type RxQueue, type SoftnetStat, type World } from '../engine/world.ts';
import { arrayAt, CaseError, type JsonObject, numberAt, objectAt, stringAt } from './case.ts';
import { parseSoftnetSetup } from './softnet-setup.ts';

const CPUS = 2;
const MAC = '02:00:00:00:00:0b';
/** Time for everything that was let loose to be over. */
const SETTLE_NS = 1_000_000_000;
const MAX_FRAMES = 100_000;
const MAX_FLOWS = 10_000;
const MAX_NAPIS = 64;
/** Descriptors of a receiver's ring: more frames than fit do not come from a measurement. */
const RING = 4096;

/** One phase of an `rps` case in the model. */
export interface RpsPhase {
  flowToCpu: number[];
  flowsOnMoreThanOne: number;
}

export interface SoftnetOutcome {
  rxPackets: number;
  rxDropped: number;
  perCpu: SoftnetStat[];
  perNapi: number[];
  phases: RpsPhase[];
  /** RPS spreads over several CPUs by hash. */
  byHash: boolean;
}

/** @returns what the model counts. @throws CaseError */
export function runSoftnetCase(file: JsonObject, watch?: (w: World) => void): SoftnetOutcome {
  const input = objectAt(file.input, 'input');
  if (input.flows !== undefined) return runFlows(file, input, watch);
  const bursts = arrayAt(input.gso_frames, 'input.gso_frames').map((n, i) =>
    atMost(numberAt(n, `input.gso_frames[${i}]`), MAX_FRAMES, `input.gso_frames[${i}]`),
  );
  const payload = input.segment_payload === undefined ? 60 : numberAt(input.segment_payload, 'input');
  const napis =
    input.napis === undefined ? 0 : atMost(numberAt(input.napis, 'input.napis'), MAX_NAPIS, 'input.napis');
  // the destination is nobody's address: IP drops it
  const w = worldOf(file, [frame(0, '10.9.9.9', atMost(payload, 1400, 'input.segment_payload'))], napis || 1);
  watch?.(w);
  const cpu = senderOf(w, input);
  for (const [i, frames] of bursts.entries()) {
    if (napis === 0) {
      for (let n = 0; n < frames; n += 1) receive(w, cpu, 0);
    } else {
      atMost(frames, RING - 1, `input.gso_frames[${i}]`);
      for (const q of receivers(w)) {
        for (let n = 0; n < frames; n += 1) {
          const slot = takeRow(w, q, 0, 1);
          q.desc[q.head] = slot;
          q.done[q.head] = 1;
          q.head = (q.head + 1) % q.size;
          q.waiting += 1;
        }
        q.masked = true;
        q.napi.scheduled = true;
        queueNapi(w, cpu, q, w.seq);
      }
    }
    letSoftirqsRun(w, cpu);
  }
  return outcome(w, []);
}

/** 64 flows of a few packets each, sent one by one; between phases the application has read on another CPU. */
function runFlows(file: JsonObject, input: JsonObject, watch?: (w: World) => void): SoftnetOutcome {
  const flows = atMost(numberAt(input.flows, 'input.flows'), MAX_FLOWS, 'input.flows');
  const each = atMost(
    numberAt(input.packets_per_flow, 'input.packets_per_flow'),
    1000,
    'input.packets_per_flow',
  );
  const appCpus =
    input.app_cpus === undefined
      ? [null]
      : arrayAt(input.app_cpus, 'input.app_cpus').map((c, i) => cpuNumber(c, `input.app_cpus[${i}]`));
  const rows = Array.from({ length: flows }, (_, i) => frame(i, '10.9.0.2', 60));
  const w = worldOf(file, rows, 1);
  watch?.(w);
  const cpu = senderOf(w, input);
  const hashes = rows.map((_, i) => w.fixed.flows[flowOfRow(w, i)].softHash);
  const phases = appCpus.map((app): RpsPhase => {
    const seen: Set<number>[] = rows.map(() => new Set<number>());
    if (app !== null) for (const hash of hashes) recordSockFlow(w, w.cpus[app], hash);
    for (let n = 0; n < each; n += 1) {
      for (let i = 0; i < flows; i += 1) {
        const before = w.cpus.map((c) => c.softnet.processed);
        receive(w, cpu, i);
        letSoftirqsRun(w, cpu);
        const at = w.cpus.findIndex((c, k) => c.softnet.processed > before[k]);
        if (at >= 0) seen[i].add(at);
      }
    }
    return {
      flowToCpu: seen.map((s) => [...s][0] ?? -1),
      flowsOnMoreThanOne: seen.filter((s) => s.size > 1).length,
    };
  });
  return outcome(w, phases);
}

function flowOfRow(w: World, row: number): number {
  const table = w.fixed.tables[0];
  return table === null ? 0 : table.flow[row];
}

function receive(w: World, cpu: Cpu, row: number): void {
  const q = w.queues[0];
  // a veth gives no hash: the kernel works one out
  const slot = takeRow(w, q, row, w.fixed.flows[flowOfRow(w, row)].softHash);
  if (netifRx(w, cpu, q, slot)) w.nics[0].counters.rx_packets += 1;
}

/** local_bh_enable on the sender's CPU: what was raised meanwhile runs now, and all that follows from it. */
function letSoftirqsRun(w: World, cpu: Cpu): void {
  cpu.level = LEVEL_SOFTIRQ;
  setContext(w, cpu, Ctx.softirq);
  beginSoftirq(w, cpu, Reason.softirqAtIrqExit, cpu.netRxSeq);
  advance(w, w.now + SETTLE_NS);
}

function outcome(w: World, phases: RpsPhase[]): SoftnetOutcome {
  const { counters } = w.nics[0];
  return {
    rxPackets: counters.rx_packets,
    rxDropped: counters.rx_dropped,
    perCpu: w.cpus.map((c) => c.softnet),
    perNapi: receivers(w).map((q) => q.packets),
    phases,
    byHash: w.queues[0].rpsCpus.length > 1,
  };
}

/** The queue in use of each device. */
function receivers(w: World): RxQueue[] {
  return w.nics.map((nic) => w.queues[nic.firstQueue]);
}

function senderOf(w: World, input: JsonObject): Cpu {
  return w.cpus[cpuNumber(input.sender_cpu, 'input.sender_cpu')];
}

function cpuNumber(value: unknown, path: string): number {
  const cpu = numberAt(value, path);
  if (cpu >= CPUS) throw new CaseError(path, `the measured machine has CPUs 0 to ${CPUS - 1}`);
  return cpu;
}

function atMost(value: number, most: number, path: string): number {
  if (value > most) throw new CaseError(path, `${most} at most`);
  return value;
}

function frame(flow: number, dst: string, payloadLen: number): FrameFields {
  return makeFrame({
    dmac: MAC,
    proto: 17,
    src: '10.9.0.1',
    dst,
    sport: 1024 + flow,
    dport: 7000,
    payloadLen,
  });
}

function worldOf(file: JsonObject, frames: FrameFields[], nics: number): World {
  const builder = createTrafficBuilder(frames.length);
  for (const f of frames) builder.add(0, f);
  const lines = file.case_setup === undefined ? [] : arrayAt(file.case_setup, 'case_setup');
  const queues = Array.from({ length: nics }, (_, i) => i);
  const setup = lines
    .flatMap((line, i) =>
      parseSoftnetSetup(stringAt(line, `case_setup[${i}]`), `case_setup[${i}]`, CPUS, queues),
    )
    .map((change): HostChange => ({ host: 0, change }));
  const spec: WorldSpec = {
    kernel: stringAt(file.kernel, 'kernel'),
    hz: 250,
    config: { vlan8021q: false },
    seed: 1,
    durationNs: 1,
    hosts: [
      {
        id: 'labrx',
        cpus: CPUS,
        profile: 'veth-lab',
        nics: queues.map((i) => ({
          name: i === 0 ? 'vb' : `vb${i}`,
          driver: 'igb',
          mac: MAC,
          addresses: i === 0 ? ['10.9.0.2'] : [],
          promiscuous: false,
          linkBps: 10_000_000_000,
          mtu: 1500,
          queues: 1,
          ringSize: RING,
          affinity: [0],
        })),
        sockets: [{ name: 'sink', proto: 'udp', address: '*', port: 0, rcvbufBytes: 2_000_000_000 }],
        apps: [],
      },
    ],
    // never by itself: the case hands its frames in
    traffic: [{ ...playOnce(builder.finish()), startNs: Number.MAX_SAFE_INTEGER }],
    setup,
    inputs: [],
  };
  return createWorld(spec);
}
