/**
 * Where everything on the stage stands: one map, left to right as packets travel (top to bottom where the page is narrow).
 * Pure: (map, what is in use, size, density, theme) -> boxes in world units. The map does not move while time runs: which CPU
 * or socket is unfolded changes what a slot shows, never where a thing stands.
 */
import { drivers } from '../catalog/drivers.ts';
import { rulesFor } from '../catalog/rules.ts';
import type { SceneMap } from '../protocol/scene.ts';
import type { ThemeName } from '../theme/colors.ts';
import { bestColumns, clamp, grid, inset, type Point, type Rect } from './geometry.ts';
import { placeTx, placeTxPortrait, TX_GAP, TX_TITLE, type TxRowLayout, txRoom } from './layout-tx.ts';
import {
  hasLinks,
  LINK_STRIP,
  type LinkLayout,
  linkColumn,
  placeLinkPortrait,
  placeLinks,
} from './layout-link.ts';

export type Density = 'overview' | 'standard' | 'full';

export interface LayoutInput {
  map: SceneMap;
  host: number;
  /** World indexes of the queues in use (`ethtool -L`); null: all. */
  activeQueues: readonly number[] | null;
  /** The stage's size in CSS pixels. */
  width: number;
  height: number;
  density: Density;
  theme: ThemeName;
  /** Of folded CPUs and sockets, which the slots show, first slot first (world index, socket id). */
  openCpus?: readonly number[];
  openSockets?: readonly number[];
  /** Cards that have sent though nothing told that they could (world index). */
  senders?: readonly number[];
  /** Of small transmit queues, which the slot shows (world index). */
  openTx?: readonly number[];
}

export interface RingLayout {
  queue: number;
  number: number;
  cell: Rect;
  c: Point;
  /** Outer and inner radius of the descriptors. */
  r: number;
  r0: number;
  /** Arc segments drawn; each stands for size / bins descriptors. */
  bins: number;
  level: 'full' | 'small' | 'mini';
  /** MSI-X vector: its port on the card's edge. */
  port: Point;
  /** Room for the names of the hands around the circle. */
  labels: boolean;
  /** Where the vector's words stand, one line or two; null: no room. */
  vector: Rect | null;
}

export interface NicLayout {
  nic: number;
  box: Rect;
  title: Point;
  /** A card of one queue, older than RSS: it neither hashes nor looks up; `hash` and `table` stand where the parser stands. */
  plain: boolean;
  /** The steering column: parser, hash, indirection table, ntuple filter. */
  parser: Rect;
  hash: Rect;
  table: Rect;
  /** The table's cells: `cells[i]`, i = hash masked. */
  cells: Rect[];
  tableSize: number;
  ntuple: Rect | null;
  /** TCP in the card; null: the card has none. */
  toe: Rect | null;
  rings: RingLayout[];
  wire: Rect;
}

export interface LaneBoxes {
  poll: Rect;
  gro: Rect;
  rxList: Rect;
  protocol: Rect;
}

export interface LaneLayout {
  cpu: number;
  box: Rect;
  head: Rect;
  boxes: LaneBoxes;
  /** The kernel polls cards, and joins frames: without, there are no such boxes (they stand where `poll` stands). */
  napi: boolean;
  gro: boolean;
  /** Where curves from the rings arrive. */
  in: Point;
  out: Point;
}

export interface StripLayout {
  cpu: number;
  box: Rect;
  level: 'row' | 'cell';
  in: Point;
}

export interface SocketLayout {
  socket: number;
  box: Rect;
  tank: Rect;
  level: 'card' | 'mini';
  /** A low card: its words stand beside the tank, not above it. */
  low: boolean;
  in: Point;
}

export interface StageLayout {
  width: number;
  height: number;
  /** CSS pixels the map needs at least; more than `height` only on narrow pages, which scroll. */
  needs: number;
  /** World to CSS pixels. */
  unit: number;
  w: number;
  h: number;
  portrait: boolean;
  density: Density;
  columns: { id: 'wire' | 'nic' | 'cpus' | 'sockets' | 'tx'; at: Point; w: number }[];
  nics: NicLayout[];
  links: LinkLayout[];
  /** The transmit side of cards that can send. */
  tx: TxRowLayout[];
  /** Unfolded CPUs: all, or the slots. */
  lanes: LaneLayout[];
  /** Folded CPUs, all of them where not all are unfolded. */
  strips: StripLayout[];
  sockets: SocketLayout[];
  /** Unfolded sockets shown in slots, where the others are mini. */
  socketSlots: SocketLayout[];
  /** How many CPUs and sockets the slots can show. */
  cpuSlots: number;
  socketSlotCount: number;
  /** Curves from vectors to CPUs are all drawn (few queues), or only those in use. */
  allCurves: boolean;
}

/** Narrower, the words of a lane's boxes do not fit. */
const MIN_W = 732;
/** The wire's column is so much wider where links stand in it. */
const LINK_W = 36;
const PAD = 12;
const TITLE = 24;
const LANE_MIN = 76;
const LANE_MAX = 140;
const SLOT_MIN = 80;
/** Boxes of a lane at least this high show their contents so much larger, and the layers as a stack. */
const ROOMS: readonly (readonly [number, number])[] = [
  [190, 2],
  [116, 1.5],
  [80, 1.25],
];
/** Room below a ring for its words: two lines, or one where the cell is low. */
/** Below the first line's baseline: room for the second one. */
const TWO_LINES = 11;
const ringWords = (h: number): number => (h < 98 ? 14 : 24);
const CARD_MIN = 54;
const CARD_MAX = 140;

export function layoutStage(input: LayoutInput): StageLayout {
  const portrait = input.width < 600 || input.width < input.height * 0.8;
  return portrait ? layoutPortrait(input) : layoutWide(input);
}

/** Size of type: the theme's wish, the room there is, and no smaller than needed to show the whole map. */
function unitOf(
  theme: ThemeName,
  width: number,
  height: number,
  minW: number,
  minH: number,
  sparse: boolean,
): number {
  // where little stands on a large page, it stands larger
  const wish =
    theme === 'projector'
      ? 1.75
      : sparse
        ? clamp(Math.min(width / 820, height / 450), 1, 1.75)
        : clamp(Math.min(width / 1080, height / 600), 1.1, 1.5);
  return Math.max(0.25, Math.min(wish, width / minW, height / minH));
}

interface Parts {
  cpus: SceneMap['cpus'];
  nics: SceneMap['nics'];
  queuesOf: Map<number, number[]>;
  sockets: SceneMap['sockets'];
  senders: { nic: number; queues: number[] }[];
}

function partsOf(input: LayoutInput): Parts {
  const { map, host } = input;
  // a tunnel is no card
  const nics = map.nics.filter((nic) => nic.host === host && nic.driver !== 'ipip');
  const active = input.activeQueues === null ? null : new Set(input.activeQueues);
  const queuesOf = new Map<number, number[]>();
  for (const nic of nics) {
    const used = active === null ? nic.queues : nic.queues.filter((q) => active.has(q));
    queuesOf.set(nic.index, used.length > 0 ? used : nic.queues.slice(0, 1));
  }
  return {
    cpus: map.cpus.filter((cpu) => cpu.host === host),
    nics,
    queuesOf,
    sockets: map.sockets.filter((socket) => socket.host === host),
    senders: nics
      .filter((nic) => nic.sends || input.senders?.includes(nic.index))
      .map((nic) => ({ nic: nic.index, queues: queuesOf.get(nic.index) ?? [] })),
  };
}

function layoutWide(input: LayoutInput): StageLayout {
  const parts = partsOf(input);
  const queueCount = Math.max(1, ...parts.nics.map((nic) => parts.queuesOf.get(nic.index)?.length ?? 0));
  // type is no larger than four CPUs side by side allow; beyond, they fold
  const open = parts.cpus.length <= 4 && input.density !== 'overview' ? parts.cpus.length : 0;
  const sending = parts.senders.length > 0;
  // the way out takes room that lanes can spare
  const laneMin = (input.density === 'full' ? LANE_MIN - 4 : LANE_MIN) - (sending ? 2 : 0);
  const lanesH = PAD + TITLE - 6 + PAD + open * ((sending ? laneMin : LANE_MIN) + 6) - (sending ? 6 : 0);
  // an old card has a ring only, no table
  const plain = parts.nics.every((nic) => isPlain(nic.driver));
  const nicsH =
    plain || parts.nics.length > 2
      ? parts.nics.length * (plain ? 96 : 108) + 42
      : 348 + (parts.nics.length - 1) * 120;
  const overview = input.density === 'overview';
  const out = txRoom(parts.senders, overview);
  const minH = Math.max(348, lanesH, nicsH) + out.least;
  const sparse =
    parts.cpus.length <= 2 && queueCount <= 2 && parts.nics.length === 1 && parts.sockets.length <= 4;
  const minW = MIN_W + (hasLinks(input.map, input.host) ? LINK_W : 0);
  const unit = unitOf(input.theme, input.width, input.height, minW, minH, sparse);
  const w = input.width / unit;
  const h = input.height / unit;
  const top = PAD + TITLE - 6;
  const area: Rect = { x: PAD, y: top, w: w - 2 * PAD, h: h - top - PAD };
  const bottom = area.y + area.h;
  // what is left over goes to the way out by a part
  area.h -= Math.min(out.most, out.least + Math.max(0, h - minH) * 0.2);

  const linked = hasLinks(input.map, input.host);
  const wireW = linked ? linkColumn(w) : clamp(w * 0.06, 44, 84);
  const nicW = clamp(
    w * (queueCount > 16 ? 0.34 : queueCount > 6 ? 0.31 : queueCount <= 2 ? 0.3 : 0.28),
    214,
    queueCount > 16 ? 420 : 340,
  );
  const gap = clamp(w * 0.045, 34, 72);
  // a router has no socket: no column for any
  const none = parts.sockets.length === 0;
  const sockW = none ? 0 : clamp(w * 0.145, 104, 190);
  const sockGap = none ? 0 : clamp(w * 0.022, 16, 30);
  const nicX = area.x + wireW + 4;
  const laneX = nicX + nicW + gap;
  const sockX = area.x + area.w - sockW;
  const laneW = sockX - sockGap - laneX;

  const columnOf = (x: number, width: number): Rect => ({ x, y: area.y, w: width, h: area.h });
  let lanes = placeCpus(columnOf(laneX, laneW), parts.cpus, input, laneMin);
  // few lanes do not fill a high page: then no column goes on below them, and all stand a little lower
  const lanesEnd = Math.max(0, ...lanes.lanes.map((l) => l.box.y + l.box.h));
  if (lanes.strips.length === 0 && lanesEnd > 0 && parts.nics.length === 1 && parts.sockets.length <= 4) {
    const least = Math.max(300, queueCount * 100, parts.sockets.length * (CARD_MIN + 8));
    const h = Math.min(area.h, Math.max(lanesEnd - area.y, least));
    area.y += (area.h - h) * 0.3;
    area.h = h;
    lanes = placeCpus(columnOf(laneX, laneW), parts.cpus, input, laneMin);
  }
  const titleY = area.y - top + PAD + 8;
  const sockets = placeSockets(columnOf(sockX, sockW), parts.sockets, input);

  const nicGap = 10;
  const total = parts.nics.reduce(
    (sum, nic) => sum + Math.sqrt(parts.queuesOf.get(nic.index)?.length ?? 1),
    0,
  );
  let y = area.y;
  const nics = parts.nics.map((nic): NicLayout => {
    const queues = parts.queuesOf.get(nic.index) ?? [];
    const room = area.h - nicGap * (parts.nics.length - 1);
    const nh = (room * Math.sqrt(queues.length)) / Math.max(1e-9, total);
    const box: Rect = { x: nicX, y, w: nicW, h: nh };
    y += nh + nicGap;
    return placeNic(box, nic, queues, input, { x: area.x, y: box.y, w: wireW, h: nh }, lanes.lanes);
  });

  const outTop = area.y + area.h + (out.least > 0 ? TX_TITLE : 0);
  const outH = Math.min(bottom - outTop, out.most - TX_TITLE);
  const tx = placeTx(
    { x: area.x, y: outTop + TX_GAP, w: area.w, h: outH - TX_GAP },
    nicX,
    parts.senders,
    input.map,
    overview,
    input.openTx ?? [],
  );

  return {
    width: input.width,
    height: input.height,
    needs: 0,
    unit,
    w,
    h,
    portrait: false,
    density: input.density,
    columns: [
      { id: 'wire', at: { x: area.x, y: titleY }, w: wireW },
      { id: 'nic', at: { x: nicX, y: titleY }, w: nicW },
      { id: 'cpus', at: { x: laneX, y: titleY }, w: laneW },
      ...(none ? [] : [{ id: 'sockets' as const, at: { x: sockX, y: titleY }, w: sockW }]),
      ...(tx.length > 0
        ? [{ id: 'tx' as const, at: { x: nicX, y: outTop }, w: area.x + area.w - nicX }]
        : []),
    ],
    nics,
    links: placeLinks(nics, tx, input.map, ({ parser }) => parser.y + parser.h / 2),
    tx,
    ...lanes,
    ...sockets,
    allCurves: queueCount <= 8 && lanes.strips.length === 0,
  };
}

// -- NIC card ----------------------------------------------------------------------------------------------------------

function tableSizeOf(driver: string): number {
  const info = (drivers as Record<string, { indirectionSize: number } | undefined>)[driver];
  return info?.indirectionSize ?? 128;
}

/** Drivers that can have one queue only never choose one. */
function isPlain(driver: string): boolean {
  const info = (drivers as Record<string, { maxQueues: number } | undefined>)[driver];
  return info?.maxQueues === 1;
}

function numberIn(input: LayoutInput, queue: number): number {
  return input.map.queues[queue]?.number ?? queue;
}

function placeNic(
  box: Rect,
  nic: SceneMap['nics'][number],
  queues: number[],
  input: LayoutInput,
  wire: Rect,
  lanes: readonly LaneLayout[],
): NicLayout {
  const inner = inset(box, 8);
  const steerW = clamp(box.w * 0.4, 92, 132);
  const low = inner.h < 230;
  // of several cards on a page, each has a strip for its table: cells without words
  const strip = inner.h < 130;
  const parserH = low ? 30 : 36;
  const hashH = low ? 30 : 38;
  const toeH = nic.toe === null ? 0 : low ? 32 : 58;
  const ntupleH = low || toeH > 0 ? 0 : 34;
  const between = strip ? 3 : low ? 6 : 10;
  const parser: Rect = { x: inner.x, y: inner.y, w: steerW, h: parserH };
  const hash: Rect = { x: inner.x, y: parser.y + parserH + between, w: steerW, h: hashH };
  const tableTop = hash.y + hashH + between;
  const below = Math.max(ntupleH, toeH);
  const tableMax = inner.y + inner.h - tableTop - (below > 0 ? below + between : 0);
  const tableSize = tableSizeOf(nic.driver);
  const cols = tableSize > 128 ? 16 : 8;
  const rows = Math.ceil(tableSize / cols);
  const caption = strip ? 0 : 30;
  const cellH = clamp((tableMax - caption - 10) / rows, 1.5, 10);
  const table: Rect = {
    x: inner.x,
    y: tableTop,
    w: steerW,
    h: Math.min(tableMax, caption + 10 + rows * cellH),
  };
  const cells = strip
    ? grid({ x: table.x + 4, y: table.y + 4, w: table.w - 8, h: table.h - 8 }, tableSize, tableSize / 4, 0.4)
    : grid(
        { x: table.x + 7, y: table.y + 17, w: table.w - 14, h: table.h - caption - 8 },
        tableSize,
        cols,
        cellH > 4 ? 1.5 : 0.6,
      );
  const ntuple: Rect | null =
    ntupleH > 0 ? { x: inner.x, y: table.y + table.h + between, w: steerW, h: ntupleH } : null;

  const field: Rect = {
    x: inner.x + steerW + 12,
    y: box.y + 4,
    w: inner.w - steerW - 12,
    h: box.h - 8,
  };
  const rings = placeRings(field, queues, box.x + box.w, input, lanes);
  if (isPlain(nic.driver)) {
    const alone: Rect = { ...parser, y: inner.y + (inner.h - parserH) / 2 };
    const toe = toeH > 0 ? { ...alone, y: alone.y + parserH + between, h: toeH } : null;
    return {
      nic: nic.index,
      box,
      title: { x: box.x, y: box.y - 8 },
      plain: true,
      parser: alone,
      hash: alone,
      table: alone,
      cells: [],
      tableSize,
      ntuple: null,
      toe,
      rings,
      wire,
    };
  }
  return {
    nic: nic.index,
    box,
    title: { x: box.x, y: box.y - 8 },
    plain: false,
    parser,
    hash,
    table,
    cells,
    tableSize,
    ntuple,
    toe: toeH > 0 ? { x: inner.x, y: table.y + table.h + between, w: steerW, h: toeH } : null,
    rings,
    wire,
  };
}

/** Height of a ring's middle in its cell: its words stand below it. A lane beside takes its way in at the same height. */
function ringLevelWith(cell: Rect): number {
  return cell.y + (cell.h - ringWords(cell.h)) / 2 + 2;
}

function ringLevel(r: number): RingLayout['level'] {
  return r >= 21 ? 'full' : r >= 13 ? 'small' : 'mini';
}

function placeRings(
  field: Rect,
  queues: number[],
  edge: number,
  input: LayoutInput,
  lanes: readonly LaneLayout[],
): RingLayout[] {
  const n = queues.length;
  const single = field.h / n >= 56;
  if (single) {
    // one column; where as many lanes stand beside, each ring at its lane's height, so that ways do not cross
    const aligned =
      lanes.length === n &&
      lanes.every((l) => l.box.y >= field.y - 12 && l.box.y + l.box.h <= field.y + field.h + 12);
    const pitch = field.h / n;
    return queues.map((queue, i) => {
      const cell: Rect = aligned
        ? { x: field.x, y: lanes[i].box.y, w: field.w, h: lanes[i].box.h }
        : {
            x: field.x,
            y: field.y + i * pitch + Math.max(0, pitch - 150) / 2,
            w: field.w,
            h: Math.min(pitch, 150),
          };
      // room around the circle: labels of its hands at the sides, the vector's line below
      const r = clamp(Math.min(field.w / 2 - 21, (cell.h - ringWords(cell.h) - 17) / 2, 54), 12, 54);
      const c: Point = { x: field.x + field.w / 2, y: ringLevelWith(cell) };
      const line = c.y + r + 12;
      return ringAt(queue, input, cell, c, r, edge, {
        x: field.x,
        y: line - 9,
        w: field.w,
        h: cell.y + cell.h - line >= TWO_LINES ? 24 : 12,
      });
    });
  }
  const cols = bestColumns(field.w, field.h, n);
  const cells = grid(field, n, cols, 2);
  return queues.map((queue, i) => {
    const cell = cells[i];
    const side = Math.min(cell.w, cell.h);
    const r = Math.max(4, Math.min(side / 2 - (side > 50 ? 6 : 2), 40));
    const c: Point = { x: cell.x + cell.w / 2, y: cell.y + cell.h / 2 };
    return ringAt(queue, input, cell, c, r, edge, null);
  });
}

function ringAt(
  queue: number,
  input: LayoutInput,
  cell: Rect,
  c: Point,
  r: number,
  edge: number,
  vector: Rect | null,
): RingLayout {
  const level = ringLevel(r);
  return {
    queue,
    number: numberIn(input, queue),
    cell,
    c,
    r,
    r0: level === 'mini' ? r * 0.62 : r * 0.74,
    bins: level === 'full' ? 48 : level === 'small' ? 32 : 24,
    level,
    port: { x: edge, y: c.y },
    labels: level === 'full' && (vector !== null || cell.w / 2 - r >= 18),
    vector,
  };
}

// -- CPUs --------------------------------------------------------------------------------------------------------------

/** What a kernel has: without NAPI frames wait in the backlog, and there is no list; without GRO nothing is held. */
function eraOf(map: SceneMap): Pick<LaneLayout, 'napi' | 'gro'> {
  const { napi, gro } = rulesFor(map.kernel);
  return { napi, gro };
}

function laneAt(cpu: number, box: Rect, era: Pick<LaneLayout, 'napi' | 'gro'>): LaneLayout {
  // its highlight ends where the boxes begin
  const head: Rect = { x: box.x + 5, y: box.y, w: box.w - 5, h: 21 };
  const gap = 5;
  const inner: Rect = { x: box.x + 12, y: box.y + 24, w: box.w - 20, h: box.h - 24 - 7 };
  // napi_poll fits its box on the narrowest stage
  const share = [0.255, 0.31, 0.165, 0.27];
  const room = inner.w - gap * 3;
  let x = inner.x;
  const [first, second, third, protocol] = share.map((s): Rect => {
    const r: Rect = { x, y: inner.y, w: room * s, h: inner.h };
    x += r.w + gap;
    return r;
  });
  // what is not there leaves its room to the box before it, and stands where that stands
  const last = !era.napi ? third : !era.gro ? second : first;
  const poll: Rect = { ...first, w: last.x + last.w - first.x };
  const gro = era.gro && era.napi ? second : poll;
  const rxList = era.napi ? third : poll;
  // level with the ring beside it, which has a line of words below
  const mid = ringLevelWith(box);
  return {
    cpu,
    box,
    head,
    boxes: { poll, gro, rxList, protocol },
    ...era,
    in: { x: box.x, y: mid },
    out: { x: box.x + box.w, y: mid },
  };
}

function placeCpus(
  area: Rect,
  cpus: SceneMap['cpus'],
  input: LayoutInput,
  min: number,
): Pick<StageLayout, 'lanes' | 'strips' | 'cpuSlots'> {
  const n = cpus.length;
  const gap = 8;
  if (n === 0) return { lanes: [], strips: [], cpuSlots: 0 };
  const fits = n * min + (n - 1) * (gap - 2) <= area.h && input.density !== 'overview';
  if (fits) {
    const used = Math.min(gap, n > 1 ? (area.h - n * min) / (n - 1) : gap);
    const between = Math.max(4, used);
    const h = Math.min((area.h - between * (n - 1)) / n, n <= 2 ? 215 : n === 3 ? 170 : LANE_MAX + 10);
    const y = area.y + middle(n, area.h, n * h + between * (n - 1));
    return {
      lanes: cpus.map((cpu, i) =>
        laneAt(cpu.index, { x: area.x, y: y + i * (h + between), w: area.w, h }, eraOf(input.map)),
      ),
      strips: [],
      cpuSlots: n,
    };
  }
  // slots above, all CPUs as strips below: strips never move, slots show whom the playhead touches
  const stripMin = 17;
  const slots = Math.min(n, input.density === 'overview' ? 1 : area.h >= 420 || n <= 8 ? 2 : 1);
  let slotH = clamp((area.h * (slots === 1 ? 0.3 : 0.46)) / slots, SLOT_MIN, LANE_MAX);
  const stripsTop = (): number => slots * (slotH + gap) + 14;
  let cols = 1;
  while (cols < 8 && Math.ceil(n / cols) * (stripMin + 3) > area.h - stripsTop()) cols += 1;
  const rows = Math.ceil(n / cols);
  const pitch = Math.min((area.h - stripsTop()) / rows, 30);
  // room left goes to the slots
  const spare = area.h - stripsTop() - pitch * rows;
  if (spare > 0) slotH = Math.min(slotH + spare / slots, LANE_MAX);
  const open = openOf(
    input.openCpus,
    cpus.map((cpu) => cpu.index),
    slots,
  );
  const lanes = open.map((cpu, i) =>
    laneAt(cpu, { x: area.x, y: area.y + i * (slotH + gap), w: area.w, h: slotH }, eraOf(input.map)),
  );
  const field: Rect = { x: area.x, y: area.y + stripsTop(), w: area.w, h: pitch * rows - 3 };
  const cells = columnGrid(field, n, cols, cols > 2 ? 4 : 8, 3);
  const strips = cpus.map((cpu, i): StripLayout => {
    const box = cells[i];
    return {
      cpu: cpu.index,
      box,
      level: box.w >= 128 ? 'row' : 'cell',
      in: { x: box.x, y: box.y + box.h / 2 },
    };
  });
  return { lanes, strips, cpuSlots: slots };
}

/** Cells column by column: CPU 0, 1, 2 stand below one another. */
function columnGrid(r: Rect, count: number, cols: number, gapX: number, gapY: number): Rect[] {
  const rows = Math.max(1, Math.ceil(count / cols));
  const w = (r.w - gapX * (cols - 1)) / cols;
  const h = (r.h - gapY * (rows - 1)) / rows;
  return Array.from({ length: count }, (_, i) => ({
    x: r.x + Math.floor(i / rows) * (w + gapX),
    y: r.y + (i % rows) * (h + gapY),
    w,
    h,
  }));
}

/** Where a column begins: a single thing stands in the middle, level with what leads to it. */
function middle(count: number, room: number, used: number): number {
  return count === 1 ? Math.max(0, room - used) * 0.4 : 0;
}

function openOf(wanted: readonly number[] | undefined, all: readonly number[], slots: number): number[] {
  const known = new Set(all);
  const open = [...new Set(wanted ?? [])].filter((id) => known.has(id)).slice(0, slots);
  for (const id of all) {
    if (open.length >= slots) break;
    if (!open.includes(id)) open.push(id);
  }
  return open;
}

/** The three layers within a protocol box, netif first. */
/** How much larger than usual a lane's contents stand, for what room its boxes have. */
export function roomOf(box: Rect): number {
  return ROOMS.find(([least]) => box.h >= least)?.[1] ?? 1;
}

export function layerRects(r: Rect): [Rect, Rect, Rect] {
  if (roomOf(r) > 1) {
    // a stack, as it is drawn in books: what comes in enters below
    const h = (r.h - 8 - (r.h >= 116 ? 36 : 25)) / 3;
    const row = (n: number): Rect => ({ x: r.x + 4, y: r.y + 4 + (2 - n) * h, w: r.w - 8, h });
    return [row(0), row(1), row(2)];
  }
  const w = r.w - 8;
  const at = (from: number, share: number): Rect => ({ x: r.x + 4 + w * from, y: r.y, w: w * share, h: r.h });
  return [at(0, 0.37), at(0.37, 0.23), at(0.6, 0.4)];
}

// -- sockets -----------------------------------------------------------------------------------------------------------

function cardAt(socket: number, box: Rect): SocketLayout {
  const low = box.h < 80;
  const tankW = low ? clamp(box.w * 0.18, 20, 32) : clamp(box.w * 0.26, 24, 40);
  const tankTop = low ? box.y + 9 : box.y + 36;
  return {
    socket,
    box,
    tank: { x: box.x + 9, y: tankTop, w: tankW, h: Math.max(12, box.y + box.h - tankTop - 8) },
    level: 'card',
    low,
    in: { x: box.x, y: box.y + box.h / 2 },
  };
}

function miniAt(socket: number, box: Rect): SocketLayout {
  return {
    socket,
    box,
    tank: inset(box, box.w > 20 ? 4 : 2),
    level: 'mini',
    low: true,
    in: { x: box.x, y: box.y + box.h / 2 },
  };
}

function placeSockets(
  area: Rect,
  sockets: SceneMap['sockets'],
  input: LayoutInput,
): Pick<StageLayout, 'sockets' | 'socketSlots' | 'socketSlotCount'> {
  const n = sockets.length;
  const gap = 8;
  if (n === 0) return { sockets: [], socketSlots: [], socketSlotCount: 0 };
  if (n * CARD_MIN + (n - 1) * gap <= area.h) {
    const pitch = Math.min((area.h + gap) / n, CARD_MAX + gap);
    const y = area.y + middle(n, area.h, n * pitch - gap);
    return {
      sockets: sockets.map((s, i) =>
        cardAt(s.id, { x: area.x, y: y + i * pitch, w: area.w, h: pitch - gap }),
      ),
      socketSlots: [],
      socketSlotCount: 0,
    };
  }
  const slots = area.h > 420 ? 2 : 1;
  const slotH = clamp(area.h * 0.24, 80, 110);
  const open = openOf(
    input.openSockets,
    sockets.map((s) => s.id),
    slots,
  );
  const socketSlots = open.map((id, i) =>
    cardAt(id, { x: area.x, y: area.y + i * (slotH + gap), w: area.w, h: slotH }),
  );
  const field: Rect = { x: area.x, y: area.y + slots * (slotH + gap) + 14, w: area.w, h: 0 };
  field.h = area.y + area.h - field.y;
  const cols = bestColumns(field.w, field.h, n);
  const cells = grid(field, n, cols, n > 40 ? 3 : 5);
  const side = 46;
  return {
    sockets: sockets.map((s, i) => miniAt(s.id, { ...cells[i], h: Math.min(cells[i].h, side * 1.4) })),
    socketSlots,
    socketSlotCount: slots,
  };
}

// -- narrow pages ------------------------------------------------------------------------------------------------------

function layoutPortrait(input: LayoutInput): StageLayout {
  const parts = partsOf(input);
  const wish = input.theme === 'projector' ? 1.25 : clamp(input.width / 390, 1, 1.5);
  const unit = Math.min(wish, input.width / 340);
  const w = input.width / unit;
  const x = 10;
  const inner = w - 2 * x;
  let y = 8;
  const nics: NicLayout[] = [];
  const columns: StageLayout['columns'] = [];
  columns.push({ id: 'nic', at: { x, y: y + 10 }, w: inner });
  y += 18;
  const links: LinkLayout[] = [];
  for (const nic of parts.nics) {
    const queues = parts.queuesOf.get(nic.index) ?? [];
    const link = placeLinkPortrait(input.map, nic.index, { x, y, w: inner, h: LINK_STRIP });
    if (link !== null) {
      links.push(link);
      y += LINK_STRIP + 6;
    }
    const wire: Rect = { x, y, w: inner, h: 26 };
    const cardTop = y + 30;
    const steerH = 56;
    const toeH = nic.toe === null ? 0 : 50;
    const cols =
      queues.length <= 4 ? Math.max(queues.length, 3) : Math.min(queues.length, queues.length <= 16 ? 6 : 10);
    const rows = Math.ceil(queues.length / cols);
    const side = Math.min((inner - 16) / cols, queues.length <= 4 ? 92 : queues.length <= 16 ? 62 : 36);
    const cardH = 8 + toeH + steerH + 6 + rows * side + 6;
    const box: Rect = { x, y: cardTop, w: inner, h: cardH };
    const third = (inner - 16 - 12) / 3;
    const plain = isPlain(nic.driver);
    const parser: Rect = { x: x + 8, y: cardTop + 8, w: plain ? inner - 16 : third, h: steerH };
    const hash: Rect = plain ? parser : { x: parser.x + third + 6, y: parser.y, w: third, h: steerH };
    const table: Rect = plain ? parser : { x: hash.x + third + 6, y: parser.y, w: third, h: steerH };
    const tableSize = tableSizeOf(nic.driver);
    const cells = plain
      ? []
      : grid({ x: table.x + 5, y: table.y + 16, w: third - 10, h: steerH - 33 }, tableSize, 32, 0.4);
    const field: Rect = { x: x + 8, y: cardTop + 8 + toeH + steerH + 6, w: inner - 16, h: rows * side };
    const rings = grid(field, queues.length, cols, 0).map((cell, i) => {
      const r = Math.max(5, Math.min(side, cell.w) / 2 - (side > 60 ? 10 : 2));
      const c = { x: cell.x + cell.w / 2, y: cell.y + side / 2 };
      const ring = ringAt(queues[i], input, cell, c, Math.min(r, 34), box.x + box.w, null);
      ring.port = { x: c.x, y: box.y + box.h };
      return ring;
    });
    nics.push({
      nic: nic.index,
      box,
      title: { x, y: y - 4 },
      plain,
      parser,
      hash,
      table,
      cells,
      tableSize,
      ntuple: null,
      toe: toeH > 0 ? { x: x + 8, y: cardTop + 8 + steerH + 6, w: inner - 16, h: toeH - 6 } : null,
      rings,
      wire,
    });
    y = cardTop + cardH + 8;
  }
  y += 16;
  columns.push({ id: 'cpus', at: { x, y: y + 8 }, w: inner });
  y += 16;
  const n = parts.cpus.length;
  const slots = Math.min(n, 1);
  const open = openOf(
    input.openCpus,
    parts.cpus.map((cpu) => cpu.index),
    slots,
  );
  const lanes = open.map((cpu, i) => laneAt(cpu, { x, y: y + i * 98, w: inner, h: 92 }, eraOf(input.map)));
  y += slots * 98;
  const strips: StripLayout[] = [];
  if (n > 1) {
    const cols = n <= 8 ? 2 : n <= 24 ? 4 : 8;
    const rows = Math.ceil(n / cols);
    const cells = columnGrid({ x, y, w: inner, h: rows * 27 - 4 }, n, cols, 4, 4);
    parts.cpus.forEach((cpu, i) => {
      strips.push({
        cpu: cpu.index,
        box: cells[i],
        level: cells[i].w >= 128 ? 'row' : 'cell',
        in: { x: cells[i].x + cells[i].w / 2, y: cells[i].y },
      });
    });
    y += rows * 27 + 2;
  }
  for (const lane of lanes) {
    lane.in = { x: lane.box.x + lane.box.w / 2, y: lane.box.y };
    lane.out = { x: lane.box.x + lane.box.w / 2, y: lane.box.y + lane.box.h };
  }
  y += 16;
  if (parts.sockets.length > 0) columns.push({ id: 'sockets', at: { x, y: y + 8 }, w: inner });
  y += 16;
  const s = parts.sockets.length;
  let sockets: SocketLayout[] = [];
  let socketSlots: SocketLayout[] = [];
  let socketSlotCount = 0;
  if (s > 0 && s <= 6) {
    const cols = s <= 3 ? s : Math.ceil(s / 2) <= 2 ? 2 : 3;
    const rows = Math.ceil(s / cols);
    const wide = Math.min(inner, cols * 190);
    sockets = grid({ x, y, w: wide, h: rows * 88 - 6 }, s, cols, 6).map((cell, i) =>
      cardAt(parts.sockets[i].id, cell),
    );
    y += rows * 88;
  } else if (s > 6) {
    socketSlotCount = 1;
    const openS = openOf(
      input.openSockets,
      parts.sockets.map((k) => k.id),
      1,
    );
    socketSlots = openS.map((id) => cardAt(id, { x, y, w: inner, h: 84 }));
    y += 92;
    const cols = Math.min(s, 12);
    const rows = Math.ceil(s / cols);
    sockets = grid({ x, y, w: inner, h: rows * 34 - 4 }, s, cols, 4).map((cell, i) =>
      miniAt(parts.sockets[i].id, cell),
    );
    y += rows * 34;
  }
  for (const socket of [...sockets, ...socketSlots])
    socket.in = { x: socket.box.x + socket.box.w / 2, y: socket.box.y };
  let tx: TxRowLayout[] = [];
  if (parts.senders.length > 0) {
    y += s > 0 ? 16 : 0;
    columns.push({ id: 'tx', at: { x, y: y + 8 }, w: inner });
    const placed = placeTxPortrait(x, y + 16, inner, parts.senders, input.map, input.openTx ?? []);
    tx = placed.rows;
    y = placed.bottom;
  }
  return {
    width: input.width,
    height: Math.max(input.height, Math.ceil((y + 8) * unit)),
    needs: Math.ceil((y + 8) * unit),
    unit,
    w,
    h: Math.max(input.height / unit, y + 8),
    portrait: true,
    density: input.density,
    columns,
    nics,
    links,
    tx,
    lanes,
    strips,
    sockets,
    socketSlots,
    cpuSlots: slots,
    socketSlotCount,
    allCurves: false,
  };
}
