/** A second one of the same frame, or of a whole train: for another port of a bridge, or where a link delivers twice. Source: net/core/skbuff.c skb_clone, v6.12. */
import { copySlot, takeSlot } from '../packet/pool.ts';
import type { World } from '../world.ts';
import { copyOptions } from './tcp-options.ts';

/** Each frame of the copy has an id of its own, one after the other. @returns slot of the copy's head */
export function cloneSkb(w: World, head: number): number {
  const { pool } = w;
  let first = 0;
  let last = 0;
  for (let s = head; s !== 0; s = pool.fragNext[s]) {
    const copy = takeSlot(pool);
    copySlot(pool, s, copy);
    copyOptions(w, s, copy);
    w.lastPacket += 1;
    pool.id[copy] = w.lastPacket;
    pool.fragNext[copy] = 0;
    if (first === 0) first = copy;
    else pool.fragNext[last] = copy;
    last = copy;
  }
  pool.fragLast[first] = last;
  return first;
}
