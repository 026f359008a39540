/**
 * skb_gso_segment in the world: an skb of several segments becomes single frames. Frames that GRO had joined come out as they came
 * in, TTL aside; what the host made itself gets new packets. gso/segment.ts does the same cut on bytes, and a test compares.
 * Source: net/core/gso.c, net/ipv4/tcp_offload.c tcp_gso_segment, net/ipv4/udp_offload.c __udp_gso_segment, net/core/skbuff.c
 * skb_segment, skb_segment_list, v6.12. Left out: partial segmentation (NETIF_F_GSO_PARTIAL).
 */
import { Kind } from '../../../catalog/kinds.ts';
import { Reason } from '../../../catalog/reasons.ts';
import { emit } from '../../emit.ts';
import { FRAME_CUT, FRAME_L4_CSUM_PARTIAL, FRAME_PADDED, FRAME_TUNNELLED } from '../../packet/frame-bits.ts';
import { ETH_HLEN, ETH_ZLEN, IPPROTO_TCP, TCP_CWR, TCP_FIN, TCP_PSH, VLAN_HLEN } from '../../packet/frame.ts';
import { type PacketPool, takeSlot } from '../../packet/pool.ts';
import { innerFlow } from '../../tunnel/state.ts';
import type { World } from '../../world.ts';
import { ipBytes } from '../gro/ip.ts';
import { GRO_FIXED_ID, GRO_FLIST } from '../gro/limits.ts';
import { copyOptions } from '../tcp-options.ts';
import { truesizeOf } from '../truesize.ts';

/** Bytes of each frame's headers, Ethernet's included. */
export function headerBytes(w: World, slot: number): number {
  const { pool } = w;
  // the shortest frames are padded: there the difference says nothing
  if (pool.frameLen[slot] > ETH_ZLEN) return pool.frameLen[slot] - pool.payloadLen[slot];
  const { tagged } = w.fixed.flows[pool.flow[slot]];
  return ETH_HLEN + (tagged ? VLAN_HLEN : 0) + ipBytes(w, slot) - pool.totalPayload[slot];
}

/**
 * Cuts; the pieces go into `pieces`, in order, the first in the skb's own slot. Each has a record.
 * @param partial the card finishes their checksums; else software has
 * @param place of the records   @param cause record of the decision
 */
export function cutSkb(
  w: World,
  head: number,
  partial: boolean,
  place: number,
  cpu: number,
  cause: number,
  pieces: number[],
): void {
  const { pool } = w;
  const count = pool.segs[head];
  const gsoSize = pool.gsoSize[head];
  const total = pool.totalPayload[head];
  const headers = headerBytes(w, head);
  const paid = pool.truesize[head];
  let charged = 0;
  // frames that GRO hung on it are used again
  let slot = head;
  let spare = pool.fragNext[head];
  for (let i = 0; i < count; i += 1) {
    if (i > 0) {
      slot = spare;
      if (slot === 0) {
        slot = takeSlot(pool);
        w.lastPacket += 1;
        pool.id[slot] = w.lastPacket;
        pool.arrivedNs[slot] = pool.arrivedNs[head];
        pool.bits[slot] = pool.bits[head];
        copyOptions(w, head, slot);
      } else spare = pool.fragNext[slot];
    }
    pieces.push(slot);
    writePiece(
      w,
      pool,
      head,
      slot,
      i,
      i === count - 1,
      Math.min(gsoSize, total - i * gsoSize),
      headers,
      partial,
    );
    charged += pool.truesize[slot];
  }
  finishHead(pool, head, pieces);
  const sk = pool.sk[head];
  const ofConnection = sk !== 0 && w.sockets[sk - 1].spec.proto === 'tcp';
  if (ofConnection) {
    // the last piece alone carries the destructor, with the memory of all (tcp_gso_segment)
    for (const piece of pieces.slice(0, -1)) pool.sk[piece] = 0;
    pool.truesize[pieces[count - 1]] = paid;
  } else if (sk !== 0) w.sockets[sk - 1].wmem += charged - paid;
  for (const piece of pieces) {
    const id = pool.id[piece];
    // of a connection's own segments the stream's bytes are told, as when it sends them
    const bytes = ofConnection ? pool.totalPayload[piece] : pool.frameLen[piece];
    const memory = pool.truesize[piece];
    pool.lastSeq[piece] = emit(
      w,
      Kind.gsoSegment,
      place,
      Reason.none,
      cpu,
      id,
      pool.id[head],
      cause,
      bytes,
      memory,
    );
  }
}

function writePiece(
  w: World,
  pool: PacketPool,
  head: number,
  s: number,
  i: number,
  last: boolean,
  payload: number,
  headers: number,
  partial: boolean,
): void {
  const flow = innerFlow(w, head);
  pool.payloadLen[s] = payload;
  pool.frameLen[s] = Math.max(ETH_ZLEN, headers + payload);
  pool.truesize[s] = truesizeOf(pool.frameLen[s]);
  if (i === 0) return;
  const list = (pool.groFixedId[head] & GRO_FLIST) !== 0;
  if (flow.key.ipVersion === 4 && (pool.groFixedId[head] & GRO_FIXED_ID) === 0)
    pool.ipId[s] = (pool.ipId[head] + i) & 0xffff;
  else pool.ipId[s] = pool.ipId[head];
  if (!list) {
    pool.seq[s] = flow.key.proto === IPPROTO_TCP ? (pool.seq[head] + i * pool.gsoSize[head]) >>> 0 : 0;
    pool.ack[s] = pool.ack[head];
    pool.win[s] = pool.win[head];
    pool.opt[s] = pool.opt[head];
    let flags = pool.flags[head] & ~TCP_CWR;
    if (!last) flags &= ~(TCP_PSH | TCP_FIN);
    pool.flags[s] = flags;
    pool.bits[s] = pieceBits(pool.bits[head], partial);
  }
  pool.ttl[s] = pool.ttl[head];
  pool.tos[s] = pool.tos[head];
  if ((pool.bits[head] & FRAME_TUNNELLED) !== 0) {
    pool.outerTtl[s] = pool.outerTtl[head];
    pool.outerId[s] = (pool.outerId[head] + i) & 0xffff;
  }
  pool.ext[s] = pool.ext[head];
  pool.flow[s] = pool.flow[head];
  pool.hash[s] = pool.hash[head];
  pool.queue[s] = pool.queue[head];
  pool.sk[s] = pool.sk[head];
  pool.txCpu[s] = pool.txCpu[head];
  pool.tag[s] = last ? pool.tag[head] : 0;
  single(pool, s);
}

/** The head is written last: the others are made from it. */
function finishHead(pool: PacketPool, head: number, pieces: readonly number[]): void {
  const list = (pool.groFixedId[head] & GRO_FLIST) !== 0;
  if (!list && pieces.length > 1) {
    const second = pieces[1];
    pool.flags[head] &= ~(TCP_PSH | TCP_FIN);
    const partial = (pool.bits[second] & FRAME_L4_CSUM_PARTIAL) !== 0;
    pool.bits[head] = pieceBits(pool.bits[head], partial);
  }
  pool.tag[head] = 0;
  single(pool, head);
}

function pieceBits(bits: number, partial: boolean): number {
  const kept = (bits & ~FRAME_PADDED) | FRAME_CUT;
  return (partial ? kept : kept & ~FRAME_L4_CSUM_PARTIAL) >>> 0;
}

function single(pool: PacketPool, s: number): void {
  pool.totalPayload[s] = pool.payloadLen[s];
  pool.segs[s] = 1;
  pool.gsoSize[s] = 0;
  pool.fragNext[s] = 0;
  pool.fragLast[s] = s;
  pool.groFixedId[s] = 0;
}
