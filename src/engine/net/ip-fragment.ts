/**
 * ip_do_fragment: a datagram longer than the way is wide leaves as IP fragments, all with its identification; only the first has the
 * UDP header. gso/segment.ts ipFragment does the same on bytes.
 * Source: net/ipv4/ip_output.c ip_do_fragment, __ip_append_data, v6.12. Left out: IPv6, cards that did it themselves (UFO, before 4.14).
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { emit } from '../emit.ts';
import { FRAME_DF, FRAME_FRAGMENT, FRAME_L4_CSUM_PARTIAL, FRAME_MF } from '../packet/frame-bits.ts';
import { ETH_HLEN, ETH_ZLEN, VLAN_HLEN } from '../packet/frame.ts';
import { takeSlot } from '../packet/pool.ts';
import type { World } from '../world.ts';
import { truesizeOf } from './truesize.ts';

const IP_HLEN = 20;

/** Bytes of IP payload in every fragment but the last. @param mtu bytes from the IP header on */
export function fragmentRoom(mtu: number): number {
  return (mtu - IP_HLEN) & ~7;
}

/**
 * Cuts; the first fragment is the skb itself. Each counts as produced.
 * @returns the others' slots, in order
 */
export function ipFragment(w: World, head: number, mtu: number, place: number, cpu: number): number[] {
  const { pool } = w;
  const { tagged } = w.fixed.flows[pool.flow[head]];
  const l2 = ETH_HLEN + (tagged ? VLAN_HLEN : 0);
  const l4 = pool.frameLen[head] - l2 - IP_HLEN - pool.payloadLen[head];
  const total = l4 + pool.payloadLen[head];
  const room = fragmentRoom(mtu);
  const paid = pool.truesize[head];
  const rest: number[] = [];
  let charged = 0;
  for (let offset = 0; offset < total; offset += room) {
    const length = Math.min(room, total - offset);
    const s = offset === 0 ? head : takeSlot(pool);
    if (offset > 0) {
      rest.push(s);
      copyHeader(w, head, s);
      w.totals.txProduced += 1;
    }
    pool.fragOffset[s] = offset;
    pool.bits[s] = pool.bits[head] & ~(FRAME_DF | FRAME_MF | FRAME_L4_CSUM_PARTIAL);
    pool.bits[s] |= FRAME_FRAGMENT | (offset + room < total ? FRAME_MF : 0);
    pool.payloadLen[s] = offset === 0 ? length - l4 : length;
    pool.totalPayload[s] = pool.payloadLen[s];
    pool.frameLen[s] = Math.max(ETH_ZLEN, l2 + IP_HLEN + length);
    pool.truesize[s] = truesizeOf(pool.frameLen[s]);
    charged += pool.truesize[s];
  }
  if (pool.sk[head] !== 0) w.sockets[pool.sk[head] - 1].wmem += charged - paid;
  const cause = pool.lastSeq[head];
  for (const s of [head, ...rest]) {
    const id = pool.id[s];
    const [bytes, mem] = [pool.frameLen[s], pool.truesize[s]];
    pool.lastSeq[s] = emit(w, Kind.ipFragment, place, Reason.none, cpu, id, pool.id[head], cause, bytes, mem);
  }
  // the client has its answer once all is there
  const last = rest[rest.length - 1];
  pool.tag[last] = pool.tag[head];
  pool.tag[head] = 0;
  return rest;
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
}
