/**
 * Bytes pushed in chunks of any size, read by offset and taken off the front. A view stays valid for ever: bytes once pushed are
 * never overwritten, and a chunk that finds the queue empty is used as it is, without a copy.
 */
import type { ByteQueue } from './types.ts';

export interface WritableByteQueue extends ByteQueue {
  push(chunk: Uint8Array): void;
}

const MIN_CAPACITY = 4096;

export function createByteQueue(): WritableByteQueue {
  let buffer = new Uint8Array(0);
  let start = 0;
  let end = 0;
  let offset = 0;
  /** The buffer is our own: there may be room after `end`. */
  let owned = false;

  return {
    get offset() {
      return offset;
    },
    get length() {
      return end - start;
    },
    push(chunk) {
      const rest = end - start;
      if (rest === 0) {
        buffer = chunk as Uint8Array<ArrayBuffer>;
        start = 0;
        end = chunk.length;
        owned = false;
        return;
      }
      if (!owned || end + chunk.length > buffer.length) {
        const larger = new Uint8Array(Math.max(MIN_CAPACITY, 2 * (rest + chunk.length)));
        larger.set(buffer.subarray(start, end));
        buffer = larger;
        start = 0;
        end = rest;
        owned = true;
      }
      buffer.set(chunk, end);
      end += chunk.length;
    },
    u8: (at) => buffer[start + at],
    u16(at, littleEndian) {
      const i = start + at;
      return littleEndian ? buffer[i] | (buffer[i + 1] << 8) : (buffer[i] << 8) | buffer[i + 1];
    },
    u32(at, littleEndian) {
      const i = start + at;
      const [a, b, c, d] = littleEndian ? [i + 3, i + 2, i + 1, i] : [i, i + 1, i + 2, i + 3];
      return ((buffer[a] << 24) | (buffer[b] << 16) | (buffer[c] << 8) | buffer[d]) >>> 0;
    },
    view: (at, len) => buffer.subarray(start + at, start + at + len),
    skip(len) {
      start += len;
      offset += len;
    },
  };
}
