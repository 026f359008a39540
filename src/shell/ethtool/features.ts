/**
 * `ethtool -k` and `-K`: features on or off. The list is Linux 6.18's; what is not modelled shows as off [fixed].
 * Source: ethtool 6.1 on Linux 6.18, fixtures/ethtool-k.txt; net/ethtool/common.c netdev_features_strings.
 */
import { FEATURES, type Change, type FeatureName } from '../../engine/change.ts';
import type { Nic } from '../../engine/world.ts';
import { done, type Outcome, printed, refused } from '../types.ts';
import { attributeOffset } from './errors.ts';
import { FEATURE_ROWS } from './feature-list.ts';

interface Spelling {
  feature: FeatureName;
  /** ethtool's short name, then the kernel's. */
  short: string | null;
  kernel: string;
}

const SPELLINGS: readonly Spelling[] = [
  { feature: 'rx-checksumming', short: 'rx', kernel: 'rx-checksum' },
  { feature: 'generic-receive-offload', short: 'gro', kernel: 'rx-gro' },
  { feature: 'receive-hashing', short: 'rxhash', kernel: 'rx-hashing' },
  { feature: 'ntuple-filters', short: 'ntuple', kernel: 'rx-ntuple-filter' },
  { feature: 'rx-gro-list', short: null, kernel: 'rx-gro-list' },
  { feature: 'rx-udp-gro-forwarding', short: null, kernel: 'rx-udp-gro-forwarding' },
];

/** Short names of features that are not modelled, with the kernel's name. */
const FIXED_SHORT: Readonly<Record<string, string>> = {
  tx: 'tx-checksum-ip-generic',
  sg: 'tx-scatter-gather',
  tso: 'tx-tcp-segmentation',
  gso: 'tx-generic-segmentation',
  lro: 'rx-lro',
  rxvlan: 'rx-vlan-hw-parse',
  txvlan: 'tx-vlan-hw-insert',
};
const FIXED_LONG: Readonly<Record<string, string>> = {
  'tx-checksumming': 'tx-checksum-ip-generic',
  'scatter-gather': 'tx-scatter-gather',
  'tcp-segmentation-offload': 'tx-tcp-segmentation',
  'generic-segmentation-offload': 'tx-generic-segmentation',
  'large-receive-offload': 'rx-lro',
  'rx-vlan-offload': 'rx-vlan-hw-parse',
  'tx-vlan-offload': 'tx-vlan-hw-insert',
};

/** The name a person would type. */
export function shortName(feature: FeatureName): string {
  return SPELLINGS.find((s) => s.feature === feature)?.short ?? feature;
}

function isModelled(name: string): name is FeatureName {
  return (FEATURES as readonly string[]).includes(name);
}

export function printFeatures(nic: Nic): Outcome {
  const lines = FEATURE_ROWS.map((row) => {
    const name = row.trim();
    return isModelled(name) ? `${row}: ${nic.features[name] ? 'on' : 'off'}` : `${row}: off [fixed]`;
  });
  return printed(`Features for ${nic.name}:\n${lines.join('\n')}\n`);
}

type Found = { feature: FeatureName } | { fixed: string } | null;

function lookUp(word: string): Found {
  const spelling = SPELLINGS.find((s) => word === s.feature || word === s.short || word === s.kernel);
  if (spelling !== undefined) return { feature: spelling.feature };
  if (Object.hasOwn(FIXED_SHORT, word)) return { fixed: FIXED_SHORT[word] };
  if (Object.hasOwn(FIXED_LONG, word)) return { fixed: FIXED_LONG[word] };
  const row = FEATURE_ROWS.find((r) => r.trim() === word);
  return row === undefined ? null : { fixed: word };
}

const modelledNames = () => `features here: ${FEATURES.map(shortName).join(' ')}`;

export function setFeatures(nic: Nic, words: readonly string[]): Outcome {
  if (words.length === 0) return refused('Could not change any device features', 1, modelledNames());
  const wished = new Map<FeatureName, boolean>();
  const refusedNames: string[] = [];
  for (let i = 0; i < words.length; i += 2) {
    const value = words[i + 1];
    if (value !== 'on' && value !== 'off') {
      const shown = value ?? '(null)';
      return refused(
        `ethtool (-K): flag '${shown}' for parameter '(null)' is not followed by 'on' or 'off'`,
        1,
        `usage: ethtool -K ${nic.name} gro off`,
      );
    }
    const found = lookUp(words[i]);
    if (found === null) {
      // behind the bit's name lie three more nested headers
      const error = `netlink error: bit name not found (offset ${attributeOffset(nic.name) + 20})\nnetlink error: Operation not supported`;
      return refused(error, 92, modelledNames());
    }
    if ('feature' in found) wished.set(found.feature, value === 'on');
    else if (value === 'on') refusedNames.push(found.fixed);
  }
  const changes: Change[] = [];
  for (const [name, on] of wished) {
    if (Boolean(nic.features[name]) !== on) changes.push({ type: 'feature', nic: nic.index, name, on });
  }
  if (refusedNames.length > 0) {
    const list = refusedNames.map((name) => `${name}: off [requested on]`).join('\n');
    return refused(
      `Could not change any device features\nActual changes:\n${list}`,
      1,
      `not modelled yet: ${refusedNames.join(' ')}; ${modelledNames()}`,
    );
  }
  return done(changes);
}
