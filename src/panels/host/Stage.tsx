/**
 * The stage: what stands and can be focused as SVG, what moves on a canvas above it, one transform for both.
 * Takes its scene by subscription and everything else by props, so it lives without the store (tests, compare, mock scenes).
 */
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from 'react';
import { registerStage } from '../../draw/export.ts';
import { grow, type Rect } from '../../draw/geometry.ts';
import { type Density, layoutStage } from '../../draw/layout.ts';
import { FADE_NS } from '../../draw/load.ts';
import { cpuOfQueue, indexStage, type StageIndex, spotsOf, touchOf } from '../../draw/places.ts';
import { StageRenderer } from '../../draw/renderer.ts';
import { t } from '../../i18n/index.ts';
import type { InspectTarget, Timeline } from '../../protocol/messages.ts';
import type { SceneMap } from '../../protocol/scene.ts';
import type { SceneFeed, SceneFrame } from '../../store/types.ts';
import type { ThemeName } from '../../theme/colors.ts';
import { FitIcon, FocusIcon } from '../shared/icons.tsx';
import { StageContext, type StageHands, targetKey } from './Focusable.tsx';
import { Marks } from './Marks.tsx';
import { queueOf, rectOfTarget, Things, Weaves } from './Things.tsx';
import { useZoom } from './use-zoom.ts';

export interface StageProps {
  map: SceneMap;
  feed: SceneFeed;
  host: number;
  theme: ThemeName;
  density: Density;
  eventPace: boolean;
  playing: boolean;
  reducedMotion: boolean;
  target: InspectTarget | null;
  hovered: InspectTarget | null;
  onSelect(target: InspectTarget): void;
  onHover(target: InspectTarget | null): void;
  onHost?(host: number): void;
  /** Counts calls to zoom on what is selected or happens; again on the same: back to all. */
  focusCalls?: number;
  /** Who had each CPU in a span of time; null: not to be had. */
  past?(fromNs: number, toNs: number, bins: number): Promise<Timeline | null>;
}

/** Names and figures are brought up to date at most this often; packets move at every frame. */
const TICK_MS = 80;
/** The past a CPU's load is reckoned from after a jump: how long, in how many parts, and how long a jump must have rested. */
const PAST_NS = 4 * FADE_NS;
const PAST_BINS = 40;
const PAST_REST_MS = 90;
/** Room the tools take of the title they stand beside on narrow pages, CSS pixels. */
const TOOLS_PX = 122;
/** While playing, a slot keeps what it shows at least this long. */
const SLOT_MS = 500;

/** Renders anew when the scene has changed, not faster than TICK_MS. */
function useTick(feed: SceneFeed): [SceneFrame | null, () => void] {
  const [, bump] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    let version = feed.current?.version ?? -1;
    let last = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const off = feed.subscribe((frame) => {
      if (frame.version === version) return;
      version = frame.version;
      if (timer !== undefined) return;
      const wait = Math.max(0, TICK_MS - (performance.now() - last));
      const run = (): void => {
        timer = undefined;
        last = performance.now();
        bump();
      };
      if (wait === 0) run();
      else timer = setTimeout(run, wait);
    });
    bump();
    return () => {
      off();
      clearTimeout(timer);
    };
  }, [feed]);
  return [feed.current, bump];
}

/** Whom the slots show: stays as it is until the playhead or the selection touches another one; the longest untouched goes. */
function useSlots(count: number, wanted: readonly number[], playing: boolean): number[] {
  const state = useRef<{ open: number[]; touched: Map<number, number>; clock: number; changedMs: number }>({
    open: [],
    touched: new Map(),
    clock: 0,
    changedMs: 0,
  });
  const s = state.current;
  s.clock += 1;
  for (const id of wanted) {
    if (id < 0) continue;
    s.touched.set(id, s.clock);
    if (s.open.includes(id) || count === 0) continue;
    const now = performance.now();
    if (playing && now - s.changedMs < SLOT_MS && s.open.length >= count) continue;
    s.changedMs = now;
    if (s.open.length < count) s.open = [...s.open, id];
    else {
      const oldest = s.open.reduce((a, b) => ((s.touched.get(a) ?? 0) <= (s.touched.get(b) ?? 0) ? a : b));
      s.open = s.open.map((k) => (k === oldest ? id : k));
    }
  }
  return s.open;
}

export function Stage(props: StageProps): ReactNode {
  const { map, feed, host, theme, density, target } = props;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const world = useRef<SVGGElement>(null);
  const marks = useRef<SVGGElement>(null);
  const [renderer, setRenderer] = useState<StageRenderer | null>(null);
  const [size, setSize] = useState<{ width: number; height: number }>({ width: 0, height: 0 });
  const [stops, setStops] = useState<Record<string, string>>({});
  const [zoomed, setZoomed] = useState(false);
  const [frame, bump] = useTick(feed);
  const scene = frame?.scene ?? null;
  const record = frame?.record ?? null;

  useEffect(() => {
    const node = box.current;
    if (node === null) return;
    const measure = (): void => setSize({ width: node.clientWidth, height: node.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(node);
    return () => observer.disconnect();
  }, []);

  const spots = useMemo(() => spotsOf(map), [map]);

  // which queues are in use changes only with a command
  const activeKey = scene === null ? '' : scene.queues.map((q) => (q.active ? '1' : '0')).join('');
  const active = useMemo(
    () =>
      activeKey === '' || activeKey.length !== map.queues.length
        ? null
        : map.queues.filter((q) => activeKey[q.index] === '1').map((q) => q.index),
    [activeKey, map],
  );

  // a command may make a card send that could not
  const senderKey =
    scene === null ? '' : map.nics.flatMap((n) => (scene.nics[n.index]?.sent > 0 ? [n.index] : [])).join();

  const slotCounts = useRef({ cpus: 0, sockets: 0 });
  const spot = record ? spots[record.place] : undefined;
  const touchedSocket =
    spot && spot.socket >= 0
      ? map.sockets[spot.socket].id
      : spot && spot.task >= 0
        ? (map.tasks[spot.task]?.sockets[0] ?? -1)
        : -1;
  const touchedCpu =
    record && record.cpu < map.cpus.length
      ? record.cpu
      : scene && spot && spot.queue >= 0
        ? cpuOfQueue(scene, spot.queue)
        : -1;
  const chosenCpu =
    target?.kind === 'cpu'
      ? target.cpu
      : (target?.kind === 'queue' || target?.kind === 'napi') && scene
        ? cpuOfQueue(scene, target.queue)
        : -1;
  const openCpus = useSlots(slotCounts.current.cpus, [touchedCpu, chosenCpu], props.playing);
  const openTx = useSlots(
    1,
    [spot?.type === 'tx-ring' ? spot.queue : -1, target?.kind === 'tx' ? target.queue : -1],
    props.playing,
  );
  const openSockets = useSlots(
    slotCounts.current.sockets,
    [touchedSocket, target?.kind === 'socket' ? target.socket : -1],
    props.playing,
  );
  const cpuKey = openCpus.join();
  const socketKey = openSockets.join();
  const txKey = openTx.join();

  const ix = useMemo<StageIndex | null>(() => {
    if (size.width < 40 || size.height < 40) return null;
    const input = { map, host, activeQueues: active, width: size.width, height: size.height, density, theme };
    const layout = layoutStage({
      ...input,
      openCpus: cpuKey === '' ? [] : cpuKey.split(',').map(Number),
      openSockets: socketKey === '' ? [] : socketKey.split(',').map(Number),
      openTx: txKey === '' ? [] : txKey.split(',').map(Number),
      senders: senderKey === '' ? [] : senderKey.split(',').map(Number),
    });
    return indexStage(layout);
  }, [map, host, active, size, density, theme, cpuKey, socketKey, txKey, senderKey]);
  slotCounts.current = {
    cpus: ix === null || ix.layout.strips.length === 0 ? 0 : ix.layout.cpuSlots,
    sockets: ix?.layout.socketSlotCount ?? 0,
  };

  const slotKey = `${slotCounts.current.cpus} ${slotCounts.current.sockets}`;
  const [, setSlotKey] = useState('');
  // the first layout tells how many slots there are; only then can they be filled
  useEffect(() => setSlotKey(slotKey), [slotKey]);

  const layout = ix?.layout ?? null;
  const unit = layout?.unit ?? 1;
  const unitRef = useRef(unit);
  unitRef.current = unit;
  const place = (tr: { x: number; y: number; k: number }): void => {
    const transform = `translate(${tr.x},${tr.y}) scale(${tr.k * unitRef.current})`;
    world.current?.setAttribute('transform', transform);
    marks.current?.setAttribute('transform', transform);
  };
  const zoom = useZoom(
    box,
    { width: size.width, height: size.height, content: layout?.height ?? size.height },
    (tr) => {
      place(tr);
      renderer?.setView({ k: tr.k, x: tr.x, y: tr.y });
      setZoomed(tr.k !== 1);
    },
  );
  useEffect(() => {
    place(zoom.current());
  });

  const past = useRef(props.past);
  past.current = props.past;
  // the canvas lives by subscription
  useEffect(() => {
    const node = canvas.current;
    if (node === null) return;
    const made = new StageRenderer(node);
    let asked: ReturnType<typeof setTimeout> | undefined;
    let jumps = 0;
    made.onJump = (timeNs) => {
      clearTimeout(asked);
      jumps += 1;
      const jump = jumps;
      const fromNs = Math.max(0, timeNs - PAST_NS);
      if (timeNs - fromNs < 1000 || past.current === undefined) return;
      asked = setTimeout(() => {
        void past.current?.(fromNs, timeNs, PAST_BINS).then((answer) => {
          if (answer === null || jump !== jumps) return;
          made.seed(timeNs, answer.contextNs, answer.waitNs, PAST_BINS, (timeNs - fromNs) / PAST_BINS);
          bump();
        });
      }, PAST_REST_MS);
    };
    setRenderer(made);
    const off = feed.subscribe((f) => made.update(f));
    if (feed.current !== null) made.update(feed.current);
    return () => {
      clearTimeout(asked);
      made.onJump = null;
      off();
      made.destroy();
      setRenderer(null);
    };
  }, [feed, bump]);
  useEffect(() => {
    if (ix === null || renderer === null) return;
    renderer.configure({
      ix,
      map,
      spots,
      theme,
      reduced: props.reducedMotion,
      eventPace: props.eventPace,
    });
    const { k, x, y } = zoom.current();
    renderer.setView({ k, x, y });
    renderer.resize(size.width, size.height, Math.min(3, window.devicePixelRatio || 1));
  }, [renderer, ix, map, spots, theme, size, zoom, props.reducedMotion, props.eventPace]);

  const toCss = useCallback(
    (r: Rect): Rect => ({
      x: r.x * unitRef.current,
      y: r.y * unitRef.current,
      w: r.w * unitRef.current,
      h: r.h * unitRef.current,
    }),
    [],
  );

  const touch = ix && record ? touchOf(ix, map, spots, record) : null;
  /** What F zooms on: the selection where it stands on the map, else what happens. */
  const focusRect = (ix && target ? rectOfTarget(ix, map, target, scene) : null) ?? touch?.rect ?? null;
  const focused = useRef('');
  const toggleFocus = useRef((): void => undefined);
  toggleFocus.current = () => {
    if (focusRect === null) {
      zoom.fit();
      return;
    }
    const key = Object.values(focusRect).join();
    if (zoom.current().k !== 1 && focused.current === key) zoom.fit();
    else zoom.to(toCss(grow(focusRect, 16)));
    focused.current = key;
  };
  const calls = props.focusCalls ?? 0;
  const answered = useRef(calls);
  useEffect(() => {
    if (calls === answered.current) return;
    answered.current = calls;
    toggleFocus.current();
  }, [calls]);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === '+' || event.key === '=') zoom.by(1.3);
    else if (event.key === '-') zoom.by(1 / 1.3);
    else if (event.key === '0') zoom.fit();
    else return;
    event.preventDefault();
  };

  const hands = useMemo<StageHands>(
    () => ({
      select: props.onSelect,
      hover: props.onHover,
      openHost: (to) => props.onHost?.(to),
      stops,
      setStop: (group, id) => setStops((old) => (old[group] === id ? old : { ...old, [group]: id })),
      reveal: (r) => zoom.reveal(toCss(r)),
      selected: targetKey(target),
    }),
    [props.onSelect, props.onHover, props.onHost, stops, target, zoom, toCss],
  );

  // the picture others can keep
  useEffect(
    () =>
      registerStage(() => {
        const node = box.current;
        const input = renderer?.snapshot();
        return node && input
          ? { svgs: [...node.querySelectorAll<SVGSVGElement>(':scope > svg')], input }
          : null;
      }),
    [renderer],
  );

  // a narrow page scrolls: it follows what happens
  const followY = layout?.portrait && touch ? (touch.rect.y + touch.rect.h / 2) * layout.unit : null;
  useEffect(() => {
    const view = box.current?.parentElement;
    if (followY === null || view == null || view.scrollHeight <= view.clientHeight + 1) return;
    const at = followY - view.scrollTop;
    if (at > 40 && at < view.clientHeight - 60) return;
    view.scrollTo({
      top: followY - view.clientHeight / 2,
      behavior: props.reducedMotion ? 'instant' : 'smooth',
    });
  }, [followY, props.reducedMotion]);

  // CSS pixels from the stage's right edge to the end of the cards' column
  const cards = layout?.columns.find((column) => column.id === 'nic');
  const besideTitle =
    layout && cards && !layout.portrait && (layout.nics.length > 1 || layout.links.length > 0)
      ? layout.width - (cards.at.x + cards.w) * unit
      : null;

  // above the cable that leaves at the stage's lower left
  const aboveTx =
    layout && !layout.portrait && layout.tx.length > 0
      ? layout.height - (layout.tx[0].box.y - 16) * unit
      : null;

  const minHeight: CSSProperties = layout !== null && layout.needs > 0 ? { minHeight: layout.needs } : {};

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys that come up from the things on it
    <div className="stage" ref={box} style={minHeight} data-zoomed={zoomed} onKeyDown={onKeyDown}>
      {/* biome-ignore lint/a11y/useSemanticElements: SVG knows no fieldset */}
      <svg
        className="stageSvg"
        width={size.width}
        height={Math.max(size.height, layout?.height ?? 0)}
        role="group"
        aria-label={t('host.stage')}
      >
        <Weaves />
        <g ref={world}>
          {ix && scene && (
            <StageContext value={hands}>
              <Things
                ix={ix}
                map={map}
                scene={scene}
                record={record}
                spots={spots}
                touch={touch}
                nowNs={frame?.timeNs ?? scene.timeNs}
                host={host}
                load={renderer?.load ?? null}
                toolsW={layout?.portrait ? TOOLS_PX / unit : 0}
                focusQueue={queueOf(props.hovered) ?? queueOf(target) ?? -1}
              />
            </StageContext>
          )}
        </g>
      </svg>
      <canvas className="stageCanvas" ref={canvas} />
      {ix && scene && (
        <svg
          className="stageMarks"
          width={size.width}
          height={Math.max(size.height, layout?.height ?? 0)}
          aria-hidden="true"
        >
          <g ref={marks}>
            <Marks ix={ix} map={map} scene={scene} spots={spots} record={record} touch={touch} />
          </g>
        </svg>
      )}
      <div
        className={`stageTools${layout?.portrait ? ' stageTools--top' : besideTitle === null ? '' : ' stageTools--title'}`}
        style={
          besideTitle === null ? (aboveTx === null ? undefined : { bottom: aboveTx }) : { right: besideTitle }
        }
      >
        {zoomed && (
          <Tool label={t('host.zoom.fit.long')} onClick={() => zoom.fit()}>
            <FitIcon />
          </Tool>
        )}
        <Tool
          label={t('host.zoom.selection')}
          onClick={() => toggleFocus.current()}
          disabled={focusRect === null && !zoomed}
        >
          <FocusIcon />
        </Tool>
        <Tool label={t('host.zoom.out')} onClick={() => zoom.by(1 / 1.3)} disabled={!zoomed}>
          −
        </Tool>
        <Tool label={t('host.zoom.in')} onClick={() => zoom.by(1.3)}>
          +
        </Tool>
      </div>
    </div>
  );
}

function Tool(props: { label: string; disabled?: boolean; onClick(): void; children: ReactNode }): ReactNode {
  return (
    <button
      type="button"
      className="stageTool"
      aria-label={props.label}
      title={props.label}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      {props.children}
    </button>
  );
}
