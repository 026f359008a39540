/** Where a command writes: whole lines. Exit statuses of all commands. */
export interface Io {
  out(line: string): void;
  err(line: string): void;
}

export const EXIT_OK = 0;
/** A claim or a case fails. */
export const EXIT_FAILED = 1;
/** Bad input or wrong use. */
export const EXIT_INPUT = 2;

/** An error a person can act on, as text or as the JSON that --json promises. */
export interface InputError {
  code: string;
  file: string;
  path: string;
  message: string;
}

export class InputProblem extends Error {
  readonly error: InputError;

  constructor(error: InputError) {
    super(`${error.file}${error.path === '' ? '' : `, at ${error.path}`}: ${error.message}`);
    this.error = error;
  }
}
