/**
 * Sets of CPUs as the kernel reads and prints them: lists (`0-3,8`, with steps `0-6:1/2` and N for the last) and hexadecimal
 * masks in groups of 32 bits. Source: lib/bitmap-str.c, v6.12; errors seen on a running 6.18.
 */

export type CpuSet = { ok: true; cpus: number[] } | { ok: false; error: CpuSetError };
/** Not a list; a CPU that cannot be there (list); a mask wider than the machine. */
export type CpuSetError = 'EINVAL' | 'ERANGE' | 'EOVERFLOW';

const bad = (error: CpuSetError): CpuSet => ({ ok: false, error });

/** @param cpus CPUs of the machine: 0..cpus-1 exist. An empty set is read; whether it is allowed is the caller's matter. */
export function parseCpuList(text: string, cpus: number): CpuSet {
  const found = new Set<number>();
  for (const part of text.trim().split(/[\s,]+/)) {
    if (part === '') continue;
    if (part === 'all') {
      for (let cpu = 0; cpu < cpus; cpu += 1) found.add(cpu);
      continue;
    }
    const match = /^([0-9]{1,9}|N)(?:-([0-9]{1,9}|N)(?::([0-9]{1,9})\/([0-9]{1,9}))?)?$/.exec(part);
    if (match === null) return bad('EINVAL');
    const number = (word: string) => (word === 'N' ? cpus - 1 : Number(word));
    const from = number(match[1]);
    const to = match[2] === undefined ? from : number(match[2]);
    const used = match[3] === undefined ? 1 : Number(match[3]);
    const group = match[4] === undefined ? 1 : Number(match[4]);
    if (from > to || used > group || group === 0) return bad('EINVAL');
    if (to >= cpus) return bad('ERANGE');
    for (let cpu = from; cpu <= to; cpu += 1) if ((cpu - from) % group < used) found.add(cpu);
  }
  return { ok: true, cpus: [...found].sort((a, b) => a - b) };
}

export function parseCpuMask(text: string, cpus: number): CpuSet {
  const groups = text.trim().split(',');
  if (groups.some((group) => !/^[0-9a-fA-F]{1,8}$/.test(group))) {
    return bad(groups.every((group) => /^[0-9a-fA-F]{1,}$/.test(group)) ? 'EOVERFLOW' : 'EINVAL');
  }
  if (groups.length > Math.max(1, Math.ceil(cpus / 32))) return bad('EOVERFLOW');
  const found: number[] = [];
  for (const [i, group] of groups.reverse().entries()) {
    const word = Number.parseInt(group, 16);
    for (let bit = 0; bit < 32; bit += 1) {
      if (((word >>> bit) & 1) === 0) continue;
      const cpu = i * 32 + bit;
      if (cpu >= cpus) return bad('EOVERFLOW');
      found.push(cpu);
    }
  }
  return { ok: true, cpus: found };
}

/** `0-3,8` */
export function printCpuList(set: readonly number[]): string {
  const cpus = [...set].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < cpus.length; i += 1) {
    const from = cpus[i];
    while (i + 1 < cpus.length && cpus[i + 1] <= cpus[i] + 1) i += 1;
    parts.push(cpus[i] === from ? String(from) : `${from}-${cpus[i]}`);
  }
  return parts.join(',');
}

/** As wide as the machine: `3` on two CPUs, `ff,ffffffff` on forty. */
export function printCpuMask(set: readonly number[], cpus: number): string {
  const words = new Array<number>(Math.max(1, Math.ceil(cpus / 32))).fill(0);
  for (const cpu of set) words[cpu >> 5] |= 1 << (cpu & 31);
  return words
    .map((word, i) => {
      const bits = i === words.length - 1 ? cpus - 32 * i : 32;
      return (word >>> 0).toString(16).padStart(Math.ceil(bits / 4), '0');
    })
    .reverse()
    .join(',');
}
