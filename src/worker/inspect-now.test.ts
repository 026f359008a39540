import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Kind } from '../catalog/kinds.ts';
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import { RecordWriter } from '../engine/records.ts';
import type { World } from '../engine/world.ts';
import { applyRecord } from '../protocol/fold.ts';
import type { InspectTarget } from '../protocol/messages.ts';
import { decodeRecords } from '../protocol/record-codec.ts';
import type { RecordView } from '../protocol/scene.ts';
import { compileScenario } from '../scenario/compile.ts';
import { loadScenario } from '../scenario/load.ts';
import { stateOf } from './inspect.ts';
import { rowsNow, shown } from './inspect-now.ts';
import type { Run } from './run.ts';
import { mapOf, sceneOf } from './scene-of.ts';

function open(file: string, variant: string): { w: World; records: RecordView[] } {
  const url = new URL(`../../scenarios/${file}.json`, import.meta.url);
  const loaded = loadScenario(readFileSync(url, 'utf8'), file);
  if (!loaded.ok) throw new Error(file);
  const compiled = compileScenario(loaded.scenario, { variant });
  if (!compiled.ok) throw new Error(file);
  const w = createWorld(compiled.spec);
  const records: RecordView[] = [];
  w.writer = new RecordWriter((buffer, count) => {
    records.push(...decodeRecords(buffer, count));
  });
  return { w, records };
}

// the rows asked for need neither the run nor the history
const rowsOf = (w: World, map: ReturnType<typeof mapOf>, target: InspectTarget) =>
  stateOf(null as unknown as Run, w, map, { t: w.now, seq: w.seq }, target, []);

describe('the inspector within an event', () => {
  it('agrees with the stage: once the interrupt is raised its vector is masked', () => {
    const { w, records } = open('overload/moderation-and-dim', 'base');
    const map = mapOf(w, 'test');
    advance(w, 790_716);
    w.writer?.flush();
    records.length = 0;
    const before = rowsOf(w, map, { kind: 'queue', queue: 0 });
    const after = open('overload/moderation-and-dim', 'base');
    advance(after.w, 790_717);
    after.w.writer?.flush();
    const event = after.records.filter((r) => r.timeNs === 790_717);
    expect(event.map((r) => r.kind)).toEqual([Kind.dmaDone, Kind.irqRaised, Kind.hardirqEnter]);
    const vectors = [0, 1, 2, 3].map(
      (n) =>
        rowsNow(before, w, map, { kind: 'queue', queue: 0 }, event.slice(0, n)).find(
          (row) => row.key === 'vector',
        )?.value,
    );
    expect(vectors).toEqual(['armed', 'armed', 'masked', 'masked']);
  });

  it('says what the world says once the event is over', () => {
    const wrong: string[] = [];
    for (const [file, variant] of [
      ['overload/xps-with-and-without', 'base'],
      ['overload/moderation-and-dim', 'base'],
      ['receive/gro-builds-a-train', 'base'],
      ['sending/a-hole-and-its-sacks', 'base'],
      ['sending/sack-compression-on-wlan', 'base'],
    ]) {
      const { w, records } = open(file, variant);
      const map = mapOf(w, 'test');
      const targets: InspectTarget[] = [
        ...w.queues.flatMap((q): InspectTarget[] => [
          { kind: 'queue', queue: q.index },
          { kind: 'tx', queue: q.index },
          { kind: 'napi', queue: q.index },
        ]),
        ...w.cpus.map((c): InspectTarget => ({ kind: 'cpu', cpu: c.index })),
        ...w.sockets.map((s): InspectTarget => ({ kind: 'socket', socket: s.id })),
        ...w.ways.map((way): InspectTarget => ({ kind: 'link', way: way.index })),
        ...w.tasks.filter((t) => t.kind === 'app').map((t): InspectTarget => ({ kind: 'task', task: t.id })),
      ];
      const scene = sceneOf(w);
      for (let i = 0; i < 600; i += 1) {
        if (advance(w, 4_000_000, Number.POSITIVE_INFINITY, 1) === 0) break;
        w.writer?.flush();
        for (const r of records.splice(0)) applyRecord(scene, r, map);
        for (const target of targets) {
          const now = shown(scene, map, target);
          for (const row of rowsOf(w, map, target))
            if (Object.hasOwn(now, row.key) && String(now[row.key]) !== row.value)
              wrong.push(`${file} ${w.now} ${target.kind} ${row.key} ${now[row.key]} ${row.value}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});
