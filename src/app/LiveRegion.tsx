/** Tells a screen reader the present event in a sentence: at most one every second and a half, the newest wins. */
import { useEffect, useRef, useState } from 'react';
import { recordSentence } from '../panels/shared/sentence.ts';
import { useAppStore } from '../store/react.ts';

const GAP_MS = 1500;

export function LiveRegion() {
  const { record, map, language } = useAppStore((s) => ({
    record: s.playhead.record,
    map: s.scenario.map,
    language: s.layout.language,
  }));
  const [said, setSaid] = useState('');
  const last = useRef(0);
  useEffect(() => {
    if (record === null || map === null) return;
    const wait = Math.max(0, last.current + GAP_MS - performance.now());
    const timer = window.setTimeout(() => {
      last.current = performance.now();
      setSaid(recordSentence(record, map, language));
    }, wait);
    return () => window.clearTimeout(timer);
  }, [record, map, language]);
  return (
    <div className="visually-hidden" role="status" aria-live="polite" aria-atomic="true">
      {said}
    </div>
  );
}
