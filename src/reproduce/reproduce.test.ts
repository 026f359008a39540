import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reproduced } from '../catalog/reproduced.ts';
import { reproducedModule } from '../testing/evidence.ts';
import { cells, holds } from './cells.ts';
import { distance } from './distance.ts';
import { reproduce } from './run.ts';

describe('published results', () => {
  it('are what the page shows: npx tsx scripts/evidence.ts makes it anew', () => {
    const file = readFileSync(new URL('../catalog/reproduced.ts', import.meta.url), 'utf8');
    expect(file).toBe(reproducedModule(reproduce()));
  }, 300_000);

  it('are counted right in README', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const modelled = reproduced.filter((row) => row.model !== null);
    const held = modelled.filter((row) => row.pass).length;
    expect(readme).toContain(`${held} of ${modelled.length} cells hold`);
  });

  it('stand once each, and what is not modelled never passes', () => {
    const names = cells.map((cell) => `${cell.id}/${cell.cell}`);
    expect(new Set(names).size).toBe(names.length);
    const [row] = cells.filter((cell) => cell.model === undefined);
    expect(row.id).toBe('B1');
  });

  it('hold within their tolerance, and not beyond', () => {
    const cell = { ...cells[0], published: 100 };
    const at = (tolerance: (typeof cells)[0]['tolerance'], model: number) =>
      holds({ ...cell, tolerance }, model);
    expect([at({ type: 'rel', value: 0.05 }, 105), at({ type: 'rel', value: 0.05 }, 105.1)]).toEqual([
      true,
      false,
    ]);
    expect([at({ type: 'abs', value: 3 }, 97), at({ type: 'abs', value: 3 }, 96.9)]).toEqual([true, false]);
    expect([at({ type: 'range', value: 120 }, 120), at({ type: 'range', value: 120 }, 99)]).toEqual([
      true,
      false,
    ]);
    expect([at({ type: 'order', value: 100 }, 2), at({ type: 'order', value: 100 }, 100)]).toEqual([
      true,
      false,
    ]);
  });

  it('say by how much they miss', () => {
    const row = { ...cells[0], model: 110, published: 100, pass: false };
    expect(distance(row)).toBe('+10.0 %');
    expect(distance({ ...row, model: null })).toBe('not modelled');
  });
});
