/**
 * Held packets leave: napi_gro_complete for one, napi_gro_flush for many.
 * Source: net/core/gro.c, Linux v6.12.
 */
import { Kind } from '../../../catalog/kinds.ts';
import { jiffies } from '../../clock/jiffies.ts';
import { emit } from '../../emit.ts';
import type { Cpu, Napi, RxQueue, World } from '../../world.ts';
import { GRO_HASH_BUCKETS } from './limits.ts';
import { groNormalOne } from './normal.ts';

/** Ends a train, already off its bucket: a packet that stayed alone is a plain one again. */
export function napiGroComplete(
  w: World,
  queue: RxQueue,
  cpu: Cpu,
  slot: number,
  reason: number,
  cause: number,
): void {
  const pool = w.pool;
  const segs = pool.segs[slot];
  if (segs === 1) pool.gsoSize[slot] = 0;
  const bytes = pool.totalPayload[slot];
  const seq = emit(
    w,
    Kind.groComplete,
    queue.napiPlace,
    reason,
    cpu.index,
    pool.id[slot],
    0,
    cause,
    segs,
    bytes,
  );
  pool.lastSeq[slot] = seq;
  groNormalOne(w, queue, cpu, slot, seq);
}

/**
 * Completes held packets bucket by bucket, oldest first.
 * @param flushOld keep those that were first held in the current jiffy.
 */
export function napiGroFlush(
  w: World,
  queue: RxQueue,
  cpu: Cpu,
  flushOld: boolean,
  reason: number,
  cause: number,
): void {
  const { buckets } = queue.napi.gro;
  const now = jiffies(w);
  for (let b = 0; b < GRO_HASH_BUCKETS; b += 1) {
    const list = buckets[b];
    while (list.length > 0) {
      const oldest = list[list.length - 1];
      // younger ones are of this jiffy too
      if (flushOld && w.pool.groAge[oldest] === now) break;
      list.length -= 1;
      napiGroComplete(w, queue, cpu, oldest, reason, cause);
    }
  }
}

/** True while GRO holds a packet (gro_bitmask). */
export function groHolds(napi: Napi): boolean {
  for (const list of napi.gro.buckets) if (list.length > 0) return true;
  return false;
}
