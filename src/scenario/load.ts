/**
 * Reads a scenario that may come from anywhere: bounded before it is parsed, every error with its place and what is allowed.
 * Never throws, whatever the text.
 */
import * as v from 'valibot';
import { LIMITS, type Scenario, ScenarioSchema } from './schema.ts';
import { migrate } from './migrate.ts';

export interface ScenarioError {
  file: string;
  /** `hosts.h1.nics.eth0.mtu`; empty: the whole file. */
  path: string;
  message: string;
}

export type Loaded = { ok: true; scenario: Scenario } | { ok: false; errors: ScenarioError[] };

const MOST_ERRORS = 20;
const MOST_DEPTH = 40;

/** Text of a file to a scenario. @param file name for messages */
export function loadScenario(text: string, file: string): Loaded {
  if (text.length > LIMITS.bytes) return fail(file, '', `longer than ${LIMITS.bytes} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail(file, '', `not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return loadScenarioValue(value, file);
}

function fail(file: string, path: string, message: string): Loaded {
  return { ok: false, errors: [{ file, path, message }] };
}

function tooDeep(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  return Object.values(value).some((part) => tooDeep(part, depth - 1));
}

/** A parsed value to a scenario of the present format. */
export function loadScenarioValue(value: unknown, file: string): Loaded {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail(file, '', 'a scenario is a JSON object');
  if (tooDeep(value, MOST_DEPTH)) return fail(file, '', `nested deeper than ${MOST_DEPTH} levels`);
  const migrated = migrate(value as Record<string, unknown>);
  if (!migrated.ok) return fail(file, 'format', migrated.message);
  const result = v.safeParse(ScenarioSchema, migrated.value);
  if (result.success) return { ok: true, scenario: result.output };
  const errors = result.issues.slice(0, MOST_ERRORS).map((issue) => ({
    file,
    path: v.getDotPath(issue) ?? '',
    message: messageOf(issue),
  }));
  return { ok: false, errors };
}

function messageOf(issue: v.BaseIssue<unknown>): string {
  if (issue.kind === 'schema' && issue.expected !== null)
    return `${issue.received} is not allowed here: ${issue.expected}`;
  if (issue.expected !== null) return `${issue.received} is not allowed here: it must be ${issue.expected}`;
  return issue.message;
}

/** One line for people. */
export function errorLine(error: ScenarioError): string {
  return `${error.file}${error.path === '' ? '' : `, at ${error.path}`}: ${error.message}`;
}
