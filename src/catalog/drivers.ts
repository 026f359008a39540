/**
 * NIC drivers the model imitates: limits, defaults and counter names, as tables.
 * Source: driver headers and ethtool code of Linux 6.12 (igb, ixgbe, mlx5), MAX_* and DEFAULT_* constants.
 */

/** How the card's moderation timer works (three real disciplines). */
export type ModerationDiscipline = 'itr' | 'eqe' | 'cqe';

/** Offloads that depend on the card, as ethtool -k names them. */
export type OffloadName =
  | 'rx-checksumming'
  | 'tx-checksum-ipv4'
  | 'tx-checksum-ip-generic'
  | 'tx-checksum-ipv6'
  | 'tx-scatter-gather'
  | 'tx-tcp-segmentation'
  | 'tx-tcp6-segmentation'
  | 'tx-udp-segmentation'
  | 'udp-fragmentation-offload'
  | 'large-receive-offload'
  | 'tls-hw-tx-offload'
  | 'tls-hw-rx-offload';

/** Any range of a frame can be summed (NETIF_F_HW_CSUM), both TCP segmentations, USO. */
const GENERIC = {
  'rx-checksumming': true,
  'tx-checksum-ip-generic': true,
  'tx-scatter-gather': true,
  'tx-tcp-segmentation': true,
  'tx-tcp6-segmentation': true,
  'tx-udp-segmentation': true,
} as const;

export interface DriverInfo {
  readonly name: string;
  readonly maxQueues: number;
  /** Byte queue limits. */
  readonly bql: boolean;
  readonly ringDefault: number;
  readonly ringMin: number;
  readonly ringMax: number;
  /** Ring sizes the driver takes: rounded up to a multiple, or up to a power of two. */
  readonly ringStep: number | 'pow2';
  /** Cleaned descriptors handed back to the card at once; 0: once, at the end of the poll. */
  readonly refillBatch: number;
  readonly discipline: ModerationDiscipline;
  /** Who adapts moderation: the library DIM, or the driver itself. */
  readonly adaptive: 'dim' | 'itr' | null;
  readonly rxUsecs: number;
  readonly rxFrames: number;
  readonly indirectionSize: number;
  readonly rssKeyBytes: 40 | 52;
  readonly maxMtu: number;
  readonly udpHashDefault: 'sd' | 'sdfn';
  readonly ntupleDefault: boolean;
  readonly ntupleSlots: number;
  /** ndo_rx_flow_steer: filters for accelerated RFS, in the same memory. */
  readonly arfs: boolean;
  /** Name in /proc/interrupts of queue i's vector. */
  readonly vectorName: 'TxRx' | 'comp' | 'input';
  /** A poll notices that its vector's affinity moved and ends, so that the next interrupt lands right. */
  readonly checksAffinity: boolean;
  /** dev->hw_features beyond those every device has, and how each stands at probe; what is not named is off [fixed]. */
  readonly offloads: Readonly<Partial<Record<OffloadName, boolean>>>;
  /** What its receive checksum says: a verdict on TCP and UDP, the sum over the packet, nothing. */
  readonly rxChecksum: 'unnecessary' | 'complete' | 'none';
  /** tso_max_size: the longest skb its TSO takes, bytes. */
  readonly tsoMaxSize: number;
  /** `ethtool -S` names. */
  readonly stats: {
    readonly missed: string;
    readonly noBuffer: string | null;
    readonly queuePackets: string;
    readonly queueBytes: string;
    readonly queueDrops: string | null;
  };
}

export const drivers = {
  tulip: {
    name: 'tulip',
    maxQueues: 1,
    bql: false,
    ringDefault: 128,
    ringMin: 64,
    ringMax: 256,
    ringStep: 8,
    refillBatch: 1,
    discipline: 'itr',
    adaptive: null,
    rxUsecs: 0,
    rxFrames: 0,
    indirectionSize: 128,
    rssKeyBytes: 40,
    maxMtu: 1500,
    udpHashDefault: 'sd',
    ntupleDefault: false,
    ntupleSlots: 0,
    arfs: false,
    vectorName: 'TxRx',
    checksAffinity: false,
    offloads: {},
    tsoMaxSize: 65_536,
    rxChecksum: 'none',
    stats: {
      missed: 'rx_missed_errors',
      noBuffer: null,
      queuePackets: 'rx_queue_{q}_packets',
      queueBytes: 'rx_queue_{q}_bytes',
      queueDrops: null,
    },
  },
  igb: {
    name: 'igb',
    maxQueues: 8,
    bql: true,
    ringDefault: 256,
    ringMin: 64,
    ringMax: 4096,
    ringStep: 8,
    refillBatch: 16,
    discipline: 'itr',
    adaptive: null,
    rxUsecs: 50,
    rxFrames: 0,
    indirectionSize: 128,
    rssKeyBytes: 40,
    maxMtu: 9216,
    udpHashDefault: 'sd',
    ntupleDefault: false,
    ntupleSlots: 16,
    arfs: false,
    vectorName: 'TxRx',
    checksAffinity: false,
    offloads: GENERIC,
    tsoMaxSize: 65_536,
    rxChecksum: 'unnecessary',
    stats: {
      missed: 'rx_missed_errors',
      noBuffer: 'rx_no_buffer_count',
      queuePackets: 'rx_queue_{q}_packets',
      queueBytes: 'rx_queue_{q}_bytes',
      queueDrops: 'rx_queue_{q}_drops',
    },
  },
  ixgbe: {
    name: 'ixgbe',
    maxQueues: 63,
    bql: true,
    ringDefault: 512,
    ringMin: 64,
    ringMax: 8192,
    ringStep: 8,
    refillBatch: 16,
    discipline: 'itr',
    adaptive: 'itr',
    rxUsecs: 50,
    rxFrames: 0,
    indirectionSize: 128,
    rssKeyBytes: 40,
    maxMtu: 9710,
    udpHashDefault: 'sd',
    ntupleDefault: false,
    ntupleSlots: 8192,
    arfs: false,
    vectorName: 'TxRx',
    checksAffinity: false,
    offloads: { ...GENERIC, 'large-receive-offload': false },
    tsoMaxSize: 65_536,
    rxChecksum: 'unnecessary',
    stats: {
      missed: 'rx_missed_errors',
      noBuffer: 'rx_no_buffer_count',
      queuePackets: 'rx_queue_{q}_packets',
      queueBytes: 'rx_queue_{q}_bytes',
      queueDrops: null,
    },
  },
  mlx5_core: {
    name: 'mlx5_core',
    maxQueues: 64,
    bql: true,
    ringDefault: 1024,
    ringMin: 64,
    ringMax: 8192,
    ringStep: 'pow2',
    refillBatch: 0,
    discipline: 'eqe',
    adaptive: 'dim',
    rxUsecs: 16,
    rxFrames: 32,
    indirectionSize: 256,
    rssKeyBytes: 40,
    maxMtu: 9978,
    udpHashDefault: 'sdfn',
    ntupleDefault: false,
    ntupleSlots: 1024,
    arfs: true,
    vectorName: 'comp',
    checksAffinity: true,
    // en_accel/ktls.c mlx5e_ktls_build_netdev: encrypting is on, decrypting has to be asked for
    offloads: {
      ...GENERIC,
      'large-receive-offload': false,
      'tls-hw-tx-offload': true,
      'tls-hw-rx-offload': false,
    },
    tsoMaxSize: 524_280,
    rxChecksum: 'complete',
    stats: {
      missed: 'rx_out_of_buffer',
      noBuffer: null,
      queuePackets: 'rx{q}_packets',
      queueBytes: 'rx{q}_bytes',
      queueDrops: null,
    },
  },
  // as QEMU offers it: checksums of any range, TSO and, before 4.14, UFO, which its host carries out
  virtio_net: {
    name: 'virtio_net',
    maxQueues: 8,
    bql: false,
    ringDefault: 256,
    ringMin: 256,
    ringMax: 256,
    ringStep: 'pow2',
    refillBatch: 1,
    discipline: 'itr',
    adaptive: null,
    rxUsecs: 0,
    rxFrames: 0,
    indirectionSize: 128,
    rssKeyBytes: 40,
    maxMtu: 65_535,
    udpHashDefault: 'sdfn',
    ntupleDefault: false,
    ntupleSlots: 0,
    arfs: false,
    vectorName: 'input',
    checksAffinity: false,
    offloads: {
      'rx-checksumming': true,
      'tx-checksum-ip-generic': true,
      'tx-scatter-gather': true,
      'tx-tcp-segmentation': true,
      'tx-tcp6-segmentation': true,
      'udp-fragmentation-offload': true,
    },
    tsoMaxSize: 65_536,
    rxChecksum: 'unnecessary',
    stats: {
      missed: 'rx_missed_errors',
      noBuffer: null,
      queuePackets: 'rx_queue_{q}_packets',
      queueBytes: 'rx_queue_{q}_bytes',
      queueDrops: 'rx_queue_{q}_drops',
    },
  },
} as const satisfies Record<string, DriverInfo>;

export type DriverName = keyof typeof drivers;
