/**
 * `ethtool -x` and `-X`: indirection table, hash key, hash function.
 * Source: ethtool 6.1 do_grxfh, do_srxfh, fill_indir_table; net/ethtool/ioctl.c ethtool_rxfh_indir_default, v6.12.
 */
import { versionIn } from '../../catalog/version.ts';
import type { Change } from '../../engine/change.ts';
import { printHex } from '../../engine/packet/hex.ts';
import type { Nic } from '../../engine/world.ts';
import { INT_MAX, parseUnsigned, U32_MAX } from '../numbers.ts';
import { type Ctx, done, type Outcome, printed, refused } from '../types.ts';
import { badArguments } from './errors.ts';

const CANNOT = 'Cannot set RX flow hash configuration';
const USAGE =
  'usage: ethtool -X DEV [equal N | weight W0 W1 ... | default] [start N] [hkey aa:bb:...] [hfunc toeplitz] [xfrm symmetric-xor|none]';

export function keyText(key: Uint8Array): string {
  return (printHex(key).match(/../g) ?? []).join(':');
}

/** Entry i of a table nobody has set: i modulo the queues in use. */
export function defaultTable(nic: Nic): number[] {
  return equalTable(nic.indirection.length, nic.activeQueues, 0);
}

export function isDefaultTable(nic: Nic): boolean {
  return nic.indirection.every((queue, i) => queue === i % nic.activeQueues);
}

const hasXfrm = (ctx: Ctx) => versionIn(ctx.kernel, '6.8', null);

export function printRxfh(ctx: Ctx, nic: Nic): Outcome {
  const lines = [`RX flow hash indirection table for ${nic.name} with ${nic.activeQueues} RX ring(s):`];
  for (let i = 0; i < nic.indirection.length; i += 8) {
    const row = Array.from(nic.indirection.subarray(i, i + 8), (queue) => ` ${String(queue).padStart(5)}`);
    lines.push(`${String(i).padStart(5)}: ${row.join('')}`);
  }
  lines.push(
    'RSS hash key:',
    keyText(nic.rssKey),
    'RSS hash function:',
    '    toeplitz: on',
    '    xor: off',
    '    crc32: off',
  );
  if (hasXfrm(ctx))
    lines.push('RSS input transformation:', `    symmetric-xor: ${nic.symmetricXor ? 'on' : 'off'}`);
  return printed(`${lines.join('\n')}\n`);
}

export function equalTable(size: number, queues: number, start: number): number[] {
  return Array.from({ length: size }, (_, i) => start + (i % queues));
}

/** @param weights not all zero, their sum at most `size` */
export function weightTable(size: number, weights: readonly number[], start: number): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  const table: number[] = [];
  let queue = -1;
  let partial = 0;
  for (let i = 0; i < size; i += 1) {
    while (i >= Math.floor((size * partial) / sum)) {
      queue += 1;
      partial += weights[queue];
    }
    table.push(start + queue);
  }
  return table;
}

interface Wish {
  equal: number;
  weights: number[] | null;
  start: number | null;
  toDefault: boolean;
  hkey: string | null;
  hfunc: string | null;
  xfrm: string | null;
}

export function setRxfh(ctx: Ctx, nic: Nic, words: readonly string[]): Outcome {
  const wish = parseWish(words);
  if (wish === null) return badArguments(USAGE);
  const clash = exclusive(wish);
  if (clash !== null) return refused(clash, 1);
  if (wish.hfunc !== null && wish.hfunc !== 'toeplitz') {
    if (wish.hfunc === 'xor' || wish.hfunc === 'crc32')
      return refused(
        `${CANNOT}: Operation not supported`,
        1,
        `${wish.hfunc} is not modelled yet; toeplitz is`,
      );
    return refused(`Unknown hash function: ${wish.hfunc}`, 1, 'hash functions: toeplitz');
  }
  if (wish.xfrm !== null && !hasXfrm(ctx))
    return badArguments(`xfrm came with Linux 6.8; this host runs ${ctx.kernel}`);
  if (wish.xfrm !== null && wish.xfrm !== 'symmetric-xor' && wish.xfrm !== 'none')
    return badArguments('xfrm takes symmetric-xor or none');
  const change: Change & { type: 'rss' } = { type: 'rss', nic: nic.index };
  if (wish.hkey !== null) {
    const key = parseKey(wish.hkey, nic.rssKey.length);
    if (typeof key !== 'string') return key;
    if (key !== printHex(nic.rssKey)) change.key = key;
  }
  const table = tableOf(nic, wish);
  if (table !== null && !Array.isArray(table)) return table;
  if (table?.some((queue, i) => queue !== nic.indirection[i])) change.table = table;
  if (wish.xfrm !== null && (wish.xfrm === 'symmetric-xor') !== nic.symmetricXor)
    change.symmetricXor = !nic.symmetricXor;
  return Object.keys(change).length > 2 ? done([change]) : done();
}

/** null: what ethtool calls bad arguments. */
function parseWish(words: readonly string[]): Wish | null {
  if (words.length === 0) return null;
  const wish: Wish = {
    equal: 0,
    weights: null,
    start: null,
    toDefault: false,
    hkey: null,
    hfunc: null,
    xfrm: null,
  };
  let i = 0;
  while (i < words.length) {
    const word = words[i];
    i += 1;
    if (word === 'default') {
      wish.toDefault = true;
      continue;
    }
    if (word === 'weight') {
      const weights: number[] = [];
      while (i < words.length && /^[0-9]/.test(words[i])) {
        const weight = parseUnsigned(words[i]);
        if (weight === null || weight > U32_MAX) return null;
        weights.push(weight);
        i += 1;
      }
      if (weights.length === 0) return null;
      wish.weights = weights;
      continue;
    }
    const value = words[i];
    i += 1;
    if (value === undefined) return null;
    const number = parseUnsigned(value);
    if (word === 'equal') {
      if (number === null || number < 1 || number > INT_MAX) return null;
      wish.equal = number;
    } else if (word === 'start') {
      if (number === null || number > INT_MAX) return null;
      wish.start = number;
    } else if (word === 'hkey') wish.hkey = value;
    else if (word === 'hfunc') wish.hfunc = value;
    else if (word === 'xfrm') wish.xfrm = value;
    else return null;
  }
  return wish;
}

function exclusive(wish: Wish): string | null {
  if (wish.equal > 0 && wish.weights !== null) return 'Equal and weight options are mutually exclusive';
  if (wish.equal > 0 && wish.toDefault) return 'Equal and default options are mutually exclusive';
  if (wish.weights !== null && wish.toDefault) return 'Weight and default options are mutually exclusive';
  if (wish.start !== null && wish.toDefault) return 'Start and default options are mutually exclusive';
  if (wish.start !== null && wish.equal === 0 && wish.weights === null)
    return 'Start must be used with equal or weight options';
  return null;
}

/** The table asked for; null: none asked for. */
function tableOf(nic: Nic, wish: Wish): number[] | Outcome | null {
  const size = nic.indirection.length;
  if (wish.toDefault) return defaultTable(nic);
  const start = wish.start ?? 0;
  let table: number[];
  if (wish.weights !== null) {
    const sum = wish.weights.reduce((a, b) => a + b, 0);
    if (sum === 0) return refused('At least one weight must be non-zero', 1);
    if (sum > size)
      return refused(
        'Total weight exceeds the size of the indirection table',
        1,
        `the table has ${size} entries`,
      );
    table = weightTable(size, wish.weights, start);
  } else if (wish.equal > 0) {
    table = equalTable(size, wish.equal, start);
  } else return null;
  if (table.some((queue) => queue >= nic.activeQueues)) {
    return refused(
      `${CANNOT}: Invalid argument`,
      1,
      `queues 0 to ${nic.activeQueues - 1} are in use; more: ethtool -L ${nic.name} combined N`,
    );
  }
  return table;
}

/** Plain hex digits, or the refusal. */
function parseKey(text: string, size: number): string | Outcome {
  if (!/^[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2})*$/.test(text))
    return refused('Invalid RSS hash key format', 1, `${size} bytes, aa:bb:...`);
  const bytes = text.split(':').map((byte) => byte.padStart(2, '0').toLowerCase());
  if (bytes.length > size) return refused(`Key is too long for device (${bytes.length} > ${size})`, 1);
  if (bytes.length < size) return refused(`Key is too short for device (${bytes.length} < ${size})`, 1);
  return bytes.join('');
}
