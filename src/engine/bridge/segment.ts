/** Links that bridges make one segment of: whose frames reach whom without IP. For whoever makes a world: neighbours are known. */

/** @param T a card, however the caller names it */
export interface Segment<T> {
  /** Card at the other end of its link; null: it has none. */
  farOf(card: T): T | null;
  /** Other ports of the bridge that it is a port of; null: it is none. */
  portsBeside(card: T): T[] | null;
  keyOf(card: T): string;
}

/** All cards that a frame which comes in by `first` may reach over bridges, itself first. */
function reached<T>(first: T, { farOf, portsBeside, keyOf }: Segment<T>): T[] {
  const found = [first];
  const seen = new Set([keyOf(first)]);
  for (const card of found) {
    for (const port of portsBeside(card) ?? []) {
      seen.add(keyOf(port));
      const next = farOf(port);
      if (next === null || seen.has(keyOf(next))) continue;
      seen.add(keyOf(next));
      found.push(next);
    }
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
  const cards = reached(far, segment);
  const ends = cards.filter((one) => segment.portsBeside(one) === null);
  return cards.find(wanted) ?? ends.find(ofRouter) ?? ends[0] ?? far;
}
