/** `softnet-lab run`: a scenario or a capture to its end, and what came of it. */
import { readWords, wholeNumber } from './options.ts';
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import { type Report, reportOf } from '../engine/metrics/report.ts';
import type { TrafficTable } from '../engine/packet/traffic-table.ts';
import { RECORD_BYTES, RecordWriter } from '../engine/records.ts';
import type { World } from '../engine/world.ts';
import { checkClaimsOf, type ClaimResult } from '../scenario/claims.ts';
import { compileScenario } from '../scenario/compile.ts';
import { LIMITS, type Scenario } from '../scenario/schema.ts';
import { applyVariant, variantNames } from '../scenario/variants.ts';
import {
  type CaptureBounds,
  type CaptureDone,
  DEFAULT_BOUNDS,
  finishCapture,
  parsePointAsk,
  type PointAsk,
  startCapture,
} from './capture-points.ts';
import { CliError, EXIT_FAILED, EXIT_OK, fileError, type Io } from './io.ts';
import { printReport } from './print-report.ts';
import { openSource, scenarioError, type Source } from './source.ts';
import { parseTime, printTime } from './times.ts';

interface Command {
  host: string | null;
  atNs: number;
  line: string;
}

interface RunArgs {
  source: string;
  variant: string | null;
  commands: Command[];
  untilNs: number | null;
  seed: number | null;
  json: boolean;
  records: string | null;
  captures: string[];
  points: PointAsk[];
  bounds: CaptureBounds;
}

/** One variant's result, as `run --json` prints it. */
export interface RunResult extends Report {
  format: 1;
  scenario: string;
  variant: string;
  claims: ClaimResult[];
  recordsSha256: string;
  /** Files made at capture points; absent: none were asked for. */
  captures?: CaptureDone[];
}

export function runCommandLine(args: readonly string[], io: Io): number {
  const options = parseRunArgs(args);
  const source = openSource(options.source, options.captures);
  const names = variantNames(source.scenario);
  if (options.variant !== null && !names.includes(options.variant)) {
    const message = `there is no variant ${options.variant}; there are ${names.join(', ')}`;
    throw new CliError('unknown-variant', message, source.file, 'variants');
  }
  if (options.records !== null && options.variant === null && names.length > 1) {
    throw new CliError('usage', `--records is for one variant: add --variant (${names.join(', ')})`);
  }
  if (options.points.length > 0 && options.variant === null && names.length > 1)
    throw new CliError('usage', `--capture is for one variant: add --variant (${names.join(', ')})`);
  const results: Record<string, RunResult> = {};
  const wanted = options.variant === null ? names : [options.variant];
  for (const variant of wanted) results[variant] = runVariant(source, variant, options);
  if (options.json)
    io.out(JSON.stringify(wanted.length === 1 ? results[wanted[0]] : { format: 1, variants: results }));
  else {
    for (const note of source.notes) io.err(`note: ${note}`);
    for (const result of Object.values(results)) {
      printReport(source.scenario, result, io);
      for (const { file, packets, cutAtNs } of result.captures ?? []) {
        const cut =
          cutAtNs === null ? '' : `; the bound was met at ${printTime(cutAtNs)}, the rest is left out`;
        io.err(`note: ${file}: ${packets} packets${cut}`);
      }
    }
  }
  return Object.values(results).every((r) => r.claims.every((c) => c.pass)) ? EXIT_OK : EXIT_FAILED;
}

function parseRunArgs(args: readonly string[]): RunArgs {
  const result: RunArgs = {
    source: '',
    variant: null,
    commands: [],
    untilNs: null,
    seed: null,
    json: false,
    records: null,
    captures: [],
    points: [],
    bounds: { ...DEFAULT_BOUNDS },
  };
  result.source = readWords('run', args, (option, value, unknown) => {
    switch (option) {
      case '--json':
        result.json = true;
        break;
      case '--variant':
        result.variant = value();
        break;
      case '--cmd':
        result.commands.push(parseCommand(value()));
        break;
      case '--until':
        result.untilNs = parseTime(value(), '--until');
        break;
      case '--seed':
        result.seed = wholeNumber(value(), option);
        break;
      case '--records':
        result.records = value();
        break;
      case '--capture': {
        const text = value();
        const ask = parsePointAsk(text);
        if (ask === null) result.captures.push(text);
        else result.points.push(ask);
        break;
      }
      case '--capture-from':
        result.bounds.fromNs = parseTime(value(), option);
        break;
      case '--capture-to':
        result.bounds.toNs = parseTime(value(), option);
        break;
      case '--capture-packets':
        result.bounds.packets = wholeNumber(value(), option);
        break;
      default:
        unknown();
    }
  });
  if (result.untilNs !== null && result.untilNs > LIMITS.durationNs)
    throw new CliError('usage', `--until: at most ${LIMITS.durationNs} ns`);
  const { fromNs, toNs } = result.bounds;
  if (toNs !== null && toNs < fromNs) throw new CliError('usage', '--capture-to is before --capture-from');
  return result;
}

/** `h1@20us: ethtool -G eth0 rx 64`, `@20us: ...`, or a line alone. */
function parseCommand(text: string): Command {
  const match = /^\s*([A-Za-z][\w-]*)?@([\w.]+):\s*(.*)$/s.exec(text);
  if (match === null) return { host: null, atNs: 0, line: text };
  return { host: match[1] ?? null, atNs: parseTime(match[2], '--cmd'), line: match[3] };
}

/** The scenario with the command line's own commands behind those it has. */
function withCommands(scenario: Scenario, commands: readonly Command[]): Scenario {
  const added = commands.map(({ host, atNs, line }) =>
    host === null ? { atNs, line } : { atNs, host, line },
  );
  return { ...scenario, run: [...scenario.run, ...added] };
}

function runVariant(source: Source, variant: string, options: RunArgs): RunResult {
  const varied = applyVariant(source.scenario, variant);
  if (!varied.ok) throw scenarioError('invalid-scenario', varied.errors);
  const base = varied.scenario;
  const scenario = withCommands(base, options.commands);
  const { captures } = source;
  const compileOptions = options.seed === null ? { captures } : { captures, seed: options.seed };
  const compiled = compileScenario(scenario, compileOptions);
  if (!compiled.ok) {
    const [first] = compiled.errors;
    const command = /^run\[(\d+)\]/.exec(first.path);
    if (command !== null && Number(command[1]) >= base.run.length)
      throw new CliError('command-refused', first.message, '', '--cmd');
    throw scenarioError(
      compiled.missingCaptures.length > 0 ? 'missing-capture' : 'invalid-scenario',
      compiled.errors.map((error) => ({ ...error, file: source.file })),
    );
  }
  const world = createWorld(compiled.spec);
  const keep = options.json || options.records !== null;
  const sink = keep ? recordSink(options.records) : null;
  const endNs = options.untilNs ?? compiled.spec.durationNs;
  const capture =
    options.points.length === 0 ? null : startCapture(world, options.points, options.bounds, endNs);
  if (capture !== null) capture.recorder.attach(world, sink?.take ?? null);
  else if (sink !== null) world.writer = new RecordWriter(sink.take);
  advance(world, endNs);
  world.writer?.flush();
  const asWritten = options.commands.length === 0 && options.untilNs === null;
  return {
    format: 1,
    scenario: base.id,
    variant,
    ...reportOf(world),
    claims: asWritten ? claimsOf(source.scenario, variant, world, compileOptions) : [],
    recordsSha256: sink?.finish() ?? '',
    ...(capture === null ? {} : { captures: finishCapture(world, capture) }),
  };
}

/** Claims about this variant, of the run just made; what they compare with is run for them. */
function claimsOf(
  scenario: Scenario,
  variant: string,
  world: World,
  options: { captures: ReadonlyMap<string, TrafficTable>; seed?: number },
): ClaimResult[] {
  const claims = scenario.claims.filter((claim) => claim.variant === variant);
  return checkClaimsOf(scenario, claims, options, new Map([[variant, world]]));
}

/** Hashes all records in order and writes them to a file if one is named. */
function recordSink(file: string | null) {
  const hash = createHash('sha256');
  let fd: number | null = null;
  try {
    if (file !== null) fd = openSync(file, 'w');
  } catch (error) {
    throw fileError(error, file ?? '');
  }
  return {
    take(buffer: ArrayBuffer, count: number): void {
      const bytes = new Uint8Array(buffer, 0, count * RECORD_BYTES);
      hash.update(bytes);
      if (fd === null) return;
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      } catch (error) {
        throw fileError(error, file ?? '');
      }
    },
    finish(): string {
      if (fd !== null) closeSync(fd);
      return hash.digest('hex');
    },
  };
}
