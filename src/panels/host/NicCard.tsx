/** The NIC: parser, hash, indirection table, filters, and its receive rings with their interrupt vectors. */
import { memo, type ReactNode } from 'react';
import type { Rect } from '../../draw/geometry.ts';
import type { NicLayout, RingLayout } from '../../draw/layout.ts';
import { wireY } from '../../draw/motion.ts';
import { ringRect } from '../../draw/places.ts';
import { t } from '../../i18n/index.ts';
import type { InspectTarget } from '../../protocol/messages.ts';
import { flowMark, flowSlot } from '../../theme/colors.ts';
import { Box, Focusable, sameView } from './Focusable.tsx';
import { cut, MONO, type NicView, type RingView, SMALL } from './view.ts';

export const Steering = memo(
  function Steering({
    at,
    view,
    name,
    portrait,
    first,
    sent,
  }: {
    at: NicLayout;
    /** Written at its cable, where there are several; else empty. */
    name: string;
    view: NicView;
    portrait: boolean;
    first: boolean;
    /** Frames sent are told here: it has no transmit row that does. */
    sent: boolean;
  }): ReactNode {
    const { parser, hash, table, ntuple, wire } = at;
    const pad = 7;
    const y = portrait ? wire.y + 18 : wireY(parser.y, parser.h);
    // the frame in the card now, else the first queue
    const target: InspectTarget =
      view.packet > 0
        ? { kind: 'packet', packet: view.packet }
        : { kind: 'queue', queue: at.rings[0]?.queue ?? 0 };
    const nicTarget = (id: string) => ({ group: 'steering', id: `${id}-${at.nic}`, target, part: true });
    return (
      <g>
        <Box r={at.box} radius={9} className="box box--card" />
        <Focusable
          {...nicTarget('wire')}
          first={first}
          label={view.ariaWire}
          rect={portrait ? wire : { x: wire.x, y: y - 13, w: wire.w - 2, h: 40 }}
        >
          <line className="cable" x1={wire.x} y1={y} x2={portrait ? wire.x + wire.w : parser.x} y2={y} />
          <line
            className="cable cable--core"
            x1={wire.x}
            y1={y}
            x2={portrait ? wire.x + wire.w : parser.x}
            y2={y}
          />
          <text
            className="mono muted"
            x={portrait ? wire.x + wire.w : wire.x}
            y={portrait ? wire.y + 9 : y + 20}
            textAnchor={portrait ? 'end' : 'start'}
          >
            {cut(view.arrived.split(' ')[0], wire.w, SMALL, true)}
          </text>
          {!portrait && (
            <text className="small muted" x={wire.x} y={y + 31}>
              {cut(view.arrived.split(' ').slice(1).join(' '), wire.w, SMALL)}
            </text>
          )}
          {!portrait && sent && view.sent !== '' && (
            <>
              <text className="mono" x={wire.x} y={y + 48}>
                {cut(view.sent.split(' ')[0], wire.w, SMALL, true)}
              </text>
              <text className="small muted" x={wire.x} y={y + 59}>
                {cut(view.sent.split(' ').slice(1).join(' '), wire.w, SMALL)}
              </text>
            </>
          )}
          {!portrait && name !== '' && (
            <text className="name name--ring" x={wire.x} y={y - 9}>
              {cut(name, wire.w, 11)}
            </text>
          )}
          {portrait && (
            <text className="small muted" x={wire.x} y={wire.y + 9}>
              {name === '' ? t('host.column.wire') : name}
            </text>
          )}
        </Focusable>

        <Focusable {...nicTarget('parser')} label={view.ariaParser} rect={parser}>
          <Box r={parser} className="box" />
          <text className="label" x={parser.x + pad} y={parser.y + 13}>
            {t('host.nic.parser')}
          </text>
          <text className="mono muted" x={parser.x + pad} y={parser.y + 26}>
            {view.flow > 0 ? (
              <>
                <tspan className={`flowText flow-${flowSlot(view.flow)}`}>■</tspan>{' '}
                {cut(`${flowMark(view.flow)} ${view.frame}`, parser.w - 26, SMALL, true)}
              </>
            ) : (
              cut(view.frame, parser.w - 14, SMALL, true)
            )}
          </text>
        </Focusable>

        {!at.plain && (
          <>
            {!portrait && hash.y - parser.y - parser.h > 4 && (
              <Down x={parser.x + parser.w / 2} from={parser.y + parser.h} to={hash.y} />
            )}
            <Focusable {...nicTarget('hash')} label={view.ariaHash} rect={hash}>
              <Box r={hash} className="box" />
              <text className="label" x={hash.x + pad} y={hash.y + 13}>
                {hash.w > 112 ? t('host.nic.hash') : t('host.nic.hash.short')}
              </text>
              <text className="mono" x={hash.x + pad} y={hash.y + 27}>
                {cut(view.hash, hash.w - 12, SMALL, true)}
              </text>
            </Focusable>

            {!portrait && table.y - hash.y - hash.h > 4 && (
              <Down x={hash.x + hash.w / 2} from={hash.y + hash.h} to={table.y} />
            )}
            <Focusable {...nicTarget('table')} label={view.ariaTable} rect={table}>
              <Box r={table} className="box" />
              {table.h >= 46 && (
                <>
                  <text className="label" x={table.x + pad} y={table.y + 12}>
                    {t('host.nic.table')}
                  </text>
                  {table.w > 76 && (
                    <text className="mono muted" x={table.x + table.w - 6} y={table.y + 12} textAnchor="end">
                      {at.tableSize}
                    </text>
                  )}
                  <text className="mono" x={table.x + pad} y={table.y + table.h - 6}>
                    {view.choice.length * MONO <= table.w - 10
                      ? view.choice
                      : cut(view.choiceShort, table.w - 10, SMALL, true)}
                  </text>
                </>
              )}
            </Focusable>
          </>
        )}

        {ntuple && (
          <Focusable {...nicTarget('ntuple')} label={view.ariaNtuple} rect={ntuple}>
            <Box r={ntuple} className="box" />
            <text className="label" x={ntuple.x + pad} y={ntuple.y + 13}>
              {cut(t('host.nic.ntuple'), ntuple.w - 12, 10)}
            </text>
            <text className="mono muted" x={ntuple.x + pad} y={ntuple.y + 26}>
              {cut(view.ntuple, ntuple.w - 12, SMALL, true)}
            </text>
          </Focusable>
        )}
      </g>
    );
  },
  (a, b) =>
    a.at === b.at &&
    a.portrait === b.portrait &&
    a.first === b.first &&
    a.sent === b.sent &&
    sameView(a.view, b.view),
);

function Down({ x, from, to }: { x: number; from: number; to: number }): ReactNode {
  return (
    <path
      className="flowArrow"
      d={`M${x},${from + 1}V${to - 2}M${x - 2.5},${to - 4.5}L${x},${to - 2}L${x + 2.5},${to - 4.5}`}
    />
  );
}

/** Under its ring: the interrupt, its state, what was missed; on two lines where there is room, else the most telling part. */
function VectorLine({ at, r, view }: { at: RingLayout; r: Rect; view: RingView }): ReactNode {
  const two = r.h > 20;
  const irq = two || view.missed === '' ? `${view.irq} ` : '';
  return (
    <>
      <text className="mono muted" x={at.c.x} y={r.y + 8} textAnchor="middle">
        {irq}
        <tspan className={`vector${view.masked ? ' vector--masked' : view.timer ? ' vector--timer' : ''}`}>
          {view.vector}
        </tspan>
        {!two && view.missed !== '' && <tspan className="lossText"> {view.missed}</tspan>}
      </text>
      {two && view.missed !== '' && (
        <text className="mono lossText" x={at.c.x} y={r.y + 18} textAnchor="middle">
          {view.missedWords}
        </text>
      )}
    </>
  );
}

export const Ring = memo(
  function Ring({ at, view, first }: { at: RingLayout; view: RingView; first: boolean }): ReactNode {
    const { c, r } = at;
    const rect = ringRect(at);
    const full = at.level === 'full';
    const inner = at.r0 - 1.5;
    return (
      <Focusable
        group="rings"
        id={`ring-${at.queue}`}
        first={first}
        target={{ kind: 'queue', queue: at.queue }}
        label={view.aria}
        rect={{ x: rect.x - 2, y: rect.y - 2, w: rect.w + 4, h: rect.h + 4 }}
        radius={r + 2}
        tip={!full}
      >
        <circle className="ringHit" cx={c.x} cy={c.y} r={r} />
        {full && (
          <>
            <text className="name name--ring" x={c.x} y={c.y + 0.5} textAnchor="middle">
              {view.name}
            </text>
            <text className="mono muted mono--ring" x={c.x} y={c.y + 11.5} textAnchor="middle">
              {view.count.length * MONO <= inner * 2 - 2 ? view.count : view.countShort}
            </text>
          </>
        )}
        {!full && inner >= 4.5 && (
          <text
            className={at.level === 'small' ? 'name name--small' : 'mini'}
            style={at.level === 'mini' ? { fontSize: `${Math.min(9, inner * 1.1)}px` } : undefined}
            x={c.x}
            y={c.y + (at.level === 'mini' ? inner * 0.4 : 3.5)}
            textAnchor="middle"
          >
            {at.number}
          </text>
        )}
        {at.vector && <VectorLine at={at} r={at.vector} view={view} />}
        {at.vector && (
          <circle
            className={`port${view.masked ? ' port--masked' : ''}`}
            cx={at.port.x}
            cy={at.port.y}
            r={3}
          />
        )}
      </Focusable>
    );
  },
  (a, b) => a.at === b.at && a.first === b.first && sameView(a.view, b.view),
);
