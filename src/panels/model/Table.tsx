/** The tables of "Model and kernel": a row is cells by column; on a phone each row becomes a card with its columns' names. */
import { Children, isValidElement, type ReactNode } from 'react';
import { t } from '../../i18n/index.ts';

export interface Row {
  key: string;
  /** One a column. */
  cells: readonly ReactNode[];
  mark?: boolean;
  id?: string;
}

export function Table({
  head,
  widths,
  rows,
  lead,
  sought = '',
}: {
  head: readonly string[];
  /** Shares of the width, one a column. */
  widths?: readonly number[];
  rows: readonly Row[];
  lead: string;
  sought?: string;
}) {
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
  const shown =
    words.length === 0
      ? rows
      : rows.filter((row) => {
          const text = row.cells.map(textOf).join(' ').toLowerCase();
          return words.every((word) => text.includes(word));
        });
  return (
    <>
      <p className="lead">{lead}</p>
      <table className="model-table">
        {widths !== undefined && (
          <colgroup>
            {widths.map((width, i) => (
              <col key={head[i]} style={{ inlineSize: `${width}%` }} />
            ))}
          </colgroup>
        )}
        <thead>
          <tr>
            {head.map((key) => (
              <th key={key} scope="col">
                {t(`model.col.${key}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr
              key={row.key}
              id={row.id}
              tabIndex={row.id === undefined ? undefined : -1}
              className={row.mark ? 'is-in-force' : ''}
            >
              {row.cells.map((cell, i) => (
                <td key={head[i]} data-column={t(`model.col.${head[i]}`)}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length === 0 && (
        <p className="muted model-none" role="status">
          {t('model.none', { sought })}
        </p>
      )}
    </>
  );
}

/** What a cell says, for searching: its text, whatever it is wrapped in. */
function textOf(node: ReactNode): string {
  if (typeof node === 'string' || typeof node === 'number') return String(node);
  if (Array.isArray(node)) return node.map(textOf).join(' ');
  if (!isValidElement(node)) return '';
  const props = node.props as { children?: ReactNode; text?: string };
  return `${props.text ?? ''} ${Children.toArray(props.children).map(textOf).join(' ')}`;
}
