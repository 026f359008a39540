/** One record of the present moment; `seq` counts with or without a writer. @returns the record's seq, the cause of what follows. */
import type { World } from './world.ts';

export function emit(
  w: World,
  kind: number,
  place: number,
  reason: number,
  cpu: number,
  packet: number,
  other: number,
  cause: number,
  a: number,
  b: number,
): number {
  const seq = w.seq + 1;
  w.seq = seq;
  if (w.writer !== null) w.writer.write(w.now, seq, kind, place, reason, cpu, packet, other, cause, a, b);
  return seq;
}
