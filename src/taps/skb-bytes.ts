/**
 * A packet at a capture point, as the bytes that a capture there would hold.
 *
 * Sending: the application's bytes; then the skb as the driver gets it (one frame however long, its L4 checksum the pseudo header's sum where
 * the card finishes it); then what the card puts on the wire (cut, finished). Receiving: the frame as it came; after GRO a train is one
 * packet with the lengths of all and again an unfinished checksum, since only the pseudo header's sum is kept up (tcp_gro_complete).
 * Source: net/core/dev.c dev_queue_xmit_nit, validate_xmit_skb; net/ipv4/tcp_offload.c tcp4_gro_complete, net/ipv4/udp_offload.c
 * udp_gro_complete_segment, net/ipv4/af_inet.c inet_gro_complete, v6.12.
 * Left out: who the next hop of a forwarded packet is, tags that the card takes off and puts on (captures show them in place, as libpcap does).
 */
import { Point } from '../catalog/capture-points.ts';
import { GRO_FIXED_ID, GRO_FLIST } from '../engine/net/gro/limits.ts';
import { type GsoFrame, type GsoType, headersOf } from '../engine/net/gso/frame.ts';
import { cutDatagram, skbGsoSegment } from '../engine/net/gso/segment.ts';
import { isUfo } from '../engine/net/ufo.ts';
import { frameFields, sentFields, skbFields } from '../engine/net/skb-fields.ts';
import { FRAME_CUT, FRAME_DECRYPTED, FRAME_L4_CSUM_VERIFIED } from '../engine/packet/frame-bits.ts';
import { buildFrame } from '../engine/packet/build.ts';
import {
  ETH_ZLEN,
  type FrameFields,
  IPPROTO_TCP,
  IPPROTO_UDP,
  ipHeaderLen,
  l2HeaderLen,
} from '../engine/packet/frame.ts';
import { fillPayload, payloadSeed } from '../engine/packet/payload.ts';
import { fillTls } from '../engine/tls/bytes.ts';
import { WIRE_OVERHEAD } from '../engine/traffic/wire.ts';
import { outerHeader, withOuter } from '../engine/tunnel/outer.ts';
import { isTunnelled } from '../engine/tunnel/state.ts';
import type { Nic, World } from '../engine/world.ts';

/**
 * What others than the stack do to a packet's bytes. `csum`: pending (the card will finish it), card (it has), checked (the card has verified
 * it); `cut`: pending (the card will cut it), card, software (cut before the driver), gro (built of several).
 */
export interface Offload {
  csum: '' | 'pending' | 'card' | 'checked';
  cut: '' | 'pending' | 'card' | 'software' | 'gro';
}

const NO_OFFLOAD: Offload = { csum: '', cut: '' };

export const LINKTYPE_ETHERNET = 1;
export const LINKTYPE_RAW = 101;

/** What a capture point shows of one packet: a frame, or one piece of it. */
export interface SeenFrame {
  bytes: Uint8Array;
  linkType: number;
  /** Whole ns. */
  timeNs: number;
  /** Its L4 checksum is left to whoever sends it last. */
  csumPartial: boolean;
  offload: Offload;
  /** Payload of each segment of a packet that is still to be cut, or that GRO has built; 0: a plain one. */
  gsoSize: number;
  /** Number among the pieces of its packet, from 0, and how many they are. */
  piece: number;
  pieces: number;
}

const NS = 1_000_000_000;
/** Longest IP packet that says its length. */
const MOST_IP_BYTES = 65_535;

/** @throws RangeError for headers that can't be built again (a malformed frame of a capture) */
export function framesAt(w: World, point: number, nic: number, slot: number): SeenFrame[] {
  const seen = innerAt(w, point, nic, slot);
  const outer = outerHeader(w, slot);
  if (outer === null) return seen;
  return seen.map((frame) => ({ ...frame, bytes: withOuter(frame.bytes, outer, frame.piece) }));
}

/** The same without an outer header. */
function innerAt(w: World, point: number, nic: number, slot: number): SeenFrame[] {
  const { now } = w;
  switch (point) {
    case Point.appOut:
    case Point.appIn:
      return applicationFrames(w, slot).map((bytes, i, all) => ({
        ...plain(bytes, now),
        linkType: LINKTYPE_RAW,
        piece: i,
        pieces: all.length,
      }));
    case Point.driverOut: {
      const frame = driverFrame(w, nic, slot);
      return [
        {
          ...plain(frame.bytes, now),
          csumPartial: frame.csumPartial,
          offload: {
            csum: frame.csumPartial ? 'pending' : '',
            cut: frame.gsoSize > 0 ? 'pending' : cutBefore(w, slot) ? 'software' : '',
          },
          gsoSize: frame.gsoSize,
        },
      ];
    }
    case Point.wireOut:
      return onWire(w, w.nics[nic], slot);
    case Point.stackIn: {
      const frame = trainFrame(w, slot, skbFields(w, slot));
      const checked = w.pool.segs[slot] === 1 && (w.pool.bits[slot] & FRAME_L4_CSUM_VERIFIED) !== 0;
      return [
        {
          ...plain(frame.bytes, now),
          csumPartial: frame.csumPartial,
          offload: { csum: checked ? 'checked' : '', cut: frame.gsoSize > 0 ? 'gro' : '' },
          gsoSize: frame.gsoSize,
        },
      ];
    }
    default: {
      const f = frameFields(w, slot);
      const bytes = isPart(w, slot)
        ? fragmentBytes(w, slot, f)
        : buildFrame(f, (body) => fillSegment(w, slot, body, f, false));
      const csum = point === Point.driverIn && f.csumVerified ? 'checked' : '';
      return [{ ...plain(bytes, now), csumPartial: f.l4Csum === 'partial', offload: { csum, cut: '' } }];
    }
  }
}

/** A fragment of a datagram of this world. */
function isPart(w: World, slot: number): boolean {
  return w.pool.fragTotal[slot] !== 0;
}

/** Its bytes are those of the datagram, whose checksum is over all of it. */
function fragmentBytes(w: World, slot: number, f: FrameFields): Uint8Array {
  const total = w.pool.fragTotal[slot];
  const whole = { ...f, fragOffset: 0, mf: false, payloadLen: total - 8, udpLen: total, padding: 0 };
  whole.ipTotalLen = ipHeaderLen(f) + total;
  whole.frameLen = l2HeaderLen(f) + whole.ipTotalLen;
  if (whole.l4Csum !== 'bad') whole.l4Csum = 'ok';
  const at = l2HeaderLen(f) + ipHeaderLen(f);
  const from = at + f.fragOffset;
  const bytes = buildFrame(f);
  const length = f.ipTotalLen - ipHeaderLen(f);
  bytes.set(buildFrame(whole, (body) => fillFrame(body, whole)).subarray(from, from + length), at);
  return bytes;
}

/** A piece of a packet that software has cut. */
function cutBefore(w: World, slot: number): boolean {
  return (w.pool.bits[slot] & FRAME_CUT) !== 0;
}

function plain(bytes: Uint8Array, timeNs: number): SeenFrame {
  return {
    bytes,
    linkType: LINKTYPE_ETHERNET,
    timeNs,
    csumPartial: false,
    offload: NO_OFFLOAD,
    gsoSize: 0,
    piece: 0,
    pieces: 1,
  };
}

/** Payload of one frame: by sequence number in TCP, else by its place in the datagram. */
function fillFrame(body: Uint8Array, f: FrameFields, ipId = f.ipId): void {
  const seed = payloadSeed(f);
  if (f.proto === IPPROTO_TCP && f.fragOffset === 0) fillPayload(body, seed, f.seq);
  else fillPayload(body, seed ^ Math.imul(ipId, 0x9e3779b1), f.fragOffset);
}

/** The same; records of TLS show, encrypted where they are. @param wire as it is on the wire, where the card has encrypted */
function fillSegment(w: World, slot: number, body: Uint8Array, f: FrameFields, wire: boolean): void {
  const cipher = wire || (w.pool.bits[slot] & FRAME_DECRYPTED) === 0;
  const tls = f.proto === IPPROTO_TCP && f.fragOffset === 0;
  if (!tls || !fillTls(w, w.pool.flow[slot], body, payloadSeed(f), f.seq, cipher)) fillFrame(body, f);
}

/** Payload of a whole train: a stream's goes on, each datagram has its own. */
function fillTrain(w: World, slot: number, body: Uint8Array, f: FrameFields, wire: boolean): void {
  const { pool } = w;
  if (f.proto === IPPROTO_TCP || isUfo(pool, slot)) {
    fillSegment(w, slot, body, f, wire);
    return;
  }
  const fixed = f.ipVersion === 6 || (pool.groFixedId[slot] & GRO_FIXED_ID) !== 0;
  const step = pool.gsoSize[slot] > 0 ? pool.gsoSize[slot] : body.length;
  for (let at = 0, n = 0; at < body.length; at += step, n += 1)
    fillFrame(body.subarray(at, at + step), f, fixed ? f.ipId : (f.ipId + n) & 0xffff);
}

function gsoTypeOf(w: World, slot: number, f: FrameFields): GsoType {
  if (isUfo(w.pool, slot)) return 'udp';
  if (f.proto === IPPROTO_UDP) return 'udp-l4';
  return f.ipVersion === 6 ? 'tcpv6' : 'tcpv4';
}

/** The skb as one frame, with what it says of cutting and checksums. */
function trainFrame(w: World, slot: number, f: FrameFields, wire = false): GsoFrame {
  const { pool } = w;
  const train = pool.segs[slot] > 1;
  const listed = train && (pool.groFixedId[slot] & GRO_FLIST) !== 0;
  const csumPartial = f.l4Csum === 'partial' || (train && !listed);
  if (csumPartial) f.l4Csum = 'partial';
  const bytes = isPart(w, slot)
    ? fragmentBytes(w, slot, f)
    : buildFrame(f, (body) => fillTrain(w, slot, body, f, wire));
  // a list of frames keeps the first one's checksum
  if (listed) copyChecksum(bytes, ownFrame(w, slot, f));
  return {
    bytes,
    gsoType: train ? gsoTypeOf(w, slot, f) : 'none',
    gsoSize: train ? pool.gsoSize[slot] : 0,
    csumPartial,
    fixedId: (pool.groFixedId[slot] & GRO_FIXED_ID) !== 0,
    accEcn: false,
  };
}

/** One frame of a train by itself, with link addresses and TTL as `like` has them. */
function ownFrame(w: World, slot: number, like: FrameFields): Uint8Array {
  const own = { ...frameFields(w, slot), smac: like.smac, dmac: like.dmac, ttl: like.ttl };
  return buildFrame(own, (body) => fillSegment(w, slot, body, own, false));
}

function copyChecksum(to: Uint8Array, from: Uint8Array): void {
  const h = headersOf(to);
  const at = h.l4 + (h.proto === IPPROTO_TCP ? 16 : 6);
  to.set(from.subarray(at, at + 2), at);
}

/** What the driver gets: validate_xmit_skb has cut and summed before what the card can't (net/validate-xmit). */
function driverFrame(w: World, nic: number, slot: number, wire = false): GsoFrame {
  return trainFrame(w, slot, sentFields(w, nic, slot), wire);
}

/** The frames that the card has put on the wire: cut, finished, padded, each at the time its last bit was out. */
function onWire(w: World, nic: Nic, slot: number): SeenFrame[] {
  const given = driverFrame(w, nic.index, slot, true);
  const least = isTunnelled(w, slot) ? 0 : ETH_ZLEN;
  const frames =
    given.gsoType === 'udp'
      ? cutDatagram(given)
      : given.gsoSize > 0 || given.csumPartial
        ? skbGsoSegment(given, { csum: false, partial: false })
        : [given];
  const offload: Offload = {
    csum: given.csumPartial ? 'card' : '',
    cut: cutBefore(w, slot) ? 'software' : frames.length === 1 ? '' : 'card',
  };
  let after = 0;
  const times = frames.map(() => 0);
  for (let i = frames.length - 1; i >= 0; i -= 1) {
    times[i] = w.now - Math.floor((after * 8 * NS) / nic.linkBps);
    after += Math.max(ETH_ZLEN, frames[i].bytes.length) + WIRE_OVERHEAD;
  }
  return frames.map(({ bytes }, i) => ({
    ...plain(padded(bytes, least), times[i]),
    offload,
    piece: i,
    pieces: frames.length,
  }));
}

/** @param least bytes: what has an outer header is long enough */
function padded(bytes: Uint8Array, least: number): Uint8Array {
  if (bytes.length >= least) return bytes;
  const whole = new Uint8Array(ETH_ZLEN);
  whole.set(bytes);
  return whole;
}

/** What an application has written or read, behind IP and L4 headers that say between whom: for tools, it never saw any. */
function applicationFrames(w: World, slot: number): Uint8Array[] {
  const f = skbFields(w, slot);
  f.l4Csum = f.l4Csum === 'none' ? 'none' : 'ok';
  f.padding = 0;
  f.frameLen = l2HeaderLen(f) + f.ipTotalLen;
  const l2 = l2HeaderLen(f);
  const whole = buildFrame(f, (body) => fillTrain(w, slot, body, f, false));
  if (f.ipTotalLen <= MOST_IP_BYTES || f.proto !== IPPROTO_TCP) return [whole.subarray(l2)];
  // longer than a header can say: several, of one stream
  const step = MOST_IP_BYTES - ipHeaderLen(f) - 60;
  return skbGsoSegment(
    {
      bytes: whole,
      gsoType: gsoTypeOf(w, slot, f),
      gsoSize: step,
      csumPartial: false,
      fixedId: true,
      accEcn: false,
    },
    { csum: false, partial: false },
  ).map(({ bytes }) => bytes.subarray(l2));
}
