/** What the CPUs' time went to, of one variant: the shares stacked to the whole, in the contexts' own tints and patterns. */
import { scaleLinear, scaleLog } from 'd3-scale';
import { area, stack } from 'd3-shape';
import { useId } from 'react';
import { t } from '../../i18n/index.ts';
import type { SweepPoint } from '../../protocol/messages.ts';
import { formatShort, groupDigits } from '../shared/format.ts';
import { CPU_SHARES, formatValue } from './curves.ts';
import { type Axis, type Chosen, smallTextPx } from './LineCurves.tsx';
import { useWidth } from './useWidth.ts';

export function CpuShares({
  name,
  points,
  axis,
  chosen,
  onChoose,
}: {
  name: string;
  points: readonly SweepPoint[];
  axis: Axis;
  chosen: Chosen | null;
  onChoose: (chosen: Chosen) => void;
}) {
  const [box, width] = useWidth<HTMLDivElement>(320);
  // what React makes may not stand in url(#…)
  const id = useId().replace(/[^\w-]/g, '');
  const fontPx = typeof document === 'undefined' ? 12 : smallTextPx();
  const pad = { top: 6, right: 12, bottom: fontPx * 1.9, left: fontPx * 3.6 };
  const height = 150 + (fontPx - 12) * 6;
  const inner = { width: Math.max(60, width - pad.left - pad.right), height: height - pad.top - pad.bottom };
  const x = (axis.log ? scaleLog() : scaleLinear()).domain([axis.min, axis.max]).range([0, inner.width]);
  const y = scaleLinear([0, 1], [inner.height, 0]);
  const sorted = [...points].sort((a, b) => a.x - b.x);
  const layers = stack<SweepPoint>()
    .keys(CPU_SHARES.map(([metric]) => metric))
    .value((point, metric) => point.values[metric] ?? 0)(sorted);
  const shape = area<[number, number]>()
    .x((_, i) => x(sorted[i].x))
    .y0((d) => y(d[0]))
    .y1((d) => y(Math.min(1, d[1])));
  const nearest = (clientX: number): SweepPoint | undefined => {
    const left = box.current?.getBoundingClientRect().left ?? 0;
    const at = clientX - left - pad.left;
    return sorted.reduce<SweepPoint | undefined>(
      (best, point) =>
        best === undefined || Math.abs(x(point.x) - at) < Math.abs(x(best.x) - at) ? point : best,
      undefined,
    );
  };
  const last = sorted.at(-1);
  const mark =
    chosen === null ? undefined : sorted.find((p) => p.variant === chosen.variant && p.x === chosen.x);
  const ticks = x.ticks(3).filter((_, i, all) => all.length < 6 || i % 3 === 0);
  return (
    <figure className="cpu-shares">
      <figcaption>{name}</figcaption>
      <div ref={box}>
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: an extra; the marks of the curves and the table go there by keyboard */}
        <svg
          width={width}
          height={height}
          role="img"
          style={{ fontSize: fontPx }}
          aria-label={
            last === undefined
              ? name
              : t('sweep.sharesAt', {
                  name,
                  x: groupDigits(last.x),
                  shares: CPU_SHARES.map(
                    ([metric, context]) =>
                      `${t(`context.${context}`)} ${formatValue(last.values[metric] ?? 0, '1')}`,
                  ).join(', '),
                })
          }
          onClick={(event) => {
            const point = nearest(event.clientX);
            if (point !== undefined) onChoose({ variant: point.variant, x: point.x });
          }}
        >
          <defs>
            <pattern id={`${id}-softirq`} width={6} height={6} patternUnits="userSpaceOnUse">
              <path d="M-1,1L1,-1M0,6L6,0M5,7L7,5" className="weave" />
            </pattern>
            <pattern id={`${id}-task`} width={6} height={6} patternUnits="userSpaceOnUse">
              <path d="M0,3H6" className="weave" />
            </pattern>
          </defs>
          <g transform={`translate(${pad.left},${pad.top})`}>
            {layers.map((layer, i) => {
              const [, context] = CPU_SHARES[i];
              const d = shape(layer as unknown as [number, number][]) ?? '';
              return (
                <g key={context} className={`share ctx-${context}`}>
                  <path d={d} className="share-area" />
                  {(context === 'softirq' || context === 'task') && (
                    <path d={d} fill={`url(#${id}-${context})`} />
                  )}
                </g>
              );
            })}
            {layers.map((layer, i) => {
              const [, context] = CPU_SHARES[i];
              // the name stands where its band is thickest, if it fits there, and upon all areas
              const thick = layer.reduce((b, v, k) => (v[1] - v[0] > layer[b][1] - layer[b][0] ? k : b), 0);
              const room = layer.length === 0 ? 0 : inner.height * (layer[thick][1] - layer[thick][0]);
              if (room <= fontPx * 1.4) return null;
              const name = t(`context.${context}`);
              const half = name.length * fontPx * 0.32 + 4;
              return (
                <g key={context} className="share">
                  <text
                    className="share-name"
                    x={Math.max(half, Math.min(inner.width - half, x(sorted[thick].x)))}
                    y={y((layer[thick][0] + Math.min(1, layer[thick][1])) / 2)}
                    dy="0.32em"
                    textAnchor="middle"
                  >
                    {name}
                  </text>
                </g>
              );
            })}
            <g className="grid">
              {[0, 0.5, 1].map((value) => (
                <text key={value} x={-8} y={y(value)} dy={value === 1 ? '0.75em' : '0.32em'} textAnchor="end">
                  {formatValue(value, '1')}
                </text>
              ))}
              {ticks.map((value) => (
                <g key={value} transform={`translate(${x(value)},${inner.height})`}>
                  <line y2={4} />
                  <text y={fontPx * 1.4} textAnchor="middle">
                    {formatShort(value)}
                  </text>
                </g>
              ))}
              {mark !== undefined && (
                <line className="chosen-line" x1={x(mark.x)} x2={x(mark.x)} y2={inner.height} />
              )}
            </g>
          </g>
        </svg>
      </div>
    </figure>
  );
}
