/** Numbers as people read them: grouped digits, units that fit, rates. No-break spaces only, so that nothing wraps inside a figure. */
const NBSP = '\u00a0';

/** `1 284 316`: digits in groups of three. */
export function groupDigits(value: number): string {
  const text = String(Math.round(Math.abs(value)));
  const grouped = text.replace(/\B(?=(\d{3})+$)/g, NBSP);
  return value < 0 ? `−${grouped}` : grouped;
}

const UNITS: readonly [number, string][] = [
  [1_000_000_000, 's'],
  [1_000_000, 'ms'],
  [1_000, 'µs'],
  [1, 'ns'],
];

/** A span of time with the unit that fits: `640 ns`, `12.4 µs`, `4.00 ms`. */
export function formatDuration(ns: number): string {
  const size = Math.abs(ns);
  const [scale, unit] = UNITS.find(([s]) => size >= s) ?? [1, 'ns'];
  const value = ns / scale;
  const digits = scale === 1 ? 0 : Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${trimZeros(value.toFixed(digits))}${NBSP}${unit}`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** `1.49 M`, `980 k`, `12`: for axes and counts that need not be exact. */
export function formatShort(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${trimZeros((value / 1e9).toFixed(2))}${NBSP}G`;
  if (size >= 1e6) return `${trimZeros((value / 1e6).toFixed(size >= 1e7 ? 1 : 2))}${NBSP}M`;
  if (size >= 1e4) return `${trimZeros((value / 1e3).toFixed(size >= 1e5 ? 0 : 1))}${NBSP}k`;
  return trimZeros(value.toFixed(size < 10 && size % 1 !== 0 ? 1 : 0));
}

/** 32 bits as eight hexadecimal digits. */
export function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
