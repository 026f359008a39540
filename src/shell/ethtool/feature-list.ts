/** Features by the names of ethtool and of the kernel. Source: ethtool 6.1 on Linux 6.18 (fixtures/ethtool-k.txt), ethtool.c off_flag_def. */

/** Rows of one feature whose name is not the kernel's: ethtool's short name, the row's, the kernel's. */
export const SINGLE: readonly { short: string; row: string; kernel: string }[] = [
  { short: 'rx', row: 'rx-checksumming', kernel: 'rx-checksum' },
  { short: 'gro', row: 'generic-receive-offload', kernel: 'rx-gro' },
  { short: 'ufo', row: 'udp-fragmentation-offload', kernel: 'tx-udp-fragmentation' },
  { short: 'gso', row: 'generic-segmentation-offload', kernel: 'tx-generic-segmentation' },
  { short: 'lro', row: 'large-receive-offload', kernel: 'rx-lro' },
  { short: 'rxhash', row: 'receive-hashing', kernel: 'rx-hashing' },
  { short: 'ntuple', row: 'ntuple-filters', kernel: 'rx-ntuple-filter' },
  { short: 'rxvlan', row: 'rx-vlan-offload', kernel: 'rx-vlan-hw-parse' },
  { short: 'txvlan', row: 'tx-vlan-offload', kernel: 'tx-vlan-hw-insert' },
];

/** By the kernel's names, in the order of its bits (include/linux/netdev_features.h, v6.12): how `-K` tells of changes. */
export const KERNEL_ORDER: readonly string[] = [
  'tx-scatter-gather',
  'tx-checksum-ipv4',
  'tx-checksum-ip-generic',
  'tx-checksum-ipv6',
  'highdma',
  'tx-scatter-gather-fraglist',
  'tx-vlan-hw-insert',
  'rx-vlan-hw-parse',
  'rx-vlan-filter',
  'vlan-challenged',
  'tx-generic-segmentation',
  'rx-gro',
  'rx-lro',
  'tx-tcp-segmentation',
  'tx-udp-fragmentation',
  'tx-gso-robust',
  'tx-tcp-ecn-segmentation',
  'tx-tcp-mangleid-segmentation',
  'tx-tcp6-segmentation',
  'tx-fcoe-segmentation',
  'tx-gre-segmentation',
  'tx-gre-csum-segmentation',
  'tx-ipxip4-segmentation',
  'tx-ipxip6-segmentation',
  'tx-udp_tnl-segmentation',
  'tx-udp_tnl-csum-segmentation',
  'tx-gso-partial',
  'tx-tunnel-remcsum-segmentation',
  'tx-sctp-segmentation',
  'tx-esp-segmentation',
  'tx-udp-segmentation',
  'tx-gso-list',
  'tx-tcp-accecn-segmentation',
  'tx-checksum-fcoe-crc',
  'tx-checksum-sctp',
  'rx-ntuple-filter',
  'rx-hashing',
  'rx-checksum',
  'tx-nocache-copy',
  'loopback',
  'rx-fcs',
  'rx-all',
  'tx-vlan-stag-hw-insert',
  'rx-vlan-stag-hw-parse',
  'rx-vlan-stag-filter',
  'l2-fwd-offload',
  'hw-tc-offload',
  'esp-hw-offload',
  'esp-tx-csum-hw-offload',
  'rx-udp_tunnel-port-offload',
  'tls-hw-tx-offload',
  'tls-hw-rx-offload',
  'rx-gro-hw',
  'tls-hw-record',
  'rx-gro-list',
  'macsec-hw-offload',
  'rx-udp-gro-forwarding',
  'hsr-tag-ins-offload',
  'hsr-tag-rm-offload',
  'hsr-fwd-offload',
  'hsr-dup-offload',
];

/** What `ethtool -k` lists first, a tab before those that belong to the row above. */
const FIRST: readonly string[] = [
  'rx-checksumming',
  'tx-checksumming',
  '\ttx-checksum-ipv4',
  '\ttx-checksum-ip-generic',
  '\ttx-checksum-ipv6',
  '\ttx-checksum-fcoe-crc',
  '\ttx-checksum-sctp',
  'scatter-gather',
  '\ttx-scatter-gather',
  '\ttx-scatter-gather-fraglist',
  'tcp-segmentation-offload',
  '\ttx-tcp-segmentation',
  '\ttx-tcp-ecn-segmentation',
  '\ttx-tcp-mangleid-segmentation',
  '\ttx-tcp6-segmentation',
  '\ttx-tcp-accecn-segmentation',
  // by ethtool of its time on a kernel that has it
  'udp-fragmentation-offload',
  'generic-segmentation-offload',
  'generic-receive-offload',
  'large-receive-offload',
  'rx-vlan-offload',
  'tx-vlan-offload',
  'ntuple-filters',
  'receive-hashing',
];

/** The row of a feature, by the kernel's name of it. */
export function rowOf(kernel: string): string {
  return SINGLE.find((s) => s.kernel === kernel)?.row ?? kernel;
}

/** Features in the order `ethtool -k` lists them. */
export const FEATURE_ROWS: readonly string[] = [
  ...FIRST,
  ...KERNEL_ORDER.filter((name) => !FIRST.some((row) => row.trim() === rowOf(name))),
];
