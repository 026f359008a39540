/** Sequence numbers: 32 bits that wrap. Source: include/net/tcp.h before(), after(), v6.12. */

/** a - b, signed: right while the two are less than 2^31 apart. */
export function seqDiff(a: number, b: number): number {
  return (a - b) | 0;
}

export function before(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

export function after(a: number, b: number): boolean {
  return ((b - a) | 0) < 0;
}

/** a + bytes as an unsigned 32-bit number. */
export function seqAdd(a: number, bytes: number): number {
  return (a + bytes) >>> 0;
}
