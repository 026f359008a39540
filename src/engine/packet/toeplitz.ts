/**
 * Receive-side scaling's hash, exact: a window of 32 key bits slides over the key, one bit an input bit; the windows under set
 * input bits are XORed.
 *
 * Source: Microsoft, "RSS hashing functions" with its verification vectors; Linux 6.12 include/uapi/linux/ethtool.h (RXH_*),
 * Documentation/networking/scaling.rst (symmetric-xor). A NIC with no hash for a frame (not IP) reports 0.
 * Left out: XOR and CRC32 hash functions, hashing on inner headers, flow label and L2 fields (RXH_L2DA, RXH_VLAN, RXH_L3_PROTO).
 */
import { addressBytes } from './address.ts';
import { IPPROTO_TCP, IPPROTO_UDP } from './frame.ts';
import { parseHex } from './hex.ts';

/** Fields that go into the hash, the letters of `ethtool -N IF rx-flow-hash tcp4 sdfn`. */
export const RXH_IP_SRC = 1 << 4;
export const RXH_IP_DST = 1 << 5;
/** L4 bytes 0 and 1: the source port. */
export const RXH_L4_B_0_1 = 1 << 6;
/** L4 bytes 2 and 3: the destination port. */
export const RXH_L4_B_2_3 = 1 << 7;
export const RXH_SD = RXH_IP_SRC | RXH_IP_DST;
export const RXH_SDFN = RXH_SD | RXH_L4_B_0_1 | RXH_L4_B_2_3;

/** The key of Microsoft's verification suite, 40 bytes. Drivers under Linux do not use it unless told to. */
export const MICROSOFT_RSS_KEY: Uint8Array = parseHex(
  '6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa',
);
/** 6d5a twenty times: both directions of a flow get the same hash. */
export const SYMMETRIC_RSS_KEY: Uint8Array = parseHex('6d5a'.repeat(20));
/** NETDEV_RSS_KEY_LEN, the most a Linux driver is given. */
export const NETDEV_RSS_KEY_LEN = 52;

/** Which RXH_* bits each flow type hashes. */
export interface RssHashFields {
  tcp4: number;
  udp4: number;
  tcp6: number;
  udp6: number;
}

/** TCP over the 4-tuple, UDP over addresses only: what Intel drivers start with (fragments would split a UDP flow). */
export const DEFAULT_RSS_HASH_FIELDS: Readonly<RssHashFields> = {
  tcp4: RXH_SDFN,
  udp4: RXH_SD,
  tcp6: RXH_SDFN,
  udp6: RXH_SD,
};

/** The part of FlowKey and FrameFields that a hash sees. */
export interface HashTuple {
  ipVersion: 0 | 4 | 6;
  src: string;
  dst: string;
  proto: number;
  sport: number;
  dport: number;
}

/** RXH_* bits in force for a packet; fragments and other protocols: addresses only; not IP: 0. */
export function hashFieldsFor(config: RssHashFields, tuple: HashTuple, fragment: boolean): number {
  if (tuple.ipVersion === 0) return 0;
  if (!fragment && tuple.proto === IPPROTO_TCP) return tuple.ipVersion === 4 ? config.tcp4 : config.tcp6;
  if (!fragment && tuple.proto === IPPROTO_UDP) return tuple.ipVersion === 4 ? config.udp4 : config.udp6;
  return RXH_SD;
}

/**
 * The bytes that are hashed: source, destination, source port, destination port, each in network order, as far as
 * `hashFields` names them. 8 or 12 bytes for IPv4, 32 or 36 for IPv6; none for other frames.
 * @param symmetricXor feed (S^D, S^D, sp^dp, sp^dp), `ethtool -X IF xfrm symmetric-xor`
 */
export function rssInput(tuple: HashTuple, hashFields: number, symmetricXor = false): Uint8Array {
  if (tuple.ipVersion === 0) return new Uint8Array(0);
  let src = addressBytes(tuple.src);
  let dst = addressBytes(tuple.dst);
  let { sport, dport } = tuple;
  if (symmetricXor) {
    const xor = src.map((byte, i) => byte ^ dst[i]);
    src = xor;
    dst = xor;
    sport ^= dport;
    dport = sport;
  }
  const input: number[] = [];
  if (hashFields & RXH_IP_SRC) input.push(...src);
  if (hashFields & RXH_IP_DST) input.push(...dst);
  if (hashFields & RXH_L4_B_0_1) input.push(sport >> 8, sport & 255);
  if (hashFields & RXH_L4_B_2_3) input.push(dport >> 8, dport & 255);
  return Uint8Array.from(input);
}

/**
 * @param key at least input.length + 4 bytes (40 serve 36 bytes of IPv6)
 * @returns the hash, 32 bits unsigned; 0 for no input
 * @throws RangeError if the key is too short
 */
export function toeplitz(key: Uint8Array, input: Uint8Array): number {
  checkKey(key, input);
  let window = firstWindow(key);
  let result = 0;
  for (let i = 0; i < input.length; i += 1) {
    const byte = input[i];
    const next = key[i + 4];
    for (let bit = 7; bit >= 0; bit -= 1) {
      if ((byte >> bit) & 1) result ^= window;
      window = (window << 1) | ((next >> bit) & 1);
    }
  }
  return result >>> 0;
}

/** The hash a NIC puts into the descriptor; 0 where it has none. */
export function rssHash(key: Uint8Array, tuple: HashTuple, hashFields: number, symmetricXor = false): number {
  return toeplitz(key, rssInput(tuple, hashFields, symmetricXor));
}

/** One input bit of the hash, for showing how it is made. */
export interface ToeplitzStep {
  /** Number of the input bit, from the first byte's most significant one. */
  bit: number;
  set: boolean;
  /** The 32 key bits that start at `bit`. */
  window: number;
  /** Hash so far, this bit included. */
  result: number;
}

/** toeplitz bit by bit: 8 steps an input byte. @throws RangeError if the key is too short */
export function toeplitzSteps(key: Uint8Array, input: Uint8Array): ToeplitzStep[] {
  checkKey(key, input);
  const steps: ToeplitzStep[] = [];
  let window = firstWindow(key);
  let result = 0;
  for (let bit = 0; bit < input.length * 8; bit += 1) {
    const set = ((input[bit >> 3] >> (7 - (bit & 7))) & 1) === 1;
    if (set) result = (result ^ window) >>> 0;
    steps.push({ bit, set, window: window >>> 0, result });
    window = (window << 1) | ((key[(bit >> 3) + 4] >> (7 - (bit & 7))) & 1);
  }
  return steps;
}

function firstWindow(key: Uint8Array): number {
  return (key[0] << 24) | (key[1] << 16) | (key[2] << 8) | key[3];
}

function checkKey(key: Uint8Array, input: Uint8Array): void {
  if (key.length < input.length + 4) {
    throw new RangeError(`an RSS key of ${key.length} bytes is too short for ${input.length} bytes of input`);
  }
}
