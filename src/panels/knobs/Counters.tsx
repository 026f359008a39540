/** Who adds what to which counter: each number leads to the last packet that raised it. */
import { useEffect, useState } from 'react';
import { useUi } from '../../app/ui-store.ts';
import { t } from '../../i18n/index.ts';
import { useActions, useAppStore, useFeed } from '../../store/react.ts';
import { Section } from '../shared/controls.tsx';
import { groupDigits } from '../shared/format.ts';
import { type Counter, countersOf } from './counters.ts';

const REFRESH_MS = 200;

export function Counters() {
  const feed = useFeed();
  const { runTo, togglePanel } = useActions();
  const setFilter = useUi((s) => s.setFilter);
  const { map, host } = useAppStore((s) => ({ map: s.scenario.map, host: s.layout.host }));
  const [counters, setCounters] = useState<Counter[]>([]);
  useEffect(() => {
    if (map === null) return;
    let timer = 0;
    let version = -1;
    const refresh = () => {
      timer = 0;
      const frame = feed.current;
      if (frame === null || frame.version === version) return;
      version = frame.version;
      setCounters(countersOf(map, frame.scene, host));
    };
    refresh();
    const end = feed.subscribe(() => {
      if (timer === 0) timer = window.setTimeout(refresh, REFRESH_MS);
    });
    return () => {
      end();
      window.clearTimeout(timer);
    };
  }, [feed, map, host]);
  if (counters.length === 0) return null;
  return (
    <Section title={t('counters.title')}>
      <ul className="counters">
        {counters.map((counter) => (
          <li key={`${counter.tool}/${counter.name}`}>
            <button
              type="button"
              className={`counter ${counter.loss && counter.value > 0 ? 'is-loss' : ''}`}
              title={t('counters.hint', { tool: counter.tool })}
              disabled={counter.value === 0}
              onClick={() => {
                setFilter(counter.filter);
                togglePanel('events', true);
                void runTo(counter.filter, -1);
              }}
            >
              <span className="mono counter-name">{counter.name}</span>
              <span className="mono counter-value changed" key={counter.value}>
                {groupDigits(counter.value)}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
