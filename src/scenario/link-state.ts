/**
 * What a link holds, format 1: everything that leads to the very same picture, and nothing that follows from it. Captures are
 * named only. Fields may be added if they may be absent; any other change is a new format with an upgrader in link.ts.
 */
import * as v from 'valibot';
import { LIMITS } from './schema.ts';

export const LINK_FORMAT = 1;

/** Longest of what a person may write into a note. */
const MOST_NOTE = 2000;

const whole = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(most));
const word = (most: number) => v.pipe(v.string(), v.maxLength(most));
const count = whole(Number.MAX_SAFE_INTEGER);
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
/** Data of the page's own, bounded by the whole link's size and depth. */
const plain = v.record(v.string(), v.unknown());

const moment = v.object({ t: whole(LIMITS.durationNs), seq: count });

const input = v.object({
  at: whole(LIMITS.durationNs),
  after: v.nullable(count),
  host: word(40),
  line: word(4096),
});

const branch = v.object({
  id: whole(1_000_000),
  parent: v.nullable(whole(1_000_000)),
  forkAt: v.nullable(moment),
  inputs: v.pipe(v.array(input), v.maxLength(LIMITS.commands)),
});

export const LinkSchema = v.object({
  format: v.literal(LINK_FORMAT),
  scenario: v.union([
    /** A built-in one as it was: its hash, and what has been changed in it (a merge patch, null: nothing). */
    v.object({ builtin: v.object({ id: word(80), hash: sha256, patch: v.nullable(plain) }) }),
    /** A user's own, whole. */
    v.object({ body: plain, name: word(200) }),
  ]),
  captures: v.pipe(v.array(v.object({ sha256, name: word(200) })), v.maxLength(64)),
  variant: word(80),
  branches: v.pipe(v.array(branch), v.minLength(1), v.maxLength(256)),
  active: whole(1_000_000),
  /** The other side of a comparison. */
  compare: v.nullable(v.object({ variant: word(80), branch: whole(1_000_000) })),
  moment,
  pace: v.union([
    v.object({
      mode: v.literal('event'),
      eventsPerSecond: v.pipe(v.number(), v.minValue(0), v.maxValue(1e6)),
    }),
    v.object({ mode: v.literal('true'), nsPerSecond: v.pipe(v.number(), v.minValue(0), v.maxValue(1e12)) }),
  ]),
  /** Density, theme, zoom, panels. */
  view: plain,
  selection: v.nullable(plain),
  lang: word(20),
  notes: v.pipe(v.array(v.object({ at: moment, text: word(MOST_NOTE) })), v.maxLength(200)),
});

export type LinkState = v.InferOutput<typeof LinkSchema>;

/** What the schema can't say: branches form a tree, each after its parent, and those named are there. */
export function linkProblem(state: LinkState): string | null {
  const seen = new Set<number>();
  for (const { id, parent } of state.branches) {
    if (seen.has(id)) return `branch ${id} stands twice`;
    if (parent !== null && !seen.has(parent)) return `branch ${id} has no parent before it`;
    seen.add(id);
  }
  if (!seen.has(state.active)) return `branch ${state.active} is not there`;
  if (state.compare !== null && !seen.has(state.compare.branch))
    return `branch ${state.compare.branch} is not there`;
  return null;
}
