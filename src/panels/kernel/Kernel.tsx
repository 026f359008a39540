/**
 * Another kernel version for the same run: which there are, what it changes in words, and what it lacks. The run is made anew from its
 * start, as a variant; the one before stays.
 */
import './kernel.css';
import { useState } from 'react';
import { useUi } from '../../app/ui-store.ts';
import { kernelVersions, ruleChanges, settingChanges } from '../../catalog/kernels.ts';
import { settings } from '../../catalog/settings.ts';
import { versionNumber } from '../../catalog/version.ts';
import { t } from '../../i18n/index.ts';
import { useActions, useAppStore } from '../../store/react.ts';
import { Button } from '../shared/controls.tsx';
import { Dialog } from '../shared/Dialog.tsx';
import { groupDigits } from '../shared/format.ts';

function value(of: number | boolean): string {
  return typeof of === 'boolean' ? t(of ? 'yes' : 'no') : groupDigits(of);
}

/** Those of the catalogue and the present one, oldest first. */
function versionsWith(present: string): string[] {
  const all = kernelVersions.includes(present) ? [...kernelVersions] : [...kernelVersions, present];
  return all.sort((a, b) => versionNumber(a) - versionNumber(b));
}

export default function Kernel() {
  const open = useUi((s) => s.open);
  const { changeKernel } = useActions();
  const present = useAppStore((s) => s.scenario.map?.kernel ?? '6.12');
  const [chosen, setChosen] = useState(present);
  const rules = ruleChanges(present, chosen);
  const tools = settingChanges(present, chosen);
  return (
    <Dialog title={t('kernel.title')} lead={t('kernel.lead', { present })} onClose={() => open(null)}>
      <div className="kernel-choose">
        <label>
          <span>{t('kernel.version')}</span>
          <select value={chosen} onChange={(event) => setChosen(event.target.value)}>
            {versionsWith(present).map((version) => (
              <option key={version} value={version}>
                {version === present ? t('kernel.present', { version }) : version}
              </option>
            ))}
          </select>
        </label>
        <Button
          look="primary"
          disabled={chosen === present}
          onClick={() => {
            open(null);
            void changeKernel(chosen);
          }}
        >
          {t('kernel.run', { version: chosen })}
        </Button>
      </div>
      <section aria-label={t('kernel.changes')} aria-live="polite">
        {chosen === present ? (
          <p className="muted">{t('kernel.same')}</p>
        ) : (
          <>
            <h3 className="section-title">{t('kernel.rules', { from: present, to: chosen })}</h3>
            {rules.length === 0 ? (
              <p className="muted">{t('kernel.noRules')}</p>
            ) : (
              <ul className="kernel-changes">
                {rules.map((change) => (
                  <li key={change.rule}>
                    <p>
                      <b>{t(`rule.${change.rule}`)}</b>
                    </p>
                    <p className="kernel-values">
                      <span className="visually-hidden">{t('kernel.before')} </span>
                      <span className="mono">{value(change.from)}</span>
                      <span aria-hidden="true"> → </span>
                      <span className="visually-hidden">{t('kernel.after')} </span>
                      <b className="mono">{value(change.to)}</b>
                    </p>
                    <p className="muted small">{change.source}</p>
                  </li>
                ))}
              </ul>
            )}
            {tools.length > 0 && (
              <>
                <h3 className="section-title">{t('kernel.commands')}</h3>
                <ul className="kernel-changes">
                  {tools.map((row) => (
                    <li key={row.id}>
                      <p>
                        <code>{settings.find((s) => s.id === row.id)?.command ?? row.id}</code>
                      </p>
                      <p className="kernel-values">{whereIs(row)}</p>
                      <p className="muted small">{row.source}</p>
                    </li>
                  ))}
                </ul>
              </>
            )}
          </>
        )}
      </section>
      <p className="muted">
        {t('kernel.note')}{' '}
        <button type="button" className="button button-quiet link" onClick={() => open('model')}>
          {t('top.model')}
        </button>
      </p>
    </Dialog>
  );
}

/** In which kernels a setting is, seen from the one chosen. */
function whereIs({
  there,
  since,
  until,
}: {
  there: boolean;
  since: string | null;
  until: string | null;
}): string {
  const from = since ?? '';
  if (until === null) return t(there ? 'kernel.there' : 'kernel.gone', { since: from });
  return t(there ? 'kernel.there.until' : 'kernel.gone.until', { since: from, until });
}
