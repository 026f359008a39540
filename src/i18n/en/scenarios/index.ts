import { aFrameArrives } from './a-frame-arrives.ts';
import { aRingOverflows } from './a-ring-overflows.ts';
import { groBuildsATrain } from './gro-builds-a-train.ts';
import { jumboFrames } from './jumbo-frames.ts';
import { napiLightAndHeavyLoad } from './napi-light-and-heavy-load.ts';
import { rssSpreadsFlows } from './rss-spreads-flows.ts';
import { the67NsBudget } from './the-67-ns-budget.ts';
import { livelockAndItsCure } from './livelock-and-its-cure.ts';
import { twoInterfacesOneFlooded } from './two-interfaces-one-flooded.ts';
import { oneQueueAndRps } from './one-queue-and-rps.ts';
import { rfsFollowsAnApplication } from './rfs-follows-an-application.ts';
import { xpsWithAndWithout } from './xps-with-and-without.ts';
import { timeSqueeze } from './time-squeeze.ts';

/** Texts of the built-in scenarios, one file each. */
export const scenarioWords: Readonly<Record<string, string>> = {
  ...aFrameArrives,
  ...aRingOverflows,
  ...groBuildsATrain,
  ...jumboFrames,
  ...napiLightAndHeavyLoad,
  ...rssSpreadsFlows,
  ...the67NsBudget,
  ...livelockAndItsCure,
  ...twoInterfacesOneFlooded,
  ...oneQueueAndRps,
  ...rfsFollowsAnApplication,
  ...xpsWithAndWithout,
  ...timeSqueeze,
};
