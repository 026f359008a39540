/** `watch`: the entry of a watched command is shown again as simulated time moves, one question to the worker at a time. */
import type { StoreApi } from 'zustand/vanilla';
import type { Moment } from '../protocol/messages.ts';
import type { AppState, ConsoleEntry } from './types.ts';

/** What a command showed at a moment; null: it could not be asked. */
export type Show = (entry: ConsoleEntry, at: Moment) => Promise<{ output: string; status: number } | null>;

/** True where enough simulated time has passed, or time has jumped back, or another branch is shown. */
export function isDue(entry: ConsoleEntry, everyNs: number, at: Moment, branch: number): boolean {
  if (entry.at === null || entry.branch !== branch) return true;
  const moved = at.t - entry.at.t;
  if (moved === 0 && at.seq === entry.at.seq) return false;
  return moved < 0 || moved >= everyNs;
}

/** @returns ends it */
export function keepWatching(store: StoreApi<AppState>, show: Show): () => void {
  let asking = false;
  const look = (): void => {
    const { console: shell, playhead, branches } = store.getState();
    const { watching } = shell;
    const entry = shell.entries.find((e) => e.n === watching?.entry);
    if (watching === null || entry === undefined || asking) return;
    const at = playhead.moment;
    const branch = branches.active;
    if (!isDue(entry, watching.everyNs, at, branch)) return;
    asking = true;
    void show(entry, at).then((shown) => {
      asking = false;
      store.setState((s) => {
        // it was ended meanwhile
        if (s.console.watching?.entry !== entry.n) return {};
        if (shown === null) return { console: { ...s.console, watching: null } };
        const before = watching.differences ? entry.output : null;
        const entries = s.console.entries.map((e) =>
          e.n === entry.n ? { ...e, ...shown, at, branch, before } : e,
        );
        return { console: { ...s.console, entries } };
      });
    });
  };
  return store.subscribe(look);
}
