/** What a command gives back, and what commands are given. */
import type { Change } from '../engine/change.ts';
import type { HostChange } from '../engine/spec.ts';
import type { Watch } from './watch.ts';
import type { HostFixed, HostState, World } from '../engine/world.ts';

/** `output`: standard output and standard error as a terminal shows them; empty, or ends in a newline. */
export interface ShellResult {
  output: string;
  status: number;
  changes: HostChange[];
  /** The line is a `watch`: how it is to be shown again. */
  watch?: Watch;
}

/** A setting in force, as the command it stands for. */
export interface KnobCommand {
  /** Stays the same while the setting exists: eth0.ring.rx. */
  id: string;
  /** Key of the group it is shown in. */
  group: KnobGroup;
  /** What it belongs to: eth0, eth0 rx-1, a task's name; empty for the host. */
  target: string;
  /** Message key. */
  label: string;
  /** The command that sets what is set now. */
  line: string;
  kind: 'number' | 'choice' | 'toggle' | 'text';
  value: string;
  min?: number;
  max?: number;
  choices?: string[];
  /** Line with `{value}` to fill in. */
  template: string;
}

export const KNOB_GROUPS = [
  'ring',
  'moderation',
  'queues',
  'rss',
  'features',
  'affinity',
  'steering',
  'napi',
  'link',
  'softirq',
  'protocol',
  'tasks',
] as const;
export type KnobGroup = (typeof KNOB_GROUPS)[number];

/** The host a command runs on. */
export interface Ctx {
  world: World;
  host: number;
  fixed: HostFixed;
  state: HostState;
  kernel: string;
  hz: number;
}

/** What a command function returns; the host is added to the changes afterwards. */
export interface Outcome {
  output: string;
  status: number;
  changes: Change[];
  /** Standard error around the output: it passes by a pipe. */
  around?: { before: string; after: string };
}

export function done(changes: Change[] = [], output = ''): Outcome {
  return { output, status: 0, changes };
}

export function printed(output: string): Outcome {
  return { output, status: 0, changes: [] };
}

/**
 * A refusal: what the real tool says, then lines of ours about what is possible.
 * @param status never 0
 */
export function refused(error: string, status = 1, ...hints: string[]): Outcome {
  const lines = error === '' ? [] : [error.replace(/\n$/, '')];
  for (const hint of hints) if (hint !== '') lines.push(`# ${hint}`);
  return { output: `${lines.join('\n')}\n`, status, changes: [] };
}
