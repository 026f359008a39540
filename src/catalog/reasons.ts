/**
 * Reason codes: why a decision went the way it did. Each names the kernel function (or hardware part) that decides,
 * the knob that would change it, and where that is written. The words are in the message catalogue, key `reason.<name>`.
 * Codes never change once released: records and links carry them.
 */
export interface ReasonInfo {
  readonly code: number;
  readonly fn: string;
  /** A command template that would change this decision; null: nothing an administrator turns. */
  readonly knob: string | null;
  readonly source: string;
  /** The kernel's drop reason (skb_drop_reason) where the skb is lost. */
  readonly drop?: string;
}

const GRO = 'net/core/gro.c, v6.12';
const DEV = 'net/core/dev.c, v6.12';
const SOFTIRQ = 'kernel/softirq.c, v6.12';
const HW = 'NIC hardware';

export const reasons = {
  none: { code: 0, fn: '', knob: null, source: '' },

  // -- NIC: accept, steer, ring
  accepted: { code: 1, fn: 'MAC', knob: null, source: HW },
  frameTooLong: {
    code: 2,
    fn: 'MAC length check',
    knob: 'ip link set {nic} mtu 9000',
    source: HW,
  },
  rssFourTuple: {
    code: 3,
    fn: 'Toeplitz hash',
    knob: 'ethtool -X {nic} equal 4',
    source: HW,
  },
  rssTwoTuple: {
    code: 4,
    fn: 'Toeplitz hash',
    knob: 'ethtool -N {nic} rx-flow-hash udp4 sdfn',
    source: HW,
  },
  rssNoHash: { code: 5, fn: 'parser', knob: null, source: HW },
  rssOff: {
    code: 6,
    fn: 'parser',
    knob: 'ethtool -K {nic} receive-hashing on',
    source: HW,
  },
  singleQueue: {
    code: 7,
    fn: 'NIC',
    knob: 'ethtool -L {nic} combined 4',
    source: HW,
  },
  ntupleMatch: {
    code: 8,
    fn: 'flow director',
    knob: 'ethtool -N {nic} delete 0',
    source: HW,
  },
  ntupleDrop: {
    code: 9,
    fn: 'flow director',
    knob: 'ethtool -N {nic} delete 0',
    source: HW,
  },
  noDescriptor: {
    code: 10,
    fn: 'rx ring',
    knob: 'ethtool -G {nic} rx 4096',
    source: HW,
  },
  fifoWait: {
    code: 11,
    fn: 'MAC FIFO',
    knob: 'ethtool -G {nic} rx 4096',
    source: HW,
  },
  ringReset: {
    code: 12,
    fn: 'driver ring set-up',
    knob: null,
    source: 'driver, v6.12',
  },
  badFrame: { code: 13, fn: 'MAC CRC check', knob: null, source: HW },

  macFilter: {
    code: 14,
    fn: 'MAC address filter',
    knob: 'ip link set {nic} promisc on',
    source: HW,
  },

  // -- moderation and interrupt
  irqNow: {
    code: 20,
    fn: 'interrupt moderation',
    knob: 'ethtool -C {nic} rx-usecs 16 rx-frames 32',
    source: HW,
  },
  irqFramesReached: {
    code: 21,
    fn: 'interrupt moderation',
    knob: 'ethtool -C {nic} rx-frames 32',
    source: HW,
  },
  irqUsecsPassed: {
    code: 22,
    fn: 'interrupt moderation',
    knob: 'ethtool -C {nic} rx-usecs 16',
    source: HW,
  },
  irqTimerStarted: {
    code: 23,
    fn: 'interrupt moderation',
    knob: 'ethtool -C {nic} rx-usecs 0',
    source: HW,
  },
  irqTimerRunning: {
    code: 24,
    fn: 'interrupt moderation',
    knob: 'ethtool -C {nic} rx-usecs 0',
    source: HW,
  },
  irqTimerRestarted: {
    code: 25,
    fn: 'interrupt moderation',
    knob: 'ethtool -C {nic} cqe-mode-rx off',
    source: HW,
  },
  irqMasked: { code: 26, fn: 'MSI-X vector', knob: null, source: HW },
  irqGapPassed: {
    code: 27,
    fn: 'interrupt throttle (ITR)',
    knob: 'ethtool -C {nic} rx-usecs 0',
    source: HW,
  },
  irqGapWait: {
    code: 28,
    fn: 'interrupt throttle (ITR)',
    knob: 'ethtool -C {nic} rx-usecs 0',
    source: HW,
  },
  irqCpuBusy: {
    code: 29,
    fn: 'interrupt controller',
    knob: 'echo 2 > /proc/irq/{irq}/smp_affinity_list',
    source: HW,
  },
  irqUnmasked: {
    code: 30,
    fn: 'driver irq enable',
    knob: null,
    source: 'driver, v6.12',
  },

  // -- NAPI and softirq
  napiScheduled: {
    code: 40,
    fn: 'napi_schedule_prep',
    knob: null,
    source: DEV,
  },
  napiMissed: { code: 41, fn: 'napi_schedule_prep', knob: null, source: DEV },
  napiThreadWoken: {
    code: 42,
    fn: '____napi_schedule',
    knob: 'echo 0 > /sys/class/net/{nic}/threaded',
    source: DEV,
  },
  softirqAtIrqExit: { code: 43, fn: 'irq_exit', knob: null, source: SOFTIRQ },
  softirqAgain: {
    code: 44,
    fn: 'handle_softirqs',
    knob: null,
    source: SOFTIRQ,
  },
  softirqLeftToKsoftirqd: {
    code: 45,
    fn: 'invoke_softirq',
    knob: null,
    source: 'kernel/softirq.c, v4.9 to v6.4',
  },
  softirqByKsoftirqd: {
    code: 46,
    fn: 'run_ksoftirqd',
    knob: null,
    source: SOFTIRQ,
  },
  softirqDone: { code: 47, fn: 'handle_softirqs', knob: null, source: SOFTIRQ },
  softirqRestartsUsed: {
    code: 48,
    fn: 'handle_softirqs',
    knob: null,
    source: SOFTIRQ,
  },
  softirqTimeUsed: {
    code: 49,
    fn: 'handle_softirqs',
    knob: null,
    source: SOFTIRQ,
  },
  softirqNeedResched: {
    code: 50,
    fn: 'handle_softirqs',
    knob: null,
    source: SOFTIRQ,
  },
  pollListEmpty: { code: 51, fn: 'net_rx_action', knob: null, source: DEV },
  onlyRepollLeft: { code: 52, fn: 'net_rx_action', knob: null, source: DEV },
  budgetUsed: {
    code: 53,
    fn: 'net_rx_action',
    knob: 'sysctl -w net.core.netdev_budget=600',
    source: DEV,
  },
  timeLimitUsed: {
    code: 54,
    fn: 'net_rx_action',
    knob: 'sysctl -w net.core.netdev_budget_usecs=8000',
    source: DEV,
  },
  ringEmptied: {
    code: 55,
    fn: 'driver poll',
    knob: null,
    source: 'driver, v6.12',
  },
  weightUsed: {
    code: 56,
    fn: 'driver poll',
    knob: null,
    source: 'NAPI_POLL_WEIGHT, include/linux/netdevice.h, v6.12',
  },
  napiIrqOn: {
    code: 57,
    fn: 'napi_complete_done',
    knob: 'echo 2 > /sys/class/net/{nic}/napi_defer_hard_irqs',
    source: DEV,
  },
  napiDeferred: {
    code: 58,
    fn: 'napi_complete_done',
    knob: 'echo 0 > /sys/class/net/{nic}/napi_defer_hard_irqs',
    source: DEV,
  },
  napiMissedAgain: {
    code: 59,
    fn: 'napi_complete_done',
    knob: null,
    source: DEV,
  },
  napiTimer: {
    code: 60,
    fn: 'napi_watchdog',
    knob: 'echo 0 > /sys/class/net/{nic}/gro_flush_timeout',
    source: DEV,
  },
  affinityMoved: {
    code: 61,
    fn: 'driver poll',
    knob: null,
    source: 'mlx5, ice, i40e drivers, v6.12',
  },
  refillBatch: {
    code: 62,
    fn: 'driver refill',
    knob: null,
    source: 'driver, v6.12',
  },
  refillPollEnd: {
    code: 63,
    fn: 'driver refill',
    knob: null,
    source: 'driver, v6.12',
  },

  // -- GRO verdicts
  groMerged: {
    code: 80,
    fn: 'skb_gro_receive',
    knob: 'ethtool -K {nic} gro off',
    source: GRO,
  },
  groMergedLast: {
    code: 81,
    fn: 'tcp_gro_receive',
    knob: 'ethtool -K {nic} gro off',
    source: 'net/ipv4/tcp_offload.c, v6.12',
  },
  groNewFlow: {
    code: 82,
    fn: 'dev_gro_receive',
    knob: 'ethtool -K {nic} gro off',
    source: GRO,
  },
  groNewFlowFlag: {
    code: 83,
    fn: 'tcp_gro_receive',
    knob: null,
    source: 'net/ipv4/tcp_offload.c, v6.12',
  },
  groEmpty: {
    code: 84,
    fn: 'tcp_gro_receive',
    knob: null,
    source: 'net/ipv4/tcp_offload.c, v6.12',
  },
  groOff: {
    code: 85,
    fn: 'dev_gro_receive',
    knob: 'ethtool -K {nic} gro on',
    source: GRO,
  },
  groNoHandler: { code: 86, fn: 'dev_gro_receive', knob: null, source: GRO },
  groIpOptions: {
    code: 87,
    fn: 'inet_gro_receive',
    knob: null,
    source: 'net/ipv4/af_inet.c, v6.12',
  },
  groIpFragment: {
    code: 88,
    fn: 'inet_gro_receive',
    knob: null,
    source: 'net/ipv4/af_inet.c, v6.12',
  },
  groIpChecksum: {
    code: 89,
    fn: 'inet_gro_receive',
    knob: null,
    source: 'net/ipv4/af_inet.c, v6.12',
  },
  groV6Ext: {
    code: 90,
    fn: 'ipv6_gro_receive',
    knob: null,
    source: 'net/ipv6/ip6_offload.c, v6.12',
  },
  groL4Checksum: {
    code: 91,
    fn: 'skb_gro_checksum_validate',
    knob: null,
    source: GRO,
  },
  groLengthMismatch: {
    code: 92,
    fn: 'inet_gro_receive',
    knob: null,
    source: 'net/ipv4/af_inet.c, v6.12',
  },
  groSeq: {
    code: 93,
    fn: 'tcp_gro_receive',
    knob: null,
    source: 'net/ipv4/tcp_offload.c, v6.12',
  },
  groAck: {
    code: 94,
    fn: 'tcp_gro_receive',
    knob: null,
    source: 'net/ipv4/tcp_offload.c, v6.12',
  },
  groFlags: {
    code: 95,
    fn: 'tcp_gro_receive',
    knob: null,
    source: 'net/ipv4/tcp_offload.c, v6.12',
  },
  groWindow: {
    code: 96,
    fn: 'tcp_gro_receive',
    knob: null,
    source: 'net/ipv4/tcp_offload.c, v6.12',
  },
  groOptions: {
    code: 97,
    fn: 'tcp_gro_receive',
    knob: null,
    source: 'net/ipv4/tcp_offload.c, v6.12',
  },
  groTtl: {
    code: 98,
    fn: 'inet_gro_flush',
    knob: null,
    source: 'include/net/gro.h, v6.12',
  },
  groTos: {
    code: 99,
    fn: 'inet_gro_flush',
    knob: null,
    source: 'include/net/gro.h, v6.12',
  },
  groDf: {
    code: 100,
    fn: 'inet_gro_flush',
    knob: null,
    source: 'include/net/gro.h, v6.12',
  },
  groIpId: {
    code: 101,
    fn: 'inet_gro_flush',
    knob: null,
    source: 'include/net/gro.h, v6.12',
  },
  groBigger: {
    code: 102,
    fn: 'tcp_gro_receive',
    knob: null,
    source: 'net/ipv4/tcp_offload.c, v6.12',
  },
  groTooBig: {
    code: 103,
    fn: 'skb_gro_receive',
    knob: 'ip link set {nic} gro_max_size 131072',
    source: GRO,
  },
  groCwr: {
    code: 104,
    fn: 'tcp_gro_receive',
    knob: null,
    source: 'net/ipv4/tcp_offload.c, v6.12',
  },
  groOtherGsoSize: {
    code: 105,
    fn: 'tcp_gro_receive',
    knob: null,
    source: 'net/ipv4/tcp_offload.c, v6.12',
  },
  groDodgy: { code: 106, fn: 'skb_gro_receive', knob: null, source: GRO },
  groBucketFull: { code: 107, fn: 'gro_flush_oldest', knob: null, source: GRO },
  groOtherMac: { code: 108, fn: 'gro_list_prepare', knob: null, source: GRO },
  groOtherVlan: { code: 109, fn: 'gro_list_prepare', knob: null, source: GRO },
  groEndOfPoll: {
    code: 110,
    fn: 'napi_gro_flush',
    knob: 'echo 20000 > /sys/class/net/{nic}/gro_flush_timeout',
    source: GRO,
  },
  groWeightUsed: { code: 111, fn: 'napi_gro_flush', knob: null, source: DEV },
  groOldJiffy: {
    code: 112,
    fn: 'napi_gro_flush',
    knob: 'echo 0 > /sys/class/net/{nic}/gro_flush_timeout',
    source: GRO,
  },
  groTimer: {
    code: 113,
    fn: 'napi_watchdog',
    knob: 'echo 0 > /sys/class/net/{nic}/gro_flush_timeout',
    source: DEV,
  },
  groFlowEnds: {
    code: 114,
    fn: 'tcp_gro_receive',
    knob: null,
    source: 'net/ipv4/tcp_offload.c, v6.12',
  },
  groUdpNotWanted: {
    code: 115,
    fn: 'udp_gro_receive',
    knob: 'ethtool -K {nic} rx-gro-list on',
    source: 'net/ipv4/udp_offload.c, v6.12',
  },
  groUdpNoChecksum: {
    code: 116,
    fn: 'udp_gro_receive',
    knob: null,
    source: 'net/ipv4/udp_offload.c, v6.12',
  },
  groCountMax: {
    code: 117,
    fn: 'udp_gro_receive',
    knob: null,
    source: 'net/ipv4/udp_offload.c, v6.12',
  },
  groFlowLabel: {
    code: 118,
    fn: 'ipv6_gro_receive',
    knob: null,
    source: 'net/ipv6/ip6_offload.c, v6.12',
  },
  groExtDiffers: {
    code: 119,
    fn: 'ipv6_gro_receive',
    knob: null,
    source: 'net/ipv6/ip6_offload.c, v6.12',
  },
  groOtherAddress: {
    code: 120,
    fn: 'inet_gro_receive',
    knob: null,
    source: 'net/ipv4/af_inet.c, v6.12',
  },
  batchFull: {
    code: 121,
    fn: 'gro_normal_one',
    knob: 'sysctl -w net.core.gro_normal_batch=1',
    source: 'include/net/gro.h, v6.12',
  },
  batchPollEnd: {
    code: 122,
    fn: 'gro_normal_list',
    knob: null,
    source: 'include/net/gro.h, v6.12',
  },
  groShort: {
    code: 123,
    fn: 'tcp_gro_receive',
    knob: null,
    source: 'net/ipv4/tcp_offload.c, v6.12',
  },

  // -- protocol
  earlyDemux: {
    code: 140,
    fn: 'tcp_v4_early_demux',
    knob: 'sysctl -w net.ipv4.ip_early_demux=0',
    source: 'net/ipv4/ip_input.c, v6.12',
  },
  fibLocal: {
    code: 141,
    fn: 'ip_route_input_noref',
    knob: null,
    source: 'net/ipv4/route.c, v6.12',
  },
  notForUs: {
    code: 142,
    fn: 'ip_rcv_core',
    knob: null,
    source: 'net/ipv4/ip_input.c, v6.12',
    drop: 'OTHERHOST',
  },
  noProtocol: {
    code: 143,
    fn: '__netif_receive_skb_core',
    knob: null,
    source: DEV,
    drop: 'UNHANDLED_PROTO',
  },
  ipHeader: {
    code: 144,
    fn: 'ip_rcv_core',
    knob: null,
    source: 'net/ipv4/ip_input.c, v6.12',
    drop: 'IP_INHDR',
  },
  ipChecksum: {
    code: 145,
    fn: 'ip_rcv_core',
    knob: null,
    source: 'net/ipv4/ip_input.c, v6.12',
    drop: 'IP_CSUM',
  },
  tcpChecksum: {
    code: 146,
    fn: 'tcp_v4_rcv',
    knob: null,
    source: 'net/ipv4/tcp_ipv4.c, v6.12',
    drop: 'TCP_CSUM',
  },
  udpChecksum: {
    code: 147,
    fn: '__udp4_lib_rcv',
    knob: null,
    source: 'net/ipv4/udp.c, v6.12',
    drop: 'UDP_CSUM',
  },
  noSocket: {
    code: 148,
    fn: '__inet_lookup_skb',
    knob: null,
    source: 'net/ipv4/tcp_ipv4.c, v6.12',
    drop: 'NO_SOCKET',
  },
  socketFull: {
    code: 149,
    fn: '__udp_enqueue_schedule_skb',
    knob: 'sysctl -w net.core.rmem_max=4194304',
    source: 'net/ipv4/udp.c, v6.12',
    drop: 'SOCKET_RCVBUFF',
  },
  tcpMemory: {
    code: 150,
    fn: 'tcp_data_queue',
    knob: 'sysctl -w net.ipv4.tcp_rmem="4096 131072 6291456"',
    source: 'net/ipv4/tcp_input.c, v6.12',
    drop: 'PROTO_MEM',
  },
  socketBacklogFull: {
    code: 151,
    fn: 'tcp_add_backlog',
    knob: null,
    source: 'net/ipv4/tcp_ipv4.c, v6.12',
    drop: 'SOCKET_BACKLOG',
  },
  inOrder: {
    code: 152,
    fn: 'tcp_queue_rcv',
    knob: null,
    source: 'net/ipv4/tcp_input.c, v6.12',
  },
  coalesced: {
    code: 153,
    fn: 'tcp_try_coalesce',
    knob: null,
    source: 'net/ipv4/tcp_input.c, v6.12',
  },
  outOfOrder: {
    code: 154,
    fn: 'tcp_data_queue_ofo',
    knob: null,
    source: 'net/ipv4/tcp_input.c, v6.12',
  },
  ofoFilled: {
    code: 155,
    fn: 'tcp_ofo_queue',
    knob: null,
    source: 'net/ipv4/tcp_input.c, v6.12',
  },
  oldData: {
    code: 156,
    fn: 'tcp_data_queue',
    knob: null,
    source: 'net/ipv4/tcp_input.c, v6.12',
    drop: 'TCP_OLD_DATA',
  },
  ofoPruned: {
    code: 157,
    fn: 'tcp_prune_ofo_queue',
    knob: null,
    source: 'net/ipv4/tcp_input.c, v6.12',
    drop: 'TCP_OFO_QUEUE_PRUNE',
  },
  pureAck: {
    code: 158,
    fn: 'tcp_ack',
    knob: null,
    source: 'net/ipv4/tcp_input.c, v6.12',
  },
  datagram: {
    code: 159,
    fn: '__udp_enqueue_schedule_skb',
    knob: null,
    source: 'net/ipv4/udp.c, v6.12',
  },
  socketOwned: {
    code: 160,
    fn: 'sock_owned_by_user',
    knob: null,
    source: 'include/net/sock.h, v6.12',
  },
  backlogProcessed: {
    code: 161,
    fn: '__release_sock',
    knob: null,
    source: 'net/core/sock.c, v6.12',
  },
  controlSegment: {
    code: 162,
    fn: 'tcp_rcv_state_process',
    knob: null,
    source: 'net/ipv4/tcp_input.c, v6.12',
  },
  icmpEcho: {
    code: 163,
    fn: 'icmp_rcv',
    knob: null,
    source: 'net/ipv4/icmp.c, v6.12',
  },
  arp: {
    code: 164,
    fn: 'arp_rcv',
    knob: null,
    source: 'net/ipv4/arp.c, v6.12',
  },
  fragmentNotModelled: {
    code: 165,
    fn: 'ip_defrag',
    knob: null,
    source: 'net/ipv4/ip_fragment.c, v6.12',
    drop: 'NOT_SPECIFIED',
  },

  notLocal: {
    code: 166,
    fn: 'ip_route_input_noref',
    knob: null,
    source: 'net/ipv4/route.c, v6.12',
    drop: 'IP_INADDRERRORS',
  },

  // -- tasks
  readerAsleep: {
    code: 180,
    fn: 'sock_def_readable',
    knob: null,
    source: 'net/core/sock.c, v6.12',
  },
  socketEmpty: {
    code: 181,
    fn: 'sk_wait_data',
    knob: null,
    source: 'net/core/sock.c, v6.12',
  },
  woken: {
    code: 182,
    fn: 'try_to_wake_up',
    knob: 'taskset -cp 1 {task}',
    source: 'kernel/sched/core.c, v6.12',
  },
  sliceUsed: {
    code: 183,
    fn: 'scheduler tick',
    knob: 'taskset -cp 1 {task}',
    source: 'kernel/sched/fair.c, v6.12',
  },
  slept: {
    code: 184,
    fn: '__schedule',
    knob: null,
    source: 'kernel/sched/core.c, v6.12',
  },
  dataRead: {
    code: 185,
    fn: 'recvmsg',
    knob: null,
    source: 'net/socket.c, v6.12',
  },
  pausing: {
    code: 186,
    fn: 'nanosleep',
    knob: null,
    source: 'kernel/time/hrtimer.c, v6.12',
  },
  ksoftirqdDone: {
    code: 187,
    fn: 'run_ksoftirqd',
    knob: null,
    source: SOFTIRQ,
  },

  // -- input
  commandDone: { code: 200, fn: '', knob: null, source: '' },
  commandRefused: { code: 201, fn: '', knob: null, source: '' },
} as const satisfies Record<string, ReasonInfo>;

export type ReasonName = keyof typeof reasons;

/** Reason codes by name, for the engine: `Reason.noDescriptor`. */
export const Reason = Object.fromEntries(
  Object.entries(reasons).map(([name, info]) => [name, info.code]),
) as { readonly [K in ReasonName]: (typeof reasons)[K]['code'] };

const byCode: (ReasonName | undefined)[] = [];
for (const [name, info] of Object.entries(reasons)) byCode[info.code] = name as ReasonName;

/** Name of a reason code, or undefined for a code this version doesn't know. */
export function reasonName(code: number): ReasonName | undefined {
  return byCode[code];
}

/** `no-descriptor` for `noDescriptor`: the form in JSON output and links. */
export function reasonSlug(name: ReasonName): string {
  return name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
}
