import { afterEach, describe, expect, it, vi } from 'vitest';
import { Kind } from '../catalog/kinds.ts';
import type { Request, Response } from '../protocol/messages.ts';
import type { SceneFrame } from './types.ts';
import type { Transport } from '../worker/client.ts';
import { Session } from '../worker/session.ts';
import type { App } from './app.ts';
import { createApp } from './create.ts';

const scenario = JSON.stringify({
  format: 1,
  id: 'it',
  title: { text: 'It' },
  durationNs: 1_000_000,
  hosts: {
    h1: {
      cpus: 2,
      nics: { eth0: { driver: 'mlx5_core', queues: 2, ringSize: 64 } },
      sockets: { sink: { proto: 'udp', port: 7000 } },
      apps: { reader: { cpu: 1, sockets: ['sink'] } },
    },
  },
  traffic: { load: { kind: 'rate', frame: { proto: 'udp', dport: 7000 }, flows: 4, ratePps: 200000 } },
});

const told = (text: string, more: object = {}) => ({
  title: { text },
  text: { text },
  at: { atNs: 1000 },
  ...more,
});
const lessonScenario = JSON.stringify({
  ...JSON.parse(scenario),
  variants: {
    one: { title: { text: 'One' }, patch: { durationNs: 500_000 } },
    other: { title: { text: 'Other' }, patch: { durationNs: 400_000 } },
  },
  lesson: { steps: [told('a'), told('b', { variant: 'other' }), told('c')] },
});

/** More than the core makes at once. */
const longScenario = scenario.replace('"durationNs":1000000', '"durationNs":40000000');

/** An app with its core in the same realm, a clock turned by hand, and a switch that makes the core throw. */
function open() {
  const core = { broken: false, lazy: false, address: '', heard: [] as Request['type'][] };
  const time = { ms: 0, frames: new Map<number, () => void>(), handle: 0 };
  const transport = (): Transport => {
    let hear: (r: Response) => void = () => undefined;
    let fail: (message: string) => void = () => undefined;
    let open = true;
    const session = new Session({
      builtins: new Map([
        ['it', scenario],
        ['long', longScenario],
        ['lesson', lessonScenario],
        ['elsewhere', scenario.replace('"h1"', '"r1"')],
      ]),
      now: () => 0,
      post: (r) => queueMicrotask(() => open && hear(r)),
    });
    return {
      post: (request: Request) =>
        queueMicrotask(() => {
          if (!open) return;
          if (core.broken) {
            fail('boom');
            return;
          }
          core.heard.push(request.type);
          session.handle(request);
          while (!core.lazy && session.pump());
        }),
      listen(onMessage, onError) {
        hear = onMessage;
        fail = onError;
      },
      close: () => {
        open = false;
      },
    };
  };
  const app = createApp({
    transport,
    clock: {
      now: () => time.ms,
      frame(callback) {
        time.handle += 1;
        time.frames.set(time.handle, callback);
        return time.handle;
      },
      cancel: (handle) => time.frames.delete(handle),
    },
    address: { get: () => core.address, set: (fragment) => (core.address = fragment) },
  });
  apps.push(app);
  /** Lets `ms` go by, frame by frame. */
  const pass = async (ms: number, frameMs = 16): Promise<void> => {
    for (const end = time.ms + ms; time.ms < end; ) {
      time.ms += frameMs;
      const due = [...time.frames.values()];
      time.frames.clear();
      for (const callback of due) callback();
      await settle();
    }
  };
  return {
    app,
    core,
    pass,
    state: () => app.store.getState(),
    load: (builtin = 'it') => app.actions.load({ builtin }),
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const apps: App[] = [];
afterEach(() => {
  for (const app of apps.splice(0)) app.destroy();
  vi.restoreAllMocks();
});

const sceneOf = (app: App): unknown => structuredClone(app.feed.current?.scene);

describe('the app', () => {
  it('n steps are one run of n events, also when keys come faster than answers', async () => {
    const a = open();
    const b = open();
    await Promise.all([a.load(), b.load()]);
    await a.app.actions.stepMany(900);
    await Promise.all(Array.from({ length: 900 }, () => b.app.actions.step()));
    expect(a.state().playhead.moment.seq).toBe(900);
    expect(b.state().playhead.moment).toEqual(a.state().playhead.moment);
    expect(sceneOf(b.app)).toEqual(sceneOf(a.app));
    await a.app.actions.seek(a.state().playhead.moment);
    expect(sceneOf(a.app)).toEqual(sceneOf(b.app));
  });

  it('steps back exactly where it came from', async () => {
    const { app, state, load } = open();
    await load();
    await app.actions.stepMany(40);
    const there = state().playhead.moment;
    await app.actions.stepMany(3);
    for (let i = 0; i < 3; i += 1) await app.actions.stepBack();
    expect(state().playhead.moment).toEqual(there);
  });

  it('knows the record it stands on after a jump', async () => {
    const { app, state, load } = open();
    await load();
    await app.actions.seek({ t: 500_000 });
    const { moment, record } = state().playhead;
    expect(record?.seq).toBe(moment.seq);
    expect(app.feed.current).toMatchObject({ jumped: true, record: { seq: moment.seq } });
    await app.actions.seek({ t: 0, seq: 0 });
    expect(state().playhead.record).toBeNull();
  });

  it('gives up a jump that takes long, and stays where it was', async () => {
    const { app, core, state, load } = open();
    core.lazy = true;
    await load('long');
    await app.actions.stepMany(3);
    const there = state().playhead.moment;
    const jump = app.actions.seek({ t: 30_000_000 });
    await settle();
    expect(state().playhead.goingTo?.t).toBe(30_000_000);
    app.actions.cancelSearch();
    await jump;
    await settle();
    expect(core.heard.at(-1)).toBe('cancel');
    expect(state().playhead).toMatchObject({ goingTo: null, moment: there, playing: false });
    core.lazy = false;
    await app.actions.seek({ t: 30_000_000 });
    expect(state().playhead).toMatchObject({ goingTo: null, moment: { t: 30_000_000 } });
  });

  it('shows the start of a link whose moment was not waited for', async () => {
    const a = open();
    await a.load('long');
    await a.app.actions.seek({ t: 20_000_000 });
    const link = a.app.actions.share() ?? '';
    const { app, core, state } = open();
    core.lazy = true;
    const opening = app.actions.openLink(link);
    await settle();
    expect(state().playhead.goingTo?.t).toBe(20_000_000);
    app.actions.cancelSearch();
    await opening;
    await settle();
    expect(app.feed.current?.timeNs).toBe(0);
  });

  it('computes no further ahead while the run is held', async () => {
    const { app, core, state, load } = open();
    core.lazy = true;
    await load('long');
    app.actions.holdRun(true);
    core.lazy = false;
    await app.actions.seek({ t: 10_000 });
    expect(state().scenario).toMatchObject({ held: true, done: false });
    app.actions.holdRun(false);
    await settle();
    expect(state().scenario).toMatchObject({ held: false, done: true });
  });

  it('says nothing of what was asked about the scenario before, once another one is there', async () => {
    const a = open();
    await a.load();
    const loading = a.load('elsewhere');
    // the core has loaded the other one when it comes to this
    expect(await a.app.actions.knobs('h1')).toBeNull();
    await loading;
    expect(a.state().scenario.map?.hosts.map(({ id }) => id)).toEqual(['r1']);
    expect(a.state().notices).toEqual([]);
    // asked now it is a mistake, and told
    expect(await a.app.actions.knobs('h1')).toBeNull();
    expect(a.state().notices.map(({ message }) => message)).toEqual(['There is no host h1.']);
  });

  it('plays one event at a time, with rests, and stops where asked', async () => {
    const { app, state, load, pass } = open();
    await load();
    app.actions.setPace({ mode: 'event', eventsPerSecond: 10 });
    const seqs: number[] = [];
    app.feed.subscribe((frame: SceneFrame) => seqs.push(frame.scene.seq));
    app.actions.play();
    await pass(1008);
    expect(state().playhead.moment.seq).toBe(10);
    expect(Math.max(...seqs.map((seq, i) => seq - (seqs[i - 1] ?? 0)))).toBe(1);
    app.actions.setStopAt({ kinds: [Kind.irqRaised] });
    app.actions.setPace({ mode: 'event', eventsPerSecond: 100 });
    await pass(10_000);
    expect(state().playhead.playing).toBe(false);
    expect(state().playhead.record?.kind).toBe(Kind.irqRaised);
  });

  it('plays true to scale, does not jump after a hidden tab, and ends at the end', async () => {
    const { app, state, load, pass } = open();
    await load();
    app.actions.setPace({ mode: 'true', nsPerSecond: 100_000 });
    app.actions.play();
    await pass(1600);
    const before = app.feed.current?.timeNs ?? 0;
    expect(before).toBeGreaterThan(120_000);
    expect(before).toBeLessThan(165_000);
    await pass(60_000, 60_000);
    expect((app.feed.current?.timeNs ?? 0) - before).toBeLessThanOrEqual(10_000);
    app.actions.setPace({ mode: 'true', nsPerSecond: 1e9 });
    await pass(1000);
    expect(state().playhead).toMatchObject({ playing: false, atEnd: true });
  });

  it('forks at a command and goes on showing that moment; the old branch stays', async () => {
    const { app, state, load } = open();
    await load();
    await app.actions.seek({ t: 300_000 });
    const done = await app.actions.command('h1', 'ethtool -G eth0 rx 128');
    expect(done?.status).toBe(0);
    expect(state().branches.list).toHaveLength(2);
    expect(state().playhead.moment.t).toBe(300_000);
    expect(app.feed.current?.scene.queues[0].size).toBe(128);
    await app.actions.switchBranch(1);
    expect(app.feed.current?.scene.queues[0].size).toBe(64);
  });

  it('a link opens the same scenario, commands, moment and selection elsewhere', async () => {
    const a = open();
    await a.load();
    await a.app.actions.seek({ t: 300_000 });
    await a.app.actions.command('h1', 'ethtool -G eth0 rx 128');
    await a.app.actions.runTo({ kinds: [Kind.recv] });
    a.app.actions.select({ kind: 'queue', queue: 1 });
    const fragment = a.app.actions.share();
    expect(a.core.address).toBe(fragment);
    const b = open();
    expect(await b.app.actions.openLink(fragment ?? '')).toBe(true);
    expect(b.state().playhead.moment).toEqual(a.state().playhead.moment);
    expect(b.state().branches).toEqual(a.state().branches);
    expect(b.state().selection.target).toEqual({ kind: 'queue', queue: 1 });
    expect(sceneOf(b.app)).toEqual(sceneOf(a.app));
  });

  it('a step opens the variant it is told in, and keeps in mind the one chosen by hand', async () => {
    const { app, state } = open();
    await app.actions.load({ builtin: 'lesson' });
    const shown = () => [state().scenario.variant, state().lesson.step, state().lesson.aside];
    await app.actions.setVariant('one');
    await app.actions.goToStep(0);
    expect(shown()).toEqual(['base', 0, 'one']);
    await app.actions.goToStep(1);
    expect(shown()).toEqual(['other', 1, 'one']);
    // chosen again: it stays while the step does
    await app.actions.setVariant('one');
    expect(shown()).toEqual(['one', 1, null]);
    await app.actions.goToStep(2);
    expect(shown()).toEqual(['base', 2, 'one']);
    // where a lesson opens its own variants, nobody has chosen
    await app.actions.load({ builtin: 'lesson' });
    for (const step of [0, 1, 2]) await app.actions.goToStep(step);
    expect(shown()).toEqual(['base', 2, null]);
  });

  it('says so where a link cannot be read', async () => {
    const { app, state } = open();
    expect(await app.actions.openLink('#s1.not-a-link')).toBe(false);
    expect(state().notices).toHaveLength(1);
  });

  it('after a crash starts anew at the same moment, with its branches and selection', async () => {
    const { app, state, load, core } = open();
    await load();
    await app.actions.seek({ t: 300_000 });
    await app.actions.command('h1', 'ethtool -G eth0 rx 128');
    app.actions.select({ kind: 'cpu', cpu: 1 });
    const shown = sceneOf(app);
    const { branches } = state();
    const { moment } = state().playhead;
    core.broken = true;
    await app.actions.report(null);
    expect(state().worker).toBe('crashed');
    expect(state().notices.map((n) => n.code)).toContain('worker-crashed');
    core.broken = false;
    await app.actions.restart();
    expect(state().worker).toBe('ready');
    expect(state().playhead.moment).toEqual(moment);
    expect(state().branches).toEqual(branches);
    expect(state().selection.target).toEqual({ kind: 'cpu', cpu: 1 });
    expect(sceneOf(app)).toEqual(shown);
  });
});
