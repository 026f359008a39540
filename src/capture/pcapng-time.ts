/** Time stamps of pcapng: a 64-bit count of units that the interface description defines. */

/** @param high, low halves of the count  @returns seconds since 1970 and whole ns below one */
export type TimeScale = (high: number, low: number) => { sec: number; ns: number };

const NS_PER_SEC = 1_000_000_000n;

/**
 * @param resolution if_tsresol: 10^-n seconds, or 2^-n with the top bit set; 6 where there is none
 * @param offsetSec if_tsoffset
 */
export function createTimeScale(resolution: number, offsetSec: number): TimeScale {
  if (resolution === 6) {
    return (high, low) => {
      // Exact below 2^53 us, the year 2255.
      const us = high * 4294967296 + low;
      const sec = Math.floor(us / 1_000_000);
      return { sec: sec + offsetSec, ns: (us - sec * 1_000_000) * 1000 };
    };
  }
  const exponent = BigInt(resolution & 0x7f);
  const unitsPerSec = (resolution & 0x80) !== 0 ? 2n ** exponent : 10n ** exponent;
  return (high, low) => {
    const units = (BigInt(high) << 32n) | BigInt(low);
    const sec = units / unitsPerSec;
    const ns = ((units % unitsPerSec) * NS_PER_SEC) / unitsPerSec;
    return { sec: Number(sec) + offsetSec, ns: Number(ns) };
  };
}
