/** Where commands write, what they exit with, and the errors they end with. */

/** Whole lines; `out` is standard output. */
export interface Io {
  out(line: string): void;
  err(line: string): void;
}

export const EXIT_OK = 0;
/** Something that was checked does not hold. */
export const EXIT_FAILED = 1;
/** Nothing could be done: wrong use, a file that is not there or not right. */
export const EXIT_USAGE = 2;

export type ErrorCode =
  | 'usage'
  | 'not-found'
  | 'not-readable'
  | 'invalid-scenario'
  | 'unknown-variant'
  | 'command-refused'
  | 'bad-capture'
  | 'missing-capture';

/** Ends a command; shown as one line, or as `{"error": ...}` with --json. */
export class CliError extends Error {
  readonly code: ErrorCode;
  readonly file: string;
  readonly path: string;

  constructor(code: ErrorCode, message: string, file = '', path = '') {
    super(message);
    this.code = code;
    this.file = file;
    this.path = path;
  }
}

/** @returns the exit status */
export function reportError(error: CliError, json: boolean, io: Io): number {
  const { code, file, path, message } = error;
  if (json) io.out(JSON.stringify({ error: { code, file, path, message } }));
  else {
    const where = [file, path].filter((part) => part !== '').join(', at ');
    io.err(`softnet-lab: ${where === '' ? '' : `${where}: `}${message}`);
  }
  return EXIT_USAGE;
}

/** What a failed file operation means, in words. */
export function fileError(error: unknown, file: string): CliError {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (code === 'ENOENT') return new CliError('not-found', 'no such file', file);
  if (code === 'EISDIR') return new CliError('not-readable', 'a folder, not a file', file);
  if (code === 'EACCES') return new CliError('not-readable', 'may not be read', file);
  return new CliError('not-readable', error instanceof Error ? error.message : String(error), file);
}
