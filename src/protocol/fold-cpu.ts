/** Records of what a CPU does: softirqs, the protocol, system calls, switches between tasks. */
import { Kind } from '../catalog/kinds.ts';
import { Reason } from '../catalog/reasons.ts';
import { leave, pending, remove, takeOut } from './fold-shared.ts';
import { copied, sendRecord } from './fold-tx.ts';
import {
  sameFlow,
  type RecordView,
  type Scene,
  type SceneCpu,
  type SceneMap,
  type SceneSocket,
} from './scene.ts';

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

/** A record of a CPU. @param socket where it is at one */
export function cpuRecord(
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
