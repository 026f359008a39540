/**
 * What TCP connections send and hear, gathered from the record stream: segments, ACKs, SACK blocks, congestion windows, by flow of
 * the data. Where there are more than can be kept, every second, fourth, ... segment and ACK is; of windows too, and in the end of
 * retransmissions, where these alone are too many.
 */
import { Kind } from '../catalog/kinds.ts';
import type { Transfer } from '../protocol/messages.ts';
import { kindAt, recordAt } from '../protocol/record-codec.ts';
import type { RecordView } from '../protocol/scene.ts';

const MOST_ROWS = 1 << 18;
const KINDS: ReadonlySet<number> = new Set([
  Kind.tcpSend,
  Kind.tcpResend,
  Kind.tcpAcked,
  Kind.tcpSacked,
  Kind.tcpCwnd,
]);
/** What is left out, one kind after the other, where leaving out those before was not enough. */
const LEAST: readonly ReadonlySet<number>[] = [
  new Set([Kind.tcpSend, Kind.tcpAcked, Kind.tcpSacked]),
  new Set([Kind.tcpSend, Kind.tcpAcked, Kind.tcpSacked, Kind.tcpCwnd]),
  KINDS,
];

export class TransferLog {
  private rows: RecordView[] = [];
  /** One in so many of the rows that may be left out is kept. */
  private step = 1;
  private seen = 0;
  /** Index into LEAST: which rows may be left out. */
  private least = 0;
  private readonly mostRows: number;
  /** Each flow's first segment: never left out, bytes are counted from it. */
  private firsts = new Map<number, RecordView>();

  constructor(mostRows = MOST_ROWS) {
    this.mostRows = mostRows;
  }

  consume(view: DataView, count: number): void {
    for (let i = 0; i < count; i += 1) if (KINDS.has(kindAt(view, i))) this.add(recordAt(view, i));
  }

  private add(r: RecordView): void {
    if (r.kind === Kind.tcpSend && !this.firsts.has(r.other)) this.firsts.set(r.other, r);
    if (LEAST[this.least].has(r.kind)) {
      this.seen += 1;
      if (this.seen % this.step !== 0) return;
    }
    this.rows.push(r);
    if (this.rows.length > this.mostRows) this.thin();
  }

  /** Half of what may be left out. Where little may be, more kinds: else each row would make it go over all of them again. */
  private thin(): void {
    const spare = (): number => this.rows.reduce((n, r) => n + (LEAST[this.least].has(r.kind) ? 1 : 0), 0);
    while (spare() < this.mostRows / 2 && this.least < LEAST.length - 1) this.least += 1;
    let n = 0;
    this.rows = this.rows.filter((row) => !LEAST[this.least].has(row.kind) || (n++ & 1) === 0);
    this.step *= 2;
  }

  get thinned(): boolean {
    return this.step > 1;
  }

  /** What another log knows up to a record is this one's too, left out as there. */
  takeOver(other: TransferLog, seq: number): void {
    this.begin(other, seq);
    this.step = other.step;
    this.seen = other.seen;
    this.least = other.least;
  }

  /** A log that begins with what this one knows up to a record, and takes all that follows. */
  exactFrom(seq: number): TransferLog {
    const log = new TransferLog(this.mostRows);
    log.begin(this, seq);
    return log;
  }

  private begin(other: TransferLog, seq: number): void {
    this.rows = other.rows.filter((r) => r.seq <= seq);
    this.firsts = new Map([...other.firsts].filter(([, r]) => r.seq <= seq));
  }

  /** The flow's part of time. @param most points of each kind */
  view(flow: number, fromNs: number, toNs: number, knownNs: number, most: number): Omit<Transfer, 'rates'> {
    const own = this.rows.filter((r) => r.other === flow);
    const unwrap = unwrapper();
    const out: Omit<Transfer, 'rates'> = {
      flow,
      fromNs,
      toNs,
      knownNs,
      every: this.step,
      segments: [],
      acks: [],
      sacks: [],
      cwnd: [],
      firstByte: 0,
    };
    const first = this.firsts.get(flow);
    if (first !== undefined) out.firstByte = unwrap(first.b);
    let before: Transfer['cwnd'][number] | null = null;
    for (const r of own) {
      if (r.timeNs > toNs) break;
      if (r.kind === Kind.tcpCwnd) {
        const point = { timeNs: r.timeNs, cwnd: r.a, ssthresh: r.b, reason: r.reason };
        if (r.timeNs < fromNs) before = point;
        else out.cwnd.push(point);
        continue;
      }
      const at = unwrap(r.kind === Kind.tcpSacked ? r.a : r.b);
      if (r.timeNs < fromNs) continue;
      if (r.kind === Kind.tcpSend || r.kind === Kind.tcpResend) {
        const again = r.kind === Kind.tcpResend;
        out.segments.push({
          timeNs: r.timeNs,
          seq: r.seq,
          packet: r.packet,
          byte: at,
          bytes: r.a,
          again,
          reason: r.reason,
        });
      } else if (r.kind === Kind.tcpAcked) {
        out.acks.push({ timeNs: r.timeNs, seq: r.seq, packet: r.packet, byte: at, window: r.a });
      } else out.sacks.push({ timeNs: r.timeNs, seq: r.seq, packet: r.packet, from: at, to: unwrap(r.b) });
    }
    // the window before the first change within the time is in force at its beginning
    if (before !== null) out.cwnd.unshift({ ...before, timeNs: fromNs });
    thin(out, most);
    return out;
  }
}

/** 32-bit sequence numbers to numbers that go on: each is within 2^31 of the one before it. */
function unwrapper(): (seq: number) => number {
  let last: number | null = null;
  return (seq) => {
    const at = last === null ? seq >>> 0 : last + ((seq - last) | 0);
    last = at;
    return at;
  };
}

function thin(t: Omit<Transfer, 'rates'>, most: number): void {
  const spread = <T>(list: T[], keep: (item: T) => boolean = () => false): T[] => {
    if (list.length <= most) return list;
    const step = Math.ceil(list.length / most);
    return list.filter((item, i) => i % step === 0 || keep(item));
  };
  const longest = Math.max(t.segments.length, t.acks.length);
  if (longest > most) t.every *= Math.ceil(longest / most);
  t.segments = spread(t.segments, (s) => s.again);
  t.acks = spread(t.acks);
  t.sacks = spread(t.sacks);
  t.cwnd = spread(t.cwnd);
}
