/** `softnet-lab reproduce [--json]`: published results beside the model's. */
import { distance } from '../reproduce/distance.ts';
import { reproduce } from '../reproduce/run.ts';

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
      const kind =
        row.kind === 'C' ? 'fitted' : row.kind === 'T' ? 'test' : row.fitted ? 'stated, fitted' : 'stated';
      io.out(
        `${verdict} ${row.id} ${row.cell}: published ${row.published}, model ${row.model ?? '-'} ${row.unit} (${distance(row)}; ${kind}) ${row.title}`,
      );
      if (row.why !== undefined) io.out(`     ${row.why}`);
    }
    const modelled = rows.filter((row) => row.model !== null).length;
    io.out(
      `${modelled - missed.length} of ${modelled} cells hold, ${rows.length - modelled} are not modelled`,
    );
  }
  return missed.length === 0 ? 0 : 1;
}
