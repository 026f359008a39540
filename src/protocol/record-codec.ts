/** Reads records: 40 bytes each, little-endian: f64 timeNs; u32 seq, packet, other, cause; u16 kind, place, reason, cpu; i32 a, b. */
import type { RecordView } from './scene.ts';

export const RECORD_BYTES = 40;
export const NO_CPU = 0xffff;

/** The record at index `i` of a buffer of records. */
export function recordAt(view: DataView, i: number): RecordView {
  const o = i * RECORD_BYTES;
  return {
    timeNs: view.getFloat64(o, true),
    seq: view.getUint32(o + 8, true),
    packet: view.getUint32(o + 12, true),
    other: view.getUint32(o + 16, true),
    cause: view.getUint32(o + 20, true),
    kind: view.getUint16(o + 24, true),
    place: view.getUint16(o + 26, true),
    reason: view.getUint16(o + 28, true),
    cpu: view.getUint16(o + 30, true),
    a: view.getInt32(o + 32, true),
    b: view.getInt32(o + 36, true),
  };
}

/** Kind, packet, other of record `i` alone, for searches that pass most records by. */
export const kindAt = (view: DataView, i: number): number => view.getUint16(i * RECORD_BYTES + 24, true);
export const packetAt = (view: DataView, i: number): number => view.getUint32(i * RECORD_BYTES + 12, true);
export const otherAt = (view: DataView, i: number): number => view.getUint32(i * RECORD_BYTES + 16, true);

/** All records of a buffer, for short stretches. */
export function decodeRecords(
  buffer: ArrayBuffer,
  count = Math.floor(buffer.byteLength / RECORD_BYTES),
): RecordView[] {
  const view = new DataView(buffer);
  return Array.from({ length: count }, (_, i) => recordAt(view, i));
}

/** Context and task of a record whose kind changes the context. */
export function contextOf(record: RecordView): { ctx: number; task: number } {
  return { ctx: record.b & 0xff, task: record.b >>> 8 };
}
