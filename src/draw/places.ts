/** From a place of the world's table, or a record, to where it stands on the stage. */
import { kindName } from '../catalog/kinds.ts';
import type { Place } from '../catalog/places.ts';
import { Reason } from '../catalog/reasons.ts';
import type { RecordView, Scene, SceneMap } from '../protocol/scene.ts';
import { grow, type Point, type Rect } from './geometry.ts';
import type { LaneLayout, NicLayout, RingLayout, SocketLayout, StageLayout, StripLayout } from './layout.ts';
import type { LinkLayout } from './layout-link.ts';
import type { TxLayout, TxRowLayout } from './layout-tx.ts';

/** A place with world indexes: -1 where it has none. */
export interface Spot {
  type: Place['type'];
  host: number;
  nic: number;
  queue: number;
  cpu: number;
  /** Index into map.sockets and scene.sockets; into map.tasks and scene.tasks. */
  socket: number;
  task: number;
  /** Direction of a link. */
  way: number;
}

/** The place table with indexes, made once a map. */
export function spotsOf(map: SceneMap): Spot[] {
  const hosts = new Map(map.hosts.map((host, i) => [host.id, i]));
  return map.places.map((place): Spot => {
    const host = hosts.get(place.host) ?? 0;
    const nic =
      place.nic === undefined ? -1 : map.nics.findIndex((n) => n.host === host && n.name === place.nic);
    return {
      type: place.type,
      host,
      nic,
      queue:
        place.queue === undefined || nic < 0
          ? -1
          : map.queues.findIndex((q) => q.nic === nic && q.number === place.queue),
      cpu:
        place.cpu === undefined ? -1 : map.cpus.findIndex((c) => c.host === host && c.number === place.cpu),
      socket: place.socket === undefined ? -1 : map.sockets.findIndex((s) => s.id === place.socket),
      task: place.task === undefined ? -1 : map.tasks.findIndex((k) => k.id === place.task),
      way: place.link === undefined ? -1 : (map.ways.find((way) => way.from === nic)?.index ?? -1),
    };
  });
}

/** Layout rows by world index, for quick finding. */
export interface StageIndex {
  layout: StageLayout;
  nics: Map<number, NicLayout>;
  rings: Map<number, RingLayout>;
  /** Transmit queues by world index, where they always stand and in slots; rows by NIC. */
  tx: Map<number, TxLayout>;
  txSlots: Map<number, TxLayout>;
  txRows: Map<number, TxRowLayout>;
  lanes: Map<number, LaneLayout>;
  strips: Map<number, StripLayout>;
  /** By socket id. */
  sockets: Map<number, SocketLayout>;
  socketSlots: Map<number, SocketLayout>;
}

export function indexStage(layout: StageLayout): StageIndex {
  return {
    layout,
    nics: new Map(layout.nics.map((n) => [n.nic, n])),
    rings: new Map(layout.nics.flatMap((n) => n.rings.map((r): [number, RingLayout] => [r.queue, r]))),
    tx: new Map(layout.tx.flatMap((row) => row.cells.map((cell): [number, TxLayout] => [cell.queue, cell]))),
    txSlots: new Map(
      layout.tx.flatMap(({ slot }) => (slot === null ? [] : [[slot.queue, slot] as [number, TxLayout]])),
    ),
    txRows: new Map(layout.tx.map((row) => [row.nic, row])),
    lanes: new Map(layout.lanes.map((l) => [l.cpu, l])),
    strips: new Map(layout.strips.map((s) => [s.cpu, s])),
    sockets: new Map(layout.sockets.map((s) => [s.socket, s])),
    socketSlots: new Map(layout.socketSlots.map((s) => [s.socket, s])),
  };
}

/** A transmit queue where it is seen best. */
export function txAt(ix: StageIndex, queue: number): TxLayout | undefined {
  return ix.txSlots.get(queue) ?? ix.tx.get(queue);
}

export function ringRect(ring: Pick<RingLayout, 'c' | 'r'>): Rect {
  return { x: ring.c.x - ring.r, y: ring.c.y - ring.r, w: 2 * ring.r, h: 2 * ring.r };
}

/** A socket where it is seen best: unfolded in a slot, else where it always stands. */
export function socketAt(ix: StageIndex, id: number): SocketLayout | undefined {
  return ix.socketSlots.get(id) ?? ix.sockets.get(id);
}

/** A CPU where it is seen best. */
export function cpuBox(ix: StageIndex, cpu: number): Rect | null {
  return ix.lanes.get(cpu)?.box ?? ix.strips.get(cpu)?.box ?? null;
}

export function cpuIn(ix: StageIndex, cpu: number): Point | null {
  return ix.lanes.get(cpu)?.in ?? ix.strips.get(cpu)?.in ?? null;
}

/** The CPU that serves a queue: the one polling it, else where its vector points. */
export function cpuOfQueue(scene: Scene, queue: number): number {
  const q = scene.queues[queue];
  if (q === undefined) return -1;
  return q.napi.cpu ?? q.affinity[0] ?? -1;
}

type LanePart = 'head' | 'poll' | 'gro' | 'rxList' | 'protocol';

const LANE_PARTS: Readonly<Record<string, LanePart>> = {
  pollStart: 'poll',
  pollFrame: 'poll',
  pollEnd: 'poll',
  napiComplete: 'poll',
  gro: 'gro',
  groComplete: 'gro',
  listDeliver: 'rxList',
  rpsSelect: 'protocol',
  netifReceive: 'protocol',
  ipRcv: 'protocol',
  tunnelXmit: 'protocol',
  tunnelRcv: 'protocol',
  cellTake: 'poll',
  bridgeRcv: 'protocol',
  bridgeForward: 'protocol',
  l4Rcv: 'protocol',
  consumed: 'protocol',
  hardirqEnter: 'head',
  hardirqExit: 'head',
  napiSchedule: 'head',
  softirqEnter: 'head',
  softirqExit: 'head',
  netRxAction: 'head',
  netRxDone: 'head',
  ksoftirqdWake: 'head',
  threadWake: 'head',
  schedSwitch: 'head',
  schedDecision: 'head',
  busyPollStart: 'head',
  busyPollTake: 'head',
  busyPollEnd: 'head',
  timerFire: 'head',
  irqPending: 'head',
};

/** What a record touched on the stage: one box, and whom it concerns. */
export interface Touch {
  rect: Rect;
  cpu: number;
  queue: number;
  /** Socket id, 0 none. */
  socket: number;
  /** The box is a ring's: mark it round. */
  round: boolean;
  /** Side on which a tag covers least. */
  tag: 'above' | 'below';
  /** The tag begins where the box does; else it ends there. */
  start?: boolean;
  /** Box that the tag hangs on instead, where words stand on all sides of the one touched. */
  tagOn?: Rect;
}

/** Reasons to wait in the queueing discipline, not in the ring. */
export const TX_WAITS: ReadonlySet<number> = new Set([
  Reason.txQdisc,
  Reason.txBql,
  Reason.txBehind,
  Reason.txOtherRuns,
  Reason.txOvertakes,
  Reason.txNoBypass,
]);

/** What happens in the box of the queueing discipline. */
const IN_QDISC: ReadonlySet<string> = new Set([
  'qdiscClassify',
  'qdiscThrottle',
  'qdiscTurn',
  'qdiscWatchdog',
  'codelState',
]);

/** The part of a card's cable on which what it sends is seen. */
export function cableRect(row: TxRowLayout): Rect {
  return { x: row.wire.x, y: row.cableY - 8, w: Math.max(24, row.wire.w - 4), h: 16 };
}

function lanePart(ix: StageIndex, cpu: number, part: LanePart): Rect | null {
  const lane = ix.lanes.get(cpu);
  if (lane === undefined) return ix.strips.get(cpu)?.box ?? null;
  return part === 'head' ? lane.head : lane.boxes[part];
}

/** On narrow pages the column's title stands right above its cards. */
function underCard(ix: StageIndex): Touch['tag'] {
  return ix.layout.portrait ? 'below' : 'above';
}

/** Where a record happened; null where it is not on the stage (another host, the host as a whole). */
export function touchOf(
  ix: StageIndex,
  map: SceneMap,
  spots: readonly Spot[],
  record: RecordView,
): Touch | null {
  const spot = spots[record.place];
  const name = kindName(record.kind);
  if (spot === undefined || name === undefined) return null;
  const cpu = record.cpu < map.cpus.length && record.cpu >= 0 ? record.cpu : spot.cpu;
  const socket = spot.socket >= 0 ? map.sockets[spot.socket].id : 0;
  const isRing = (rect: Rect): boolean => spot.type === 'rx-ring' && Math.abs(rect.w - rect.h) < 0.01;
  // parts of a lane have the gap between lanes below them
  const below = (rect: Rect): boolean => {
    const lane = ix.lanes.get(cpu);
    return (
      (spot.type === 'vector' && rect.h < 20) ||
      (spot.type === 'socket' && underCard(ix) === 'below') ||
      (lane !== undefined && Object.values(lane.boxes).includes(rect))
    );
  };
  const touch = (rect: Rect | null | undefined): Touch | null =>
    rect
      ? { rect, cpu, queue: spot.queue, socket, round: isRing(rect), tag: below(rect) ? 'below' : 'above' }
      : null;
  if (name !== 'drop') {
    const part = LANE_PARTS[name];
    if (part !== undefined && cpu >= 0) {
      const rect = lanePart(ix, cpu, part);
      if (rect !== null) return touch(rect);
    }
    if (
      (name === 'wakeUp' ||
        name === 'recv' ||
        name === 'syscallEnter' ||
        name === 'syscallExit' ||
        name === 'appSleep') &&
      socket === 0
    ) {
      const task = map.tasks[spot.task];
      const id = task?.sockets[0];
      const at = id === undefined ? undefined : socketAt(ix, id);
      if (at !== undefined)
        return { rect: at.box, cpu, queue: -1, socket: at.socket, round: false, tag: underCard(ix) };
    }
    const nic = ix.nics.get(spot.nic);
    const row = ix.txRows.get(spot.nic);
    // above stand the words of its row
    const outside = { tag: 'below', start: true } as const;
    if (name === 'txSent' && row !== undefined) return { ...(touch(cableRect(row)) as Touch), ...outside };
    const tx = spot.type === 'tx-ring' ? txAt(ix, spot.queue) : undefined;
    if (tx !== undefined && (name === 'txSelect' || IN_QDISC.has(name)))
      return { ...(touch(tx.level === 'mini' ? tx.cell : tx.qdisc) as Touch), ...outside };
    if (tx !== undefined && (name === 'txQueue' || name === 'txClean')) {
      const waits = name === 'txQueue' && TX_WAITS.has(record.reason);
      return { ...(touch(waits ? tx.qdisc : grow(ringRect(tx), 1)) as Touch), round: !waits, ...outside };
    }
    if (name === 'queueSelected' && nic !== undefined) return touch(nic.hash);
    if (name === 'frameArrived' && nic !== undefined) return touch(nic.parser);
  }
  const found = touch(rectOfSpot(ix, map, spot, cpu));
  const link = spot.type === 'link' ? linkOfWay(ix, spot.way) : undefined;
  return found !== null && link !== undefined ? { ...found, tagOn: link.box } : found;
}

function linkOfWay(ix: StageIndex, way: number): LinkLayout | undefined {
  return ix.layout.links.find((link) => link.out === way || link.back === way);
}

/** The lane on which a direction of a link is seen; null: neither of its ends is here. */
export function laneOfWay(ix: StageIndex, way: number): Rect | null {
  const link = linkOfWay(ix, way);
  return link === undefined ? null : grow(link.out === way ? link.outLane : link.inLane, 2);
}

/** The box of a place. */
export function rectOfSpot(ix: StageIndex, map: SceneMap, spot: Spot, cpu = spot.cpu): Rect | null {
  switch (spot.type) {
    case 'link':
      return laneOfWay(ix, spot.way);
    case 'wire':
      return ix.nics.get(spot.nic)?.wire ?? null;
    case 'mac':
      return ix.nics.get(spot.nic)?.parser ?? null;
    case 'steering':
      return ix.nics.get(spot.nic)?.table ?? null;
    case 'toe':
      return ix.nics.get(spot.nic)?.toe ?? ix.nics.get(spot.nic)?.parser ?? null;
    case 'tx-ring': {
      const tx = txAt(ix, spot.queue);
      if (tx !== undefined) return tx.level === 'mini' ? tx.cell : tx.qdisc;
      const ring = ix.rings.get(spot.queue);
      if (ring !== undefined) return grow(ringRect(ring), 1);
      // a tunnel has no box of its own: the CPU does its work
      return cpu >= 0 && map.nics[spot.nic]?.driver === 'ipip' ? lanePart(ix, cpu, 'protocol') : null;
    }
    case 'rx-ring': {
      const ring = ix.rings.get(spot.queue);
      return ring ? grow(ringRect(ring), 1) : null;
    }
    case 'vector': {
      const ring = ix.rings.get(spot.queue);
      // its first line: the second is for what was missed
      return ring ? (ring.vector ? { ...ring.vector, h: 12 } : grow(ringRect(ring), 2)) : null;
    }
    case 'napi':
      return cpu >= 0 ? lanePart(ix, cpu, 'poll') : null;
    case 'cpu':
    case 'lock':
      return lanePart(ix, cpu, 'head');
    case 'backlog':
    case 'protocol':
      return lanePart(ix, spot.cpu, 'protocol');
    case 'socket': {
      const socket = map.sockets[spot.socket];
      return socket ? (socketAt(ix, socket.id)?.box ?? null) : null;
    }
    case 'app': {
      const id = map.tasks[spot.task]?.sockets[0];
      return id === undefined ? null : (socketAt(ix, id)?.box ?? null);
    }
    case 'host':
      return null;
  }
}

/** Where what is lost at a place comes to lie: within reach of it, clear of its labels; and where the reason stands. */
export interface DropSpot extends Point {
  /** From one cross to the next. */
  step: Point;
  label: Point;
  /** The label stands centred on its point, not to the right of it. */
  centred: boolean;
}

export function dropPoint(ix: StageIndex, map: SceneMap, spot: Spot): DropSpot | null {
  const ring = spot.type === 'rx-ring' ? ix.rings.get(spot.queue) : undefined;
  const beside: Point = { x: 14, y: 0 };
  if (ring !== undefined) {
    if (ring.vector !== null) {
      // a pile at the ring's left, growing upwards
      const x = Math.min(ring.c.x - ring.r - 17, ring.cell.x + 2);
      return {
        x,
        y: ring.c.y + ring.r - 9,
        step: { x: 0, y: -11 },
        label: { x: ring.c.x, y: ring.vector.y + 10 },
        centred: true,
      };
    }
    const y = Math.min(ring.cell.y + ring.cell.h - 10, ring.c.y + ring.r + 3);
    const x = ring.c.x - ring.r;
    return { x, y, step: beside, label: { x: x - 2, y: y + 11 }, centred: false };
  }
  const rect = rectOfSpot(ix, map, spot);
  if (rect === null) return null;
  const at = (x: number, y: number): DropSpot => ({
    x,
    y,
    step: beside,
    label: { x: x - 4, y: y + 12 },
    centred: false,
  });
  if (spot.type === 'socket') {
    const card = socketAt(ix, map.sockets[spot.socket]?.id ?? 0);
    if (card?.level === 'card')
      return {
        ...at(card.tank.x + card.tank.w + 8, card.box.y + card.box.h - 12),
        label: { x: card.box.x + 6, y: card.box.y + card.box.h + 1 },
      };
  }
  if (spot.type === 'tx-ring' && ix.txRows.size > 0) {
    // above what waits: there is none after the last one
    const x = rect.x + rect.w - 18;
    return { x, y: rect.y - 11, step: { x: -14, y: 0 }, label: { x, y: rect.y - 26 }, centred: true };
  }
  if (spot.type === 'link') {
    // the reason stands below the link's box: within it every line has words
    const box = linkOfWay(ix, spot.way)?.box ?? rect;
    const label = { x: box.x, y: box.y + box.h + 2 };
    return { ...at(rect.x + rect.w / 2 - 6, rect.y + 2), label };
  }
  if (spot.type === 'mac' || spot.type === 'wire') return at(rect.x + 8, rect.y + rect.h + 1);
  return at(rect.x + 6, rect.y + rect.h - 10);
}
