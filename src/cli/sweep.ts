/** `softnet-lab sweep`: one number takes one value after the other; metrics of every run as a table or as JSON. */
import * as v from 'valibot';
import { readWords, wholeNumber } from './options.ts';
import { explain } from '../scenario/explain.ts';
import { printPath } from '../scenario/json.ts';
import { SweepAskSchema } from '../scenario/schema.ts';
import { runSweep, type SweepAsk, type SweepPoint, SweepProblem, varyText } from '../scenario/sweep.ts';
import { variantNames } from '../scenario/variants.ts';
import { CliError, EXIT_OK, type Io } from './io.ts';
import { openSource, type Source } from './source.ts';
import { parseTime } from './times.ts';

interface SweepArgs {
  source: string;
  name: string | null;
  /** What the command line says of the sweep; the rest is the scenario's own, or usual. */
  ask: Record<string, unknown>;
  seed: number | null;
  json: boolean;
  captures: string[];
}

/** @param io progress goes to its error output, the result to its output */
export function sweepCommandLine(args: readonly string[], io: Io): number {
  const options = parseSweepArgs(args);
  const source = openSource(options.source, options.captures);
  const ask = askFor(source, options);
  const { captures } = source;
  const points: SweepPoint[] = [];
  try {
    const run = runSweep(
      source.scenario,
      ask,
      options.seed === null ? { captures } : { captures, seed: options.seed },
    );
    for (const { point, done, of } of run) {
      if (point === null) continue;
      points.push(point);
      if (!options.json) io.err(`${Math.round(done)} of ${of}: ${point.variant} ${point.x}`);
    }
  } catch (error) {
    if (!(error instanceof SweepProblem)) throw error;
    throw new CliError('usage', error.message, source.file, error.where);
  }
  if (options.json) io.out(JSON.stringify(sweepResult(source, ask, options.seed, points)));
  else printTable(ask, points, io);
  return EXIT_OK;
}

function sweepResult(source: Source, ask: SweepAsk, seed: number | null, points: readonly SweepPoint[]) {
  return {
    format: 1,
    scenario: source.scenario.id,
    seed: seed ?? source.scenario.seed,
    vary: varyText(ask.vary),
    metrics: ask.metrics,
    series: ask.variants.map((variant) => ({
      variant,
      points: points.filter((p) => p.variant === variant).map(({ x, values }) => ({ x, values })),
    })),
  };
}

function printTable(ask: SweepAsk, points: readonly SweepPoint[], io: Io): void {
  io.out([varyText(ask.vary), 'variant', ...ask.metrics].join('\t'));
  for (const { x, variant, values } of points)
    io.out([x, variant, ...ask.metrics.map((name) => Number(values[name].toPrecision(6)))].join('\t'));
}

/** The scenario's own sweep by name (or its only one), with what the command line changes in it; or a new one. */
function askFor({ scenario, file }: Source, options: SweepArgs): SweepAsk {
  const names = Object.keys(scenario.sweeps);
  const name = options.name ?? (options.ask['vary'] === undefined ? (names[0] ?? null) : null);
  if (name === null && options.ask['vary'] === undefined)
    throw new CliError('usage', 'sweep: say what to vary, e.g. --vary traffic.load.ratePps', file);
  if (name !== null && !names.includes(name))
    throw new CliError(
      'usage',
      `there is no sweep ${name}; there are ${names.join(', ') || 'none: use --vary'}`,
      file,
      'sweeps',
    );
  const {
    title: _title,
    labels: _labels,
    ...own
  } = name === null ? { title: null, labels: null } : scenario.sweeps[name];
  const wanted = { ...own, ...options.ask };
  const result = v.safeParse(SweepAskSchema, wanted);
  if (!result.success) {
    const { path, message } = explain(SweepAskSchema, result.issues[0]);
    throw new CliError('usage', `--${printPath(path)}: ${message}`, file);
  }
  const known = variantNames(scenario);
  const strange = result.output.variants.find((variant) => !known.includes(variant));
  if (strange !== undefined)
    throw new CliError(
      'unknown-variant',
      `there is no variant ${strange}; there are ${known.join(', ')}`,
      file,
      'variants',
    );
  return result.output;
}

function parseSweepArgs(args: readonly string[]): SweepArgs {
  const result: SweepArgs = { source: '', name: null, ask: {}, seed: null, json: false, captures: [] };
  const { ask } = result;
  result.source = readWords('sweep', args, (option, value, unknown) => {
    const add = (list: string): void => {
      ask[list] = [...((ask[list] as string[]) ?? []), ...value().split(',')];
    };
    switch (option) {
      case '--sweep':
        result.name = value();
        break;
      case '--vary':
        ask['vary'] = parseVary(value());
        break;
      case '--from':
      case '--to':
      case '--points':
        ask[option.slice(2)] = wholeNumber(value(), option);
        break;
      case '--scale':
        ask['scale'] = value();
        break;
      case '--variant':
        add('variants');
        break;
      case '--metric':
        add('metrics');
        break;
      case '--until':
        ask['runNs'] = parseTime(value(), option);
        break;
      case '--seed':
        result.seed = wholeNumber(value(), option);
        break;
      case '--capture':
        result.captures.push(value());
        break;
      case '--json':
        result.json = true;
        break;
      default:
        unknown();
    }
  });
  return result;
}

/** A place in the scenario, or (what holds a space) a command, with its host before a colon if it is not the first. */
function parseVary(text: string): SweepAsk['vary'] {
  if (!text.includes(' ')) return { path: text };
  const match = /^([A-Za-z][\w-]*): *(.*)$/s.exec(text);
  return match === null ? { command: text } : { host: match[1], command: match[2] };
}
