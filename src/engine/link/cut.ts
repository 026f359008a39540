/**
 * The frames of a packet that the card cuts, one by one: each a slot and an id of its own, headers by the cutter's rules
 * (net/gso/segment has them byte by byte). A train that GRO built still has its frames, and they leave as they came.
 * A datagram sent with UFO leaves as IP fragments.
 */
import { ETH_ZLEN, IPPROTO_TCP, IPPROTO_UDP, TCP_CWR, TCP_FIN, TCP_PSH } from '../packet/frame.ts';
import {
  FRAME_CUT,
  FRAME_FRAGMENT,
  FRAME_OOO_OKAY,
  FRAME_L4_CSUM_BAD,
  FRAME_L4_CSUM_NONE,
  FRAME_L4_CSUM_PARTIAL,
  FRAME_L4_CSUM_UNKNOWN,
  FRAME_L4_CSUM_VERIFIED,
  FRAME_DECRYPTED,
  FRAME_MF,
  FRAME_TLS_SYNC,
  FRAME_TUNNELLED,
  FRAME_UFO,
} from '../packet/frame-bits.ts';
import { UDP_HLEN } from '../net/ip-fragment.ts';
import { isUfo, ufoFrameLen, ufoPayload } from '../net/ufo.ts';
import { seqAdd } from '../tcp/seq.ts';
import { takeSlot } from '../packet/pool.ts';
import { innerFlow } from '../tunnel/state.ts';
import type { Nic, World } from '../world.ts';

/** Payload bytes of the frame that is next. */
function nextPayload(w: World, nic: Nic, slot: number): number {
  const { pool } = w;
  if (pool.segs[slot] <= 1) return pool.totalPayload[slot];
  if (isUfo(pool, slot)) return ufoPayload(pool, slot, nic.txFrame);
  if (nic.txFrag !== 0) return pool.payloadLen[nic.txFrag];
  const gone = nic.txFrame * pool.gsoSize[slot];
  return Math.min(pool.gsoSize[slot], pool.totalPayload[slot] - gone);
}

/** Length of the frame that is next, bytes without FCS. */
export function nextFrameLen(w: World, nic: Nic, slot: number): number {
  const { pool } = w;
  if (pool.segs[slot] <= 1) return pool.frameLen[slot];
  if (isUfo(pool, slot)) return ufoFrameLen(pool, slot, nic.txFrame);
  if (nic.txFrag !== 0) return pool.frameLen[nic.txFrag];
  const headers = pool.frameLen[slot] - pool.payloadLen[slot];
  return Math.max(ETH_ZLEN, headers + nextPayload(w, nic, slot));
}

/** A packet begins to leave: its first frame is the next one. */
export function beginCut(w: World, nic: Nic, slot: number): void {
  nic.txFrame = 0;
  nic.txFrag = w.pool.fragNext[slot] === 0 ? 0 : slot;
}

/** Makes the next frame of the packet. @returns its slot: as it is on the wire, without an id */
export function cutFrame(w: World, nic: Nic, slot: number): number {
  const { pool } = w;
  const frame = takeSlot(pool);
  const from = nic.txFrag !== 0 ? nic.txFrag : slot;
  const first = nic.txFrame === 0;
  const last = nic.txFrame + 1 >= pool.segs[slot];
  const payload = nextPayload(w, nic, slot);
  const { proto } = innerFlow(w, slot).key;
  pool.payloadLen[frame] = payload;
  pool.totalPayload[frame] = payload;
  pool.frameLen[frame] = nextFrameLen(w, nic, slot);
  pool.flow[frame] = pool.flow[slot];
  pool.ack[frame] = pool.ack[from];
  pool.win[frame] = pool.win[from];
  // a host that forwarded the train counted its first frame's TTL down
  pool.ttl[frame] = pool.ttl[slot];
  pool.tos[frame] = pool.tos[from];
  pool.opt[frame] = pool.opt[from];
  pool.ext[frame] = pool.ext[from];
  pool.fragOffset[frame] = pool.fragOffset[from];
  pool.fragTotal[frame] = pool.fragTotal[from];
  if ((pool.bits[slot] & FRAME_TUNNELLED) !== 0) {
    pool.outerTtl[frame] = pool.outerTtl[slot];
    pool.outerId[frame] = pool.outerId[slot] + nic.txFrame;
  }
  pool.bits[frame] = bitsOnWire(pool.bits[from], proto);
  pool.hash[frame] = 0;
  let flags = pool.flags[from];
  // GRO puts the last frame's on the first
  if (!last) flags &= ~(TCP_PSH | TCP_FIN);
  if (nic.txFrag !== 0) {
    pool.seq[frame] = pool.seq[from];
    pool.ipId[frame] = pool.ipId[from];
    nic.txFrag = pool.fragNext[from];
  } else if (isUfo(pool, slot)) {
    pool.seq[frame] = 0;
    pool.ipId[frame] = pool.ipId[slot];
    pool.fragOffset[frame] = nic.txFrame * pool.gsoSize[slot];
    pool.fragTotal[frame] = UDP_HLEN + pool.totalPayload[slot];
    const bits = pool.bits[slot] & ~(FRAME_UFO | FRAME_L4_CSUM_PARTIAL);
    pool.bits[frame] = (bits | FRAME_FRAGMENT | (last ? 0 : FRAME_MF)) >>> 0;
  } else {
    pool.seq[frame] =
      proto === IPPROTO_TCP ? seqAdd(pool.seq[slot], nic.txFrame * pool.gsoSize[slot]) : pool.seq[slot];
    pool.ipId[frame] = pool.ipId[slot] + nic.txFrame;
    if (!first) flags &= ~TCP_CWR;
  }
  pool.flags[frame] = flags;
  nic.txFrame += 1;
  return frame;
}

/** What the card encrypts is ciphertext from here on. */
const ENCRYPTED_HERE = FRAME_DECRYPTED | FRAME_TLS_SYNC;

/** The card has finished the sum that was left to it; what the far card thinks of a right one goes along. */
function bitsOnWire(bits: number, proto: number): number {
  const told =
    bits & ~(FRAME_L4_CSUM_PARTIAL | FRAME_L4_CSUM_VERIFIED | FRAME_CUT | FRAME_OOO_OKAY | ENCRYPTED_HERE);
  const unsure = FRAME_L4_CSUM_BAD | FRAME_L4_CSUM_NONE | FRAME_L4_CSUM_UNKNOWN | FRAME_FRAGMENT;
  const summed = proto === IPPROTO_TCP || proto === IPPROTO_UDP;
  return (summed && (told & unsure) === 0 ? told | FRAME_L4_CSUM_VERIFIED : told) >>> 0;
}
