/**
 * The plots of a connection over one axis of time: its bytes, with every segment, ACK and SACK block a thing that can be chosen;
 * its congestion window; ACKs a second; what the link carries. Left and right walk over what a plot shows, up and down choose it.
 */
import { scaleLinear } from 'd3-scale';
import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { t } from '../../i18n/index.ts';
import type { Transfer, TransferRates } from '../../protocol/messages.ts';
import type { SceneMap } from '../../protocol/scene.ts';
import { useActions, useAppStore, useFeed } from '../../store/react.ts';
import { formatDuration, formatShort, groupDigits } from '../shared/format.ts';
import { reasonSentence } from '../shared/sentence.ts';
import { timeTicks } from '../timeline/axis.ts';
import { useCanvas, useHeight, useWidth } from '../timeline/useCanvas.ts';
import { useWheelZoom } from '../timeline/useWheelZoom.ts';
import { clampWindow, isWhole, keyWindow, type TimeWindow } from '../timeline/window.ts';
import { drawTransfer, type Focus, type Plot } from './draw.ts';
import {
  ackRate,
  type BarKind,
  binAt,
  byteRange,
  cwndAt,
  nearest,
  type Point,
  pointsOf,
  rowsOf,
  tallest,
} from './plot.ts';
import { useTransfer } from './use-transfer.ts';

const REACH_PX = 10;

/** @param onTell what the header says: what has been walked to, or what is left out */
export function BytesPlot({
  flow,
  hidden,
  onTell,
}: {
  flow: number;
  hidden: boolean;
  onTell(text: string): void;
}) {
  const actions = useActions();
  const feed = useFeed();
  const { map, duration, stored, theme, target } = useAppStore((s) => ({
    map: s.scenario.map,
    duration: s.scenario.durationNs,
    stored: s.layout.timeWindow,
    theme: s.layout.theme,
    target: s.selection.target,
  }));
  const whole = Math.max(duration, 1);
  const view = useMemo<TimeWindow>(
    () => (stored === null ? { fromNs: 0, toNs: whole } : clampWindow(stored, whole)),
    [stored, whole],
  );
  const setView = useCallback(
    (next: TimeWindow) => actions.setTimeWindow(isWhole(next, whole) ? null : next),
    [actions, whole],
  );
  const area = useRef<HTMLDivElement>(null);
  const plots = useRef<HTMLDivElement>(null);
  const width = useWidth(plots);
  const height = useHeight(plots);
  useWheelZoom(area, view, whole, setView);
  const data = useTransfer(flow, view, width);
  const points = useMemo(() => (data === null ? [] : pointsOf(data)), [data]);
  const [walk, setWalk] = useState<{ at: 'points' | BarKind; index: number } | null>(null);
  const [hover, setHover] = useState<{ x: number; y: number } | null>(null);
  const chosen = useMemo(
    () => (target?.kind === 'packet' ? (points.find((p) => p.packet === target.packet) ?? null) : null),
    [points, target],
  );
  const walked = useMemo(
    () => (data === null ? null : focusOf(walk, points, data.rates)),
    [data, walk, points],
  );
  const host = hostOf(map, flow);

  const plot = useMemo<Plot>(
    () => plotOf(data, view, width, height, theme),
    [data, view, width, height, theme],
  );
  const focus = useMemo<Focus | null>(
    () => walked ?? (chosen === null ? null : { point: chosen }),
    [walked, chosen],
  );
  const draw = useCallback(
    (ctx: CanvasRenderingContext2D) => {
      if (data !== null) drawTransfer(ctx, plot, data, points, focus);
    },
    [plot, data, points, focus],
  );
  const canvas = useCanvas(width, height, draw);

  const head = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const place = (timeNs: number) => {
      const element = head.current;
      if (element === null) return;
      const x = plot.x(timeNs);
      element.style.transform = `translateX(${x.toFixed(2)}px)`;
      element.style.visibility = x < -1 || x > width + 1 ? 'hidden' : 'visible';
    };
    if (feed.current !== null) place(feed.current.timeNs);
    return feed.subscribe((frame) => place(frame.timeNs));
  }, [feed, plot, width]);

  const medium = data === null ? 'none' : mediumOf(map, data.rates);
  const said =
    walked === null || data === null
      ? thinned(data?.every ?? 1)
      : 'point' in walked
        ? sentence(walked.point)
        : barSentence(data.rates, walked.bars, walked.bin, host, medium);
  useEffect(() => onTell(said), [said, onTell]);

  const go = (point: Point): void => {
    actions.select({ kind: 'packet', packet: point.packet });
    void actions.seek({ t: point.timeNs, seq: point.seq });
  };
  const local = (event: PointerEvent) => {
    const box = plots.current?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  };
  const under = hover === null ? null : nearest(points, plot.x, plot.y[0], hover, REACH_PX);

  const onKeyDown = (event: KeyboardEvent) => {
    if (data === null || event.altKey || event.ctrlKey || event.metaKey) return;
    const now = feed.current?.timeNs ?? view.fromNs;
    const inView = now >= view.fromNs && now <= view.toNs;
    const zoomed = keyWindow(event.key, view, whole, inView ? now : (view.fromNs + view.toNs) / 2);
    const kinds = (['points', 'acks', 'link'] as const).slice(0, plot.rows.length - 1);
    const at = walk?.at ?? 'points';
    const count = at === 'points' ? points.length : data.rates.acks.length;
    const moves: Record<string, number> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      PageDown: 20,
      PageUp: -20,
      Home: -count,
      End: count,
    };
    /** Where a walk begins: at the moment shown. */
    const start = (kind: 'points' | BarKind): number =>
      kind === 'points'
        ? Math.max(
            0,
            points.findIndex((p) => p.timeNs >= now),
          )
        : Math.max(0, binAt(data.rates, now));
    if (zoomed !== null) setView(zoomed);
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const by = event.key === 'ArrowDown' ? 1 : -1;
      const next = kinds[Math.max(0, Math.min(kinds.length - 1, kinds.indexOf(at) + by))];
      // the bar below a point, and the other way round
      const bin =
        walked === null
          ? start(next)
          : 'point' in walked
            ? binAt(data.rates, walked.point.timeNs)
            : walked.bin;
      if (next !== at)
        setWalk({
          at: next,
          index:
            next === 'points'
              ? Math.max(
                  0,
                  points.findIndex((p) => binAt(data.rates, p.timeNs) >= bin),
                )
              : Math.max(0, bin),
        });
    } else if (event.key in moves && count > 0) {
      const next = walk === null ? start(at) : walk.index + moves[event.key];
      setWalk({ at, index: Math.max(0, Math.min(count - 1, next)) });
    } else if (event.key === 'Enter' && walked !== null) {
      if ('point' in walked) go(walked.point);
      else void actions.seek({ t: Math.max(0, data.rates.firstNs + walked.bin * data.rates.binNs) });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const bin = data === null ? '' : formatDuration(data.rates.binNs);
  const most = data === null ? { acks: 0, link: 0 } : tallest(data.rates);
  const names = [
    '',
    t('transfer.cwnd'),
    t('transfer.acks', { bin }),
    medium === 'none' ? '' : t(`transfer.${medium}`, { bin, host }),
  ];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a picture whose points are walked is no fieldset
    <div
      className="transfer-area"
      hidden={hidden}
      ref={area}
      role="group"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: its points are walked with the arrow keys
      tabIndex={0}
      aria-label={t('transfer.area', {
        segments: data?.segments.length ?? 0,
        again: data?.segments.filter((s) => s.again).length ?? 0,
        acks: data?.acks.length ?? 0,
        from: formatDuration(view.fromNs),
        to: formatDuration(view.toNs),
        bin,
        rate: groupDigits(most.acks),
        link: medium === 'none' ? '' : t(`transfer.area.${medium}`, { bytes: groupDigits(most.link) }),
      })}
      onKeyDown={onKeyDown}
      onBlur={() => setWalk(null)}
      onPointerMove={(event) => setHover(local(event))}
      onPointerLeave={() => setHover(null)}
      onClick={() => {
        if (under !== null) go(under);
      }}
    >
      <div className="time-axis" aria-hidden="true">
        {timeTicks(view, width).map((tick) => (
          <span
            key={tick.at}
            className="tick"
            style={{ transform: `translateX(${plot.x(tick.at).toFixed(1)}px)` }}
          >
            {tick.label}
          </span>
        ))}
      </div>
      <div className="transfer-plots" ref={plots}>
        <canvas ref={canvas} style={{ inlineSize: width, blockSize: height }} />
        {plot.rows.map((row, i) =>
          data === null || names[i] === '' ? null : (
            <p
              key={names[i]}
              className="transfer-name"
              style={{ insetBlockStart: row.top - 1 }}
              aria-hidden="true"
            >
              {names[i]}
            </p>
          ),
        )}
        {hover !== null && data !== null && (
          <Card x={hover.x} width={width}>
            <MomentRows
              data={data}
              at={plotTime(plot, hover.x, view)}
              under={under}
              host={medium === 'none' ? null : host}
            />
          </Card>
        )}
        {hover === null && walked !== null && data !== null && (
          <Card x={plot.x(focusTime(walked, data.rates))} width={width}>
            <p>{said}</p>
          </Card>
        )}
      </div>
      <div className="playhead" ref={head} aria-hidden="true" />
    </div>
  );
}

function focusOf(
  walk: { at: 'points' | BarKind; index: number } | null,
  points: readonly Point[],
  rates: TransferRates,
): Focus | null {
  if (walk === null) return null;
  if (walk.at !== 'points') return { bars: walk.at, bin: Math.min(walk.index, rates.acks.length - 1) };
  const point = points[Math.min(walk.index, points.length - 1)];
  return point === undefined ? null : { point };
}

function plotOf(
  data: Transfer | null,
  view: TimeWindow,
  width: number,
  height: number,
  theme: Plot['theme'],
): Plot {
  const textPx = theme === 'projector' ? 15 : 11;
  const rows = rowsOf(height, data !== null && data.rates.way >= 0);
  const range = data === null ? { from: 0, to: 1 } : byteRange(data);
  const most = data === null ? { acks: 0, link: 0 } : tallest(data.rates);
  const cwnd = Math.max(2, ...(data?.cwnd.map((c) => c.cwnd) ?? []));
  const y = [
    scaleLinear([range.from, range.to], [rows[0].height, 0]),
    // a lower plot's name stands above its lines
    ...[cwnd, Math.max(1, most.acks), Math.max(1, most.link)]
      .slice(0, rows.length - 1)
      .map((top, i) =>
        scaleLinear([0, top], [rows[i + 1].top + rows[i + 1].height, rows[i + 1].top + textPx * 1.3]),
      ),
  ];
  const bytes = (at: number): string => t('transfer.bytes', { n: beforeUnit(formatShort(at)) });
  return {
    width,
    rows,
    x: scaleLinear([view.fromNs, view.toNs], [0, Math.max(1, width)]),
    y,
    ticks: y.map((scale, i) => {
      const label = i === 0 || i === 3 ? bytes : formatShort;
      // of bars, and where there is little room, the tallest
      const at =
        i === 0
          ? scale.ticks(Math.max(2, Math.floor(rows[0].height / 44)))
          : i > 1 || rows[i].height < 60
            ? scale.domain().slice(1)
            : scale.ticks(2);
      return at.map((value) => ({ at: value, label: label(value) }));
    }),
    theme,
    textPx,
  };
}

/** 10 k before a unit is one word with it (10 kB), 5000 is not. */
function beforeUnit(short: string): string {
  return /[kMG]$/.test(short) ? short : `${short}\u00a0`;
}

function plotTime(plot: Plot, x: number, view: TimeWindow): number {
  return view.fromNs + (x / Math.max(1, plot.width)) * (view.toNs - view.fromNs);
}

/** Name of the host that sends on a connection. */
function hostOf(map: SceneMap | null, flow: number): string {
  const host = map?.transfers.find((item) => item.flow === flow)?.host;
  return host === undefined ? '' : (map?.hosts[host]?.id ?? '');
}

function mediumOf(map: SceneMap | null, rates: TransferRates): 'wire' | 'air' | 'none' {
  const way = map?.ways[rates.way];
  return way === undefined ? 'none' : way.wlan > 0 ? 'air' : 'wire';
}

/** The moment a point or a bar is at. */
function focusTime(focus: Focus, rates: TransferRates): number {
  return 'point' in focus ? focus.point.timeNs : rates.firstNs + (focus.bin + 0.5) * rates.binNs;
}

/** Words beside a place of the plots, on the side where there is room. */
function Card({ x, width, children }: { x: number; width: number; children: ReactNode }) {
  return (
    <div
      className="hover-card"
      aria-hidden="true"
      style={x > width / 2 ? { insetInlineEnd: width - x + 10 } : { insetInlineStart: x + 10 }}
    >
      {children}
    </div>
  );
}

/** What there is to say of a moment. */
function MomentRows({
  data,
  at,
  under,
  host,
}: {
  data: Transfer;
  at: number;
  under: Point | null;
  /** Sender, where its data goes over a link. */
  host: string | null;
}) {
  const cwnd = cwndAt(data, under?.timeNs ?? at);
  const why = cwnd === null ? null : reasonSentence(cwnd.reason);
  const { rates } = data;
  const bin = binAt(rates, at);
  const length = formatDuration(rates.binNs);
  return (
    <>
      <p className="mono">{groupDigits(at)} ns</p>
      {under !== null && <p>{sentence(under)}</p>}
      {cwnd !== null && <p>{t('transfer.cwndIs', { n: cwnd.cwnd })}</p>}
      {why !== null && <p className="muted">{why}</p>}
      {bin >= 0 && <p>{t('transfer.rates', { acks: rates.acks[bin], bin: length })}</p>}
      {bin >= 0 && host !== null && (
        <p>
          {t('transfer.rates.link', {
            out: groupDigits(rates.out[bin]),
            back: groupDigits(rates.back[bin]),
            host,
            bin: length,
          })}
        </p>
      )}
    </>
  );
}

function thinned(every: number): string {
  return every > 1 ? t('transfer.thinned', { every }) : t('transfer.hint');
}

/** What a point is, in words. */
function sentence(p: Point): string {
  return t(`transfer.point.${p.kind}`, {
    packet: p.packet,
    from: groupDigits(p.from),
    to: groupDigits(p.to),
    bytes: groupDigits(p.to - p.from),
    at: formatDuration(p.timeNs),
  });
}

/** What a bar stands for, in words. */
function barSentence(
  rates: TransferRates,
  bars: BarKind,
  bin: number,
  host: string,
  medium: 'wire' | 'air' | 'none',
): string {
  const fromNs = rates.firstNs + bin * rates.binNs;
  const span = { from: groupDigits(fromNs), to: groupDigits(fromNs + rates.binNs) };
  if (bars === 'acks' || medium === 'none')
    return t('transfer.bar.acks', { ...span, n: rates.acks[bin], rate: groupDigits(ackRate(rates, bin)) });
  return t(`transfer.bar.${medium}`, {
    ...span,
    out: groupDigits(rates.out[bin]),
    back: groupDigits(rates.back[bin]),
    host,
  });
}
