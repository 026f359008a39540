/**
 * Who has each CPU, when: one row a CPU, coloured by context, with the charts of the same span below. Wheel zooms, drag
 * pans, drag with Shift marks a span, a click goes there; with the keyboard + − 0 [ ].
 */
import {
  type KeyboardEvent,
  type PointerEvent,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { CONTEXTS } from '../../catalog/contexts.ts';
import { t } from '../../i18n/index.ts';
import { useActions, useAppStore, useFeed } from '../../store/react.ts';
import { ChartNames, Charts, chartValuesAt } from '../charts/Charts.tsx';
import { seriesOf } from '../charts/series.ts';
import { formatDuration, groupDigits } from '../shared/format.ts';
import { contextLabel, cpuLabel, taskLabel } from '../shared/sentence.ts';
import { timeTicks } from './axis.ts';
import { drawRows, fitRows, hitRows, type RowHit, type RowsGeometry, rowsHeight } from './draw-rows.ts';
import { useCanvas, useWidth } from './useCanvas.ts';
import { useTimelineData } from './useTimelineData.ts';
import { useWheelZoom } from './useWheelZoom.ts';
import {
  clampWindow,
  isWhole,
  keyWindow,
  panWindow,
  revealIn,
  type TimeWindow,
  zoomWindow,
} from './window.ts';

const ROWS_ROOM = 92;
const BIN_PX = 2;
const DRAG_PX = 4;

export function Timeline() {
  const actions = useActions();
  const feed = useFeed();
  const { map, duration, stored, theme, known, showCharts, target, playing } = useAppStore((s) => ({
    map: s.scenario.map,
    duration: s.scenario.durationNs,
    stored: s.layout.timeWindow,
    theme: s.layout.theme,
    known: s.scenario.knownNs,
    showCharts: s.layout.panels.charts && s.layout.density !== 'overview',
    target: s.selection.target,
    playing: s.playhead.playing,
  }));
  const whole = Math.max(duration, 1);
  const view = useMemo<TimeWindow>(
    () => (stored === null ? { fromNs: 0, toNs: whole } : clampWindow(stored, whole)),
    [stored, whole],
  );
  const area = useRef<HTMLDivElement>(null);
  const width = useWidth(area);
  const bins = Math.min(1200, Math.max(60, Math.floor(width / BIN_PX / 20) * 20));
  const data = useTimelineData(width > 0 ? view : null, bins);
  const series = useMemo(() => (data === null ? null : seriesOf(data)), [data]);
  const rows = map?.cpus.length ?? 0;
  const geometry = useMemo<RowsGeometry>(() => ({ width, rows, ...fitRows(rows, ROWS_ROOM) }), [width, rows]);
  const height = rowsHeight(geometry);
  const draw = useCallback(
    (ctx: CanvasRenderingContext2D) => drawRows(ctx, geometry, data, view, theme),
    [geometry, data, view, theme],
  );
  const canvas = useCanvas(width, height, draw);
  const scale = width / (view.toNs - view.fromNs);

  const setView = useCallback(
    (next: TimeWindow) => actions.setTimeWindow(isWhole(next, whole) ? null : next),
    [actions, whole],
  );

  // The playhead moves each frame without rendering; a window that plays past its edge moves along.
  const head = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const place = (timeNs: number) => {
      const element = head.current;
      if (element === null) return;
      const x = (timeNs - view.fromNs) * scale;
      element.style.transform = `translateX(${x.toFixed(2)}px)`;
      element.style.visibility = x < -1 || x > width + 1 ? 'hidden' : 'visible';
    };
    if (feed.current !== null) place(feed.current.timeNs);
    return feed.subscribe((frame) => {
      place(frame.timeNs);
      if (stored !== null && (frame.timeNs < view.fromNs || frame.timeNs > view.toNs)) {
        setView(revealIn(view, whole, frame.timeNs));
      }
    });
  }, [feed, view, scale, width, stored, whole, setView]);

  useWheelZoom(area, view, whole, setView);

  const drag = useRef<{ x: number; view: TimeWindow; mark: boolean; moved: boolean } | null>(null);
  const [mark, setMark] = useState<{ from: number; to: number } | null>(null);
  const [hover, setHover] = useState<{ x: number; y: number } | null>(null);

  const localX = (event: PointerEvent) => event.clientX - (area.current?.getBoundingClientRect().left ?? 0);
  const localY = (event: PointerEvent) => event.clientY - (canvas.current?.getBoundingClientRect().top ?? 0);

  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { x: localX(event), view, mark: event.shiftKey, moved: false };
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const x = localX(event);
    const started = drag.current;
    if (started !== null) {
      if (Math.abs(x - started.x) >= DRAG_PX) started.moved = true;
      if (!started.moved) return;
      setHover(null);
      if (started.mark) setMark({ from: started.x, to: x });
      else setView(panWindow(started.view, whole, -(x - started.x) / scale));
      return;
    }
    setHover({ x, y: localY(event) });
  };
  const onPointerUp = (event: PointerEvent<HTMLDivElement>) => {
    const started = drag.current;
    drag.current = null;
    setMark(null);
    if (started === null) return;
    const x = localX(event);
    if (!started.moved) {
      void actions.seek({ t: Math.max(0, Math.min(Math.round(view.fromNs + x / scale), known || whole)) });
    } else if (started.mark) {
      const a = view.fromNs + Math.min(started.x, x) / scale;
      const b = view.fromNs + Math.max(started.x, x) / scale;
      setView(clampWindow({ fromNs: a, toNs: b }, whole));
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = feed.current?.timeNs ?? view.fromNs;
    const middle = at >= view.fromNs && at <= view.toNs ? at : (view.fromNs + view.toNs) / 2;
    const next = keyWindow(event.key, view, whole, middle);
    if (next === null) return;
    setView(next);
    event.preventDefault();
  };

  if (map === null) return <div className="timeline timeline-empty" />;
  const hoverAt = hover === null ? 0 : view.fromNs + hover.x / scale;
  const tickRow = timeTicks(view, width);
  const selectedCpu = target?.kind === 'cpu' ? target.cpu : -1;
  const labelStep = Math.max(1, Math.ceil(11 / (geometry.rowHeight + geometry.gap)));

  return (
    <section className={`timeline ${playing ? 'is-playing' : ''}`} aria-label={t('timeline.title')}>
      <div className="timeline-gutter" style={{ paddingBlockStart: 18 }}>
        {map.cpus.map((cpu) => (
          <button
            key={cpu.index}
            type="button"
            className={`cpu-label ${selectedCpu === cpu.index ? 'is-selected' : ''}`}
            style={{ blockSize: geometry.rowHeight, marginBlockEnd: geometry.gap }}
            onClick={() => actions.select({ kind: 'cpu', cpu: cpu.index })}
            tabIndex={cpu.index === 0 || rows <= 8 ? 0 : -1}
            aria-label={t('cpu.label', { cpu: cpuLabel(map, cpu.index) })}
          >
            {cpu.index % labelStep === 0 ? t('cpu.label', { cpu: cpuLabel(map, cpu.index) }) : ''}
          </button>
        ))}
        {showCharts && <ChartNames series={series} />}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: pictures that pan and zoom together are no fieldset */}
      <div
        className="timeline-area"
        ref={area}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: takes the zoom keys
        tabIndex={0}
        role="group"
        aria-label={t('timeline.area', {
          from: formatDuration(view.fromNs),
          to: formatDuration(view.toNs),
          count: rows,
        })}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={() => {
          drag.current = null;
          setMark(null);
        }}
        onPointerLeave={() => setHover(null)}
        onDoubleClick={(event) => {
          const x = event.clientX - (area.current?.getBoundingClientRect().left ?? 0);
          setView(zoomWindow(view, whole, 0.35, view.fromNs + x / scale));
        }}
        onKeyDown={onKeyDown}
      >
        <div className="time-axis" aria-hidden="true">
          {tickRow.map((tick) => (
            <span
              key={tick.at}
              className="tick"
              style={{ transform: `translateX(${((tick.at - view.fromNs) * scale).toFixed(1)}px)` }}
            >
              {tick.label}
            </span>
          ))}
        </div>
        <canvas ref={canvas} style={{ inlineSize: width, blockSize: height }} />
        {showCharts && <Charts series={series} view={view} width={width} />}
        {known < whole && (
          <div
            className="unknown-time"
            style={{ insetInlineStart: Math.max(0, Math.min(width, (known - view.fromNs) * scale)) }}
            title={t('timeline.unknown')}
          />
        )}
        {hover !== null && <div className="hover-line" style={{ transform: `translateX(${hover.x}px)` }} />}
        {mark !== null && (
          <div
            className="mark-span"
            style={{
              insetInlineStart: Math.min(mark.from, mark.to),
              inlineSize: Math.abs(mark.to - mark.from),
            }}
          />
        )}
        <div className="playhead" ref={head} aria-hidden="true" />
        {hover !== null && (
          <HoverCard
            x={hover.x}
            at={hoverAt}
            hit={hitRows(geometry, data, hoverAt, hover.y)}
            width={width}
            values={series === null || !showCharts ? [] : chartValuesAt(series, hoverAt)}
          />
        )}
      </div>
    </section>
  );
}

function HoverCard({
  x,
  at,
  hit,
  width,
  values,
}: {
  x: number;
  at: number;
  hit: RowHit | null;
  width: number;
  values: readonly [string, string, string][];
}) {
  const map = useAppStore((s) => s.scenario.map);
  if (map === null) return null;
  return (
    <div
      className="hover-card"
      style={x > width - 220 ? { insetInlineEnd: width - x + 10 } : { insetInlineStart: x + 10 }}
    >
      <p className="mono">{groupDigits(at)} ns</p>
      {hit === null &&
        values.map(([look, name, value]) => (
          <p className="hover-row" key={name}>
            <b className={look}>{name}</b>
            <span className="muted">{value}</span>
          </p>
        ))}
      {hit !== null && (
        <>
          <p>{t('cpu.label', { cpu: cpuLabel(map, hit.cpu) })}</p>
          {hit.kind === 'span' ? (
            <p className="hover-row">
              <span className={`swatch ctx-fill ctx-${CONTEXTS[hit.ctx]}`} />
              {contextLabel(hit.ctx)}
              {hit.task > 0 && ` · ${taskLabel(map, hit.task)}`}
              {hit.lock >= 0 && ` · ${t('timeline.waitsFor', { lock: map.locks[hit.lock]?.name ?? '' })}`}
              <span className="muted">{formatDuration(hit.toNs - hit.fromNs)}</span>
            </p>
          ) : (
            hit.shares.map((share) => (
              <p className="hover-row" key={share.ctx}>
                <span className={`swatch ctx-fill ctx-${CONTEXTS[share.ctx]}`} />
                {contextLabel(share.ctx)}
                <span className="muted">{Math.round(share.share * 100)} %</span>
              </p>
            ))
          )}
          {hit.kind === 'bin' && hit.waits >= 0.005 && (
            <p className="hover-row">
              <span className="swatch swatch--waits" />
              {t('timeline.waits')}
              <span className="muted">{Math.round(hit.waits * 100)} %</span>
            </p>
          )}
        </>
      )}
    </div>
  );
}

/** What the colours mean: under the rows where there is room, and in the help. */
export function ContextLegend() {
  return (
    <ul className="context-legend" aria-label={t('timeline.legend')}>
      {CONTEXTS.filter((name) => name !== 'idle').map((name) => (
        <li key={name}>
          <span className={`swatch ctx-fill ctx-${name}`} />
          {t(`context.${name}`)}
        </li>
      ))}
      <li>
        <span className="swatch swatch--waits" />
        {t('timeline.waits')}
      </li>
    </ul>
  );
}
