/** Runs a scenario and hashes its records: made into one script that the browser runs (determinism.spec.ts). */
import { sha256 } from '@noble/hashes/sha2.js';
import { advance } from '../src/engine/advance.ts';
import { createWorld } from '../src/engine/create.ts';
import { RECORD_BYTES, RecordWriter } from '../src/engine/records.ts';
import { compileScenario } from '../src/scenario/compile.ts';
import { loadScenario } from '../src/scenario/load.ts';

export function recordsSha256(text: string, variant: string): string {
  const loaded = loadScenario(text, 'scenario');
  if (!loaded.ok) throw new Error('the scenario does not load');
  const compiled = compileScenario(loaded.scenario, { variant });
  if (!compiled.ok) throw new Error('the scenario does not compile');
  const hash = sha256.create();
  const world = createWorld(compiled.spec);
  world.writer = new RecordWriter((buffer, count) => {
    hash.update(new Uint8Array(buffer, 0, count * RECORD_BYTES));
  });
  advance(world, compiled.spec.durationNs);
  world.writer.flush();
  return [...hash.digest()].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
