/** A task that sleeps: an application, ksoftirqd, the thread of a NAPI. */
import { createStreamState } from '../app/stream-wake.ts';
import { createLatency, noLatency } from '../metrics/latency.ts';
import type { AppSpec, HostSpec } from '../spec.ts';
import { ACTOR_TASK, type Task } from '../world.ts';
import type { Maker } from './maker.ts';

/** @param h its host @param cpu it starts on, world index @param id in the world, from 1 */
export function makeTask(
  maker: Maker,
  host: HostSpec,
  h: number,
  kind: Task['kind'],
  name: string,
  cpu: number,
  id: number,
): Task {
  return {
    id,
    host: h,
    kind,
    name,
    cpu,
    place: maker.place({ type: 'app', host: host.id, task: id }),
    timerActor: maker.actor(ACTOR_TASK, id - 1),
    app: null as AppSpec | null,
    queue: -1,
    sockets: [],
    nextSocket: 0,
    state: 'sleeping',
    phase: 0,
    workNs: 0,
    callBytes: 0,
    callSocket: 0,
    slot: 0,
    screening: 0,
    wakeSeq: 0,
    stream: createStreamState(noLatency()),
    busy: { queue: -1, start: 0, packets: 0, why: 0, seq: 0, over: false, goesOn: false },
    ranNs: 0,
    vruntime: 0,
    deadline: 0,
    protect: 0,
    vlag: 0,
    delayed: false,
    reads: 0,
    cryptBytes: 0,
    cryptRecords: 0,
    lastReadNs: -1,
    bytes: 0,
    latency: kind === 'app' ? createLatency() : noLatency(),
    send: {
      parts: 0,
      replyFlow: 0,
      replyTag: 0,
      socket: 0,
      flow: 0,
      bytes: 0,
      tag: 0,
      slot: 0,
      round: 0,
      own: 0,
      turn: true,
      sends: 0,
    },
  };
}
