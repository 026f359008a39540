import { aFrameArrives } from './a-frame-arrives.ts';

/** Texts of the built-in scenarios, one file each. */
export const scenarioWords: Readonly<Record<string, string>> = {
  ...aFrameArrives,
};
