/** qdisc_pkt_len: bytes of a packet as it will be on the wire, headers of every segment counted. */
import type { World } from '../../world.ts';

export function packetBytes(w: World, slot: number): number {
  const { pool } = w;
  return pool.segs[slot] * (pool.frameLen[slot] - pool.payloadLen[slot]) + pool.totalPayload[slot];
}
