/** What a person names on the command line, read: a scenario file, a built-in scenario's id, or a capture. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTrafficReader } from '../capture/traffic.ts';
import type { TrafficTable } from '../engine/packet/traffic-table.ts';
import { captureScenario } from '../scenario/capture-scenario.ts';
import { loadScenario, type ScenarioError } from '../scenario/load.ts';
import type { Scenario } from '../scenario/schema.ts';
import { CliError, fileError } from './io.ts';

export interface Source {
  scenario: Scenario;
  /** As given, or the built-in file's path. */
  file: string;
  captures: Map<string, TrafficTable>;
  /** Things to know that do not stop the run. */
  notes: string[];
}

const CHUNK = 1 << 20;
/** A scenario is bounded far below; what is longer is refused before it is read. */
const MOST_SCENARIO_BYTES = 8_000_000;

/** The folder of built-in scenarios: beside the sources, or beside the bundled command in an installed package. */
export function scenariosFolder(): string | null {
  const here = dirname(fileURLToPath(import.meta.url));
  return [join(here, '../../scenarios'), join(here, '../scenarios')].find((path) => existsSync(path)) ?? null;
}

/** Every *.json under a folder, in order of names; but for `released`, where scenarios are kept as they once were. */
export function jsonFiles(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'released' ? [] : jsonFiles(path);
    return entry.isFile() && entry.name.endsWith('.json') ? [path] : [];
  });
}

/** Built-in scenarios by id, which is the file's name (in bench/ behind `bench-`). */
export function builtIns(): Map<string, string> {
  const folder = scenariosFolder();
  const idOf = (path: string): string =>
    `${basename(dirname(path)) === 'bench' ? 'bench-' : ''}${basename(path, '.json')}`;
  return new Map(folder === null ? [] : jsonFiles(folder).map((path) => [idOf(path), path]));
}

/** @param name a file, or a built-in scenario's id  @throws CliError */
export function openSource(name: string, captureFiles: readonly string[] = []): Source {
  const file = existsSync(name) ? name : builtIns().get(name);
  if (file === undefined) {
    const known = [...builtIns().keys()].join(', ');
    const message = `no such file, and no built-in scenario of this name${known === '' ? '' : `; there are ${known}`}`;
    throw new CliError('not-found', message, name);
  }
  return looksLikeCapture(file) ? openCapture(file) : openScenario(file, captureFiles);
}

/** Anything but JSON text: what is no capture either is told so by the capture reader. */
function looksLikeCapture(file: string): boolean {
  if (file.endsWith('.json')) return false;
  try {
    const fd = openSync(file, 'r');
    try {
      const bytes = Buffer.alloc(256);
      const text = bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0)).toString('utf8');
      return !/^\uFEFF?\s*\{/.test(text);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw fileError(error, file);
  }
}

export function openScenario(file: string, captureFiles: readonly string[] = []): Source {
  let text: string;
  try {
    if (statSync(file).size > MOST_SCENARIO_BYTES)
      throw new CliError('invalid-scenario', `longer than ${MOST_SCENARIO_BYTES} bytes`, file);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw error instanceof CliError ? error : fileError(error, file);
  }
  const loaded = loadScenario(text, file);
  if (!loaded.ok) throw scenarioError('invalid-scenario', loaded.errors);
  const { scenario } = loaded;
  const captures = new Map<string, TrafficTable>();
  const notes: string[] = [];
  for (const path of captureFiles) {
    const capture = readCapture(path);
    captures.set(capture.sha256, capture.table);
    notes.push(...capture.notes);
  }
  for (const traffic of Object.values(scenario.traffic)) {
    if (traffic.kind !== 'capture' || captures.has(traffic.sha256)) continue;
    // a capture lies beside its scenario
    const path = join(dirname(file), basename(traffic.name));
    if (!existsSync(path)) continue;
    const capture = readCapture(path);
    captures.set(capture.sha256, capture.table);
    notes.push(...capture.notes);
    if (capture.sha256 !== traffic.sha256)
      notes.push(`${path} is another file than the scenario names: its SHA-256 is ${capture.sha256}`);
  }
  return { scenario, file, captures, notes };
}

/** The first error, and how many more there are. */
export function scenarioError(
  code: 'invalid-scenario' | 'unknown-variant' | 'command-refused' | 'missing-capture',
  errors: readonly ScenarioError[],
): CliError {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const place = first.line === undefined ? '' : `line ${first.line}, column ${first.column}: `;
  return new CliError(code, `${place}${first.message}${more}`, first.file, first.path);
}

interface Capture {
  table: TrafficTable;
  sha256: string;
  notes: string[];
}

/** Read in pieces: a capture may be larger than memory. */
function readCapture(file: string): Capture {
  const reader = createTrafficReader();
  const hash = createHash('sha256');
  try {
    const fd = openSync(file, 'r');
    try {
      if (fstatSync(fd).isDirectory()) throw new CliError('not-readable', 'a folder, not a file', file);
      for (;;) {
        const chunk = new Uint8Array(CHUNK);
        const length = readSync(fd, chunk, 0, CHUNK, null);
        if (length === 0) break;
        hash.update(chunk.subarray(0, length));
        // after an error there is nothing more to read, but the file's hash still counts
        if (reader.error === null) reader.push(chunk.subarray(0, length));
      }
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw error instanceof CliError ? error : fileError(error, file);
  }
  const { table, summary, counts } = reader.finish();
  const { error } = summary;
  if (table.count === 0) throw new CliError('bad-capture', error?.message ?? 'it holds no packets', file);
  const notes: string[] = [];
  if (error !== null) notes.push(`${file}: ${error.message} ${table.count} packets before it are used.`);
  for (const warning of summary.warnings)
    notes.push(
      `${file}: ${warning.code}, ${warning.count} packets, the first is number ${warning.firstIndex + 1}`,
    );
  if (counts.syntheticL2 > 0) notes.push(`${file}: ${counts.syntheticL2} packets had no Ethernet header`);
  if (counts.aggregates > 0)
    notes.push(
      `${file}: ${counts.aggregates} packets are longer than any frame: seen before TSO or after GRO`,
    );
  if (counts.partialChecksums > 0)
    notes.push(`${file}: ${counts.partialChecksums} checksums are unfinished: captured on the sending host`);
  return { table, sha256: hash.digest('hex'), notes };
}

function openCapture(file: string): Source {
  const { table, sha256, notes } = readCapture(file);
  const scenario = captureScenario(table, basename(file), sha256);
  return { scenario, file, captures: new Map([[sha256, table]]), notes };
}
