/** One app: store, actions, feed. Made by createApp (store/create.ts); tests make their own. */
import type { StoreApi } from 'zustand/vanilla';
import type { AppActions } from './actions-api.ts';
import type { AppState, SceneFeed } from './types.ts';

export interface App {
  store: StoreApi<AppState>;
  actions: AppActions;
  feed: SceneFeed;
  /** Ends the worker and all timers. */
  destroy(): void;
}
