/**
 * prio: bands by priority, each a pfifo of its own; a band is served only where all before it are empty.
 * Source: net/sched/sch_prio.c, sch_fifo.c, v6.12. Left out: filters, other queueing disciplines than pfifo in a band.
 */
import { Kind } from '../../../catalog/kinds.ts';
import { Reason } from '../../../catalog/reasons.ts';
import { emit } from '../../emit.ts';
import { NO_CPU } from '../../records.ts';
import type { RxQueue, World } from '../../world.ts';
import { priorityOf } from '../prio-band.ts';
import { packetBytes } from './bytes.ts';
import { loseInQdisc } from './lose.ts';
import type { PrioSpec, PrioState } from './spec.ts';

/** @param limit packets a band: the card's txqueuelen, 1 at least */
export function createPrio(spec: PrioSpec, limit: number): PrioState {
  const bands = Array.from({ length: spec.bands }, () => createBand(limit));
  return { kind: 'prio', spec, bands };
}

function createBand(limit: number): PrioState['bands'][number] {
  return { slots: [], limit: Math.max(1, limit), bytes: 0, packets: 0, dropped: 0 };
}

/** prio_tune: bands that are no more lose what they hold. */
export function tunePrio(w: World, q: RxQueue, p: PrioState, spec: PrioSpec, limit: number): void {
  p.spec = spec;
  for (const gone of p.bands.slice(spec.bands))
    for (const slot of gone.slots) loseInQdisc(w, q, slot, Reason.qdiscReplaced, NO_CPU, true, 0, false);
  p.bands.length = Math.min(p.bands.length, spec.bands);
  while (p.bands.length < spec.bands) p.bands.push(createBand(limit));
}

/** prio_enqueue. The packet is not in q.tx.qdisc yet. @returns 0: it is in; else its band is full: the record of its loss */
export function prioEnqueue(w: World, q: RxQueue, p: PrioState, slot: number, cpu: number): number {
  const { pool } = w;
  const number = p.spec.priomap[priorityOf(w, slot)];
  const band = p.bands[number];
  if (band.slots.length >= band.limit) {
    band.dropped += 1;
    return loseInQdisc(w, q, slot, Reason.qdiscFull, cpu, false, band.slots.length);
  }
  band.slots.push(slot);
  const [id, cause] = [pool.id[slot], pool.lastSeq[slot]];
  const why = Reason.prioBand;
  pool.lastSeq[slot] = emit(
    w,
    Kind.qdiscClassify,
    q.txPlace,
    why,
    cpu,
    id,
    0,
    cause,
    number,
    band.slots.length,
  );
  return 0;
}

/** prio_dequeue. @returns 0: all bands are empty */
export function prioDequeue(w: World, p: PrioState): number {
  for (const band of p.bands) {
    const slot = band.slots.shift();
    if (slot === undefined) continue;
    band.packets += w.pool.segs[slot];
    band.bytes += packetBytes(w, slot);
    return slot;
  }
  return 0;
}
