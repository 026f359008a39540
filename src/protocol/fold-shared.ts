/** What records of several parts do to a scene: lists of packets, a task woken, a packet that leaves or is lost. */
import type { RecordView, Scene, SceneCpu, SceneSkb, SceneSocket } from './scene.ts';

const DROPS_KEPT = 32;

/** Takes the skb with this id out of a list. */
export function takeOut(list: SceneSkb[], id: number): SceneSkb | null {
  const at = list[0]?.id === id ? 0 : list.findIndex((skb) => skb.id === id);
  return at < 0 ? null : list.splice(at, 1)[0];
}

/** Puts a number into an ascending list, once. */
export function insertSorted(list: number[], value: number): void {
  const at = list.findIndex((v) => v >= value);
  if (at < 0) list.push(value);
  else if (list[at] !== value) list.splice(at, 0, value);
}

/** Takes a number out of a list. */
export function remove(list: number[], value: number): void {
  const at = list.indexOf(value);
  if (at >= 0) list.splice(at, 1);
}

/** A NAPI waits and nothing handles it yet. */
export function pending(cpu: SceneCpu): void {
  cpu.netRxPending = (cpu.pollList.length > 0 || cpu.backlog.onList) && cpu.pass === 0;
}

/** A sleeping task can run, on a CPU (index in the scene). @param task id */
export function wake(scene: Scene, task: number, to: number): void {
  const state = scene.tasks[task - 1];
  if (state === undefined || state.state !== 'sleeping') return;
  state.state = 'runnable';
  scene.cpus[to].runQueue.push(task);
}

/** The skb in the protocol's hands, or in a socket's backlog or out-of-order queue, leaves. */
export function leave(cpu: SceneCpu, id: number, socket: SceneSocket | undefined): SceneSkb | null {
  if (cpu.current?.id === id) {
    const skb = cpu.current;
    cpu.current = null;
    cpu.layer = null;
    return skb;
  }
  if (socket === undefined) return null;
  return takeOut(socket.backlog, id) ?? takeOut(socket.ofo, id);
}

export function keepDrop(scene: Scene, r: RecordView, flow: number): void {
  scene.drops.push({
    seq: r.seq,
    timeNs: r.timeNs,
    packet: r.packet,
    flow,
    place: r.place,
    reason: r.reason,
  });
  if (scene.drops.length > DROPS_KEPT) scene.drops.shift();
}
