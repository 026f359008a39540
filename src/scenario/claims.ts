/** Claims: the checked sentences of a scenario. Each compares a metric of one variant's end with a value or another variant's. */
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import { metric, METRIC_FAMILIES, METRICS } from '../engine/metrics/metric-table.ts';
import type { World } from '../engine/world.ts';
import { type CompileOptions, compileScenario } from './compile.ts';
import { errorLine, type ScenarioError } from './load.ts';
import type { Scenario, ScenarioClaim } from './schema.ts';

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
  return claims.map((claim) => checkClaim(claim, end));
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
