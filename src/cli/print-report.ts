/** A run's result for people. */
import { setLanguage, t } from '../i18n/index.ts';
import type { Scenario, ScenarioText } from '../scenario/schema.ts';
import type { Io } from './io.ts';
import type { RunResult } from './run.ts';
import { printTime } from './times.ts';

const MOST_FLOWS = 8;

function words(text: ScenarioText): string {
  return 'key' in text ? t(text.key) : text.text;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** Columns aligned: the first to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map(
    (row) =>
      `  ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')}`,
  );
}

export function printReport(scenario: Scenario, result: RunResult, io: Io): void {
  setLanguage('en');
  io.out(
    `${words(scenario.title)} (${result.scenario}), variant ${result.variant}, kernel ${result.kernel}, seed ${result.seed}`,
  );
  const summary = words(scenario.summary);
  if (summary !== '' && result.variant === 'base') io.out(summary);
  const { arrived, delivered, dropped, merged, inFlight } = result.packets;
  io.out(`simulated ${printTime(result.simulatedNs)}`);
  io.out(
    `packets: ${arrived} arrived = ${delivered} delivered + ${dropped} dropped + ${merged} merged by GRO + ${inFlight} in flight`,
  );
  for (const { host, place, reason, count } of result.drops)
    io.out(`  dropped ${count} at ${host} ${place}: ${reason}`);
  for (const { link, from, to, put, arrived, lost, underway, drops } of result.links) {
    const why = drops.map(({ reason, count }) => `${reason} ${count}`).join(', ');
    io.out(
      `  link ${link} ${from} > ${to}: ${put} put on = ${arrived} arrived + ${lost} lost${why === '' ? '' : ` (${why})`} + ${underway} under way`,
    );
  }
  const m = result.metrics;
  io.out(
    `interrupts ${m['irqs']}, polls ${m['polls']}, ${m['packetsPerPoll'].toFixed(1)} frames a poll, time_squeeze ${m['time_squeeze']}`,
  );
  if (m['reads'] > 0) {
    const rate = `${(m['goodputBps'] / 1e6).toFixed(1)} Mbit/s`;
    io.out(
      `applications: ${m['reads']} reads, ${rate}, latency median ${printTime(m['latencyP50Ns'])}, 99th percentile ${printTime(m['latencyP99Ns'])}`,
    );
  }
  const span = Math.max(1, result.simulatedNs);
  const contexts = ['hardirq', 'softirq', 'ksoftirqd', 'napi-thread', 'syscall', 'task', 'idle'] as const;
  const cpus = result.cpus.map(({ host, cpu, ns }) => [
    `${host} CPU ${cpu}`,
    ...contexts.map((c) => percent(ns[c] / span)),
  ]);
  for (const line of table([['CPU', ...contexts], ...cpus])) io.out(line);
  const queues = result.queues.map((q) => [
    `${q.host} ${q.nic} ${q.queue}`,
    ...[q.packets, q.missed, q.irqs, q.polls].map(String),
  ]);
  for (const line of table([['queue', 'packets', 'missed', 'irqs', 'polls'], ...queues])) io.out(line);
  const flows = result.flows
    .slice(0, MOST_FLOWS)
    .map((f) => [f.tuple, String(f.packets), printTime(f.latencyNs.p50), printTime(f.latencyNs.p99)]);
  if (flows.length > 0)
    for (const line of table([['flow', 'packets', 'median', '99th'], ...flows])) io.out(line);
  if (result.flows.length > MOST_FLOWS) io.out(`  and ${result.flows.length - MOST_FLOWS} more flows`);
  for (const { id, pass } of result.claims) io.out(`  claim ${pass ? 'holds' : 'FAILS'}: ${id}`);
  io.out('');
}
