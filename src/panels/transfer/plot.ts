/** A transfer as a plot: what lies where, which point is nearest. Pure; pixels come from two linear scales. */
import type { Transfer, TransferRates } from '../../protocol/messages.ts';

/** One thing that can be chosen. */
export interface Point {
  kind: 'data' | 'again' | 'ack' | 'sack';
  timeNs: number;
  /** Its record. */
  seq: number;
  packet: number;
  /** From and to, in bytes of the stream (the SYN is byte 0). */
  from: number;
  to: number;
}

/** All that can be chosen, in order of time. */
export function pointsOf(t: Transfer): Point[] {
  const points: Point[] = [];
  for (const s of t.segments) {
    const from = s.byte - t.firstByte;
    points.push({
      kind: s.again ? 'again' : 'data',
      timeNs: s.timeNs,
      seq: s.seq,
      packet: s.packet,
      from,
      to: from + s.bytes,
    });
  }
  for (const a of t.acks) {
    const at = a.byte - t.firstByte;
    points.push({ kind: 'ack', timeNs: a.timeNs, seq: a.seq, packet: a.packet, from: at, to: at });
  }
  for (const s of t.sacks)
    points.push({
      kind: 'sack',
      timeNs: s.timeNs,
      seq: s.seq,
      packet: s.packet,
      from: s.from - t.firstByte,
      to: s.to - t.firstByte,
    });
  return points.sort((x, y) => x.seq - y.seq);
}

/** Bytes the plot has to reach over; a window far beyond what is sent does not count. */
export function byteRange(t: Transfer): { from: number; to: number } {
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  const take = (low: number, high: number): void => {
    from = Math.min(from, low);
    to = Math.max(to, high);
  };
  for (const s of t.segments) take(s.byte - t.firstByte, s.byte - t.firstByte + s.bytes);
  for (const a of t.acks) take(a.byte - t.firstByte, a.byte - t.firstByte);
  for (const s of t.sacks) take(s.from - t.firstByte, s.to - t.firstByte);
  if (from > to) return { from: 0, to: 1 };
  const margin = Math.max(1, (to - from) * 0.06);
  return { from: Math.max(0, from - margin), to: to + margin };
}

/** The congestion window in force at a time; null: none known. */
export function cwndAt(t: Transfer, timeNs: number): Transfer['cwnd'][number] | null {
  let found: Transfer['cwnd'][number] | null = null;
  for (const c of t.cwnd) {
    if (c.timeNs > timeNs) break;
    found = c;
  }
  return found;
}

export type ToPixel = (value: number) => number;

/** The point nearest to a pixel, within `reach`; what lies inside a segment's length counts as on it. */
export function nearest(
  points: readonly Point[],
  x: ToPixel,
  y: ToPixel,
  at: { x: number; y: number },
  reach: number,
): Point | null {
  let best: Point | null = null;
  let bestDistance = reach * reach;
  for (const p of points) {
    const dx = x(p.timeNs) - at.x;
    if (dx * dx > bestDistance) continue;
    const top = y(p.to);
    const bottom = y(p.from);
    const dy = at.y < top ? top - at.y : at.y > bottom ? at.y - bottom : 0;
    const d = dx * dx + dy * dy;
    if (d <= bestDistance) {
      best = p;
      bestDistance = d;
    }
  }
  return best;
}

export interface Row {
  top: number;
  height: number;
}

/** Between two plots, pixels. */
const GAP = 8;

/** From top to bottom: bytes, congestion window, ACKs, and what the link carries where there is one. */
export function rowsOf(height: number, link: boolean): Row[] {
  const small = link ? 3 : 2;
  const low = Math.max(26, Math.min(90, Math.round((height - small * GAP) * (link ? 0.19 : 0.23))));
  const high = Math.max(40, height - small * (GAP + low));
  return Array.from({ length: small + 1 }, (_, i) =>
    i === 0 ? { top: 0, height: high } : { top: high + GAP + (i - 1) * (low + GAP), height: low },
  );
}

/** A plot of bars: ACKs, or bytes on the link. */
export type BarKind = 'acks' | 'link';

export function ackRate(rates: TransferRates, bin: number): number {
  return ((rates.acks[bin] ?? 0) * 1e9) / rates.binNs;
}

/** The tallest bar of each plot: ACKs a second, bytes a bin. */
export function tallest(rates: TransferRates): Record<BarKind, number> {
  return {
    acks: rates.acks.reduce((most, _, i) => Math.max(most, ackRate(rates, i)), 0),
    link: rates.out.reduce((most, bytes, i) => Math.max(most, bytes + rates.back[i]), 0),
  };
}

/** Bin of a moment; -1: none is known. */
export function binAt(rates: TransferRates, timeNs: number): number {
  const bin = Math.floor((timeNs - rates.firstNs) / rates.binNs);
  return bin >= 0 && bin < rates.acks.length ? bin : -1;
}
