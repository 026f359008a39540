/** What a published measurement counted, counted in the model: over the second half of a run, once it is steady. */
import { Ctx } from '../catalog/contexts.ts';
import { Part, WORK_PARTS, type WorkPart } from '../catalog/work-parts.ts';
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import { lockWaitNs } from '../engine/cpu/lock.ts';
import { createLatency, mergeLatency, percentile } from '../engine/metrics/latency.ts';
import { contextNs } from '../engine/metrics/metric-table.ts';
import type { WorldSpec } from '../engine/spec.ts';
import type { LatencyHistogram, World } from '../engine/world.ts';

function rate(spec: WorldSpec, ns: number, count: (w: World) => number): number {
  const w = createWorld(spec);
  advance(w, ns / 2);
  const before = count(w);
  advance(w, ns);
  return ((count(w) - before) * 2e9) / ns;
}

/** Packets that reached the firewall's rule (what the ring lost has not). */
export function droppedPps(spec: WorldSpec, ns: number): number {
  return rate(spec, ns, (w) => w.totals.dropped - w.queues.reduce((sum, q) => sum + q.missed, 0));
}

export function sentPps(spec: WorldSpec, ns: number): number {
  return rate(spec, ns, (w) => w.totals.txSent);
}

export const deliveredPps = sentPps;

export function readPps(spec: WorldSpec, ns: number): number {
  return rate(spec, ns, (w) => w.tasks.reduce((sum, t) => sum + t.reads, 0));
}

/** Payload that programs read, bytes a second. */
export function readBytesPs(spec: WorldSpec, ns: number): number {
  return rate(spec, ns, (w) => w.tasks.reduce((sum, t) => sum + t.bytes, 0));
}

/** Payload that programs have sent, bytes a second; and how often they called for it. */
export function sentBytesPs(spec: WorldSpec, ns: number): number {
  return rate(spec, ns, (w) => w.sockets.reduce((sum, s) => sum + s.sentBytes, 0));
}

export function sendsPs(spec: WorldSpec, ns: number): number {
  return rate(spec, ns, (w) => w.tasks.reduce((sum, t) => sum + t.send.sends, 0));
}

/** Interrupts of the first receive queue. */
export function irqsPs(spec: WorldSpec, ns: number): number {
  return rate(spec, ns, (w) => w.queues[0].irqs);
}

export function arrivalRate(spec: WorldSpec, ns: number): number {
  return rate(spec, ns, (w) => w.totals.arrived);
}

export function busyShare(spec: WorldSpec, ns: number): number {
  return 1 - rate(spec, ns, (w) => contextNs(w, w.cpus[0], Ctx.idle)) / 1e9;
}

/** Transactions a second between two machines alike: the client's part of the way is what the host's is. */
export function transactionsPs(spec: WorldSpec, ns: number): number {
  const [source] = spec.traffic;
  if (source.kind !== 'client') throw new TypeError('transactions need a client');
  const wayNs = 2 * source.delayNs;
  let hostNs = 0;
  for (let i = 0; i < 20; i += 1) {
    // the other machine's time stands in for it: moderation goes by how often a transaction comes
    const delayNs = (wayNs + hostNs) / 2;
    const traffic = [{ ...source, delayNs }];
    const done = rate({ ...spec, traffic }, ns, (w) => w.sources[0].client?.transactions ?? 0);
    const before = hostNs;
    hostNs = i < 2 ? 1e9 / done - 2 * delayNs : (hostNs + 1e9 / done - 2 * delayNs) / 2;
    if (Math.abs(hostNs - before) < 1) break;
  }
  return 1e9 / (2 * hostNs + wayNs);
}

/** Answers a second that the program of the first host reads, a byte each. */
export function answersPs(spec: WorldSpec, ns: number): number {
  return rate(spec, ns, (w) => w.tasks.find((t) => t.app?.stream !== undefined)?.bytes ?? 0);
}

export interface ReceiverLoad {
  gbps: number;
  /** CPUs that are busy. */
  cpus: number;
  /** Share of their cycles of each part of the kernel, 0..1; waiting for locks is a part of theirs. */
  shares: Readonly<Record<WorkPart, number>>;
}

/** Of a flow to the second host: what is read there, and what that takes. */
export function receiverLoad(spec: WorldSpec, ns: number): ReceiverLoad {
  const w = createWorld(spec);
  const cpus = w.cpus.filter((cpu) => cpu.host === 1);
  const read = (): number => w.tasks.reduce((sum, t) => sum + (t.app?.stream === undefined ? t.bytes : 0), 0);
  const idle = (): number => cpus.reduce((sum, cpu) => sum + contextNs(w, cpu, Ctx.idle), 0);
  const cycles = (part: WorkPart): number =>
    cpus.reduce(
      (sum, cpu) =>
        sum + cpu.partCycles[Part[part]] + (part === 'lock' ? (lockWaitNs(w, cpu) * cpu.mhz) / 1000 : 0),
      0,
    );
  advance(w, ns / 2);
  const before = { read: read(), idle: idle(), cycles: WORK_PARTS.map(cycles) };
  advance(w, ns);
  const spent = WORK_PARTS.map((part, i) => cycles(part) - before.cycles[i]);
  const all = spent.reduce((sum, one) => sum + one, 0);
  return {
    shares: Object.fromEntries(WORK_PARTS.map((part, i) => [part, spent[i] / all])) as Record<
      WorkPart,
      number
    >,
    gbps: ((read() - before.read) * 16) / ns,
    cpus: cpus.length - ((idle() - before.idle) * 2) / ns,
  };
}

export interface ServerLoad {
  /** Answers a second that the first host's programs read, a byte each. */
  answersPs: number;
  /** Of all CPUs of the second host, %. */
  busy: number;
  /** From a request to its answer, us. */
  medianUs: number;
  p99Us: number;
}

/** Of many connections to the second host, once all of them have been at it for a while. */
export function serverLoad(spec: WorldSpec, warmNs: number, ns: number): ServerLoad {
  const w = createWorld(spec);
  const cpus = w.cpus.filter((cpu) => cpu.host === 1);
  const clients = w.tasks.filter((task) => task.app?.stream !== undefined);
  const idle = (): number => cpus.reduce((sum, cpu) => sum + contextNs(w, cpu, Ctx.idle), 0);
  const answers = (): LatencyHistogram => {
    const all = createLatency();
    for (const task of clients) mergeLatency(all, task.stream.answers);
    return all;
  };
  advance(w, warmNs);
  const before = { idle: idle(), answers: answers() };
  advance(w, warmNs + ns);
  const seen = answers();
  seen.count -= before.answers.count;
  for (let i = 0; i < seen.buckets.length; i += 1) seen.buckets[i] -= before.answers.buckets[i];
  return {
    answersPs: (seen.count * 1e9) / ns,
    busy: 100 * (1 - (idle() - before.idle) / (ns * cpus.length)),
    medianUs: percentile(seen, 0.5) / 1000,
    p99Us: percentile(seen, 0.99) / 1000,
  };
}

/** Of a flow from the first host: Mbit/s read at the other end, and µs of the sender's CPUs a KB (1024 bytes) of it. */
export function senderLoad(spec: WorldSpec, ns: number): { mbps: number; usPerKb: number } {
  const w = createWorld(spec);
  const cpus = w.cpus.filter((cpu) => cpu.host === 0);
  const read = (): number => w.tasks.reduce((sum, t) => sum + (t.app?.stream === undefined ? t.bytes : 0), 0);
  const idle = (): number => cpus.reduce((sum, cpu) => sum + contextNs(w, cpu, Ctx.idle), 0);
  advance(w, ns / 2);
  const before = { read: read(), idle: idle() };
  advance(w, ns);
  const bytes = read() - before.read;
  const busyNs = (cpus.length * ns) / 2 - (idle() - before.idle);
  return { mbps: (bytes * 16_000) / ns, usPerKb: busyNs / 1000 / (bytes / 1024) };
}

export function txPerCompletion(spec: WorldSpec, ns: number): number {
  const w = createWorld(spec);
  advance(w, ns);
  const queues = w.queues.filter((q) => q.tx.completions > 0);
  const packets = queues.reduce((sum, q) => sum + q.tx.packets, 0);
  return packets / queues.reduce((sum, q) => sum + q.tx.completions, 0);
}

const known = new Map<string, { delivered: number; irqs: number }>();

/** A million packets, evenly spaced, through an old router: how many came out, and how many receive interrupts it took. */
export function napiTable(spec: WorldSpec): { delivered: number; irqs: number } {
  const [source] = spec.traffic;
  const pps = source.kind === 'rate' ? source.ratePps : 1;
  const bytes = source.kind === 'rate' ? source.template.frameLen : 0;
  const key = `${pps}/${bytes}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const w = createWorld({
    ...spec,
    traffic: [{ ...source, count: 1_000_000 } as (typeof spec.traffic)[number]],
  });
  advance(w, Math.ceil(1e15 / pps) + 100_000_000);
  const result = { delivered: w.totals.txSent, irqs: w.queues[w.nics[0].firstQueue].irqs };
  known.set(key, result);
  return result;
}
