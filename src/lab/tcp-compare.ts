/**
 * Compares the ACKs of the model with the measured ones: acknowledged byte, SACK blocks in order, data, flags, times, counters.
 * Where the clock's tick stood, how soon the application read, how late hrtimers were and how soon the peer heard is not in the
 * file: 16 places, five readers (who may be later at first), three hrtimers and two peers are tried.
 * A file whose two runs differed had a timer beside a burst: there, if a run is not met exactly, the number of ACKs must be
 * within two of either run, and every ACK of the model must tell the truth about what had been sent by then.
 */
import { Reason } from '../catalog/reasons.ts';
import { booleanAt, type JsonObject, stringAt } from './case.ts';
import {
  type ModelAck,
  reads,
  runTcpCase,
  SETTLE_LEAST_NS,
  type TcpFit,
  type TcpOutcome,
} from './tcp-case.ts';
import {
  type AckFrame,
  parseTcpRun,
  parseTcpSetup,
  type SentFrame,
  type TcpRun,
  type TcpSetup,
} from './tcp-input.ts';

const JIFFY_NS = 4_000_000;
const PHASES = 16;
/** The application was seen to read 30 to 400 us after data came. */
const READERS_NS = [60_000, 150_000, 220_000, 300_000, 400_000];
/** The first read after a pause was seen up to 1.3 ms late. */
const FIRST_READS_NS = [700_000, 1_250_000];
/** Interrupts of hrtimers were seen 40 to 80 us after their expiry, most of them at the first of these. */
const HRTIMERS_NS = [44_000, 60_000, 80_000];
/** A peer that sends late by more than it hears late does as one that hears at once. */
const HEARD_NS = [60_000, 0];
/** From a segment to the ACK that softirq sends for it, and what a timer's ACK may be later. */
const SOFTIRQ_NS = 300_000;
/** The application is up to 400 us late, and its ACK up to 1 ms; a process that ends takes milliseconds. */
const APP_NS = 1_400_000;
const EXIT_NS = 5_000_000;
/** Differences written out for a run. */
const SHOWN = 6;
/** Longest warm-up that is compared within two ACKs. */
const SHORT_WARMUP = 300;

/** Counters that agree where the ACKs do. */
const EXACT = [
  'TcpExtTCPAckCompressed',
  'TcpExtTCPDSACKOldSent',
  'TcpExtTCPDSACKOfoSent',
  'TcpExtTCPOFOQueue',
  'TcpExtTCPOFODrop',
  'TcpExtTCPOFOMerge',
] as const;

const FIN = 1;

const BY_APP: ReadonlySet<number> = new Set([
  Reason.ackByReader,
  Reason.ackPushedRead,
  Reason.ackWindowUpdate,
  Reason.ackOnData,
]);
const BY_TICK: ReadonlySet<number> = new Set([Reason.ackDelayedTimer, Reason.tcpRto, Reason.tcpProbe]);

/** How one run of a file was met. */
export interface TcpRunResult {
  fit: TcpFit;
  outcome: TcpOutcome;
  /** Empty: ACK for ACK as measured. */
  differences: string[];
}

/** What is tried, the likeliest first. */
function* fitsOf(setup: TcpSetup): Generator<TcpFit> {
  const readers = reads(setup) ? READERS_NS : READERS_NS.slice(0, 1);
  const [hrtimerNs] = HRTIMERS_NS;
  for (const heardNs of setup.timestamps ? HEARD_NS : HEARD_NS.slice(0, 1))
    for (const timerNs of HRTIMERS_NS)
      for (const readerNs of readers)
        yield* ticks({ readerNs, firstReadNs: readerNs, hrtimerNs: timerNs, heardNs });
  if (!reads(setup)) return;
  for (const firstReadNs of FIRST_READS_NS)
    for (const readerNs of readers) yield* ticks({ readerNs, firstReadNs, hrtimerNs, heardNs: HEARD_NS[0] });
}

function* ticks(fit: Omit<TcpFit, 'tickPhaseNs'>): Generator<TcpFit> {
  for (let i = 0; i < PHASES; i += 1) yield { ...fit, tickPhaseNs: (i * JIFFY_NS) / PHASES };
}

/** The fit that meets a run best, its warm-up too; the first of equals. */
export function fitTcpRun(kernel: string, setup: TcpSetup, run: TcpRun): TcpRunResult {
  let best: TcpRunResult | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const fit of fitsOf(setup)) {
    const outcome = runTcpCase(kernel, setup, run.sent, fit);
    const differences = compareRun(run, outcome, fit);
    // a warm-up apart weighs less than any ACK
    const score = differences.length + (sameWarmup(setup, run, outcome) ? 0 : 0.5);
    if (score < least) {
      best = { fit, outcome, differences };
      least = score;
    }
    if (score === 0) break;
  }
  return best as TcpRunResult;
}

export function compareTcpCase(file: JsonObject): string[] {
  const kernel = stringAt(file.kernel, 'kernel');
  const setup = parseTcpSetup(file);
  const reproducible = booleanAt(file.reproducible_ack_sequence, 'reproducible_ack_sequence');
  const runs = [parseTcpRun(file.observed, 'observed')];
  if (file.second_run !== undefined) runs.push(parseTcpRun(file.second_run, 'second_run'));
  return runs.flatMap((run, i) => {
    const { outcome, differences } = fitTcpRun(kernel, setup, run);
    const lines = [...compareWarmup(setup, runs, outcome)];
    if (differences.length > 0)
      lines.push(...(reproducible ? differences.slice(0, SHOWN) : compareLoosely(runs, run, outcome)));
    return lines.map((line) => `${i === 0 ? 'observed' : 'second_run'}: ${line}`);
  });
}

function compareWarmup(setup: TcpSetup, runs: TcpRun[], outcome: TcpOutcome): string[] {
  if (runs.some((run) => sameWarmup(setup, run, outcome))) return [];
  return [
    `warmup_acks: measured ${runs.map((r) => r.warmupAcks).join(' and ')}, model ${outcome.warmupAcks}`,
  ];
}

function sameWarmup(setup: TcpSetup, run: TcpRun, outcome: TcpOutcome): boolean {
  const allowed = setup.warmupSegments > SHORT_WARMUP ? 6 : 2;
  return Math.abs(run.warmupAcks - outcome.warmupAcks) <= allowed;
}

/** The recording ended some time between these: an ACK of the model later than all that was recorded may be missing. */
function recorded(run: TcpRun, acks: ModelAck[]): ModelAck[] {
  const last = run.sent.length === 0 ? 0 : run.sent[run.sent.length - 1].atNs;
  const list = acks.slice();
  while (list.length > run.acks.length && list[list.length - 1].atNs > last + SETTLE_LEAST_NS) list.pop();
  return list;
}

function compareRun(run: TcpRun, outcome: TcpOutcome, fit: TcpFit): string[] {
  const model = recorded(run, outcome.acks);
  const lines: string[] = [];
  if (model.length !== run.acks.length)
    lines.push(`acks: ${run.acks.length} measured, ${model.length} in the model`);
  // how late the application was, which its retransmissions inherit
  let lateNs = 0;
  for (let i = 0; i < Math.max(model.length, run.acks.length); i += 1) {
    const measured = run.acks[i];
    const mine = model[i];
    if (measured === undefined || mine === undefined || brief(measured) !== brief(mine)) {
      lines.push(
        `acks[${i}]: measured ${measured === undefined ? 'nothing' : brief(measured)}, model ${mine === undefined ? 'nothing' : brief(mine)}`,
      );
      continue;
    }
    const off = measured.atNs - mine.atNs;
    const [least, most] = allowedNs(mine, fit, lateNs);
    if (off < least || off > most)
      lines.push(`acks[${i}]: measured at ${measured.atNs / 1000} us, model at ${mine.atNs / 1000} us`);
    if (mine.reason === Reason.ackOnData) lateNs = off;
  }
  if (lines.length === 0) lines.push(...compareCounters(run, outcome));
  return lines;
}

/** How much later than in the model an ACK may have been measured: ns. */
function allowedNs(ack: ModelAck, fit: TcpFit, lateNs: number): [number, number] {
  if (ack.reason === Reason.ackCompSackTimer) return [-fit.hrtimerNs, SOFTIRQ_NS - fit.hrtimerNs];
  if (BY_TICK.has(ack.reason)) {
    const late = ack.reason === Reason.ackDelayedTimer ? 0 : lateNs;
    return [late - JIFFY_NS - SOFTIRQ_NS, late + JIFFY_NS + SOFTIRQ_NS];
  }
  if (BY_APP.has(ack.reason))
    return [-fit.readerNs, ((ack.flags & FIN) !== 0 ? EXIT_NS : APP_NS) - fit.readerNs];
  return [0, SOFTIRQ_NS];
}

function compareCounters(run: TcpRun, outcome: TcpOutcome): string[] {
  const lines: string[] = [];
  for (const name of EXACT) {
    const measured = run.counters[name] ?? 0;
    if (measured !== outcome.counters[name])
      lines.push(`counters.${name}: measured ${measured}, model ${outcome.counters[name]}`);
  }
  // the warm-up's own last one may have been counted
  const more = (run.counters.TcpExtDelayedACKs ?? 0) - outcome.counters.TcpExtDelayedACKs;
  if (more !== 0 && more !== 1)
    lines.push(
      `counters.TcpExtDelayedACKs: measured ${run.counters.TcpExtDelayedACKs ?? 0}, model ${outcome.counters.TcpExtDelayedACKs}`,
    );
  return lines;
}

function compareLoosely(runs: TcpRun[], run: TcpRun, outcome: TcpOutcome): string[] {
  const model = recorded(run, outcome.acks);
  const lines: string[] = [];
  if (!runs.some((r) => Math.abs(r.acks.length - model.length) <= 2))
    lines.push(
      `acks: ${runs.map((r) => r.acks.length).join(' and ')} measured, ${model.length} in the model`,
    );
  model.forEach((ack, i) => {
    if (!isTrue(ack, run.sent))
      lines.push(`acks[${i}]: model ${brief(ack)}, which is not true of what was sent`);
  });
  return lines;
}

/** Whether an ACK says what had come by then: the first byte missing, and blocks of bytes that are there. */
function isTrue(ack: AckFrame, sent: SentFrame[]): boolean {
  const come = sent.filter((f) => f.atNs <= ack.atNs).sort((a, b) => a.first - b.first);
  const spans: [number, number][] = [[Number.NEGATIVE_INFINITY, 0]];
  for (const f of come) {
    const end = f.first + f.len + (f.flags & FIN);
    const last = spans[spans.length - 1];
    if (f.first <= last[1]) last[1] = Math.max(last[1], end);
    else spans.push([f.first, end]);
  }
  if (ack.acked !== spans[0][1]) return false;
  for (let i = 0; i < ack.sacks.length; i += 2) {
    const [left, right] = [ack.sacks[i], ack.sacks[i + 1]];
    if (!spans.some(([a, b]) => left >= a && right <= b)) return false;
  }
  return true;
}

function brief(ack: AckFrame): string {
  const blocks: number[][] = [];
  for (let i = 0; i < ack.sacks.length; i += 2) blocks.push([ack.sacks[i], ack.sacks[i + 1]]);
  const more = ack.payload > 0 || (ack.flags & FIN) !== 0 ? ` ${ack.payload} bytes, flags ${ack.flags}` : '';
  return `${ack.acked} ${JSON.stringify(blocks)}${more}`;
}
