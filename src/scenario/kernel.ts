/**
 * A variant under another kernel version: the same traffic and commands. What that kernel's tools refuse is left out and said,
 * so that the run is what such a machine would do.
 */
import { isKernelVersion } from '../catalog/version.ts';
import { type CompileOptions, compileScenario } from './compile.ts';
import { errorLine, type ScenarioError } from './load.ts';
import type { Scenario } from './schema.ts';
import { mergePatch } from './variants.ts';
import { applyVariant } from './variants.ts';

export interface KernelPatch {
  /** Empty where the variant runs on this kernel as it is. */
  patch: Record<string, unknown>;
  /** Commands that this kernel lacks, with what was said. */
  refused: { line: string; why: string }[];
}

export type KernelPatched = ({ ok: true } & KernelPatch) | { ok: false; message: string };

export function kernelPatch(
  scenario: Scenario,
  variant: string,
  kernel: string,
  options: Omit<CompileOptions, 'variant'> = {},
): KernelPatched {
  if (!isKernelVersion(kernel)) return { ok: false, message: `not a kernel version: ${kernel} (try 6.12)` };
  const varied = applyVariant(scenario, variant);
  if (!varied.ok) return { ok: false, message: varied.errors.map(errorLine).join('; ') };
  if (varied.scenario.kernel === kernel) return { ok: true, patch: {}, refused: [] };
  const bare = { ...varied.scenario, variants: {}, sweeps: {}, lesson: { steps: [] }, claims: [] };
  let patch: Record<string, unknown> = { kernel };
  const refused: KernelPatch['refused'] = [];
  // each round takes out what is refused; commands after those may be refused in their turn
  for (let round = 0; round < 8; round += 1) {
    const tried = mergePatch(bare, patch) as Scenario;
    const compiled = compileScenario(tried, options);
    if (compiled.ok) return { ok: true, patch, refused };
    const places = compiled.errors.map(commandAt);
    if (places.some((place) => place === null))
      return { ok: false, message: compiled.errors.map(errorLine).join('; ') };
    const gone = { setup: new Set<number>(), run: new Set<number>() };
    compiled.errors.forEach((error, i) => {
      const place = places[i] as { list: 'setup' | 'run'; index: number };
      if (gone[place.list].has(place.index)) return;
      gone[place.list].add(place.index);
      const { line } = tried[place.list][place.index];
      refused.push({ line, why: error.message.replace(`"${line}": `, '') });
    });
    for (const list of ['setup', 'run'] as const)
      if (gone[list].size > 0)
        patch = { ...patch, [list]: tried[list].filter((_, index) => !gone[list].has(index)) };
  }
  return { ok: false, message: `this scenario cannot be set up on Linux ${kernel}` };
}

function commandAt(error: ScenarioError): { list: 'setup' | 'run'; index: number } | null {
  const match = /^(setup|run)\[(\d+)\]/.exec(error.path);
  return match === null ? null : { list: match[1] as 'setup' | 'run', index: Number(match[2]) };
}
