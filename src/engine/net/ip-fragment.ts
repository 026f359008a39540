/**
 * ip_do_fragment: a datagram longer than the way is wide leaves as IP fragments, all with its identification; only the first has the
 * UDP header. gso/segment.ts ipFragment does the same on bytes.
 * Source: net/ipv4/ip_output.c ip_do_fragment, __ip_append_data, v6.12. Left out: IPv6.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { emit } from '../emit.ts';
import { ETH_HLEN, ETH_ZLEN, VLAN_HLEN } from '../packet/frame.ts';
import {
  FRAME_CUT,
  FRAME_DF,
  FRAME_FRAGMENT,
  FRAME_L4_CSUM_PARTIAL,
  FRAME_MF,
  FRAME_UFO,
} from '../packet/frame-bits.ts';
import { takeSlot } from '../packet/pool.ts';
import type { Nic, World } from '../world.ts';
import { truesizeOf } from './truesize.ts';

const IP_HLEN = 20;
export const UDP_HLEN = 8;

/** Bytes of IP payload in every fragment but the last. @param mtu bytes from the IP header on */
export function fragmentRoom(mtu: number): number {
  return (mtu - IP_HLEN) & ~7;
}

/** Why the kernel cuts it and not the card. */
function whySoftware(w: World, nic: Nic): number {
  if (!w.fixed.rules.ufo) return Reason.fragInSoftware;
  return nic.wanted['udp-fragmentation-offload'] === undefined ? Reason.fragNoUfo : Reason.fragUfoOff;
}

/**
 * Cuts; the first fragment is the skb itself. Each counts as produced.
 * @returns the others' slots, in order
 */
export function ipFragment(w: World, nic: Nic, head: number, place: number, cpu: number): number[] {
  const { pool } = w;
  w.flowState.bytes[pool.flow[head]] -= pool.frameLen[head];
  const [first, ...rest] = cutIntoFragments(w, head, fragmentRoom(nic.mtu));
  w.totals.txProduced += rest.length;
  w.flowState.packets[pool.flow[head]] += rest.length;
  const why = whySoftware(w, nic);
  const cause = pool.lastSeq[head];
  for (const s of [first, ...rest]) {
    const id = pool.id[s];
    const [bytes, mem] = [pool.frameLen[s], pool.truesize[s]];
    w.flowState.bytes[pool.flow[head]] += bytes;
    pool.lastSeq[s] = emit(w, Kind.ipFragment, place, why, cpu, id, pool.id[head], cause, bytes, mem);
  }
  return rest;
}

/**
 * The fragments of a datagram, each a slot with an id and with memory of its own; the first is the datagram's.
 * @param room bytes behind the IP header in all but the last
 */
export function cutIntoFragments(w: World, head: number, room: number): number[] {
  const { pool } = w;
  const { tagged } = w.fixed.flows[pool.flow[head]];
  const l2 = ETH_HLEN + (tagged ? VLAN_HLEN : 0);
  const total = UDP_HLEN + pool.totalPayload[head];
  const whole = pool.bits[head];
  const cut = (whole & FRAME_UFO) === 0 ? 0 : FRAME_CUT;
  const paid = pool.truesize[head];
  const slots: number[] = [];
  let charged = 0;
  for (let offset = 0; offset < total; offset += room) {
    const length = Math.min(room, total - offset);
    const s = offset === 0 ? head : takeSlot(pool);
    slots.push(s);
    if (offset > 0) copyHeader(w, head, s);
    pool.fragOffset[s] = offset;
    pool.fragTotal[s] = total;
    const bits = whole & ~(FRAME_DF | FRAME_MF | FRAME_L4_CSUM_PARTIAL | FRAME_UFO);
    pool.bits[s] = (bits | cut | FRAME_FRAGMENT | (offset + room < total ? FRAME_MF : 0)) >>> 0;
    pool.payloadLen[s] = offset === 0 ? length - UDP_HLEN : length;
    pool.totalPayload[s] = pool.payloadLen[s];
    pool.frameLen[s] = Math.max(ETH_ZLEN, l2 + IP_HLEN + length);
    pool.segs[s] = 1;
    pool.gsoSize[s] = 0;
    pool.truesize[s] = truesizeOf(pool.frameLen[s]);
    charged += pool.truesize[s];
  }
  if (pool.sk[head] !== 0) w.sockets[pool.sk[head] - 1].wmem += charged - paid;
  // the client has its answer once all is there
  const last = slots[slots.length - 1];
  if (last !== head) {
    pool.tag[last] = pool.tag[head];
    pool.tag[head] = 0;
  }
  return slots;
}

function copyHeader(w: World, head: number, s: number): void {
  const { pool } = w;
  w.lastPacket += 1;
  pool.id[s] = w.lastPacket;
  pool.flow[s] = pool.flow[head];
  pool.seq[s] = 0;
  pool.ack[s] = 0;
  pool.flags[s] = 0;
  pool.win[s] = 0;
  pool.ipId[s] = pool.ipId[head];
  pool.ttl[s] = pool.ttl[head];
  pool.tos[s] = pool.tos[head];
  pool.opt[s] = 0;
  pool.ext[s] = 0;
  pool.hash[s] = pool.hash[head];
  pool.queue[s] = pool.queue[head];
  pool.arrivedNs[s] = pool.arrivedNs[head];
  pool.sk[s] = pool.sk[head];
  pool.txCpu[s] = pool.txCpu[head];
}
