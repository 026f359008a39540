/** The way out of a card: its cable, and per transmit queue the queueing discipline, the byte limit, the ring. */
import { memo, type ReactNode } from 'react';
import { grow, type Rect } from '../../draw/geometry.ts';
import type { TxLayout, TxRowLayout } from '../../draw/layout-tx.ts';
import { cableRect, ringRect } from '../../draw/places.ts';
import { Box, Focusable, sameView } from './Focusable.tsx';
import type { TxView } from './tx-view.ts';
import { cut, MONO, SMALL } from './view.ts';

/** The row's box, the cable, and the way from each ring to it. */
export const TxRow = memo(
  function TxRow({
    at,
    sent,
    sentWords,
    portrait,
  }: {
    at: TxRowLayout;
    sent: string;
    sentWords: string;
    portrait: boolean;
  }): ReactNode {
    const { box, wire, cableY, cells } = at;
    const from = wire.x;
    const to = portrait ? wire.x + wire.w : wire.x + wire.w;
    // the shared cable goes on below the rings of the row
    const last = cells[cells.length - 1];
    const inner = portrait || cells.length < 2 ? to : last.c.x;
    const first = cells[0];
    const end = cells.length > 1 || portrait ? inner : first.c.x - first.r - 2;
    const words = cableRect(at);
    return (
      <g>
        <Box r={box} radius={9} className="box box--card" />
        <line className="cable" x1={from} y1={cableY} x2={to} y2={cableY} />
        <line className="cable cable--core" x1={from} y1={cableY} x2={to} y2={cableY} />
        {end > to && <line className="txBus" x1={to} y1={cableY} x2={end} y2={cableY} />}
        {!portrait &&
          cells.length > 1 &&
          cells[0].level !== 'mini' &&
          cells.map(({ queue, c, r }) => (
            <line key={queue} className="txBus" x1={c.x} y1={c.y + r + 1} x2={c.x} y2={cableY} />
          ))}
        <path
          className="flowArrow"
          d={`M${from + 9},${cableY - 2.5}L${from + 6},${cableY}L${from + 9},${cableY + 2.5}`}
        />
        {portrait ? (
          <text className="mono muted" x={to} y={cableY + 15} textAnchor="end">
            {`${sent} ${sentWords}`}
          </text>
        ) : (
          <>
            <text className="mono" x={from} y={words.y - 10}>
              {cut(sent, wire.w, SMALL, true)}
            </text>
            <text className="small muted" x={from} y={words.y + 1}>
              {cut(sentWords, wire.w, SMALL)}
            </text>
          </>
        )}
      </g>
    );
  },
  (a, b) => a.at === b.at && a.sent === b.sent && a.sentWords === b.sentWords && a.portrait === b.portrait,
);

export const TxQueue = memo(
  function TxQueue({
    at,
    view,
    first,
    slot,
  }: {
    at: TxLayout;
    view: TxView;
    first: boolean;
    slot: boolean;
  }): ReactNode {
    const { c, r, cell, level } = at;
    const inner = at.r0 - 1.5;
    const full = level === 'full';
    const bounds: Rect = full ? grow(cell, 1) : grow(ringRect(at), 2);
    return (
      <Focusable
        group="tx"
        id={`tx-${slot ? 'slot-' : ''}${at.queue}`}
        first={first}
        target={{ kind: 'tx', queue: at.queue }}
        label={view.aria}
        rect={bounds}
        radius={full ? 6 : r + 2}
        tip
      >
        <rect className="hit" x={cell.x} y={cell.y} width={cell.w} height={cell.h} />
        {full && view.inRing.length * MONO <= inner * 2 && (
          <text className="mono" x={c.x} y={c.y + 3.6} textAnchor="middle">
            {view.inRing}
          </text>
        )}
        {!full && inner >= 4 && (
          <text
            className={level === 'small' && inner > 7 ? 'name name--small' : 'mini'}
            style={level === 'mini' ? { fontSize: `${Math.min(9, inner * 1.15)}px` } : undefined}
            x={c.x}
            y={c.y + (level === 'small' ? 3.5 : inner * 0.42)}
            textAnchor="middle"
          >
            {at.number}
          </text>
        )}
        {level === 'small' && view.waiting > 0 && cell.x + cell.w - at.qdisc.x > 30 && (
          <text className="mono" x={at.qdisc.x + at.qdisc.w + 3} y={c.y + 3.5}>
            {cut(String(view.waiting), cell.x + cell.w - at.qdisc.x - 10, SMALL, true)}
          </text>
        )}
        {full && <Words at={at} view={view} />}
      </Focusable>
    );
  },
  (a, b) => a.at === b.at && a.first === b.first && a.slot === b.slot && sameView(a.view, b.view),
);

/** A full cell's words: what the ring holds, and the queueing discipline's box. */
function Words({ at, view }: { at: TxLayout; view: TxView }): ReactNode {
  const { words, qdisc } = at;
  const x = qdisc.x + 6;
  const room = qdisc.w - 12;
  const letters = (text: string): number => text.length * MONO;
  const countW = letters(view.count);
  const title = [`${view.name} ${view.qdisc}`, view.name].find((text) => letters(text) + countW + 8 <= room);
  const count = title === undefined ? view.count.split('/')[0] : view.count;
  const y = qdisc.y + qdisc.h - 5;
  // what tells most comes first; what has no room is left to the inspector
  const stops = view.stopped && !view.overLimit;
  const left = view.bql !== '' && !stops && !view.held ? view.bql : view.state;
  const right = [view.dropped, view.lock, left === view.bql ? view.state : view.bql].filter(
    (text) => text !== '',
  );
  const spare = room - letters(left) - 10;
  const shown = right.find((text) => letters(text) <= spare) ?? '';
  return (
    <>
      {words !== null &&
        [view.line0, view.line1, view.line2].map((line, i) => (
          <text
            key={i === 0 ? 'ready' : i === 1 ? 'wire' : 'sent'}
            className="small muted"
            x={words.x}
            y={at.c.y + 3.5 + (i - 1) * Math.min(14, words.h / 2.7)}
          >
            {cut(line, words.w, SMALL)}
          </text>
        ))}
      <Box r={qdisc} className="box" />
      <text className="mono" x={x} y={qdisc.y + 11}>
        {title ?? cut(view.name, room - letters(count) - 4, SMALL, true)}
      </text>
      <text
        className={`mono ${view.waiting > 0 ? '' : 'muted'}`}
        x={qdisc.x + qdisc.w - 6}
        y={qdisc.y + 11}
        textAnchor="end"
      >
        {count}
      </text>
      <text className={`mono ${view.stopped ? 'warnText' : 'muted'}`} x={x} y={y}>
        {cut(left, room, SMALL, true)}
      </text>
      <text
        className={`mono ${shown === view.dropped && shown !== '' ? 'lossText' : 'muted'}`}
        x={qdisc.x + qdisc.w - 6}
        y={y}
        textAnchor="end"
      >
        {shown}
      </text>
    </>
  );
}
