/** Where a packet is in the pool. */
import type { World } from '../engine/world.ts';

/** Slots that hold a frame or skb. */
export function usedSlots(w: World): number[] {
  const { pool } = w;
  const free = new Uint8Array(pool.capacity);
  for (let s = pool.free; s !== 0; s = pool.next[s]) free[s] = 1;
  const used: number[] = [];
  for (let s = 1; s < pool.capacity; s += 1) if (free[s] === 0) used.push(s);
  return used;
}

/** Slot of a packet that is still in the machine; 0: it has left. */
export function slotOf(w: World, packet: number): number {
  return usedSlots(w).find((s) => w.pool.id[s] === packet) ?? 0;
}
