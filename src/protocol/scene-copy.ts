/** A copy of a scene that can be carried on by itself. */
import { copyWay } from './fold-link.ts';
import type { Scene, SceneSkb, SceneToe } from './scene.ts';

function copyToe(toe: SceneToe): SceneToe {
  const skbs = (list: SceneSkb[]): SceneSkb[] => list.map((s) => ({ ...s, segs: s.segs.slice() }));
  return {
    ...toe,
    waiting: skbs(toe.waiting),
    ofo: skbs(toe.ofo),
    dma: skbs(toe.dma),
    done: skbs(toe.done),
    out: skbs(toe.out),
    wire: skbs(toe.wire),
  };
}

/** A copy of a scene that can be carried on by itself. */
export function copyScene(scene: Scene): Scene {
  const skb = (s: SceneSkb): SceneSkb => ({ ...s, segs: s.segs.slice() });
  const skbs = (list: SceneSkb[]): SceneSkb[] => list.map(skb);
  return {
    timeNs: scene.timeNs,
    seq: scene.seq,
    nics: scene.nics.map((n) => ({
      ...n,
      frame: n.frame === null ? null : { ...n.frame },
      indirection: n.indirection.slice(),
      toe: n.toe === null ? null : copyToe(n.toe),
    })),
    queues: scene.queues.map((q) => ({
      ...q,
      frames: q.frames.map((f) => ({ ...f })),
      affinity: q.affinity.slice(),
      tx: { ...q.tx, qdisc: skbs(q.tx.qdisc), ring: skbs(q.tx.ring), sent: skbs(q.tx.sent) },
      napi: { ...q.napi, held: q.napi.held.map(skbs), rxList: skbs(q.napi.rxList) },
      ...(q.cell === undefined ? {} : { cell: skbs(q.cell) }),
    })),
    cpus: scene.cpus.map((c) => ({
      ...c,
      pollList: c.pollList.slice(),
      deliver: skbs(c.deliver),
      acks: skbs(c.acks),
      backlog: { ...c.backlog, input: skbs(c.backlog.input), process: skbs(c.backlog.process) },
      current: c.current === null ? null : skb(c.current),
      frame: c.frame === null ? null : skb(c.frame),
      sending: c.sending === null ? null : skb(c.sending),
      more: skbs(c.more),
      runQueue: c.runQueue.slice(),
      waits: c.waits.map((w) => ({ ...w })),
    })),
    locks: scene.locks.map((l) => ({ ...l, queue: l.queue.slice(), watchers: l.watchers.slice() })),
    ways: scene.ways.map(copyWay),
    sockets: scene.sockets.map((s) => ({
      ...s,
      queue: skbs(s.queue),
      ofo: skbs(s.ofo),
      backlog: skbs(s.backlog),
    })),
    tasks: scene.tasks.map((t) => ({
      ...t,
      sending: t.sending === null ? null : skb(t.sending),
      screening: t.screening === null ? null : skb(t.screening),
    })),
    fragments: scene.fragments.map((f) => ({ ...f, skb: skb(f.skb) })),
    drops: scene.drops.map((d) => ({ ...d })),
    totals: { ...scene.totals },
  };
}
