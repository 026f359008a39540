/**
 * The page's state: plain data, one slice a part of the page. What changes each frame (the scene) is not here but in the
 * feed (see SceneFeed): panels draw it by subscription, never by rendering.
 */
import type {
  BranchInfo,
  CaptureView,
  ErrorValue,
  InspectTarget,
  LoadedInfo,
  Moment,
  RecordFilter,
  SweepAsk,
  SweepPoint,
} from '../protocol/messages.ts';
import type { RecordView, Scene, SceneMap } from '../protocol/scene.ts';

export type ScenarioSource =
  | { builtin: string; patch?: unknown; hash?: string }
  | { text: string; name: string };

export interface ScenarioSlice {
  status: 'empty' | 'loading' | 'ready' | 'failed';
  source: ScenarioSource | null;
  variant: string;
  info: LoadedInfo | null;
  /** Static facts of the active branch: names, sizes, places, flows. */
  map: SceneMap | null;
  /** Why loading failed; the last good scenario, if any, stays shown. */
  error: ErrorValue | null;
  /** How far the active branch has been made. */
  knownNs: number;
  durationNs: number;
  records: number;
  done: boolean;
  /** Runs are not computed ahead for now (`holdRun`). */
  held: boolean;
  /** Captures a link names that are not here: the page asks for these files. */
  missingCaptures: { sha256: string; name: string }[];
}

/** One event at a time, or time in proportion. Both are shown with their figure. */
export type Pace = { mode: 'event'; eventsPerSecond: number } | { mode: 'true'; nsPerSecond: number };

export interface PlayheadSlice {
  /** Just after record `moment.seq`. While playing at true scale brought up to date some ten times a second. */
  moment: Moment;
  /** The record the moment stands on; null at the very start. */
  record: RecordView | null;
  playing: boolean;
  pace: Pace;
  /** Playing waits for the worker. */
  waiting: boolean;
  /** The moment is the end of the run. */
  atEnd: boolean;
  /** Playing stops at the next record this matches; null: plays on. */
  stopAt: RecordFilter | null;
  /** A search (run to next) is under way. */
  searching: boolean;
  /** Where a jump goes that has not arrived: the run may have to be computed as far first. */
  goingTo: Moment | null;
  reducedMotion: boolean;
}

export interface SelectionSlice {
  target: InspectTarget | null;
  hover: InspectTarget | null;
  /** Packet whose records steps and the stage follow; null: none. */
  followPacket: number | null;
}

export type Theme = 'dark' | 'light' | 'projector';
export type Density = 'overview' | 'standard' | 'full';
export type PanelId =
  | 'lesson'
  | 'inspector'
  | 'console'
  | 'timeline'
  | 'charts'
  | 'events'
  | 'transfer'
  | 'captures'
  | 'knobs'
  | 'compare'
  | 'diagnose'
  | 'editor'
  | 'help';

export interface LayoutSlice {
  theme: Theme;
  density: Density;
  panels: Record<PanelId, boolean>;
  language: string;
  /** Host shown on the stage (index). */
  host: number;
  /** Part of time the timeline shows; null: the whole run. */
  timeWindow: { fromNs: number; toNs: number } | null;
}

export interface BranchesSlice {
  list: BranchInfo[];
  active: number;
}

/** One sweep: what was asked and what has come of it so far. */
export interface SweepRun {
  ask: SweepAsk;
  status: 'running' | 'done' | 'cancelled' | 'failed';
  /** Runs done (the one under way as a fraction), of how many; 0 of 0 while nothing is known. */
  done: number;
  of: number;
  points: SweepPoint[];
  error: ErrorValue | null;
}

export interface SweepSlice {
  /** The last of each scenario, by its id. */
  runs: Record<string, SweepRun>;
  /** Scenario whose sweep is under way. */
  running: string | null;
}

/** The newest capture: what was asked for, how far it is, and what came of it. */
export interface CaptureSlice {
  status: 'none' | 'running' | 'done' | 'cancelled' | 'failed';
  doneNs: number;
  ofNs: number;
  packets: number;
  view: CaptureView | null;
  /** Row of the view that was chosen last. */
  chosen: number | null;
  error: ErrorValue | null;
}

export interface LessonSlice {
  /** Index into info.steps; -1: none begun. */
  step: number;
  /** Answers given at gates, by step. */
  answers: Record<number, string>;
  /** Variant that had been chosen by hand when a step opened the one it is told in; null: none. */
  aside: string | null;
}

export interface ConsoleEntry {
  n: number;
  host: string;
  line: string;
  output: string;
  status: number;
  /** When it acted; null while it is being carried out. */
  at: Moment | null;
  branch: number;
  /** What a watched command showed before this, to mark what differs; null: nothing is to be marked. */
  before: string | null;
}

export interface ConsoleSlice {
  host: string;
  entries: ConsoleEntry[];
  busy: boolean;
  /** The entry that is shown again as time moves (`watch`); null: none. */
  watching: Watching | null;
}

export interface Watching {
  entry: number;
  /** Simulated ns between two showings; 0: at every change of the moment. */
  everyNs: number;
  differences: boolean;
}

/** Something a person has to know, shown until dismissed. */
export interface Notice {
  n: number;
  level: 'error' | 'warning' | 'info';
  /** i18n key `error.<code>` or `notice.<code>`, the rest are its parameters; `message` is in English. */
  code: string;
  message: string;
  where?: string;
}

export interface AppState {
  scenario: ScenarioSlice;
  playhead: PlayheadSlice;
  selection: SelectionSlice;
  layout: LayoutSlice;
  branches: BranchesSlice;
  lesson: LessonSlice;
  sweep: SweepSlice;
  capture: CaptureSlice;
  console: ConsoleSlice;
  notices: Notice[];
  /** 'crashed': the worker died or is silent; `restart()` brings it back at the same moment. */
  worker: 'starting' | 'ready' | 'crashed';
}

/** What the stage draws: the scene now and the record that led to it. */
export interface SceneFrame {
  /** The feed goes on changing this object in place: copy what you keep. */
  scene: Scene;
  /** The record just applied, null after a jump. */
  record: RecordView | null;
  /** The record that comes next, if known. */
  next: RecordView | null;
  /** Simulated time shown: between the record's and the next one's while playing at true scale. */
  timeNs: number;
  /** 0..1, how much of the rest after `record` has gone by (event pace); 1 when paused. */
  progress: number;
  /** True where the scene did not follow from the one before (a seek, a step back): don't animate across it. */
  jumped: boolean;
  /** Counts changes of the scene: equal number, equal scene. */
  version: number;
}

/** Per-frame data, outside the store. */
export interface SceneFeed {
  readonly current: SceneFrame | null;
  /** Called at each new frame. @returns a function that ends it. */
  subscribe(listener: (frame: SceneFrame) => void): () => void;
}
