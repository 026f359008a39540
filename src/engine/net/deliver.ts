/**
 * Delivery of what a poll passed up, one packet after the other: to another CPU's backlog (RPS), or through the protocol right here:
 * bridge, IP, layer 4, or forwarding and the transmit queue. A packet out of a backlog goes through the protocol the same way.
 * Source: net/core/dev.c netif_receive_skb_list_internal, __netif_receive_skb_core, v6.12. Where to go on after the last is the poll's.
 */
import { Part } from '../../catalog/work-parts.ts';
import { BRIDGE_DROPPED, BRIDGE_PASSES, bridgeFrame } from '../bridge/receive.ts';
import { passUp } from '../bridge/up.ts';
import { spend, startWork } from '../cpu/context.ts';
import { packetAway, remoteExtra } from '../cpu/node.ts';
import {
  DELIVER_ACK,
  DELIVER_AWAY,
  DELIVER_BRIDGE,
  DELIVER_BRIDGE_UP,
  DELIVER_FORWARD,
  DELIVER_IP,
  DELIVER_L4,
  DELIVER_NETIF,
  DELIVER_QUEUE,
  DELIVER_RPS,
  DELIVER_TUNNEL,
  DELIVER_XMIT,
} from '../cpu/phases.ts';
import { tunnelRcv } from '../tunnel/rcv.ts';
import { isTunnelled } from '../tunnel/state.ts';
import { deviceCycles } from '../tunnel/xmit.ts';
import type { Cpu, World } from '../world.ts';
import { BACKLOG_NAPI, enqueueToBacklog } from './backlog.ts';
import { forwardedOn, ipForward, sendCopy, sendForwarded } from './forward.ts';
import { nfEnqueue, nfQueueCost } from './nf-queue.ts';
import { handlerOf, IP_DONE, IP_FORWARD, ipRcv, l4Cost, l4Rcv, netifReceive, nicOf } from './receive-skb.ts';
import { getRpsCpu, rpsChoice, rpsOn } from './rps.ts';
import { sendAcks, startAcks } from './tcp-ack.ts';
import { wakeCost } from './wake-cost.ts';
import { xmitStep } from './xmit.ts';

/** Starts on what was passed up (`softirq.deliver`, not empty). */
export function startDelivery(w: World, cpu: Cpu): void {
  cpu.softirq.deliverAt = 0;
  nextOfList(w, cpu);
}

/** One packet that has been steered already: out of a backlog. */
export function deliverSkb(w: World, cpu: Cpu, slot: number): void {
  const s = cpu.softirq;
  s.slot = slot;
  s.phase = DELIVER_NETIF;
  startCore(w, cpu);
}

/** The item at work is over: its effect, then the next item. @returns true where all is delivered: on at `softirq.backTo` */
export function deliverStep(w: World, cpu: Cpu): boolean {
  const s = cpu.softirq;
  switch (s.phase) {
    case DELIVER_RPS:
      return steerSkb(w, cpu);
    case DELIVER_AWAY:
      return nextDelivery(w, cpu);
    case DELIVER_NETIF:
      netifReceive(w, cpu, s.slot);
      if (nicOf(w, s.slot).bridge < 0) return toHandler(w, cpu);
      s.phase = DELIVER_BRIDGE;
      startBridge(w, cpu);
      return false;
    case DELIVER_BRIDGE: {
      const way = bridgeFrame(w, cpu, s.slot);
      if (way === BRIDGE_PASSES) return toHandler(w, cpu);
      if (way === BRIDGE_DROPPED) s.slot = 0;
      return nextCopy(w, cpu);
    }
    case DELIVER_BRIDGE_UP:
      return passUp(w, cpu, s.slot) ? toHandler(w, cpu) : nextDelivery(w, cpu);
    case DELIVER_IP:
      return afterIp(w, cpu, ipRcv(w, cpu, s.slot));
    case DELIVER_FORWARD: {
      if (!ipForward(w, cpu, s.slot)) return nextDelivery(w, cpu);
      if (w.hosts[cpu.host].nfQueue === null) return forwardOn(w, cpu);
      s.phase = DELIVER_QUEUE;
      startWork(w, cpu, nfQueueCost(w, cpu, s.slot));
      return false;
    }
    case DELIVER_QUEUE:
      return nfEnqueue(w, cpu, s.slot, s.out) ? forwardOn(w, cpu) : nextDelivery(w, cpu);
    case DELIVER_TUNNEL:
      tunnelRcv(w, cpu, s.slot);
      return nextDelivery(w, cpu);
    case DELIVER_XMIT:
      return xmitStep(w, cpu) ? nextCopy(w, cpu) : false;
    case DELIVER_ACK:
      sendAcks(w, cpu);
      return nextDelivery(w, cpu);
    default:
      l4Rcv(w, cpu, s.slot);
      if (cpu.acks.length === 0) return nextDelivery(w, cpu);
      s.slot = 0;
      s.phase = DELIVER_ACK;
      startAcks(w, cpu);
      return false;
  }
}

/** The handler of the packet's protocol: IP, or nobody. */
function toHandler(w: World, cpu: Cpu): boolean {
  const s = cpu.softirq;
  if (!handlerOf(w, cpu, s.slot)) return nextDelivery(w, cpu);
  s.phase = DELIVER_IP;
  startIp(w, cpu);
  return false;
}

/** A bridge's copies leave one after the other, then the frame itself leaves or goes up. */
function nextCopy(w: World, cpu: Cpu): boolean {
  const s = cpu.softirq;
  const { slot, copies, out } = s;
  if (copies.length > 0) {
    const [copy, port] = copies.splice(0, 2);
    s.phase = DELIVER_XMIT;
    sendCopy(w, cpu, copy, port);
    return false;
  }
  if (slot === 0) return nextDelivery(w, cpu);
  if (out < 0) {
    s.phase = DELIVER_BRIDGE_UP;
    startCore(w, cpu);
    return false;
  }
  s.phase = DELIVER_XMIT;
  s.slot = 0;
  sendForwarded(w, cpu, slot, out);
  return false;
}

/** What ip_rcv decided: up to layer 4, on to another host, or nothing more. */
function afterIp(w: World, cpu: Cpu, way: number): boolean {
  const s = cpu.softirq;
  const { profile } = w.fixed.hosts[cpu.host];
  if (way === IP_DONE) return nextDelivery(w, cpu);
  if (way === IP_FORWARD) {
    s.phase = DELIVER_FORWARD;
    const cycles = w.fixed.rules.napi ? withDistance(w, cpu, profile.fwdFib + profile.fwd) : 0;
    const out = w.nics[s.out];
    const more = out.tunnel === null ? 0 : deviceCycles(w, cpu, out, s.slot);
    startWork(w, cpu, spend(cpu, Part.tcpip, cycles) + more);
    return false;
  }
  if (isTunnelled(w, s.slot)) {
    s.phase = DELIVER_TUNNEL;
    startWork(w, cpu, spend(cpu, Part.tcpip, withDistance(w, cpu, profile.tunnelRcv)));
    return false;
  }
  s.phase = DELIVER_L4;
  const cycles = l4Cost(w, cpu, s.slot);
  const all = withDistance(w, cpu, cycles);
  spend(cpu, Part.tcpip, all - cycles);
  startWork(w, cpu, all + spend(cpu, Part.sched, wakeCost(w, cpu, s.slot)));
  return false;
}

/** ip_forward_finish and the transmit queue. */
function forwardOn(w: World, cpu: Cpu): boolean {
  const s = cpu.softirq;
  const { slot } = s;
  s.phase = DELIVER_XMIT;
  s.slot = 0;
  forwardedOn(w, cpu, slot);
  return sendForwarded(w, cpu, slot, s.out) ? false : nextDelivery(w, cpu);
}

/** A packet out of the backlog is in no cache of this CPU: where its memory is of another node, all that touches it is dearer. */
function withDistance(w: World, cpu: Cpu, cycles: number): number {
  const { queue, slot } = cpu.softirq;
  if (queue !== BACKLOG_NAPI || !packetAway(w, cpu, slot)) return cycles;
  return cycles + remoteExtra(w, cpu, cycles);
}

/** netif_receive_skb; before NAPI the softirq's whole work. */
function startCore(w: World, cpu: Cpu): void {
  const part = w.fixed.rules.napi ? Part.netdev : Part.oldStack;
  startWork(w, cpu, spend(cpu, part, withDistance(w, cpu, w.fixed.hosts[cpu.host].coreCost)));
}

/** br_handle_frame with its database: as much as ip_forward without its route (assumed). */
function startBridge(w: World, cpu: Cpu): void {
  startWork(w, cpu, spend(cpu, Part.netdev, withDistance(w, cpu, w.fixed.hosts[cpu.host].profile.fwd)));
}

/** ip_rcv, and the rules that a packet for this host meets. */
function startIp(w: World, cpu: Cpu): void {
  const { ipCost, profile } = w.fixed.hosts[cpu.host];
  const all = withDistance(w, cpu, ipCost);
  const rules = Math.max(0, ipCost - profile.ipRcv) * (ipCost === 0 ? 0 : all / ipCost);
  spend(cpu, Part.firewall, rules);
  spend(cpu, Part.tcpip, all - rules);
  startWork(w, cpu, all);
}

/** The next of what was passed up meets RPS, or goes straight on. */
function nextOfList(w: World, cpu: Cpu): void {
  const s = cpu.softirq;
  s.slot = s.deliver[s.deliverAt];
  s.deliverAt += 1;
  const { profile } = w.fixed.hosts[cpu.host];
  if (rpsOn(w, w.queues[w.pool.queue[s.slot]])) {
    s.phase = DELIVER_RPS;
    startWork(w, cpu, spend(cpu, Part.netdev, profile.rps));
    return;
  }
  s.phase = DELIVER_NETIF;
  startCore(w, cpu);
}

/** netif_receive_skb_list_internal with RPS: to a CPU's backlog (it may be this CPU's own), or straight on. */
function steerSkb(w: World, cpu: Cpu): boolean {
  const s = cpu.softirq;
  getRpsCpu(w, cpu, w.queues[w.pool.queue[s.slot]], s.slot);
  if (rpsChoice.cpu < 0) {
    s.phase = DELIVER_NETIF;
    startCore(w, cpu);
    return false;
  }
  const { slot } = s;
  s.slot = 0;
  const { flow } = rpsChoice;
  const target = w.cpus[rpsChoice.cpu];
  const tail = enqueueToBacklog(w, cpu, target, slot);
  if (flow !== null && tail >= 0) flow.lastTail = tail;
  if (target.node === cpu.node) return nextDelivery(w, cpu);
  // that CPU's queue is memory of its node
  s.phase = DELIVER_AWAY;
  startWork(w, cpu, spend(cpu, Part.netdev, remoteExtra(w, cpu, w.fixed.hosts[cpu.host].profile.rps)));
  return false;
}

/** The packet is dealt with. @returns true where it was the last */
function nextDelivery(w: World, cpu: Cpu): boolean {
  const s = cpu.softirq;
  s.slot = 0;
  if (s.deliverAt < s.deliver.length) {
    nextOfList(w, cpu);
    return false;
  }
  // popping is faster than setting the length
  while (s.deliver.length > 0) s.deliver.pop();
  s.deliverAt = 0;
  return true;
}
