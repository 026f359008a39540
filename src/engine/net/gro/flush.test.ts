import { describe, expect, it } from 'vitest';
import { Reason } from '../../../catalog/reasons.ts';
import { groBench } from '../../../testing/gro-bench.ts';
import type { FrameFields } from '../../packet/frame.ts';
import { groHolds, napiGroFlush } from './flush.ts';

const flow = (i: number, over: Partial<FrameFields> = {}): Partial<FrameFields> => ({
  sport: 40000 + i,
  payloadLen: 100 + i,
  ...over,
});

describe('napi_gro_flush', () => {
  it('goes bucket by bucket, oldest first', () => {
    const bench = groBench([flow(0), flow(1), flow(2), flow(3)], { hash: (row) => (row % 2 === 0 ? 3 : 1) });
    bench.feed();
    bench.endPoll();
    expect(bench.delivered()).toEqual([101, 103, 100, 102]);
    expect(groHolds(bench.queue.napi)).toBe(false);
  });

  it('keeps those of the current jiffy when asked for old ones', () => {
    const bench = groBench([flow(0), flow(1), flow(2)]);
    bench.feed(2);
    bench.w.now = 4_000_000;
    bench.feed(1);
    napiGroFlush(bench.w, bench.queue, bench.cpu, true, Reason.groOldJiffy, 0);
    expect(bench.completed()).toEqual(['groOldJiffy 1x100', 'groOldJiffy 1x101']);
    expect(groHolds(bench.queue.napi)).toBe(true);
    bench.w.now = 8_000_000;
    napiGroFlush(bench.w, bench.queue, bench.cpu, true, Reason.groTimer, 0);
    expect(bench.completed().at(-1)).toBe('groTimer 1x102');
  });
});

describe('rx_list', () => {
  it('goes up at gro_normal_batch segments, a train counting its segments', () => {
    const ack = (i: number): Partial<FrameFields> => ({ sport: 50000 + i });
    const train = [0, 1, 2].map((i) => flow(0, { seq: 100 * i, payloadLen: 100, ipId: i }));
    train[2] = { ...train[2], tcpFlags: 0x18 };
    // five pure ACKs count five, the train three
    const bench = groBench([ack(0), ack(1), ack(2), ack(3), ack(4), ...train, ack(5)]);
    const lists = (): unknown[] =>
      bench
        .records()
        .filter((r) => r.kind === 'listDeliver')
        .map((r) => [r.reason, r.a, r.b]);
    bench.feed(7);
    expect(lists()).toEqual([]);
    bench.feed(1);
    expect(lists()).toEqual([['batchFull', 6, 8]]);
    bench.feed(1);
    expect(bench.queue.napi.rxList).toHaveLength(1);
    bench.endPoll();
    expect(lists()).toEqual([
      ['batchFull', 6, 8],
      ['batchPollEnd', 1, 1],
    ]);
    expect(bench.cpu.softirq.deliverSeq).toBe(bench.w.seq);
  });

  it('an empty list goes nowhere', () => {
    const bench = groBench([]);
    bench.endPoll();
    expect(bench.records()).toEqual([]);
  });
});
