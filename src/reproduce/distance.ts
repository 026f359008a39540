import type { ReproducedCell } from './run.ts';

/** How far off, in words. */
export function distance(row: ReproducedCell): string {
  if (row.model === null) return 'not modelled';
  if (row.tolerance.type === 'order') return `wanted below ${row.tolerance.value}`;
  if (row.published === 0) return `${row.model}`;
  const percent = (100 * (row.model - row.published)) / Math.abs(row.published);
  return `${percent >= 0 ? '+' : ''}${percent.toFixed(1)} %`;
}
