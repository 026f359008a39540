/** Keyframes: a world copied whole, `fixed` shared. Plain data only, so one generic copy serves every part. */
import { copyPool } from './packet/pool.ts';
import type { World } from './world.ts';

type TypedArray = Float64Array | Uint32Array | Int32Array | Uint16Array | Int16Array | Uint8Array;

function copyValue<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    // A one-kind copy: numbers need no walk.
    return (typeof value[0] === 'object' ? value.map(copyValue) : value.slice()) as T;
  }
  if (ArrayBuffer.isView(value)) return (value as unknown as TypedArray).slice() as unknown as T;
  const copy: Record<string, unknown> = {
    ...(value as Record<string, unknown>),
  };
  for (const key in copy) {
    const part = copy[key];
    if (typeof part === 'object' && part !== null && !SHARED.has(key)) copy[key] = copyValue(part);
  }
  return copy as T;
}

/** Parts that never change, wherever they stand. */
const SHARED: ReadonlySet<string> = new Set([
  'fixed',
  'spec',
  'driver',
  'app',
  'faults',
  'wlan',
  'inputs',
  'rssKey',
  'ntuple',
  'addresses',
  'routes',
  'writer',
  'tap',
  'pool',
]);

/** A copy that can be advanced on its own; it has no writer and no tap. Shared: `fixed` and lists that are replaced, never changed. */
export function copyWorld(w: World): World {
  const copy = copyValue(w);
  copy.pool = copyPool(w.pool);
  copy.inputs = w.inputs.slice();
  copy.writer = null;
  copy.tap = null;
  return copy;
}

/** Bytes a keyframe of this world takes, roughly. */
export function worldBytes(w: World): number {
  let bytes = w.pool.capacity * 126 + 4096;
  for (const q of w.queues) bytes += q.desc.byteLength + q.done.byteLength + 1024;
  for (const n of w.nics) bytes += n.flowHash.length * 15;
  for (const t of w.tasks) bytes += t.latency.buckets.byteLength + t.stream.answers.buckets.byteLength + 256;
  for (const s of w.sources) {
    bytes += s.seq.byteLength + s.ipId.byteLength + s.credit.byteLength;
    if (s.client !== null) bytes += s.client.dueNs.byteLength * 3 + s.client.rtt.buckets.byteLength;
  }
  for (const way of w.ways) bytes += 512 + 8 * (way.queue.length + way.flight.length);
  for (const s of w.sockets) bytes += s.txLatency.buckets.byteLength;
  bytes += w.flowState.rcvNxt.length * 37;
  for (const l of w.flowState.latency) bytes += l.buckets.byteLength;
  return bytes;
}
