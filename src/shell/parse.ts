/**
 * A line of text to words, as bash does it for simple commands: quotes, backslashes, comments, pathname expansion, pipes, one
 * output redirection. Left out: lists, variables, substitution: each is refused with bash's own words.
 */

export const MAX_LINE = 4096;

export type ParsedLine =
  | {
      ok: true;
      words: string[];
      /** File that standard output goes to. */
      redirect: string | null;
      /** Commands behind pipes, in order. */
      filters: string[][];
    }
  | { ok: false; error: string; hint: string };

const ONE = 'one command a line; no lists or variables here';
/** Longest pipeline. */
const MAX_FILTERS = 8;

function syntaxError(token: string): ParsedLine {
  return { ok: false, error: `bash: syntax error near unexpected token \`${token}'`, hint: ONE };
}

/** One of `;&|<>()` outside quotes ends a word and is a token of its own. */
const OPERATORS = ';&|<>()\n';

/** Most words in a line once its patterns are paths. */
const MAX_WORDS = 2048;

/** @param expand what a pattern (quoted characters behind a backslash) stands for; none: it stays as it is */
export function parseLine(line: string, expand: (pattern: string) => string[] = () => []): ParsedLine {
  if (line.length > MAX_LINE) {
    return {
      ok: false,
      error: `bash: line of ${line.length} characters is too long`,
      hint: `at most ${MAX_LINE} characters`,
    };
  }
  const tokens = tokenise(line.replace(/[\r\n]+$/, ''));
  if (typeof tokens === 'string') return { ok: false, error: tokens, hint: '' };
  const commands: string[][] = [[]];
  let redirect: string | null = null;
  let words = 0;
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i];
    if (!token.operator) {
      const paths = token.pattern === null ? [] : expand(token.pattern);
      commands[commands.length - 1].push(...(paths.length > 0 ? paths : [token.text]));
      words += Math.max(1, paths.length);
      if (words > MAX_WORDS) return { ok: false, error: 'bash: Argument list too long', hint: '' };
      continue;
    }
    if (token.text === '|' && redirect === null) {
      if (commands[commands.length - 1].length === 0) return syntaxError('|');
      commands.push([]);
      continue;
    }
    if (token.text !== '>' && token.text !== '>>')
      return syntaxError(token.text === '\n' ? 'newline' : token.text);
    const file = tokens[i + 1];
    if (file === undefined || file.operator) return syntaxError(file === undefined ? 'newline' : file.text);
    if (redirect !== null) return syntaxError(token.text);
    const targets = file.pattern === null ? [] : expand(file.pattern);
    if (targets.length > 1)
      return {
        ok: false,
        error: `bash: ${file.text}: ambiguous redirect`,
        hint: targets.slice(0, 8).join(' '),
      };
    redirect = targets[0] ?? file.text;
    i += 1;
  }
  const [first, ...filters] = commands;
  if (filters.some((filter) => filter.length === 0)) return syntaxError('newline');
  if (filters.length > MAX_FILTERS)
    return { ok: false, error: '', hint: `at most ${MAX_FILTERS} pipes in a line` };
  if (filters.length > 0 && redirect !== null)
    return { ok: false, error: '', hint: 'a pipe cannot end in a file here' };
  return { ok: true, words: first, redirect, filters };
}

interface Token {
  text: string;
  operator: boolean;
  /** The word as a pattern, where characters of one stand in it unquoted. */
  pattern: string | null;
}

/** Tokens, or bash's error. */
function tokenise(line: string): Token[] | string {
  const tokens: Token[] = [];
  let i = 0;
  while (i < line.length) {
    const c = line.charAt(i);
    if (c === ' ' || c === '\t') {
      i += 1;
    } else if (c === '#') {
      break;
    } else if (OPERATORS.includes(c)) {
      let end = i + 1;
      while (end < line.length && line.charAt(end) === c && end - i < 2 && c !== '(' && c !== ')') end += 1;
      tokens.push({ text: line.slice(i, end), operator: true, pattern: null });
      i = end;
    } else {
      const word = readWord(line, i);
      if (typeof word === 'string') return word;
      tokens.push({ text: word.text, operator: false, pattern: word.pattern });
      i = word.end;
    }
  }
  return tokens;
}

function readWord(
  line: string,
  start: number,
): { text: string; end: number; pattern: string | null } | string {
  let text = '';
  let pattern = '';
  let globs = false;
  let i = start;
  while (i < line.length) {
    const c = line.charAt(i);
    if (c === ' ' || c === '\t' || OPERATORS.includes(c)) break;
    if (c === '\\') {
      text += line.charAt(i + 1);
      pattern += quoted(line.charAt(i + 1));
      i += 2;
    } else if (c === "'" || c === '"') {
      const inside = readQuoted(line, i);
      if (inside === null) return `bash: unexpected EOF while looking for matching \`${c}'`;
      text += inside.text;
      pattern += quoted(inside.text);
      i = inside.end;
    } else {
      text += c;
      pattern += c;
      globs ||= c === '*' || c === '?' || c === '[';
      i += 1;
    }
  }
  return { text, end: i, pattern: globs ? pattern : null };
}

const quoted = (text: string): string => text.replace(/[\\*?[\]]/g, '\\$&');

function readQuoted(line: string, start: number): { text: string; end: number } | null {
  const quote = line.charAt(start);
  let text = '';
  let i = start + 1;
  while (i < line.length) {
    const c = line.charAt(i);
    if (c === quote) return { text, end: i + 1 };
    if (c === '\\' && quote === '"' && '"\\$`'.includes(line.charAt(i + 1)) && i + 1 < line.length) {
      text += line.charAt(i + 1);
      i += 2;
    } else {
      text += c;
      i += 1;
    }
  }
  return null;
}

/** A word as it must be typed to be read back as itself. */
export function quoteWord(word: string): string {
  if (/^[A-Za-z0-9_./:=,@%+-]+$/.test(word)) return word;
  return `"${word.replace(/(["\\$`])/g, '\\$1')}"`;
}
