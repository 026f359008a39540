/**
 * Carries a scene on, record by record: fold(scene at a, records a..b) is the scene at b, exactly, between two events and as long
 * as no command comes between (its effect is in no record: a stretch ends there). `drops` only grows here.
 */
import { CONTEXT_KINDS, Kind } from '../catalog/kinds.ts';
import { Reason } from '../catalog/reasons.ts';
import { cpuRecord } from './fold-cpu.ts';
import { linkArrival, linkRecord } from './fold-link.ts';
import { backlogRecord, napiRecord, ringRecord } from './fold-napi.ts';
import { keepDrop, leave, remove, wake } from './fold-shared.ts';
import { toeDrop, toeRecord } from './fold-toe.ts';
import { cellRecord } from './fold-tunnel.ts';
import { txRecord, wireRecord } from './fold-tx.ts';
import { placeIndex } from './place-index.ts';
import { copyScene } from './scene-copy.ts';
import {
  sameFlow,
  type RecordView,
  type Scene,
  type SceneCpu,
  type SceneLock,
  type SceneMap,
  type SceneQueue,
  type SceneSkb,
  type SceneSocket,
} from './scene.ts';

/** Applies one record to `scene`, in place. */
export function applyRecord(scene: Scene, r: RecordView, map: SceneMap): void {
  const places = placeIndex(map);
  scene.timeNs = r.timeNs;
  scene.seq = r.seq;
  const cpu: SceneCpu | undefined = scene.cpus[r.cpu];
  if (cpu !== undefined && CONTEXT_KINDS.has(r.kind)) {
    cpu.ctx = r.b & 0xff;
    cpu.task = r.b >>> 8;
  }
  const nic = scene.nics[places.nic[r.place]];
  const queue = scene.queues[places.queue[r.place]];
  const socket = scene.sockets[places.socket[r.place]];
  if (nic !== undefined) nicRecord(scene, r, nic, map);
  const toe = places.toe[r.place] === 1 ? nic.toe : null;
  if (toe !== null) {
    toeRecord(scene, r, nic, toe, map);
    wireRecord(scene, r, nic, map.nics[places.nic[r.place]].queues);
  }
  if (scene.ways.length > 0) wayRecord(scene, r, map);
  if (queue !== undefined) {
    ringRecord(r, queue, nic);
    napiRecord(scene, r, queue, places.queue[r.place], cpu);
    if (queue.cell !== undefined && cpu !== undefined) cellRecord(r, queue, queue.cell, cpu);
    txRecord(scene, r, queue, cpu);
    if (nic !== undefined) wireRecord(scene, r, nic, map.nics[places.nic[r.place]].queues);
  }
  // a card may be the one that wakes a task: no CPU is named then
  if (r.kind === Kind.wakeUp || r.kind === Kind.ksoftirqdWake)
    wake(scene, r.b, r.kind === Kind.wakeUp ? r.a : r.cpu);
  if (cpu !== undefined && toe === null) {
    backlogRecord(r, cpu, scene.cpus[places.backlog[r.place]]);
    cpuRecord(scene, r, cpu, socket, map);
  }
  const lock = places.lock[r.place];
  if (lock >= 0 && cpu !== undefined) lockRecord(r, lock, scene.locks[lock], cpu);
  if (r.kind === Kind.drop) dropRecord(scene, r, nic, queue, cpu, socket);
}

function wayRecord(scene: Scene, r: RecordView, map: SceneMap): void {
  const places = placeIndex(map);
  if (r.kind === Kind.frameArrived) {
    linkArrival(scene.ways, map, places.nic[r.place], r.packet);
    return;
  }
  const index = places.way[r.place];
  if (index < 0) return;
  const lost = linkRecord(scene.ways[index], r, map, index);
  if (lost !== null) keepDrop(scene, r, lost.flow);
}

function nicRecord(scene: Scene, r: RecordView, nic: Scene['nics'][number], map: SceneMap): void {
  if (r.kind === Kind.frameArrived) {
    nic.frame = { id: r.packet, flow: sameFlow(map, r.b), bytes: r.a, queue: null, hash: null };
    nic.arrived += 1;
    scene.totals.arrived += 1;
    scene.totals.inFlight += 1;
  } else if (r.kind === Kind.txSent) {
    nic.sent += r.a;
  } else if (r.kind === Kind.queueSelected && nic.frame !== null) {
    nic.frame.queue = r.a;
    nic.frame.hash = r.b >>> 0;
  }
}

function lockRecord(r: RecordView, index: number, lock: SceneLock, cpu: SceneCpu): void {
  switch (r.kind) {
    case Kind.lockWait:
      if (r.reason === Reason.lockWatched) lock.watchers.push(r.cpu);
      else lock.queue.push(r.cpu);
      cpu.waits.push({ ctx: cpu.ctx, lock: index });
      break;
    case Kind.lockAcquired:
      remove(lock.queue, r.cpu);
      lock.holder = r.cpu;
      cpu.waits = cpu.waits.filter((w) => w.lock !== index);
      break;
    case Kind.lockPassed:
      remove(lock.watchers, r.cpu);
      cpu.waits = cpu.waits.filter((w) => w.lock !== index);
      break;
    case Kind.lockRelease:
      lock.holder = -1;
      break;
    default:
      break;
  }
}

/** A packet that the program running here has rejected. */
function rejected(scene: Scene, r: RecordView, cpu: SceneCpu): SceneSkb | null {
  const task = scene.tasks[cpu.task - 1];
  if (task?.screening?.id !== r.packet) return null;
  const skb = task.screening;
  task.screening = null;
  return skb;
}

const SOCKET_DROPS: ReadonlySet<number> = new Set([
  Reason.socketFull,
  Reason.socketBacklogFull,
  Reason.tcpMemory,
  Reason.ofoPruned,
  Reason.nfSocketFull,
  Reason.nfCongested,
]);

function dropRecord(
  scene: Scene,
  r: RecordView,
  nic: Scene['nics'][number] | undefined,
  queue: SceneQueue | undefined,
  cpu: SceneCpu | undefined,
  socket: SceneSocket | undefined,
): void {
  scene.totals.dropped += 1;
  scene.totals.inFlight -= 1;
  let flow = 0;
  const held = scene.fragments.findIndex(({ skb }) => skb.id === r.packet);
  if (held >= 0) flow = scene.fragments.splice(held, 1)[0].skb.flow;
  if (nic !== undefined && nic.toe !== null) flow = toeDrop(nic.toe, r);
  if (nic?.frame?.id === r.packet) {
    flow = nic.frame.flow;
    nic.frame = null;
  }
  if (queue !== undefined) {
    if (r.reason === Reason.noDescriptor) queue.missed += 1;
    const at = queue.frames.findIndex((f) => f.id === r.packet);
    if (at >= 0) flow = queue.frames.splice(at, 1)[0].flow;
  }
  if (cpu !== undefined) {
    const skb = leave(cpu, r.packet, socket) ?? rejected(scene, r, cpu);
    if (skb !== null) {
      flow = skb.flow;
      if (socket !== undefined && skb.truesize !== undefined) socket.rmem -= skb.truesize;
    }
  }
  if (socket !== undefined && SOCKET_DROPS.has(r.reason)) socket.drops += 1;
  keepDrop(scene, r, flow);
}

/** The scene at a later moment: records up to (t, seq) applied to a copy. */
export function sceneAt(
  scene: Scene,
  records: readonly RecordView[],
  t: number,
  seq: number,
  map: SceneMap,
): Scene {
  const later = copyScene(scene);
  for (const record of records) {
    if (record.seq > seq || record.timeNs > t) break;
    if (record.seq > later.seq) applyRecord(later, record, map);
  }
  later.timeNs = Math.max(later.timeNs, t);
  return later;
}
