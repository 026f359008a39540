/**
 * Messages between page and worker: one union each way, tagged by `type`, answers matched by `id`.
 * A `load` starts a branch tree; the worker runs it to its end in slices and reports progress, keeps keyframes, and answers
 * for any moment. Errors cross as values. A newer request of the same `lane` makes older unanswered ones stale: they are
 * answered with `cancelled`.
 */
import type { SweepAsk, SweepPoint, Variable } from '../scenario/sweep.ts';
import type { Dissected } from '../taps/dissect.ts';
import type { RecordView, Scene, SceneMap } from './scene.ts';

/** Just after record `seq`, at time `t`. seq 0: before the first record. */
export interface Moment {
  t: number;
  seq: number;
}

export interface BranchInput {
  at: number;
  after: number | null;
  host: string;
  line: string;
}

export interface BranchInfo {
  id: number;
  parent: number | null;
  forkAt: Moment | null;
  /** Inputs of its own, after those of its parent up to forkAt. */
  inputs: BranchInput[];
}

export interface CaptureFile {
  name: string;
  bytes: ArrayBuffer;
}

/** A filter over records, for "run to next" and the event table. Empty lists match all. */
export interface RecordFilter {
  kinds?: number[];
  reasons?: number[];
  packet?: number;
  flow?: number;
  cpu?: number;
  places?: number[];
}

export type { ChecksumLine, ChecksumWork } from '../taps/checksum-work.ts';
export type { Dissected, FieldBy, NamedField } from '../taps/dissect.ts';

/** A packet as a capture point shows it. */
export interface PacketView {
  /** Index in catalog/capture-points; index of the card in the scene map. */
  point: number;
  nic: number;
  timeNs: number;
  seq: number;
  /** Piece of the packet, from 0, where it was cut. */
  piece: number;
  pieces: number;
  /** Frames that are in it. */
  parts: number;
  frame: Dissected;
}

/** A stretch of a branch to be captured: a tap at each place, both ends of time included. */
export interface CaptureAsk {
  /** `point`: index in catalog/capture-points; `nic`: index in the scene map. */
  places: { point: number; nic: number }[];
  fromNs: number;
  toNs: number;
  mostPackets: number;
  mostBytes: number;
}

/** Whether a checksum in a captured packet is what it should be. unfinished: the pseudo header's sum, somebody else adds the rest. */
export type ChecksumVerdict = 'right' | 'wrong' | 'unfinished' | 'none' | 'unknown';

/** One packet of a capture, as a line of tcpdump's and what goes with it. */
export interface CaptureRow {
  timeNs: number;
  /** Record of the event at the point. */
  seq: number;
  packet: number;
  /** Frames it is made of (a train's); it is piece `piece` of `pieces`, from 0. */
  parts: number;
  piece: number;
  pieces: number;
  /** Index into the ask's places. */
  place: number;
  src: string;
  dst: string;
  protocol: string;
  /** Bytes captured. */
  length: number;
  info: string;
  ipChecksum: ChecksumVerdict;
  checksum: ChecksumVerdict;
  /** Segments it is to be cut into, or was built of; 1: a plain packet. */
  segments: number;
  /** Reason code; 0: none. */
  reason: number;
}

export interface CaptureView {
  branch: number;
  ask: CaptureAsk;
  rows: CaptureRow[];
  bytes: number;
  /** A bound was met: time of the first packet left out; null: all is there. */
  cutAtNs: number | null;
  /** Packets whose headers can't be made again. */
  unbuilt: number;
}

export type Grain = 'event' | 'stage' | 'packet';

export type { SweepAsk, SweepPoint, SweepVary, Variable } from '../scenario/sweep.ts';

/** `hash`: of the version wanted; without it, or where it is not kept, the present one. */
export type LoadSource = { builtin: string; patch?: unknown; hash?: string } | { text: string; name: string };

/** A variant made on the page: a point of a sweep, or another kernel version. */
export type VariantChange =
  | { kind: 'point'; ask: Pick<SweepAsk, 'vary' | 'runNs'>; x: number }
  | { kind: 'kernel'; kernel: string };

export type Request =
  | {
      type: 'load';
      id: number;
      scenario: LoadSource;
      captures: CaptureFile[];
      variant: string;
      branches?: BranchInfo[];
      active?: number;
    }
  | {
      type: 'stretch';
      id: number;
      branch: number;
      from: Moment;
      maxRecords: number;
      untilNs: number;
    }
  | { type: 'scene'; id: number; branch: number; at: Moment | { t: number } }
  | {
      type: 'step';
      id: number;
      branch: number;
      from: Moment;
      grain: Grain;
      direction: 1 | -1;
      packet?: number;
    }
  | {
      type: 'find';
      id: number;
      branch: number;
      from: Moment;
      direction: 1 | -1;
      filter: RecordFilter;
    }
  | {
      type: 'records';
      id: number;
      branch: number;
      from: Moment;
      count: number;
      direction: 1 | -1;
      filter: RecordFilter;
    }
  | {
      type: 'timeline';
      id: number;
      branch: number;
      fromNs: number;
      toNs: number;
      bins: number;
    }
  | {
      type: 'transfer';
      id: number;
      branch: number;
      flow: number;
      fromNs: number;
      toNs: number;
      /** Segments, and ACKs, at most. */
      points: number;
      /** Bins of the rates, about as many at most. */
      bars: number;
    }
  | {
      type: 'inspect';
      id: number;
      branch: number;
      at: Moment;
      target: InspectTarget;
    }
  | {
      type: 'command';
      id: number;
      branch: number;
      at: number;
      after: number | null;
      host: string;
      line: string;
    }
  | { type: 'undo'; id: number; branch: number; input: number }
  | {
      type: 'complete';
      id: number;
      branch: number;
      at: Moment;
      host: string;
      line: string;
    }
  | { type: 'knobs'; id: number; branch: number; at: Moment; host: string }
  | { type: 'report'; id: number; branch: number; at: Moment | null }
  | { type: 'packet'; id: number; branch: number; packet: number }
  | { type: 'claims'; id: number; variants: string[] }
  /** Answered with many `sweepPart`s, then `swept`. Needs no load before it, and leaves what is loaded alone. */
  | {
      type: 'sweep';
      id: number;
      scenario: LoadSource;
      captures: CaptureFile[];
      ask: SweepAsk;
    }
  /** What would have to be patched in a variant of the loaded scenario. */
  | { type: 'patch'; id: number; variant: string; change: VariantChange }
  /** Answered with `capturePart`s, then `captured`. The worker keeps the newest one. */
  | { type: 'capture'; id: number; branch: number; ask: CaptureAsk }
  /** A packet opened to its bytes at every capture point it passes, to its end. */
  | { type: 'packetBytes'; id: number; branch: number; packet: number }
  /** The kept capture as a file. */
  | { type: 'captureFile'; id: number; format: 'pcapng' | 'pcap' }
  | { type: 'cancel'; id: number; target: number }
  /** No answer: while on, runs are computed only as far as questions need. Ends with the next load. */
  | { type: 'hold'; id: number; on: boolean };

export type InspectTarget =
  | { kind: 'packet'; packet: number }
  | { kind: 'queue'; queue: number }
  | { kind: 'descriptor'; queue: number; index: number }
  | { kind: 'cpu'; cpu: number }
  | { kind: 'napi'; queue: number }
  /** The transmit queue of that number: queueing discipline, byte limit, ring. */
  | { kind: 'tx'; queue: number }
  /** TCP in a card (world index). */
  | { kind: 'toe'; nic: number }
  /** A direction of a link between hosts. */
  | { kind: 'link'; way: number }
  | { kind: 'socket'; socket: number }
  | { kind: 'task'; task: number }
  | { kind: 'record'; seq: number };

/** A record with the text parts the page needs; words are made on the page from the catalogues. */
export interface ChainLink {
  record: RecordView;
}

/** One flow as RFS sees it on one queue. CPUs by their number in the host. */
export interface SteeringFlow {
  flow: number;
  queue: string;
  /** CPU of rps_sock_flow_table: where its application last read; null: none, or another flow has the entry. */
  wanted: number | null;
  /** CPU of the queue's rps_dev_flow_table: where its packets go; null: none yet. */
  cpu: number | null;
  /** What the entry remembers of that CPU's backlog, and how far the backlog has been worked off. */
  lastTail: number;
  head: number;
  /** Queue that a filter of the card names for it (aRFS); null: none. */
  filter: number | null;
}

export interface SteeringState {
  /** CPUs that RPS spreads a queue's packets over, and those that send through a queue (XPS). */
  rps: { queue: string; cpus: number[] }[];
  xps: { queue: string; cpus: number[] }[];
  flows: SteeringFlow[];
  /** Filters in the card's memory: aRFS's and ntuple rules share it. */
  filters: { nic: string; arfs: number; ntuple: number; slots: number } | null;
}

export interface Inspection {
  target: InspectTarget;
  /** Steering in software and by filters, where it concerns the target; null: nothing to say. */
  steering: SteeringState | null;
  /** Rows of {key of i18n `inspect.<key>`, value printed, unit}. */
  state: { key: string; value: string }[];
  /** The causal chain, newest first: each record is the cause of the one before it. */
  why: RecordView[];
  /** Records about the target, oldest first, at most 200 up to the moment. */
  history: RecordView[];
  /** Commands that would change the deciding record, filled in for this NIC. */
  knobs: string[];
}

/** Per CPU and bin: ns in each of the 7 contexts; plus counts a bin. */
export interface Timeline {
  fromNs: number;
  toNs: number;
  bins: number;
  /** cpus * bins * 7, Float32. */
  contextNs: Float32Array;
  /** Of it, spent spinning on locks, in the same shape; null where there are none. */
  waitNs: Float32Array | null;
  arrived: Float32Array;
  dropped: Float32Array;
  delivered: Float32Array;
  irqs: Float32Array;
  /** Largest occupancy of each rx ring in each bin, queues * bins, -1 unknown. */
  ringPeak: Float32Array;
  /** 99th percentile wire-to-application latency of a bin, ns; NaN none. */
  latencyP99: Float32Array;
  /** Exact spans instead of bins where the window is short enough; null otherwise. `lock`: what it spins on, -1 nothing. */
  spans: { cpu: number; fromNs: number; toNs: number; ctx: number; task: number; lock: number }[] | null;
  markers: {
    timeNs: number;
    seq: number;
    kind: 'drop' | 'irq' | 'wakeup' | 'command';
  }[];
  /** How far the run has been made; beyond it bins are empty. */
  knownNs: number;
}

/** One connection's transfer, as its sender's host sees it. Bytes count from where sequence numbers began, without wrapping. */
export interface Transfer {
  /** Flow of its data. */
  flow: number;
  fromNs: number;
  toNs: number;
  knownNs: number;
  /** Of the segments and ACKs one in so many is here; of retransmissions all, unless they alone were too many. */
  every: number;
  /** Sequence number of the first segment sent (the SYN). */
  firstByte: number;
  segments: {
    timeNs: number;
    seq: number;
    packet: number;
    byte: number;
    bytes: number;
    again: boolean;
    reason: number;
  }[];
  acks: { timeNs: number; seq: number; packet: number; byte: number; window: number }[];
  sacks: { timeNs: number; seq: number; packet: number; from: number; to: number }[];
  /** Segments; a step holds until the next. ssthresh 2147483647: none yet. */
  cwnd: { timeNs: number; cwnd: number; ssthresh: number; reason: number }[];
  rates: TransferRates;
}

/** Bins of one length that touch the part of time, all counted, nothing left out. */
export interface TransferRates {
  binNs: number;
  /** Where the first one begins: a multiple of binNs, at or before fromNs. */
  firstNs: number;
  /** ACKs heard for the connection. */
  acks: number[];
  /** Direction of a link (SceneMap.ways) that the data takes; -1: it goes over none. */
  way: number;
  /** Frame bytes without FCS, of all frames, that the link carries the data's way, and back; empty: no link. */
  out: number[];
  back: number[];
}

export interface KnobView {
  id: string;
  group: string;
  label: string;
  line: string;
  kind: 'number' | 'choice' | 'toggle' | 'text';
  value: string;
  min?: number;
  max?: number;
  choices?: string[];
  /** Line with `{value}` to fill in. */
  template: string;
}

export interface LessonStep {
  title: string;
  text: string;
  at: Moment;
  focus: InspectTarget | null;
  variant: string;
  /** Sweep (of LoadedInfo.sweeps) whose curve is offered there. */
  sweep: string | null;
  /** Events in their order, for a figure; empty: none. */
  history: HistoryEvent[];
}

export interface HistoryEvent {
  when: string;
  title: string;
  text: string;
  /** Open first. */
  mark: boolean;
}

export interface LoadedInfo {
  scenarioId: string;
  builtin: boolean;
  title: string;
  summary: string;
  /** The scenario as JSON where it is neither built in nor a text the page sent (a bare capture's); else null. */
  ownText: string | null;
  /** SHA-256 of the canonical built-in scenario. */
  hash: string;
  /** A built-in one as it was when a link to it was made; it has changed since. */
  older?: boolean;
  variants: { id: string; title: string }[];
  steps: LessonStep[];
  /** Curves the scenario offers, and what else of it can be varied. */
  sweeps: { id: string; title: string; labels: Record<string, string>; ask: SweepAsk }[];
  variables: Variable[];
  /** The metric table's fixed names. */
  metrics: { name: string; unit: string; description: string }[];
  warnings: string[];
  captures: { sha256: string; name: string; packets: number }[];
}

/** An error a person can act on: where it is and what to do are in the message's parameters. */
export interface ErrorValue {
  code: string;
  message: string;
  where?: string;
}

export type Response =
  | {
      type: 'loaded';
      id: number;
      info: LoadedInfo;
      map: SceneMap;
      branches: BranchInfo[];
      active: number;
    }
  | {
      type: 'stretch';
      id: number;
      branch: number;
      from: Moment;
      scene: Scene;
      records: ArrayBuffer;
      count: number;
      end: boolean;
    }
  | { type: 'scene'; id: number; branch: number; scene: Scene }
  | {
      type: 'moment';
      id: number;
      branch: number;
      moment: Moment | null;
      record: RecordView | null;
    }
  | { type: 'records'; id: number; records: RecordView[] }
  | { type: 'timeline'; id: number; timeline: Timeline }
  | { type: 'transfer'; id: number; transfer: Transfer }
  | { type: 'inspection'; id: number; inspection: Inspection }
  | {
      type: 'commandDone';
      id: number;
      output: string;
      status: number;
      branch: number;
      branches: BranchInfo[];
      moment: Moment;
      /** The line is to be shown again as time moves: every so many simulated ns, 0: at every change. */
      watch?: { everyNs: number; differences: boolean };
    }
  | { type: 'completions'; id: number; words: string[] }
  | {
      type: 'knobs';
      id: number;
      knobs: KnobView[];
      inputs: { n: number; at: number; line: string }[];
    }
  | { type: 'report'; id: number; report: unknown }
  | {
      type: 'claims';
      id: number;
      results: { id: string; pass: boolean; text: string }[];
    }
  /** How far a sweep has come, with what is new. */
  | { type: 'sweepPart'; id: number; done: number; of: number; points: SweepPoint[] }
  | { type: 'swept'; id: number }
  /** How far a capture has come: simulated time gone over, of it, and packets so far. */
  | { type: 'capturePart'; id: number; doneNs: number; ofNs: number; packets: number }
  | { type: 'captured'; id: number; capture: CaptureView }
  | { type: 'captureFile'; id: number; bytes: ArrayBuffer }
  | { type: 'packetBytes'; id: number; packet: number; views: PacketView[] }
  /** The merge patch that a variant made on the page holds, and the scenario's commands that had to be left out. */
  | {
      type: 'patched';
      id: number;
      patch: Record<string, unknown>;
      refused: { line: string; why: string }[];
    }
  | { type: 'error'; id: number; error: ErrorValue }
  | { type: 'cancelled'; id: number }
  /** Unasked: how far the active branch has been made. */
  | {
      type: 'progress';
      id: 0;
      branch: number;
      knownNs: number;
      durationNs: number;
      records: number;
      done: boolean;
    };
