/** Carries out what the keys ask for (keys.ts says which). One listener for the page. */
import { useContext, useEffect } from 'react';
import { Kind } from '../catalog/kinds.ts';
import { AppContext } from '../store/react.ts';
import type { App } from '../store/app.ts';
import { nextTheme } from './theme.ts';
import { type Deed, deedOf } from './keys.ts';
import { type Ui, UiContext } from './ui-store.ts';

/** @returns false where the deed has nothing to act on, so that the key keeps its usual meaning. */
function carryOut(deed: Deed, app: App, ui: Ui): boolean {
  const { actions, store } = app;
  const state = store.getState();
  const run = (promise: Promise<unknown>) => {
    void promise;
    return true;
  };
  switch (deed) {
    case 'toggle-play':
      actions.togglePlay();
      return true;
    case 'step':
      return run(actions.step(ui.getState().grain));
    case 'step-back':
      return run(actions.stepBack(ui.getState().grain));
    case 'step-stage':
      return run(actions.step('stage'));
    case 'step-stage-back':
      return run(actions.stepBack('stage'));
    case 'step-packet':
      return run(actions.step('packet'));
    case 'step-packet-back':
      return run(actions.stepBack('packet'));
    case 'to-start':
      return run(actions.seek({ t: 0, seq: 0 }));
    case 'to-end':
      return run(actions.seek({ t: state.scenario.durationNs }));
    case 'next-drop':
      return run(actions.runTo({ kinds: [Kind.drop, Kind.linkDrop] }));
    case 'next-irq':
      return run(actions.runTo({ kinds: [Kind.hardirqEnter] }));
    case 'next-wakeup':
      return run(actions.runTo({ kinds: [Kind.wakeUp, Kind.threadWake, Kind.ksoftirqdWake] }));
    case 'next-host': {
      const hosts = state.scenario.map?.hosts.length ?? 0;
      if (hosts < 2) return false;
      actions.setHost((state.layout.host + 1) % hosts);
      return true;
    }
    case 'zoom-selection':
      ui.getState().focusStage();
      return true;
    case 'zoom-time':
      return zoomToPlayhead(app);
    case 'search':
      actions.togglePanel('events', true);
      ui.getState().focusSearch();
      return true;
    case 'console':
      actions.togglePanel('console');
      return true;
    case 'events':
      actions.togglePanel('events');
      return true;
    case 'transfer':
      if ((state.scenario.map?.transfers.length ?? 0) === 0) return false;
      actions.togglePanel('transfer');
      return true;
    case 'captures':
      if (state.scenario.map === null) return false;
      actions.togglePanel('captures');
      return true;
    case 'sweep':
      if (state.scenario.info === null) return false;
      ui.getState().open('sweep');
      return true;
    case 'kernel':
      if (state.scenario.map === null) return false;
      ui.getState().open('kernel');
      return true;
    case 'theme':
      actions.setTheme(nextTheme(state.layout.theme));
      return true;
    case 'present':
      ui.getState().setPresent(!ui.getState().present);
      return true;
    case 'next-lesson-step':
    case 'previous-lesson-step': {
      const steps = state.scenario.info?.steps.length ?? 0;
      if (steps === 0) return false;
      const to = state.lesson.step + (deed === 'next-lesson-step' ? 1 : -1);
      if (to < 0 || to >= steps) return true;
      return run(actions.goToStep(to));
    }
    case 'faster':
      actions.faster();
      return true;
    case 'slower':
      actions.slower();
      return true;
    case 'help':
      actions.togglePanel('help');
      return true;
    case 'escape':
      return closeOutermost(app, ui);
  }
}

/** What is open closes, the outermost first; then the selection goes. */
function closeOutermost({ actions, store }: App, ui: Ui): boolean {
  const { sheet, present } = ui.getState();
  const state = store.getState();
  if (sheet !== null) ui.getState().open(null);
  else if (state.layout.panels.help) actions.togglePanel('help', false);
  else if (state.playhead.searching || state.playhead.goingTo !== null) actions.cancelSearch();
  else if (present) ui.getState().setPresent(false);
  else if (state.layout.panels.console) actions.togglePanel('console', false);
  else if (state.layout.panels.captures) actions.togglePanel('captures', false);
  else if (state.layout.panels.events) actions.togglePanel('events', false);
  else if (state.layout.panels.transfer) actions.togglePanel('transfer', false);
  else if (state.selection.target !== null) actions.select(null);
  else return false;
  return true;
}

const ZOOM_SHARE = 40;

function zoomToPlayhead({ actions, store }: App): boolean {
  const { scenario, playhead, layout } = store.getState();
  const whole = scenario.durationNs;
  if (whole <= 0) return false;
  const span = Math.max(2000, whole / ZOOM_SHARE);
  if (layout.timeWindow !== null && layout.timeWindow.toNs - layout.timeWindow.fromNs <= span * 1.01) {
    actions.setTimeWindow(null);
    return true;
  }
  const fromNs = Math.min(Math.max(0, playhead.moment.t - span / 2), Math.max(0, whole - span));
  actions.setTimeWindow({ fromNs, toNs: fromNs + span });
  return true;
}

export function useKeys(): void {
  const app = useContext(AppContext);
  const ui = useContext(UiContext);
  useEffect(() => {
    if (app === null || ui === null) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const target = event.target instanceof HTMLElement ? event.target : document.body;
      // A modal dialog keeps its keys to itself.
      if (target.closest('dialog') !== null && event.key !== 'Escape') return;
      const deed = deedOf({
        key: event.key,
        shift: event.shiftKey,
        alt: event.altKey,
        ctrl: event.ctrlKey,
        meta: event.metaKey,
        target: {
          tag: target.tagName.toLowerCase(),
          role: target.getAttribute('role'),
          type: target.getAttribute('type'),
          editable: target.isContentEditable,
        },
      });
      if (deed !== null && carryOut(deed, app, ui)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [app, ui]);
}
