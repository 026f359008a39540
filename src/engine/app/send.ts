/**
 * sendmsg of a UDP datagram by a task: memory from the socket's send buffer, the skb, route, queueing discipline, ring. A full
 * buffer puts the task to sleep, or is EAGAIN; a full queueing discipline loses the datagram, and sendmsg says nothing of it.
 * Source: net/ipv4/udp.c udp_sendmsg, udp_send_skb, net/core/sock.c sock_alloc_send_pskb, net/ipv4/ip_output.c ip_send_skb, v6.12.
 * UDP_SEGMENT makes one skb of many datagrams of it. Left out: corking, IP_RECVERR, fragments over IPv6 (a datagram beyond the MTU is refused), signals, neighbour resolution.
 */
import { Point } from '../../catalog/capture-points.ts';
import { Ctx } from '../../catalog/contexts.ts';
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { contextArg, setContext, spend, startWork } from '../cpu/context.ts';
import { acquireLock, releaseLock } from '../cpu/lock.ts';
import { sleepCurrent } from '../cpu/scheduler.ts';
import { runPendingSoftirq, softirqDue } from '../cpu/softirq.ts';
import { emit } from '../emit.ts';
import { bottomHalfInTask } from '../net/net-bh.ts';
import { pickTxQueue } from '../net/pick-tx.ts';
import { beginTunnel, beginXmit, xmitLost, xmitStep } from '../net/xmit.ts';
import { frameBits } from '../packet/frame-bits.ts';
import { ETH_HLEN, IPPROTO_UDP, makeFrame, VLAN_HLEN } from '../packet/frame.ts';
import { fragmentRoom, ipFragment, UDP_HLEN } from '../net/ip-fragment.ts';
import { markUfo, usesUfo } from '../net/ufo.ts';
import { makeLocalSkb } from '../net/local-skb.ts';
import { truesizeOf } from '../net/truesize.ts';
import { chargeSend } from '../net/sock-write.ts';
import { deviceCycles, pickDeviceQueue, throughDevice } from '../tunnel/xmit.ts';
import type { Cpu, FlowInfo, Lock, Nic, Socket, Task, World } from '../world.ts';

/** Where a task is in its sendmsg (Task.phase). */
export const SEND_ALLOC = 10;
export const SEND_WAIT = 11;
export const SEND_COPY = 12;
export const SEND_XMIT = 13;
export const SEND_DONE = 14;

const EAGAIN = -11;
const EINVAL = -22;
const EMSGSIZE = -90;
const ENOBUFS = -105;
/** 65535 less the IP and UDP headers. */
const MAX_DATAGRAM = 65_507;

/** The card finishes the checksum (CHECKSUM_PARTIAL), paths are not fragmented (DF). */
const BITS4 = frameBits(makeFrame({ proto: IPPROTO_UDP, l4Csum: 'partial' }));
const BITS6 = frameBits(makeFrame({ ipVersion: 6, proto: IPPROTO_UDP, l4Csum: 'partial' }));

function headersOf(flow: FlowInfo): number {
  return ETH_HLEN + (flow.tagged ? VLAN_HLEN : 0) + (flow.key.ipVersion === 6 ? 40 : 20) + UDP_HLEN;
}

/** Enters sendmsg. The caller has filled task.send: socket, flow, bytes, tag. */
export function beginSend(w: World, cpu: Cpu, task: Task): void {
  const seq = enterKernel(w, cpu, task, Reason.none);
  task.phase = SEND_ALLOC;
  const { profile } = w.fixed.hosts[cpu.host];
  const lock = kernelLock(w, cpu);
  // 2.2: system calls hold the kernel lock
  const cycles = spend(cpu, Part.calls, profile.sendmsg);
  if (lock === null) startWork(w, cpu, cycles);
  else acquireLock(w, cpu, lock, cycles, seq);
}

function kernelLock(w: World, cpu: Cpu): Lock | null {
  const index = w.fixed.hosts[cpu.host].kernelLock;
  return index < 0 ? null : w.locks[index];
}

function enterKernel(w: World, cpu: Cpu, task: Task, reason: number): number {
  const sock = w.sockets[task.send.socket - 1];
  cpu.taskCtx = Ctx.syscall;
  setContext(w, cpu, Ctx.syscall);
  return emit(
    w,
    Kind.sendEnter,
    sock.place,
    reason,
    cpu.index,
    0,
    0,
    task.wakeSeq,
    task.send.bytes,
    contextArg(cpu),
  );
}

/** The item of sendmsg at work is over. @returns true where the call has returned and the task goes on by itself */
export function sendStep(w: World, cpu: Cpu, task: Task): boolean {
  switch (task.phase) {
    case SEND_WAIT:
      return goOn(w, cpu, task);
    case SEND_ALLOC:
      return allocate(w, cpu, task);
    case SEND_COPY:
      return handOver(w, cpu, task);
    case SEND_XMIT:
      return xmitStep(w, cpu) && sent(w, cpu, task);
    default:
      return true;
  }
}

/** Woken, because there is room again. */
function goOn(w: World, cpu: Cpu, task: Task): boolean {
  const seq = enterKernel(w, cpu, task, Reason.sndbufFreed);
  const lock = kernelLock(w, cpu);
  if (lock === null) return allocate(w, cpu, task);
  task.phase = SEND_ALLOC;
  acquireLock(w, cpu, lock, 0, seq);
  return false;
}

/** UDP_SEGMENT of what the task sends by itself, bytes; 0: not set, or not in this kernel. */
function segmentBytes(w: World, task: Task): number {
  if (!w.fixed.rules.udpGso || task.send.tag !== 0) return 0;
  return task.app?.send?.segmentBytes ?? 0;
}

/** Into how many fragments a datagram beyond the MTU goes; 0: it may not be cut (IP_PMTUDISC_DO), or is longer than IP takes. */
function fragments(task: Task, flow: FlowInfo, mtu: number): number {
  const { bytes } = task.send;
  if (task.app?.send?.dontFragment || flow.key.ipVersion === 6 || flow.tagged) return 0;
  const room = fragmentRoom(mtu);
  if (room < 8 || bytes > MAX_DATAGRAM) return 0;
  return Math.ceil((bytes + UDP_HLEN) / room);
}

/** __ip_append_data: further fragments are made while the socket has no more than twice its buffer. */
function tooMuch(sock: Socket, parts: number, mtu: number): boolean {
  return sock.wmem + (parts - 1) * truesizeOf(ETH_HLEN + mtu) > 2 * sock.sndbuf;
}

/** sock_alloc_send_pskb: while what is charged is below sk_sndbuf there is room, however large the skb. */
function allocate(w: World, cpu: Cpu, task: Task): boolean {
  const { send } = task;
  const sock = w.sockets[send.socket - 1];
  const flow = w.fixed.flows[send.flow];
  const { snmp } = w.hosts[cpu.host];
  const gsoSize = segmentBytes(w, task);
  const nic = w.nics[w.flowState.out[flow.id]];
  const { mtu } = nic;
  const cut = gsoSize > 0 && send.bytes > gsoSize;
  const fits = headersOf(flow) - ETH_HLEN + (cut ? gsoSize : send.bytes) <= mtu;
  const parts = !fits && !cut ? fragments(task, flow, mtu) : 0;
  if (!fits && parts === 0) {
    sock.sendErrors += 1;
    return giveUp(w, cpu, task, Reason.sendTooLong, cut ? EINVAL : EMSGSIZE);
  }
  if (cut && send.bytes > gsoSize * w.fixed.rules.udpMaxSegments) {
    sock.sendErrors += 1;
    return giveUp(w, cpu, task, Reason.sendTooManySegments, EINVAL);
  }
  if (sock.wmem >= sock.sndbuf) {
    if (task.app?.nonblocking) {
      sock.sendErrors += 1;
      if (flow.key.ipVersion === 6) snmp.Udp6SndbufErrors += 1;
      else snmp.UdpSndbufErrors += 1;
      return giveUp(w, cpu, task, Reason.sndbufAgain, EAGAIN);
    }
    sock.writer = task.id;
    task.phase = SEND_WAIT;
    // whoever sleeps lets go of it
    const lock = kernelLock(w, cpu);
    if (lock !== null) releaseLock(w, cpu, lock);
    const { id } = sock;
    const seq = emit(
      w,
      Kind.appSleep,
      sock.place,
      Reason.sndbufFull,
      cpu.index,
      0,
      0,
      task.wakeSeq,
      id,
      task.id,
    );
    sleepCurrent(w, cpu, seq);
    return false;
  }
  const ufo = parts > 0 && usesUfo(nic);
  if (parts > 0 && !ufo && tooMuch(sock, parts, nic.mtu)) {
    sock.sendErrors += 1;
    snmp.IpOutDiscards += 1;
    snmp.UdpSndbufErrors += 1;
    return giveUp(w, cpu, task, Reason.sendNoBuffers, ENOBUFS);
  }
  makeSkb(w, cpu, task, sock, flow);
  if (ufo) markUfo(w, send.slot, fragmentRoom(nic.mtu));
  task.phase = SEND_COPY;
  const { profile } = w.fixed.hosts[cpu.host];
  let more = 0;
  if (parts > 0 && !ufo) {
    // no card finishes the checksum of a datagram in parts, so it is summed here
    w.hosts[cpu.host].software.txSummedBytes += send.bytes;
    more =
      spend(cpu, Part.skb, (parts - 1) * profile.gsoSegment) +
      spend(cpu, Part.checksum, send.bytes * profile.csumPerByte);
  }
  if (nic.tunnel !== null) more += deviceCycles(w, cpu, nic, send.slot, Math.max(parts, 1));
  startWork(w, cpu, spend(cpu, Part.copy, profile.copyPerByte * send.bytes) + more);
  return false;
}

/** The datagram exists from here on: it is charged, and counts as produced. */
function makeSkb(w: World, cpu: Cpu, task: Task, sock: Socket, flow: FlowInfo): void {
  const { pool } = w;
  const { send } = task;
  const v6 = flow.key.ipVersion === 6;
  const { firstQueue } = w.nics[w.flowState.out[flow.id]];
  const bits = v6 ? BITS6 : BITS4;
  const gsoSize = segmentBytes(w, task);
  const slot = makeLocalSkb(w, flow, headersOf(flow), send.bytes, bits, firstQueue, gsoSize);
  // a socket without a peer sends identification 0: such packets are never cut
  const whole = pool.frameLen[slot] - ETH_HLEN <= w.nics[w.flowState.out[flow.id]].mtu || pool.segs[slot] > 1;
  pool.ipId[slot] = (sock.spec.connected || !whole) && !v6 ? sock.ipId : 0;
  // ip_select_ident comes before udp_send_skb tells of several: a train takes one number, and the next one's are used again
  sock.ipId = (sock.ipId + 1) & 0xffff;
  pool.tos[slot] = sock.spec.tos ?? 0;
  pool.sk[slot] = sock.id;
  pool.tag[slot] = send.tag;
  send.slot = slot;
  chargeSend(sock, pool.truesize[slot]);
  if (w.tap !== null) w.tap(w, Point.appOut, w.flowState.out[flow.id], slot);
  pool.lastSeq[slot] = emit(
    w,
    Kind.send,
    sock.place,
    Reason.none,
    cpu.index,
    pool.id[slot],
    flow.id,
    task.wakeSeq,
    pool.frameLen[slot],
    sock.wmem,
  );
}

/** ip_local_out, dev_queue_xmit: from here on with bottom halves off. */
function handOver(w: World, cpu: Cpu, task: Task): boolean {
  const { send } = task;
  const { slot } = send;
  const flow = w.fixed.flows[send.flow];
  const { snmp } = w.hosts[cpu.host];
  if (flow.key.ipVersion === 6) snmp.Ip6OutRequests += 1;
  else snmp.IpOutRequests += 1;
  send.slot = 0;
  task.phase = SEND_XMIT;
  cpu.bhOff = true;
  const nic = w.nics[w.flowState.out[flow.id]];
  const cut =
    headersOf(flow) - ETH_HLEN + send.bytes > nic.mtu &&
    w.pool.segs[slot] === 1 &&
    fragments(task, flow, nic.mtu) > 1;
  if (nic.tunnel !== null) return handToTunnel(w, cpu, task, nic, slot, cut);
  const q = pickTxQueue(w, nic, cpu, slot);
  if (cut) cpu.xmit.more = inFragments(w, cpu, task, nic, slot, q.txPlace);
  beginXmit(w, cpu, q, slot, false);
  return false;
}

/** ip_do_fragment. @returns all fragments but the first */
function inFragments(w: World, cpu: Cpu, task: Task, nic: Nic, slot: number, place: number): number[] {
  const { send } = task;
  const rest = ipFragment(w, nic, slot, place, cpu.index);
  send.parts = rest.length + 1;
  w.hosts[cpu.host].snmp.IpFragCreates += send.parts;
  return rest;
}

function handToTunnel(w: World, cpu: Cpu, task: Task, nic: Nic, slot: number, cut: boolean): boolean {
  pickDeviceQueue(w, nic, cpu.index, slot);
  const place = w.queues[nic.firstQueue].txPlace;
  const packets = cut
    ? [slot, ...inFragments(w, cpu, task, nic, slot, place)]
    : throughDevice(w, nic, cpu.index, slot);
  return beginTunnel(w, cpu, nic, packets, false) ? false : sent(w, cpu, task);
}

/** dev_queue_xmit has returned. */
function sent(w: World, cpu: Cpu, task: Task): boolean {
  const { send } = task;
  const sock = w.sockets[send.socket - 1];
  const { snmp } = w.hosts[cpu.host];
  const v6 = w.fixed.flows[send.flow].key.ipVersion === 6;
  const lost = xmitLost(cpu);
  if (send.parts > 0) {
    if (lost) snmp.IpFragFails += 1;
    else snmp.IpFragOKs += 1;
    if (lost) snmp.IpFragCreates -= 1;
    send.parts = 0;
  }
  if (lost) {
    // udp_send_skb hides it from the application, which without IP_RECVERR is told that all went well
    sock.sendErrors += 1;
    if (v6) snmp.Ip6OutDiscards += 1;
    else snmp.IpOutDiscards += 1;
    if (v6) snmp.Udp6SndbufErrors += 1;
    else snmp.UdpSndbufErrors += 1;
  } else {
    if (v6) snmp.Udp6OutDatagrams += 1;
    else snmp.UdpOutDatagrams += 1;
    sock.sent += 1;
    sock.sentBytes += send.bytes;
  }
  cpu.bhOff = false;
  const seq = leaveKernel(w, cpu, task, Reason.sendDone, send.bytes);
  // local_bh_enable: what was raised meanwhile runs first
  task.phase = SEND_DONE;
  if (bottomHalfInTask(w, cpu, Reason.bhAtSyscallExit, seq)) return false;
  if (!softirqDue(w, cpu)) return true;
  runPendingSoftirq(w, cpu);
  return false;
}

function giveUp(w: World, cpu: Cpu, task: Task, reason: number, error: number): boolean {
  leaveKernel(w, cpu, task, reason, error);
  return true;
}

function leaveKernel(w: World, cpu: Cpu, task: Task, reason: number, result: number): number {
  const lock = kernelLock(w, cpu);
  if (lock !== null) releaseLock(w, cpu, lock);
  const sock = w.sockets[task.send.socket - 1];
  task.send.sends += 1;
  cpu.taskCtx = Ctx.task;
  setContext(w, cpu, Ctx.task);
  return emit(w, Kind.sendExit, sock.place, reason, cpu.index, 0, 0, task.wakeSeq, result, contextArg(cpu));
}
