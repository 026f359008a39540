/** Numbers as C programs read them: strtoul with base 0 (decimal, 0x hexadecimal, leading 0 octal). */

export const U32_MAX = 4_294_967_295;
export const INT_MAX = 2_147_483_647;

/** The whole word as an unsigned number below 2^53, or null. */
export function parseUnsigned(word: string): number | null {
  let value: number;
  if (/^0[xX][0-9a-fA-F]{1,13}$/.test(word)) value = Number.parseInt(word.slice(2), 16);
  else if (/^0[0-7]{1,17}$/.test(word)) value = Number.parseInt(word, 8);
  else if (/^(0|[1-9][0-9]{0,15})$/.test(word)) value = Number(word);
  else return null;
  return value <= Number.MAX_SAFE_INTEGER ? value : null;
}

/** Looks like a number, however large: tells "not a number" from "out of range". */
export function isNumber(word: string): boolean {
  return /^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(word) && !/^0[0-7]*[89]/.test(word);
}

/** A signed one: an optional minus before it. */
export function parseSigned(word: string): number | null {
  if (!word.startsWith('-')) return parseUnsigned(word);
  const value = parseUnsigned(word.slice(1));
  return value === null ? null : 0 - value;
}

/** 0 to most, else null. */
export function parseUpTo(word: string, most: number): number | null {
  const value = parseUnsigned(word);
  return value !== null && value <= most ? value : null;
}
