/** Records name their kind and reason by number: each number is one thing, and small enough for the tables that count by it. */
import { describe, expect, it } from 'vitest';
import { kinds } from './kinds.ts';
import { reasons } from './reasons.ts';

describe('codes', () => {
  it.each([
    ['kinds', kinds],
    ['reasons', reasons],
  ])('of %s are each used once, below 1024', (_, table) => {
    const byCode = new Map<number, string[]>();
    for (const [name, { code }] of Object.entries(table))
      byCode.set(code, [...(byCode.get(code) ?? []), name]);
    expect([...byCode.values()].filter((names) => names.length > 1)).toEqual([]);
    expect(Math.max(...byCode.keys())).toBeLessThan(1024);
  });
});
