/**
 * Published results about offloads, connections and steering for them. Sources: SIGCOMM 2021 host stack artefact (one long TCP flow),
 * Linux commits 5d9f4262b7ea (SACK compression), e20cf8d3f1f7 (UDP GRO), cb586c63e3fc (UDP GSO), cb32f511a70b (IPIP), 0a9627f2649a
 * (RPS), fec5e652e58f (RFS), the netdev patch of fraglist GRO, the busy polling table of February 2013, the merge of virtio-net's DIM
 * (2023), the release notes of 2.6.35.
 */
import type { WorkPart } from '../catalog/work-parts.ts';
import { RPC_WORK_NS } from '../engine/cost.ts';
import { type Cell, once, rel, row } from './cell.ts';
import { heldAcks } from './held-acks.ts';
import {
  adapting,
  askingTcp,
  bulkSink,
  bulkSource,
  type ForwardGro,
  longFlow,
  moderated,
  type Rung,
  routingStream,
  throughTunnel,
} from './machines.ts';
import { type Connections, manyConnections, type Steering } from './many-connections.ts';
import {
  answersPs,
  irqsPs,
  readBytesPs,
  readPps,
  receiverLoad,
  senderLoad,
  type ServerLoad,
  sendsPs,
  sentBytesPs,
  sentPps,
  serverLoad,
} from './measure.ts';

const MS = 1_000_000;
const M = 1e6;
const MIB = 1_048_576;

const points = { type: 'abs', value: 5 } as const;

const b10 = row('B10', 'TCP received by one core, by offload', 'Gbit/s a core', 'T', rel(0.15));
const b10ends = row('B10', 'TCP from end to end, by offload', 'Gbit/s', 'T', rel(0.15));
const b11 = row('B11', 'Where the receiver’s cycles go', '%', 'T', points);
const b12 = row('B12', 'SACK compression', '%', 'T', { type: 'range', from: 93, value: 98 });
const b13tcp = row('B13', 'Busy polling, TCP request and response', 'k/s', 'T', rel(0.12));
const b13udp = row('B13', 'Busy polling, UDP request and response', 'k/s', 'T', rel(0.12));
const b16 = row('B16', 'Interrupts with DIM, at the same goodput', 'k/s', 'T', rel(0.12));
const b17 = row('B17', 'UDP in bulk with GRO and GSO', 'MB/s', 'T', rel(0.12));
const b17calls = row('B17', 'UDP in bulk with GRO and GSO', 'calls/s', 'T', rel(0.12));
const b18 = row('B18', 'GRO where UDP is forwarded', 'Mpps', 'T', rel(0.12));
const b18times = row('B18', 'GRO where UDP is forwarded', 'times', 'T', rel(0.12));
const b22 = row('B22', 'TSO through a tunnel', 'Mbit/s', 'T', rel(0.15));
const b22cpu = row('B22', 'TSO through a tunnel', 'µs a KB sent', 'T', rel(0.15));
const b26 = row('B26', 'RFS, 500 connections on one queue', 'k/s', 'stated', rel(0.12));
const b31 = row('B31', 'RPS, 500 connections on one queue', 'k/s', 'stated', rel(0.15));
const b31cpu = row('B31', 'RPS, 500 connections on one queue', '% CPU', 'stated', rel(0.15));
const b32 = row('B32', 'RFS beside the best RPS', 'k/s', 'stated', rel(0.15));
const b32cpu = row('B32', 'RFS beside the best RPS', '% CPU', 'stated', rel(0.15));
const b32us = row('B32', 'RFS beside the best RPS', 'µs', 'stated', rel(0.15));

const NO_TUNED = 'How that kernel was configured is not published, and it decides the result.';
const NO_CSTATES = 'C-states of different depth are not modelled: an idle CPU wakes in one fixed time.';

const rung = (offloads: boolean, jumbo: boolean, arfs: boolean): Rung => ({ offloads, jumbo, arfs });
/** Name, the rung, Gbit/s a core of the receiver, Gbit/s from end to end (0: not published). */
const HOST21: [string, Rung, number, number][] = [
  ['none', rung(false, false, false), 4.78, 9],
  ['TSO and GRO', rung(true, false, false), 14.98, 26.6],
  ['jumbo', rung(false, true, false), 25.88, 0],
  ['TSO, GRO, jumbo', rung(true, true, false), 27.64, 32.5],
  ['TSO, GRO, aRFS', rung(true, false, true), 28.25, 0],
  ['jumbo, aRFS', rung(false, true, true), 40.8, 0],
  ['all', rung(true, true, true), 41.21, 42.2],
];
const HOST21_PARTS: [string, WorkPart][] = [
  ['copy', 'copy'],
  ['netdev', 'netdev'],
  ['memory', 'memory'],
  ['skb', 'skb'],
  ['scheduling', 'sched'],
  ['lock', 'lock'],
  ['tcp/ip', 'tcpip'],
];
/** The rung; the rest of 100 is what the source sums up as other, or does not name. */
const HOST21_SHARES: [string, number[]][] = [
  ['none', [7.4, 9.3, 4.4, 7.3, 2.4, 8.9, 54.8]],
  ['TSO and GRO', [29.8, 33.8, 5.7, 13.3, 5.2, 1.1, 4.7]],
  ['TSO, GRO, jumbo', [44.5, 15.1, 15.9, 11.4, 2, 1.6, 4]],
  ['all', [54.3, 18.3, 11, 3.7, 3, 0.6, 2.2]],
];

/** Thousand interrupts a second of one queue. */
const irqs = once((adaptive: boolean) => irqsPs(moderated(adaptive), 100 * MS) / 1000);

/** Million frames a second that leave the router. */
const forwarded = once((gro: ForwardGro) => sentPps(routingStream(gro), 10 * MS) / M);

/** Eight Intel cores with 500 connections, or 100 of an RPC test; sixteen AMD cores on four nodes (how many is not published). */
const INTEL: Connections = { cpus: 8, nodeCpus: 0, count: 500, workNs: 0 };
const RPC: Connections = { ...INTEL, count: 100, workNs: RPC_WORK_NS };
const AMD: Connections = { ...INTEL, cpus: 16, nodeCpus: 4 };

const loads = (of: Connections, steering: Steering): ServerLoad =>
  serverLoad(manyConnections(of, steering), 40 * MS, 30 * MS);

const unsteered = once((of: Connections) => loads(of, 'none'));
const rfs = once((of: Connections) => loads(of, 'rfs'));
/** The better of RPS to all CPUs and to all but the interrupt's. */
const rps = once((of: Connections) => {
  const [all, others] = [loads(of, 'rps-all'), loads(of, 'rps-others')];
  return all.answersPs > others.answersPs ? all : others;
});

/** Of one machine, its rate and how busy its CPUs are. */
const rateAndCpu =
  (rate: typeof b32, cpu: typeof b32cpu) =>
  (name: string, ratePs: number, busy: number, load: () => ServerLoad): Cell[] => [
    rate(name, ratePs, () => load().answersPs / 1000),
    cpu(`${name}: CPU`, busy, () => load().busy),
  ];
const b31both = rateAndCpu(b31, b31cpu);
const b32both = rateAndCpu(b32, b32cpu);

/** Fixes what that machine's network and its programs cost, and what the RPC computes (engine/cost.ts). */
const fitted = (cell: Cell): Cell => ({ ...cell, fitted: true });
const tunnelled = once((offloads: boolean) => senderLoad(throughTunnel(offloads), 40 * MS));

const receiver = once((of: Rung) => receiverLoad(longFlow(of), 12 * MS));

export const transferCells: readonly Cell[] = [
  // the last fixes what copying costs there (engine/cost.ts)
  ...HOST21.map(([name, of, core]): Cell => {
    const cell = b10(name, core, () => receiver(of).gbps / receiver(of).cpus);
    return name === 'all' ? { ...cell, kind: 'C', tolerance: rel(0.1) } : cell;
  }),
  ...HOST21.filter(([, , , ends]) => ends > 0).map(([name, of, , ends]) =>
    b10ends(`end to end, ${name}`, ends, () => receiver(of).gbps),
  ),
  ...HOST21_SHARES.flatMap(([name, shares]) => {
    const of = HOST21.find(([rung]) => rung === name)?.[1] as Rung;
    return shares.map((share, i) => {
      const [label, part] = HOST21_PARTS[i];
      return b11(`${name}: ${label}`, share, () => 100 * receiver(of).shares[part]);
    });
  }),

  b13tcp('TCP, adaptive moderation', 37, () => answersPs(adapting(askingTcp(0)), 20 * MS) / 1000),
  b13tcp('TCP, tuned kernel, rx-usecs 0', 61, NO_TUNED),
  b13tcp('TCP, tuned kernel, rx-usecs 0, C-states on', 26, NO_CSTATES),
  b13tcp('TCP, tuned kernel, busy poll', 79, NO_TUNED),
  b13tcp('TCP, tuned kernel, busy poll, rx-usecs 100', 84, NO_TUNED),
  b13tcp('TCP, tuned kernel, busy poll, C-states on', 83, NO_CSTATES),
  b13udp('tuned kernel, rx-usecs 0', 67, NO_TUNED),
  b13udp('tuned kernel, rx-usecs 0, C-states on', 29, NO_CSTATES),
  b13udp('tuned kernel, busy poll', 88, NO_TUNED),
  b13udp('tuned kernel, busy poll, rx-usecs 100', 92, NO_TUNED),
  b13udp('tuned kernel, busy poll, C-states on', 91, NO_CSTATES),

  b12('ACKs held back', 96.8, () => (100 * heldAcks().held) / heldAcks().segments),
  {
    ...b12('segments an ACK', 33.5, () => heldAcks().segments / heldAcks().sent, {
      type: 'range',
      from: 14.3,
      value: 50,
    }),
    unit: 'segments',
  },
  {
    ...b12('most segments an ACK', 45, () => heldAcks().most, { type: 'order', value: 46 }),
    unit: 'segments',
  },
  b13tcp('TCP, rx-usecs 0', 50, () => answersPs(askingTcp(0), 20 * MS) / 1000),
  b13tcp('TCP, busy poll', 70, () => answersPs(askingTcp(50), 20 * MS) / 1000),
  // fixes the moderation that DIM is compared with (engine/cost.ts)
  { ...b16('a queue, fixed', 23.7, () => irqs(false)), kind: 'C' },
  b16('a queue, DIM', 7.5, () => irqs(true)),
  {
    ...b16('fixed to DIM', 3.16, () => irqs(false) / irqs(true), { type: 'range', from: 2.5, value: 4 }),
    unit: 'times',
  },
  {
    ...b16('goodput, fixed', 181, () => (31 * 8 * readBytesPs(moderated(false), 50 * MS)) / 1e9, rel(0.03)),
    unit: 'Gbit/s',
  },
  {
    ...b16('goodput, DIM', 181, () => (31 * 8 * readBytesPs(moderated(true), 50 * MS)) / 1e9, rel(0.03)),
    unit: 'Gbit/s',
  },

  b17('received without GRO', 1079, () => readBytesPs(bulkSink(false), 20 * MS) / MIB),
  // what is offered
  { ...b17('received with GRO', 1466, () => readBytesPs(bulkSink(true), 20 * MS) / MIB), kind: 'C' },
  b17calls('reads without GRO', 769_065, () => readPps(bulkSink(false), 20 * MS)),
  b17calls('reads with GRO', 24_877, () => readPps(bulkSink(true), 20 * MS)),
  // fixes the clock of the sender (engine/cost.ts)
  { ...b17('sent without GSO', 876, () => sentBytesPs(bulkSource(false), 20 * MS) / MIB), kind: 'C' },
  b17('sent with GSO', 2139, () => sentBytesPs(bulkSource(true), 20 * MS) / MIB),
  b17calls('sends without GSO', 624_666, () => sendsPs(bulkSource(false), 20 * MS)),
  b17calls('sends with GSO', 36_282, () => sendsPs(bulkSource(true), 20 * MS)),

  b18('no GRO', 1.342, () => forwarded('off')),
  b18('GRO', 1.651, () => forwarded('trains')),
  b18('GRO, lists', 2.743, () => forwarded('lists')),
  b18times('GRO to none', 1.23, () => forwarded('trains') / forwarded('off')),
  b18times('GRO lists to none', 2.04, () => forwarded('lists') / forwarded('off')),

  b22('without GSO', 3358, () => tunnelled(false).mbps),
  b22('with GSO', 7710, () => tunnelled(true).mbps),
  b22cpu('sender without GSO', 2.98, () => tunnelled(false).usPerKb),
  b22cpu('sender with GSO', 1.15, () => tunnelled(true).usPerKb),

  fitted(b26('one byte, without', 104, () => unsteered(INTEL).answersPs / 1000)),
  b26('one byte, RFS', 303, () => rfs(INTEL).answersPs / 1000),
  b26('RPC of 100 threads, without', 103, () => unsteered(RPC).answersPs / 1000),
  b26('RPC of 100 threads, RFS', 223, () => rfs(RPC).answersPs / 1000),
  ...b31both('e1000e, 8 cores, without', 90, 33, () => unsteered(INTEL)),
  ...b31both('e1000e, 8 cores, RPS', 239, 60, () => rps(INTEL)),
  ...b31both('forcedeth, 16 cores, without', 103, 15, () => unsteered(AMD)),
  ...b31both('forcedeth, 16 cores, RPS', 285, 49, () => rps(AMD)),
  ...b32both('one byte, without', 104, 30, () => unsteered(INTEL)).map(fitted),
  ...b32both('one byte, RPS', 290, 63, () => rps(INTEL)),
  ...b32both('one byte, RFS', 303, 61, () => rfs(INTEL)),
  b32('RPC, without', 103, () => unsteered(RPC).answersPs / 1000),
  fitted(b32cpu('RPC, without: CPU', 48, () => unsteered(RPC).busy)),
  ...b32both('RPC, RPS', 174, 73, () => rps(RPC)),
  ...b32both('RPC, RFS', 223, 73, () => rfs(RPC)),
  ...(
    [
      ['RPC, without', 757, 3185, () => unsteered(RPC)],
      ['RPC, RPS', 415, 2468, () => rps(RPC)],
      ['RPC, RFS', 379, 1382, () => rfs(RPC)],
    ] as const
  ).flatMap(([name, median, p99, load]) => [
    b32us(`${name}: median`, median, () => load().medianUs),
    b32us(`${name}: 99th percentile`, p99, () => load().p99Us),
  ]),
];
