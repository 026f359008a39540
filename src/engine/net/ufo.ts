/**
 * UDP fragmentation offload: a datagram beyond the MTU stays one skb (SKB_GSO_UDP) down to the card, which cuts it into IP fragments of
 * gso_size bytes behind the IP header and finishes the UDP checksum over the whole. Only the first fragment has the UDP header.
 * Source: net/ipv4/ip_output.c ip_ufo_append_data, net/ipv4/udp_offload.c udp4_ufo_fragment, net/ipv4/udp.c udp4_hwcsum, Linux 3.14;
 * drivers/net/virtio_net.c, 4.13. Removed in 4.14 (d9d30adf5677). Left out: IPv6.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { emit } from '../emit.ts';
import { ETH_ZLEN } from '../packet/frame.ts';
import { FRAME_DF, FRAME_UFO } from '../packet/frame-bits.ts';
import type { PacketPool } from '../packet/pool.ts';
import type { Nic, World } from '../world.ts';
import { cutIntoFragments, UDP_HLEN } from './ip-fragment.ts';

/** Whether __ip_append_data leaves the cutting to the card. */
export function usesUfo(nic: Nic): boolean {
  return nic.features['udp-fragmentation-offload'];
}

export function isUfo(pool: PacketPool, slot: number): boolean {
  return (pool.bits[slot] & FRAME_UFO) !== 0;
}

/**
 * Makes of a datagram (one frame so far) one that the card is to cut.
 * @param room bytes behind the IP header in every fragment but the last: gso_size
 */
export function markUfo(w: World, slot: number, room: number): void {
  const { pool } = w;
  const headers = pool.frameLen[slot] - pool.payloadLen[slot];
  const total = UDP_HLEN + pool.totalPayload[slot];
  const segs = Math.ceil(total / room);
  pool.bits[slot] = ((pool.bits[slot] & ~FRAME_DF) | FRAME_UFO) >>> 0;
  pool.segs[slot] = segs;
  pool.gsoSize[slot] = room;
  pool.payloadLen[slot] = room - UDP_HLEN;
  const whole = pool.frameLen[slot];
  pool.frameLen[slot] = headers + pool.payloadLen[slot];
  w.totals.txProduced += segs - 1;
  w.flowState.packets[pool.flow[slot]] += segs - 1;
  w.flowState.bytes[pool.flow[slot]] += ufoBytes(pool, slot) - whole;
}

/** Payload of the fragment of this number: bytes of the datagram's payload that it carries. */
export function ufoPayload(pool: PacketPool, slot: number, number: number): number {
  const room = pool.gsoSize[slot];
  if (number === 0) return room - UDP_HLEN;
  return Math.min(room, UDP_HLEN + pool.totalPayload[slot] - number * room);
}

/** Length of the fragment of this number, bytes without FCS. */
export function ufoFrameLen(pool: PacketPool, slot: number, number: number): number {
  const headers = pool.frameLen[slot] - pool.payloadLen[slot];
  const own = number === 0 ? headers : headers - UDP_HLEN;
  return Math.max(ETH_ZLEN, own + ufoPayload(pool, slot, number));
}

/** Bytes of all its fragments. */
export function ufoBytes(pool: PacketPool, slot: number): number {
  const segs = pool.segs[slot];
  const full = pool.frameLen[slot];
  return (segs - 1) * full + ufoFrameLen(pool, slot, segs - 1);
}

/** udp4_ufo_fragment: software cuts after all, because UFO went off while the packet waited; the checksum is finished here too. */
export function cutUfo(
  w: World,
  head: number,
  place: number,
  cpu: number,
  cause: number,
  pieces: number[],
): void {
  const { pool } = w;
  for (const s of cutIntoFragments(w, head, pool.gsoSize[head])) pieces.push(s);
  for (const s of pieces) {
    const [bytes, memory] = [pool.frameLen[s], pool.truesize[s]];
    pool.lastSeq[s] = emit(
      w,
      Kind.gsoSegment,
      place,
      Reason.none,
      cpu,
      pool.id[s],
      pool.id[head],
      cause,
      bytes,
      memory,
    );
  }
}
