/** Every setting: its command, default, range and meaning; and what it is on this host now. */
import { useEffect, useState } from 'react';
import { settings } from '../../catalog/settings.ts';
import { t } from '../../i18n/index.ts';
import type { KnobView } from '../../protocol/messages.ts';
import { useActions, useAppStore } from '../../store/react.ts';
import { groupDigits } from '../shared/format.ts';
import { settingOf } from './setting-of.ts';
import { Table } from './Table.tsx';

function rangeOf(knob: KnobView): string {
  if (knob.kind === 'toggle') return t('model.range.onOff');
  if (knob.kind === 'choice') return (knob.choices ?? []).join(', ');
  if (knob.kind === 'number' && knob.min !== undefined && knob.max !== undefined)
    return t('model.range.number', { min: groupDigits(knob.min), max: groupDigits(knob.max) });
  return t('model.range.text');
}

export function Settings({ sought }: { sought: string }) {
  const { knobs } = useActions();
  const { host, ready } = useAppStore((s) => ({
    host: s.scenario.map?.hosts[s.layout.host]?.id ?? '',
    ready: s.scenario.status === 'ready',
  }));
  const [known, setKnown] = useState<ReadonlyMap<string, KnobView>>(new Map());
  useEffect(() => {
    let wanted = true;
    if (ready && host !== '')
      void knobs(host).then((answer) => {
        if (!wanted || answer === null) return;
        const map = new Map<string, KnobView>();
        for (const knob of answer.knobs) {
          const id = settingOf(knob.id);
          if (!map.has(id)) map.set(id, knob);
        }
        setKnown(map);
      });
    return () => {
      wanted = false;
    };
  }, [knobs, host, ready]);
  return (
    <Table
      head={['command', 'default', 'range', 'meaning']}
      widths={[32, 18, 18, 32]}
      lead={t('model.settings.lead')}
      sought={sought}
      rows={settings.map((row) => {
        const knob = known.get(row.id);
        return {
          key: row.id,
          cells: [
            <span key="command" className="mono">
              {row.command}
            </span>,
            row.default,
            knob === undefined ? (
              <span key="range" className="muted">
                {t('model.range.none')}
              </span>
            ) : (
              <div key="range">
                <p>{rangeOf(knob)}</p>
                {knob.value !== '' && knob.value.length < 40 && (
                  <p className="muted">{t('model.now', { value: knob.value })}</p>
                )}
              </div>
            ),
            <div key="meaning">
              <p>{row.meaning}</p>
              <p className="mono muted">{row.fn}</p>
            </div>,
          ],
        };
      })}
    />
  );
}
