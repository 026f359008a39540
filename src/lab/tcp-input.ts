/** A `delayed-ack` or `sack-compression` case, as its file has it: how the connection was made, and each run's frames and ACKs. */
import { TCP_ACK } from '../engine/packet/frame.ts';
import { arrayAt, booleanAt, CaseError, type JsonObject, numberAt, objectAt, stringAt } from './case.ts';
import { FLAG_LETTERS } from './gro-input.ts';

export type TcpApp = 'noread' | 'read' | 'echo' | 'quickack-on-read' | 'quickack-off';
const APPS: readonly TcpApp[] = ['noread', 'read', 'echo', 'quickack-on-read', 'quickack-off'];

export interface TcpSetup {
  timestamps: boolean;
  sackOffered: boolean;
  rttUs: number;
  mss: number;
  app: TcpApp;
  warmupSegments: number;
  warmupGapUs: number;
  warmupIdleMs: number;
  /** net.ipv4.tcp_comp_sack_*: by name. */
  sysctls: { tcp_comp_sack_nr: number; tcp_comp_sack_delay_ns: number; tcp_comp_sack_slack_ns: number };
}

/** A frame to the receiver. Bytes count from the first test byte; before it they are negative. */
export interface SentFrame {
  atNs: number;
  first: number;
  len: number;
  /** TCP_* bits. */
  flags: number;
}

/** A frame from the receiver. */
export interface AckFrame {
  atNs: number;
  acked: number;
  /** Left edge, right edge, left edge, ... */
  sacks: number[];
  payload: number;
  flags: number;
}

export interface TcpRun {
  sent: SentFrame[];
  acks: AckFrame[];
  warmupAcks: number;
  counters: Readonly<Record<string, number>>;
}

const MAX_SEGMENTS = 100_000;

export function parseTcpSetup(file: JsonObject): TcpSetup {
  const input = objectAt(file.input, 'input');
  const app = stringAt(input.app, 'input.app');
  const known = APPS.find((a) => a === app);
  if (known === undefined) throw new CaseError('input.app', `no application ${app} is known here`);
  const number = (key: string): number => {
    const value = numberAt(input[key], `input.${key}`);
    if (value > 1e9) throw new CaseError(`input.${key}`, 'too large to be a measurement');
    return value;
  };
  const warmupSegments = number('warmup_segments');
  if (warmupSegments > MAX_SEGMENTS) throw new CaseError('input.warmup_segments', `${MAX_SEGMENTS} at most`);
  const mss = number('mss');
  if (mss < 88 || mss > 65535) throw new CaseError('input.mss', '88 to 65535');
  const sysctls = {
    tcp_comp_sack_nr: 44,
    tcp_comp_sack_delay_ns: 1_000_000,
    tcp_comp_sack_slack_ns: 100_000,
  };
  const lines = file.case_setup === undefined ? [] : arrayAt(file.case_setup, 'case_setup');
  lines.forEach((value, i) => {
    const line = stringAt(value, `case_setup[${i}]`);
    const match = /^sysctl (?:-w )?net\.ipv4\.(tcp_comp_sack_(?:nr|delay_ns|slack_ns))=(\d{1,15})$/.exec(
      line,
    );
    if (match === null)
      throw new CaseError(`case_setup[${i}]`, `not a set-up line that is known here: ${line}`);
    sysctls[match[1] as keyof typeof sysctls] = Number(match[2]);
  });
  return {
    timestamps: booleanAt(input.timestamps, 'input.timestamps'),
    sackOffered: booleanAt(input.sack_offered, 'input.sack_offered'),
    rttUs: number('rtt_us'),
    mss,
    app: known,
    warmupSegments,
    warmupGapUs: number('warmup_gap_us'),
    warmupIdleMs: number('warmup_idle_ms'),
    sysctls,
  };
}

/** @param path `observed` or `second_run` */
export function parseTcpRun(value: unknown, path: string): TcpRun {
  const run = objectAt(value, path);
  const counters: Record<string, number> = {};
  for (const [name, count] of Object.entries(objectAt(run.counters, `${path}.counters`)))
    counters[name] = numberAt(count, `${path}.counters.${name}`);
  const sent = arrayAt(run.sent, `${path}.sent`).map((f, i) => parseSent(f, `${path}.sent[${i}]`));
  sent.forEach((frame, i) => {
    if (i > 0 && frame.atNs < sent[i - 1].atNs)
      throw new CaseError(`${path}.sent[${i}]`, 'earlier than the frame before it');
  });
  return {
    sent,
    acks: arrayAt(run.acks, `${path}.acks`).map((a, i) => parseAck(a, `${path}.acks[${i}]`)),
    warmupAcks: numberAt(run.warmup_acks, `${path}.warmup_acks`),
    counters,
  };
}

function parseSent(value: unknown, path: string): SentFrame {
  const [us, first, len, flags] = arrayAt(value, path);
  return {
    atNs: micros(us, `${path}[0]`),
    first: byte(first, `${path}[1]`),
    len: numberAt(len, `${path}[2]`),
    flags: flags === undefined ? TCP_ACK : flagBits(flags, `${path}[3]`),
  };
}

function parseAck(value: unknown, path: string): AckFrame {
  const [us, acked, blocks, extra] = arrayAt(value, path);
  const ack: AckFrame = {
    atNs: micros(us, `${path}[0]`),
    acked: byte(acked, `${path}[1]`),
    sacks: arrayAt(blocks, `${path}[2]`).flatMap((block, i) => {
      const [left, right] = arrayAt(block, `${path}[2][${i}]`);
      return [byte(left, `${path}[2][${i}][0]`), byte(right, `${path}[2][${i}][1]`)];
    }),
    payload: 0,
    flags: TCP_ACK,
  };
  if (extra === undefined) return ack;
  const more = objectAt(extra, `${path}[3]`);
  for (const key of Object.keys(more)) {
    if (key === 'payload') ack.payload = numberAt(more.payload, `${path}[3].payload`);
    else if (key === 'flags') ack.flags = flagBits(more.flags, `${path}[3].flags`);
    else throw new CaseError(`${path}[3].${key}`, `unknown field ${key} of an ACK`);
  }
  return ack;
}

function micros(value: unknown, path: string): number {
  if (typeof value !== 'number' || !(value >= 0) || value > 1e10)
    throw new CaseError(path, 'a time in microseconds is wanted here');
  return Math.round(value * 1000);
}

/** A byte's number; bytes of the warm-up are below 0. */
function byte(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > 2 ** 30)
    throw new CaseError(path, 'a whole number is wanted here');
  return value;
}

function flagBits(value: unknown, path: string): number {
  let bits = 0;
  for (const letter of stringAt(value, path)) {
    const bit = FLAG_LETTERS.indexOf(letter);
    if (bit < 0) throw new CaseError(path, `unknown TCP flag ${letter}`);
    bits |= 1 << bit;
  }
  return bits;
}
