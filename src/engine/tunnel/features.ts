/**
 * What an ipip device takes over from the stack: nothing before 3.13 (so TCP cuts, sums and writes in one piece itself); since then
 * scatter-gather, open checksums and skbs of several segments (NETIF_F_SG, HW_CSUM, GSO_SOFTWARE), which pass through it whole.
 * And what the card below can do with a packet that has an outer header: checksums by version and driver, cutting never.
 * Source: net/ipv4/ipip.c IPIP_FEATURES, net/core/dev.c netif_skb_features (hw_enc_features), v6.12; cb32f511a70b. Left out: UFO through a
 * tunnel, cards with tx-ipxip4-segmentation or tx-gso-partial.
 */
import type { DriverInfo } from '../../catalog/drivers.ts';
import type { RuleValues } from '../../catalog/rules.ts';
import type { Features } from '../nic/features.ts';
import type { Nic, World } from '../world.ts';

/** The device as the tables of drivers have one: nothing of a card. */
export const IPIP_DRIVER: DriverInfo = {
  name: 'ipip',
  maxQueues: 1,
  bql: false,
  ringDefault: 2,
  ringMin: 2,
  ringMax: 2,
  ringStep: 'pow2',
  refillBatch: 0,
  discipline: 'itr',
  adaptive: null,
  rxUsecs: 0,
  rxFrames: 0,
  indirectionSize: 1,
  rssKeyBytes: 40,
  // 0xFFF8 less the outer header
  maxMtu: 65_508,
  udpHashDefault: 'sd',
  ntupleDefault: false,
  ntupleSlots: 0,
  arfs: false,
  vectorName: 'input',
  checksAffinity: false,
  offloads: {},
  rxChecksum: 'none',
  tsoMaxSize: 65_536,
  stats: { missed: '', noBuffer: null, queuePackets: '', queueBytes: '', queueDrops: null },
};

/** dev->hw_features of the device, with the state each begins in. */
export function tunnelFeatures(rules: RuleValues): Partial<Features> {
  const offered: Partial<Features> = { 'generic-receive-offload': rules.gro, 'rx-gro-list': false };
  offered['rx-udp-gro-forwarding'] = false;
  offered['generic-segmentation-offload'] = true;
  if (!rules.ipipOffloads) return offered;
  offered['tx-scatter-gather'] = true;
  offered['tx-checksum-ip-generic'] = true;
  offered['tx-tcp-segmentation'] = true;
  offered['tx-tcp6-segmentation'] = true;
  if (rules.udpGso) offered['tx-udp-segmentation'] = true;
  return offered;
}

/** Drivers that name checksums among their hw_enc_features since 4.7. */
const SUMS_INNER: ReadonlySet<string> = new Set(['igb', 'ixgbe', 'mlx5_core']);

/** Whether the card finishes the checksum of a packet behind an outer header. */
export function sumsInner(w: World, nic: Nic): boolean {
  const f = nic.features;
  const any = f['tx-checksum-ip-generic'] || f['tx-checksum-ipv4'];
  return any && w.fixed.rules.txEncapChecksum && SUMS_INNER.has(nic.driver.name);
}
