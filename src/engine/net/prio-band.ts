/**
 * pfifo_fast's three bands: what a packet's TOS makes of its priority, and which band that is. A lower band goes first, whatever
 * waits in the others; within a band first come, first served. prio and fq have bands by the same priority (net/sched).
 * Source: net/ipv4/route.c ip_tos2prio, include/net/route.h rt_tos2priority, net/sched/sch_generic.c prio2band, v6.12.
 * Left out: SO_PRIORITY, skbedit and other ways to set a priority; IPv6 packets of a host have none from their traffic class.
 */
import type { RxQueue, World } from '../world.ts';
import { PRIO2BAND } from './sched/spec.ts';

/** TC_PRIO_*, by the four bits of TOS (0x1e): best effort 0, filler 1, bulk 2, interactive bulk 4, interactive 6. */
const TOS_TO_PRIO = [0, 1, 0, 0, 2, 2, 2, 2, 6, 6, 6, 6, 4, 4, 4, 4];

/** Band of a priority that no TOS has set. */
const DEFAULT_BAND = PRIO2BAND[0];

/** @param tos all eight bits of the IPv4 header's field */
export function bandOfTos(tos: number): number {
  return PRIO2BAND[TOS_TO_PRIO[(tos & 0x1e) >> 1]];
}

/** skb->priority: what its TOS makes of it, 0 without one. */
export function priorityOf(w: World, slot: number): number {
  const { pool } = w;
  if (pool.tos[slot] === 0 || w.fixed.flows[pool.flow[slot]].key.ipVersion !== 4) return 0;
  return TOS_TO_PRIO[(pool.tos[slot] & 0x1e) >> 1];
}

/** Band in which a packet waits in pfifo_fast; of other queueing disciplines without flows: one for all. */
export function bandOf(w: World, q: RxQueue, slot: number): number {
  if (w.pool.tos[slot] === 0 || q.tx.qd.spec.kind !== 'pfifo_fast') return DEFAULT_BAND;
  return PRIO2BAND[priorityOf(w, slot)];
}
