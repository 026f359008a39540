/** The lines of a `gro` case's `case_setup`, by their grammar, as knob changes. */
import { type Change, type FeatureName, SYSCTLS, type SysctlName } from '../engine/change.ts';
import { CaseError } from './case.ts';

const FEATURE_NAMES: Readonly<Record<string, FeatureName>> = {
  gro: 'generic-receive-offload',
  'generic-receive-offload': 'generic-receive-offload',
  rx: 'rx-checksumming',
  'rx-checksumming': 'rx-checksumming',
  rxhash: 'receive-hashing',
  'receive-hashing': 'receive-hashing',
  'rx-gro-list': 'rx-gro-list',
  'rx-udp-gro-forwarding': 'rx-udp-gro-forwarding',
};

const NAPI_NAMES = ['gro_flush_timeout', 'napi_defer_hard_irqs', 'threaded'] as const;
const LINK_NAMES = ['gro_max_size', 'gro_ipv4_max_size', 'mtu'] as const;

/** Netlink attributes that older `ip` does not know by name. */
const LINK_ATTRIBUTES: Readonly<Record<string, (typeof LINK_NAMES)[number]>> = {
  'IFLA_GRO_MAX_SIZE(58)': 'gro_max_size',
  'IFLA_GRO_IPV4_MAX_SIZE(64)': 'gro_ipv4_max_size',
};

/** @throws CaseError for a line the grammar does not have. */
export function parseGroSetup(line: string, path: string): Change[] {
  const echo = /^echo (\d+) > \/sys\/class\/net\/tap0\/([\w-]+)$/.exec(line);
  if (echo !== null) {
    const name = NAPI_NAMES.find((n) => n === echo[2]);
    if (name !== undefined) return [{ type: 'napi', nic: 0, name, value: Number(echo[1]) }];
  }
  const ethtool = /^ethtool -K tap0((?: [\w-]+ (?:on|off))+)$/.exec(line);
  if (ethtool !== null) return features(ethtool[1].trim().split(' '), path);
  const link = /^ip link set tap0 ([\w-]+) (\d+)$/.exec(line);
  if (link !== null) {
    const name = LINK_NAMES.find((n) => n === link[1]);
    if (name !== undefined) return [{ type: 'link', nic: 0, name, value: Number(link[2]) }];
  }
  const sysctl = /^sysctl -w (net\.core\.[\w-]+)=(\d+)$/.exec(line);
  if (sysctl !== null && sysctl[1] in SYSCTLS) {
    return [{ type: 'sysctl', name: sysctl[1] as SysctlName, values: [Number(sysctl[2])] }];
  }
  const netlink = /^RTM_NEWLINK tap0 (\w+\(\d+\))=(\d+)$/.exec(line);
  if (netlink !== null) {
    const name = LINK_ATTRIBUTES[netlink[1]];
    if (name !== undefined) return [{ type: 'link', nic: 0, name, value: Number(netlink[2]) }];
  }
  throw new CaseError(path, `not a set-up line that is known here: ${line}`);
}

function features(words: string[], path: string): Change[] {
  const changes: Change[] = [];
  for (let i = 0; i < words.length; i += 2) {
    const name = FEATURE_NAMES[words[i]];
    if (name === undefined) throw new CaseError(path, `not a feature that is known here: ${words[i]}`);
    changes.push({ type: 'feature', nic: 0, name, on: words[i + 1] === 'on' });
  }
  return changes;
}
