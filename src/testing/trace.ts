/** Runs of a world as plain records, for tests. */
import { advance } from '../engine/advance.ts';
import { RECORD_BYTES, RecordWriter } from '../engine/records.ts';
import { createWorld } from '../engine/create.ts';
import type { WorldSpec } from '../engine/spec.ts';
import type { World } from '../engine/world.ts';
import { kindName } from '../catalog/kinds.ts';
import { reasonName } from '../catalog/reasons.ts';

export interface TraceRecord {
  timeNs: number;
  seq: number;
  packet: number;
  other: number;
  cause: number;
  kind: string;
  place: number;
  reason: string;
  cpu: number;
  a: number;
  b: number;
}

/** Gives the world a writer; `read()` returns all records so far. */
export function traced(w: World): { read: () => TraceRecord[]; bytes: () => Uint8Array } {
  const chunks: Uint8Array[] = [];
  const writer = new RecordWriter((buffer, count) => {
    chunks.push(new Uint8Array(buffer, 0, count * RECORD_BYTES));
  });
  w.writer = writer;
  const bytes = (): Uint8Array => {
    writer.flush();
    const all = new Uint8Array(chunks.reduce((n, c) => n + c.length, 0));
    let at = 0;
    for (const c of chunks) {
      all.set(c, at);
      at += c.length;
    }
    return all;
  };
  const read = (): TraceRecord[] => {
    const all = bytes();
    const view = new DataView(all.buffer);
    const records: TraceRecord[] = [];
    for (let o = 0; o < all.length; o += RECORD_BYTES) {
      records.push({
        timeNs: view.getFloat64(o, true),
        seq: view.getUint32(o + 8, true),
        packet: view.getUint32(o + 12, true),
        other: view.getUint32(o + 16, true),
        cause: view.getUint32(o + 20, true),
        kind: kindName(view.getUint16(o + 24, true)) ?? '?',
        place: view.getUint16(o + 26, true),
        reason: reasonName(view.getUint16(o + 28, true)) ?? '?',
        cpu: view.getUint16(o + 30, true),
        a: view.getInt32(o + 32, true),
        b: view.getInt32(o + 36, true),
      });
    }
    return records;
  };
  return { read, bytes };
}

/** Makes a world, runs it to `untilNs`, returns it with its records. */
export function runTraced(spec: WorldSpec, untilNs: number): { world: World; records: TraceRecord[] } {
  const world = createWorld(spec);
  const trace = traced(world);
  advance(world, untilNs);
  return { world, records: trace.read() };
}
