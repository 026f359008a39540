/**
 * What the inspector says within an event. A world stands between events only; an event may write several records (a frame is written
 * back, the interrupt raised, its handler entered), and a moment may lie between two of them. There the stage shows the fold of the
 * records; so do these rows, in place of the world's, which are those before the event.
 */
import { CONTEXTS } from '../catalog/contexts.ts';
import { Kind } from '../catalog/kinds.ts';
import type { World } from '../engine/world.ts';
import { applyRecord } from '../protocol/fold.ts';
import { copyScene } from '../protocol/scene-copy.ts';
import type { Inspection, InspectTarget } from '../protocol/messages.ts';
import type { RecordView, Scene, SceneMap } from '../protocol/scene.ts';
import { sceneOf } from './scene-of.ts';

type Row = Inspection['state'][number];

/** `rows` of a world, brought to the moment just after the last of `records` (those of the event that the moment lies in). */
export function rowsNow(
  rows: readonly Row[],
  w: World,
  map: SceneMap,
  target: InspectTarget,
  records: readonly RecordView[],
): Row[] {
  // a command's effect is in no record
  if (records.length === 0 || records.some((r) => r.kind === Kind.command)) return rows.slice();
  const scene = copyScene(sceneOf(w));
  for (const r of records) applyRecord(scene, r, map);
  const now = shown(scene, map, target);
  return rows.map((row) => (Object.hasOwn(now, row.key) ? { ...row, value: String(now[row.key]) } : row));
}

/** Rows that a scene knows as well as a world does. */
export function shown(scene: Scene, map: SceneMap, target: InspectTarget): Record<string, string | number> {
  switch (target.kind) {
    case 'queue':
    case 'descriptor': {
      const q = scene.queues[target.queue];
      return {
        head: q.head,
        nextToClean: q.nextToClean,
        nextToUse: q.nextToUse,
        packets: q.packets,
        missed: q.missed,
        irqs: q.irqs,
        vector: q.masked ? 'masked' : 'armed',
      };
    }
    case 'napi': {
      const { napi } = scene.queues[target.queue];
      return {
        napiState: napi.scheduled ? 'SCHED' : 'idle',
        groHeld: napi.held.reduce((n, bucket) => n + bucket.length, 0),
        rxList: napi.rxList.length,
      };
    }
    case 'toe': {
      const { toe } = scene.nics[target.nic];
      const info = map.nics[target.nic].toe;
      if (toe === null || info === null) return {};
      return {
        toeConnections: `${toe.connections} / ${info.connections}`,
        toeWaiting: toe.waiting.length,
        toeMemory: `${toe.memory} / ${info.memoryBytes}`,
        toeOfo: toe.ofo.length,
        toeDone: toe.done.length,
      };
    }
    case 'tx': {
      const { tx } = scene.queues[target.queue];
      const { nic, number } = map.queues[target.queue];
      const onWire = scene.nics[nic].sending === number && tx.ring.length > 0 ? 1 : 0;
      return {
        txQdisc: `${tx.qdisc.length} / ${tx.qdiscLimit}`,
        txUsed: `${tx.ring.length + tx.sent.length} / ${tx.size}`,
        txRing: tx.ring.length - onWire,
        txOnWire: onWire,
        txSent: tx.sent.length,
        txBy: tx.by < 0 ? '–' : `CPU ${map.cpus[tx.by].number}`,
        txPackets: tx.packets,
        txDropped: tx.dropped,
        ...(tx.limit === null ? {} : { bqlLimit: tx.limit }),
      };
    }
    case 'cpu': {
      const cpu = scene.cpus[target.cpu];
      const name = (id: number): string => map.tasks.find((task) => task.id === id)?.name ?? '';
      return { context: CONTEXTS[cpu.ctx], runQueue: cpu.runQueue.map(name).join(', ') || '0' };
    }
    case 'socket': {
      const s = scene.sockets[target.socket - 1];
      return {
        queued: s.queue.length,
        rmem: s.rmem,
        ofo: s.ofo.length,
        backlog: s.backlog.length,
        received: s.received,
        socketDrops: s.drops,
        wmem: s.wmem,
      };
    }
    case 'task': {
      const task = scene.tasks[target.task - 1];
      return { taskState: task.state, reads: task.reads, readBytes: task.bytes, sends: task.sends };
    }
    case 'link': {
      const way = scene.ways[target.way];
      return {
        linkQueue: `${way.waiting.length} / ${way.queueFrames}`,
        linkUnderWay: way.flight.length,
        linkPut: way.put,
        linkArrived: way.arrived,
        linkLost: way.lost,
      };
    }
    case 'packet':
    case 'record':
      return {};
  }
}
