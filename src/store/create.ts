/** Makes an app: store, worker client, player and all actions. Everything of the browser is handed in, so that tests run it in Node. */
import { createStore } from 'zustand/vanilla';
import type {
  BranchInfo,
  CaptureFile,
  Grain,
  InspectTarget,
  Moment,
  RecordFilter,
  Response,
} from '../protocol/messages.ts';
import {
  decodeLink,
  encodeLink,
  isLinkFile,
  type LinkState,
  printLinkFile,
  readLinkFile,
} from '../scenario/link.ts';
import { languages, setLanguage } from '../i18n/index.ts';
import { type Ask, Client, type Transport, WorkerProblem } from '../worker/client.ts';
import { Capturer } from './capture.ts';
import { hostOfStep } from './host-of.ts';
import type { AppActions, LoadOptions } from './actions-api.ts';
import type { App } from './app.ts';
import { DEFAULT_PREFERENCES, initialState, NO_CAPTURE, type Preferences } from './initial.ts';
import { densityOf, linkStateOf, targetOf, themeOf } from './link.ts';
import { madeVariant, withVariant } from './made-variant.ts';
import { type Clock, Player } from './player.ts';
import { Sweeper } from './sweep.ts';
import type { AppState, Pace, ScenarioSource } from './types.ts';
import { keepWatching } from './watch.ts';

export interface AppDeps {
  /** Starts a worker. */
  transport(): Transport;
  clock: Clock;
  /** The address bar's fragment. */
  address: { get(): string; set(fragment: string): void };
  preferences?: Partial<Preferences>;
}

const MOST_ENTRIES = 500;
const MOST_NOTICES = 6;
const SLOWEST_EVENTS = 0.125;
const FASTEST_EVENTS = 1000;
const SLOWEST_NS = 1;
const FASTEST_NS = 1e9;

type Loaded = Extract<Response, { type: 'loaded' }>;

export function createApp(deps: AppDeps): App {
  const store = createStore<AppState>(() => initialState({ ...DEFAULT_PREFERENCES, ...deps.preferences }));
  const get = (): AppState => store.getState();
  const patch = <K extends keyof AppState>(slice: K, part: Partial<AppState[K]>): void =>
    store.setState((s) => ({ [slice]: { ...(s[slice] as object), ...part } }) as Pick<AppState, K>);

  let notices = 0;
  let entries = 0;
  /** Captures of this session by name, kept for a restart. */
  let captures: CaptureFile[] = [];
  /** A link that waits for a capture to be opened. */
  let pending: LinkState | null = null;
  let client = start();

  const player = new Player({
    store,
    clock: deps.clock,
    fetch: async (from, maxRecords) => {
      const answer = await client.ask(
        {
          type: 'stretch',
          branch: get().branches.active,
          from,
          maxRecords,
          untilNs: Number.POSITIVE_INFINITY,
        },
        'stretch',
      );
      return answer?.type === 'stretch' ? answer : null;
    },
    recordOf: async (moment) => {
      const from = { t: moment.t, seq: moment.seq - 1 };
      const found = await ask(
        { type: 'records', branch: get().branches.active, from, count: 1, direction: 1, filter: {} },
        'records',
        'record-of',
      );
      const record = found?.records[0] ?? null;
      return record?.seq === moment.seq ? record : null;
    },
    failed: tellProblem,
  });

  const capturer = new Capturer(store);
  const sweeper = new Sweeper({ store, transport: deps.transport });

  function start(): Client {
    store.setState({ worker: 'ready' });
    return new Client(deps.transport(), {
      progress: (p) => {
        if (p.branch !== get().branches.active) return;
        patch('scenario', { knownNs: p.knownNs, durationNs: p.durationNs, records: p.records, done: p.done });
      },
      crashed: (message) => {
        player.pause();
        store.setState({ worker: 'crashed' });
        patch('playhead', { playing: false, waiting: false, searching: false, goingTo: null });
        notify('error', 'worker-crashed', message);
      },
    });
  }

  function notify(level: 'error' | 'warning' | 'info', code: string, message: string, where?: string): void {
    notices += 1;
    const notice =
      where === undefined
        ? { n: notices, level, code, message }
        : { n: notices, level, code, message, where };
    store.setState((s) => ({ notices: [...s.notices, notice].slice(-MOST_NOTICES) }));
  }

  function tellProblem(error: unknown): void {
    if (error instanceof WorkerProblem) {
      // the crash itself has been told already
      if (error.value.code !== 'worker-dead')
        notify('error', error.value.code, error.value.message, error.value.where);
      return;
    }
    notify('error', 'internal', error instanceof Error ? error.message : String(error));
  }

  /**
   * An answer of the wanted type, or null: superseded, or failed (a notice says why). What fails on a lane because another scenario has
   * been loaded meanwhile is superseded: it asked about the one before.
   */
  async function ask<T extends Response['type']>(
    request: Ask,
    type: T,
    lane: string | null = null,
  ): Promise<Extract<Response, { type: T }> | null> {
    const { map } = get().scenario;
    try {
      const answer = await client.ask(request, lane);
      return answer?.type === type ? (answer as unknown as Extract<Response, { type: T }>) : null;
    } catch (error) {
      const { scenario } = get();
      const loaded = scenario.map !== map || scenario.status === 'loading';
      if (lane === null || !loaded || !(error instanceof WorkerProblem)) tellProblem(error);
      return null;
    }
  }

  const branch = (): number => get().branches.active;
  const now = (): Moment => get().playhead.moment;

  // ---------------------------------------------------------------------------------------------- loading

  async function loadInto(
    source: ScenarioSource,
    options: LoadOptions & { branches?: BranchInfo[]; active?: number },
  ): Promise<Loaded | null> {
    actions.pause();
    const variant = options.variant ?? 'base';
    patch('scenario', { status: 'loading', error: null, missingCaptures: [] });
    const own = options.captures ?? captures;
    const isCapture = 'builtin' in source && source.builtin === 'capture';
    const sent = isCapture ? { text: '', name: own[0]?.name ?? 'capture' } : source;
    try {
      const request: Ask = { type: 'load', scenario: sent, captures: own, variant };
      if (options.branches !== undefined) request.branches = options.branches;
      if (options.active !== undefined) request.active = options.active;
      const answer = await client.ask(request, 'load');
      if (answer?.type !== 'loaded') return null;
      captures = own;
      player.setMap(answer.map);
      store.setState((s) => ({
        scenario: {
          ...s.scenario,
          status: 'ready',
          source: sent,
          variant,
          info: answer.info,
          map: answer.map,
          durationNs: answer.map.durationNs,
          knownNs: 0,
          records: 0,
          done: false,
          held: false,
          error: null,
        },
        branches: { list: answer.branches, active: answer.active },
        selection: { target: null, hover: null, followPacket: null },
        capture: NO_CAPTURE,
        console: { ...s.console, host: answer.map.hosts[0]?.id ?? 'h1' },
        layout: { ...s.layout, timeWindow: null, host: Math.min(s.layout.host, answer.map.hosts.length - 1) },
      }));
      for (const warning of answer.info.warnings) notify('warning', 'load-warning', warning);
      return answer;
    } catch (error) {
      const value =
        error instanceof WorkerProblem ? error.value : { code: 'internal', message: String(error) };
      const missing =
        value.code === 'missing-capture' && value.where !== undefined
          ? [{ sha256: value.where, name: value.message }]
          : [];
      patch('scenario', {
        status: get().scenario.info === null ? 'failed' : 'ready',
        error: value,
        missingCaptures: missing,
      });
      if (missing.length > 0) patch('scenario', { source: sent, variant });
      tellProblem(error);
      return null;
    }
  }

  /** Same moment in time; without `kept` no branches. */
  async function openVariant(
    source: ScenarioSource,
    variant: string,
    kept: { branches?: BranchInfo[]; active?: number } = {},
  ): Promise<boolean> {
    const { t } = now();
    const loaded = await loadInto(source, { variant, captures, ...kept });
    if (loaded === null) return false;
    return player.goTo({ t: Math.min(t, loaded.map.durationNs), seq: t === 0 ? 0 : -1 });
  }

  async function openState(state: LinkState): Promise<boolean> {
    const { scenario } = state;
    const source: ScenarioSource =
      'builtin' in scenario
        ? {
            builtin: scenario.builtin.id,
            hash: scenario.builtin.hash,
            ...(scenario.builtin.patch === null ? {} : { patch: scenario.builtin.patch }),
          }
        : { text: JSON.stringify(scenario.body), name: scenario.name };
    const loaded = await loadInto(source, {
      variant: state.variant,
      branches: state.branches,
      active: state.active,
    });
    if (loaded === null) {
      pending = get().scenario.missingCaptures.length > 0 ? state : null;
      return false;
    }
    pending = null;
    if ('builtin' in scenario && scenario.builtin.hash !== loaded.info.hash) {
      notify(
        'info',
        'scenario-changed',
        'This scenario has changed since the link was made: what you see may differ.',
      );
    }
    if (loaded.info.older) {
      notify(
        'info',
        'scenario-older',
        'You see the scenario as it was when the link was made. The list has a newer version of it.',
      );
    }
    const theme = themeOf(state.view);
    const density = densityOf(state.view);
    if (theme !== undefined) patch('layout', { theme });
    if (density !== undefined) patch('layout', { density });
    const host = state.view['host'];
    if (typeof host === 'number' && host >= 0 && host < loaded.map.hosts.length) patch('layout', { host });
    if (languages.includes(state.lang)) actions.setLanguage(state.lang);
    actions.setPace(state.pace);
    await player.goTo({ t: Math.min(state.moment.t, loaded.map.durationNs), seq: state.moment.seq });
    const step = state.view['step'];
    if (typeof step === 'number' && step >= 0 && step < loaded.info.steps.length) patch('lesson', { step });
    else patch('lesson', { step: -1 });
    patch('lesson', { aside: null });
    actions.select(targetOf(state.selection, loaded.map));
    return true;
  }

  // ---------------------------------------------------------------------------------------------- time

  /** Shows where a search ended. */
  async function show(answer: Extract<Response, { type: 'moment' }> | null): Promise<Moment | null> {
    if (answer === null || answer.moment === null) return null;
    const arrived = await player.goTo(answer.moment, answer.record);
    return arrived ? answer.moment : null;
  }

  async function find(filter: RecordFilter, direction: 1 | -1): Promise<Moment | null> {
    patch('playhead', { searching: true });
    const answer = await ask(
      { type: 'find', branch: branch(), from: now(), direction, filter },
      'moment',
      'find',
    );
    patch('playhead', { searching: false });
    if (answer !== null && answer.moment === null)
      notify(
        'info',
        'nothing-found',
        direction === 1
          ? 'Nothing of the kind comes after this moment.'
          : 'Nothing of the kind came before this moment.',
      );
    return show(answer);
  }

  async function stepBy(grain: Grain, direction: 1 | -1): Promise<void> {
    actions.pause();
    const { followPacket } = get().selection;
    if (grain === 'event' && direction === 1 && followPacket === null) {
      if (!(await player.stepForward()) && player.ended) patch('playhead', { atEnd: true });
      return;
    }
    const request: Ask = { type: 'step', branch: branch(), from: now(), grain, direction };
    if (followPacket !== null) request.packet = followPacket;
    await show(await ask(request, 'moment', 'step'));
  }

  const clamp = (value: number, least: number, most: number): number =>
    Math.min(most, Math.max(least, value));

  function changePace(factor: number): void {
    const { pace } = get().playhead;
    const next: Pace =
      pace.mode === 'event'
        ? {
            mode: 'event',
            eventsPerSecond: clamp(pace.eventsPerSecond * factor, SLOWEST_EVENTS, FASTEST_EVENTS),
          }
        : { mode: 'true', nsPerSecond: clamp(pace.nsPerSecond * factor, SLOWEST_NS, FASTEST_NS) };
    actions.setPace(next);
  }

  // ---------------------------------------------------------------------------------------------- actions

  const actions: AppActions = {
    async load(source, options = {}) {
      if ('text' in source && isLinkFile(source.text)) {
        const decoded = readLinkFile(source.text);
        if (decoded.ok) return openState(decoded.state);
        notify('error', decoded.code, decoded.message, source.name);
        return false;
      }
      if (pending !== null && options.captures !== undefined) {
        const waiting = pending;
        captures = options.captures;
        return openState(waiting);
      }
      if (options.captures === undefined) captures = [];
      const loaded = await loadInto(source, options);
      if (loaded === null) return false;
      patch('lesson', { step: -1, answers: {}, aside: null });
      await player.goTo({ t: 0, seq: 0 });
      if (options.play === true) actions.play();
      return true;
    },
    async setVariant(variant) {
      const { source } = get().scenario;
      patch('lesson', { aside: null });
      return source === null ? false : openVariant(source, variant);
    },
    async openLink(fragment) {
      const decoded = decodeLink(fragment);
      if (decoded.ok) return openState(decoded.state);
      notify('error', decoded.code, decoded.message);
      return false;
    },
    share() {
      const state = linkStateOf(get());
      if (state === null) return null;
      try {
        const fragment = `#${encodeLink(state)}`;
        deps.address.set(fragment);
        return fragment;
      } catch (error) {
        notify('error', 'link-too-long', error instanceof Error ? error.message : String(error));
        return null;
      }
    },

    shareFile() {
      const state = linkStateOf(get());
      if (state === null) return null;
      try {
        return printLinkFile(state);
      } catch (error) {
        notify('error', 'link-too-long', error instanceof Error ? error.message : String(error));
        return null;
      }
    },

    play() {
      if (get().scenario.status !== 'ready' || get().playhead.playing) return;
      if (get().playhead.atEnd) {
        void player.goTo({ t: 0, seq: 0 }).then((there) => {
          if (there) actions.play();
        });
        return;
      }
      patch('playhead', { playing: true, waiting: false });
      player.play();
    },
    pause() {
      if (!get().playhead.playing) return;
      patch('playhead', { playing: false, waiting: false });
      player.pause();
    },
    togglePlay() {
      if (get().playhead.playing) actions.pause();
      else actions.play();
    },
    step: (grain = 'event') => stepBy(grain, 1),
    stepBack: (grain = 'event') => stepBy(grain, -1),
    async stepMany(n) {
      actions.pause();
      for (let i = 0; i < n; i += 1) if (!(await player.stepForward())) return;
    },
    async seek(to) {
      const at: Moment = 'seq' in to ? to : { t: to.t, seq: to.t <= 0 ? 0 : -1 };
      const duration = get().scenario.durationNs;
      await player.goTo({ t: clamp(Math.round(at.t), 0, duration), seq: at.seq });
    },
    runTo(filter, direction = 1) {
      actions.pause();
      return find(filter, direction);
    },
    cancelSearch() {
      for (const lane of ['find', 'step', 'stretch']) client.cancelLane(lane);
      patch('playhead', { searching: false });
      player.giveUp();
      actions.pause();
      // a link whose moment was never reached: what is known from the start is better than nothing
      if (player.current === null && get().scenario.map !== null) void player.goTo({ t: 0, seq: 0 });
    },
    holdRun(on) {
      client.tell({ type: 'hold', on });
      patch('scenario', { held: on });
    },
    setPace: (pace) => patch('playhead', { pace }),
    faster: () => changePace(2),
    slower: () => changePace(0.5),
    setStopAt: (filter) => patch('playhead', { stopAt: filter }),

    select(target: InspectTarget | null) {
      patch('selection', { target });
    },
    hover: (target) => patch('selection', { hover: target }),
    follow: (packet) => patch('selection', { followPacket: packet }),

    async command(host, line) {
      actions.pause();
      patch('console', { busy: true });
      entries += 1;
      const n = entries;
      const at = now();
      const done = await ask(
        { type: 'command', branch: branch(), at: Math.round(at.t), after: at.seq, host, line },
        'commandDone',
        null,
      );
      patch('console', { busy: false });
      if (done === null) return null;
      const entry = {
        n,
        host,
        line,
        output: done.output,
        status: done.status,
        at,
        branch: done.branch,
        before: null,
      };
      store.setState((s) => ({
        console: {
          ...s.console,
          entries: [...s.console.entries, entry].slice(-MOST_ENTRIES),
          watching: done.watch === undefined ? null : { entry: n, ...done.watch },
        },
        branches: { list: done.branches, active: done.branch },
        // at once: the next command comes after this one, however fast it is typed
        playhead: { ...s.playhead, moment: done.moment },
      }));
      if (done.branch !== undefined) await player.goTo(done.moment);
      return { output: done.output, status: done.status };
    },
    async undo(input) {
      actions.pause();
      const at = now();
      const done = await ask({ type: 'undo', branch: branch(), input }, 'commandDone', null);
      if (done === null) return;
      patch('branches', { list: done.branches, active: done.branch });
      await player.goTo({ t: at.t, seq: at.t === 0 ? 0 : -1 });
    },
    async switchBranch(to) {
      actions.pause();
      const { t } = now();
      patch('branches', { active: to });
      patch('scenario', { knownNs: 0, done: false });
      await player.goTo({ t, seq: t === 0 ? 0 : -1 });
    },
    setConsoleHost: (host) => patch('console', { host }),
    clearConsole: () => patch('console', { entries: [], watching: null }),
    stopWatch: () => patch('console', { watching: null }),

    async inspect(target, at = now()) {
      const answer = await ask({ type: 'inspect', branch: branch(), at, target }, 'inspection', 'inspect');
      return answer?.inspection ?? null;
    },
    async timeline(fromNs, toNs, bins) {
      const answer = await ask(
        { type: 'timeline', branch: branch(), fromNs, toNs, bins },
        'timeline',
        `timeline-${bins}`,
      );
      return answer?.timeline ?? null;
    },
    async transfer(flow, fromNs, toNs, points, bars) {
      const answer = await ask(
        { type: 'transfer', branch: branch(), flow, fromNs, toNs, points, bars },
        'transfer',
        'transfer',
      );
      return answer?.transfer ?? null;
    },
    async records(from, count, direction, filter) {
      const answer = await ask(
        { type: 'records', branch: branch(), from, count, direction, filter },
        'records',
        `records${direction}`,
      );
      return answer?.records ?? null;
    },
    async packetHistory(packet) {
      const answer = await ask({ type: 'packet', branch: branch(), packet }, 'records', 'packet');
      return answer?.records ?? null;
    },
    async knobs(host) {
      const answer = await ask({ type: 'knobs', branch: branch(), at: now(), host }, 'knobs', 'knobs');
      return answer === null ? null : { knobs: answer.knobs, inputs: answer.inputs };
    },
    async complete(host, line) {
      const answer = await ask(
        { type: 'complete', branch: branch(), at: now(), host, line },
        'completions',
        'complete',
      );
      return answer?.words ?? [];
    },
    async report(at) {
      const answer = await ask(
        { type: 'report', branch: branch(), at },
        'report',
        at === null ? 'report-end' : 'report',
      );
      return answer?.report ?? null;
    },
    async claims(variants) {
      const answer = await ask({ type: 'claims', variants }, 'claims', 'claims');
      return answer?.results ?? null;
    },

    async changeKernel(kernel) {
      const { variant, source: before, info: known } = get().scenario;
      if (before === null || known === null) return false;
      // from one kernel to the next: what it all started from, so that going back is going back
      const made = madeVariant(before, known, variant);
      const of = made !== null && 'kernel' in made.patch ? made.of : variant;
      const answer = await ask({ type: 'patch', variant: of, change: { kind: 'kernel', kernel } }, 'patched');
      const { source, info } = get().scenario;
      if (answer === null || source === null || info === null) return false;
      const title = info.variants.find((item) => item.id === of)?.title ?? of;
      const next =
        Object.keys(answer.patch).length === 0
          ? { source, variant: of }
          : withVariant(source, info, {
              title: of === 'base' ? `Linux ${kernel}` : `Linux ${kernel}, ${title}`,
              of,
              patch: answer.patch,
            });
      const { list, active } = get().branches;
      const { step } = get().lesson;
      const opened = await openVariant(next.source, next.variant, { branches: list, active });
      if (!opened) return false;
      patch('lesson', { step });
      for (const { line, why } of answer.refused) notify('warning', 'command-refused', `${line}: ${why}`);
      return true;
    },
    startSweep(ask) {
      const { source, info } = get().scenario;
      if (source === null || info === null) return Promise.resolve();
      return sweeper.start(info.scenarioId, source, captures, ask);
    },
    cancelSweep: () => sweeper.cancel(),
    async openSweepPoint({ vary, runNs }, variant, x, title) {
      const point = runNs === undefined ? { vary } : { vary, runNs };
      const answer = await ask(
        { type: 'patch', variant, change: { kind: 'point', ask: point, x } },
        'patched',
      );
      const { source, info } = get().scenario;
      if (answer === null || source === null || info === null) return false;
      const made = withVariant(source, info, { title, of: variant, patch: answer.patch });
      return openVariant(made.source, made.variant);
    },

    async packetBytes(packet) {
      const answer = await ask(
        { type: 'packetBytes', branch: branch(), packet },
        'packetBytes',
        'packet-bytes',
      );
      return answer?.views ?? null;
    },
    startCapture: (wanted) => capturer.start(client, branch(), wanted),
    cancelCapture: () => capturer.cancel(client),
    async chooseCaptured(index) {
      const { view } = get().capture;
      const row = view?.rows[index];
      if (view === null || row === undefined) return;
      actions.pause();
      patch('capture', { chosen: index });
      if (view.branch !== branch()) {
        patch('branches', { active: view.branch });
        patch('scenario', { knownNs: 0, done: false });
      }
      actions.select({ kind: 'packet', packet: row.packet });
      await player.goTo({ t: row.timeNs, seq: row.seq });
    },
    async captureFile(format) {
      const answer = await ask({ type: 'captureFile', format }, 'captureFile');
      return answer?.bytes ?? null;
    },

    async goToStep(index) {
      const { info, variant } = get().scenario;
      const step = info?.steps[index];
      if (step === undefined) return;
      actions.pause();
      // a variant that no step has opened was chosen by hand: the step's text is not about it
      const told = info?.steps[get().lesson.step]?.variant ?? 'base';
      const aside = variant === told ? get().lesson.aside : variant;
      patch('lesson', { aside: aside === step.variant ? null : aside });
      patch('lesson', { step: index });
      if (step.variant !== variant || get().branches.active !== 1) {
        const { source } = get().scenario;
        if (source === null || (await loadInto(source, { variant: step.variant, captures })) === null) return;
        patch('lesson', { step: index });
      }
      await player.goTo(step.at);
      actions.select(step.focus);
      const { map } = get().scenario;
      const host = map === null ? undefined : hostOfStep(map, step.focus, get().playhead.record);
      if (host !== undefined) actions.setHost(host);
    },
    answer: (step, text) =>
      store.setState((s) => ({ lesson: { ...s.lesson, answers: { ...s.lesson.answers, [step]: text } } })),

    setTheme: (theme) => patch('layout', { theme }),
    setDensity: (density) => patch('layout', { density }),
    togglePanel: (panel, open) =>
      store.setState((s) => {
        const panels = { ...s.layout.panels, [panel]: open ?? !s.layout.panels[panel] };
        // the two tables need the same room
        if (panel === 'events' && panels.events) panels.captures = false;
        if (panel === 'captures' && panels.captures) panels.events = false;
        return { layout: { ...s.layout, panels } };
      }),
    setLanguage(language) {
      setLanguage(language);
      patch('layout', { language });
    },
    setHost: (host) => patch('layout', { host }),
    setTimeWindow: (timeWindow) => patch('layout', { timeWindow }),
    setReducedMotion: (reducedMotion) => patch('playhead', { reducedMotion }),

    notify: (level, code, message) => notify(level, code, message),
    dismiss: (notice) => store.setState((s) => ({ notices: s.notices.filter((n) => n.n !== notice) })),
    async restart() {
      client.close();
      client = start();
      const { source, variant } = get().scenario;
      const at = now();
      const { list, active } = get().branches;
      const { target } = get().selection;
      const { step } = get().lesson;
      store.setState((s) => ({ notices: s.notices.filter((n) => n.code !== 'worker-crashed') }));
      if (source === null) return;
      const loaded = await loadInto(source, { variant, captures, branches: list, active });
      if (loaded === null) return;
      patch('lesson', { step });
      await player.goTo(at);
      actions.select(target);
    },
  };

  const endWatching = keepWatching(store, async ({ host, line }, at) => {
    const done = await ask(
      { type: 'command', branch: branch(), at: Math.round(at.t), after: at.seq, host, line },
      'commandDone',
      null,
    );
    return done === null ? null : { output: done.output, status: done.status };
  });

  return {
    store,
    actions,
    feed: player,
    destroy() {
      endWatching();
      player.destroy();
      sweeper.end();
      client.close();
    },
  };
}
