/** Where a packet is in the pool. */
import type { World } from '../engine/world.ts';

/** Slot of a packet that is still in the machine; 0: it has left. */
export function slotOf(w: World, packet: number): number {
  const { pool } = w;
  const free = new Set<number>();
  for (let s = pool.free; s !== 0; s = pool.next[s]) free.add(s);
  for (let s = 1; s < pool.capacity; s += 1) if (pool.id[s] === packet && !free.has(s)) return s;
  return 0;
}
