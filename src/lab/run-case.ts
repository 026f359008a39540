/** Runs one measured case in the model and compares. A kind without a row here fails: it is not modelled yet. */
import { arrayAt, CaseError, type CaseResult, type JsonObject, objectAt, stringAt } from './case.ts';
import { runGroCase } from './gro-case.ts';
import { compareSoftnetCase } from './softnet-compare.ts';
import { compareTcpCase } from './tcp-compare.ts';
import { runTsoCase } from './tso-case.ts';

/** Measured, but not modelled: state of the checksum, and what the driver of the socket says of it. */
const NOT_MODELLED: ReadonlySet<string> = new Set(['vnet_flags', 'l4_csum_ok']);

/** Compared only where it was measured. */
const OPTIONAL: ReadonlySet<string> = new Set(['delivered_after_ms_rounded_to_10']);

const kinds: Readonly<Record<string, (file: JsonObject) => string[]>> = {
  gro: (file) => {
    const observed = objectAt(file.observed, 'observed');
    const measured = arrayAt(observed.delivered, 'observed.delivered').map((d, i) =>
      objectAt(d, `observed.delivered[${i}]`),
    );
    return compareLists(measured, runGroCase(file));
  },
  rps: compareSoftnetCase,
  backlog: compareSoftnetCase,
  'flow-limit': compareSoftnetCase,
  'softirq-budget': compareSoftnetCase,
  'delayed-ack': compareTcpCase,
  'sack-compression': compareTcpCase,
  tso: compareTsoCase,
};

/** Both captures, and the counters that the model has. */
function compareTsoCase(file: JsonObject): string[] {
  const observed = objectAt(file.observed, 'observed');
  const model = runTsoCase(file);
  const lines: string[] = [];
  for (const [key, mine] of [
    ['capture_on_va_tx', model.tx],
    ['capture_on_vb_rx', model.rx],
  ] as const) {
    const measured = arrayAt(observed[key], `observed.${key}`).map((f, i) =>
      objectAt(f, `observed.${key}[${i}]`),
    );
    lines.push(...compareLists(measured, mine, key));
  }
  for (const side of ['sender', 'receiver'] as const) {
    const measured = objectAt(observed[`${side}_counters`], `observed.${side}_counters`);
    for (const [name, count] of Object.entries(model.counters[side]))
      if ((measured[name] ?? 0) !== count)
        lines.push(`${side}_counters.${name}: measured ${String(measured[name] ?? 0)}, model ${count}`);
  }
  return lines;
}

/** @param json a case file, parsed. Never throws: what is wrong with the file is in `message`. */
export function runCase(json: unknown): CaseResult {
  let name = '?';
  let kind = '?';
  try {
    const file = objectAt(json, '(the file)');
    name = stringAt(file.name, 'name');
    kind = stringAt(file.kind, 'kind');
    if (!Object.hasOwn(kinds, kind)) return failed(name, kind, [], `kind not modelled yet: ${kind}`);
    const differences = kinds[kind](file);
    if (differences.length > 0) return failed(name, kind, differences);
    return { name, kind, status: 'passed', passed: true, differences };
  } catch (error) {
    if (error instanceof CaseError) return failed(name, kind, [], `${error.path}: ${error.message}`);
    if (error instanceof RangeError) return failed(name, kind, [], error.message);
    throw error;
  }
}

function failed(name: string, kind: string, differences: string[], message?: string): CaseResult {
  const result: CaseResult = { name, kind, status: 'failed', passed: false, differences };
  if (message !== undefined) result.message = message;
  return result;
}

/** Differences of two lists of objects, in order; at most one line a field. */
export function compareLists(measured: JsonObject[], model: JsonObject[], path = 'delivered'): string[] {
  const lines: string[] = [];
  if (measured.length !== model.length)
    lines.push(`${path}: ${measured.length} measured, ${model.length} in the model`);
  const count = Math.max(measured.length, model.length);
  for (let i = 0; i < count; i += 1) {
    if (i >= measured.length) lines.push(`${path}[${i}]: not measured, model ${brief(model[i])}`);
    else if (i >= model.length) lines.push(`${path}[${i}]: measured ${brief(measured[i])}, not in the model`);
    else lines.push(...compareFields(measured[i], model[i], `${path}[${i}]`));
  }
  return lines;
}

function compareFields(measured: JsonObject, model: JsonObject, path: string): string[] {
  const lines: string[] = [];
  for (const key of new Set([...Object.keys(measured), ...Object.keys(model)])) {
    if (NOT_MODELLED.has(key) || (OPTIONAL.has(key) && measured[key] === undefined)) continue;
    const a = JSON.stringify(measured[key]) ?? 'nothing';
    const b = JSON.stringify(model[key]) ?? 'nothing';
    if (a !== b) lines.push(`${path}.${key}: measured ${a}, model ${b}`);
  }
  return lines;
}

function brief(skb: JsonObject): string {
  return JSON.stringify({ proto: skb.proto, seq: skb.seq, payload: skb.payload, id: skb.id });
}
