/** What the schema found wrong, in words: what stands there, and what is allowed. */
import * as v from 'valibot';
import type { PathStep } from './json.ts';

/** Longest piece of the file's own text in a message. */
const MOST_SHOWN = 60;

export interface Explained {
  path: PathStep[];
  message: string;
}

type AnySchema = v.GenericSchema & {
  entries?: Record<string, v.GenericSchema>;
  item?: v.GenericSchema;
  value?: v.GenericSchema;
  wrapped?: v.GenericSchema;
  options?: readonly unknown[];
};

/** The object schema at a path, through optional fields, lists, records and unions; null where there is none. */
function objectAt(schema: v.GenericSchema, path: readonly PathStep[], value: unknown): AnySchema | null {
  const here = schema as AnySchema;
  if (here.wrapped !== undefined) return objectAt(here.wrapped, path, value);
  if (here.type === 'variant' || here.type === 'union') {
    for (const option of (here.options ?? []) as v.GenericSchema[]) {
      if (here.type === 'variant' && !sameKind(option as AnySchema, value)) continue;
      const found = objectAt(option, path, value);
      if (found !== null) return found;
    }
    return null;
  }
  if (path.length === 0) return here.entries === undefined ? null : here;
  const [step, ...rest] = path;
  const inner = (value as Record<PathStep, unknown> | null | undefined)?.[step];
  const next =
    typeof step === 'number' ? here.item : here.entries === undefined ? here.value : here.entries[step];
  return next === undefined ? null : objectAt(next, rest, inner);
}

/** Whether a variant's option is the one that `kind` names. */
function sameKind(option: AnySchema, value: unknown): boolean {
  const kind = (value as { kind?: unknown } | null | undefined)?.kind;
  return option.entries !== undefined && v.is(option.entries['kind'], kind);
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? `"${value}"` : Array.isArray(value) ? 'a list' : kindOf(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

function kindOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

/** valibot's types in the words of JSON. */
function wanted(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    Object: 'an object',
    Array: 'a list',
    string: 'a text',
    number: 'a number',
    boolean: 'true or false',
  };
  return names[expected] ?? expected.replace(/^\((.*)\)$/, '$1').replaceAll(' | ', ', ');
}

export function explain(root: v.GenericSchema, issue: v.BaseIssue<unknown>): Explained {
  const path = (issue.path ?? []).map((item): PathStep => item.key as PathStep);
  const top: unknown = issue.path?.[0]?.input;
  if (issue.type === 'union' && issue.issues !== undefined) {
    // the option that got furthest is most likely the one meant
    const deepest = issue.issues.reduce((best, one) => {
      const depth = one.path?.length ?? 0;
      return depth > (best.path?.length ?? 0) ? one : best;
    });
    const inner = (deepest.path ?? []).map((item): PathStep => item.key as PathStep);
    if (inner.length > 0 && deepest.expected !== 'never' && deepest.input !== undefined)
      return { path: [...path, ...inner], message: sentence(deepest) };
    return {
      path,
      message: `${shown(issue.input)} is not one of the forms allowed here: ${forms(issue.issues)}`,
    };
  }
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const object = objectAt(root, path.slice(0, -1), top);
    const known = Object.keys(object?.entries ?? {}).filter((name) => name !== '$schema');
    const allowed = known.length === 0 ? '' : `; there are ${known.join(', ')}`;
    return { path, message: `there is no field ${shown(path[path.length - 1])}${allowed}` };
  }
  if (issue.input === undefined) return { path, message: `missing: ${wanted(issue.expected ?? 'a value')}` };
  return { path, message: sentence(issue) };
}

/** What the options of a union would have wanted. */
function forms(issues: readonly v.BaseIssue<unknown>[]): string {
  const texts = issues.map((one) => {
    const field = one.path?.[0]?.key;
    if (field === undefined) return wanted(one.expected ?? '');
    return one.expected === 'never' ? '' : `an object with ${String(field)}`;
  });
  return [...new Set(texts)].filter((text) => text !== '').join(', ') || 'see the schema';
}

function sentence(issue: v.BaseIssue<unknown>): string {
  const value = shown(issue.input);
  switch (issue.type) {
    case 'integer':
      return `${value} is no whole number`;
    case 'min_value':
      return `${value} is too small: ${String(issue.requirement)} is the least`;
    case 'max_value':
      return `${value} is too large: ${String(issue.requirement)} is the most`;
    case 'max_length':
    case 'min_length':
      return `it has a length of ${issue.received}: ${issue.expected} is allowed`;
    case 'regex':
      return /^Invalid/.test(issue.message)
        ? `${value} has not the form ${issue.expected}`
        : `${value} is not allowed here: ${issue.message}`;
    case 'check':
      return issue.message;
    default:
      return `${value} is not allowed here: ${wanted(issue.expected ?? 'another value')}`;
  }
}
