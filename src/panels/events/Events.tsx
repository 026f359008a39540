// biome-ignore-all lint/a11y/useSemanticElements: a virtual grid cannot be a table: only the rows in view exist
// biome-ignore-all lint/a11y/useFocusableInteractive: rows take the focus in turn (roving tabindex), cells and heads do not
/**
 * Every event as a sentence, in the columns of real tracers: the stage's equal for keyboard and screen reader. Reads on
 * from the playhead both ways; only the rows in view exist.
 */
import './events.css';
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useUi } from '../../app/ui-store.ts';
import { CONTEXTS } from '../../catalog/contexts.ts';
import { CONTEXT_KINDS, kindName } from '../../catalog/kinds.ts';
import { t } from '../../i18n/index.ts';
import type { Moment } from '../../protocol/messages.ts';
import type { RecordView, SceneMap } from '../../protocol/scene.ts';
import { useActions, useAppStore } from '../../store/react.ts';
import { Button, IconButton } from '../shared/controls.tsx';
import { groupDigits } from '../shared/format.ts';
import { CloseIcon } from '../shared/icons.tsx';
import {
  cpuLabel,
  functionOf,
  placeName,
  plain,
  reasonSentence,
  recordSentence,
  tintOf,
} from '../shared/sentence.ts';
import { FilterFields } from '../timeline/Transport.tsx';
import { useHeight } from '../timeline/useCanvas.ts';

const PAGE = 200;
const KEEP = 3000;
const OVERSCAN = 6;

interface Loaded {
  rows: RecordView[];
  atStart: boolean;
  atEnd: boolean;
}

const EMPTY: Loaded = { rows: [], atStart: false, atEnd: false };

/** The context a CPU is in after a record that changes it; the class of the work otherwise. */
export function contextOf(record: RecordView): string {
  if (CONTEXT_KINDS.has(record.kind)) return CONTEXTS[record.b & 0xff] ?? 'idle';
  return tintOf(record);
}

function useEvents(): Loaded & { more: (direction: 1 | -1) => void } {
  const { records } = useActions();
  const filter = useUi((s) => s.filter);
  const { branch, moment, ready } = useAppStore((s) => ({
    branch: s.branches.active,
    moment: s.playhead.moment,
    ready: s.scenario.status === 'ready' && s.worker === 'ready',
  }));
  const [loaded, setLoaded] = useState<Loaded>(EMPTY);
  const asking = useRef(false);
  const generation = useRef(0);
  const here = useRef<Moment>(moment);
  here.current = moment;
  const filterKey = JSON.stringify(filter);

  const fill = useCallback(async () => {
    generation.current += 1;
    const mine = generation.current;
    asking.current = true;
    // One after the other: a newer question makes an unanswered older one stale.
    const before = await records(here.current, PAGE / 2, -1, filter);
    const after = await records(here.current, PAGE, 1, filter);
    if (mine !== generation.current) return;
    asking.current = false;
    const rows = merge(before ?? [], after ?? []);
    setLoaded({ rows, atStart: (before?.length ?? 0) < PAGE / 2, atEnd: (after?.length ?? 0) < PAGE });
  }, [records, filter]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: filterKey and branch stand for what was asked
  useEffect(() => {
    if (ready) void fill();
  }, [ready, branch, filterKey]);

  // A jump out of what is loaded starts anew there.
  useEffect(() => {
    const { rows } = loaded;
    if (!ready || rows.length === 0 || asking.current) return;
    const first = rows[0].seq;
    const last = rows[rows.length - 1].seq;
    if ((moment.seq < first - 1 && !loaded.atStart) || (moment.seq > last && !loaded.atEnd)) void fill();
  }, [moment.seq, loaded, ready, fill]);

  const more = useCallback(
    (direction: 1 | -1) => {
      const { rows, atStart, atEnd } = loaded;
      if (asking.current || rows.length === 0 || (direction === 1 ? atEnd : atStart)) return;
      asking.current = true;
      const mine = generation.current;
      const edge = direction === 1 ? rows[rows.length - 1] : rows[0];
      // Backwards from just before the edge's record.
      const from =
        direction === 1 ? { t: edge.timeNs, seq: edge.seq } : { t: edge.timeNs, seq: edge.seq - 1 };
      void records(from, PAGE, direction, filter).then((got) => {
        asking.current = false;
        if (got === null || mine !== generation.current) return;
        setLoaded((now) => {
          const all = merge(now.rows, got);
          const ended = got.length < PAGE;
          if (direction === 1)
            return { rows: all.slice(-KEEP), atStart: now.atStart && all.length <= KEEP, atEnd: ended };
          return { rows: all.slice(0, KEEP), atStart: ended, atEnd: now.atEnd && all.length <= KEEP };
        });
      });
    },
    [loaded, records, filter],
  );
  return { ...loaded, more };
}

/** Both lists in order of seq, each record once. */
export function merge(a: readonly RecordView[], b: readonly RecordView[]): RecordView[] {
  const bySeq = new Map<number, RecordView>();
  for (const record of a) bySeq.set(record.seq, record);
  for (const record of b) bySeq.set(record.seq, record);
  return [...bySeq.values()].sort((x, y) => x.seq - y.seq);
}

export default function Events() {
  const { seek, togglePanel } = useActions();
  const { searchFocus, setFilter, filter } = useUi((s) => ({
    searchFocus: s.searchFocus,
    setFilter: s.setFilter,
    filter: s.filter,
  }));
  const { map, seq, language, theme } = useAppStore((s) => ({
    map: s.scenario.map,
    seq: s.playhead.moment.seq,
    language: s.layout.language,
    theme: s.layout.theme,
  }));
  const { rows: all, atStart, atEnd, more } = useEvents();
  const [query, setQuery] = useState('');
  const search = useRef<HTMLInputElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const height = useHeight(scroller);
  const rowHeight = theme === 'projector' ? 34 : 26;

  useEffect(() => {
    if (searchFocus > 0) search.current?.focus();
  }, [searchFocus]);

  const needle = query.trim().toLowerCase();
  const textOf = (r: RecordView) =>
    map === null
      ? ''
      : [
          plain(recordSentence(r, map, language)),
          functionOf(r),
          reasonSentence(r.reason) ?? '',
          placeName(map, r.place),
          map.cpus[r.cpu] === undefined ? '' : t(`context.${contextOf(r)}`),
        ]
          .join(' ')
          .toLowerCase();
  const rows = needle === '' ? all : all.filter((r) => textOf(r).includes(needle));
  // The last event at or before the playhead is the present one.
  let current = -1;
  for (let i = 0; i < rows.length && rows[i].seq <= seq; i += 1) current = i;
  const [focus, setFocus] = useState<number | null>(null);
  const active = focus ?? Math.max(0, current);

  // The present row stays in view while time moves, unless someone reads elsewhere.
  const reading = useRef(false);
  const currentSeq = rows[current]?.seq;
  // biome-ignore lint/correctness/useExhaustiveDependencies: follows the present record
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || current < 0 || reading.current || height === 0) return;
    const y = current * rowHeight;
    if (y < element.scrollTop + rowHeight || y > element.scrollTop + height - 2 * rowHeight) {
      element.scrollTop = Math.max(0, y - height / 2);
    }
  }, [currentSeq, rows.length, height, rowHeight]);

  const first = Math.max(0, Math.floor(top / rowHeight) - OVERSCAN);
  const last = Math.min(rows.length, Math.ceil((top + height) / rowHeight) + OVERSCAN);

  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height / rowHeight) - 1);
    const moves: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -rows.length,
      End: rows.length,
    };
    if (event.key in moves) {
      const next = Math.min(rows.length - 1, Math.max(0, active + moves[event.key]));
      setFocus(next);
      const element = scroller.current;
      if (element !== null) {
        const y = next * rowHeight;
        if (y < element.scrollTop) element.scrollTop = y;
        else if (y > element.scrollTop + height - rowHeight) element.scrollTop = y - height + rowHeight;
      }
      if (next > rows.length - 20) more(1);
      if (next < 20) more(-1);
    } else if (event.key === 'Enter' && rows[active] !== undefined) {
      void seek({ t: rows[active].timeNs, seq: rows[active].seq });
    } else return;
    event.preventDefault();
  };

  if (map === null) return <section className="events" />;
  const filtered = Object.values(filter).some((v) => v !== undefined);
  return (
    <section className="events" aria-label={t('events.title')}>
      <header className="drawer-head">
        <h2>{t('events.title')}</h2>
        <FilterFields />
        <input
          ref={search}
          type="search"
          className="search"
          placeholder={t('events.search')}
          aria-label={t('events.search')}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
        {filtered && (
          <Button look="quiet" onClick={() => setFilter({})}>
            {t('events.all')}
          </Button>
        )}
        <IconButton
          label={t('events.close')}
          keys="E"
          look="quiet"
          onClick={() => togglePanel('events', false)}
        >
          <CloseIcon />
        </IconButton>
      </header>
      <div
        className="events-grid"
        tabIndex={0}
        role="grid"
        aria-label={t('events.grid')}
        aria-rowcount={-1}
        aria-colcount={8}
      >
        <div role="rowgroup">
          <div role="row" className="event-row event-head">
            {['time', 'cpu', 'context', 'what', 'packet', 'function', 'device', 'reason'].map((name) => (
              <span role="columnheader" key={name} className={`col-${name}`}>
                {t(`events.${name}`)}
              </span>
            ))}
          </div>
        </div>
        <div
          className="events-scroll"
          ref={scroller}
          role="rowgroup"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls by keyboard; the row with the tab stop may not exist
          tabIndex={0}
          onPointerDown={() => {
            reading.current = true;
          }}
          onPointerLeave={() => {
            reading.current = false;
          }}
          onScroll={(event) => {
            const element = event.currentTarget;
            setTop(element.scrollTop);
            if (element.scrollTop + element.clientHeight > element.scrollHeight - 300) more(1);
            if (element.scrollTop < 100) more(-1);
          }}
          onKeyDown={onKeyDown}
        >
          <div className="events-space" style={{ blockSize: rows.length * rowHeight }}>
            {rows.slice(first, last).map((record, i) => (
              <EventRow
                key={record.seq}
                record={record}
                map={map}
                language={language}
                top={(first + i) * rowHeight}
                current={first + i === current}
                future={record.seq > seq}
                focused={first + i === active}
                takeFocus={focus === first + i}
                onGo={() => void seek({ t: record.timeNs, seq: record.seq })}
                onFocus={() => setFocus(first + i)}
              />
            ))}
          </div>
        </div>
      </div>
      {rows.length === 0 && (
        <p className="muted events-none">{t(atStart && atEnd ? 'events.none' : 'events.loading')}</p>
      )}
    </section>
  );
}

function EventRow({
  record,
  map,
  language,
  top,
  current,
  future,
  focused,
  takeFocus,
  onGo,
  onFocus,
}: {
  record: RecordView;
  map: SceneMap;
  language: string;
  top: number;
  current: boolean;
  future: boolean;
  focused: boolean;
  takeFocus: boolean;
  onGo: () => void;
  onFocus: () => void;
}) {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (takeFocus) row.current?.focus({ preventScroll: true });
  }, [takeFocus]);
  const context = contextOf(record);
  const loss = kindName(record.kind) === 'drop';
  const onCpu = map.cpus[record.cpu] !== undefined;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter is handled by the grid
    <div
      ref={row}
      role="row"
      aria-selected={current}
      tabIndex={focused ? 0 : -1}
      className={`event-row ${current ? 'is-current' : ''} ${future ? 'is-future' : ''} ${loss ? 'is-loss' : ''}`}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onGo}
      onFocus={onFocus}
    >
      <span role="gridcell" className="col-time mono">
        {groupDigits(record.timeNs)}
      </span>
      <span role="gridcell" className="col-cpu mono">
        {cpuLabel(map, record.cpu)}
      </span>
      <span role="gridcell" className="col-context">
        {onCpu && <span className={`context-pill ctx ctx-${context}`}>{t(`context.${context}`)}</span>}
      </span>
      <span role="gridcell" className="col-what">
        {recordSentence(record, map, language)}
      </span>
      <span role="gridcell" className="col-packet mono">
        {record.packet > 0 ? record.packet : ''}
      </span>
      <span role="gridcell" className="col-function mono">
        {functionOf(record)}
      </span>
      <span role="gridcell" className="col-device">
        {placeName(map, record.place)}
      </span>
      <span role="gridcell" className="col-reason">
        {reasonSentence(record.reason) ?? ''}
      </span>
    </div>
  );
}
