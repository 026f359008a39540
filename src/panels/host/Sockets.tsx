/** Sockets as tanks, with the application that reads them. */
import { memo, type ReactNode } from 'react';
import type { SocketLayout } from '../../draw/layout.ts';
import { Box, Focusable, sameView } from './Focusable.tsx';
import { cut, cutStart, MONO, SMALL, type SocketView } from './view.ts';

export const Socket = memo(
  function Socket({
    at,
    view,
    first,
    slot,
  }: {
    at: SocketLayout;
    view: SocketView;
    first: boolean;
    slot: boolean;
  }): ReactNode {
    const { box, tank } = at;
    const target = { kind: 'socket', socket: at.socket } as const;
    if (at.level === 'mini') {
      return (
        <Focusable
          group="sockets"
          id={`socket-${at.socket}`}
          first={first}
          target={target}
          label={view.aria}
          rect={box}
          radius={3}
          tip
        >
          <Box r={box} radius={3} className={`box tank tank--${view.level}`} />
        </Focusable>
      );
    }
    const x = tank.x + tank.w + 8;
    const w = box.x + box.w - x - 6;
    const { low } = at;
    const dropsW = view.drops === '' ? 0 : view.drops.length * MONO + 6;
    // lines beside the tank, by the room there is: share, application, its CPU, then the limit and what waits
    const top = low ? box.y + 37.5 : tank.y + 8.5;
    const lines = Math.max(1, Math.floor((box.y + box.h - top + 6) / 12));
    const line = (i: number): number => top + i * 12;
    const glyphRow = !low && tank.h >= 64 && view.extra !== '';
    const second = view.extra !== '' && !glyphRow ? view.extra : view.rcvbuf;
    const beside = lines === 1;
    const appAt = beside ? 0 : lines >= 4 || (lines === 3 && view.appCpu === '') ? 2 : 1;
    const appX = beside ? x + 30 : x;
    const appW = beside ? w - 30 : w + 2;
    const twoLines = view.appCpu !== '' && appAt + 1 < lines;
    const textX = low ? x : box.x + 9;
    return (
      <g>
        <Focusable
          group="sockets"
          id={`${slot ? 'slot' : 'socket'}-${at.socket}`}
          first={first}
          target={target}
          label={view.aria}
          rect={box}
          radius={9}
        >
          <Box r={box} radius={9} className="box box--card" />
          <text className="name" x={textX} y={box.y + (low ? 14 : 16)}>
            {cut(view.name, box.x + box.w - textX - 8 - (low ? 0 : dropsW), 12.5)}
          </text>
          {view.drops !== '' && (
            <text
              className="mono lossText"
              x={box.x + box.w - 8}
              y={low ? line(0) : box.y + 16}
              textAnchor="end"
            >
              {view.drops}
            </text>
          )}
          <text className="mono muted" x={textX} y={box.y + (low ? 25.5 : 28)}>
            {cutStart(view.address, box.x + box.w - textX - 4, SMALL)}
          </text>
          <text className={`figure level--${view.level}`} x={x} y={line(0)}>
            {view.share}
          </text>
          {appAt === 2 && (
            <text className={`small ${second === view.extra ? 'warnText' : 'muted'}`} x={x} y={line(1)}>
              {cut(second, w, SMALL)}
            </text>
          )}
          {glyphRow && (
            <text className="small warnText" x={x} y={tank.y + tank.h - 12}>
              {cut(view.extra, w, SMALL)}
            </text>
          )}
        </Focusable>
        {view.task > 0 && (
          <Focusable
            group="sockets"
            id={`app-${slot ? 'slot-' : ''}${at.socket}`}
            target={{ kind: 'task', task: view.task }}
            label={view.ariaApp}
            rect={{ x: appX - 3, y: line(appAt) - 9, w: appW + 4, h: twoLines ? 25 : 13 }}
            radius={3}
          >
            <rect
              className="hit"
              x={appX - 3}
              y={line(appAt) - 9}
              width={appW + 4}
              height={twoLines ? 25 : 13}
            />
            <text className={`small app${view.asleep ? ' app--asleep' : ''}`} x={appX} y={line(appAt)}>
              {cut(twoLines || view.appCpu === '' ? view.app : `${view.app} ${view.appCpu}`, appW, SMALL)}
            </text>
            {twoLines && (
              <text className="small app" x={appX} y={line(appAt + 1)}>
                {view.appCpu}
              </text>
            )}
          </Focusable>
        )}
      </g>
    );
  },
  (a, b) => a.at === b.at && a.first === b.first && a.slot === b.slot && sameView(a.view, b.view),
);
