/** A packet's header bytes as hex; each byte belongs to a named field, shown for the one under pointer or focus. */
import { useMemo, useState } from 'react';
import { t } from '../../i18n/index.ts';

export interface ByteField {
  name: string;
  /** Half-open, in bytes. */
  from: number;
  to: number;
  value: string;
}

const PER_ROW = 16;

/** Bytes grouped by field, in order; bytes of no field form groups of their own. */
export function groupBytes(
  hex: string,
  fields: readonly ByteField[],
): { text: string[]; from: number; field: ByteField | null }[] {
  const bytes = hex.replace(/\s+/g, '').match(/../g) ?? [];
  const groups: { text: string[]; from: number; field: ByteField | null }[] = [];
  bytes.forEach((byte, i) => {
    // The narrowest field wins: a flag bit-field inside a byte inside a header.
    let field: ByteField | null = null;
    for (const f of fields) {
      if (i >= f.from && i < f.to && (field === null || f.to - f.from < field.to - field.from)) field = f;
    }
    const last = groups[groups.length - 1];
    if (last !== undefined && last.field === field && (field !== null || last.text.length < PER_ROW))
      last.text.push(byte);
    else groups.push({ text: [byte], from: i, field });
  });
  return groups;
}

export function PacketBytes({ hex, fields }: { hex: string; fields: readonly ByteField[] }) {
  const groups = useMemo(() => groupBytes(hex, fields), [hex, fields]);
  const [at, setAt] = useState<number | null>(null);
  const shown = at === null ? null : groups[at]?.field;
  return (
    <div className="packet-bytes">
      <ul className="bytes mono" aria-label={t('bytes.label')}>
        {groups.map((group, i) => (
          <li key={group.from}>
            <button
              type="button"
              className={`byte-field ${i % 2 === 0 ? 'is-even' : ''} ${i === at ? 'is-at' : ''}`}
              aria-label={
                group.field === null
                  ? t('bytes.plain', { bytes: group.text.join(' ') })
                  : `${group.field.name}: ${group.field.value}`
              }
              onPointerEnter={() => setAt(i)}
              onFocus={() => setAt(i)}
              onClick={() => setAt(i)}
            >
              {group.text.join(' ')}
            </button>{' '}
          </li>
        ))}
      </ul>
      <p className="byte-name" aria-hidden="true">
        {shown === null || shown === undefined ? (
          <span className="muted">{t('bytes.hint')}</span>
        ) : (
          <>
            {shown.name} <b className="mono">{shown.value}</b>{' '}
            <span className="muted">{t('bytes.at', { from: shown.from, count: shown.to - shown.from })}</span>
          </>
        )}
      </p>
    </div>
  );
}
