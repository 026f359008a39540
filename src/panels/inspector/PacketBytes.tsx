/**
 * A packet opened to its bytes, as one capture point of its way shows it: each byte belongs to a named field, each field to a row of the table,
 * and pointing at one shows the other. Who else writes a field (the card, GSO, GRO) is said with it; checksums are worked out below.
 * Bytes, fields and sums run left to right in every language.
 */
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { CAPTURE_POINTS } from '../../catalog/capture-points.ts';
import { t } from '../../i18n/index.ts';
import type { Dissected, NamedField, PacketView } from '../../protocol/messages.ts';
import { useActions, useAppStore } from '../../store/react.ts';
import { nicLabel } from '../captures/nic-label.ts';
import { groupDigits } from '../shared/format.ts';
import { ChecksumSteps } from './ChecksumSteps.tsx';

/** A longer field (a payload) is shown so many bytes at a time. */
const WHOLE = 16;
const PER_ROW = 8;

export interface ByteGroup {
  text: string[];
  from: number;
  /** Index of its field; -1: none. */
  field: number;
}

/** Bytes grouped by field, in order; bytes of no field form groups of their own, and so do long payloads. */
export function groupBytes(
  hex: string,
  fields: readonly Pick<NamedField, 'from' | 'to' | 'bits'>[],
): ByteGroup[] {
  const bytes = hex.replace(/\s+/g, '').match(/../g) ?? [];
  const groups: ByteGroup[] = [];
  bytes.forEach((byte, i) => {
    // the narrowest field of whole bytes wins
    let field = -1;
    fields.forEach((f, n) => {
      if (f.bits !== '' || i < f.from || i >= f.to) return;
      if (field < 0 || f.to - f.from < fields[field].to - fields[field].from) field = n;
    });
    const last = groups[groups.length - 1];
    const whole = field >= 0 && fields[field].to - fields[field].from <= WHOLE;
    if (last !== undefined && last.field === field && (whole || last.text.length < PER_ROW))
      last.text.push(byte);
    else groups.push({ text: [byte], from: i, field });
  });
  return groups;
}

/** The view of the moment: the last one passed, or the first of all. */
export function viewAt(views: readonly PacketView[], seq: number): number {
  let found = 0;
  views.forEach((view, i) => {
    if (view.seq <= seq) found = i;
  });
  return found;
}

export function PacketBytes({ packet }: { packet: number }) {
  const { packetBytes } = useActions();
  const { map, branch, seq } = useAppStore((s) => ({
    map: s.scenario.map,
    branch: s.branches.active,
    seq: s.playhead.moment.seq,
  }));
  const [views, setViews] = useState<PacketView[] | null>(null);
  const [picked, setPicked] = useState<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another branch has other bytes
  useEffect(() => {
    let current = true;
    setPicked(null);
    setViews(null);
    void packetBytes(packet).then((got) => {
      if (current && got !== null) setViews(got);
    });
    return () => {
      current = false;
    };
  }, [packet, branch, packetBytes]);
  if (views === null || map === null) return <p className="muted small">{t('bytes.loading')}</p>;
  if (views.length === 0) return <p className="muted small">{t('bytes.cannot')}</p>;
  const shown = Math.min(views.length - 1, picked ?? viewAt(views, seq));
  const view = views[shown];
  return (
    <div className="packet-bytes">
      <label className="byte-view">
        <span>{t('bytes.view')}</span>
        <select value={shown} onChange={(event) => setPicked(Number(event.target.value))}>
          {views.map((each, i) => (
            <option key={`${each.seq}/${each.piece}`} value={i}>
              {viewName(each)}
              {map.nics.length > 1 ? `, ${nicLabel(map, each.nic)}` : ''}
            </option>
          ))}
        </select>
      </label>
      <p className="muted small">
        {t('bytes.viewAt', { at: groupDigits(view.timeNs), n: groupDigits(view.frame.length) })}{' '}
        {t(`capture.point.${CAPTURE_POINTS[view.point].id}`)}
        {'.'}
      </p>
      <Opened key={`${packet}/${shown}`} frame={view.frame} />
    </div>
  );
}

function viewName({ point, piece, pieces, parts }: PacketView): string {
  const name = t(`capture.short.${CAPTURE_POINTS[point].id}`);
  if (pieces > 1) return `${name}, ${t('captures.piece', { n: piece + 1, of: pieces })}`;
  return parts > 1 ? `${name}, ${t('captures.segments', { n: parts })}` : name;
}

function Opened({ frame }: { frame: Dissected }) {
  const { fields, hex } = frame;
  const groups = useMemo(() => groupBytes(hex, fields), [hex, fields]);
  /** Field pointed at; and the tab stop among the bytes, among the rows. */
  const [at, setAt] = useState(-1);
  const [stop, setStop] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const chosen = at < 0 ? undefined : fields[at];
  const inside = (group: ByteGroup): boolean =>
    chosen !== undefined && group.from < chosen.to && group.from + group.text.length > chosen.from;
  const hidden = frame.length - hex.length / 2;

  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Record<string, number> = {
      ArrowRight: stop + 1,
      ArrowDown: stop + 1,
      ArrowLeft: stop - 1,
      ArrowUp: stop - 1,
      Home: 0,
      End: groups.length - 1,
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    const next = Math.min(groups.length - 1, Math.max(0, moves[event.key]));
    setStop(next);
    list.current?.querySelectorAll('button')[next]?.focus();
  };

  return (
    <>
      <ul ref={list} className="bytes mono" dir="ltr" aria-label={t('bytes.label')} onKeyDown={onKeyDown}>
        {groups.map((group, i) => {
          const field = fields[group.field];
          return (
            <li key={group.from}>
              <button
                type="button"
                tabIndex={i === stop ? 0 : -1}
                className={`byte-field ${i % 2 === 0 ? 'is-even' : ''} ${inside(group) ? 'is-at' : ''} ${
                  field !== undefined && field.by !== '' ? 'is-by-others' : ''
                }`}
                aria-label={byteLabel(field, group)}
                onPointerMove={(event) => moved(event) && setAt(group.field)}
                onFocus={() => {
                  setAt(group.field);
                  setStop(i);
                }}
                onClick={() => setAt(group.field)}
              >
                {group.text.join(' ')}
              </button>{' '}
            </li>
          );
        })}
        {hidden > 0 && <li className="muted">{t('bytes.more', { n: groupDigits(hidden) })}</li>}
      </ul>
      <div className="byte-name" aria-hidden="true">
        {chosen === undefined ? (
          <span className="muted">{t('bytes.hint')}</span>
        ) : (
          <>
            <span dir="ltr">
              {chosen.name} <b className="mono">{chosen.value}</b>
            </span>{' '}
            <span className="muted">
              {t('bytes.at', { from: chosen.from, count: chosen.to - chosen.from })}
              {chosen.by !== '' && ` ${t(`bytes.by.${chosen.by}`)}`}
            </span>
          </>
        )}
      </div>
      {frame.checksums.map((work) => (
        <ChecksumSteps key={work.of} work={work} />
      ))}
      <details className="byte-table">
        <summary>{t('bytes.table')}</summary>
        <FieldTable fields={fields} at={at} onPoint={setAt} />
      </details>
    </>
  );
}

/** A pointer that lies still while what is under it scrolls points at nothing. */
function moved({ movementX, movementY }: { movementX: number; movementY: number }): boolean {
  return movementX !== 0 || movementY !== 0;
}

function byteLabel(field: NamedField | undefined, group: ByteGroup): string {
  if (field === undefined) return t('bytes.plain', { bytes: group.text.join(' ') });
  const by = field.by === '' ? '' : `. ${t(`bytes.by.${field.by}`)}`;
  return `${field.name}: ${field.value === '' ? group.text.join(' ') : field.value}${by}`;
}

function FieldTable({
  fields,
  at,
  onPoint,
}: {
  fields: readonly NamedField[];
  at: number;
  onPoint: (field: number) => void;
}) {
  const [stop, setStop] = useState(0);
  const body = useRef<HTMLTableSectionElement>(null);
  return (
    <table className="fields" dir="ltr">
      <thead>
        <tr>
          <th scope="col">{t('bytes.column.bytes')}</th>
          <th scope="col">{t('bytes.column.field')}</th>
          <th scope="col">{t('bytes.column.value')}</th>
        </tr>
      </thead>
      <tbody
        ref={body}
        onKeyDown={(event) => {
          const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
          if (by === 0) return;
          event.preventDefault();
          const next = Math.min(fields.length - 1, Math.max(0, stop + by));
          setStop(next);
          body.current?.querySelectorAll<HTMLElement>('.field-name')[next]?.focus();
        }}
      >
        {fields.map((field, i) => (
          <tr
            key={`${field.name}/${field.from}/${field.bits}`}
            className={i === at ? 'is-at' : ''}
            onPointerMove={(event) => moved(event) && onPoint(i)}
          >
            <td className="mono">
              {field.to - field.from === 1 ? field.from : `${field.from}–${field.to - 1}`}
            </td>
            <th scope="row">
              <button
                type="button"
                className={`field-name ${field.bits === '' ? '' : 'is-part'}`}
                tabIndex={i === stop ? 0 : -1}
                onFocus={() => {
                  onPoint(i);
                  setStop(i);
                }}
                onClick={() => onPoint(i)}
              >
                {field.name}
              </button>
              {field.bits !== '' && <span className="muted"> {t('bytes.bits', { bits: field.bits })}</span>}
            </th>
            <td>
              <span className="mono">{field.value}</span>
              {field.by !== '' && <span className="field-by">{t(`bytes.by.${field.by}`)}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
