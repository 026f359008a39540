/**
 * A device's offloads: what its administrator wants, what the card offers, and what of it holds together. Turning one off can take
 * others along, which come back by themselves when it is turned on again.
 * Source: net/core/dev.c netdev_fix_features, register_netdevice, v6.12 (UFO: v3.14); measured with ethtool 6.1 on Linux 6.18. Left out:
 * features that only drivers ask for (ndo_fix_features), and those of devices stacked on this one.
 */
import type { DriverInfo, OffloadName } from '../../catalog/drivers.ts';
import { Reason } from '../../catalog/reasons.ts';
import type { RuleValues } from '../../catalog/rules.ts';
import type { FeatureName } from '../change.ts';
import type { Nic } from '../world.ts';

export type Features = Record<FeatureName, boolean>;

const OFF: Features = {
  'rx-checksumming': false,
  'tx-checksum-ipv4': false,
  'tx-checksum-ip-generic': false,
  'tx-checksum-ipv6': false,
  'tx-scatter-gather': false,
  'tx-tcp-segmentation': false,
  'tx-tcp6-segmentation': false,
  'generic-segmentation-offload': false,
  'generic-receive-offload': false,
  'large-receive-offload': false,
  'receive-hashing': false,
  'ntuple-filters': false,
  'tx-udp-segmentation': false,
  'udp-fragmentation-offload': false,
  'rx-gro-list': false,
  'rx-udp-gro-forwarding': false,
  'tls-hw-tx-offload': false,
  'tls-hw-rx-offload': false,
};

/** What the driver and this kernel's core offer for turning (dev->hw_features), with the state it begins in. */
export function offeredFeatures(driver: DriverInfo, rules: RuleValues): Partial<Features> {
  const offered: Partial<Features> = {
    'receive-hashing': true,
    'ntuple-filters': driver.ntupleDefault,
    'generic-receive-offload': rules.gro,
    'rx-gro-list': false,
    'rx-udp-gro-forwarding': false,
  };
  if (rules.gso) offered['generic-segmentation-offload'] = true;
  for (const [name, on] of Object.entries(driver.offloads) as [OffloadName, boolean][]) {
    if (name.startsWith('tx-') && !rules.tso) continue;
    if (name === 'tls-hw-tx-offload' && !rules.ktlsDeviceTx) continue;
    if (name === 'tls-hw-rx-offload' && !rules.ktlsDeviceRx) continue;
    if (name === 'large-receive-offload' && !rules.lro) continue;
    if (name === 'tx-udp-segmentation' && !rules.udpGso) continue;
    if (name === 'udp-fragmentation-offload' && !rules.ufo) continue;
    if (name === 'tx-checksum-ip-generic' && !rules.txChecksumGeneric) {
      offered['tx-checksum-ipv4'] = on;
      offered['tx-checksum-ipv6'] = on;
    } else offered[name] = on;
  }
  return offered;
}

/** Why netdev_fix_features has taken a feature away, by its name; filled anew by each call. */
export const dropped = new Map<FeatureName, number>();

/** netdev_fix_features. @param wanted what is asked for, of what is offered  @returns what is in force */
export function netdevFixFeatures(wanted: Partial<Features>, rules: RuleValues): Features {
  const f: Features = { ...OFF, ...wanted };
  dropped.clear();
  const drop = (name: FeatureName, missing: boolean, reason: number): void => {
    if (!f[name] || !missing) return;
    f[name] = false;
    dropped.set(name, reason);
  };
  const ip4 = f['tx-checksum-ip-generic'] || f['tx-checksum-ipv4'];
  const ip6 = f['tx-checksum-ip-generic'] || f['tx-checksum-ipv6'];
  drop('tx-scatter-gather', rules.sgNeedsChecksum && !ip4 && !ip6, Reason.featureNoTxChecksum);
  const sg = f['tx-scatter-gather'];
  drop('tx-tcp-segmentation', !sg, Reason.featureNoSg);
  drop('tx-tcp6-segmentation', !sg, Reason.featureNoSg);
  drop('tx-tcp-segmentation', !ip4, Reason.featureNoTxChecksum);
  drop('tx-tcp6-segmentation', !ip6, Reason.featureNoTxChecksum);
  drop('generic-segmentation-offload', !sg, Reason.featureNoSg);
  drop('large-receive-offload', !f['rx-checksumming'], Reason.featureNoRxChecksum);
  const both = ip4 && ip6;
  drop('udp-fragmentation-offload', !both, Reason.featureNoTxChecksum);
  drop('udp-fragmentation-offload', !sg, Reason.featureNoSg);
  drop('tls-hw-tx-offload', rules.ktlsNeedsChecksum && !both, Reason.featureNoTxChecksum);
  drop('tls-hw-rx-offload', rules.ktlsNeedsChecksum && !f['rx-checksumming'], Reason.featureNoRxChecksum);
  drop('tx-udp-segmentation', rules.usoNeedsChecksum && !both, Reason.featureNoTxChecksum);
  return f;
}

/** can_checksum_protocol: the card can finish a TCP or UDP checksum of this IP version. */
export function canChecksum(nic: Nic, v6: boolean): boolean {
  const f = nic.features;
  return f['tx-checksum-ip-generic'] || (v6 ? f['tx-checksum-ipv6'] : f['tx-checksum-ipv4']);
}
