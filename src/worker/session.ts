/**
 * The worker's core, without a worker: owns the scenario, its branches and their runs, answers every request of the protocol.
 * Runs in slices: `pump()` does a little of what is left and says whether more is; the entry calls it between messages, so that
 * an answer never waits for a run.
 */
import { CAPTURE_POINTS } from '../catalog/capture-points.ts';
import { Kind, kindName, kinds } from '../catalog/kinds.ts';
import { advance } from '../engine/advance.ts';
import { applyChange } from '../engine/apply-change.ts';
import { METRICS } from '../engine/metrics/metric-table.ts';
import { reportOf } from '../engine/metrics/report.ts';
import { copyWorld } from '../engine/copy.ts';
import type { TrafficTable } from '../engine/packet/traffic-table.ts';
import type { World } from '../engine/world.ts';
import type {
  BranchInfo,
  BranchInput,
  CaptureAsk,
  Grain,
  LoadedInfo,
  Moment,
  RecordFilter,
  Request,
  Response,
  Timeline,
} from '../protocol/messages.ts';
import { recordAt } from '../protocol/record-codec.ts';
import type { RecordView } from '../protocol/scene.ts';
import { captureFile, type CaptureFormat } from '../taps/capture-file.ts';
import { t } from '../i18n/index.ts';
import { checkClaims } from '../scenario/claims.ts';
import { compileScenario } from '../scenario/compile.ts';
import { kernelPatch } from '../scenario/kernel.ts';
import type { Scenario } from '../scenario/schema.ts';
import { pointVariantPatch, runSweep, variablesOf } from '../scenario/sweep.ts';
import { BASE, variantNames } from '../scenario/variants.ts';
import { completeCommand, knobCommands, runCommand, type Witness, witnessFor } from '../shell/shell.ts';
import { type Branch, Branches, bySoonest, changesOf, hostOf, isBefore, slices } from './branches.ts';
import { capture, type CaptureProgress, type KeptCapture } from './capture-task.ts';
import { inspect, lastRecords, packetRecords } from './inspect.ts';
import { packetBytes } from './packet-bytes.ts';
import { Problem, problemOf } from './problem.ts';
import { badScenario, readCapture, readSource, type Texts } from './read-source.ts';
import { binFor, Rates } from './rates.ts';
import { ALL_OF_TIME, type Run } from './run.ts';
import { Series, windowOf } from './series.ts';
import { resolveSteps, textOf } from './steps.ts';
import { sweepTask } from './sweep-task.ts';

/** A window with at most this many records gets exact spans. */
const EXACT_RECORDS = 400_000;
const PROGRESS_MS = 100;
const SEARCH_CHUNKS_AT_ONCE = 4;
/** Events between two looks at the clock while a command sees the run. */
const SEEN_EVENTS = 20_000;

export interface SessionDeps extends Texts {
  /** Milliseconds, for pacing only. */
  now(): number;
  post(response: Response, transfer?: ArrayBuffer[]): void;
}

/** Something that goes on over several pumps; `step` says true when it is over. */
interface Task {
  id: number;
  step(): boolean;
}

export class Session {
  private readonly deps: SessionDeps;
  private scenario: Scenario | null;
  private captures: Map<string, TrafficTable>;
  private captureNames: LoadedInfo['captures'];
  private loaded: Branches | null;
  private tasks: Task[];
  private held: boolean;
  private lastProgress: number;
  private builtin: boolean;
  /** The newest capture that was made; its files are written when asked for. */
  private kept: KeptCapture | null;

  constructor(deps: SessionDeps) {
    this.deps = deps;
    this.scenario = null;
    this.captures = new Map();
    this.captureNames = [];
    this.loaded = null;
    this.tasks = [];
    this.held = false;
    this.lastProgress = 0;
    this.builtin = false;
    this.kept = null;
  }

  /** @throws Problem where nothing is loaded */
  private get branches(): Branches {
    if (this.loaded === null) throw new Problem('nothing-loaded', 'No scenario is loaded.');
    return this.loaded;
  }

  /** Answers a request, now or (for what takes long) over the next pumps. Never throws. */
  handle(request: Request): void {
    try {
      this.dispatch(request);
    } catch (error) {
      this.deps.post({ type: 'error', id: request.id, error: problemOf(error) });
    }
  }

  /** Does a slice of work. @returns true where more is left. */
  pump(): boolean {
    const task = this.tasks[0];
    if (task !== undefined) {
      this.tasks.shift();
      try {
        if (!task.step()) this.tasks.push(task);
      } catch (error) {
        this.deps.post({ type: 'error', id: task.id, error: problemOf(error) });
      }
    }
    const branch = this.loaded?.get(this.loaded.active);
    const goesOn = branch !== undefined && !branch.run.done && !this.held;
    if (goesOn) {
      branch.run.pump();
      this.progress(branch);
    }
    return this.tasks.length > 0 || (goesOn && !branch.run.done);
  }

  private progress(branch: Branch): void {
    const now = this.deps.now();
    if (!branch.run.done && now - this.lastProgress < PROGRESS_MS) return;
    this.lastProgress = now;
    this.deps.post({
      type: 'progress',
      id: 0,
      branch: branch.info.id,
      knownNs: branch.run.knownNs,
      durationNs: branch.run.spec.durationNs,
      records: branch.run.knownSeq,
      done: branch.run.done,
    });
  }

  private dispatch(r: Request): void {
    switch (r.type) {
      case 'load':
        this.load(r);
        break;
      case 'cancel':
        this.tasks = this.tasks.filter((t) => t.id !== r.target);
        this.deps.post({ type: 'cancelled', id: r.target });
        break;
      case 'hold':
        this.held = r.on;
        break;
      case 'scene':
        this.whenKnown(r.id, r.branch, withSeq(r.at), (branch, at) => {
          const { scene } = branch.run.sceneAt(at, branch.map);
          this.deps.post({ type: 'scene', id: r.id, branch: r.branch, scene });
        });
        break;
      case 'stretch':
        this.whenKnown(r.id, r.branch, r.from, (branch, at) =>
          this.stretch(r.id, branch, at, r.maxRecords, r.untilNs),
        );
        break;
      case 'step':
        this.step(r.id, this.branches.get(r.branch), r.from, r.grain, r.direction, r.packet);
        break;
      case 'find':
        this.find(r.id, this.branches.get(r.branch), r.from, r.direction, (x) => this.matches(x, r.filter));
        break;
      case 'records':
        this.records(r.id, this.branches.get(r.branch), r.from, r.count, r.direction, r.filter);
        break;
      case 'timeline':
        this.timeline(r.id, this.branches.get(r.branch), r.fromNs, r.toNs, r.bins);
        break;
      case 'transfer':
        this.transfer(r.id, this.branches.get(r.branch), r);
        break;
      case 'inspect':
        this.whenKnown(r.id, r.branch, r.at, (branch, at) => {
          this.deps.post({
            type: 'inspection',
            id: r.id,
            inspection: inspect(branch.run, branch.map, at, r.target),
          });
        });
        break;
      case 'packet':
        this.packet(r.id, this.branches.get(r.branch), r.packet);
        break;
      case 'command':
        this.whenKnown(r.id, r.branch, { t: r.at, seq: r.after ?? ALL_OF_TIME }, (branch, at) =>
          this.command(r.id, branch, at, r.host, r.line),
        );
        break;
      case 'undo':
        this.undo(r.id, this.branches.get(r.branch), r.input);
        break;
      case 'complete':
        this.whenKnown(r.id, r.branch, r.at, (branch, at) => {
          const w = branch.run.worldBefore(at.seq);
          this.deps.post({
            type: 'completions',
            id: r.id,
            words: completeCommand(w, hostOf(w, r.host), r.line),
          });
        });
        break;
      case 'knobs':
        this.whenKnown(r.id, r.branch, r.at, (branch, at) => {
          const w = branch.run.worldBefore(at.seq);
          this.deps.post({
            type: 'knobs',
            id: r.id,
            knobs: knobCommands(w, hostOf(w, r.host)),
            inputs: branch.applied.map(({ input }, n) => ({ n, at: input.at, line: input.line })),
          });
        });
        break;
      case 'report':
        this.whenKnown(
          r.id,
          r.branch,
          r.at ?? { t: this.branches.get(r.branch).run.spec.durationNs, seq: ALL_OF_TIME },
          (branch, at) => {
            const w = branch.run.worldBefore(at.seq);
            advanceQuietly(w, at.t);
            this.deps.post({ type: 'report', id: r.id, report: reportOf(w) });
          },
        );
        break;
      case 'claims':
        this.claims(r.id, r.variants);
        break;
      case 'sweep':
        this.sweep(r);
        break;
      case 'patch':
        this.patch(r);
        break;
      case 'capture':
        this.capture(r);
        break;
      case 'packetBytes':
        this.packetBytes(r.id, this.branches.get(r.branch), r.packet);
        break;
      case 'captureFile':
        this.captureFile(r.id, r.format);
        break;
    }
  }

  // ------------------------------------------------------------------------------------------------ loading

  private load(r: Extract<Request, { type: 'load' }>): void {
    const captures = r.captures.map(readCapture);
    const { scenario, builtin, hash, older } = readSource(r.scenario, captures, this.deps);
    for (const capture of captures) this.captures.set(capture.sha256, capture.table);
    const variant = variantNames(scenario).includes(r.variant) ? r.variant : BASE;
    const compiled = compileScenario(scenario, { variant, captures: this.captures });
    if (!compiled.ok) {
      const missing = compiled.missingCaptures[0];
      if (missing !== undefined)
        throw new Problem(
          'missing-capture',
          `This needs the capture ${missing.name}: open that file.`,
          missing.sha256,
        );
      throw badScenario(compiled.errors);
    }
    this.scenario = scenario;
    this.builtin = builtin;
    this.captureNames = captures.map(({ sha256: digest, name, table }) => ({
      sha256: digest,
      name,
      packets: table.count,
    }));
    const branches = new Branches(compiled.spec, scenario.id);
    this.loaded = branches;
    this.tasks = [];
    this.held = false;
    this.kept = null;
    const warnings = captures.flatMap((c) => c.warnings);
    for (const info of r.branches ?? []) if (info.id !== 1) branches.fromText(info, warnings);
    if (r.active !== undefined && branches.has(r.active)) branches.active = r.active;
    const info: LoadedInfo = {
      scenarioId: scenario.id,
      builtin: this.builtin,
      title: textOf(scenario.title),
      summary: textOf(scenario.summary),
      ownText: 'text' in r.scenario && r.scenario.text === '' ? JSON.stringify(scenario) : null,
      hash,
      ...(older ? { older } : {}),
      variants: variantNames(scenario).map((id) => {
        const title = id === BASE ? undefined : scenario.variants[id].title;
        return { id, title: title === undefined ? id : textOf(title) };
      }),
      steps: resolveSteps(scenario, this.captures),
      sweeps: Object.entries(scenario.sweeps).map(([id, { title, labels, ...ask }]) => ({
        id,
        title: textOf(title),
        labels: Object.fromEntries(Object.entries(labels).map(([name, label]) => [name, textOf(label)])),
        ask,
      })),
      variables: variablesOf(compiled.scenario),
      metrics: METRICS.map(({ name, unit, description }) => ({ name, unit, description })),
      warnings,
      captures: this.captureNames,
    };
    const { map } = branches.get(branches.active);
    this.deps.post({
      type: 'loaded',
      id: r.id,
      info,
      map,
      branches: branches.infos(),
      active: branches.active,
    });
  }

  // ------------------------------------------------------------------------------------------------ sweeps

  private sweep(r: Extract<Request, { type: 'sweep' }>): void {
    const captures = r.captures.map(readCapture);
    const { scenario } = readSource(r.scenario, captures, this.deps);
    const tables = new Map(captures.map((capture) => [capture.sha256, capture.table]));
    const run = runSweep(scenario, r.ask, { captures: tables });
    const step = sweepTask(r.id, run, this.deps.now, (response) => this.deps.post(response));
    this.tasks.push({ id: r.id, step });
  }

  // ------------------------------------------------------------------------------------------------ captures

  private capture(r: Extract<Request, { type: 'capture' }>): void {
    const { run } = this.branches.get(r.branch);
    checkPlaces(r.ask, run.keyframes[0]);
    const going = capture(run, r.branch, r.ask);
    let told = Number.NEGATIVE_INFINITY;
    const tell = (part: CaptureProgress): void => {
      if (this.deps.now() - told < PROGRESS_MS) return;
      told = this.deps.now();
      this.deps.post({ type: 'capturePart', id: r.id, ...part });
    };
    const step = (): boolean => {
      const part = going.next();
      if (part.done !== true) {
        tell(part.value);
        return false;
      }
      this.kept = part.value.kept;
      this.deps.post({ type: 'captured', id: r.id, capture: part.value.view });
      return true;
    };
    this.tasks.push({ id: r.id, step });
  }

  private packetBytes(id: number, { run }: Branch, packet: number): void {
    const going = packetBytes(run, packet);
    const step = (): boolean => {
      const part = going.next();
      if (part.done !== true) return false;
      this.deps.post({ type: 'packetBytes', id, packet, views: part.value });
      return true;
    };
    if (!step()) this.tasks.push({ id, step });
  }

  private captureFile(id: number, format: CaptureFormat): void {
    if (this.kept === null) throw new Problem('no-capture', 'Nothing has been captured.');
    const { world, recording } = this.kept;
    const file = captureFile(world, recording, format, {
      point: (point) => t(`capture.point.${point}`),
      reason: (name) => t(`reason.${name}`),
    });
    if ('error' in file) throw new Problem(file.error, t('captures.mixed'));
    const bytes = file.buffer as ArrayBuffer;
    this.deps.post({ type: 'captureFile', id, bytes }, [bytes]);
  }

  private patch(r: Extract<Request, { type: 'patch' }>): void {
    const { scenario } = this;
    if (scenario === null) throw new Problem('nothing-loaded', 'No scenario is loaded.');
    const { change } = r;
    if (change.kind === 'point') {
      const patch = pointVariantPatch(scenario, change.ask, r.variant, change.x);
      this.deps.post({ type: 'patched', id: r.id, patch, refused: [] });
      return;
    }
    const made = kernelPatch(scenario, r.variant, change.kernel, { captures: this.captures });
    if (!made.ok) throw new Problem('bad-kernel', made.message);
    this.deps.post({ type: 'patched', id: r.id, patch: made.patch, refused: made.refused });
  }

  // ------------------------------------------------------------------------------------------------ commands

  private command(id: number, branch: Branch, at: Moment, hostId: string, line: string): void {
    const w = branch.run.worldBefore(at.seq);
    // the command acts once the event that wrote record `at.seq` is over
    if (w.seq < at.seq) advance(w, branch.run.spec.durationNs, at.seq);
    advanceQuietly(w, at.t);
    const host = hostOf(w, hostId);
    const witness = witnessFor(w, host, line);
    if (witness === null) {
      this.carryOut(id, branch, at, w, hostId, line, null);
      return;
    }
    const seeing = this.see(branch.run, at, witness);
    const step = (): boolean => {
      if (seeing.next().done !== true) return false;
      this.carryOut(id, branch, at, w, hostId, line, witness);
      return true;
    };
    if (!step()) this.tasks.push({ id, step });
  }

  /** Goes over the run once more with a command's witness, up to the moment the command is typed at. */
  private *see(run: Run, at: Moment, witness: Witness): Generator<void, void> {
    const from = witness.tap === null ? (witness.moments[0] ?? at.t) : 0;
    const w = copyWorld(run.keyframes[run.keyframeBefore({ t: from, seq: ALL_OF_TIME })]);
    w.tap = witness.tap;
    for (const t of witness.moments) {
      yield* slices(w, t, at.seq, SEEN_EVENTS);
      advanceQuietly(w, t);
      witness.look(w);
    }
    yield* slices(w, at.t, at.seq, SEEN_EVENTS);
  }

  /** @param w the world at the moment, the command's own to change */
  private carryOut(
    id: number,
    branch: Branch,
    at: Moment,
    w: World,
    hostId: string,
    line: string,
    witness: Witness | null,
  ): void {
    const host = hostOf(w, hostId);
    const result = runCommand(w, host, line, { witness, captures: this.namedCaptures(), console: true });
    if (result.status !== 0 || result.changes.length === 0) {
      this.deps.post({
        type: 'commandDone',
        id,
        output: result.output,
        status: result.status,
        branch: branch.info.id,
        branches: this.branches.infos(),
        moment: at,
        ...(result.watch === undefined ? {} : { watch: result.watch }),
      });
      return;
    }
    const input: BranchInput = { at: at.t, after: at.seq, host: hostId, line };
    const before = branch.applied.filter((a) => isBefore(a.input, at));
    const later = before.length < branch.applied.length;
    // the run as the scenario has it stays untouched, and so does a branch whose later commands would follow
    const fork = branch.info.id === 1 || later;
    const info: BranchInfo = fork
      ? { id: this.branches.newId(), parent: branch.info.id, forkAt: at, inputs: [input] }
      : { ...branch.info, inputs: [...branch.info.inputs, input] };
    const applied = [...before, { input, changes: changesOf(input, result.changes) }];
    this.branches.open(info, applied, { branch, at });
    for (const { host: on, change } of result.changes) applyChange(w, on, change);
    this.deps.post({
      type: 'commandDone',
      id,
      output: result.output,
      status: 0,
      branch: info.id,
      branches: this.branches.infos(),
      // just after what the command itself did: what is shown has the change in it
      moment: { t: at.t, seq: w.seq },
    });
  }

  private namedCaptures(): { name: string; table: TrafficTable }[] {
    return this.captureNames.flatMap(({ sha256: digest, name }) => {
      const table = this.captures.get(digest);
      return table === undefined ? [] : [{ name, table }];
    });
  }

  /** A branch without one of its inputs (counted over all inputs in force); those after it are read anew. */
  private undo(id: number, branch: Branch, n: number): void {
    const gone = branch.applied[n];
    if (gone === undefined) throw new Problem('no-such-input', `There is no command ${n} to undo.`);
    const at = { t: gone.input.at, seq: Math.max(0, gone.input.after ?? 0) };
    const kept = branch.applied.slice(0, n);
    const rest = branch.applied.slice(n + 1).map((a) => a.input);
    const w = branch.run.worldBefore(at.seq);
    w.inputs = [...this.branches.spec.inputs].sort(bySoonest).filter((i) => !isBefore(i, at));
    const reading = this.branches.read(w, rest, []);
    const step = (): boolean => {
      const read = reading.next();
      if (read.done !== true) return false;
      const applied = [...kept, ...read.value];
      const info: BranchInfo = {
        id: this.branches.newId(),
        parent: 1,
        forkAt: { t: 0, seq: 0 },
        inputs: applied.map((a) => a.input),
      };
      this.branches.open(info, applied, { branch, at });
      this.deps.post({
        type: 'commandDone',
        id,
        output: '',
        status: 0,
        branch: info.id,
        branches: this.branches.infos(),
        moment: at,
      });
      return true;
    };
    if (!step()) this.tasks.push({ id, step });
  }

  // ------------------------------------------------------------------------------------------------ moments

  /** Answers once the branch's run has come as far as the moment. */
  private whenKnown(
    id: number,
    branchId: number,
    at: Moment,
    answer: (branch: Branch, at: Moment) => void,
  ): void {
    const { branches } = this;
    const branch = branches.get(branchId);
    const switched = branches.active !== branchId;
    branches.active = branchId;
    // a branch that is done already says so once more: nothing else would
    if (switched) this.progress(branch);
    const step = (): boolean => {
      if (!branch.run.reaches(at)) {
        branch.run.pump();
        this.progress(branch);
        if (!branch.run.reaches(at)) return false;
      }
      answer(branch, branch.run.resolve(at));
      return true;
    };
    if (!step()) this.tasks.push({ id, step });
  }

  private stretch(id: number, branch: Branch, at: Moment, maxRecords: number, untilNs: number): void {
    const { run, map } = branch;
    const { scene } = run.sceneAt(at, map);
    // a command's effect is in no record: the stretch ends with it
    const part = run.bytesFrom(at.seq, maxRecords, (r) => r.kind !== Kind.command && r.timeNs <= untilNs);
    const end = run.done && at.seq + part.count >= run.knownSeq;
    this.deps.post(
      {
        type: 'stretch',
        id,
        branch: branch.info.id,
        from: at,
        scene,
        records: part.buffer,
        count: part.count,
        end,
      },
      [part.buffer],
    );
  }

  private step(
    id: number,
    branch: Branch,
    from: Moment,
    grain: Grain,
    direction: 1 | -1,
    packet: number | undefined,
  ): void {
    const own = packet === undefined ? () => true : (r: RecordView) => r.packet === packet;
    if (grain === 'event') {
      this.find(id, branch, from, direction, own);
      return;
    }
    if (grain === 'packet') {
      this.find(
        id,
        branch,
        from,
        direction,
        (r) =>
          own(r) &&
          (r.kind === Kind.frameArrived ||
            r.kind === Kind.recv ||
            r.kind === Kind.tlsFree ||
            r.kind === Kind.drop),
      );
      return;
    }
    const here = branch.run.record(from.seq);
    const stage = here === null ? '' : stageOf(here.kind);
    if (direction === 1) {
      this.find(id, branch, from, 1, (r) => own(r) && stageOf(r.kind) !== stage);
      return;
    }
    // back to where a stage began, which is where a step forward stops
    let first: RecordView | null = null;
    this.find(
      id,
      branch,
      from,
      -1,
      (r) => {
        if (!own(r)) return false;
        if (first !== null && stageOf(r.kind) !== stageOf(first.kind)) return true;
        first = r;
        return false;
      },
      () => first,
    );
  }

  /** The next record that matches, searched a few chunks at a time, so that it can be cancelled. */
  private find(
    id: number,
    branch: Branch,
    from: Moment,
    direction: 1 | -1,
    wanted: (r: RecordView) => boolean,
    /** What to answer once `wanted` says so, or at the beginning, in place of the record that it was asked about. */
    answered?: () => RecordView | null,
  ): void {
    const { run } = branch;
    const answer = (record: RecordView | null): void => {
      // stepping back from the first record is the start
      const start = direction === -1 && record === null ? { t: 0, seq: 0 } : null;
      const moment = record === null ? start : { t: record.timeNs, seq: record.seq };
      this.deps.post({ type: 'moment', id, branch: branch.info.id, moment, record });
    };
    let seq = direction === 1 ? from.seq + 1 : from.seq - 1;
    const step = (): boolean => {
      for (let n = 0; n < SEARCH_CHUNKS_AT_ONCE; n += 1) {
        if (direction === -1 && seq < 1) {
          answer(answered?.() ?? null);
          return true;
        }
        if (seq > run.knownSeq) {
          if (run.done) {
            answer(null);
            return true;
          }
          run.pump();
          this.progress(branch);
          continue;
        }
        const chunk = run.chunk(run.chunkOf(seq));
        let i = seq - chunk.first;
        for (; i >= 0 && i < chunk.count; i += direction) {
          const record = recordAt(chunk.view, i);
          if (wanted(record)) {
            answer(answered === undefined ? record : answered());
            return true;
          }
        }
        seq = chunk.first + i;
      }
      return false;
    };
    if (!step()) this.tasks.push({ id, step });
  }

  private matches(r: RecordView, f: RecordFilter): boolean {
    const any = (list: number[] | undefined, value: number): boolean =>
      list === undefined || list.length === 0 || list.includes(value);
    return (
      any(f.kinds, r.kind) &&
      any(f.reasons, r.reason) &&
      any(f.places, r.place) &&
      (f.packet === undefined || r.packet === f.packet || (r.kind === Kind.gro && r.other === f.packet)) &&
      (f.cpu === undefined || r.cpu === f.cpu) &&
      (f.flow === undefined || (r.kind === Kind.frameArrived && r.b === f.flow))
    );
  }

  private records(
    id: number,
    branch: Branch,
    from: Moment,
    count: number,
    direction: 1 | -1,
    filter: RecordFilter,
  ): void {
    const { run } = branch;
    const most = Math.min(count, 5000);
    if (direction === -1) {
      const found = lastRecords(run, from, (r) => this.matches(r, filter), most);
      this.deps.post({ type: 'records', id, records: found });
      return;
    }
    const found: RecordView[] = [];
    let seq = from.seq + 1;
    for (let n = 0; n < 64 && found.length < most && seq <= run.knownSeq; n += 1) {
      const chunk = run.chunk(run.chunkOf(seq));
      for (let i = seq - chunk.first; i < chunk.count && found.length < most; i += 1) {
        const record = recordAt(chunk.view, i);
        if (this.matches(record, filter)) found.push(record);
      }
      seq = chunk.first + chunk.count;
    }
    this.deps.post({ type: 'records', id, records: found });
  }

  private packet(id: number, branch: Branch, packet: number): void {
    const at = { t: branch.run.knownNs, seq: branch.run.knownSeq };
    this.deps.post({ type: 'records', id, records: packetRecords(branch.run, at, packet, 500) });
  }

  // ------------------------------------------------------------------------------------------------ overview

  private timeline(id: number, branch: Branch, fromNs: number, toNs: number, bins: number): void {
    const { run, map, series } = branch;
    const whole = series.timeline(run.knownNs);
    const from = Math.max(0, Math.min(fromNs, run.spec.durationNs - 1));
    const to = Math.max(from + 1, Math.min(toNs, run.spec.durationNs));
    const n = Math.max(1, Math.min(8192, Math.floor(bins)));
    const first = run.keyframeBefore({ t: from, seq: ALL_OF_TIME });
    const last = run.keyframeBefore({ t: to, seq: ALL_OF_TIME });
    const next = run.keyframes[last + 1];
    const records = (next === undefined ? run.knownSeq : next.seq) - run.keyframes[first].seq;
    const timeline =
      records <= EXACT_RECORDS
        ? this.exact(branch, first, last, from, to, n)
        : windowOf(whole, from, to, n, map.cpus.length, map.queues.length);
    this.deps.post({ type: 'timeline', id, timeline });
  }

  private transfer(
    id: number,
    branch: Branch,
    asked: { flow: number; fromNs: number; toNs: number; points: number; bars: number },
  ): void {
    const { run } = branch;
    const { flow, fromNs: from, toNs: to } = asked;
    const most = Math.max(100, Math.min(20_000, Math.floor(asked.points)));
    let log = branch.transfers;
    let { rates } = branch;
    let binNs = binFor(to - from, Math.max(20, Math.min(2000, Math.floor(asked.bars))));
    const first = run.keyframeBefore({ t: from, seq: ALL_OF_TIME });
    const last = run.keyframeBefore({ t: to, seq: ALL_OF_TIME });
    const records = (run.keyframes[last + 1]?.seq ?? run.knownSeq) - run.keyframes[first].seq;
    // a close look at a long run: what was left out is made again
    const close = records <= EXACT_RECORDS;
    const again: { consume(view: DataView, count: number): void }[] = [];
    if (log.thinned && close) {
      log = branch.transfers.exactFrom(run.keyframes[first].seq);
      again.push(log);
    }
    if (binNs < rates.binNs && close) {
      // the first bin begins before the window does
      const start = run.keyframeBefore({ t: Math.floor(from / binNs) * binNs - 1, seq: ALL_OF_TIME });
      rates = new Rates(binNs, from, to, run.keyframes[start]);
      for (let index = start; index < first; index += 1) {
        const chunk = run.chunk(index);
        rates.consume(chunk.view, chunk.count);
      }
      again.push(rates);
    }
    for (let index = first; again.length > 0 && index <= last; index += 1) {
      const chunk = run.chunk(index);
      for (const reader of again) reader.consume(chunk.view, chunk.count);
    }
    binNs = Math.max(binNs, rates.binNs);
    const { fixed, nics } = run.keyframes[0];
    const dev = fixed.flows[flow]?.dev ?? -1;
    // through a tunnel: the link of the card below
    const outer = fixed.outer[dev]?.[flow] ?? 0;
    const way = nics[outer === 0 ? dev : fixed.flows[outer].dev]?.way ?? -1;
    this.deps.post({
      type: 'transfer',
      id,
      transfer: {
        ...log.view(flow, from, to, run.knownNs, most),
        rates: rates.view(flow, way, from, to, binNs),
      },
    });
  }

  private exact(
    branch: Branch,
    first: number,
    last: number,
    from: number,
    to: number,
    bins: number,
  ): Timeline {
    const { run, map } = branch;
    const series = new Series(map, from, to, bins, run.keyframes[first], true);
    for (let index = first; index <= last; index += 1) {
      const chunk = run.chunk(index);
      series.consume(chunk.view, chunk.count);
    }
    return series.timeline(run.knownNs);
  }

  private claims(id: number, variants: readonly string[]): void {
    const scenario = this.scenario;
    if (scenario === null) throw new Problem('nothing-loaded', 'No scenario is loaded.');
    const wanted = scenario.claims.filter((c) => variants.length === 0 || variants.includes(c.variant));
    const results: { id: string; pass: boolean; text: string }[] = [];
    let at = 0;
    const step = (): boolean => {
      if (at < wanted.length) {
        results.push(...checkClaims({ ...scenario, claims: [wanted[at]] }, { captures: this.captures }));
        at += 1;
        return false;
      }
      this.deps.post({ type: 'claims', id, results });
      return true;
    };
    this.tasks.push({ id, step });
  }
}

/** @throws Problem for points and cards that are not there, and times that are no stretch */
function checkPlaces({ places, fromNs, toNs }: CaptureAsk, w: World): void {
  const known = places.every(
    ({ point, nic }) => CAPTURE_POINTS[point] !== undefined && w.nics[nic] !== undefined,
  );
  if (!known || places.length === 0) throw new Problem('bad-capture', t('captures.noPlace'));
  if (!(fromNs >= 0 && toNs >= fromNs)) throw new Problem('bad-capture', t('captures.noStretch'));
}

function withSeq(at: Moment | { t: number }): Moment {
  return 'seq' in at ? at : { t: at.t, seq: ALL_OF_TIME };
}

/** Moves a world's clock on to `t` where nothing happens up to there. */
function advanceQuietly(w: World, t: number): void {
  if (w.now < t) w.now = t;
}

function stageOf(kind: number): string {
  const name = kindName(kind);
  return name === undefined ? '' : kinds[name].stage;
}
