/**
 * Links: a state as the fragment of an address, and back. Pure and synchronous.
 * Shape: `v1=` base64url of (4 bytes of the SHA-256 of what follows, then deflated JSON with a preset dictionary).
 * Every link ever made opens: a dictionary never changes, a new format gets a reader of its own and upgraders to the present.
 * Whatever stands in a fragment is a stranger's: sizes and depth are bounded before and while inflating, and nothing throws.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { deflateSync, Inflate, strFromU8, strToU8 } from 'fflate';
import * as v from 'valibot';
import { fromBase64url, toBase64url } from './base64url.ts';
import { explain } from './explain.ts';
import { MAX_TEXT_CHARS, parseJson, plainJson, printPath } from './json.ts';
import { LINK_FORMAT, LinkSchema, type LinkState, linkProblem } from './link-state.ts';

export type { LinkState } from './link-state.ts';
export { LINK_FORMAT } from './link-state.ts';

/** Longer links are cut by some mail programs and chats: offer a file (`printLinkFile`) instead. */
export const LONG_LINK_CHARS = 8000;
/** Longer ones are not read at all. */
const MOST_LINK_CHARS = 400_000;
const SUM_BYTES = 4;
/** Bytes inflated at a time, so that a bomb is noticed early. */
const SLICE = 512;

/** What most links of format 1 hold. Never change it: old links were made with it. */
const DICTIONARY_1 = strToU8(
  '"kind":"capture","kind":"frames","kind":"rate","trainFrames":,"ratePps":,"frame":{"proto":"udp","tcp","flows":,"count":' +
    '"sockets":{"apps":{"cpu":0,"nics":{"eth0":{"driver":"ixgbe","mlx5_core","queues":4,"ringSize":"hosts":{"h1":{"cpus":4,' +
    '"durationNs":1000000,"title":{"text":"","lang":"en"},"traffic":{"setup":[{"line":"run":[{"atNs":"variants":{"patch":{' +
    'echo 0 > /sys/class/net/eth0/gro_flush_timeout","sysctl -w net.core.netdev_budget=ethtool -X eth0 equal ' +
    'ethtool -K eth0 gro off ethtool -L eth0 combined ethtool -C eth0 rx-usecs 0 rx-frames 1 ethtool -G eth0 rx 4096' +
    '{"format":1,"scenario":{"builtin":{"id":"","hash":"","patch":null}},"body":{,"name":"","captures":[{"sha256":"' +
    '"}],"captures":[],"variant":"base","branches":[{"id":0,"parent":0,"forkAt":{"t":,"seq":},"inputs":[{"at":0,"after":' +
    ',"host":"h1","line":"ethtool -"}]},{"id":1,"parent":null,"forkAt":null,"inputs":[]}],"active":0,"compare":null,' +
    '"compare":{"variant":"base","branch":0},"moment":{"t":,"seq":},"pace":{"mode":"true","nsPerSecond":1000' +
    '"pace":{"mode":"event","eventsPerSecond":1},"view":{"density":"standard","theme":"dark","panels":{"host":0},' +
    '"selection":{"kind":"packet","packet":"queue":"cpu":"socket":"task":"selection":null,"lang":"en","notes":[{"at":{' +
    '"text":""}],"notes":[]}',
);

export type LinkErrorCode = 'not-a-link' | 'newer' | 'too-long' | 'damaged' | 'invalid';

export type Decoded = { ok: true; state: LinkState } | { ok: false; code: LinkErrorCode; message: string };

/**
 * @returns the fragment without `#`
 * @throws RangeError for a state that no link can hold (too large, or not of the schema): a fault of the caller's
 */
export function encodeLink(state: LinkState): string {
  const text = JSON.stringify(checkedForWriting(state));
  const packed = deflateSync(strToU8(text), { level: 9, dictionary: DICTIONARY_1 });
  const bytes = new Uint8Array(SUM_BYTES + packed.length);
  bytes.set(checksum(packed));
  bytes.set(packed, SUM_BYTES);
  const link = `v${LINK_FORMAT}=${toBase64url(bytes)}`;
  if (link.length > MOST_LINK_CHARS) throw new RangeError(`the link would have ${link.length} characters`);
  return link;
}

export function isLongLink(link: string): boolean {
  return link.length > LONG_LINK_CHARS;
}

/** @param fragment with or without `#` */
export function decodeLink(fragment: string): Decoded {
  const match = /^#?v(\d{1,6})=(.*)$/s.exec(fragment.slice(0, MOST_LINK_CHARS + 16));
  if (match === null) return failed('not-a-link', 'this is no link of Softnet Lab');
  if (Number(match[1]) > LINK_FORMAT) {
    return failed(
      'newer',
      `the link was made by a newer Softnet Lab (format ${match[1]}; this one reads up to ${LINK_FORMAT})`,
    );
  }
  if (Number(match[1]) < 1) return failed('not-a-link', 'this is no link of Softnet Lab');
  if (fragment.length > MOST_LINK_CHARS) {
    return failed('too-long', `the link has ${fragment.length} characters; ${MOST_LINK_CHARS} are read`);
  }
  // what programs put behind an address in a text
  const bytes = fromBase64url(match[2].replace(/[\s.,;:)>\]]+$/, ''));
  if (bytes === null || bytes.length <= SUM_BYTES) return damaged();
  const packed = bytes.subarray(SUM_BYTES);
  if (checksum(packed).some((byte, i) => byte !== bytes[i])) return damaged();
  const text = inflate(packed);
  if (text === 'too-long') return failed('too-long', `the link holds more than ${MAX_TEXT_CHARS} bytes`);
  return text === 'damaged' ? damaged() : readState(text.text);
}

/** The same state as a file, for what is too long for a link. @throws RangeError as encodeLink */
export function printLinkFile(state: LinkState): string {
  return `${JSON.stringify({ softnetLabLink: LINK_FORMAT, ...checkedForWriting(state) }, null, 1)}\n`;
}

/** True for the text of such a file (and not of a scenario). */
export function isLinkFile(text: string): boolean {
  return /^\uFEFF?\s*\{\s*"softnetLabLink"\s*:/.test(text.slice(0, 200));
}

export function readLinkFile(text: string): Decoded {
  if (!isLinkFile(text)) return failed('not-a-link', 'this file holds no saved state of Softnet Lab');
  return readState(text);
}

function failed(code: LinkErrorCode, message: string): Decoded {
  return { ok: false, code, message };
}

function damaged(): Decoded {
  return failed('damaged', 'the link is damaged: a part of it is missing or changed');
}

function checksum(bytes: Uint8Array): Uint8Array {
  return sha256(bytes).subarray(0, SUM_BYTES);
}

/** Only what the schema has, in its order: equal states give equal links. */
function checkedForWriting(state: LinkState): LinkState {
  const result = v.safeParse(LinkSchema, state);
  if (!result.success) {
    const { path, message } = explain(LinkSchema, result.issues[0]);
    throw new RangeError(`${printPath(path)}: ${message}`);
  }
  const problem = linkProblem(result.output);
  if (problem !== null) throw new RangeError(problem);
  const plain = plainJson(result.output);
  if (!plain.ok) throw new RangeError(`${printPath(plain.problem.path)}: ${plain.problem.message}`);
  if (JSON.stringify(plain.value).length > MAX_TEXT_CHARS)
    throw new RangeError(`more than ${MAX_TEXT_CHARS} characters`);
  return result.output;
}

function inflate(packed: Uint8Array): { text: string } | 'too-long' | 'damaged' {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let ended = false;
  try {
    const stream = new Inflate({ dictionary: DICTIONARY_1 }, (chunk, final) => {
      chunks.push(chunk);
      length += chunk.length;
      ended = final;
    });
    // UTF-8 takes up to 3 bytes a character of the text
    for (let at = 0; at < packed.length; at += SLICE) {
      stream.push(packed.subarray(at, at + SLICE), at + SLICE >= packed.length);
      if (length > 3 * MAX_TEXT_CHARS) return 'too-long';
    }
  } catch {
    return 'damaged';
  }
  if (!ended) return 'damaged';
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return { text: strFromU8(bytes) };
}

function readState(text: string): Decoded {
  const json = parseJson(text);
  if (!json.ok) return failed('invalid', json.problem.message);
  const format =
    typeof json.value === 'object' && json.value !== null && !Array.isArray(json.value)
      ? json.value['format']
      : 0;
  if (typeof format === 'number' && format > LINK_FORMAT)
    return failed(
      'newer',
      `made by a newer Softnet Lab (format ${format}; this one reads up to ${LINK_FORMAT})`,
    );
  const result = v.safeParse(LinkSchema, json.value);
  if (!result.success) {
    const { path, message } = explain(LinkSchema, result.issues[0]);
    return failed('invalid', `${printPath(path)}: ${message}`);
  }
  const problem = linkProblem(result.output);
  return problem === null ? { ok: true, state: result.output } : failed('invalid', problem);
}
