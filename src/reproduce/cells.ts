/**
 * Published results, cell by cell: unit, value, tolerance, kind, and how the model is asked. What the model doesn't have yet stands
 * here as well, with nobody to ask. Sources: XDP paper data (CoNEXT 2018 artefact), CPUMAP optimisation notes (2019), NAPI_HOWTO
 * (2002), Beyond Softnet as quoted, LCA 2015 frame budgets.
 */
import { type Cell, rel, row } from './cell.ts';
import {
  adapting,
  answering,
  dropping,
  lineRate,
  oldRouter,
  routing,
  screeningRouter,
  sink,
} from './machines.ts';
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
import { transferCells } from './transfer-cells.ts';

const MS = 1_000_000;
const M = 1e6;

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
const b34share = row('B34', 'Mogul and Ramakrishnan’s livelock', '% of the peak', 'stated', rel(0.1));

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

const pathCells: readonly Cell[] = [
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
  b13('adaptive moderation', 40, () => transactionsPs(adapting(answering(0)), 40 * MS) / 1000),
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
  // these three fix the machine's costs (engine/cost.ts)
  { ...b34('peak without a screening process', 4700, () => peak('2.4.18', false).pps), kind: 'C' as const },
  { ...b34('peak with a screening process', 2000, () => peak('2.4.18', true).pps), kind: 'C' as const },
  {
    ...b34('with a screening process nothing left from', 6000, () => screeningStops('2.4.18')),
    kind: 'C' as const,
  },
  // only that it falls is stated: by how much at the end of the sweep is the model's own
  b34share('12,000 offered without a screening process', 100, () => lastOfPeak('2.4.18'), {
    type: 'order',
    value: 90,
  }),
  b34share('12,000 offered with polling and a quota (NAPI)', 100, () => lastOfPeak('2.4.20')),
  {
    ...b34('12,000 offered with polling, but no quota', 0),
    why: 'Linux has never polled without a quota: NAPI came with one, and it cannot be taken away.',
  },
  {
    ...b34share('12,000 offered with a screening process and feedback from its queue', 100),
    why: 'netfilter’s packet queue tells nobody that it is full: no card is told to stop, packets are dropped once they have cost their work.',
  },
];

/** All of them in the order of the published rows. */
export const cells: readonly Cell[] = [...pathCells, ...transferCells].sort(
  (a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)),
);

/** Rates offered in the measurement, packets a second: what two Ethernets of 10 Mbit/s carry, nearly. */
const B34_RATES = Array.from({ length: 23 }, (_, i) => 1000 + 500 * i);
const curves = new Map<string, { offered: number; pps: number }[]>();

function curve(kernel: string, screened: boolean): { offered: number; pps: number }[] {
  const key = `${kernel}/${screened}`;
  const known = curves.get(key);
  if (known !== undefined) return known;
  const points = B34_RATES.map((offered) => ({
    offered,
    pps: sentPps(screeningRouter(kernel, offered, screened), 2000 * MS),
  }));
  curves.set(key, points);
  return points;
}

function peak(kernel: string, screened: boolean): { offered: number; pps: number } {
  return curve(kernel, screened).reduce((most, point) => (point.pps > most.pps ? point : most));
}

/** What leaves at the highest rate offered, in per cent of the peak. */
function lastOfPeak(kernel: string): number {
  return (100 * (curve(kernel, false).at(-1)?.pps ?? 0)) / peak(kernel, false).pps;
}

/** The lowest rate offered of which a screening process lets less than a hundredth through. */
function screeningStops(kernel: string): number {
  for (let offered = 4000; offered <= 8000; offered += 100) {
    if (sentPps(screeningRouter(kernel, offered, true), 2000 * MS) < offered / 100) return offered;
  }
  return Number.POSITIVE_INFINITY;
}

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
