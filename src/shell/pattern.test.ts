import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatches } from './glob.ts';
import { compilePattern } from './pattern.ts';

const matches = (source: string, line: string, extended = true) => {
  const pattern = compilePattern(source, { extended, fixed: false, ignoreCase: false, words: false });
  return pattern.ok ? pattern.test(line) : pattern.error;
};

/** Patterns whose meaning is the same to POSIX and to JavaScript. */
const { both } = fc.letrec<{ both: string; piece: string }>((tie) => ({
  both: fc.array(tie('piece'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
  piece: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('a', 'b', 'c', '.', '[ab]', '[^a]', '[a-c]'),
    fc.constantFrom('a*', 'b+', 'c?', '.*', 'a{2}', 'b{1,3}'),
    tie('both').map((inner) => `(${inner})`),
    tie('both').map((inner) => `(${inner})*`),
    fc.tuple(tie('both'), tie('both')).map(([x, y]) => `(${x}|${y})`),
  ),
}));

describe('patterns of grep', () => {
  it('agree with another implementation on what both know', () => {
    fc.assert(
      fc.property(
        both.filter((source) => source.length < 190),
        fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), maxLength: 8 }),
        (source, line) => {
          expect({ source, line, found: matches(source, line) }).toEqual({
            source,
            line,
            found: new RegExp(source).test(line),
          });
          const whole = `^${source}$`;
          expect({ whole, line, found: matches(whole, line) }).toEqual({
            whole,
            line,
            found: new RegExp(whole).test(line),
          });
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['a\\{2,3\\}b', 'xaab', true],
    ['a\\+', 'baa', true],
    ['a+', 'aa', false],
    ['\\(ab\\)*c', 'ababc', true],
    ['x\\|y', 'zy', true],
    ['*a', '*a', true],
    ['a^b$c', 'a^b$c', true],
    ['\\<rx\\>', 'tx rx_1', false],
    ['\\<rx\\>', 'tx rx 1', true],
    ['[[:digit:]]\\+$', 'eth0', true],
    ['[]x]', 'a]', true],
    ['\\.', 'a.b', true],
  ])('basic %s on %s: %s', (source, line, found) => expect(matches(source, line, false)).toBe(found));

  it.each([
    ['a\\{1', 'Unmatched \\{'],
    ['\\(a', 'Unmatched ( or \\('],
    ['a\\)', 'Unmatched ) or \\)'],
    ['[a', 'Unmatched [, [^, [:, [., or [='],
    ['\\', 'Trailing backslash'],
    ['[[:foo:]]', 'Invalid character class name'],
    ['[b-a]', 'Invalid range end'],
  ])('%s is refused in the tool’s words', (source, error) => expect(matches(source, 'a', false)).toBe(error));

  it('take no longer for what makes others slow', () => {
    const line = 'a'.repeat(4000);
    for (const source of [
      '(a*)*b',
      '(a|a)*b',
      `${'a?'.repeat(60)}${'a'.repeat(60)}b`,
      '.*.*.*.*b',
      '(){255}{255}{255}{255}',
    ])
      expect([true, false, 'Regular expression too big']).toContain(matches(source, line));
  }, 5000);
});

describe('patterns of paths', () => {
  it.each([
    ['*', 'eth0', true],
    ['eth?', 'eth0', true],
    ['eth?', 'eth10', false],
    ['[et]*0', 'eth0', true],
    ['[!e]*', 'eth0', false],
    ['rx-[0-2]', 'rx-3', false],
    ['rx-*', 'rx-3', true],
    ['*', '.hidden', false],
    ['\\*', 'a', false],
    ['\\*', '*', true],
    ['a*b*c', 'aXbYbZc', true],
    ['a*b*c', 'aXbYbZ', false],
    ['[', '[', true],
  ])('%s on %s: %s', (pattern, name, fits) => expect(globMatches(pattern, name)).toBe(fits));
});
