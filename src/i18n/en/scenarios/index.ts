import { tsoThroughATunnel } from './tso-through-a-tunnel.ts';
import { ufoAndALostFragment } from './ufo-and-a-lost-fragment.ts';
import { aFlippedBit } from './a-flipped-bit.ts';
import { aFrameArrives } from './a-frame-arrives.ts';
import { aPingBehindABulkFlow } from './a-ping-behind-a-bulk-flow.ts';
import { burstsAndPacing } from './bursts-and-pacing.ts';
import { aDelayThatLoses } from './a-delay-that-loses.ts';
import { aRingOverflows } from './a-ring-overflows.ts';
import { groBuildsATrain } from './gro-builds-a-train.ts';
import { ktlsAndItsCard } from './ktls-and-its-card.ts';
import { jumboFrames } from './jumbo-frames.ts';
import { napiLightAndHeavyLoad } from './napi-light-and-heavy-load.ts';
import { rssSpreadsFlows } from './rss-spreads-flows.ts';
import { the67NsBudget } from './the-67-ns-budget.ts';
import { livelockAndItsCure } from './livelock-and-its-cure.ts';
import { twoInterfacesOneFlooded } from './two-interfaces-one-flooded.ts';
import { oneQueueAndRps } from './one-queue-and-rps.ts';
import { rfsFollowsAnApplication } from './rfs-follows-an-application.ts';
import { softirqStarvesAnApplication } from './softirq-starves-an-application.ts';
import { moderationAndDim } from './moderation-and-dim.ts';
import { mindcraftFourCpus } from './mindcraft-four-cpus.ts';
import { xpsWithAndWithout } from './xps-with-and-without.ts';
import { wherePacketsWait } from './where-packets-wait.ts';
import { toeAgainstAFasterCpu } from './toe-against-a-faster-cpu.ts';
import { timeSqueeze } from './time-squeeze.ts';
import { rssGoodAndBadTable } from './rss-good-and-bad-table.ts';
import { rpsOverdone } from './rps-overdone.ts';
import { rpsAcrossNodes } from './rps-across-nodes.ts';
import { acceleratedRfs } from './accelerated-rfs.ts';
import { aScreeningRouter } from './a-screening-router.ts';
import { whyTheCaptureLooksBroken } from './why-the-capture-looks-broken.ts';
import { lroBreaksARouter } from './lro-breaks-a-router.ts';
import { writeOf64k } from './write-of-64k.ts';
import { aHoleAndItsSacks } from './a-hole-and-its-sacks.ts';
import { delayedAcks } from './delayed-acks.ts';
import { sackCompressionOnWlan } from './sack-compression-on-wlan.ts';

/** Texts of the built-in scenarios, one file each. */
export const scenarioWords: Readonly<Record<string, string>> = {
  ...aFrameArrives,
  ...aRingOverflows,
  ...groBuildsATrain,
  ...jumboFrames,
  ...napiLightAndHeavyLoad,
  ...rssSpreadsFlows,
  ...the67NsBudget,
  ...mindcraftFourCpus,
  ...livelockAndItsCure,
  ...aScreeningRouter,
  ...twoInterfacesOneFlooded,
  ...oneQueueAndRps,
  ...rfsFollowsAnApplication,
  ...xpsWithAndWithout,
  ...wherePacketsWait,
  ...timeSqueeze,
  ...toeAgainstAFasterCpu,
  ...acceleratedRfs,
  ...rpsOverdone,
  ...rpsAcrossNodes,
  ...rssGoodAndBadTable,
  ...moderationAndDim,
  ...softirqStarvesAnApplication,
  ...aHoleAndItsSacks,
  ...delayedAcks,
  ...sackCompressionOnWlan,
  ...writeOf64k,
  ...lroBreaksARouter,
  ...aFlippedBit,
  ...whyTheCaptureLooksBroken,
  ...aDelayThatLoses,
  ...ufoAndALostFragment,
  ...tsoThroughATunnel,
  ...burstsAndPacing,
  ...aPingBehindABulkFlow,
  ...ktlsAndItsCard,
};
