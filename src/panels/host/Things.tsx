/** All that stands on the stage, put where the layout says, each with what it shows now. */
import type { ReactNode } from 'react';
import { CONTEXTS } from '../../catalog/contexts.ts';
import { kindName } from '../../catalog/kinds.ts';
import { reasons } from '../../catalog/reasons.ts';
import { fallPath, grow, type Rect, wayPath } from '../../draw/geometry.ts';
import type { LoadMeter } from '../../draw/load.ts';
import {
  cpuBox,
  cpuIn,
  cpuOfQueue,
  ringRect,
  type Spot,
  type StageIndex,
  socketAt,
  type Touch,
  txAt,
} from '../../draw/places.ts';
import { t } from '../../i18n/index.ts';
import type { InspectTarget } from '../../protocol/messages.ts';
import type { RecordView, Scene, SceneMap } from '../../protocol/scene.ts';
import { contextName, contextPatterns, type Pattern } from '../../theme/colors.ts';
import { Lane, Strip } from './Cpus.tsx';
import { Link } from './Link.tsx';
import { linkView } from './link-view.ts';
import { ToeBox, toeView } from './ToeBox.tsx';
import { Ring, Steering } from './NicCard.tsx';
import { Socket } from './Sockets.tsx';
import { TxQueue, TxRow } from './Transmit.tsx';
import { txView } from './tx-view.ts';
import { cpuView, cut, figure, nicView, rateText, ringView, socketView } from './view.ts';

/** The second sign of each context, as SVG patterns `weave-<context>`. */
export function Weaves(): ReactNode {
  return (
    <defs>
      {CONTEXTS.map((name) => (
        <pattern key={name} id={`weave-${name}`} width={4} height={4} patternUnits="userSpaceOnUse">
          <Weave pattern={contextPatterns[name]} />
        </pattern>
      ))}
    </defs>
  );
}

function Weave({ pattern }: { pattern: Pattern }): ReactNode {
  switch (pattern) {
    case 'diagonal':
      return <path className="weave" d="M-1,1L1,-1M0,4L4,0M3,5L5,3" />;
    case 'backDiagonal':
      return <path className="weave" d="M-1,3L1,5M0,0L4,4M3,-1L5,1" />;
    case 'vertical':
      return <path className="weave" d="M2,0V4" />;
    case 'horizontal':
      return <path className="weave" d="M0,2H4" />;
    case 'dots':
      return <circle className="weave weave--dot" cx={2} cy={2} r={0.9} />;
    case 'solid':
    case 'none':
      return null;
  }
}

export function queueOf(target: InspectTarget | null): number | null {
  return target !== null &&
    (target.kind === 'queue' || target.kind === 'napi' || target.kind === 'descriptor')
    ? target.queue
    : null;
}

/** Where a target stands; null where it is not on the stage. */
export function rectOfTarget(
  ix: StageIndex,
  map: SceneMap,
  target: InspectTarget,
  scene: Scene | null,
): Rect | null {
  switch (target.kind) {
    case 'queue':
    case 'descriptor': {
      const ring = ix.rings.get(target.queue);
      return ring ? grow(ringRect(ring), 6) : null;
    }
    case 'tx':
      return txAt(ix, target.queue)?.cell ?? rectOfTarget(ix, map, { ...target, kind: 'queue' }, scene);
    case 'napi':
      return scene ? cpuBox(ix, cpuOfQueue(scene, target.queue)) : null;
    case 'cpu':
      return cpuBox(ix, target.cpu);
    case 'socket':
      return socketAt(ix, target.socket)?.box ?? null;
    case 'task': {
      const id = map.tasks.find((task) => task.id === target.task)?.sockets[0];
      return id === undefined ? null : (socketAt(ix, id)?.box ?? null);
    }
    case 'toe':
      return ix.nics.get(target.nic)?.toe ?? null;
    case 'link':
      return ix.layout.links.find((l) => l.out === target.way || l.back === target.way)?.box ?? null;
    case 'packet':
    case 'record':
      return null;
  }
}

export function Things(props: {
  ix: StageIndex;
  map: SceneMap;
  scene: Scene;
  record: RecordView | null;
  spots: readonly Spot[];
  touch: Touch | null;
  nowNs: number;
  host: number;
  load: LoadMeter | null;
  focusQueue: number;
  /** Room the tools take of the first title, world units. */
  toolsW: number;
}): ReactNode {
  const { ix, map, scene, record, touch, load } = props;
  const { layout } = ix;
  const queues = [...ix.rings.keys()];
  const filter = (nic: number): 'none' | 'match' | 'drop' => {
    if (record === null || props.spots[record.place]?.nic !== nic) return 'none';
    if (record.reason === reasons.ntupleMatch.code) return 'match';
    return record.reason === reasons.ntupleDrop.code ? 'drop' : 'none';
  };
  const cpu = new Map(
    map.cpus
      .filter((c) => c.host === props.host)
      .map((c) => [
        c.index,
        cpuView(map, scene, c.index, load?.busy(c.index) ?? null, queues, load?.waiting(c.index) ?? 0),
      ]),
  );
  const rings = new Map(queues.map((q) => [q, ringView(map, scene, q, props.nowNs)]));
  // ways to a grid of strips would run across it: only the one in question is drawn
  const calm = layout.nics.every((nic) => nic.rings.length <= 8);
  const touchedName = record ? kindName(record.kind) : undefined;
  const wayTouched =
    touchedName === 'irqRaised' ||
    touchedName === 'pollFrame' ||
    touchedName === 'napiSchedule' ||
    touchedName === 'hardirqEnter';
  return (
    <>
      <Titles
        ix={ix}
        map={map}
        toolsW={props.toolsW}
        limited={layout.tx.some(({ cells }) => cells.some((at) => scene.queues[at.queue].tx.limit !== null))}
      />
      {layout.nics.map((nic, i) => (
        <Steering
          key={nic.nic}
          at={nic}
          name={layout.nics.length > 1 ? nicName(map, nic.nic) : ''}
          portrait={layout.portrait}
          first={i === 0}
          sent={!ix.txRows.has(nic.nic)}
          view={nicView(map, scene, nic.nic, nic.tableSize, filter(nic.nic))}
        />
      ))}
      {layout.nics.map(({ nic, toe }) => {
        const view = toe === null ? null : toeView(map, scene, nic, props.nowNs);
        return toe !== null && view !== null && <ToeBox key={nic} rect={toe} view={view} />;
      })}
      <g>
        {[...rings].map(([queue, view]) => {
          const ring = ix.rings.get(queue);
          const to = cpuIn(ix, view.cpu);
          const on = touch?.queue === queue && wayTouched;
          const near = on || props.focusQueue === queue;
          const shown = layout.allCurves || near || (view.busy && calm && !layout.portrait);
          if (!shown || ring === undefined || to === null) return null;
          return (
            <path
              key={queue}
              className={`way ctx-${contextName(scene.cpus[view.cpu]?.ctx ?? 6)}${view.busy ? ' way--busy' : ''}${near ? ' way--on' : ''}`}
              d={
                layout.portrait
                  ? fallPath(ring.port, to)
                  : wayPath(ring.vector ? ring.port : { x: ring.port.x, y: ring.c.y }, to)
              }
            />
          );
        })}
      </g>
      {layout.nics
        .flatMap((nic) => nic.rings)
        .map((ring, i) => {
          const view = rings.get(ring.queue);
          return view && <Ring key={ring.queue} at={ring} view={view} first={i === 0} />;
        })}
      {layout.lanes.map((lane, i) => {
        const view = cpu.get(lane.cpu);
        return (
          view && (
            <Lane
              key={layout.strips.length > 0 ? `slot-${i}` : lane.cpu}
              at={lane}
              view={view}
              first={i === 0}
            />
          )
        );
      })}
      {layout.strips.map((strip, i) => {
        const view = cpu.get(strip.cpu);
        return (
          view && (
            <Strip key={strip.cpu} at={strip} view={view} open={ix.lanes.has(strip.cpu)} first={i === 0} />
          )
        );
      })}
      {layout.links.map((link, i) => (
        <Link key={link.nic} at={link} view={linkView(map, scene, link)} first={i === 0} />
      ))}
      {layout.tx.map((row) => (
        <TxRow
          key={row.nic}
          at={row}
          sent={figure(scene.nics[row.nic]?.sent ?? 0)}
          sentWords={t('host.tx.frames')}
          portrait={layout.portrait}
        />
      ))}
      {layout.tx.flatMap((row, r) =>
        [
          ...row.cells.map((at) => ({ at, slot: false })),
          ...(row.slot === null ? [] : [{ at: row.slot, slot: true }]),
        ].map(({ at, slot }, i) => (
          <TxQueue
            key={slot ? `slot-${row.nic}` : at.queue}
            at={at}
            slot={slot}
            first={r === 0 && i === 0}
            view={txView(map, scene, at.queue, layout.nics.length > 1)}
          />
        )),
      )}
      {[
        ...layout.socketSlots.map((at) => ({ at, slot: true })),
        ...layout.sockets.map((at) => ({ at, slot: false })),
      ].map(({ at, slot }, i) => {
        const index = map.sockets.findIndex((s) => s.id === at.socket);
        return (
          index >= 0 && (
            <Socket
              key={slot ? `slot-${i}` : at.socket}
              at={at}
              slot={slot}
              first={i === 0}
              view={socketView(map, scene, index)}
            />
          )
        );
      })}
    </>
  );
}

/** A card's name, with its NUMA node where there are several. */
function nicName(map: SceneMap, nic: number): string {
  const { name, node } = map.nics[nic];
  return node < 0 ? name : `${name} ${t('host.node.short', { n: node })}`;
}

function Titles({
  ix,
  map,
  toolsW,
  limited,
}: {
  ix: StageIndex;
  map: SceneMap;
  toolsW: number;
  /** Transmit rings have byte limits. */
  limited: boolean;
}): ReactNode {
  const { layout } = ix;
  const nic = layout.nics.length === 1 ? map.nics[layout.nics[0].nic] : null;
  const words: Record<(typeof layout.columns)[number]['id'], string> = {
    wire: t('host.column.wire'),
    nic: nic
      ? t(nic.node < 0 ? 'host.column.nic' : 'host.column.nic.node', {
          name: nic.name,
          rate: rateText(nic.linkBps),
          node: nic.node,
        })
      : t('host.column.nics'),
    cpus: t(layout.strips.length > 0 ? 'host.column.cpus.folded' : 'host.column.cpus'),
    tx: t(limited ? 'host.column.tx' : 'host.column.tx.plain'),
    sockets: t(
      (layout.columns.find((column) => column.id === 'sockets')?.w ?? 0) < 180
        ? 'host.column.sockets.short'
        : 'host.column.sockets',
    ),
  };
  const title = (id: keyof typeof words, w: number): string => {
    const room = id === 'nic' ? w - toolsW : w;
    const whole = cut(words[id], room, 11.5);
    if (id === 'tx' && whole !== words[id]) return cut(t('host.column.tx.short'), room, 11.5);
    return id === 'cpus' && whole !== words[id] ? cut(t('host.column.cpus'), room, 11.5) : whole;
  };
  return (
    <g>
      {layout.columns.map(({ id, at, w }) => (
        <text key={id} className="title" x={at.x} y={at.y + 1}>
          {title(id, w)}
        </text>
      ))}
    </g>
  );
}
