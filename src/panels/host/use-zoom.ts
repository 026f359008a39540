/** Pan and zoom of the stage: drag pans, wheel or pinch zooms. A gesture never takes the focus away or eats a click. */
import { select } from 'd3-selection';
import { type D3ZoomEvent, type ZoomBehavior, type ZoomTransform, zoom, zoomIdentity } from 'd3-zoom';
import { type RefObject, useCallback, useEffect, useRef } from 'react';
import type { Rect } from '../../draw/geometry.ts';

export interface StageZoom {
  current(): ZoomTransform;
  by(factor: number): void;
  fit(): void;
  /** Zooms so that `r` (CSS pixels of the unzoomed stage) fills a good part of the view. */
  to(r: Rect): void;
  /** Pans just so far that `r` is in view. */
  reveal(r: Rect): void;
}

export function useZoom(
  box: RefObject<HTMLDivElement | null>,
  size: { width: number; height: number; content: number },
  onChange: (transform: ZoomTransform) => void,
): StageZoom {
  const behaviour = useRef<ZoomBehavior<HTMLDivElement, unknown> | null>(null);
  const transform = useRef<ZoomTransform>(zoomIdentity);
  const changed = useRef(onChange);
  changed.current = onChange;
  const dims = useRef(size);
  dims.current = size;

  useEffect(() => {
    const node = box.current;
    if (node === null) return;
    const z = zoom<HTMLDivElement, unknown>()
      .scaleExtent([1, 12])
      .clickDistance(5)
      .filter((event: Event & { ctrlKey?: boolean; button?: number }) => {
        if (event.type === 'dblclick') return false;
        if ((event.target as Element | null)?.closest?.('.stageTools') != null) return false;
        // on a page that scrolls (a phone) one finger scrolls until the map is zoomed
        if (
          event.type === 'touchstart' &&
          transform.current.k === 1 &&
          (event as TouchEvent).touches.length < 2
        )
          return false;
        return !event.button;
      })
      .on('zoom', (event: D3ZoomEvent<HTMLDivElement, unknown>) => {
        transform.current = event.transform;
        changed.current(event.transform);
      });
    behaviour.current = z;
    const selection = select(node);
    selection.call(z).on('dblclick.zoom', null);
    // d3-zoom keeps the browser from panning at all; the filter above decides instead
    node.style.removeProperty('touch-action');
    return () => {
      selection.on('.zoom', null);
      behaviour.current = null;
    };
  }, [box]);

  useEffect(() => {
    behaviour.current
      ?.extent([
        [0, 0],
        [size.width, size.height],
      ])
      .translateExtent([
        [0, 0],
        [size.width, Math.max(size.height, size.content)],
      ]);
  }, [size.width, size.height, size.content]);

  const apply = useCallback(
    (next: ZoomTransform): void => {
      const node = box.current;
      if (node !== null && behaviour.current !== null) select(node).call(behaviour.current.transform, next);
    },
    [box],
  );

  const api = useRef<StageZoom | null>(null);
  if (api.current === null) {
    api.current = {
      current: () => transform.current,
      by: (factor) => {
        const node = box.current;
        if (node !== null && behaviour.current !== null) select(node).call(behaviour.current.scaleBy, factor);
      },
      fit: () => apply(zoomIdentity),
      to: (r) => {
        const { width, height } = dims.current;
        const k = Math.max(1, Math.min(6, (width * 0.6) / r.w, (height * 0.6) / r.h));
        apply(
          zoomIdentity.translate(width / 2 - k * (r.x + r.w / 2), height / 2 - k * (r.y + r.h / 2)).scale(k),
        );
      },
      reveal: (r) => {
        const { width, height } = dims.current;
        const { k, x, y } = transform.current;
        if (k === 1) return;
        const left = x + k * r.x;
        const top = y + k * r.y;
        const dx = left < 0 ? 12 - left : left + k * r.w > width ? width - 12 - left - k * r.w : 0;
        const dy = top < 0 ? 12 - top : top + k * r.h > height ? height - 12 - top - k * r.h : 0;
        if (dx !== 0 || dy !== 0) apply(zoomIdentity.translate(x + dx, y + dy).scale(k));
      },
    };
  }
  return api.current;
}
