/**
 * grep, head, tail, sort, uniq, wc and awk '{print $N}', on files or behind a pipe. Nothing a person types can make them slow:
 * patterns are matched in linear time (pattern.ts).
 * Source: GNU grep 3.11, coreutils 9.4, mawk 1.3; errors tried on them.
 */
import { compilePattern } from './pattern.ts';
import { type Outcome, refused } from './types.ts';

export const FILTERS = ['awk', 'grep', 'head', 'sort', 'tail', 'uniq', 'wc'] as const;

/** What a file holds, or why it can't be read. */
export type ReadFile = (path: string) => { ok: true; text: string } | { ok: false; error: string };

const MOST_FILES = 512;

/** One text that a filter works on: a file, or what came through the pipe. */
interface Input {
  name: string;
  text: string;
  lines: string[];
}

/** Inputs in order; `errors` where a file could not be read. */
interface Inputs {
  list: Input[];
  errors: string;
}

/**
 * @param text what the command before printed; null: nothing stands before it, it needs files
 * @param read where the files it names come from
 */
export function runFilter(words: readonly string[], text: string | null, read: ReadFile = noFiles): Outcome {
  const [name, ...rest] = words;
  switch (name) {
    case 'grep':
      return grep(rest, text, read);
    case 'head':
      return ends('head', rest, text, read);
    case 'tail':
      return ends('tail', rest, text, read);
    case 'sort':
      return sort(rest, text, read);
    case 'uniq':
      return uniq(rest, text, read);
    case 'wc':
      return wc(rest, text, read);
    case 'awk':
      return awk(rest, text, read);
    default:
      return refused(`bash: ${name}: command not found`, 127, `behind a pipe: ${FILTERS.join(' ')}`);
  }
}

const noFiles: ReadFile = () => ({ ok: false, error: 'No such file or directory' });

/** The files named, else the pipe; a refusal where there is neither. */
function inputs(
  name: string,
  files: readonly string[],
  text: string | null,
  read: ReadFile,
): { ok: true; of: Inputs } | { ok: false; outcome: Outcome } {
  if (files.length > MOST_FILES)
    return { ok: false, outcome: refused('', 2, `at most ${MOST_FILES} files at once`) };
  if (files.length === 0) {
    if (text === null)
      return {
        ok: false,
        outcome: refused('', 2, `${name} has nothing to read: name a file, or put it behind a pipe`),
      };
    return { ok: true, of: { list: [{ name: '', text, lines: linesOf(text) }], errors: '' } };
  }
  const of: Inputs = { list: [], errors: '' };
  for (const path of files) {
    const found = read(path);
    if (found.ok) of.list.push({ name: path, text: found.text, lines: linesOf(found.text) });
    else of.errors += `${wording(name, path, found.error)}\n`;
  }
  return { ok: true, of };
}

/** Each tool has words of its own for a file that isn't there. */
function wording(name: string, path: string, error: string): string {
  if (name === 'head' || name === 'tail')
    return error === 'Is a directory'
      ? `${name}: error reading '${path}': ${error}`
      : `${name}: cannot open '${path}' for reading: ${error}`;
  if (name === 'sort')
    return error === 'Is a directory'
      ? `sort: read failed: ${path}: ${error}`
      : `sort: cannot read: ${path}: ${error}`;
  if (name === 'awk') return `awk: cannot open ${path} (${error})`;
  return `${name}: ${path}: ${error}`;
}

function linesOf(text: string): string[] {
  if (text === '') return [];
  return text.replace(/\n$/, '').split('\n');
}

function out(lines: readonly string[], status = 0, errors = ''): Outcome {
  const output = lines.length === 0 ? '' : `${lines.join('\n')}\n`;
  return { output: errors + output, status, changes: [] };
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

function grep(words: readonly string[], text: string | null, read: ReadFile): Outcome {
  const parsed = options('grep', words, 'ivcEFnwHhlqos', 'em');
  if (!parsed.ok) return parsed.outcome;
  const { set, rest } = parsed;
  if (set.has('o')) return refused('', 2, 'grep -o is not here');
  const source = set.get('e') ?? rest.shift();
  if (source === undefined)
    return refused(
      'Usage: grep [OPTION]... PATTERNS [FILE]...',
      2,
      'grep -i -v -c -n -w -l -q -H -h -m N -E -F PATTERN [FILE...]',
    );
  const most = set.get('m') ?? '1000000';
  if (!/^\d{1,9}$/.test(most)) return refused('grep: invalid max count', 2);
  const pattern = compilePattern(source, {
    extended: set.has('E'),
    fixed: set.has('F'),
    ignoreCase: set.has('i'),
    words: set.has('w'),
  });
  if (!pattern.ok) return refused(`grep: ${pattern.error}`, 2);
  const got = inputs('grep', rest, text, read);
  if (!got.ok) return got.outcome;
  const { list, errors } = got.of;
  const named = set.has('H') || (rest.length > 1 && !set.has('h'));
  const shown: string[] = [];
  let any = false;
  for (const input of list) {
    const kept = input.lines
      .map((line, i) => ({ line, n: i + 1 }))
      .filter(({ line }) => pattern.test(line) !== set.has('v'))
      .slice(0, Number(most));
    any ||= kept.length > 0;
    const label = input.name === '' ? '(standard input)' : input.name;
    const prefix = named ? `${label}:` : '';
    if (set.has('q')) continue;
    if (set.has('l')) {
      if (kept.length > 0) shown.push(label);
    } else if (set.has('c')) shown.push(`${prefix}${kept.length}`);
    else for (const { line, n } of kept) shown.push(`${prefix}${set.has('n') ? `${n}:` : ''}${line}`);
  }
  const status = any ? 0 : 1;
  return out(shown, errors === '' || (set.has('q') && any) ? status : 2, set.has('s') ? '' : errors);
}

function ends(name: 'head' | 'tail', words: readonly string[], text: string | null, read: ReadFile): Outcome {
  // head -3 is head -n 3
  const plain = words.map((word) => (/^-\d+$/.test(word) ? `-n${word.slice(1)}` : word));
  const parsed = options(name, plain, '', 'n');
  if (!parsed.ok) return parsed.outcome;
  const wish = parsed.set.get('n') ?? '10';
  const from = name === 'tail' && wish.startsWith('+');
  const without = name === 'head' && wish.startsWith('-');
  if (!/^[+-]?\d{1,9}$/.test(wish)) return refused(`${name}: invalid number of lines: ‘${wish}’`, 1);
  const n = Number(wish.replace(/^[+-]/, ''));
  const part = (lines: readonly string[]): readonly string[] => {
    if (name === 'head') return without ? lines.slice(0, Math.max(0, lines.length - n)) : lines.slice(0, n);
    if (from) return lines.slice(Math.max(0, n - 1));
    return n === 0 ? [] : lines.slice(-n);
  };
  const got = inputs(name, parsed.rest, text, read);
  if (!got.ok) return got.outcome;
  const { list, errors } = got.of;
  const shown = list.flatMap((input, i) => [
    ...(parsed.rest.length > 1 ? [...(i > 0 ? [''] : []), `==> ${input.name} <==`] : []),
    ...part(input.lines),
  ]);
  return out(shown, errors === '' ? 0 : 1, errors);
}

/** All lines of all inputs, one after the other. */
const allLines = ({ list }: Inputs): string[] => list.flatMap((input) => input.lines);

function sort(words: readonly string[], text: string | null, read: ReadFile): Outcome {
  const parsed = options('sort', words, 'nru', 'k');
  if (!parsed.ok) return parsed.outcome;
  const got = inputs('sort', parsed.rest, text, read);
  if (!got.ok) return got.outcome;
  // it prints nothing where one file is missing
  if (got.of.errors !== '') return out([], 2, got.of.errors);
  const lines = allLines(got.of);
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

function uniq(words: readonly string[], text: string | null, read: ReadFile): Outcome {
  const parsed = options('uniq', words, 'c', '');
  if (!parsed.ok) return parsed.outcome;
  if (parsed.rest.length > 1) return refused(`uniq: extra operand ‘${parsed.rest[1]}’`, 1);
  const got = inputs('uniq', parsed.rest, text, read);
  if (!got.ok) return got.outcome;
  if (got.of.errors !== '') return out([], 1, got.of.errors);
  const lines = allLines(got.of);
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

function wc(words: readonly string[], text: string | null, read: ReadFile): Outcome {
  const parsed = options('wc', words, 'lwc', '');
  if (!parsed.ok) return parsed.outcome;
  const { set } = parsed;
  const got = inputs('wc', parsed.rest, text, read);
  if (!got.ok) return got.outcome;
  const { list, errors } = got.of;
  const countsOf = (input: Input): number[] => {
    const all: [string, number][] = [
      ['l', input.lines.length],
      ['w', input.text.split(/\s+/).filter((word) => word !== '').length],
      ['c', bytesOf(input.text)],
    ];
    return all.filter(([letter]) => set.size === 0 || set.has(letter)).map(([, n]) => n);
  };
  const rows = list.map((input) => ({ name: input.name, counts: countsOf(input) }));
  if (parsed.rest.length > 1)
    rows.push({
      name: 'total',
      counts: rows.reduce<number[]>(
        (sum, { counts }) => counts.map((n, i) => n + (sum[i] ?? 0)),
        countsOf({ name: '', text: '', lines: [] }),
      ),
    });
  // room for the size that the files say they have: none in /proc, a page in /sys; seven digits for a pipe
  const pages = parsed.rest.filter((path) => path.startsWith('/sys/')).length;
  const single = list.length === 1 && rows[0]?.counts.length === 1;
  const width = single ? 1 : parsed.rest.length === 0 ? 7 : String(Math.max(1, pages * 4096)).length;
  const lines = rows.map(({ name, counts }) =>
    [...counts.map((n) => String(n).padStart(width)), ...(name === '' ? [] : [name])].join(' '),
  );
  return out(lines, errors === '' ? 0 : 1, errors);
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
function awk(words: readonly string[], text: string | null, read: ReadFile): Outcome {
  const [program, ...rest] = words;
  const match = /^\s*\{\s*print(?:\s+(\$(?:\d{1,4}|NF)(?:\s*,?\s*\$(?:\d{1,4}|NF))*))?\s*;?\s*\}\s*$/.exec(
    program ?? '',
  );
  if (program === undefined) return refused('usage: awk program', 2, "awk '{print $N}'");
  if (match === null) return refused('awk: syntax error', 2, "of awk there is only: awk '{print $1, $3}'");
  const parts = [...(match[1] ?? '$0').matchAll(/(,?)\s*\$(\d+|NF)/g)].map(([, comma, field]) => ({
    comma,
    field,
  }));
  const got = inputs('awk', rest, text, read);
  if (!got.ok) return got.outcome;
  const printedLine = (line: string): string => {
    const fields = line.trim() === '' ? [] : line.trim().split(/\s+/);
    let result = '';
    for (const { comma, field } of parts) {
      const n = field === 'NF' ? fields.length : Number(field);
      result += `${comma === '' ? '' : ' '}${n === 0 ? line : (fields[n - 1] ?? '')}`;
    }
    return result;
  };
  return out(allLines(got.of).map(printedLine), got.of.errors === '' ? 0 : 2, got.of.errors);
}
