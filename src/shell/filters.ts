/**
 * What may stand behind a pipe: grep, head, tail, sort, uniq, wc and awk '{print $N}', on text. Nothing a person types can make
 * them slow: patterns are short and repeat little.
 * Source: GNU grep 3.11, coreutils 9.4, mawk 1.3; errors tried on them.
 */
import { type Outcome, printed, refused } from './types.ts';

export const FILTERS = ['awk', 'grep', 'head', 'sort', 'tail', 'uniq', 'wc'] as const;

/** Longest pattern, and repetitions in it: with more a pattern can take very long on an unlucky line. */
const MAX_PATTERN = 200;
const MAX_REPEATS = 2;

/** @param text what the command before printed */
export function runFilter(words: readonly string[], text: string): Outcome {
  const [name, ...rest] = words;
  const lines = linesOf(text);
  switch (name) {
    case 'grep':
      return grep(rest, lines);
    case 'head':
      return ends('head', rest, lines);
    case 'tail':
      return ends('tail', rest, lines);
    case 'sort':
      return sort(rest, lines);
    case 'uniq':
      return uniq(rest, lines);
    case 'wc':
      return wc(rest, text, lines);
    case 'awk':
      return awk(rest, lines);
    default:
      return refused(`bash: ${name}: command not found`, 127, `behind a pipe: ${FILTERS.join(' ')}`);
  }
}

function linesOf(text: string): string[] {
  if (text === '') return [];
  return text.replace(/\n$/, '').split('\n');
}

function out(lines: readonly string[], status = 0): Outcome {
  const output = lines.length === 0 ? '' : `${lines.join('\n')}\n`;
  return { output, status, changes: [] };
}

/** Short options of one letter each, a value for those named in `valued`; the rest are operands. */
function options(
  name: string,
  words: readonly string[],
  flags: string,
  valued: string,
): { ok: true; set: Map<string, string>; rest: string[] } | { ok: false; outcome: Outcome } {
  const set = new Map<string, string>();
  const rest: string[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i];
    if (!word.startsWith('-') || word === '-') {
      rest.push(word);
      continue;
    }
    for (let k = 1; k < word.length; k += 1) {
      const letter = word.charAt(k);
      if (flags.includes(letter)) set.set(letter, '');
      else if (valued.includes(letter)) {
        const value = word.slice(k + 1) || words[i + 1];
        if (value === undefined)
          return { ok: false, outcome: refused(`${name}: option requires an argument -- '${letter}'`, 2) };
        if (word.slice(k + 1) === '') i += 1;
        set.set(letter, value);
        break;
      } else {
        const error = `${name}: invalid option -- '${letter}'`;
        const all = [...flags, ...valued].map((l) => `-${l}`).join(' ');
        return { ok: false, outcome: refused(error, 2, `options here: ${all || 'none'}`) };
      }
    }
  }
  return { ok: true, set, rest };
}

/** A pattern of grep as a regular expression; null: too long, or it repeats too much. */
function patternOf(pattern: string, extended: boolean, ignoreCase: boolean): RegExp | null {
  if (pattern.length > MAX_PATTERN) return null;
  let source = '';
  let repeats = 0;
  for (let i = 0; i < pattern.length; i += 1) {
    const c = pattern.charAt(i);
    if (c === '\\') {
      const next = pattern.charAt(i + 1);
      i += 1;
      source += !extended && next === '|' ? '|' : next.replace(/[^A-Za-z0-9 ]/, '\\$&');
    } else if (c === '[') {
      const end = pattern.indexOf(']', i + 2);
      if (end < 0) return null;
      source += `[${pattern.slice(i + 1, end).replace(/[\\[]/g, '\\$&')}]`;
      i = end;
    } else if (c === '*' && i > 0) {
      repeats += 1;
      source += '*';
    } else if (extended && (c === '+' || c === '?') && i > 0) {
      if (c === '+') repeats += 1;
      source += c;
    } else if (c === '.' || c === '^' || c === '$' || (extended && c === '|')) source += c;
    else source += c.replace(/[^A-Za-z0-9 ]/, '\\$&');
  }
  if (repeats > MAX_REPEATS) return null;
  try {
    return new RegExp(source, ignoreCase ? 'i' : '');
  } catch {
    return null;
  }
}

function grep(words: readonly string[], lines: readonly string[]): Outcome {
  const parsed = options('grep', words, 'ivcEFnw', 'e');
  if (!parsed.ok) return parsed.outcome;
  const { set, rest } = parsed;
  const pattern = set.get('e') ?? rest.shift();
  if (pattern === undefined)
    return refused('Usage: grep [OPTION]... PATTERNS', 2, 'grep -i -v -c -n -w -E -F PATTERN');
  if (rest.length > 0) return refused(`grep: ${rest[0]}: No such file or directory`, 2);
  const fixed = set.has('F') ? pattern.replace(/[\\[\].*^$]/g, '\\$&') : pattern;
  const found = patternOf(fixed, set.has('E'), set.has('i'));
  if (found === null)
    return refused(
      '',
      2,
      `a pattern of at most ${MAX_PATTERN} characters and ${MAX_REPEATS} repetitions (* +)`,
    );
  const whole = new RegExp(`(?:^|\\W)(?:${found.source})(?:\\W|$)`, found.flags);
  const test = set.has('w') ? whole : found;
  const kept = lines
    .map((line, i) => ({ line, n: i + 1 }))
    .filter(({ line }) => test.test(line) !== set.has('v'));
  const status = kept.length > 0 ? 0 : 1;
  if (set.has('c')) return out([String(kept.length)], status);
  return out(
    kept.map(({ line, n }) => (set.has('n') ? `${n}:${line}` : line)),
    status,
  );
}

function ends(name: 'head' | 'tail', words: readonly string[], lines: readonly string[]): Outcome {
  // head -3 is head -n 3
  const plain = words.map((word) => (/^-\d+$/.test(word) ? `-n${word.slice(1)}` : word));
  const parsed = options(name, plain, '', 'n');
  if (!parsed.ok) return parsed.outcome;
  const text = parsed.set.get('n') ?? '10';
  const from = name === 'tail' && text.startsWith('+');
  const without = name === 'head' && text.startsWith('-');
  if (!/^[+-]?\d{1,9}$/.test(text)) return refused(`${name}: invalid number of lines: ‘${text}’`, 1);
  const n = Number(text.replace(/^[+-]/, ''));
  if (name === 'head')
    return out(without ? lines.slice(0, Math.max(0, lines.length - n)) : lines.slice(0, n));
  if (from) return out(lines.slice(Math.max(0, n - 1)));
  return out(n === 0 ? [] : lines.slice(-n));
}

function sort(words: readonly string[], lines: readonly string[]): Outcome {
  const parsed = options('sort', words, 'nru', 'k');
  if (!parsed.ok) return parsed.outcome;
  const { set } = parsed;
  const key = set.get('k');
  if (key !== undefined && !/^[1-9]\d{0,3}(,[1-9]\d{0,3})?[nr]*$/.test(key))
    return refused(`sort: invalid number at field start: invalid count at start of ‘${key}’`, 2);
  const field = key === undefined ? 0 : Number.parseInt(key, 10);
  const numeric = set.has('n') || (key?.includes('n') ?? false);
  const reverse = set.has('r') || (key?.includes('r') ?? false);
  const of = (line: string): string =>
    field === 0
      ? line
      : line
          .trim()
          .split(/\s+/)
          .slice(field - 1)
          .join(' ');
  const number = (line: string): number => Number.parseFloat(of(line).trim()) || 0;
  const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  const sorted = [...lines].sort((a, b) => {
    const first = numeric ? number(a) - number(b) : byText(of(a), of(b));
    const order = first !== 0 ? first : byText(a, b);
    return reverse ? -order : order;
  });
  return out(set.has('u') ? sorted.filter((line, i) => i === 0 || line !== sorted[i - 1]) : sorted);
}

function uniq(words: readonly string[], lines: readonly string[]): Outcome {
  const parsed = options('uniq', words, 'c', '');
  if (!parsed.ok) return parsed.outcome;
  const groups: { line: string; count: number }[] = [];
  for (const line of lines) {
    const last = groups[groups.length - 1];
    if (last?.line === line) last.count += 1;
    else groups.push({ line, count: 1 });
  }
  return out(
    groups.map(({ line, count }) => (parsed.set.has('c') ? `${String(count).padStart(7)} ${line}` : line)),
  );
}

function wc(words: readonly string[], text: string, lines: readonly string[]): Outcome {
  const parsed = options('wc', words, 'lwc', '');
  if (!parsed.ok) return parsed.outcome;
  const { set } = parsed;
  const all: [string, number][] = [
    ['l', lines.length],
    ['w', text.split(/\s+/).filter((word) => word !== '').length],
    ['c', bytesOf(text)],
  ];
  const shown = all.filter(([letter]) => set.size === 0 || set.has(letter)).map(([, n]) => n);
  return out([shown.length === 1 ? String(shown[0]) : shown.map((n) => String(n).padStart(7)).join(' ')]);
}

/** Bytes of a text in UTF-8. */
function bytesOf(text: string): number {
  let bytes = 0;
  for (const c of text) {
    const code = c.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** `{print $1, $3}`: fields by number, with a separator; nothing else of the language. */
function awk(words: readonly string[], lines: readonly string[]): Outcome {
  const [program, ...rest] = words;
  const match = /^\s*\{\s*print(?:\s+(\$(?:\d{1,4}|NF)(?:\s*,?\s*\$(?:\d{1,4}|NF))*))?\s*;?\s*\}\s*$/.exec(
    program ?? '',
  );
  if (program === undefined) return refused('usage: awk program', 2, "awk '{print $N}'");
  if (match === null || rest.length > 0)
    return refused('awk: syntax error', 2, "of awk there is only: awk '{print $1, $3}'");
  const parts = [...(match[1] ?? '$0').matchAll(/(,?)\s*\$(\d+|NF)/g)].map(([, comma, field]) => ({
    comma,
    field,
  }));
  return printed(
    lines
      .map((line) => {
        const fields = line.trim() === '' ? [] : line.trim().split(/\s+/);
        let text = '';
        for (const { comma, field } of parts) {
          const n = field === 'NF' ? fields.length : Number(field);
          text += `${comma === '' ? '' : ' '}${n === 0 ? line : (fields[n - 1] ?? '')}`;
        }
        return `${text}\n`;
      })
      .join(''),
  );
}
