/** Sockets as tanks, with the application that reads them. */
import { memo, type ReactNode } from 'react';
import type { SocketLayout } from '../../draw/layout.ts';
import { Box, Focusable, sameView } from './Focusable.tsx';
import { fit, type SocketView } from './view.ts';

export const Socket = memo(
  function Socket({ at, view, first, slot }: { at: SocketLayout; view: SocketView; first: boolean; slot: boolean }): ReactNode {
    const { box, tank } = at;
    const target = { kind: 'socket', socket: at.socket } as const;
    if (at.level === 'mini') {
      return (
        <Focusable group="sockets" id={`socket-${at.socket}`} first={first} target={target} label={view.aria} rect={box} radius={3}>
          <Box r={box} radius={3} className={`box tank tank--${view.level}`} />
        </Focusable>
      );
    }
    const x = tank.x + tank.w + 8;
    const w = box.x + box.w - x - 6;
    const tall = tank.h >= 46;
    const dropsW = view.drops.length * 5.8 + (view.drops === '' ? 0 : 6);
    return (
      <g>
        <Focusable group="sockets" id={`${slot ? 'slot' : 'socket'}-${at.socket}`} first={first} target={target} label={view.aria} rect={box} radius={9}>
          <Box r={box} radius={9} className="box box--card" />
          <text className="name" x={box.x + 9} y={box.y + 16}>
            {fit(view.name, box.w - 18 - dropsW, 12.5)}
          </text>
          {view.drops !== '' && (
            <text className="mono lossText" x={box.x + box.w - 8} y={box.y + 16} textAnchor="end">
              {view.drops}
            </text>
          )}
          <text className="mono muted" x={box.x + 9} y={box.y + 28}>
            {fit(view.address, box.w - 16, 9.5, true)}
          </text>
          <text className={`figure level--${view.level}`} x={x} y={tank.y + 9}>
            {view.share}
          </text>
          {tall && (
            <text className="small muted" x={x} y={tank.y + 20}>
              {fit(view.rcvbuf, w, 9.5)}
            </text>
          )}
          {tall && view.extra !== '' && tank.h >= 58 && (
            <text className="small warnText" x={x} y={tank.y + tank.h - 12}>
              {fit(view.extra, w, 9.5)}
            </text>
          )}
        </Focusable>
        <Focusable
          group="sockets"
          id={`app-${slot ? 'slot-' : ''}${at.socket}`}
          target={view.task > 0 ? { kind: 'task', task: view.task } : target}
          label={view.ariaApp}
          rect={{ x: x - 3, y: tank.y + (tall ? 23 : 12), w: w + 6, h: 12 }}
          radius={3}
        >
          <rect className="hit" x={x - 3} y={tank.y + (tall ? 23 : 12)} width={w + 6} height={12} />
          <text className={`small app${view.asleep ? ' app--asleep' : ''}`} x={x} y={tank.y + (tall ? 32 : 21)}>
            {fit(view.app, w + 2, 9.5)}
          </text>
        </Focusable>
      </g>
    );
  },
  (a, b) => a.at === b.at && a.first === b.first && a.slot === b.slot && sameView(a.view, b.view),
);
