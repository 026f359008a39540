/**
 * Pathname expansion: `*`, `?` and `[...]` of words that are not quoted, among the files there are.
 * Source: POSIX.1-2017 XCU 2.13; as bash does it: a pattern that finds nothing stays as it was typed.
 */
import { allFiles } from './proc/files.ts';
import type { Ctx } from './types.ts';

/** Most words a pattern becomes. */
const MOST_WORDS = 1024;

/**
 * @param pattern with a backslash before every character that was quoted
 * @returns the paths, sorted; none: nothing fits, or it is no path from the root
 */
export function expandGlob(ctx: Ctx, pattern: string): string[] {
  if (!pattern.startsWith('/')) return [];
  const wanted = pattern.split('/').slice(1);
  // a slash at the end asks for directories
  const directories = wanted[wanted.length - 1] === '';
  if (directories) wanted.pop();
  const found = new Set<string>();
  for (const { path } of allFiles(ctx)) {
    const parts = path.split('/').slice(1);
    const deeper = parts.length > wanted.length;
    if (parts.length < wanted.length || (directories && !deeper)) continue;
    if (!wanted.every((part, i) => globMatches(part, parts[i]))) continue;
    found.add(`/${parts.slice(0, wanted.length).join('/')}${directories ? '/' : ''}`);
    if (found.size >= MOST_WORDS) break;
  }
  return [...found].sort();
}

/** One part of a path against one part of a pattern. Takes at most their lengths' product. */
export function globMatches(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  let p = 0;
  let n = 0;
  let star = -1;
  let starAt = 0;
  while (n < name.length) {
    const one = p < pattern.length && pattern.charAt(p) !== '*' ? matchOne(pattern, p, name.charAt(n)) : 0;
    if (pattern.charAt(p) === '*') {
      star = p;
      starAt = n;
      p += 1;
    } else if (one > 0) {
      p += one;
      n += 1;
    } else if (star >= 0) {
      p = star + 1;
      starAt += 1;
      n = starAt;
    } else return false;
  }
  while (pattern.charAt(p) === '*') p += 1;
  return p === pattern.length;
}

/** @returns characters of the pattern that stand for `c`, 0 where they do not */
function matchOne(pattern: string, p: number, c: string): number {
  const sign = pattern.charAt(p);
  if (sign === '?') return 1;
  if (sign === '\\') return pattern.charAt(p + 1) === c ? 2 : 0;
  if (sign === '[') {
    const end = pattern.indexOf(']', p + 2);
    if (end > 0) {
      const negated = '!^'.includes(pattern.charAt(p + 1));
      let inside = false;
      for (let i = p + (negated ? 2 : 1); i < end; i += 1) {
        const range = pattern.charAt(i + 1) === '-' && i + 2 < end;
        if (range ? c >= pattern.charAt(i) && c <= pattern.charAt(i + 2) : c === pattern.charAt(i))
          inside = true;
        if (range) i += 2;
      }
      return inside !== negated ? end - p + 1 : 0;
    }
  }
  return sign === c ? 1 : 0;
}
