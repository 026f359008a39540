import { describe, expect, it } from 'vitest';
import { evidence as found, evidenceModule } from '../testing/evidence.ts';
import { readFileSync } from 'node:fs';
import { evidence } from './evidence.ts';
import { reasons } from './reasons.ts';

describe('evidence', () => {
  it('is what the runs show: npx tsx scripts/evidence.ts makes it anew', () => {
    const file = readFileSync(new URL('./evidence.ts', import.meta.url), 'utf8');
    expect(file).toBe(evidenceModule(found()));
  }, 240_000);

  it('is there for every decision, and every decision names its source', () => {
    const bare = Object.entries(reasons).filter(
      ([name, info]) =>
        name !== 'none' && (evidence[name] === undefined || info.source.length === 0 || info.fn.length === 0),
    );
    expect(bare.map(([name]) => name)).toEqual([]);
  });
});
