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
    const dropsW = view.drops === '' ? 0 : view.drops.length * 5.8 + 6;
    // lines beside the tank, by the room there is: share, application, its CPU, then the limit and what waits
    const lines = Math.max(2, Math.floor((tank.h + 3) / 11));
    const line = (i: number): number => tank.y + 8.5 + i * 11;
    const glyphRow = tank.h >= 64 && view.extra !== '';
    const second = view.extra !== '' && !glyphRow ? view.extra : view.rcvbuf;
    const appAt = lines >= 4 || (lines === 3 && view.appCpu === '') ? 2 : 1;
    const appOne = lines < 3 && view.appCpu !== '' ? `${view.app} ${view.appCpu}` : view.app;
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
          <text className={`figure level--${view.level}`} x={x} y={line(0)}>
            {view.share}
          </text>
          {appAt === 2 && (
            <text className={`small ${second === view.extra ? 'warnText' : 'muted'}`} x={x} y={line(1)}>
              {fit(second, w, 9.5)}
            </text>
          )}
          {glyphRow && (
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
          rect={{ x: x - 3, y: line(appAt) - 9, w: w + 6, h: lines >= 3 && view.appCpu !== '' ? 23 : 12 }}
          radius={3}
        >
          <rect className="hit" x={x - 3} y={line(appAt) - 9} width={w + 6} height={12} />
          <text className={`small app${view.asleep ? ' app--asleep' : ''}`} x={x} y={line(appAt)}>
            {fit(appOne, w + 2, 9.5)}
          </text>
          {lines >= 3 && view.appCpu !== '' && (
            <text className="small app" x={x} y={line(appAt + 1)}>
              {view.appCpu}
            </text>
          )}
        </Focusable>
      </g>
    );
  },
  (a, b) => a.at === b.at && a.first === b.first && a.slot === b.slot && sameView(a.view, b.view),
);
