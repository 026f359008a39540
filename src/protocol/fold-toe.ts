/** Records of TCP in a card, carried onto the scene: where its segments are between the MAC, the host's memory and the wire. */
import { Kind } from '../catalog/kinds.ts';
import { Reason } from '../catalog/reasons.ts';
import { takeOut } from './fold-shared.ts';
import { sameFlow, type RecordView, type Scene, type SceneMap, type SceneToe } from './scene.ts';

const atWork = (toe: SceneToe): boolean => toe.waiting.length + toe.out.length > 0;

/** Share of the time so far that the card's processor has worked. */
export function toeShare(toe: SceneToe, nowNs: number): number {
  return nowNs === 0 ? 0 : (toe.busyNs + (atWork(toe) ? nowNs : 0)) / nowNs;
}

/** A segment is lost in the card. @returns its flow, 0: it was not there yet */
export function toeDrop(toe: SceneToe, r: RecordView): number {
  if (atWork(toe)) toe.busyNs += r.timeNs;
  const flow = leaveToe(toe, r.packet);
  if (atWork(toe)) toe.busyNs -= r.timeNs;
  return flow;
}

/** What is dropped, or has done what it came for, is in the card no more. */
function leaveToe(toe: SceneToe, id: number): number {
  const skb = takeOut(toe.waiting, id) ?? takeOut(toe.ofo, id);
  toe.memory -= skb?.bytes ?? 0;
  return skb?.flow ?? 0;
}

/** @param r record of a TOE's place */
export function toeRecord(
  scene: Scene,
  r: RecordView,
  nic: Scene['nics'][number],
  toe: SceneToe,
  map: SceneMap,
): void {
  if (atWork(toe)) toe.busyNs += r.timeNs;
  carryOn(scene, r, nic, toe, map);
  if (atWork(toe)) toe.busyNs -= r.timeNs;
}

function carryOn(
  scene: Scene,
  r: RecordView,
  nic: Scene['nics'][number],
  toe: SceneToe,
  map: SceneMap,
): void {
  switch (r.kind) {
    case Kind.toeConnection:
      toe.connections = r.a;
      break;
    case Kind.toeSegment:
      segment(r, nic, toe);
      break;
    case Kind.toeDma:
      written(scene, r, toe);
      break;
    case Kind.toeDeliver: {
      const skb = toe.done.shift();
      // in the driver's hands, for the socket
      if (skb !== undefined) scene.sockets[r.other - 1].backlog.push(skb);
      break;
    }
    case Kind.consumed:
      leaveToe(toe, r.packet);
      scene.totals.delivered += 1;
      scene.totals.inFlight -= 1;
      break;
    case Kind.tcpSend:
    case Kind.tcpResend:
    case Kind.tcpAck:
      toe.out.push({ id: r.packet, flow: sameFlow(map, r.other), bytes: r.a, segs: [r.packet] });
      break;
    case Kind.toeSend: {
      const skb = takeOut(toe.out, r.packet);
      if (skb !== null) toe.wire.push(skb);
      break;
    }
    case Kind.txSent:
      toe.wire.shift();
      break;
    default:
      break;
  }
}

function segment(r: RecordView, nic: Scene['nics'][number], toe: SceneToe): void {
  toe.memory = r.b;
  if (r.reason === Reason.toeWaits || r.reason === Reason.toeIdle) {
    const { frame } = nic;
    nic.frame = null;
    if (frame !== null)
      toe.waiting.push({ id: frame.id, flow: frame.flow, bytes: frame.bytes, segs: [frame.id] });
    return;
  }
  const skb = takeOut(toe.waiting, r.packet) ?? takeOut(toe.ofo, r.packet);
  if (skb !== null) (r.reason === Reason.toeHeld ? toe.ofo : toe.dma).push(skb);
}

function written(scene: Scene, r: RecordView, toe: SceneToe): void {
  const skb = toe.dma.shift();
  if (skb === undefined) return;
  toe.memory -= skb.bytes;
  if (r.reason !== Reason.toeJoined) {
    toe.done.push(skb);
    return;
  }
  const head = toe.done.find(({ id }) => id === r.other);
  if (head === undefined) return;
  head.segs.push(...skb.segs);
  head.bytes += skb.bytes;
  scene.totals.merged += 1;
  scene.totals.inFlight -= 1;
}
