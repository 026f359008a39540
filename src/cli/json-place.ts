/**
 * Where a text stops being JSON. JSON.parse of Node 20 does not say it for every error; this finds the place and leaves the
 * parsing to JSON.parse.
 * Shape: one pass, no result but a position. Left out: what was expected there.
 */
const TOKEN =
  /"(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
/** Below it: control characters, which a string must not hold as they are. */
const SPACE_CODE = 0x20;
const SPACE = /[ \t\n\r]*/y;

/** @returns index of the first character that can't stand there (text.length: it ends too early), -1: nothing wrong. */
export function jsonErrorAt(text: string): number {
  // what may come next: v value, V value or ], k key, K key or }, c colon, n comma or end of the container
  const open: string[] = [];
  let next = 'v';
  let at = 0;
  for (;;) {
    SPACE.lastIndex = at;
    SPACE.test(text);
    at = SPACE.lastIndex;
    if (next === 'n' && open.length === 0) return at === text.length ? -1 : at;
    if (at === text.length) return at;
    const c = text.charAt(at);
    const closes = c === (open[open.length - 1] === '[' ? ']' : '}') && open.length > 0;
    if (closes && (next === 'n' || (next === 'V' && c === ']') || (next === 'K' && c === '}'))) {
      open.pop();
      next = 'n';
      at += 1;
    } else if (next === 'n') {
      if (c !== ',') return at;
      next = open[open.length - 1] === '[' ? 'v' : 'k';
      at += 1;
    } else if (next === 'c') {
      if (c !== ':') return at;
      next = 'v';
      at += 1;
    } else if ((next === 'v' || next === 'V') && (c === '[' || c === '{')) {
      open.push(c);
      next = c === '[' ? 'V' : 'K';
      at += 1;
    } else {
      TOKEN.lastIndex = at;
      const key = next === 'k' || next === 'K';
      if ((key && c !== '"') || !TOKEN.test(text)) return at;
      for (; at < TOKEN.lastIndex; at += 1) if (text.charCodeAt(at) < SPACE_CODE) return at;
      next = key ? 'c' : 'n';
    }
  }
}

/** `line 3, column 2` of an index. */
export function placeIn(text: string, index: number): string {
  const before = text.slice(0, index).split('\n');
  return `line ${before.length}, column ${before[before.length - 1].length + 1}`;
}
