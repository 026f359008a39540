/**
 * A TCP connection's transfer: bytes over time, its congestion window, ACKs and what the link carries; or how often each layer ran.
 * It shows the same part of time as the timeline.
 */
import './transfer.css';
import { useState } from 'react';
import { t } from '../../i18n/index.ts';
import { useActions, useAppStore } from '../../store/react.ts';
import { IconButton, Segmented } from '../shared/controls.tsx';
import { CloseIcon } from '../shared/icons.tsx';
import { BytesPlot } from './BytesPlot.tsx';
import { Layers } from './Layers.tsx';

export default function Transfer() {
  const actions = useActions();
  const map = useAppStore((s) => s.scenario.map);
  const transfers = map?.transfers ?? [];
  const [wanted, setFlow] = useState(0);
  const flow = transfers.some((x) => x.flow === wanted) ? wanted : (transfers[0]?.flow ?? 0);
  const [shown, setShown] = useState<'bytes' | 'layers'>('bytes');
  const [told, tell] = useState('');

  if (map === null) return <section className="transfer" />;
  return (
    <section className="transfer" aria-label={t('transfer.title')}>
      <header className="drawer-head">
        <h2>{t('transfer.title')}</h2>
        <Segmented
          name="transfer-view"
          label={t('transfer.view')}
          value={shown}
          choices={[
            { value: 'bytes', label: t('transfer.view.bytes') },
            { value: 'layers', label: t('transfer.view.layers') },
          ]}
          onChange={setShown}
        />
        {shown === 'bytes' && transfers.length > 1 && (
          <select
            aria-label={t('transfer.connection')}
            value={flow}
            onChange={(event) => setFlow(Number(event.target.value))}
          >
            {transfers.map((item) => (
              <option key={item.flow} value={item.flow}>
                {item.text}
              </option>
            ))}
          </select>
        )}
        {shown === 'bytes' && <Legend flow={flow} />}
        <p className="drawer-hint muted" aria-live="polite">
          {shown === 'layers' ? '' : told}
        </p>
        <IconButton
          label={t('transfer.close')}
          keys="X"
          look="quiet"
          onClick={() => actions.togglePanel('transfer', false)}
        >
          <CloseIcon />
        </IconButton>
      </header>
      {shown === 'layers' && <Layers />}
      {transfers.length === 0 ? (
        shown === 'bytes' && <p className="muted transfer-none">{t('transfer.none')}</p>
      ) : (
        <BytesPlot flow={flow} hidden={shown === 'layers'} onTell={tell} />
      )}
    </section>
  );
}

function Legend({ flow }: { flow: number }) {
  return (
    <ul className="transfer-legend" aria-label={t('transfer.legend')}>
      <li>
        <span className={`sign sign-data flow-${(Math.max(1, flow) - 1) % 6}`} />
        {t('transfer.data')}
      </li>
      <li>
        <span className="sign sign-again">×</span>
        {t('transfer.again')}
      </li>
      <li>
        <span className="sign sign-ack" />
        {t('transfer.ack')}
      </li>
      <li>
        <span className="sign sign-sack" />
        {t('transfer.sack')}
      </li>
      <li>
        <span className="sign sign-window" />
        {t('transfer.window')}
      </li>
    </ul>
  );
}
