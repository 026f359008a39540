/** The page's entry: one app with its worker, its context, the frame. */
import './theme/fonts.ts';
import './theme/tokens.css';
import './panels/shared/shared.css';
import './app/app.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { createUi, UiContext } from './app/ui-store.ts';
import { createApp } from './store/create.ts';
import { AppContext } from './store/react.ts';
import { workerTransport } from './worker/client.ts';

const FIRST_SCENARIO = 'a-frame-arrives';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with id "root"');

const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)').matches;
const app = createApp({
  transport: () => workerTransport(new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module' })),
  clock: {
    now: () => performance.now(),
    frame: (callback) => requestAnimationFrame(callback),
    cancel: (handle) => cancelAnimationFrame(handle),
  },
  address: {
    get: () => location.hash,
    set: (fragment) => history.replaceState(null, '', fragment),
  },
  preferences: { theme: matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark', reducedMotion },
});

function open(): void {
  if (location.hash.length > 1) {
    void app.actions.openLink(location.hash).then((opened) => {
      if (!opened && app.store.getState().scenario.info === null && app.store.getState().scenario.missingCaptures.length === 0) {
        void app.actions.load({ builtin: FIRST_SCENARIO });
      }
    });
    return;
  }
  void app.actions.load({ builtin: FIRST_SCENARIO }, { play: !reducedMotion });
}

open();
addEventListener('hashchange', () => {
  if (location.hash.length > 1) void app.actions.openLink(location.hash);
});

createRoot(root).render(
  <StrictMode>
    <AppContext value={app}>
      <UiContext value={createUi()}>
        <App />
      </UiContext>
    </AppContext>
  </StrictMode>,
);
