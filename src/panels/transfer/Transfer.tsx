/**
 * A TCP connection's transfer: bytes over time, with every segment, ACK and SACK block a thing that can be chosen; below, its
 * congestion window and the ACKs that came. It shows the same part of time as the timeline.
 */
import './transfer.css';
import { scaleLinear } from 'd3-scale';
import {
  type KeyboardEvent,
  type PointerEvent,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { t } from '../../i18n/index.ts';
import { useActions, useAppStore, useFeed } from '../../store/react.ts';
import { IconButton, Segmented } from '../shared/controls.tsx';
import { formatDuration, formatShort, groupDigits } from '../shared/format.ts';
import { CloseIcon } from '../shared/icons.tsx';
import { reasonSentence } from '../shared/sentence.ts';
import { useCanvas, useHeight, useWidth } from '../timeline/useCanvas.ts';
import { clampWindow, type TimeWindow } from '../timeline/window.ts';
import { drawTransfer, type Plot } from './draw.ts';
import { Layers } from './Layers.tsx';
import { byteRange, cwndAt, nearest, type Point, pointsOf } from './plot.ts';
import { useTransfer } from './use-transfer.ts';

const REACH_PX = 10;
const GAP = 10;

export default function Transfer() {
  const actions = useActions();
  const feed = useFeed();
  const { map, duration, stored, theme, target } = useAppStore((s) => ({
    map: s.scenario.map,
    duration: s.scenario.durationNs,
    stored: s.layout.timeWindow,
    theme: s.layout.theme,
    target: s.selection.target,
  }));
  const transfers = map?.transfers ?? [];
  const [wanted, setFlow] = useState(0);
  const flow = transfers.some((x) => x.flow === wanted) ? wanted : (transfers[0]?.flow ?? 0);
  const whole = Math.max(duration, 1);
  const view = useMemo<TimeWindow>(
    () => (stored === null ? { fromNs: 0, toNs: whole } : clampWindow(stored, whole)),
    [stored, whole],
  );
  const data = useTransfer(flow, view);
  const points = useMemo(() => (data === null ? [] : pointsOf(data)), [data]);
  const [shown, setShown] = useState<'bytes' | 'layers'>('bytes');
  const area = useRef<HTMLDivElement>(null);
  const width = useWidth(area);
  const height = useHeight(area);
  const [focus, setFocus] = useState<number | null>(null);
  const [hover, setHover] = useState<{ x: number; y: number } | null>(null);
  const chosen = useMemo(
    () => (target?.kind === 'packet' ? (points.find((p) => p.packet === target.packet) ?? null) : null),
    [points, target],
  );
  const focused = focus === null ? null : (points[Math.min(focus, points.length - 1)] ?? null);

  const plot = useMemo<Plot>(() => {
    const textPx = theme === 'projector' ? 15 : 11;
    const lower = Math.max(44, Math.round(height * 0.3));
    const upper = Math.max(40, height - lower - GAP);
    const x = scaleLinear([view.fromNs, view.toNs], [0, Math.max(1, width)]);
    const range = data === null ? { from: 0, to: 1 } : byteRange(data);
    const y = scaleLinear([range.from, range.to], [upper, 0]);
    const most = Math.max(2, ...(data?.cwnd.map((c) => c.cwnd) ?? []));
    // the lower plot's name stands above its lines
    const yCwnd = scaleLinear([0, most], [upper + GAP + lower, upper + GAP + textPx * 1.6]);
    return {
      width,
      upper,
      gap: GAP,
      lower,
      x,
      y,
      yCwnd,
      yTicks: y
        .ticks(Math.max(2, Math.floor(upper / 44)))
        .map((at) => ({ at, label: t('transfer.bytes', { n: beforeUnit(formatShort(at)) }) })),
      cwndTicks: yCwnd.ticks(2).map((at) => ({ at, label: formatShort(at) })),
      theme,
      textPx,
    };
  }, [data, view, width, height, theme]);
  const draw = useCallback(
    (ctx: CanvasRenderingContext2D) => {
      if (data !== null) drawTransfer(ctx, plot, data, points, focused ?? chosen);
    },
    [plot, data, points, focused, chosen],
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

  const go = (point: Point): void => {
    actions.select({ kind: 'packet', packet: point.packet });
    void actions.seek({ t: point.timeNs, seq: point.seq });
  };
  const local = (event: PointerEvent) => {
    const box = area.current?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  };
  const under = hover === null ? null : nearest(points, plot.x, plot.y, hover, REACH_PX);
  const onKeyDown = (event: KeyboardEvent) => {
    if (points.length === 0) return;
    const now = feed.current?.timeNs ?? view.fromNs;
    const start = Math.max(
      0,
      points.findIndex((p) => p.timeNs >= now),
    );
    const moves: Record<string, number> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      PageDown: 20,
      PageUp: -20,
      Home: -points.length,
      End: points.length,
    };
    if (event.key in moves) {
      const next = focus === null ? start : focus + moves[event.key];
      setFocus(Math.max(0, Math.min(points.length - 1, next)));
    } else if (event.key === 'Enter' && focused !== null) go(focused);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  if (map === null) return <section className="transfer" />;
  return (
    <section className="transfer" aria-label={t('transfer.title')}>
      <header className="drawer-head">
        <h2>{t('transfer.title')}</h2>
        <Segmented
          name="transfer-view"
          label={t('transfer.view')}
          value={shown}
          choices={[
            { value: 'bytes', label: t('transfer.view.bytes') },
            { value: 'layers', label: t('transfer.view.layers') },
          ]}
          onChange={setShown}
        />
        {shown === 'bytes' && transfers.length > 1 && (
          <select
            aria-label={t('transfer.connection')}
            value={flow}
            onChange={(event) => setFlow(Number(event.target.value))}
          >
            {transfers.map((item) => (
              <option key={item.flow} value={item.flow}>
                {item.text}
              </option>
            ))}
          </select>
        )}
        {shown === 'bytes' && <Legend flow={flow} />}
        <p className="drawer-hint muted" aria-live="polite">
          {shown === 'layers' ? '' : focused === null ? thinned(data?.every ?? 1) : sentence(focused)}
        </p>
        <IconButton
          label={t('transfer.close')}
          keys="X"
          look="quiet"
          onClick={() => actions.togglePanel('transfer', false)}
        >
          <CloseIcon />
        </IconButton>
      </header>
      {shown === 'layers' && <Layers />}
      {transfers.length === 0 ? (
        shown === 'bytes' && <p className="muted transfer-none">{t('transfer.none')}</p>
      ) : (
        // biome-ignore lint/a11y/useSemanticElements: a picture whose points are walked is no fieldset
        <div
          className="transfer-area"
          hidden={shown === 'layers'}
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
          })}
          onKeyDown={onKeyDown}
          onBlur={() => setFocus(null)}
          onPointerMove={(event) => setHover(local(event))}
          onPointerLeave={() => setHover(null)}
          onClick={() => {
            if (under !== null) go(under);
          }}
        >
          <canvas ref={canvas} style={{ inlineSize: width, blockSize: height }} />
          <p className="transfer-lower-name" style={{ insetBlockStart: plot.upper + GAP }} aria-hidden="true">
            {t('transfer.cwnd')}
          </p>
          <div className="playhead" ref={head} aria-hidden="true" />
          {hover !== null && data !== null && (
            <div
              className="hover-card"
              style={
                hover.x > width - 260
                  ? { insetInlineEnd: width - hover.x + 10 }
                  : { insetInlineStart: hover.x + 10 }
              }
            >
              <p className="mono">
                {groupDigits(view.fromNs + (hover.x / Math.max(1, width)) * (view.toNs - view.fromNs))} ns
              </p>
              {under !== null && <p>{sentence(under)}</p>}
              <CwndRow data={data} at={under?.timeNs ?? plotTime(plot, hover.x, view)} />
            </div>
          )}
        </div>
      )}
    </section>
  );
}

/** 10 k before a unit is one word with it (10 kB), 5000 is not. */
function beforeUnit(short: string): string {
  return /[kMG]$/.test(short) ? short : `${short}\u00a0`;
}

function plotTime(plot: Plot, x: number, view: TimeWindow): number {
  return view.fromNs + (x / Math.max(1, plot.width)) * (view.toNs - view.fromNs);
}

function CwndRow({ data, at }: { data: NonNullable<ReturnType<typeof useTransfer>>; at: number }) {
  const cwnd = cwndAt(data, at);
  if (cwnd === null) return null;
  const why = reasonSentence(cwnd.reason);
  return (
    <>
      <p>{t('transfer.cwndIs', { n: cwnd.cwnd })}</p>
      {why !== null && <p className="muted">{why}</p>}
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

function Legend({ flow }: { flow: number }) {
  return (
    <ul className="transfer-legend" aria-label={t('transfer.legend')}>
      <li>
        <span className={`sign sign-data flow-${(Math.max(1, flow) - 1) % 6}`} />
        {t('transfer.data')}
      </li>
      <li>
        <span className="sign sign-again">×</span>
        {t('transfer.again')}
      </li>
      <li>
        <span className="sign sign-ack" />
        {t('transfer.ack')}
      </li>
      <li>
        <span className="sign sign-sack" />
        {t('transfer.sack')}
      </li>
      <li>
        <span className="sign sign-window" />
        {t('transfer.window')}
      </li>
    </ul>
  );
}
