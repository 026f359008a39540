/** A lesson's steps with their moments found: a time, or the n-th record of a kind, looked up on the variant's own run. */
import { kindName } from '../catalog/kinds.ts';
import { reasonName } from '../catalog/reasons.ts';
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import type { TrafficTable } from '../engine/packet/traffic-table.ts';
import { RecordWriter } from '../engine/records.ts';
import { t } from '../i18n/index.ts';
import type { InspectTarget, LessonStep, Moment } from '../protocol/messages.ts';
import { recordAt } from '../protocol/record-codec.ts';
import { compileScenario } from '../scenario/compile.ts';
import type { Scenario, ScenarioStep, ScenarioText } from '../scenario/schema.ts';
import { BASE } from '../scenario/variants.ts';

/** Records looked through for a step's moment, at most. */
const MOST_RECORDS = 3_000_000;
const SLICE = 8192;

export function textOf(text: ScenarioText): string {
  return 'key' in text ? t(text.key) : text.text;
}

type Wanted = { step: ScenarioStep; index: number; left: number };

/** @returns every step; one whose moment isn't found stands at the start */
export function resolveSteps(scenario: Scenario, captures: ReadonlyMap<string, TrafficTable>): LessonStep[] {
  const { steps } = scenario.lesson;
  const moments: Moment[] = steps.map(() => ({ t: 0, seq: 0 }));
  const byVariant = new Map<string, Wanted[]>();
  steps.forEach((step, index) => {
    const name = step.variant ?? BASE;
    const list = byVariant.get(name) ?? [];
    list.push({ step, index, left: 'kind' in step.at ? step.at.n : 0 });
    byVariant.set(name, list);
  });
  for (const [name, wanted] of byVariant) findMoments(scenario, name, captures, wanted, moments);
  return steps.map((step, i) => ({
    title: textOf(step.title),
    text: textOf(step.text),
    at: moments[i],
    focus: focusOf(step),
    variant: step.variant ?? BASE,
    sweep: step.sweep ?? null,
    history: (step.history ?? []).map(({ when, title, text, mark }) => ({
      when,
      title: textOf(title),
      text: textOf(text),
      mark,
    })),
  }));
}

function focusOf(step: ScenarioStep): InspectTarget | null {
  const f = step.focus;
  if (f === undefined) return null;
  if ('packet' in f) return { kind: 'packet', packet: f.packet };
  if ('queue' in f) return { kind: 'queue', queue: f.queue };
  if ('link' in f) return { kind: 'link', way: f.link };
  if ('toe' in f) return { kind: 'toe', nic: f.toe };
  if ('tx' in f) return { kind: 'tx', queue: f.tx };
  if ('napi' in f) return { kind: 'napi', queue: f.napi };
  if ('cpu' in f) return { kind: 'cpu', cpu: f.cpu };
  if ('socket' in f) return { kind: 'socket', socket: f.socket };
  return { kind: 'task', task: f.task };
}

function findMoments(
  scenario: Scenario,
  variant: string,
  captures: ReadonlyMap<string, TrafficTable>,
  wanted: Wanted[],
  moments: Moment[],
): void {
  const compiled = compileScenario(scenario, { variant, captures });
  if (!compiled.ok) return;
  const world = createWorld(compiled.spec);
  let open = wanted.slice();
  let lastSeq = 0;
  world.writer = new RecordWriter((buffer, count) => {
    const view = new DataView(buffer);
    for (let i = 0; i < count && open.length > 0; i += 1) {
      const r = recordAt(view, i);
      for (const w of open) {
        const { at } = w.step;
        if ('atNs' in at) {
          if (r.timeNs <= at.atNs) moments[w.index] = { t: at.atNs, seq: r.seq };
          else w.left = -1;
          continue;
        }
        if (kindName(r.kind) !== at.kind) continue;
        if (at.reason !== undefined && reasonName(r.reason) !== at.reason) continue;
        if (at.packet !== undefined && r.packet !== at.packet) continue;
        w.left -= 1;
        if (w.left === 0) moments[w.index] = { t: r.timeNs, seq: r.seq };
      }
      open = open.filter((w) => ('atNs' in w.step.at ? w.left >= 0 : w.left > 0));
      lastSeq = r.seq;
    }
  });
  while (open.length > 0 && lastSeq < MOST_RECORDS && world.now < compiled.spec.durationNs) {
    advance(world, compiled.spec.durationNs, world.seq + SLICE);
    world.writer.flush();
  }
}
