/**
 * Reads a scenario that may come from anywhere: bounded before it is parsed, every error with its place and what is allowed.
 * Never throws, whatever the text.
 */
import * as v from 'valibot';
import { explain } from './explain.ts';
import { MAX_DEPTH, parseJson, type PathStep, printPath, type TextPlace } from './json.ts';
import { migrate } from './migrate.ts';
import { referenceProblems } from './references.ts';
import { type Scenario, ScenarioSchema } from './schema.ts';

export interface ScenarioError {
  file: string;
  /** `hosts.h1.nics.eth0.mtu`; empty: the whole file. */
  path: string;
  message: string;
  /** Where it stands in the text, from 1; absent where there is no text. */
  line?: number;
  column?: number;
}

export type Loaded = { ok: true; scenario: Scenario } | { ok: false; errors: ScenarioError[] };

const MOST_ERRORS = 20;

/** Text of a file to a scenario. @param file name for messages */
export function loadScenario(text: string, file: string): Loaded {
  const json = parseJson(text);
  if (!json.ok) {
    const { message, path, place } = json.problem;
    const error: ScenarioError = { file, path: printPath(path), message: `not JSON: ${message}` };
    return { ok: false, errors: [place === null ? error : { ...error, ...place }] };
  }
  return load(json.value, file, json.placeOf);
}

/** A parsed value to a scenario of the present format. */
export function loadScenarioValue(value: unknown, file: string): Loaded {
  if (tooDeep(value, MAX_DEPTH)) return fail(file, '', `nested deeper than ${MAX_DEPTH} levels`);
  return load(value, file, () => null);
}

function fail(file: string, path: string, message: string): Loaded {
  return { ok: false, errors: [{ file, path, message }] };
}

function tooDeep(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  return Object.values(value).some((part) => tooDeep(part, depth - 1));
}

function load(value: unknown, file: string, placeOf: (path: PathStep[]) => TextPlace | null): Loaded {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail(file, '', 'a scenario is a JSON object');
  const migrated = migrate(value as Record<string, unknown>);
  if (!migrated.ok) return fail(file, 'format', migrated.message);
  const result = v.safeParse(ScenarioSchema, migrated.value);
  const problems = result.success
    ? referenceProblems(result.output)
    : result.issues.map((issue) => explain(ScenarioSchema, issue));
  if (result.success && problems.length === 0) return { ok: true, scenario: result.output };
  const errors = problems.slice(0, MOST_ERRORS).map(({ path, message }): ScenarioError => {
    const error = { file, path: printPath(path), message };
    const place = placeOf(path);
    return place === null ? error : { ...error, ...place };
  });
  return { ok: false, errors };
}

/** One line for people. */
export function errorLine(error: ScenarioError): string {
  const place = error.line === undefined ? '' : `:${error.line}:${error.column}`;
  return `${error.file}${place}${error.path === '' ? '' : `, at ${error.path}`}: ${error.message}`;
}
