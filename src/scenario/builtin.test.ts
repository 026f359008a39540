/** Every scenario that ships: loads, compiles, has words, its steps name moments that happen, its claims hold. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import { RecordWriter } from '../engine/records.ts';
import { hasMessage } from '../i18n/index.ts';
import { checkClaims } from './claims.ts';
import { compileScenario } from './compile.ts';
import { errorLine, loadScenario } from './load.ts';
import { createMomentFinder, momentFilter } from './moments.ts';
import type { Scenario, ScenarioText } from './schema.ts';
import { BASE, variantNames } from './variants.ts';

const ROOT = join(import.meta.dirname, '../../scenarios');

const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json') && !file.startsWith('released/'))
  .sort();

function read(file: string): Scenario {
  const loaded = loadScenario(readFileSync(join(ROOT, file), 'utf8'), file);
  if (!loaded.ok) throw new Error(loaded.errors.map(errorLine).join('\n'));
  return loaded.scenario;
}

function specOf(scenario: Scenario, variant: string) {
  const compiled = compileScenario(scenario, { variant });
  if (!compiled.ok) throw new Error(`${variant}: ${compiled.errors.map(errorLine).join('\n')}`);
  return compiled.spec;
}

function keysOf(scenario: Scenario): string[] {
  const texts: (ScenarioText | undefined)[] = [scenario.title, scenario.summary];
  for (const { title } of Object.values(scenario.variants)) texts.push(title);
  for (const { title, text, history = [] } of scenario.lesson.steps) {
    texts.push(title, text);
    for (const event of history) texts.push(event.title, event.text);
  }
  for (const { title, labels } of Object.values(scenario.sweeps)) texts.push(title, ...Object.values(labels));
  return texts.flatMap((text) => (text !== undefined && 'key' in text ? [text.key] : []));
}

describe.each(files)('%s', (file) => {
  const scenario = read(file);

  it('is named like its file', () => {
    const name = basename(file, '.json');
    expect([name, `bench-${name}`]).toContain(scenario.id);
  });

  it('compiles in every variant', () => {
    for (const variant of variantNames(scenario))
      expect(specOf(scenario, variant).hosts.length).toBeGreaterThan(0);
  });

  it('has words for every key, and a key for every step', () => {
    expect(keysOf(scenario).filter((key) => !hasMessage(key))).toEqual([]);
  });

  it('has steps whose moments happen, told apart by their titles', () => {
    const { steps } = scenario.lesson;
    const titles = steps.map(({ title }) => ('key' in title ? title.key : title.text));
    expect(new Set(titles).size).toBe(titles.length);
    for (const variant of new Set(steps.map((step) => step.variant ?? BASE))) {
      const asked = steps.filter((step) => (step.variant ?? BASE) === variant);
      const finder = createMomentFinder(asked.map((step) => momentFilter(step.at)));
      const spec = specOf(scenario, variant);
      const world = createWorld(spec);
      world.writer = new RecordWriter((buffer, count) => finder.take(buffer, count));
      advance(world, spec.durationNs);
      world.writer.flush();
      asked.forEach((step, i) => {
        if ('kind' in step.at)
          expect(finder.found[i], `${variant}: ${JSON.stringify(step.at)}`).not.toBeNull();
        checkFocus(step.focus, world);
      });
      // steps of one variant follow each other in time: a lecturer goes on, never back
      const times = asked.map((step, i) => ('atNs' in step.at ? step.at.atNs : (finder.found[i]?.t ?? 0)));
      expect(times, variant).toEqual([...times].sort((a, b) => a - b));
    }
  });

  it('holds its claims', () => {
    const failed = checkClaims(scenario).filter((claim) => !claim.pass);
    expect(failed.map(({ id, text }) => `${id}: ${text}`)).toEqual([]);
  });
});

function checkFocus(
  focus: Scenario['lesson']['steps'][number]['focus'],
  world: ReturnType<typeof createWorld>,
): void {
  if (focus === undefined) return;
  if ('packet' in focus) expect(focus.packet).toBeLessThanOrEqual(world.lastPacket);
  else if ('queue' in focus) expect(focus.queue).toBeLessThan(world.queues.length);
  else if ('napi' in focus) expect(focus.napi).toBeLessThan(world.queues.length);
  else if ('tx' in focus) expect(focus.tx).toBeLessThan(world.queues.length);
  else if ('toe' in focus) expect(world.nics[focus.toe].toe).not.toBeNull();
  else if ('link' in focus) expect(focus.link).toBeLessThan(world.ways.length);
  else if ('cpu' in focus) expect(focus.cpu).toBeLessThan(world.cpus.length);
  else if ('socket' in focus) expect(focus.socket).toBeLessThanOrEqual(world.sockets.length);
  else expect(focus.task).toBeLessThanOrEqual(world.tasks.length);
}

describe('the lessons', () => {
  const lessons = files.map(read).filter((scenario) => scenario.lesson.steps.length > 0);

  it.each(lessons.map((scenario) => [scenario.id, scenario] as const))('%s can be taught', (_, scenario) => {
    expect(scenario.lesson.steps.length).toBeGreaterThanOrEqual(5);
    expect(scenario.lesson.steps.length).toBeLessThanOrEqual(12);
    expect(scenario.claims.length).toBeGreaterThanOrEqual(5);
    expect(keysOf(scenario).length).toBe(
      2 +
        Object.keys(scenario.variants).length +
        Object.values(scenario.sweeps).reduce((n, s) => n + 1 + Object.keys(s.labels).length, 0) +
        2 * scenario.lesson.steps.length +
        2 * scenario.lesson.steps.reduce((n, step) => n + (step.history?.length ?? 0), 0),
    );
  });
});
