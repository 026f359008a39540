/** The store in React: a context with one app, and hooks that select small parts of it. */
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { AppActions } from './actions-api.ts';
import type { App } from './app.ts';
import type { AppState, SceneFeed } from './types.ts';

/** Provide it once, at the root: `<AppContext value={app}>`. */
export const AppContext = createContext<App | null>(null);

function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error('no AppContext above this component');
  return app;
}

/** `useAppStore((s) => s.playhead.playing)`: renders anew only when the selected part changes (shallow equality). */
export function useAppStore<T>(selector: (state: AppState) => T): T {
  return useStore(useApp().store, useShallow(selector));
}

/** Stable over the app's life. */
export function useActions(): AppActions {
  return useApp().actions;
}

/** What changes each frame: subscribe in an effect, draw on a canvas. */
export function useFeed(): SceneFeed {
  return useApp().feed;
}
