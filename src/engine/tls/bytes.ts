/**
 * What a stream with TLS looks like to someone with a capture: each record begins with its header (type, version, length), the rest is
 * ciphertext, or where a card is to encrypt (or has decrypted) plaintext between header and an empty tag.
 */
import { fillPayload } from '../packet/payload.ts';
import { seqAdd, seqDiff } from '../tcp/seq.ts';
import type { World } from '../world.ts';
import { recordAt, recordFrom } from './records.ts';
import { TLS_HEADER_SIZE, type TlsTx } from './state.ts';

/** Application data; 1.2's version number, which 1.3 shows too. */
const HEADER = [23, 3, 3];
/** Ciphertext is other bytes than the plaintext. */
const CIPHER = 0x544c_5331;

/** The records of the stream that a flow's segments belong to; null: it has none. */
function streamOf(w: World, flow: number): TlsTx | null {
  const { flows } = w.fixed;
  const { reply } = flows[flows[flow].same];
  const conn = reply === 0 ? -1 : flows[reply].connection;
  return conn < 0 ? null : (w.connections[conn].tls?.tx ?? null);
}

/** Fills a segment's payload, whose first byte has this number. @returns false where the flow has no TLS: nothing is written */
export function fillTls(
  w: World,
  flow: number,
  bytes: Uint8Array,
  seed: number,
  seq: number,
  cipher: boolean,
): boolean {
  const stream = streamOf(w, flow);
  if (stream === null) return false;
  fillPayload(bytes, cipher ? seed ^ CIPHER : seed, seq);
  const end = seqAdd(seq, bytes.length);
  let record = recordAt(stream, seq) ?? recordFrom(stream, seq);
  while (record !== null && seqDiff(record.start, end) < 0) {
    const at = seqDiff(record.start, seq);
    const length = seqDiff(record.end, record.start) - TLS_HEADER_SIZE;
    const header = [...HEADER, length >> 8, length & 0xff];
    for (let i = 0; i < TLS_HEADER_SIZE; i += 1)
      if (at + i >= 0 && at + i < bytes.length) bytes[at + i] = header[i];
    record = recordFrom(stream, record.end);
  }
  return true;
}
