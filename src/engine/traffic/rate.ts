/** The exact times of a steady rate. */
const NS = 1_000_000_000;

/** start + k / rate, in whole ns (exact for any k below 2^53 / 10^9 a second). */
export function timeOf(k: number, ratePps: number, startNs: number): number {
  const whole = Math.floor(k / ratePps);
  return startNs + whole * NS + Math.floor(((k - whole * ratePps) * NS) / ratePps);
}
