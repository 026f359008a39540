/** Rates, the fullest ring and latency over the timeline's span: three small charts on one time axis. */
import { scaleLinear } from 'd3-scale';
import { area, curveStepAfter } from 'd3-shape';
import { useCallback } from 'react';
import { t } from '../../i18n/index.ts';
import { useAppStore } from '../../store/react.ts';
import { palettes, type ThemeName } from '../../theme/colors.ts';
import { formatDuration, formatShort } from '../shared/format.ts';
import { useCanvas } from '../timeline/useCanvas.ts';
import type { TimeWindow } from '../timeline/window.ts';
import type { Series } from './series.ts';

const CHART_HEIGHT = 26;
const GAP = 6;
const HEIGHT = 3 * CHART_HEIGHT + 2 * GAP;

/** Told apart by more than colour: thin, thick, or filled below. */
type Draw = { values: Float64Array; color: string; fill?: boolean; thin?: boolean };

function drawChart(
  ctx: CanvasRenderingContext2D,
  top: number,
  width: number,
  max: number,
  lines: readonly Draw[],
  xOf: (bin: number) => number,
  theme: ThemeName,
): void {
  const palette = palettes[theme];
  const y = scaleLinear([0, max > 0 ? max * 1.08 : 1], [top + CHART_HEIGHT, top]);
  ctx.lineWidth = 1;
  ctx.strokeStyle = palette.line;
  ctx.beginPath();
  ctx.moveTo(0, top + CHART_HEIGHT + 0.5);
  ctx.lineTo(width, top + CHART_HEIGHT + 0.5);
  ctx.stroke();
  for (const item of lines) {
    // A series that is nowhere above zero would only underline the chart.
    if (!item.values.some((v) => v > 0)) continue;
    if (item.fill) {
      ctx.fillStyle = item.color;
      ctx.globalAlpha = 0.22;
      ctx.beginPath();
      area<number>()
        .defined((v) => !Number.isNaN(v))
        .x((_, i) => xOf(i))
        .y0(top + CHART_HEIGHT)
        .y1((v) => y(v))
        .curve(curveStepAfter)
        .context(ctx)([...item.values, item.values[item.values.length - 1]]);
      ctx.fill();
      ctx.globalAlpha = 1;
    }
    ctx.strokeStyle = item.color;
    ctx.lineWidth = item.thin ? 1 : 1.75;
    ctx.beginPath();
    steps(ctx, item.values, xOf, y);
    ctx.stroke();
  }
}

/** A step line over the bins that have a value; one bin alone is a dash as wide as it is, and never less than 3 pixels. */
function steps(
  ctx: CanvasRenderingContext2D,
  values: Float64Array,
  xOf: (bin: number) => number,
  y: (v: number) => number,
): void {
  for (let i = 0; i < values.length; i += 1) {
    if (Number.isNaN(values[i])) continue;
    const joined = i > 0 && !Number.isNaN(values[i - 1]);
    if (joined) ctx.lineTo(xOf(i), y(values[i]));
    else ctx.moveTo(xOf(i), y(values[i]));
    ctx.lineTo(Math.max(xOf(i + 1), joined ? 0 : xOf(i) + 3), y(values[i]));
  }
}

export const CHARTS_HEIGHT = HEIGHT;

export function Charts({ series, view, width }: { series: Series | null; view: TimeWindow; width: number }) {
  const theme = useAppStore((s) => s.layout.theme);
  const draw = useCallback(
    (ctx: CanvasRenderingContext2D) => {
      if (series === null) return;
      const palette = palettes[theme];
      const scale = width / (view.toNs - view.fromNs);
      const x = (bin: number) => (series.fromNs + bin * series.binNs - view.fromNs) * scale;
      const rates = [
        { values: series.arrived, color: palette.muted, thin: true },
        { values: series.delivered, color: palette.good },
        { values: series.dropped, color: palette.loss, fill: true },
      ];
      drawChart(ctx, 0, width, series.maxRate, rates, x, theme);
      const ring = [{ values: series.ringPeak, color: palette.accent, fill: true }];
      drawChart(ctx, CHART_HEIGHT + GAP, width, series.maxRing, ring, x, theme);
      const latency = [{ values: series.latencyP99, color: palette.text }];
      drawChart(ctx, 2 * (CHART_HEIGHT + GAP), width, series.maxLatency, latency, x, theme);
    },
    [series, view, width, theme],
  );
  const canvas = useCanvas(width, HEIGHT, draw);
  return (
    <div className="charts" style={{ blockSize: HEIGHT }}>
      <canvas
        ref={canvas}
        style={{ inlineSize: width, blockSize: HEIGHT }}
        role="img"
        aria-label={series === null ? t('charts.title') : summary(series)}
      />
    </div>
  );
}

/** The charts' names and largest values, in the timeline's gutter: one block a chart, as high as the chart. */
export function ChartNames({ series }: { series: Series | null }) {
  const up = (value: string) => t('charts.upTo', { value });
  return (
    <div className="chart-names" aria-hidden="true">
      <p style={{ blockSize: CHART_HEIGHT, marginBlockEnd: GAP }}>
        <b className="series-arrived">{t('charts.arrived')}</b>{' '}
        <b className="series-delivered">{t('charts.delivered')}</b>
        <br />
        <b className="series-dropped">{t('charts.dropped')}</b>{' '}
        {series !== null && up(`${formatShort(series.maxRate)}/s`)}
      </p>
      <p style={{ blockSize: CHART_HEIGHT, marginBlockEnd: GAP }}>
        <b className="series-ring">{t('charts.ring')}</b>
        <br />
        {series !== null && up(formatShort(series.maxRing))}
      </p>
      <p style={{ blockSize: CHART_HEIGHT }}>
        <b>{t('charts.latency')}</b>
        <br />
        {series !== null &&
          (series.maxLatency > 0 ? up(formatDuration(series.maxLatency)) : t('charts.none'))}
      </p>
    </div>
  );
}

/** Values of one bin as rows of the hover card: [class, name, value]. */
export function chartValuesAt(series: Series, atNs: number): [string, string, string][] {
  const bin = Math.floor((atNs - series.fromNs) / series.binNs);
  if (bin < 0 || bin >= series.bins) return [];
  const or = (value: number, format: (v: number) => string) => (Number.isNaN(value) ? '–' : format(value));
  return [
    ['series-arrived', t('charts.arrived'), `${formatShort(series.arrived[bin])}/s`],
    ['series-delivered', t('charts.delivered'), `${formatShort(series.delivered[bin])}/s`],
    ['series-dropped', t('charts.dropped'), `${formatShort(series.dropped[bin])}/s`],
    ['series-ring', t('charts.ring'), or(series.ringPeak[bin], formatShort)],
    ['', t('charts.latency'), or(series.latencyP99[bin], formatDuration)],
  ];
}

function summary(series: Series): string {
  return t('charts.summary', {
    rate: formatShort(series.maxRate),
    dropped: formatShort(series.dropped.reduce((max, v) => Math.max(max, v), 0)),
    ring: formatShort(series.maxRing),
    latency: formatDuration(series.maxLatency),
  });
}
