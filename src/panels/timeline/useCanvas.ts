/** A canvas that is as sharp as the screen and as wide as its box; draws once a frame at most. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Width of an element in CSS pixels, kept up to date. */
/** A size of the element a ref points to, also where that element comes or changes after the first render. */
function useSize(ref: RefObject<HTMLElement | null>, of: 'clientWidth' | 'clientHeight'): number {
  const [size, setSize] = useState(0);
  const [element, setElement] = useState<HTMLElement | null>(null);
  // no list of dependencies: a ref changes without telling
  useLayoutEffect(() => {
    if (ref.current !== element) setElement(ref.current);
  });
  useLayoutEffect(() => {
    if (element === null) return;
    setSize(element[of]);
    if (typeof ResizeObserver === 'undefined') return;
    const observer = new ResizeObserver(() => setSize(element[of]));
    observer.observe(element);
    return () => observer.disconnect();
  }, [element, of]);
  return size;
}

export function useWidth(ref: RefObject<HTMLElement | null>): number {
  return useSize(ref, 'clientWidth');
}

export function useHeight(ref: RefObject<HTMLElement | null>): number {
  return useSize(ref, 'clientHeight');
}

/** Redraws `draw` on the canvas whenever it (the function) changes, in the next frame. */
export function useCanvas(
  width: number,
  height: number,
  draw: (ctx: CanvasRenderingContext2D) => void,
): RefObject<HTMLCanvasElement | null> {
  const ref = useRef<HTMLCanvasElement>(null);
  const frame = useRef(0);
  const paint = useCallback(() => {
    frame.current = 0;
    const canvas = ref.current;
    const ctx = canvas?.getContext('2d');
    if (canvas === null || ctx === null || ctx === undefined || width <= 0 || height <= 0) return;
    const ratio = window.devicePixelRatio || 1;
    const w = Math.round(width * ratio);
    const h = Math.round(height * ratio);
    if (canvas.width !== w) canvas.width = w;
    if (canvas.height !== h) canvas.height = h;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    draw(ctx);
  }, [width, height, draw]);
  useEffect(() => {
    frame.current = requestAnimationFrame(paint);
    return () => cancelAnimationFrame(frame.current);
  }, [paint]);
  return ref;
}
