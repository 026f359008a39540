/** The page's entry: gives the app what it needs of the browser, shows the frame, opens the link or the first scenario. */
import './theme/fonts.ts';
import './theme/tokens.css';
import './panels/shared/shared.css';
import './app/app.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { keepPreferences, loadPreferences } from './app/preferences.ts';
import { createUi, UiContext } from './app/ui-store.ts';
import { createApp } from './store/create.ts';
import { AppContext } from './store/react.ts';
import { workerTransport } from './worker/client.ts';

const FIRST_SCENARIO = 'a-frame-arrives';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with id "root"');

const preferences = loadPreferences();
const app = createApp({
  transport: () =>
    workerTransport(new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module' })),
  clock: {
    now: () => performance.now(),
    frame: (callback) => requestAnimationFrame(callback),
    cancel: (handle) => cancelAnimationFrame(handle),
  },
  address: {
    get: () => location.hash,
    set: (fragment) => history.replaceState(null, '', fragment),
  },
  preferences,
});
const ui = createUi();
keepPreferences(app);

createRoot(root).render(
  <StrictMode>
    <AppContext value={app}>
      <UiContext value={ui}>
        <App />
      </UiContext>
    </AppContext>
  </StrictMode>,
);

async function open(): Promise<void> {
  const fragment = location.hash;
  if (fragment.length > 1) {
    ui.getState().welcome();
    // A link that waits for its capture stays on the page and asks for it.
    if ((await app.actions.openLink(fragment)) || app.store.getState().scenario.missingCaptures.length > 0)
      return;
  }
  if (!(await app.actions.load({ builtin: FIRST_SCENARIO }))) return;
  // Right before the lesson's first moment: what moves first is what the sentence speaks of.
  const first = app.store.getState().scenario.info?.steps[0]?.at;
  if (first !== undefined && first.seq > 1) await app.actions.seek({ t: first.t, seq: first.seq - 1 });
  if (!preferences.reducedMotion) app.actions.play();
}

void open();
// A link pasted into the address bar of an open page.
window.addEventListener('hashchange', () => {
  if (location.hash.length > 1) void app.actions.openLink(location.hash);
});
