/** Seeded randomness: sfc32, one generator a source, its state four numbers that a keyframe copies. Integer operations only. */
export interface Rng {
  a: number;
  b: number;
  c: number;
  d: number;
}

/** A generator for one named source of randomness: (seed, stream) picks the sequence. */
export function createRng(seed: number, stream: number): Rng {
  const rng: Rng = {
    a: seed | 0,
    b: Math.trunc(seed / 4294967296) | 0,
    c: stream | 0,
    d: 1,
  };
  for (let i = 0; i < 16; i += 1) nextU32(rng);
  return rng;
}

/** Next value, 0 to 2^32 - 1. */
export function nextU32(rng: Rng): number {
  const t = (((rng.a + rng.b) | 0) + rng.d) | 0;
  rng.d = (rng.d + 1) | 0;
  rng.a = rng.b ^ (rng.b >>> 9);
  rng.b = (rng.c + (rng.c << 3)) | 0;
  rng.c = (rng.c << 21) | (rng.c >>> 11);
  rng.c = (rng.c + t) | 0;
  return t >>> 0;
}

/** Uniform integer in [0, n). */
export function nextInt(rng: Rng, n: number): number {
  return Math.floor((nextU32(rng) / 4294967296) * n);
}

/** True for this share of calls. Draws nothing where the share is 0. */
export function chance(rng: Rng, share: number): boolean {
  return share > 0 && nextU32(rng) < share * 4294967296;
}

/**
 * Natural logarithm of x in (0, 1] by + - * / only (results of Math.log may differ between engines).
 * atanh series after scaling by powers of two; error below 1e-14.
 */
function naturalLog(x: number): number {
  let shift = 0;
  while (x < 0.75) {
    x *= 2;
    shift += 1;
  }
  const z = (x - 1) / (x + 1);
  const z2 = z * z;
  let term = z;
  let sum = 0;
  for (let k = 1; k < 40; k += 2) {
    sum += term / k;
    term *= z2;
  }
  return 2 * sum - shift * 0.6931471805599453;
}

/** Exponentially distributed value with the given mean (Poisson arrivals). */
export function nextExponential(rng: Rng, mean: number): number {
  return -mean * naturalLog((nextU32(rng) + 1) / 4294967296);
}
