/** `softnet-lab run`: a scenario or a capture to its end, and what came of it. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import { type Report, reportOf } from '../engine/metrics/report.ts';
import { RECORD_BYTES, RecordWriter } from '../engine/records.ts';
import { type ClaimResult, checkClaims } from '../scenario/claims.ts';
import { type CompileOptions, compileScenario } from '../scenario/compile.ts';
import { LIMITS, type Scenario } from '../scenario/schema.ts';
import { variantNames } from '../scenario/variants.ts';
import { type Input, problemOf, readInput } from './input.ts';
import { EXIT_FAILED, EXIT_INPUT, EXIT_OK, InputProblem, type Io } from './io.ts';

const USAGE = `usage: softnet-lab run SCENARIO|CAPTURE [--variant V] [--cmd '[HOST@NS:] LINE']... [--until T] [--seed N] [--json] [--records FILE]`;

const UNITS: Readonly<Record<string, number>> = { '': 1, ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

interface RunOptions {
  variant: string | undefined;
  cmd: string[];
  untilNs: number | undefined;
  seed: number | undefined;
  records: string | undefined;
}

/** What one variant gives with --json. */
export interface RunResult extends Report {
  format: 1;
  scenario: string;
  variant: string;
  claims: { id: string; pass: boolean; text: string }[];
  recordsSha256: string;
}

export async function runCommandLine(args: string[], io: Io): Promise<number> {
  const json = args.includes('--json');
  try {
    const { values, positionals } = parse(args);
    if (positionals.length !== 1) throw usage(USAGE);
    const input = await readInput(positionals[0]);
    const options = optionsOf(values);
    const variants = options.variant === undefined ? variantNames(input.scenario) : [options.variant];
    if (options.records !== undefined && variants.length > 1)
      throw usage('--records takes one run: name it with --variant');
    const scenario = withCommands(input.scenario, options.cmd);
    const results = variants.map((variant) => runVariant({ ...input, scenario }, variant, options));
    const passed = results.every((r) => r.claims.every((c) => c.pass));
    if (json) {
      const one = options.variant !== undefined || variants.length === 1;
      io.out(
        JSON.stringify(
          one ? results[0] : { format: 1, variants: Object.fromEntries(results.map((r) => [r.variant, r])) },
        ),
      );
    } else {
      for (const warning of input.warnings) io.err(`note: ${warning}`);
      for (const result of results) print(result, io);
    }
    return passed ? EXIT_OK : EXIT_FAILED;
  } catch (error) {
    if (!(error instanceof InputProblem)) throw error;
    if (json) io.out(JSON.stringify({ error: error.error }));
    else io.err(error.message);
    return EXIT_INPUT;
  }
}

function usage(message: string): InputProblem {
  return new InputProblem({ code: 'usage', file: 'command line', path: '', message });
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        variant: { type: 'string' },
        cmd: { type: 'string', multiple: true },
        until: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'boolean' },
        records: { type: 'string' },
      },
    });
  } catch (error) {
    throw usage(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

function optionsOf(values: ReturnType<typeof parse>['values']): RunOptions {
  const options: RunOptions = {
    variant: values.variant,
    cmd: values.cmd ?? [],
    untilNs: undefined,
    seed: undefined,
    records: values.records,
  };
  if (values.until !== undefined) options.untilNs = parseTime(values.until);
  if (values.seed !== undefined) {
    if (!/^\d{1,16}$/.test(values.seed)) throw usage(`--seed takes a whole number, not ${values.seed}`);
    options.seed = Number(values.seed);
  }
  return options;
}

/** ns, or a number with us, ms or s. */
function parseTime(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ns|us|ms|s)?$/.exec(text);
  if (match === null) throw usage(`not a time: ${text} (ns, or with us, ms, s)`);
  const ns = Math.round(Number(match[1]) * UNITS[match[2] ?? '']);
  if (ns > LIMITS.durationNs) throw usage(`--until: at most ${LIMITS.durationNs} ns`);
  return ns;
}

/** --cmd lines join the scenario's own timed commands: default host, time 0 after set-up. */
function withCommands(scenario: Scenario, lines: string[]): Scenario {
  if (lines.length === 0) return scenario;
  const extra = lines.map((text) => {
    const match = /^(?:(\w[\w-]*)?@(\d+):\s+)?(.*)$/s.exec(text);
    const command: Scenario['run'][number] = { atNs: Number(match?.[2] ?? 0), line: match?.[3] ?? text };
    if (match?.[1] !== undefined) command.host = match[1];
    return command;
  });
  return { ...scenario, run: [...scenario.run, ...extra] };
}

function runVariant(input: Input, variant: string, options: RunOptions): RunResult {
  const { scenario, captures } = input;
  const compile: CompileOptions = { variant, captures };
  if (options.seed !== undefined) compile.seed = options.seed;
  const compiled = compileScenario(scenario, compile);
  if (!compiled.ok) throw problemOf('bad-scenario', compiled.errors);
  const world = createWorld(compiled.spec);
  const hash = sha256.create();
  const file = options.records === undefined ? null : openSync(options.records, 'w');
  world.writer = new RecordWriter((buffer, count) => {
    const bytes = new Uint8Array(buffer, 0, count * RECORD_BYTES);
    hash.update(bytes);
    if (file !== null) writeSync(file, bytes);
  });
  advance(world, options.untilNs ?? compiled.spec.durationNs);
  world.writer.flush();
  if (file !== null) closeSync(file);
  // claims are sentences on the whole run of the scenario as it is written
  const asWritten = options.untilNs === undefined && options.cmd.length === 0;
  const claims = asWritten ? claimsOf(scenario, variant, compile) : [];
  return {
    format: 1,
    scenario: scenario.id,
    variant,
    ...reportOf(world),
    claims,
    recordsSha256: bytesToHex(hash.digest()),
  };
}

function claimsOf(scenario: Scenario, variant: string, options: CompileOptions): ClaimResult[] {
  return checkClaims({ ...scenario, claims: scenario.claims.filter((c) => c.variant === variant) }, options);
}

const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 3 });

function print(result: RunResult, io: Io): void {
  const { packets: p } = result;
  io.out(
    `${result.scenario}, variant ${result.variant}: kernel ${result.kernel}, ${number(result.simulatedNs)} ns, seed ${result.seed}`,
  );
  io.out(
    `  arrived ${number(p.arrived)} = delivered ${number(p.delivered)} + dropped ${number(p.dropped)} + merged ${number(p.merged)} + in flight ${number(p.inFlight)}`,
  );
  for (const d of result.drops) io.out(`  dropped at ${d.place}: ${number(d.count)} (${d.reason})`);
  for (const q of result.queues) {
    io.out(
      `  ${q.nic} ${q.queue}: ${number(q.packets)} packets, ${number(q.irqs)} interrupts, ${number(q.polls)} polls, ${number(q.missed)} missed`,
    );
  }
  for (const cpu of result.cpus) {
    const shares = Object.entries(cpu.ns)
      .filter(([, ns]) => ns > 0)
      .map(([name, ns]) => `${name} ${((100 * ns) / Math.max(1, result.simulatedNs)).toFixed(1)} %`);
    io.out(`  CPU ${cpu.cpu}: ${shares.join(', ')}`);
  }
  for (const claim of result.claims) io.out(`  ${claim.pass ? 'ok  ' : 'FAIL'} ${claim.id}: ${claim.text}`);
}
