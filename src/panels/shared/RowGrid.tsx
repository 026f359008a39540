// biome-ignore-all lint/a11y/useSemanticElements: a virtual grid cannot be a table: only the rows in view exist
// biome-ignore-all lint/a11y/useFocusableInteractive: rows take the focus in turn (roving tabindex), cells and heads do not
/** A table of many rows, of which only those in view exist. Arrow keys walk them, Enter or a click goes to what a row tells of. */
import './row-grid.css';
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useAppStore } from '../../store/react.ts';
import { useHeight } from '../timeline/useCanvas.ts';

const OVERSCAN = 6;
/** Rows, and pixels, from an end at which more are asked for. */
const NEAR_ROWS = 20;
const NEAR_START_PX = 100;
const NEAR_END_PX = 300;

export interface GridRow {
  key: number;
  /** The row of the present moment, or the one chosen. */
  current: boolean;
  /** One for each column. */
  cells: readonly { className?: string; content: ReactNode }[];
  className?: string;
  title?: string;
}

export function RowGrid({
  className,
  label,
  columns,
  count,
  whole,
  start,
  follow,
  row,
  onGo,
  onEnd,
  children,
}: {
  /** Sets `--columns` and `--least-width`. */
  className: string;
  label: string;
  columns: readonly { className: string; text: string }[];
  count: number;
  /** These are all rows there are: they can be numbered. */
  whole: boolean;
  /** Row with the tab stop before any was walked to. */
  start: number;
  /** Row that stays in view while it changes (`of`: what it is), unless someone reads elsewhere. */
  follow?: { index: number; of: number | undefined };
  row(index: number): GridRow;
  onGo(index: number): void;
  /** Asks for more where the first (-1) or last (1) row is near. */
  onEnd?(direction: 1 | -1): void;
  children?: ReactNode;
}) {
  const large = useAppStore((s) => s.layout.theme === 'projector');
  const rowHeight = large ? 34 : 26;
  const scroller = useRef<HTMLDivElement>(null);
  const height = useHeight(scroller);
  const [top, setTop] = useState(0);
  const [focus, setFocus] = useState<number | null>(null);
  const active = Math.min(focus ?? start, Math.max(0, count - 1));
  const first = Math.max(0, Math.floor(top / rowHeight) - OVERSCAN);
  const last = Math.min(count, Math.ceil((top + height) / rowHeight) + OVERSCAN);
  const reading = useRef(false);
  const { index: followed = -1, of } = follow ?? {};

  // biome-ignore lint/correctness/useExhaustiveDependencies: `of` is what the followed row is
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || followed < 0 || reading.current || height === 0) return;
    const y = followed * rowHeight;
    if (y < element.scrollTop + rowHeight || y > element.scrollTop + height - 2 * rowHeight) {
      element.scrollTop = Math.max(0, y - height / 2);
    }
  }, [of, count, height, rowHeight]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(height / rowHeight) - 1);
    const moves: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -count,
      End: count,
    };
    if (event.key in moves) {
      const next = Math.min(count - 1, Math.max(0, active + moves[event.key]));
      setFocus(next);
      const element = scroller.current;
      if (element !== null) {
        const y = next * rowHeight;
        if (y < element.scrollTop) element.scrollTop = y;
        else if (y > element.scrollTop + height - rowHeight) element.scrollTop = y - height + rowHeight;
      }
      if (next > count - NEAR_ROWS) onEnd?.(1);
      if (next < NEAR_ROWS) onEnd?.(-1);
    } else if (event.key === 'Enter' && active < count) onGo(active);
    else return;
    event.preventDefault();
  };

  return (
    <div
      className={`row-grid ${className}`}
      tabIndex={0}
      role="grid"
      aria-label={label}
      aria-rowcount={whole ? count + 1 : -1}
      aria-colcount={columns.length}
    >
      <div role="rowgroup">
        <div role="row" className="grid-row grid-head">
          {columns.map((column) => (
            <span role="columnheader" key={column.className} className={column.className}>
              {column.text}
            </span>
          ))}
        </div>
      </div>
      <div
        className="row-grid-scroll"
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
        onScroll={({ currentTarget: element }) => {
          setTop(element.scrollTop);
          if (element.scrollTop + element.clientHeight > element.scrollHeight - NEAR_END_PX) onEnd?.(1);
          if (element.scrollTop < NEAR_START_PX) onEnd?.(-1);
        }}
        onKeyDown={onKeyDown}
      >
        <div className="row-grid-space" style={{ blockSize: count * rowHeight }}>
          {Array.from({ length: Math.max(0, last - first) }, (_, i) => {
            const index = first + i;
            const shown = row(index);
            return (
              <Row
                key={shown.key}
                row={shown}
                columns={columns}
                index={whole ? index + 2 : undefined}
                top={index * rowHeight}
                focused={index === active}
                takeFocus={index === focus}
                onGo={() => onGo(index)}
                onFocus={() => setFocus(index)}
              />
            );
          })}
        </div>
        {children}
      </div>
    </div>
  );
}

function Row({
  row,
  columns,
  index,
  top,
  focused,
  takeFocus,
  onGo,
  onFocus,
}: {
  row: GridRow;
  columns: readonly { className: string }[];
  index: number | undefined;
  top: number;
  focused: boolean;
  takeFocus: boolean;
  onGo: () => void;
  onFocus: () => void;
}) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (takeFocus) element.current?.focus({ preventScroll: true });
  }, [takeFocus]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter is handled by the grid
    <div
      ref={element}
      role="row"
      aria-rowindex={index}
      aria-selected={row.current}
      tabIndex={focused ? 0 : -1}
      className={`grid-row ${row.current ? 'is-current' : ''} ${row.className ?? ''}`}
      style={{ transform: `translateY(${top}px)` }}
      title={row.title}
      onClick={onGo}
      onFocus={onFocus}
    >
      {row.cells.map((cell, i) => (
        <span
          role="gridcell"
          key={columns[i].className}
          className={`${columns[i].className} ${cell.className ?? ''}`}
        >
          {cell.content}
        </span>
      ))}
    </div>
  );
}
