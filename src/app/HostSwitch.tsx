/** Which host the stage shows, where there are several: one button each; a dot where the present event happens. */
import { t } from '../i18n/index.ts';
import { useActions, useAppStore } from '../store/react.ts';

export function HostSwitch() {
  const { setHost } = useActions();
  const { hosts, host, at } = useAppStore((s) => ({
    hosts: s.scenario.map?.hosts,
    host: s.layout.host,
    at: s.playhead.record === null ? null : (s.scenario.map?.places[s.playhead.record.place]?.host ?? null),
  }));
  if (hosts === undefined || hosts.length < 2) return null;
  return (
    <fieldset className="host-switch">
      <legend className="visually-hidden">{t('top.host')}</legend>
      {hosts.map((item, i) => (
        <button
          key={item.id}
          type="button"
          className="button host-button"
          aria-pressed={i === host}
          title={`${t('top.hostTitle', { host: item.id })} (H)`}
          onClick={() => setHost(i)}
        >
          <span>{item.id}</span>
          <span className={`host-dot ${item.id === at ? 'is-here' : ''}`} aria-hidden="true" />
          {item.id === at && <span className="visually-hidden">{t('top.hostHere')}</span>}
        </button>
      ))}
    </fieldset>
  );
}
