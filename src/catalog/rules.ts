/**
 * Rules that differ by kernel version. One row a rule and span of versions; the engine asks once, when a world is
 * made, and never branches on a version itself.
 */
import { type KernelVersion, versionIn } from './version.ts';

export interface RuleRow<T> {
  readonly since: KernelVersion | null;
  readonly until: KernelVersion | null;
  readonly value: T;
  readonly source: string;
}

export const rules = {
  /** A CWR flag that differs between held packet and new one prevents merging. */
  groCwrDiffers: [
    {
      since: null,
      until: '6.15',
      value: false,
      source: 'net/ipv4/tcp_offload.c, v6.12: TCP_FLAG_CWR masked out',
    },
    {
      since: '6.15',
      until: null,
      value: true,
      source: '4e4f7cefb130 (AccECN); measured on 6.18',
    },
  ],
  /** DF clear: may the IP ID stay constant over a train? */
  groFixedIdWithoutDf: [
    {
      since: null,
      until: '6.18',
      value: false,
      source: 'include/net/gro.h inet_gro_flush, v6.12',
    },
    {
      since: '6.18',
      until: null,
      value: true,
      source: 'September 2025 patch "relax fixed ID"; measured on 6.18',
    },
  ],
  /** Once ksoftirqd is runnable, a later hard interrupt leaves pending softirqs to it. */
  softirqsLeftToKsoftirqd: [
    {
      since: null,
      until: '4.9',
      value: false,
      source: 'kernel/softirq.c before v4.9',
    },
    {
      since: '4.9',
      until: '6.5',
      value: true,
      source: 'kernel/softirq.c, v4.9 to v6.4',
    },
    { since: '6.5', until: null, value: false, source: 'd15121be7485' },
  ],
  /** Who runs next on a CPU: 0 tasks take turns, 1 CFS (least virtual run time), 2 EEVDF (eligible, earliest deadline). */
  scheduler: [
    { since: null, until: '2.6.23', value: 0, source: 'kernel/sched.c, 2.4.18: counter and goodness' },
    { since: '2.6.23', until: '6.6', value: 1, source: 'kernel/sched/fair.c, v5.1' },
    { since: '6.6', until: null, value: 2, source: 'kernel/sched/fair.c, v6.12; 147f3efaa241' },
  ],
  /** EEVDF: what a task asks for at a time, ns, before it is multiplied by 1 + ilog2(CPUs). */
  baseSliceNs: [
    {
      since: null,
      until: '6.15',
      value: 750_000,
      source: 'kernel/sched/fair.c sysctl_sched_base_slice, v6.12',
    },
    { since: '6.15', until: null, value: 700_000, source: '2ae891b82695' },
  ],
  /** EEVDF: a task that falls asleep having had more than its share is counted until the others have caught up. */
  delayedDequeue: [
    { since: null, until: '6.12', value: false, source: 'kernel/sched/fair.c dequeue_entity, v6.6' },
    { since: '6.12', until: null, value: true, source: 'kernel/sched/fair.c DELAY_DEQUEUE, v6.12' },
  ],
  /** Readers may poll the card themselves (net.core.busy_read, SO_BUSY_POLL). */
  busyPoll: [
    { since: null, until: '3.11', value: false, source: 'net/core/dev.c before v3.11' },
    { since: '3.11', until: null, value: true, source: 'net/core/dev.c napi_busy_loop, v6.12' },
  ],
  /** net.ipv4.tcp_rmem[2], bytes, on a machine with memory enough. */
  tcpRmemMax: [
    {
      since: null,
      until: '6.16',
      value: 6_291_456,
      source: 'net/ipv4/tcp.c, v6.12',
    },
    { since: '6.16', until: null, value: 33_554_432, source: '572be9bf9d0d' },
  ],
  /** net.core.rmem_max, bytes. */
  rmemMax: [
    {
      since: null,
      until: '6.18',
      value: 212_992,
      source: 'net/core/sock.c, v6.12',
    },
    { since: '6.18', until: null, value: 4_194_304, source: 'a6d4f25888b8' },
  ],
  /** Columns of /proc/net/softnet_stat. */
  softnetColumns: [
    {
      since: null,
      until: '2.6.35',
      value: 9,
      source: 'net/core/dev.c before received_rps',
    },
    { since: '2.6.35', until: '3.11', value: 10, source: 'received_rps added' },
    {
      since: '3.11',
      until: '5.10',
      value: 11,
      source: 'flow_limit_count added',
    },
    {
      since: '5.10',
      until: '6.8',
      value: 13,
      source: 'backlog length and CPU number added',
    },
    {
      since: '6.8',
      until: null,
      value: 15,
      source: 'net/core/net-procfs.c, v6.12',
    },
  ],
  /** Cards are polled (NAPI); before, every interrupt takes its frames itself and netif_rx queues them. */
  napi: [
    { since: null, until: '2.4.20', value: false, source: 'net/core/dev.c netif_rx, 2.4.18' },
    { since: '2.4.20', until: null, value: true, source: 'net/core/dev.c net_rx_action, 2.4.20' },
  ],
  /** Received packets wait in one backlog for the whole machine, and one CPU at a time takes them up (net_bh). */
  bottomHalves: [
    { since: null, until: '2.4.0', value: true, source: 'net/core/dev.c net_bh, kernel/softirq.c, 2.2.16' },
    { since: '2.4.0', until: null, value: false, source: 'net/core/dev.c net_rx_action, 2.4.0' },
  ],
  /** Socket system calls run under one lock for the whole kernel (lock_kernel). */
  bigKernelLock: [
    { since: null, until: '2.4.0', value: true, source: 'net/socket.c sys_recvfrom, 2.2.16' },
    { since: '2.4.0', until: null, value: false, source: 'net/socket.c, 2.4.0' },
  ],
  /** net.core.netdev_max_backlog, packets. */
  maxBacklog: [
    { since: null, until: '2.6.12', value: 300, source: 'net/core/dev.c, 2.4.18' },
    { since: '2.6.12', until: null, value: 1000, source: 'net/core/dev.c, v6.12' },
  ],
  /** Length of a device's queueing discipline, packets. */
  txQueueLen: [
    { since: null, until: '2.6.0', value: 100, source: 'drivers/net/net_init.c ether_setup, 2.4.18' },
    { since: '2.6.0', until: null, value: 1000, source: 'net/ethernet/eth.c DEFAULT_TX_QUEUE_LEN, v6.12' },
  ],
  /** netdev_budget_usecs exists (else only the two-jiffies limit). */
  budgetUsecs: [
    {
      since: null,
      until: '4.12',
      value: false,
      source: 'net_rx_action before v4.12: jiffies + 2 fixed',
    },
    {
      since: '4.12',
      until: null,
      value: true,
      source: 'net/core/dev.c, v6.12',
    },
  ],
  /** mlx5 counts accelerated RFS for each ring: rxN_arfs_add and so on. */
  arfsCounters: [
    { since: null, until: '6.6', value: false, source: 'mlx5 en_stats.c before v6.6: rxN_arfs_err only' },
    {
      since: '6.6',
      until: null,
      value: true,
      source: 'mlx5 "aRFS, Introduce ethtool stats", August 2023; counters.rst, v6.12',
    },
  ],
  /** GRO exists: frames of a flow are joined before the stack. */
  gro: [
    { since: null, until: '2.6.29', value: false, source: 'net/core/dev.c before d565b0a1a9b6' },
    { since: '2.6.29', until: null, value: true, source: 'd565b0a1a9b6 (dev_gro_receive)' },
  ],
  /** Packets handed to a program by netfilter: 0 not at all, 1 ip_queue (target QUEUE), 2 nfnetlink_queue (target NFQUEUE). */
  packetQueue: [
    { since: null, until: '2.4.0', value: 0, source: 'no netfilter before 2.4.0' },
    { since: '2.4.0', until: '2.6.14', value: 1, source: 'net/ipv4/netfilter/ip_queue.c, 2.4.17' },
    { since: '2.6.14', until: null, value: 2, source: 'net/netfilter/nfnetlink_queue.c, v6.12' },
  ],
  /** A full packet queue may let packets pass unseen (NFQA_CFG_F_FAIL_OPEN). */
  packetQueueFailOpen: [
    { since: null, until: '3.6', value: false, source: 'net/netfilter/nfnetlink_queue_core.c before v3.6' },
    {
      since: '3.6',
      until: null,
      value: true,
      source: 'net/netfilter/nfnetlink_queue.c, v6.12 (fdb694a01f1f)',
    },
  ],
  /** Byte queue limits. */
  bql: [
    { since: null, until: '3.3', value: false, source: 'drivers before v3.3' },
    { since: '3.3', until: null, value: true, source: 'lib/dynamic_queue_limits.c, v3.3 (75957ba36c05)' },
  ],
  /** pfifo_fast without a root lock. */
  qdiscLockless: [
    { since: null, until: '4.16', value: false, source: 'net/sched/sch_generic.c before v4.16' },
    { since: '4.16', until: null, value: true, source: 'net/sched/sch_generic.c, v4.16 (c5ad119fb6c0)' },
  ],
  /** TSO and what it needs, scatter-gather and checksums for the card: skbs of several segments leave whole. */
  tso: [
    {
      since: null,
      until: '2.6.0',
      value: false,
      source: 'include/linux/netdevice.h, 2.4.20: no NETIF_F_TSO',
    },
    { since: '2.6.0', until: null, value: true, source: 'NETIF_F_TSO, 2.5.33' },
  ],
  /** Software cuts what the card cannot (GSO). */
  gso: [
    { since: null, until: '2.6.18', value: false, source: 'net/core/dev.c before f6a78bfcb141' },
    { since: '2.6.18', until: null, value: true, source: 'f6a78bfcb141 (skb_gso_segment)' },
  ],
  /** Cards join TCP segments on their own (LRO). */
  lro: [
    { since: null, until: '2.6.24', value: false, source: 'before 71c87e0cc2a1' },
    { since: '2.6.24', until: null, value: true, source: '71c87e0cc2a1 (net/ipv4/inet_lro.c)' },
  ],
  /** Cards cut a datagram into IP fragments (UFO, NETIF_F_UFO). */
  ufo: [
    { since: null, until: '2.6.15', value: false, source: 'net/ipv4/ip_output.c before e89e9cf539a2' },
    { since: '2.6.15', until: '4.14', value: true, source: 'e89e9cf539a2 (ip_ufo_append_data)' },
    { since: '4.14', until: null, value: false, source: 'd9d30adf5677 (NETIF_F_UFO is gone)' },
  ],
  /** Datagrams of one length sent as one skb (UDP_SEGMENT), cut by the card (USO) or in software. */
  udpGso: [
    { since: null, until: '4.18', value: false, source: 'net/ipv4/udp.c before bec1f6f69736' },
    { since: '4.18', until: null, value: true, source: 'bec1f6f69736' },
  ],
  /** What an ipip device takes whole: scatter-gather, checksums left open, skbs of several segments. */
  ipipOffloads: [
    { since: null, until: '3.13', value: false, source: 'net/ipv4/ipip.c before cb32f511a70b' },
    { since: '3.13', until: null, value: true, source: 'cb32f511a70b' },
  ],
  /** An ipip device has GRO of its own (gro_cells). */
  ipipGroCells: [
    { since: null, until: '3.10', value: false, source: 'net/ipv4/ipip.c before fd58156e456d' },
    { since: '3.10', until: null, value: true, source: 'fd58156e456d, net/ipv4/ip_tunnel.c' },
  ],
  /** GRO of the card looks behind an outer IP header (ipip_offload has gro_receive). */
  groIpip: [
    { since: null, until: '3.18', value: false, source: 'net/ipv4/af_inet.c ipip_offload before v3.18' },
    { since: '3.18', until: null, value: true, source: 'net/ipv4/af_inet.c ipip_offload, v3.18' },
  ],
  /** Drivers of igb, ixgbe, mlx5 let their cards finish checksums behind an outer IP header (hw_enc_features). */
  txEncapChecksum: [
    { since: null, until: '4.7', value: false, source: 'igb_main.c, ixgbe_main.c before v4.7' },
    { since: '4.7', until: null, value: true, source: 'e10715d3e961 (igb), b83e30104bd9 (ixgbe)' },
  ],
  /** TCP builds skbs of several segments, in pages, whatever the device offers. */
  tcpAlwaysGso: [
    { since: null, until: '4.17', value: false, source: 'include/net/sock.h sk_can_gso before 0a6b2a1dc2a2' },
    { since: '4.17', until: null, value: true, source: '0a6b2a1dc2a2' },
  ],
  /** Datagrams that one UDP_SEGMENT call may make. */
  udpMaxSegments: [
    {
      since: null,
      until: '6.9',
      value: 64,
      source: 'include/linux/udp.h UDP_MAX_SEGMENTS before 1382e3b6a350',
    },
    { since: '6.9', until: null, value: 128, source: '1382e3b6a350' },
  ],
  /** net.ipv4.ipfrag_high_thresh, bytes. */
  ipfragHighThresh: [
    { since: null, until: '3.9', value: 262_144, source: 'net/ipv4/ip_fragment.c before c2a936600f78' },
    { since: '3.9', until: null, value: 4_194_304, source: 'c2a936600f78' },
  ],
  /** net.ipv4.ipfrag_low_thresh, bytes. */
  ipfragLowThresh: [
    { since: null, until: '3.9', value: 196_608, source: 'net/ipv4/ip_fragment.c before c2a936600f78' },
    { since: '3.9', until: null, value: 3_145_728, source: 'c2a936600f78' },
  ],
  /**
   * Who makes room for fragments: 2: the next fragment throws incomplete datagrams out until ipfrag_low_thresh is reached, those first that
   * got nothing for longest; 1: work of its own does, from ipfrag_low_thresh on; 0: nobody, they wait until their time is over.
   */
  fragEviction: [
    {
      since: null,
      until: '3.17',
      value: 2,
      source: 'inet_frag_evictor, net/ipv4/inet_fragment.c before b13d3cbfb8e8',
    },
    { since: '3.17', until: '4.17', value: 1, source: 'b13d3cbfb8e8 (inet_frag_worker)' },
    { since: '4.17', until: null, value: 0, source: '648700f76b03' },
  ],
  /** igb and ixgbe sum any range (tx-checksum-ip-generic); before, TCP and UDP over IPv4 and over IPv6 only. */
  txChecksumGeneric: [
    { since: null, until: '4.6', value: false, source: 'igb_main.c before v4.6: NETIF_F_IP_CSUM, IPV6_CSUM' },
    { since: '4.6', until: null, value: true, source: 'igb_main.c, v4.6: NETIF_F_HW_CSUM' },
  ],
  /** ixgbe's adaptive moderation goes by packets an interrupt and their size; before, by bytes a microsecond in three classes. */
  ixgbeItrBySize: [
    { since: null, until: '4.15', value: false, source: 'ixgbe_main.c before b4ded8327fea' },
    { since: '4.15', until: null, value: true, source: 'b4ded8327fea' },
  ],
  /** Its gap for bulk, quarter microseconds: 8,000 or 12,000 interrupts a second. */
  ixgbeItrBulk: [
    { since: null, until: '4.4', value: 500, source: 'ixgbe.h IXGBE_8K_ITR before 8ac34f10a5ea' },
    { since: '4.4', until: null, value: 336, source: '8ac34f10a5ea' },
  ],
  /** Scatter-gather goes off with the last transmit checksum. */
  sgNeedsChecksum: [
    { since: null, until: '3.10', value: true, source: 'netdev_fix_features before ec5f06156423' },
    { since: '3.10', until: null, value: false, source: 'ec5f06156423; measured on 6.18' },
  ],
  /** USO goes off with the transmit checksums. */
  usoNeedsChecksum: [
    { since: null, until: '6.11', value: false, source: 'netdev_fix_features before 2b2bc3bab158' },
    { since: '6.11', until: null, value: true, source: '2b2bc3bab158; measured on 6.18' },
  ],
  /** A byte limit reached stops the pieces of one packet half way; what is left is requeued. */
  bqlStopsPieces: [
    { since: null, until: '4.20', value: true, source: 'dev_hard_start_xmit before fe60faa50638' },
    { since: '4.20', until: null, value: false, source: 'fe60faa50638' },
  ],
  /** XPS by receive queue (xps_rxqs). */
  xpsRxqs: [
    { since: null, until: '4.19', value: false, source: 'net/core/net-sysfs.c before v4.19' },
    { since: '4.19', until: null, value: true, source: 'net/core/net-sysfs.c, v4.19' },
  ],
  /** TCP trains on rx-gro-list (fraglist). */
  groTcpFraglist: [
    {
      since: null,
      until: '6.10',
      value: false,
      source: 'net/ipv4/tcp_offload.c before v6.10',
    },
    {
      since: '6.10',
      until: null,
      value: true,
      source: 'net/ipv4/tcp_offload.c, v6.12',
    },
  ],
  /** Held ACKs of out-of-order segments (SACK compression). */
  tcpCompSack: [
    { since: null, until: '4.18', value: false, source: 'net/ipv4/tcp_input.c before 5d9f4262b7ea' },
    { since: '4.18', until: null, value: true, source: '5d9f4262b7ea; measured on 6.18' },
  ],
  /** So many duplicate ACKs for a hole leave at once before any is held. */
  tcpCompSackDupacks: [
    { since: null, until: '4.20', value: 0, source: '5d9f4262b7ea' },
    { since: '4.20', until: null, value: 3, source: '86de5921a3d5; measured on 6.18' },
  ],
  /** They have a counter of their own (else compressed_ack counts them too, and the ACK that is sent as one not sent). */
  tcpCompSackOwnCounter: [
    { since: null, until: '5.8', value: false, source: '86de5921a3d5' },
    { since: '5.8', until: null, value: true, source: '2b195850128f; measured on 6.18' },
  ],
  /** Blocks that must have been reported before they sink lower in the list: else held ACKs leave first. */
  tcpSackBlocksExpected: [
    { since: null, until: '5.8', value: 4, source: 'tcp_sack_new_ofo_skb, v4.18' },
    { since: '5.8', until: null, value: 2, source: 'TCP_SACK_BLOCKS_EXPECTED; measured on 6.18' },
  ],
  /** net.ipv4.tcp_comp_sack_slack_ns, default. */
  tcpCompSackSlackNs: [
    { since: null, until: '5.8', value: 0, source: 'before a70437cc09a1' },
    { since: '5.8', until: '6.19', value: 100_000, source: 'a70437cc09a1; measured on 6.18' },
    { since: '6.19', until: null, value: 10_000, source: 'November 2025 patch; release not checked' },
  ],
  /** net.ipv4.tcp_comp_sack_rtt_percent, default (fixed before 6.19). */
  tcpCompSackRttPercent: [
    { since: null, until: '6.19', value: 5, source: '5d9f4262b7ea; measured on 6.18' },
    { since: '6.19', until: null, value: 33, source: '416dd649f3aa' },
  ],
  /** An ACK leaves at once when the last hole is filled. */
  tcpAckNowOnHoleFilled: [
    { since: null, until: '4.20', value: false, source: 'tcp_data_queue, v4.18: pingpong cleared' },
    { since: '4.20', until: null, value: true, source: '15bdd5686c2c; measured on 6.18' },
  ],
  /** Share of the buffer that is window follows the skbs received (else tcp_adv_win_scale: one half). */
  tcpScalingRatio: [
    {
      since: null,
      until: '6.6',
      value: false,
      source: 'include/net/tcp.h tcp_win_from_space before dfa2f0483360',
    },
    { since: '6.6', until: null, value: true, source: 'dfa2f0483360; measured on 6.18' },
  ],
  /** An ACK sent for want of memory offers a window of 0. */
  tcpNomemZeroWindow: [
    { since: null, until: '6.6', value: false, source: 'tcp_select_window before e2142825c120' },
    { since: '6.6', until: null, value: true, source: 'e2142825c120' },
  ],
  /** net.ipv4.tcp_backlog_ack_defer exists: work on the backlog ends with one ACK. */
  tcpBacklogAckDefer: [
    { since: null, until: '6.7', value: false, source: 'before 133c4c0d3717' },
    { since: '6.7', until: null, value: true, source: '133c4c0d3717' },
  ],
  /** Answers after which a connection counts as interactive. */
  tcpPingpongThresh: [
    { since: null, until: '5.1', value: 1, source: 'icsk_ack.pingpong, a flag' },
    { since: '5.1', until: '5.19', value: 3, source: '4a41f453bedf' },
    { since: '5.19', until: null, value: 1, source: '4d8f24eeedc5; measured on 6.18' },
  ],
  /** The receiver's RTT estimate takes every smaller sample, and no other while data wait to be read. */
  tcpRttSeeksMinimum: [
    { since: null, until: '6.16', value: false, source: 'tcp_rcv_rtt_update, v6.12' },
    { since: '6.16', until: null, value: true, source: 'May 2025 patches; measured on 6.18' },
  ],
  /** Tuning of the receive buffer looks at the queues: unread bytes don't count as read, out-of-order bytes add. */
  tcpDrsQueueAware: [
    { since: null, until: '6.16', value: false, source: 'tcp_rcv_space_adjust, v6.12' },
    { since: '6.16', until: null, value: true, source: 'May 2025 patches; measured on 6.18' },
  ],
  /** Tuning of the receive buffer adds 16 segments to spare. */
  tcpRcvbufSpareSegments: [
    { since: null, until: '6.16', value: true, source: 'tcp_rcv_space_adjust, v6.12' },
    { since: '6.16', until: null, value: false, source: 'May 2025 patches; measured on 6.18' },
  ],
  /** Out-of-order segments count for the estimate of the peer's segment size. */
  tcpOfoMeasured: [
    { since: null, until: '6.17', value: false, source: 'tcp_data_queue_ofo, v6.12' },
    { since: '6.17', until: null, value: true, source: 'tcp_data_queue_ofo, v6.17; measured on 6.18' },
  ],
  /** Data that stick out of the window are taken only if nothing waits to be read. */
  tcpBeyondWindow: [
    { since: null, until: '6.17', value: false, source: 'tcp_sequence, v6.12' },
    { since: '6.17', until: null, value: true, source: '9ca48d616ed7' },
  ],
  // -- TCP's sender
  /** First congestion window, segments. */
  tcpInitCwnd: [
    {
      since: null,
      until: '2.6.39',
      value: 3,
      source: 'tcp_init_cwnd, v2.6.38: RFC 3390, for an MSS of 1460',
    },
    { since: '2.6.39', until: null, value: 10, source: '442b9635c569 (TCP_INIT_CWND)' },
  ],
  /** Timeout before a round trip has been measured, seconds. */
  tcpTimeoutInitS: [
    { since: null, until: '3.1', value: 3, source: 'TCP_TIMEOUT_INIT before 9ad7c049f0f7' },
    { since: '3.1', until: null, value: 1, source: '9ad7c049f0f7 (RFC 6298)' },
  ],
  /** SYNs sent again a second apart before the wait doubles each time. */
  tcpSynLinearTimeouts: [
    { since: null, until: '6.5', value: 0, source: 'tcp_retransmit_timer before ccce324dabfe' },
    { since: '6.5', until: null, value: 4, source: 'ccce324dabfe (tcp_syn_linear_timeouts)' },
  ],
  /** Congestion control is CUBIC by default (else Reno; BIC of 2.6.8 to 2.6.18 is not modelled). */
  tcpCubic: [
    { since: null, until: '2.6.19', value: false, source: 'net/ipv4/Kconfig before 2.6.19' },
    { since: '2.6.19', until: null, value: true, source: 'net/ipv4/Kconfig DEFAULT_TCP_CONG, 2.6.19' },
  ],
  /** CUBIC ends slow start before a loss (HyStart). */
  tcpHystart: [
    { since: null, until: '2.6.29', value: false, source: 'net/ipv4/tcp_cubic.c before ae27e98a5152' },
    { since: '2.6.29', until: null, value: true, source: 'ae27e98a5152' },
  ],
  /** Losses are found by time (RACK, net.ipv4.tcp_recovery). */
  tcpRack: [
    { since: null, until: '4.4', value: false, source: 'before 4f41b1c58a32' },
    { since: '4.4', until: null, value: true, source: '4f41b1c58a32' },
  ],
  /** Counting SACKs above a hole finds no losses any more where RACK does. */
  tcpRackOnly: [
    { since: null, until: '4.18', value: false, source: 'tcp_fastretrans_alert before b38a51fec1c1' },
    { since: '4.18', until: null, value: true, source: 'b38a51fec1c1' },
  ],
  /** Tail loss probes. */
  tcpLossProbe: [
    { since: null, until: '3.10', value: false, source: 'before 6ba8a3b19e76' },
    { since: '3.10', until: null, value: true, source: '6ba8a3b19e76' },
  ],
  /** net.ipv4.tcp_limit_output_bytes, default; before it there was no limit. */
  tcpLimitOutputBytes: [
    { since: null, until: '3.6', value: 0x7fffffff, source: 'before 46d3ceabd8d9: no small queues' },
    { since: '3.6', until: '4.2', value: 131_072, source: '46d3ceabd8d9' },
    { since: '4.2', until: '5.0', value: 262_144, source: 'c39c4c6abb89' },
    {
      since: '5.0',
      until: '6.16',
      value: 1_048_576,
      source: 'c73e5807e4f6; v6.12: 16 frames of 65536',
    },
    { since: '6.16', until: null, value: 4_194_304, source: '9ea3bfa61b09' },
  ],
  /** That limit holds for paced flows (fq) as well. */
  tcpTsqAlwaysLimits: [
    { since: null, until: '5.0', value: true, source: 'tcp_small_queue_check before c73e5807e4f6' },
    { since: '5.0', until: '6.16', value: false, source: 'c73e5807e4f6; v6.12' },
    { since: '6.16', until: null, value: true, source: 'c4221a8cc3a7' },
  ],
  /** Frames of several segments get PSH. */
  tcpPushTso: [
    { since: null, until: '5.4', value: false, source: '__tcp_transmit_skb before 051ba67447de' },
    { since: '5.4', until: null, value: true, source: '051ba67447de; measured on 6.18' },
  ],
  /** A short skb at the head takes data of the next. */
  tcpGrowSkb: [
    { since: null, until: '6.10', value: false, source: 'tcp_write_xmit before 8ee602c63520' },
    { since: '6.10', until: null, value: true, source: '8ee602c63520; v6.12' },
  ],
  /** net.ipv4.tcp_tso_rtt_log: frames grow on short paths; 31: they do not. */
  tcpTsoRttLog: [
    { since: null, until: '5.18', value: 31, source: 'tcp_tso_autosize before 65466904b015' },
    { since: '5.18', until: null, value: 9, source: '65466904b015; measured on 6.18' },
  ],
  /** A short write waits for what lies below TCP (net.ipv4.tcp_autocorking). */
  tcpAutocorking: [
    { since: null, until: '3.14', value: false, source: 'tcp_push before f54b311142a9' },
    { since: '3.14', until: null, value: true, source: 'f54b311142a9' },
  ],
  /** TCP tells each packet's earliest departure (fq keeps it until then); before, fq spread packets by sk_pacing_rate itself. */
  tcpEdt: [
    { since: null, until: '4.20', value: false, source: 'net/sched/sch_fq.c, v4.19' },
    { since: '4.20', until: null, value: true, source: 'ab408b6dc744' },
  ],
  /** Without fq TCP paces by a timer of its own where SO_MAX_PACING_RATE asks for it. */
  tcpInternalPacing: [
    { since: null, until: '4.13', value: false, source: 'net/ipv4/tcp_output.c before 218af599fa63' },
    { since: '4.13', until: null, value: true, source: '218af599fa63' },
  ],
  /** fq has three bands by priority, and a short way past the flows for what can go at once. */
  fqBands: [
    { since: null, until: '6.7', value: false, source: 'net/sched/sch_fq.c before 29f834aa326e' },
    { since: '6.7', until: null, value: true, source: '29f834aa326e, 076433bd78d7' },
  ],
  /** fq looks how far ahead a packet's time is (horizon). */
  fqHorizon: [
    { since: null, until: '5.8', value: false, source: 'net/sched/sch_fq.c before 39d010504e6b' },
    { since: '5.8', until: null, value: true, source: '39d010504e6b' },
  ],
  /** ns that fq's timer may be late, so that one interrupt serves several. */
  fqTimerSlackNs: [
    { since: null, until: '5.7', value: 0, source: 'net/sched/sch_fq.c before 583396f4ca4d' },
    { since: '5.7', until: null, value: 10_000, source: '583396f4ca4d' },
  ],
  /** TLS in the kernel: what is sent. */
  ktlsTx: [
    { since: null, until: '4.13', value: false, source: 'before 3c4d7559159b' },
    { since: '4.13', until: null, value: true, source: '3c4d7559159b (net/tls)' },
  ],
  /** TLS in the kernel: what is received. */
  ktlsRx: [
    { since: null, until: '4.17', value: false, source: 'before c46234ebb4d1' },
    { since: '4.17', until: null, value: true, source: 'c46234ebb4d1 (tls: RX path for ktls)' },
  ],
  /** TLS in the kernel takes version 1.3. */
  ktls13: [
    { since: null, until: '5.1', value: false, source: 'before 130b392c6cd6' },
    { since: '5.1', until: null, value: true, source: '130b392c6cd6 (net: tls: Add tls 1.3 support)' },
  ],
  /** A card may encrypt what kTLS sends. */
  ktlsDeviceTx: [
    { since: null, until: '4.18', value: false, source: 'before e8f69799810c' },
    { since: '4.18', until: null, value: true, source: 'e8f69799810c (net/tls/tls_device.c)' },
  ],
  /** A card may decrypt what kTLS receives. */
  ktlsDeviceRx: [
    { since: null, until: '4.19', value: false, source: 'before 4799ac81e52a' },
    { since: '4.19', until: null, value: true, source: '4799ac81e52a (tls: Add rx inline crypto offload)' },
  ],
  /** /proc/net/tls_stat tells of padding found too late. */
  ktlsRetryCounters: [
    { since: null, until: '6.0', value: false, source: 'net/tls/tls_proc.c before bb56cea9abd8' },
    { since: '6.0', until: null, value: true, source: 'bb56cea9abd8 and the patches before it' },
  ],
  /** A card that may not finish (or check) checksums may not encrypt (or decrypt) either. */
  ktlsNeedsChecksum: [
    { since: null, until: '5.11', value: false, source: 'before ae0b04b238e2' },
    {
      since: '5.11',
      until: null,
      value: true,
      source: 'ae0b04b238e2, a3eb4e9d4c92 (releases not checked); net/core/dev.c, v6.12',
    },
  ],
} as const satisfies Record<string, readonly RuleRow<number | boolean>[]>;

export type RuleName = keyof typeof rules;
export type RuleValues = {
  [K in RuleName]: (typeof rules)[K][number]['value'] extends boolean ? boolean : number;
};

/** Every rule's value for one kernel version. */
export function rulesFor(kernel: KernelVersion): RuleValues {
  const values: Record<string, number | boolean> = {};
  for (const [name, rows] of Object.entries(rules)) {
    const row = rows.find((r) => versionIn(kernel, r.since, r.until));
    if (row === undefined) throw new RangeError(`rule ${name} has no row for kernel ${kernel}`);
    values[name] = row.value;
  }
  return values as RuleValues;
}
