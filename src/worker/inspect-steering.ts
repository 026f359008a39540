/**
 * Steering in software as it stands at a moment, for the inspector: RPS and XPS maps, RFS's two tables with the numbers its rule
 * compares, and the card's filters. Source: include/net/rps.h, net/core/dev.c get_rps_cpu, v6.12.
 */
import type { RxQueue, World } from '../engine/world.ts';
import { rpsCpuMask } from '../engine/net/rps.ts';
import type { InspectTarget, SteeringFlow, SteeringState } from '../protocol/messages.ts';
import { placeIndex } from '../protocol/place-index.ts';
import type { RecordView, SceneMap } from '../protocol/scene.ts';
import { slotOf } from './inspect-slot.ts';

const MOST_FLOWS = 24;

/** @returns null where neither RPS, RFS, XPS nor a filter has anything to say about the target */
export function steeringOf(
  w: World,
  map: SceneMap,
  target: InspectTarget,
  history: readonly RecordView[],
): SteeringState | null {
  if (target.kind === 'queue' || target.kind === 'descriptor' || target.kind === 'napi') {
    const q = w.queues[target.queue];
    const flows = q.rpsFlows === null ? [] : flowsOf(w, q, null);
    return told({ ...none(), ...mapsOf(w, [q]), ...filtersOf(w, q.nic), flows });
  }
  if (target.kind === 'cpu') {
    const cpu = w.cpus[target.cpu];
    const own = w.queues.filter((q) => w.nics[q.nic].host === cpu.host && isActive(w, q));
    const maps = mapsOf(w, own);
    return told({
      ...none(),
      rps: maps.rps.filter((row) => row.cpus.includes(cpu.number)),
      xps: maps.xps.filter((row) => row.cpus.includes(cpu.number)),
      flows: own
        .filter((q) => q.rpsFlows !== null)
        .flatMap((q) => flowsOf(w, q, null))
        .filter((flow) => flow.wanted === cpu.number || flow.cpu === cpu.number)
        .slice(0, MOST_FLOWS),
    });
  }
  if (target.kind !== 'packet') return null;
  const { queue } = placeIndex(map);
  const at = history.find((r) => r.packet === target.packet && queue[r.place] >= 0);
  const slot = slotOf(w, target.packet);
  if (at === undefined || slot === 0) return null;
  const q = w.queues[queue[at.place]];
  const flows = q.rpsFlows === null ? [] : flowsOf(w, q, w.pool.flow[slot]);
  return told({ ...none(), rps: mapsOf(w, [q]).rps, ...filtersOf(w, q.nic), flows });
}

function none(): SteeringState {
  return { rps: [], xps: [], flows: [], filters: null };
}

function told(state: SteeringState): SteeringState | null {
  const { rps, xps, flows, filters } = state;
  return rps.length + xps.length + flows.length > 0 || filters !== null ? state : null;
}

function isActive(w: World, q: RxQueue): boolean {
  return q.number < w.nics[q.nic].activeQueues;
}

/** Queues with a map only: an empty one steers nothing. */
function mapsOf(w: World, queues: readonly RxQueue[]): Pick<SteeringState, 'rps' | 'xps'> {
  const numbers = (cpus: readonly number[]): number[] => cpus.map((cpu) => w.cpus[cpu].number);
  return {
    rps: queues.flatMap((q) =>
      q.rpsCpus.length === 0
        ? []
        : [{ queue: `${w.nics[q.nic].name} rx-${q.number}`, cpus: numbers(q.rpsCpus) }],
    ),
    xps: queues.flatMap((q) => {
      const cpus = q.tx.xpsCpus;
      return cpus.length === 0
        ? []
        : [{ queue: `${w.nics[q.nic].name} tx-${q.number}`, cpus: numbers(cpus) }];
    }),
  };
}

/** Filters that aRFS put into the card, and the room they share with ntuple rules. */
function filtersOf(w: World, index: number): Pick<SteeringState, 'filters'> {
  const nic = w.nics[index];
  if (!nic.driver.arfs || !nic.features['ntuple-filters'] || nic.arfs.rules.length === 0)
    return { filters: null };
  return {
    filters: {
      nic: nic.name,
      arfs: nic.arfs.rules.length,
      ntuple: nic.ntuple.length,
      slots: nic.driver.ntupleSlots,
    },
  };
}

/** RFS's view of each flow that has an entry in the queue's table. @param only one flow; null: all of them */
function flowsOf(w: World, q: RxQueue, only: number | null): SteeringFlow[] {
  const nic = w.nics[q.nic];
  const { sockFlows } = w.hosts[nic.host];
  const fixed = w.fixed.hosts[nic.host];
  if (q.rpsFlows === null || sockFlows === null) return [];
  const mask = rpsCpuMask(fixed.cpus);
  const found: SteeringFlow[] = [];
  for (const flow of w.fixed.flows) {
    if (flow === undefined || found.length >= MOST_FLOWS || (only !== null && flow.id !== only)) continue;
    const hash = (nic.features['receive-hashing'] ? nic.flowHash[flow.id] : flow.softHash) >>> 0;
    const ident = sockFlows.idents[hash & (sockFlows.entries - 1)] ?? 0;
    const known = ((ident ^ hash) & ~mask) === 0 && (ident & mask) < fixed.cpus && hash !== 0;
    const entry = q.rpsFlows.flows[hash & (q.rpsFlows.entries - 1)];
    if (entry === undefined && only === null) continue;
    const at = entry !== undefined && entry.cpu >= 0 ? w.cpus[entry.cpu] : null;
    const rule = nic.arfs.rules.find((r) => r.flow === flow.id);
    found.push({
      flow: flow.id,
      queue: `${nic.name} rx-${q.number}`,
      wanted: known ? ident & mask : null,
      cpu: at === null ? null : at.number,
      lastTail: entry?.lastTail ?? 0,
      head: at === null ? 0 : at.backlog.head,
      filter: rule === undefined ? null : w.queues[rule.queue].number,
    });
  }
  return found;
}
