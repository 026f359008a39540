/**
 * IPv4, IPv6 and MAC addresses: text to bytes and back. IPv6 is printed as RFC 5952 wants it (lower case, the longest run of
 * zero groups as ::, the first of equals, IPv4-mapped with dots), as inet_ntop and iproute2 print it.
 * Left out: zone ids (fe80::1%eth0), IPv4 in other than four decimal parts, prefixes (the shell's matter).
 */
import { printHex } from './hex.ts';

export type ParsedAddress = { ok: true; version: 4 | 6; bytes: Uint8Array } | { ok: false; error: string };

/** An IPv4 (4 bytes) or IPv6 (16 bytes) address; the error is a sentence for people. */
export function parseAddress(text: string): ParsedAddress {
  if (text === '') return { ok: false, error: 'an address is missing' };
  const shown = text.length > 60 ? `${text.slice(0, 60)}...` : text;
  if (text.includes('%')) return { ok: false, error: `'${shown}': zone ids are not supported` };
  if (text.includes(':')) {
    const bytes = parseIpv6(text);
    return bytes === null
      ? { ok: false, error: `'${shown}' is not an IPv6 address` }
      : { ok: true, version: 6, bytes };
  }
  const bytes = parseIpv4(text);
  if (bytes !== null) return { ok: true, version: 4, bytes };
  return {
    ok: false,
    error: `'${shown}' is not an IPv4 address (four numbers 0 to 255)`,
  };
}

/** Bytes of an address known to be right. @throws RangeError if it is not one */
export function addressBytes(text: string): Uint8Array {
  const parsed = parseAddress(text);
  if (!parsed.ok) throw new RangeError(parsed.error);
  return parsed.bytes;
}

/** The one spelling of an address that is compared. @throws RangeError if it is not one */
export function canonicalAddress(text: string): string {
  return printAddress(addressBytes(text));
}

/** Four decimal numbers; leading zeros are refused (some read them as octal). */
export function parseIpv4(text: string): Uint8Array | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  const bytes = new Uint8Array(4);
  for (let i = 0; i < 4; i += 1) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(parts[i]) || Number(parts[i]) > 255) return null;
    bytes[i] = Number(parts[i]);
  }
  return bytes;
}

export function parseIpv6(text: string): Uint8Array | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0], halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1], true) : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]));
}

/** 16-bit groups of a part without '::'; the last two may be spelt as an IPv4 address. */
function parseGroups(text: string, mayEndInIpv4: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (part.includes('.') && mayEndInIpv4 && i === parts.length - 1) {
      const v4 = parseIpv4(part);
      if (v4 === null) return null;
      groups.push((v4[0] << 8) | v4[1], (v4[2] << 8) | v4[3]);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return null;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

/** @param bytes 4 or 16 of them  @throws RangeError on another number */
export function printAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return printIpv4(bytes, 0);
  if (bytes.length === 16) return printIpv6(bytes, 0);
  throw new RangeError(`an address has 4 or 16 bytes, not ${bytes.length}`);
}

export function printIpv4(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

export function printIpv6(bytes: Uint8Array, at: number): string {
  const groups: number[] = [];
  for (let i = 0; i < 8; i += 1) groups.push((bytes[at + 2 * i] << 8) | bytes[at + 2 * i + 1]);
  if (groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0))
    return `::ffff:${printIpv4(bytes, at + 12)}`;
  const run = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (run.length < 2) return hex.join(':');
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(groups: number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let i = 0; i < groups.length; i += 1) {
    let length = 0;
    while (i + length < groups.length && groups[i + length] === 0) length += 1;
    if (length > best.length) best = { start: i, length };
    if (length > 0) i += length;
  }
  return best;
}

/** Six bytes; separators ':' or '-', or twelve digits without any. null: not a MAC address. */
export function parseMac(text: string): Uint8Array | null {
  const match =
    /^([0-9a-f]{2})([:-]?)([0-9a-f]{2})\2([0-9a-f]{2})\2([0-9a-f]{2})\2([0-9a-f]{2})\2([0-9a-f]{2})$/i.exec(
      text,
    );
  if (match === null) return null;
  return Uint8Array.from([match[1], ...match.slice(3)], (pair) => Number.parseInt(pair, 16));
}

export function printMac(bytes: Uint8Array, at = 0): string {
  const hex = printHex(bytes, at, at + 6);
  return `${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4, 6)}:${hex.slice(6, 8)}:${hex.slice(8, 10)}:${hex.slice(10)}`;
}

/** Bytes to names, remembered: a capture has few addresses and many frames. */
export interface AddressNames {
  ipv4(bytes: Uint8Array, at: number): string;
  ipv6(bytes: Uint8Array, at: number): string;
  mac(bytes: Uint8Array, at: number): string;
}

/** Names without memory. */
export const plainNames: AddressNames = {
  ipv4: printIpv4,
  ipv6: printIpv6,
  mac: printMac,
};

const MAX_NAMES = 65_536;

/** Names with a bounded memory (emptied when full: a scan with random addresses must not fill the page). */
export function createAddressNames(): AddressNames {
  const v4 = new Map<number, string>();
  const v6 = new Map<string, string>();
  const macs = new Map<number, string>();
  const word = (b: Uint8Array, at: number) =>
    ((b[at] << 24) | (b[at + 1] << 16) | (b[at + 2] << 8) | b[at + 3]) >>> 0;
  const remember = <K>(map: Map<K, string>, key: K, print: () => string): string => {
    let name = map.get(key);
    if (name === undefined) {
      if (map.size >= MAX_NAMES) map.clear();
      name = print();
      map.set(key, name);
    }
    return name;
  };
  return {
    ipv4: (b, at) => remember(v4, word(b, at), () => printIpv4(b, at)),
    ipv6: (b, at) => remember(v6, groupsAsText(b, at), () => printIpv6(b, at)),
    mac: (b, at) =>
      remember(macs, ((b[at] << 8) | b[at + 1]) * 4294967296 + word(b, at + 2), () => printMac(b, at)),
  };
}

function groupsAsText(b: Uint8Array, at: number): string {
  const group = (i: number) => (b[at + i] << 8) | b[at + i + 1];
  return String.fromCharCode(
    group(0),
    group(2),
    group(4),
    group(6),
    group(8),
    group(10),
    group(12),
    group(14),
  );
}
