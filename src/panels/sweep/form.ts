/** The sweep's form as plain text fields, and what they ask for. Pure. */
import type { KnobView, LoadedInfo, SweepAsk, SweepVary } from '../../protocol/messages.ts';

/** One thing that can be varied: a number of the scenario, or of a command. */
export interface Choice {
  id: string;
  group: 'traffic' | 'machine' | 'commands';
  /** Key and parameters of its name; a knob's own label is a message key too. */
  label: string;
  target: string;
  vary: SweepVary;
  from: number;
  to: number;
  scale: SweepAsk['scale'];
}

export interface Form {
  /** Id of a choice, or `own` for a command of one's own. */
  choice: string;
  command: string;
  from: string;
  to: string;
  points: string;
  scale: SweepAsk['scale'];
  runMs: string;
  variants: string[];
  metrics: string[];
}

export const OWN = 'own';
export const MOST_VARIANTS = 6;
export const MOST_METRICS = 12;
const USUAL_POINTS = 16;
const USUAL_METRICS = ['hardirqShare', 'softirqShare', 'appShare', 'idleShare'];

/** Rings and the like go by powers of two; times and weights by even steps. */
function knobScale(knob: KnobView): SweepAsk['scale'] {
  if (knob.id.endsWith('.ring.rx')) return 'double';
  return (knob.max ?? 0) / Math.max(1, knob.min ?? 0) > 4096 ? 'double' : 'linear';
}

/** Bounds near the present value, where those of the knob go on to billions. */
function knobRange(knob: KnobView): { from: number; to: number } {
  const value = Number(knob.value) || 0;
  const min = knob.min ?? 0;
  const max = knob.max ?? 1;
  const scale = knobScale(knob);
  const from = scale === 'double' ? Math.max(1, min, Math.floor(value / 16)) : min;
  const to = Math.min(max, Math.max(from + 1, value * 8, scale === 'double' ? from * 64 : 1));
  return { from, to };
}

export function choicesOf(info: LoadedInfo, knobs: readonly KnobView[], host: string): Choice[] {
  const numbers = info.variables.map((row): Choice => {
    const traffic = row.field === 'ratePps' || row.field === 'flows' || row.field === 'len';
    return {
      id: row.path,
      group: traffic ? 'traffic' : 'machine',
      label: `sweep.field.${row.field}`,
      target: row.owner,
      vary: { path: row.path },
      from: row.from,
      to: row.to,
      scale: row.field === 'flows' ? 'double' : 'linear',
    };
  });
  const commands = knobs
    .filter((knob) => knob.kind === 'number' && !knob.id.startsWith('task.'))
    .map(
      (knob): Choice => ({
        id: `${host}: ${knob.template}`,
        group: 'commands',
        label: knob.template,
        target: '',
        vary: { command: knob.template, host },
        ...knobRange(knob),
        scale: knobScale(knob),
      }),
    );
  return [...numbers, ...commands];
}

/** The fields that ask for this. */
export function formOf(ask: SweepAsk, choices: readonly Choice[]): Form {
  const same = (vary: SweepVary): boolean =>
    'path' in ask.vary
      ? 'path' in vary && vary.path === ask.vary.path
      : 'command' in vary && vary.command === ask.vary.command;
  return {
    choice: choices.find((choice) => same(choice.vary))?.id ?? OWN,
    command: 'command' in ask.vary ? ask.vary.command : '',
    from: String(ask.from),
    to: String(ask.to),
    points: String(ask.points),
    scale: ask.scale,
    runMs: ask.runNs === undefined ? '' : String(ask.runNs / 1e6),
    variants: ask.variants,
    metrics: ask.metrics,
  };
}

/** What is offered first: the scenario's own sweep, else its first rate. */
export function usualForm(info: LoadedInfo, choices: readonly Choice[], variant: string): Form {
  const [own] = info.sweeps;
  if (own !== undefined) return formOf(own.ask, choices);
  const first = choices[0];
  return {
    choice: first?.id ?? OWN,
    command: '',
    from: String(first?.from ?? 1),
    to: String(first?.to ?? 64),
    points: String(USUAL_POINTS),
    scale: first?.scale ?? 'linear',
    runMs: '',
    variants: [variant],
    metrics: ['deliveredPps', ...USUAL_METRICS],
  };
}

/** @returns the sweep asked for, or the key of what is wrong and the field */
export function askOf(
  form: Form,
  choices: readonly Choice[],
  host: string,
): { ok: true; ask: SweepAsk } | { ok: false; field: keyof Form; problem: string } {
  const wrong = (field: keyof Form, problem: string) => ({ ok: false as const, field, problem });
  const chosen = choices.find((choice) => choice.id === form.choice);
  if (chosen === undefined && !form.command.includes('{value}')) return wrong('command', 'sweep.bad.command');
  const vary: SweepVary = chosen?.vary ?? { command: form.command, host };
  const [from, to, points] = [form.from, form.to, form.points].map(Number);
  if (form.from === '' || !(from >= 0)) return wrong('from', 'sweep.bad.number');
  if (form.to === '' || !(to > from)) return wrong('to', 'sweep.bad.range');
  if (form.scale !== 'linear' && from < 1) return wrong('from', 'sweep.bad.log');
  if (!Number.isInteger(points) || points < 2 || points > 64) return wrong('points', 'sweep.bad.points');
  if (form.variants.length === 0) return wrong('variants', 'sweep.bad.variants');
  if (form.metrics.length === 0) return wrong('metrics', 'sweep.bad.metrics');
  const runNs = Math.round(Number(form.runMs) * 1e6);
  if (form.runMs !== '' && !(runNs >= 1 && runNs <= 1e10)) return wrong('runMs', 'sweep.bad.run');
  const ask: SweepAsk = {
    vary,
    from,
    to,
    points,
    scale: form.scale,
    variants: form.variants,
    metrics: form.metrics,
  };
  return { ok: true, ask: form.runMs === '' ? ask : { ...ask, runNs } };
}
