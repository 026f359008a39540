/** Moments that lesson steps name: the n-th record that matches. One reading of them for checks, worker and command line. */
import { Kind, type KindName } from '../catalog/kinds.ts';
import { Reason, type ReasonName } from '../catalog/reasons.ts';
import { RECORD_BYTES } from '../engine/records.ts';
import type { ScenarioStep } from './schema.ts';

export type ScenarioMoment = ScenarioStep['at'];

/** Codes to compare records with; null: any. */
export interface MomentFilter {
  kind: number;
  reason: number | null;
  packet: number | null;
  /** Which of them, from 1. */
  n: number;
}

export function isKind(name: string): name is KindName {
  return Object.hasOwn(Kind, name);
}

export function isReason(name: string): name is ReasonName {
  return Object.hasOwn(Reason, name);
}

/** @returns null for a moment given as a time, or one with names that are none */
export function momentFilter(at: ScenarioMoment): MomentFilter | null {
  if (!('kind' in at) || !isKind(at.kind)) return null;
  if (at.reason !== undefined && !isReason(at.reason)) return null;
  const reason = at.reason === undefined ? null : Reason[at.reason];
  return { kind: Kind[at.kind], reason, packet: at.packet ?? null, n: at.n };
}

export interface FoundMoment {
  t: number;
  seq: number;
}

/** Looks for several moments in one run. Give it every chunk of records in order; `found` fills up as they come. */
export function createMomentFinder(filters: readonly (MomentFilter | null)[]) {
  const found: (FoundMoment | null)[] = filters.map(() => null);
  const left = filters.map((filter) => filter?.n ?? 0);
  const open = new Set(filters.flatMap((filter, i) => (filter === null ? [] : [i])));
  return {
    found,
    take(buffer: ArrayBuffer, count: number): void {
      if (open.size === 0) return;
      const view = new DataView(buffer);
      for (let o = 0; o < count * RECORD_BYTES; o += RECORD_BYTES) {
        const kind = view.getUint16(o + 24, true);
        for (const i of open) {
          const filter = filters[i] as MomentFilter;
          if (kind !== filter.kind) continue;
          if (filter.reason !== null && view.getUint16(o + 28, true) !== filter.reason) continue;
          if (filter.packet !== null && view.getUint32(o + 12, true) !== filter.packet) continue;
          left[i] -= 1;
          if (left[i] > 0) continue;
          found[i] = { t: view.getFloat64(o, true), seq: view.getUint32(o + 8, true) };
          open.delete(i);
        }
      }
    },
  };
}
