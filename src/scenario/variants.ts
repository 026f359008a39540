/** Variants: RFC 7396 merge patches on a scenario. `base` is the scenario itself and always there. */
import { type Loaded, loadScenarioValue } from './load.ts';
import type { Scenario } from './schema.ts';
import { BASE, variantChain } from './variant-chain.ts';

export { BASE } from './variant-chain.ts';

/** RFC 7396: objects merge key by key, null removes, all else replaces. Neither argument is changed. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isObject = typeof target === 'object' && target !== null && !Array.isArray(target);
  const result: Record<string, unknown> = isObject ? { ...(target as Record<string, unknown>) } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (key === '__proto__') continue;
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/** The patch that makes `to` of `from` (what a link keeps of a changed scenario). */
export function diffPatch(from: unknown, to: unknown): unknown {
  const isObject = (x: unknown): x is Record<string, unknown> =>
    typeof x === 'object' && x !== null && !Array.isArray(x);
  if (!isObject(from) || !isObject(to)) return to;
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(from)) if (!(key in to)) patch[key] = null;
  for (const [key, value] of Object.entries(to)) {
    if (!(key in from)) patch[key] = value;
    else if (JSON.stringify(from[key]) !== JSON.stringify(value)) patch[key] = diffPatch(from[key], value);
  }
  return patch;
}

export function variantNames(scenario: Scenario): string[] {
  return [BASE, ...Object.keys(scenario.variants)];
}

/** The scenario of a variant, checked again: a patch may have broken it. */
export function applyVariant(scenario: Scenario, variant: string): Loaded {
  if (variant === BASE) return { ok: true, scenario };
  const chain = variantChain(scenario, variant) ?? [];
  if (chain.length === 0 || !chain.every((name) => Object.hasOwn(scenario.variants, name))) {
    const message = `there is no variant ${variant}; there are ${variantNames(scenario).join(', ')}`;
    return { ok: false, errors: [{ file: scenario.id, path: 'variants', message }] };
  }
  const patched = chain.reduce<unknown>(
    (value, name) => mergePatch(value, scenario.variants[name].patch),
    scenario,
  );
  const loaded = loadScenarioValue(patched, scenario.id);
  if (loaded.ok) return loaded;
  return {
    ok: false,
    errors: loaded.errors.map((e) => ({
      ...e,
      message: `${e.message} (after the patch of variant ${variant})`,
    })),
  };
}
