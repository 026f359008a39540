/** Links that bridges make one segment of: whose frames reach whom without IP. For whoever makes a world: neighbours are known. */

/** @param T a card, however the caller names it */
export interface Segment<T> {
  /** Card at the other end of its link; null: it has none. */
  farOf(card: T): T | null;
  /** Other ports of the bridge that it is a port of; null: it is none. */
  portsBeside(card: T): T[] | null;
  keyOf(card: T): string;
}

/** Other ports of the bridge that has this one, of a host's; null: none has it. */
export function portsBeside<P>(bridges: readonly { ports: readonly P[] }[], port: P): P[] | null {
  return bridges.find(({ ports }) => ports.includes(port))?.ports.filter((other) => other !== port) ?? null;
}

/** All cards that a frame of `sender` may reach over bridges: the one at the other end of its link first, ports included. */
function reached<T>(sender: T, first: T, { farOf, portsBeside, keyOf }: Segment<T>): T[] {
  const found = [first];
  const seen = new Set([keyOf(sender), keyOf(first)]);
  const add = (card: T | null): void => {
    if (card === null || seen.has(keyOf(card))) return;
    seen.add(keyOf(card));
    found.push(card);
  };
  for (const card of found) {
    add(farOf(card));
    for (const port of portsBeside(card) ?? []) add(port);
  }
  return found;
}

/**
 * The card that frames from `card` go to: at the other end of its link, or, where that is a bridge's port, the one on the segment that
 * is wanted. Without such a one the first that is no port, one of a router before others. Null: no link.
 */
export function neighbourOf<T>(
  card: T,
  segment: Segment<T>,
  wanted: (card: T) => boolean,
  ofRouter: (card: T) => boolean,
): T | null {
  const far = segment.farOf(card);
  if (far === null || segment.portsBeside(far) === null) return far;
  const cards = reached(card, far, segment);
  const ends = cards.filter((one) => segment.portsBeside(one) === null);
  return cards.find(wanted) ?? ends.find(ofRouter) ?? ends[0] ?? far;
}

/** Link address that a neighbour answers with: of a port the bridge's, which is the least of its ports'. */
export function macAt<T>(card: T, { portsBeside }: Segment<T>, macOf: (card: T) => string): string {
  const ports = portsBeside(card) ?? [];
  return [card, ...ports].map(macOf).sort()[0];
}
