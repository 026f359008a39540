/** What a page asks to load, read: a scenario (built in, as a text, patched, or made around a bare capture) and captures. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { readTraffic } from '../capture/traffic.ts';
import type { TrafficTable } from '../engine/packet/traffic-table.ts';
import type { CaptureFile, LoadSource } from '../protocol/messages.ts';
import { captureScenario } from '../scenario/capture-scenario.ts';
import { scenarioHash } from '../scenario/hash.ts';
import { errorLine, loadScenario, loadScenarioValue, type ScenarioError } from '../scenario/load.ts';
import type { Scenario } from '../scenario/schema.ts';
import { mergePatch } from '../scenario/variants.ts';
import { Problem } from './problem.ts';

export interface Texts {
  /** Built-in scenarios: text by id. */
  builtins: ReadonlyMap<string, string>;
  /** Built-in scenarios as they once were: text by hash. */
  released?: ReadonlyMap<string, string>;
}

export interface ReadCapture {
  sha256: string;
  name: string;
  table: TrafficTable;
  warnings: string[];
}

export interface ReadSource {
  scenario: Scenario;
  builtin: boolean;
  hash: string;
  /** A built-in one as it once was. */
  older: boolean;
}

export function badScenario(errors: readonly ScenarioError[]): Problem {
  return new Problem('bad-scenario', errors.map(errorLine).join('\n'), errors[0]?.path);
}

/** @throws Problem */
export function readSource(source: LoadSource, captures: readonly ReadCapture[], texts: Texts): ReadSource {
  let text: string;
  let name: string;
  let older = false;
  const builtin = 'builtin' in source;
  if ('builtin' in source) {
    const present = texts.builtins.get(source.builtin);
    const asked = source.hash;
    // a link made with an older version opens that one
    const old =
      asked === undefined || (present !== undefined && scenarioHash(present) === asked)
        ? undefined
        : texts.released?.get(asked);
    const found = old ?? present;
    older = old !== undefined;
    if (found === undefined)
      throw new Problem('no-such-scenario', `There is no built-in scenario ${source.builtin}.`);
    text = found;
    name = source.builtin;
  } else {
    text = source.text;
    name = source.name;
  }
  // a capture alone brings its own host
  if (!builtin && text === '' && captures.length > 0) {
    const [capture] = captures;
    return {
      scenario: captureScenario(capture.table, capture.name, capture.sha256),
      builtin: false,
      hash: capture.sha256,
      older,
    };
  }
  const loaded = loadScenario(text, name);
  if (!loaded.ok) throw badScenario(loaded.errors);
  let { scenario } = loaded;
  if ('builtin' in source && source.patch !== undefined && source.patch !== null) {
    const patched = loadScenarioValue(mergePatch(scenario, source.patch), name);
    if (!patched.ok) throw badScenario(patched.errors);
    scenario = patched.scenario;
  }
  return { scenario, builtin, hash: scenarioHash(text), older };
}

/** @throws Problem where it holds no packet */
export function readCapture(file: CaptureFile): ReadCapture {
  const bytes = new Uint8Array(file.bytes);
  const traffic = readTraffic(bytes);
  const { error, warnings } = traffic.summary;
  if (traffic.table.count === 0) {
    throw new Problem(
      error?.code ?? 'no-packets',
      `${file.name}: ${error?.message ?? 'the capture holds no packet'}`,
    );
  }
  const notes = warnings.map(
    (w) => `${file.name}: ${w.code}, ${w.count} packets, first packet ${w.firstIndex + 1}`,
  );
  if (error !== null)
    notes.unshift(`${file.name}: ${error.message} The ${traffic.table.count} packets before are used.`);
  return { sha256: bytesToHex(sha256(bytes)), name: file.name, table: traffic.table, warnings: notes };
}
