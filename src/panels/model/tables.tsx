/** What each tab of "Model and kernel" lists. */
import { drivers } from '../../catalog/drivers.ts';
import { evidence } from '../../catalog/evidence.ts';
import { reasonSlug, reasons, type ReasonInfo, type ReasonName } from '../../catalog/reasons.ts';
import { ruleFacts, simplificationOf } from '../../catalog/rule-facts.ts';
import { type RuleName, type RuleRow, rules } from '../../catalog/rules.ts';
import { simplifications } from '../../catalog/simplifications.ts';
import { versionIn } from '../../catalog/version.ts';
// biome-ignore lint/style/noRestrictedImports: a table of figures, shown as it is so that page and engine cannot differ
import { type CostProfile, costProfiles } from '../../engine/cost.ts';
import { t } from '../../i18n/index.ts';
import { useAppStore } from '../../store/react.ts';
import { groupDigits } from '../shared/format.ts';
import { Table } from './Table.tsx';

interface Searched {
  sought: string;
}
interface Limited extends Searched {
  onLimit(simplification: string): void;
}

function ruleValue(value: number | boolean): string {
  return typeof value === 'boolean' ? t(value ? 'yes' : 'no') : groupDigits(value);
}

/** Measured cases, scenarios and tests, each told by its sort. */
function Shown({ by }: { by: readonly string[] }) {
  return (
    <ul className="model-shown">
      {by.map((where) => {
        const sort = where.slice(0, where.indexOf(' '));
        const name = where.slice(where.indexOf(' ') + 1).replace(/^src\//, '');
        return (
          <li key={where}>
            <b className={`sort-${sort}`}>{t(`model.sort.${sort}`)}</b> <span className="mono">{name}</span>
          </li>
        );
      })}
    </ul>
  );
}

function Limit({ id, onLimit }: { id: string | null; onLimit(id: string): void }) {
  if (id === null) return <span className="muted">{t('model.noLimit')}</span>;
  return (
    <button type="button" className="button button-quiet link" onClick={() => onLimit(id)}>
      {t(`simplification.${id}`)}
    </button>
  );
}

export function Rules({ kernel, sought, onLimit }: Limited & { kernel: string }) {
  return (
    <Table
      head={['rule', 'kernels', 'source', 'shown', 'limit']}
      widths={[24, 22, 22, 20, 12]}
      lead={t('model.rules.lead', { kernel })}
      sought={sought}
      rows={(Object.entries(rules) as [RuleName, readonly RuleRow<number | boolean>[]][]).map(
        ([name, rows]) => ({
          key: name,
          cells: [
            <b key="name">{t(`rule.${name}`)}</b>,
            <ul key="versions" className="model-versions">
              {rows.map((row) => {
                const inForce = versionIn(kernel, row.since, row.until);
                return (
                  <li key={row.since} className={inForce ? 'is-in-force' : ''}>
                    <span className="mono">
                      {row.since === null
                        ? t('model.before', { version: row.until ?? '' })
                        : row.until === null
                          ? t('model.since', { version: row.since })
                          : t('model.fromTo', { from: row.since, to: row.until })}
                    </span>
                    <span className="mono">{ruleValue(row.value)}</span>
                    {inForce && <b className="in-force">{t('model.inForce')}</b>}
                  </li>
                );
              })}
            </ul>,
            <ul key="sources" className="muted">
              {[...new Set(rows.map((row) => row.source))].map((source) => (
                <li key={source}>{source}</li>
              ))}
            </ul>,
            <Shown key="shown" by={ruleFacts[name].shown} />,
            <Limit key="limit" id={ruleFacts[name].simplification} onLimit={onLimit} />,
          ],
        }),
      )}
    />
  );
}

export function Reasons({ sought, onLimit }: Limited) {
  const nic = useAppStore((s) => s.scenario.map?.nics[0]?.name ?? 'eth0');
  return (
    <Table
      head={['reason', 'function', 'shown', 'limit']}
      widths={[36, 28, 24, 12]}
      lead={t('model.reasons.lead')}
      sought={sought}
      rows={(Object.entries(reasons) as [ReasonName, ReasonInfo][])
        .filter(([name]) => name !== 'none')
        .map(([name, info]) => ({
          key: name,
          cells: [
            <div key="reason" className="model-reason">
              <p>{t(`reason.${name}`)}</p>
              <p className="mono muted">
                {reasonSlug(name)}
                {info.drop !== undefined && (
                  <span className="is-loss"> {t('model.drop', { name: info.drop })}</span>
                )}
              </p>
            </div>,
            <div key="fn">
              <p className="mono">{info.fn}</p>
              <p className="muted">{info.source}</p>
              {info.knob !== null && (
                <p className="mono model-knob">
                  {info.knob.replaceAll('{nic}', nic).replaceAll('{irq}', 'IRQ').replaceAll('{task}', 'PID')}
                </p>
              )}
            </div>,
            <Shown key="shown" by={evidence[name] ?? []} />,
            <Limit key="limit" id={simplificationOf(name)} onLimit={onLimit} />,
          ],
        }))}
    />
  );
}

export function Simplifications({ sought }: Searched) {
  return (
    <Table
      head={['model', 'real', 'matters', 'source']}
      widths={[28, 28, 24, 20]}
      lead={t('model.simplifications.lead')}
      sought={sought}
      rows={simplifications.map((row) => ({
        key: row.id,
        id: `simplification-${row.id}`,
        cells: [
          <div key="model">
            <p>
              <b>{t(`simplification.${row.id}`)}</b>
            </p>
            <p>{row.model}</p>
          </div>,
          row.real,
          row.matters,
          <span key="source" className="muted">
            {row.source}
          </span>,
        ],
      }))}
    />
  );
}

export function Costs() {
  const profiles = Object.values(costProfiles);
  const rows = Object.keys(profiles[0]).filter(
    (key) => !['id', 'assumed', 'clockMhz'].includes(key),
  ) as (keyof CostProfile)[];
  return (
    <>
      <p className="lead">{t('model.costs.lead')}</p>
      <table className="model-table is-figures">
        <thead>
          <tr>
            <th scope="col">{t('model.col.work')}</th>
            {profiles.map((profile) => (
              <th key={profile.id} scope="col" className="mono">
                {profile.id} <span className="muted">{profile.clockMhz} MHz</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row}>
              <td className="mono">{row}</td>
              {profiles.map((profile) => (
                <td key={profile.id} data-column={profile.id} className="mono num">
                  {profile.assumed.includes(row) && <span className="assumed">{t('model.assumed')}</span>}
                  {String(profile[row])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

export function Drivers() {
  return (
    <Table
      head={['driver', 'queues', 'ring', 'refill', 'moderation', 'table', 'lost']}
      lead={t('model.drivers.lead')}
      rows={Object.values(drivers).map((driver) => ({
        key: driver.name,
        cells: [
          <b key="name" className="mono">
            {driver.name}
          </b>,
          <span key="queues" className="mono">
            {driver.maxQueues}
          </span>,
          <span key="ring" className="mono">
            {driver.ringDefault} ({driver.ringMin}–{driver.ringMax})
          </span>,
          driver.refillBatch === 0
            ? t('model.refillAtEnd')
            : t('model.refillBatch', { count: driver.refillBatch }),
          <span key="moderation" className="mono">
            {driver.discipline} · {driver.rxUsecs} µs / {driver.rxFrames}
          </span>,
          <span key="table" className="mono">
            {driver.indirectionSize}
          </span>,
          <span key="lost" className="mono">
            {driver.stats.missed}
          </span>,
        ],
      }))}
    />
  );
}
