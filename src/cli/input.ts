/** What a command line names: a scenario file, the id of a built-in one, or a capture; read, checked and bounded. */
import {
  createReadStream,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  closeSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { createTrafficReader } from '../capture/traffic.ts';
import type { TrafficTable } from '../engine/packet/traffic-table.ts';
import { captureScenario } from '../scenario/capture-scenario.ts';
import { type ScenarioError, loadScenario } from '../scenario/load.ts';
import { LIMITS, type Scenario } from '../scenario/schema.ts';
import { InputProblem } from './io.ts';

export interface Input {
  name: string;
  scenario: Scenario;
  captures: Map<string, TrafficTable>;
  warnings: string[];
}

/** First bytes of pcap (both orders, both units), pcapng and gzip files. */
const CAPTURE_MAGIC: ReadonlySet<string> = new Set([
  'a1b2c3d4',
  'd4c3b2a1',
  'a1b23c4d',
  '4d3cb2a1',
  '0a0d0d0a',
]);

function firstBytes(file: string): string {
  const bytes = Buffer.alloc(4);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, bytes, 0, 4, 0);
  } finally {
    closeSync(handle);
  }
  return bytes.toString('hex');
}

export function problemOf(code: string, errors: readonly ScenarioError[]): InputProblem {
  const [first, ...rest] = errors;
  const more =
    rest.length === 0
      ? ''
      : ` (and ${rest.length} more: ${rest.map((e) => `${e.path}: ${e.message}`).join('; ')})`;
  return new InputProblem({ code, file: first.file, path: first.path, message: first.message + more });
}

/** scenarios/ beside the bundle or in the project; null where there is none. */
export function builtinFolder(): string | null {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let up = 0; up < 4; up += 1) {
    const here = join(folder, 'scenarios');
    if (existsSync(join(here, 'receive')) || existsSync(join(here, 'bench'))) return here;
    folder = dirname(folder);
  }
  return null;
}

/** Every *.json under a folder, in order of names; a file is itself. @throws InputProblem where there is nothing */
export function scenarioFiles(path: string): string[] {
  if (!existsSync(path))
    throw new InputProblem({
      code: 'not-found',
      file: path,
      path: '',
      message: 'there is no such file or folder',
    });
  if (!statSync(path).isDirectory()) return [path];
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) return scenarioFiles(inner);
    return entry.name.endsWith('.json') ? [inner] : [];
  });
}

/** @throws InputProblem */
export async function readInput(name: string): Promise<Input> {
  const file = findFile(name);
  if (CAPTURE_MAGIC.has(firstBytes(file)) || /\.(pcap|pcapng|cap|gz)$/i.test(file)) return readCapture(file);
  return readScenario(file);
}

function findFile(name: string): string {
  if (existsSync(name) && statSync(name).isFile()) return name;
  const folder = builtinFolder();
  const files = folder === null ? [] : scenarioFiles(folder);
  const found = files.find((f) => basename(f, '.json') === name);
  if (found !== undefined) return found;
  const known = files.map((f) => basename(f, '.json')).join(', ');
  throw new InputProblem({
    code: 'not-found',
    file: name,
    path: '',
    message: `no such file, and no built-in scenario of that name; there are ${known}`,
  });
}

export function readScenario(file: string): Input {
  if (statSync(file).size > LIMITS.bytes) {
    throw new InputProblem({
      code: 'too-large',
      file,
      path: '',
      message: `a scenario has at most ${LIMITS.bytes} bytes`,
    });
  }
  const loaded = loadScenario(readFileSync(file, 'utf8'), file);
  if (!loaded.ok) throw problemOf('bad-scenario', loaded.errors);
  return { name: file, scenario: loaded.scenario, captures: new Map(), warnings: [] };
}

async function readCapture(file: string): Promise<Input> {
  const reader = createTrafficReader();
  const hash = sha256.create();
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    const bytes = chunk as Uint8Array;
    hash.update(bytes);
    if (reader.error === null) reader.push(bytes);
  }
  const traffic = reader.finish();
  const error = traffic.summary.error;
  if (traffic.table.count === 0) {
    throw new InputProblem({
      code: error?.code ?? 'no-packets',
      file,
      path: '',
      message: error?.message ?? 'the capture holds no packet',
    });
  }
  const digest = bytesToHex(hash.digest());
  const scenario = captureScenario(traffic.table, basename(file), digest);
  const warnings = traffic.summary.warnings.map(
    (w) => `${w.count} packets: ${w.code}, first at ${w.firstIndex}`,
  );
  if (error !== null)
    warnings.unshift(`${error.message} What was read before is used: ${traffic.table.count} packets.`);
  return { name: file, scenario, captures: new Map([[digest, traffic.table]]), warnings };
}
