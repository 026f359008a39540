/**
 * A thing on the stage that can be focused and chosen. One tab stop a group; arrow keys go on within it, in reading order.
 */
import { createContext, type KeyboardEvent, type ReactNode, useContext } from 'react';
import type { Rect } from '../../draw/geometry.ts';
import type { InspectTarget } from '../../protocol/messages.ts';

export interface StageHands {
  select(target: InspectTarget): void;
  hover(target: InspectTarget | null): void;
  /** Shows another host (index). */
  openHost(host: number): void;
  /** The thing that holds each group's tab stop. */
  stops: Readonly<Record<string, string>>;
  setStop(group: string, id: string): void;
  /** Brings a focused thing into view where the map is zoomed. */
  reveal(rect: Rect): void;
  selected: string;
}

export const StageContext = createContext<StageHands | null>(null);

/** A target as one word, to compare. */
export function targetKey(target: InspectTarget | null): string {
  return target === null ? '' : Object.values(target).join(':');
}

const NEXT = ['ArrowRight', 'ArrowDown'];
const BACK = ['ArrowLeft', 'ArrowUp'];

export function Focusable(props: {
  group: string;
  /** Unlike any other in its group. */
  id: string;
  first?: boolean;
  /** Part of a thing with the same target: stands out only where it was chosen itself. */
  part?: boolean;
  target: InspectTarget;
  label: string;
  rect: Rect;
  radius?: number;
  className?: string;
  /** Small things say on hover what they are. */
  tip?: boolean;
  children?: ReactNode;
}): ReactNode {
  const hands = useContext(StageContext);
  if (hands === null) throw new Error('no StageContext above this thing');
  const { group, id, rect, target } = props;
  const stop = hands.stops[group];
  const tab = stop === undefined ? props.first === true : stop === id;
  const chosen = stop === id;
  const selected =
    hands.selected === targetKey(target) &&
    (props.part === true ? chosen : !(stop ?? '').startsWith(`${id}-`));
  const onKeyDown = (event: KeyboardEvent<SVGGElement>): void => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      event.stopPropagation();
      hands.select(target);
      return;
    }
    const step = NEXT.includes(event.key)
      ? 1
      : BACK.includes(event.key)
        ? -1
        : event.key === 'Home'
          ? -Infinity
          : event.key === 'End'
            ? Infinity
            : 0;
    if (step === 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const root = event.currentTarget.ownerSVGElement;
    const all = root ? [...root.querySelectorAll<SVGGElement>(`[data-group="${group}"]`)] : [];
    const at = all.indexOf(event.currentTarget);
    const to = all[Math.max(0, Math.min(all.length - 1, at + step))];
    if (to !== undefined && to !== event.currentTarget) {
      to.focus({ preventScroll: true });
      to.scrollIntoView?.({ block: 'nearest', inline: 'nearest' });
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button element
    <g
      role="button"
      className={`thing ${props.className ?? ''}${selected ? ' thing--selected' : ''}`}
      tabIndex={tab ? 0 : -1}
      aria-label={props.label}
      aria-pressed={selected}
      data-group={group}
      data-thing={id}
      onClick={(event) => {
        event.stopPropagation();
        hands.setStop(group, id);
        hands.select(target);
      }}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        if (event.target !== event.currentTarget) return;
        hands.setStop(group, id);
        hands.hover(target);
        hands.reveal(rect);
      }}
      onBlur={() => hands.hover(null)}
      onPointerEnter={() => hands.hover(target)}
      onPointerLeave={() => hands.hover(null)}
    >
      {props.tip && <title>{props.label}</title>}
      {props.children}
      <rect
        className="thing__ring"
        x={rect.x - 1.5}
        y={rect.y - 1.5}
        width={rect.w + 3}
        height={rect.h + 3}
        rx={(props.radius ?? 6) + 1.5}
      />
    </g>
  );
}

/** Equal in every own value: for `memo` of a part with its view. */
export function sameView<T extends object>(a: T, b: T): boolean {
  for (const key of Object.keys(a) as (keyof T)[]) if (a[key] !== b[key]) return false;
  return true;
}

/** A rounded box. */
export function Box(props: { r: Rect; radius?: number; className: string }): ReactNode {
  const { r } = props;
  return (
    <rect
      className={props.className}
      x={r.x}
      y={r.y}
      width={Math.max(0, r.w)}
      height={Math.max(0, r.h)}
      rx={props.radius ?? 6}
    />
  );
}
