import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryWorld, RUN_NS } from '../testing/arbitrary-world.ts';
import { runTraced, type TraceRecord, traced } from '../testing/trace.ts';
import { advance } from './advance.ts';
import { forgottenSoftirqs, imbalance, linkImbalance, txImbalance } from './conservation.ts';
import { copyWorld } from './copy.ts';
import { createWorld } from './create.ts';
import type { TimedInput, WorldSpec } from './spec.ts';
import type { World } from './world.ts';

const RUNS = { numRuns: 25 };
const TIMEOUT_MS = 180_000;

/** All state but the parts that are shared or no state. */
function stateOf(w: World): unknown {
  const { fixed: _fixed, writer: _writer, pool, ...rest } = w;
  return { ...rest, used: pool.used };
}

describe('any world, any knobs', () => {
  it(
    'loses no packet from the balance, after every event',
    () => {
      fc.assert(
        fc.property(arbitraryWorld, (spec) => {
          const w = createWorld(spec);
          while (advance(w, RUN_NS, Number.POSITIVE_INFINITY, 1) > 0) {
            if (imbalance(w) !== 0 || txImbalance(w) !== 0 || linkImbalance(w) !== 0) return false;
            if (forgottenSoftirqs(w) !== 0) return false;
          }
          return w.totals.arrived > 0 || w.now === RUN_NS;
        }),
        RUNS,
      );
    },
    TIMEOUT_MS,
  );

  it(
    'gives the same bytes for the same spec, and the same state without records',
    () => {
      fc.assert(
        fc.property(arbitraryWorld, (spec) => {
          const one = createWorld(spec);
          const bytesOne = traced(one);
          advance(one, RUN_NS);
          const two = createWorld(spec);
          const bytesTwo = traced(two);
          advance(two, RUN_NS);
          const silent = createWorld(spec);
          advance(silent, RUN_NS);
          const a = bytesOne.bytes();
          const b = bytesTwo.bytes();
          expect(a.length).toBe(b.length);
          expect(a.findIndex((byte, i) => byte !== b[i])).toBe(-1);
          expect(stateOf(silent)).toEqual(stateOf(one));
        }),
        RUNS,
      );
    },
    TIMEOUT_MS,
  );

  it(
    'is the same run however it is cut, from any keyframe',
    () => {
      fc.assert(
        fc.property(
          arbitraryWorld,
          fc.integer({ min: 1, max: RUN_NS - 1 }),
          fc.integer({ min: 1, max: 60 }),
          (spec, cut, step) => {
            const straight = createWorld(spec);
            advance(straight, RUN_NS);
            const first = createWorld(spec);
            advance(first, cut);
            const keyframe = copyWorld(first);
            advance(first, RUN_NS);
            const again = copyWorld(keyframe);
            while (advance(again, RUN_NS, Number.POSITIVE_INFINITY, step) > 0);
            expect(stateOf(first)).toEqual(stateOf(straight));
            expect(stateOf(again)).toEqual(stateOf(straight));
          },
        ),
        RUNS,
      );
    },
    TIMEOUT_MS,
  );

  it(
    'keeps the order within a flow from ring to socket, and every cause before its effect',
    () => {
      /** The first record out of its order. A plain loop: there are a hundred thousand of them. */
      const outOfOrder = (spec: WorldSpec): TraceRecord | null => {
        // re-steering a flow may reorder it, on real cards too
        const steady = {
          ...spec,
          setup: spec.setup.filter((s) => s.change.type !== 'feature'),
          inputs: spec.inputs.filter(
            (i) =>
              !['channels', 'feature', 'irq-affinity', 'napi', 'rps-cpus', 'rps-flow-cnt'].includes(
                i.change.type,
              ),
          ),
        };
        const { records } = runTraced(steady, RUN_NS);
        const flowOf = new Map<number, number>();
        const rank = new Map<number, number>();
        const last = new Map<string, number>();
        const beyondHole = new Set<number>();
        let lastTime = 0;
        let lastSeq = 0;
        for (const r of records) {
          if (r.seq !== lastSeq + 1 || r.timeNs < lastTime || r.cause >= r.seq) return r;
          lastSeq = r.seq;
          lastTime = r.timeNs;
          // a link may bring a flow's frames in another order than they left in: from the MAC on it is kept
          if (r.kind === 'frameArrived') {
            flowOf.set(r.packet, r.b);
            rank.set(r.packet, rank.size + 1);
          }
          // TCP reads by sequence number: what came beyond a hole is read after what filled it later
          if (r.kind === 'socketQueue' && r.reason === 'outOfOrder') beyondHole.add(r.packet);
          if (r.kind === 'pollFrame' || (r.kind === 'recv' && !beyondHole.has(r.packet))) {
            const key = `${r.kind}/${flowOf.get(r.packet)}`;
            const number = rank.get(r.packet) ?? 0;
            if (number <= (last.get(key) ?? 0)) return r;
            last.set(key, number);
          }
        }
        return null;
      };
      fc.assert(
        fc.property(arbitraryWorld, (spec) => {
          expect(outOfOrder(spec)).toBeNull();
        }),
        RUNS,
      );
    },
    TIMEOUT_MS,
  );

  it(
    'applies an input at its time, after its record and after every event before it: time never goes back',
    () => {
      fc.assert(
        fc.property(
          arbitraryWorld,
          fc.integer({ min: 1, max: RUN_NS }),
          fc.integer({ min: 0, max: 400 }),
          (spec, at, after) => {
            const input: TimedInput = {
              at,
              after,
              host: 0,
              line: '',
              change: { type: 'coalesce', nic: 0, rxUsecs: 7 },
            };
            const { records } = runTraced({ ...spec, inputs: [input] }, RUN_NS);
            const i = records.findIndex((r) => r.kind === 'command');
            expect(records[i].timeNs).toBe(at);
            const atThatTime = records.filter((r) => r.timeNs === at && r.kind !== 'command');
            const had = records[i].seq > after;
            const allOfThatTimeBefore = atThatTime.every((r) => r.seq < records[i].seq);
            expect(had || allOfThatTimeBefore).toBe(true);
            expect(records.findIndex((r, k) => k > 0 && r.timeNs < records[k - 1].timeNs)).toBe(-1);
          },
        ),
        RUNS,
      );
    },
    TIMEOUT_MS,
  );
});
