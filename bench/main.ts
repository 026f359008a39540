/**
 * The benchmarks: each figure from a process of its own (cold), the median of several. `--json` prints one object.
 * Machines are noisy: compare ratios of one run, not numbers of two machines.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EngineRun, runEngine } from './engine.ts';
import { runSession, type SessionRun } from './session.ts';

const LOADS = ['udp-64', 'tcp-trains'] as const;
const REPEATS = 3;

interface Io {
  out(line: string): void;
  err(line: string): void;
}

/** The folder that holds scenarios/: beside the bundle, or the project. */
function scenarioFile(load: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let up = 0; up < 4; up += 1) {
    const file = join(folder, 'scenarios', 'bench', `${load}.json`);
    if (existsSync(file)) return file;
    folder = dirname(folder);
  }
  throw new Error('scenarios/bench is not here');
}

function cold<T>(...args: string[]): T {
  const result = spawnSync(
    process.execPath,
    [...process.execArgv, process.argv[1], 'bench', '--one', ...args],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 24,
    },
  );
  if (result.status !== 0) throw new Error(`bench ${args.join(' ')} failed: ${result.stderr}`);
  return JSON.parse(result.stdout) as T;
}

function median<T>(runs: T[], of: (run: T) => number): T {
  return [...runs].sort((x, y) => of(x) - of(y))[Math.floor(runs.length / 2)];
}

const repeat = <T>(run: () => T): T[] => Array.from({ length: REPEATS }, run);

/** @returns exit code */
export async function benchCommand(args: string[], io: Io): Promise<number> {
  if (args[0] === '--one') {
    const [, what, load, mode] = args;
    io.out(
      JSON.stringify(
        what === 'engine'
          ? runEngine(scenarioFile(load), mode === 'traced')
          : await runSession(scenarioFile(load)),
      ),
    );
    return 0;
  }
  const json = args.includes('--json');
  const loads: Record<string, { traced: EngineRun; untraced: EngineRun; session: SessionRun }> = {};
  for (const load of LOADS) {
    loads[load] = {
      untraced: median(
        repeat(() => cold<EngineRun>('engine', load, 'untraced')),
        (r) => r.pps,
      ),
      traced: median(
        repeat(() => cold<EngineRun>('engine', load, 'traced')),
        (r) => r.pps,
      ),
      session: cold<SessionRun>('session', load),
    };
  }
  const slowest = (of: (load: (typeof loads)[string]) => number): number =>
    Math.min(...Object.values(loads).map(of));
  const result = {
    engine: {
      tracedPps: Math.round(slowest((l) => l.traced.pps)),
      untracedPps: Math.round(slowest((l) => l.untraced.pps)),
      loads: Object.fromEntries(
        Object.entries(loads).map(([name, l]) => [
          name,
          {
            tracedPps: Math.round(l.traced.pps),
            untracedPps: Math.round(l.untraced.pps),
            recordBytesPerPacket: Math.round(l.traced.recordBytesPerPacket),
          },
        ]),
      ),
    },
    session: Object.fromEntries(Object.entries(loads).map(([name, l]) => [name, l.session])),
  };
  if (json) {
    io.out(JSON.stringify(result));
    return 0;
  }
  io.out(`engine, cold process, median of ${REPEATS}, one core, 1 million frames`);
  for (const [name, l] of Object.entries(result.engine.loads)) {
    io.out(
      `  ${name}: ${(l.untracedPps / 1e6).toFixed(2)} Mframes/s without records, ${(l.tracedPps / 1e6).toFixed(2)} with (${l.recordBytesPerPacket} bytes of records a frame)`,
    );
  }
  io.out('going to a moment in the run of 1 million frames');
  for (const [name, s] of Object.entries(result.session)) {
    io.out(
      `  ${name}: median ${s.seekMs.median} ms, 95th percentile ${s.seekMs.p95} ms, longest ${s.seekMs.max} ms; ${s.memoryMbPerMillion} MB kept; run made in ${s.runMs} ms`,
    );
  }
  return 0;
}
