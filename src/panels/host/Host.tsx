/** The stage in the page: takes map, theme and selection from the store, the scene from the feed. */
import type { ReactNode } from 'react';
import { useUi } from '../../app/ui-store.ts';
import { t } from '../../i18n/index.ts';
import type { SceneMap } from '../../protocol/scene.ts';
import { useActions, useAppStore, useFeed } from '../../store/react.ts';
import { Stage } from './Stage.tsx';
import './Host.css';

/** A number for each map: a stage begins anew with each, for the old scene has other things on it. */
const numbers = new WeakMap<SceneMap, number>();
let maps = 0;

function numberOf(map: SceneMap): number {
  let number = numbers.get(map);
  if (number === undefined) {
    maps += 1;
    number = maps;
    numbers.set(map, number);
  }
  return number;
}

export function Host(): ReactNode {
  const feed = useFeed();
  const actions = useActions();
  const { status, map } = useAppStore((s) => ({ status: s.scenario.status, map: s.scenario.map }));
  const { theme, density, host } = useAppStore((s) => ({
    theme: s.layout.theme,
    density: s.layout.density,
    host: s.layout.host,
  }));
  const { target, hover } = useAppStore((s) => ({ target: s.selection.target, hover: s.selection.hover }));
  const { eventPace, playing, reducedMotion } = useAppStore((s) => ({
    eventPace: s.playhead.pace.mode === 'event',
    playing: s.playhead.playing,
    reducedMotion: s.playhead.reducedMotion,
  }));
  const focusCalls = useUi((s) => s.stageFocus);
  if (map === null) {
    const word = status === 'failed' ? 'host.failed' : status === 'loading' ? 'host.loading' : 'host.empty';
    return (
      <div className="host">
        <p className="hostEmpty">{t(word)}</p>
      </div>
    );
  }
  return (
    <div className="host">
      <Stage
        key={numberOf(map)}
        map={map}
        feed={feed}
        host={host}
        theme={theme}
        density={density}
        eventPace={eventPace}
        playing={playing}
        reducedMotion={reducedMotion}
        target={target}
        hovered={hover}
        focusCalls={focusCalls}
        past={actions.timeline}
        onSelect={actions.select}
        onHover={actions.hover}
        onHost={actions.setHost}
      />
    </div>
  );
}
