/** Links to built-in scenarios keep working: every version that was ever released is there, as it was. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasMessage } from '../i18n/index.ts';
import { compileScenario } from './compile.ts';
import { scenarioHash } from './hash.ts';
import { errorLine, loadScenario } from './load.ts';
import { released } from './released.ts';
import type { Scenario } from './schema.ts';
import { variantNames } from './variants.ts';

const ROOT = join(import.meta.dirname, '../../scenarios');
const KEPT = join(ROOT, 'released');

const jsonUnder = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'))
    : [];
const kept = jsonUnder(KEPT).sort();
const present = new Map(
  jsonUnder(ROOT)
    .filter((file) => !/^(bench|released)\//.test(file))
    .map((file) => [basename(file, '.json'), scenarioHash(readFileSync(join(ROOT, file), 'utf8'))]),
);

function wordsOf(scenario: Scenario): string[] {
  const { title, summary, variants, lesson } = scenario;
  const texts = [title, summary, ...Object.values(variants).map((v) => v.title)];
  for (const step of lesson.steps) texts.push(step.title, step.text);
  return texts.flatMap((text) => (text !== undefined && 'key' in text ? [text.key] : []));
}

describe('released scenarios', () => {
  it.each(Object.entries(released))('%s: every version is the present one or kept', (id, hashes) => {
    const lost = hashes.filter((hash) => hash !== present.get(id) && !kept.includes(`${id}/${hash}.json`));
    expect(lost, 'git show REVISION:scenarios/TOPIC/ID.json > scenarios/released/ID/HASH.json').toEqual([]);
  });

  it.each(kept)('%s is what its name says, compiles in every variant and has words', (file) => {
    const text = readFileSync(join(KEPT, file), 'utf8');
    const [id, name] = file.split('/');
    expect(scenarioHash(text)).toBe(basename(name, '.json'));
    expect(released[id]).toContain(basename(name, '.json'));
    const loaded = loadScenario(text, file);
    if (!loaded.ok) throw new Error(loaded.errors.map(errorLine).join('\n'));
    expect(loaded.scenario.id).toBe(id);
    for (const variant of variantNames(loaded.scenario))
      expect(compileScenario(loaded.scenario, { variant }).ok, variant).toBe(true);
    expect(wordsOf(loaded.scenario).filter((key) => !hasMessage(key))).toEqual([]);
  });
});
