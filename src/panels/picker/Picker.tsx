/** Which situation to look at: the built-in scenarios by topic, and one's own file. */
import './picker.css';
import { useContext, useRef } from 'react';
import { openFiles } from '../../app/open-files.ts';
import { useUi } from '../../app/ui-store.ts';
import { t } from '../../i18n/index.ts';
import { AppContext, useActions, useAppStore } from '../../store/react.ts';
import { Dialog } from '../shared/Dialog.tsx';
import { OpenIcon } from '../shared/icons.tsx';
import { type ScenarioEntry, scenarioEntries } from './scenario-list.ts';

export default function Picker() {
  const app = useContext(AppContext);
  const { load } = useActions();
  const { open } = useUi((s) => ({ open: s.open }));
  const current = useAppStore((s) => s.scenario.info?.scenarioId ?? '');
  const file = useRef<HTMLInputElement>(null);
  const topics = new Map<string, ScenarioEntry[]>();
  for (const entry of scenarioEntries()) topics.set(entry.topic, [...(topics.get(entry.topic) ?? []), entry]);
  const close = () => open(null);
  return (
    <Dialog title={t('picker.title')} lead={t('picker.lead')} onClose={close} size="large">
      <div className="picker">
        {[...topics].map(([topic, entries]) => (
          <section key={topic} aria-label={t(`topic.${topic}`)}>
            <h3 className="section-title">{t(`topic.${topic}`)}</h3>
            <ul className="picker-list">
              {entries.map((entry) => (
                <li key={entry.id}>
                  <button
                    type="button"
                    className={`picker-card ${entry.id === current ? 'is-current' : ''}`}
                    aria-current={entry.id === current ? 'true' : undefined}
                    onClick={() => {
                      close();
                      void load({ builtin: entry.id });
                    }}
                  >
                    <b>{entry.title}</b>
                    <span>{entry.summary}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ))}
        <section aria-label={t('picker.own')}>
          <h3 className="section-title">{t('picker.own')}</h3>
          <button type="button" className="picker-card picker-own" onClick={() => file.current?.click()}>
            <OpenIcon />
            <span>
              <b>{t('picker.open')}</b> {t('picker.openHint')}
            </span>
          </button>
          <input
            ref={file}
            type="file"
            multiple
            hidden
            accept=".json,.pcap,.pcapng,.cap"
            aria-label={t('picker.open')}
            onChange={(event) => {
              const files = [...(event.target.files ?? [])];
              if (app === null || files.length === 0) return;
              close();
              void openFiles(files, app);
            }}
          />
        </section>
      </div>
    </Dialog>
  );
}
