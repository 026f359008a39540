/**
 * netem's options as tc reads and prints them. Times without a unit are microseconds, shares are percent with or without the sign.
 * Source: tc of iproute2 6.1 (its answers and formats), tc-netem(8). Left out, and refused in our words: correlations,
 * distributions, the 4-state loss model, rate, slot, ecn.
 */
import type { NetemSpec } from '../../engine/link/netem.ts';
import { commandOf } from '../ip/options.ts';
import { NUMBER, timeOf } from './units.ts';

const NETEM_USAGE = `Usage: ... netem [ limit PACKETS ]
                 [ delay TIME [ JITTER [CORRELATION]]]
                 [ distribution {uniform|normal|pareto|paretonormal} ]
                 [ corrupt PERCENT [CORRELATION]]
                 [ duplicate PERCENT [CORRELATION]]
                 [ loss random PERCENT [CORRELATION]]
                 [ loss state P13 [P31 [P32 [P23 P14]]]
                 [ loss gemodel PERCENT [R [1-H [1-K]]]
                 [ ecn ]
                 [ reorder PERCENT [CORRELATION] [ gap DISTANCE ]]
                 [ rate RATE [PACKETOVERHEAD] [CELLSIZE] [CELLOVERHEAD]]
                 [ slot MIN_DELAY [MAX_DELAY] [packets MAX_PACKETS] [bytes MAX_BYTES]]
                 [ slot distribution {uniform|normal|pareto|paretonormal|custom}
                   DELAY JITTER [packets MAX_PACKETS] [bytes MAX_BYTES]]`;

export const INCOMPLETE = 'Command line is not complete. Try option "help"';

export type NetemParse =
  /** `said`: options that were given, if only as 0. */
  | { ok: true; spec: NetemSpec; said: ReadonlySet<string> }
  | { ok: false; error: string; status: number; hint: string };

/** Most a delay may be: ten seconds, as long as a run. */
const MOST_NS = 10_000_000_000;

const SHARE = new RegExp(`^(${NUMBER})%?$`, 'i');
const SIZE = new RegExp(`^(${NUMBER})(b|[kmg]b?)?$`, 'i');

function shareOf(word: string): number | null {
  const match = SHARE.exec(word);
  const share = match === null ? Number.NaN : Number(match[1]) / 100;
  return share >= 0 && share <= 1 ? share : null;
}

/** get_size: `1k` is 1024. @returns null also for what is beyond 32 bits */
function sizeOf(word: string): number | null {
  const match = SIZE.exec(word);
  if (match === null) return null;
  const power = ' kmg'.indexOf((match[2] ?? '').charAt(0).toLowerCase() || ' ');
  const size = Math.floor(Number(match[1]) * 1024 ** Math.max(0, power));
  return size < 2 ** 32 ? size : null;
}

/** Only a digit makes tc read on: `.5` begins a word of its own. */
const isNumber = (word: string | undefined): word is string => word !== undefined && /^\d/.test(word);

class Words {
  private readonly words: readonly string[];
  private at = 0;

  constructor(words: readonly string[]) {
    this.words = words;
  }

  peek(): string | undefined {
    return this.words[this.at];
  }

  next(): string | undefined {
    this.at += 1;
    return this.words[this.at - 1];
  }

  /** @returns the next word where it begins as a number */
  number(): string | undefined {
    return isNumber(this.peek()) ? this.next() : undefined;
  }
}

/** In tc's order: the first that a short word fits is meant. */
const OPTIONS = [
  'limit',
  'latency',
  'delay',
  'loss',
  'drop',
  'ecn',
  'reorder',
  'corrupt',
  'gap',
  'duplicate',
  'distribution',
  'rate',
  'slot',
] as const;

const NO_CORRELATION = 'correlations are not modelled: each frame is drawn by itself';

export function parseNetem(words: readonly string[]): NetemParse {
  const spec: NetemSpec = {
    limit: 1000,
    delayNs: 0,
    jitterNs: 0,
    loss: 0,
    gemodel: null,
    duplicate: 0,
    corrupt: 0,
    reorder: 0,
    gap: 0,
  };
  const rest = new Words(words);
  let lossGiven = false;
  let wrong: NetemParse | null = null;
  const fail = (error: string, status = 1, hint = ''): null => {
    wrong = { ok: false, error, status, hint };
    return null;
  };
  const illegal = (name: string): null => fail(`Illegal "${name}"`);
  /** A share that has to be there, and no correlation behind it. */
  const share = (name: string): number | null => {
    const word = rest.next();
    if (word === undefined) return fail(INCOMPLETE, 255);
    const value = shareOf(word);
    if (value === null) return illegal(name);
    return rest.number() === undefined ? value : fail('', 1, NO_CORRELATION);
  };
  const time = (name: string): number | null => {
    const word = rest.next();
    if (word === undefined) return fail(INCOMPLETE, 255);
    const value = timeOf(word);
    if (value === null) return illegal(name);
    return value > MOST_NS ? fail('', 1, 'at most 10 s here') : value;
  };
  const said = new Set<string>();
  for (let word = rest.next(); word !== undefined && wrong === null; word = rest.next()) {
    const option = commandOf(word, OPTIONS);
    if (option !== undefined) said.add(option);
    switch (option) {
      case 'limit': {
        const value = rest.next();
        const size = sizeOf(value ?? '');
        if (value === undefined) fail(INCOMPLETE, 255);
        else if (size === null) illegal('limit');
        else spec.limit = size;
        break;
      }
      case 'delay':
      case 'latency': {
        spec.delayNs = time('latency') ?? 0;
        if (wrong === null && isNumber(rest.peek())) {
          spec.jitterNs = time('latency') ?? 0;
          if (wrong === null && rest.number() !== undefined) fail('', 1, NO_CORRELATION);
        }
        break;
      }
      case 'loss':
      case 'drop': {
        if (lossGiven) illegal('duplicate loss argument\n');
        lossGiven = true;
        if (wrong === null) parseLoss(rest, spec, share, fail);
        break;
      }
      case 'duplicate':
        spec.duplicate = share('duplicate') ?? 0;
        break;
      case 'corrupt':
        spec.corrupt = share('corrupt') ?? 0;
        break;
      case 'reorder':
        spec.reorder = share('reorder') ?? 0;
        break;
      case 'gap': {
        const value = rest.next();
        if (value === undefined) fail(INCOMPLETE, 255);
        else if (!/^\d{1,9}$/.test(value)) illegal('gap');
        else spec.gap = Number(value);
        break;
      }
      case 'distribution':
      case 'rate':
      case 'slot':
      case 'ecn':
        fail('', 1, `${option} is not modelled yet${option === 'rate' ? ': a link has its rateBps' : ''}`);
        break;
      case undefined:
        fail(word === 'help' ? NETEM_USAGE : `What is "${word}"?\n${NETEM_USAGE}`);
    }
  }
  if (wrong !== null) return wrong;
  const usage = (error: string): NetemParse => ({
    ok: false,
    error: `${error}\n${NETEM_USAGE}`,
    status: 1,
    hint: '',
  });
  if (spec.reorder > 0 && spec.delayNs === 0)
    return usage('reordering not possible without specifying some delay');
  if (spec.reorder > 0 && spec.gap === 0) spec.gap = 1;
  if (spec.gap > 0 && spec.reorder === 0) return usage('gap specified without reorder probability');
  return { ok: true, spec, said };
}

/**
 * What netem does after `change`: tc tells the kernel of reordering and corruption only where they were typed, and what it is not told
 * of stays (netem_change). Reordering without a new gap is shown, but does nothing.
 */
export function changed(before: NetemSpec, to: { spec: NetemSpec; said: ReadonlySet<string> }): NetemSpec {
  const { spec, said } = to;
  return {
    ...spec,
    reorder: said.has('reorder') ? spec.reorder : before.reorder,
    corrupt: said.has('corrupt') ? spec.corrupt : before.corrupt,
  };
}

function parseLoss(
  rest: Words,
  spec: NetemSpec,
  share: (name: string) => number | null,
  fail: (error: string, status?: number, hint?: string) => null,
): void {
  const kind = rest.peek();
  if (kind === undefined) fail(INCOMPLETE, 255);
  else if (isNumber(kind) || kind === 'random') {
    if (kind === 'random') rest.next();
    spec.loss = share('loss percent') ?? 0;
  } else if (kind === 'gemodel') {
    rest.next();
    const values: number[] = [];
    for (const name of ['p', 'r', 'h', 'k']) {
      const word = values.length === 0 ? rest.next() : rest.number();
      if (word === undefined) {
        if (values.length === 0) fail(INCOMPLETE, 255);
        break;
      }
      const value = shareOf(word);
      if (value === null) {
        fail(`Illegal "loss gemodel ${name}"`);
        return;
      }
      values.push(value);
    }
    // without r it is Bernoulli's model, without 1-h Gilbert's
    const [p = 0, r = 1 - p, h = 1, k = 0] = values;
    spec.gemodel = { toBad: p, toGood: r, lossBad: h, lossGood: k };
  } else if (kind === 'state') fail('', 1, 'the 4-state model is not modelled yet; loss gemodel is');
  else fail(`Unknown loss parameter: ${kind}`);
}

/** %g with three or six digits. */
function general(value: number, digits: number): string {
  return String(Number(value.toPrecision(digits)));
}

function printTime(ns: number): string {
  if (ns >= 1e9) return `${general(ns / 1e9, 3)}s`;
  if (ns >= 1e6) return `${general(ns / 1e6, 3)}ms`;
  return ns >= 1000 ? `${general(ns / 1000, 3)}us` : `${ns}ns`;
}

const percent = (share: number): string => `${general(share * 100, 6)}%`;

/** As `tc qdisc show` has them. */
export function printNetem(spec: NetemSpec): string {
  const parts = [`limit ${spec.limit}`];
  if (spec.delayNs > 0)
    parts.push(`delay ${printTime(spec.delayNs)}${spec.jitterNs > 0 ? `  ${printTime(spec.jitterNs)}` : ''}`);
  if (spec.loss > 0) parts.push(`loss ${percent(spec.loss)}`);
  if (spec.gemodel !== null) {
    const { toBad, toGood, lossBad, lossGood } = spec.gemodel;
    parts.push(
      `loss gemodel p ${percent(toBad)} r ${percent(toGood)} 1-h ${percent(lossBad)} 1-k ${percent(lossGood)}`,
    );
  }
  if (spec.duplicate > 0) parts.push(`duplicate ${percent(spec.duplicate)}`);
  if (spec.reorder > 0) parts.push(`reorder ${percent(spec.reorder)}`);
  if (spec.corrupt > 0) parts.push(`corrupt ${percent(spec.corrupt)}`);
  if (spec.gap > 0) parts.push(`gap ${spec.gap}`);
  return parts.join(' ');
}
