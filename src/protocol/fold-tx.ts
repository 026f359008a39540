/** Records of the way out: from the call that sends, or the packet forwarded, over queueing discipline and ring to the wire. */
import { Kind } from '../catalog/kinds.ts';
import { Reason } from '../catalog/reasons.ts';
import { keepDrop, leave, takeOut } from './fold-shared.ts';
import { cutInTunnel, wrapped } from './fold-tunnel.ts';
import {
  sameFlow,
  type RecordView,
  type Scene,
  type SceneCpu,
  type SceneMap,
  type SceneQueue,
  type SceneSkb,
  type SceneSocket,
} from './scene.ts';

/** sendmsg has made a datagram: it is in the task's hands. */
export function sendRecord(
  scene: Scene,
  r: RecordView,
  cpu: SceneCpu,
  socket: SceneSocket,
  map: SceneMap,
): void {
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

/** A record at a transmit queue. @param cpu that it is of */
export function txRecord(scene: Scene, r: RecordView, q: SceneQueue, cpu: SceneCpu | undefined): void {
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
export function wireRecord(
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
export function copied(r: RecordView, cpu: SceneCpu): void {
  const of = cpu.current;
  if (of !== null) cpu.more.push({ ...of, id: r.packet, segs: of.segs.map((_, i) => r.packet + i) });
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
