/** Bytes as lower-case hex without separators, and back. */

const DIGITS = '0123456789abcdef';

/** Bytes [start, end) of `bytes` as hex. */
export function printHex(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = '';
  for (let i = start; i < end; i += 1) text += DIGITS.charAt(bytes[i] >> 4) + DIGITS.charAt(bytes[i] & 15);
  return text;
}

/**
 * @param text hex digits in pairs; spaces and colons between pairs are allowed
 * @throws RangeError on anything else
 */
export function parseHex(text: string): Uint8Array {
  const digits = text.replace(/[\s:]/g, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits))
    throw new RangeError(`not hex bytes: ${text}`);
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
