import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scenarioJsonSchema } from './json-schema.ts';

const PUBLISHED = new URL('../../public/scenario.schema.json', import.meta.url);

interface Node {
  description?: string;
  properties?: Record<string, Node>;
  [key: string]: unknown;
}

/** Every named field anywhere in the schema. */
function fields(node: unknown, path: string): [string, Node][] {
  if (typeof node !== 'object' || node === null) return [];
  const found: [string, Node][] = [];
  for (const [name, part] of Object.entries(node)) {
    if (name === 'properties') {
      for (const [field, schema] of Object.entries(part as Record<string, Node>))
        found.push([`${path}.${field}`, schema], ...fields(schema, `${path}.${field}`));
    } else found.push(...fields(part, path));
  }
  return found;
}

describe('the published JSON Schema', () => {
  it('is up to date (npx tsx scripts/schema.ts)', () => {
    expect(readFileSync(PUBLISHED, 'utf8')).toBe(scenarioJsonSchema());
  });

  it('describes every field', () => {
    const all = fields(JSON.parse(scenarioJsonSchema()), '');
    expect(all.length).toBeGreaterThan(100);
    expect(all.filter(([, schema]) => !schema.description).map(([path]) => path)).toEqual([]);
  });
});
