/** The state a page starts with. */
import type { AppState, CaptureSlice, Density, Theme } from './types.ts';

export interface Preferences {
  theme: Theme;
  density: Density;
  language: string;
  reducedMotion: boolean;
}

export const DEFAULT_PREFERENCES: Preferences = {
  theme: 'dark',
  density: 'standard',
  language: 'en',
  reducedMotion: false,
};

export const NO_CAPTURE: CaptureSlice = {
  status: 'none',
  doneNs: 0,
  ofNs: 0,
  packets: 0,
  view: null,
  chosen: null,
  error: null,
};

export function initialState(preferences: Preferences): AppState {
  return {
    scenario: {
      status: 'empty',
      source: null,
      variant: 'base',
      info: null,
      map: null,
      error: null,
      knownNs: 0,
      durationNs: 0,
      records: 0,
      done: false,
      held: false,
      missingCaptures: [],
    },
    playhead: {
      moment: { t: 0, seq: 0 },
      record: null,
      playing: false,
      pace: { mode: 'event', eventsPerSecond: 1 },
      waiting: false,
      atEnd: false,
      stopAt: null,
      searching: false,
      goingTo: null,
      reducedMotion: preferences.reducedMotion,
    },
    selection: { target: null, hover: null, followPacket: null },
    layout: {
      theme: preferences.theme,
      density: preferences.density,
      panels: {
        lesson: true,
        inspector: true,
        console: false,
        timeline: true,
        charts: true,
        events: false,
        transfer: false,
        captures: false,
        knobs: true,
        compare: false,
        diagnose: false,
        editor: false,
        help: false,
      },
      language: preferences.language,
      host: 0,
      timeWindow: null,
    },
    branches: { list: [{ id: 1, parent: null, forkAt: null, inputs: [] }], active: 1 },
    lesson: { step: -1, answers: {}, aside: null },
    sweep: { runs: {}, running: null },
    capture: NO_CAPTURE,
    console: { host: 'h1', entries: [], busy: false, watching: null },
    notices: [],
    worker: 'starting',
  };
}
