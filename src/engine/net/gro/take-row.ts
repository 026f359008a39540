/**
 * A row of a world's traffic table as a frame that a driver has just taken off its ring, without wire, MAC and ring: how the
 * lab and the tests feed GRO.
 */
import { takeSlot } from '../../packet/pool.ts';
import type { TrafficTable } from '../../packet/traffic-table.ts';
import type { RxQueue, World } from '../../world.ts';

/**
 * @param hash receive hash (0: none)
 * @param gsoSize segment size of a frame that comes as an aggregate; 0: a plain frame
 * @returns its slot, with the next packet id
 */
export function takeRow(w: World, queue: RxQueue, row: number, hash: number, gsoSize = 0): number {
  const table = w.fixed.tables[0] as TrafficTable;
  const pool = w.pool;
  const slot = takeSlot(pool);
  w.lastPacket += 1;
  w.totals.arrived += 1;
  pool.id[slot] = w.lastPacket;
  pool.flow[slot] = table.flow[row];
  pool.seq[slot] = table.seq[row];
  pool.ack[slot] = table.ack[row];
  pool.flags[slot] = table.flags[row];
  pool.win[slot] = table.win[row];
  pool.ipId[slot] = table.ipId[row];
  pool.payloadLen[slot] = table.payloadLen[row];
  pool.totalPayload[slot] = table.payloadLen[row];
  pool.frameLen[slot] = table.frameLen[row];
  pool.ttl[slot] = table.ttl[row];
  pool.tos[slot] = table.tos[row];
  pool.bits[slot] = table.bits[row];
  pool.opt[slot] = table.opt[row];
  pool.ext[slot] = table.ext[row];
  pool.queue[slot] = queue.index;
  pool.hash[slot] = hash;
  pool.arrivedNs[slot] = w.now;
  pool.readyNs[slot] = w.now;
  pool.lastSeq[slot] = 0;
  if (gsoSize > 0) {
    pool.gsoSize[slot] = gsoSize;
    pool.segs[slot] = Math.ceil(table.payloadLen[row] / gsoSize);
  }
  return slot;
}
