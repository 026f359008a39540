/** A segment that a connection of this host sends: its bytes are told as those of the stream. */
import { IPPROTO_TCP, TCP_FIN, TCP_SYN } from '../packet/frame.ts';
import { innerFlow } from '../tunnel/state.ts';
import type { World } from '../world.ts';

export function ofConnection(w: World, slot: number): boolean {
  const { pool } = w;
  const { dev, key } = innerFlow(w, slot);
  if (dev < 0 || key.proto !== IPPROTO_TCP) return false;
  return pool.totalPayload[slot] > 0 || (pool.flags[slot] & (TCP_SYN | TCP_FIN)) !== 0;
}
