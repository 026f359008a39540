/**
 * `ethtool -n IF rx-flow-hash TYPE` and `-N IF rx-flow-hash TYPE sdfn`: the fields that go into the RSS hash.
 * Source: ethtool 6.1 dump_rxfhash, unparse_rxfhashopts; igb, ixgbe, mlx5 set_rss_hash_opt, v6.12.
 */
import { HASH_FLOW_TYPES, type HashFlowType } from '../../engine/change.ts';
import {
  RXH_IP_DST,
  RXH_IP_SRC,
  RXH_L4_B_0_1,
  RXH_L4_B_2_3,
  RXH_SD,
  RXH_SDFN,
} from '../../engine/packet/toeplitz.ts';
import type { Nic } from '../../engine/world.ts';
import { done, type Outcome, printed, refused } from '../types.ts';
import { badArguments } from './errors.ts';

const LETTERS: Readonly<Record<string, number>> = {
  s: RXH_IP_SRC,
  d: RXH_IP_DST,
  f: RXH_L4_B_0_1,
  n: RXH_L4_B_2_3,
};
const NAMES: readonly (readonly [number, string])[] = [
  [RXH_IP_SRC, 'IP SA'],
  [RXH_IP_DST, 'IP DA'],
  [RXH_L4_B_0_1, 'L4 bytes 0 & 1 [TCP/UDP src port]'],
  [RXH_L4_B_2_3, 'L4 bytes 2 & 3 [TCP/UDP dst port]'],
];
/** Flow types and letters ethtool knows and this model does not. */
const OTHER_TYPES = ['ah4', 'esp4', 'sctp4', 'ah6', 'esp6', 'sctp6', 'ether', 'gtpu4', 'gtpu6'];

export function fieldLetters(fields: number): string {
  return Object.entries(LETTERS)
    .filter(([, bit]) => (fields & bit) !== 0)
    .map(([letter]) => letter)
    .join('');
}

/** Letter sets this driver takes for a flow type. */
export function fieldChoices(nic: Nic, type: HashFlowType): string[] {
  if (nic.driver.udpHashDefault === 'sdfn') return ['sd', 'sdfn'];
  return type.startsWith('tcp') ? ['sdfn'] : ['sd', 'sdfn'];
}

function flowType(word: string | undefined): HashFlowType | Outcome {
  const known = HASH_FLOW_TYPES.find((type) => type === word);
  if (known !== undefined) return known;
  if (word !== undefined && OTHER_TYPES.includes(word))
    return refused('', 1, `${word} is not modelled yet; flow types: ${HASH_FLOW_TYPES.join(' ')}`);
  return badArguments(`flow types: ${HASH_FLOW_TYPES.join(' ')}`);
}

export function printFlowHash(nic: Nic, words: readonly string[]): Outcome {
  const type = flowType(words[0]);
  if (typeof type !== 'string') return type;
  if (words.length > 1) return badArguments(`usage: ethtool -n ${nic.name} rx-flow-hash ${type}`);
  const fields = nic.hashFields[type];
  const lines = NAMES.filter(([bit]) => (fields & bit) !== 0).map(([, name]) => `${name}\n`);
  return printed(
    `${type.slice(0, 3).toUpperCase()} over IPV${type.slice(3)} flows use these fields for computing Hash flow key:\n` +
      `${lines.length === 0 ? 'None\n' : lines.join('')}\n`,
  );
}

export function setFlowHash(nic: Nic, words: readonly string[]): Outcome {
  const type = flowType(words[0]);
  if (typeof type !== 'string') return type;
  const letters = words[1];
  if (letters === undefined || letters === '' || words.length > 2)
    return badArguments('fields: s d (addresses) f n (ports), for instance sdfn');
  if (/^[mvtrsdfn]+$/.test(letters) && /[mvtr]/.test(letters))
    return refused('', 1, 'of the fields only s d f n are modelled');
  let fields = 0;
  for (const letter of letters) {
    if (!Object.hasOwn(LETTERS, letter))
      return badArguments('fields: s d (addresses) f n (ports), for instance sdfn');
    fields |= LETTERS[letter];
  }
  if (fields === nic.hashFields[type]) return done();
  const intel = nic.driver.udpHashDefault === 'sd';
  const taken = !intel || fields === RXH_SDFN || (fields === RXH_SD && type.startsWith('udp'));
  if (!taken) {
    return refused(
      'Cannot change RX network flow hashing options: Invalid argument',
      1,
      `${nic.driver.name} takes ${fieldChoices(nic, type).join(' or ')} for ${type}`,
    );
  }
  return done([{ type: 'hash-fields', nic: nic.index, flowType: type, fields }]);
}
