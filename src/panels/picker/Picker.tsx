/** Which situation to look at: the built-in scenarios by topic, and one's own file. */
import './picker.css';
import { useContext, useEffect, useMemo, useRef, useState } from 'react';
import { openFiles } from '../../app/open-files.ts';
import { useUi } from '../../app/ui-store.ts';
import { t } from '../../i18n/index.ts';
import { AppContext, useActions, useAppStore } from '../../store/react.ts';
import { Dialog } from '../shared/Dialog.tsx';
import { OpenIcon, SearchIcon } from '../shared/icons.tsx';
import { scenarioTopics } from './scenario-list.ts';

export default function Picker() {
  const app = useContext(AppContext);
  const { load } = useActions();
  const { open } = useUi((s) => ({ open: s.open }));
  const current = useAppStore((s) => s.scenario.info?.scenarioId ?? '');
  const file = useRef<HTMLInputElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const [sought, setSought] = useState('');
  const topics = useMemo(() => scenarioTopics(sought), [sought]);
  const found = topics.reduce((sum, topic) => sum + topic.entries.length, 0);
  const close = () => open(null);
  const choose = (id: string): void => {
    close();
    void load({ builtin: id });
  };
  // who has a keyboard types at once; on a phone it would cover the list
  useEffect(() => {
    if (window.matchMedia('(pointer: fine)').matches) search.current?.focus();
  }, []);
  return (
    <Dialog title={t('picker.title')} lead={t('picker.lead')} onClose={close} size="large">
      <div className="picker">
        <div className="picker-tools">
          <label className="search-field picker-search">
            <SearchIcon />
            <input
              ref={search}
              type="search"
              value={sought}
              placeholder={t('picker.search')}
              aria-label={t('picker.search')}
              onChange={(event) => setSought(event.target.value)}
              onKeyDown={(event) => {
                // the first one that is found, of what stands there now; an empty search chooses nothing
                const words = event.currentTarget.value;
                if (event.key !== 'Enter' || words.trim() === '') return;
                const first = scenarioTopics(words)[0]?.entries[0];
                if (first === undefined) return;
                // or the key would press the button that gets the focus back
                event.preventDefault();
                choose(first.id);
              }}
            />
          </label>
          <output className="picker-found">
            {sought.trim() === '' ? '' : found === 0 ? t('picker.none') : t('picker.found', { n: found })}
          </output>
        </div>
        {topics.map((topic) => (
          <section key={topic.id} aria-label={topic.title}>
            <h3 className="section-title">{topic.title}</h3>
            <ul className="picker-list">
              {topic.entries.map((entry) => (
                <li key={entry.id}>
                  <button
                    type="button"
                    className={`picker-card ${entry.id === current ? 'is-current' : ''}`}
                    aria-current={entry.id === current ? 'true' : undefined}
                    onClick={() => choose(entry.id)}
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
