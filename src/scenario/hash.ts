/** The name of a scenario's content: SHA-256 of its JSON with members in the order they stand in (the order hosts are counted in). */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** @param value the file's parsed JSON, before defaults and upgrades: its hash never changes with the program */
export function scenarioHash(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(value) ?? '')));
}
