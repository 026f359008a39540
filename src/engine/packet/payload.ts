/**
 * Payload bytes. The model keeps their number only; where bytes are wanted (captures, the inspector) they follow from where they stand: a
 * byte of a TCP stream from its sequence number, one of a datagram from its place in it. So a stream has the same bytes however it is
 * cut, merged or sent again, on every host that sees it.
 */
import type { FlowKey } from './traffic-table.ts';

type Ends = Pick<FlowKey, 'src' | 'dst' | 'proto' | 'sport' | 'dport'>;

/** What sets the bytes of two flows apart: FNV-1a over their addresses and ports, 32 bits. */
export function payloadSeed({ src, dst, proto, sport, dport }: Ends): number {
  const text = `${src} ${sport} ${dst} ${dport} ${proto}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}

/** Fills `bytes`, whose first one stands at place `from` (modulo 2^32) of the stream or datagram. */
export function fillPayload(bytes: Uint8Array, seed: number, from: number): void {
  let word = 0;
  let known = -1;
  for (let i = 0; i < bytes.length; i += 1) {
    const at = (from + i) >>> 0;
    const index = at >>> 2;
    if (index !== known) {
      known = index;
      word = scramble(index ^ seed);
    }
    bytes[i] = word >>> ((at & 3) << 3);
  }
}

/** Neighbouring numbers to unlike ones (the finalizer of MurmurHash3). */
function scramble(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
