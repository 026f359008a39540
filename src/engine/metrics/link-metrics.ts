/** What is measured of one direction of a link: the way that leaves a host by it. */
import { busyNs, inAir } from '../link/state.ts';
import type { World } from '../world.ts';

const COUNTS = [
  'put',
  'arrived',
  'bytes',
  'lost',
  'queueDrops',
  'queueMost',
  'reordered',
  'duplicated',
  'damaged',
] as const;
const AIR_COUNTS = ['txops', 'collisions', 'retries'] as const;
const AIR_SHARES = ['data', 'ack', 'overhead', 'failed', 'collision'] as const;

/** @param name NAME.METRIC or NAME.air.METRIC, split @returns undefined where it names nothing */
export function linkMetric(w: World, host: number, name: readonly string[]): number | undefined {
  const link = w.links.find((one) => one.name === name[0]);
  const way =
    link === undefined
      ? undefined
      : w.ways.find((one) => one.link === link.index && w.nics[one.from].host === host);
  if (way === undefined || link === undefined) return undefined;
  if (name[1] === 'air') {
    const count = AIR_COUNTS.find((one) => one === name[2]);
    if (count !== undefined) return way.air[count];
    const share = AIR_SHARES.find((one) => `${one}Share` === name[2]);
    return share === undefined ? undefined : w.now === 0 ? 0 : way.air[share] / w.now;
  }
  const count = COUNTS.find((one) => one === name[1]);
  if (count !== undefined) return way.counters[count];
  switch (name[1]) {
    case 'waiting':
      return way.queue.length;
    case 'underway':
      return way.flight.length - way.flightAt;
    case 'inAir':
      return inAir(w.links, way);
    case 'busyShare':
      return w.now === 0 ? 0 : busyNs(w, way) / w.now;
    default:
      return undefined;
  }
}
