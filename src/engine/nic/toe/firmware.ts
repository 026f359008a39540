/**
 * The card's processor: one thing after the other, what is to leave before what has come in. A segment costs it the same whatever the
 * host's CPU is like. Left out: cycles of timers and of the host's requests, memory that segments to be sent take in the card.
 */
import { Kind } from '../../../catalog/kinds.ts';
import { Reason } from '../../../catalog/reasons.ts';
import { cancel, schedule } from '../../clock/agenda.ts';
import { dropPacket } from '../../drop.ts';
import { emit } from '../../emit.ts';
import { cardRcv, cardTimer, cardTsq } from '../../net/tcp-connection.ts';
import { NO_CPU } from '../../records.ts';
import { seqDiff } from '../../tcp/seq.ts';
import type { Nic, TcpConnection, World } from '../../world.ts';
import { toeForgets } from './queue.ts';
import { wakeWire } from '../tx-ring.ts';
import { TOE_IDLE, TOE_IN, TOE_OUT, type Toe, toeOf } from './state.ts';

/** Its item is over, or there is something new for it. */
export function toeWork(w: World, nic: Nic): void {
  const toe = toeOf(nic);
  const { work } = toe;
  cancel(w.agenda, toe.actor);
  if (work !== TOE_IDLE) toe.busyNs += w.now;
  toe.work = TOE_IDLE;
  if (work === TOE_IN) received(w, nic, toe);
  else if (work === TOE_OUT) made(w, nic, toe);
  while (toe.timers.length > 0) cardTimer(w, nic, w.connections[toe.timers.shift() as number]);
  while (toe.tsq.length > 0) cardTsq(w, nic, w.connections[toe.tsq.shift() as number]);
  begin(w, toe);
}

function begin(w: World, toe: Toe): void {
  const { spec, out, waiting } = toe;
  if (out.length === 0 && waiting.length === 0) return;
  toe.work = out.length > 0 ? TOE_OUT : TOE_IN;
  const bare = toe.work === TOE_OUT && w.pool.totalPayload[out[0]] === 0;
  const segs = toe.work === TOE_OUT ? w.pool.segs[out[0]] : 1;
  const total = (bare ? spec.ackCycles : spec.segmentCycles * segs) * 1000 + toe.cycleRem;
  const ns = Math.floor(total / spec.clockMhz);
  toe.cycleRem = total - ns * spec.clockMhz;
  toe.busyNs -= w.now;
  schedule(w.agenda, toe.actor, w.now + ns);
}

/** TCP in the firmware has worked on the oldest segment. */
function received(w: World, nic: Nic, toe: Toe): void {
  const slot = toe.waiting.shift() as number;
  toe.counters.toe_rx_segs += 1;
  toe.counters.toe_rx_bytes += w.pool.totalPayload[slot];
  const conn = w.connections[w.fixed.flows[w.pool.flow[slot]].connection];
  if (!holdsTooMuch(w, toe, conn, slot)) {
    cardRcv(w, nic, conn, slot);
    return;
  }
  toe.counters.toe_drops += 1;
  toeForgets(w, nic, slot);
  dropPacket(w, slot, toe.place, Reason.toeHoleFull, NO_CPU);
}

/** Segments beyond a hole may fill half of the memory: the one that is missing has to find room. */
function holdsTooMuch(w: World, toe: Toe, conn: TcpConnection, slot: number): boolean {
  const { pool } = w;
  if (conn.tcp === null || pool.totalPayload[slot] === 0) return false;
  if (seqDiff(pool.seq[slot], conn.tcp.rcvNxt) <= 0) return false;
  let bytes = pool.frameLen[slot];
  for (const one of toe.ofo) bytes += pool.frameLen[one];
  return bytes * 2 > toe.spec.memoryBytes;
}

/** A segment is ready for the wire. */
function made(w: World, nic: Nic, toe: Toe): void {
  const { pool } = w;
  const slot = toe.out.shift() as number;
  const bytes = pool.totalPayload[slot];
  toe.counters.toe_tx_segs += pool.segs[slot];
  if (bytes === 0) toe.counters.toe_tx_acks += 1;
  toe.wire.push(slot);
  const [id, cause, waiting] = [pool.id[slot], pool.lastSeq[slot], toe.wire.length];
  pool.lastSeq[slot] = emit(w, Kind.toeSend, toe.place, Reason.toeMade, NO_CPU, id, 0, cause, bytes, waiting);
  wakeWire(w, nic);
}
