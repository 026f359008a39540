/** Claims: the checked sentences of a scenario. Each compares a metric of one variant's end with a value or another variant's. */
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import { metric, METRIC_FAMILIES, METRICS } from '../engine/metrics/metric-table.ts';
import type { World } from '../engine/world.ts';
import { type CompileOptions, compileScenario } from './compile.ts';
import { errorLine, type ScenarioError } from './load.ts';
import type { Scenario, ScenarioClaim } from './schema.ts';
import { type SweepPoint, sweepToEnd } from './sweep.ts';

export interface ClaimResult {
  id: string;
  pass: boolean;
  /** What was compared, with the values found. */
  text: string;
}

export type Ended = { ok: true; world: World } | { ok: false; errors: ScenarioError[] };

/** A variant run to its end, without records. */
export function runToEnd(scenario: Scenario, options: CompileOptions): Ended {
  const compiled = compileScenario(scenario, options);
  if (!compiled.ok) return compiled;
  const world = createWorld(compiled.spec);
  advance(world, compiled.spec.durationNs);
  return { ok: true, world };
}

/** Checks all claims; each variant is run once. */
export function checkClaims(scenario: Scenario, options: CompileOptions = {}): ClaimResult[] {
  return checkClaimsOf(scenario, scenario.claims, options);
}

/** Checks some of the scenario's claims. @param worlds variants already run to their end */
export function checkClaimsOf(
  scenario: Scenario,
  claims: readonly ScenarioClaim[],
  options: CompileOptions,
  worlds: ReadonlyMap<string, World> = new Map(),
): ClaimResult[] {
  const ended = new Map<string, Ended>();
  for (const [variant, world] of worlds) ended.set(variant, { ok: true, world });
  const end = (variant: string): Ended => {
    let run = ended.get(variant);
    if (run === undefined) {
      run = runToEnd(scenario, { ...options, variant });
      ended.set(variant, run);
    }
    return run;
  };
  const swept = new Map<string, SweepPoint[]>();
  const curve = (name: string): SweepPoint[] => {
    const ask = scenario.sweeps[name];
    if (ask === undefined) throw new RangeError(`there is no sweep ${name}`);
    let points = swept.get(name);
    if (points === undefined) {
      const { title: _title, labels: _labels, ...rest } = ask;
      points = sweepToEnd(scenario, rest, options);
      swept.set(name, points);
    }
    return points;
  };
  return claims.map((claim) =>
    claim.sweep === undefined ? checkClaim(claim, end) : checkCurve(claim, claim.sweep, curve),
  );
}

/** A claim about a curve: its largest or least value, where that is, or its value at one place. */
function checkCurve(
  claim: ScenarioClaim,
  sweep: string,
  curve: (name: string) => readonly SweepPoint[],
): ClaimResult {
  const failed = (text: string): ClaimResult => ({ id: claim.id, pass: false, text });
  let points: { x: number; y: number }[];
  try {
    points = curve(sweep)
      .filter((point) => point.variant === claim.variant)
      .map(({ x, values }) => ({ x, y: values[claim.metric] }));
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
  if (points.length === 0) return failed(`the sweep ${sweep} has no variant ${claim.variant}`);
  if (points[0].y === undefined) return failed(`the sweep ${sweep} does not measure ${claim.metric}`);
  const of = claim.of ?? 'max';
  let found: number | undefined;
  if (of === 'at') found = points.find(({ x }) => x === claim.x)?.y;
  else {
    const sign = of.startsWith('max') ? 1 : -1;
    const best = points.reduce((b, p) => (sign * p.y > sign * b.y ? p : b));
    found = of.endsWith('At') ? best.x : best.y;
  }
  if (found === undefined)
    return failed(`the sweep ${sweep} has no point ${claim.x}; it has ${points.map((p) => p.x).join(', ')}`);
  const wanted = claim.value ?? 0;
  const what = of === 'at' ? `at ${claim.x}` : of;
  const text = `${sweep}: ${claim.variant}.${claim.metric} ${what} = ${print(found)} ${claim.op} ${print(wanted)}`;
  return { id: claim.id, pass: holds(found, claim, wanted), text };
}

type Value = { ok: true; value: number } | { ok: false; why: string };

function valueFor(end: (variant: string) => Ended, variant: string, name: string): Value {
  const run = end(variant);
  if (!run.ok) return { ok: false, why: run.errors.map(errorLine).join('; ') };
  const value = metric(run.world, name);
  if (value !== undefined) return { ok: true, value };
  const known = [...METRICS.map((row) => row.name), ...METRIC_FAMILIES].join(', ');
  return { ok: false, why: `there is no metric ${name}; there are ${known}` };
}

function checkClaim(claim: ScenarioClaim, end: (variant: string) => Ended): ClaimResult {
  const left = valueFor(end, claim.variant, claim.metric);
  if (!left.ok) return { id: claim.id, pass: false, text: left.why };
  let right: Value;
  let name: string;
  if (claim.other !== undefined) {
    const dot = claim.other.indexOf('.');
    right = valueFor(end, claim.other.slice(0, dot), claim.other.slice(dot + 1));
    name = `${claim.factor === 1 ? '' : `${claim.factor} * `}${claim.other}`;
  } else if (claim.value !== undefined) {
    right = { ok: true, value: claim.value };
    name = '';
  } else return { id: claim.id, pass: false, text: 'a claim needs value or other' };
  if (!right.ok) return { id: claim.id, pass: false, text: right.why };
  const wanted = right.value * (claim.other === undefined ? 1 : claim.factor);
  const text = `${claim.variant}.${claim.metric} = ${print(left.value)} ${claim.op} ${name === '' ? '' : `${name} = `}${print(wanted)}`;
  return { id: claim.id, pass: holds(left.value, claim, wanted), text };
}

function print(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(6);
}

function holds(value: number, claim: ScenarioClaim, wanted: number): boolean {
  const slack = Math.max(claim.tolerance?.abs ?? 0, (claim.tolerance?.rel ?? 0) * Math.abs(wanted));
  const near = Math.abs(value - wanted) <= slack;
  switch (claim.op) {
    case '<':
      return value < wanted;
    case '<=':
      return value <= wanted;
    case '>':
      return value > wanted;
    case '>=':
      return value >= wanted;
    case '==':
    case '~':
      return near;
    case '!=':
      return !near;
  }
}
