/**
 * Carries a scene on, record by record: fold(scene at a, records a..b) is the scene at b, exactly, between two events and as long
 * as no command comes between (its effect is in no record: a stretch ends there). `drops` only grows here.
 */
import { CONTEXT_KINDS, Kind } from '../catalog/kinds.ts';
import { Reason } from '../catalog/reasons.ts';
import { copyWay, linkArrival, linkRecord } from './fold-link.ts';
import { toeDrop, toeRecord } from './fold-toe.ts';
import { cellRecord, cutInTunnel, wrapped } from './fold-tunnel.ts';
import { placeIndex } from './place-index.ts';
import {
  type RecordView,
  type Scene,
  type SceneCpu,
  type SceneLock,
  type SceneMap,
  type SceneNapi,
  type SceneQueue,
  type SceneSkb,
  type SceneSocket,
  type SceneToe,
  sameFlow,
} from './scene.ts';

const DROPS_KEPT = 32;

/** Takes the skb with this id out of a list. */
function takeOut(list: SceneSkb[], id: number): SceneSkb | null {
  const at = list[0]?.id === id ? 0 : list.findIndex((skb) => skb.id === id);
  return at < 0 ? null : list.splice(at, 1)[0];
}

/** Puts a number into an ascending list, once. */
function insertSorted(list: number[], value: number): void {
  const at = list.findIndex((v) => v >= value);
  if (at < 0) list.push(value);
  else if (list[at] !== value) list.splice(at, 0, value);
}

function remove(list: number[], value: number): void {
  const at = list.indexOf(value);
  if (at >= 0) list.splice(at, 1);
}

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

function ringRecord(r: RecordView, q: SceneQueue, nic: Scene['nics'][number]): void {
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

function napiRecord(
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

/** sendmsg has made a datagram: it is in the task's hands. */
function sendRecord(scene: Scene, r: RecordView, cpu: SceneCpu, socket: SceneSocket, map: SceneMap): void {
  const sk = scene.sockets.indexOf(socket) + 1;
  const truesize = r.b - socket.wmem;
  socket.wmem = r.b;
  const task = scene.tasks[cpu.task - 1];
  if (task !== undefined)
    task.sending = { id: r.packet, flow: sameFlow(map, r.other), bytes: r.a, segs: [r.packet], sk, truesize };
}

/** A transmit queue is chosen: what the CPU forwards, or what its task sends, is in the CPU's hands. */
function txSelected(scene: Scene, r: RecordView, cpu: SceneCpu): void {
  // an ACK leaves at once, perhaps between the steps of another packet's way
  if (cpu.acks.some(({ id }) => id === r.packet)) return;
  // a tunnel chose before, or this is its next packet
  if (cpu.sending?.id === r.packet) return;
  const piece = takeOut(cpu.more, r.packet);
  if (piece !== null) {
    cpu.sending = piece;
    return;
  }
  const skb = leave(cpu, r.packet, undefined);
  cpu.sending = skb;
  if (skb !== null) {
    scene.totals.delivered += 1;
    scene.totals.inFlight -= 1;
    return;
  }
  const task = scene.tasks[cpu.task - 1];
  if (task === undefined) return;
  if (task.screening?.id === r.packet) {
    cpu.sending = task.screening;
    task.screening = null;
    scene.totals.delivered += 1;
    scene.totals.inFlight -= 1;
    return;
  }
  cpu.sending = task.sending;
  task.sending = null;
}

function handedOn(cpu: SceneCpu | undefined, packet: number): SceneSkb | null {
  if (cpu === undefined) return null;
  const ack = takeOut(cpu.acks, packet) ?? takeOut(cpu.more, packet);
  if (ack !== null) return ack;
  const skb = cpu.sending;
  cpu.sending = null;
  return skb;
}

/** Sent or lost: its socket gets the memory back. */
function giveBack(scene: Scene, skb: SceneSkb | null): void {
  if (skb?.sk !== undefined) scene.sockets[skb.sk - 1].wmem -= skb.truesize ?? 0;
}

/** Reasons to wait in the queueing discipline. */
const WAITS: ReadonlySet<number> = new Set([
  Reason.txQdisc,
  Reason.txBql,
  Reason.txBehind,
  Reason.txOtherRuns,
  Reason.txOvertakes,
  Reason.txNoBypass,
]);

function txRecord(scene: Scene, r: RecordView, q: SceneQueue, cpu: SceneCpu | undefined): void {
  const { tx } = q;
  switch (r.kind) {
    case Kind.txSelect:
      if (cpu !== undefined) txSelected(scene, r, cpu);
      break;
    case Kind.txQueue: {
      tx.pieces = 0;
      // a piece that goes back to the queue is there already
      if (r.reason === Reason.txRequeued) break;
      const waited = r.reason === Reason.txFromQdisc || r.reason === Reason.txPiece;
      const skb = waited ? takeOut(tx.qdisc, r.packet) : handedOn(cpu, r.packet);
      if (skb?.heldNs !== undefined) delete skb.heldNs;
      if (WAITS.has(r.reason)) {
        const at = r.other === 0 ? tx.qdisc.length : tx.qdisc.findIndex(({ id }) => id === r.other);
        if (skb !== null) tx.qdisc.splice(at, 0, skb);
        break;
      }
      if (skb !== null) tx.ring.push(skb);
      tx.posted += 1;
      tx.by = cpu === undefined ? -1 : r.cpu;
      break;
    }
    case Kind.ipFragment:
      if (cpu !== undefined) cutDatagram(scene, r, cpu);
      break;
    case Kind.gsoSegment:
      if (q.cell === undefined) addPiece(scene, r, q, cpu);
      else if (cpu !== undefined) cutInTunnel(scene, r, cpu);
      break;
    case Kind.tunnelXmit:
      if (cpu !== undefined) wrapped(r, cpu);
      break;
    case Kind.qdiscThrottle: {
      const skb = tx.qdisc.find(({ id }) => id === r.packet);
      if (skb !== undefined) skb.heldNs = r.timeNs + r.a;
      break;
    }
    case Kind.txDrop: {
      // out of the queue, or not in it yet
      const skb = takeOut(tx.qdisc, r.packet) ?? handedOn(cpu, r.packet);
      if (r.reason !== Reason.tlsNoSyncData && q.cell === undefined) tx.dropped += 1;
      keepDrop(scene, r, skb?.flow ?? 0);
      giveBack(scene, skb);
      break;
    }
    case Kind.txSent: {
      tx.packets += r.a;
      const skb = tx.ring.shift() ?? null;
      if (r.reason === Reason.sentFreed) giveBack(scene, skb);
      else if (skb !== null) tx.sent.push(skb);
      break;
    }
    case Kind.txClean:
      for (const skb of tx.sent.splice(0, r.a)) giveBack(scene, skb);
      if (tx.limit !== null) tx.limit = r.b;
      break;
    default:
      break;
  }
}

/** The card sends the oldest packet of one queue after the other, of those that have any. */
function wireRecord(
  scene: Scene,
  r: RecordView,
  nic: Scene['nics'][number],
  queues: readonly number[],
): void {
  if (r.kind !== Kind.txQueue && r.kind !== Kind.txSent && r.kind !== Kind.toeSend) return;
  if (r.kind !== Kind.txSent && nic.sending >= 0) return;
  const from = r.kind === Kind.txSent ? nic.sending + 1 : 0;
  nic.sending = -1;
  // the firmware of a card with TCP in it is one queue more
  const all = nic.toe === null ? queues.length : queues.length + 1;
  for (let i = 0; i < all && nic.sending < 0; i++) {
    const number = (from + i) % all;
    const list = number === queues.length ? nic.toe?.wire : scene.queues[queues[number]].tx.ring;
    if (list !== undefined && list.length > 0) nic.sending = number;
  }
}

/** A datagram cut into fragments: the first stays what the CPU sends, the others follow. */
function cutDatagram(scene: Scene, r: RecordView, cpu: SceneCpu): void {
  const head = cpu.sending;
  if (head === null) return;
  const piece: SceneSkb =
    r.packet === r.other ? head : { id: r.packet, flow: head.flow, bytes: 0, segs: [r.packet] };
  piece.bytes = r.a;
  if (head.sk !== undefined) {
    const paid = piece === head ? (head.truesize ?? 0) : 0;
    piece.sk = head.sk;
    piece.truesize = r.b;
    scene.sockets[head.sk - 1].wmem += r.b - paid;
  }
  if (piece !== head) cpu.more.push(piece);
}

/** A bridge's copy of what is in the protocol's hands: each frame has the next id. */
function copied(r: RecordView, cpu: SceneCpu): void {
  const of = cpu.current;
  if (of !== null) cpu.more.push({ ...of, id: r.packet, segs: of.segs.map((_, i) => r.packet + i) });
}

/** A fragment waits, or is the last of its datagram, which goes on as one packet. */
function fragRecord(scene: Scene, r: RecordView, cpu: SceneCpu): void {
  const skb = cpu.current;
  if (skb === null) return;
  if (r.reason === Reason.fragQueued) {
    cpu.current = null;
    cpu.layer = null;
    const cpuOf = scene.fragments.find(({ of }) => of === r.other)?.cpu ?? r.cpu;
    scene.fragments.push({ of: r.other, cpu: cpuOf, skb });
    scene.fragments.sort((a, b) => a.skb.id - b.skb.id);
    return;
  }
  const all = scene.fragments.filter(({ of }) => of === r.other).map((f) => f.skb);
  scene.fragments = scene.fragments.filter(({ of }) => of !== r.other);
  all.push(skb);
  all.sort((a, b) => a.id - b.id);
  const head = all.find(({ id }) => id === r.packet) ?? skb;
  const rest = all.filter((s) => s !== head);
  for (const s of rest) {
    head.segs.push(...s.segs);
    head.bytes += s.bytes;
  }
  cpu.current = head;
  scene.totals.merged += rest.length;
  scene.totals.inFlight -= rest.length;
}

/** A packet cut in software: its pieces stand at the queue's head, until the driver has them. `other` names the packet. */
function addPiece(scene: Scene, r: RecordView, q: SceneQueue, cpu: SceneCpu | undefined): void {
  const { qdisc } = q.tx;
  if (r.packet === r.other) {
    const skb = takeOut(qdisc, r.packet) ?? handedOn(cpu, r.packet);
    if (skb === null) return;
    giveBack(scene, skb);
    qdisc.unshift({
      id: skb.id,
      flow: skb.flow,
      bytes: 0,
      segs: [],
      ...(skb.sk === undefined ? {} : { sk: skb.sk }),
    });
    q.tx.pieces = 0;
  }
  const first = qdisc[0];
  if (first === undefined) return;
  const piece: SceneSkb =
    r.packet === r.other ? first : { id: r.packet, flow: first.flow, bytes: 0, segs: [] };
  piece.bytes = r.a;
  piece.segs = [r.packet];
  if (first.sk !== undefined) {
    piece.sk = first.sk;
    piece.truesize = r.b;
    scene.sockets[first.sk - 1].wmem += r.b;
  }
  if (piece !== first) qdisc.splice(q.tx.pieces, 0, piece);
  q.tx.pieces += 1;
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

/** A NAPI waits and nothing handles it yet. */
function pending(cpu: SceneCpu): void {
  cpu.netRxPending = (cpu.pollList.length > 0 || cpu.backlog.onList) && cpu.pass === 0;
}

/** Records of RPS and of a backlog NAPI; `owner` is the CPU whose backlog the record is about. */
function backlogRecord(r: RecordView, cpu: SceneCpu, owner: SceneCpu | undefined): void {
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

function wake(scene: Scene, task: number, to: number): void {
  const state = scene.tasks[task - 1];
  if (state === undefined || state.state !== 'sleeping') return;
  state.state = 'runnable';
  scene.cpus[to].runQueue.push(task);
}

const BOTTOM_HALF_BEGINS: ReadonlySet<number> = new Set([
  Reason.bhAtIrqExit,
  Reason.bhAtSyscallExit,
  Reason.bhInSchedule,
]);

/** The bottom half begins on a CPU: its mark, kept at the shared backlog of the host's first CPU, is taken away. */
function unmark(scene: Scene, map: SceneMap, cpu: number): void {
  const owner = scene.cpus[map.hosts[map.cpus[cpu].host].cpus[0]];
  owner.backlog.onList = false;
  pending(owner);
}

function cpuRecord(
  scene: Scene,
  r: RecordView,
  cpu: SceneCpu,
  socket: SceneSocket | undefined,
  map: SceneMap,
): void {
  switch (r.kind) {
    case Kind.softirqEnter:
      cpu.pass = r.a;
      if (BOTTOM_HALF_BEGINS.has(r.reason)) unmark(scene, map, r.cpu);
      pending(cpu);
      break;
    case Kind.softirqExit:
      cpu.pass = 0;
      pending(cpu);
      break;
    case Kind.netRxAction:
    case Kind.netRxDone:
      cpu.budget = r.a;
      break;
    case Kind.netifReceive:
      cpu.current = cpu.deliver.shift() ?? null;
      cpu.layer = 'netif';
      break;
    case Kind.bridgeForward:
      if (r.reason === Reason.bridgeCopy) copied(r, cpu);
      break;
    case Kind.ipRcv:
      cpu.layer = 'ip';
      break;
    case Kind.ipFrag:
      fragRecord(scene, r, cpu);
      break;
    case Kind.l4Rcv:
      cpu.layer = 'l4';
      break;
    case Kind.consumed:
      leave(cpu, r.packet, socket);
      scene.totals.delivered += 1;
      scene.totals.inFlight -= 1;
      break;
    case Kind.socketBacklog: {
      const skb = leave(cpu, r.packet, undefined);
      if (skb !== null && socket !== undefined) socket.backlog.push(skb);
      break;
    }
    case Kind.socketQueue:
      if (socket !== undefined) socketQueue(scene, r, cpu, socket);
      break;
    case Kind.schedSwitch:
      schedSwitch(scene, r, cpu);
      break;
    case Kind.recv:
      if (socket !== undefined) {
        socket.queue.shift();
        socket.rmem = r.b;
      }
      if (cpu.task !== 0 && r.reason !== Reason.tlsCiphertextRead) scene.tasks[cpu.task - 1].bytes += r.a;
      break;
    case Kind.tlsRecv:
      if (cpu.task !== 0) scene.tasks[cpu.task - 1].bytes += r.a;
      break;
    case Kind.tlsFree:
      if (socket !== undefined) {
        takeOut(socket.queue, r.packet);
        socket.rmem = r.b;
      }
      break;
    case Kind.nfQueue:
      if (socket !== undefined) {
        const skb = leave(cpu, r.packet, undefined);
        socket.rmem = r.b;
        socket.received += 1;
        if (skb !== null) socket.queue.push(skb);
      }
      break;
    case Kind.nfVerdict:
      if (r.reason === Reason.nfFailOpen && socket !== undefined) socket.drops += r.other;
      break;
    case Kind.nfRead:
      if (socket !== undefined) {
        const skb = socket.queue.shift() ?? null;
        socket.rmem = r.b;
        if (cpu.task !== 0) scene.tasks[cpu.task - 1].screening = skb;
      }
      break;
    case Kind.tcpDecision:
      if (r.reason === Reason.tcpCollapsed && socket !== undefined) socket.rmem = r.b;
      break;
    case Kind.tcpSend:
    case Kind.tcpResend:
    case Kind.tcpAck:
      cpu.acks.push({ id: r.packet, flow: sameFlow(map, r.other), bytes: r.a, segs: [r.packet] });
      break;
    case Kind.send:
      if (socket !== undefined) sendRecord(scene, r, cpu, socket, map);
      break;
    case Kind.sendExit:
      if (cpu.task !== 0) scene.tasks[cpu.task - 1].sends += 1;
      break;
    case Kind.syscallExit:
      if (cpu.task !== 0 && socket !== undefined) scene.tasks[cpu.task - 1].reads += 1;
      break;
    default:
      break;
  }
}

/** The skb in the protocol's hands, or in a socket's backlog or out-of-order queue, leaves. */
function leave(cpu: SceneCpu, id: number, socket: SceneSocket | undefined): SceneSkb | null {
  if (cpu.current?.id === id) {
    const skb = cpu.current;
    cpu.current = null;
    cpu.layer = null;
    return skb;
  }
  if (socket === undefined) return null;
  return takeOut(socket.backlog, id) ?? takeOut(socket.ofo, id);
}

function socketQueue(scene: Scene, r: RecordView, cpu: SceneCpu, socket: SceneSocket): void {
  const skb = leave(cpu, r.packet, socket);
  socket.rmem = r.b;
  if (skb === null) return;
  if (r.reason === Reason.outOfOrder) {
    skb.truesize = r.a;
    socket.ofo.push(skb);
    return;
  }
  delete skb.truesize;
  socket.queue.push(skb);
  socket.received += 1;
  scene.totals.delivered += 1;
  scene.totals.inFlight -= 1;
}

function schedSwitch(scene: Scene, r: RecordView, cpu: SceneCpu): void {
  const next = r.b >>> 8;
  if (r.a !== 0) {
    const waits = r.reason === Reason.sliceUsed || r.reason === Reason.preempted;
    scene.tasks[r.a - 1].state = waits ? 'runnable' : 'sleeping';
    if (waits) cpu.runQueue.push(r.a);
  }
  if (next === 0) return;
  remove(cpu.runQueue, next);
  scene.tasks[next - 1].state = 'running';
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

function keepDrop(scene: Scene, r: RecordView, flow: number): void {
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
