/** Published results beside the model's: what holds, what misses and by how much, what is not modelled. */
import { reproduced } from '../../catalog/reproduced.ts';
import { t } from '../../i18n/index.ts';
import { distance } from '../../reproduce/distance.ts';
import { groupDigits } from '../shared/format.ts';
import { Table } from './Table.tsx';

const figure = (value: number): string => (Math.abs(value) >= 10_000 ? groupDigits(value) : String(value));

function toleranceText(row: (typeof reproduced)[number]): string {
  const { type, value } = row.tolerance;
  if (row.tolerance.type === 'range')
    return `${figure(row.tolerance.from ?? row.published)}–${figure(value)}`;
  if (type === 'rel') return `± ${Math.round(value * 100)} %`;
  if (type === 'order') return `< ${figure(value)}`;
  return `± ${figure(value)}`;
}

export function Evidence({ sought }: { sought: string }) {
  const modelled = reproduced.filter((row) => row.model !== null);
  const held = modelled.filter((row) => row.pass).length;
  return (
    <Table
      head={['published', 'result', 'model', 'tolerance', 'verdict']}
      widths={[36, 16, 16, 12, 20]}
      lead={t('model.evidence.lead', {
        held,
        of: modelled.length,
        missing: reproduced.length - modelled.length,
      })}
      sought={sought}
      rows={reproduced.map((row) => ({
        key: `${row.id}/${row.cell}`,
        cells: [
          <span key="what">
            <b className="mono">{row.id}</b> {row.title}: {row.cell}{' '}
            <span className="muted">
              ({t(`model.evidence.kind.${row.kind}`)}
              {row.fitted && `; ${t('model.evidence.kind.C')}`})
            </span>
          </span>,
          <span key="published" className="mono">
            {figure(row.published)} {row.unit}
          </span>,
          <span key="model" className="mono">
            {row.model === null ? '–' : `${figure(row.model)} ${row.unit}`}
          </span>,
          <span key="tolerance" className="mono">
            {toleranceText(row)}
          </span>,
          <span key="verdict">
            <b>
              {t(
                row.model === null
                  ? 'model.evidence.missing'
                  : row.pass
                    ? 'model.evidence.holds'
                    : 'model.evidence.misses',
              )}
            </b>{' '}
            {row.model === null ? (row.why ?? '') : distance(row)}
          </span>,
        ],
      }))}
    />
  );
}
