/** The host that a selected thing stands on. */
import type { InspectTarget } from '../protocol/messages.ts';
import type { RecordView, SceneMap } from '../protocol/scene.ts';

type Parts = Pick<SceneMap, 'cpus' | 'nics' | 'queues' | 'sockets' | 'tasks' | 'ways'>;

/** @returns undefined for what moves between hosts (packets, records), and for what is not there */
export function hostOf(map: Parts, target: InspectTarget): number | undefined {
  switch (target.kind) {
    case 'cpu':
      return map.cpus.find((c) => c.index === target.cpu)?.host;
    case 'socket':
      return map.sockets.find((s) => s.id === target.socket)?.host;
    case 'task':
      return map.tasks.find((x) => x.id === target.task)?.host;
    case 'toe':
      return map.nics.find((n) => n.index === target.nic)?.host;
    case 'link': {
      const nic = map.ways.find((way) => way.index === target.way)?.from;
      return map.nics.find((n) => n.index === nic)?.host;
    }
    case 'queue':
    case 'descriptor':
    case 'napi':
    case 'tx': {
      const nic = map.queues.find((q) => q.index === target.queue)?.nic;
      return map.nics.find((n) => n.index === nic)?.host;
    }
    default:
      return undefined;
  }
}

/** The host a lesson's step is about: that of what it points at, else of the event it stands on; undefined where there is one only. */
export function hostOfStep(
  map: SceneMap,
  focus: InspectTarget | null,
  record: RecordView | null,
): number | undefined {
  if (map.hosts.length < 2) return undefined;
  const pointed = focus === null ? undefined : hostOf(map, focus);
  if (pointed !== undefined) return pointed;
  const place = record === null ? undefined : map.places[record.place];
  const host = map.hosts.findIndex(({ id }) => id === place?.host);
  return host < 0 ? undefined : host;
}
