import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import { RecordWriter } from '../engine/records.ts';
import type { World } from '../engine/world.ts';
import { Kind } from '../catalog/kinds.ts';
import { applyRecord } from '../protocol/fold.ts';
import { decodeRecords } from '../protocol/record-codec.ts';
import type { RecordView, Scene } from '../protocol/scene.ts';
import { arbitraryWorld, RUN_NS } from '../testing/arbitrary-world.ts';
import { mapOf, sceneOf } from './scene-of.ts';

/** Scenes without what only the fold gathers (drops) and the time between two events. */
const comparable = ({ drops: _drops, timeNs: _time, ...rest }: Scene, w: World) => ({
  ...rest,
  // a FIN, or what TCP joins, changes a connection's memory without a record: the next segment or read tells
  sockets: rest.sockets.map((s, i) => (w.sockets[i].spec.acks === true ? { ...s, rmem: 0 } : s)),
});

describe('the fold', () => {
  it('carries the scene of one moment to the scene of any later one', () => {
    fc.assert(
      fc.property(arbitraryWorld, fc.integer({ min: 1, max: 40 }), (spec, step) => {
        const w = createWorld(spec);
        let records: RecordView[] = [];
        w.writer = new RecordWriter((buffer, count) => {
          records.push(...decodeRecords(buffer, count));
        });
        const map = mapOf(w, 'test');
        let scene = sceneOf(w);
        for (let i = 0; i < 400; i += 1) {
          if (advance(w, RUN_NS, Number.POSITIVE_INFINITY, step) === 0) break;
          w.writer.flush();
          // a command's effect is in no record: the stretch ends there
          if (records.some((r) => r.kind === Kind.command)) scene = sceneOf(w);
          else for (const r of records) applyRecord(scene, r, map);
          expect(comparable(scene, w)).toEqual(comparable(sceneOf(w), w));
          records = [];
        }
      }),
      { numRuns: 25 },
    );
  }, 900_000);
});
