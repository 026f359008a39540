import { aFrameArrives } from './a-frame-arrives.ts';
import { aRingOverflows } from './a-ring-overflows.ts';
import { napiLightAndHeavyLoad } from './napi-light-and-heavy-load.ts';
import { the67NsBudget } from './the-67-ns-budget.ts';

/** Texts of the built-in scenarios, one file each. */
export const scenarioWords: Readonly<Record<string, string>> = {
  ...aFrameArrives,
  ...aRingOverflows,
  ...napiLightAndHeavyLoad,
  ...the67NsBudget,
};
