import { describe, expect, it } from 'vitest';
import type { KnobView, LoadedInfo, SweepAsk } from '../../protocol/messages.ts';
import { askOf, choicesOf, formOf, OWN, usualForm } from './form.ts';

const ask: SweepAsk = {
  vary: { path: 'traffic.load.ratePps' },
  from: 1000,
  to: 9000,
  points: 5,
  scale: 'log',
  variants: ['base', 'napi'],
  metrics: ['sentPps'],
  runNs: 2_000_000,
};

const info = {
  variables: [
    { path: 'traffic.load.ratePps', owner: 'load', field: 'ratePps', value: 4000, from: 1000, to: 16_000 },
    { path: 'hosts.h1.cpus', owner: 'h1', field: 'cpus', value: 4, from: 1, to: 4 },
  ],
  sweeps: [],
} as unknown as LoadedInfo;

const knob = (id: string, template: string, value: number, min: number, max: number): KnobView => ({
  ...{ id, group: 'ring', label: 'knob.x', line: '', kind: 'number', value: String(value), template },
  ...{ min, max },
});
const knobs = [
  knob('eth0.ring.rx', 'ethtool -G eth0 rx {value}', 512, 64, 4096),
  knob('eth0.coalesce.rx-usecs', 'ethtool -C eth0 rx-usecs {value}', 50, 0, 1000),
];
const choices = choicesOf(info, knobs, 'h1');

describe("the sweep's form", () => {
  it('offers rates first, then the machine, then numeric commands near their present value', () => {
    expect(choices.map((choice) => choice.group)).toEqual(['traffic', 'machine', 'commands', 'commands']);
    expect(choices[2]).toMatchObject({ scale: 'double', from: 64, to: 4096 });
    expect(choices[3]).toMatchObject({ scale: 'linear', from: 0, to: 400 });
    expect(choices[3].vary).toEqual({ command: 'ethtool -C eth0 rx-usecs {value}', host: 'h1' });
  });

  it('asks for what it was filled from', () => {
    expect(askOf(formOf(ask, choices), choices, 'h1')).toEqual({ ok: true, ask });
    const own: SweepAsk = { ...ask, vary: { command: 'sysctl -w x={value}', host: 'h1' } };
    expect(formOf(own, choices).choice).toBe(OWN);
    expect(askOf(formOf(own, choices), choices, 'h1')).toEqual({ ok: true, ask: own });
    expect(askOf(usualForm(info, choices, 'base'), choices, 'h1')).toMatchObject({
      ok: true,
      ask: { vary: ask.vary, from: 1000, to: 16_000, variants: ['base'] },
    });
    expect(
      usualForm({ ...info, sweeps: [{ id: 's', title: '', labels: {}, ask }] }, choices, 'base').to,
    ).toBe('9000');
  });

  it('says which field is wrong', () => {
    const field = (part: Partial<ReturnType<typeof formOf>>): string => {
      const asked = askOf({ ...formOf(ask, choices), ...part }, choices, 'h1');
      return asked.ok ? '' : asked.field;
    };
    expect(field({ choice: OWN, command: 'ethtool -G eth0 rx 64' })).toBe('command');
    expect(field({ from: 'much' })).toBe('from');
    expect(field({ from: '' })).toBe('from');
    expect(field({ from: '0' })).toBe('from');
    expect(field({ to: '1000' })).toBe('to');
    expect(field({ points: '65' })).toBe('points');
    expect(field({ points: '2.5' })).toBe('points');
    expect(field({ variants: [] })).toBe('variants');
    expect(field({ metrics: [] })).toBe('metrics');
    expect(field({ runMs: '20000' })).toBe('runMs');
    expect(field({ runMs: '-1' })).toBe('runMs');
  });
});
