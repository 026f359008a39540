/** A sweep's points as charts: metrics of one unit share a chart, one curve a variant and metric. Pure. */
import type { SweepAsk, SweepPoint } from '../../protocol/messages.ts';
import { formatDuration, formatShort } from '../shared/format.ts';

export interface MetricInfo {
  name: string;
  unit: string;
}

/** The shares that together are all of the CPUs' time, from the bottom of the picture to its top. */
export const CPU_SHARES = [
  ['hardirqShare', 'hardirq'],
  ['softirqShare', 'softirq'],
  ['appShare', 'task'],
  ['idleShare', 'idle'],
] as const;

export interface Curve {
  variant: string;
  metric: string;
  /** Counted over all curves of the sweep's line charts: colour and mark. */
  index: number;
  points: { x: number; y: number }[];
}

export interface LineChart {
  unit: string;
  curves: Curve[];
  max: number;
}

/** Hosts' names stand in a family's second part: only its first and last say what is counted. */
function familyUnit(name: string): string {
  const parts = name.split('.');
  const last = parts[parts.length - 1];
  if (parts[0] === 'rate') return 'packets/s';
  if (last === 'share') return '1';
  if (last === 'ns' || last.endsWith('Ns')) return 'ns';
  return last.toLowerCase().includes('bytes') ? 'bytes' : 'count';
}

/** Frames and skbs a second stand side by side: that is what such a chart is for. */
export function unitOf(name: string, metrics: readonly MetricInfo[]): string {
  const unit = metrics.find((row) => row.name === name)?.unit ?? familyUnit(name);
  if (unit === 'frames/s' || unit === 'skbs/s') return 'packets/s';
  return unit === 'frames' || unit === 'skbs' ? 'packets' : unit;
}

/** True where the four shares are all asked for, so that they can be stacked to the whole. */
export function sharesStack(ask: Pick<SweepAsk, 'metrics'>): boolean {
  return CPU_SHARES.every(([name]) => ask.metrics.includes(name));
}

export function lineCharts(
  ask: Pick<SweepAsk, 'metrics' | 'variants'>,
  points: readonly SweepPoint[],
  metrics: readonly MetricInfo[],
): LineChart[] {
  const stacked = sharesStack(ask);
  const shares: readonly string[] = CPU_SHARES.map(([name]) => name);
  const charts = new Map<string, LineChart>();
  let index = 0;
  for (const metric of ask.metrics) {
    if (stacked && shares.includes(metric)) continue;
    const unit = unitOf(metric, metrics);
    const chart = charts.get(unit) ?? { unit, curves: [], max: 0 };
    charts.set(unit, chart);
    for (const variant of ask.variants) {
      const own = points
        .filter((point) => point.variant === variant)
        .map(({ x, values }) => ({ x, y: values[metric] ?? 0 }));
      chart.curves.push({ variant, metric, index, points: own });
      chart.max = Math.max(chart.max, ...own.map(({ y }) => y));
      index += 1;
    }
  }
  return [...charts.values()];
}

/** A value with its unit: `26.9 k/s`, `41 %`, `12.3 µs`. */
export function formatValue(value: number, unit: string): string {
  if (unit === '1') return `${formatShort(100 * value)}\u00a0%`;
  if (unit === 'ns') return formatDuration(value);
  if (unit.endsWith('/s')) return `${formatShort(value)}/s`;
  return formatShort(value);
}

/** Heights for labels that want to stand at `wanted`, none nearer than `gap` to another, all within 0 and `most`. */
export function spreadLabels(wanted: readonly number[], gap: number, most: number): number[] {
  const order = wanted.map((y, i) => ({ y, i })).sort((a, b) => a.y - b.y);
  let last = Number.NEGATIVE_INFINITY;
  for (const label of order) {
    label.y = Math.max(label.y, last + gap, 0);
    last = label.y;
  }
  last = most + gap;
  for (const label of order.reverse()) {
    label.y = Math.min(label.y, last - gap);
    last = label.y;
  }
  const placed = new Array<number>(wanted.length);
  for (const { y, i } of order) placed[i] = y;
  return placed;
}

/** What is selected, moved by a key: along the curve, or to the next curve at the same value. */
export function nextPoint(
  curves: readonly Curve[],
  at: { curve: number; point: number },
  key: string,
): { curve: number; point: number } | null {
  const length = curves[at.curve]?.points.length ?? 0;
  if (length === 0) return null;
  const within = (point: number, of: number) => Math.max(0, Math.min(of - 1, point));
  switch (key) {
    case 'ArrowLeft':
      return { ...at, point: within(at.point - 1, length) };
    case 'ArrowRight':
      return { ...at, point: within(at.point + 1, length) };
    case 'Home':
      return { ...at, point: 0 };
    case 'End':
      return { ...at, point: length - 1 };
    case 'ArrowUp':
    case 'ArrowDown': {
      const step = key === 'ArrowDown' ? 1 : -1;
      const curve = (at.curve + step + curves.length) % curves.length;
      const of = curves[curve].points.length;
      return of === 0 ? null : { curve, point: within(at.point, of) };
    }
    default:
      return null;
  }
}
