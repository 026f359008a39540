/** The English catalogue: one file a topic. Scenario texts are one file a scenario. */
import { captureWords } from './captures.ts';
import { common } from './common.ts';
import { hostWords } from './host.ts';
import { kindWords } from './kinds.ts';
import { reasonWords } from './reasons.ts';
import { scenarioWords } from './scenarios/index.ts';

export const en: Readonly<Record<string, string>> = {
  ...captureWords,
  ...common,
  ...hostWords,
  ...kindWords,
  ...reasonWords,
  ...scenarioWords,
};
