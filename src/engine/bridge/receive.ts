/**
 * br_handle_frame: what a port has received, behind GRO and RPS and before IP. The bridge learns the sender's link address, looks
 * where the receiver is, and sends the frame out of that port unchanged (no TTL, no new link addresses), out of all others where it
 * does not know, or passes it up.
 * Source: net/bridge/br_input.c br_handle_frame, br_handle_frame_finish, net/bridge/br_forward.c br_flood, __br_forward,
 * net/core/dev.c is_skb_forwardable, v6.12.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { dropPacket } from '../drop.ts';
import { emit } from '../emit.ts';
import { cloneSkb } from '../net/clone.ts';
import { GRO_LRO } from '../net/gro/limits.ts';
import { ETH_HLEN, VLAN_HLEN } from '../packet/frame.ts';
import type { Cpu, Nic, World } from '../world.ts';
import { isValidSource, learn, lookup } from './fdb.ts';
import { type Bridge, bridgeOf, isGroupMac } from './state.ts';

/** 01:80:c2:00:00:0X stays on its link: spanning tree's goes on where the bridge has none, pause frames end, the rest is the host's. */
const LINK_LOCAL = '01:80:c2:00:00:0';
const STP = `${LINK_LOCAL}0`;
const PAUSE = `${LINK_LOCAL}1`;

/** What becomes of a frame. */
export const BRIDGE_DROPPED = 0;
/** Copies stand in `copies` of the softirq; the frame itself leaves by `out`, or goes up as the bridge's where that is -1. */
export const BRIDGE_SENDS = 1;
/** No business of the bridge: up, as of a card that is no port. */
export const BRIDGE_PASSES = 2;

/** What was decided last: no allocation a packet. */
const choice = { reason: 0, up: false, drop: false };

/** @returns BRIDGE_* */
export function bridgeFrame(w: World, cpu: Cpu, slot: number): number {
  const { pool } = w;
  const nic = w.nics[w.queues[pool.queue[slot]].nic];
  const bridge = bridgeOf(w, nic);
  // the card has left the bridge since
  if (bridge === null) return BRIDGE_PASSES;
  const { smac, dmac } = w.fixed.flows[pool.flow[slot]].key;
  if (!isValidSource(smac)) return ends(w, cpu, nic, slot, Reason.bridgeBadSource, 0);
  if (dmac === PAUSE) return ends(w, cpu, nic, slot, Reason.bridgePause, 0);
  const learnt = learn(bridge, smac, nic.index, w.now);
  if (dmac.startsWith(LINK_LOCAL) && dmac !== STP) {
    told(w, cpu, nic, slot, Reason.bridgeLinkLocal, learnt);
    return BRIDGE_PASSES;
  }
  const outs = decide(w, bridge, nic, dmac);
  if (choice.drop) return ends(w, cpu, nic, slot, choice.reason, learnt);
  told(w, cpu, nic, slot, choice.reason, learnt);
  return forwardTo(w, cpu, slot, outs, choice.up);
}

/** Where to, as `choice` says why. @returns ports (NICs, world index) */
function decide(w: World, bridge: Bridge, nic: Nic, dmac: string): number[] {
  choice.drop = false;
  choice.up = false;
  if (isGroupMac(dmac)) {
    choice.reason = Reason.bridgeGroup;
    choice.up = true;
    // beside the broadcast address
    if (dmac !== 'ff:ff:ff:ff:ff:ff') bridge.multicast += 1;
    return othersOf(bridge, nic);
  }
  const entry = lookup(bridge, dmac, w.now);
  if (entry === null) {
    const outs = othersOf(bridge, nic);
    choice.drop = outs.length === 0;
    choice.reason = choice.drop ? Reason.bridgeNoPort : Reason.bridgeFlood;
    return outs;
  }
  if (entry.local) {
    choice.reason = Reason.bridgeLocal;
    choice.up = true;
    return [];
  }
  choice.drop = entry.port === nic.index;
  choice.reason = choice.drop ? Reason.bridgeSamePort : Reason.bridgeKnown;
  return [entry.port];
}

function othersOf(bridge: Bridge, nic: Nic): number[] {
  return bridge.ports.filter((port) => port !== nic.index);
}

/** The bridge's decision. */
function told(w: World, cpu: Cpu, nic: Nic, slot: number, reason: number, learnt: number): void {
  const { pool } = w;
  const [id, cause] = [pool.id[slot], pool.lastSeq[slot]];
  const seq = emit(w, Kind.bridgeRcv, cpu.protocolPlace, reason, cpu.index, id, 0, cause, nic.index, learnt);
  pool.lastSeq[slot] = seq;
}

function ends(w: World, cpu: Cpu, nic: Nic, slot: number, reason: number, learnt: number): number {
  told(w, cpu, nic, slot, reason, learnt);
  dropPacket(w, slot, cpu.protocolPlace, reason, cpu.index);
  return BRIDGE_DROPPED;
}

/** Why a frame may not leave by a port (__br_forward, is_skb_forwardable); 0: it may. */
function refused(w: World, slot: number, out: Nic): number {
  const { pool } = w;
  const joined = pool.segs[slot] > 1;
  // skb_warn_if_lro
  if (joined && (pool.groFixedId[slot] & GRO_LRO) !== 0) return Reason.bridgeLro;
  // what GRO has joined is cut again on its way out
  if (joined) return 0;
  return pool.frameLen[slot] > out.mtu + ETH_HLEN + VLAN_HLEN ? Reason.bridgeTooLong : 0;
}

/** Copies for all ports but the last; that one gets the frame itself where it does not go up. */
function forwardTo(w: World, cpu: Cpu, slot: number, outs: readonly number[], up: boolean): number {
  const { pool } = w;
  const s = cpu.softirq;
  const may: number[] = [];
  let why = 0;
  for (const port of outs) {
    const not = refused(w, slot, w.nics[port]);
    if (not === 0) may.push(port);
    else {
      why = not;
      sent(w, cpu, slot, pool.id[slot], not, port, 0);
    }
  }
  s.out = up ? -1 : (may[may.length - 1] ?? -1);
  const copies = up ? may.length : may.length - 1;
  for (const port of may.slice(0, Math.max(0, copies))) {
    const copy = cloneSkb(w, slot);
    w.totals.txProduced += pool.segs[copy];
    pool.lastSeq[copy] = sent(w, cpu, slot, pool.id[copy], Reason.bridgeCopy, port, pool.id[slot]);
    s.copies.push(copy, port);
  }
  if (up) return BRIDGE_SENDS;
  if (may.length === 0) {
    dropPacket(w, slot, cpu.protocolPlace, why, cpu.index);
    return BRIDGE_DROPPED;
  }
  pool.lastSeq[slot] = sent(w, cpu, slot, pool.id[slot], Reason.bridgeOut, s.out, 0);
  return BRIDGE_SENDS;
}

/** @param packet the frame or its copy @param of of a copy: the frame @returns seq */
function sent(
  w: World,
  cpu: Cpu,
  slot: number,
  packet: number,
  reason: number,
  port: number,
  of: number,
): number {
  const { pool } = w;
  const place = cpu.protocolPlace;
  const cause = pool.lastSeq[slot];
  return emit(w, Kind.bridgeForward, place, reason, cpu.index, packet, of, cause, port, pool.segs[slot]);
}
