/** An skb that the host itself makes and sends: what is the same of a datagram and of an ACK. */
import { ETH_ZLEN } from '../packet/frame.ts';
import { takeSlot } from '../packet/pool.ts';
import type { FlowInfo, World } from '../world.ts';
import { truesizeOf } from './truesize.ts';

/**
 * Takes a slot; the packet counts as produced from here on. TTL 64, no TOS, IP identification and TCP fields zero.
 * @param bits frame bits of its IP version (packet/frame-bits)
 * @param payload bytes in all
 * @param queue receive queue (world index) that stands for it
 * @param gsoSize payload of each of its frames but the last; 0, or no less than the payload: one frame
 * @returns the slot
 */
export function makeLocalSkb(
  w: World,
  flow: FlowInfo,
  headers: number,
  payload: number,
  bits: number,
  queue: number,
  gsoSize = 0,
): number {
  const { pool } = w;
  const slot = takeSlot(pool);
  w.lastPacket += 1;
  pool.id[slot] = w.lastPacket;
  pool.flow[slot] = flow.id;
  pool.seq[slot] = 0;
  pool.ack[slot] = 0;
  pool.flags[slot] = 0;
  pool.win[slot] = 0;
  pool.ipId[slot] = 0;
  const segs = gsoSize > 0 && payload > gsoSize ? Math.ceil(payload / gsoSize) : 1;
  const first = segs > 1 ? gsoSize : payload;
  pool.segs[slot] = segs;
  pool.gsoSize[slot] = segs > 1 ? gsoSize : 0;
  pool.payloadLen[slot] = first;
  pool.totalPayload[slot] = payload;
  pool.frameLen[slot] = Math.max(ETH_ZLEN, headers + first);
  pool.ttl[slot] = 64;
  pool.tos[slot] = 0;
  pool.bits[slot] = bits;
  pool.opt[slot] = 0;
  pool.ext[slot] = 0;
  pool.hash[slot] = flow.softHash;
  pool.queue[slot] = queue;
  pool.arrivedNs[slot] = w.now;
  pool.readyNs[slot] = 0;
  pool.truesize[slot] = truesizeOf(segs > 1 ? headers + payload : pool.frameLen[slot]);
  w.totals.txProduced += segs;
  w.flowState.packets[flow.id] += segs;
  w.flowState.bytes[flow.id] += segs > 1 ? segs * headers + payload : pool.frameLen[slot];
  return slot;
}
