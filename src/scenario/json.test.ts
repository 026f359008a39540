import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, plainJson } from './json.ts';

/** Names that are refused although JSON allows them. */
const refused = (text: string): boolean => /"(__proto__|constructor|prototype)"\s*:/.test(text);

describe('parseJson', () => {
  it('agrees with JSON.parse on good text', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        fc.pre(!refused(text));
        const result = parseJson(text);
        expect(result.ok && result.value).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses what JSON.parse refuses', () => {
    const broken = fc
      .tuple(
        fc.json({ maxDepth: 3 }),
        fc.nat(),
        fc.constantFrom('', ',', '"', '}', ']', ':', '\\', '\n', '0', 'x'),
      )
      .map(([text, at, put]) => {
        const i = at % (text.length + 1);
        return text.slice(0, i) + put + text.slice(i + 1);
      });
    fc.assert(
      fc.property(broken, (text) => {
        let good = true;
        try {
          JSON.parse(text);
        } catch {
          good = false;
        }
        const result = parseJson(text);
        if (!good) expect(result.ok).toBe(false);
        else if (!result.ok) expect(result.problem.message).toMatch(/is not allowed|stands twice|too large/);
      }),
      { numRuns: 1000 },
    );
  });

  it('knows the place of every value', () => {
    const result = parseJson('{\n "a": [1,\n  {"b": 2}]\n}');
    expect(result.ok && result.placeOf(['a', 1, 'b'])).toEqual({ line: 3, column: 9 });
    expect(result.ok && result.placeOf(['a', 9])).toEqual({ line: 2, column: 7 });
    expect(result.ok && result.placeOf([])).toEqual({ line: 1, column: 1 });
  });
});

describe('plainJson', () => {
  it('copies data and refuses all else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!refused(JSON.stringify(value)));
        const result = plainJson(value);
        // as text: JSON knows no negative zero
        expect(result.ok && JSON.stringify(result.value)).toBe(JSON.stringify(value));
      }),
    );
    for (const bad of [() => 1, new Map(), Number.NaN, 1n, Symbol('x'), { a: { b: new Date() } }])
      expect(plainJson(bad).ok).toBe(false);
  });
});
