/** Asks the model for every cell of the table. */
import { type Cell, cells, holds } from './cells.ts';

export interface ReproducedCell {
  id: string;
  cell: string;
  title: string;
  unit: string;
  published: number;
  model: number | null;
  tolerance: Cell['tolerance'];
  pass: boolean;
  kind: Cell['kind'];
}

export function reproduce(): ReproducedCell[] {
  return cells.map((cell) => {
    const { id, title, unit, published, tolerance, kind } = cell;
    const model = cell.model === undefined ? null : rounded(cell.model());
    return {
      id,
      cell: cell.cell,
      title,
      unit,
      published,
      model,
      tolerance,
      pass: model !== null && holds(cell, model),
      kind,
    };
  });
}

function rounded(value: number): number {
  return Number(value.toPrecision(5));
}
