/** Records of tunnels: what is in a CPU's hands gets an outer header, or loses it; what waits in a gro_cell. */
import { Kind } from '../catalog/kinds.ts';
import { Reason } from '../catalog/reasons.ts';
import type { RecordView, Scene, SceneCpu, SceneQueue, SceneSkb } from './scene.ts';

/** A packet that this CPU sends. */
function inHands(cpu: SceneCpu, id: number): SceneSkb | undefined {
  if (cpu.sending?.id === id) return cpu.sending;
  return cpu.acks.find((skb) => skb.id === id) ?? cpu.more.find((skb) => skb.id === id);
}

/** An outer header is on. */
export function wrapped(r: RecordView, cpu: SceneCpu): void {
  const skb = inHands(cpu, r.packet);
  if (skb !== undefined) skb.bytes = r.a;
}

/** The device's validate_xmit_skb has cut a packet: its pieces stay in the CPU's hands. `other` names the packet. */
export function cutInTunnel(scene: Scene, r: RecordView, cpu: SceneCpu): void {
  const head = inHands(cpu, r.other);
  if (head === undefined) return;
  const piece: SceneSkb =
    r.packet === r.other ? head : { id: r.packet, flow: head.flow, bytes: 0, segs: [r.packet] };
  const paid = piece === head ? (head.truesize ?? 0) : 0;
  piece.bytes = r.a;
  piece.segs = [r.packet];
  if (head.sk !== undefined) {
    piece.sk = head.sk;
    piece.truesize = r.b;
    scene.sockets[head.sk - 1].wmem += r.b - paid;
  }
  if (piece === head) return;
  if (cpu.acks.includes(head)) cpu.acks.push(piece);
  else cpu.more.push(piece);
}

/** Into a cell, or to the backlog; out of the cell to GRO. */
export function cellRecord(r: RecordView, q: SceneQueue, cell: SceneSkb[], cpu: SceneCpu): void {
  if (r.kind === Kind.cellTake) {
    cpu.frame = cell.shift() ?? null;
    if (q.napi.polling) q.napi.work = r.a;
    return;
  }
  if (r.kind === Kind.drop) {
    if (cpu.frame?.id === r.packet) cpu.frame = null;
    const at = cell.findIndex((skb) => skb.id === r.packet);
    if (at >= 0) cell.splice(at, 1);
    return;
  }
  if (r.kind !== Kind.tunnelRcv) return;
  const skb = cpu.current;
  cpu.current = null;
  cpu.layer = null;
  if (skb === null) return;
  skb.bytes = r.a;
  if (r.reason === Reason.tunnelCell) cell.push(skb);
  else cpu.frame = skb;
}
