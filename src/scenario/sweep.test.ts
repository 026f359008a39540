import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runToEnd } from './claims.ts';
import { checkClaims } from './claims.ts';
import { loadScenario } from './load.ts';
import { metric } from '../engine/metrics/metric-table.ts';
import type { Scenario, SweepAsk } from './schema.ts';
import { pointVariantPatch, runSweep, SweepProblem, sweepToEnd, variablesOf } from './sweep.ts';
import { rangeProblem, sweepValues } from './sweep-values.ts';

function read(more: Record<string, unknown> = {}): Scenario {
  const loaded = loadScenario(JSON.stringify({ ...SCENARIO, ...more }), 'it');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return loaded.scenario;
}

const SCENARIO = {
  format: 1,
  id: 'it',
  title: { text: 'It' },
  durationNs: 2_000_000,
  hosts: {
    h1: {
      cpus: 1,
      nics: { eth0: { ringSize: 64 } },
      sockets: { sink: { proto: 'udp', port: 7000 } },
      apps: { reader: { cpu: 0, sockets: ['sink'] } },
    },
  },
  traffic: { load: { kind: 'rate', frame: { proto: 'udp', dport: 7000 }, ratePps: 100_000 } },
  variants: {
    slow: { patch: { hosts: { h1: { clockMhz: 300 } }, traffic: { load: { ratePps: 50_000 } } } },
  },
  lesson: {
    steps: [{ title: { text: 'a' }, text: { text: 'a' }, at: { atNs: 1_900_000 }, sweep: 'rates' }],
  },
  sweeps: {
    rates: {
      title: { text: 'Rates' },
      vary: { path: 'traffic.load.ratePps' },
      from: 100_000,
      to: 400_000,
      points: 4,
      variants: ['base', 'slow'],
      metrics: ['arrivedPps', 'delivered'],
    },
  },
  claims: [
    { id: 'a', sweep: 'rates', metric: 'arrivedPps', of: 'maxAt', op: '==', value: 400_000 },
    {
      id: 'b',
      sweep: 'rates',
      metric: 'arrivedPps',
      of: 'at',
      x: 200_000,
      op: '~',
      value: 200_000,
      tolerance: { rel: 0.01 },
    },
  ],
};

const ask = (more: Partial<SweepAsk> = {}): SweepAsk => ({
  vary: { path: 'traffic.load.ratePps' },
  from: 100_000,
  to: 300_000,
  points: 3,
  scale: 'linear',
  variants: ['base'],
  metrics: ['delivered', 'idleShare'],
  ...more,
});

describe('the values of a sweep', () => {
  it('are even steps, even factors, or doubles', () => {
    expect(sweepValues(ask())).toEqual([100_000, 200_000, 300_000]);
    expect(sweepValues(ask({ from: 1, to: 1000, points: 4, scale: 'log' }))).toEqual([1, 10, 100, 1000]);
    expect(sweepValues(ask({ from: 64, to: 600, scale: 'double' }))).toEqual([64, 128, 256, 512]);
    expect(sweepValues(ask({ from: 1, to: 3, points: 9 }))).toEqual([1, 2, 3]);
  });

  it('are whole, rise, begin and end where asked, and are no more than asked', () => {
    const range = fc.record({
      from: fc.integer({ min: 0, max: 1_000_000 }),
      span: fc.integer({ min: 1, max: 1_000_000_000 }),
      points: fc.integer({ min: 2, max: 64 }),
      scale: fc.constantFrom('linear' as const, 'log' as const),
    });
    fc.assert(
      fc.property(range, ({ from, span, points, scale }) => {
        const asked = { from, to: from + span, points, scale };
        if (rangeProblem(asked) !== null) return;
        const values = sweepValues(asked);
        expect(values[0]).toBe(from);
        expect(values.at(-1)).toBe(from + span);
        expect(values.length).toBeLessThanOrEqual(points);
        expect(values.every((v, i) => Number.isInteger(v) && (i === 0 || v > values[i - 1]))).toBe(true);
      }),
    );
  });
});

describe('a sweep', () => {
  it('is so many ordinary runs: each point equals the run of the variant it opens as', () => {
    const scenario = read();
    for (const vary of [
      { path: 'traffic.load.ratePps' },
      { command: 'ethtool -C eth0 rx-usecs {value}' },
    ] as const) {
      const asked = ask({ vary, from: 20, to: 200, points: 2, variants: ['base', 'slow'], runNs: 1_000_000 });
      for (const { variant, x, values } of sweepToEnd(scenario, asked)) {
        const patch = pointVariantPatch(scenario, asked, variant, x);
        const opened = { ...scenario, variants: { ...scenario.variants, opened: { of: variant, patch } } };
        const run = runToEnd(opened, { variant: 'opened' });
        if (!run.ok) throw new Error(JSON.stringify(run.errors));
        for (const name of asked.metrics) expect(metric(run.world, name)).toBe(values[name]);
        expect(run.world.fixed.spec.durationNs).toBe(1_000_000);
      }
    }
  });

  it("gives its value, not a variant's own, to what is varied", () => {
    const points = sweepToEnd(read(), ask({ variants: ['slow'], metrics: ['arrivedPps'] }));
    for (const { x, values } of points) expect(Math.abs(values['arrivedPps'] / x - 1)).toBeLessThan(0.01);
  });

  it('takes turns among variants and says how far it is', () => {
    const scenario = read();
    const { title: _title, labels: _labels, ...rates } = scenario.sweeps['rates'];
    const steps = [...runSweep(scenario, rates)];
    const points = steps.flatMap((step) => (step.point === null ? [] : [step.point]));
    expect(points.map((p) => `${p.variant} ${p.x}`).slice(0, 3)).toEqual([
      'base 100000',
      'slow 100000',
      'base 200000',
    ]);
    expect(steps.map((step) => step.done)).toEqual(steps.map((step) => step.done).sort((a, b) => a - b));
    expect(steps.at(-1)).toMatchObject({ done: 8, of: 8 });
  });

  it('says before the first run what cannot be', () => {
    const scenario = read();
    const told = (more: Partial<SweepAsk>): string => {
      try {
        runSweep(scenario, ask(more)).next();
      } catch (error) {
        if (error instanceof SweepProblem) return `${error.where}|${error.message}`;
      }
      return '';
    };
    expect(told({ to: 1 })).toMatch(/^\|the greatest value has to be above/);
    expect(told({ vary: { path: 'traffic.none.ratePps' } })).toMatch(/has no none; there are load/);
    expect(told({ vary: { path: 'claims' } })).toMatch(/name a number in hosts or traffic/);
    expect(told({ vary: { path: 'hosts.h1.wheels' } })).toMatch(/^100000\|hosts\.h1\.wheels/);
    expect(told({ vary: { command: 'ethtool -G eth0 rx {value}' } })).toMatch(/^100000\|setup\[0\]/);
    expect(told({ metrics: ['speed'] })).toMatch(/there is no metric speed/);
    expect(told({ variants: ['none'] })).toMatch(/there is no variant none/);
  });

  it('is bounded in runs and in packets of all of them', () => {
    const many = ask({ from: 1, to: 1000, points: 64, variants: ['base', 'slow', 'base', 'slow'] });
    expect(() => sweepToEnd(read(), many)).toThrow(/256 runs: at most 200/);
    const long = read({ durationNs: 1_000_000_000 });
    const heavy = ask({ from: 1_000_000, to: 4_000_000, points: 20 });
    expect(() => sweepToEnd(long, heavy)).toThrow(/more than 20000000 packets in all/);
  });

  it('offers what a scenario has numbers for', () => {
    expect(variablesOf(read()).map((row) => row.path)).toEqual([
      'traffic.load.ratePps',
      'traffic.load.flows',
      'traffic.load.frame.len',
      'hosts.h1.cpus',
      'hosts.h1.nics.eth0.queues',
    ]);
  });
});

describe('a claim about a curve', () => {
  it('is checked on its points', () => {
    expect(checkClaims(read()).map(({ id, pass }) => [id, pass])).toEqual([
      ['a', true],
      ['b', true],
    ]);
    const [wrong] = checkClaims(
      read({
        claims: [{ id: 'c', sweep: 'rates', metric: 'arrivedPps', of: 'at', x: 7, op: '==', value: 0 }],
      }),
    );
    expect(wrong).toMatchObject({ pass: false, text: expect.stringContaining('has no point 7') });
  });

  it('must name a sweep that is there, what of it, and a value', () => {
    const errors = (claim: Record<string, unknown>, more: Record<string, unknown> = {}): string => {
      const text = JSON.stringify({
        ...SCENARIO,
        claims: [{ id: 'c', op: '<', metric: 'sent', ...claim }],
        ...more,
      });
      const loaded = loadScenario(text, 'it');
      return loaded.ok ? '' : loaded.errors.map((e) => e.message).join('; ');
    };
    expect(errors({ sweep: 'none', of: 'max', value: 1 })).toMatch(/there is no sweep none; there are rates/);
    expect(errors({ sweep: 'rates', value: 1 })).toMatch(/needs of and value/);
    expect(errors({ of: 'max', value: 1 })).toMatch(/of goes with sweep/);
    expect(errors({ sweep: 'rates', of: 'at', value: 1 })).toMatch(/go together/);
    const bad = { ...SCENARIO.sweeps.rates, to: 5, variants: ['base', 'none'] };
    expect(errors({ value: 1 }, { sweeps: { rates: bad } })).toMatch(/no variant none.*above the least/s);
  });
});
