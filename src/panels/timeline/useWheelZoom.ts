/** The wheel zooms a view of time where the pointer is; sideways it pans. */
import { type RefObject, useEffect } from 'react';
import { panWindow, type TimeWindow, zoomWindow } from './window.ts';

export function useWheelZoom(
  area: RefObject<HTMLElement | null>,
  view: TimeWindow,
  whole: number,
  setView: (next: TimeWindow) => void,
): void {
  // no list of dependencies: an area that comes later is listened to as well
  useEffect(() => {
    const element = area.current;
    if (element === null) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const { left, width } = element.getBoundingClientRect();
      const span = view.toNs - view.fromNs;
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        setView(panWindow(view, whole, (event.deltaX / Math.max(1, width)) * span));
      } else {
        const at = view.fromNs + ((event.clientX - left) / Math.max(1, width)) * span;
        setView(zoomWindow(view, whole, Math.exp(Math.max(-120, Math.min(120, event.deltaY)) * 0.004), at));
      }
    };
    // not passive, since it must not scroll the page as well
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  });
}
