/**
 * What TCP connections send and hear, gathered from the record stream: segments, ACKs, SACK blocks, congestion windows, by flow of
 * the data. Where there are more than can be kept, every second, fourth, ... segment and ACK is: never a retransmission.
 */
import { Kind } from '../catalog/kinds.ts';
import type { Transfer } from '../protocol/messages.ts';
import { recordAt } from '../protocol/record-codec.ts';
import type { RecordView } from '../protocol/scene.ts';

const MOST_ROWS = 1 << 18;
const KINDS: ReadonlySet<number> = new Set([
  Kind.tcpSend,
  Kind.tcpResend,
  Kind.tcpAcked,
  Kind.tcpSacked,
  Kind.tcpCwnd,
]);
/** Byte of a record's kind. */
const KIND_AT = 24;
const RECORD_BYTES = 40;

export class TransferLog {
  private rows: RecordView[] = [];
  /** One in so many of the rows that may be left out is kept. */
  private step = 1;
  private seen = 0;

  consume(view: DataView, count: number): void {
    for (let i = 0; i < count; i += 1) {
      if (KINDS.has(view.getUint16(i * RECORD_BYTES + KIND_AT, true))) this.add(recordAt(view, i));
    }
  }

  private add(r: RecordView): void {
    if (spare(r)) {
      this.seen += 1;
      if (this.seen % this.step !== 0) return;
    }
    this.rows.push(r);
    if (this.rows.length <= MOST_ROWS) return;
    let n = 0;
    this.rows = this.rows.filter((row) => !spare(row) || (n++ & 1) === 0);
    this.step *= 2;
  }

  get thinned(): boolean {
    return this.step > 1;
  }

  /** What another log knows up to a record is this one's too. */
  takeOver(other: TransferLog, seq: number): void {
    this.rows = other.rows.filter((r) => r.seq <= seq);
  }

  /** The flow's part of time. @param most points of each kind */
  view(flow: number, fromNs: number, toNs: number, knownNs: number, most: number): Transfer {
    const own = this.rows.filter((r) => r.other === flow);
    const unwrap = unwrapper();
    const out: Transfer = {
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
    let first: number | null = null;
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
      if (first === null && r.kind === Kind.tcpSend) first = at;
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
    out.firstByte = first ?? 0;
    thin(out, most);
    return out;
  }
}

function spare(r: RecordView): boolean {
  return r.kind !== Kind.tcpCwnd && r.kind !== Kind.tcpResend;
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

function thin(t: Transfer, most: number): void {
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
