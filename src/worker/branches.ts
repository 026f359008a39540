/**
 * A scenario's branches: one is the run as the scenario has it, others are that run with commands typed into it. A branch keeps its
 * run, with keyframes, and its timeline; what two have in common up to a moment is made once.
 */
import { advance } from '../engine/advance.ts';
import { applyChange } from '../engine/apply-change.ts';
import { createWorld } from '../engine/create.ts';
import type { HostChange, TimedInput, WorldSpec } from '../engine/spec.ts';
import type { World } from '../engine/world.ts';
import type { BranchInfo, BranchInput, Moment } from '../protocol/messages.ts';
import type { SceneMap } from '../protocol/scene.ts';
import { runCommand } from '../shell/shell.ts';
import { Problem } from './problem.ts';
import { Run } from './run.ts';
import { mapOf } from './scene-of.ts';
import { Series } from './series.ts';
import { Rates, wholeRunBin } from './rates.ts';
import { TransferLog } from './transfer.ts';

const BASE_BINS = 4096;
/** Keyframes of all branches but the active one. */
const MOST_IDLE_BYTES = 192_000_000;
/** Events between two looks at the clock while a branch's commands are read. */
const READ_EVENTS = 100_000;

export interface Branch {
  info: BranchInfo;
  /** All inputs in force, its parents' first, each with the changes it was read as. */
  applied: Applied[];
  run: Run;
  series: Series;
  transfers: TransferLog;
  rates: Rates;
  map: SceneMap;
}

export interface Applied {
  input: BranchInput;
  changes: TimedInput[];
}

/** A run that is another one's up to a moment. */
interface Common {
  branch: Branch;
  at: Moment;
}

export class Branches {
  readonly spec: WorldSpec;
  active: number;
  private readonly scenarioId: string;
  private readonly byId: Map<number, Branch>;

  /** With the run as the scenario has it, branch 1. */
  constructor(spec: WorldSpec, scenarioId: string) {
    this.spec = spec;
    this.scenarioId = scenarioId;
    this.byId = new Map();
    this.active = 1;
    const root: BranchInfo = { id: 1, parent: null, forkAt: null, inputs: [] };
    this.byId.set(1, this.make(root, []));
  }

  has(id: number): boolean {
    return this.byId.has(id);
  }

  /** @throws Problem */
  get(id: number): Branch {
    const branch = this.byId.get(id);
    if (branch === undefined) throw new Problem('no-such-branch', `There is no branch ${id}.`);
    return branch;
  }

  infos(): BranchInfo[] {
    return [...this.byId.values()].map((b) => b.info);
  }

  newId(): number {
    return Math.max(...this.byId.keys()) + 1;
  }

  /** A new branch, or one with more inputs than it had, as the active one; equal to another one up to a moment. */
  open(info: BranchInfo, applied: Applied[], common: Common): void {
    this.byId.set(info.id, this.make(info, applied, common));
    this.active = info.id;
    this.makeRoom();
  }

  /** A branch from its inputs as text, of a link; what is refused is said in `warnings`. */
  fromText(info: BranchInfo, warnings: string[]): void {
    const inputs = this.inputsOf(info).sort(bySoonest);
    const reading = this.read(createWorld(this.spec), inputs, warnings);
    for (;;) {
      const step = reading.next();
      if (step.done !== true) continue;
      this.byId.set(info.id, this.make(info, step.value));
      return;
    }
  }

  /**
   * Inputs as text to changes: each is parsed on the world it acts on. Goes on in slices; what is refused is said in `warnings`.
   * The record an input stands after is of another history where a command before it has gone (or the model has changed): then it
   * acts after all of its time.
   * @param w a world at or before the first of them @param soonest sorted
   */
  *read(w: World, soonest: readonly BranchInput[], warnings: string[]): Generator<void, Applied[]> {
    const applied: Applied[] = [];
    for (const asked of soonest) {
      const at = Math.min(asked.at, w.fixed.spec.durationNs);
      yield* slices(w, at, asked.after ?? Number.POSITIVE_INFINITY);
      let input = asked;
      if (asked.after !== null) {
        const { seq } = w;
        if (w.now < at) yield* slices(w, at - 1);
        if (seq < asked.after || w.seq !== seq) {
          yield* slices(w, at);
          input = { ...asked, after: w.seq };
        }
      }
      const result = runCommand(w, hostOf(w, input.host), input.line);
      if (result.status !== 0) {
        warnings.push(`${input.line}: ${result.output.trim()}`);
        continue;
      }
      applied.push({ input, changes: changesOf(input, result.changes) });
      for (const { host, change } of result.changes) applyChange(w, host, change);
    }
    return applied;
  }

  /** @param common what needs no second making: keyframes and timeline up to a record are that branch's */
  private make(info: BranchInfo, applied: Applied[], common: Common | null = null): Branch {
    const inputs = [...this.spec.inputs, ...applied.flatMap((a) => a.changes)].sort(bySoonest);
    const spec: WorldSpec = { ...this.spec, inputs };
    const readers: { consume(view: DataView, count: number): void }[] = [];
    const old = common?.branch ?? null;
    const shared =
      common === null
        ? []
        : common.branch.run.keyframesFor(common.at, inputs, (t) =>
            Math.max(common.branch.series.binAfter(t), common.branch.rates.binAfter(t)),
          );
    const take = (view: DataView, count: number): void => {
      for (const reader of readers) reader.consume(view, count);
    };
    const run = new Run(spec, take, shared);
    const [first] = run.keyframes;
    const start = run.keyframes[run.keyframes.length - 1];
    const map = old?.map ?? mapOf(first, this.scenarioId);
    const transfers = new TransferLog();
    const series = new Series(map, 0, spec.durationNs, BASE_BINS, start, false);
    const rates = new Rates(wholeRunBin(spec.durationNs), 0, spec.durationNs, start);
    if (old !== null && shared.length > 1) {
      series.takeOver(old.series, start.now);
      rates.takeOver(old.rates, start.now);
      transfers.takeOver(old.transfers, start.seq);
    }
    readers.push(series);
    // nobody asks for these where no connection sends
    if (map.transfers.length > 0) readers.push(transfers, rates);
    return { info, applied, run, series, transfers, rates, map };
  }

  /** All inputs of a branch read from a link, its parents' before the forks first. */
  private inputsOf(info: BranchInfo): BranchInput[] {
    const parent = info.parent === null ? undefined : this.byId.get(info.parent);
    if (parent === undefined) return info.inputs;
    const fork = info.forkAt;
    const before = parent.applied.map((a) => a.input).filter((i) => fork === null || isBefore(i, fork));
    return [...before, ...info.inputs];
  }

  /** Many branches share the memory of few: those not at work keep fewer keyframes. */
  private makeRoom(): void {
    const idle = [...this.byId.values()].filter((b) => b.info.id !== this.active).map((b) => b.run);
    const kept = (): number => idle.reduce((sum, run) => sum + run.keptBytes, 0);
    while (idle.length > 0 && kept() > MOST_IDLE_BYTES) {
      const largest = idle.reduce((most, run) => (run.keptBytes > most.keptBytes ? run : most));
      if (!largest.thin()) return;
    }
  }
}

const acts = (input: { after: number | null }): number => input.after ?? -1;
export const bySoonest = (
  x: { at: number; after: number | null },
  y: { at: number; after: number | null },
): number => x.at - y.at || acts(x) - acts(y);

/** True where an input has acted by a moment. One that acts directly after record `seq` has not. */
export function isBefore(input: { at: number; after: number | null }, at: Moment): boolean {
  return input.at < at.t || (input.at === at.t && acts(input) < at.seq);
}

export function changesOf(input: BranchInput, changes: readonly HostChange[]): TimedInput[] {
  return changes.map(({ host, change }) => ({
    at: input.at,
    after: input.after,
    host,
    line: input.line,
    change,
  }));
}

/** Advances as far as a time or record, giving control back now and then. */
export function* slices(
  w: World,
  untilNs: number,
  untilSeq = Number.POSITIVE_INFINITY,
  events = READ_EVENTS,
): Generator<void, void> {
  while (w.seq < untilSeq && advance(w, untilNs, untilSeq, events) === events) yield;
}

/** Index of a host. @throws Problem */
export function hostOf(w: World, id: string): number {
  const host = w.fixed.hosts.findIndex((h) => h.id === id);
  if (host < 0) throw new Problem('no-such-host', `There is no host ${id}.`);
  return host;
}
