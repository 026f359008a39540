/** The packets of a capture, one a row; only the rows in view exist. Enter or a click goes to the packet's moment. */
import { useMemo } from 'react';
import { CAPTURE_POINTS } from '../../catalog/capture-points.ts';
import { t } from '../../i18n/index.ts';
import type { CaptureRow, CaptureView, ChecksumVerdict } from '../../protocol/messages.ts';
import type { SceneMap } from '../../protocol/scene.ts';
import { useActions } from '../../store/react.ts';
import { groupDigits } from '../shared/format.ts';
import { type GridRow, RowGrid } from '../shared/RowGrid.tsx';
import { reasonSentence } from '../shared/sentence.ts';
import { nicLabel } from './nic-label.ts';

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
  return (
    <RowGrid
      className="captures-grid"
      label={t('captures.grid')}
      columns={COLUMNS.map((name) => ({ className: `cap-${name}`, text: t(`captures.column.${name}`) }))}
      count={rows.length}
      whole
      start={0}
      row={(index) => {
        const { row, n } = rows[index];
        return gridRow(row, n, places[row.place], n === chosen);
      }}
      onGo={(index) => void chooseCaptured(rows[index].n)}
    >
      {rows.length === 0 && (
        <p className="captures-none muted">
          {t(view.rows.length === 0 ? 'captures.nothing' : 'captures.noMatch')}
        </p>
      )}
    </RowGrid>
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

function gridRow(
  row: CaptureRow,
  n: number,
  place: { point: string; card: string },
  current: boolean,
): GridRow {
  const look = row.ipChecksum === 'wrong' ? 'is-wrong' : VERDICT_LOOK[row.checksum];
  const made =
    row.segments > 1
      ? t('captures.segments', { n: row.segments })
      : row.pieces > 1
        ? t('captures.piece', { n: row.piece + 1, of: row.pieces })
        : '';
  const point = (
    <>
      {place.point} <span className="mono muted">{place.card}</span>
    </>
  );
  const info = (
    <>
      {made !== '' && <span className="cap-made">{made}</span>} <bdi dir="ltr">{row.info}</bdi>
    </>
  );
  return {
    key: n,
    current,
    title: row.reason === 0 ? undefined : (reasonSentence(row.reason) ?? undefined),
    cells: [
      { className: 'mono', content: n + 1 },
      { className: 'mono', content: groupDigits(row.timeNs) },
      { content: point },
      { className: 'mono', content: <bdi dir="ltr">{row.src}</bdi> },
      { className: 'mono', content: <bdi dir="ltr">{row.dst}</bdi> },
      { className: 'mono', content: row.protocol },
      { className: 'mono', content: groupDigits(row.length) },
      { className: look, content: verdictText(row) },
      { className: 'mono', content: info },
    ],
  };
}
