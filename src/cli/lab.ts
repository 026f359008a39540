/** `softnet-lab lab FILE|FOLDER...`: measured cases against the model. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runCase } from '../lab/run-case.ts';
import { jsonErrorAt, placeIn } from './json-place.ts';

/** Where the command writes: whole lines. */
export interface LabIo {
  out(line: string): void;
  err(line: string): void;
}

/** Exit status: all passed, some failed, nothing to run (no such file, wrong use). */
const EXIT_PASSED = 0;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/**
 * @param args files and folders (searched for *.json, folders in folders too)
 * @returns exit status
 */
export async function labCommand(args: string[], io: LabIo): Promise<number> {
  if (args.length === 0) {
    io.err('usage: softnet-lab lab FILE|FOLDER...');
    return EXIT_USAGE;
  }
  const option = args.find((arg) => arg.startsWith('-'));
  if (option !== undefined) {
    io.err(`lab: unknown option ${option}`);
    return EXIT_USAGE;
  }
  const files: string[] = [];
  for (const arg of args) {
    try {
      files.push(...filesIn(arg));
    } catch (error) {
      io.err(`lab: ${arg}: ${reasonOf(error)}`);
      return EXIT_USAGE;
    }
  }
  if (files.length === 0) {
    io.err(`lab: no .json file in ${args.join(' ')}`);
    return EXIT_USAGE;
  }
  let passed = 0;
  for (const file of files) if (runFile(file, io)) passed += 1;
  const failed = files.length - passed;
  io.out(`${passed} passed, ${failed} failed`);
  return failed === 0 ? EXIT_PASSED : EXIT_FAILED;
}

/** The file itself, or every *.json under the folder, in order of names. */
function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) return filesIn(inner);
    return entry.name.endsWith('.json') ? [inner] : [];
  });
}

function runFile(file: string, io: LabIo): boolean {
  let json: unknown;
  try {
    const text = readFileSync(file, 'utf8');
    json = parseJson(text);
  } catch (error) {
    io.out(`FAIL ${file}`);
    io.out(`  ${reasonOf(error)}`);
    return false;
  }
  const result = runCase(json);
  if (result.passed) {
    io.out(`ok ${result.name}`);
    return true;
  }
  io.out(`FAIL ${result.name === '?' ? file : result.name}`);
  if (result.message !== undefined) io.out(`  ${result.message}`);
  for (const line of result.differences) io.out(`  ${line}`);
  return false;
}

/** JSON.parse whose error says line and column. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (text.trim() === '') throw new Error('not JSON: the file is empty');
    const at = jsonErrorAt(text);
    const where = at < 0 ? '' : `${placeIn(text, at)}: `;
    throw new Error(
      `not JSON: ${where}${at === text.length ? 'the text ends too early' : `unexpected ${JSON.stringify(text.charAt(at))}`}`,
    );
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'no such file or folder';
  if (code === 'EACCES') return 'may not be read';
  return error.message;
}
