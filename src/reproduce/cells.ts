/**
 * Published results, cell by cell: unit, value, tolerance, kind, and how the model is asked. What the model doesn't have yet stands
 * here as well, with nobody to ask. Sources: XDP paper data (CoNEXT 2018 artefact), CPUMAP optimisation notes (2019), NAPI_HOWTO
 * (2002), Beyond Softnet as quoted, LCA 2015 frame budgets.
 */
import { answering, dropping, lineRate, oldRouter, routing, sink } from './machines.ts';
import {
  arrivalRate,
  busyShare,
  deliveredPps,
  droppedPps,
  napiTable,
  readPps,
  sentPps,
  transactionsPs,
  txPerCompletion,
} from './measure.ts';

export type Tolerance =
  | { type: 'rel' | 'abs' | 'exact'; value: number }
  /** Between `published` and this. */
  | { type: 'range'; value: number }
  | { type: 'order'; value: number };

export interface Cell {
  id: string;
  cell: string;
  title: string;
  unit: string;
  published: number;
  tolerance: Tolerance;
  /** C: used to fit the costs; T: comes out of it; stated: said by somebody, not measured in a source we could read. */
  kind: 'C' | 'T' | 'stated';
  /** What the model gives; absent: not modelled. */
  model?: () => number;
}

const MS = 1_000_000;
const rel = (value: number): Tolerance => ({ type: 'rel', value });
const M = 1e6;

function row(id: string, title: string, unit: string, kind: Cell['kind'], tolerance: Tolerance) {
  return (cell: string, published: number, model?: () => number, own: Tolerance = tolerance): Cell => ({
    id,
    cell,
    title,
    unit,
    published,
    tolerance: own,
    kind,
    ...(model === undefined ? {} : { model }),
  });
}

const b1 = row('B1', 'Where packets are dropped, one core', 'Mpps', 'C', rel(0.05));
const b2 = row('B2', 'Firewall drop over queues and cores', 'Mpps', 'T', rel(0.05));
const b3 = row('B3', 'Router over cores', 'Mpps', 'T', rel(0.06));
const b4 = row('B4', 'XDP router', 'Mpps', 'T', rel(0.06));
const b5 = row('B5', 'CPU busy against load', '%', 'T', { type: 'abs', value: 8 });
const b6 = row('B6', 'NAPI under 1 million packets', 'packets', 'T', rel(0.06));
const b6irq = row('B6', 'NAPI under 1 million packets', 'interrupts', 'T', rel(0.1));
const b8 = row('B8', 'Reader on the receiving CPU, or on another', 'Mpps', 'T', rel(0.1));
const b13 = row('B13', 'Busy polling, UDP request and response', 'k/s', 'T', rel(0.12));
const b19 = row('B19', 'What GRO costs where nothing merges', '%', 'T', { type: 'abs', value: 3 });
const b24 = row('B24', 'Packets a transmit completion, router at its limit', 'packets', 'T', {
  type: 'abs',
  value: 1,
});
const b29 = row('B29', 'Frames a second at line rate', 'Mpps', 'T', { type: 'exact', value: 0.005 });
const b33 = row('B33', 'Livelock before NAPI, and its cure', 'kpps', 'stated', rel(0.1));
const b34 = row('B34', 'Mogul and Ramakrishnan’s livelock', 'packets/s', 'stated', rel(0.1));

const B2_RAW = [5.05, 10.23, 15.1, 20.08, 25.0, 29.44];
const B3_ONE_ROUTE = [1.74, 3.371, 4.977, 6.489, 7.849, 9.286];
const B5_LINUX: [number, number][] = [
  [0.25, 21],
  [0.5, 30.2],
  [1, 42.6],
  [2, 59.6],
  [3, 70.8],
  [5, 100],
];
/** Frame bytes, packets a second offered, delivered of a million, receive interrupts. */
const B6: [number, number, number, number][] = [
  [60, 890_000, 409_362, 17],
  [128, 758_150, 464_364, 21],
  [256, 445_600, 774_646, 42],
  [512, 232_700, 994_445, 241_292],
  [1024, 119_100, 1_000_003, 872_519],
  [1440, 85_200, 1_000_003, 946_576],
];

export const cells: readonly Cell[] = [
  b1('raw', 4.945, () => droppedPps(dropping('raw-drop', 1, 12 * M), 20 * MS) / M),
  b1('filter', 3.32, () => droppedPps(dropping('filter-drop', 1, 12 * M), 20 * MS) / M),
  b1('xdp', 24.8),
  b1('conntrack', 1.82),
  b1('dpdk', 43.5),
  ...B2_RAW.map((mpps, i) =>
    b2(`raw/${i + 1}`, mpps, () => droppedPps(dropping('raw-drop', i + 1, 8 * M * (i + 1)), 6 * MS) / M),
  ),
  ...B3_ONE_ROUTE.map((mpps, i) => ({
    ...b3(`one route/${i + 1}`, mpps, () => sentPps(routing(i + 1, 3 * M * (i + 1)), 10 * MS) / M),
    kind: i === 0 ? ('C' as const) : ('T' as const),
  })),
  b4('one route', 5.36),
  b4('752k routes', 3.45),
  ...B5_LINUX.map(([mpps, busy]) =>
    b5(`linux/${mpps}`, busy, () => 100 * busyShare(adaptive(mpps), 100 * MS)),
  ),
  ...B6.flatMap(([bytes, pps, delivered, irqs]) => [
    b6(
      `delivered/${bytes}`,
      delivered,
      () => napiTable(oldRouter('2.4.20', pps, Math.max(64, bytes))).delivered,
    ),
    irqs < 100
      ? b6irq(`irqs/${bytes}`, irqs, () => napiTable(oldRouter('2.4.20', pps, Math.max(64, bytes))).irqs, {
          type: 'order',
          value: 100,
        })
      : b6irq(`irqs/${bytes}`, irqs, () => napiTable(oldRouter('2.4.20', pps, bytes)).irqs),
  ]),
  b8('same CPU', 0.718, () => readPps(sink(true, 6 * M), 600 * MS) / M),
  b8('other CPU', 2.31, () => readPps(sink(false, 6 * M), 40 * MS) / M),
  b13('adaptive moderation', 40),
  // fixes the way between the machines, which is not published
  { ...b13('rx-usecs 0', 56, () => transactionsPs(answering(0), 40 * MS) / 1000), kind: 'C' as const },
  b13('busy poll', 78, () => transactionsPs(answering(50), 40 * MS) / 1000),
  b19('GRO on against off', -14.9, () => {
    const on = droppedPps(dropping('raw-drop', 1, 12 * M), 20 * MS);
    const off = droppedPps(dropping('raw-drop', 1, 12 * M, false), 20 * MS);
    return (100 * (on - off)) / off;
  }),
  b24('linux router', 64, () => txPerCompletion(routing(1, 3 * M), 20 * MS)),
  b29('10G/64', 14.881, () => arrivalRate(lineRate(10e9, 64), 10 * MS) / M),
  b29('10G/1518', 0.8127, () => arrivalRate(lineRate(10e9, 1518), 10 * MS) / M),
  b29('100G/64', 148.81, () => arrivalRate(lineRate(100e9, 64), 1 * MS) / M, { type: 'exact', value: 0.05 }),
  b29('100G/1518', 8.127, () => arrivalRate(lineRate(100e9, 1518), 2 * MS) / M),
  b33('loss-free up to', 27, () => lossFree('2.4.18')),
  b33('nothing left from', 60, () => nothingLeft('2.4.18')),
  b33('NAPI, 890 kpps offered', 357, () => deliveredPps(oldRouter('2.4.20', 890_000), 200 * MS) / 1000),
  b34('peak without a screening process', 4700),
];

/** The highest rate (kpps) of which at most a hundredth is lost. */
function lossFree(kernel: string): number {
  let best = 0;
  for (let kpps = 20; kpps <= 40; kpps += 0.5) {
    if (deliveredPps(oldRouter(kernel, kpps * 1000), 200 * MS) >= kpps * 990) best = kpps;
    else break;
  }
  return best;
}

/** The lowest rate (kpps) of which less than a hundredth arrives. */
function nothingLeft(kernel: string): number {
  for (let kpps = 50; kpps <= 80; kpps += 0.5) {
    if (deliveredPps(oldRouter(kernel, kpps * 1000), 200 * MS) < kpps * 10) return kpps;
  }
  return Number.POSITIVE_INFINITY;
}

/**
 * Adaptive moderation in the mode of the published machine (`rx_cqe_moder: on` in its set-up notes). Frames come evenly spaced: how
 * its generator spaced them is not published, and it decides how many interrupts there are at low rates.
 */
function adaptive(mpps: number) {
  const spec = dropping('raw-drop', 1, mpps * M);
  spec.setup.push({ host: 0, change: { type: 'coalesce', nic: 0, adaptiveRx: true, cqeMode: true } });
  return spec;
}

/** A published value and the model's: does it hold? */
export function holds(cell: Cell, model: number): boolean {
  const { published, tolerance } = cell;
  switch (tolerance.type) {
    case 'rel':
      return Math.abs(model - published) <= tolerance.value * Math.abs(published);
    case 'abs':
    case 'exact':
      return Math.abs(model - published) <= tolerance.value;
    case 'range':
      return model >= published && model <= tolerance.value;
    case 'order':
      return model < tolerance.value;
  }
}
