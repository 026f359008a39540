import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonErrorAt } from './json-place.ts';
import { labCommand } from './lab.ts';

const CASE = new URL('../../fixtures/lab/gro-001-in-order-4.json', import.meta.url);
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-'));
  mkdirSync(join(folder, 'inner'));
  const good = readFileSync(CASE, 'utf8');
  writeFileSync(join(folder, 'a.json'), good);
  writeFileSync(join(folder, 'inner', 'b.json'), good);
  writeFileSync(join(folder, 'note.txt'), 'not a case');
  writeFileSync(join(folder, 'inner', 'wrong.json'), good.replace('"payload": 5792', '"payload": 1'));
  writeFileSync(join(folder, 'inner', 'x.json'), '{\n "name": 1,\n oops\n}');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]): Promise<{ status: number; out: string[]; err: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const status = await labCommand(args, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { status, out, err };
}

describe('labCommand', () => {
  it('prints a line a case and the sum', async () => {
    expect(await run(join(folder, 'a.json'))).toEqual({
      status: 0,
      out: ['ok gro-001-in-order-4', '1 passed, 0 failed'],
      err: [],
    });
  });

  it('searches folders and shows what differs and where JSON is broken', async () => {
    const { status, out } = await run(folder);
    expect(status).toBe(1);
    expect(out).toEqual([
      'ok gro-001-in-order-4',
      'ok gro-001-in-order-4',
      'FAIL gro-001-in-order-4',
      '  delivered[0].payload: measured 1, model 5792',
      `FAIL ${join(folder, 'inner', 'x.json')}`,
      '  not JSON: line 3, column 2: unexpected "o"',
      '2 passed, 2 failed',
    ]);
  });

  it('says what it wants', async () => {
    expect((await run()).status).toBe(2);
    expect(await run('--fast')).toMatchObject({ status: 2, err: ['lab: unknown option --fast'] });
    expect(await run(join(folder, 'none'))).toMatchObject({ status: 2, out: [] });
  });
});

describe('jsonErrorAt', () => {
  it('agrees with JSON.parse and finds the place', () => {
    const good = ['1', ' {"a": [1, -2.5e3, "x\\u00e9", null], "b": {}} ', '[]', '[[], {}]', 'true'];
    for (const text of good) expect([text, jsonErrorAt(text)]).toEqual([text, -1]);
    const bad: [string, number][] = [
      ['', 0],
      ['{', 1],
      ['[1,]', 3],
      ['{"a" 1}', 5],
      ['{"a":1,}', 7],
      ['[1 2]', 3],
      ['01', 1],
      ['{a:1}', 1],
      ['[1]]', 3],
      ['"a', 0],
      ['[}', 1],
      ['["a\nb"]', 3],
    ];
    for (const [text, at] of bad) {
      expect(() => JSON.parse(text)).toThrow();
      expect([text, jsonErrorAt(text)]).toEqual([text, at]);
    }
  });
});
