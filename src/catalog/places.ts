/** Kinds of place a record can happen at. The world's place table gives each its host, nic, queue, cpu or socket. */
export const PLACE_TYPES = [
  'wire', // on the cable, before the MAC
  'mac', // the NIC's MAC and FIFO
  'steering', // parser, RSS hash, indirection table, ntuple filters
  'toe', // TCP in the card's firmware, where a card has that
  'tx-ring', // one transmit queue: qdisc, descriptors
  'rx-ring', // one receive queue's descriptors
  'vector', // its MSI-X vector and moderation timer
  'napi', // its NAPI instance, GRO held lists and rx_list with it
  'cpu', // a CPU: hardirq, softirq, scheduler
  'backlog', // a CPU's backlog: input_pkt_queue, process_queue, their NAPI
  'protocol', // netif_receive, IP, TCP, UDP on a CPU
  'socket', // a socket's receive queue
  'app', // an application
  'host', // the host as a whole (a sysctl)
  'lock', // a spinlock that CPUs of a host share
  'link', // one direction of a link between two hosts
] as const;

export type PlaceType = (typeof PLACE_TYPES)[number];

/** One row of the place table: indexes count over the world. */
export interface Place {
  readonly type: PlaceType;
  readonly host: string;
  readonly nic?: string;
  /** Queue index in its NIC. */
  readonly queue?: number;
  /** CPU number in its host. */
  readonly cpu?: number;
  /** Socket id (from 1). */
  readonly socket?: number;
  /** App (task) id (from 1). */
  readonly task?: number;
  /** A backlog that all CPUs of its host share (2.2). */
  readonly shared?: true;
  /** The kernel's name of a lock. */
  readonly lock?: string;
  /** Name of a link; `host` and `nic` are its near end, `far` is the host at the other. */
  readonly link?: string;
  readonly far?: string;
}
