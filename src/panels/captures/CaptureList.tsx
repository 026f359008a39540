// biome-ignore-all lint/a11y/useSemanticElements: a virtual grid cannot be a table: only the rows in view exist
// biome-ignore-all lint/a11y/useFocusableInteractive: rows take the focus in turn (roving tabindex), cells and heads do not
/** The packets of a capture, one a row; only the rows in view exist. Enter or a click goes to the packet's moment. */
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { CAPTURE_POINTS } from '../../catalog/capture-points.ts';
import { t } from '../../i18n/index.ts';
import type { CaptureRow, CaptureView, ChecksumVerdict } from '../../protocol/messages.ts';
import type { SceneMap } from '../../protocol/scene.ts';
import { useActions, useAppStore } from '../../store/react.ts';
import { groupDigits } from '../shared/format.ts';
import { reasonSentence } from '../shared/sentence.ts';
import { useHeight } from '../timeline/useCanvas.ts';
import { nicLabel } from './nic-label.ts';

const OVERSCAN = 6;
const COLUMNS = ['number', 'time', 'point', 'src', 'dst', 'protocol', 'length', 'checksum', 'info'] as const;

export function CaptureList({
  view,
  map,
  chosen,
  query,
}: {
  view: CaptureView;
  map: SceneMap;
  chosen: number | null;
  /** Only rows that hold this text are shown. */
  query: string;
}) {
  const { chooseCaptured } = useActions();
  const theme = useAppStore((s) => s.layout.theme);
  const scroller = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [focus, setFocus] = useState<number | null>(null);
  const height = useHeight(scroller);
  const rowHeight = theme === 'projector' ? 34 : 26;
  const places = useMemo(
    () =>
      view.ask.places.map(({ point, nic }) => ({
        point: t(`capture.short.${CAPTURE_POINTS[point].id}`),
        card: nicLabel(map, nic),
      })),
    [view, map],
  );
  const needle = query.trim().toLowerCase();
  const rows = useMemo(() => {
    const all = view.rows.map((row, n) => ({ row, n }));
    if (needle === '') return all;
    return all.filter(({ row }) => {
      const { point, card } = places[row.place];
      const text = `${point} ${card} ${row.src} ${row.dst} ${row.protocol} ${row.info} ${verdictText(row)}`;
      return text.toLowerCase().includes(needle) || String(row.packet) === needle;
    });
  }, [view, needle, places]);
  const first = Math.max(0, Math.floor(top / rowHeight) - OVERSCAN);
  const last = Math.min(rows.length, Math.ceil((top + height) / rowHeight) + OVERSCAN);
  const active = Math.min(focus ?? 0, Math.max(0, rows.length - 1));

  const onKeyDown = (event: KeyboardEvent): void => {
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
    } else if ((event.key === 'Enter' || event.key === ' ') && rows[active] !== undefined) {
      void chooseCaptured(rows[active].n);
    } else return;
    event.preventDefault();
  };

  return (
    <div
      className="captures-grid"
      tabIndex={0}
      role="grid"
      aria-label={t('captures.grid')}
      aria-rowcount={rows.length + 1}
      aria-colcount={COLUMNS.length}
    >
      <div role="rowgroup">
        <div role="row" className="capture-row capture-head">
          {COLUMNS.map((name) => (
            <span role="columnheader" key={name} className={`cap-${name}`}>
              {t(`captures.column.${name}`)}
            </span>
          ))}
        </div>
      </div>
      <div
        className="captures-scroll"
        ref={scroller}
        role="rowgroup"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls by keyboard; the row with the tab stop may not exist
        tabIndex={0}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
        onKeyDown={onKeyDown}
      >
        <div className="captures-space" style={{ blockSize: rows.length * rowHeight }}>
          {rows.slice(first, last).map(({ row, n }, i) => (
            <Row
              key={n}
              row={row}
              number={n + 1}
              index={first + i}
              place={places[row.place]}
              top={(first + i) * rowHeight}
              chosen={n === chosen}
              focused={first + i === active}
              takeFocus={focus === first + i}
              onGo={() => void chooseCaptured(n)}
              onFocus={() => setFocus(first + i)}
            />
          ))}
        </div>
        {rows.length === 0 && (
          <p className="captures-none muted">
            {t(view.rows.length === 0 ? 'captures.nothing' : 'captures.noMatch')}
          </p>
        )}
      </div>
    </div>
  );
}

/** The worse of the two: an IP header's wrong sum is told as such. */
function verdictText(row: CaptureRow): string {
  if (row.ipChecksum === 'wrong') return t('captures.verdict.ipWrong');
  return t(`captures.verdict.${row.checksum}`);
}

const VERDICT_LOOK: Readonly<Record<ChecksumVerdict, string>> = {
  right: 'is-right',
  wrong: 'is-wrong',
  unfinished: 'is-unfinished',
  none: '',
  unknown: '',
};

function Row({
  row,
  number,
  index,
  place,
  top,
  chosen,
  focused,
  takeFocus,
  onGo,
  onFocus,
}: {
  row: CaptureRow;
  number: number;
  index: number;
  place: { point: string; card: string };
  top: number;
  chosen: boolean;
  focused: boolean;
  takeFocus: boolean;
  onGo: () => void;
  onFocus: () => void;
}) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (takeFocus) element.current?.focus({ preventScroll: true });
  }, [takeFocus]);
  const look = row.ipChecksum === 'wrong' ? 'is-wrong' : VERDICT_LOOK[row.checksum];
  const made =
    row.segments > 1
      ? t('captures.segments', { n: row.segments })
      : row.pieces > 1
        ? t('captures.piece', { n: row.piece + 1, of: row.pieces })
        : '';
  const why = row.reason === 0 ? undefined : (reasonSentence(row.reason) ?? undefined);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter is handled by the grid
    <div
      ref={element}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={chosen}
      tabIndex={focused ? 0 : -1}
      className={`capture-row ${chosen ? 'is-current' : ''}`}
      style={{ transform: `translateY(${top}px)` }}
      title={why}
      onClick={onGo}
      onFocus={onFocus}
    >
      <span role="gridcell" className="cap-number mono">
        {number}
      </span>
      <span role="gridcell" className="cap-time mono">
        {groupDigits(row.timeNs)}
      </span>
      <span role="gridcell" className="cap-point">
        {place.point} <span className="mono muted">{place.card}</span>
      </span>
      <span role="gridcell" className="cap-src mono">
        <bdi dir="ltr">{row.src}</bdi>
      </span>
      <span role="gridcell" className="cap-dst mono">
        <bdi dir="ltr">{row.dst}</bdi>
      </span>
      <span role="gridcell" className="cap-protocol mono">
        {row.protocol}
      </span>
      <span role="gridcell" className="cap-length mono">
        {groupDigits(row.length)}
      </span>
      <span role="gridcell" className={`cap-checksum ${look}`}>
        {verdictText(row)}
      </span>
      <span role="gridcell" className="cap-info mono">
        {made !== '' && <span className="cap-made">{made}</span>} <bdi dir="ltr">{row.info}</bdi>
      </span>
    </div>
  );
}
