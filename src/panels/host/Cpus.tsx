/** CPUs: a lane with everything on its way up, or a strip with what it does and how busy it was of late. */
import { memo, type ReactNode } from 'react';
import type { Rect } from '../../draw/geometry.ts';
import { GLYPH_H } from '../../draw/glyphs.ts';
import { type LaneLayout, layerRects, roomOf, type StripLayout } from '../../draw/layout.ts';
import { t } from '../../i18n/index.ts';
import { contextName } from '../../theme/colors.ts';
import { Box, Focusable, sameView } from './Focusable.tsx';
import { type CpuView, cut, MONO, SMALL } from './view.ts';

const PILL_H = 16;

/** A context's name on its tint, with its colour and pattern before it. */
function Pill({
  x,
  y,
  w,
  ctx,
  text,
  spins,
}: {
  x: number;
  y: number;
  w: number;
  ctx: number;
  text: string;
  spins: boolean;
}): ReactNode {
  const name = contextName(ctx);
  return (
    <g className={`pill ctx-${name}${spins ? ' pill--spins' : ''}`}>
      <rect className="pill__tint" x={x} y={y} width={w} height={PILL_H} rx={PILL_H / 2} />
      <rect className="pill__swatch" x={x + 5} y={y + 4} width={12} height={8} rx={2} />
      {!spins && <rect fill={`url(#weave-${name})`} x={x + 5} y={y + 4} width={12} height={8} rx={2} />}
      <text className="mono pill__text" x={x + 22} y={y + 11.5}>
        {cut(text, w - 28, SMALL, true)}
      </text>
    </g>
  );
}

export const Lane = memo(
  function Lane({ at, view, first }: { at: LaneLayout; view: CpuView; first: boolean }): ReactNode {
    const { box, head, boxes } = at;
    const name = contextName(view.ctx);
    const cpuW = 42 + (view.number > 9 ? 8 : 0);
    const nameW = cpuW + (view.node === '' ? 0 : view.node.length * 5.2 + 6);
    const pillX = head.x + 9 + nameW;
    // work and waiting apart where there is room for the words
    const load =
      view.workWait === '' || head.w < 230 ? view.load : head.w < 420 ? view.workWaitShort : view.workWait;
    const loadW = Math.max(46, load.length * 7.2 + 4);
    const room = head.x + head.w - loadW - pillX - 6;
    // in a narrow lane what the CPU does comes before how much it may
    const pillRoom = view.spins || head.w < 320 ? room : Math.max(64, room * 0.62);
    const pillW = Math.min(Math.max(64, view.pill.length * MONO + 32), pillRoom);
    const rest = room - pillW - 10;
    const budget =
      view.budget.length * MONO <= rest
        ? view.budget
        : view.budgetShort.length * MONO <= rest
          ? view.budgetShort
          : '';
    const queueRoom = rest - (budget === '' ? 0 : budget.length * MONO + 10);
    const runQueue = view.runQueue === '' || queueRoom < 70 ? '' : cut(view.runQueue, queueRoom, SMALL);
    const glyph = GLYPH_H * roomOf(boxes.poll);
    const id = `cpu-${at.cpu}`;
    return (
      <g className={`lane ctx-${name}${name === 'idle' ? ' lane--idle' : ''}`}>
        <Focusable
          group="cpus"
          id={id}
          first={first}
          target={{ kind: 'cpu', cpu: at.cpu }}
          label={view.ariaLane}
          rect={box}
          radius={7}
        >
          <Box r={box} radius={7} className="box box--card" />
          <path className="lane__edge" d={edgePath(box)} />
          <path fill={`url(#weave-${name})`} d={edgePath(box)} />
          <text className="name" x={head.x + 8} y={head.y + 16}>
            {t('host.cpu', { n: view.number })}
          </text>
          {view.node !== '' && (
            <text className="small muted" x={head.x + 8 + cpuW} y={head.y + 15.5}>
              {view.node}
            </text>
          )}
          <Pill x={pillX} y={head.y + 4} w={pillW} ctx={view.ctx} text={view.pill} spins={view.spins} />
          {runQueue !== '' && (
            <text className="small muted" x={pillX + pillW + 8} y={head.y + 15.5}>
              {runQueue}
            </text>
          )}
          {budget !== '' && (
            <text className="mono muted" x={head.x + head.w - loadW - 10} y={head.y + 15.5} textAnchor="end">
              {budget}
            </text>
          )}
          <text className="figure" x={head.x + head.w - 9} y={head.y + 16} textAnchor="end">
            {load}
          </text>
        </Focusable>
        <Part
          id={`${id}-poll`}
          r={boxes.poll}
          label={view.ariaPoll}
          target={view.queue >= 0 ? { kind: 'napi', queue: view.queue } : { kind: 'cpu', cpu: at.cpu }}
        >
          <text className="label" x={boxes.poll.x + 6} y={boxes.poll.y + 13}>
            {at.napi || view.bottomHalves ? view.pollName : t('host.lane.backlogBox')}
          </text>
          {view.work !== '' && boxes.poll.w > 84 && (
            <text
              className="mono ctxText"
              x={boxes.poll.x + boxes.poll.w - 6}
              y={boxes.poll.y + 13}
              textAnchor="end"
            >
              {view.work}
            </text>
          )}
          {view.ring !== '' && (
            <text
              className="mono muted"
              x={boxes.poll.x + boxes.poll.w - 6}
              y={boxes.poll.y + boxes.poll.h - 6}
              textAnchor="end"
            >
              {boxes.poll.w > 84 ? view.ring : view.work}
            </text>
          )}
          {view.backlog !== '' && boxes.poll.h >= 66 && (
            <text className="small muted" x={boxes.poll.x + 6} y={boxes.poll.y + boxes.poll.h - 22 - glyph}>
              {view.backlog}
            </text>
          )}
          {boxes.poll.h >= 66 && view.inHand && view.backlog === '' && (
            <text className="small muted" x={boxes.poll.x + 6} y={boxes.poll.y + boxes.poll.h - 10 - glyph}>
              {t('host.lane.frame')}
            </text>
          )}
        </Part>
        {at.gro && at.napi && (
          <Part
            id={`${id}-gro`}
            r={boxes.gro}
            label={view.ariaGro}
            target={view.queue >= 0 ? { kind: 'napi', queue: view.queue } : { kind: 'cpu', cpu: at.cpu }}
          >
            <text className="label" x={boxes.gro.x + 6} y={boxes.gro.y + 13}>
              {cut(t('host.lane.gro'), boxes.gro.w - 9, 10.5) === t('host.lane.gro')
                ? t('host.lane.gro')
                : t('host.lane.gro.short')}
            </text>
            {view.held === 0 && (
              <text className="mono faint" x={boxes.gro.x + 6} y={boxes.gro.y + 28}>
                {t('host.lane.empty')}
              </text>
            )}
          </Part>
        )}
        {at.napi && (
          <Part
            id={`${id}-list`}
            r={boxes.rxList}
            label={view.ariaList}
            target={view.queue >= 0 ? { kind: 'napi', queue: view.queue } : { kind: 'cpu', cpu: at.cpu }}
          >
            <text className="label label--tight" x={boxes.rxList.x + 5} y={boxes.rxList.y + 13}>
              {t(boxes.rxList.w < 42 ? 'host.lane.rxList.short' : 'host.lane.rxList')}
            </text>
          </Part>
        )}
        <Part
          id={`${id}-protocol`}
          r={boxes.protocol}
          label={view.ariaProtocol}
          target={{ kind: 'cpu', cpu: at.cpu }}
        >
          <Layers r={boxes.protocol} layer={view.layer} />
          {boxes.protocol.h >= 66 && view.waiting && (
            <text
              className="small muted"
              x={boxes.protocol.x + 6}
              y={boxes.protocol.y + boxes.protocol.h - 10 - glyph}
            >
              {t('host.lane.waiting')}
            </text>
          )}
        </Part>
      </g>
    );
  },
  (a, b) => a.at === b.at && a.first === b.first && sameView(a.view, b.view),
);

/** The context's colour along the left side of a lane. */
function edgePath({ x, y, h }: Rect): string {
  return `M${x + 6},${y}A6,6 0 0 0 ${x},${y + 6}V${y + h - 6}A6,6 0 0 0 ${x + 6},${y + h}Z`;
}

function Part(props: {
  id: string;
  r: Rect;
  label: string;
  target: Parameters<typeof Focusable>[0]['target'];
  children: ReactNode;
}): ReactNode {
  return (
    <Focusable
      group="cpus"
      id={props.id}
      part
      target={props.target}
      label={props.label}
      rect={props.r}
      radius={5}
    >
      <Box r={props.r} radius={5} className="box" />
      {props.children}
    </Focusable>
  );
}

const LAYERS = ['netif', 'ip', 'l4'] as const;

/** netif, ip, tcp·udp: the one that has the packet stands out. */
function Layers({ r, layer }: { r: Rect; layer: string }): ReactNode {
  const rects = layerRects(r);
  if (roomOf(r) > 1) {
    return (
      <>
        {LAYERS.map((key, i) => (
          <text
            key={key}
            className={`label layer${layer === key ? ' layer--on' : ''}`}
            x={rects[i].x + 2}
            y={rects[i].y + 10}
          >
            {t(`host.lane.${key}`)}
          </text>
        ))}
        {[0, 1, 2].map((i) => (
          <line
            key={i}
            className="hair"
            x1={rects[i].x - 1}
            x2={rects[i].x + rects[i].w + 1}
            y1={rects[i].y + rects[i].h - 1}
            y2={rects[i].y + rects[i].h - 1}
          />
        ))}
      </>
    );
  }
  if (r.w < 76) {
    return (
      <text className={`label label--tight${layer === '' ? '' : ' layer--on'}`} x={r.x + 6} y={r.y + 13}>
        {t(
          layer === '' ? 'host.lane.protocol' : layer === 'l4' ? 'host.lane.l4.short' : `host.lane.${layer}`,
        )}
      </text>
    );
  }
  return (
    <>
      {LAYERS.map((key, i) => (
        <text
          key={key}
          className={`label label--tight layer${layer === key ? ' layer--on' : ''}`}
          x={rects[i].x + 2}
          y={r.y + 13}
        >
          {t(key === 'l4' && rects[i].w < 42 ? 'host.lane.l4.short' : `host.lane.${key}`)}
        </text>
      ))}
      {[1, 2].map((i) => (
        <line
          key={i}
          className="hair"
          x1={rects[i].x - 1}
          x2={rects[i].x - 1}
          y1={r.y + 5}
          y2={r.y + Math.min(30, r.h - 5)}
        />
      ))}
    </>
  );
}

export const Strip = memo(
  function Strip({
    at,
    view,
    open,
    first,
  }: {
    at: StripLayout;
    view: CpuView;
    open: boolean;
    first: boolean;
  }): ReactNode {
    const { box } = at;
    const name = contextName(view.ctx);
    const mid = box.y + box.h / 2;
    const row = at.level === 'row';
    const nodeW = view.node === '' || box.w <= 250 ? 0 : view.node.length * 5.2 + 6;
    return (
      <Focusable
        group="strips"
        id={`strip-${at.cpu}`}
        first={first}
        target={{ kind: 'cpu', cpu: at.cpu }}
        label={view.ariaLane}
        rect={box}
        radius={4}
        tip
      >
        <g
          className={`strip ctx-${name}${open ? ' strip--open' : ''}${name === 'idle' ? ' strip--idle' : ''}`}
        >
          <Box r={box} radius={4} className="box box--strip" />
          <rect className="strip__edge" x={box.x} y={box.y} width={row ? 7 : 6} height={box.h} rx={2} />
          <rect fill={`url(#weave-${name})`} x={box.x} y={box.y} width={row ? 7 : 6} height={box.h} rx={2} />
          <text className={row ? 'name name--small' : 'mono'} x={box.x + 11} y={mid + 3.6}>
            {row ? t('host.cpu', { n: view.number }) : view.number}
          </text>
          {row && (
            <>
              {nodeW > 0 && (
                <text className="small muted" x={box.x + 54} y={mid + 3.4}>
                  {view.node}
                </text>
              )}
              <text className="mono ctxText" x={box.x + 54 + nodeW} y={mid + 3.4}>
                {cut(box.w > 250 ? view.pill : view.short, box.w * 0.56 - 58 - nodeW, SMALL, true)}
              </text>
            </>
          )}
        </g>
      </Focusable>
    );
  },
  (a, b) => a.at === b.at && a.open === b.open && a.first === b.first && sameView(a.view, b.view),
);
