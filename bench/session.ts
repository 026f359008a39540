/** Going to random moments of a run of a million frames, and what is kept for it. */
import { createRng, nextInt } from '../src/engine/rng.ts';
import { Run } from '../src/worker/run.ts';
import { mapOf } from '../src/worker/scene-of.ts';
import { loadSpec } from './engine.ts';

export interface SessionRun {
  runMs: number;
  seekMs: { median: number; p95: number; max: number };
  keyframes: number;
  memoryMbPerMillion: number;
}

const SEEKS = 100;
const ms = (from: bigint): number => Number(process.hrtime.bigint() - from) / 1e6;
const round = (value: number): number => Math.round(value * 10) / 10;

export function runSession(file: string): SessionRun {
  const spec = loadSpec(file);
  const started = process.hrtime.bigint();
  const run = new Run(spec, () => undefined);
  while (!run.done) run.pump();
  const runMs = ms(started);
  const map = mapOf(run.keyframes[0], 'bench');
  const rng = createRng(7, 1);
  const times: number[] = [];
  for (let i = 0; i < SEEKS; i += 1) {
    const seq = 1 + nextInt(rng, run.knownSeq - 1);
    const from = process.hrtime.bigint();
    // what the page does: the scene just after that record
    run.sceneAt({ t: 0, seq }, map);
    times.push(ms(from));
  }
  times.sort((x, y) => x - y);
  const packets = run.keyframes[run.keyframes.length - 1].totals.arrived;
  return {
    runMs: Math.round(runMs),
    seekMs: {
      median: round(times[SEEKS / 2]),
      p95: round(times[Math.floor(SEEKS * 0.95)]),
      max: round(times[SEEKS - 1]),
    },
    keyframes: run.keyframes.length,
    memoryMbPerMillion: round(run.keptBytes / 1e6 / (packets / 1e6)),
  };
}
