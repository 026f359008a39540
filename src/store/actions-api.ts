/**
 * All a panel can do or ask. Every action may be called at any time; those that return a promise never reject for what a
 * person did: errors become notices (or null answers). Superseded questions answer null.
 */
import type {
  CaptureAsk,
  Grain,
  InspectTarget,
  Inspection,
  KnobView,
  Moment,
  PacketView,
  RecordFilter,
  SweepAsk,
  Timeline,
  Transfer,
  CaptureFile,
} from '../protocol/messages.ts';
import type { RecordView } from '../protocol/scene.ts';
import type { Density, Pace, PanelId, ScenarioSource, Theme } from './types.ts';

export interface LoadOptions {
  variant?: string;
  captures?: CaptureFile[];
  /** Play as soon as it is there (the first screen). */
  play?: boolean;
}

export interface AppActions {
  // -- scenario
  load(source: ScenarioSource, options?: LoadOptions): Promise<boolean>;
  /** Same scenario under another named patch; same moment in time, no branches. */
  setVariant(variant: string): Promise<boolean>;
  /** Opens a link's fragment (`#...`); false (and a notice) where it cannot be read. */
  openLink(fragment: string): Promise<boolean>;
  /** The present situation as a link's fragment, `#` included; also put into the address bar. Null where it cannot be made (a notice says why). */
  share(): string | null;
  /** The same as a file's text, for what is too long for a link; null: nothing to save. */
  shareFile(): string | null;

  // -- time
  play(): void;
  pause(): void;
  togglePlay(): void;
  step(grain?: Grain): Promise<void>;
  stepBack(grain?: Grain): Promise<void>;
  /** n steps of grain event: the same as one run of n events. */
  stepMany(n: number): Promise<void>;
  seek(to: Moment | { t: number }): Promise<void>;
  /** To the next (or last) record that matches. @returns where it is, null where there is none. */
  runTo(filter: RecordFilter, direction?: 1 | -1): Promise<Moment | null>;
  /** Gives up what is waited for, a search or a jump far ahead: the playhead stays where it is. */
  cancelSearch(): void;
  /** Stops computing the run ahead, or goes on. A jump beyond what is known still computes as far as it needs. */
  holdRun(on: boolean): void;
  setPace(pace: Pace): void;
  /** Half or twice the pace. */
  faster(): void;
  slower(): void;
  setStopAt(filter: RecordFilter | null): void;

  // -- selection
  select(target: InspectTarget | null): void;
  hover(target: InspectTarget | null): void;
  follow(packet: number | null): void;

  // -- commands and branches
  /** Types a command line on a host, at the present moment: forks where that is in the past. */
  command(host: string, line: string): Promise<{ output: string; status: number } | null>;
  undo(input: number): Promise<void>;
  switchBranch(branch: number): Promise<void>;
  setConsoleHost(host: string): void;
  clearConsole(): void;
  /** Ends a `watch`; what it showed last stays. */
  stopWatch(): void;

  // -- questions to the worker (newest of each kind wins)
  inspect(target: InspectTarget, at?: Moment): Promise<Inspection | null>;
  /** What a connection sent and heard, by the flow of its data. */
  transfer(
    flow: number,
    fromNs: number,
    toNs: number,
    points: number,
    bars: number,
  ): Promise<Transfer | null>;
  timeline(fromNs: number, toNs: number, bins: number): Promise<Timeline | null>;
  records(from: Moment, count: number, direction: 1 | -1, filter: RecordFilter): Promise<RecordView[] | null>;
  packetHistory(packet: number): Promise<RecordView[] | null>;
  knobs(
    host: string,
  ): Promise<{ knobs: KnobView[]; inputs: { n: number; at: number; line: string }[] } | null>;
  complete(host: string, line: string): Promise<string[]>;
  /** The `run --json` object of the active branch; `at` null: at its end. */
  report(at: Moment | null): Promise<unknown>;
  claims(variants: string[]): Promise<{ id: string; pass: boolean; text: string }[] | null>;

  /** The same run from its start under another kernel version, as a variant: same commands on the same branches, as far as it has them. */
  changeKernel(kernel: string): Promise<boolean>;

  // -- sweeps
  /** Computes a curve of the present scenario, in a worker of its own; one at a time. Resolves when it is over, however. */
  startSweep(ask: SweepAsk): Promise<void>;
  /** Gives up the sweep under way; its points so far stay. */
  cancelSweep(): void;
  /** Opens a point's run on the stage, as a variant of the scenario under this title. */
  openSweepPoint(ask: SweepAsk, variant: string, x: number, title: string): Promise<boolean>;

  /** A packet's bytes at every capture point it passes; newest wins. */
  packetBytes(packet: number): Promise<PacketView[] | null>;

  // -- captures
  /** Captures a stretch of the active branch; one at a time, the newest. Resolves when it is over, however. */
  startCapture(ask: CaptureAsk): Promise<void>;
  /** Gives up the capture under way. */
  cancelCapture(): void;
  /** Goes to the moment of a captured packet, and selects it. */
  chooseCaptured(row: number): Promise<void>;
  /** The newest capture as a file; null: there is none, or it can't be one (a notice says why). */
  captureFile(format: 'pcapng' | 'pcap'): Promise<ArrayBuffer | null>;

  // -- lesson
  goToStep(index: number): Promise<void>;
  answer(step: number, text: string): void;

  // -- layout
  setTheme(theme: Theme): void;
  setDensity(density: Density): void;
  togglePanel(panel: PanelId, open?: boolean): void;
  setLanguage(language: string): void;
  setHost(host: number): void;
  setTimeWindow(window: { fromNs: number; toNs: number } | null): void;
  setReducedMotion(on: boolean): void;

  // -- trouble
  notify(level: 'error' | 'warning' | 'info', code: string, message: string): void;
  dismiss(notice: number): void;
  /** Starts the worker anew: same scenario, branches and moment. */
  restart(): Promise<void>;
}
