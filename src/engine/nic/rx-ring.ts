/**
 * The receive ring: descriptors owned by the card from head to tail - 1, written back ones from next_to_clean on.
 * At most size - 1 descriptors are usable: the tail never catches the head (Intel style).
 * Source: igb, ixgbe receive paths, v6.12. Left out: several descriptors a frame, descriptor prefetch, on-chip FIFO.
 */
import { Point } from '../../catalog/capture-points.ts';
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { schedule, cancel } from '../clock/agenda.ts';
import { dropPacket } from '../drop.ts';
import { emit } from '../emit.ts';
import { truesizeOf } from '../net/truesize.ts';
import { NO_CPU } from '../records.ts';
import type { Cpu, Nic, RxQueue, World } from '../world.ts';
import { carryOut, decideInterrupt } from './moderation.ts';
import { rxChecksum } from './rx-checksum.ts';
import { FRAME_DECRYPTED, FRAME_TLS_SYNC } from '../packet/frame-bits.ts';
import { tlsCardReceives, tlsDriverReceives } from '../tls/rx-card.ts';

/** Descriptors the card can still fill. */
export function freeDescriptors(q: RxQueue): number {
  const free = q.nextToUse - q.head;
  return free >= 0 ? free : free + q.size;
}

/** Puts a frame into the next descriptor and starts its DMA; without a descriptor it is lost before any CPU sees it. */
export function receiveIntoRing(w: World, nic: Nic, q: RxQueue, slot: number): void {
  const pool = w.pool;
  if (nic.tls !== null && nic.tls.rx_tls_ctx > 0) tlsCardReceives(w, nic, slot);
  const free = freeDescriptors(q);
  if (free === 0) {
    q.missed += 1;
    nic.counters.rx_missed_errors += 1;
    nic.counters.rx_no_buffer_count += 1;
    dropPacket(w, slot, q.ringPlace, Reason.noDescriptor, NO_CPU);
    return;
  }
  const index = q.head;
  q.desc[index] = slot;
  q.done[index] = 0;
  q.head = index + 1 === q.size ? 0 : index + 1;
  const profile = w.fixed.hosts[nic.host].profile;
  const idle = nic.dmaHead === nic.dmaFifo.length;
  const last = idle ? 0 : pool.readyNs[nic.dmaFifo[nic.dmaFifo.length - 1]];
  const ready =
    Math.max(last, w.now + profile.dmaNs) + Math.floor(pool.frameLen[slot] * profile.dmaNsPerByte);
  pool.readyNs[slot] = ready;
  // the descriptor's index rides in `next`, free while the slot is in use
  pool.next[slot] = index;
  nic.dmaFifo.push(slot);
  if (idle) schedule(w.agenda, nic.dmaActor, ready);
  pool.lastSeq[slot] = emit(
    w,
    Kind.dmaStart,
    q.ringPlace,
    Reason.none,
    NO_CPU,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    index,
    free - 1,
  );
}

/** The oldest DMA is complete: its descriptor is written back, and the vector decides about an interrupt. */
export function dmaComplete(w: World, nic: Nic): void {
  const pool = w.pool;
  const slot = nic.dmaFifo[nic.dmaHead];
  nic.dmaHead += 1;
  if (nic.dmaHead >= 512) {
    nic.dmaFifo = nic.dmaFifo.slice(nic.dmaHead);
    nic.dmaHead = 0;
  }
  if (nic.dmaHead === nic.dmaFifo.length) cancel(w.agenda, nic.dmaActor);
  else {
    schedule(w.agenda, nic.dmaActor, pool.readyNs[nic.dmaFifo[nic.dmaHead]]);
  }
  const q = w.queues[pool.queue[slot]];
  const index = pool.next[slot];
  q.done[index] = 1;
  q.waiting += 1;
  q.unsignalled += 1;
  const reason = decideInterrupt(w, nic, q);
  const seq = emit(
    w,
    Kind.dmaDone,
    q.ringPlace,
    reason,
    NO_CPU,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    index,
    q.waiting,
  );
  pool.lastSeq[slot] = seq;
  if (q.unsignalled === 1) q.firstWaitingSeq = seq;
  if (reason !== Reason.irqMasked) carryOut(w, q, reason, seq);
}

/** True where the driver finds a written-back descriptor at next_to_clean. */
export function frameReady(q: RxQueue): boolean {
  return q.desc[q.nextToClean] !== 0 && q.done[q.nextToClean] === 1;
}

/** Takes the frame at next_to_clean. @returns its slot. */
function cleanDescriptor(q: RxQueue): number {
  const index = q.nextToClean;
  const slot = q.desc[index];
  q.desc[index] = 0;
  q.done[index] = 0;
  q.nextToClean = index + 1 === q.size ? 0 : index + 1;
  q.waiting -= 1;
  q.cleaned += 1;
  return slot;
}

/**
 * The driver takes the oldest written-back descriptor: ring and card count it, and the frame gets its memory's size.
 * @param cause record of the poll or interrupt that takes it
 * @param number how many this poll or interrupt has taken, this one included
 * @returns the frame's slot
 */
export function takeDescriptor(w: World, q: RxQueue, cpu: Cpu, cause: number, number: number): number {
  const { counters } = w.nics[q.nic];
  const pool = w.pool;
  const index = q.nextToClean;
  const slot = cleanDescriptor(q);
  const bytes = pool.frameLen[slot];
  q.packets += 1;
  q.bytes += bytes;
  counters.rx_packets += 1;
  counters.rx_bytes += bytes;
  pool.truesize[slot] = truesizeOf(bytes);
  if (w.tap !== null) w.tap(w, Point.driverIn, q.nic, slot);
  pool.lastSeq[slot] = emit(
    w,
    Kind.pollFrame,
    q.ringPlace,
    Reason.none,
    cpu.index,
    pool.id[slot],
    0,
    cause,
    number,
    index,
  );
  rxChecksum(w, w.nics[q.nic], slot);
  if ((pool.bits[slot] & (FRAME_DECRYPTED | FRAME_TLS_SYNC)) !== 0)
    tlsDriverReceives(w, w.nics[q.nic], cpu, slot, q.ringPlace);
  return slot;
}

/** Hands cleaned descriptors back to the card with fresh buffers (the tail write, "doorbell"). */
export function refill(w: World, q: RxQueue, cpu: Cpu, reason: number, cause: number): void {
  if (q.cleaned === 0) return;
  const count = q.cleaned;
  q.cleaned = 0;
  q.nextToUse = (q.nextToUse + count) % q.size;
  emit(w, Kind.refill, q.ringPlace, reason, cpu.index, 0, 0, cause, count, q.nextToUse);
}

/** The driver sets the ring up anew (ethtool -G, -L): what waited in it is lost. */
export function resetRing(w: World, q: RxQueue, size: number, cause: number): void {
  const nic = w.nics[q.nic];
  const lost: number[] = [];
  for (let i = 0; i < q.size; i += 1) {
    const at = (q.nextToClean + i) % q.size;
    if (q.desc[at] !== 0) lost.push(q.desc[at]);
  }
  const keep: number[] = [];
  for (let i = nic.dmaHead; i < nic.dmaFifo.length; i += 1) {
    if (w.pool.queue[nic.dmaFifo[i]] !== q.index) keep.push(nic.dmaFifo[i]);
  }
  nic.dmaFifo = keep;
  nic.dmaHead = 0;
  if (keep.length === 0) cancel(w.agenda, nic.dmaActor);
  else schedule(w.agenda, nic.dmaActor, w.pool.readyNs[keep[0]]);
  const seq = emit(w, Kind.ringReset, q.ringPlace, Reason.ringReset, NO_CPU, 0, 0, cause, size, lost.length);
  for (const slot of lost) {
    w.pool.lastSeq[slot] = seq;
    nic.counters.rx_dropped += 1;
    dropPacket(w, slot, q.ringPlace, Reason.ringReset, NO_CPU);
  }
  q.size = size;
  q.desc = new Uint32Array(size);
  q.done = new Uint8Array(size);
  q.head = 0;
  q.nextToClean = 0;
  q.nextToUse = size - 1;
  q.waiting = 0;
  q.cleaned = 0;
  q.unsignalled = 0;
  q.timerOn = false;
  cancel(w.agenda, q.moderationActor);
}
