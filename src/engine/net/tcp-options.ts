/**
 * TCP options of a frame in the pool: those of the traffic it came with (by index), timestamps in columns of their own, or (SYN, SACK)
 * bytes kept beside it.
 */
import { FRAME_OWN_OPTIONS, FRAME_TIMESTAMPS } from '../packet/frame-bits.ts';
import type { World } from '../world.ts';

/** Bytes of NOP, NOP, timestamps. */
export const TIMESTAMP_BYTES = 12;

/** As hex; null: those of the traffic it came with. */
export function ownOptions(w: World, slot: number): string | null {
  const { pool } = w;
  if ((pool.bits[slot] & FRAME_OWN_OPTIONS) !== 0) return w.ownOptions[slot];
  if ((pool.bits[slot] & FRAME_TIMESTAMPS) === 0) return null;
  return `0101080a${hex32(pool.tsVal[slot])}${hex32(pool.tsEcr[slot])}`;
}

export function optionsOf(w: World, slot: number): string {
  return ownOptions(w, slot) ?? w.fixed.options[w.pool.opt[slot]];
}

/** How many bytes they are. */
export function optionBytes(w: World, slot: number): number {
  const bits = w.pool.bits[slot];
  if ((bits & FRAME_OWN_OPTIONS) !== 0) return w.ownOptions[slot].length / 2;
  if ((bits & FRAME_TIMESTAMPS) !== 0) return TIMESTAMP_BYTES;
  return w.fixed.options[w.pool.opt[slot]].length / 2;
}

/** Writes a packet's options, hex: timestamps alone into the pool's columns. Its bits must be set already. */
export function setOptions(w: World, slot: number, hex: string, tsVal: number, tsEcr: number): void {
  const { pool } = w;
  if (hex === '') return;
  if (tsVal >= 0 && hex.length === 2 * TIMESTAMP_BYTES) {
    pool.bits[slot] |= FRAME_TIMESTAMPS;
    pool.tsVal[slot] = tsVal;
    pool.tsEcr[slot] = tsEcr;
    return;
  }
  pool.bits[slot] |= FRAME_OWN_OPTIONS;
  w.ownOptions[slot] = hex;
}

/** Another slot's options too are this one's (a frame that goes on at the other end of a link, or is cut); its bits have been copied. */
export function copyOptions(w: World, from: number, to: number): void {
  const { pool } = w;
  pool.tsVal[to] = pool.tsVal[from];
  pool.tsEcr[to] = pool.tsEcr[from];
  if ((pool.bits[from] & FRAME_OWN_OPTIONS) !== 0) w.ownOptions[to] = w.ownOptions[from];
}

export function hex32(n: number): string {
  return (n >>> 0).toString(16).padStart(8, '0');
}
