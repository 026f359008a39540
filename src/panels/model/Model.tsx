/**
 * "Model and kernel": made from the tables the engine runs on. Each rule, its source, what shows it (a measured case, a
 * scenario, a test), and the simplification it leans on; each setting with its range here.
 */
import './model.css';
import { useEffect, useState } from 'react';
import { useUi } from '../../app/ui-store.ts';
import { t } from '../../i18n/index.ts';
import { useAppStore } from '../../store/react.ts';
import { Segmented } from '../shared/controls.tsx';
import { Dialog } from '../shared/Dialog.tsx';
import { SearchIcon } from '../shared/icons.tsx';
import { Evidence } from './Evidence.tsx';
import { Costs, Drivers, Reasons, Rules, Simplifications } from './tables.tsx';
import { Settings } from './Settings.tsx';

type Tab = 'simplifications' | 'rules' | 'reasons' | 'settings' | 'costs' | 'drivers' | 'evidence';
const TABS: readonly Tab[] = [
  'rules',
  'reasons',
  'settings',
  'simplifications',
  'costs',
  'drivers',
  'evidence',
];

export default function Model() {
  const open = useUi((s) => s.open);
  const kernel = useAppStore((s) => s.scenario.map?.kernel ?? '6.12');
  const [tab, setTab] = useState<Tab>('rules');
  const [sought, setSought] = useState('');
  const [jump, setJump] = useState<string | null>(null);
  // a decision names the simplification it leans on: going there brings its row into view
  useEffect(() => {
    if (jump === null || tab !== 'simplifications') return;
    const row = document.getElementById(`simplification-${jump}`);
    row?.scrollIntoView({ block: 'center' });
    row?.focus({ preventScroll: true });
    setJump(null);
  }, [jump, tab]);
  const toSimplification = (id: string): void => {
    setSought('');
    setTab('simplifications');
    setJump(id);
  };
  return (
    <Dialog title={t('model.title')} lead={t('model.lead')} onClose={() => open(null)} size="large">
      <div className="model-tools">
        <Segmented<Tab>
          name="model-tab"
          label={t('model.title')}
          value={tab}
          onChange={setTab}
          choices={TABS.map((value) => ({ value, label: t(`model.${value}`) }))}
        />
        <label className="search-field">
          <SearchIcon />
          <input
            type="search"
            value={sought}
            placeholder={t('model.search')}
            aria-label={t('model.search')}
            onChange={(event) => setSought(event.target.value)}
          />
        </label>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls by keyboard */}
      <section className="model-page" tabIndex={0} aria-label={t(`model.${tab}`)}>
        {tab === 'rules' && <Rules kernel={kernel} sought={sought} onLimit={toSimplification} />}
        {tab === 'reasons' && <Reasons sought={sought} onLimit={toSimplification} />}
        {tab === 'settings' && <Settings sought={sought} />}
        {tab === 'simplifications' && <Simplifications sought={sought} />}
        {tab === 'costs' && <Costs />}
        {tab === 'drivers' && <Drivers />}
        {tab === 'evidence' && <Evidence sought={sought} />}
      </section>
    </Dialog>
  );
}
