/** Metrics of TCP in a card: `toe.h1.eth0.toe_rx_segs` (ethtool -S), and what its processor and memory are at. */
import { toeBusyNs } from '../nic/toe/state.ts';
import type { World } from '../world.ts';

/** @param parts toe, host, card, name */
export function toeMetric(w: World, host: number, parts: readonly string[]): number | undefined {
  const toe = w.nics.find((n) => n.host === host && n.name === parts[2])?.toe;
  if (toe === undefined || toe === null || parts.length !== 4) return undefined;
  switch (parts[3]) {
    case 'busyShare':
      return w.now === 0 ? 0 : toeBusyNs(w, toe) / w.now;
    case 'waiting':
      return toe.waiting.length;
    case 'memory':
      return toe.memory;
    case 'connections':
      return toe.connections;
    default:
      return Object.hasOwn(toe.counters, parts[3])
        ? (toe.counters as unknown as Record<string, number>)[parts[3]]
        : undefined;
  }
}
