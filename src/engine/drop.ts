/** Where packets end other than in a socket: the record, the balance, the slots given back. Kernel counters are the caller's. */
import { Kind } from '../catalog/kinds.ts';
import { emit } from './emit.ts';
import { freeSlots } from './packet/pool.ts';
import type { World } from './world.ts';

/** Key of Totals.drops. */
export function dropKey(place: number, reason: number): number {
  return place * 1024 + reason;
}

export function placeOfKey(key: string): number {
  return Math.floor(Number(key) / 1024);
}

export function reasonOfKey(key: string): number {
  return Number(key) % 1024;
}

/** An skb (a frame or a whole train) is lost: counts one. */
export function dropPacket(w: World, slot: number, place: number, reason: number, cpu: number): void {
  const pool = w.pool;
  w.totals.dropped += 1;
  const key = dropKey(place, reason);
  w.totals.drops[key] = (w.totals.drops[key] ?? 0) + 1;
  emit(
    w,
    Kind.drop,
    place,
    reason,
    cpu,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    pool.segs[slot],
    pool.frameLen[slot],
  );
  freeSlots(pool, slot);
}

/** An skb that a protocol used up (an ACK, ARP, ICMP). */
export function consumePacket(w: World, slot: number, place: number, reason: number, cpu: number): void {
  const pool = w.pool;
  w.totals.delivered += 1;
  emit(
    w,
    Kind.consumed,
    place,
    reason,
    cpu,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    pool.segs[slot],
    pool.totalPayload[slot],
  );
  freeSlots(pool, slot);
}
