/** Times as typed on a command line. */
import { CliError } from './io.ts';

const UNIT_NS: Readonly<Record<string, number>> = { '': 1, ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

/** `1500`, `20us`, `1.5ms`, `1s` in whole ns. @throws CliError for anything else */
export function parseTime(text: string, option: string): number {
  const match = /^(\d{1,15}(?:\.\d{1,9})?)(ns|us|ms|s|)$/.exec(text);
  if (match === null)
    throw new CliError('usage', `${option}: ${text} is no time; write 1500, 20us, 1.5ms or 1s`);
  return Math.round(Number(match[1]) * UNIT_NS[match[2]]);
}

/** For people: `1.5 ms`. */
export function printTime(ns: number): string {
  if (ns >= 1e9) return `${trim(ns / 1e9)} s`;
  if (ns >= 1e6) return `${trim(ns / 1e6)} ms`;
  if (ns >= 1e3) return `${trim(ns / 1e3)} µs`;
  return `${ns} ns`;
}

function trim(value: number): string {
  return String(Number(value.toPrecision(4)));
}
