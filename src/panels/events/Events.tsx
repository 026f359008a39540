/**
 * Every event as a sentence, in the columns of real tracers: the stage's equal for keyboard and screen reader. Reads on
 * from the playhead both ways; only the rows in view exist.
 */
import './events.css';
import { useCallback, useEffect, useRef, useState } from 'react';
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
import { type GridRow, RowGrid } from '../shared/RowGrid.tsx';
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

const PAGE = 200;
const KEEP = 3000;

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
  const { map, seq, language } = useAppStore((s) => ({
    map: s.scenario.map,
    seq: s.playhead.moment.seq,
    language: s.layout.language,
  }));
  const { rows: all, atStart, atEnd, more } = useEvents();
  const [query, setQuery] = useState('');
  const search = useRef<HTMLInputElement>(null);

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
      <RowGrid
        className="events-grid"
        label={t('events.grid')}
        columns={COLUMNS.map((name) => ({ className: `col-${name}`, text: t(`events.${name}`) }))}
        count={rows.length}
        whole={false}
        start={Math.max(0, current)}
        follow={{ index: current, of: rows[current]?.seq }}
        row={(index) => gridRow(rows[index], map, language, index === current, rows[index].seq > seq)}
        onGo={(index) => void seek({ t: rows[index].timeNs, seq: rows[index].seq })}
        onEnd={more}
      />
      {rows.length === 0 && (
        <p className="muted events-none">{t(atStart && atEnd ? 'events.none' : 'events.loading')}</p>
      )}
    </section>
  );
}

const COLUMNS = ['time', 'cpu', 'context', 'what', 'packet', 'function', 'device', 'reason'] as const;

function gridRow(
  record: RecordView,
  map: SceneMap,
  language: string,
  current: boolean,
  future: boolean,
): GridRow {
  const context = contextOf(record);
  const loss = kindName(record.kind) === 'drop';
  const onCpu = map.cpus[record.cpu] !== undefined;
  return {
    key: record.seq,
    current,
    className: `${future ? 'is-future' : ''} ${loss ? 'is-loss' : ''}`,
    cells: [
      { className: 'mono', content: groupDigits(record.timeNs) },
      { className: 'mono', content: cpuLabel(map, record.cpu) },
      {
        content: onCpu && (
          <span className={`context-pill ctx ctx-${context}`}>{t(`context.${context}`)}</span>
        ),
      },
      { content: recordSentence(record, map, language) },
      { className: 'mono', content: record.packet > 0 ? record.packet : '' },
      { className: 'mono', content: functionOf(record) },
      { content: placeName(map, record.place) },
      { content: reasonSentence(record.reason) ?? '' },
    ],
  };
}
