/** `softnet-lab reproduce [--json]`: published results beside the model's. */
import { type Cell, cells, holds } from '../reproduce/cells.ts';

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

/** How far off, in words. */
export function distance(row: ReproducedCell): string {
  if (row.model === null) return 'not modelled';
  if (row.tolerance.type === 'order') return `wanted below ${row.tolerance.value}`;
  if (row.published === 0) return `${row.model}`;
  const percent = (100 * (row.model - row.published)) / Math.abs(row.published);
  return `${percent >= 0 ? '+' : ''}${percent.toFixed(1)} %`;
}

interface Io {
  out(line: string): void;
  err(line: string): void;
}

/** @returns 0 all that is modelled holds, 1 something misses, 2 wrong use */
export function reproduceCommand(args: string[], io: Io): number {
  const wrong = args.find((arg) => arg !== '--json');
  if (wrong !== undefined) {
    io.err(`reproduce: unknown option ${wrong}; there is --json`);
    return 2;
  }
  const rows = reproduce();
  const missed = rows.filter((row) => row.model !== null && !row.pass);
  if (args.includes('--json')) io.out(JSON.stringify({ rows }));
  else {
    for (const row of rows) {
      const verdict = row.model === null ? '--  ' : row.pass ? 'ok  ' : 'MISS';
      const kind = row.kind === 'C' ? 'fitted' : row.kind === 'T' ? 'test' : 'stated';
      io.out(
        `${verdict} ${row.id} ${row.cell}: published ${row.published}, model ${row.model ?? '-'} ${row.unit} (${distance(row)}; ${kind}) ${row.title}`,
      );
    }
    const modelled = rows.filter((row) => row.model !== null).length;
    io.out(
      `${modelled - missed.length} of ${modelled} cells hold, ${rows.length - modelled} are not modelled`,
    );
  }
  return missed.length === 0 ? 0 : 1;
}
