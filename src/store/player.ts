/**
 * The playhead: holds a stretch of records and the scene they start from, folds it on one record (event pace) or one frame's
 * worth of time (true scale) at a time, and asks for the next stretch before this one ends. Frames and time are handed in.
 */
import type { StoreApi } from 'zustand/vanilla';
import { applyRecord } from '../protocol/fold.ts';
import { copyScene } from '../protocol/scene-copy.ts';
import type { Moment, RecordFilter } from '../protocol/messages.ts';
import { decodeRecords } from '../protocol/record-codec.ts';
import type { RecordView, Scene, SceneMap } from '../protocol/scene.ts';
import type { AppState, SceneFeed, SceneFrame } from './types.ts';

export interface Clock {
  /** Milliseconds. */
  now(): number;
  /** Calls back at the next frame. @returns a handle for cancel */
  frame(callback: () => void): number;
  cancel(handle: number): void;
}

export interface StretchAnswer {
  from: Moment;
  scene: Scene;
  records: ArrayBuffer;
  count: number;
  end: boolean;
}

export interface PlayerDeps {
  store: StoreApi<AppState>;
  clock: Clock;
  /** null: superseded. */
  fetch(from: Moment, maxRecords: number): Promise<StretchAnswer | null>;
  /** The record a moment stands on; null where there is none. */
  recordOf(moment: Moment): Promise<RecordView | null>;
  failed(error: unknown): void;
}

/** Records of a stretch: enough for a second of true scale, small enough to come at once. */
const STRETCH_RECORDS = 4000;
const STEP_RECORDS = 400;
/** Most records folded in one frame; beyond it the playhead jumps. */
const MOST_A_FRAME = 20_000;
/** How often the store hears of the moment while time runs. */
const TELL_MS = 100;

export class Player implements SceneFeed {
  current: SceneFrame | null;
  private readonly deps: PlayerDeps;
  private readonly listeners: Set<(frame: SceneFrame) => void>;
  private records: RecordView[];
  private at: number;
  private end: boolean;
  private map: SceneMap | null;
  private handle: number | null;
  private lastMs: number;
  private restMs: number;
  private toldMs: number;
  private ticket: number;
  private stepping: Promise<boolean>;

  constructor(deps: PlayerDeps) {
    this.deps = deps;
    this.listeners = new Set();
    this.current = null;
    this.records = [];
    this.at = 0;
    this.end = false;
    this.map = null;
    this.handle = null;
    this.lastMs = 0;
    this.restMs = 0;
    this.toldMs = 0;
    this.ticket = 0;
    this.stepping = Promise.resolve(true);
  }

  subscribe(listener: (frame: SceneFrame) => void): () => void {
    this.listeners.add(listener);
    if (this.current !== null) listener(this.current);
    return () => this.listeners.delete(listener);
  }

  /** A new run: nothing of the old one is shown on. */
  setMap(map: SceneMap): void {
    this.map = map;
    this.giveUp();
    this.current = null;
    this.records = [];
    this.at = 0;
    this.end = false;
  }

  /** Shows a moment. `record`: the one it stands on, where known. */
  async goTo(to: Moment, record: RecordView | null = null): Promise<boolean> {
    const ticket = this.newTicket();
    this.going(to);
    let answer: StretchAnswer | null;
    try {
      answer = await this.deps.fetch(to, this.playing ? STRETCH_RECORDS : STEP_RECORDS);
    } catch (error) {
      if (ticket === this.ticket) this.going(null);
      this.deps.failed(error);
      return false;
    }
    if (ticket !== this.ticket) return false;
    this.going(null);
    if (answer === null) return false;
    this.take(answer);
    this.show(record, true, answer.from.t);
    this.tell(true);
    if (record === null && answer.from.seq > 0) await this.nameRecord(answer.from);
    return true;
  }

  /** What has just happened is marked on the stage, however one came to the moment: a little later, where it must be asked. */
  private async nameRecord(at: Moment): Promise<void> {
    const { current } = this;
    const record = await this.deps.recordOf(at);
    if (record === null || this.current === null || this.current.scene !== current?.scene) return;
    if (this.current.scene.seq !== at.seq || this.current.record !== null) return;
    this.show(record, true, this.current.timeNs);
    this.tell(true);
  }

  /** What a jump waits for is not wanted any more. */
  giveUp(): void {
    this.newTicket();
    this.going(null);
  }

  private going(to: Moment | null): void {
    const { store } = this.deps;
    if (store.getState().playhead.goingTo === to) return;
    store.setState((s) => ({ playhead: { ...s.playhead, goingTo: to } }));
  }

  /** One record on; fetches where the stretch is at its end. @returns false at the end of the run */
  stepForward(): Promise<boolean> {
    // one after another: a key held down is as many steps as it sends
    this.stepping = this.stepping.then(() => this.stepOnce());
    return this.stepping;
  }

  /** The moment is the last of the run. */
  get ended(): boolean {
    return this.end && this.at >= this.records.length;
  }

  private async stepOnce(): Promise<boolean> {
    if (this.at >= this.records.length && !(await this.more())) return false;
    const record = this.records[this.at];
    if (record === undefined) return false;
    this.apply(record);
    this.show(record, false, record.timeNs);
    this.tell(true);
    return true;
  }

  play(): void {
    if (this.handle !== null || this.map === null) return;
    const { clock } = this.deps;
    this.lastMs = clock.now();
    this.restMs = 0;
    this.handle = clock.frame(() => this.tick());
  }

  pause(): void {
    if (this.handle !== null) this.deps.clock.cancel(this.handle);
    this.handle = null;
    if (this.current !== null) {
      this.show(this.current.record, false, this.current.timeNs);
      this.tell(true);
    }
  }

  destroy(): void {
    if (this.handle !== null) this.deps.clock.cancel(this.handle);
    this.handle = null;
    this.listeners.clear();
  }

  private get playing(): boolean {
    return this.handle !== null;
  }

  private newTicket(): number {
    this.ticket += 1;
    return this.ticket;
  }

  private take(answer: StretchAnswer): void {
    const scene = copyScene(answer.scene);
    this.records = decodeRecords(answer.records, answer.count);
    this.at = 0;
    this.end = answer.end;
    this.current = {
      scene,
      record: null,
      next: null,
      timeNs: answer.from.t,
      progress: 1,
      jumped: true,
      version: (this.current?.version ?? 0) + 1,
    };
  }

  /** The next stretch, from the moment the playhead is at. */
  private async more(): Promise<boolean> {
    const { current } = this;
    if (current === null || this.end) return false;
    this.going(null);
    const ticket = this.newTicket();
    let answer: StretchAnswer | null;
    try {
      answer = await this.deps.fetch({ t: current.scene.timeNs, seq: current.scene.seq }, STRETCH_RECORDS);
    } catch (error) {
      this.deps.failed(error);
      return false;
    }
    if (answer === null || ticket !== this.ticket || this.current === null) return false;
    const { record, timeNs } = this.current;
    const drops = this.current.scene.drops;
    this.take(answer);
    if (this.current !== null) {
      this.current.scene.drops = drops;
      this.current.record = record;
      this.current.timeNs = Math.max(timeNs, this.current.timeNs);
      this.current.jumped = false;
    }
    return this.records.length > 0;
  }

  private apply(record: RecordView): void {
    if (this.current === null || this.map === null) return;
    applyRecord(this.current.scene, record, this.map);
    this.at += 1;
  }

  private show(record: RecordView | null, jumped: boolean, timeNs: number): void {
    const { current } = this;
    if (current === null) return;
    const next: SceneFrame = {
      scene: current.scene,
      record,
      next: this.records[this.at] ?? null,
      timeNs,
      progress: this.playing ? 0 : 1,
      jumped,
      version: current.version + 1,
    };
    this.current = next;
    for (const listener of this.listeners) listener(next);
  }

  private tick(): void {
    const { clock, store } = this.deps;
    const now = clock.now();
    // a hidden tab, or a machine that slept: time doesn't jump
    const elapsedMs = Math.min(100, now - this.lastMs);
    this.lastMs = now;
    this.handle = clock.frame(() => this.tick());
    const { pace } = store.getState().playhead;
    if (store.getState().playhead.waiting) return;
    if (pace.mode === 'event') this.tickEvents(elapsedMs, pace.eventsPerSecond);
    else this.tickTime(elapsedMs, pace.nsPerSecond);
  }

  private tickEvents(elapsedMs: number, eventsPerSecond: number): void {
    const restMs = 1000 / eventsPerSecond;
    this.restMs += elapsedMs;
    if (this.restMs < restMs) {
      this.fraction(this.restMs / restMs);
      return;
    }
    // above the frame rate several events share a frame
    let events = Math.min(MOST_A_FRAME, Math.floor(this.restMs / restMs));
    this.restMs -= events * restMs;
    let last: RecordView | null = null;
    while (events > 0 && this.at < this.records.length) {
      last = this.records[this.at];
      this.apply(last);
      events -= 1;
      if (this.stops(last)) {
        this.stopHere(last);
        return;
      }
    }
    if (last !== null) this.show(last, false, last.timeNs);
    this.tell(eventsPerSecond <= 10);
    if (this.at >= this.records.length) this.refill();
  }

  private tickTime(elapsedMs: number, nsPerSecond: number): void {
    if (this.current === null) return;
    const until = this.current.timeNs + (elapsedMs / 1000) * nsPerSecond;
    let last: RecordView | null = this.current.record;
    let folded = 0;
    while (this.at < this.records.length && this.records[this.at].timeNs <= until && folded < MOST_A_FRAME) {
      last = this.records[this.at];
      this.apply(last);
      folded += 1;
      if (this.stops(last)) {
        this.stopHere(last);
        return;
      }
    }
    const spent = this.at >= this.records.length;
    const reached =
      spent && last !== null && !this.end
        ? Math.min(until, Math.max(last.timeNs, this.current.timeNs))
        : until;
    const duration = this.map?.durationNs ?? reached;
    this.show(last, false, Math.min(reached, duration));
    this.tell(false);
    if (spent) {
      if (this.end && reached >= duration) this.atEnd();
      else if (!this.end) this.refill();
    }
  }

  private fraction(progress: number): void {
    const { current } = this;
    if (current === null) return;
    const frame = { ...current, progress };
    this.current = frame;
    for (const listener of this.listeners) listener(frame);
  }

  private refill(): void {
    const { store } = this.deps;
    if (this.end) {
      this.atEnd();
      return;
    }
    store.setState((s) => ({ playhead: { ...s.playhead, waiting: true } }));
    void this.more().then((any) => {
      store.setState((s) => ({ playhead: { ...s.playhead, waiting: false } }));
      if (!any && this.end && this.playing) this.atEnd();
    });
  }

  private atEnd(): void {
    this.pause();
    this.deps.store.setState((s) => ({ playhead: { ...s.playhead, playing: false, atEnd: true } }));
  }

  private stops(record: RecordView): boolean {
    const filter = this.deps.store.getState().playhead.stopAt;
    return filter !== null && matches(record, filter);
  }

  private stopHere(record: RecordView): void {
    this.show(record, false, record.timeNs);
    this.pause();
    this.deps.store.setState((s) => ({ playhead: { ...s.playhead, playing: false } }));
    this.tell(true);
  }

  /** Puts the moment into the store, at once or some ten times a second. */
  private tell(now: boolean): void {
    const { current } = this;
    const { clock, store } = this.deps;
    if (current === null) return;
    const ms = clock.now();
    if (!now && ms - this.toldMs < TELL_MS) return;
    this.toldMs = ms;
    const moment = { t: current.timeNs, seq: current.scene.seq };
    const { record } = current;
    store.setState((s) => ({ playhead: { ...s.playhead, moment, record, atEnd: this.ended } }));
  }
}

function any(list: number[] | undefined, value: number): boolean {
  return list === undefined || list.length === 0 || list.includes(value);
}

export function matches(r: RecordView, f: RecordFilter): boolean {
  return (
    any(f.kinds, r.kind) &&
    any(f.reasons, r.reason) &&
    any(f.places, r.place) &&
    (f.packet === undefined || r.packet === f.packet) &&
    (f.cpu === undefined || r.cpu === f.cpu)
  );
}
