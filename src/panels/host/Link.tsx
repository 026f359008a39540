/** A card's link: the host at its other end (a door to it), frames under way in both directions, what waits, the air's time. */
import { memo, type ReactNode, useContext } from 'react';
import type { LinkLayout } from '../../draw/layout-link.ts';
import type { Rect } from '../../draw/geometry.ts';
import { Box, Focusable, sameView, StageContext } from './Focusable.tsx';
import type { LinkView } from './link-view.ts';
import { cut, SMALL } from './view.ts';

export const Link = memo(
  function Link({ at, view, first }: { at: LinkLayout; view: LinkView; first: boolean }): ReactNode {
    const { box } = at;
    const aboutW = at.inWords && at.about && at.inWords.y < at.about.y ? box.w * 0.46 : box.w - 12;
    const fits = (text: string): boolean => cut(text, aboutW, SMALL) === text;
    const short = at.rate !== null && !(fits(view.about) && fits(view.rate));
    return (
      <g>
        <Box r={box} radius={9} className="box box--link" />
        <Focusable
          group="links"
          id={`link-${at.nic}`}
          first={first}
          target={{ kind: 'link', way: view.way }}
          label={view.aria}
          rect={box}
          radius={9}
          tip={at.about === null}
        >
          <rect className="hit" x={box.x} y={box.y} width={box.w} height={box.h} />
          <Lane r={at.inLane} inward />
          <Lane r={at.outLane} inward={false} />
          {at.about && (
            <text className="small muted" x={at.about.x} y={at.about.y}>
              {cut(short ? view.aboutShort : view.about, aboutW, SMALL)}
            </text>
          )}
          {at.rate && (
            <text className="small muted" x={at.rate.x} y={at.rate.y}>
              {cut(short ? view.rateShort : view.rate, aboutW, SMALL)}
            </text>
          )}
          {at.inWords && (
            <text className="small" x={at.inWords.x} y={at.inWords.y}>
              {cut(view.comes, at.inLane.w, SMALL)}
            </text>
          )}
          {at.outWords && (
            <text className="small" x={at.outWords.x} y={at.outWords.y}>
              {cut(view.goes, at.outLane.w, SMALL)}
            </text>
          )}
          {at.state && <State at={at} view={view} />}
          {at.air && <Air r={at.air} view={view} />}
        </Focusable>
        <Focusable
          group="links"
          id={`link-${at.nic}-back`}
          part
          target={{ kind: 'link', way: at.back }}
          label={view.ariaBack}
          rect={backRect(at)}
          radius={4}
        >
          <rect className="hit" {...svgRect(backRect(at))} />
        </Focusable>
        <Door at={at} view={view} />
      </g>
    );
  },
  (a, b) => a.at === b.at && a.first === b.first && sameView(a.view, b.view),
);

/** What belongs to the direction that comes here. */
function backRect({ inLane, inWords }: LinkLayout): Rect {
  const top = inWords === null ? inLane.y - 1 : inWords.y - 10;
  return { x: inLane.x - 2, y: top, w: inLane.w + 4, h: inLane.y + inLane.h + 2 - top };
}

function svgRect({ x, y, w, h }: Rect): { x: number; y: number; width: number; height: number } {
  return { x, y, width: w, height: h };
}

/** A lane's line, with the direction that frames take. */
function Lane({ r, inward }: { r: Rect; inward: boolean }): ReactNode {
  const y = r.y + r.h / 2;
  const x = inward ? r.x + r.w : r.x;
  const d = inward ? -1 : 1;
  return (
    <>
      <line className="cable" x1={r.x} y1={y} x2={r.x + r.w} y2={y} />
      <line className="cable cable--core" x1={r.x} y1={y} x2={r.x + r.w} y2={y} />
      <path className="flowArrow" d={`M${x + 3.5 * d},${y - 2.5}L${x},${y}L${x + 3.5 * d},${y + 2.5}`} />
    </>
  );
}

function State({ at, view }: { at: LinkLayout; view: LinkView }): ReactNode {
  if (at.state === null) return null;
  const room = (at.inWords && at.about && at.inWords.y < at.about.y ? at.box.w * 0.46 : at.box.w) - 12;
  const { x, y } = at.state;
  const [words, lost] = view.state === '' ? [view.lost, ''] : [view.state, view.lost];
  // where both have no room, what is lost tells more
  const both = (words.length + lost.length + 2) * SMALL * 0.52 <= room;
  const text = !both && lost !== '' ? lost : words;
  return (
    <>
      <text className={`small ${text === view.lost ? 'lossText' : 'muted'}`} x={x} y={y}>
        {cut(text, room, SMALL)}
      </text>
      {both && lost !== '' && (
        <text className="small lossText" x={x + room} y={y} textAnchor="end">
          {lost}
        </text>
      )}
    </>
  );
}

/** What the channel's time went on; what is left of the bar was free. */
function Air({ r, view }: { r: Rect; view: LinkView }): ReactNode {
  let x = r.x;
  const part = (share: number, className: string): ReactNode => {
    const w = Math.min(share * r.w, r.x + r.w - x);
    const at = x;
    x += w;
    return w <= 0 ? null : (
      <rect key={className} className={className} x={at} y={r.y} width={w} height={r.h} />
    );
  };
  return (
    <>
      <rect className="airFree" x={r.x} y={r.y} width={r.w} height={r.h} rx={2} />
      {part(view.data, 'airData')}
      {part(view.ack, 'airAck')}
      {part(view.overhead, 'airOverhead')}
      {part(view.collision, 'airCollision')}
      <rect
        className={`airFrame${view.onAir ? ' airFrame--on' : ''}`}
        x={r.x}
        y={r.y}
        width={r.w}
        height={r.h}
        rx={2}
      />
      <text className="small muted" x={r.x} y={r.y + r.h + 10}>
        {cut(view.airWords, r.w, SMALL)}
      </text>
    </>
  );
}

/** The other host's name: there the stage shows it. */
function Door({ at, view }: { at: LinkLayout; view: LinkView }): ReactNode {
  const hands = useContext(StageContext);
  const { door, name } = at;
  const open = (): void => hands?.openHost(view.farIndex);
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button element
    <g
      role="button"
      tabIndex={0}
      className="thing linkDoor"
      aria-label={view.ariaDoor}
      onClick={(event) => {
        event.stopPropagation();
        open();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        event.stopPropagation();
        open();
      }}
    >
      <title>{view.ariaDoor}</title>
      <Box r={door} radius={6} className="box linkDoor__box" />
      <text className="name" x={name.x} y={name.y}>
        {cut(view.far, door.w - 20, 12.5)}
      </text>
      <path className="flowArrow" d={`M${door.x + door.w - 9},${name.y - 8}l3.5,3.8l-3.5,3.8`} />
      <rect
        className="thing__ring"
        x={door.x - 1.5}
        y={door.y - 1.5}
        width={door.w + 3}
        height={door.h + 3}
        rx={7}
      />
    </g>
  );
}
