/** Names inside a scenario that name something else in it, or something of the catalogue: all have to be there. */
import { kinds } from '../catalog/kinds.ts';
import type { PathStep } from './json.ts';
import { isKind, isReason } from './moments.ts';
import type { Scenario } from './schema.ts';
import { rangeProblem } from './sweep-values.ts';
import { variantChain } from './variant-chain.ts';

export interface ReferenceProblem {
  path: PathStep[];
  message: string;
}

export function referenceProblems(scenario: Scenario): ReferenceProblem[] {
  const problems: ReferenceProblem[] = [];
  const add = (path: PathStep[], message: string): void => {
    problems.push({ path, message });
  };
  const variants = ['base', ...Object.keys(scenario.variants)];
  const variant = (name: string | undefined, path: PathStep[]): void => {
    if (name !== undefined && !variants.includes(name))
      add(path, `there is no variant ${name}; there are ${variants.join(', ')}`);
  };
  if (Object.hasOwn(scenario.variants, 'base'))
    add(['variants', 'base'], 'base is the scenario itself: choose another name');
  const sweeps = Object.keys(scenario.sweeps);
  const sweep = (name: string | undefined, path: PathStep[]): void => {
    if (name !== undefined && !sweeps.includes(name))
      add(path, `there is no sweep ${name}; there are ${sweeps.join(', ') || 'none'}`);
  };
  for (const [name, ask] of Object.entries(scenario.sweeps)) {
    ask.variants.forEach((one, i) => {
      variant(one, ['sweeps', name, 'variants', i]);
    });
    const problem = rangeProblem(ask);
    if (problem !== null) add(['sweeps', name, 'to'], problem);
  }
  for (const [name, { of }] of Object.entries(scenario.variants)) {
    variant(of, ['variants', name, 'of']);
    if (variantChain(scenario, name) === null)
      add(['variants', name, 'of'], `${name} starts from itself, by way of others`);
  }
  scenario.lesson.steps.forEach((step, i) => {
    const path: PathStep[] = ['lesson', 'steps', i];
    variant(step.variant, [...path, 'variant']);
    sweep(step.sweep, [...path, 'sweep']);
    if (!('kind' in step.at)) {
      if (step.at.atNs > scenario.durationNs)
        add([...path, 'at', 'atNs'], `after the end of the run (${scenario.durationNs})`);
      return;
    }
    if (!isKind(step.at.kind))
      add(
        [...path, 'at', 'kind'],
        `there is no kind ${step.at.kind}; there are ${Object.keys(kinds).join(', ')}`,
      );
    if (step.at.reason !== undefined && !isReason(step.at.reason))
      add(
        [...path, 'at', 'reason'],
        `there is no reason ${step.at.reason}; they are in src/catalog/reasons.ts`,
      );
  });
  const seen = new Set<string>();
  scenario.claims.forEach((claim, i) => {
    const path: PathStep[] = ['claims', i];
    if (seen.has(claim.id)) add([...path, 'id'], `the claim ${claim.id} stands twice`);
    seen.add(claim.id);
    variant(claim.variant, [...path, 'variant']);
    if ((claim.value === undefined) === (claim.other === undefined))
      add(path, 'a claim needs value or other, not both');
    sweep(claim.sweep, [...path, 'sweep']);
    if (claim.sweep !== undefined && (claim.of === undefined || claim.value === undefined))
      add(path, 'a claim about a curve needs of and value');
    if (claim.sweep === undefined && claim.of !== undefined) add(path, 'of goes with sweep');
    if ((claim.of === 'at') !== (claim.x !== undefined)) add(path, 'of "at" and x go together');
    if (claim.other === undefined) return;
    const dot = claim.other.indexOf('.');
    if (dot < 1) add([...path, 'other'], `${claim.other} is not variant.metric`);
    else variant(claim.other.slice(0, dot), [...path, 'other']);
  });
  return problems;
}
