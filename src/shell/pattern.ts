/**
 * Regular expressions of grep, basic and extended, matched in time linear in the line: all places where the pattern could be are
 * followed at once (Thompson's construction), so nothing a person types can make it slow.
 * Source: POSIX.1-2017 chapter 9; GNU additions \+ \? \| \< \> \b \w \W \s \S (grep 3.11). Left out: back references.
 */

/** Longest pattern, and most parts once `{n,m}` is written out. */
export const MAX_PATTERN = 200;
const MAX_PARTS = 4000;
const MAX_REPEAT = 255;

export interface PatternOptions {
  extended: boolean;
  fixed: boolean;
  ignoreCase: boolean;
  /** -w: the match has no word character on either side. */
  words: boolean;
}

/** True where the line matches. */
export type Matcher = (line: string) => boolean;

export type Pattern = { ok: true; test: Matcher } | { ok: false; error: string };

type Test = (c: string) => boolean;
/** What stands before or behind a place in the line: '' beyond its ends. */
type Assertion = (before: string, after: string) => boolean;

type Node =
  | { type: 'char'; test: Test }
  | { type: 'assert'; holds: Assertion }
  | { type: 'chain'; of: Node[] }
  | { type: 'choice'; of: Node[] }
  | { type: 'repeat'; of: Node; least: number; most: number };

const isWord: Test = (c) => /^[A-Za-z0-9_]$/.test(c);
const isSpace: Test = (c) => /^[ \t\n\v\f\r]$/.test(c);

const CLASSES: Readonly<Record<string, Test>> = {
  alpha: (c) => /^[A-Za-z]$/.test(c),
  digit: (c) => /^[0-9]$/.test(c),
  alnum: (c) => /^[A-Za-z0-9]$/.test(c),
  upper: (c) => /^[A-Z]$/.test(c),
  lower: (c) => /^[a-z]$/.test(c),
  space: isSpace,
  blank: (c) => c === ' ' || c === '\t',
  punct: (c) => /^[!-/:-@[-`{-~]$/.test(c),
  xdigit: (c) => /^[0-9A-Fa-f]$/.test(c),
};

const ESCAPES: Readonly<Record<string, Node>> = {
  w: { type: 'char', test: isWord },
  W: { type: 'char', test: (c) => !isWord(c) },
  s: { type: 'char', test: isSpace },
  S: { type: 'char', test: (c) => !isSpace(c) },
  '<': { type: 'assert', holds: (before, after) => !isWord(before) && isWord(after) },
  '>': { type: 'assert', holds: (before, after) => isWord(before) && !isWord(after) },
  b: { type: 'assert', holds: (before, after) => isWord(before) !== isWord(after) },
};

const START: Node = { type: 'assert', holds: (before) => before === '' };
const END: Node = { type: 'assert', holds: (_, after) => after === '' };

/** Thrown inside for what is wrong with a pattern; never leaves this file. */
class Refusal extends Error {}

export function compilePattern(source: string, options: PatternOptions): Pattern {
  if (source.length > MAX_PATTERN)
    return { ok: false, error: `a pattern of at most ${MAX_PATTERN} characters` };
  try {
    const parsed = options.fixed
      ? chain([...source].map((c) => char(c, options)))
      : new Parser(source, options).whole();
    return { ok: true, test: matcher(parsed, options.words) };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, error: error.message };
    throw error;
  }
}

const chain = (of: Node[]): Node => ({ type: 'chain', of });

function char(c: string, { ignoreCase }: PatternOptions): Node {
  const lower = c.toLowerCase();
  return { type: 'char', test: ignoreCase ? (x) => x.toLowerCase() === lower : (x) => x === c };
}

class Parser {
  private readonly source: string;
  private readonly options: PatternOptions;
  private at: number;
  private depth: number;

  constructor(source: string, options: PatternOptions) {
    this.source = source;
    this.options = options;
    this.at = 0;
    this.depth = 0;
  }

  whole(): Node {
    const node = this.choice();
    if (this.at < this.source.length) throw new Refusal('Unmatched ) or \\)');
    return node;
  }

  /** An operator: bare in extended patterns, behind a backslash in basic ones. */
  private operator(sign: string): boolean {
    const text = this.options.extended ? sign : `\\${sign}`;
    return this.source.startsWith(text, this.at);
  }

  private take(sign: string): void {
    this.at += this.options.extended ? sign.length : sign.length + 1;
  }

  private choice(): Node {
    const of = [this.sequence()];
    while (this.operator('|')) {
      this.take('|');
      of.push(this.sequence());
    }
    return of.length === 1 ? of[0] : { type: 'choice', of };
  }

  private sequence(): Node {
    const of: Node[] = [];
    while (this.at < this.source.length && !this.operator('|')) {
      // in extended patterns a ) without a ( is itself
      if (this.operator(')') && (this.depth > 0 || !this.options.extended)) break;
      of.push(this.repeated(this.atom(of.length === 0)));
    }
    return chain(of);
  }

  private atom(first: boolean): Node {
    const { extended } = this.options;
    if (this.operator('(')) {
      this.take('(');
      this.depth += 1;
      if (this.depth > 20) throw new Refusal('parentheses are nested too deep here');
      const inner = this.choice();
      if (!this.operator(')')) throw new Refusal('Unmatched ( or \\(');
      this.take(')');
      this.depth -= 1;
      return inner;
    }
    const c = this.source.charAt(this.at);
    this.at += 1;
    if (c === '\\') {
      if (this.at >= this.source.length) throw new Refusal('Trailing backslash');
      const next = this.source.charAt(this.at);
      this.at += 1;
      if (next >= '1' && next <= '9') throw new Refusal('back references are not here');
      return Object.hasOwn(ESCAPES, next) ? ESCAPES[next] : char(next, this.options);
    }
    if (c === '.') return { type: 'char', test: () => true };
    if (c === '[') return this.bracket();
    if (c === '^' && (extended || first)) return START;
    if (c === '$' && (extended || this.at === this.source.length || this.operator(')') || this.operator('|')))
      return END;
    return char(c, this.options);
  }

  private repeated(atom: Node): Node {
    let node = atom;
    for (;;) {
      let least = 0;
      let most = Number.POSITIVE_INFINITY;
      if (this.source.charAt(this.at) === '*') this.at += 1;
      else if (this.operator('+')) {
        this.take('+');
        least = 1;
      } else if (this.operator('?')) {
        this.take('?');
        most = 1;
      } else if (this.operator('{')) {
        const open = this.at;
        const bounds = this.bounds();
        if (bounds === null) {
          this.at = open;
          return node;
        }
        [least, most] = bounds;
      } else return node;
      // what matches nothing needs no repeating
      if (node.type !== 'assert') node = { type: 'repeat', of: node, least, most };
    }
  }

  /** `{n}`, `{n,}`, `{,m}`, `{n,m}`; null: the brace is itself. */
  private bounds(): [number, number] | null {
    const { extended } = this.options;
    const close = this.source.indexOf(extended ? '}' : '\\}', this.at);
    if (close < 0) {
      if (extended) return null;
      throw new Refusal('Unmatched \\{');
    }
    const inside = this.source.slice(this.at + (extended ? 1 : 2), close);
    const match = /^(\d{0,5})(,?)(\d{0,5})$/.exec(inside);
    if (match === null || inside === '') {
      if (extended) return null;
      throw new Refusal('Invalid content of \\{\\}');
    }
    const least = match[1] === '' ? 0 : Number(match[1]);
    const most = match[2] === '' ? least : match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3]);
    if (least > most || least > MAX_REPEAT || (most !== Number.POSITIVE_INFINITY && most > MAX_REPEAT))
      throw new Refusal(least > most ? 'Invalid content of \\{\\}' : 'Regular expression too big');
    this.at = close + (extended ? 1 : 2);
    // a brace behind nothing is itself in the real tool too
    return [least, most];
  }

  private bracket(): Node {
    const tests: Test[] = [];
    const negated = this.source.charAt(this.at) === '^';
    if (negated) this.at += 1;
    for (let first = true; ; first = false) {
      const c = this.source.charAt(this.at);
      if (c === '') throw new Refusal('Unmatched [, [^, [:, [., or [=');
      if (c === ']' && !first) break;
      const named = c === '[' && this.source.charAt(this.at + 1) === ':';
      const end = named ? this.source.indexOf(':]', this.at + 2) : -1;
      if (end >= 0) {
        const name = this.source.slice(this.at + 2, end);
        if (!Object.hasOwn(CLASSES, name)) throw new Refusal('Invalid character class name');
        tests.push(CLASSES[name]);
        this.at = end + 2;
        continue;
      }
      const last = this.source.charAt(this.at + 2);
      if (this.source.charAt(this.at + 1) === '-' && last !== ']' && last !== '') {
        if (c > last) throw new Refusal('Invalid range end');
        tests.push((x) => x >= c && x <= last);
        this.at += 3;
        continue;
      }
      tests.push((x) => x === c);
      this.at += 1;
    }
    this.at += 1;
    const { ignoreCase } = this.options;
    const inside: Test = (x) =>
      tests.some((test) => test(x) || (ignoreCase && (test(x.toLowerCase()) || test(x.toUpperCase()))));
    return { type: 'char', test: negated ? (x) => !inside(x) : inside };
  }
}

/** A state: takes one character, or goes on without one. */
interface State {
  test: Test | null;
  holds: Assertion | null;
  next: number[];
}

interface Automaton {
  states: State[];
  parts: number;
}

/** Builds the states behind `node` that lead to state `to`. @returns the first */
function build(into: Automaton, node: Node, to: number): number {
  into.parts += 1;
  if (into.parts > MAX_PARTS) throw new Refusal('Regular expression too big');
  const { states } = into;
  const add = (state: State): number => states.push(state) - 1;
  switch (node.type) {
    case 'char':
      return add({ test: node.test, holds: null, next: [to] });
    case 'assert':
      return add({ test: null, holds: node.holds, next: [to] });
    case 'chain':
      return node.of.reduceRight((next, part) => build(into, part, next), to);
    case 'choice':
      return add({ test: null, holds: null, next: node.of.map((part) => build(into, part, to)) });
    case 'repeat': {
      let next = to;
      if (node.most === Number.POSITIVE_INFINITY) {
        const loop = add({ test: null, holds: null, next: [to] });
        states[loop].next.push(build(into, node.of, loop));
        next = loop;
      } else {
        for (let i = node.least; i < node.most; i += 1)
          next = add({ test: null, holds: null, next: [build(into, node.of, next), to] });
      }
      for (let i = 0; i < node.least; i += 1) next = build(into, node.of, next);
      return next;
    }
  }
}

function matcher(node: Node, words: boolean): Matcher {
  const states: State[] = [{ test: null, holds: null, next: [] }];
  const end = 0;
  const whole = words
    ? chain([
        { type: 'assert', holds: (before) => !isWord(before) },
        node,
        { type: 'assert', holds: (_, after) => !isWord(after) },
      ])
    : node;
  const start = build({ states, parts: 0 }, whole, end);
  // when a state was last entered, so that each is entered once a place
  const entered = new Int32Array(states.length);
  let mark = 0;
  const enter = (from: number, before: string, after: string, into: number[]): boolean => {
    const stack = [from];
    for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
      if (entered[state] === mark) continue;
      entered[state] = mark;
      if (state === end) return true;
      const { test, holds, next } = states[state];
      if (test !== null) into.push(state);
      else if (holds === null || holds(before, after)) stack.push(...next);
    }
    return false;
  };
  return (line) => {
    let now: number[] = [];
    for (let i = 0; i <= line.length; i += 1) {
      const before = line.charAt(i - 1);
      const after = line.charAt(i);
      const reached = now;
      now = [];
      mark += 1;
      for (const state of reached)
        if (states[state].test?.(before) === true && enter(states[state].next[0], before, after, now))
          return true;
      if (enter(start, before, after, now)) return true;
    }
    return false;
  };
}
