/** What takes longer than a moment says so on the stage, how far it has come, and can be given up. */
import { useEffect, useState } from 'react';
import { t } from '../i18n/index.ts';
import { Button, Kbd } from '../panels/shared/controls.tsx';
import { formatDuration } from '../panels/shared/format.ts';
import { useActions, useAppStore } from '../store/react.ts';

/** Most jumps arrive sooner: they are not spoken of. */
const PATIENCE_MS = 400;

export function Waiting() {
  const { cancelSearch } = useActions();
  const { waits, searching, to, known } = useAppStore((s) => ({
    waits: s.playhead.searching || s.playhead.goingTo !== null,
    searching: s.playhead.searching,
    to: s.playhead.goingTo?.t ?? s.scenario.durationNs,
    known: s.scenario.knownNs,
  }));
  const [long, setLong] = useState(false);
  useEffect(() => {
    setLong(false);
    if (!waits) return;
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [waits]);
  if (!waits || !long) return null;
  return (
    <div className="waiting" role="status">
      <p>{searching ? t('wait.searching') : t('wait.going', { to: formatDuration(to) })}</p>
      <progress max={Math.max(1, to)} value={Math.min(known, to)} aria-label={t('wait.progress')} />
      <Button onClick={cancelSearch}>
        {t('cancel')} <Kbd>Esc</Kbd>
      </Button>
    </div>
  );
}
