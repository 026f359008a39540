/** `cat FILE...`, `echo TEXT > FILE` and `ls`: the files of /proc and /sys. */
import { ERRNO, lookUp, whatIsThere } from './proc/files.ts';
import { type Ctx, done, type Outcome, printed, refused } from './types.ts';

const MOST_FILES = 512;

/** A file's text for those that read files, or the words for why not. */
export function readFile(ctx: Ctx, path: string): { ok: true; text: string } | { ok: false; error: string } {
  const found = lookUp(ctx, path);
  if (found === null) return { ok: false, error: 'No such file or directory' };
  return 'file' in found ? { ok: true, text: found.file.read() } : { ok: false, error: 'Is a directory' };
}

export function cat(ctx: Ctx, words: readonly string[]): Outcome {
  const paths = words.filter((word) => word !== '-n' && word !== '-A');
  if (paths.length === 0) return refused('', 1, 'usage: cat FILE; files are in /proc and /sys');
  if (paths.length > MOST_FILES) return refused('', 1, `at most ${MOST_FILES} files at once`);
  const total: Outcome = { output: '', status: 0, changes: [] };
  for (const path of paths) {
    const found = lookUp(ctx, path);
    if (found !== null && 'file' in found) {
      total.output += found.file.read();
      continue;
    }
    const error = found === null ? 'No such file or directory' : 'Is a directory';
    const hint = found === null ? whatIsThere(ctx, path) : `in it: ${found.directory.slice(0, 24).join(' ')}`;
    total.output += refused(`cat: ${path}: ${error}`, 1, hint).output;
    total.status = 1;
  }
  return total;
}

export function ls(ctx: Ctx, words: readonly string[]): Outcome {
  const path = words.find((word) => !word.startsWith('-')) ?? '/';
  const found = lookUp(ctx, path);
  if (found === null)
    return refused(`ls: cannot access '${path}': No such file or directory`, 2, whatIsThere(ctx, path));
  return printed(
    'file' in found ? `${path}\n` : `${found.directory.map((name) => name.replace(/\/$/, '')).join('\n')}\n`,
  );
}

/** @param redirect the file behind `>`, or null: prints */
export function echo(ctx: Ctx, words: readonly string[], redirect: string | null): Outcome {
  const text = (words[0] === '-n' ? words.slice(1) : words).join(' ');
  if (redirect === null) return printed(`${text}\n`);
  const found = lookUp(ctx, redirect);
  if (found === null) {
    // nothing can be made in /sys
    const error = redirect.startsWith('/sys/') ? 'Permission denied' : 'No such file or directory';
    return refused(`bash: ${redirect}: ${error}`, 1, whatIsThere(ctx, redirect));
  }
  if (!('file' in found))
    return refused(
      `bash: ${redirect}: Is a directory`,
      1,
      `in it: ${found.directory.slice(0, 24).join(' ')}`,
    );
  if (found.file.write === null)
    return refused(`bash: ${redirect}: Permission denied`, 1, 'this file can only be read');
  const written = found.file.write(text);
  if (!written.ok) return refused(`bash: echo: write error: ${ERRNO[written.errno]}`, 1, written.hint);
  return done(written.changes);
}
