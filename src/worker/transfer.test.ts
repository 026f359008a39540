/** What a connection sends and hears, gathered from records: what is kept where there is more than can be. */
import { describe, expect, it } from 'vitest';
import { Kind } from '../catalog/kinds.ts';
import { RecordWriter } from '../engine/records.ts';
import { TransferLog } from './transfer.ts';

const FLOW = 3;

/** Lines of kind, a, b: a record each, 10 ns apart, `seq` from 1. */
function filled(
  log: TransferLog,
  rows: readonly (readonly [kind: number, a: number, b: number, flow?: number])[],
) {
  const writer = new RecordWriter((buffer, count) => log.consume(new DataView(buffer), count));
  rows.forEach(([kind, a, b, flow = FLOW], i) => {
    writer.write(10 * (i + 1), i + 1, kind, 0, 0, 0, i + 1, flow, 0, a, b);
  });
  writer.flush();
  return log;
}

const view = (log: TransferLog, flow = FLOW, most = 20_000) => log.view(flow, 0, 1e9, 1e9, most);
const segments = (n: number, from = 0) =>
  Array.from({ length: n }, (_, i) => [Kind.tcpSend, 1000, (from + i * 1000) | 0] as const);

describe('a transfer', () => {
  it('counts bytes on where sequence numbers wrap, from the first segment', () => {
    const out = view(
      filled(new TransferLog(), [
        [Kind.tcpSend, 1000, 0xffff_fe00 | 0],
        [Kind.tcpSend, 1000, 488],
        [Kind.tcpAcked, 64_000, 488],
        [Kind.tcpResend, 1000, 0xffff_fe00 | 0],
        [Kind.tcpSacked, 488, 1488],
      ]),
    );
    const first = 0xffff_fe00;
    expect(out.firstByte).toBe(first);
    expect(out.segments.map((s) => [s.byte - first, s.again])).toEqual([
      [0, false],
      [1000, false],
      [0, true],
    ]);
    expect(out.acks.map((a) => [a.byte - first, a.window])).toEqual([[1000, 64_000]]);
    expect(out.sacks.map((s) => [s.from - first, s.to - first])).toEqual([[1000, 2000]]);
    expect(out.every).toBe(1);
  });

  it('has the congestion window of before in force where the asked time begins', () => {
    const log = filled(new TransferLog(), [
      [Kind.tcpCwnd, 10, 99],
      [Kind.tcpCwnd, 11, 99],
      [Kind.tcpCwnd, 12, 99],
    ]);
    expect(log.view(FLOW, 25, 1000, 1000, 100).cwnd.map((c) => [c.timeNs, c.cwnd])).toEqual([
      [25, 11],
      [30, 12],
    ]);
  });

  it('leaves out segments and ACKs before retransmissions, and says how many', () => {
    const rows = segments(200).flatMap((s, i) =>
      i % 20 === 0 ? [s, [Kind.tcpResend, 1000, s[2]] as const] : [s],
    );
    const out = view(filled(new TransferLog(64), rows));
    expect(out.segments.filter((s) => s.again)).toHaveLength(10);
    const sent = out.segments.filter((s) => !s.again).length;
    expect(out.every).toBeGreaterThan(1);
    expect(sent * out.every).toBeGreaterThan(150);
    expect(sent * out.every).toBeLessThan(260);
  });

  it('stays within its bound where windows or retransmissions alone are more than it keeps', () => {
    for (const kind of [Kind.tcpCwnd, Kind.tcpResend]) {
      const log = filled(
        new TransferLog(64),
        Array.from({ length: 10_000 }, (_, i) => [kind, i, i] as const),
      );
      const { segments: sent, cwnd } = view(log);
      expect(sent.length + cwnd.length).toBeLessThanOrEqual(64);
      expect(sent.length + cwnd.length).toBeGreaterThan(16);
    }
  });

  it('counts from the first segment of each flow, also where that one was left out', () => {
    const other = FLOW + 1;
    const log = filled(new TransferLog(64), [
      ...segments(1),
      [Kind.tcpSend, 0, 7_000, other],
      ...segments(500, 1000),
      [Kind.tcpAcked, 1, 7_001, other],
    ]);
    expect(view(log, other).firstByte).toBe(7_000);
  });

  it('knows of what another log left out, and is exact again only behind it', () => {
    const from = filled(new TransferLog(64), segments(500));
    const branch = new TransferLog(64);
    branch.takeOver(from, 400);
    expect(branch.thinned).toBe(true);
    expect(view(branch).every).toBe(from.view(FLOW, 0, 1e9, 1e9, 20_000).every);
    expect(view(branch).segments.every((s) => s.seq <= 400)).toBe(true);
    expect(from.exactFrom(400).thinned).toBe(false);
    expect(view(from.exactFrom(400)).firstByte).toBe(0);
  });
});
