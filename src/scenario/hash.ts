/** A built-in scenario's name for links: SHA-256 of its JSON without white space. Members' order counts. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

export function scenarioHash(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(JSON.parse(text)))));
}
