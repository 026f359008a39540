/**
 * What a world is made from: the engine's only input. The scenario loader builds it from JSON, tests by hand.
 * Plain data; times in ns, sizes in bytes, rates in the unit their names say.
 */
import type { DriverName } from '../catalog/drivers.ts';
import type { Change } from './change.ts';
import type { QdiscKind } from './net/sched/spec.ts';
import type { FrameFields } from './packet/frame.ts';
import type { TrafficTable } from './packet/traffic-table.ts';

export interface WorldSpec {
  kernel: string;
  hz: number;
  /**
   * Kernel configuration: without 802.1Q every tagged frame passes GRO alone; with IRQ_TIME_ACCOUNTING the time of interrupts and
   * softirqs is charged to no task (absent: it is the interrupted task's).
   */
  config: { vlan8021q: boolean; irqTimeAccounting?: boolean };
  seed: number;
  durationNs: number;
  hosts: HostSpec[];
  /** What joins cards of two hosts; absent: none, and what a host sends vanishes behind its wire. */
  links?: LinkSpec[];
  traffic: TrafficSpec[];
  /** Changes before time 0, in order (the scenario's set-up). */
  setup: HostChange[];
  /** Timed inputs, see TimedInput. */
  inputs: TimedInput[];
}

export interface HostChange {
  host: number;
  change: Change;
}

/**
 * A knob turned while time runs. It acts at `at`, before all else of that time where `after` is null, else as soon as the
 * event that wrote record `after` is over; it costs no simulated time.
 */
export interface TimedInput extends HostChange {
  at: number;
  after: number | null;
  /** The command as typed, for lists and links. */
  line: string;
}

export interface HostSpec {
  id: string;
  cpus: number;
  /** Key of costProfiles. */
  profile: string;
  /** Clock other than the profile's, MHz. */
  clockMhz?: number;
  /** NUMA node of each CPU, repeating; absent: one node. */
  cpuNodes?: number[];
  nics: NicSpec[];
  sockets: SocketSpec[];
  apps: AppSpec[];
  /** Where packets for others go. `nic` index in the host; the longest prefix wins. */
  routes?: { prefix: string; nic: number }[];
  bridges?: BridgeSpec[];
  firewall?: Firewall;
}

/**
 * A firewall rule for everything: drop it in the raw table (before routing) or in the filter table's INPUT; or hand what is to be
 * forwarded to a program (target QUEUE or NFQUEUE in the filter table's FORWARD).
 */
export type Firewall = 'raw-drop' | 'filter-drop' | 'forward-queue';

export interface NicSpec {
  name: string;
  /** ipip: a tunnel, with `tunnel`. */
  driver: DriverName | 'ipip';
  mac: string;
  addresses: string[];
  /** Accept every frame as ours, whatever its destination (a capture replayed on a host made for it). */
  promiscuous: boolean;
  linkBps: number;
  mtu: number;
  queues: number;
  ringSize: number;
  /** Queueing discipline of each transmit queue, with its default options; absent: pfifo_fast. */
  qdisc?: QdiscKind;
  /** CPU (in the host) of each queue's vector; shorter lists repeat. */
  affinity: number[];
  /** NUMA node that it stands on, -1: none; absent: 0. Counts on a host with several only. */
  numaNode?: number | undefined;
  rxUsecs?: number;
  rxFrames?: number;
  /** A processor on the card that runs TCP (nic/toe); absent: none, as on every card that Linux knows. */
  toe?: ToeSpec | undefined;
  /** It is an IPIP tunnel; absent: a card. */
  tunnel?: TunnelSpec | undefined;
  /** RSS key as hex; absent: random from the seed, as netdev_rss_key_fill does. */
  rssKey?: string;
}

/** An Ethernet bridge: its ports are cards (index in the host). */
export interface BridgeSpec {
  name: string;
  ports: number[];
}

/** An IPIP tunnel: behind the host's cards in its list. Its `mtu` is the inner packet's. */
export interface TunnelSpec {
  /** Outer addresses (IPv4): of this host, of the other end. */
  local: string;
  remote: string;
  /** Outer TTL; 0: the inner one's (inherit). */
  ttl: number;
  /** Outer DF is set, and what is too long for the way is refused here. */
  pmtudisc: boolean;
}

/** TLS on a TCP socket's connections: which side of the system call each direction's cipher is on. */
export interface TlsSpec {
  version: '1.2' | '1.3';
  tx: 'user' | 'kernel';
  rx: 'user' | 'kernel';
}

/** A TCP offload engine: what its firmware runs on, and what it takes. */
export interface ToeSpec {
  /** Its processor, MHz. */
  clockMhz: number;
  /** Cycles of one segment, either way; of a segment without data that leaves. */
  segmentCycles: number;
  ackCycles: number;
  /** Connections that its table has room for. */
  connections: number;
  /** Memory for segments that have come in, bytes. */
  memoryBytes: number;
  /** A firewall rule of the host: not seen by what the card takes, or a reason to take nothing. */
  firewall: 'bypassed' | 'respected';
}

export interface SocketSpec {
  name: string;
  /** netlink: what netfilter's packet queue hands over (firewall `forward-queue`), one a host. */
  proto: 'tcp' | 'udp' | 'netlink';
  /** Local address or '*'. */
  address: string;
  /** Local port; 0 takes every port that has no socket of its own. netlink: the queue's number. */
  port: number;
  /** netlink: packets that may wait for a verdict (NFQA_CFG_QUEUE_MAXLEN; before 2.6.14 a sysctl rules). Absent: 1024. */
  queueMaxlen?: number;
  /** netlink: where there is no room packets pass unseen (NFQA_CFG_F_FAIL_OPEN, since 3.6). */
  failOpen?: boolean;
  /** SO_RCVBUF as the kernel stores it (already doubled); absent: the sysctl's default. */
  rcvbufBytes?: number;
  udpGro?: boolean;
  /** SO_BUSY_POLL, µs; absent: net.core.busy_read once the host is set up. SO_BUSY_POLL_BUDGET, frames; absent: 8. */
  busyPollUs?: number;
  busyPollBudget?: number;
  /** TCP: a connection for each flow, which acknowledges what it gets. Absent: data are taken in and nothing is sent back. */
  acks?: boolean;
  /** TCP with connections of this world at both ends: both have it, of one version. */
  tls?: TlsSpec;
  /** UDP: connect() was called, so that RFS learns where its reader runs (TCP always is). */
  connected?: boolean;
  /** SO_SNDBUF as the kernel stores it (already doubled); absent: the sysctl's default. */
  sndbufBytes?: number;
  /** IP_TOS: the TOS of what it sends (IPv4), and its priority by it. */
  tos?: number;
}

export interface AppSpec {
  name: string;
  /** CPU in the host; the scheduler leaves it there. */
  cpu: number;
  /** Index into the host's sockets; several: reads them in turn (epoll). -1: none (a task that only computes). */
  sockets: number[];
  /** Most bytes one recvmsg takes (TCP); a UDP recvmsg takes one datagram. */
  readBytes: number;
  /** Other system calls after each recvmsg that brought data (open, stat, read of a file), ns; absent: none. */
  syscallNs?: number;
  /** Computing after each recvmsg that brought data, ns. */
  workNs: number;
  /** Computing a byte read, ns. */
  workNsPerByte: number;
  /** Sleep after each read, ns (reads at its own pace). */
  pauseNs: number;
  /** Computes all the time, reads nothing. */
  spin: boolean;
  startNs: number;
  /** Answers each UDP datagram that it has read and computed on: payload of the answer, bytes. Absent: it answers nothing. */
  replyBytes?: number;
  /** Reader of a netlink socket: destination ports whose packets it rejects; all others it accepts. */
  rejectPorts?: number[];
  /** UDP datagrams that it sends by itself. */
  send?: SendSpec;
  /** TCP connections that it opens and writes to. */
  stream?: StreamSpec;
  /** A full send buffer is EAGAIN (the datagram is given up), not a sleep. */
  nonblocking?: boolean;
}

/** What an application sends by itself: to flow 0, 1, ... in turn. */
export interface SendSpec {
  /** Index into the host's sockets: a UDP socket. */
  socket: number;
  /** Index in the host of the card it goes out of where no route says otherwise. */
  nic: number;
  /** The first flow's frame; flow i has destination port template.dport + i. */
  template: FrameFields;
  flows: number;
  /** Datagrams a second; null: one after the other, as fast as sendmsg returns. */
  ratePps: number | null;
  startNs: number;
  stopNs: number;
  /** Datagrams in all. */
  count: number;
  /** IP_PMTUDISC_DO: a datagram beyond the MTU is EMSGSIZE; else it leaves in fragments. */
  dontFragment?: boolean;
  /** UDP_SEGMENT: what one sendmsg writes leaves as datagrams of so many bytes; absent: as one. */
  segmentBytes?: number;
}

/**
 * TCP connections that an application opens over a link, and what it writes to each. The first one's source port is the template's,
 * the i-th one's i higher; all go to one port.
 */
export interface StreamSpec {
  /** Index into the host's sockets: the TCP socket that stands for them. */
  socket: number;
  /** Index in the host of the card they go out of; it has a link. */
  nic: number;
  /** Addresses and ports of the first connection. */
  template: FrameFields;
  flows: number;
  /** Bytes of one write; writes on each connection; writes a second on each (null: one after the other). */
  writeBytes: number;
  count: number;
  ratePps: number | null;
  /** After each write it waits until it has read so many bytes: a request and its answer. 0: it does not wait. */
  answerBytes: number;
  /** After the last write (and its answer) the connection is closed. */
  close: boolean;
  /** TCP_NODELAY, TCP_CORK, TCP_MAXSEG (0: not set). */
  nodelay: boolean;
  cork: boolean;
  maxSegBytes: number;
  /** SO_MAX_PACING_RATE, bytes a second; absent: not set. */
  maxPacingBytesPs?: number;
  startNs: number;
  stopNs: number;
}

export type TrafficSpec = TableTraffic | RateTraffic | ClientTraffic;

interface TrafficTarget {
  /** Index of host and of the NIC in it. */
  host: number;
  nic: number;
}

/** Frames one by one: a capture, or frames a scenario spells out. */
export interface TableTraffic extends TrafficTarget {
  kind: 'table';
  table: TrafficTable;
  startNs: number;
  /** Times of the table are multiplied by it (0.5: twice as fast). Ignored with ratePps. */
  timeScale: number;
  /** Replay at an even rate in place of the table's own timing. */
  ratePps: number | null;
  /** Play it again and again. */
  repeat: number;
}

/** Open-loop frames made on the fly. */
export interface RateTraffic extends TrafficTarget {
  kind: 'rate';
  /** The frame every flow starts from: flow i has sport = template.sport + i (and seq, ipId of its own). */
  template: FrameFields;
  flows: number;
  /** Share of each flow, summing to anything; absent: even, round robin by train. */
  weights?: number[];
  /** Trains a second (a train of 1 is a frame). */
  ratePps: number;
  /** Frames of one flow sent back to back. */
  trainFrames: number;
  /** PSH on a train's last frame (TCP). */
  pshLast: boolean;
  pattern: 'constant' | 'poisson';
  startNs: number;
  stopNs: number;
  /** Frames in all; Infinity: until stopNs. */
  count: number;
}

/**
 * A closed-loop client behind the cable: each of its users sends a request, waits for the answer (what an application of the host
 * replies), thinks, and sends the next. Users are flows * outstanding.
 */
export interface ClientTraffic extends TrafficTarget {
  kind: 'client';
  /** The request; flow i has sport = template.sport + i. */
  template: FrameFields;
  flows: number;
  /** Requests of one flow on their way at the same time. */
  outstanding: number;
  /** Between the answer's arrival and the next request, ns. */
  thinkNs: number;
  /** Between the client and the host's link, one way, ns: cable, switches, and the client's own stack. */
  delayNs: number;
  /** A request without an answer for so long is sent again; Infinity: the client waits for ever. */
  timeoutNs: number;
  startNs: number;
  stopNs: number;
  /** Requests in all. */
  count: number;
}

/** Joins the cards of two hosts: what leaves one arrives at the other. A card has one link at most, and no traffic of its own. */
export interface LinkSpec {
  name: string;
  /** Index of host and of the NIC in it. */
  ends: [LinkEnd, LinkEnd];
  /** From the first end to the second, and back. */
  ways: [LinkWaySpec, LinkWaySpec];
  /** A radio channel that both directions share; absent: a cable. A way's queueFrames are then its card's own, and none is lost there. */
  wlan?: WlanSpec | undefined;
}

/** IEEE 802.11n, in one channel: see link/medium. */
export interface WlanSpec {
  /** Rate of frames on the air, bit/s. */
  rateBps: number;
  /** Limits of an aggregate (A-MPDU): frames (1: no aggregates), bytes, ns. */
  ampduFrames: number;
  ampduBytes: number;
  ampduNs: number;
  /** Times that a frame is sent again before it is given up. */
  retries: number;
  /** Chance of each frame, each time it is sent, not to be understood. */
  errorShare: number;
  /** Contention window, slots: least and most. */
  cwMin: number;
  cwMax: number;
}

export interface LinkEnd {
  host: number;
  nic: number;
}

/** One direction of a link: a narrow place with a queue in front of it (or none), then the way with what goes wrong on it. */
export interface LinkWaySpec {
  /** Between the end of a frame at one card (or narrow place) and at the other card, ns; each frame's own up to so much more or less. */
  delayNs: number;
  jitterNs: number;
  /** Rate of the narrow place, bit/s, preamble, FCS and gap counted; null: there is none. */
  rateBps: number | null;
  /** Frames that may wait in front of it, the one that passes it not counted. */
  queueFrames: number;
  faults: LinkFaults;
}

/** What goes wrong, each frame on its own. Shares are chances from 0 to 1. */
export interface LinkFaults {
  loss: number;
  /** Gilbert-Elliott; null: no bursts. */
  burst: LinkBurst | null;
  /** Held back by reorderNs, so that later ones overtake it. */
  reorder: number;
  reorderNs: number;
  duplicate: number;
  /** Bits turned on the cable: the far card's FCS finds it. */
  bitError: number;
  /** Bits turned inside a switch, whose output gives the frame a right FCS again. */
  damage: number;
  script: LinkScriptLine[];
}

/** A way that is now good, now bad: chances for each frame that it turns, and the share lost in either state. */
export interface LinkBurst {
  toBad: number;
  toGood: number;
  lossGood: number;
  lossBad: number;
}

/** One frame's fate: the n-th of those that carry payload (data), that carry none (empty), or of all (any), counted from 1. */
export interface LinkScriptLine {
  nth: number;
  of: 'data' | 'empty' | 'any';
  act: 'lose' | 'delay' | 'duplicate' | 'bit-error' | 'damage-l4' | 'damage-ip';
}
