/** One published value: what was measured, its tolerance, and how the model is asked for it. */

export type Tolerance =
  | { type: 'rel' | 'abs' | 'exact'; value: number }
  /** Between `from` (absent: the published value) and this. */
  | { type: 'range'; value: number; from?: number }
  | { type: 'order'; value: number };

export interface Cell {
  id: string;
  cell: string;
  title: string;
  unit: string;
  published: number;
  tolerance: Tolerance;
  /** C: used to fit the costs; T: comes out of it; stated: said by somebody, not measured in a source we could read. */
  kind: 'C' | 'T' | 'stated';
  /** Of what is only stated: the costs were fitted on it all the same. */
  fitted?: true;
  /** What the model gives; absent: not modelled. */
  model?: () => number;
  /** Of what is not modelled: why. */
  why?: string;
}

export const rel = (value: number): Tolerance => ({ type: 'rel', value });

/** Cells of one published row: of each its name, its value, and a model or why there is none. */
export function row(id: string, title: string, unit: string, kind: Cell['kind'], tolerance: Tolerance) {
  return (
    cell: string,
    published: number,
    model?: (() => number) | string,
    own: Tolerance = tolerance,
  ): Cell => ({
    id,
    cell,
    title,
    unit,
    published,
    tolerance: own,
    kind,
    ...(typeof model === 'function' ? { model } : model === undefined ? {} : { why: model }),
  });
}

/** Several cells look at one run: each is made once. */
export function once<K, V>(run: (of: K) => V): (of: K) => V {
  const known = new Map<K, V>();
  return (of) => {
    const before = known.get(of);
    if (before !== undefined) return before;
    const made = run(of);
    known.set(of, made);
    return made;
  };
}

/** A published value and the model's: does it hold? */
export function holds(cell: Cell, model: number): boolean {
  const { published, tolerance } = cell;
  switch (tolerance.type) {
    case 'rel':
      return Math.abs(model - published) <= tolerance.value * Math.abs(published);
    case 'abs':
    case 'exact':
      return Math.abs(model - published) <= tolerance.value;
    case 'range':
      return model >= (tolerance.from ?? published) && model <= tolerance.value;
    case 'order':
      return model < tolerance.value;
  }
}
