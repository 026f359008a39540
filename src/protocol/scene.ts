/**
 * What the page draws at one moment: plain data, made from a world by the worker (`sceneOf`) and carried on by the pure
 * fold (`applyRecord`), so that fold(scene at a, records a..b) equals the scene at b. Static facts (names, sizes that no
 * command changes, colours by flow) are in SceneMap and sent once a branch.
 * Skbs are named by their first packet's id.
 */
import type { Place } from '../catalog/places.ts';

/** What never changes while time runs: sent with every stretch's first use of a branch. */
export interface SceneMap {
  scenario: string;
  kernel: string;
  hz: number;
  durationNs: number;
  places: Place[];
  /** `nics`: cards, no tunnels. `nodes`: NUMA nodes. */
  hosts: { id: string; cpus: number[]; nics: number[]; nodes: number }[];
  cpus: {
    index: number;
    host: number;
    number: number;
    mhz: number;
    node: number;
    profile: string;
  }[];
  nics: {
    index: number;
    host: number;
    name: string;
    /** `ipip`: a tunnel, no card. */
    driver: string;
    /** NUMA node, -1 none. */
    node: number;
    linkBps: number;
    queues: number[];
    /** Something on its host can send by it: an application, a connection that acknowledges, a route. */
    sends: boolean;
    toe: { clockMhz: number; connections: number; memoryBytes: number } | null;
  }[];
  /** `txLock`: root lock of its queueing discipline (world index), -1 none. */
  queues: { index: number; nic: number; number: number; irq: number; txLock: number }[];
  sockets: {
    id: number;
    host: number;
    name: string;
    proto: 'tcp' | 'udp' | 'netlink';
    address: string;
    port: number;
  }[];
  tasks: {
    id: number;
    host: number;
    kind: 'app' | 'ksoftirqd' | 'napi-thread';
    name: string;
    sockets: number[];
  }[];
  /** Directions of links between hosts: 2 * link, 2 * link + 1. */
  ways: {
    index: number;
    name: string;
    /** NICs (world index) at the near and far end. */
    from: number;
    to: number;
    /** Rate of the radio channel that both directions share, bit/s; 0: a cable. */
    wlan: number;
  }[];
  /** Spinlocks that are modelled, by world index. */
  locks: { index: number; host: number; name: string }[];
  /** At most 4096 flows by id (index 0 unused); more are drawn by id only. */
  /** `same`: the flow it is where it begins its way over links (itself where it does). */
  flows: { id: number; text: string; proto: number; host: number; same: number }[];
  flowCount: number;
  /** Flows of data that a TCP sender of this world sends, at most 256. */
  transfers: { flow: number; host: number; text: string }[];
}

/** The flow that packets of a flow are where their way over links begins: what they are drawn as. */
export function sameFlow(map: Pick<SceneMap, 'flows'>, flow: number): number {
  return map.flows[flow - 1]?.same ?? flow;
}

export interface SceneSkb {
  /** Packet id of the first frame. */
  id: number;
  /** See sameFlow. */
  flow: number;
  /** Frame bytes, all segments. */
  bytes: number;
  /** Packet ids of all segments, in order. */
  segs: number[];
  /** Memory charged for it; only in an out-of-order queue, and of what an application sends. */
  truesize?: number;
  /** Socket (id) that sends it. */
  sk?: number;
  /** In a queueing discipline: it may not leave before (ns). */
  heldNs?: number;
}

export interface SceneQueue {
  /** In use (`ethtool -L`). */
  active: boolean;
  size: number;
  head: number;
  nextToClean: number;
  nextToUse: number;
  /** Frames in descriptors, from nextToClean on; `done`: written back. */
  frames: {
    id: number;
    flow: number;
    bytes: number;
    done: boolean;
    at: number;
  }[];
  masked: boolean;
  /** Moderation timer: fires at (ns), or null. */
  timerNs: number | null;
  affinity: number[];
  tx: SceneTx;
  napi: SceneNapi;
  /** Of a tunnel: what waits in its gro_cell on the CPU of the queue's number. */
  cell?: SceneSkb[];
  packets: number;
  missed: number;
  irqs: number;
}

/** The transmit queue of the same number and vector. */
export interface SceneTx {
  size: number;
  /** Byte limit of the ring (BQL); null: it has none. */
  limit: number | null;
  /** Waiting in the queueing discipline; in descriptors for the wire; sent and not freed yet: oldest first. */
  qdisc: SceneSkb[];
  ring: SceneSkb[];
  sent: SceneSkb[];
  /** Kind of the queueing discipline, and how many packets it holds at most. */
  qdiscKind: string;
  qdiscLimit: number;
  /** Packets ever put into the ring: its tail, modulo its size. */
  posted: number;
  /** Frames ever sent; packets that the full queueing discipline has lost. */
  packets: number;
  dropped: number;
  /** CPU (world index) that put the last packet into the ring; -1: none yet, or the card's driver outside any CPU's time. */
  by: number;
  /** While software cuts a packet: how many of its pieces are there so far; else 0. */
  pieces: number;
}

export interface SceneNapi {
  /** Its place index. */
  place: number;
  scheduled: boolean;
  /** CPU index that polls it or has it on its list, or where its thread runs; null: idle. */
  cpu: number | null;
  polling: boolean;
  /** Frames taken in this poll (0..weight). */
  work: number;
  weight: number;
  /** GRO held lists: 8 buckets, youngest first. */
  held: SceneSkb[][];
  rxList: SceneSkb[];
  /** gro_flush_timeout timer armed until, or null. */
  timerNs: number | null;
}

export interface SceneCpu {
  /** Index into catalog CONTEXTS. */
  ctx: number;
  task: number;
  /** Softirq pass, 0 when none. */
  pass: number;
  budget: number;
  /** Queues (world index) whose NAPI is scheduled here, polled one included, in ascending order. */
  pollList: number[];
  /** NAPIs wait on poll_list and no softirq runs yet. */
  netRxPending: boolean;
  /** Packets that RPS (or netif_rx) has queued for this CPU. */
  backlog: SceneBacklog;
  /** Skbs on their way up through the protocol, first is next. */
  deliver: SceneSkb[];
  /** The skb in the protocol layers now, and which: 'netif' | 'ip' | 'l4'. */
  current: SceneSkb | null;
  layer: 'netif' | 'ip' | 'l4' | null;
  /** ACKs made here that leave once the work at hand is over. */
  acks: SceneSkb[];
  /** The frame the driver or GRO holds in its hands now. */
  frame: SceneSkb | null;
  /** The packet that it is handing to a transmit queue. */
  sending: SceneSkb | null;
  /** Fragments that follow it. */
  more: SceneSkb[];
  runQueue: number[];
  /** Locks (world index) it spins on, with the context it does so in: the lowest level first. */
  waits: { ctx: number; lock: number }[];
}

export interface SceneBacklog {
  /** input_pkt_queue and process_queue, oldest first. */
  input: SceneSkb[];
  process: SceneSkb[];
  /** Packets ever worked off (counted a batch at a time) and ever queued: what RFS compares. */
  head: number;
  tail: number;
  /** Its NAPI is on this CPU's poll_list. */
  onList: boolean;
  /** It is being polled; packets taken in this poll. */
  polling: boolean;
  work: number;
}

/** One direction of a link. */
export interface SceneWay {
  /** In front of the narrow place; of a radio: all that its sender still has. Oldest first. */
  waiting: SceneSkb[];
  /** In the narrow place. */
  passing: SceneSkb | null;
  /** Just out of the card: on its way, or lost, before the next event. */
  entering: SceneSkb | null;
  /** Under way, the next to arrive first. */
  flight: { skb: SceneSkb; fromNs: number; dueNs: number }[];
  /** Transmission of a radio's sender under way. */
  txop: { fromNs: number; untilNs: number; waitedNs: number; frames: number; collides: boolean } | null;
  /** Air time of a radio so far, ns. */
  air: { data: number; ack: number; overhead: number; collision: number };
  put: number;
  arrived: number;
  lost: number;
  delayNs: number;
  /** The narrow place, bit/s; 0: none. */
  rateBps: number;
  queueFrames: number;
}

/** TCP in a card's firmware. Lists are oldest first. */
export interface SceneToe {
  /** Come in, the one at work first; beyond a hole; payload on its way to the host; waiting for the driver. */
  waiting: SceneSkb[];
  ofo: SceneSkb[];
  dma: SceneSkb[];
  done: SceneSkb[];
  /** Made by the firmware's TCP; ready for the wire, or on it. */
  out: SceneSkb[];
  wire: SceneSkb[];
  /** What its processor has worked, ns; while something waits for it, less the time when that began (see toeShare). */
  busyNs: number;
  /** Bytes of its memory in use. */
  memory: number;
  connections: number;
}

export interface SceneLock {
  /** CPU (world index) that holds it, -1 nobody. */
  holder: number;
  /** CPUs in line, first come first; CPUs that only wait until it is free. */
  queue: number[];
  watchers: number[];
}

export interface SceneSocket {
  queue: SceneSkb[];
  ofo: SceneSkb[];
  backlog: SceneSkb[];
  rmem: number;
  rcvbuf: number;
  drops: number;
  received: number;
  wmem: number;
  sndbuf: number;
}

export interface SceneTask {
  state: 'running' | 'runnable' | 'sleeping';
  cpu: number;
  reads: number;
  bytes: number;
  sends: number;
  /** The datagram that its sendmsg has made and not handed on yet. */
  sending: SceneSkb | null;
  /** The packet whose verdict it owes. */
  screening: SceneSkb | null;
}

export interface SceneDrop {
  seq: number;
  timeNs: number;
  packet: number;
  flow: number;
  place: number;
  reason: number;
}

export interface Scene {
  timeNs: number;
  seq: number;
  /** Frame just accepted by each NIC's MAC (being steered), or null. */
  nics: {
    frame: {
      id: number;
      flow: number;
      bytes: number;
      queue: number | null;
      hash: number | null;
    } | null;
    arrived: number;
    /** Frames sent on its wire. */
    sent: number;
    /** Transmit queue (number in its NIC) whose oldest packet is on the wire now; -1: the wire is free. */
    sending: number;
    inDma: number;
    /** Queue (in its NIC) of each cell of the indirection table. */
    indirection: number[];
    /** null: it has none. */
    toe: SceneToe | null;
  }[];
  queues: SceneQueue[];
  cpus: SceneCpu[];
  locks: SceneLock[];
  ways: SceneWay[];
  sockets: SceneSocket[];
  tasks: SceneTask[];
  /** Fragments that wait for others of their datagram (`of`: the first that came, on `cpu`), by packet id. */
  fragments: { of: number; cpu: number; skb: SceneSkb }[];
  /** The last 32 drops, newest last. */
  drops: SceneDrop[];
  totals: {
    arrived: number;
    delivered: number;
    dropped: number;
    merged: number;
    inFlight: number;
  };
}

/** One record, decoded. */
export interface RecordView {
  timeNs: number;
  seq: number;
  packet: number;
  other: number;
  cause: number;
  kind: number;
  place: number;
  reason: number;
  cpu: number;
  a: number;
  b: number;
}
