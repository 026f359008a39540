/**
 * Adaptive moderation of ixgbe (`ethtool -C IF rx-usecs 1`): after every completed poll the driver sets the least gap between two
 * interrupts anew, from what its rings did since the interrupt before. Before 4.15 three classes by bytes a microsecond, approached
 * smoothly; since then by packets an interrupt, and by their size where few came.
 * Source: ixgbe_main.c ixgbe_update_itr, ixgbe_set_itr, v3.11 and v6.12; b4ded8327fea. Left out: a new gap counts from the interrupt
 * that is out already, the card takes it with the next one.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { jiffies } from '../clock/jiffies.ts';
import { emit } from '../emit.ts';
import type { Cpu, RxQueue, World } from '../world.ts';

/** struct ixgbe_ring_container: one direction of a vector. */
export interface RingThrottle {
  /** Latency class, 0 to 2 (before 4.15); microseconds, with ITR_LATENCY where they serve latency. */
  itr: number;
  /** What the ring had done when last looked at. */
  packets: number;
  bytes: number;
  /** Jiffy up to which what was counted says something. */
  nextUpdate: number;
}

export interface IxgbeItr {
  /** Gap in force, quarter microseconds, as the algorithm keeps it; the register drops its last three bits. */
  value: number;
  rx: RingThrottle;
  tx: RingThrottle;
  /** Cleaned transmit packets (segments) and bytes since the start. */
  sentPackets: number;
  sentBytes: number;
}

const ITR_100K = 40;
const ITR_20K = 200;
const REGISTER_MASK = 0xff8;
const MIN_USECS = 10;
const MAX_USECS = 126;
const MIN_INC = 2;
export const ITR_LATENCY = 0x80;

export function createItr(bySize: boolean): IxgbeItr {
  const ring = (): RingThrottle => ({
    itr: bySize ? MAX_USECS | ITR_LATENCY : 0,
    packets: 0,
    bytes: 0,
    nextUpdate: 0,
  });
  return { value: ITR_20K, rx: ring(), tx: ring(), sentPackets: 0, sentBytes: 0 };
}

/** What the card makes of the value: steps of 2 microseconds. */
export function itrUsecs(value: number): number {
  return (value & REGISTER_MASK) / 4;
}

/** The driver's first guess, where adaptive moderation begins. */
export function beginItr(q: RxQueue): void {
  q.itr.value = ITR_20K;
  q.rxUsecs = itrUsecs(ITR_20K);
}

const CLASS_REASONS = [Reason.itrLowest, Reason.itrLow, Reason.itrBulk] as const;

/** ixgbe_update_itr before 4.15: the class by bytes a microsecond. */
export function classOf(now: number, bytesPerUs: number): number {
  if (now === 0) return bytesPerUs > 10 ? 1 : 0;
  if (now === 1) return bytesPerUs > 20 ? 2 : bytesPerUs <= 10 ? 0 : 1;
  return bytesPerUs <= 20 ? 1 : 2;
}

function updateClass(itr: IxgbeItr, ring: RingThrottle, packets: number, bytes: number): void {
  const us = itr.value >> 2;
  if (packets === ring.packets || us === 0) return;
  ring.itr = classOf(ring.itr, Math.floor((bytes - ring.bytes) / us));
  ring.packets = packets;
  ring.bytes = bytes;
}

/** The gap of a class, approached so that a shorter one is reached in a few polls, a longer one slowly. */
export function smoothed(value: number, to: number): number {
  return value === to ? to : Math.floor((10 * to * value) / (9 * to + value));
}

/** Microseconds for packets of this size (bytes): as long as it takes to send what a socket may have under way. */
export function gapBySize(bytes: number, latency: boolean, gigabits: number): number {
  let gap: number;
  if (bytes <= 60) gap = 5120;
  else if (bytes <= 316) gap = bytes * 40 + 2720;
  else if (bytes <= 1084) gap = bytes * 15 + 11_452;
  else if (bytes < 1968) gap = bytes * 5 + 22_420;
  else gap = 32_256;
  if (latency) gap >>= 1;
  if (gigabits === 10) return Math.ceil(gap / (MIN_INC * 256)) * MIN_INC;
  return Math.ceil(Math.min(gap, 8064) / (MIN_INC * 64)) * MIN_INC;
}

/** ixgbe_update_itr since 4.15. @returns why the ring asks for what it asks for */
function updateBySize(
  itr: IxgbeItr,
  ring: RingThrottle,
  all: { packets: number; bytes: number },
  jiffy: number,
  gigabits: number,
): number {
  const packets = all.packets - ring.packets;
  const bytes = all.bytes - ring.bytes;
  const longer = Math.min((itr.value >> 2) + MIN_INC, MAX_USECS);
  let reason: number;
  if (jiffy > ring.nextUpdate) {
    ring.itr = MIN_USECS | ITR_LATENCY;
    reason = Reason.itrStale;
  } else if (packets === 0) {
    ring.itr = longer + (ring.itr & ITR_LATENCY);
    reason = Reason.itrNothing;
  } else if (packets < 4 && bytes < 9000) {
    ring.itr = ITR_LATENCY + gapBySize(Math.floor(bytes / packets), true, gigabits);
    reason = Reason.itrFew;
  } else if (packets < 48) {
    ring.itr = longer;
    reason = Reason.itrLonger;
  } else if (packets < 96) {
    ring.itr = itr.value >> 2;
    reason = Reason.itrKept;
  } else if (packets < 256) {
    ring.itr = Math.max(itr.value >> 3, MIN_USECS);
    reason = Reason.itrHalved;
  } else {
    ring.itr = gapBySize(Math.floor(bytes / packets), false, gigabits);
    reason = Reason.itrMany;
  }
  ring.nextUpdate = jiffy + 1;
  ring.packets = all.packets;
  ring.bytes = all.bytes;
  return reason;
}

/** ixgbe_set_itr, after a completed poll. */
export function ixgbeSetItr(w: World, q: RxQueue, cpu: Cpu, cause: number): void {
  const { itr } = q;
  const { ixgbeItrBySize, ixgbeItrBulk } = w.fixed.rules;
  const received = q.packets - itr.rx.packets;
  let reason: number;
  if (ixgbeItrBySize) {
    const jiffy = jiffies(w);
    // 100 Mbit/s and 10 Gbit/s go by one measure, 1 and 2.5 by the other
    const bps = w.nics[q.nic].linkBps;
    const gigabits = bps === 1e9 || bps === 2.5e9 || bps === 1e7 ? 1 : 10;
    const sent = { packets: itr.sentPackets, bytes: itr.sentBytes };
    const ofTx = updateBySize(itr, itr.tx, sent, jiffy, gigabits);
    const ofRx = updateBySize(itr, itr.rx, q, jiffy, gigabits);
    reason = itr.rx.itr <= itr.tx.itr ? ofRx : ofTx;
    itr.value = (Math.min(itr.rx.itr, itr.tx.itr) & ~ITR_LATENCY) << 2;
  } else {
    updateClass(itr, itr.tx, itr.sentPackets, itr.sentBytes);
    updateClass(itr, itr.rx, q.packets, q.bytes);
    const chosen = Math.max(itr.rx.itr, itr.tx.itr);
    reason = CLASS_REASONS[chosen];
    itr.value = smoothed(itr.value, [ITR_100K, ITR_20K, ixgbeItrBulk][chosen]);
  }
  q.rxUsecs = itrUsecs(itr.value);
  emit(w, Kind.itrUpdate, q.vectorPlace, reason, cpu.index, 0, 0, cause, itr.value * 250, received);
}
