/** Adaptive moderation: who adapts it depends on the driver. */
import type { Cpu, Nic, RxQueue, World } from '../world.ts';
import { createDim, dimProfile, netDim } from './dim.ts';
import { beginItr, ixgbeSetItr } from './ixgbe-itr.ts';

/** After a completed poll. */
export function adaptModeration(w: World, q: RxQueue, cpu: Cpu, cause: number): void {
  const by = w.nics[q.nic].driver.adaptive;
  if (by === 'dim') netDim(w, q, cpu, cause);
  else if (by === 'itr') ixgbeSetItr(w, q, cpu, cause);
}

/** What a queue has where adaptive moderation begins. */
export function beginAdaptive(nic: Nic, q: RxQueue): void {
  if (nic.driver.adaptive === 'itr') {
    beginItr(q);
    return;
  }
  q.dim = createDim();
  [q.rxUsecs, q.rxFrames] = dimProfile(nic.cqeMode, q.dim.profile);
}
