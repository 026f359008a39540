/**
 * Sweeps: one number of a scenario takes one value after the other, under one or several variants; each point is an ordinary run
 * with that patch and the scenario's seed, and its metrics are measured at its end. Pure: page and command line share it.
 * Everything is checked before the first run, so that a value the host would refuse is said at once.
 */
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import { metric, METRIC_FAMILIES, METRICS } from '../engine/metrics/metric-table.ts';
import { type CompileOptions, compileScenario } from './compile.ts';
import { errorLine, type Loaded, loadScenarioValue } from './load.ts';
import { LIMITS, type Scenario, type SweepAsk, type SweepVary } from './schema.ts';
import { rangeProblem, sweepValues } from './sweep-values.ts';
import { applyVariant, mergePatch } from './variants.ts';

export type { SweepAsk, SweepVary } from './schema.ts';

export interface SweepPoint {
  variant: string;
  /** The swept value. */
  x: number;
  /** By the metric's name. */
  values: Record<string, number>;
}

/** How far a sweep has come; `point` where one is just finished. */
export interface SweepProgress {
  /** Runs done, the one under way as a fraction. */
  done: number;
  of: number;
  point: SweepPoint | null;
}

/** What keeps a sweep from being made, in words a person can act on. */
export class SweepProblem extends Error {
  /** Of the value or variant it is about; empty: the whole. */
  readonly where: string;

  constructor(message: string, where = '') {
    super(message);
    this.where = where;
  }
}

/** Events between two times control is given back. */
const SLICE_EVENTS = 20_000;
const PATH = /^(hosts|traffic|seed)(\.[A-Za-z][A-Za-z0-9_-]{0,39})*$/;

/** For people and tables: `traffic.flood.ratePps`, or the command. */
export function varyText(vary: SweepVary): string {
  return 'path' in vary ? vary.path : vary.command;
}

/** The merge patch that makes one point of a variant's scenario. */
export function pointPatch(
  varied: Scenario,
  { vary, runNs }: Pick<SweepAsk, 'vary' | 'runNs'>,
  x: number,
): Record<string, unknown> {
  let patch: Record<string, unknown>;
  if ('path' in vary) {
    const names = vary.path.split('.');
    patch = names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), x) as Record<string, unknown>;
  } else {
    const line = vary.command.replaceAll('{value}', String(x));
    const command = vary.host === undefined ? { line } : { line, host: vary.host };
    patch = { setup: [...varied.setup, command] };
  }
  // what is told along the run was told of the whole of it
  return runNs === undefined ? patch : { ...patch, durationNs: runNs, lesson: { steps: [] }, claims: [] };
}

function pathProblem(scenario: Scenario, path: string): string | null {
  if (!PATH.test(path)) return `${path}: name a number in hosts or traffic, like traffic.load.ratePps`;
  const names = path.split('.');
  let at: unknown = scenario;
  for (const name of names.slice(0, -1)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name))
      return `${path}: this scenario has no ${name}${
        typeof at === 'object' && at !== null ? `; there are ${Object.keys(at).join(', ')}` : ''
      }`;
    at = (at as Record<string, unknown>)[name];
  }
  return null;
}

/** The scenario of one point, checked like any other. */
function pointScenario(scenario: Scenario, ask: SweepAsk, variant: string, x: number): Loaded {
  const varied = applyVariant(scenario, variant);
  if (!varied.ok) return varied;
  if ('path' in ask.vary) {
    const message = pathProblem(varied.scenario, ask.vary.path);
    if (message !== null) return { ok: false, errors: [{ file: scenario.id, path: '', message }] };
  }
  const bare = { ...varied.scenario, variants: {}, sweeps: {}, lesson: { steps: [] }, claims: [] };
  return loadScenarioValue(mergePatch(bare, pointPatch(varied.scenario, ask, x)), scenario.id);
}

/**
 * The patch that makes a point a variant of its own that starts from `variant`, so that it can be opened like any other.
 * @throws SweepProblem where the scenario has no such variant
 */
export function pointVariantPatch(
  scenario: Scenario,
  ask: Pick<SweepAsk, 'vary' | 'runNs'>,
  variant: string,
  x: number,
): Record<string, unknown> {
  const varied = applyVariant(scenario, variant);
  if (!varied.ok) throw new SweepProblem(varied.errors.map(errorLine).join('; '));
  return pointPatch(varied.scenario, ask, x);
}

/**
 * Runs a sweep, giving control back every few milliseconds; variants take turns at each value, so that curves grow side by side.
 * @throws SweepProblem, before the first run for all that can be known then
 */
export function* runSweep(
  scenario: Scenario,
  ask: SweepAsk,
  options: Omit<CompileOptions, 'variant'> = {},
): Generator<SweepProgress, void> {
  const problem = rangeProblem(ask);
  if (problem !== null) throw new SweepProblem(problem);
  const points = sweepValues(ask).flatMap((x) => ask.variants.map((variant) => ({ x, variant })));
  const of = points.length;
  if (of > LIMITS.sweepRuns)
    throw new SweepProblem(`${of} runs: at most ${LIMITS.sweepRuns} (fewer points or variants)`);
  const compile = ({ x, variant }: { x: number; variant: string }) => {
    const where = `${variant === 'base' ? '' : `${variant}, `}${x}`;
    const loaded = pointScenario(scenario, ask, variant, x);
    if (!loaded.ok) throw new SweepProblem(loaded.errors.map(message).join('; '), where);
    const compiled = compileScenario(loaded.scenario, options);
    if (!compiled.ok) throw new SweepProblem(compiled.errors.map(message).join('; '), where);
    return compiled;
  };
  let packets = 0;
  for (const [i, point] of points.entries()) {
    const { spec, packets: more } = compile(point);
    packets += more;
    if (packets > LIMITS.sweepPackets)
      throw new SweepProblem(
        `more than ${LIMITS.sweepPackets} packets in all: fewer points, lower rates, or shorter runs`,
      );
    if (i < ask.variants.length) checkMetrics(ask.metrics, createWorld(spec));
    yield { done: 0, of, point: null };
  }
  for (const [done, point] of points.entries()) {
    const { spec } = compile(point);
    const world = createWorld(spec);
    while (advance(world, spec.durationNs, Number.POSITIVE_INFINITY, SLICE_EVENTS) === SLICE_EVENTS)
      yield { done: done + Math.min(1, world.now / spec.durationNs), of, point: null };
    const values = Object.fromEntries(ask.metrics.map((name) => [name, metric(world, name) ?? 0]));
    yield { done: done + 1, of, point: { ...point, values } };
  }
}

const message = (error: { path: string; message: string }): string =>
  error.path === '' ? error.message : `${error.path}: ${error.message}`;

function checkMetrics(names: readonly string[], world: ReturnType<typeof createWorld>): void {
  for (const name of names) {
    if (metric(world, name) !== undefined) continue;
    const known = [...METRICS.map((row) => row.name), ...METRIC_FAMILIES].join(', ');
    throw new SweepProblem(`there is no metric ${name}; there are ${known}`);
  }
}

/** All of a sweep at once. */
export function sweepToEnd(
  scenario: Scenario,
  ask: SweepAsk,
  options: Omit<CompileOptions, 'variant'> = {},
): SweepPoint[] {
  const points: SweepPoint[] = [];
  for (const { point } of runSweep(scenario, ask, options)) if (point !== null) points.push(point);
  return points;
}

/** A number that can be varied by its place in the scenario, with its present value and sensible bounds. */
export interface Variable {
  path: string;
  /** What it is a number of: the source, host or card; and which of its numbers. */
  owner: string;
  field: 'ratePps' | 'cpus' | 'queues' | 'flows' | 'len';
  value: number | null;
  from: number;
  to: number;
}

/** What a variant's scenario offers to be varied; rates first. */
export function variablesOf(scenario: Scenario): Variable[] {
  const found: Variable[] = [];
  for (const [owner, traffic] of Object.entries(scenario.traffic)) {
    if (traffic.kind !== 'rate') continue;
    const value = traffic.ratePps ?? null;
    const rate = value ?? 100_000;
    const path = `traffic.${owner}`;
    found.push({ path: `${path}.ratePps`, owner, field: 'ratePps', value, from: rate / 4, to: rate * 4 });
    found.push({
      path: `${path}.flows`,
      owner,
      field: 'flows',
      value: traffic.flows,
      from: 1,
      to: Math.max(64, traffic.flows),
    });
    const len = traffic.frame.len ?? null;
    found.push({ path: `${path}.frame.len`, owner, field: 'len', value: len, from: 18, to: 1448 });
  }
  const order: Variable['field'][] = ['ratePps', 'flows', 'len'];
  found.sort((a, b) => order.indexOf(a.field) - order.indexOf(b.field));
  for (const [hostId, host] of Object.entries(scenario.hosts)) {
    const path = `hosts.${hostId}`;
    found.push({
      path: `${path}.cpus`,
      owner: hostId,
      field: 'cpus',
      value: host.cpus,
      from: 1,
      to: host.cpus,
    });
    for (const [name, nic] of Object.entries(host.nics))
      found.push({
        path: `${path}.nics.${name}.queues`,
        owner: `${hostId} ${name}`,
        field: 'queues',
        value: nic.queues,
        from: 1,
        to: Math.max(host.cpus, nic.queues),
      });
  }
  return found.map((row) => ({ ...row, from: Math.round(row.from), to: Math.round(row.to) }));
}
