/**
 * JSON read with the place of every value, and refusals that say where: untrusted text, so bounded in size, depth and number of
 * values. Stricter than JSON.parse in one point: a name that stands twice in an object is refused.
 * Shape: recursive descent over the text; recursion is bounded by MAX_DEPTH. Errors are values, nothing throws.
 */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export const MAX_TEXT_CHARS = 1_000_000;
export const MAX_DEPTH = 24;

export interface TextPlace {
  /** Counted from 1. */
  line: number;
  column: number;
}

/** A name in an object, an index in a list. */
export type PathStep = string | number;

export interface JsonProblem {
  message: string;
  path: PathStep[];
  place: TextPlace | null;
}

export type JsonResult =
  | {
      ok: true;
      value: Json /** Place of the value at a path, or of what stands nearest above it. */;
      placeOf(path: readonly PathStep[]): TextPlace;
    }
  | { ok: false; problem: JsonProblem };

/** Names that mean something to JavaScript itself. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

class Stop extends Error {}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS: readonly [string, Json][] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

interface Node {
  at: number;
  children: Map<PathStep, Node> | null;
}

/** `line 3, column 2` of an index. */
function textPlace(text: string, index: number): TextPlace {
  let line = 1;
  let start = 0;
  for (let i = text.indexOf('\n'); i >= 0 && i < index; i = text.indexOf('\n', i + 1)) {
    line += 1;
    start = i + 1;
  }
  return { line, column: index - start + 1 };
}

export function parseJson(text: string): JsonResult {
  if (text.length > MAX_TEXT_CHARS) {
    const message = `the text is ${text.length} characters long; ${MAX_TEXT_CHARS} are allowed`;
    return { ok: false, problem: { message, path: [], place: null } };
  }
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const path: PathStep[] = [];

  function skip(): void {
    SPACE.lastIndex = at;
    SPACE.test(text);
    at = SPACE.lastIndex;
  }
  function fail(message: string): never {
    throw new Stop(message);
  }
  function unexpected(wanted: string): never {
    return fail(
      at >= text.length ? `the text ends where ${wanted} should stand` : `${wanted} should stand here`,
    );
  }
  function string(): string {
    let end = at + 1;
    while (end < text.length && text.charAt(end) !== '"') end += text.charAt(end) === '\\' ? 2 : 1;
    if (end >= text.length) fail('this text in quotes is not closed');
    let result: unknown;
    try {
      result = JSON.parse(text.slice(at, end + 1));
    } catch {
      fail('a character in this text needs a backslash, or has a wrong one');
    }
    at = end + 1;
    return result as string;
  }
  function value(node: Node): Json {
    skip();
    node.at = at;
    const c = text.charAt(at);
    if (c === '{' || c === '[') {
      if (path.length >= MAX_DEPTH) fail(`nested deeper than ${MAX_DEPTH}`);
      node.children = new Map();
      return c === '{' ? object(node.children) : list(node.children);
    }
    if (c === '"') return string();
    for (const [word, meaning] of WORDS) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return meaning;
      }
    }
    NUMBER.lastIndex = at;
    if (!NUMBER.test(text)) return unexpected('a value');
    const digits = text.slice(at, NUMBER.lastIndex);
    at = NUMBER.lastIndex;
    const number = Number(digits);
    if (!Number.isFinite(number)) fail(`the number ${digits.slice(0, 20)} is too large`);
    return number;
  }
  function child(children: Map<PathStep, Node>, step: PathStep): Json {
    const node: Node = { at, children: null };
    children.set(step, node);
    path.push(step);
    const result = value(node);
    path.pop();
    return result;
  }
  function object(children: Map<PathStep, Node>): JsonObject {
    const result: JsonObject = {};
    at += 1;
    skip();
    if (text.charAt(at) === '}') {
      at += 1;
      return result;
    }
    for (;;) {
      skip();
      if (text.charAt(at) !== '"') unexpected('a name in quotes');
      const start = at;
      const name = string();
      if (FORBIDDEN.has(name) || children.has(name)) {
        at = start;
        fail(FORBIDDEN.has(name) ? `the name ${name} is not allowed` : `the name ${name} stands twice`);
      }
      skip();
      if (text.charAt(at) !== ':') unexpected('a colon');
      at += 1;
      result[name] = child(children, name);
      skip();
      const next = text.charAt(at);
      if (next !== ',' && next !== '}') unexpected('a comma or a closing brace');
      at += 1;
      if (next === '}') return result;
    }
  }
  function list(children: Map<PathStep, Node>): Json[] {
    const result: Json[] = [];
    at += 1;
    skip();
    if (text.charAt(at) === ']') {
      at += 1;
      return result;
    }
    for (;;) {
      result.push(child(children, result.length));
      skip();
      const next = text.charAt(at);
      if (next !== ',' && next !== ']') unexpected('a comma or a closing bracket');
      at += 1;
      if (next === ']') return result;
    }
  }

  const root: Node = { at: 0, children: null };
  try {
    const result = value(root);
    skip();
    if (at < text.length) fail('the text should end here');
    return { ok: true, value: result, placeOf: (steps) => placeIn(text, root, steps) };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { ok: false, problem: { message: error.message, path: path.slice(), place: textPlace(text, at) } };
  }
}

function placeIn(text: string, root: Node, steps: readonly PathStep[]): TextPlace {
  let node = root;
  for (const step of steps) {
    const next = node.children?.get(step);
    if (next === undefined) break;
    node = next;
  }
  return textPlace(text, node.at);
}

/**
 * A copy of a value that came as data: only plain objects, lists, texts, numbers, booleans and null, within the same bounds.
 * @returns what is wrong, or the copy
 */
export function plainJson(value: unknown): { ok: true; value: Json } | { ok: false; problem: JsonProblem } {
  const path: PathStep[] = [];
  let left = MAX_TEXT_CHARS;
  function fail(message: string): never {
    throw new Stop(message);
  }
  function copy(part: unknown): Json {
    left -= typeof part === 'string' ? part.length + 3 : 3;
    if (left < 0) fail(`more than ${MAX_TEXT_CHARS} characters`);
    if (part === null || typeof part === 'boolean' || typeof part === 'string') return part;
    if (typeof part === 'number') return Number.isFinite(part) ? part : fail('not a finite number');
    if (typeof part !== 'object') return fail(`a ${typeof part} is no JSON value`);
    if (path.length >= MAX_DEPTH) fail(`nested deeper than ${MAX_DEPTH}`);
    if (Array.isArray(part)) return Array.from(part, (item, i) => inside(i, item));
    const proto: unknown = Object.getPrototypeOf(part);
    if (proto !== null && proto !== Object.prototype) fail('not a plain object');
    const result: JsonObject = {};
    for (const [name, item] of Object.entries(part)) {
      if (item === undefined) continue;
      if (FORBIDDEN.has(name)) fail(`the name ${name} is not allowed`);
      left -= name.length;
      result[name] = inside(name, item);
    }
    return result;
  }
  function inside(step: PathStep, item: unknown): Json {
    path.push(step);
    const result = copy(item);
    path.pop();
    return result;
  }
  try {
    return { ok: true, value: copy(value) };
  } catch (error) {
    const message = error instanceof Stop ? error.message : 'can not be read';
    return { ok: false, problem: { message, path: path.slice(), place: null } };
  }
}

/** `hosts.h1.nics.eth0.affinity[2]`. */
export function printPath(path: readonly PathStep[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}
