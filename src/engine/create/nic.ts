/** A NIC as its driver brings it up: queues, RSS key and table, features, coalescing; and its offload engine, where it has one. */
import { drivers } from '../../catalog/drivers.ts';
import type { RuleValues } from '../../catalog/rules.ts';
import { netdevFixFeatures, offeredFeatures } from '../nic/features.ts';
import { createToe, type Toe } from '../nic/toe/state.ts';
import { parseHex } from '../packet/hex.ts';
import { NETDEV_RSS_KEY_LEN, RXH_SD, RXH_SDFN } from '../packet/toeplitz.ts';
import { createRng, nextU32 } from '../rng.ts';
import type { HostSpec, NicSpec, WorldSpec } from '../spec.ts';
import { createNicTls } from '../tls/state.ts';
import { IPIP_DRIVER, tunnelFeatures } from '../tunnel/features.ts';
import { createTunnel } from '../tunnel/state.ts';
import {
  ACTOR_ARFS,
  ACTOR_DMA,
  ACTOR_TOE,
  ACTOR_TOE_DMA,
  ACTOR_TOE_IRQ,
  ACTOR_TX,
  ACTOR_WIRE,
  type HostFixed,
  type Nic,
} from '../world.ts';
import { nodesOf } from './cpu.ts';
import type { Maker } from './maker.ts';

const RSS_STREAM = 1;

/** @param h its host @param index in the world @param firstQueue world index @param flows of the world: it keeps a hash of each */
export function makeNic(
  maker: Maker,
  spec: WorldSpec,
  rules: RuleValues,
  host: HostSpec,
  h: number,
  nicSpec: NicSpec,
  index: number,
  firstQueue: number,
  flows: number,
): Nic {
  const driver = nicSpec.driver === 'ipip' ? IPIP_DRIVER : drivers[nicSpec.driver];
  const { tunnel } = nicSpec;
  const udp = driver.udpHashDefault === 'sd' ? RXH_SD : RXH_SDFN;
  // queues beyond those in use are made too, so that ethtool -L can bring them in
  const most = tunnel === undefined ? Math.min(driver.maxQueues, host.cpus) : host.cpus;
  const queues = Math.max(nicSpec.queues, most);
  const at = { host: host.id, nic: nicSpec.name };
  const wanted = tunnel === undefined ? offeredFeatures(driver, rules) : tunnelFeatures(rules);
  return {
    index,
    host: h,
    name: nicSpec.name,
    driver,
    node: nodesOf(host) > 1 && rules.napi && tunnel === undefined ? (nicSpec.numaNode ?? 0) : -1,
    wireActor: maker.actor(ACTOR_WIRE, index),
    dmaActor: maker.actor(ACTOR_DMA, index),
    txActor: maker.actor(ACTOR_TX, index),
    arfsActor: maker.actor(ACTOR_ARFS, index),
    wirePlace: maker.place({ type: 'wire', ...at }),
    macPlace: maker.place({ type: 'mac', ...at }),
    steeringPlace: maker.place({ type: 'steering', ...at }),
    linkBps: nicSpec.linkBps,
    linkFreeNs: 0,
    linkRem: 0,
    nextSource: 0,
    planStartNs: 0,
    planEndNs: 0,
    planRem: 0,
    mtu: nicSpec.mtu,
    firstQueue,
    queues,
    activeQueues: nicSpec.queues,
    rssKey: rssKey(spec.seed, driver.rssKeyBytes, nicSpec.rssKey),
    indirection: Uint16Array.from({ length: driver.indirectionSize }, (_, i) => i % nicSpec.queues),
    symmetricXor: false,
    hashFields: { tcp4: RXH_SDFN, udp4: udp, tcp6: RXH_SDFN, udp6: udp },
    flowHash: new Uint32Array(flows),
    flowHashKind: new Uint8Array(flows),
    flowHash2: new Uint32Array(flows),
    flowNtuple: new Int16Array(flows).fill(-2),
    flowArfs: new Int16Array(flows).fill(-1),
    arfs: { rules: [], nextId: 0 },
    ntuple: [],
    rxUsecs: nicSpec.rxUsecs ?? driver.rxUsecs,
    rxFrames: nicSpec.rxFrames ?? driver.rxFrames,
    adaptiveRx: false,
    cqeMode: false,
    features: netdevFixFeatures(wanted, rules),
    wanted,
    groMaxSize: 65536,
    groIpv4MaxSize: 65536,
    gsoMaxSize: 65536,
    gsoIpv4MaxSize: 65536,
    gsoMaxSegs: 65535,
    groFlushTimeout: 0,
    napiDeferHardIrqs: 0,
    threaded: false,
    way: -1,
    txFrame: 0,
    txFrag: 0,
    txWaits: false,
    txSending: -1,
    txRem: 0,
    txQueueLen: rules.txQueueLen,
    mqHandle: 0,
    dmaFifo: [],
    dmaHead: 0,
    counters: {
      rx_packets: 0,
      rx_bytes: 0,
      rx_missed_errors: 0,
      rx_no_buffer_count: 0,
      rx_length_errors: 0,
      rx_crc_errors: 0,
      rx_dropped: 0,
      rx_ntuple_dropped: 0,
      csum_errors: 0,
      multicast: 0,
      rx_otherhost_dropped: 0,
      tx_packets: 0,
      tx_bytes: 0,
      tx_dropped: 0,
    },
    tls: 'tls-hw-tx-offload' in driver.offloads ? createNicTls() : null,
    toe: null,
    tunnel: tunnel === undefined ? null : createTunnel(tunnel, host.cpus),
    bridge: -1,
  };
}

/** Interrupts the CPU that its first queue does. */
export function makeToe(
  maker: Maker,
  host: HostSpec,
  fixed: HostFixed,
  nicSpec: NicSpec,
  nic: number,
): Toe | null {
  if (nicSpec.toe === undefined) return null;
  return createToe(nicSpec.toe, {
    place: maker.place({ type: 'toe', host: host.id, nic: nicSpec.name }),
    actor: maker.actor(ACTOR_TOE, nic),
    dmaActor: maker.actor(ACTOR_TOE_DMA, nic),
    irqActor: maker.actor(ACTOR_TOE_IRQ, nic),
    cpu: fixed.firstCpu + (nicSpec.affinity[0] ?? 0),
  });
}

/** netdev_rss_key_fill: one random key a boot, of which a driver takes its first bytes. */
function rssKey(seed: number, bytes: number, hex: string | undefined): Uint8Array {
  if (hex !== undefined) return parseHex(hex.replace(/[:\s]/g, ''));
  const rng = createRng(seed, RSS_STREAM);
  const key = new Uint8Array(NETDEV_RSS_KEY_LEN);
  for (let i = 0; i < key.length; i += 1) key[i] = nextU32(rng) & 0xff;
  return key.slice(0, bytes);
}
