/**
 * What stands behind each rule that differs by kernel version: which measured case, scenario or test shows it, and which
 * simplification it leans on. Shown on "Model and kernel"; a test holds every name to what exists.
 */
import type { RuleName } from './rules.ts';

export interface RuleFacts {
  /** `measured <case>`, `scenario <id>`, `test <file>`. */
  readonly shown: readonly string[];
  /** Id of the simplification that limits it; null: none. */
  readonly simplification: string | null;
}

export const ruleFacts: Readonly<Record<RuleName, RuleFacts>> = {
  ktlsTx: { shown: ['test src/scenario/tls.test.ts'], simplification: 'ktls' },
  ktlsRx: { shown: ['test src/scenario/tls.test.ts'], simplification: 'ktls' },
  ktls13: { shown: ['test src/scenario/tls.test.ts'], simplification: 'ktls' },
  ktlsDeviceTx: { shown: ['test src/engine/tls/tls.test.ts'], simplification: 'ktls-card' },
  ktlsDeviceRx: { shown: ['test src/engine/tls/tls.test.ts'], simplification: 'ktls-card' },
  ktlsRetryCounters: { shown: ['test src/engine/tls/tls.test.ts'], simplification: 'ktls' },
  ktlsNeedsChecksum: { shown: ['test src/engine/tls/tls.test.ts'], simplification: null },
  groCwrDiffers: {
    shown: ['measured gro-025-cwr-first', 'test src/engine/net/gro/receive.test.ts'],
    simplification: null,
  },
  groFixedIdWithoutDf: {
    shown: ['measured gro-057-nodf-id-const', 'test src/engine/net/gro/receive.test.ts'],
    simplification: null,
  },
  softirqsLeftToKsoftirqd: {
    shown: ['test src/engine/receive-rules.test.ts'],
    simplification: 'scheduler',
  },
  scheduler: { shown: ['test src/engine/cpu/fair.test.ts'], simplification: 'scheduler' },
  baseSliceNs: { shown: ['test src/engine/cpu/fair.test.ts'], simplification: 'scheduler' },
  delayedDequeue: { shown: ['test src/engine/cpu/fair.test.ts'], simplification: 'scheduler' },
  busyPoll: { shown: ['test src/engine/net/busy-poll.test.ts'], simplification: 'busy-poll' },
  tcpRmemMax: { shown: ['test src/catalog/rules.test.ts'], simplification: 'memory' },
  rmemMax: { shown: ['test src/catalog/rules.test.ts'], simplification: 'memory' },
  softnetColumns: { shown: ['test src/shell/prints.test.ts'], simplification: 'counters' },
  budgetUsecs: { shown: ['test src/shell/settings.test.ts'], simplification: 'jiffies' },
  napi: { shown: ['test src/engine/forwarding.test.ts'], simplification: 'before-napi' },
  bottomHalves: { shown: ['test src/engine/net/net-bh.test.ts'], simplification: 'before-softnet' },
  bigKernelLock: { shown: ['test src/engine/cpu/lock.test.ts'], simplification: 'spinlocks' },
  maxBacklog: { shown: ['test src/engine/forwarding.test.ts'], simplification: null },
  txQueueLen: { shown: ['test src/engine/forwarding.test.ts'], simplification: null },
  tso: { shown: ['test src/engine/net/features.test.ts'], simplification: 'offloads' },
  gso: { shown: ['test src/engine/net/features.test.ts'], simplification: 'offloads' },
  lro: { shown: ['test src/engine/net/gro/lro.test.ts'], simplification: 'lro' },
  udpGso: { shown: ['test src/engine/net/features.test.ts'], simplification: 'offloads' },
  ipipOffloads: { shown: ['test src/engine/tunnel/tunnel.test.ts'], simplification: 'tunnels' },
  ipipGroCells: { shown: ['test src/engine/tunnel/tunnel.test.ts'], simplification: 'tunnels' },
  groIpip: { shown: ['test src/engine/tunnel/tunnel.test.ts'], simplification: 'tunnels' },
  txEncapChecksum: { shown: ['test src/engine/tunnel/tunnel.test.ts'], simplification: 'tunnels' },
  tcpAlwaysGso: { shown: ['test src/engine/tunnel/tunnel.test.ts'], simplification: 'tunnels' },
  udpMaxSegments: { shown: ['test src/engine/app/send.test.ts'], simplification: null },
  ufo: { shown: ['test src/engine/net/ufo.test.ts'], simplification: 'fragments' },
  ipfragLowThresh: { shown: ['test src/engine/net/ip-frag.test.ts'], simplification: 'fragments' },
  fragEviction: { shown: ['test src/engine/net/ip-frag.test.ts'], simplification: 'fragments' },
  ipfragHighThresh: { shown: ['test src/engine/net/ip-frag.test.ts'], simplification: 'fragments' },
  txChecksumGeneric: { shown: ['test src/engine/net/features.test.ts'], simplification: 'offloads' },
  sgNeedsChecksum: { shown: ['test src/engine/net/features.test.ts'], simplification: null },
  usoNeedsChecksum: { shown: ['test src/engine/net/features.test.ts'], simplification: null },
  ixgbeItrBySize: { shown: ['test src/engine/nic/ixgbe-itr.test.ts'], simplification: 'ixgbe-itr' },
  ixgbeItrBulk: { shown: ['test src/engine/nic/ixgbe-itr.test.ts'], simplification: 'ixgbe-itr' },
  bqlStopsPieces: { shown: ['test src/engine/net/validate-xmit.test.ts'], simplification: null },
  arfsCounters: { shown: ['test src/shell/prints.test.ts'], simplification: 'counters' },
  gro: { shown: ['test src/engine/net/gro/receive.test.ts'], simplification: null },
  packetQueue: { shown: ['test src/engine/net/nf-queue.test.ts'], simplification: 'packet-queue' },
  packetQueueFailOpen: { shown: ['test src/engine/net/nf-queue.test.ts'], simplification: null },
  bql: { shown: ['test src/engine/nic/dql.test.ts'], simplification: 'sending' },
  qdiscLockless: { shown: ['test src/engine/net/xmit.test.ts'], simplification: 'sending' },
  xpsRxqs: { shown: ['test src/engine/net/xmit.test.ts'], simplification: null },
  groTcpFraglist: { shown: ['measured gro-102-rx-gro-list'], simplification: null },
  tcpCompSack: {
    shown: ['measured sack-01-one-hole-60-nr44-rtt50', 'test src/engine/tcp/compress.test.ts'],
    simplification: null,
  },
  tcpCompSackDupacks: {
    shown: ['measured sack-01-one-hole-60-nr44-rtt50', 'test src/engine/tcp/compress.test.ts'],
    simplification: null,
  },
  tcpCompSackOwnCounter: {
    shown: ['measured sack-03-one-hole-60-nr10-rtt50', 'test src/engine/tcp/compress.test.ts'],
    simplification: null,
  },
  tcpSackBlocksExpected: {
    shown: ['measured sack-16-six-holes-ts', 'test src/engine/tcp/compress.test.ts'],
    simplification: null,
  },
  tcpCompSackSlackNs: {
    shown: ['measured sack-09-one-hole-paced200us-slack0', 'test src/engine/tcp/compress.test.ts'],
    simplification: 'tcp-receiver',
  },
  tcpCompSackRttPercent: {
    shown: ['measured sack-07-one-hole-paced200us-rtt10', 'test src/engine/tcp/compress.test.ts'],
    simplification: null,
  },
  tcpAckNowOnHoleFilled: {
    shown: ['measured sack-12-hole-filled-then-in-order', 'test src/engine/tcp/receiver.test.ts'],
    simplification: null,
  },
  tcpScalingRatio: {
    shown: ['measured delack-22-first-150-1ms', 'test src/engine/tcp/receiver.test.ts'],
    simplification: 'tcp-receiver',
  },
  tcpNomemZeroWindow: { shown: ['test src/engine/tcp/receiver.test.ts'], simplification: 'tcp-receiver' },
  tcpBacklogAckDefer: { shown: ['test src/engine/tcp/receiver.test.ts'], simplification: null },
  tcpPingpongThresh: {
    shown: ['measured delack-16-echo-5ms', 'test src/engine/tcp/receiver.test.ts'],
    simplification: null,
  },
  tcpRttSeeksMinimum: {
    shown: ['measured sack-27-one-hole-60-window-growing', 'test src/engine/tcp/receiver.test.ts'],
    simplification: null,
  },
  tcpDrsQueueAware: {
    shown: ['measured sack-24-one-hole-paced200us-nots-reader', 'test src/engine/tcp/receiver.test.ts'],
    simplification: null,
  },
  tcpRcvbufSpareSegments: { shown: ['test src/engine/tcp/receiver.test.ts'], simplification: null },
  tcpOfoMeasured: {
    shown: ['measured sack-19-one-hole-no-warmup', 'test src/engine/tcp/receiver.test.ts'],
    simplification: null,
  },
  tcpBeyondWindow: { shown: ['test src/engine/tcp/receiver.test.ts'], simplification: null },
  tcpInitCwnd: { shown: ['test src/engine/tcp/sender.test.ts'], simplification: 'tcp-sender' },
  tcpTimeoutInitS: { shown: ['test src/engine/tcp/handshake.test.ts'], simplification: 'tcp-sender' },
  tcpSynLinearTimeouts: { shown: ['test src/engine/tcp/handshake.test.ts'], simplification: 'tcp-sender' },
  tcpCubic: { shown: ['test src/engine/tcp/sender.test.ts'], simplification: 'tcp-sender' },
  tcpHystart: { shown: ['test src/engine/tcp/cubic.test.ts'], simplification: 'tcp-sender' },
  tcpRack: { shown: ['test src/engine/tcp/recovery.test.ts'], simplification: 'tcp-sender' },
  tcpRackOnly: { shown: ['test src/engine/tcp/recovery.test.ts'], simplification: 'tcp-sender' },
  tcpLossProbe: { shown: ['test src/engine/tcp/recovery.test.ts'], simplification: 'tcp-sender' },
  tcpLimitOutputBytes: { shown: ['test src/engine/tcp/sender.test.ts'], simplification: 'tcp-sender' },
  tcpTsqAlwaysLimits: { shown: ['test src/engine/tcp/sender.test.ts'], simplification: 'tcp-sender' },
  tcpPushTso: { shown: ['test src/engine/tcp/sender.test.ts'], simplification: 'tcp-sender' },
  tcpGrowSkb: { shown: ['test src/engine/tcp/sender.test.ts'], simplification: 'tcp-sender' },
  tcpTsoRttLog: { shown: ['test src/engine/tcp/sender.test.ts'], simplification: 'tcp-sender' },
  tcpAutocorking: { shown: ['test src/engine/tcp/sender.test.ts'], simplification: 'tcp-sender' },
  tcpEdt: { shown: ['test src/engine/net/sched/fq.test.ts'], simplification: 'qdiscs' },
  tcpInternalPacing: { shown: ['test src/engine/net/sched/pacing.test.ts'], simplification: 'qdiscs' },
  fqBands: { shown: ['test src/engine/net/sched/fq.test.ts'], simplification: 'qdiscs' },
  fqHorizon: { shown: ['test src/engine/net/sched/fq.test.ts'], simplification: 'qdiscs' },
  fqTimerSlackNs: { shown: ['test src/engine/net/sched/fq.test.ts'], simplification: 'qdiscs' },
};

/** Of decisions: by the name's beginning, the longest that fits. */
const OF_REASONS: readonly (readonly [string, string])[] = [
  ['irq', 'constants'],
  ['noDescriptor', 'fifo'],
  ['softirqNeedResched', 'scheduler'],
  ['softirqLeftToKsoftirqd', 'scheduler'],
  ['softirqByKsoftirqd', 'scheduler'],
  ['sliceUsed', 'scheduler'],
  ['busyPoll', 'busy-poll'],
  ['woken', 'scheduler'],
  ['preempt', 'scheduler'],
  ['wake', 'scheduler'],
  ['tickFarAhead', 'scheduler'],
  ['softirqTimeUsed', 'jiffies'],
  ['timeLimitUsed', 'jiffies'],
  ['groOldJiffy', 'jiffies'],
  ['rps', 'software-steering'],
  ['rfs', 'software-steering'],
  ['arfs', 'software-steering'],
  ['flowLimit', 'software-steering'],
  ['socketFull', 'truesize'],
  ['tcpMemory', 'memory'],
  ['ack', 'tcp-receiver'],
  ['sack', 'tcp-receiver'],
  ['tunnel', 'tunnels'],
  ['txGsoTunnel', 'tunnels'],
  ['txChecksumTunnel', 'tunnels'],
  ['rxCsumTunnel', 'tunnels'],
  ['groTrain', 'tunnels'],
  ['cellEmptied', 'tunnels'],
  ['fragmentNotModelled', 'fragments'],
  ['groIpFragment', 'fragments'],
  ['ipChecksum', 'checksum'],
  ['tcpChecksum', 'checksum'],
  ['udpChecksum', 'checksum'],
  ['groL4Checksum', 'checksum'],
  ['groNoHandler', 'encapsulation'],
  ['rss', 'seeds'],
  ['socketOwned', 'locks'],
  ['lock', 'spinlocks'],
  ['tx', 'sending'],
  ['qdiscFull', 'sending'],
  ['qdisc', 'qdiscs'],
  ['fq', 'qdiscs'],
  ['codel', 'qdiscs'],
  ['prioBand', 'qdiscs'],
  ['tcpPaced', 'qdiscs'],
  ['bql', 'sending'],
  ['sndbuf', 'truesize'],
  ['sendTooLong', 'sending'],
  ['sentFreed', 'before-napi'],
  ['answer', 'client'],
  ['backlogThrottled', 'before-napi'],
  ['bh', 'before-softnet'],
  ['nf', 'packet-queue'],
];

/** The simplification a decision leans on, beside the costs that all work has; null: none of its own. */
export function simplificationOf(reason: string): string | null {
  return OF_REASONS.find(([start]) => reason.startsWith(start))?.[1] ?? null;
}

/** For the test: what the table above begins with must be some decision's name. */
export const reasonStarts: readonly string[] = OF_REASONS.map(([start]) => start);
