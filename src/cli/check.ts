/** `softnet-lab check`: scenarios load, every variant compiles, every claim holds, every text has words. */
import { statSync } from 'node:fs';
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import { RecordWriter } from '../engine/records.ts';
import { hasMessage } from '../i18n/index.ts';
import { checkClaims } from '../scenario/claims.ts';
import { compileScenario } from '../scenario/compile.ts';
import { errorLine } from '../scenario/load.ts';
import { createMomentFinder, momentFilter } from '../scenario/moments.ts';
import type { Scenario, ScenarioText } from '../scenario/schema.ts';
import { BASE, variantNames } from '../scenario/variants.ts';
import { CliError, EXIT_FAILED, EXIT_OK, EXIT_USAGE, fileError, type Io } from './io.ts';
import { builtIns, jsonFiles, openScenario, type Source } from './source.ts';

interface Count {
  passed: number;
  failed: number;
  /** Some scenario is not right in itself. */
  bad: boolean;
}

export function checkCommandLine(args: readonly string[], io: Io): number {
  const option = args.find((arg) => arg.startsWith('-'));
  if (option !== undefined) throw new CliError('usage', `check: unknown option ${option}`);
  if (args.length === 0) throw new CliError('usage', 'check: name scenario files or folders');
  const files = args.flatMap(filesOf);
  if (files.length === 0) throw new CliError('not-found', 'there is no .json file', args.join(' '));
  const count: Count = { passed: 0, failed: 0, bad: false };
  for (const file of files) checkFile(file, count, io);
  io.out(`${count.passed} passed, ${count.failed} failed`);
  return count.bad ? EXIT_USAGE : count.failed === 0 ? EXIT_OK : EXIT_FAILED;
}

function filesOf(path: string): string[] {
  try {
    return statSync(path).isDirectory() ? jsonFiles(path) : [path];
  } catch (error) {
    const builtIn = builtIns().get(path);
    if (builtIn !== undefined) return [builtIn];
    throw fileError(error, path);
  }
}

function checkFile(file: string, count: Count, io: Io): void {
  const verdict = (pass: boolean, text: string): void => {
    if (pass) count.passed += 1;
    else count.failed += 1;
    io.out(`${pass ? 'ok' : 'FAIL'} ${text}`);
  };
  let source: Source;
  try {
    source = openScenario(file);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    count.bad = true;
    verdict(false, `${file}${error.path === '' ? '' : `, at ${error.path}`}: ${error.message}`);
    return;
  }
  const { scenario, captures } = source;
  const problems = variantNames(scenario).flatMap((variant) => {
    const compiled = compileScenario(scenario, { variant, captures });
    return compiled.ok ? [] : compiled.errors.map((error) => `${variant}: ${errorLine({ ...error, file })}`);
  });
  problems.push(...stepsNotReached(source));
  for (const key of textKeys(scenario)) if (!hasMessage(key)) problems.push(`${file}: no words for ${key}`);
  const names = Object.keys(scenario.variants);
  const variants = names.length === 0 ? '' : ` with ${names.length} variant${names.length === 1 ? '' : 's'}`;
  verdict(
    problems.length === 0,
    `${file}: ${problems.length === 0 ? `loads${variants}` : problems.join('\n  ')}`,
  );
  if (problems.length > 0) count.bad = true;
  for (const { id, pass, text } of checkClaims(scenario, { captures }))
    verdict(pass, `${scenario.id} ${id}: ${text}`);
}

/** Lesson steps whose moment never comes. */
function stepsNotReached({ scenario, captures, file }: Source): string[] {
  const { steps } = scenario.lesson;
  const filters = steps.map((step) => momentFilter(step.at));
  return variantNames(scenario).flatMap((variant) => {
    const mine = steps.map((step, i) => ((step.variant ?? BASE) === variant ? filters[i] : null));
    if (mine.every((filter) => filter === null)) return [];
    const compiled = compileScenario(scenario, { variant, captures });
    if (!compiled.ok) return [];
    const finder = createMomentFinder(mine);
    const world = createWorld(compiled.spec);
    world.writer = new RecordWriter(finder.take);
    advance(world, compiled.spec.durationNs);
    world.writer.flush();
    return mine.flatMap((filter, i) =>
      filter === null || finder.found[i] !== null
        ? []
        : [`${file}, at lesson.steps[${i}].at: ${variant} never has such a record`],
    );
  });
}

function textKeys(scenario: Scenario): string[] {
  const texts: (ScenarioText | undefined)[] = [scenario.title, scenario.summary];
  for (const { title } of Object.values(scenario.variants)) texts.push(title);
  for (const { title, text } of scenario.lesson.steps) texts.push(title, text);
  for (const { title, labels } of Object.values(scenario.sweeps)) texts.push(title, ...Object.values(labels));
  return texts.flatMap((text) => (text !== undefined && 'key' in text ? [text.key] : []));
}
