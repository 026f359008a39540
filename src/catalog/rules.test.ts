import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { evidence } from './evidence.ts';
import { reasons } from './reasons.ts';
import { reasonStarts, ruleFacts, simplificationOf } from './rule-facts.ts';
import { type RuleRow, rules, rulesFor } from './rules.ts';
import { settings } from './settings.ts';
import { simplifications } from './simplifications.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const names = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace(/^.*\//, '').replace(/\.json$/, ''));
const measured = new Set(names('fixtures/lab'));
const scenarios = new Set(names('scenarios'));

/** `measured <case>`, `scenario <id>[, variant]` or `test <file>`, and there is one. */
function exists(where: string): boolean {
  const [sort, name] = [where.slice(0, where.indexOf(' ')), where.slice(where.indexOf(' ') + 1)];
  if (sort === 'measured') return measured.has(name);
  if (sort === 'scenario') return scenarios.has(name.split(',')[0]);
  return sort === 'test' && existsSync(join(ROOT, name));
}

describe('rules', () => {
  const rows = Object.entries(rules) as [string, readonly RuleRow<number | boolean>[]][];

  it('name a source each, and follow one another without a gap', () => {
    for (const [name, list] of rows) {
      list.forEach((row, i) => {
        expect(row.source.length, name).toBeGreaterThan(8);
        expect(row.since, name).toBe(i === 0 ? null : list[i - 1].until);
      });
      expect(list.at(-1)?.until, name).toBeNull();
    }
  });

  it('are shown by measured cases and tests that exist', () => {
    for (const [name] of rows) {
      const facts = ruleFacts[name as keyof typeof ruleFacts];
      expect(facts?.shown.length, name).toBeGreaterThan(0);
      expect(
        facts.shown.filter((where) => !exists(where)),
        name,
      ).toEqual([]);
    }
  });

  it('and so are decisions', () => {
    for (const [name, where] of Object.entries(evidence))
      expect(
        where.filter((w) => !exists(w)),
        name,
      ).toEqual([]);
  });

  it('lean on simplifications that are told of', () => {
    const told = new Set(simplifications.map((s) => s.id));
    const leant = [
      ...Object.values(ruleFacts).map((f) => f.simplification),
      ...Object.keys(reasons).map(simplificationOf),
    ];
    expect(leant.filter((id) => id !== null && !told.has(id))).toEqual([]);
    for (const start of reasonStarts)
      expect(
        Object.keys(reasons).some((name) => name.startsWith(start)),
        start,
      ).toBe(true);
    for (const row of simplifications) expect(row.source.length, row.id).toBeGreaterThan(8);
  });

  it('give receive buffers their limits of the time', () => {
    expect(rulesFor('6.12')).toMatchObject({ rmemMax: 212_992, tcpRmemMax: 6_291_456 });
    expect(rulesFor('6.16')).toMatchObject({ rmemMax: 212_992, tcpRmemMax: 33_554_432 });
    expect(rulesFor('6.18')).toMatchObject({ rmemMax: 4_194_304, tcpRmemMax: 33_554_432 });
  });
});

describe('settings', () => {
  it('say what they are by default, what they do and who reads them', () => {
    for (const row of settings)
      for (const text of [row.command, row.default, row.meaning, row.fn]) expect(text, row.id).not.toBe('');
  });
});
