/** One engine run in this process, from cold: frames arrived a second over the whole run, with or without records. */
import { readFileSync } from 'node:fs';
import { advance } from '../src/engine/advance.ts';
import { createWorld } from '../src/engine/create.ts';
import { RECORD_BYTES, RecordWriter } from '../src/engine/records.ts';
import { compileScenario } from '../src/scenario/compile.ts';
import { errorLine, loadScenario } from '../src/scenario/load.ts';
import type { WorldSpec } from '../src/engine/spec.ts';

export interface EngineRun {
  pps: number;
  packets: number;
  records: number;
  recordBytesPerPacket: number;
  ms: number;
}

export function loadSpec(file: string): WorldSpec {
  const loaded = loadScenario(readFileSync(file, 'utf8'), file);
  if (!loaded.ok) throw new Error(loaded.errors.map(errorLine).join('\n'));
  const compiled = compileScenario(loaded.scenario);
  if (!compiled.ok) throw new Error(compiled.errors.map(errorLine).join('\n'));
  return compiled.spec;
}

export function runEngine(file: string, traced: boolean): EngineRun {
  const spec = loadSpec(file);
  const world = createWorld(spec);
  let records = 0;
  if (traced) {
    world.writer = new RecordWriter((_buffer, count) => {
      records += count;
    });
  }
  const started = process.hrtime.bigint();
  advance(world, spec.durationNs);
  world.writer?.flush();
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  const packets = world.totals.arrived;
  return {
    pps: packets / (ms / 1000),
    packets,
    records,
    recordBytesPerPacket: (records * RECORD_BYTES) / packets,
    ms,
  };
}
