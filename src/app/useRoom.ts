/** How much room there is: three columns, two (panels share the left one as tabs), or one (a phone). */
import { useSyncExternalStore } from 'react';

export type Room = 'wide' | 'compact' | 'phone';

const PHONE = '(max-width: 760px) and (orientation: portrait), (max-width: 600px)';
const COMPACT = '(max-width: 1020px)';
/** Large type needs room sooner. */
const COMPACT_LARGE = '(max-width: 1500px)';

function subscribe(listener: () => void): () => void {
  const queries = [PHONE, COMPACT, COMPACT_LARGE].map((query) => window.matchMedia(query));
  for (const query of queries) query.addEventListener('change', listener);
  return () => {
    for (const query of queries) query.removeEventListener('change', listener);
  };
}

function room(large: boolean): Room {
  if (window.matchMedia(PHONE).matches) return 'phone';
  return window.matchMedia(large ? COMPACT_LARGE : COMPACT).matches ? 'compact' : 'wide';
}

/** @param large the projector's type */
export function useRoom(large: boolean): Room {
  return useSyncExternalStore(
    subscribe,
    () => room(large),
    () => 'wide' as const,
  );
}
