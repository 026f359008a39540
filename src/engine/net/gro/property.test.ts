import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GroBench, groBench } from '../../../testing/gro-bench.ts';
import { type FrameFields, TCP_ACK, TCP_CWR, TCP_FIN, TCP_PSH, TCP_SYN } from '../../packet/frame.ts';

/** A few flows with what breaks trains strewn in. Without what overtakes (bad checksums, IP options): it breaks the order by design. */
const segment = fc.record({
  flow: fc.integer({ min: 0, max: 11 }),
  payloadLen: fc.constantFrom(0, 50, 100, 100, 100, 100),
  tcpFlags: fc.constantFrom(
    TCP_ACK,
    TCP_ACK,
    TCP_ACK,
    TCP_ACK,
    TCP_ACK | TCP_PSH,
    TCP_ACK | TCP_FIN,
    TCP_ACK | TCP_SYN,
    TCP_ACK | TCP_CWR,
  ),
  ttl: fc.constantFrom(64, 64, 64, 64, 63),
  gap: fc.constantFrom(0, 0, 0, 0, 1),
  v6: fc.boolean(),
});
type Segment = typeof segment extends fc.Arbitrary<infer T> ? T : never;

const setting = fc.record({
  kernel: fc.constantFrom('6.8', '6.12', '6.18'),
  buckets: fc.constantFrom(1, 8),
  poll: fc.integer({ min: 1, max: 64 }),
  list: fc.boolean(),
});
type Setting = typeof setting extends fc.Arbitrary<infer T> ? T : never;

function frames(segments: Segment[]): Partial<FrameFields>[] {
  const seqs = new Map<number, number>();
  const ids = new Map<number, number>();
  return segments.map(({ flow, payloadLen, tcpFlags, ttl, gap, v6 }) => {
    const key = flow * 2 + (v6 ? 1 : 0);
    const seq = (seqs.get(key) ?? 1000) + gap;
    const ipId = ids.get(key) ?? 1;
    seqs.set(key, seq + payloadLen);
    ids.set(key, ipId + 1);
    return {
      ipVersion: v6 ? 6 : 4,
      sport: 40000 + key,
      seq,
      payloadLen,
      tcpFlags,
      ttl,
      ...(v6 ? {} : { ipId }),
    };
  });
}

function play(list: Partial<FrameFields>[], s: Setting): GroBench {
  const bench = groBench(list, {
    kernel: s.kernel,
    features: { 'rx-gro-list': s.list },
    hash: (row) => (list[row].sport ?? 0) % s.buckets,
  });
  for (let fed = 0; fed < list.length; fed += s.poll) {
    const count = Math.min(s.poll, list.length - fed);
    for (let i = 0; i < count; i += 1) {
      bench.feed(1);
      for (const bucket of bench.queue.napi.gro.buckets) expect(bucket.length).toBeLessThanOrEqual(8);
    }
    bench.endPoll();
  }
  return bench;
}

function idsOf(bench: GroBench, slot: number): number[] {
  const ids: number[] = [];
  for (let s = slot; s !== 0; s = bench.w.pool.fragNext[s]) ids.push(bench.w.pool.id[s]);
  return ids;
}

describe('GRO, any traffic', () => {
  it('keeps every frame, its bytes, and the order within a flow', () => {
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 150 }), setting, (segments, s) => {
        const list = frames(segments);
        const bench = play(list, s);
        const { pool, totals } = bench.w;
        const slots = bench.deliveredSlots();
        const order = slots.flatMap((slot) => idsOf(bench, slot));
        expect([...order].sort((a, b) => a - b)).toEqual(list.map((_, i) => i + 1));
        let bytes = 0;
        for (const slot of slots) {
          const parts = idsOf(bench, slot).map((id) => list[id - 1].payloadLen ?? 0);
          expect(pool.segs[slot]).toBe(parts.length);
          expect(pool.totalPayload[slot]).toBe(parts.reduce((a, b) => a + b, 0));
          bytes += pool.totalPayload[slot];
        }
        expect(bytes).toBe(segments.reduce((sum, one) => sum + one.payloadLen, 0));
        expect(totals.merged).toBe(list.length - slots.length);
        const last = new Map<number, number>();
        for (const id of order) {
          const flow = list[id - 1].sport as number;
          expect(id).toBeGreaterThan(last.get(flow) ?? 0);
          last.set(flow, id);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('the same frames give the same records', () => {
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 60 }), setting, (segments, s) => {
        const list = frames(segments);
        expect(play(list, s).records()).toEqual(play(list, s).records());
      }),
      { numRuns: 30 },
    );
  });

  it('every record is caused by an earlier one, every frame has one verdict', () => {
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 60 }), setting, (segments, s) => {
        const records = play(frames(segments), s).records();
        for (const r of records) expect(r.cause).toBeLessThan(r.seq);
        expect(records.filter((r) => r.kind === 'gro')).toHaveLength(segments.length);
      }),
      { numRuns: 30 },
    );
  });
});
