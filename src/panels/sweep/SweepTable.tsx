/** The same as the curves: a row a run, every metric, and the way to its run. */
import { t } from '../../i18n/index.ts';
import type { SweepAsk, SweepPoint } from '../../protocol/messages.ts';
import { Button } from '../shared/controls.tsx';
import { groupDigits } from '../shared/format.ts';
import { formatValue, type MetricInfo, unitOf } from './curves.ts';

export function SweepTable({
  ask,
  points,
  metrics,
  xName,
  nameOf,
  onOpen,
}: {
  ask: SweepAsk;
  points: readonly SweepPoint[];
  metrics: readonly MetricInfo[];
  xName: string;
  nameOf: (variant: string) => string;
  onOpen: (point: SweepPoint) => void;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls by keyboard
    <section className="sweep-table" tabIndex={0} aria-label={t('sweep.table')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{xName}</th>
            {ask.variants.length > 1 && <th scope="col">{t('lesson.variant')}</th>}
            {ask.metrics.map((name) => (
              <th key={name} scope="col" className="mono">
                {name}
              </th>
            ))}
            <th scope="col">
              <span className="visually-hidden">{t('sweep.open')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {points.map((point) => (
            <tr key={`${point.variant}/${point.x}`}>
              <th scope="row" className="mono">
                {groupDigits(point.x)}
              </th>
              {ask.variants.length > 1 && <td>{nameOf(point.variant)}</td>}
              {ask.metrics.map((name) => (
                <td key={name} className="mono">
                  {exact(point.values[name] ?? 0, unitOf(name, metrics))}
                </td>
              ))}
              <td>
                <Button
                  className="small"
                  aria-label={t('sweep.openPoint', { x: groupDigits(point.x), curve: nameOf(point.variant) })}
                  onClick={() => onOpen(point)}
                >
                  {t('sweep.openShort')}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Whole counts and rates as they are; shares and times with the digits that mean something. */
export function exact(value: number, unit: string): string {
  if (unit === '1') return `${(100 * value).toFixed(1)}\u00a0%`;
  if (unit === 'ns') return formatValue(value, unit);
  return Number.isInteger(value) || Math.abs(value) >= 100 ? groupDigits(value) : value.toFixed(2);
}
