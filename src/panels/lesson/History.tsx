/**
 * A figure of events in their order: a dot each along a line, above and below in turn, and what happened told under it. In order,
 * not to scale: some events have a version for a date. One tab stop; the arrow keys, Home and End go along the line.
 */
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { t } from '../../i18n/index.ts';
import type { HistoryEvent } from '../../protocol/messages.ts';
import { Prose } from '../shared/Prose.tsx';

export function History({ events }: { events: readonly HistoryEvent[] }) {
  const first = Math.max(
    0,
    events.findIndex((event) => event.mark),
  );
  const [at, setAt] = useState(first);
  useEffect(() => setAt(first), [first]);
  const line = useRef<HTMLDivElement>(null);
  const id = useId();
  const shown = events[Math.min(at, events.length - 1)];

  const onKeyDown = (event: KeyboardEvent) => {
    const forward = getComputedStyle(event.currentTarget).direction === 'rtl' ? -1 : 1;
    const to =
      event.key === 'ArrowRight'
        ? at + forward
        : event.key === 'ArrowLeft'
          ? at - forward
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? events.length - 1
              : null;
    if (to === null || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // these keys step through time elsewhere
    event.preventDefault();
    event.stopPropagation();
    const next = Math.max(0, Math.min(events.length - 1, to));
    setAt(next);
    line.current?.querySelectorAll('button')[next]?.focus();
  };

  return (
    <div className="history-figure">
      <div
        className="history-line"
        ref={line}
        role="tablist"
        tabIndex={-1}
        aria-label={t('lesson.history', { n: events.length })}
        onKeyDown={onKeyDown}
      >
        {events.map((event, i) => (
          <button
            key={event.when + event.title}
            type="button"
            role="tab"
            id={`${id}-${i}`}
            className={`history-dot ${event.mark ? 'is-marked' : ''}`}
            aria-selected={i === at}
            aria-controls={`${id}-event`}
            aria-label={t('lesson.history.event', { when: event.when, title: event.title })}
            title={t('lesson.history.event', { when: event.when, title: event.title })}
            tabIndex={i === at ? 0 : -1}
            onClick={() => setAt(i)}
          />
        ))}
      </div>
      <div role="tabpanel" id={`${id}-event`} aria-labelledby={`${id}-${at}`}>
        <p className="history-when">{shown.when}</p>
        <p className="history-what">{shown.title}</p>
        <div className="history-text">
          <Prose text={shown.text} />
        </div>
      </div>
    </div>
  );
}
