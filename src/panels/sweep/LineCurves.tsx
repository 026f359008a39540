/** Curves of one unit: marks told apart by shape and colour, named at their ends; each mark is a point one can go to. */
import { scaleLinear, scaleLog } from 'd3-scale';
import {
  line,
  type SymbolType,
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
} from 'd3-shape';
import { symbolTriangle, symbolWye } from 'd3-shape';
import { t } from '../../i18n/index.ts';
import { formatShort, groupDigits } from '../shared/format.ts';
import { type Curve, formatValue, type LineChart, nextPoint, spreadLabels } from './curves.ts';
import { useWidth } from './useWidth.ts';

const MARKS: readonly SymbolType[] = [
  symbolCircle,
  symbolSquare,
  symbolTriangle,
  symbolDiamond,
  symbolCross,
  symbolWye,
];
/** Lines told apart where marks lie close: whole, dashed, dotted. */
const DASHES = ['', '7 4', '2 4', '10 3 2 3', '4 2', '1 3'];

export interface Axis {
  min: number;
  max: number;
  log: boolean;
  label: string;
}

export interface Chosen {
  variant: string;
  x: number;
}

export function LineCurves({
  chart,
  axis,
  nameOf,
  chosen,
  diagonal,
  onChoose,
}: {
  chart: LineChart;
  axis: Axis;
  nameOf: (curve: Curve) => string;
  chosen: Chosen | null;
  /** Offered equals forwarded: worth a line of its own. */
  diagonal: boolean;
  onChoose: (chosen: Chosen) => void;
}) {
  const [box, width] = useWidth<HTMLDivElement>(640);
  const fontPx = typeof document === 'undefined' ? 12 : smallTextPx();
  const names = chart.curves.map(nameOf);
  const longest = Math.max(...names.map((name) => name.length));
  const labelled = width > 460;
  const pad = {
    top: fontPx * 2.2,
    right: labelled ? Math.min(width * 0.34, longest * fontPx * 0.56 + 22) : 14,
    bottom: fontPx * 3.4,
    left: fontPx * 4.6,
  };
  const height = Math.max(200, Math.min(320, width * 0.5)) + (fontPx - 12) * 6;
  const inner = { width: Math.max(60, width - pad.left - pad.right), height: height - pad.top - pad.bottom };
  const x = (axis.log ? scaleLog() : scaleLinear()).domain([axis.min, axis.max]).range([0, inner.width]);
  const top = diagonal ? Math.max(chart.max, Math.min(axis.max, chart.max * 1.6)) : chart.max;
  const y = scaleLinear([0, top > 0 ? top * 1.05 : 1], [inner.height, 0]);
  const xTicks = x.ticks(Math.max(2, Math.min(7, Math.floor(inner.width / (fontPx * 6)))));
  const shownTicks = axis.log ? xTicks.filter((_, i) => i % Math.ceil(xTicks.length / 6) === 0) : xTicks;
  const path = line<{ x: number; y: number }>(
    (p) => x(p.x),
    (p) => y(p.y),
  );
  const ends = chart.curves.map(({ points }) => y(points.at(-1)?.y ?? 0));
  const labels = spreadLabels(ends, fontPx * 1.25, inner.height);
  const focused = focusOf(chart.curves, chosen);
  // marks that lie close are reached each by itself
  const most = Math.max(1, ...chart.curves.map(({ points }) => points.length));
  const reach = Math.max(4, Math.min(10, inner.width / most / 2));
  const choose = (curve: number, point: number): void => {
    const found = chart.curves[curve]?.points[point];
    if (found === undefined) return;
    onChoose({ variant: chart.curves[curve].variant, x: found.x });
    // the mark that has been drawn for it takes the focus
    requestAnimationFrame(() =>
      box.current?.querySelector<SVGElement>(`[data-mark="${curve}/${point}"]`)?.focus(),
    );
  };
  const [yMost] = [y.domain()[1]];
  return (
    <div className="curves" ref={box}>
      {!labelled && (
        <ul className="curve-names">
          {chart.curves.map((curve, i) => (
            <li key={`${curve.variant}/${curve.metric}`} className={`flow-${curve.index % 6}`}>
              <Sign curve={curve} /> {names[i]}
            </li>
          ))}
        </ul>
      )}
      {/* biome-ignore lint/a11y/useSemanticElements: SVG has no fieldset */}
      <svg
        width={width}
        height={height}
        role="group"
        aria-label={t('sweep.chart', { unit: t(`sweep.unit.${chart.unit}`), axis: axis.label })}
        style={{ fontSize: fontPx }}
      >
        <g transform={`translate(${pad.left},${pad.top})`}>
          <g className="grid">
            {y.ticks(5).map((value) => (
              <g key={value} transform={`translate(0,${y(value)})`}>
                <line x2={inner.width} />
                <text x={-8} dy="0.32em" textAnchor="end">
                  {chart.unit === '1' ? formatValue(value, '1') : formatShort(value)}
                </text>
              </g>
            ))}
            {shownTicks.map((value) => (
              <g key={value} transform={`translate(${x(value)},${inner.height})`}>
                <line y2={5} />
                <text y={fontPx * 1.5} textAnchor="middle">
                  {formatShort(value)}
                </text>
              </g>
            ))}
            <text className="axis-name" x={inner.width} y={inner.height + fontPx * 2.9} textAnchor="end">
              {axis.label}
            </text>
            <text className="axis-name" x={-pad.left + 4} y={-fontPx}>
              {t(`sweep.unit.${chart.unit}`)}
            </text>
            {diagonal && axis.min < yMost && (
              <line
                className="diagonal"
                x1={x(axis.min)}
                y1={y(axis.min)}
                x2={x(Math.min(axis.max, yMost))}
                y2={y(Math.min(axis.max, yMost))}
              />
            )}
          </g>
          {chart.curves.map((curve, c) => (
            <g key={`${curve.variant}/${curve.metric}`} className={`curve flow-${curve.index % 6}`}>
              <path
                className="curve-line"
                d={path(curve.points) ?? ''}
                strokeDasharray={DASHES[curve.index % 6]}
              />
              {curve.points.map((point, p) => {
                const isChosen = chosen?.variant === curve.variant && chosen.x === point.x;
                const isStop = c === focused.curve && p === focused.point;
                return (
                  // biome-ignore lint/a11y/useSemanticElements: SVG has no button element
                  <g
                    key={point.x}
                    data-mark={`${c}/${p}`}
                    className={`mark ${isChosen ? 'is-chosen' : ''}`}
                    transform={`translate(${x(point.x)},${y(point.y)})`}
                    role="button"
                    tabIndex={isStop ? 0 : -1}
                    aria-pressed={isChosen}
                    aria-label={t('sweep.point', {
                      curve: names[c],
                      x: groupDigits(point.x),
                      value: formatValue(point.y, chart.unit),
                    })}
                    onClick={() => choose(c, p)}
                    onKeyDown={(event) => {
                      if (event.key === 'Enter' || event.key === ' ') {
                        event.preventDefault();
                        choose(c, p);
                        return;
                      }
                      const next = nextPoint(chart.curves, { curve: c, point: p }, event.key);
                      if (next === null) return;
                      event.preventDefault();
                      choose(next.curve, next.point);
                    }}
                  >
                    <circle className="mark-reach" r={reach} />
                    <path d={symbol(MARKS[curve.index % 6], isChosen ? 110 : 44)() ?? ''} />
                  </g>
                );
              })}
              {labelled && curve.points.length > 0 && (
                <g>
                  <path
                    className="label-line"
                    d={`M${x(curve.points.at(-1)?.x ?? 0) + 6},${ends[c]}L${inner.width + 8},${labels[c]}`}
                  />
                  <text className="curve-name" x={inner.width + 12} y={labels[c]} dy="0.32em">
                    {names[c]}
                  </text>
                </g>
              )}
            </g>
          ))}
        </g>
      </svg>
    </div>
  );
}

/** A curve's line and mark, as it is drawn. */
function Sign({ curve }: { curve: Curve }) {
  return (
    <svg width={30} height={14} aria-hidden="true" className="curve">
      <line className="curve-line" x1={0} x2={30} y1={7} y2={7} strokeDasharray={DASHES[curve.index % 6]} />
      <path className="mark" transform="translate(15,7)" d={symbol(MARKS[curve.index % 6], 44)() ?? ''} />
    </svg>
  );
}

/** The one mark that Tab goes to: the chosen one, else the first. */
function focusOf(curves: readonly Curve[], chosen: Chosen | null): { curve: number; point: number } {
  for (const [curve, { variant, points }] of curves.entries()) {
    const point = variant === chosen?.variant ? points.findIndex(({ x }) => x === chosen.x) : -1;
    if (point >= 0) return { curve, point };
  }
  return {
    curve: Math.max(
      0,
      curves.findIndex(({ points }) => points.length > 0),
    ),
    point: 0,
  };
}

export function smallTextPx(): number {
  const size = getComputedStyle(document.documentElement).getPropertyValue('--text-small');
  return Number.parseFloat(size) || 12;
}
