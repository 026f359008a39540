/** A measured case as its file holds it, and what comparing the model with it gives. */

/** What is wrong with a file, and where: `path` in JSON (`input[0].packets[2].opts`). */
export class CaseError extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.name = 'CaseError';
    this.path = path;
  }
}

export interface CaseResult {
  name: string;
  kind: string;
  /** failed: compared and different, or not to be compared (`message`). */
  status: 'passed' | 'failed';
  passed: boolean;
  /** One line each: where, what was measured, what the model has. */
  differences: string[];
  /** Why it could not be compared; absent where it was. */
  message?: string;
}

export type JsonObject = Record<string, unknown>;

export function objectAt(value: unknown, path: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CaseError(path, 'an object is wanted here');
  return value as JsonObject;
}

export function arrayAt(value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) throw new CaseError(path, 'a list is wanted here');
  return value;
}

export function stringAt(value: unknown, path: string): string {
  if (typeof value !== 'string') throw new CaseError(path, 'a text is wanted here');
  return value;
}

export function numberAt(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw new CaseError(path, 'a whole number from 0 is wanted here');
  }
  return value;
}

export function booleanAt(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') throw new CaseError(path, 'true or false is wanted here');
  return value;
}
