/** TCP in the card: what waits for its firmware, how busy its processor is, how full its memory. */
import { memo, type ReactNode } from 'react';
import type { Rect } from '../../draw/geometry.ts';
import { t } from '../../i18n/index.ts';
import { toeShare } from '../../protocol/fold-toe.ts';
import type { Scene, SceneMap } from '../../protocol/scene.ts';
import { Box, Focusable, sameView } from './Focusable.tsx';
import { cut, figure, SMALL } from './view.ts';

export interface ToeView {
  nic: number;
  busy: string;
  memory: string;
  /** The same where the box is narrow. */
  waits: string;
  full: boolean;
  aria: string;
}

export function toeView(map: SceneMap, scene: Scene, nic: number, nowNs: number): ToeView | null {
  const toe = scene.nics[nic]?.toe ?? null;
  const info = map.nics[nic]?.toe ?? null;
  if (toe === null || info === null) return null;
  const share = Math.round(toeShare(toe, Math.max(nowNs, scene.timeNs)) * 100);
  const used = Math.round((toe.memory / info.memoryBytes) * 100);
  return {
    nic,
    busy: t('host.toe.busy', { share }),
    memory: t('host.toe.memory', { n: figure(toe.waiting.length), used }),
    waits: t('host.toe.waits', { n: figure(toe.waiting.length) }),
    full: used >= 99,
    aria: t('host.aria.toe', {
      nic: map.nics[nic].name,
      mhz: info.clockMhz,
      share,
      n: toe.waiting.length,
      used,
      connections: toe.connections,
    }),
  };
}

export const ToeBox = memo(
  function ToeBox({ rect, view }: { rect: Rect; view: ToeView }): ReactNode {
    const x = rect.x + 7;
    const wide = rect.w > 200;
    const room = wide ? rect.w / 2 : rect.w - 12;
    return (
      <Focusable
        group="steering"
        id={`toe-${view.nic}`}
        target={{ kind: 'toe', nic: view.nic }}
        label={view.aria}
        rect={rect}
      >
        <Box r={rect} className="box" />
        <text className="label" x={x} y={rect.y + 12}>
          {cut(t('host.toe'), room, 10)}
        </text>
        <text
          className="mono muted"
          x={wide ? rect.x + rect.w - 6 : x}
          y={rect.y + (wide ? 12 : 25)}
          textAnchor={wide ? 'end' : 'start'}
        >
          {cut(view.busy, room, SMALL, true)}
        </text>
        {rect.h >= 40 && (
          <text className={`mono ${view.full ? 'lossText' : 'muted'}`} x={x} y={rect.y + (wide ? 26 : 37)}>
            {cut(wide ? view.memory : view.waits, rect.w - 12, SMALL, true)}
          </text>
        )}
      </Focusable>
    );
  },
  (a, b) => a.rect === b.rect && sameView(a.view, b.view),
);
