/** "Model and kernel": generated from the tables the engine runs on. Each rule, its source, and what is left out. */
import './model.css';
import { type ReactNode, useState } from 'react';
import { useUi } from '../../app/ui-store.ts';
import { drivers } from '../../catalog/drivers.ts';
import { reasonSlug, reasons, type ReasonInfo, type ReasonName } from '../../catalog/reasons.ts';
import { type RuleRow, rules } from '../../catalog/rules.ts';
import { evidence } from '../../catalog/evidence.ts';
import { settings } from '../../catalog/settings.ts';
import { simplifications } from '../../catalog/simplifications.ts';
import { versionIn } from '../../catalog/version.ts';
// biome-ignore lint/style/noRestrictedImports: a table of figures, shown as it is so that page and engine cannot differ
import { type CostProfile, costProfiles } from '../../engine/cost.ts';
import { hasMessage, t } from '../../i18n/index.ts';
import { useAppStore } from '../../store/react.ts';
import { Segmented } from '../shared/controls.tsx';
import { Dialog } from '../shared/Dialog.tsx';
import { groupDigits } from '../shared/format.ts';

type Tab = 'simplifications' | 'rules' | 'reasons' | 'settings' | 'costs' | 'drivers';
const TABS: readonly Tab[] = ['simplifications', 'rules', 'reasons', 'settings', 'costs', 'drivers'];

export default function Model() {
  const open = useUi((s) => s.open);
  const kernel = useAppStore((s) => s.scenario.map?.kernel ?? '6.12');
  const [tab, setTab] = useState<Tab>('simplifications');
  return (
    <Dialog title={t('model.title')} lead={t('model.lead')} onClose={() => open(null)} size="large">
      <Segmented<Tab>
        name="model-tab"
        label={t('model.title')}
        value={tab}
        onChange={setTab}
        choices={TABS.map((value) => ({ value, label: t(`model.${value}`) }))}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls by keyboard */}
      <section className="model-page" tabIndex={0} aria-label={t(`model.${tab}`)}>
        {tab === 'simplifications' && <Simplifications />}
        {tab === 'rules' && <Rules kernel={kernel} />}
        {tab === 'reasons' && <Reasons />}
        {tab === 'settings' && <Settings />}
        {tab === 'costs' && <Costs />}
        {tab === 'drivers' && <Drivers />}
      </section>
    </Dialog>
  );
}

function Table({ head, children, lead }: { head: readonly string[]; children: ReactNode; lead: string }) {
  return (
    <>
      <p className="lead">{lead}</p>
      <table className="model-table">
        <thead>
          <tr>
            {head.map((key) => (
              <th key={key} scope="col">
                {t(`model.col.${key}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </>
  );
}

function Simplifications() {
  return (
    <Table head={['model', 'real', 'matters', 'source']} lead={t('model.simplifications.lead')}>
      {simplifications.map((row) => (
        <tr key={row.id}>
          <td>{row.model}</td>
          <td>{row.real}</td>
          <td>{row.matters}</td>
          <td className="muted">{row.source}</td>
        </tr>
      ))}
    </Table>
  );
}

function ruleValue(value: number | boolean): string {
  return typeof value === 'boolean' ? t(value ? 'yes' : 'no') : groupDigits(value);
}

function Rules({ kernel }: { kernel: string }) {
  return (
    <Table head={['rule', 'versions', 'value', 'source']} lead={t('model.rules.lead', { kernel })}>
      {Object.entries(rules).flatMap(([name, rows]) =>
        (rows as readonly RuleRow<number | boolean>[]).map((row, i) => {
          const inForce = versionIn(kernel, row.since, row.until);
          return (
            <tr key={`${name}/${row.since}`} className={inForce ? 'is-in-force' : ''}>
              <td>{i === 0 ? (hasMessage(`rule.${name}`) ? t(`rule.${name}`) : name) : ''}</td>
              <td className="mono">
                {row.since ?? '…'} – {row.until === null ? '…' : t('model.before', { version: row.until })}
                {inForce && <b className="in-force"> {t('model.inForce')}</b>}
              </td>
              <td className="mono">{ruleValue(row.value)}</td>
              <td className="muted">{row.source}</td>
            </tr>
          );
        }),
      )}
    </Table>
  );
}

function Reasons() {
  return (
    <Table head={['reason', 'meaning', 'function', 'knob', 'source', 'shown']} lead={t('model.reasons.lead')}>
      {(Object.entries(reasons) as [ReasonName, ReasonInfo][])
        .filter(([name]) => name !== 'none')
        .map(([name, info]) => (
          <tr key={name}>
            <td className="mono">
              {reasonSlug(name)}
              {info.drop !== undefined && <span className="is-loss"> {info.drop}</span>}
            </td>
            <td>{t(`reason.${name}`)}</td>
            <td className="mono">{info.fn}</td>
            <td className="mono">{info.knob ?? ''}</td>
            <td className="muted">{info.source}</td>
            <td className="muted">{(evidence[name] ?? []).join('; ')}</td>
          </tr>
        ))}
    </Table>
  );
}

function Settings() {
  return (
    <Table head={['command', 'default', 'meaning', 'function']} lead={t('model.settings.lead')}>
      {settings.map((row) => (
        <tr key={row.id}>
          <td className="mono">{row.command}</td>
          <td>{row.default}</td>
          <td>{row.meaning}</td>
          <td className="mono">{row.fn}</td>
        </tr>
      ))}
    </Table>
  );
}

function Costs() {
  const profiles = Object.values(costProfiles);
  const rows = Object.keys(profiles[0]).filter(
    (key) => !['id', 'assumed', 'clockMhz'].includes(key),
  ) as (keyof CostProfile)[];
  return (
    <>
      <p className="lead">{t('model.costs.lead')}</p>
      <table className="model-table">
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
                <td key={profile.id} className="mono num">
                  {String(profile[row])}
                  {profile.assumed.includes(row) && <span className="assumed">{t('model.assumed')}</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Drivers() {
  return (
    <Table
      head={['driver', 'queues', 'ring', 'refill', 'moderation', 'table', 'lost']}
      lead={t('model.drivers.lead')}
    >
      {Object.values(drivers).map((driver) => (
        <tr key={driver.name}>
          <td className="mono">{driver.name}</td>
          <td className="mono num">{driver.maxQueues}</td>
          <td className="mono">
            {driver.ringDefault} ({driver.ringMin}–{driver.ringMax})
          </td>
          <td>
            {driver.refillBatch === 0
              ? t('model.refillAtEnd')
              : t('model.refillBatch', { count: driver.refillBatch })}
          </td>
          <td className="mono">
            {driver.discipline} · {driver.rxUsecs} µs / {driver.rxFrames}
          </td>
          <td className="mono num">{driver.indirectionSize}</td>
          <td className="mono">{driver.stats.missed}</td>
        </tr>
      ))}
    </Table>
  );
}
