/** How much room there is: three columns, two (panels share the left one as tabs), or one (a phone). */
import { useSyncExternalStore } from 'react';

export type Room = 'wide' | 'compact' | 'phone';

const PHONE = '(max-width: 760px) and (orientation: portrait), (max-width: 600px)';
const COMPACT = '(max-width: 1020px)';

function subscribe(listener: () => void): () => void {
  const queries = [PHONE, COMPACT].map((query) => window.matchMedia(query));
  for (const query of queries) query.addEventListener('change', listener);
  return () => {
    for (const query of queries) query.removeEventListener('change', listener);
  };
}

function room(): Room {
  if (window.matchMedia(PHONE).matches) return 'phone';
  return window.matchMedia(COMPACT).matches ? 'compact' : 'wide';
}

export function useRoom(): Room {
  return useSyncExternalStore(subscribe, room, () => 'wide' as const);
}
