import { afterEach, describe, expect, it } from 'vitest';
import type { Request, Response, SweepAsk } from '../protocol/messages.ts';
import { Session } from '../worker/session.ts';
import type { Transport } from '../worker/client.ts';
import type { App } from './app.ts';
import { createApp } from './create.ts';

const scenario = JSON.stringify({
  format: 1,
  id: 'it',
  title: { text: 'It' },
  durationNs: 1_000_000,
  hosts: {
    h1: {
      cpus: 1,
      nics: { eth0: { ringSize: 64 } },
      sockets: { sink: { proto: 'udp', port: 7000 } },
      apps: { reader: { cpu: 0, sockets: ['sink'] } },
    },
  },
  traffic: { load: { kind: 'rate', frame: { proto: 'udp', dport: 7000 }, ratePps: 100_000 } },
  variants: { slow: { patch: { hosts: { h1: { clockMhz: 300 } } } } },
});

const ask: SweepAsk = {
  vary: { path: 'traffic.load.ratePps' },
  from: 100_000,
  to: 400_000,
  points: 4,
  scale: 'linear',
  variants: ['base', 'slow'],
  metrics: ['arrivedPps', 'idleShare'],
};

const apps: App[] = [];
afterEach(() => {
  for (const app of apps.splice(0)) app.destroy();
});

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** An app whose workers are sessions; `gate.open` false: they take a slice only when `pump` is called. */
function open() {
  const workers: { closed: boolean; pump(): boolean }[] = [];
  const gate = { open: true };
  const transport = (): Transport => {
    let hear: (r: Response) => void = () => undefined;
    const session = new Session({
      builtins: new Map([['it', scenario]]),
      now: () => performance.now() * 1000,
      post: (r) => queueMicrotask(() => !worker.closed && hear(r)),
    });
    const worker = { closed: false, pump: () => session.pump() };
    workers.push(worker);
    return {
      post: (request: Request) =>
        queueMicrotask(() => {
          if (worker.closed) return;
          session.handle(request);
          while ((gate.open || workers.indexOf(worker) === 0) && !worker.closed && session.pump());
        }),
      listen(onMessage) {
        hear = onMessage;
      },
      close: () => {
        worker.closed = true;
      },
    };
  };
  const app = createApp({
    transport,
    clock: { now: () => 0, frame: () => 0, cancel: () => undefined },
    address: { get: () => '', set: () => undefined },
  });
  apps.push(app);
  return { app, workers, gate, state: () => app.store.getState() };
}

describe('a sweep', () => {
  it('runs in a worker of its own, which ends with it; its points are kept by scenario', async () => {
    const { app, workers, state } = open();
    await app.actions.load({ builtin: 'it' });
    await app.actions.startSweep(ask);
    const run = state().sweep.runs['it'];
    expect(run).toMatchObject({ status: 'done', done: 8, of: 8, error: null });
    expect(run.points.map((p) => `${p.variant} ${p.x}`)).toHaveLength(8);
    expect(state().sweep.running).toBeNull();
    expect(workers.map((w) => w.closed)).toEqual([false, true]);
    await app.actions.load({ builtin: 'it' });
    expect(state().sweep.runs['it']).toBe(run);
  });

  it('can be given up: its worker goes, its points stay, the stage answers all the while', async () => {
    const { app, workers, gate, state } = open();
    await app.actions.load({ builtin: 'it' });
    gate.open = false;
    const sweeping = app.actions.startSweep(ask);
    await settle();
    for (let i = 0; i < 11; i += 1) workers[1].pump();
    await settle();
    expect(state().sweep.running).toBe('it');
    const before = state().sweep.runs['it'];
    expect(before.of).toBe(8);
    expect(before.points.length).toBeGreaterThan(0);
    await app.actions.seek({ t: 500_000 });
    expect(state().playhead.moment.t).toBe(500_000);
    app.actions.cancelSweep();
    await sweeping;
    expect(state().sweep.running).toBeNull();
    expect(state().sweep.runs['it']).toMatchObject({ status: 'cancelled', points: before.points });
    expect(workers[1].closed).toBe(true);
  });

  it('says what cannot be, and where', async () => {
    const { app, state } = open();
    await app.actions.load({ builtin: 'it' });
    await app.actions.startSweep({ ...ask, vary: { command: 'ethtool -G eth0 rx {value}' } });
    expect(state().sweep.runs['it']).toMatchObject({
      status: 'failed',
      error: { code: 'bad-sweep', where: '100000' },
    });
    expect(state().notices).toEqual([]);
  });

  it("opens a point's run as a variant that a link carries", async () => {
    const a = open();
    await a.app.actions.load({ builtin: 'it' });
    await a.app.actions.startSweep(ask);
    const [, point] = a.state().sweep.runs['it'].points.filter((p) => p.variant === 'slow');
    expect(await a.app.actions.openSweepPoint(ask, 'slow', point.x, 'rate: 200 000, slow')).toBe(true);
    const report = (await a.app.actions.report(null)) as { metrics: Record<string, number> };
    for (const name of ask.metrics) expect(report.metrics[name]).toBe(point.values[name]);
    expect(a.state().scenario.info?.variants.map((v) => v.title)).toEqual([
      'base',
      'slow',
      'rate: 200 000, slow',
    ]);
    const b = open();
    expect(await b.app.actions.openLink(a.app.actions.share() ?? '')).toBe(true);
    expect(b.state().scenario.variant).toBe(a.state().scenario.variant);
    expect(((await b.app.actions.report(null)) as typeof report).metrics).toEqual(report.metrics);
    // the same point again is the same variant; and there is a bound to how many are kept
    const { variant } = a.state().scenario;
    await a.app.actions.openSweepPoint(ask, 'slow', point.x, 'rate: 200 000, slow');
    expect(a.state().scenario.variant).toBe(variant);
    for (let x = 1; x <= 20; x += 1) {
      expect(await a.app.actions.openSweepPoint(ask, 'base', 1000 * x, `rate: ${x}`)).toBe(true);
    }
    expect(a.state().scenario.info?.variants.length).toBeLessThanOrEqual(3 + 8);
  });
});

describe('another kernel version', () => {
  it('remakes the run with the same commands on the same branches, says what it lacks, and leads back', async () => {
    const { app, state } = open();
    await app.actions.load({ builtin: 'it' });
    await app.actions.seek({ t: 300_000 });
    await app.actions.command('h1', 'ethtool -G eth0 rx 128');
    await app.actions.command('h1', 'echo 1 > /sys/class/net/eth0/threaded');
    const before = state()
      .branches.list.at(-1)
      ?.inputs.map((input) => input.line);
    expect(before).toHaveLength(2);
    expect(await app.actions.changeKernel('4.18')).toBe(true);
    expect(state().scenario.map?.kernel).toBe('4.18');
    expect(state().playhead.moment.t).toBe(300_000);
    expect(state().branches.active).not.toBe(1);
    expect(app.feed.current?.scene.queues[0].size).toBe(128);
    expect(state().notices.map((n) => n.message)).toEqual([
      expect.stringMatching(/threaded: .*came with Linux 5\.12; this host runs 4\.18/s),
    ]);
    // on to a third: it starts from the scenario's own variant again, not from the one before
    expect(await app.actions.changeKernel('6.18')).toBe(true);
    expect(state().scenario.map?.kernel).toBe('6.18');
    expect(state().scenario.info?.variants.map((v) => v.title)).toEqual([
      'base',
      'slow',
      'Linux 4.18',
      'Linux 6.18',
    ]);
    const b = open();
    expect(await b.app.actions.openLink(app.actions.share() ?? '')).toBe(true);
    expect(b.state().scenario.map?.kernel).toBe('6.18');
    expect(await app.actions.changeKernel('6.12')).toBe(true);
    expect(state().scenario.variant).toBe('base');
    expect(
      state()
        .branches.list.at(-1)
        ?.inputs.map((input) => input.line),
    ).toEqual(before);
  });
});
