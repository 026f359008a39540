/** Numbers, times, rates and sizes as tc reads and prints them. Source: lib/utils.c, lib/utils_math.c, tc_util.c of iproute2 6.1. */

/** As strtod reads it, so far as somebody would type it. */
export const NUMBER = '\\+?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:e[+-]?\\d+)?';
const TIME = new RegExp(`^(${NUMBER})([a-z]*)$`, 'i');

const TIME_UNITS: Readonly<Record<string, number>> = {
  s: 1e9,
  sec: 1e9,
  secs: 1e9,
  ms: 1e6,
  msec: 1e6,
  msecs: 1e6,
  us: 1000,
  usec: 1000,
  usecs: 1000,
  ns: 1,
  nsec: 1,
  nsecs: 1,
  '': 1000,
};

/** @returns ns; without a unit it is microseconds; null: no time */
export function timeOf(word: string): number | null {
  const match = TIME.exec(word);
  const unit = match === null ? undefined : TIME_UNITS[match[2].toLowerCase()];
  return match === null || unit === undefined ? null : Math.round(Number(match[1]) * unit);
}

/** get_unsigned: decimal, octal or hexadecimal, 32 bits. */
export function unsignedOf(word: string): number | null {
  const value = /^(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)$/i.test(word)
    ? Number(/^0[0-7]+$/.test(word) ? `0o${word.slice(1)}` : word)
    : Number.NaN;
  return value <= 0xffff_ffff ? value : null;
}

const RATE_UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** get_rate: bits a second, with "bps" bytes. @returns bytes a second, 32 bits at most; null: no rate */
export function rateOf(word: string): number | null {
  const match = /^(\d+(?:\.\d*)?|\.\d+)(?:([kmgt]?)(i?)(bit|bps))?$/i.exec(word);
  if (match === null) return null;
  const letter = (match[2] ?? '').toLowerCase();
  const factor =
    match[3] === '' || match[3] === undefined ? RATE_UNITS[letter] : 1024 ** 'kmgt'.indexOf(letter) * 1024;
  const bytes = Math.floor((Number(match[1]) * factor) / (match[4]?.toLowerCase() === 'bps' ? 1 : 8));
  return bytes <= 0xffff_ffff ? bytes : null;
}

/** get_size: bytes; with "bit" bits. */
export function sizeOf(word: string): number | null {
  const match = /^(\d+(?:\.\d*)?|\.\d+)(b|kb?|mb?|gb?|kbit|mbit|gbit)?$/i.exec(word);
  if (match === null) return null;
  const unit = (match[2] ?? '').toLowerCase();
  const factor = unit === '' ? 1 : 1024 ** ('kmg'.indexOf(unit.charAt(0)) + 1);
  const bytes = Math.floor((Number(match[1]) * (unit === 'b' ? 1 : factor)) / (unit.endsWith('bit') ? 8 : 1));
  return bytes <= 0xffff_ffff ? bytes : null;
}

/** %.3g */
function three(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** sprint_time of a time in microseconds. */
export function timeText(us: number): string {
  if (us >= 1e6) return `${three(us / 1e6)}s`;
  return us >= 1000 ? `${three(us / 1000)}ms` : `${us}us`;
}

/** sprint_time64 */
export function nsText(ns: number): string {
  if (ns >= 1e9) return `${three(ns / 1e9)}s`;
  if (ns >= 1e6) return `${three(ns / 1e6)}ms`;
  return ns >= 1000 ? `${three(ns / 1000)}us` : `${ns}ns`;
}

/** sprint_rate of bytes a second. */
export function rateText(bytes: number): string {
  let rate = bytes * 8;
  let i = 0;
  for (; i < 4 && rate >= 1000 && (rate % 1000 === 0 || rate >= 1_000_000); i += 1) rate /= 1000;
  return `${Math.round(rate)}${['', 'K', 'M', 'G', 'T'][i]}bit`;
}

/** sprint_size */
export function sizeText(bytes: number): string {
  const mega = Math.round(bytes / 2 ** 20);
  const kilo = Math.round(bytes / 1024);
  if (bytes >= 2 ** 20 && Math.abs(mega * 2 ** 20 - bytes) < 1024) return `${mega}Mb`;
  return bytes >= 1024 && Math.abs(kilo * 1024 - bytes) < 16 ? `${kilo}Kb` : `${bytes}b`;
}
