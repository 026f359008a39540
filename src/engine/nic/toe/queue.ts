/** What the firmware's TCP does with a segment: it goes to the host by DMA, waits in the card, or leaves by the wire. */
import { Reason } from '../../../catalog/reasons.ts';
import { schedule } from '../../clock/agenda.ts';
import type { Nic, World } from '../../world.ts';
import { type Toe, toeOf, wakeToe } from './state.ts';
import { tell } from './take.ts';

/** In order: its payload is written to the host's memory, one segment after the other. @param filled it waited for a hole to be filled */
export function toeToHost(w: World, nic: Nic, slot: number, filled: boolean): void {
  const toe = toeOf(nic);
  const { pool } = w;
  const { dmaNs, dmaNsPerByte } = w.fixed.hosts[nic.host].profile;
  const last = toe.dma.length === 0 ? 0 : pool.readyNs[toe.dma[toe.dma.length - 1]];
  const ready = Math.max(last, w.now + dmaNs) + Math.floor(pool.totalPayload[slot] * dmaNsPerByte);
  pool.readyNs[slot] = ready;
  toe.dma.push(slot);
  if (toe.dma.length === 1) schedule(w.agenda, toe.dmaActor, ready);
  tell(w, nic, slot, filled ? Reason.toeHoleFilled : Reason.toeInOrder);
}

/** Beyond a hole: it waits in the card's memory. */
export function toeHolds(w: World, nic: Nic, slot: number): void {
  toeOf(nic).ofo.push(slot);
  tell(w, nic, slot, Reason.toeHeld);
}

/** It is in the card no more. */
export function toeForgets(w: World, nic: Nic, slot: number): void {
  toeOf(nic).memory -= w.pool.frameLen[slot];
}

/** A segment that TCP has made: the firmware works on it before the next one that came in. */
export function toeTransmits(w: World, toe: Toe, slot: number): void {
  toe.out.push(slot);
  wakeToe(w, toe);
}
