/** Above all else: the one highlight (what the last record touched, with the function's name), and why a packet was lost. */
import type { ReactNode } from 'react';
import { kindName, kinds } from '../../catalog/kinds.ts';
import { reasons } from '../../catalog/reasons.ts';
import { clamp } from '../../draw/geometry.ts';
import { DROP_STAY } from '../../draw/glyphs.ts';
import { type DropSpot, dropPoint, type Spot, type StageIndex, type Touch } from '../../draw/places.ts';
import { hasMessage, t } from '../../i18n/index.ts';
import type { RecordView, Scene, SceneMap } from '../../protocol/scene.ts';
import { MONO } from './view.ts';

const reasonNames = new Map<number, string>(Object.entries(reasons).map(([name, info]) => [info.code, name]));

/** A drop's reason in a few words. */
export function dropWords(reason: number): string {
  const key = `host.drop.${reasonNames.get(reason) ?? ''}`;
  return t(hasMessage(key) ? key : 'host.drop.other');
}

/** The function's name; where a kind's row names one for TCP and one for UDP, the one that ran. */
export function functionOf(record: RecordView, map: SceneMap, spots: readonly Spot[]): string {
  const name = kindName(record.kind);
  if (name === undefined) return '';
  const names = kinds[name].fn.split(' / ');
  if (names.length < 2) return names[0];
  if (name === 'queueSelected') return names[record.reason === reasons.ntupleMatch.code ? 1 : 0];
  const spot = spots[record.place];
  const id = name === 'l4Rcv' ? record.b : (map.tasks[spot?.task ?? -1]?.sockets[0] ?? 0);
  const socket =
    spot !== undefined && spot.socket >= 0 ? map.sockets[spot.socket] : map.sockets.find((s) => s.id === id);
  return names[socket?.proto === 'udp' ? 1 : 0];
}

export function Marks(props: {
  ix: StageIndex;
  map: SceneMap;
  scene: Scene;
  spots: readonly Spot[];
  record: RecordView | null;
  touch: Touch | null;
}): ReactNode {
  const { ix, map, scene, spots, record, touch } = props;
  const { w, h } = ix.layout;
  const name = record ? kindName(record.kind) : undefined;
  const fn = record === null ? '' : functionOf(record, map, spots);
  const last = scene.drops[scene.drops.length - 1];
  const recent = last !== undefined && scene.seq - last.seq <= DROP_STAY ? last : null;
  const spot = recent ? spots[recent.place] : undefined;
  const at = spot ? dropPoint(ix, map, spot) : null;
  return (
    <>
      {touch && touch.rect.w > 0 && <Changed touch={touch} fn={fn} loss={name === 'drop'} w={w} h={h} />}
      {at && recent && <DropLabel at={at} text={dropWords(recent.reason)} w={w} h={h} />}
    </>
  );
}

function Changed({
  touch,
  fn,
  loss,
  w,
  h,
}: {
  touch: Touch;
  fn: string;
  loss: boolean;
  w: number;
  h: number;
}): ReactNode {
  const { rect } = touch;
  const on = touch.tagOn ?? rect;
  const tagW = fn.length * MONO + 10;
  // a name wider than its box would lie on the words beside it: then below, where a lane has its rim
  const wide = !touch.round && tagW > on.w + 8 && on.w > 0;
  // the tag hangs on the border, at its right; never outside the stage
  const at = touch.start ? on.x - 2 : on.x + on.w + 2 - tagW - (wide ? 0 : 10);
  const x = clamp(at, 2, w - tagW - 2);
  const y = touch.tag === 'below' || wide ? Math.min(on.y + on.h + 1, h - 14) : Math.max(1, on.y - 14);
  return (
    <g className={`changed${loss ? ' changed--loss' : ''}`}>
      <rect
        className="changed__box"
        x={rect.x - 2}
        y={rect.y - 2}
        width={rect.w + 4}
        height={rect.h + 4}
        rx={touch.round ? rect.w / 2 + 2 : Math.min(9, rect.h / 2)}
      />
      {fn !== '' && (
        <>
          <rect className="changed__tag" x={x} y={y} width={tagW} height={13} rx={4} />
          <text className="mono changed__fn" x={x + 5} y={y + 9.6}>
            {fn}
          </text>
        </>
      )}
    </g>
  );
}

function DropLabel({ at, text, w, h }: { at: DropSpot; text: string; w: number; h: number }): ReactNode {
  const lw = text.length * 5.8 + 12;
  const x = clamp(at.label.x - (at.centred ? lw / 2 : 0), 2, w - lw - 2);
  const y = clamp(at.label.y, 2, h - 16);
  return (
    <g className="dropLabel">
      <rect className="dropLabel__box" x={x} y={y} width={lw} height={14} rx={4} />
      <text className="small dropLabel__text" x={x + lw / 2} y={y + 10.2} textAnchor="middle">
        {text}
      </text>
    </g>
  );
}
