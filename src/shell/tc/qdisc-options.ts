/**
 * Options of fq, fq_codel, prio and pfifo as tc reads them: on top of what stands (`tc qdisc change`), or of the defaults.
 * Source: tc of iproute2 6.1 (its answers and usages), tc-fq(8), tc-fq_codel(8), tc-prio(8), tc-pfifo(8).
 */
import type { FqCodelSpec, FqSpec, PrioSpec, QdiscSpec } from '../../engine/net/sched/spec.ts';
import { INCOMPLETE } from './netem.ts';
import { rateOf, sizeOf, timeOf, unsignedOf } from './units.ts';

export type OptionsParse =
  | { ok: true; spec: QdiscSpec }
  | { ok: false; error: string; status: number; hint: string };

const FQ_USAGE = `Usage: ... fq	[ limit PACKETS ] [ flow_limit PACKETS ]
		[ quantum BYTES ] [ initial_quantum BYTES ]
		[ maxrate RATE  ] [ buckets NUMBER ]
		[ [no]pacing ] [ refill_delay TIME ]
		[ low_rate_threshold RATE ]
		[ orphan_mask MASK]
		[ timer_slack TIME]
		[ ce_threshold TIME ]
		[ horizon TIME ]
		[ horizon_{cap|drop} ]`;

const FQ_CODEL_USAGE = `Usage: ... fq_codel	[ limit PACKETS ] [ flows NUMBER ]
[ memory_limit BYTES ]
[ target TIME ] [ interval TIME ]
[ quantum BYTES ] [ [no]ecn ]
[ ce_threshold TIME ]
[ ce_threshold_selector VALUE/MASK ]
[ drop_batch SIZE ]`;

const PRIO_USAGE = 'Usage: ... prio bands NUMBER priomap P1 P2...[multiqueue]';
const FIFO_USAGE = 'Usage: ... <[p|b]fifo | pfifo_head_drop> [ limit NUMBER ]';

function fail(error: string, status = 1, hint = ''): OptionsParse {
  return { ok: false, error, status, hint };
}

const notModelled = (what: string): OptionsParse => fail('', 1, `${what} is not modelled`);
const INVALID = 'RTNETLINK answers: Invalid argument';
/** As long as a run may be. */
const MOST_NS = 10_000_000_000;
const INT_MAX = 2_147_483_647;

type Read = (word: string) => number | null;

/** @param created it is made now, and does not stand yet */
export function parseQdiscOptions(base: QdiscSpec, words: readonly string[], created: boolean): OptionsParse {
  if (words[0] === 'help') return fail(base.kind === 'pfifo_fast' ? '' : usageOf(base.kind));
  switch (base.kind) {
    case 'pfifo_fast':
      return words.length === 0
        ? { ok: true, spec: base }
        : fail("qdisc 'pfifo_fast' does not support option parsing", 255);
    case 'pfifo':
      return parsePfifo(base, words);
    case 'prio':
      return parsePrio(base, words);
    case 'fq':
      return parseFq({ ...base }, words);
    case 'fq_codel':
      return parseFqCodel({ ...base }, words, created);
  }
}

function usageOf(kind: 'pfifo' | 'prio' | 'fq' | 'fq_codel'): string {
  return { pfifo: FIFO_USAGE, prio: PRIO_USAGE, fq: FQ_USAGE, fq_codel: FQ_CODEL_USAGE }[kind];
}

function parsePfifo(base: { kind: 'pfifo'; limit: number }, words: readonly string[]): OptionsParse {
  let { limit } = base;
  for (let i = 0; i < words.length; i += 2) {
    if (words[i] !== 'limit') return fail(`pfifo: unknown parameter "${words[i]}"\n${FIFO_USAGE}`);
    const word = words[i + 1];
    if (word === undefined) return fail(INCOMPLETE, 255);
    const value = sizeOf(word);
    if (value === null) return fail(`pfifo: Illegal value for "limit": "${word}"`);
    limit = value;
  }
  return { ok: true, spec: { kind: 'pfifo', limit } };
}

function parsePrio(base: PrioSpec, words: readonly string[]): OptionsParse {
  let bands = 3;
  const priomap = [1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1];
  let mapping = -1;
  // without options tc gives its defaults, whatever stands
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i];
    if (word === 'bands') {
      i += 1;
      if (words[i] === undefined) return fail(INCOMPLETE, 255);
      if (!/^\d{1,9}$/.test(words[i])) return fail('Illegal "bands"');
      bands = Number(words[i]);
    } else if (word === 'priomap') {
      if (mapping >= 0) return fail('Error: duplicate priomap');
      mapping = 0;
    } else if (word === 'multiqueue') return notModelled('multiqueue');
    else if (mapping < 0) return fail(`What is "${word}"?\n${PRIO_USAGE}`);
    else {
      if (!/^\d{1,9}$/.test(word)) return fail('Illegal "priomap" element');
      if (Number(word) > bands) return fail('"priomap" element is out of bands');
      if (mapping > 15) return fail('"priomap" index > TC_PRIO_MAX=15');
      priomap[mapping] = Number(word);
      mapping += 1;
    }
  }
  if (bands < 2 || bands > 16) return fail(INVALID, 2, 'bands: 2 to 16');
  if (priomap.some((band) => band >= bands))
    return fail(INVALID, 2, `every element of priomap is below bands, ${bands} here`);
  return { ok: true, spec: { kind: base.kind, bands, priomap } };
}

function parseFq(spec: FqSpec, words: readonly string[]): OptionsParse {
  const us = (word: string): number | null => timeOf(word);
  const numbers: Readonly<Record<string, [Read, (value: number) => void]>> = {
    limit: [
      unsignedOf,
      (n) => {
        spec.limit = n;
      },
    ],
    flow_limit: [
      unsignedOf,
      (n) => {
        spec.flowLimit = n;
      },
    ],
    quantum: [
      unsignedOf,
      (n) => {
        spec.quantum = n;
      },
    ],
    initial_quantum: [
      unsignedOf,
      (n) => {
        spec.initialQuantum = n;
      },
    ],
    maxrate: [
      rateOf,
      (n) => {
        spec.maxRate = n === 0xffff_ffff ? Number.POSITIVE_INFINITY : n;
      },
    ],
    low_rate_threshold: [
      rateOf,
      (n) => {
        spec.lowRateThreshold = n;
      },
    ],
    refill_delay: [
      us,
      (n) => {
        spec.refillDelayNs = n;
      },
    ],
    orphan_mask: [
      unsignedOf,
      (n) => {
        spec.orphanMask = n;
      },
    ],
    timer_slack: [
      us,
      (n) => {
        spec.timerSlackNs = n;
      },
    ],
    horizon: [
      us,
      (n) => {
        spec.horizonNs = n;
      },
    ],
  };
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i];
    if (word === 'pacing' || word === 'nopacing') spec.pacing = word === 'pacing';
    else if (word === 'horizon_drop' || word === 'horizon_cap') spec.horizonDrop = word === 'horizon_drop';
    else if (word === 'buckets' || word === 'ce_threshold' || word === 'defrate') return notModelled(word);
    else if (Object.hasOwn(numbers, word)) {
      i += 1;
      if (words[i] === undefined) return fail(INCOMPLETE, 255);
      const [read, set] = numbers[word];
      const value = read(words[i]);
      if (value === null) return fail(`Illegal "${word === 'orphan_mask' ? 'initial_quantum' : word}"`);
      set(value);
    } else return fail(`What is "${word}"?\n${FQ_USAGE}`);
  }
  if (spec.quantum < 1 || spec.quantum > 2 ** 20)
    return fail('Error: sch_fq: invalid quantum.', 2, 'quantum: 1 to 1048576 bytes');
  if (spec.initialQuantum > INT_MAX)
    return fail('Error: integer out of range.', 2, `initial_quantum: up to ${INT_MAX} bytes`);
  if (Math.max(spec.horizonNs, spec.refillDelayNs, spec.timerSlackNs) > MOST_NS)
    return fail('', 1, 'times: at most 10 s here');
  return { ok: true, spec };
}

function parseFqCodel(spec: FqCodelSpec, words: readonly string[], created: boolean): OptionsParse {
  const us = (word: string): number | null => {
    const ns = timeOf(word);
    return ns === null || ns > MOST_NS ? null : Math.floor(ns / 1000);
  };
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i];
    if (word === 'ecn' || word === 'noecn') {
      spec.ecn = word === 'ecn';
      continue;
    }
    if (word === 'ce_threshold' || word === 'ce_threshold_selector') return notModelled(word);
    const read: Read | undefined = (
      {
        limit: unsignedOf,
        flows: unsignedOf,
        quantum: unsignedOf,
        target: us,
        interval: us,
        memory_limit: sizeOf,
        drop_batch: unsignedOf,
      } as Record<string, Read>
    )[word];
    if (read === undefined) return fail(`What is "${word}"?\n${FQ_CODEL_USAGE}`);
    i += 1;
    if (words[i] === undefined) return fail(INCOMPLETE, 255);
    const value = read(words[i]);
    if (value === null) return fail(`Illegal "${word}"`);
    // tc leaves out a number that is 0
    if (value === 0 && word !== 'memory_limit') continue;
    if (word === 'limit') spec.limit = value;
    else if (word === 'quantum') spec.quantum = Math.max(256, value);
    else if (word === 'target') spec.targetUs = value;
    else if (word === 'interval') spec.intervalUs = value;
    else if (word === 'memory_limit') spec.memoryLimit = Math.min(2 ** 31, value);
    else if (word === 'drop_batch') spec.dropBatch = Math.max(1, value);
    else if (!created) return fail(INVALID, 2, 'the number of flows can be set once, when it is made');
    else if (value > 65_536) return fail(INVALID, 2, 'flows: 1 to 65536');
    else spec.flows = value;
  }
  return { ok: true, spec };
}
