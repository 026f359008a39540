/**
 * Compares the model's counts with the measured ones. Exact, but for one thing: the hash that spreads flows is keyed with a
 * secret of that boot, so where RPS spreads by hash only the rules are compared (which CPUs, one CPU a flow, about even).
 */
import { arrayAt, type JsonObject, numberAt, objectAt } from './case.ts';
import { runSoftnetCase, type SoftnetOutcome } from './softnet-case.ts';

/** Columns of softnet_stat that hold no noise of the measured machine. */
const COLUMNS = ['dropped', 'time_squeeze', 'flow_limit_count'] as const;

/** Flows from which on a hash must have spread them: three standard deviations of a fair split are allowed. */
const SPREAD_FROM = 32;

export function compareSoftnetCase(file: JsonObject): string[] {
  const observed = objectAt(file.observed, 'observed');
  const model = runSoftnetCase(file);
  if (observed.phases !== undefined) return comparePhases(observed, model);
  const lines: string[] = [];
  const count = (key: string, value: number): void => {
    if (observed[key] === undefined) return;
    const measured = numberAt(observed[key], `observed.${key}`);
    if (measured !== value) lines.push(`${key}: measured ${measured}, model ${value}`);
  };
  count('vb_rx_packets', model.rxPackets);
  count('vb_rx_dropped', model.rxDropped);
  if (observed.rx_packets_per_napi !== undefined) {
    arrayAt(observed.rx_packets_per_napi, 'observed.rx_packets_per_napi').forEach((n, i) => {
      const measured = numberAt(n, `observed.rx_packets_per_napi[${i}]`);
      if (measured !== model.perNapi[i])
        lines.push(`rx_packets_per_napi[${i}]: measured ${measured}, model ${model.perNapi[i]}`);
    });
  }
  lines.push(...compareColumns(objectAt(observed.softnet_delta, 'observed.softnet_delta'), model));
  return lines;
}

function compareColumns(delta: JsonObject, model: SoftnetOutcome): string[] {
  const lines: string[] = [];
  model.perCpu.forEach((stat, cpu) => {
    const path = `observed.softnet_delta.cpu${cpu}`;
    const measured = objectAt(delta[`cpu${cpu}`], path);
    for (const column of COLUMNS) {
      const value = numberAt(measured[column], `${path}.${column}`);
      if (value !== stat[column])
        lines.push(`softnet_delta.cpu${cpu}.${column}: measured ${value}, model ${stat[column]}`);
    }
  });
  return lines;
}

function comparePhases(observed: JsonObject, model: SoftnetOutcome): string[] {
  const lines: string[] = [];
  const phases = arrayAt(observed.phases, 'observed.phases');
  if (phases.length !== model.phases.length)
    return [`phases: measured ${phases.length}, model ${model.phases.length}`];
  phases.forEach((value, i) => {
    const path = `phases[${i}]`;
    const phase = objectAt(value, `observed.${path}`);
    const perCpu = objectAt(phase.flows_per_cpu, `observed.${path}.flows_per_cpu`);
    const measured = model.perCpu.map((_, cpu) =>
      numberAt(perCpu[`cpu${cpu}`], `observed.${path}.flows_per_cpu.cpu${cpu}`),
    );
    const mine = measured.map((_, cpu) => model.phases[i].flowToCpu.filter((c) => c === cpu).length);
    const total = measured.reduce((a, b) => a + b, 0);
    const byHash = model.byHash && phase.app_cpu == null;
    const allowed = byHash ? Math.ceil(1.5 * Math.sqrt(total)) : 0;
    if (mine.reduce((a, b) => a + b, 0) !== total)
      lines.push(`${path}: measured ${total} flows, model ${mine.reduce((a, b) => a + b, 0)}`);
    measured.forEach((flows, cpu) => {
      if (byHash && total < SPREAD_FROM) return;
      if (Math.abs(flows - mine[cpu]) > allowed)
        lines.push(`${path}.flows_per_cpu.cpu${cpu}: measured ${flows}, model ${mine[cpu]}`);
    });
    const moved = numberAt(
      phase.flows_seen_on_more_than_one_cpu,
      `observed.${path}.flows_seen_on_more_than_one_cpu`,
    );
    if (moved !== model.phases[i].flowsOnMoreThanOne)
      lines.push(
        `${path}.flows_seen_on_more_than_one_cpu: measured ${moved}, model ${model.phases[i].flowsOnMoreThanOne}`,
      );
  });
  return lines;
}
