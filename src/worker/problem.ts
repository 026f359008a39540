/** What went wrong, as a value for the page. */
import type { ErrorValue } from '../protocol/messages.ts';
import { SweepProblem } from '../scenario/sweep.ts';

/** An error for the page, thrown inside and sent as a value. */
export class Problem extends Error {
  readonly value: ErrorValue;

  constructor(code: string, message: string, where?: string) {
    super(message);
    this.value = where === undefined ? { code, message } : { code, message, where };
  }
}

export function problemOf(error: unknown): ErrorValue {
  if (error instanceof Problem) return error.value;
  if (error instanceof SweepProblem) {
    const value = { code: 'bad-sweep', message: error.message };
    return error.where === '' ? value : { ...value, where: error.where };
  }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}
