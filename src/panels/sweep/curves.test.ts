import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatValue, lineCharts, nextPoint, sharesStack, spreadLabels, unitOf } from './curves.ts';

const METRICS = [
  { name: 'sentPps', unit: 'frames/s' },
  { name: 'deliveredPps', unit: 'skbs/s' },
  { name: 'hardirqShare', unit: '1' },
];

const points = [10, 20].flatMap((x) =>
  ['base', 'napi'].map((variant) => ({ variant, x, values: { sentPps: x, deliveredPps: 2 * x, irqs: 3 } })),
);

describe("a sweep's charts", () => {
  it('put metrics of one unit together, a curve for each of variant and metric', () => {
    const ask = { metrics: ['sentPps', 'irqs', 'deliveredPps'], variants: ['base', 'napi'] };
    const charts = lineCharts(ask, points, METRICS);
    expect(charts.map((chart) => chart.unit)).toEqual(['packets/s', 'count']);
    expect(charts[0].curves.map(({ variant, metric }) => `${variant} ${metric}`)).toEqual([
      'base sentPps',
      'napi sentPps',
      'base deliveredPps',
      'napi deliveredPps',
    ]);
    expect(charts[0].max).toBe(40);
    expect(charts[0].curves[1].points).toEqual([
      { x: 10, y: 10 },
      { x: 20, y: 20 },
    ]);
    const indexes = charts.flatMap((chart) => chart.curves.map((curve) => curve.index)).sort();
    expect(indexes).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('stack the four shares of CPU time only where all are there', () => {
    const all = ['hardirqShare', 'softirqShare', 'appShare', 'idleShare'];
    expect(sharesStack({ metrics: all })).toBe(true);
    expect(lineCharts({ metrics: all, variants: ['base'] }, [], METRICS)).toEqual([]);
    expect(sharesStack({ metrics: all.slice(1) })).toBe(false);
    expect(lineCharts({ metrics: all.slice(0, 3), variants: ['base'] }, [], METRICS)).toHaveLength(2);
  });

  it('know the unit of families', () => {
    expect(unitOf('rate.r1.eth1.tx_packets', METRICS)).toBe('packets/s');
    expect(unitOf('cpu.h1.0.hardirq.share', METRICS)).toBe('1');
    expect(unitOf('app.h1.web.latencyP99Ns', METRICS)).toBe('ns');
    expect(unitOf('queue.h1.eth0.0.bytes', METRICS)).toBe('bytes');
    expect(formatValue(0.4123, '1')).toBe('41\u00a0%');
    expect(formatValue(26_880, 'packets/s')).toBe('26.9\u00a0k/s');
  });

  it('keep labels apart and in the picture where there is room', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 12 }), (wanted) => {
        const placed = spreadLabels(wanted, 14, 300);
        const sorted = [...placed].sort((a, b) => a - b);
        expect(sorted.every((y, i) => i === 0 || y - sorted[i - 1] >= 14 - 1e-9)).toBe(true);
        expect(sorted.every((y) => y >= 0 && y <= 300)).toBe(true);
      }),
    );
  });

  it('are walked by keys: along a curve, and across curves', () => {
    const [{ curves }] = lineCharts({ metrics: ['sentPps'], variants: ['base', 'napi'] }, points, METRICS);
    const at = { curve: 0, point: 0 };
    expect(nextPoint(curves, at, 'ArrowRight')).toEqual({ curve: 0, point: 1 });
    expect(nextPoint(curves, at, 'ArrowLeft')).toEqual(at);
    expect(nextPoint(curves, at, 'End')).toEqual({ curve: 0, point: 1 });
    expect(nextPoint(curves, at, 'ArrowUp')).toEqual({ curve: 1, point: 0 });
    expect(nextPoint(curves, at, 'Tab')).toBeNull();
  });
});
