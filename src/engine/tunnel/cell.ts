/**
 * gro_cell_poll: what has come out of a tunnel on this CPU meets GRO, one packet after the other, up to the NAPI's weight.
 * Source: net/core/gro_cells.c, v6.12. Left out: the cell's hash (every packet there has none, and stands in one bucket).
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { spend } from '../cpu/context.ts';
import { emit } from '../emit.ts';
import { napiGroComplete } from '../net/gro/flush.ts';
import { GRO_HASH_BUCKETS, GRO_NORMAL } from '../net/gro/limits.ts';
import { findHeld, match } from '../net/gro/match.ts';
import { groNormalOne } from '../net/gro/normal.ts';
import { devGroReceive } from '../net/gro/receive.ts';
import { cellSumCycles, noteSum } from '../nic/rx-checksum.ts';
import type { Cpu, RxQueue, World } from '../world.ts';
import { tunnelOf } from './state.ts';

/** The oldest packet of a queue's cell; 0: none, or the queue is a card's. */
export function inCell(w: World, q: RxQueue): number {
  const { tunnel } = w.nics[q.nic];
  return tunnel === null ? 0 : (tunnel.cells[q.number][0] ?? 0);
}

/** Cycles of GRO on it; they are put down. */
export function cellCycles(w: World, cpu: Cpu, q: RxQueue, slot: number): number {
  const sum = spend(cpu, Part.checksum, cellSumCycles(w, w.nics[q.nic], slot));
  return sum + spend(cpu, Part.netdev, w.fixed.hosts[cpu.host].profile.gro);
}

/** Takes it out of the cell, to GRO. */
export function takeFromCell(w: World, cpu: Cpu, q: RxQueue): void {
  const { pool } = w;
  const s = cpu.softirq;
  const cell = tunnelOf(w.nics[q.nic]).cells[q.number];
  const slot = cell.shift() as number;
  s.work += 1;
  const [id, cause, left] = [pool.id[slot], pool.lastSeq[slot], cell.length];
  const seq = emit(w, Kind.cellTake, q.napiPlace, Reason.none, cpu.index, id, 0, cause, s.work, left);
  pool.lastSeq[slot] = seq;
  noteSum(w, w.nics[q.nic], slot, q.napiPlace, cpu.index, true);
  if (pool.segs[slot] === 1) devGroReceive(w, q, cpu, slot);
  else passTrain(w, cpu, q, slot);
}

/** What the card's GRO has joined is no business of this one; what is held of its flow goes first. */
function passTrain(w: World, cpu: Cpu, q: RxQueue, slot: number): void {
  const { pool } = w;
  const bucket = pool.hash[slot] & (GRO_HASH_BUCKETS - 1);
  const list = q.napi.gro.buckets[bucket];
  findHeld(w, list, slot, w.fixed.flows[pool.flow[slot]]);
  const held = match.at < 0 ? 0 : list[match.at];
  const before = pool.lastSeq[slot];
  if (held !== 0) {
    list.splice(match.at, 1);
    napiGroComplete(w, q, cpu, held, Reason.groTrainFollows, before);
  }
  const [id, other] = [pool.id[slot], held === 0 ? 0 : pool.id[held]];
  const seq = emit(
    w,
    Kind.gro,
    q.napiPlace,
    Reason.groTrain,
    cpu.index,
    id,
    other,
    before,
    GRO_NORMAL,
    bucket,
  );
  pool.lastSeq[slot] = seq;
  groNormalOne(w, q, cpu, slot, seq, 1);
}
