/**
 * netif_rx: how a driver without NAPI (a veth pair, loopback, a tunnel) hands a packet in: always through a CPU's backlog, its
 * own where RPS says nothing.
 * Source: net/core/dev.c netif_rx_internal, v6.12.
 */
import type { Cpu, RxQueue, World } from '../world.ts';
import { enqueueToBacklog } from './backlog.ts';
import { getRpsCpu, rpsChoice, rpsOn } from './rps.ts';

/** @returns true where the packet was queued, false where it was dropped. */
export function netifRx(w: World, cpu: Cpu, q: RxQueue, slot: number): boolean {
  let target = cpu;
  let flow = null;
  if (rpsOn(w, q)) {
    getRpsCpu(w, cpu, q, slot);
    if (rpsChoice.cpu >= 0) {
      target = w.cpus[rpsChoice.cpu];
      flow = rpsChoice.flow;
    }
  }
  const tail = enqueueToBacklog(w, cpu, target, slot);
  if (flow !== null && tail >= 0) flow.lastTail = tail;
  return tail >= 0;
}
