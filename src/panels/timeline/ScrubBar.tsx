/** The whole run in one line: how far it is known, where the window lies, what happened where. Drag to go there. */
import { type KeyboardEvent, type PointerEvent, useCallback, useEffect, useMemo, useRef } from 'react';
import { t } from '../../i18n/index.ts';
import { useActions, useAppStore, useFeed } from '../../store/react.ts';
import { palettes } from '../../theme/colors.ts';
import { formatDuration, groupDigits } from '../shared/format.ts';
import { useCanvas, useWidth } from './useCanvas.ts';
import { useTimelineData } from './useTimelineData.ts';

const HEIGHT = 22;
const LINE_Y = 13;

export function ScrubBar() {
  const { seek, pause } = useActions();
  const feed = useFeed();
  const { duration, known, window, theme, t0 } = useAppStore((s) => ({
    duration: s.scenario.durationNs,
    known: s.scenario.knownNs,
    window: s.layout.timeWindow,
    theme: s.layout.theme,
    t0: s.playhead.moment.t,
  }));
  const whole = Math.max(1, duration);
  const area = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const width = useWidth(area);
  const view = useMemo(() => (duration > 0 ? { fromNs: 0, toNs: duration } : null), [duration]);
  const data = useTimelineData(width > 0 ? view : null, 120);

  const draw = useCallback(
    (ctx: CanvasRenderingContext2D) => {
      const palette = palettes[theme];
      const x = (ns: number) => (ns / whole) * width;
      ctx.fillStyle = palette.line;
      ctx.fillRect(0, LINE_Y, width, 4);
      ctx.fillStyle = palette.lineStrong;
      ctx.fillRect(0, LINE_Y, x(Math.min(known, whole)), 4);
      if (window !== null) {
        ctx.fillStyle = palette.accent;
        ctx.globalAlpha = 0.28;
        ctx.fillRect(x(window.fromNs), LINE_Y - 4, Math.max(3, x(window.toNs) - x(window.fromNs)), 12);
        ctx.globalAlpha = 1;
      }
      // One marker a pixel and kind: drops last, so that they lie on top.
      const colors = {
        irq: palette.contexts.hardirq,
        wakeup: palette.contexts.task,
        command: palette.accent,
        drop: palette.loss,
      } as const;
      for (const kind of ['wakeup', 'irq', 'command', 'drop'] as const) {
        ctx.fillStyle = colors[kind];
        let last = -9;
        for (const marker of data?.markers ?? []) {
          if (marker.kind !== kind) continue;
          const left = Math.round(x(marker.timeNs));
          if (left - last < (kind === 'drop' ? 3 : 6)) continue;
          last = left;
          mark(ctx, kind, left);
        }
      }
    },
    [data, theme, width, whole, known, window],
  );
  const canvas = useCanvas(width, HEIGHT, draw);

  useEffect(() => {
    const place = (ns: number) => {
      if (head.current !== null)
        head.current.style.transform = `translateX(${((ns / whole) * width).toFixed(2)}px)`;
    };
    place(feed.current?.timeNs ?? 0);
    return feed.subscribe((frame) => place(frame.timeNs));
  }, [feed, whole, width]);

  const dragging = useRef(false);
  const goTo = (event: PointerEvent) => {
    const left = area.current?.getBoundingClientRect().left ?? 0;
    const share = Math.min(1, Math.max(0, (event.clientX - left) / Math.max(1, width)));
    void seek({ t: Math.round(share * Math.min(whole, known > 0 ? whole : 1)) });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const jumps: Record<string, number> = {
      ArrowRight: whole / 100,
      ArrowLeft: -whole / 100,
      PageDown: whole / 10,
      PageUp: -whole / 10,
    };
    const now = feed.current?.timeNs ?? 0;
    if (event.key in jumps)
      void seek({ t: Math.round(Math.min(whole, Math.max(0, now + jumps[event.key]))) });
    else if (event.key === 'Home') void seek({ t: 0, seq: 0 });
    else if (event.key === 'End') void seek({ t: whole });
    else return;
    event.preventDefault();
  };
  return (
    <div
      className="scrub"
      ref={area}
      role="slider"
      tabIndex={0}
      aria-label={t('scrub.label')}
      aria-valuemin={0}
      aria-valuemax={whole}
      aria-valuenow={Math.round(t0)}
      aria-valuetext={t('scrub.value', { now: `${groupDigits(t0)} ns`, total: formatDuration(whole) })}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        dragging.current = true;
        pause();
        goTo(event);
      }}
      onPointerMove={(event) => {
        if (dragging.current) goTo(event);
      }}
      onPointerUp={() => {
        dragging.current = false;
      }}
      onPointerCancel={() => {
        dragging.current = false;
      }}
      onKeyDown={onKeyDown}
    >
      <canvas ref={canvas} style={{ inlineSize: width, blockSize: HEIGHT }} />
      <div className="scrub-head" ref={head} aria-hidden="true" />
    </div>
  );
}

/** Told apart by shape as well: a drop is a cross, an interrupt a triangle, a wake-up a dot, a command a diamond. */
function mark(ctx: CanvasRenderingContext2D, kind: 'drop' | 'irq' | 'wakeup' | 'command', x: number): void {
  ctx.beginPath();
  switch (kind) {
    case 'drop':
      ctx.strokeStyle = ctx.fillStyle;
      ctx.lineWidth = 1.5;
      ctx.moveTo(x - 2.5, 3);
      ctx.lineTo(x + 2.5, 8);
      ctx.moveTo(x + 2.5, 3);
      ctx.lineTo(x - 2.5, 8);
      ctx.stroke();
      return;
    case 'irq':
      ctx.moveTo(x, 3.5);
      ctx.lineTo(x + 2.5, 8);
      ctx.lineTo(x - 2.5, 8);
      break;
    case 'wakeup':
      ctx.arc(x, 6, 1.6, 0, 7);
      break;
    case 'command':
      ctx.moveTo(x, 1);
      ctx.lineTo(x + 4, 5);
      ctx.lineTo(x, 9);
      ctx.lineTo(x - 4, 5);
      break;
  }
  ctx.fill();
}
