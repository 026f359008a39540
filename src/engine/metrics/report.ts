/** What `run --json` prints of a world: one plain object, documented in the README. */
import { CONTEXTS, type ContextName } from '../../catalog/contexts.ts';
import { reasonName, reasonSlug } from '../../catalog/reasons.ts';
import { inFlight } from '../conservation.ts';
import { lockWaitNs } from '../cpu/lock.ts';
import { placeOfKey, reasonOfKey } from '../drop.ts';
import { busyNs, type LinkWay, lostOn } from '../link/state.ts';
import { tupleText } from '../packet/tuple.ts';
import type { SoftnetStat, World } from '../world.ts';
import { percentile } from './latency.ts';
import { LAYERS } from './layers.ts';
import { contextNs, METRICS } from './metric-table.ts';

export interface Report {
  kernel: string;
  seed: number;
  simulatedNs: number;
  packets: { arrived: number; delivered: number; dropped: number; merged: number; inFlight: number };
  drops: { host: string; place: string; reason: string; count: number }[];
  cpus: {
    host: string;
    cpu: number;
    ns: Record<ContextName, number>;
    /** Time spinning on locks, part of the contexts above. */
    lockWaitNs: number;
    softnet_stat: SoftnetStat;
  }[];
  locks: {
    host: string;
    lock: string;
    acquisitions: number;
    contended: number;
    waitNs: number;
    holdNs: number;
  }[];
  queues: {
    host: string;
    nic: string;
    queue: string;
    packets: number;
    irqs: number;
    polls: number;
    missed: number;
  }[];
  /** One row a direction: what left `from` by the link. */
  links: {
    link: string;
    from: string;
    to: string;
    put: number;
    arrived: number;
    lost: number;
    underway: number;
    drops: { reason: string; count: number }[];
    queueMost: number;
    busyShare: number;
    /** Of a radio link: ns of air time. */
    airNs?: { data: number; ack: number; overhead: number; failed: number; collision: number };
  }[];
  /** How often each layer ran, by its name, a host a row (metrics `layer.HOST.NAME`). */
  layers: { host: string; counts: Record<string, number> }[];
  flows: {
    flow: number;
    tuple: string;
    packets: number;
    bytes: number;
    latencyNs: { p50: number; p99: number };
  }[];
  metrics: Record<string, number>;
}

const MOST_FLOWS = 1000;

/** @param w at any moment; nothing is changed */
export function reportOf(w: World): Report {
  const drops = Object.entries(w.totals.drops).map(([key, count]) => {
    const place = w.fixed.places[placeOfKey(key)];
    const name = reasonName(reasonOfKey(key));
    return {
      host: place.host,
      place: place.type,
      reason: name === undefined ? key : reasonSlug(name),
      count,
    };
  });
  const byPlace = new Map<string, Report['drops'][number]>();
  for (const { host, place, reason, count } of drops) {
    const key = `${host}|${place}|${reason}`;
    const row = byPlace.get(key);
    if (row === undefined) byPlace.set(key, { host, place, reason, count });
    else row.count += count;
  }
  return {
    kernel: w.fixed.spec.kernel,
    seed: w.fixed.spec.seed,
    simulatedNs: w.now,
    packets: {
      arrived: w.totals.arrived,
      delivered: w.totals.delivered,
      dropped: w.totals.dropped,
      merged: w.totals.merged,
      inFlight: inFlight(w),
    },
    drops: [...byPlace.values()],
    cpus: w.cpus.map((cpu) => ({
      host: w.fixed.hosts[cpu.host].id,
      cpu: cpu.number,
      ns: Object.fromEntries(CONTEXTS.map((name, ctx) => [name, contextNs(w, cpu, ctx)])) as Record<
        ContextName,
        number
      >,
      lockWaitNs: lockWaitNs(w, cpu),
      softnet_stat: { ...cpu.softnet },
    })),
    locks: w.locks.map((lock) => ({
      host: w.fixed.hosts[lock.host].id,
      lock: lock.name,
      acquisitions: lock.acquisitions,
      contended: lock.contended,
      waitNs: lock.waitNs,
      holdNs: lock.holdNs,
    })),
    queues: cardsOf(w).flatMap((nic) =>
      w.queues.slice(nic.firstQueue, nic.firstQueue + nic.activeQueues).map((q) => ({
        host: w.fixed.hosts[nic.host].id,
        nic: nic.name,
        queue: `rx-${q.number}`,
        packets: q.packets,
        irqs: q.irqs,
        polls: q.polls,
        missed: q.missed,
      })),
    ),
    links: w.ways.map((way) => linkRow(w, way)),
    layers: w.fixed.hosts.map((host, h) => ({
      host: host.id,
      counts: Object.fromEntries(LAYERS.map((row) => [row.name, row.compute(w, h)])),
    })),
    flows: w.fixed.flows.slice(1, MOST_FLOWS + 1).map((flow) => {
      const latency = w.flowState.latency[flow.id - 1];
      return {
        flow: flow.id,
        tuple: tupleText(flow.key),
        packets: w.flowState.packets[flow.id],
        bytes: w.flowState.bytes[flow.id],
        latencyNs:
          latency === undefined
            ? { p50: 0, p99: 0 }
            : { p50: percentile(latency, 0.5), p99: percentile(latency, 0.99) },
      };
    }),
    metrics: Object.fromEntries(METRICS.map((row) => [row.name, row.compute(w)])),
  };
}

/** NICs with queues of their own. */
const cardsOf = (w: World): World['nics'] => w.nics.filter(({ tunnel }) => tunnel === null);

function linkRow(w: World, way: LinkWay): Report['links'][number] {
  const host = (nic: number): string => w.fixed.hosts[w.nics[nic].host].id;
  const { name, medium } = w.links[way.link];
  const { put, arrived, lost, queueMost } = way.counters;
  const row: Report['links'][number] = {
    link: name,
    from: host(way.from),
    to: host(way.to),
    put,
    arrived,
    lost,
    underway: put - arrived - lost,
    drops: lostOn(w, way),
    queueMost,
    busyShare: w.now === 0 ? 0 : busyNs(w, way) / w.now,
  };
  if (medium !== null) {
    const { data, ack, overhead, failed, collision } = way.air;
    row.airNs = { data, ack, overhead, failed, collision };
  }
  return row;
}
