/** The host that a selected thing stands on. */
import type { InspectTarget } from '../protocol/messages.ts';
import type { SceneMap } from '../protocol/scene.ts';

type Parts = Pick<SceneMap, 'cpus' | 'nics' | 'queues' | 'sockets' | 'tasks'>;

/** @returns undefined for what moves between hosts (packets, records), and for what is not there */
export function hostOf(map: Parts, target: InspectTarget): number | undefined {
  switch (target.kind) {
    case 'cpu':
      return map.cpus.find((c) => c.index === target.cpu)?.host;
    case 'socket':
      return map.sockets.find((s) => s.id === target.socket)?.host;
    case 'task':
      return map.tasks.find((x) => x.id === target.task)?.host;
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
