/**
 * The hash of a flow where the NIC gives none (rx-hashing off, tap, veth): skb_get_hash's place.
 *
 * As in the kernel it is symmetric (the smaller address and port first), keyed (per boot there, by the scenario's seed here) and
 * never 0. Source: net/core/flow_dissector.c __flow_hash_from_keys, __flow_hash_consistentify, Linux 6.12.
 * **Not SipHash bit for bit**: the mixing is MurmurHash3's 32-bit one (public domain), so which of two flows collide differs
 * from any real machine's, as it does between two boots of one. Left out: VLAN, flow label and tunnel keys.
 */
import { addressBytes } from './address.ts';
import type { HashTuple } from './toeplitz.ts';

/**
 * @param fragment ports are left out then, as the dissector does
 * @returns 32 bits unsigned, 1 in place of 0; frames without IP: 0 (no hash, RPS leaves them alone)
 */
export function flowHash(seed: number, tuple: HashTuple, fragment = false): number {
  if (tuple.ipVersion === 0) return 0;
  let [src, dst] = [words(addressBytes(tuple.src)), words(addressBytes(tuple.dst))];
  if (compare(src, dst) > 0) [src, dst] = [dst, src];
  const low = fragment ? 0 : Math.min(tuple.sport, tuple.dport);
  const high = fragment ? 0 : Math.max(tuple.sport, tuple.dport);
  let hash = seed | 0;
  for (const word of src) hash = mix(hash, word);
  for (const word of dst) hash = mix(hash, word);
  hash = mix(hash, (low << 16) | high);
  hash = mix(hash, (tuple.ipVersion << 8) | tuple.proto);
  hash = finish(hash);
  return hash === 0 ? 1 : hash;
}

function words(bytes: Uint8Array): number[] {
  const out: number[] = [];
  for (let i = 0; i < bytes.length; i += 4) {
    out.push(((bytes[i] << 24) | (bytes[i + 1] << 16) | (bytes[i + 2] << 8) | bytes[i + 3]) >>> 0);
  }
  return out;
}

function compare(a: number[], b: number[]): number {
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return a[i] - b[i];
  return 0;
}

function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const h = hash ^ Math.imul(k, 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
