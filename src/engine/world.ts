/**
 * What exists: the whole state of a simulation as plain objects and typed arrays. A keyframe is a copy (copy.ts);
 * everything under `fixed` never changes after the world is made and is shared by all copies.
 * Ids count from 1 over the world and are never reused (packet, flow, socket, task); indexes count from 0 (cpus, nics,
 * queues: world-wide). `*Seq` fields hold the seq of the record that made the thing so: the chain behind "why?".
 */
import type { DriverInfo } from '../catalog/drivers.ts';
import type { Place } from '../catalog/places.ts';
import type { RuleValues } from '../catalog/rules.ts';
import type { StreamJob, StreamState } from './app/stream-wake.ts';
import type { Bridge } from './bridge/state.ts';
import type { NtupleRule, SysctlName } from './change.ts';
import type { Agenda } from './clock/agenda.ts';
import type { CostProfile } from './cost.ts';
import type { Link, LinkWay } from './link/state.ts';
import type { Qdisc } from './net/sched/spec.ts';
import type { SnmpCounters } from './net/snmp.ts';
import type { SoftwareWork } from './net/software-work.ts';
import type { Dim } from './nic/dim.ts';
import type { Features } from './nic/features.ts';
import type { IxgbeItr } from './nic/ixgbe-itr.ts';
import type { Toe } from './nic/toe/state.ts';
import type { PacketPool } from './packet/pool.ts';
import type { RssHashFields } from './packet/toeplitz.ts';
import type { FlowKey, TrafficTable } from './packet/traffic-table.ts';
import type { RecordWriter } from './records.ts';
import type { Rng } from './rng.ts';
import type { AppSpec, Firewall, SocketSpec, TimedInput, TrafficSpec, WorldSpec } from './spec.ts';
import type { TcpSock } from './tcp/sock.ts';
import type { NicTls, TlsConn, TlsStat } from './tls/state.ts';
import type { Tunnel } from './tunnel/state.ts';

/** Never changes once the world is made. */
export interface Fixed {
  spec: WorldSpec;
  rules: RuleValues;
  jiffyNs: number;
  places: Place[];
  flows: FlowInfo[];
  /** TCP options and IP options / extension headers by index, as hex: equality of index is equality of bytes. */
  options: string[];
  exts: string[];
  /** One table a table-traffic source, its flow, opt and ext indexes already those of this world. */
  tables: (TrafficTable | null)[];
  /** Flows (ids) that each task sends by itself, in turn; by task id. */
  sendFlows: number[][];
  /** By way of a link, then by flow at its near end: the flow it is at the far end; 0: none. */
  far: Uint32Array[];
  /** By NIC (world index) that is a tunnel, then by flow: the outer flow it becomes there; 0: none. null: a card. */
  outer: (Uint32Array | null)[];
  hosts: HostFixed[];
  /** What each actor of the agenda is (ACTOR_*) and its index among its kind. */
  actorKind: Uint8Array;
  actorIndex: Int32Array;
}

export const ACTOR_NONE = 0;
export const ACTOR_WIRE = 1;
export const ACTOR_DMA = 2;
export const ACTOR_MODERATION = 3;
export const ACTOR_WATCHDOG = 4;
export const ACTOR_CPU = 5;
export const ACTOR_TASK = 6;
export const ACTOR_ARFS = 7;
export const ACTOR_TX = 8;
export const ACTOR_TICK = 9;
/** A connection's next timer. */
export const ACTOR_TCP = 10;
/** A link's way: a frame has passed its narrow place; a frame arrives. */
export const ACTOR_LINK_PASS = 11;
export const ACTOR_LINK_ARRIVE = 12;
/** A radio channel: a wait is over, or a transmission. */
export const ACTOR_AIR = 13;
/** A queueing discipline's watchdog. */
export const ACTOR_QDISC = 14;
/** A TOE's processor, its DMA, its interrupt moderation. */
export const ACTOR_TOE = 17;
export const ACTOR_TOE_DMA = 18;
export const ACTOR_TOE_IRQ = 19;
export const ACTOR_SCHED_TICK = 20;
/** A host's oldest incomplete datagram. */
export const ACTOR_FRAG = 30;

/** Schedulers (rule `scheduler`): taking turns, CFS, EEVDF. */
export const SCHED_TURNS = 0;
export const SCHED_CFS = 1;
export const SCHED_EEVDF = 2;

/** What a host's scheduler goes by, ns; which of them depends on the scheduler. */
export interface SchedTunables {
  scheduler: number;
  sliceNs: number;
  latencyNs: number;
  minGranularityNs: number;
  wakeupGranularityNs: number;
}

export interface HostFixed {
  id: string;
  profile: CostProfile;
  mhz: number;
  firstCpu: number;
  cpus: number;
  firstNic: number;
  nics: number;
  hostPlace: number;
  firewall: Firewall | null;
  /** The lock all system calls take (kernel_flag), world index; -1: this kernel's take none. */
  kernelLock: number;
  /** Cycles of netif_receive_skb (before NAPI: of all a packet costs up to the wire) and of ip_rcv with the firewall's part. */
  coreCost: number;
  ipCost: number;
  sched: SchedTunables;
  /** NUMA nodes; 1: all memory is equally near. */
  nodes: number;
}

/** A flow (one five-tuple with its link-layer addresses), made when the world is. */
export interface FlowInfo {
  id: number;
  key: FlowKey;
  host: number;
  /** Equal where both Ethernet headers (14 bytes) are equal. */
  l2: number;
  /** Equal where addresses, version and protocol are equal. */
  net: number;
  /** Socket id that takes it; 0: none. */
  socket: number;
  /** Software hash, symmetric. */
  softHash: number;
  /** The same of a fragment: without ports. */
  softHashFragment: number;
  /** Carries an 802.1Q tag. */
  tagged: boolean;
  /** Destination MAC is the NIC's, a group's, or the NIC takes all. */
  macOurs: boolean;
  /** Taken as the host's own whatever its addresses: to a group, or the NIC takes all. */
  always: boolean;
  /** NIC (world index) that what an application sends leaves by where no route leads; -1: nobody sends it. */
  dev: number;
  /** Flow of the answers to its packets; 0: nobody answers. */
  reply: number;
  /** Connection (world index) of a TCP flow whose socket acknowledges; -1: none. */
  connection: number;
  /** Both of its ends are connections of this world. */
  live: boolean;
  /** Client (source index) that waits for its packets; -1: none. */
  client: number;
  /** The same packets at the other end of the link they leave by: flow of the far host; 0: no link. */
  far: number;
  /** The flow they are where their way over links begins; itself where it begins here. */
  same: number;
  /** Of packets with an outer header: the flow that the inner ones are; 0: they have none. */
  inner: number;
  /** Of these, where they come in: the tunnel (NIC, world index) that takes them; -1: none of this host. */
  endsTunnel: number;
}

export interface World {
  fixed: Fixed;
  now: number;
  /** Seq of the last record. */
  seq: number;
  /** Last packet id given. */
  lastPacket: number;
  agenda: Agenda;
  pool: PacketPool;
  hosts: HostState[];
  cpus: Cpu[];
  locks: Lock[];
  nics: Nic[];
  queues: RxQueue[];
  sockets: Socket[];
  tasks: Task[];
  /** Connections of sockets that acknowledge, by FlowInfo.connection. */
  connections: TcpConnection[];
  /** TCP options of frames with FRAME_OWN_OPTIONS, by slot, as hex. */
  ownOptions: Record<number, string>;
  sources: Source[];
  links: Link[];
  /** Both directions of each link: 2 * link, 2 * link + 1. */
  ways: LinkWay[];
  flowState: FlowState;
  /** Timed inputs not yet applied, soonest first; `applied` counts the others. */
  inputs: TimedInput[];
  applied: number;
  totals: Totals;
  /** Not state: where records go; null: nowhere. */
  writer: RecordWriter | null;
  /** Not state: who sees packets at capture points (tcpdump, captures); null: nobody. */
  tap: PacketTap | null;
}

/**
 * A packet as it passes a capture point, just before the record of that point is written (its seq is `w.seq + 1`).
 * @param point index in catalog/capture-points   @param nic world index
 * @param slot its columns in the pool are to be read at once: the slot is used again
 */
export type PacketTap = (w: World, point: number, nic: number, slot: number) => void;

/** What is kept of each flow, by flow id. */
export interface FlowState {
  /** What the host's tables say (net/fib): the destination is one of its addresses; NIC (world index) a route leads to, -1 none. */
  forUs: Uint8Array;
  out: Int16Array;
  /** TCP: next sequence number expected, whether one is known, segments in the ofo queue. */
  rcvNxt: Uint32Array;
  synced: Uint8Array;
  ofo: Uint16Array;
  /** TCP: bytes received in order. */
  received: Float64Array;
  packets: Float64Array;
  bytes: Float64Array;
  /** Of the first LATENCY_FLOWS flows. */
  latency: LatencyHistogram[];
}

/** Flows with a latency distribution of their own in reports. */
export const LATENCY_FLOWS = 32;

/** The conservation balance: arrived = delivered + dropped + merged + in flight. */
export interface Totals {
  arrived: number;
  delivered: number;
  dropped: number;
  merged: number;
  /** By place index * 1024 + reason code. */
  drops: Record<number, number>;
  /** The transmit side's own balance, in frames: produced = sent + dropped + in flight. */
  txProduced: number;
  txSent: number;
  txDropped: number;
  txDrops: Record<number, number>;
  /** Lost on links, in frames: outside both balances (conservation.ts has the links' own). */
  linkDrops: Record<number, number>;
}

export interface HostState {
  sysctl: Record<SysctlName, number[]>;
  /** Protocol counters with the kernel's names (IpInReceives, TcpExtTCPOFOQueue, ...). */
  snmp: SnmpCounters;
  software: SoftwareWork;
  /** /proc/net/tls_stat. */
  tls: TlsStat;
  /** rps_sock_flow_table: CPU that each flow's application last ran on (`net.core.rps_sock_flow_entries`); null: none. */
  sockFlows: SockFlowTable | null;
  addresses: Address[];
  routes: Route[];
  /** Datagrams of which fragments are missing, oldest first, and the timer of the oldest. */
  frags: FragQueue[];
  fragActor: number;
  /** The bottom half of 2.2; null: a kernel with softirqs. */
  bottomHalf: BottomHalf | null;
  bridges: Bridge[];
  /** Packets that a program screens; null: no rule hands any over. */
  nfQueue: NfQueue | null;
  /** CPUs that handle network softirqs (or the bottom half) now, and the most that ever did at once. */
  softirqNow: number;
  softirqMost: number;
}

/** Netfilter's packet queue to user space (net/nf-queue). */
export interface NfQueue {
  /** Netlink socket (id) and the task that reads it; 0: nobody ever listens. */
  socket: number;
  task: number;
  /** queue_maxlen, as its program asked; the program wants packets to pass unseen where it is full. */
  maxLen: number;
  failOpen: boolean;
  /** NIC (world index) that each waiting packet is to leave by, oldest first. */
  outs: number[];
  /** queue_total: packets that wait for a verdict, read or not. */
  total: number;
  /** NETLINK_CONGESTED: no message until the socket has been read empty; the next recvmsg fails with ENOBUFS. */
  congested: boolean;
  overrun: boolean;
  /** id_sequence, queue_dropped, queue_user_dropped. */
  sequence: number;
  dropped: number;
  userDropped: number;
  /** Packets lost because nobody listened. */
  unheard: number;
  accepted: number;
  rejected: number;
}

/** struct ipq: the fragments of a datagram that have come, in order of coming. */
export interface FragQueue {
  /** Packet id of the first that came. */
  id: number;
  /** FlowInfo.net and IP identification. */
  net: number;
  ipId: number;
  slots: number[];
  /** Bytes up to the furthest end; whether that is the datagram's. */
  len: number;
  lastIn: boolean;
  /** Bytes that have come, and what they are charged. */
  meat: number;
  mem: number;
  dueNs: number;
  /** CPU (world index) that took the first. */
  cpu: number;
}

/** An address of a NIC (world index), with the length of its network's prefix. */
export interface Address {
  nic: number;
  address: string;
  bits: number;
}

/** `source`: the kernel made it for this address; null: it was added. */
export interface Route {
  network: string;
  bits: number;
  nic: number;
  /** Next hop; null: the network is on the link. */
  via: string | null;
  source: string | null;
}

/** NET_BH of 2.2: one backlog for all CPUs (that of the host's first CPU), worked off by one CPU at a time. */
export interface BottomHalf {
  /** global_bh_count, as a lock (world index): taken by who runs it, watched by who must not run beside it. */
  lock: number;
  tickActor: number;
  /** mark_bh(NET_BH): there is work; the record that said so. */
  marked: boolean;
  markedSeq: number;
  /** netdev_dropping: the backlog was full, and takes nothing until it is empty. */
  dropping: boolean;
  /** Packets that netif_rx threw away (netdev_rx_dropped). */
  rxDropped: number;
  runs: number;
  /** How often a CPU found another one running it. */
  skips: number;
  startJiffy: number;
}

/** `entries` a power of two; of these only those in use are kept. An ident is upper hash bits | CPU number. */
export interface SockFlowTable {
  entries: number;
  idents: Record<number, number>;
}

/** A queue's rps_dev_flow_table (`rps_flow_cnt`): entries in use, by hash & (entries - 1). */
export interface RpsFlowTable {
  entries: number;
  flows: Record<number, RpsFlow>;
}

export interface RpsFlow {
  /** World index; -1: unset. */
  cpu: number;
  /** The CPU's backlog tail when the flow's last packet was queued there. */
  lastTail: number;
  /** The card's filter for it; -1: none. */
  filter: number;
}

// ---------------------------------------------------------------------------------------------------- CPU

/** Levels a CPU works at; a higher one interrupts a lower one. */
export const LEVEL_TASK = 0;
export const LEVEL_SOFTIRQ = 1;
export const LEVEL_HARDIRQ = 2;

/** One flow's connection, made when its first segment comes. */
export interface TcpConnection {
  index: number;
  /** Flow of its segments. */
  flow: number;
  actor: number;
  /** null: not open yet. */
  tcp: TcpSock | null;
  /** Its peer listens: a connection of this world too. Else traffic that sends whatever is answered. */
  live: boolean;
  /** State, congestion window and threshold that records have told of last. */
  state: number;
  cwnd: number;
  ssthresh: number;
  /** CPU that last worked on it: its timers run there. */
  cpu: number;
  /** Socket (id) that it is of. */
  sock: number;
  /** What its application is up to with it; null: it only reads. */
  job: StreamJob | null;
  /** Memory that the socket is charged with for it: bytes. */
  rmem: number;
  /** Receive queue (world index) of its last segment (sk_rx_queue_mapping). */
  rxQueue: number;
  ipId: number;
  /** Pure ACKs, and all segments that have left. */
  acksSent: number;
  segsOut: number;
  /** sk_tx_queue_mapping (number in its NIC); -1: none yet. */
  txQueue: number;
  /** Sequence number up to which its data are in the socket's queue, or have been read. */
  queuedTo: number;
  /** When it first sent something again; -1: not yet. */
  firstResendNs: number;
  /** Its timer's handler is sending. */
  sending: boolean;
  /** TLS on it; null: none, or it is not open yet. */
  tls: TlsConn | null;
  /** Card (world index) whose firmware runs it, -1: the kernel does; whether a card has been asked. */
  toe: number;
  toeAsked: boolean;
}

export interface Cpu {
  index: number;
  host: number;
  /** Number in its host. */
  number: number;
  actor: number;
  place: number;
  protocolPlace: number;
  backlogPlace: number;
  mhz: number;
  /** NUMA node; cycles lost so far to memory of other nodes (cpu/node). */
  node: number;
  remoteCycles: number;
  /** What is left below a nanosecond, in cycles * 1000. */
  cycleRem: number;
  /** Current context (catalog/contexts) and since when. */
  ctx: number;
  ctxSince: number;
  /** Context of the task level, to go back to. */
  taskCtx: number;
  ctxNs: Float64Array;
  /** Cycles of the items begun so far, by part of the kernel (catalog/work-parts). */
  partCycles: Float64Array;
  /** Level at work now, and time left of the item that each lower level was interrupted in (-1: none). */
  level: number;
  leftNs: Float64Array;
  /** What TCP has made on this CPU, to leave when the item at work is over: slots. */
  acks: number[];
  /** Connections (world indexes) that may send more, as something of theirs has been freed here. */
  tsq: number[];
  // hardirq
  pendingIrqs: number[];
  /** Its item of work is being brought to its end; interrupts that came meanwhile: source and record, in turn. */
  stepping: boolean;
  letIn: number[];
  /** Interrupt in service (cpu/irq-source) and the record that raised it. */
  irqSource: number;
  irqSeq: number;
  pendingSeqs: number[];
  /** True between entry to handle_softirqs and its end, whether by irq exit or in ksoftirqd. */
  inSoftirq: boolean;
  netRxPending: boolean;
  netRxSeq: number;
  softirq: SoftirqWork;
  // scheduler
  /** Tasks that wait for this CPU, in order of joining; asleep, but still counted until others have caught up (EEVDF). */
  runQueue: number[];
  delayed: number[];
  current: number;
  tickActor: number;
  /** Task clock up to which the running task has been charged; its ranNs when it got the CPU. */
  execStart: number;
  pickedRanNs: number;
  minVruntime: number;
  ksoftirqd: number;
  needResched: boolean;
  /** Why (reason code). */
  reschedReason: number;
  /** A context switch is under way. */
  switching: boolean;
  /** The task has bottom halves off (it sends): a softirq waits for local_bh_enable. */
  bhOff: boolean;
  xmit: XmitState;
  // locks (cpu/lock)
  /** Lock (world index) that each level spins on, -1 none; since when; and the cycles of work it will do once it goes on. */
  spinLock: Int32Array;
  spinSince: Float64Array;
  spinCycles: Float64Array;
  /** Since when it spins right now, -1 where it doesn't: an interrupted spinner does other work. */
  waitingSince: number;
  lockWaitNs: number;
  // softnet_data
  /** NAPIs scheduled here: queue indexes, BACKLOG_NAPI. */
  pollList: number[];
  backlog: Backlog;
  softnet: SoftnetStat;
  netRxSoftirqs: number;
  calIpis: number;
}

/** A spinlock: at most one CPU holds it, the others stand in line (cpu/lock). */
export interface Lock {
  /** World-wide index. */
  index: number;
  host: number;
  /** The kernel's name of it. */
  name: string;
  place: number;
  /** CPU (world index) that holds it, -1 nobody; since when, and the record by which it does. */
  holder: number;
  heldSince: number;
  heldSeq: number;
  /** CPU whose cache has the lock's line: the last holder; -1 before the first. */
  lastCpu: number;
  /** CPUs that want it, first come first; CPUs that only wait until nobody has it. */
  queue: number[];
  watchers: number[];
  acquisitions: number;
  contended: number;
  waitNs: number;
  holdNs: number;
}

/** input_pkt_queue and process_queue with the backlog NAPI that works them off. */
export interface Backlog {
  /** Slots, oldest first; process_queue from `processAt` on. */
  input: number[];
  process: number[];
  processAt: number;
  /** Skbs ever processed (counted a batch at a time) and ever queued. */
  head: number;
  tail: number;
  scheduled: boolean;
  scheduleSeq: number;
  /** CPUs (world index) that this one must interrupt before it leaves net_rx_action. */
  ipis: number[];
  /** Of what this CPU queues anywhere; null: off. */
  flowLimit: FlowLimit | null;
  /** 2.4: it was full, and takes nothing until it is empty. */
  throttle: boolean;
  /** 2.4: avg_blog, half of it the last length seen by netif_rx. */
  average: number;
}

export interface FlowLimit {
  buckets: Uint16Array;
  history: Uint16Array;
  at: number;
}

export interface SoftnetStat {
  processed: number;
  dropped: number;
  time_squeeze: number;
  received_rps: number;
  flow_limit_count: number;
  /** 2.4: how often a full backlog began to refuse everything. */
  throttled: number;
}

/** What a CPU's softirq (or ksoftirqd, or a NAPI thread's poll) is in the middle of. */
export interface SoftirqWork {
  phase: number;
  /** Pass of handle_softirqs, from 1; jiffy it must stop at. */
  pass: number;
  endJiffy: number;
  enterSeq: number;
  // net_rx_action
  inNetRx: boolean;
  list: number[];
  repoll: number[];
  budget: number;
  endTimeJiffy: number;
  netRxSeq: number;
  // poll
  queue: number;
  work: number;
  pollSeq: number;
  thread: boolean;
  // skbs passed up by gro_normal_list, being taken through the protocol one by one (slots)
  deliver: number[];
  deliverAt: number;
  deliverSeq: number;
  /** Frames that this poll may take. */
  weight: number;
  /** Phase to go on with once `deliver` is empty. */
  backTo: number;
  /** napi_complete_done's decision, carried over the delivery of what it flushed. */
  timeoutNs: number;
  keepMasked: boolean;
  /** Sent packets that the item at work frees. */
  txCount: number;
  /** Slot being worked on; 0: none. */
  slot: number;
  /** NIC (world index) that the route found for it leads to, when it is forwarded; of a bridge's frame its port, -1: it goes up. */
  out: number;
  /** A bridge's copies of it still to be sent: slot and NIC (world index), by turns. */
  copies: number[];
}

// ---------------------------------------------------------------------------------------------------- NIC

export interface Nic {
  index: number;
  host: number;
  name: string;
  driver: DriverInfo;
  /** NUMA node of its rings and buffers; -1: none of its own. */
  node: number;
  wireActor: number;
  dmaActor: number;
  txActor: number;
  arfsActor: number;
  wirePlace: number;
  macPlace: number;
  steeringPlace: number;
  linkBps: number;
  /** When the link is free again, and what is left below a ns (numerator over linkBps). */
  linkFreeNs: number;
  linkRem: number;
  /** Source whose frame is on the link. */
  nextSource: number;
  /** The planned frame: when its first bit goes on the link, its last is there, what is left below a ns then. */
  planStartNs: number;
  planEndNs: number;
  planRem: number;
  mtu: number;
  firstQueue: number;
  /** Queues made (the driver's most) and in use (`ethtool -L combined`). */
  queues: number;
  activeQueues: number;
  rssKey: Uint8Array;
  indirection: Uint16Array;
  symmetricXor: boolean;
  hashFields: RssHashFields;
  /** Hash of each flow under the present key and fields (index = flow id), and its kind (4, 2, 0). */
  flowHash: Uint32Array;
  flowHashKind: Uint8Array;
  /** Hash of its fragments: addresses only. */
  flowHash2: Uint32Array;
  /** Queue that an ntuple rule gives each flow: -2 none, -1 drop. */
  flowNtuple: Int16Array;
  /** Queue that an accelerated-RFS rule in the card gives each flow; -1: none. */
  flowArfs: Int16Array;
  arfs: { rules: ArfsRule[]; nextId: number };
  ntuple: NtupleRule[];
  rxUsecs: number;
  rxFrames: number;
  adaptiveRx: boolean;
  cqeMode: boolean;
  /** Offloads in force; those that can be turned here, as the administrator wants them (nic/features). */
  features: Features;
  wanted: Partial<Features>;
  groMaxSize: number;
  groIpv4MaxSize: number;
  /** An skb as long as this, bytes, or of more segments than this is cut in software. */
  gsoMaxSize: number;
  gsoIpv4MaxSize: number;
  gsoMaxSegs: number;
  groFlushTimeout: number;
  napiDeferHardIrqs: number;
  threaded: boolean;
  /** Way of a link (world index) that what it sends goes onto; -1: none. */
  way: number;
  /** Of a packet that goes onto a link as several frames: those that have gone, and the slot of the next where each has its own. */
  txFrame: number;
  txFrag: number;
  /** It has a frame for the link, which takes none just now. */
  txWaits: boolean;
  /** Sending: queue (number) whose frame is on the wire, -1 none; what is left below a ns; length of each qdisc. */
  txSending: number;
  txRem: number;
  txQueueLen: number;
  /** Upper half of the handle of mq at its root; 0: made by the kernel. */
  mqHandle: number;
  /** Frames in DMA, oldest first: queue index and slot; ready times in the pool. */
  dmaFifo: number[];
  dmaHead: number;
  counters: NicCounters;
  /** Counters of the cipher in the card; null: its driver has no such thing. */
  tls: NicTls | null;
  /** TCP in the card; null: it has none. */
  toe: Toe | null;
  /** null: a card. */
  tunnel: Tunnel | null;
  /** Bridge (index in its host) that it is a port of; -1: none. */
  bridge: number;
}

export interface NicCounters {
  rx_packets: number;
  rx_bytes: number;
  rx_missed_errors: number;
  rx_no_buffer_count: number;
  rx_length_errors: number;
  rx_crc_errors: number;
  rx_dropped: number;
  rx_ntuple_dropped: number;
  csum_errors: number;
  multicast: number;
  rx_otherhost_dropped: number;
  tx_packets: number;
  tx_bytes: number;
  tx_dropped: number;
}

/** A filter that accelerated RFS has asked for. */
export interface ArfsRule {
  id: number;
  flow: number;
  /** Queue (world index) it leads to, and the entry of that queue's flow table. */
  queue: number;
  at: number;
  /** When the card has it; 0: it has. */
  readyNs: number;
  seq: number;
  /** False until the card has it for the first time. */
  inCard: boolean;
}

/** A ring's counters of accelerated RFS (mlx5: rxN_arfs_*): rules put in, asked to move here or away, old ones removed, failed. */
export interface ArfsCounters {
  add: number;
  request_in: number;
  request_out: number;
  expired: number;
  err: number;
}

export interface RxQueue {
  /** World-wide index; `number` in its NIC. */
  index: number;
  nic: number;
  number: number;
  moderationActor: number;
  watchdogActor: number;
  qdiscActor: number;
  ringPlace: number;
  vectorPlace: number;
  napiPlace: number;
  txPlace: number;
  tx: TxQueue;
  /** Moderation in force: the NIC's setting, or what adapts it. */
  rxUsecs: number;
  rxFrames: number;
  dim: Dim;
  itr: IxgbeItr;
  // ring
  size: number;
  /** Next descriptor the hardware fills, next the driver looks at, next it gives a fresh buffer to (tail). */
  head: number;
  nextToClean: number;
  nextToUse: number;
  /** Slot of the frame in each descriptor; 0: empty. Written back (DD) once its DMA is done. */
  desc: Uint32Array;
  done: Uint8Array;
  /** Written back, not yet cleaned. */
  waiting: number;
  /** Cleaned, not yet refilled. */
  cleaned: number;
  // vector
  irq: number;
  affinity: number[];
  masked: boolean;
  /** Frames written back since the last interrupt was raised. */
  unsignalled: number;
  /** Record of the first of them: the cause of the interrupt. */
  firstWaitingSeq: number;
  lastIrqNs: number;
  /** Moderation timer running. */
  timerOn: boolean;
  irqCounts: Float64Array;
  // RPS: CPUs (world index) that take its packets, ascending; RFS
  rpsCpus: number[];
  rpsFlows: RpsFlowTable | null;
  arfs: ArfsCounters;
  // NAPI
  napi: Napi;
  packets: number;
  bytes: number;
  missed: number;
  irqs: number;
  polls: number;
}

/** A transmit queue: qdisc, ring, and what has been sent and waits to be cleaned. */
export interface TxQueue {
  size: number;
  /** Queueing discipline, and every packet (slot) that waits in it. */
  qd: Qdisc;
  qdisc: number[];
  /** Slots not yet on the wire, from `ringAt` on. */
  ring: number[];
  ringAt: number;
  sent: number[];
  packets: number;
  dropped: number;
  completions: number;
  /** Packets freed, and those of them that another CPU had sent; packets a CPU has sent for others. */
  freed: number;
  remote: number;
  forOthers: number;
  /** Packets ever put into the ring, and the CPU that put the last one there (world index; -1: none). */
  posted: number;
  by: number;
  /** XPS: CPUs (world index) that send here; receive queues (of the NIC) whose sockets do. */
  xpsCpus: number[];
  xpsRxqs: number[];
  /** So many at its head have been made ready for the driver before (gso_skb), and how often that happened to a packet. */
  validated: number;
  requeues: number;
  /** Root lock of the queueing discipline (world index); -1: it has none. The lock that is there for those that need one. */
  lock: number;
  rootLock: number;
  /** CPU that takes packets out of it now, and the last one that touched it; -1: none. */
  runner: number;
  lastCpu: number;
  /** The driver tells the stack what it has queued and completed. */
  bql: boolean;
  dql: Dql;
}

/** struct dql, in bytes. */
export interface Dql {
  limit: number;
  limitMin: number;
  limitMax: number;
  holdMs: number;
  queued: number;
  completed: number;
  adjLimit: number;
  prevQueued: number;
  prevOvlimit: number;
  prevLastObj: number;
  lastObj: number;
  lowestSlack: number;
  /** Jiffy. */
  slackStart: number;
  /** __QUEUE_STATE_STACK_XOFF. */
  stopped: boolean;
}

/** What a CPU is sending (net/xmit): one packet at a time. */
export interface XmitState {
  stage: number;
  queue: number;
  slot: number;
  left: number;
  free: boolean;
  lost: boolean;
  /** Further fragments of the same datagram, or pieces for a tunnel: slots. */
  more: number[];
  /** Tunnel (NIC, world index) that the packet leaves by, -1: none; bytes of it that count there. */
  tunnel: number;
  tunnelBytes: number;
}

export interface Napi {
  id: number;
  scheduled: boolean;
  missedBit: boolean;
  threaded: boolean;
  /** IN_BUSY_POLL: the task that polls it, 0 none; its CPU until it has given it back, else -1. */
  busyTask: number;
  busyCpu: number;
  /** Task id of napi/IF-ID; 0: none. */
  thread: number;
  scheduleSeq: number;
  deferCount: number;
  timerCpu: number;
  timerOn: boolean;
  byTimer: boolean;
  gro: GroState;
  rxList: number[];
  rxCount: number;
}

/** gro_hash: 8 buckets of held skbs (slots), youngest first. */
export interface GroState {
  buckets: number[][];
}

// ---------------------------------------------------------------------------------------------------- sockets, tasks

export interface Socket {
  id: number;
  host: number;
  spec: SocketSpec;
  place: number;
  rcvbuf: number;
  rmem: number;
  /** Sending: sk_sndbuf, sk_wmem_alloc, task that waits for room (0: none). */
  sndbuf: number;
  wmem: number;
  writer: number;
  sent: number;
  sentBytes: number;
  /** sendmsg calls that a full buffer or queue has failed. */
  sendErrors: number;
  /** Transmit queue it remembers, receive queue it was last fed from (numbers in their NIC); -1: none. */
  txQueue: number;
  rxQueue: number;
  /** IP identification of the next datagram. */
  ipId: number;
  /** sendmsg to the end of the wire; empty where no application sends on it. */
  txLatency: LatencyHistogram;
  /** Receive queue: slots, oldest first from `head`. */
  queue: number[];
  head: number;
  /** TCP: out-of-order segments of all its connections. */
  ofo: number[];
  /** Socket lock held by a task (in recvmsg): segments go to the backlog. */
  owned: boolean;
  /** Connections that the call under way has read from or worked on: indexes. */
  touched: number[];
  /** kTLS: connections (world indexes) with a whole record for the reader, first come first. */
  tlsReady: number[];
  backlog: number[];
  backlogBytes: number;
  drops: number;
  /** SO_BUSY_POLL (from net.core.busy_read when it was made), µs, and SO_BUSY_POLL_BUDGET, frames. */
  busyPollUs: number;
  busyPollBudget: number;
  /** Queue that its last packet came from (napi_id); -1: none yet. */
  napiQueue: number;
  /** Task asleep on it; 0: none. */
  waiter: number;
  received: number;
  receivedBytes: number;
}

export interface Task {
  id: number;
  host: number;
  kind: 'app' | 'ksoftirqd' | 'napi-thread';
  name: string;
  cpu: number;
  place: number;
  timerActor: number;
  app: AppSpec | null;
  /** Queue index of a NAPI thread. */
  queue: number;
  sockets: number[];
  nextSocket: number;
  state: 'running' | 'runnable' | 'sleeping';
  phase: number;
  /** Computing left, ns. */
  workNs: number;
  callBytes: number;
  callSocket: number;
  slot: number;
  /** Packet (slot) whose verdict it owes; 0: none. */
  screening: number;
  wakeSeq: number;
  busy: BusyPoll;
  /** CPU time it has been charged. */
  ranNs: number;
  /** EEVDF and CFS: virtual run time. EEVDF: virtual deadline, the deadline it had when chosen, what it was owed when it left. */
  vruntime: number;
  deadline: number;
  protect: number;
  vlag: number;
  delayed: boolean;
  reads: number;
  bytes: number;
  /** TLS in the application: payload, and records, that it has read and not decrypted yet. */
  cryptBytes: number;
  cryptRecords: number;
  /** When it last read something; -1: not yet. */
  lastReadNs: number;
  latency: LatencyHistogram;
  send: SendState;
  /** Its TCP connections. */
  stream: StreamState;
}

/** What a task is sending, and what it has sent. */
export interface SendState {
  /** Flow and tag of the answer it owes; 0: none. */
  replyFlow: number;
  replyTag: number;
  /** Fragments that the datagram under way was cut into; 0: it is whole. */
  parts: number;
  /** Datagram under way: socket, flow, payload bytes, tag, slot once it exists. */
  socket: number;
  flow: number;
  bytes: number;
  tag: number;
  slot: number;
  /** By itself: socket it sends on, datagrams begun, and whether it is its turn (after a read) where both could go on. */
  own: number;
  round: number;
  turn: boolean;
  sends: number;
}

/** A task's busy polling (net/busy-poll). */
export interface BusyPoll {
  queue: number;
  /** When it began, in units of 1024 ns. */
  start: number;
  packets: number;
  why: number;
  seq: number;
  /** Its time is over: it sleeps now; it was put off only, and goes on. */
  over: boolean;
  goesOn: boolean;
}

/** Wire to application, per task: log-linear buckets (see metrics/latency). */
export interface LatencyHistogram {
  count: number;
  buckets: Uint32Array;
}

// ---------------------------------------------------------------------------------------------------- traffic

export interface Source {
  index: number;
  nic: number;
  spec: TrafficSpec;
  /** When the next frame would start on the link, Infinity: no more. */
  nextNs: number;
  sent: number;
  round: number;
  /** Frames left of the train under way, and its row in the source's table. */
  trainLeft: number;
  row: number;
  seq: Uint32Array;
  ipId: Uint16Array;
  credit: Float64Array;
  rng: Rng;
  client: ClientState | null;
}

/** Users of a closed-loop client, by number; user u sends on flow u mod flows. */
export interface ClientState {
  /** When its next request starts on the link; while it waits for an answer: when it gives up (Infinity: never). */
  dueNs: Float64Array;
  /** When its request left the client. */
  startNs: Float64Array;
  /** Tag of the request it waits for; 0: it thinks. */
  waiting: Float64Array;
  transactions: number;
  lost: number;
  late: number;
  rtt: LatencyHistogram;
}
