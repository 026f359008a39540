/**
 * Which measured case, built-in scenario or test shows each decision of the model: found by running them and looking at their
 * records, and by reading the tests. The page's "Model and kernel" lists it (catalog/evidence.ts); a test compares.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ReasonName, reasonName, reasons } from '../catalog/reasons.ts';
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import { RECORD_BYTES, RecordWriter } from '../engine/records.ts';
import type { World } from '../engine/world.ts';
import type { JsonObject } from '../lab/case.ts';
import { runGroCase } from '../lab/gro-case.ts';
import { runSoftnetCase } from '../lab/softnet-case.ts';
import { fitTcpRun } from '../lab/tcp-compare.ts';
import { parseTcpRun, parseTcpSetup } from '../lab/tcp-input.ts';
import { compileScenario } from '../scenario/compile.ts';
import type { ReproducedCell } from '../reproduce/run.ts';
import { loadScenario } from '../scenario/load.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Of each sort (measured, scenario, test), this many are named. */
const NAMED = 2;

export type Evidence = Record<string, string[]>;

export function evidence(): Evidence {
  const found = new Map<ReasonName, string[]>();
  const note = (name: ReasonName, where: string): void => {
    const list = found.get(name) ?? [];
    const sort = where.split(' ')[0];
    if (!list.includes(where) && list.filter((w) => w.startsWith(`${sort} `)).length < NAMED)
      list.push(where);
    found.set(name, list);
  };
  for (const file of files(join(ROOT, 'fixtures/lab'), /\.json$/)) {
    const json = JSON.parse(readFileSync(file, 'utf8')) as JsonObject;
    for (const name of reasonsOfCase(json)) note(name, `measured ${String(json.name)}`);
  }
  for (const file of files(join(ROOT, 'scenarios'), /\.json$/)) {
    if (/\/(bench|released)\//.test(file)) continue;
    const loaded = loadScenario(readFileSync(file, 'utf8'), file);
    if (!loaded.ok) throw new Error(`${file} does not load`);
    const { scenario } = loaded;
    for (const variant of ['base', ...Object.keys(scenario.variants)]) {
      const compiled = compileScenario(scenario, { variant });
      if (!compiled.ok) throw new Error(`${file} ${variant} does not compile`);
      const { spec } = compiled;
      const ran = reasonsOf((watch) => {
        const w = createWorld(spec);
        watch(w);
        advance(w, spec.durationNs);
        w.writer?.flush();
      });
      for (const name of ran)
        note(name, `scenario ${scenario.id}${variant === 'base' ? '' : `, ${variant}`}`);
    }
  }
  for (const file of files(join(ROOT, 'src'), /\.test\.ts$/)) {
    const text = readFileSync(file, 'utf8');
    const engine = /src\/(engine|lab)\//.test(file);
    for (const name of Object.keys(reasons) as ReasonName[])
      if (engine && new RegExp(`\\b${name}\\b`).test(text)) note(name, `test ${relative(ROOT, file)}`);
  }
  const table: Evidence = {};
  for (const name of Object.keys(reasons) as ReasonName[]) {
    const list = found.get(name);
    if (name !== 'none' && list !== undefined) table[name] = list;
  }
  return table;
}

export function evidenceModule(table: Evidence): string {
  const rows = Object.entries(table).map(
    ([name, list]) => `  ${name}: [${list.map((where) => `'${where}'`).join(', ')}],`,
  );
  return [
    '/** Which measured case, scenario or test shows each decision. Made by scripts/evidence.ts; a test compares it with the runs. */',
    '// biome-ignore format: made by a script',
    'export const evidence: Readonly<Record<string, readonly string[]>> = {',
    ...rows,
    '};',
    '',
  ].join('\n');
}

/** The table of published results with the model's, for the page. */
export function reproducedModule(rows: readonly ReproducedCell[]): string {
  return [
    '/** Published results beside the model’s. Made by scripts/evidence.ts (npm run reproduce prints the same); a test compares. */',
    "import type { ReproducedCell } from '../reproduce/run.ts';",
    '',
    '// biome-ignore format: made by a script',
    'export const reproduced: readonly ReproducedCell[] = [',
    ...rows.map((row) => `  ${JSON.stringify(row)},`),
    '];',
    '',
  ].join('\n');
}

/** A case of the TCP receiver has no world: it tells its decisions itself. */
function reasonsOfCase(json: JsonObject): Set<ReasonName> {
  if (json.kind === 'delayed-ack' || json.kind === 'sack-compression') {
    const run = parseTcpRun(json.observed, 'observed');
    return fitTcpRun(String(json.kernel), parseTcpSetup(json), run).outcome.reasons;
  }
  // segmentation follows from the settings alone: no decisions of a run
  if (json.kind === 'tso') return new Set();
  return reasonsOf((watch) => (json.kind === 'gro' ? runGroCase(json, watch) : runSoftnetCase(json, watch)));
}

function reasonsOf(run: (watch: (w: World) => void) => unknown): Set<ReasonName> {
  const names = new Set<ReasonName>();
  const seen = new Uint8Array(1024);
  let world: World | null = null;
  run((w) => {
    world = w;
    w.writer = new RecordWriter((buffer, count) => {
      const view = new DataView(buffer);
      for (let i = 0; i < count; i += 1) seen[view.getUint16(i * RECORD_BYTES + 28, true)] = 1;
    });
  });
  (world as World | null)?.writer?.flush();
  seen.forEach((yes, code) => {
    const name = yes === 1 ? reasonName(code) : undefined;
    if (name !== undefined) names.add(name);
  });
  return names;
}

function files(folder: string, wanted: RegExp): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return files(path, wanted);
      return wanted.test(name) ? [path] : [];
    });
}
