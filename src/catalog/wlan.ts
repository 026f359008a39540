/**
 * Times of IEEE 802.11n that a radio link goes by, ns: OFDM in the 2.4 and 5 GHz bands, acknowledgements at 24 Mbit/s.
 * Source: IEEE 802.11-2016 clauses 10.3, 10.24.7, 17.4; the 2.4 GHz band's short slot.
 */
export const DIFS_NS = 34_000;
export const SLOT_NS = 9_000;
export const PREAMBLE_NS = 36_000;
const SIFS_NS = 16_000;
/** Acknowledgement of a single frame, and of an aggregate. */
const ACK_NS = 28_000;
const BLOCK_ACK_NS = 32_000;

/** What a transmission of so many frames takes beside their bytes. */
export function fixedNs(frames: number): number {
  return PREAMBLE_NS + SIFS_NS + (frames > 1 ? BLOCK_ACK_NS : ACK_NS);
}

/** Half of a collision, by direction (0, 1): the whole of it is lost to both. */
export function collisionHalf(ns: number, direction: number): number {
  const half = Math.floor(ns / 2);
  return direction === 0 ? half : ns - half;
}
