/** Writes public/scenario.schema.json; a test fails while it is not up to date. Run: npx tsx scripts/schema.ts */
import { writeFileSync } from 'node:fs';
import { scenarioJsonSchema } from '../src/scenario/json-schema.ts';

writeFileSync(new URL('../public/scenario.schema.json', import.meta.url), scenarioJsonSchema());
