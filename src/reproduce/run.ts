/** Asks the model for every cell of the table. */
import { type Cell, holds } from './cell.ts';
import { cells } from './cells.ts';

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
  /** Of what is only stated: the costs were fitted on it all the same. */
  fitted?: true;
  /** Of what is not modelled: why. */
  why?: string;
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
      ...(cell.fitted === undefined ? {} : { fitted: cell.fitted }),
      ...(cell.why === undefined ? {} : { why: cell.why }),
    };
  });
}

function rounded(value: number): number {
  return Number(value.toPrecision(5));
}
