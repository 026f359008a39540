import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCase } from './run-case.ts';

const FOLDER = new URL('../../fixtures/lab/', import.meta.url);
const files = readdirSync(FOLDER).filter((f) => f.endsWith('.json'));

function load(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
}

describe('measured cases', () => {
  it('are all here', () => expect(files).toHaveLength(124));

  for (const file of files) {
    it(file.replace('.json', ''), () => {
      const result = runCase(load(file));
      expect([result.message, ...result.differences]).toEqual([undefined]);
      expect(result.passed).toBe(true);
    });
  }
});

describe('runCase', () => {
  const good = load('gro-001-in-order-4.json');

  it('reports each field that differs', () => {
    const changed = structuredClone(good) as { observed: { delivered: { payload: number }[] } };
    changed.observed.delivered[0].payload = 1;
    expect(runCase(changed).differences).toEqual(['delivered[0].payload: measured 1, model 5792']);
  });

  it('reports what is missing and what is too much', () => {
    const fewer = { ...good, observed: { delivered: [] } };
    expect(runCase(fewer).differences).toEqual([
      'delivered: 0 measured, 1 in the model',
      'delivered[0]: not measured, model {"proto":"tcp","seq":1000,"payload":5792,"id":100}',
    ]);
  });

  it('fails a kind it does not know', () => {
    expect(runCase({ ...good, kind: 'weather' })).toMatchObject({
      passed: false,
      message: 'kind not modelled yet: weather',
    });
  });

  it('says where a file is wrong', () => {
    expect(runCase([]).message).toBe('(the file): an object is wanted here');
    expect(runCase({ ...good, case_setup: ['reboot'] }).message).toMatch(/^case_setup\[0\]: .*reboot/);
    expect(runCase({ ...good, input: [{ packets: [{ sequence: 1 }] }] }).message).toMatch(
      /^input\[0\]\.packets\[0\]\.sequence/,
    );
  });
});
