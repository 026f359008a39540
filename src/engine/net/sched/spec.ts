/**
 * Queueing disciplines of a transmit queue: their options as tc gives them, with the kernel's defaults, and the state of those that
 * choose among flows. pfifo_fast and pfifo have none beyond the queue itself (net/xmit).
 * Source: net/sched/sch_fq.c fq_init, sch_fq_codel.c fq_codel_init, sch_prio.c, sch_fifo.c, v6.12.
 */
import type { CodelVars } from './codel.ts';

export const QDISC_KINDS = ['pfifo_fast', 'pfifo', 'fq', 'fq_codel', 'prio'] as const;
export type QdiscKind = (typeof QDISC_KINDS)[number];

/** Linux that has a kind; without a row: every version of the model. */
export const QDISC_SINCE: Readonly<Record<string, string>> = { fq: '3.12', fq_codel: '3.5', mq: '2.6.32' };

/** Those that net.core.default_qdisc may name here, by their number in the model. prio takes no default options. */
export const DEFAULT_QDISCS = ['pfifo_fast', 'pfifo', 'fq', 'fq_codel'] as const satisfies QdiscKind[];

export interface FqSpec {
  kind: 'fq';
  /** Packets in all (since 6.7 in each band), and of one flow. */
  limit: number;
  flowLimit: number;
  /** Bytes. */
  quantum: number;
  initialQuantum: number;
  /** Bytes a second; Infinity: none. */
  maxRate: number;
  lowRateThreshold: number;
  pacing: boolean;
  refillDelayNs: number;
  orphanMask: number;
  timerSlackNs: number;
  horizonNs: number;
  horizonDrop: boolean;
}

export interface FqCodelSpec {
  kind: 'fq_codel';
  limit: number;
  flows: number;
  targetUs: number;
  intervalUs: number;
  quantum: number;
  memoryLimit: number;
  dropBatch: number;
  /** Packets that can carry it would be marked, not dropped: none of this model can. */
  ecn: boolean;
}

export interface PrioSpec {
  kind: 'prio';
  bands: number;
  /** Band of each priority, 16 of them. */
  priomap: readonly number[];
}

export type QdiscSpec =
  | { kind: 'pfifo_fast' }
  | { kind: 'pfifo'; limit: number }
  | FqSpec
  | FqCodelSpec
  | PrioSpec;

/** sch_default_prio2band */
export const PRIO2BAND = [1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1] as const;

/** psched_mtu: with the Ethernet header. */
const pschedMtu = (mtu: number): number => mtu + 14;

/** A queueing discipline as it is without options. @param txqlen of its card, packets  @param timerSlackNs of the version */
export function defaultQdisc(kind: QdiscKind, mtu: number, txqlen: number, timerSlackNs: number): QdiscSpec {
  switch (kind) {
    case 'pfifo_fast':
      return { kind };
    case 'pfifo':
      return { kind, limit: txqlen };
    case 'prio':
      return { kind, bands: 3, priomap: PRIO2BAND };
    case 'fq_codel':
      return {
        kind,
        limit: 10_240,
        flows: 1024,
        targetUs: 5000,
        intervalUs: 100_000,
        quantum: pschedMtu(mtu),
        memoryLimit: 32 * 2 ** 20,
        dropBatch: 64,
        ecn: true,
      };
    case 'fq':
      return {
        kind,
        limit: 10_000,
        flowLimit: 100,
        quantum: 2 * pschedMtu(mtu),
        initialQuantum: 10 * pschedMtu(mtu),
        maxRate: Number.POSITIVE_INFINITY,
        lowRateThreshold: 550_000 / 8,
        pacing: true,
        refillDelayNs: 40_000_000,
        orphanMask: 1023,
        timerSlackNs,
        horizonNs: 10_000_000_000,
        horizonDrop: true,
      };
  }
}

/** Where a flow of fq stands. */
export const FQ_DETACHED = 0;
export const FQ_NEW = 1;
export const FQ_OLD = 2;
export const FQ_THROTTLED = 3;

export interface FqFlow {
  key: number;
  /** Its packets by time_to_send, and these times: ns. */
  slots: number[];
  times: number[];
  credit: number;
  timeNext: number;
  band: number;
  list: number;
  /** Jiffy in which it was emptied. */
  age: number;
  /** The packet (slot, id) that it was throttled for last, and until when: for those who look on. */
  heldSlot: number;
  heldId: number;
  heldNs: number;
}

export interface FqState {
  kind: 'fq';
  spec: FqSpec;
  flows: FqFlow[];
  /** Index of each flow by its key. */
  byKey: Record<number, number>;
  /** The fast path's own queue, in order of time. */
  internal: FqFlow;
  /** One a band: flows (indexes) in turn. */
  newFlows: number[][];
  oldFlows: number[][];
  bandCredit: number[];
  bandPackets: number[];
  band: number;
  /** Throttled flows, the next to go on first. */
  delayed: number[];
  fastpath: number;
  throttled: number;
  flowsPlimit: number;
  horizonDrops: number;
  horizonCaps: number;
  tooLong: number;
  bandDrops: number[];
  /** unthrottle_latency_ns */
  latencyNs: number;
}

export const CODEL_NONE = 0;
export const CODEL_NEW = 1;
export const CODEL_OLD = 2;

export interface CodelFlow {
  /** Its place in the table. */
  bucket: number;
  slots: number[];
  /** When each came, in units of 1024 ns. */
  times: number[];
  backlog: number;
  deficit: number;
  list: number;
  vars: CodelVars;
}

export interface FqCodelState {
  kind: 'fq_codel';
  spec: FqCodelSpec;
  /** Of the table only flows that have ever had a packet. */
  flows: CodelFlow[];
  byBucket: Record<number, number>;
  newFlows: number[];
  oldFlows: number[];
  backlog: number;
  memory: number;
  maxPacket: number;
  dropOverlimit: number;
  dropOvermemory: number;
  newFlowCount: number;
  /** Drops by the law, not for want of room. */
  codelDrops: number;
}

export interface PrioState {
  kind: 'prio';
  spec: PrioSpec;
  /** Packets (slots) in each band's pfifo, the packets it takes, and what each has sent and lost. */
  bands: { slots: number[]; limit: number; bytes: number; packets: number; dropped: number }[];
}

export type SchedState = FqState | FqCodelState | PrioState;

/** The queueing discipline of one transmit queue. */
export interface Qdisc {
  spec: QdiscSpec;
  /** Upper half of its handle; 0: made by the kernel. */
  handle: number;
  /** null: first come, first served (pfifo, pfifo_fast). */
  sched: SchedState | null;
  /** The packet (slot) that dequeue has given out and that waits for the driver; 0: none. It is in the queue still. */
  next: number;
  /** Bytes and packets that have left it, packets lost in it: of those with a `sched`. */
  bytes: number;
  packets: number;
  dropped: number;
  /** qdisc_watchdog: CPU that armed it and the record behind; packets that its handler is about to send. */
  watchCpu: number;
  watchSeq: number;
  sending: number;
}
