/** What a CPU can be doing. One list for engine, records, map, timeline and console; the index is what records carry. */
export const CONTEXTS = [
  'hardirq',
  'softirq',
  'ksoftirqd',
  'napi-thread',
  'syscall',
  'task',
  'idle',
] as const;

export type ContextName = (typeof CONTEXTS)[number];

export const Ctx = {
  hardirq: 0,
  softirq: 1,
  ksoftirqd: 2,
  napiThread: 3,
  syscall: 4,
  task: 5,
  idle: 6,
} as const;
