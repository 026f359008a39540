/** Records of the way in: rings, NAPI and GRO, and the backlogs that CPUs poll. */
import { Kind } from '../catalog/kinds.ts';
import { Reason } from '../catalog/reasons.ts';
import { insertSorted, pending, remove, takeOut, wake } from './fold-shared.ts';
import type { RecordView, Scene, SceneCpu, SceneNapi, SceneQueue } from './scene.ts';

/** A record at a receive queue, as far as its ring and its interrupt go. */
export function ringRecord(r: RecordView, q: SceneQueue, nic: Scene['nics'][number]): void {
  switch (r.kind) {
    case Kind.dmaStart:
      if (nic.frame !== null)
        q.frames.push({
          id: nic.frame.id,
          flow: nic.frame.flow,
          bytes: nic.frame.bytes,
          done: false,
          at: r.a,
        });
      q.head = r.a + 1 === q.size ? 0 : r.a + 1;
      nic.frame = null;
      nic.inDma += 1;
      break;
    case Kind.dmaDone: {
      // DMA completes in order: the first frame not yet written back
      const frame = q.frames.find((f) => f.at === r.a);
      if (frame !== undefined) frame.done = true;
      nic.inDma -= 1;
      break;
    }
    case Kind.refill:
      q.nextToUse = r.b;
      break;
    case Kind.ringReset:
      nic.inDma -= q.frames.filter((f) => !f.done).length;
      q.size = r.a;
      q.head = 0;
      q.nextToClean = 0;
      q.nextToUse = r.a - 1;
      q.timerNs = null;
      break;
    case Kind.moderationStart:
      q.timerNs = r.timeNs + r.a;
      break;
    case Kind.irqDone:
      q.masked = false;
      break;
    case Kind.irqRaised:
      q.masked = true;
      q.timerNs = null;
      q.irqs += 1;
      break;
    default:
      break;
  }
}

/** The same for its NAPI and GRO. @param index of the queue */
export function napiRecord(
  scene: Scene,
  r: RecordView,
  q: SceneQueue,
  index: number,
  cpu: SceneCpu | undefined,
): void {
  const napi = q.napi;
  switch (r.kind) {
    case Kind.hardirqEnter:
    case Kind.irqPending:
      // at a NAPI's place: its timer has fired
      if (r.place === napi.place) napi.timerNs = null;
      break;
    case Kind.napiSchedule:
      napi.scheduled = true;
      if (r.reason === Reason.napiScheduled && cpu !== undefined) {
        napi.cpu = r.cpu;
        insertSorted(cpu.pollList, index);
        pending(cpu);
      }
      break;
    case Kind.busyPollTake:
      napi.scheduled = true;
      napi.cpu = r.cpu;
      break;
    case Kind.threadWake:
      napi.scheduled = true;
      napi.cpu = r.a;
      wake(scene, r.b, r.a);
      break;
    case Kind.pollStart:
      napi.polling = true;
      napi.work = 0;
      napi.cpu = r.cpu;
      if (cpu !== undefined && cpu.pass > 0) cpu.budget = r.b;
      break;
    case Kind.pollFrame:
      takeFromRing(q, r, cpu);
      if (napi.polling) napi.work = r.a;
      break;
    case Kind.gro:
      groRecord(scene, napi, r, cpu);
      break;
    case Kind.groComplete: {
      for (const bucket of napi.held) {
        const skb = takeOut(bucket, r.packet);
        if (skb !== null) napi.rxList.push(skb);
      }
      break;
    }
    case Kind.listDeliver:
      if (cpu !== undefined) cpu.deliver.push(...napi.rxList);
      napi.rxList = [];
      break;
    case Kind.pollEnd:
      napi.polling = false;
      napi.work = 0;
      break;
    case Kind.napiComplete:
      napiComplete(q, napi, r, index, cpu);
      break;
    default:
      break;
  }
}

function napiComplete(
  q: SceneQueue,
  napi: SceneNapi,
  r: RecordView,
  index: number,
  cpu: SceneCpu | undefined,
): void {
  if (cpu !== undefined) {
    remove(cpu.pollList, index);
    pending(cpu);
  }
  if (r.reason === Reason.napiMissedAgain) return;
  napi.scheduled = false;
  napi.cpu = null;
  if (r.b > 0) napi.timerNs = r.timeNs + r.b;
  if (r.reason === Reason.napiIrqOn) q.masked = false;
}

function takeFromRing(q: SceneQueue, r: RecordView, cpu: SceneCpu | undefined): void {
  const frame = q.frames.shift();
  q.nextToClean = r.b + 1 === q.size ? 0 : r.b + 1;
  q.packets += 1;
  if (cpu !== undefined && frame !== undefined)
    cpu.frame = { id: frame.id, flow: frame.flow, bytes: frame.bytes, segs: [frame.id] };
}

function groRecord(scene: Scene, napi: SceneNapi, r: RecordView, cpu: SceneCpu | undefined): void {
  const frame = cpu?.frame ?? null;
  if (cpu !== undefined) cpu.frame = null;
  if (frame === null) return;
  if (r.a === 2) {
    napi.rxList.push(frame);
    return;
  }
  if (r.a === 1) {
    napi.held[r.b].unshift(frame);
    return;
  }
  for (const bucket of napi.held) {
    const train = bucket.find((skb) => skb.id === r.other);
    if (train === undefined) continue;
    train.segs.push(...frame.segs);
    train.bytes += frame.bytes;
    scene.totals.merged += 1;
    scene.totals.inFlight -= 1;
    return;
  }
}

/** Records of RPS and of a backlog NAPI; `owner` is the CPU whose backlog the record is about. */
export function backlogRecord(r: RecordView, cpu: SceneCpu, owner: SceneCpu | undefined): void {
  if (owner === undefined) return;
  const { backlog } = owner;
  switch (r.kind) {
    case Kind.backlogQueue: {
      // a driver before NAPI queues what it has just taken off its ring
      const skb = cpu.frame?.id === r.packet ? cpu.frame : cpu.deliver.shift();
      if (skb === cpu.frame) cpu.frame = null;
      if (skb !== undefined) backlog.input.push(skb);
      backlog.tail += 1;
      break;
    }
    case Kind.drop:
      if (cpu.frame?.id === r.packet) cpu.frame = null;
      else if (cpu.deliver[0]?.id === r.packet) cpu.deliver.shift();
      break;
    case Kind.napiSchedule:
      backlog.onList = true;
      pending(owner);
      break;
    case Kind.pollStart:
      backlog.polling = true;
      backlog.work = 0;
      if (cpu.pass > 0) cpu.budget = r.b;
      break;
    case Kind.bhMark:
      backlog.onList = true;
      pending(owner);
      break;
    case Kind.backlogTake: {
      if (r.reason === Reason.bhTakes) {
        const first = backlog.input.shift();
        if (first !== undefined) cpu.deliver.push(first);
        backlog.head += 1;
        break;
      }
      if (backlog.process.length === 0) {
        backlog.process = backlog.input;
        backlog.input = [];
      }
      const skb = backlog.process.shift();
      if (skb !== undefined) cpu.deliver.push(skb);
      backlog.work = r.a;
      break;
    }
    case Kind.pollEnd:
      backlog.polling = false;
      backlog.work = 0;
      backlog.head += r.a;
      if (r.reason === Reason.backlogEmptied) backlog.onList = false;
      pending(owner);
      break;
    default:
      break;
  }
}
