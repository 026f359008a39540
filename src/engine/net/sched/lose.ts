/** A packet that its queueing discipline drops: before it is in (`waits` false), or out of the queue. */
import { Kind } from '../../../catalog/kinds.ts';
import { dropKey } from '../../drop.ts';
import { emit } from '../../emit.ts';
import type { RxQueue, World } from '../../world.ts';
import { freeSent } from '../sock-write.ts';

/** @param a, b what the reason is about  @param count in the statistics (a queue that is torn down counts nothing) */
export function loseInQdisc(
  w: World,
  q: RxQueue,
  slot: number,
  reason: number,
  cpu: number,
  waits: boolean,
  b = 0,
  count = true,
): number {
  const { pool } = w;
  const { tx } = q;
  const segs = pool.segs[slot];
  if (waits) tx.qdisc.splice(tx.qdisc.indexOf(slot), 1);
  if (count) tx.qd.dropped += 1;
  if (count) tx.dropped += 1;
  w.totals.txDropped += segs;
  const key = dropKey(q.txPlace, reason);
  w.totals.txDrops[key] = (w.totals.txDrops[key] ?? 0) + 1;
  const seq = emit(w, Kind.txDrop, q.txPlace, reason, cpu, pool.id[slot], 0, pool.lastSeq[slot], segs, b);
  freeSent(w, slot, cpu, seq);
  return seq;
}
