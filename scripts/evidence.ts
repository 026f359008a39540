/** Writes src/catalog/evidence.ts: which measured case, scenario or test shows each decision. Run: npx tsx scripts/evidence.ts */
import { writeFileSync } from 'node:fs';
import { reproduce } from '../src/reproduce/run.ts';
import { evidence, evidenceModule, reproducedModule } from '../src/testing/evidence.ts';

const file = new URL('../src/catalog/evidence.ts', import.meta.url);
writeFileSync(file, evidenceModule(evidence()));
writeFileSync(new URL('../src/catalog/reproduced.ts', import.meta.url), reproducedModule(reproduce()));
