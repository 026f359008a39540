/**
 * The way out of GRO: skbs gather on the NAPI's rx_list and go to the protocol as a list.
 * Source: include/net/gro.h gro_normal_one and gro_normal_list, Linux v6.12.
 */
import { Kind } from '../../../catalog/kinds.ts';
import { Reason } from '../../../catalog/reasons.ts';
import { emit } from '../../emit.ts';
import type { Cpu, RxQueue, World } from '../../world.ts';

/**
 * Appends an skb to rx_list; the whole list goes up once it has gro_normal_batch segments.
 * @param segs what it counts as: its segments, but 1 where GRO only passed it on (an aggregate that came as one).
 */
export function groNormalOne(
  w: World,
  queue: RxQueue,
  cpu: Cpu,
  slot: number,
  cause: number,
  segs = w.pool.segs[slot],
): void {
  const { napi } = queue;
  napi.rxList.push(slot);
  napi.rxCount += segs;
  const batch = w.hosts[cpu.host].sysctl['net.core.gro_normal_batch'][0];
  if (napi.rxCount >= batch) groNormalList(w, queue, cpu, Reason.batchFull, cause);
}

/** Moves all of rx_list to what this CPU delivers next. The record names the first and the last skb of the list. */
export function groNormalList(w: World, queue: RxQueue, cpu: Cpu, reason: number, cause: number): void {
  const { rxList } = queue.napi;
  const count = rxList.length;
  if (count === 0) return;
  const { pool } = w;
  let segments = 0;
  for (let i = 0; i < count; i += 1) {
    segments += pool.segs[rxList[i]];
    cpu.softirq.deliver.push(rxList[i]);
  }
  const first = pool.id[rxList[0]];
  const last = pool.id[rxList[count - 1]];
  cpu.softirq.deliverSeq = emit(
    w,
    Kind.listDeliver,
    queue.napiPlace,
    reason,
    cpu.index,
    first,
    last,
    cause,
    count,
    segments,
  );
  rxList.length = 0;
  queue.napi.rxCount = 0;
}
